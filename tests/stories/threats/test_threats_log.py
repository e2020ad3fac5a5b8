"""Threats on the log and its days, each through the verdict that a buyer asks for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import NOW, STEEL, footprint

from ledger.findings import Outcome

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
