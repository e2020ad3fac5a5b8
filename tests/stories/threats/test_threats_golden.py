"""Threats on numbers and signatures, each through the verdict that a buyer asks for; kilograms are + where too little is declared."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import PRESS, STEEL, factor, footprint, gas_line, power_line
from support.golden import Golden

from ledger.errors import TanjiError
from ledger.findings import Outcome
from ledger.numbers import parse_decimal
from verifier.product import ProductVerdict
from verifier.status import Status

HONEST = Decimal("26.862865")


def failed(verdict: ProductVerdict) -> set[tuple[str, Decimal | None]]:
    assert verdict.status is Status.FAILED
    return {(f.code, f.kilograms) for f in verdict.findings if f.outcome is Outcome.FAIL}


def of_variant(name: str, folder: Path) -> ProductVerdict:
    golden = Golden()
    digest = golden.variant(name)
    golden.anchor()
    return golden.verify(folder, digest)


def test_threat_11_factor_swap(tmp_path: Path) -> None:
    """A factor of another kind: 0.42 of the emissions trading for 0.5777."""
    verdict = of_variant("factor_swap_ets_0.42", tmp_path)
    assert verdict.declared == HONEST - Decimal("0.291745")
    assert {code for code, _ in failed(verdict)} == {"FACTOR_KIND", "FACTOR_REGION"}


def test_threat_12_factor_value_altered(tmp_path: Path) -> None:
    """A factor's value altered, its digest kept."""
    ledger = Ledger()
    basis = ledger.add(factor("0.5777"))
    line = power_line(basis, emission="0.5776")
    line["source"]["value"] = "0.5776"
    top = ledger.add(footprint(STEEL, line, value="0.5776"))
    ledger.anchor()
    assert failed(ledger.verify(tmp_path, top)) == {("PINNED_FACTOR", Decimal("0.0001"))}


def test_threat_13_factor_of_another_year(tmp_path: Path) -> None:
    """The factor of 2023 where that of 2024 was out."""
    ledger = Ledger()
    old = ledger.add(factor("0.6000", year=2023))
    ledger.add(factor("0.5777", year=2024))
    line = power_line(old, emission="0.6000")
    line["source"]["value"] = "0.6000"
    top = ledger.add(footprint(STEEL, line, value="0.6000"))
    ledger.anchor()
    assert failed(ledger.verify(tmp_path, top)) == {("FACTOR_STALE", Decimal("-0.0223"))}


def test_threat_14_retroactive_factor_change(tmp_path: Path) -> None:
    """A factor that was corrected later leaves the verdict on what was declared before as it was."""
    ledger = Ledger()
    old = factor("0.5777")
    ledger.add(old)
    top = ledger.add(footprint(STEEL, power_line(old.digest), value="0.5777"))
    ledger.anchor()
    before = ledger.verify(tmp_path / "before", top)
    ledger.add(factor("0.9000", previous=old.digest))
    ledger.anchor(block=12)
    after = ledger.verify(tmp_path / "after", top)
    assert before.status is after.status is not Status.FAILED
    assert before.declared == after.declared == Decimal("0.5777")


def test_threat_15_stale_upstream(tmp_path: Path) -> None:
    """The coil's replaced declaration; here too much is declared."""
    verdict = of_variant("stale_upstream_2023_grid_coil", tmp_path)
    assert verdict.declared == Decimal("26.939905")
    assert failed(verdict) == {("UPSTREAM_STALE", HONEST - Decimal("26.939905"))}


def test_threat_19_unit_error(tmp_path: Path) -> None:
    """The factor for a kWh used as if for a MWh."""
    verdict = of_variant("unit_error_kWh_as_MWh", tmp_path)
    assert verdict.declared == Decimal("25.727132")
    found = failed(verdict)
    assert {code for code, _ in found} == {"PINNED_FACTOR"}
    assert verdict.declared + sum(k for _, k in found if k is not None) == pytest.approx(
        HONEST, abs=Decimal("0.000001")
    )


@pytest.mark.parametrize("text", ["1,234.5", "１，２３４", "1 234", "1.234,5"])
def test_threat_20_locale_error(text: str) -> None:
    """Another country's decimal signs and full-width digits are never guessed."""
    with pytest.raises(TanjiError) as caught:
        parse_decimal(text, "lines")
    assert caught.value.code == "DECIMAL_FORMAT"


def test_threat_22_version_rollback(tmp_path: Path) -> None:
    """An old good version shown after a new one."""
    ledger = Ledger()
    old = ledger.add(footprint(STEEL, value="2.0000"))
    ledger.add(footprint(STEEL, value="3.0000", previous=old))
    ledger.anchor()
    assert "PRODUCT_REPLACED" in codes(ledger.verify(tmp_path, old).findings)


def test_threat_25_platform_forges_a_record(tmp_path: Path) -> None:
    """A record in a supplier's name under somebody else's key."""
    ledger = Ledger()
    top = ledger.add(footprint(PRESS, value="2.5000", key=b"\x07" * 32))
    ledger.anchor()
    assert "KEY_NOT_VALID" in codes(ledger.verify(tmp_path, top).findings)


def test_threat_43_offsets_netted(tmp_path: Path) -> None:
    """Bought offsets taken off the footprint."""
    ledger = Ledger()
    lines = (gas_line("2.5000"), gas_line("-1.0000", "CCER 碳抵消") | {"kind": "byproduct"})
    top = ledger.add(footprint(STEEL, *lines, value="1.5000"))
    ledger.anchor()
    assert failed(ledger.verify(tmp_path, top)) == {("OFFSET_LINE", Decimal("1.0000"))}
