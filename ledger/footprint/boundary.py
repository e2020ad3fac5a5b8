"""Life-cycle stages, validity, and what must never be netted into a footprint (ISO 14067, GB/T 24067-2024)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.calculation import GWP100
from ledger.findings import Finding, fail
from ledger.footprint.content import Footprint, Header, line_place
from ledger.footprint.lines import GasSource, Line
from ledger.numbers import decimals_of, round_half_even
from ledger.units import conversion

VALID_YEARS: Final = 3
"""A declaration may be used for at most so long after its period (PACT 3.0 validity period)."""

_GATE: Final = frozenset({"raw_material", "production", "distribution"})
_GRAVE: Final = frozenset({"raw_material", "production", "distribution", "use", "end_of_life"})

# Names under which offsets are sold; such a negative line would net them into the product.
_OFFSET: Final = re.compile(
    r"抵消|碳汇|碳信用|碳中和|CCER|\boffset|carbon credit|carbon neutral|\bVCS\b|\bVERs?\b|\bCERs?\b|\bGold Standard\b",
    re.IGNORECASE,
)


def check_boundary(content: Footprint) -> Iterator[Finding]:
    """Stages, validity and the nature of each line."""
    head = content.header
    allowed = _GATE if head.boundary == "cradle-to-gate" else _GRAVE
    stated = allowed if head.stages is None else frozenset(head.stages)
    if beyond := stated - allowed:
        yield fail("BOUNDARY_STAGES", "header", boundary=head.boundary, got=", ".join(sorted(beyond)))
    for number, line in enumerate(content.lines):
        if line.stage not in stated & allowed:
            yield fail("STAGE_OUTSIDE", line_place(number), -Decimal(line.emission), name=line.name, got=line.stage,
                       expected=", ".join(sorted(stated & allowed)))  # fmt: skip
        if line.is_negative and _OFFSET.search(line.name):
            yield fail("OFFSET_LINE", line_place(number), -Decimal(line.emission), name=line.name)
        if line.source.type == "gas":
            yield from _check_origin(content.header.gwp, number, line, line.source)
    # whoever says "to grave" says use and end of life, whoever lists stages says each of them
    needed = frozenset(head.stages or ()) | (allowed - _GATE)
    if missing := needed - {line.stage for line in content.lines}:
        yield fail("STAGE_MISSING", "header", got=", ".join(sorted(missing)))
    yield from _check_mass(head)
    latest = years_later(head.period_end, VALID_YEARS)
    if head.valid_until is not None and head.valid_until > latest:
        yield fail("VALIDITY_TOO_LONG", "header/valid_until", got=head.valid_until, expected=latest)


def years_later(day: str, years: int) -> str:
    """The same day of a later year, as a date text; of 29 February it is the 28th."""
    moved = f"{int(day[:4]) + years:04d}{day[4:]}"
    return moved[:-2] + "28" if moved.endswith("-02-29") else moved


def _check_mass(head: Header) -> Iterator[Finding]:
    """A product that is counted by its mass weighs what the declared unit says."""
    factor = conversion(head.unit, "kg")
    if head.mass is not None and factor is not None and Fraction(head.amount) * factor != Fraction(head.mass):
        yield fail("MASS_UNIT", "header/mass", got=head.mass, expected=f"{head.amount} {head.unit}")


def _check_origin(gwp: str, number: int, line: Line, source: GasSource) -> Iterator[Finding]:
    """A gas and its origin must go together: no biogenic CO2 in a footprint, and only CO2 is taken out of the air."""
    place, emission = line_place(number), Decimal(line.emission)
    origin, taken = source.origin, line.amount[0] == "-"
    if origin in ("removal", "capture") and (source.gas != "CO2" or not taken):
        yield fail("GAS_ORIGIN", place, name=line.name, gas=source.gas, got=origin)
    elif origin == "biogenic" and source.gas in ("CO2", "CO2e"):
        yield fail("BIOGENIC_CO2", place, -emission, name=line.name)
    elif (origin, source.gas) in (("biogenic", "CH4_fossil"), ("fossil", "CH4_nonfossil")):
        other = "CH4_nonfossil" if source.gas == "CH4_fossil" else "CH4_fossil"
        right = Decimal(GWP100[gwp][other]) / Decimal(source.value) * emission
        yield fail("GAS_ORIGIN", place, round_half_even(right - emission, decimals_of(line.emission)), name=line.name,
                   gas=source.gas, got=origin)  # fmt: skip
