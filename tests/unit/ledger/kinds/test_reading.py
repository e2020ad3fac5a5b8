from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.builders import NOW, PRESS, STEEL, Signed, factor, footprint_content, power_line, signed, withdrawal
from support.volumes import METERING, PAPER, codes, failures, ledger_of, only, replayed, told

from ledger.disclosures import parse_content
from ledger.findings import Outcome
from ledger.identifiers import digest_to_text


def meter(number: str = "M-1", parent: bytes | None = None, *, organisation: str = STEEL, **changes: Any) -> Signed:
    header = {"number": number, "site": "BS-01", "medium": "electricity", "accuracy": "0.5S", "unit": "kWh",
              "tolerance": "1", "place": "一号变电所"}  # fmt: skip
    if parent is not None:
        header["parent"] = digest_to_text(parent)
    return only("meter", organisation, {**header, **changes})


def calibration(of: bytes, number: str = "C-1", *, organisation: str = METERING, until: str = "2025-12-31",
                start: str = "2025-01-01") -> Signed:  # fmt: skip
    header = {"number": number, "meter": digest_to_text(of), "laboratory": "示例计量院", "calibrated": start,
              "valid_until": until, "report": PAPER}  # fmt: skip
    return only("calibration", organisation, header)


def reading(of: bytes, by: bytes, counters: str = "0 40 100", *, day: str = "2025-03-01", after: bytes | None = None,
            parent: bytes | None = None, previous: bytes | None = None, organisation: str = STEEL,
            values: Any = None, issued: int = NOW, **changes: Any) -> Signed:  # fmt: skip
    start, *shown = counters.split(" ")
    header = {"meter": digest_to_text(of), "calibration": digest_to_text(by), "start": day, "end": day,
              "counter": start, "unit": "kWh", "total": str(int(shown[-1]) - int(start))}  # fmt: skip
    for name, digest in (("after", after), ("parent", parent)):
        if digest is not None:
            header[name] = digest_to_text(digest)
    listed = tuple({"at": f"{day}T{12 + i:02d}:00", "counter": value} for i, value in enumerate(shown))
    return only("reading", organisation, {**header, **changes}, previous, issued=issued, values=values or listed)


METER = meter()
RIGHT = calibration(METER.digest)
BASE = (METER, RIGHT)


def of(counters: str = "0 40 100", **changes: Any) -> Signed:
    return reading(METER.digest, RIGHT.digest, counters, **changes)


def test_batches_follow_one_another_and_prove_each_value_by_itself(tmp_path: Path) -> None:
    first = of()
    second = of("100 130 180", day="2025-03-02", after=first.digest)
    assert told(tmp_path, *BASE, first, second) == [""] * 4
    assert codes(tmp_path, *BASE, first, second) == set()
    changed = first.text.replace(b'"counter":"40"', b'"counter":"41"')
    assert parse_content(changed).root != parse_content(first.text).root


@pytest.mark.parametrize(("item", "expected"), [
    (of(total="101"), "READING_SUM"),
    (of("0 40 30", total="30"), "COUNTER_BACK"),
    (of("50 40 100", total="50"), "COUNTER_BACK"),
    (of(values=({"at": "2025-03-02T00:00", "counter": "100"},)), "READING_TIME"),
    (of(values=({"at": "2025-03-01T09:00", "counter": "40"}, {"at": "2025-03-01T09:00", "counter": "100"})),
     "READING_TIME"),
    (of(unit="MWh"), "METER_UNIT"),
    (of(organisation=PRESS), "METER_OF_ANOTHER"),
    (of(parent=METER.digest), "METER_PARENT"),
])  # fmt: skip
def test_a_batch_that_does_not_add_up_or_fit_its_meter(item: Signed, expected: str, tmp_path: Path) -> None:
    assert codes(tmp_path, *BASE, item) == {expected}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(("issued", "days"), [
    ("2025-03-01T00:00+08:00", None), ("2025-03-02T23:59+08:00", None), ("2025-03-03T00:00+08:00", 2),
    ("2025-04-01T12:00+08:00", 31),
])  # fmt: skip
def test_02_a_batch_that_was_filled_in_later_shows_by_how_many_days(
    issued: str, days: int | None, tmp_path: Path
) -> None:
    item = of(issued=at(issued))
    assert ledger_of(*BASE, item).replay(tmp_path / "log").open["READING_LATE"] == (days is not None)
    top = on("100", "57.7700", (item.digest, "100"))
    findings = ledger_of(GRID, *BASE, item, top).verify(tmp_path / "product", top.digest).findings
    assert [f.values["days"] for f in findings if f.code == "READING_LATE"] == ([] if days is None else [days])


def test_02_days_to_come_have_no_readings(tmp_path: Path) -> None:
    assert codes(tmp_path, *BASE, of(issued=at("2025-02-28T23:59+08:00"))) == {"READING_EARLY"}


def test_no_day_is_read_twice_and_no_batch_follows_twice(tmp_path: Path) -> None:
    first = of()
    assert (
        told(tmp_path / "a", *BASE, first, of("100 150", after=first.digest, start="2025-02-28"))[3]
        == "READING_OVERLAP"
    )
    second = of("100 150", day="2025-03-02", after=first.digest)
    third = of("100 160", day="2025-03-03", after=first.digest)
    assert told(tmp_path / "b", *BASE, first, second, third)[4] == "READING_FORK"
    assert codes(tmp_path / "c", *BASE, first, of("100 150", day="2025-03-02")) == {"READING_NOT_CHAINED"}
    assert codes(tmp_path / "d", *BASE, first, of("101 150", day="2025-03-02", after=first.digest)) == {"COUNTER_GAP"}


def test_a_correction_takes_the_place_of_its_batch(tmp_path: Path) -> None:
    first = of()
    corrected = of("0 40 90", previous=first.digest)
    assert told(tmp_path, *BASE, first, corrected) == [""] * 4
    assert codes(tmp_path, *BASE, first, corrected) == set()


def test_readings_after_the_calibration_lapsed_are_found(tmp_path: Path) -> None:
    assert codes(tmp_path / "a", *BASE, of(day="2025-12-31")) == set()
    assert codes(tmp_path / "b", *BASE, of(day="2026-01-01")) == {"CALIBRATION_LAPSED"}
    other = meter("M-2")
    foreign = calibration(other.digest, "C-2")
    item = reading(METER.digest, foreign.digest)
    assert codes(tmp_path / "c", METER, other, foreign, item) == {"CALIBRATION_OTHER_METER"}
    ended = withdrawal(RIGHT.digest, METERING)
    assert told(tmp_path / "d", *BASE, ended, of())[3] == "REFERENCE_WITHDRAWN"


def test_only_a_metering_body_calibrates(tmp_path: Path) -> None:
    assert told(tmp_path, METER, calibration(METER.digest, organisation=STEEL)) == ["", "ROLE_NOT_HELD"]


@pytest.mark.parametrize("parent_last", [False, True])
@pytest.mark.parametrize(("second", "expected"), [("0 51", set()), ("0 52", {"METER_BALANCE"})])
def test_meters_behind_one_add_up_to_it_within_its_tolerance(
    second: str, expected: set[str], parent_last: bool, tmp_path: Path
) -> None:
    children = [meter(f"M-{n}", METER.digest) for n in (2, 3)]
    marks = [calibration(child.digest, f"C-{n}") for n, child in enumerate(children, 2)]
    behind = [
        reading(child.digest, mark.digest, shown, parent=METER.digest)
        for child, mark, shown in zip(children, marks, ("0 50", second), strict=True)
    ]
    read = [*behind, of()] if parent_last else [of(), *behind]
    assert codes(tmp_path, *BASE, *children, *marks, *read) == expected


# -- lines that rest on readings ----------------------------------------------------------------------------------------


GRID = factor()


def on(amount: str, emission: str, *readings: tuple[bytes, str], product: str = "CR-COIL") -> Signed:
    used = power_line(GRID.digest, amount, emission)
    used["readings"] = [{"digest": digest_to_text(d), "amount": a} for d, a in readings]
    return signed("footprint", STEEL, footprint_content(used, footprint=emission, product_id=product))


def test_an_activity_is_added_up_again_from_its_readings(tmp_path: Path) -> None:
    first = of()
    second = of("100 150", day="2025-03-02", after=first.digest)
    items = (GRID, *BASE, first, second)
    whole = on("150", "86.6550", (first.digest, "100"), (second.digest, "50"))
    assert codes(tmp_path / "a", *items, whole) == set()
    short = on("151", "87.2327", (first.digest, "100"), (second.digest, "50"))
    found = failures(tmp_path / "b", *items, short)
    assert [(f.code, f.values["missing"], str(f.kilograms)) for f in found] == [("LINE_NOT_COVERED", "1", "0.5777")]
    beyond = on("150", "86.6550", (first.digest, "101"), (second.digest, "49"))
    assert told(tmp_path / "c", *items, beyond)[5] == "READING_BEYOND"
    sister = on("1", "0.5777", (first.digest, "1"), product="HR-COIL")
    assert told(tmp_path / "d", *items, whole, sister)[6] == "READING_BEYOND"


def test_a_product_is_verified_with_its_meters(tmp_path: Path) -> None:
    first = of()
    top = on("100", "57.7700", (first.digest, "100"))
    verdict = ledger_of(GRID, *BASE, first, top).verify(tmp_path, top.digest)
    assert {f.code for f in verdict.findings if f.outcome is Outcome.FAIL} == set()
    lapsed = of(day="2026-01-01")
    late = on("100", "57.7700", (lapsed.digest, "100"))
    found = ledger_of(GRID, *BASE, lapsed, late).verify(tmp_path / "late", late.digest).findings
    assert {"CALIBRATION_LAPSED", "TAKEN_PERIOD"} <= {f.code for f in found}
    assert replayed(tmp_path / "again", GRID, *BASE, lapsed, late)
