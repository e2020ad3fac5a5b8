"""Transport chains (ISO 14083): a line's legs make up its amount, follow one another, and rest on well to wheel.

They lie in the period, carry all that is said to have come by their chain, and are as long as what was driven.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.effects import plain, scaled_effect
from ledger.footprint.lines import FactorSource, Leg, Line
from ledger.units import conversion

_HUB: Final = "hub"

_ON_THE_GROUND: Final = frozenset({"road", "rail", "sea", "inland_waterway"})
"""Modes that no great circle describes: an aircraft flies it, and intensities of flights are for it."""

MAX_DAF: Final = 3
"""No route is more than three times as long as the shortest one: then it was another route."""


def check_transport(content: Footprint) -> Iterator[Finding]:
    """Every line that has legs or divides its value between tank and wheel."""
    ends: dict[str, Leg] = {}
    goods = _goods(content)
    for number, line in enumerate(content.lines):
        source = line.source
        if source.type == "factor" and (line.legs is not None or source.wtt is not None or source.ttw is not None):
            yield from _check_well_to_wheel(content, number, line, source)
        if line.legs is None:
            continue
        yield from _check_legs(content, number, line, line.legs)
        yield from _check_days(content, number, line, line.legs)
        yield from _check_distances(number, line, line.legs)
        before = ends.get(line.chain) if line.chain is not None else None
        yield from _check_contiguous(number, line, line.legs, before)
        if line.chain is not None:
            ends[line.chain] = line.legs[-1]
            yield from _check_masses(content, number, line, line.legs, goods.get(line.chain, ()))
    for chain in goods.keys() - ends.keys():
        for number, line in goods[chain]:
            yield fail("LEG_NO_CHAIN", line_place(number), abs(Decimal(line.emission)), name=line.name, got=chain)


def _goods(content: Footprint) -> dict[str, list[tuple[int, Line]]]:
    """What is said to have come by each chain: lines that name it and are no transport themselves."""
    found: dict[str, list[tuple[int, Line]]] = {}
    for number, line in enumerate(content.lines):
        if line.chain is not None and line.legs is None and line.kind != "transport":
            found.setdefault(line.chain, []).append((number, line))
    return found


def _activity(leg: Leg, mass: Fraction) -> Fraction:
    """t.km that it takes to move `mass` t, in a hub t."""
    return mass if leg.mode == _HUB else mass * Fraction(leg.distance) * Fraction(leg.daf or 1)


def _check_legs(content: Footprint, number: int, line: Line, legs: tuple[Leg, ...]) -> Iterator[Finding]:
    place = line_place(number)
    modes = {leg.mode for leg in legs}
    if len(modes) > 1 or line.kind != "transport":
        yield fail("LEG_MODES", place, abs(Decimal(line.emission)), name=line.name, got=", ".join(sorted(modes)))
        return
    unit = "t" if modes == {_HUB} else "t.km"
    done = sum((_activity(leg, Fraction(leg.mass)) for leg in legs), Fraction(0))
    factor = conversion(line.unit, unit)
    if factor is None:
        yield fail("UNIT_MISMATCH", place, got=line.unit, expected=unit)
    elif (stated := Fraction(line.amount) * factor) != done:
        yield fail("LEG_ACTIVITY", place, scaled_effect(content, line, done, stated), name=line.name,
                   got=f"{line.amount} {line.unit}", expected=f"{plain(done)} {unit}")  # fmt: skip


def _check_days(content: Footprint, number: int, line: Line, legs: tuple[Leg, ...]) -> Iterator[Finding]:
    """A journey over the end of the period belongs to it; one that was over before, or began after, does not."""
    head = content.header
    for leg in legs:
        if leg.arrive < head.period_start or leg.depart > head.period_end:
            days, period = f"{leg.depart}..{leg.arrive}", f"{head.period_start}..{head.period_end}"
            weight = abs(Decimal(line.emission))
            yield fail("LEG_PERIOD", line_place(number), weight, name=line.name, got=days, expected=period)


def _check_distances(number: int, line: Line, legs: tuple[Leg, ...]) -> Iterator[Finding]:
    for leg in legs:
        if leg.daf is not None and (leg.distance_kind == "actual" or leg.mode == _HUB
                                    or not 1 <= Fraction(leg.daf) <= MAX_DAF):  # fmt: skip
            yield fail("LEG_DAF", line_place(number), abs(Decimal(line.emission)), name=line.name, got=leg.daf,
                       kind=leg.distance_kind, expected=f"1..{MAX_DAF}")  # fmt: skip
        elif leg.daf is None and leg.distance_kind == "GCD" and leg.mode in _ON_THE_GROUND:
            yield not_checked("LEG_GREAT_CIRCLE", line_place(number), abs(Decimal(line.emission)), name=line.name,
                              got=leg.distance, mode=leg.mode)  # fmt: skip


def _check_masses(
    content: Footprint, number: int, line: Line, legs: tuple[Leg, ...], goods: Sequence[tuple[int, Line]]
) -> Iterator[Finding]:
    """Every leg of a chain moves all that came by it; it may move more, such as what the goods were packed in."""
    came, tonnes = Fraction(0), [(one, conversion(one.unit, "t")) for _, one in goods]
    for one, factor in tonnes:
        if factor is None:
            yield not_checked("LEG_MASS_OPEN", line_place(number), abs(Decimal(line.emission)), name=line.name,
                              got=f"{one.amount} {one.unit}")  # fmt: skip
            return
        came += abs(Fraction(one.amount)) * factor
    least = min(Fraction(leg.mass) for leg in legs)
    if least < came:
        done = sum((_activity(leg, Fraction(leg.mass)) for leg in legs), Fraction(0))
        right = sum((_activity(leg, max(Fraction(leg.mass), came)) for leg in legs), Fraction(0))
        yield fail("LEG_MASS", line_place(number), scaled_effect(content, line, right, done), name=line.name,
                   got=plain(least), expected=plain(came))  # fmt: skip


def _check_contiguous(number: int, line: Line, legs: tuple[Leg, ...], before: Leg | None) -> Iterator[Finding]:
    for leg in legs:
        if leg.arrive < leg.depart:
            yield _break(number, line, leg.depart, leg.arrive)
        if before is not None and before.destination != leg.origin:
            yield _break(number, line, before.destination, leg.origin)
        if before is not None and leg.depart < before.arrive:
            yield _break(number, line, before.arrive, leg.depart)
        before = leg


def _break(number: int, line: Line, expected: str, got: str) -> Finding:
    return fail("LEG_BREAK", line_place(number), name=line.name, got=got, expected=expected)


def _check_well_to_wheel(content: Footprint, number: int, line: Line, source: FactorSource) -> Iterator[Finding]:
    place = line_place(number)
    if source.wtt is None and source.ttw is None:
        yield not_checked("WTW_NOT_STATED", place, abs(Decimal(line.emission)), name=line.name)
        return
    summed = Fraction(source.wtt or 0) + Fraction(source.ttw or 0)
    if summed != Fraction(source.value):
        effect = scaled_effect(content, line, summed, Fraction(source.value))
        yield fail("WTW_SUM", place, effect, name=line.name, got=source.value,
                   expected=f"{source.wtt or '-'} + {source.ttw or '-'}")  # fmt: skip
