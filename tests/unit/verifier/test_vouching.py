"""A declaration that is not opened counts as vouched for, or does not, in a signed and anchored log."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger, codes
from support.builders import PRESS, STEEL, address, footprint, private_key
from support.voucher import BODY, accredit, suspend, verify_statement, with_bodies

from ledger.findings import Level
from ledger.identifiers import digest_to_text
from verifier.product import ProductVerdict
from verifier.status import Status


def upstream_line(digest: bytes) -> dict[str, Any]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "2.0000", "per": "t"},
            "emission": "2.0000"}  # fmt: skip


class Chain(Ledger):
    """A coil that its maker does not open, verified by the body, and a part that rests on it."""

    def __init__(self, *, scope: tuple[str, ...] = ("CR-*",), signer: str = STEEL, verifier: str = "verifier",
                 **verification: Any) -> None:  # fmt: skip
        super().__init__()
        with_bodies(self, verifier)
        self.registry.delegate(STEEL, address(BODY))
        self.coil = self.add(footprint(STEEL, value="2.0000", key=private_key(signer)))
        self.top = self.add(footprint(PRESS, upstream_line(self.coil), product_id="TOP", value="2.0000"))
        grounds = accredit(self, scope=scope)
        self.verification = self.add(verify_statement(self.coil, grounds, **verification))
        self.erased.add(0)

    def verdict(self, folder: Path) -> ProductVerdict:
        self.anchor()
        return self.verify(folder, self.top)


def level_of(verdict: ProductVerdict) -> Level:
    (level,) = [level for level, kilograms in verdict.levels.items() if kilograms]
    assert verdict.levels[level] == Decimal("2.0000")
    return level


def test_what_an_accredited_body_verified_counts_as_vouched(tmp_path: Path) -> None:
    chain = Chain()
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is Level.VOUCHED
    assert codes(verdict.findings) == set()
    assert verdict.status is Status.INCOMPLETE


def test_a_declaration_that_is_opened_is_recomputed_and_needs_nobodys_word(tmp_path: Path) -> None:
    chain = Chain()
    chain.erased.clear()
    assert level_of(chain.verdict(tmp_path)) is Level.RECOMPUTED


def test_a_body_that_was_suspended_later_no_longer_vouches_and_is_named(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(suspend())
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert "BODY_SUSPENDED" in codes(verdict.findings, "not_checked")
    assert codes(verdict.findings) == set()


def test_a_body_outside_its_scope_does_not_vouch(tmp_path: Path) -> None:
    chain = Chain(scope=("HOOD-*",))
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert "BODY_OUT_OF_SCOPE" in codes(verdict.findings, "not_checked")
    assert "BODY_OUT_OF_SCOPE" in codes(chain.replay(tmp_path / "replay").findings)


def test_a_body_that_signed_the_declaration_as_a_delegate_is_its_consultant(tmp_path: Path) -> None:
    """Threat 37: the consultant filled the declaration in and signed it for its client."""
    verdict = Chain(signer=BODY).verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert "CONSULTANT_VERIFIES" in codes(verdict.findings, "not_checked")


def test_a_verification_with_a_forged_signature_vouches_for_nothing(tmp_path: Path) -> None:
    verdict = Chain(key=private_key("stranger")).verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED


def test_a_verifier_without_its_role_vouches_for_nothing(tmp_path: Path) -> None:
    verdict = Chain(verifier="declarant").verdict(tmp_path)
    assert level_of(verdict) is Level.DECLARED
    assert codes(verdict.findings) == {"ROLE_NOT_HELD"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_of_it_all_finds_nothing(tmp_path: Path, workers: int) -> None:
    chain = Chain()
    chain.erased.clear()
    chain.anchor()
    replayed = chain.replay(tmp_path, workers=workers)
    assert codes(replayed.findings) == set()
    assert replayed.kinds["verification"] == 1
