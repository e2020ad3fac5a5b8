"""A chain that states its parts: what a buyer copies from a supplier, and what a verdict says when it did not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from support.audit import Ledger, codes
from support.builders import PRESS, PUBLISHER, STEEL, factor_content, footprint_content, signed

from ledger.disclosures import hide
from ledger.findings import Level
from ledger.identifiers import digest_to_text
from verifier.status import Status

PARTS = {"fossilGhgEmissions": "0.5000", "landUseChangeGhgEmissions": "0.0777"}
SUPPLIER = {"fossilGhgEmissions": "2.5000", "landUseChangeGhgEmissions": "0.0777", "biogenicNonCO2Emissions": "0.0000",
            "landManagementBiogenicCO2Emissions": "0.0000", "pcfExcludingBiogenicUptake": "2.5777",
            "primaryDataShare": "77.59"}  # fmt: skip


def gas(amount: str) -> dict[str, Any]:
    return {"kind": "process", "stage": "production", "name": "直接排放", "amount": amount, "unit": "kg", "data": "primary",
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}, "emission": amount}  # fmt: skip


def power(digest: bytes, parts: dict[str, str] = PARTS) -> dict[str, Any]:
    return {"kind": "electricity", "stage": "production", "name": "电网电力", "amount": "1", "unit": "kWh", "emission": "0.5777",
            "source": {"type": "factor", "digest": digest_to_text(digest), "value": "0.5777", "per": "kWh", "breakdown": parts}}  # fmt: skip


def bought(digest: bytes, **source: Any) -> dict[str, Any]:
    return {"kind": "upstream", "stage": "raw_material", "name": "冷轧卷", "amount": "100", "unit": "kg", "emission": "0.2578",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "0.0025777", "per": "kg", **source}}  # fmt: skip


def chain_of(result: dict[str, Any] = SUPPLIER, parts: dict[str, str] = PARTS) -> tuple[Ledger, bytes]:
    ledger = Ledger()
    content = factor_content()
    content["result"]["breakdown"] = PARTS
    basis = ledger.add(signed("factor", PUBLISHER, content))
    made = footprint_content(gas("2.0000"), power(basis, parts), product_id="COIL", footprint="2.5777")
    made["result"] |= result
    return ledger, ledger.add(signed("footprint", STEEL, made))


PINS = {
    "breakdown": {"fossilGhgEmissions": "0.0025", "landUseChangeGhgEmissions": "0.0000777"},
    "primary_data_share": "77.59",
}


def part_of(ledger: Ledger, coil: bytes, result: dict[str, Any], **pins: Any) -> bytes:
    made = footprint_content(bought(coil, **pins), product_id="PART", footprint="0.2578", product="板")
    made["result"] |= result
    return ledger.add(signed("footprint", PRESS, made))


def test_parts_are_passed_on_and_recomputed_over_two_tiers(tmp_path: Path) -> None:
    ledger, coil = chain_of()
    part = part_of(
        ledger,
        coil,
        {"fossilGhgEmissions": "0.2500", "landUseChangeGhgEmissions": "0.0078", "primaryDataShare": "77.6"},
        **PINS,
    )
    ledger.anchor()
    verdict = ledger.verify(tmp_path, part)
    assert codes(verdict.findings) == set()
    assert codes(verdict.findings, "not_checked") == {"RULE_NOT_NAMED"}
    assert (verdict.status, verdict.levels[Level.RECOMPUTED]) == (Status.VERIFIED, verdict.declared)


def test_a_part_that_a_buyer_made_prettier_is_found_and_leaves_the_footprint_its_level(tmp_path: Path) -> None:
    ledger, coil = chain_of()
    part = part_of(ledger, coil, {"landUseChangeGhgEmissions": "0.0000"}, **PINS)
    ledger.anchor()
    verdict = ledger.verify(tmp_path, part)
    assert [(f.code, f.place, f.kilograms) for f in verdict.findings if f.outcome == "fail"] == [
        ("RESULT_FIELD", "result/landUseChangeGhgEmissions", Decimal("0.0078"))]  # fmt: skip
    assert verdict.levels[Level.RECOMPUTED] == verdict.declared


def test_parts_that_the_supplier_never_stated_are_found(tmp_path: Path) -> None:
    ledger, coil = chain_of(result={})
    part = part_of(ledger, coil, {"fossilGhgEmissions": "0.2500"}, **PINS)
    ledger.anchor()
    verdict = ledger.verify(tmp_path, part)
    assert codes(verdict.findings) == {"PINNED_BREAKDOWN"}
    assert verdict.levels[Level.UNVERIFIED] == verdict.declared


def test_parts_that_the_publisher_never_stated_are_found(tmp_path: Path) -> None:
    wrong = {"fossilGhgEmissions": "0.5777"}
    ledger, coil = chain_of(result={}, parts=wrong)
    ledger.anchor()
    assert codes(ledger.verify(tmp_path / "one", coil).findings) == {"PINNED_BREAKDOWN"}
    assert codes(ledger.replay(tmp_path / "all").findings) == {"PINNED_BREAKDOWN"}


def test_a_supplier_that_states_no_parts_leaves_the_buyers_open(tmp_path: Path) -> None:
    ledger, coil = chain_of(result={})
    part = part_of(ledger, coil, {"fossilGhgEmissions": "0.2500", "primaryDataShare": "50"})
    ledger.anchor()
    verdict = ledger.verify(tmp_path, part)
    assert codes(verdict.findings) == set()
    open_ = {f.code: f.kilograms for f in verdict.findings if f.outcome == "not_checked" and f.code != "RULE_NOT_NAMED"}
    assert open_ == {"RESULT_FIELD_OPEN": Decimal("0.2578"), "QUALITY_OPEN": Decimal("0.2578")}


def test_a_supplier_shown_in_part_gives_bounds_and_no_more(tmp_path: Path) -> None:
    ledger, coil = chain_of()
    part = part_of(ledger, coil, {}, **PINS)
    ledger.anchor()
    item = ledger.items[1]
    ledger.items[1] = type(item)(item.statement, item.signature, hide(item.text, ["lines/0001"]))
    verdict = ledger.verify(tmp_path, part)
    (bounds,) = [f for f in verdict.findings if f.code == "HIDDEN_LINES"]
    assert (bounds.values["low"], bounds.values["high"]) == ("0.57765", "0.57775")
    assert verdict.status is Status.INCOMPLETE
    assert verdict.levels[Level.DECLARED] == verdict.declared
