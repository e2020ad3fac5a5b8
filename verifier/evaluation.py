"""One step of the calculation over columns: what nodes come to from given values of their suppliers, exactly.

The exact sum of a node, T = scale x direct + rest + sum of quantity x value, may need more than 64 bits. Arithmetic on
unsigned 64-bit integers is exact modulo 2^64 and the same in every order; a float64 sum of the same terms comes with an
error bound. The nearest multiple k of the node's modulus M = scale x step is estimated from the float sum; when
|T - M k| is known to be below 2^62, the modular difference is that number exactly, and the rounding is decided on it,
ties to even. A node where the bound does not suffice is calculated with Python integers: refused here, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from verifier.columns import BEYOND, MAX_VALUE, NANO, Columns, Int64s, Rows, Values

BLOCK: Final = 8_192
"""Nodes at once: their inputs and intermediate results stay in the processor's cache."""

FEW: Final = 8
"""So many nodes are calculated with Python integers sooner than with arrays."""

_ROOM: Final = 2.0**60
"""Largest error bound of an estimate; the modular difference then stays below 2^60 + 2^59 < 2^63."""

_MOST: Final = float(MAX_VALUE // 2)
"""Values up to this are left to the arrays, with a step to spare below the limit."""

_UNIT: Final = 2.0**-52
"""Twice the unit roundoff of float64, so that second-order terms are inside."""

_OPERATIONS: Final = 16
"""Roundings beside the additions: conversions, products, the quotient; generously counted."""


Floats = NDArray[np.float64]
Number = TypeVar("Number", np.uint64, np.float64)


class Rounding(Enum):
    """To which multiple of a node's step its sum goes. Downwards and upwards are for the ends of an interval."""

    EVEN = "half to even"
    DOWN = "down"
    UP = "up"


class Edges(NamedTuple):
    """The inputs of some nodes one after another: of which supplier, how much, and where each node's begin."""

    supplier: NDArray[np.int32]
    quantity: Int64s
    starts: Int64s
    counts: Int64s


def edges_of(columns: Columns, rows: Rows) -> Edges:
    """The inputs of `rows`; without copying when they are a range."""
    indptr = columns.indptr
    if isinstance(rows, slice):
        first, last = int(indptr[rows.start]), int(indptr[rows.stop])
        bounds = indptr[rows.start : rows.stop + 1]
        return Edges(columns.supplier[first:last], columns.quantity[first:last], bounds[:-1] - first, np.diff(bounds))
    begins = indptr[rows]
    counts = indptr[rows + 1] - begins
    ends = np.cumsum(counts)
    starts = ends - counts
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - starts, counts)
    return Edges(columns.supplier[places], columns.quantity[places], starts, counts)


def evaluate(columns: Columns, rows: Rows, values: Values, into: Values, rounding: Rounding = Rounding.EVEN) -> None:
    """Puts into `into` what each node of `rows` comes to when its suppliers have `values`.

    `into` may be `values` itself when no node of `rows` supplies another of them.
    """
    if (rows.stop - rows.start if isinstance(rows, slice) else len(rows)) <= FEW:
        for node in range(rows.start, rows.stop) if isinstance(rows, slice) else rows.tolist():
            into.set(node, exact_value(columns, node, values, rounding))
        return
    for block in blocks(rows):
        _evaluate_block(columns, block, values, into, rounding)


def blocks(rows: Rows) -> Iterator[Rows]:
    """The nodes in portions of `BLOCK`."""
    if isinstance(rows, slice):
        yield from (slice(at, min(at + BLOCK, rows.stop)) for at in range(rows.start, rows.stop, BLOCK))
    else:
        yield from (rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK))


def _evaluate_block(columns: Columns, rows: Rows, values: Values, into: Values, rounding: Rounding) -> None:
    edges = edges_of(columns, rows)
    taken = values.fixed.take(edges.supplier)
    modulus, step = columns.modulus[rows], columns.step[rows]
    wrapped, estimate, size = _sums(columns, rows, edges, taken)
    error = size * ((edges.counts + _OPERATIONS) * _UNIT)
    # a row that is kept apart has no estimate, and what is not a number is below nothing
    safe = (error < _ROOM) & (size < columns.scale[rows] * _MOST)
    if values.beyond:
        safe &= segment_sums((taken == BEYOND).astype(np.float64), edges) == 0
    every = bool(safe.all())
    if not every:
        modulus, estimate = np.where(safe, modulus, 1), np.where(safe, estimate, 0.0)
    multiple = np.rint(estimate / modulus).astype(np.int64)
    left = (wrapped - modulus.view(np.uint64) * multiple.view(np.uint64)).view(np.int64)
    into.fixed[rows] = (multiple + _correction(left, modulus, multiple, rounding)) * step
    if not every or into.beyond:
        _forget_replaced(into)
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        for node in numbers[~safe].tolist():
            into.set(node, exact_value(columns, node, values, rounding))


def _sums(columns: Columns, rows: Rows, edges: Edges, taken: Int64s) -> tuple[NDArray[np.uint64], Floats, Floats]:
    """Of each node the sum T modulo 2^64, its float estimate, and a float that is at least the sum of all |terms|."""
    products = edges.quantity.view(np.uint64) * taken.view(np.uint64)
    wrapped = segment_sums(products, edges) + columns.own[rows]
    terms = edges.quantity.astype(np.float64) * taken.astype(np.float64)
    own = columns.own_estimate[rows]
    estimate = segment_sums(terms, edges) + own
    if not columns.signed and (not len(taken) or int(taken.min()) >= 0):
        return wrapped, estimate, estimate
    # scale x direct and rest may cancel in `own`: what that loses is below 2^8, far inside the room
    return wrapped, estimate, segment_sums(np.abs(terms), edges) + np.abs(own)


def segment_sums(terms: NDArray[Number], edges: Edges) -> NDArray[Number]:
    """The sum of each node's terms; zero for a node without any."""
    if not len(terms):
        return np.zeros(len(edges.counts), terms.dtype)
    filled = edges.counts > 0
    if filled.all():
        return np.asarray(np.add.reduceat(terms, edges.starts), terms.dtype)
    sums = np.zeros(len(edges.counts), terms.dtype)
    sums[filled] = np.add.reduceat(terms, edges.starts[filled])
    return sums


def _correction(left: Int64s, modulus: Int64s, multiple: Int64s, rounding: Rounding) -> Int64s:
    """How many multiples of `modulus` more than `multiple` is the right one, for what is `left`; ties to even."""
    whole = left // modulus
    over = left - whole * modulus
    if rounding is Rounding.DOWN:
        return whole
    corrected: Int64s = whole + (over > 0 if rounding is Rounding.UP else 2 * over + ((multiple + whole) & 1) > modulus)
    return corrected


def _forget_replaced(into: Values) -> None:
    for node in [node for node in into.beyond if into.fixed[node] != BEYOND]:
        del into.beyond[node]


def exact_value(columns: Columns, node: int, values: Values, rounding: Rounding = Rounding.EVEN) -> int:
    """What one node comes to, in nano-kilograms, with Python integers alone."""
    edges, scale, step = columns.inputs(node), int(columns.scale[node]), int(columns.step[node])
    suppliers = columns.supplier[edges.start : edges.stop]
    taken = values.fixed[suppliers].tolist()
    if BEYOND in taken:
        taken = [values.at(one) for one in suppliers.tolist()]
    if node in columns.exact:
        row = columns.exact[node]
        exact = row.direct + sum((q * v for q, v in zip(row.quantities, taken, strict=True)), Fraction(0))
        return rounded(exact.numerator, exact.denominator * step, rounding) * step
    quantities = columns.quantity[edges.start : edges.stop].tolist()
    total = scale * int(columns.direct[node]) + int(columns.rest[node])
    total += sum(q * v for q, v in zip(quantities, taken, strict=True))
    return rounded(total, scale * step, rounding) * step


def rounded(numerator: int, denominator: int, rounding: Rounding = Rounding.EVEN) -> int:
    """The nearest integer to a quotient, ties to even, or the next one down or up; the denominator is positive."""
    whole, left = divmod(numerator, denominator)
    if rounding is Rounding.EVEN:
        return whole + (2 * left + (whole & 1) > denominator)
    return whole + (rounding is Rounding.UP and left > 0)


def float_quantities(columns: Columns) -> Floats:
    """Every input's quantity as a float: for what-ifs, uncertainty and certificates, never for a declared number."""
    scale = np.maximum(columns.scale, 1)
    quantities: Floats = columns.quantity / np.repeat(scale, np.diff(columns.indptr))
    for node, row in columns.exact.items():
        quantities[columns.indptr[node] : columns.indptr[node + 1]] = [float(quantity) for quantity in row.quantities]
    return quantities


def float_direct(columns: Columns) -> Floats:
    """Every node's direct emission in kilograms as a float."""
    direct: Floats = (columns.direct + columns.rest / np.maximum(columns.scale, 1)) / NANO
    for node, row in columns.exact.items():
        direct[node] = float(row.direct / NANO)
    return direct
