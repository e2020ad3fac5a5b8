"""A footprint divided as PACT 3.0 divides it: into kilograms by origin, under that standard's names.

In a content the names are PACT's own (`fossilGhgEmissions`); in Python they are the same words in snake case.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict
from pydantic.alias_generators import to_camel

from ledger.numbers import SignedText, UnsignedText
from ledger.statement import Strict


def _at_most_zero(text: str) -> str:
    if text[0] != "-" and text.strip("0."):
        raise ValueError("NOT_NEGATIVE")
    return text


RemovalText = Annotated[SignedText, AfterValidator(_at_most_zero)]
"""A decimal string of at most zero: what is taken out of the air, as PACT writes it."""


def pact_name(name: str) -> str:
    """PACT's name of a field: `biogenic_co2_uptake` is `biogenicCO2Uptake`."""
    return to_camel(name).replace("Co2", "CO2")


class Breakdown(Strict):
    """Parts of a footprint, for the amount that the footprint is for. An absent part was not stated.

    kgCO2e, but `land_area_occupation` in square metres for a year.
    """

    model_config = ConfigDict(alias_generator=pact_name)

    fossil_ghg_emissions: UnsignedText | None = None
    land_use_change_ghg_emissions: UnsignedText | None = None
    land_management_biogenic_co2_emissions: UnsignedText | None = None
    land_management_biogenic_co2_removals: RemovalText | None = None
    technological_co2_removals: RemovalText | None = None
    ccs_technological_co2_capture: RemovalText | None = None
    biogenic_non_co2_emissions: UnsignedText | None = None
    biogenic_co2_uptake: RemovalText | None = None
    land_management_fossil_ghg_emissions: UnsignedText | None = None
    """Inside the fossil part already."""
    aircraft_ghg_emissions: UnsignedText | None = None
    """Inside the other parts already; without radiative forcing."""
    land_carbon_leakage: UnsignedText | None = None
    land_area_occupation: UnsignedText | None = None


EXCLUDING_UPTAKE: Final = (
    "fossil_ghg_emissions",
    "land_use_change_ghg_emissions",
    "land_management_biogenic_co2_emissions",
    "land_management_biogenic_co2_removals",
    "technological_co2_removals",
    "ccs_technological_co2_capture",
    "biogenic_non_co2_emissions",
)
"""The parts whose sum is the footprint without biogenic uptake (PACT 3.0 data model, the rule beside the fields)."""

REMOVALS: Final = frozenset({
    "land_management_biogenic_co2_removals", "technological_co2_removals", "ccs_technological_co2_capture",
    "biogenic_co2_uptake",
})  # fmt: skip
"""The parts that are written as zero or less."""
