"""Declared numbers: decimal strings outside, exact `Decimal` inside; no float ever touches one.

Grammar (ASCII only): an optional minus, an integer part of 1 to 18 digits without leading zeros, and an optional
fraction of 1 to 30 digits. No plus, exponent, separator, blank, full-width digit or negative zero.
"""

from __future__ import annotations

import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from fractions import Fraction
from functools import cache
from typing import Annotated, Final

from pydantic import StringConstraints

from ledger.errors import InputError

MAX_RESULT_DECIMALS: Final = 9
"""A declared result has at most nine decimals of a kilogram (design section 5)."""

MAX_WHOLE_DIGITS: Final = 18
MAX_DECIMALS: Final = 30
"""Most digits before and after the point of a declared number."""

# Four factors and the sum of up to 10,000 such products have at most 4 x 18 + 5 digits before the point and 4 x 30
# after it, so within the grammar this context never rounds; if it ever had to, it raises `Inexact` instead.
EXACT: Final = Context(prec=200, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])

# Shares and effects in reports only: rounded, but the same bits on every machine.
REPORT: Final = Context(prec=40, rounding=ROUND_HALF_EVEN)

_UNSIGNED: Final = r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?"


def _signed(decimals: int) -> str:
    """The grammar with a sign; negative zero is left out by spelling where its first digit that counts may stand."""
    below_one = "|".join(f"0{{{k}}}[1-9][0-9]{{0,{decimals - 1 - k}}}" for k in range(decimals))
    fraction = f"(?:\\.[0-9]{{1,{decimals}}})?"
    return f"(?:0{fraction}|-?[1-9][0-9]{{0,17}}{fraction}|-0\\.(?:{below_one}))"


_GRAMMAR: Final = re.compile(_signed(30), re.ASCII)

UnsignedText = Annotated[str, StringConstraints(pattern=f"^{_UNSIGNED}$")]
"""A non-negative decimal string."""

SignedText = Annotated[str, StringConstraints(pattern=f"^{_signed(30)}$")]
"""A decimal string; what a negative one means is for the rules to permit."""

ResultText = Annotated[str, StringConstraints(pattern=f"^{_signed(MAX_RESULT_DECIMALS)}$")]
"""A declared result: at most nine decimals, all of them significant for the rounding."""


def parse_decimal(text: object, place: str = "") -> Decimal:
    """The exact value of `text`. Raises `InputError` DECIMAL_FORMAT when it is outside the grammar."""
    if not isinstance(text, str) or not _GRAMMAR.fullmatch(text):
        raise InputError("DECIMAL_FORMAT", place=place, got=str(text)[:60])
    return Decimal(text)


def is_decimal(*texts: str) -> bool:
    """Whether each of `texts` is within the grammar."""
    return all(_GRAMMAR.fullmatch(text) for text in texts)


def decimals_of(text: str) -> int:
    """How many digits stand after the point in `text`."""
    _, point, fraction = text.partition(".")
    return len(fraction) if point else 0


def round_half_even(value: Decimal | Fraction, decimals: int) -> Decimal:
    """`value` rounded once, half to even, to `decimals` places, whatever its length."""
    if isinstance(value, Decimal):
        return _WIDE.quantize(value, unit_of(decimals))
    whole, rest = divmod(value.numerator * 10**decimals, value.denominator)
    beyond = 2 * rest - value.denominator
    if beyond > 0 or (beyond == 0 and whole % 2):
        whole += 1
    return Decimal(whole).scaleb(-decimals, context=_WIDE)


@cache
def unit_of(decimals: int) -> Decimal:
    """One in the last of `decimals` places."""
    return Decimal(1).scaleb(-decimals)


def is_rounded(exact: Decimal | Fraction, text: str, decimals: int) -> bool:
    """Whether `text` has `decimals` places and is `exact` rounded to them once, half to even."""
    written, unit = Decimal(text), unit_of(decimals)
    if not written.same_quantum(unit):
        return False
    rounded = _WIDE.quantize(exact, unit) if isinstance(exact, Decimal) else round_half_even(exact, decimals)
    return rounded == written


_WIDE: Final = Context(prec=400, rounding=ROUND_HALF_EVEN)


def to_text(value: Decimal) -> str:
    """Plain notation without exponent or negative zero; trailing zeros are kept, they state the precision."""
    text = f"{value:f}"
    return text.lstrip("-") if not text.strip("-0.") else text
