"""Ways to a false verdict that were found by trying; each was open once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger, codes
from support.builders import (
    PRESS,
    PUBLISHER,
    STEEL,
    factor,
    factor_content,
    footprint,
    power_line,
    private_key,
    signed,
    withdrawal,
)

from ledger.findings import Level
from ledger.identifiers import digest_to_text
from verifier.product import verdict_on
from verifier.receipts import verify_receipt
from verifier.sources import read_chain
from verifier.status import Status


def upstream_line(digest: bytes) -> dict[str, Any]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "2.0000", "per": "t"},
            "emission": "2.0000"}  # fmt: skip


def gas_line(kind: str, amount: str) -> dict[str, Any]:
    return {"kind": kind, "stage": "production", "name": "直接排放", "amount": amount, "unit": "kg",
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}, "emission": amount}  # fmt: skip


def test_a_second_withdrawal_does_not_wash_off_the_first(tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    first = ledger.add(withdrawal(base))
    top = ledger.add(footprint(PRESS, upstream_line(base), product_id="TOP", value="2.0000"))
    ledger.add(withdrawal(base, previous=first, reason="再次"))
    ledger.anchor()
    assert "REFERENCE_WITHDRAWN" in codes(ledger.replay(tmp_path / "replay").findings)
    assert "REFERENCE_WITHDRAWN" in codes(ledger.verify(tmp_path / "product", top).findings)


def test_a_factor_that_was_corrected_within_its_year_is_stale(tmp_path: Path) -> None:
    ledger = Ledger()
    old = factor()
    ledger.add(old, factor("0.9000", previous=old.digest))
    top = ledger.add(footprint(STEEL, power_line(old.digest), value="0.5777"))
    ledger.anchor()
    assert "FACTOR_STALE" in codes(ledger.verify(tmp_path, top).findings)


@pytest.mark.parametrize("kind", ["electricity", "material", "transport", "heat", "packaging", "green_electricity"])
def test_what_is_bought_cannot_be_stated_as_a_gas(kind: str, tmp_path: Path) -> None:
    ledger = Ledger()
    top = ledger.add(footprint(STEEL, gas_line(kind, "0.0001"), value="0.0001"))
    ledger.anchor()
    assert codes(ledger.verify(tmp_path, top).findings) == {"LINE_SOURCE"}


def test_a_line_on_a_withheld_factor_is_not_recomputed(tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor())
    top = ledger.add(footprint(STEEL, power_line(basis), value="0.5777"))
    ledger.anchor()
    ledger.erased.add(0)
    verdict = ledger.verify(tmp_path, top)
    assert verdict.status is Status.INCOMPLETE
    assert verdict.levels[Level.UNVERIFIED] == verdict.declared


def test_a_line_on_a_factor_that_a_stranger_signed_is_not_recomputed(tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor(key=b"\x07" * 32))
    top = ledger.add(footprint(STEEL, power_line(basis), value="0.5777"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top)
    assert "KEY_NOT_VALID" in codes(verdict.findings)
    assert verdict.levels[Level.UNVERIFIED] == verdict.declared


def test_a_negative_line_never_counts_as_recomputed(tmp_path: Path) -> None:
    ledger = Ledger()
    lines = (gas_line("process", "2.4000"), gas_line("byproduct", "-1.4000"))
    top = ledger.add(footprint(STEEL, *lines, value="1.0000"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top)
    assert verdict.levels[Level.UNVERIFIED] < 0
    assert sum(verdict.levels.values()) == verdict.declared


def test_a_forged_withdrawal_shows_its_bad_signature(tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    ledger.add(withdrawal(base, key=b"\x07" * 32))
    top = ledger.add(footprint(PRESS, upstream_line(base), product_id="TOP", value="2.0000"))
    ledger.anchor()
    assert "KEY_NOT_VALID" in codes(ledger.verify(tmp_path, top).findings)


@pytest.mark.parametrize("key", [b"\x07" * 32, private_key(PRESS)], ids=["stranger", "another firm"])
def test_a_forged_withdrawal_ends_nothing(key: bytes, tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    ledger.add(withdrawal(base, key=key))
    top = ledger.add(footprint(PRESS, upstream_line(base), product_id="TOP", value="2.0000"))
    ledger.anchor()
    assert codes(ledger.replay(tmp_path / "replay").findings) == {"KEY_NOT_VALID"}
    assert codes(ledger.verify(tmp_path / "product", top).findings) == {"KEY_NOT_VALID"}


def test_a_forged_successor_replaces_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    base = footprint(STEEL, product_id="BASE", value="2.0000")
    ledger.add(base)
    ledger.add(footprint(STEEL, product_id="BASE", value="1.0000", previous=base.digest, key=b"\x07" * 32))
    top = ledger.add(footprint(PRESS, upstream_line(base.digest), product_id="TOP", value="2.0000"))
    ledger.add(footprint(STEEL, product_id="BASE", value="3.0000", previous=base.digest))
    ledger.anchor()
    assert codes(ledger.replay(tmp_path / "replay").findings) == {"KEY_NOT_VALID"}
    found = codes(ledger.verify(tmp_path / "product", top).findings)
    assert found & {"UPSTREAM_STALE", "PREVIOUS_NOT_HEAD", "SUBJECT_TAKEN"} == set()


def test_a_forged_first_declaration_takes_no_subject(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(footprint(STEEL, product_id="BASE", value="1.0000", key=b"\x07" * 32))
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    ledger.anchor()
    assert codes(ledger.replay(tmp_path / "replay").findings) == {"KEY_NOT_VALID"}
    assert codes(ledger.verify(tmp_path / "product", base).findings) == {"KEY_NOT_VALID"}


def test_rounding_a_footprint_away_is_not_recomputed(tmp_path: Path) -> None:
    ledger = Ledger()
    line = gas_line("process", "0.4") | {"emission": "0"}
    top = ledger.add(footprint(STEEL, line, value="0"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top)
    assert codes(verdict.findings) == {"RESULT_TOO_COARSE"}
    assert sum(verdict.levels.values()) == verdict.declared == 0


@pytest.mark.parametrize(
    ("value", "code"), [("2.0000", None), ("2.0001", "PINNED_UPSTREAM"), ("900.0000", "PINNED_UPSTREAM")]
)
def test_a_withheld_upstream_is_held_to_its_signed_headline(value: str, code: str | None, tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value=value))
    top = ledger.add(footprint(PRESS, upstream_line(base), product_id="TOP", value="2.0000"))
    ledger.anchor()
    ledger.erased.add(0)
    verdict = ledger.verify(tmp_path / "product", top)
    assert codes(verdict.findings) == codes(ledger.replay(tmp_path / "replay").findings) == ({code} if code else set())
    level = Level.UNVERIFIED if code else Level.DECLARED
    assert verdict.levels[level] == verdict.declared
    if code:
        assert [f.kilograms for f in verdict.findings if f.code == code] == [Decimal(value) - 2]


def test_a_co2_value_called_a_footprint_factor_is_refused(tmp_path: Path) -> None:
    ledger = Ledger()
    content = factor_content()
    content["header"]["gas_basis"] = "CO2"
    basis = ledger.add(signed("factor", PUBLISHER, content))
    top = ledger.add(footprint(STEEL, power_line(basis), value="0.5777"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top)
    assert codes(verdict.findings) == {"FACTOR_KIND"}
    assert verdict.levels[Level.UNVERIFIED] == verdict.declared


def test_a_newer_version_that_was_itself_withdrawn_makes_nothing_stale(tmp_path: Path) -> None:
    ledger = Ledger()
    old = factor()
    newer = factor("0.9000", previous=old.digest)
    ledger.add(old, newer)
    ledger.add(withdrawal(newer.digest, PUBLISHER))
    top = ledger.add(footprint(STEEL, power_line(old.digest), value="0.5777"))
    ledger.anchor()
    assert codes(ledger.verify(tmp_path, top).findings) == set()


@pytest.mark.parametrize(("shift", "code"), [(0, None), (1, "RECEIPT_ANCHOR_BLOCK"), (-1, "RECEIPT_ANCHOR_BLOCK")])
def test_a_receipt_that_names_another_anchor_block_fails(shift: int, code: str | None, tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(footprint(STEEL))
    ledger.anchor()
    receipt, trust = ledger.receipt(0), ledger.trust()
    assert receipt.anchor is not None
    anchor = receipt.anchor.model_copy(update={"block": receipt.anchor.block + shift})
    ledger.write(tmp_path)
    verdict = verify_receipt(receipt.model_copy(update={"anchor": anchor}), trust, read_chain(tmp_path, trust))
    assert codes(verdict.findings) == ({code} if code else set())


def test_only_a_sound_declaration_that_was_not_opened_can_be_vouched_for(tmp_path: Path) -> None:
    """`vouched` is the judge's word; it must not heal a broken upstream, nor outrank one that recomputes."""
    ledger = Ledger()
    sound = ledger.add(footprint(STEEL, product_id="SOUND", value="2.0000"))
    forged = ledger.add(footprint(STEEL, product_id="FORGED", value="2.0000", key=b"\x07" * 32))
    opened = ledger.add(footprint(STEEL, product_id="OPENED", value="2.0000"))
    top = ledger.add(footprint(PRESS, *map(upstream_line, (sound, forged, opened)), product_id="TOP", value="6.0000"))
    ledger.anchor()
    ledger.erased.update((0, 1))
    first = ledger.verify(tmp_path, top)
    chain = {digest: node.judged for digest, node in first.nodes.items()}
    found = {digest: tuple(f for f in first.findings if f.statement == digest) for digest in chain}
    verdict = verdict_on(chain[top], chain, found, (), frozenset(chain))
    two = Decimal("2.0000")
    assert {level: kg for level, kg in verdict.levels.items() if kg} == {
        Level.VOUCHED: two, Level.UNVERIFIED: two, Level.RECOMPUTED: two}  # fmt: skip
    assert first.levels[Level.DECLARED] == two
