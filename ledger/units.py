"""Units as closed codes and their exact conversion.

The table is written out, and held against pint for every pair by a test: loading pint's own definitions takes half a
second, which each reader of one product would wait for.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Final, Literal, get_args

from ledger.errors import InputError

Unit = Literal[
    "g", "kg", "t", "Wh", "kWh", "MWh", "GWh", "kJ", "MJ", "GJ", "TJ", "L", "m3", "Nm3", "m2", "m",
    "km", "t.km", "kg.km", "p.km", "vehicle.km", "h", "d", "piece", "Mbit",
]  # fmt: skip
"""Closed codes for what a number counts. `Nm3` is a normal cubic metre of gas: never converted to `m3`."""

CODES: Final[frozenset[str]] = frozenset(get_args(Unit))

# Of each code: what it measures, and how many of the first code of that measure it is. Counts never convert to one
# another, nor a person's kilometre to a vehicle's.
_MEASURES: Final[dict[str, tuple[str, Fraction]]] = {
    "kg": ("mass", Fraction(1)),
    "g": ("mass", Fraction(1, 1000)),
    "t": ("mass", Fraction(1000)),
    "MJ": ("energy", Fraction(1)),
    "kJ": ("energy", Fraction(1, 1000)),
    "GJ": ("energy", Fraction(1000)),
    "TJ": ("energy", Fraction(1_000_000)),
    "Wh": ("energy", Fraction(36, 10_000)),
    "kWh": ("energy", Fraction(36, 10)),
    "MWh": ("energy", Fraction(3600)),
    "GWh": ("energy", Fraction(3_600_000)),
    "m3": ("volume", Fraction(1)),
    "L": ("volume", Fraction(1, 1000)),
    "Nm3": ("normal volume of a gas", Fraction(1)),
    "m2": ("area", Fraction(1)),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1000)),
    "kg.km": ("transport of goods", Fraction(1)),
    "t.km": ("transport of goods", Fraction(1000)),
    "p.km": ("transport of persons", Fraction(1)),
    "vehicle.km": ("driving", Fraction(1)),
    "h": ("time", Fraction(1)),
    "d": ("time", Fraction(24)),
    "piece": ("pieces", Fraction(1)),
    "Mbit": ("data", Fraction(1)),
}


@cache
def measure_of(unit: str) -> tuple[str, Fraction]:
    """What a unit measures, by the code of that measure's first unit, and how many of those it is.

    Raises `InputError` UNIT_UNKNOWN for a code outside the closed list.
    """
    if unit not in CODES:
        raise InputError("UNIT_UNKNOWN", got=unit[:20])
    measure, size = _MEASURES[unit]
    return next(code for code, (other, one) in _MEASURES.items() if other == measure and one == 1), size


@cache
def conversion(unit: str, into: str) -> Fraction | None:
    """How many `into` one `unit` is, exactly; None when their dimensions differ.

    Raises `InputError` UNIT_UNKNOWN for a code outside the closed list.
    """
    for code in (unit, into):
        if code not in CODES:
            raise InputError("UNIT_UNKNOWN", got=code[:20])
    measure, size = _MEASURES[unit]
    other, other_size = _MEASURES[into]
    return size / other_size if measure == other else None
