from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pint import UnitRegistry

from ledger.errors import InputError
from ledger.units import CODES, conversion


@pytest.mark.parametrize(
    ("unit", "into", "factor"),
    [("t", "kg", Fraction(1000)), ("g", "kg", Fraction(1, 1000)), ("kWh", "MJ", Fraction(18, 5)),
     ("MJ", "kWh", Fraction(5, 18)), ("MWh", "kWh", Fraction(1000)), ("TJ", "GJ", Fraction(1000)),
     ("t.km", "kg.km", Fraction(1000)), ("L", "m3", Fraction(1, 1000)), ("d", "h", Fraction(24)),
     ("km", "m", Fraction(1000))],
)  # fmt: skip
def test_conversions_are_exact(unit: str, into: str, factor: Fraction) -> None:
    assert conversion(unit, into) == factor
    assert conversion(into, unit) == 1 / factor


@pytest.mark.parametrize(
    ("unit", "into"),
    [("kg", "kWh"), ("Nm3", "m3"), ("piece", "kg"), ("t.km", "t"), ("p.km", "km"), ("p.km", "vehicle.km"),
     ("Mbit", "piece"), ("m2", "m3"), ("h", "kWh")],
)  # fmt: skip
def test_other_dimensions_do_not_convert(unit: str, into: str) -> None:
    assert conversion(unit, into) is None
    assert conversion(into, unit) is None


@pytest.mark.parametrize("code", ["KG", "kgs", "㎏", "t*km", "度", "", "short_ton", "kWh "])
def test_a_code_outside_the_closed_list_is_refused(code: str) -> None:
    with pytest.raises(InputError) as refused:
        conversion(code, "kg")
    assert refused.value.code == "UNIT_UNKNOWN"


SPELLED = {
    "t.km": "t * km", "m2": "m**2", "m3": "m**3", "kg.km": "kg * km", "p.km": "person * km", "Mbit": "megabit",
    "vehicle.km": "vehicle * km", "Nm3": "normal_cubic_metre",
}  # fmt: skip
COUNTS = (
    "normal_cubic_metre = [normal_gas_volume]", "piece = [piece]", "person = [person]", "vehicle = [vehicle]",
    "megabit = [data]",
)  # fmt: skip


def test_every_pair_converts_as_in_pint() -> None:
    registry: UnitRegistry[Any] = UnitRegistry(non_int_type=Fraction, cache_folder=None)
    for count in COUNTS:
        registry.define(count)
    units = {code: registry.Unit(SPELLED.get(code, code)) for code in CODES}
    for unit, one in units.items():
        for into, other in units.items():
            same = one.is_compatible_with(other)
            expected = registry.Quantity(Fraction(1), one).to(other).magnitude if same else None
            assert conversion(unit, into) == expected, (unit, into)
