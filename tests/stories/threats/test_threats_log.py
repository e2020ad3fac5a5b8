"""Threats on the log and its days, each through the verdict that a buyer asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import DOMAIN, NOW, STEEL, footprint

from ledger.statement import Domain
from verifier.status import Status


@pytest.mark.xfail(strict=True, reason="no check compares a statement's day with the day of its block")
def test_threat_01_back_dated_declaration(tmp_path: Path) -> None:
    """Signed as if issued ninety days before its block."""
    ledger = Ledger()
    on_time = footprint(STEEL, product_id="ON-TIME")
    back_dated = footprint(STEEL, product_id="BACK-DATED", issuedAt=NOW - 90 * 86_400)
    ledger.add(on_time, back_dated)
    ledger.anchor()
    honest = codes(ledger.verify(tmp_path / "honest", on_time.digest).findings)
    assert codes(ledger.verify(tmp_path / "late", back_dated.digest).findings) - honest


def test_threat_26_platform_changes_stored_data(tmp_path: Path) -> None:
    """One digit of a kept content changed."""
    ledger = Ledger()
    top = ledger.add(footprint(STEEL))
    ledger.anchor()
    ledger.spoil = lambda data: data.replace(b"2.5000", b"2.4000")
    assert ledger.verify(tmp_path, top).status is Status.FAILED


def test_threat_29_replay_on_another_ledger(tmp_path: Path) -> None:
    """A signature that was made for another chain."""
    ledger = Ledger()
    top = ledger.add(footprint(STEEL, domain=Domain(chain_id=1, log=DOMAIN.log)))
    ledger.anchor()
    assert "KEY_NOT_VALID" in codes(ledger.verify(tmp_path, top).findings)
