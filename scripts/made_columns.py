"""Columns of any size for the benchmarks: generated supply chains, whose declared values are right."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verifier.columns import Columns, Values, from_arrays
from verifier.sweep import recompute

Shape = Literal["tier", "hub"]
Amounts = Literal["decades", "even"]
COMMUNITY = 200


def tiers(chance: np.random.Generator, count: int, inputs: int, depth: int = 12) -> NDArray[np.int32]:
    """Suppliers in earlier tiers, seven in ten in the one before; in each tier few are popular and most are not.

    So a product rests on more than half of all declarations, and a declaration reaches one in thirty. The tiers follow
    one another in log order. One supplier row a node; -1 in the first tier.
    """
    size = -(-count // depth)
    found = np.full((count, inputs), -1, np.int32)
    for tier in range(1, depth):
        first, last = tier * size, min((tier + 1) * size, count)
        width = (max(last - first, 0), inputs)
        of = np.where(chance.random(width) < 0.7, tier - 1, chance.integers(0, tier, width))
        found[first:last] = of * size + (size * chance.random(width) ** 3).astype(np.int64)
    return found


def hubs(chance: np.random.Generator, count: int, inputs: int) -> NDArray[np.int32]:
    """Six inputs in ten from a few commodities, the rest inside communities, as bills of materials are.

    The commodities come first in the log and rest on earlier ones, as steel does on power.
    """
    few = max(1, count // COMMUNITY)
    node = np.arange(count)[:, None]
    start = np.maximum(node - node % COMMUNITY, few)
    near = start + ((node - start) * chance.random((count, inputs))).astype(np.int64)
    far = (np.minimum(node, few) * chance.random((count, inputs))).astype(np.int64)
    found = np.where((chance.random((count, inputs)) < 0.6) | (node <= start), far, near)
    found[0] = -1
    return found.astype(np.int32)


def quantities(chance: np.random.Generator, count: int, inputs: int, amounts: Amounts) -> NDArray[np.int64]:
    """Over 10^9: from a ten-thousandth of the largest up, evenly over the decades, as in bills of materials, or evenly.

    Either way what a declaration takes sums to 0.75 on average, so that values neither grow nor vanish with the tiers.
    """
    if amounts == "even":
        return chance.integers(1, 3 * 10**9 // (2 * inputs), count)
    largest = 0.75e9 / inputs * np.log(10**4)
    return np.maximum(largest * 10 ** (-4 * chance.random(count)), 1).astype(np.int64)


def made_columns(
    count: int, *, inputs: int = 12, shape: Shape = "tier", amounts: Amounts = "decades", seed: int = 1,
    decimals: int = 6,
) -> Columns:  # fmt: skip
    """`count` declarations in log order, with direct emissions of a gram to ten kilograms and `inputs` inputs each."""
    chance = np.random.Generator(np.random.PCG64(seed))
    suppliers = tiers(chance, count, inputs) if shape == "tier" else hubs(chance, count, inputs)
    filled = suppliers[:, 0] >= 0
    indptr = np.concatenate(([0], np.cumsum(filled * inputs, dtype=np.int64)))
    supplier = suppliers[filled].ravel()
    quantity = quantities(chance, len(supplier), inputs, amounts)
    direct = chance.integers(10**3, 10**7, count) * 10**3
    columns = from_arrays(indptr, supplier, quantity, direct, np.zeros(count, np.int64), decimals=decimals)
    return with_declared(columns, recompute(columns))


def with_declared(columns: Columns, declared: Values) -> Columns:
    """The same numbers with other claims."""
    return Columns(columns.indptr, columns.supplier, columns.quantity, columns.scale, columns.direct, columns.rest,
                   columns.step, declared, columns.exact)  # fmt: skip
