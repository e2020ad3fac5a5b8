"""How far each number of opened declarations may be off, and columns in which a shared factor is one number.

A published factor stands as a node of its own: when a hundred firms use one electricity factor, its uncertainty is one,
and adds up over all of them instead of cancelling out. Spreads come from what factors state, and from the data quality
ratings of lines by the pedigree approach of ecoinvent (Frischknecht and others 2005; Weidema and others 2013).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, expm1, log, sqrt
from typing import Final, NamedTuple

import numpy as np

from ledger.errors import InputError
from ledger.kinds.factor import Factor, Uncertainty
from ledger.kinds.footprint import Footprint, Line
from ledger.numbers import MAX_RESULT_DECIMALS, decimals_of
from verifier.columns import NANO, Columns, Row, from_rows
from verifier.loading import part_of, units_of
from verifier.uncertainty import Deviations

# Uncertainty factors of the ratings 1 to 5; of geography 4 and technology 2, which the table leaves out, the middle.
_PEDIGREE: Final = {
    "technological": (1.0, 1.1, 1.2, 1.5, 2.0),
    "geographical": (1.0, 1.01, 1.02, 1.05, 1.1),
    "temporal": (1.0, 1.03, 1.1, 1.2, 1.5),
}

_WITHIN_95: Final = 1.959963984540054
"""Standard deviations from the mean to the ends of a 95 % interval."""


class Assumed(NamedTuple):
    """Relative standard deviations where nothing is stated: of a line's amount, and of a value that it rests on."""

    amount: float = 0.05
    value: float = 0.1


ASSUMED: Final = Assumed()


@dataclass(frozen=True, slots=True, eq=False)
class Uncertain:
    """Columns for `verifier.uncertainty`, factors among the nodes, with the spread of every number."""

    columns: Columns
    digests: tuple[bytes, ...]
    nodes: Mapping[bytes, int]
    deviations: Deviations


class _Number(NamedTuple):
    """One input or direct emission on its way into columns."""

    supplier: int | None
    size: Fraction
    deviation: float


def uncertain(
    contents: Mapping[bytes, Footprint], factors: Mapping[bytes, Factor], assumed: Assumed = ASSUMED
) -> Uncertain:
    """The declarations, in log order, and the factors that they rest on. Values are the declarations' own.

    Raises `InputError` UNIT_MISMATCH where a line's unit is not its value's.
    """
    used = {d: f for d, f in factors.items() if any(d == _basis(line) for c in contents.values() for line in c.lines)}
    digests = (*used, *contents)
    nodes = {digest: node for node, digest in enumerate(digests)}
    rows = [Row(0, MAX_RESULT_DECIMALS, Fraction(one.result.value) * NANO, ()) for one in used.values()]
    direct = [_stated(one.result.uncertainty, assumed.value) for one in used.values()]
    quantity: list[float] = []
    for content in contents.values():
        numbers = [_number(line, content, contents, used, nodes, assumed) for line in content.lines]
        own = [one for one in numbers if one.supplier is None]
        inputs = [(one.supplier, one.size) for one in numbers if one.supplier is not None]
        quantity += [one.deviation for one in numbers if one.supplier is not None]
        direct.append(_together(own))
        total = sum((one.size for one in own), Fraction(0))
        declared = int(Fraction(content.result.footprint) * NANO)
        rows.append(Row(declared, decimals_of(content.result.footprint), total * NANO, inputs))
    return Uncertain(from_rows(rows), digests, nodes, Deviations(np.array(direct), np.array(quantity, np.float64)))


def _basis(line: Line) -> bytes | None:
    return None if line.source.type == "gas" else bytes.fromhex(line.source.digest[2:])


def _number(
    line: Line, content: Footprint, contents: Mapping[bytes, Footprint], factors: Mapping[bytes, Factor],
    nodes: Mapping[bytes, int], assumed: Assumed,
) -> _Number:  # fmt: skip
    amount = rated(line) if line.dqr is not None else assumed.amount
    basis = _basis(line)
    if basis is not None and basis in factors:
        return _Number(nodes[basis], units_of(line, content, factors[basis].result.per), amount)
    declared = {digest: nodes[digest] for digest in contents}
    part = part_of(line, content, contents, declared, None)
    if part.supplier is not None:
        return _Number(part.supplier, part.quantity, amount)
    value = 0.0 if line.source.type == "gas" else assumed.value
    return _Number(None, part.direct, sqrt(amount**2 + value**2))


def _together(own: list[_Number]) -> float:
    """The relative standard deviation of a sum of independent numbers."""
    total = abs(float(sum((one.size for one in own), Fraction(0))))
    return sqrt(sum((float(one.size) * one.deviation) ** 2 for one in own)) / total if total else 0.0


def _stated(uncertainty: Uncertainty | None, otherwise: float) -> float:
    if uncertainty is None:
        return otherwise
    value = float(uncertainty.value)
    return value / 100 / _WITHIN_95 if uncertainty.measure == "percent" else relative_deviation(value)


def relative_deviation(gsd: float) -> float:
    """The relative standard deviation of a lognormal number with this geometric standard deviation, at least 1."""
    if gsd < 1:
        raise InputError("DECIMAL_FORMAT", got=f"GSD {gsd}")
    return sqrt(expm1(log(gsd) ** 2))


def rated(line: Line) -> float:
    """The relative standard deviation that a line's data quality ratings stand for: GSD^2 = exp sqrt(sum ln^2 U)."""
    if line.dqr is None:
        return 0.0
    squares = sum(log(_between(table, float(getattr(line.dqr, name)))) ** 2 for name, table in _PEDIGREE.items())
    return relative_deviation(exp(sqrt(squares) / 2))


def _between(table: tuple[float, ...], rating: float) -> float:
    """The uncertainty factor of a rating between two whole ones, evenly in logarithms."""
    below = min(int(rating), len(table) - 1)
    part = rating - below
    return exp((1 - part) * log(table[below - 1]) + part * log(table[below]))
