"""Kind `delivery`: a seller hands over goods of one declaration; together they never exceed what it covers.

Domain section 4, threats 9 (more sold than made) and 10 (the good batch declared, the bad one delivered).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.fields import DateText, IdText, Version
from ledger.holdings import Move
from ledger.identifiers import DigestText, OrganisationText, parse_digest
from ledger.kind import Kind, Reference
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit
from ledger.volume import Paper, draw, fill
from ledger.words.form import Words


class Header(Strict):
    """How much of which declaration's goods went to whom."""

    version: Version
    number: IdText
    declaration: DigestText
    buyer: OrganisationText
    quantity: UnsignedText
    unit: Unit
    shipped: DateText
    note: Paper


class Delivery(Strict):
    """Content of a delivery."""

    header: Header


class DeliverySummary(NamedTuple):
    """What the acceptance and the lines that rest on it ask."""

    declaration: bytes
    owner: str
    """The buyer: nobody else accepts it."""


def _moves(content: Delivery) -> Iterator[Move]:
    head = content.header
    yield draw(head.declaration, head.quantity, head.unit, "header", "OVERSOLD")
    yield fill(head.quantity, head.unit)


KIND: Final = Kind(
    name="delivery",
    content=Delivery,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"交付 {content.header.number}：{content.header.quantity} {content.header.unit} 给 {content.header.buyer}；"
        f"{content.header.shipped}"
    ),
    references=lambda content: [
        Reference(parse_digest(content.header.declaration), frozenset({"footprint"}), "header")
    ],
    summary=lambda content: DeliverySummary(parse_digest(content.header.declaration), content.header.buyer),
    moves=_moves,
    words={
        "OVERSOLD": Words(
            "交付超过声明所覆盖的产量：本次 {got} {unit}，余量 {limit} {unit}，超出 {missing} {unit}（{account}）。"
            "请核对数量，或在声明中写明产量",
            "more is delivered than the declaration covers: {got} {unit} with {limit} {unit} left, {missing} {unit} "
            "too much ({account}). Check the quantity, or state what was made in the declaration",
        ),
    },
)
