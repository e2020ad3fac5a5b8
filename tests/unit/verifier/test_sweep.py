"""Arrays say what plain Python fractions say, bit for bit, and refuse rather than guess."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.plain_columns import ledgers, plain_expected, plain_recompute, plain_upstream, plain_value

from ledger.errors import InputError
from verifier import evaluation, sweep
from verifier.columns import ExactRow, Row, Values, from_arrays, from_rows

ANY = st.one_of(ledgers(), ledgers(signed=True), ledgers(largest=2**70), ledgers(signed=True, largest=2**80))


@pytest.fixture(autouse=True, scope="module", params=["arrays", "levels"])
def _by_arrays(request: pytest.FixtureRequest) -> object:
    """The arrays do the work even on a few nodes, once in log order and once by levels; small blocks meet."""
    patch = pytest.MonkeyPatch()
    patch.setattr(evaluation, "FEW", 0)
    patch.setattr(evaluation, "BLOCK", 5)
    patch.setattr(sweep, "BLOCK", 5)
    if request.param == "levels":
        patch.setattr(sweep, "_runs", lambda _: None)
        patch.setattr(sweep, "_ROUNDS", 2)
    yield request.param
    patch.undo()


def in_list(values: Values) -> list[int]:
    return [values.at(node) for node in range(len(values))]


@settings(deadline=None)
@given(ANY)
def test_the_claim_check_finds_exactly_the_wrong_claims(rows: list[Row]) -> None:
    checked = sweep.claim_check(from_rows(rows))
    expected = plain_expected(rows)
    assert in_list(checked.expected) == expected
    assert checked.wrong.tolist() == [node for node, row in enumerate(rows) if row.declared != expected[node]]


@settings(deadline=None)
@given(ANY)
def test_the_deep_recomputation_is_the_plain_one(rows: list[Row]) -> None:
    columns = from_rows(rows)
    assert in_list(sweep.recompute(columns)) == plain_recompute(rows)


@settings(deadline=None)
@given(ANY)
def test_columns_with_their_batches_in_one_piece_give_the_same_values(rows: list[Row]) -> None:
    columns = from_rows(rows)
    order = sweep.order_of(columns)
    other, one_piece = sweep.arranged(columns, order)
    values, nodes = sweep.recompute(other, one_piece), order.nodes
    plain = plain_recompute(rows)
    assert in_list(values) == [plain[node] for node in (range(len(rows)) if nodes is None else nodes.tolist())]
    assert sorted(in_list(other.declared)) == sorted(row.declared for row in rows)


@settings(deadline=None)
@given(ANY, st.data())
def test_the_upstream_of_one_product_alone_gives_the_same_values(rows: list[Row], data: st.DataObject) -> None:
    product = data.draw(st.integers(0, len(rows) - 1))
    columns = from_rows(rows)
    nodes, values = sweep.recompute_upstream(columns, product, sweep.order_of(columns))
    assert nodes.tolist() == plain_upstream(rows, product)
    plain = plain_recompute(rows)
    assert [values.at(node) for node in nodes.tolist()] == [plain[node] for node in nodes.tolist()]


@settings(deadline=None)
@given(ANY, st.data())
def test_a_correction_reaches_what_it_changes_and_nothing_else(rows: list[Row], data: st.DataObject) -> None:
    node = data.draw(st.integers(0, len(rows) - 1))
    direct = data.draw(st.one_of(st.just(rows[node].direct + Fraction(1, 10)), st.fractions(0, 2**70)))
    columns = from_rows(rows)
    order, consumers = sweep.order_of(columns), sweep.consumers_of(columns)
    values = sweep.recompute(columns, order)
    later = [*rows[:node], rows[node]._replace(direct=direct), *rows[node + 1 :]]
    changed = columns.changed(node, ExactRow(direct, columns.row(node).quantities))
    before = sweep.correct(changed, order, consumers, values, [node]).before()
    old, new = plain_recompute(rows), plain_recompute(later)
    assert in_list(values) == new
    assert before == {i: old[i] for i in range(len(rows)) if old[i] != new[i]}


@pytest.mark.parametrize(("direct", "value"), [("1/2", 0), ("3/2", 2), ("5/2", 2), ("-1/2", 0), ("-3/2", -2)])
def test_a_tie_goes_to_the_even_digit(direct: str, value: int) -> None:
    columns = from_rows([Row(0, 0, Fraction(direct) * 10**9, ()), Row(0, 9, Fraction(direct), ())])
    assert in_list(sweep.recompute(columns)) == [value * 10**9, value]


@settings(deadline=None)
@given(st.integers(2**52, 2**61), st.integers(-3, 3), st.sampled_from([1, 10, 10**9]))
def test_one_unit_beside_a_tie_is_seen_where_floats_see_none(value: int, beside: int, scale: int) -> None:
    rows = [Row(value, 9, Fraction(value), ())]
    rows.append(Row(0, 9, Fraction(beside, 2 * scale), [(0, Fraction(1, 2))]))
    assert in_list(sweep.recompute(from_rows(rows))) == plain_recompute(rows)


def test_terms_that_cancel_are_bounded_by_their_own_size_and_not_by_their_sum() -> None:
    """2^40 units up and 2^40 - 1 down: a bound on the sum alone would trust a float that has lost the rest."""
    rows = [Row(0, 9, Fraction(2**61), ()), Row(0, 9, Fraction(2**61 - 1), ())]
    rows.append(Row(0, 9, Fraction(0), [(0, Fraction(2**40)), (1, Fraction(-(2**40)))]))
    assert in_list(sweep.recompute(from_rows(rows)))[2] == plain_recompute(rows)[2] == 2**40


def test_declared_values_that_cancel_are_bounded_by_their_own_size_too() -> None:
    """Nothing in the numbers is negative, only what two suppliers declare; one of the claims is one unit off."""
    suppliers = [Row(2**61, 9, Fraction(0), ()), Row(1 - 2**61, 9, Fraction(0), ())]
    both = [(0, Fraction(2**40)), (1, Fraction(2**40))]
    rows = [*suppliers, Row(2**40, 9, Fraction(0), both), Row(2**40 + 1, 9, Fraction(0), both)]
    checked = sweep.claim_check(from_rows(rows))
    assert in_list(checked.expected)[2:] == [2**40, 2**40]
    assert checked.wrong.tolist() == [0, 1, 3]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(2**54, 2**56), st.integers(2**60, 2**61)), min_size=3, max_size=3))
def test_sums_of_120_bits_are_not_left_to_an_estimate_that_is_off_by_more_than_64(terms: list[tuple[int, int]]) -> None:
    """Values and denominators that fit the arrays each, while the float's error alone is beyond what 2^64 tells apart."""
    rows = [Row(0, 9, Fraction(value), ()) for value, _ in terms]
    rows.append(Row(0, 9, Fraction(0), [(node, Fraction(2 * n + 1, 2**59)) for node, (_, n) in enumerate(terms)]))
    columns = from_rows(rows)
    assert not columns.exact
    assert in_list(sweep.recompute(columns)) == plain_recompute(rows)


def test_a_large_value_that_becomes_small_leaves_nothing_behind() -> None:
    rows = [Row(0, 9, Fraction(2**70), ()), Row(0, 9, Fraction(0), [(0, Fraction(1))])]
    columns = from_rows(rows)
    values, order = sweep.recompute(columns), sweep.order_of(columns)
    changed = columns.changed(0, ExactRow(Fraction(5), ()))
    found = sweep.correct(changed, order, sweep.consumers_of(columns), values, [0])
    assert found.before() == {0: 2**70, 1: 2**70}
    assert (in_list(values), values.beyond) == ([5, 5], {})
    assert values.digest() == sweep.recompute(changed).digest()


def test_a_value_beyond_the_arrays_goes_on_in_python_integers_and_comes_back() -> None:
    big = Fraction(10**30)
    rows = [Row(0, 9, big, ()), Row(0, 9, Fraction(0), [(0, Fraction(2))]), Row(0, 9, Fraction(1), [(1, 1 / big)])]
    values = sweep.recompute(from_rows(rows))
    assert (values.at(0), values.at(1), values.at(2)) == (10**30, 2 * 10**30, 3)
    assert set(values.beyond) == {0, 1}


def test_a_node_that_rests_on_a_later_one_is_no_order() -> None:
    columns = from_arrays(
        np.array([0, 1, 1], np.int64), np.array([1], np.int32), np.array([1], np.int64), np.zeros(2, np.int64),
        np.zeros(2, np.int64),
    )  # fmt: skip
    with pytest.raises(InputError) as refused:
        sweep.order_of(columns)
    assert (refused.value.code, refused.value.values) == ("COLUMNS_NOT_ORDERED", {"node": 0, "supplier": 1})


def chain(length: int) -> list[Row]:
    first = [Row(0, 6, Fraction(10**9), ())]
    return first + [Row(0, 6, Fraction(10**6), [(node, Fraction(99, 100))]) for node in range(length - 1)]


def test_a_long_chain_is_one_tier_a_node() -> None:
    rows = chain(60)
    columns = from_rows(rows)
    order = sweep.order_of(columns)
    assert order.rank.tolist() == list(range(60))
    assert in_list(sweep.recompute(columns, order)) == plain_recompute(rows)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_random_graphs_of_a_thousand_nodes(seed: int) -> None:
    chosen = np.random.default_rng(seed)
    counts = chosen.integers(0, 9, 1_000) * (np.arange(1_000) > 40)
    supplier = (chosen.random(counts.sum()) * np.repeat(np.arange(1_000), counts)).astype(np.int32)
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    quantity = chosen.integers(0, 2 * 10**8, len(supplier))
    direct = chosen.integers(0, 10**12, 1_000)
    columns = from_arrays(indptr, supplier, quantity, direct, np.zeros(1_000, np.int64), decimals=6)
    rows = [rows_of(columns.row(node), columns.suppliers(node), 6) for node in range(1_000)]
    values = sweep.recompute(columns)
    assert in_list(values) == plain_recompute(rows)
    assert values.fixed.tolist()[999] == plain_value(rows[999], in_list(values))


def rows_of(row: ExactRow, suppliers: Sequence[int], decimals: int) -> Row:
    return Row(0, decimals, row.direct, list(zip(suppliers, row.quantities, strict=True)))
