"""Threats on the log and its days, each through the verdict that a buyer asks for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import NOW, STEEL, Signed, footprint, footprint_content, gas_line, signed

from ledger.findings import Outcome
from ledger.identifiers import digest_to_text
from verifier.duplicates import duplicates_of
from verifier.sources import open_folder, read_chain

LATE = "LATE_ANCHOR"


@pytest.mark.parametrize("known", [True, False], ids=["the days are known", "an old folder"])
def test_threat_01_back_dated_declaration(known: bool, tmp_path: Path) -> None:
    """Signed as if issued ninety days before its block: told with both days and all of its kilograms."""
    ledger = Ledger(times={} if known else None)
    on_time = footprint(STEEL, product_id="ON-TIME")
    back_dated = footprint(STEEL, product_id="BACK-DATED", issuedAt=NOW - 90 * 86_400)
    ledger.add(on_time, back_dated)
    ledger.anchor()
    late = [found for found in ledger.verify(tmp_path / "late", back_dated.digest).findings if found.code == LATE]
    assert not [f for f in ledger.verify(tmp_path / "honest", on_time.digest).findings if f.code == LATE]
    replayed = ledger.replay(tmp_path / "all")
    unknown = [found.code for found in replayed.findings]
    if not known:
        assert (late, replayed.open[LATE], unknown) == ([], 0, ["BLOCK_TIMES_MISSING"])
        return
    assert [(f.outcome, f.kilograms, f.statement) for f in late] == [
        (Outcome.NOT_CHECKED, Decimal("2.5000"), back_dated.digest)
    ]
    assert (late[0].values["issued"], late[0].values["anchored"]) == ("2025-10-03", "2026-01-01")
    assert (replayed.open[LATE], unknown) == (1, [])


def test_threat_04_slot_splitting(tmp_path: Path) -> None:
    """A second declaration of one product under a code and a site that are spelled a little differently."""
    ledger = Ledger()
    shown = [_declared("06901234567892", "BS-1", "2.5000"), _declared("6901234567892", "bs1", "2.4000")]
    ledger.add(*shown, _declared("06901234567892", "BS-2", "2.6000"))
    ledger.anchor()
    trust = ledger.trust()
    ledger.write(tmp_path / "all")
    found = duplicates_of(open_folder(tmp_path / "all", trust), read_chain(tmp_path / "all", trust), trust)
    (pair,) = found.pairs
    assert (pair.code, pair.outcome, pair.kilograms) == ("NEAR_DUPLICATE", Outcome.FAIL, Decimal("0.1000"))
    assert [pair.values[name] for name in ("other", "digest")] == [digest_to_text(one.digest) for one in shown]
    assert "NEAR_DUPLICATE" in codes(ledger.verify(tmp_path / "one", shown[1].digest).findings)


def _declared(product_id: str, site: str, value: str) -> Signed:
    content = footprint_content(gas_line(value), product_id=product_id, footprint=value)
    content["header"]["site"] = site
    return signed("footprint", STEEL, content)
