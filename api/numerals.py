"""Numbers as people and spreadsheets write them: what was meant is proposed, never taken."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from typing import Final

from api.form import Text
from ledger.errors import InputError
from ledger.numbers import is_decimal, parse_decimal

SPREADSHEET_DIGITS: Final = 15
"""Spreadsheets keep and show that many digits; what is typed beyond them becomes zeros without a word."""

_BLANKS: Final = re.compile(r"[\s'’_]+")
_GROUPS: Final = re.compile(r"\d{1,3}(?:([,.])\d{3})(?:\1\d{3})*")
_EXPONENT: Final = re.compile(r"(-?\d+(?:\.\d+)?)[eE]([+-]?\d{1,2})")


def number_of(typed: Text) -> str:
    """The text of a declared number. Raises `InputError` DECIMAL_NEAR with what may be meant, or DECIMAL_FORMAT."""
    if not is_decimal(typed.text) and (proposed := readings(typed.text)):
        raise InputError("DECIMAL_NEAR", place=typed.place, got=typed.text[:60], expected=" / ".join(proposed))
    parse_decimal(typed.text, typed.place)
    return typed.text


def readings(text: str) -> list[str]:
    """Decimal strings that a number in another writing may mean; two of them where `1,234` can mean either."""
    plain = _BLANKS.sub("", unicodedata.normalize("NFKC", text).replace("。", ".")).lstrip("+")
    percent = plain.endswith("%")
    sign, digits = ("-", plain[1:]) if plain[:1] in ("-", "−") else ("", plain)
    found = [_spelled(sign + value, percent=percent) for value in _points(digits.removesuffix("%"))]
    return [value for value in dict.fromkeys(found) if is_decimal(value)]


def _points(digits: str) -> list[str]:
    """`digits` with its separators read as thousands or as the decimal point."""
    if _EXPONENT.fullmatch(digits) or not set(digits) & {",", "."}:
        return [digits]
    whole, last, fraction = digits.rpartition(max(",.", key=digits.rfind))
    ways = [digits.replace(last, "")] if _GROUPS.fullmatch(digits) else []
    if last not in whole and (not set(whole) & {",", "."} or _GROUPS.fullmatch(whole)):
        ways.append(f"{whole.replace(',', '').replace('.', '')}.{fraction}")
    return ways


def _spelled(text: str, *, percent: bool) -> str:
    """Plain notation of an unsigned or signed number with point or exponent; '' when it is none."""
    if not re.fullmatch(r"-?\d{0,18}(?:\.\d{0,30})?", text, re.ASCII) and not _EXPONENT.fullmatch(text):
        return ""
    if not any(sign.isdigit() for sign in text):
        return ""
    value = Decimal(text).scaleb(-2 if percent else 0)
    return f"{value:f}" if value else "0"


def of_double(value: float) -> str | None:
    """The decimal that a person typed into a number's cell; None when a person cannot have typed it.

    A cell holds a binary double; Excel writes it with 17 digits, so that 0.1 is 0.10000000000000001 in the file. No two
    decimals of at most 15 digits share a double, and Python's shortest text for one is the decimal that was typed. A
    longer text is a calculated value such as 0.30000000000000004, and from 1e15 on digits were lost already.
    """
    if not math.isfinite(value):
        return None
    exact = Decimal(repr(value)).normalize()
    if len(exact.as_tuple().digits) > SPREADSHEET_DIGITS or abs(exact) >= 10**SPREADSHEET_DIGITS:
        return None
    return f"{exact:f}" if exact else "0"


def as_shown(value: float) -> str:
    """What a spreadsheet shows of a number at most: 15 digits, in plain notation where that is short."""
    if not math.isfinite(value):
        return str(value)
    short = Decimal(f"{value:.{SPREADSHEET_DIGITS}g}").normalize()
    return f"{short:f}" if abs(short.adjusted()) < 2 * SPREADSHEET_DIGITS else str(short)
