"""A line may rest on one product of a loop group: what it pins is the value to which the group was solved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.around import Around
from support.builders import CARMAKER, PRESS, STEEL, footprint_content, gas_line
from support.looped import group, on_member
from support.volumes import PAPER

from ledger.findings import Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.kinds.footprint import KIND, Footprint
from ledger.kinds.loop_group import LoopGroup, solved

AR5 = {"gwp": "AR5"}


def around(content: LoopGroup | None = None) -> tuple[Around, bytes]:
    """A ledger that holds the group."""
    ledger = Around()
    return ledger, ledger.add("loop-group", STEEL, content or group(header=AR5))


def declaration(*lines: dict[str, Any], value: str = "2.512820", product: str = "DOOR", year: int = 2025,
                unit: str = "kg") -> Footprint:  # fmt: skip
    content = footprint_content(*lines, product_id=product, footprint=value)
    content["header"] |= {"unit": unit, "period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    return Footprint.model_validate(content)


def found(content: Footprint, ledger: Around, issuer: str = CARMAKER) -> list[tuple[str, str, Decimal | None]]:
    findings = KIND.check_references(content, ledger.by(issuer))
    return [(f.code, f.place, f.kilograms) for f in findings if f.outcome is Outcome.FAIL]


@pytest.mark.parametrize(("value", "emission", "expected"), [
    ("0.205128205", "0.410256", []),
    ("0.2051282050", "0.410256", []),
    ("0.2", "0.400000", [("PINNED_UPSTREAM", "lines/0000", Decimal("0.010256"))]),
])  # fmt: skip
def test_the_pinned_value_is_that_of_the_member(value: str, emission: str, expected: list[Any]) -> None:
    ledger, digest = around()
    assert found(declaration(on_member(digest, "2", emission, value=value), value=emission), ledger) == expected


def test_a_member_is_pinned_for_one_unit_whatever_the_group_s_amount_is() -> None:
    thousand = {"unit": "g", "amount": "1000"}
    ledger, digest = around(group(header=AR5, scrap=thousand))
    assert found(declaration(on_member(digest, "2", "0.410256"), value="0.410256"), ledger) == []


@pytest.mark.parametrize(("member", "kinds"), [("scrap", {"loop-group"}), (None, {"footprint"})])
def test_only_a_line_that_names_a_member_rests_on_a_group(member: str | None, kinds: set[str]) -> None:
    (reference,) = KIND.references(declaration(on_member(bytes(32), "2", "0.410256", member=member)))
    assert reference.kinds == kinds


def test_a_member_that_the_group_does_not_have_is_named() -> None:
    ledger, digest = around()
    line = on_member(digest, "2", "0.410256", member="coal")
    assert found(declaration(line), ledger) == [("LOOP_MEMBER_UNKNOWN", "lines/0000", Decimal("0.410256"))]


def test_a_newer_group_makes_its_lines_stale_or_has_the_member_no_longer() -> None:
    ledger, digest = around()
    newer = {"direct": "0.12", "footprint": "0.307692308"}
    ledger.add("loop-group", STEEL, group(header=AR5, scrap=newer, steel={"footprint": "1.876923077"}))
    line = on_member(digest, "2", "0.410256")
    assert found(declaration(line), ledger) == [("UPSTREAM_STALE", "lines/0000", Decimal("0.205129"))]
    renamed = {"steel": {"inputs": [{"member": "waste", "quantity": "0.25"}]}, "scrap": {"key": "waste"}}
    ledger.add("loop-group", STEEL, group(header=AR5, **renamed))
    assert [code for code, _, _ in found(declaration(line), ledger)] == ["LOOP_MEMBER_UNKNOWN"]


def test_a_group_counts_by_the_same_gases_in_its_time_and_states_no_parts() -> None:
    ledger, digest = around(group())
    parts = on_member(digest, "2", "0.410256", breakdown={"fossilGhgEmissions": "0.205128205"})
    assert [code for code, _, _ in found(declaration(parts), ledger)] == ["GWP_MIXED", "PINNED_BREAKDOWN"]
    late = declaration(on_member(digest, "2", "0.410256"), year=2029)
    assert [code for code, _, _ in found(late, ledger)] == ["GWP_MIXED", "UPSTREAM_EXPIRED"]


def steel(digest: bytes, own: str = "1.800000", value: str = "1.851282", **changes: Any) -> Footprint:
    """The steel works' own declaration, with the scrap that the group solved."""
    return declaration(gas_line(own), on_member(digest, "0.25", "0.051282"), value=value, product="STEEL", **changes)


def test_a_member_s_own_declaration_says_what_its_group_was_solved_to() -> None:
    ledger, digest = around()
    assert found(steel(digest), ledger, STEEL) == []
    wrong = [("LOOP_RESULT_DIFFERS", "result", Decimal("0.100000"))]
    assert found(steel(digest, "1.700000", "1.751282"), ledger, STEEL) == wrong
    # one unit in the last place is more than two roundings leave
    assert len(found(steel(digest, value="1.851283"), ledger, STEEL)) == 1
    # another firm's steel, and that of another year, are other products
    assert found(steel(digest, "1.700000", "1.751282"), ledger, PRESS) == []
    assert found(steel(digest, "1.700000", "1.751282", year=2026), ledger, STEEL) == []


def test_a_member_is_compared_in_the_group_s_unit() -> None:
    ledger, digest = around()
    lines = gas_line("1800"), on_member(digest, "250", "51")
    assert found(declaration(*lines, value="1851", product="STEEL", unit="t"), ledger, STEEL) == []
    assert found(declaration(*lines, value="1850", product="STEEL", unit="t"), ledger, STEEL) == [
        ("LOOP_RESULT_DIFFERS", "result", Decimal(1))]  # fmt: skip
    assert found(declaration(*lines, value="1850", product="STEEL", unit="piece"), ledger, STEEL) == []


@pytest.mark.parametrize(("owner", "product", "expected"), [
    (PRESS, "SCRAP", []), (PRESS, "WASTE", ["DELIVERY_OTHER_DECLARATION"]), (STEEL, "SCRAP", ["DELIVERY_OTHER_DECLARATION"]),
])  # fmt: skip
def test_what_was_delivered_is_the_member_itself(owner: str, product: str, expected: list[str]) -> None:
    ledger, digest = around()
    own = ledger.add("footprint", owner, declaration(gas_line("0.205128"), value="0.205128", product=product))
    sent = ledger.add("delivery", owner, _read("delivery", {
        "number": "D-1", "declaration": digest_to_text(own), "buyer": CARMAKER, "quantity": "9", "unit": "kg",
        "shipped": "2025-06-01", "note": PAPER}))  # fmt: skip
    taken = ledger.add("acceptance", CARMAKER, _read("acceptance", {
        "delivery": digest_to_text(sent), "quantity": "9", "unit": "kg", "accepted": "2025-06-02"}))  # fmt: skip
    line = on_member(digest, "2", "0.410256") | {"deliveries": [{"digest": digest_to_text(taken), "amount": "2"}]}
    codes = [code for code, _, _ in found(declaration(line, value="0.410256"), ledger)]
    assert codes == expected


def _read(kind: str, header: dict[str, Any]) -> Any:
    return kind_named(kind).content.model_validate({"header": {"version": 1, **header}})


def test_a_group_is_solved_by_key_or_not_at_all() -> None:
    assert solved(group()) == {"steel": Decimal("1.851282051"), "scrap": Decimal("0.205128205")}
    assert solved(group(scrap={"footprint": "0.3"}, steel={"footprint": "1.9"})) == {
        "steel": Decimal("1.8"), "scrap": Decimal("0.2")}  # fmt: skip
    assert solved(group(steel={"key": "scrap"})) is None
    assert solved(group(steel={"inputs": [{"member": "scrap", "quantity": "10"}]})) is None
