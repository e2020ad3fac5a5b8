"""Units as closed codes; conversion by pint's dimension algebra with exact fractions."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from ledger.errors import InputError

if TYPE_CHECKING:
    from pint import UnitRegistry

Unit = Literal[
    "g", "kg", "t", "Wh", "kWh", "MWh", "GWh", "kJ", "MJ", "GJ", "TJ", "L", "m3", "Nm3", "m2", "m",
    "km", "t.km", "kg.km", "p.km", "vehicle.km", "h", "d", "piece", "Mbit",
]  # fmt: skip
"""Closed codes for what a number counts. `Nm3` is a normal cubic metre of gas: never converted to `m3`."""

CODES: Final[frozenset[str]] = frozenset(get_args(Unit))

# Codes whose spelling is not pint's own, and counts that must not turn into one another.
_SPELLED: Final = {
    "t.km": "t * km",
    "m2": "m**2",
    "m3": "m**3",
    "kg.km": "kg * km",
    "p.km": "person * km",
    "vehicle.km": "vehicle * km",
    "Nm3": "normal_cubic_metre",
    "Mbit": "megabit",
}
_COUNTS: Final = ("normal_cubic_metre = [normal_gas_volume]", "piece = [piece]", "person = [person]",
                  "vehicle = [vehicle]", "megabit = [data]")  # fmt: skip


@cache
def _registry() -> UnitRegistry[Any]:
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for definition in _COUNTS:
        registry.define(definition)
    return registry


@cache
def conversion(unit: str, into: str) -> Fraction | None:
    """How many `into` one `unit` is, exactly; None when their dimensions differ.

    Raises `InputError` UNIT_UNKNOWN for a code outside the closed list.
    """
    for code in (unit, into):
        if code not in CODES:
            raise InputError("UNIT_UNKNOWN", got=code[:20])
    if unit == into:
        return Fraction(1)
    registry = _registry()
    one, other = (registry.Unit(_SPELLED.get(code, code)) for code in (unit, into))
    if not one.is_compatible_with(other):
        return None
    return Fraction(registry.Quantity(Fraction(1), one).to(other).magnitude)
