"""The calculation of one declaration from its own lines (design section 5).

`footprint per declared unit = sum of amount x value x share / output`, exactly, with one rounding at the result.
Amounts and values are decimals; a conversion of units or a division by the output may leave the decimals, so an
emission is a `Decimal` where it can be one and a `Fraction` where it cannot (5/18 kWh in a MJ), and so is their sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Protocol

from ledger.errors import InputError
from ledger.numbers import EXACT, MAX_DECIMALS, MAX_WHOLE_DIGITS
from ledger.units import conversion

Exact = Decimal | Fraction

ONE: Final = Decimal(1)

# GWP100 of IPCC AR5 (2013) and AR6 (2021), kgCO2e per kg; only values that the sources we hold agree on. AR6 SF6 and
# NF3 are left out because those disagree. `CO2e` is for published values that are characterised already.
GWP100: Final[dict[str, dict[str, str]]] = {
    "AR5": {
        "CO2e": "1",
        "CO2": "1",
        "CH4": "28",
        "CH4_fossil": "30",
        "CH4_nonfossil": "28",
        "N2O": "265",
        "SF6": "23500",
        "NF3": "16100",
        "CF4": "6630",
        "C2F6": "11100",
    },
    "AR6": {
        "CO2e": "1",
        "CO2": "1",
        "CH4": "27.9",
        "CH4_fossil": "29.8",
        "CH4_nonfossil": "27.0",
        "N2O": "273",
        "CF4": "7380",
    },
}


class Calculated(Protocol):
    """The numbers of a line: `amount` in `unit`, times `value` per `per`, times `share` where there is one."""

    @property
    def amount(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def share(self) -> str | None: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def per(self) -> str: ...  # noqa: D102


def line_emission(line: Calculated, output: str) -> Exact:
    """Exact kgCO2e of one line per declared unit.

    Raises `InputError` UNIT_MISMATCH when the line's unit and the value's have different dimensions.
    """
    scale = _scale(line.unit, line.per, output)
    if scale is None:
        raise InputError("UNIT_MISMATCH", got=line.unit, expected=line.per)
    product = EXACT.multiply(Decimal(line.amount), Decimal(line.value))
    if line.share is not None:
        product = EXACT.multiply(product, Decimal(line.share))
    if scale is ONE:
        return product
    if isinstance(scale, Decimal):
        return EXACT.multiply(product, scale)
    numerator, denominator = product.as_integer_ratio()
    return Fraction(numerator * scale.numerator, denominator * scale.denominator)


@lru_cache(maxsize=4_096)  # a ledger has a few units, and an output for each declaration at most
def _scale(unit: str, per: str, output: str) -> Exact | None:
    """How many `per` one `unit` is, divided by the output; None when their dimensions differ.

    A `Decimal` only within the grammar of declared numbers, so that `EXACT` has room for it as a fourth factor.
    """
    factor = conversion(unit, per)
    if factor is None:
        return None
    scale = factor / Fraction(output)
    if scale == 1:
        return ONE
    scaled = scale * 10**MAX_DECIMALS
    if scaled.denominator != 1 or scale >= 10**MAX_WHOLE_DIGITS:
        return scale
    return Decimal(scaled.numerator).scaleb(-MAX_DECIMALS, context=EXACT).normalize(EXACT)


def total(emissions: Iterable[Exact]) -> Exact:
    """The exact sum, in any order."""
    decimal, rest = Decimal(0), Fraction(0)
    for emission in emissions:
        if isinstance(emission, Decimal):
            decimal = EXACT.add(decimal, emission)
        else:
            rest += emission
    return decimal if rest == 0 else Fraction(decimal) + rest


def same_value(value: str, per: str, other_value: str, other_per: str, other_amount: str = "1") -> bool | None:
    """Whether `value` for one `per` says the same as `other_value` for `other_amount` of `other_per`, exactly.

    None when the units' dimensions differ. By cross multiplication, so that nothing is divided or rounded.
    """
    if per == other_per and other_amount == "1":
        if value == other_value:  # as it was copied, which is what nearly all do
            return True
        return Decimal(value) == Decimal(other_value)
    factor = conversion(other_per, per)
    if factor is None:
        return None
    return Fraction(value) * factor * Fraction(other_amount) == Fraction(other_value)
