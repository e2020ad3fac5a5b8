"""GTINs and the GS1 Digital Link that a label's code holds: check digit by modulo 10, fourteen digits for comparing."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from ledger.errors import InputError

_LENGTHS: Final = frozenset({8, 12, 13, 14})
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_GTIN: Final = "01"
_LOT: Final = "10"


class Link(NamedTuple):
    """What a GS1 Digital Link names: the GTIN in fourteen digits, the lot, and our own `cert`, each "" where absent."""

    gtin: str
    lot: str
    certificate: str


def has_gtin_form(text: str) -> bool:
    """Whether a product's identifier is written like a GTIN, right or wrong."""
    return len(text) in _LENGTHS and _DIGITS.fullmatch(text) is not None


def check_digit(digits: str) -> str:
    """The last digit of a GTIN, from those before it: GS1 General Specifications, modulo 10 with weights 3 and 1."""
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighed % 10)


def is_gtin(text: str) -> bool:
    """Whether a text is a GTIN with its right check digit."""
    return has_gtin_form(text) and text[-1] == check_digit(text[:-1])


def parse_gtin(text: str, place: str = "") -> str:
    """A GTIN of 8, 12, 13 or 14 digits as fourteen. Raises `InputError` GTIN_FORMAT or GTIN_CHECK_DIGIT."""
    if not has_gtin_form(text):
        raise InputError("GTIN_FORMAT", place=place, got=text[:80])
    if text[-1] != (expected := check_digit(text[:-1])):
        raise InputError("GTIN_CHECK_DIGIT", place=place, got=text, expected=expected)
    return text.zfill(14)


def parse_link(text: str) -> Link:
    """The parts of https://host/.../01/{GTIN}/10/{lot}?cert=NUMBER.

    Raises `InputError` DIGITAL_LINK, or as `parse_gtin`.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        raise InputError("DIGITAL_LINK", got=text[:80]) from None
    path = [unquote(part) for part in parts.path.split("/")]
    if parts.scheme not in {"http", "https"} or _GTIN not in path[:-1]:
        raise InputError("DIGITAL_LINK", got=text[:80])
    at = path.index(_GTIN)
    rest = path[at + 2 :]
    lot = rest[rest.index(_LOT) + 1] if _LOT in rest[:-1] else ""
    named = parse_qs(parts.query).get("cert", [])
    if len(named) > 1:
        raise InputError("DIGITAL_LINK", got=text[:80])
    return Link(parse_gtin(path[at + 1]), lot, named[0] if named else "")
