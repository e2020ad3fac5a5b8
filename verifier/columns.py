"""The numbers of a ledger as integer arrays: what is summed and rounded of each declaration, and nothing else of it.

A declaration's value is `direct + sum of quantity x supplier's value`, rounded once, half to even, to its own decimals.
Values are integers in nano-kilograms (1e-9 kg) for one declared unit. Quantities and the part of `direct` below a
nano-kilogram are integers over one denominator of the node, its `scale`, so that 5/18 stands exactly where decimals
end. A node whose numbers need more room than 64 bits stands in `exact` with Python fractions; nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from math import lcm
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ledger.errors import InputError
from ledger.numbers import MAX_RESULT_DECIMALS

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]
Rows = slice | Int64s
"""Nodes: a contiguous range, or their numbers."""

NANO: Final = 10**9
"""Nano-kilograms in a kilogram."""

MAX_MODULUS: Final = 2**60
"""Limit of scale x step: half of it, with the error bound of the kernel, must stay far below 2^63."""

MAX_VALUE: Final = 2**62
"""A value in nano-kilograms at or above this (4.6 million tonnes) is kept in `Values.beyond`."""

BEYOND: Final = -(2**63)
"""Stands in the array where the value is in `Values.beyond`."""

MAX_NODES: Final = 2**31 - 1


class ExactRow(NamedTuple):
    """A node that does not fit the arrays: `direct` in nano-kilograms, `quantities` in the order of its suppliers."""

    direct: Fraction
    quantities: tuple[Fraction, ...]


class Values:
    """A value for each node: nano-kilograms in `fixed`, and in `beyond` those that do not fit there."""

    __slots__ = ("beyond", "fixed")

    def __init__(self, fixed: Int64s, beyond: Mapping[int, int] | None = None) -> None:
        self.fixed: Final = fixed
        self.beyond: Final = dict(beyond or {})

    @classmethod
    def zeros(cls, count: int) -> Values:
        """All zero."""
        return cls(np.zeros(count, np.int64))

    def __len__(self) -> int:
        return len(self.fixed)

    def copy(self) -> Values:
        """The same values, to be changed apart."""
        return Values(self.fixed.copy(), self.beyond)

    def at(self, node: int) -> int:
        """One value, whatever its size."""
        found = int(self.fixed[node])
        return self.beyond[node] if found == BEYOND else found

    def set(self, node: int, value: int) -> None:
        """Puts one value where it fits."""
        fits = -MAX_VALUE < value < MAX_VALUE
        self.fixed[node] = value if fits else BEYOND
        if fits:
            self.beyond.pop(node, None)
        else:
            self.beyond[node] = value

    def digest(self) -> bytes:
        """SHA-256 over all values, so that two machines can compare one number."""
        hashed = sha256(self.fixed.astype("<i8", copy=False).tobytes())
        for node, value in sorted(self.beyond.items()):
            hashed.update(f"{node}:{value};".encode())
        return hashed.digest()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Compressed rows, one for each declaration in log order, and what each declares.

    `indptr` (n+1) delimits the inputs of each node in `supplier` and `quantity`; `quantity`, `rest` and what they make
    are over `scale`, which is 0 for a node in `exact`; `direct` is in nano-kilograms, `rest` in [0, scale); a node
    rounds to a multiple of `step` = 10^(9 - decimals) nano-kilograms.
    """

    indptr: Int64s
    supplier: Int32s
    quantity: Int64s
    scale: Int64s
    direct: Int64s
    rest: Int64s
    step: Int64s
    declared: Values
    exact: Mapping[int, ExactRow] = field(default_factory=dict)
    signed: bool = field(init=False)
    """Whether a quantity or a direct emission is negative: then errors are bounded by absolute values."""
    modulus: Int64s = field(init=False)
    """scale x step: what a node's sum is rounded to a multiple of."""
    own: NDArray[np.uint64] = field(init=False)
    """scale x direct + rest, modulo 2^64; `own_estimate` as a float, not a number for a node in `exact`."""
    own_estimate: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        signed = bool((self.quantity < 0).any() or (self.direct < 0).any()) or any(
            row.direct < 0 or any(quantity < 0 for quantity in row.quantities) for row in self.exact.values()
        )
        own = self.scale.view(np.uint64) * self.direct.view(np.uint64) + self.rest.view(np.uint64)
        estimate = self.scale.astype(np.float64) * self.direct + self.rest
        estimate[self.scale == 0] = np.nan
        derived = {"signed": signed, "modulus": self.scale * self.step, "own": own, "own_estimate": estimate}
        for name, value in derived.items():
            object.__setattr__(self, name, value)
        for name in ("indptr", "supplier", "quantity", "scale", "direct", "rest", "step"):
            # what is derived must not go stale: nobody writes into the columns' arrays through the columns
            read_only = getattr(self, name).view()
            read_only.flags.writeable = False
            object.__setattr__(self, name, read_only)

    def __len__(self) -> int:
        return len(self.scale)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        arrays = (self.indptr, self.supplier, self.quantity, self.scale, self.direct, self.rest, self.step,
                  self.modulus, self.own, self.own_estimate)  # fmt: skip
        return sum(array.nbytes for array in arrays) + self.declared.fixed.nbytes

    def inputs(self, node: int) -> range:
        """Where the node's inputs stand in `supplier` and `quantity`."""
        return range(int(self.indptr[node]), int(self.indptr[node + 1]))

    def row(self, node: int) -> ExactRow:
        """The exact numbers of any node."""
        if node in self.exact:
            return self.exact[node]
        scale = int(self.scale[node])
        direct = int(self.direct[node]) + Fraction(int(self.rest[node]), scale)
        edges = self.inputs(node)
        quantities = self.quantity[edges.start : edges.stop].tolist()
        return ExactRow(direct, tuple(Fraction(quantity, scale) for quantity in quantities))

    def suppliers(self, node: int) -> list[int]:
        """The node's suppliers, one for each input."""
        edges = self.inputs(node)
        return [int(one) for one in self.supplier[edges.start : edges.stop].tolist()]

    def changed(self, node: int, row: ExactRow) -> Columns:
        """The same columns with other numbers, of the same suppliers, in one node."""
        edges = self.inputs(node)
        if len(row.quantities) != len(edges):
            raise InputError("COLUMNS_MALFORMED", got=f"{len(row.quantities)} quantities for {len(edges)} inputs")
        fitted = fit(row, int(self.step[node]))
        quantity, scale, direct, rest = (a.copy() for a in (self.quantity, self.scale, self.direct, self.rest))
        exact = {other: kept for other, kept in self.exact.items() if other != node}
        if fitted is None:
            exact[node] = row
            fitted = _NOT_HERE._replace(quantities=(0,) * len(edges))
        quantity[edges.start : edges.stop] = fitted.quantities
        scale[node], direct[node], rest[node] = fitted.scale, fitted.direct, fitted.rest
        return Columns(self.indptr, self.supplier, quantity, scale, direct, rest, self.step, self.declared, exact)

    def digest(self) -> bytes:
        """SHA-256 over all numbers in order."""
        hashed = sha256(self.declared.digest())
        for array in (self.indptr, self.supplier, self.quantity, self.scale, self.direct, self.rest, self.step):
            hashed.update(array.astype(array.dtype.newbyteorder("<"), copy=False).data)
        for node, row in sorted(self.exact.items()):
            hashed.update(f"{node}:{row.direct}:{row.quantities}".encode())
        return hashed.digest()


class Fitted(NamedTuple):
    """A node's numbers as they stand in the arrays."""

    scale: int
    quantities: tuple[int, ...]
    direct: int
    rest: int


_NOT_HERE: Final = Fitted(0, (), 0, 0)


def fit(row: ExactRow, step: int) -> Fitted | None:
    """The row over one denominator, or None when it needs more room than the arrays have."""
    whole, below = divmod(row.direct, 1)
    scale = lcm(below.denominator, *(quantity.denominator for quantity in row.quantities))
    if scale * step >= MAX_MODULUS or abs(whole) >= MAX_VALUE:
        return None
    quantities = tuple(quantity.numerator * (scale // quantity.denominator) for quantity in row.quantities)
    if any(abs(quantity) >= 2**63 for quantity in quantities):
        return None
    return Fitted(scale, quantities, whole, int(below * scale))


class Row(NamedTuple):
    """One declaration's numbers on their way into columns. `declared` in nano-kilograms."""

    declared: int
    decimals: int
    direct: Fraction
    inputs: Sequence[tuple[int, Fraction]]
    """Supplier and quantity of its declared units."""


def from_rows(rows: Sequence[Row]) -> Columns:
    """Columns of declarations given one by one, in log order."""
    inputs = [len(row.inputs) for row in rows]
    indptr = np.concatenate(([0], np.cumsum(inputs, dtype=np.int64))).astype(np.int64)
    supplier = np.fromiter((one for row in rows for one, _ in row.inputs), np.int32, sum(inputs))
    exact: dict[int, ExactRow] = {}
    fitted = list(_fit_all(rows, exact))
    quantity = np.fromiter((one for fit in fitted for one in fit.quantities), np.int64, sum(inputs))
    scale, direct, rest = (
        np.fromiter((getattr(one, name) for one in fitted), np.int64, len(rows)) for name in ("scale", "direct", "rest")
    )
    decimals = np.fromiter((row.decimals for row in rows), np.int64, len(rows))
    declared = Values.zeros(len(rows))
    for node, row in enumerate(rows):
        declared.set(node, row.declared)
    columns = Columns(indptr, supplier, quantity, scale, direct, rest, _steps(decimals), declared, exact)
    _check_shape(columns)
    return columns


def _fit_all(rows: Sequence[Row], exact: dict[int, ExactRow]) -> Iterator[Fitted]:
    for node, row in enumerate(rows):
        one = ExactRow(row.direct, tuple(quantity for _, quantity in row.inputs))
        fitted = fit(one, 10 ** (MAX_RESULT_DECIMALS - row.decimals))
        if fitted is None:
            exact[node] = one
            fitted = _NOT_HERE._replace(quantities=(0,) * len(row.inputs))
        yield fitted


def from_arrays(
    indptr: Int64s, supplier: Int32s, quantity: Int64s, direct: Int64s, declared: Int64s, *, decimals: int | Int64s = 9,
    scale: int = NANO,
) -> Columns:  # fmt: skip
    """Columns of numbers that are arrays already: quantities over `scale`, direct emissions in nano-kilograms.

    Raises `InputError` COLUMNS_MALFORMED when they do not fit together or need more room than 64 bits.
    """
    count = len(direct)
    step = _steps(np.broadcast_to(np.asarray(decimals, np.int64), count))
    columns = Columns(
        indptr, supplier, quantity, np.full(count, scale, np.int64), direct, np.zeros(count, np.int64), step,
        Values(declared),
    )  # fmt: skip
    _check_shape(columns)
    return columns


def _steps(decimals: Int64s) -> Int64s:
    if len(decimals) and not (decimals.min() >= 0 and decimals.max() <= MAX_RESULT_DECIMALS):
        raise InputError("COLUMNS_MALFORMED", got="decimals")
    return np.asarray(10 ** (MAX_RESULT_DECIMALS - decimals), np.int64)


def _check_shape(columns: Columns) -> None:
    count, inputs = len(columns), len(columns.supplier)
    indptr, declared = columns.indptr, columns.declared.fixed
    plain = declared != BEYOND
    large = [bool(((a <= -MAX_VALUE) | (a >= MAX_VALUE)).any()) for a in (columns.direct, declared[plain])]
    problems = {
        "too many nodes": count > MAX_NODES,
        "lengths differ": {len(columns.direct), len(declared), len(indptr) - 1} != {count},
        "indptr": indptr[0] != 0 or indptr[-1] != inputs or bool((np.diff(indptr) < 0).any()),
        "supplier": inputs > 0 and not (columns.supplier.min() >= 0 and columns.supplier.max() < count),
        "quantities": len(columns.quantity) != inputs,
        "scale": count > 0 and bool((columns.scale >= MAX_MODULUS // columns.step).any()),
        "numbers": any(large) or int(np.count_nonzero(~plain)) != len(columns.declared.beyond),
    }
    for problem, wrong in problems.items():
        if wrong:
            raise InputError("COLUMNS_MALFORMED", got=problem)
