"""Kind `acceptance`: the buyer's signature under a delivery; only what was accepted may be used in a declaration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.fields import DateText, Version
from ledger.holdings import Move
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit
from ledger.volume import Stock, draw, fill
from ledger.words.form import Words


class Header(Strict):
    """How much of a delivery arrived and was taken."""

    version: Version
    delivery: DigestText
    quantity: UnsignedText
    unit: Unit
    accepted: DateText


class Acceptance(Strict):
    """Content of an acceptance."""

    header: Header


def _moves(content: Acceptance) -> Iterator[Move]:
    head = content.header
    yield draw(head.delivery, head.quantity, head.unit, "header", "ACCEPTED_BEYOND")
    yield fill(head.quantity, head.unit)


KIND: Final = Kind(
    name="acceptance",
    content=Acceptance,
    subject=lambda content: content.header.delivery,
    headline=lambda content: (
        f"签收 {content.header.delivery[:18]}…：{content.header.quantity} {content.header.unit}；"
        f"{content.header.accepted}"
    ),
    references=lambda content: [Reference(parse_digest(content.header.delivery), frozenset({"delivery"}), "header")],
    summary=lambda content: Stock(basis=parse_digest(content.header.delivery)),
    moves=_moves,
    words={
        "ACCEPTED_BEYOND": Words(
            "签收多于交付：本次 {got} {unit}，交付单余量 {limit} {unit}，多出 {missing} {unit}（{account}）。"
            "请与卖方核对",
            "more is accepted than was delivered: {got} {unit} with {limit} {unit} left, {missing} {unit} too much "
            "({account}). Check with the seller",
        ),
    },
)
