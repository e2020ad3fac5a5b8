"""Of each line the parts of its emission by origin, exactly, or that nobody said them.

A gas has its part by its origin; a factor or an upstream declaration has those of its pinned breakdown. Where a
source has none, a part is unknown, which is never taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.calculation import Exact, line_emission, total
from ledger.errors import InputError
from ledger.footprint.breakdown import EXCLUDING_UPTAKE
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.lines import FactorSource, GasSource, Line, UpstreamSource
from ledger.numbers import EXACT, decimals_of, unit_of

_ZERO: Final = Decimal(0)

# PACT 3.0: land management emissions and removals are biogenic CO2 by name; other gases of living origin are non-CO2.
_OF_ORIGIN: Final = {
    "fossil": "fossil_ghg_emissions",
    "biogenic": "biogenic_non_co2_emissions",
    "land_use_change": "land_use_change_ghg_emissions",
    "land_management_fossil": "fossil_ghg_emissions",
    "removal": "technological_co2_removals",
    "capture": "ccs_technological_co2_capture",
}
# Gases whose origin is in their name; N2O, CH4 and CO2e can be of any, and then nobody said it.
_OF_GAS: Final = {
    "CO2": "fossil_ghg_emissions",
    "CH4_fossil": "fossil_ghg_emissions",
    "CH4_nonfossil": "biogenic_non_co2_emissions",
    "SF6": "fossil_ghg_emissions",
    "NF3": "fossil_ghg_emissions",
    "CF4": "fossil_ghg_emissions",
    "C2F6": "fossil_ghg_emissions",
}


def emissions_of(content: Footprint) -> list[Exact]:
    """Exact kgCO2e of each line per declared unit. Raises `InputError` UNIT_MISMATCH with the line's place."""
    output = content.production.output
    found = []
    for number, line in enumerate(content.lines):
        try:
            found.append(line_emission(line, output))
        except InputError as err:
            raise InputError(err.code, place=line_place(number), **err.values) from err
    return found


class _Scaled(NamedTuple):
    """A line with another value in place of its source's."""

    amount: str
    unit: str
    share: str | None
    value: str
    per: str


Pinned = FactorSource | UpstreamSource


def unstated(source: Pinned) -> frozenset[str]:
    """Those of the seven parts of a whole that a source does not state."""
    return frozenset(name for name in EXCLUDING_UPTAKE if getattr(source.breakdown, name, None) is None)


def stated_sum(source: Pinned) -> Decimal:
    """The sum of those that it states."""
    return _sum(text for name in EXCLUDING_UPTAKE if (text := getattr(source.breakdown, name, None)) is not None)


def _sum(texts: Iterable[str]) -> Decimal:
    summed = _ZERO
    for text in texts:
        summed = EXACT.add(summed, Decimal(text))
    return summed


def fits(source: Pinned) -> bool:
    """Whether the stated parts can make up the value: a factor's exactly, a declaration's as each was rounded."""
    texts = [text for name in EXCLUDING_UPTAKE if (text := getattr(source.breakdown, name, None)) is not None]
    if not texts:
        return False
    off = EXACT.subtract(_sum(texts), Decimal(source.value))
    if source.type == "factor" or not off:
        return not off
    room = sum((unit_of(decimals_of(text)) for text in (source.value, *texts)), _ZERO)
    return 2 * abs(off) <= room


def is_whole(source: Pinned) -> bool:
    """Whether they leave so little of it, at most a hundredth, that those which are not stated are nothing.

    Rounding alone would not do: a number that is written with no decimals leaves room for anything.
    """
    if not fits(source):
        return False
    off = EXACT.subtract(stated_sum(source), Decimal(source.value))
    return 100 * abs(off) <= abs(Decimal(source.value))


def part_of_gas(source: GasSource, *, negative: bool) -> str | None:
    """The field of the breakdown that a gas counts in, or None when nobody said it."""
    if source.origin is None:
        return _OF_GAS.get(source.gas)
    if source.origin == "land_management":
        if source.gas != "CO2":
            return "biogenic_non_co2_emissions"
        return "land_management_biogenic_co2_" + ("removals" if negative else "emissions")
    return _OF_ORIGIN[source.origin]


def part_of(line: Line, name: str, output: str) -> Exact | None:
    """What a line adds to the field `name`, per declared unit; None when its source does not say.

    Raises `InputError` UNIT_MISMATCH.
    """
    if not line.amount.strip("-0."):
        return _ZERO
    source = line.source
    if source.type == "gas":
        return line_emission(line, output) if _gas_counts(line, source, name) else _ZERO
    if name == "aircraft_ghg_emissions" and line.legs is not None:
        flown = line.legs[0].mode == "air"
        return line_emission(line, output) if flown else _ZERO
    if source.breakdown is None:
        return None
    value = getattr(source.breakdown, name)
    if value is None:  # where the stated ones add up to the whole, those that are not stated are nothing
        return _ZERO if name in EXCLUDING_UPTAKE and is_whole(source) else None
    return line_emission(_Scaled(line.amount, line.unit, line.share, value, line.per), output)


def _gas_counts(line: Line, source: GasSource, name: str) -> bool:
    if name == "land_management_fossil_ghg_emissions":
        return source.origin == "land_management_fossil"
    return part_of_gas(source, negative=line.amount[0] == "-") == name


def gas_is_unknown(line: Line) -> bool:
    """Whether a direct emission could be of any origin."""
    source = line.source
    return source.type == "gas" and part_of_gas(source, negative=line.amount[0] == "-") is None


class Summed(NamedTuple):
    """What lines add up to as far as it is known, and the numbers of the lines that say nothing."""

    known: Exact
    unknown: tuple[int, ...]


def sum_parts(lines: Iterable[Line], of: Callable[[Line], Exact | None]) -> Summed:
    """The sum of `of` over lines; what gives None is unknown."""
    known: list[Exact] = []
    unknown = []
    for number, line in enumerate(lines):
        part = of(line)
        if part is None:
            unknown.append(number)
        else:
            known.append(part)
    return Summed(total(known), tuple(unknown))


def field_sum(content: Footprint, name: str) -> Summed:
    """The field `name` of a breakdown over all lines."""
    output = content.production.output

    def one(line: Line) -> Exact | None:
        if name in EXCLUDING_UPTAKE and gas_is_unknown(line):
            return None
        return part_of(line, name, output)

    return sum_parts(content.lines, one)


# what becomes part of the product itself; energy, transport and waste leave no carbon in it
_ENTERS: Final = frozenset({"material", "material_default", "upstream", "byproduct"})


def carbon_sum(content: Footprint, name: str, *, packaging: bool = False) -> Summed:
    """kg C of one sort that stays in the product, or in its packaging, per declared unit."""
    output = content.production.output

    def one(line: Line) -> Exact | None:
        if not line.amount.strip("-0.") or (line.kind == "packaging") != packaging:
            return _ZERO
        value = getattr(line.carbon, name) if line.carbon is not None else None
        if value is None:
            return None if packaging or line.kind in _ENTERS else _ZERO
        return line_emission(_Scaled(line.amount, line.unit, line.share, value, line.unit), output)

    return sum_parts(content.lines, one)
