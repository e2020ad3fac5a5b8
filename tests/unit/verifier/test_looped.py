"""A product's chain goes through loop groups: the group is solved again, and what is wrong in it weighs in the product."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger
from support.builders import CARMAKER, Signed, footprint_content, gas_line, signed
from support.looped import group, on_member, signed_group

from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from verifier.columns import NANO
from verifier.impact import impact_on
from verifier.loading import Value, group_values, load
from verifier.product import ProductVerdict
from verifier.sources import open_folder, read_chain
from verifier.status import Status
from verifier.sweep import recompute


def door(*lines: dict[str, Any], value: str, previous: bytes | None = None) -> Signed:
    return signed(
        "footprint", CARMAKER, footprint_content(*lines, product_id="DOOR", footprint=value), previous=previous
    )


def verdict_on(folder: Path, *items: Signed, erased: int | None = None) -> ProductVerdict:
    ledger = Ledger()
    ledger.add(*items)
    ledger.erased |= set() if erased is None else {erased}
    ledger.anchor()
    return ledger.verify(folder, items[-1].digest)


def failed(verdict: ProductVerdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.outcome is Outcome.FAIL]


def lines_on(digest: bytes) -> tuple[dict[str, Any], ...]:
    return gas_line("1.000000"), on_member(digest, "2", "0.410256"), on_member(
        digest, "0.5", "0.925641", member="steel", value="1.851282051")  # fmt: skip


VALUE = "2.335897"


def test_what_rests_on_a_group_is_verified_and_counts_at_the_group_s_word(tmp_path: Path) -> None:
    loop = signed_group()
    verdict = verdict_on(tmp_path, loop, door(*lines_on(loop.digest), value=VALUE))
    assert verdict.status is Status.VERIFIED
    assert (verdict.declared, verdict.recomputed) == (Decimal(VALUE), Decimal(VALUE))
    assert verdict.levels[Level.DECLARED] == Decimal("1.335897")
    assert verdict.levels[Level.RECOMPUTED] == Decimal("1.000000")
    node = verdict.nodes[loop.digest]
    assert (node.weight, round(node.kilograms, 6)) == (Decimal("2.5"), Decimal("1.335897"))
    assert verdict.nodes[verdict.product].uses == (loop.digest,)


def test_a_value_that_does_not_solve_the_group_weighs_what_the_product_takes_of_it(tmp_path: Path) -> None:
    """0.1 kg too little for each kg of scrap: the door takes two, of steel it takes none."""
    loop = signed_group(scrap={"footprint": "0.105128205"})
    line = on_member(loop.digest, "2", "0.210256", value="0.105128205")
    verdict = verdict_on(tmp_path, loop, door(gas_line("1.000000"), line, value="1.210256"))
    (finding,) = failed(verdict)
    assert (finding.code, finding.statement, finding.place) == ("LOOP_VALUE", loop.digest, "members/0001")
    assert finding.kilograms == Decimal("0.2")
    assert verdict.recomputed == Decimal("1.410256")
    assert verdict.levels[Level.UNVERIFIED] == Decimal("0.210256")
    steel = on_member(loop.digest, "2", "3.702564", member="steel", value="1.851282051")
    verdict = verdict_on(tmp_path / "steel", loop, door(steel, value="3.702564"))
    assert [(f.code, f.kilograms) for f in failed(verdict)] == [("LOOP_VALUE", Decimal(0))]


def test_a_wrong_pin_is_named_with_its_kilograms_and_put_right(tmp_path: Path) -> None:
    loop = signed_group()
    line = on_member(loop.digest, "2", "0.210256", value="0.105128205")
    verdict = verdict_on(tmp_path, loop, door(gas_line("1.000000"), line, value="1.210256"))
    assert [(f.code, f.place, f.kilograms) for f in failed(verdict)] == [
        ("PINNED_UPSTREAM", "lines/0001", Decimal("0.200000"))
    ]
    assert verdict.recomputed == Decimal("1.410256")
    assert verdict.levels[Level.UNVERIFIED] == Decimal("0.210256")


def test_of_a_group_that_is_withheld_nothing_is_known(tmp_path: Path) -> None:
    """Its headline states no value, so there is nothing to hold the pinned one against."""
    loop = signed_group()
    verdict = verdict_on(tmp_path, loop, door(*lines_on(loop.digest), value=VALUE), erased=0)
    assert verdict.status is Status.INCOMPLETE
    assert verdict.levels[Level.UNVERIFIED] == Decimal("1.335897")
    assert verdict.recomputed == Decimal(VALUE)


@pytest.mark.parametrize(("member", "code"), [("coal", "LOOP_MEMBER_UNKNOWN"), (None, "REFERENCE_KIND")])
def test_a_line_on_no_member_is_not_counted(tmp_path: Path, member: str | None, code: str) -> None:
    loop = signed_group()
    line = on_member(loop.digest, "2", "0.410256", member=member)
    verdict = verdict_on(tmp_path, loop, door(line, value="0.410256"))
    assert code in {finding.code for finding in failed(verdict)}
    assert verdict.levels[Level.UNVERIFIED] == Decimal("0.410256")


def test_the_deep_recomputation_over_columns_solves_the_group_too() -> None:
    digest, wrong = bytes([7]) * 32, group(scrap={"footprint": "0.105128205", "amount": "2"})
    content = Footprint.model_validate(
        footprint_content(on_member(digest, "2", "0.210256", value="0.1051282"), footprint="0.210256")
    )
    values = group_values({digest: wrong})
    assert values[digest + b"scrap"] == Value("41025641/400000000", "kg")
    assert values[digest + b"steel"] == Value("1851282051/1000000000", "kg")
    declared, true = load({bytes(32): content}), load({bytes(32): content}, values)
    assert recompute(declared.columns).at(0) == round(Decimal("0.210256") * NANO)
    assert recompute(true.columns).at(0) == round(Decimal("0.205128") * NANO)
    assert group_values({digest: group(steel={"key": "scrap"})}) == {}


def test_a_replaced_group_tells_whom_it_touches_by_each_member_s_new_value(tmp_path: Path) -> None:
    ledger, loop = Ledger(), signed_group()
    new = {"scrap": {"direct": "0.12", "footprint": "0.307692308"}, "steel": {"footprint": "1.876923077"}}
    ledger.add(loop, door(*lines_on(loop.digest), value=VALUE), signed_group(loop.digest, **new))
    ledger.anchor()
    trust = ledger.trust()
    ledger.write(tmp_path)
    found = impact_on(open_folder(tmp_path, trust), read_chain(tmp_path, trust), trust, digest_to_text(loop.digest))
    (touched,) = found.products
    # two of the scrap at 0.307692308, half of the steel at 1.876923077
    assert (touched.resting, touched.corrected) == (Decimal("1.335897"), Decimal("2.553846"))
