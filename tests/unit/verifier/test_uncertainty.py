"""Derivatives hold against small changes, intervals hold every case, and a seed gives the same draws."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.plain_columns import made_ledger, plain_recompute, plain_upstream

from ledger.errors import InputError
from verifier import evaluation
from verifier.columns import NANO, Columns, Row, from_rows
from verifier.deviations import relative_deviation
from verifier.uncertainty import Deviations, first_order, hot_spots, interval, monte_carlo, unrounded

F = Fraction


def shared_power() -> list[Row]:
    """Power goes into two parts, and both into the product: what is uncertain in it counts once, twice as heavy."""
    kg = NANO
    return [
        Row(kg, 9, F(kg), []),
        Row(2 * kg, 9, F(kg), [(0, F(1))]),
        Row(2 * kg, 9, F(kg), [(0, F(1))]),
        Row(9 * kg, 9, F(9 * kg), []),
        Row(5 * kg, 9, F(kg), [(1, F(1)), (2, F(1))]),
    ]


def flat(columns: Columns, direct: float, quantity: float) -> Deviations:
    return Deviations(np.full(len(columns), float(direct)), np.full(len(columns.supplier), float(quantity)))


def test_a_shared_supplier_counts_as_one() -> None:
    """With 10 % on the power alone the product is 2 kg x 10 % off, not 0.1 x sqrt(2) as tier by tier."""
    columns = from_rows(shared_power())
    deviations = flat(columns, 0, 0)
    deviations.direct[0] = 0.1
    found = first_order(columns, 4, deviations)
    assert found.value == pytest.approx(5)
    assert found.standard_deviation == pytest.approx(0.2)
    assert [(one.node, one.supplier, one.share) for one in found.contributors] == [(0, None, pytest.approx(1))]


def test_quantities_contribute_what_they_bring() -> None:
    columns = from_rows(shared_power())
    found = first_order(columns, 4, flat(columns, 0.0, 0.1))
    assert [(one.node, one.supplier) for one in found.contributors] == [(4, 1), (4, 2), (1, 0), (2, 0)]
    assert [one.deviation for one in found.contributors] == pytest.approx([0.2, 0.2, 0.1, 0.1])
    assert sum(one.share for one in found.contributors) == pytest.approx(1)


def test_hot_spots_are_what_stands_in_the_product_and_sum_to_it() -> None:
    found = hot_spots(from_rows(shared_power()), 4)
    assert [(one.node, one.kilograms) for one in found] == [(0, 2), (1, 1), (2, 1), (4, 1)]
    assert sum(one.share for one in found) == pytest.approx(1)
    assert [one.node for one in hot_spots(from_rows(shared_power()), 4, top=1)] == [0]


def test_without_rounding_thirds_stay_thirds() -> None:
    rows = [Row(0, 0, F(NANO, 3), []), Row(0, 9, F(0), [(0, F(3))])]
    assert unrounded(from_rows(rows)).tolist() == [1 / 3, 1.0]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_derivatives_hold_against_exact_changes(seed: int) -> None:
    chance = Random(seed)
    rows = [
        Row(0, 9, F(chance.randint(1, 10**12)),
            [(chance.randrange(node), F(chance.randint(0, 500), 1_000)) for _ in range(chance.randint(0, min(node, 3)))])
        for node in range(8)
    ]  # fmt: skip
    columns, product = from_rows(rows), 7
    for node in plain_upstream(rows, product):
        deviations = flat(columns, 0, 0)
        deviations.direct[node] = 1
        found = first_order(columns, product, deviations)
        changed = [*rows[:node], rows[node]._replace(direct=rows[node].direct * 2), *rows[node + 1 :]]
        exact = plain_recompute(changed)[product] - plain_recompute(rows)[product]
        assert found.standard_deviation * NANO == pytest.approx(exact, rel=1e-9, abs=100)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_every_case_lies_in_the_interval(seed: int, arrays: bool) -> None:
    chance = Random(seed)
    rows = made_ledger(chance, 8, signed=False, largest=2**60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "FEW", 0 if arrays else 8)
        found = interval(from_rows(rows), 7, F(1, 10), F(1, 50))
    for _ in range(5):
        case = [
            row._replace(direct=row.direct * F(chance.randint(90, 110), 100),
                         inputs=[(s, q * F(chance.randint(98, 102), 100)) for s, q in row.inputs])
            for row in rows
        ]  # fmt: skip
        assert found.low <= plain_recompute(case)[7] <= found.high
    unrounded = [row._replace(decimals=9) for row in rows]
    assert found.low <= plain_recompute(unrounded)[7] <= found.high


def test_the_interval_of_numbers_without_range_holds_the_roundings_and_no_more() -> None:
    rows = [Row(0, 0, F(3, 2) * NANO, []), Row(0, 9, F(0), [(0, F(1))])]
    found = interval(from_rows(rows), 1, F(0), F(0))
    assert (found.low, found.high) == (NANO, 2 * NANO)


@pytest.mark.parametrize(("quantity", "part"), [("-1", "0"), ("1", "1"), ("1", "-0.1")])
def test_nothing_is_guaranteed_about_negative_numbers(quantity: str, part: str) -> None:
    rows = [Row(0, 9, F(1), []), Row(0, 9, F(1), [(0, F(quantity))])]
    with pytest.raises(InputError) as refused:
        interval(from_rows(rows), 1, F(part), F(0))
    assert refused.value.code == "INTERVAL_NEGATIVE"


def test_the_simulation_agrees_with_the_first_order_and_repeats_itself() -> None:
    columns = from_rows(shared_power())
    deviations = flat(columns, relative_deviation(1.1), relative_deviation(1.05))
    first = first_order(columns, 4, deviations)
    drawn = monte_carlo(columns, 4, deviations, draws=20_000, seed=7)
    assert drawn.mean == pytest.approx(5, rel=0.01)
    assert drawn.standard_deviation == pytest.approx(first.standard_deviation, rel=0.05)
    assert drawn.low < 5 < drawn.high
    assert monte_carlo(columns, 4, deviations, draws=20_000, seed=7) == drawn
    assert monte_carlo(columns, 4, deviations, draws=20_000, seed=8).digest != drawn.digest
