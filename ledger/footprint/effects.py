"""How many kilograms a finding weighs, with its sign: positive when the declared footprint is too low."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.calculation import line_emission
from ledger.errors import InputError
from ledger.footprint.content import Footprint
from ledger.footprint.lines import Line
from ledger.numbers import decimals_of, round_half_even


class _Replaced(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def replaced_effect(content: Footprint, line: Line, value: str, per: str, amount: str = "1") -> Decimal | None:
    """By how many kg the footprint would change with `value` for `amount` `per` in place of the line's own."""
    try:
        right = line_emission(_Replaced(line.amount, line.unit, line.share, value, per), content.production.output)
    except InputError:
        return None
    decimals = decimals_of(content.result.footprint)
    if amount != "1":
        right = Fraction(right) / Fraction(amount)
    return round_half_even(right, decimals) - Decimal(line.emission)


def scaled_effect(content: Footprint, line: Line, right: Fraction, stated: Fraction) -> Decimal | None:
    """By how much the footprint would change with `right` in place of `stated` as one factor of the line.

    None where the line's units do not fit, or `stated` is zero and says nothing of the rest.
    """
    try:
        emission = Fraction(line_emission(line, content.production.output))
    except InputError:
        return None
    if stated == 0:
        return None
    return round_half_even(emission * right / stated - emission, decimals_of(content.result.footprint))


def plain(value: Fraction) -> str:
    """`value` to twelve decimals at most, to be read beside a declared one."""
    text = f"{round_half_even(value, 12):f}"
    return text.rstrip("0").rstrip(".")


def four_digits(value: Fraction) -> Decimal:
    """`value` to four digits that count, or to the thirty decimals that a number may have."""
    decimals = next((n for n in range(30) if abs(value) * 10**n >= 1000), 30)
    return round_half_even(value, decimals)
