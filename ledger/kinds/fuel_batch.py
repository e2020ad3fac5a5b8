"""Kind `fuel-batch`: a batch of low-carbon fuel with its certificate; the same litre is never used twice.

Domain threat 41. Under book and claim the molecules went to somebody else: a line that rests on it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from ledger.fields import DateText, IdText, ShortLine, Version
from ledger.holdings import Claim, Move
from ledger.identifiers import OrganisationText
from ledger.kind import Kind
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit
from ledger.volume import Paper, Stock, fill
from ledger.words.form import Words


class Header(Strict):
    """Which fuel, how much, whose, and by which certificate."""

    version: Version
    number: IdText
    fuel: ShortLine
    quantity: UnsignedText
    unit: Unit
    owner: OrganisationText
    scheme: IdText
    certificate: IdText
    """The number of the scheme's certificate; one for each batch."""
    balance: Literal["segregated", "mass_balance", "book_and_claim"]
    valid_from: DateText
    valid_until: DateText
    note: Paper


class FuelBatch(Strict):
    """Content of a statement on a batch of fuel."""

    header: Header


def _claims(content: FuelBatch) -> Iterator[Claim]:
    head = content.header
    yield Claim(f"fuel-certificate|{head.scheme}|{head.certificate}", 0, 0, "header", "FUEL_SOLD_TWICE")


def _moves(content: FuelBatch) -> Iterator[Move]:
    yield fill(content.header.quantity, content.header.unit)


def _summary(content: FuelBatch) -> Stock:
    head = content.header
    flag = "BOOK_AND_CLAIM" if head.balance == "book_and_claim" else ""
    return Stock(head.owner, head.valid_from, head.valid_until, flag=flag)


KIND: Final = Kind(
    name="fuel-batch",
    content=FuelBatch,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"燃料批次 {content.header.number}：{content.header.fuel} {content.header.quantity} {content.header.unit}，"
        f"归 {content.header.owner}，证书 {content.header.scheme} {content.header.certificate}"
    ),
    summary=_summary,
    claims=_claims,
    moves=_moves,
    words={
        "FUEL_SOLD_TWICE": Words(
            "燃料证书 {space} 已由声明 {by} 使用（{first} 至 {last}），同一批燃料不能用两次",
            "fuel certificate {space} is used by statement {by} already ({first} to {last}); no litre serves twice",
        ),
        "BOOK_AND_CLAIM": Words(
            "“{name}”用的是账面认领的燃料：实物在别处燃烧，是否允许由规则决定",
            "{name} rests on fuel by book and claim: it was burnt elsewhere, and the rule must permit that",
        ),
    },
)
