"""The calculation of columns in its plainest form: Python fractions, one node after another. What arrays must equal."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from verifier.columns import Row


def plain_round(value: Fraction, decimals: int) -> int:
    """Nano-kilograms, rounded half to even to `decimals` of a kilogram; Python's own rounding of fractions."""
    step = 10 ** (9 - decimals)
    return round(value / step) * step


def plain_value(row: Row, values: Sequence[int]) -> int:
    exact = row.direct + sum((quantity * values[supplier] for supplier, quantity in row.inputs), Fraction(0))
    return plain_round(exact, row.decimals)


def plain_recompute(rows: Sequence[Row]) -> list[int]:
    """Suppliers stand before their customers."""
    values: list[int] = []
    for row in rows:
        values.append(plain_value(row, values))
    return values


def plain_expected(rows: Sequence[Row]) -> list[int]:
    """What each declaration comes to from the declared values of its suppliers."""
    declared = [row.declared for row in rows]
    return [plain_value(row, declared) for row in rows]


def plain_upstream(rows: Sequence[Row], product: int) -> list[int]:
    found, waiting = set(), [product]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += [supplier for supplier, _ in rows[node].inputs]
    return sorted(found)


def _fraction(chance: Random, *, signed: bool, largest: int) -> Fraction:
    """Small ones mostly, decimals, thirds and eighteenths, and numbers at the limits of 64 bits."""
    sign = chance.choice([1, -1]) if signed else 1
    if chance.random() < 0.5:
        return sign * Fraction(chance.randint(0, 2_000), chance.choice([1, 1, 2, 10, 1_000, 18, 3]))
    size = chance.choice([10**6, 2**31, 2**53, largest])
    below = chance.choice([1, 10**3, 10**6, 10**9, 7, 18, 18 * 10**9, 10**15, 2**61])
    return sign * Fraction(chance.randint(0, size), below)


def made_ledger(chance: Random, size: int, *, signed: bool, largest: int) -> list[Row]:
    """In log order; some claims are right, some off by one step or by many."""
    rows: list[Row] = []
    for node in range(size):
        suppliers = [chance.randrange(node) for _ in range(chance.randint(0, 4))] if node else []
        inputs = [(supplier, _fraction(chance, signed=signed, largest=largest)) for supplier in suppliers]
        decimals = chance.randint(0, 9)
        row = Row(0, decimals, _fraction(chance, signed=signed, largest=2**66), inputs)
        right = plain_value(row, [one.declared for one in rows])
        off = chance.choice([0, 0, 0, 1, -1, 10**6]) * 10 ** (9 - decimals)
        rows.append(row._replace(declared=right + off))
    return rows


def ledgers(*, signed: bool = False, largest: int = 2**64) -> st.SearchStrategy[list[Row]]:
    """Small ledgers; seeds are drawn and not numbers, because drawing each number costs more than all that is tested."""
    return st.builds(
        lambda seed, size: made_ledger(Random(seed), size, signed=signed, largest=largest),
        st.integers(0, 2**32), st.integers(1, 24),
    )  # fmt: skip
