"""Transport chains (ISO 14083): a line's legs make up its amount, follow one another, and rest on well to wheel."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.effects import plain, scaled_effect
from ledger.footprint.lines import FactorSource, Leg, Line
from ledger.units import conversion

_HUB: Final = "hub"


def check_transport(content: Footprint) -> Iterator[Finding]:
    """Every line that has legs or divides its value between tank and wheel."""
    ends: dict[str, Leg] = {}
    for number, line in enumerate(content.lines):
        source = line.source
        if source.type == "factor" and (line.legs is not None or source.wtt is not None or source.ttw is not None):
            yield from _check_well_to_wheel(content, number, line, source)
        if line.legs is None:
            continue
        yield from _check_legs(content, number, line, line.legs)
        before = ends.get(line.chain) if line.chain is not None else None
        yield from _check_contiguous(number, line, line.legs, before)
        if line.chain is not None:
            ends[line.chain] = line.legs[-1]


def _check_legs(content: Footprint, number: int, line: Line, legs: tuple[Leg, ...]) -> Iterator[Finding]:
    place = line_place(number)
    modes = {leg.mode for leg in legs}
    if len(modes) > 1 or line.kind != "transport":
        yield fail("LEG_MODES", place, abs(Decimal(line.emission)), name=line.name, got=", ".join(sorted(modes)))
        return
    unit = "t" if modes == {_HUB} else "t.km"
    done = sum((Fraction(leg.mass) * (1 if leg.mode == _HUB else Fraction(leg.distance)) for leg in legs), Fraction(0))
    factor = conversion(line.unit, unit)
    if factor is None:
        yield fail("UNIT_MISMATCH", place, got=line.unit, expected=unit)
    elif (stated := Fraction(line.amount) * factor) != done:
        yield fail("LEG_ACTIVITY", place, scaled_effect(content, line, done, stated), name=line.name,
                   got=f"{line.amount} {line.unit}", expected=f"{plain(done)} {unit}")  # fmt: skip


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
