"""The change of a product's footprint from one declaration to the next, split by what changed; the parts sum exactly.

A line's emission is activity x value x share. When several of the three changed at once, the effect of each is its mean
over all orders in which they could have changed (Shapley), so no order is preferred and nothing is left over. A value
that changed belongs to the supplier's own declaration (upstream), to a published factor (factor), or to how the number
was found (method): another GWP set, another kind of source, stages that one of the two boundaries leaves out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import permutations
from typing import Final, NamedTuple

from ledger.errors import InputError
from ledger.kinds.footprint import Footprint, Line
from ledger.numbers import decimals_of, round_half_even
from ledger.units import conversion
from verifier.loading import units_of
from verifier.product import round_to_sum


class Cause(StrEnum):
    """What a kilogram of the change is put down to."""

    ACTIVITY = "activity"
    FACTOR = "factor"
    UPSTREAM = "upstream"
    METHOD = "method"
    ALLOCATION = "allocation"


class LineChange(NamedTuple):
    """One line's share: its number in the earlier and in the later declaration (None: not there), exact kg by cause."""

    name: str
    before: int | None
    after: int | None
    kilograms: Mapping[Cause, Fraction]


@dataclass(frozen=True, slots=True)
class Change:
    """kgCO2e for one declared unit of the earlier declaration. `parts` and `unexplained` sum to `total` exactly.

    `unexplained` is what the declared results differ by beyond their own lines: zero when both add up.
    """

    total: Decimal
    parts: Mapping[Cause, Decimal]
    unexplained: Decimal
    lines: tuple[LineChange, ...]


class _Term(NamedTuple):
    """A line's emission as a product; `activity` per output in the value's unit, without the share."""

    activity: Fraction
    value: Fraction
    share: Fraction

    @property
    def emission(self) -> Fraction:
        return self.activity * self.value * self.share


def change(before: Footprint, after: Footprint) -> Change:
    """The change from one declaration of a product to a later one.

    Raises `InputError` UNIT_MISMATCH when the declared units, or a line's unit and value, cannot be converted.
    """
    scale = _declared_units(before, after)
    lines = tuple(_line_changes(before, after, scale))
    sums: defaultdict[Cause, Fraction] = defaultdict(Fraction)
    for line in lines:
        for cause, kilograms in line.kilograms.items():
            sums[cause] += kilograms
    decimals = max(decimals_of(one.result.footprint) for one in (before, after))
    first, second = Fraction(before.result.footprint), Fraction(after.result.footprint) * scale
    total = round_half_even(second - first, decimals)
    explained = round_half_even(_recomputed(after) * scale - _recomputed(before), decimals)
    whole = {cause: round_half_even(sums[cause], _GUARD) for cause in Cause}
    return Change(total, round_to_sum(whole, explained, decimals), total - explained, lines)


_GUARD: Final = 25
"""Decimals of the exact parts before they are rounded to an exact sum."""


def _declared_units(before: Footprint, after: Footprint) -> Fraction:
    """How many declared units of the later declaration one of the earlier is."""
    old, new = before.header, after.header
    factor = conversion(old.unit, new.unit)
    if factor is None:
        raise InputError("UNIT_MISMATCH", place="header", got=new.unit, expected=old.unit)
    return factor * Fraction(old.amount) / Fraction(new.amount)


def _recomputed(content: Footprint) -> Fraction:
    """The footprint from its own lines, rounded as the declaration rounds."""
    exact = sum((_term(line, content).emission for line in content.lines), Fraction(0))
    return Fraction(round_half_even(exact, decimals_of(content.result.footprint)))


def _term(line: Line, content: Footprint) -> _Term:
    share = Fraction(line.share or 1)
    unallocated = line if line.share is None else line.model_copy(update={"share": None})
    return _Term(units_of(unallocated, content, line.per), Fraction(line.value), share)


def _line_changes(before: Footprint, after: Footprint, scale: Fraction) -> Iterator[LineChange]:
    for old, new in _pairs(before.lines, after.lines):
        one = None if old is None else before.lines[old]
        other = None if new is None else after.lines[new]
        if one is not None and other is not None and (rate := conversion(one.per, other.per)) is not None:
            first, second = _term(one, before), _term(other, after)
            # the later value for one unit of the earlier, so that only a real change of either counts
            second = _Term(second.activity * scale / rate, second.value * rate, second.share)
            yield LineChange(other.name, old, new, _matched(first, second, _of_value(one, other)))
            continue
        if one is not None:
            lost = -_term(one, before).emission
            yield LineChange(one.name, old, None, {_of_presence(one, before, after): lost})
        if other is not None:
            won = _term(other, after).emission * scale
            yield LineChange(other.name, None, new, {_of_presence(other, after, before): won})


def _pairs(before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[int | None, int | None]]:
    """Lines of the same stage and name, in order; then those that have no counterpart."""
    waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, line in enumerate(before):
        waiting[line.stage, line.name].append(number)
    for number, line in enumerate(after):
        same = waiting[line.stage, line.name]
        yield (same.pop(0) if same else None), number
    for numbers in waiting.values():
        for number in numbers:
            yield number, None


def _of_value(one: Line, other: Line) -> Cause:
    """To what a change of a line's value is put down."""
    if one.source.type != other.source.type or one.source.type == "gas":
        return Cause.METHOD
    return Cause.UPSTREAM if one.source.type == "upstream" else Cause.FACTOR


def _of_presence(line: Line, content: Footprint, other: Footprint) -> Cause:
    """To what it is put down that only one declaration has a line: to its boundary, when the stage is outside it."""
    outside = line.stage not in {one.stage for one in other.lines}
    return Cause.METHOD if outside and content.header.boundary != other.header.boundary else Cause.ACTIVITY


def _matched(first: _Term, second: _Term, of_value: Cause) -> dict[Cause, Fraction]:
    """The exact effect of each factor of a product, its mean over all orders of change."""
    causes = (Cause.ACTIVITY, of_value, Cause.ALLOCATION)
    effects = dict.fromkeys(causes, Fraction(0))
    orders = list(permutations(range(3)))
    for order in orders:
        now = list(first)
        for place in order:
            emission = now[0] * now[1] * now[2]
            now[place] = second[place]
            effects[causes[place]] += (now[0] * now[1] * now[2] - emission) / len(orders)
    return {cause: effect for cause, effect in effects.items() if effect}
