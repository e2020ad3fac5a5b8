"""Meters of the steel works, their calibration, their readings, and declarations that rest on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.builders import NOW, STEEL, Signed, factor, footprint_content, power_line, signed
from support.volumes import METERING, PAPER, only

from ledger.identifiers import digest_to_text


def meter(number: str = "M-1", parent: bytes | None = None, *, organisation: str = STEEL, **changes: Any) -> Signed:
    """The electricity meter of the steel works, or one behind `parent`."""
    header = {"number": number, "site": "BS-01", "medium": "electricity", "accuracy": "0.5S", "unit": "kWh",
              "tolerance": "1", "place": "一号变电所"}  # fmt: skip
    if parent is not None:
        header["parent"] = digest_to_text(parent)
    return only("meter", organisation, {**header, **changes})


def calibration(of: bytes, number: str = "C-1", *, organisation: str = METERING, until: str = "2025-12-31",
                start: str = "2025-01-01") -> Signed:  # fmt: skip
    """Its calibration by the metering body for 2025."""
    header = {"number": number, "meter": digest_to_text(of), "laboratory": "示例计量院", "calibrated": start,
              "valid_until": until, "report": PAPER}  # fmt: skip
    return only("calibration", organisation, header)


def reading(of: bytes, by: bytes, counters: str = "0 40 100", *, day: str = "2025-03-01", after: bytes | None = None,
            parent: bytes | None = None, previous: bytes | None = None, organisation: str = STEEL,
            values: Any = None, issued: int = NOW, **changes: Any) -> Signed:  # fmt: skip
    """A day's batch: `counters` are what the meter showed, first at the day's beginning."""
    start, *shown = counters.split(" ")
    header = {"meter": digest_to_text(of), "calibration": digest_to_text(by), "start": day, "end": day,
              "counter": start, "unit": "kWh", "total": str(int(shown[-1]) - int(start))}  # fmt: skip
    for name, digest in (("after", after), ("parent", parent)):
        if digest is not None:
            header[name] = digest_to_text(digest)
    listed = tuple({"at": f"{day}T{12 + i:02d}:00", "counter": value} for i, value in enumerate(shown))
    return only("reading", organisation, {**header, **changes}, previous, issued=issued, values=values or listed)


GRID = factor()
METER = meter()
RIGHT = calibration(METER.digest)
METERED = (METER, RIGHT)


def daily(counters: str = "0 40 100", **changes: Any) -> Signed:
    """A day's batch of the standard meter."""
    return reading(METER.digest, RIGHT.digest, counters, **changes)


def on_readings(amount: str, emission: str, *readings: tuple[bytes, str], product: str = "CR-COIL") -> Signed:
    """A declaration of one line of grid power that rests on (digest, kWh) of readings."""
    used = power_line(GRID.digest, amount, emission)
    used["readings"] = [{"digest": digest_to_text(d), "amount": a} for d, a in readings]
    return signed("footprint", STEEL, footprint_content(used, footprint=emission, product_id=product))


def at(text: str) -> int:
    """Unix seconds of an ISO time."""
    return int(datetime.fromisoformat(text).timestamp())
