"""Deliveries, certificates, batches and readings by role, and one ledger told to the registrar and to the judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.audit import Ledger
from support.builders import (
    CARMAKER,
    DOMAIN,
    NOW,
    PRESS,
    STEEL,
    RegistryWriter,
    Signed,
    footprint_content,
    gas_line,
    power_line,
    signed,
    standard_registry,
)

from ledger.findings import Finding, Outcome
from ledger.identifiers import digest_to_text
from ledger.sequencer import Registration, Sequencer, Submission
from ledger.store import MasterKey, open_store

METERING = "urn:tanji:metering"
PAPER = {"number": "N-1", "digest": "0x" + "cd" * 32}


def registry() -> RegistryWriter:
    """The standard one with a metering body."""
    writer = standard_registry()
    writer.organisation(METERING)
    writer.grant(METERING, "metering-body", "calibration")
    return writer


def told(folder: Path, *items: Signed) -> list[str]:
    """The registrar's answer to each, an empty text when it was registered; the judge must find the same refusals.

    The judge is shown everything, as an operator without scruples would have registered it.
    """
    refusals = register(folder, *items)
    failures = {(f.statement, f.code) for f in replayed(folder, *items) if f.outcome is Outcome.FAIL}
    for item, code in zip(items, refusals, strict=True):
        assert not code or (item.digest, code) in failures, (code, failures)
    return refusals


def register(folder: Path, *items: Signed) -> list[str]:
    """The registrar's answers alone."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_store(f"sqlite:///{folder}/{len(list(folder.iterdir()))}.db", MasterKey(b"\x07" * 32)) as store:
        with store.write() as writer:
            writer.mirror("registry", registry().logs, 100)
        sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        results = sequencer.register_batch([Submission(i.statement, i.signature, i.text) for i in items])
    return ["" if isinstance(result, Registration) else result.code for result in results]


def replayed(folder: Path, *items: Signed) -> tuple[Finding, ...]:
    """The judge's findings that matter."""
    return ledger_of(*items).replay(folder / "log").findings


def ledger_of(*items: Signed) -> Ledger:
    """An anchored log of the items."""
    ledger = Ledger(registry=registry())
    ledger.add(*items)
    ledger.anchor()
    return ledger


def failures(folder: Path, *items: Signed) -> list[Finding]:
    """What the judge found wrong."""
    return [finding for finding in replayed(folder, *items) if finding.outcome is Outcome.FAIL]


def codes(folder: Path, *items: Signed) -> set[str]:
    """Codes of what the judge found wrong."""
    return {finding.code for finding in failures(folder, *items)}


def only(
    kind: str,
    organisation: str,
    header: dict[str, Any],
    previous: bytes | None = None,
    *,
    issued: int = NOW,
    **sections: Any,
) -> Signed:
    """A statement whose content is a header, and `sections`."""
    content = {"header": {"version": 1, **header}, **sections}
    return signed(kind, organisation, content, previous=previous, issuedAt=issued)


def made(quantity: str | None = "400", *lines: dict[str, Any], organisation: str = STEEL, product: str = "CR-COIL",
         value: str = "2.0000", site: str | None = None, previous: bytes | None = None) -> Signed:  # fmt: skip
    """A declaration of 1 t that covers `quantity` t."""
    content = footprint_content(*(lines or (gas_line(value),)), product_id=product, footprint=value)
    if quantity is not None:
        content["production"]["quantity"] = quantity
    if site is not None:
        content["header"]["site"] = site
    return signed("footprint", organisation, content, previous=previous)


def line(digest: bytes, amount: str = "1", *, kind: str = "upstream", value: str = "2.0000", unit: str = "t",
         emission: str = "2.0000", **taken: Any) -> dict[str, Any]:  # fmt: skip
    """A line on a declaration or factor, with lists of (digest, amount) that it takes from."""
    source = {"type": "upstream" if kind == "upstream" else "factor", "digest": digest_to_text(digest), "value": value,
              "per": unit}  # fmt: skip
    lists = {name: [{"digest": digest_to_text(d), "amount": a} for d, a in pairs] for name, pairs in taken.items()}
    return {"kind": kind, "stage": "production", "name": "用料", "amount": amount, "unit": unit, "source": source,
            "emission": emission, **lists}  # fmt: skip


def delivery(declaration: bytes, quantity: str = "300", *, number: str = "D-1", organisation: str = STEEL,
             buyer: str = PRESS, unit: str = "t", previous: bytes | None = None) -> Signed:  # fmt: skip
    """Coils from the steel works to the press shop."""
    header = {"number": number, "declaration": digest_to_text(declaration), "buyer": buyer, "quantity": quantity,
              "unit": unit, "shipped": "2025-06-01", "note": PAPER}  # fmt: skip
    return only("delivery", organisation, header, previous)


def acceptance(of: bytes, quantity: str = "300", *, organisation: str = PRESS, unit: str = "t") -> Signed:
    """The press shop's signature under it."""
    header = {"delivery": digest_to_text(of), "quantity": quantity, "unit": unit, "accepted": "2025-06-02"}
    return only("acceptance", organisation, header)


def fuel(number: str = "F-1", certificate: str = "POS-1", **changes: Any) -> Signed:
    """A batch of fuel that the press shop hands to the car maker."""
    header = {"number": number, "fuel": "生物柴油 B100", "quantity": "150", "unit": "kg", "owner": CARMAKER,
              "scheme": "ISCC-EU", "certificate": certificate, "balance": "segregated", "valid_from": "2025-01-01",
              "valid_until": "2025-12-31", "note": PAPER}  # fmt: skip
    return only("fuel-batch", PRESS, {**header, **changes})


PROJECT = "P2330400012023001"


def certificate_code(sequence: int, month: str = "202503", tail: str = "11", project: str = PROJECT) -> str:
    """A certificate's 32 characters."""
    return f"{project}{month}{sequence:07d}{tail}"


CERTIFIED = {"tradable": True, "acquired": "separate", "use": "footprint", "consumption_year": "2025",
          "retired": "2025-12-20", "evidence": [PAPER]}  # fmt: skip


def certificate(first: int = 1, last: int = 500, *, month: str = "202503", organisation: str = STEEL, tail: str = "11",
                **changes: Any) -> Signed:  # fmt: skip
    """A range of certificates of one project, month and class, retired for a footprint."""
    codes = {"first": certificate_code(first, month, tail), "last": certificate_code(last, month, tail)}
    return only("green-certificate", organisation, {**CERTIFIED, **codes, **changes})


def green(base: bytes, amount: str, *certificates: tuple[bytes, str], grid: bytes | None = None, emission: str,
          kind: str = "green_electricity", organisation: str = STEEL, value: str | None = None) -> Signed:  # fmt: skip
    """A declaration on green power at 0.0143 kg/kWh, and with a line of grid power when there is one."""
    lines = [line(base, amount, kind=kind, value="0.0143", unit="kWh", emission=emission, certificates=certificates)]
    if grid is not None:
        lines.append(power_line(grid))
    return signed("footprint", organisation, footprint_content(*lines, footprint=value or emission))


def batch(number: str, mass: str, *inputs: tuple[bytes, str], process: str | None = None, organisation: str = PRESS,
          owner: str | None = None, **changes: Any) -> Signed:  # fmt: skip
    """A batch of recycled material, in kg."""
    header = {
        "number": number, "material": "steel-scrap", "origin": "post_consumer", "mass": mass,
        "owner": owner or organisation, "process": process or ("merge" if inputs else "collect"), "max_yield": "1",
        "inputs": [{"batch": digest_to_text(d), "mass": m} for d, m in inputs],
        "tickets": [{"number": number, "digest": "0x" + number.encode().hex().ljust(64, "0")[:64]}],
    }  # fmt: skip
    return only("batch", organisation, {**header, **changes})
