from __future__ import annotations

from fractions import Fraction

import pytest

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


def test_every_code_is_known_to_the_algebra() -> None:
    for one in CODES:
        for other in CODES:
            forth, back = conversion(one, other), conversion(other, one)
            assert (forth is None and back is None) or (forth and back and forth * back == 1)
