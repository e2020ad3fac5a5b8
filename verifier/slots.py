"""Whether two declarations of one firm stand for the same product, though their subjects are not the same text.

A firm has one live declaration for each subject: product, site, period and boundary (`ledger.kinds.footprint`). Who
spells one of these a little differently has a second one, and may show whichever is lower. Two sites that make the same
product, two products of one site, and two years of one product are honest; so are rolling years, and so is a number to
the gate beside one to the grave. What is left is told:

- the same product and site in two spellings, for times that meet: nobody has two products there (NEAR_DUPLICATE);
- as a question, where the values differ (NEAR_DUPLICATE_POSSIBLE): the same product and site with a period that is
  moved by a few days; the same product with a site and without one; the same name, amount, unit and site under a code
  and under that code with something added.

All of it stands in the statement itself, in its subject and headline, so that no content has to be opened.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from ledger.errors import InputError
from ledger.findings import Finding, Outcome
from ledger.gtin import is_gtin
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import KIND, FootprintSummary
from ledger.numbers import MAX_RESULT_DECIMALS, decimals_of, round_half_even
from ledger.statement import Statement
from ledger.units import conversion

NO_SITE: Final = "-"
MOVED_PERCENT: Final = 5
"""Two periods of which so much at most is not common are one, moved; a year that rolls on by a month is another."""

_SHORTEST_GTIN: Final = 8
_GTIN: Final = re.compile(r"(?:.*(?:gtin[:/.-]?|/01/))?([0-9][0-9._:/-]*)")
_SEPARATORS: Final = re.compile(r"[-._:/]+")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=[0-9])[-._:/]+(?=[0-9])")


@lru_cache(maxsize=65_536)
def normal_code(code: str) -> str:
    """A product's or a site's code without what spellings differ in: case, separators, a GTIN's form and zeros.

    Between digits a separator stays, as `-`: 1-12 and 11-2 are two codes.
    """
    text = code.casefold()
    if (
        len(text) >= _SHORTEST_GTIN
        and (found := _GTIN.fullmatch(text))
        and is_gtin(digits := _SEPARATORS.sub("", found[1]))
    ):
        return digits.lstrip("0")
    if text.isdigit():
        return text.lstrip("0") or "0"
    return _SEPARATORS.sub("", _BETWEEN_DIGITS.sub("\0", text)).replace("\0", "-")


def stems(code: str) -> list[str]:
    """The beginnings of a code that end before a separator, normalised: of CR-COIL-B those of CR and CR-COIL."""
    return [normal_code(code[: found.start()]) for found in _SEPARATORS.finditer(code) if found.start()]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a declaration stands for by its own envelope, and its value in kgCO2e for `amount` of `unit`.

    `first` and `last` are the ordinals of the period's days.
    """

    organisation: str
    product_id: str
    site: str
    first: int
    last: int
    boundary: str
    product: str
    value: str
    amount: str
    unit: str

    @property
    def code(self) -> str:
        """The product's code, normalised."""
        return normal_code(self.product_id)

    @property
    def place(self) -> str:
        """The site's code, normalised."""
        return NO_SITE if self.site == NO_SITE else normal_code(self.site)

    @property
    def is_like(self) -> tuple[str, ...]:
        """What is the same of all declarations that a name could stand for."""
        name = "".join(sign for sign in self.product.casefold() if sign.isalnum())
        return self.organisation, self.boundary, self.place, name, self.amount, self.unit


_SUBJECT: Final = re.compile(
    r"(?P<product>[^|]+)\|(?P<site>[^|]+)\|(?P<first>[0-9-]{10})\.\.(?P<last>[0-9-]{10})\|(?P<boundary>[^|]+)"
)


def slot_of(statement: Statement) -> Slot | None:
    """The slot of a declaration; None for a statement of another kind, and for what no declaration's kind would say."""
    found = _SUBJECT.fullmatch(statement.subject) if statement.kind == KIND.name else None
    said = KIND.glance(statement.headline) if found else None
    if found is None or not isinstance(said, FootprintSummary):
        return None
    try:
        first, last = (date.fromisoformat(found[name]).toordinal() for name in ("first", "last"))
    except ValueError:
        return None
    return Slot(statement.organisation, found["product"], found["site"], first, last, found["boundary"], said.product,
                said.footprint, said.amount, said.unit)  # fmt: skip


def kinship(one: Slot, other: Slot) -> Literal["same", "alike"] | None:
    """Whether two declarations stand for the same product in two spellings, may do so, or neither."""
    if (one.organisation, one.boundary) != (other.organisation, other.boundary):
        return None
    if one.first > other.last or other.first > one.last:
        return None
    if one.code == other.code and one.place == other.place:
        if (one.product_id, one.site) != (other.product_id, other.site):
            return "same"
        is_alike = (one.first, one.last) != (other.first, other.last) and _is_moved(one, other)
    elif one.code == other.code:
        is_alike = NO_SITE in (one.site, other.site)
    else:
        is_alike = one.is_like == other.is_like and _is_extended(one.product_id, other.product_id)
    return "alike" if is_alike and difference(one, other) != 0 else None


def _is_moved(one: Slot, other: Slot) -> bool:
    """Whether their periods are nearly one."""
    common = min(one.last, other.last) - max(one.first, other.first) + 1
    whole = max(one.last, other.last) - min(one.first, other.first) + 1
    return (whole - common) * 100 <= whole * MOVED_PERCENT


def _is_extended(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return normal_code(shorter) in stems(longer)


def difference(one: Slot, other: Slot) -> Decimal | None:
    """By how many kgCO2e per declared unit of `one` the other states more; None where their units do not fit."""
    try:
        ratio = conversion(one.unit, other.unit)
    except InputError:
        return None
    if ratio is None:
        return None
    exact = Fraction(other.value) * Fraction(one.amount) * ratio / Fraction(other.amount) - Fraction(one.value)
    is_plain = (one.unit, one.amount) == (other.unit, other.amount)
    decimals = max(decimals_of(one.value), decimals_of(other.value)) if is_plain else MAX_RESULT_DECIMALS
    return round_half_even(exact, decimals)


def duplicate(statement: Statement, digest: bytes, rival: Statement, of: bytes) -> Finding | None:
    """What is to be said on a declaration because of another of its firm, whose digest is `of`; None: nothing."""
    one, other = slot_of(statement), slot_of(rival)
    if one is None or other is None:
        return None
    found = kinship(one, other)
    if found is None:
        return None
    values = {
        "got": f"{one.value} / {one.amount} {one.unit}", "expected": f"{other.value} / {other.amount} {other.unit}",
        "digest": digest_to_text(digest), "other": digest_to_text(of), "slot": _text(one), "other_slot": _text(other),
    }  # fmt: skip
    if found == "same":
        return Finding("NEAR_DUPLICATE", Outcome.FAIL, digest, "header", difference(one, other), values)
    kilograms = difference(one, other)
    return Finding("NEAR_DUPLICATE_POSSIBLE", Outcome.NOT_CHECKED, digest, "header", kilograms, values, blocking=False)


class FirmSlots:
    """The subjects of one firm's declarations, by what two neighbours have in common. They come with their indices.

    Nothing but subjects is looked at: of most declarations they show that there is no neighbour.
    """

    def __init__(self, subjects: Iterable[tuple[int, str]]) -> None:
        self._products: Final[defaultdict[object, list[int]]] = defaultdict(list)
        self._codes: Final[defaultdict[object, list[int]]] = defaultdict(list)
        self._stems: Final[defaultdict[object, list[int]]] = defaultdict(list)
        for index, subject in subjects:
            product, place = _product_and_place(subject)
            code = normal_code(product)
            self._products[code].append(index)
            self._codes[place, code].append(index)
            for stem in stems(product):
                self._stems[place, stem].append(index)

    def near(self, subject: str) -> set[int]:
        """Indices of declarations that may be duplicates of that on `subject`, itself among them."""
        product, place = _product_and_place(subject)
        code = normal_code(product)
        found = {*self._products.get(code, ()), *self._stems.get((place, code), ())}
        return found.union(*(self._codes.get((place, stem), ()) for stem in stems(product)))


def _product_and_place(subject: str) -> tuple[str, str]:
    product, _, rest = subject.partition("|")
    site = rest.partition("|")[0]
    return product, site if site == NO_SITE else normal_code(site)


def _text(slot: Slot) -> str:
    return f"{slot.product_id} | {slot.site} | {date.fromordinal(slot.first)}..{date.fromordinal(slot.last)}"
