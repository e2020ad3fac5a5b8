"""Columns hold a ledger's numbers exactly, whatever their size."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from support.plain_columns import ledgers

from ledger.errors import InputError
from verifier.columns import BEYOND, MAX_VALUE, ExactRow, Row, Values, fit, from_arrays, from_rows

HALF = Fraction(1, 2)


def arrays(**changes: object) -> dict[str, object]:
    good = {
        "indptr": np.array([0, 0, 1], np.int64),
        "supplier": np.array([0], np.int32),
        "quantity": np.array([5], np.int64),
        "direct": np.array([7, 0], np.int64),
        "declared": np.array([7, 35], np.int64),
        "scale": 1,
    }
    return good | changes


@settings(deadline=None)
@given(ledgers(signed=True))
def test_every_row_is_read_back_exactly(rows: list[Row]) -> None:
    columns = from_rows(rows)
    for node, row in enumerate(rows):
        assert columns.row(node) == ExactRow(row.direct, tuple(quantity for _, quantity in row.inputs))
        assert columns.suppliers(node) == [supplier for supplier, _ in row.inputs]
        assert columns.declared.at(node) == row.declared


def test_five_eighteenths_stands_in_the_arrays_over_its_own_denominator() -> None:
    fitted = fit(ExactRow(Fraction(1, 3), (Fraction(5, 18), HALF)), step=1)
    assert fitted is not None
    assert (fitted.scale, fitted.quantities, fitted.direct, fitted.rest) == (18, (5, 9), 0, 6)


@pytest.mark.parametrize("row", [
    ExactRow(Fraction(1, 2**61), ()),
    ExactRow(Fraction(MAX_VALUE), ()),
    ExactRow(Fraction(0), (Fraction(2**63),)),
    ExactRow(Fraction(0), (Fraction(1, 10**18), Fraction(10**12))),
])  # fmt: skip
def test_what_needs_more_than_64_bits_is_kept_apart_and_not_rounded(row: ExactRow) -> None:
    assert fit(row, step=1) is None
    inputs = [(0, quantity) for quantity in row.quantities]
    columns = from_rows([Row(0, 9, Fraction(1), ()), Row(0, 9, row.direct, inputs)])
    assert columns.exact[1] == row
    assert columns.scale[1] == 0


def test_a_value_that_does_not_fit_is_kept_beside_the_array() -> None:
    values = Values.zeros(2)
    values.set(1, 10**30)
    assert (values.at(1), values.fixed[1], values.at(0)) == (10**30, BEYOND, 0)
    before = values.digest()
    values.set(1, 10**30 + 1)
    assert values.digest() != before
    values.set(1, 5)
    assert (values.at(1), values.beyond) == (5, {})


def test_a_changed_row_leaves_the_columns_that_it_came_from_alone() -> None:
    columns = from_arrays(**arrays())  # type: ignore[arg-type]
    other = columns.changed(1, ExactRow(HALF, (Fraction(10**20),)))
    assert other.row(1) == ExactRow(HALF, (Fraction(10**20),))
    back = other.changed(1, columns.row(1))
    assert columns.row(1) == back.row(1) == ExactRow(Fraction(0), (Fraction(5),))
    assert columns.digest() == back.digest() != other.digest()
    with pytest.raises(InputError):
        columns.changed(1, ExactRow(HALF, ()))


@pytest.mark.parametrize("wrong", [
    {"indptr": np.array([0, 1], np.int64)},
    {"indptr": np.array([0, 2, 1], np.int64)},
    {"indptr": np.array([0, 0, 2], np.int64)},
    {"supplier": np.array([2], np.int32)},
    {"supplier": np.array([-1], np.int32)},
    {"quantity": np.array([5, 5], np.int64)},
    {"scale": 2**60},
    {"decimals": 10},
    {"direct": np.array([2**62, 0], np.int64)},
    {"declared": np.array([7, -(2**62)], np.int64)},
    {"declared": np.array([7, BEYOND], np.int64)},
])  # fmt: skip
def test_arrays_that_do_not_fit_together_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        from_arrays(**arrays(**wrong))  # type: ignore[arg-type]
    assert refused.value.code == "COLUMNS_MALFORMED"
