"""What kinds about volumes share: papers, and the account that lines and later batches draw on."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

from ledger.fields import ShortLine
from ledger.holdings import OWN, Move
from ledger.identifiers import DigestText
from ledger.statement import Strict
from ledger.units import Unit

AVAILABLE: Final = "available"
"""The account of a statement's subject on which the lines that name it draw."""


class Paper(Strict):
    """A document outside the ledger, such as a delivery note or a bill: its number and the SHA-256 of its file."""

    number: ShortLine
    digest: DigestText


class Stock(NamedTuple):
    """What a line asks of a statement that it takes from. `owner`: who may take; empty: the statement's issuer."""

    owner: str = ""
    valid_from: str = ""
    valid_until: str = ""
    """The days on which what is taken was there to be used; empty: any."""
    basis: bytes | None = None
    """The delivery that was accepted."""
    flag: str = ""
    """Code of a question that stays open for a line that takes from it."""
    material: str = ""
    origin: str = ""


def fill(amount: str, unit: Unit, place: str = "header") -> Move:
    """`amount` for later statements to draw on."""
    return Move(AVAILABLE, Fraction(amount), unit, place, of=OWN)


def draw(digest: str, amount: str, unit: Unit, place: str, code: str, weight: Fraction | None = None) -> Move:
    """`amount` out of what a statement made available."""
    return Move(AVAILABLE, -Fraction(amount), unit, place, code, weight, of=bytes.fromhex(digest[2:]))


def made_topic(site: str, product: str, start: str, end: str) -> str:
    """The topic of what declarations say of a site's product in a period."""
    return f"made|{site}|{product}|{start}..{end}"


def output_topic(site: str, product: str, start: str, end: str) -> str:
    """The topic of what a site made of a product in a period."""
    return f"output|{site}|{product}|{start}..{end}"
