"""How sure a product's footprint is: hot spots, a first-order standard deviation, a guaranteed interval, Monte Carlo.

All but the interval are floats, to be read beside the exact value. The derivatives come from one sweep downwards: how
many declared units s of each declaration stand in one of the product (s = (I - Q^T)^-1 e); then df/d(direct_k) is s_k
and df/d(quantity_kj) is s_k f_j. An input that many suppliers share counts as one, unlike in a propagation tier by
tier. The interval needs no distribution: with nothing negative the calculation is monotone, so a sweep of all low
ends, rounded down, and one of all high ends, rounded up, enclose every case between, in integers and in all
roundings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Final, NamedTuple

import numpy as np

from ledger.errors import InputError
from verifier.columns import Columns, Int64s, Row, from_rows
from verifier.evaluation import Floats, Rounding, edges_of, float_direct, float_quantities
from verifier.sweep import Order, order_of, part_of, recompute, upstream_of

_PORTION: Final = 2_000_000
"""Random numbers drawn at once; part of what a seed means, so it is never changed."""


class Deviations(NamedTuple):
    """Relative standard deviations, independent of one another: of each direct emission, and of each quantity."""

    direct: Floats
    quantity: Floats


class Contributor(NamedTuple):
    """One uncertain number: a node's direct emission, or (`supplier` not None) what it takes of that node."""

    node: int
    supplier: int | None
    deviation: float
    """kg: what it alone would do to the product."""
    share: float
    """Of the variance."""


class FirstOrder(NamedTuple):
    """`standard_deviation` in kg, with the numbers that make most of it."""

    value: float
    standard_deviation: float
    contributors: tuple[Contributor, ...]


class HotSpot(NamedTuple):
    """What a declaration's own direct emissions weigh in the product: kg, and as a share of its value."""

    node: int
    kilograms: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class _Product:
    """A product with everything upstream of it, as floats; it is the last node, because references go backwards."""

    nodes: Int64s
    columns: Columns
    order: Order
    direct: Floats
    quantity: Floats

    @classmethod
    def of(cls, columns: Columns, product: int) -> _Product:
        nodes = upstream_of(columns, [product])
        part = part_of(columns, nodes)
        return cls(nodes, part, order_of(part), float_direct(part), float_quantities(part))

    def places(self, columns: Columns) -> Int64s:
        """Where the part's inputs stand in the whole columns."""
        starts, counts = columns.indptr[self.nodes], np.diff(self.columns.indptr)
        return np.arange(len(self.quantity)) + np.repeat(starts - self.columns.indptr[:-1], counts)

    def values(self, direct: Floats, quantity: Floats) -> Floats:
        """Values in kg without rounding; `direct` and `quantity` may have a second axis of draws."""
        values = direct.copy()
        for number in range(len(self.order)):
            rows = self.order.batch(number)
            edges = edges_of(self.columns, rows)
            filled = edges.counts > 0
            if not filled.any():
                continue
            terms = quantity[self._inputs(rows)] * values[edges.supplier]
            sums = np.zeros((len(edges.counts), *terms.shape[1:]))
            sums[filled] = np.add.reduceat(terms, edges.starts[filled], axis=0)
            values[rows] += sums
        return values

    def units(self) -> Floats:
        """How many declared units of each node stand in one of the product."""
        units = np.zeros(len(self.nodes))
        units[-1] = 1.0
        for number in reversed(range(len(self.order))):
            rows = self.order.batch(number)
            edges = edges_of(self.columns, rows)
            np.add.at(units, edges.supplier, self.quantity[self._inputs(rows)] * np.repeat(units[rows], edges.counts))
        return units

    def _inputs(self, rows: slice | Int64s) -> slice | Int64s:
        indptr = self.columns.indptr
        if isinstance(rows, slice):
            return slice(int(indptr[rows.start]), int(indptr[rows.stop]))
        counts = indptr[rows + 1] - indptr[rows]
        places: Int64s = np.arange(counts.sum()) + np.repeat(indptr[rows] - (np.cumsum(counts) - counts), counts)
        return places


def unrounded(columns: Columns) -> Floats:
    """Every value in kg as a float, without any rounding: to be compared with other programs, never declared."""
    order, direct, quantity = order_of(columns), float_direct(columns), float_quantities(columns)
    return _Product(np.arange(len(columns)), columns, order, direct, quantity).values(direct, quantity)


def hot_spots(columns: Columns, product: int, top: int = 10) -> tuple[HotSpot, ...]:
    """The declarations whose own direct emissions weigh most in one declared unit of the product, heaviest first."""
    part = _Product.of(columns, product)
    kilograms = part.units() * part.direct
    total = float(kilograms.sum())
    chosen = _largest(np.abs(kilograms), top)
    return tuple(
        HotSpot(int(part.nodes[n]), float(kilograms[n]), float(kilograms[n]) / total if total else 0.0) for n in chosen
    )


def first_order(columns: Columns, product: int, deviations: Deviations, top: int = 10) -> FirstOrder:
    """The product's standard deviation to first order, and the numbers that contribute most to it."""
    part = _Product.of(columns, product)
    values, units = part.values(part.direct, part.quantity), part.units()
    consumer = np.repeat(np.arange(len(part.nodes)), np.diff(part.columns.indptr))
    own = units * part.direct * deviations.direct[part.nodes]
    taken = units[consumer] * part.quantity * values[part.columns.supplier] * deviations.quantity[part.places(columns)]
    effects = np.concatenate((own, taken))
    variance = float(np.sum(effects**2))
    found = []
    for n in _largest(np.abs(effects), top):
        edge = n - len(own)
        node = int(part.nodes[n if edge < 0 else consumer[edge]])
        supplier = None if edge < 0 else int(part.nodes[part.columns.supplier[edge]])
        share = float(effects[n] ** 2) / variance if variance else 0.0
        found.append(Contributor(node, supplier, abs(float(effects[n])), share))
    return FirstOrder(float(values[-1]), variance**0.5, tuple(found))


def _largest(sizes: Floats, top: int) -> list[int]:
    """Places of the largest, heaviest first and equal ones in order, without what is zero."""
    chosen = np.argsort(-sizes, kind="stable")[:top]
    return [n for n in chosen.tolist() if sizes[n] > 0]


class Interval(NamedTuple):
    """Ends in nano-kilograms: no case inside the given ranges lies outside, however it is rounded."""

    low: int
    high: int


def interval(columns: Columns, product: int, direct: Fraction, quantity: Fraction) -> Interval:
    """The guaranteed interval when every direct emission and quantity may be off by these relative parts (below 1).

    Raises `InputError` INTERVAL_NEGATIVE where a number is negative or a part is not in [0, 1): nothing is guaranteed.
    """
    if columns.signed or not (0 <= direct < 1 and 0 <= quantity < 1):
        raise InputError("INTERVAL_NEGATIVE")
    part = part_of(columns, upstream_of(columns, [product]))
    low, high = (from_rows(list(_scaled(part, 1 + s * direct, 1 + s * quantity))) for s in (-1, 1))
    return enclosed(low, high, len(part) - 1)


def enclosed(low: Columns, high: Columns, node: int) -> Interval:
    """The interval between two columns of the same suppliers, of which `low` has every number at its low end.

    Raises `InputError` INTERVAL_NEGATIVE where a number is negative.
    """
    if low.signed or high.signed:
        raise InputError("INTERVAL_NEGATIVE")
    order = order_of(low)
    return Interval(recompute(low, order, Rounding.DOWN).at(node), recompute(high, order, Rounding.UP).at(node))


def _scaled(columns: Columns, direct: Fraction, quantity: Fraction) -> Iterator[Row]:
    for node in range(len(columns)):
        row, decimals = columns.row(node), 10 - len(str(int(columns.step[node])))
        inputs = [(s, q * quantity) for s, q in zip(columns.suppliers(node), row.quantities, strict=True)]
        yield Row(columns.declared.at(node), decimals, row.direct * direct, inputs)


class MonteCarlo(NamedTuple):
    """Moments of a seeded simulation, in kg.

    `digest` is over all draws: the same for a seed, a numpy release and a kind of processor, because numpy's `exp` may
    differ in the last bit from one instruction set to another. Reports show few digits of the rest.
    """

    seed: int
    draws: int
    mean: float
    standard_deviation: float
    low: float
    """2.5 % of the draws are below."""
    high: float
    """2.5 % are above."""
    digest: str
    numpy: str


def monte_carlo(columns: Columns, product: int, deviations: Deviations, *, draws: int, seed: int) -> MonteCarlo:
    """A cross-check of `first_order`: every number lognormal about its value, all independent (PCG64 generator)."""
    part = _Product.of(columns, product)
    sigma = [_sigma(deviations.direct[part.nodes]), _sigma(deviations.quantity[part.places(columns)])]
    generator = np.random.Generator(np.random.PCG64(seed))
    portion = max(1, _PORTION // (len(part.direct) + len(part.quantity)))
    found = []
    for first in range(0, draws, portion):
        count = min(portion, draws - first)
        direct = part.direct[:, None] * _lognormal(generator, sigma[0], count)
        quantity = part.quantity[:, None] * _lognormal(generator, sigma[1], count)
        found.append(part.values(direct, quantity)[-1])
    values = np.concatenate(found)
    low, high = np.quantile(values, (0.025, 0.975)).tolist()
    digest = sha256(values.astype("<f8").tobytes()).hexdigest()
    return MonteCarlo(seed, draws, float(values.mean()), float(values.std(ddof=1)), low, high, digest, np.__version__)


def _sigma(relative: Floats) -> Floats:
    """Of the underlying normal distribution, for a relative standard deviation of the lognormal one."""
    return np.sqrt(np.log1p(relative**2))


def _lognormal(generator: np.random.Generator, sigma: Floats, count: int) -> Floats:
    """Factors with mean 1."""
    normal = generator.standard_normal((len(sigma), count))
    return np.asarray(np.exp(sigma[:, None] * normal - (sigma[:, None] ** 2) / 2), np.float64)
