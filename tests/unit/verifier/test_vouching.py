"""A declaration that is not opened counts as vouched for, or does not, in a signed and anchored log."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.audit import codes
from support.builders import private_key
from support.voucher import Vouched, level_of, suspend

from ledger.findings import Level
from verifier.status import Status


def test_what_an_accredited_body_verified_counts_as_vouched(tmp_path: Path) -> None:
    chain = Vouched()
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is Level.VOUCHED
    assert codes(verdict.findings) == set()
    assert verdict.status is Status.INCOMPLETE


def test_a_declaration_that_is_opened_is_recomputed_and_needs_nobodys_word(tmp_path: Path) -> None:
    chain = Vouched()
    chain.erased.clear()
    assert level_of(chain.verdict(tmp_path)) is Level.RECOMPUTED


def test_a_body_that_was_suspended_later_no_longer_vouches_and_is_named(tmp_path: Path) -> None:
    chain = Vouched()
    chain.add(suspend())
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert "BODY_SUSPENDED" in codes(verdict.findings, "not_checked")
    assert codes(verdict.findings) == set()


def test_a_verification_with_a_forged_signature_vouches_for_nothing(tmp_path: Path) -> None:
    verdict = Vouched(key=private_key("stranger")).verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED


def test_a_verifier_without_its_role_vouches_for_nothing(tmp_path: Path) -> None:
    verdict = Vouched(verifier="declarant").verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert codes(verdict.findings) == {"ROLE_NOT_HELD"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_of_it_all_finds_nothing(tmp_path: Path, workers: int) -> None:
    chain = Vouched()
    chain.erased.clear()
    chain.anchor()
    replayed = chain.replay(tmp_path, workers=workers)
    assert codes(replayed.findings) == set()
    assert replayed.kinds["verification"] == 1
