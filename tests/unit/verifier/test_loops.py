"""Cycles that nobody declared are found; declared ones are solved over columns with the same bits as one by one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import CARMAKER, PRESS, STEEL, footprint_content, gas_line
from support.golden import Golden

from ledger import loops
from ledger.errors import InputError
from ledger.kinds.footprint import Footprint
from ledger.kinds.loop_group import LoopGroup
from verifier import evaluation
from verifier.columns import NANO, ExactRow, Row, from_rows
from verifier.loops import Declared, certify, components, least_fixed_point, undeclared_cycles
from verifier.sweep import consumers_of


def declared(organisation: str, product: str, year: int, *suppliers: bytes) -> Declared:
    lines = []
    for supplier in suppliers:
        source = {"type": "upstream", "digest": "0x" + supplier.hex(), "value": "1", "per": "t"}
        lines.append(
            gas_line("0.5", f"来自 {supplier.hex()[:2]}") | {"kind": "upstream", "unit": "t", "source": source}
        )
    content: dict[str, Any] = footprint_content(gas_line("1"), *lines, product_id=product)
    content["header"] |= {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    return Declared(organisation, Footprint.model_validate(content))


SCRAP, COIL, NEW_SCRAP = (bytes([n]) * 32 for n in (1, 2, 3))


def circle(first_year: int, last_year: int) -> dict[bytes, Declared]:
    return {
        SCRAP: declared(PRESS, "SCRAP", first_year),
        COIL: declared(STEEL, "COIL", 2025, SCRAP),
        NEW_SCRAP: declared(PRESS, "SCRAP", last_year, COIL),
    }


def test_a_circle_in_one_period_is_found_at_the_line_that_closes_it_with_its_kilograms() -> None:
    (finding,) = undeclared_cycles(circle(2025, 2025))
    assert (finding.code, finding.statement, finding.place) == ("CYCLE", NEW_SCRAP, "lines/0001")
    assert finding.kilograms == Decimal("0.5")
    assert finding.values["got"] == "0x" + SCRAP.hex()


def test_an_earlier_period_may_feed_back() -> None:
    assert list(undeclared_cycles(circle(2024, 2025))) == []


def at_the_grave(one: Declared) -> Declared:
    header = one.content.header.model_copy(update={"boundary": "cradle-to-grave"})
    return one._replace(content=one.content.model_copy(update={"header": header}))


def test_from_the_gate_to_the_grave_is_no_circle_unless_something_lies_between() -> None:
    gate, grave, between = SCRAP, NEW_SCRAP, COIL
    chain = {gate: declared(PRESS, "SCRAP", 2025), grave: at_the_grave(declared(PRESS, "SCRAP", 2025, gate))}
    assert list(undeclared_cycles(chain)) == []
    back = {grave: at_the_grave(declared(PRESS, "SCRAP", 2025)), gate: declared(PRESS, "SCRAP", 2025, grave)}
    assert [f.statement for f in undeclared_cycles(back)] == [gate]
    chain[between] = declared(STEEL, "COIL", 2025, gate)
    chain[grave] = at_the_grave(declared(PRESS, "SCRAP", 2025, between))
    assert [f.statement for f in undeclared_cycles(chain)] == [grave]


def test_another_firm_s_product_of_the_same_code_is_another_product() -> None:
    chain = circle(2025, 2025)
    chain[NEW_SCRAP] = chain[NEW_SCRAP]._replace(organisation=STEEL)
    assert list(undeclared_cycles(chain)) == []


def test_the_golden_chain_with_its_older_coil_has_no_cycle() -> None:
    golden = Golden()
    names = {"coil_2023": STEEL, "coil": STEEL, "part": PRESS, "body": CARMAKER}
    chain = {golden.digests[name]: Declared(owner, golden.contents[name]) for name, owner in names.items()}
    assert list(undeclared_cycles(chain)) == []


@pytest.mark.parametrize(("year", "found"), [(2025, 0), (2024, 1)])
def test_a_declared_group_covers_its_own_products_in_its_own_period(year: int, found: int) -> None:
    member = {"unit": "t", "amount": "1", "direct": "1", "footprint": "2"}
    group = LoopGroup.model_validate({
        "header": {"version": 1, "group": "g", "period_start": f"{year}-01-01", "period_end": f"{year}-12-31",
                   "gwp": "AR5"},
        "members": tuple(
            member | {"key": code, "organisation": owner, "product": code, "product_id": code,
                      "inputs": [{"member": code, "quantity": "0.1"}]}
            for owner, code in ((PRESS, "SCRAP"), (STEEL, "COIL"))
        ),
    })  # fmt: skip
    assert len(list(undeclared_cycles(circle(2025, 2025), [group]))) == found


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_components_are_what_reaches_one_another(seed: int) -> None:
    chance = Random(seed)
    nodes = [(str(n), "", "") for n in range(chance.randint(1, 9))]
    links = {node: {chance.choice(nodes) for _ in range(chance.randint(0, 2))} for node in nodes}
    reach = {node: {node} for node in nodes}
    for _ in nodes:
        reach = {node: found.union(*(links[one] for one in found)) for node, found in reach.items()}
    found = components(links)
    for a in nodes:
        for b in nodes:
            assert (found[a] == found[b]) == (b in reach[a] and a in reach[b])


def made(seed: int, size: int) -> list[loops.Member]:
    chance = Random(seed)
    return [
        loops.Member(
            Fraction(chance.randint(0, 10**6), 1_000),
            tuple((chance.randrange(size), Fraction(chance.randint(0, 240), 1_000)) for _ in range(chance.randint(0, 4))),
            chance.randint(0, 9),
        )
        for _ in range(size)
    ]  # fmt: skip


def rows_of(members: list[loops.Member]) -> list[Row]:
    return [Row(0, member.decimals, member.direct * NANO, member.inputs) for member in members]


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_columns_come_to_the_same_least_fixed_point(seed: int, size: int) -> None:
    members = made(seed, size)
    columns = from_rows(rows_of(members))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "FEW", 0)
        patch.setattr(evaluation, "BLOCK", 7)
        values = least_fixed_point(columns, consumers_of(columns))
    assert [Decimal(values.at(n)).scaleb(-9) for n in range(size)] == loops.least_fixed_point(members)
    assert 0 <= certify(columns).theta < 1


def test_the_textbook_loop_also_in_columns_and_beyond_them() -> None:
    """Steel and scrap once in kilograms, and once so large that arrays do not hold them."""
    for size in (1, 10**20):
        rows = [Row(0, 9, Fraction(9 * size, 5) * NANO, [(1, Fraction(1, 4))]),
                Row(0, 9, Fraction(size, 50) * NANO, [(0, Fraction(1, 10))])]  # fmt: skip
        columns = from_rows(rows)
        values = least_fixed_point(columns, consumers_of(columns))
        exact = [Fraction(361 * size, 195) * NANO, Fraction(8 * size, 39) * NANO]
        assert [values.at(0), values.at(1)] == [round(value) for value in exact]


@pytest.mark.parametrize(("quantity", "code"), [("1", "LOOP_UNBOUNDED"), ("-0.1", "LOOP_NEGATIVE")])
def test_what_may_not_converge_is_refused(quantity: str, code: str) -> None:
    columns = from_rows([Row(0, 9, Fraction(1), [(0, Fraction(quantity))])])
    with pytest.raises(InputError) as refused:
        least_fixed_point(columns, consumers_of(columns))
    assert refused.value.code == code


def test_the_certificate_s_bound_is_never_below_the_exact_one() -> None:
    columns = from_rows([Row(0, 9, Fraction(1), [(1, Fraction(1, 3))]), Row(0, 9, Fraction(1), [(0, Fraction(2, 7))])])
    found = certify(columns)
    weights = [Fraction(float(weight)) for weight in found.weights]
    exact = max(Fraction(1, 3) * weights[1] / weights[0], Fraction(2, 7) * weights[0] / weights[1])
    assert exact <= Fraction(found.theta) < exact * Fraction(10**12 + 1, 10**12)
    assert np.all(found.weights > 0)


def test_an_exact_row_takes_part_in_the_certificate() -> None:
    columns = from_rows([Row(0, 9, Fraction(1), [(0, Fraction(1, 2))])])
    other = columns.changed(0, ExactRow(Fraction(1), (Fraction(2**80 + 1, 2**81),)))
    assert other.exact
    assert 0.5 < certify(other).theta < 1
