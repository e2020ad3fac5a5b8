"""Kind `batch`: recycled material, from its collection through sorting and melting to its use, by mass.

What goes in is drawn from the batches that it came from, what comes out cannot be more than the process yields: mass is
conserved over split, merge and transformation, and every kilogram is consumed once (domain 3.9; threats 41 and 42).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field

from ledger.fields import IdText, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.footprint.lines import MAX_ITEMS, Listed
from ledger.holdings import Claim, Move, readable
from ledger.identifiers import DigestText, OrganisationText, parse_digest
from ledger.kind import Kind, Reference, Surroundings
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit
from ledger.volume import Paper, Stock, draw, fill
from ledger.words.form import Words


class Input(Strict):
    """So many kilograms of an earlier batch."""

    batch: DigestText
    mass: UnsignedText


class Header(Strict):
    """What the batch is, whose, and how it came about."""

    version: Version
    number: IdText
    material: IdText
    origin: Literal["pre_consumer", "post_consumer"]
    mass: UnsignedText
    """kg, dry."""
    owner: OrganisationText
    """Who may use it; another firm than the issuer when it was handed over."""
    process: Literal["collect", "sort", "split", "merge", "transform"]
    max_yield: UnsignedText
    """The most of its input that the process can give, at most 1."""
    inputs: Annotated[tuple[Input, ...], Field(strict=False, max_length=MAX_ITEMS)] = ()
    tickets: Listed[Paper]
    """Weigh tickets and analyses; each serves one batch."""
    note: ShortLine | None = None


class Batch(Strict):
    """Content of a statement on a batch."""

    header: Header


_KILOGRAM: Final[Unit] = "kg"


def _moves(content: Batch) -> Iterator[Move]:
    for item in content.header.inputs:
        yield draw(item.batch, item.mass, _KILOGRAM, "header", "BATCH_CONSUMED")
    yield fill(content.header.mass, _KILOGRAM)


def _claims(content: Batch) -> Iterator[Claim]:
    for ticket in content.header.tickets:
        yield Claim(f"weigh-ticket|{ticket.digest}", 0, 0, "header", "TICKET_USED_TWICE")


def _conserved(content: Batch) -> Iterator[Finding]:
    head = content.header
    most = Fraction(head.max_yield)
    if most > 1:
        yield fail("BATCH_YIELD", "header", got=head.max_yield, expected="1", mass=head.mass)
    if (head.process == "collect" and head.inputs) or (head.process != "collect" and not head.inputs):
        yield fail("BATCH_INPUTS", "header", got=len(head.inputs), process=head.process)
    given = sum((Fraction(item.mass) for item in head.inputs), Fraction()) * most
    if head.inputs and Fraction(head.mass) > given:
        yield fail(
            "BATCH_MASS",
            "header",
            got=head.mass,
            expected=readable(given),
            missing=readable(Fraction(head.mass) - given),
        )


def _of_its_inputs(content: Batch, around: Surroundings) -> Iterator[Finding]:
    yield from _conserved(content)
    head = content.header
    for item in head.inputs:
        known = around.known(parse_digest(item.batch))
        found = known.summary if known is not None else None
        if not isinstance(found, Stock):
            continue
        if found.origin != head.origin:
            yield fail("BATCH_ORIGIN", "header", got=head.origin, expected=found.origin)
        if found.material != head.material and head.process != "transform":
            yield fail("BATCH_MATERIAL", "header", got=head.material, expected=found.material)


def _summary(content: Batch) -> Stock:
    return Stock(content.header.owner, material=content.header.material, origin=content.header.origin)


_ORIGINS: Final = {"pre_consumer": "消费前", "post_consumer": "消费后"}

KIND: Final = Kind(
    name="batch",
    content=Batch,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"再生料批次 {content.header.number}：{_ORIGINS[content.header.origin]} {content.header.material} "
        f"{content.header.mass} kg，归 {content.header.owner}"
    ),
    references=lambda content: [
        Reference(parse_digest(item.batch), frozenset({"batch"}), "header") for item in content.header.inputs
    ],
    summary=_summary,
    claims=_claims,
    moves=_moves,
    register=_of_its_inputs,
    words={
        "BATCH_CONSUMED": Words(
            "批次余量不足：取用 {got} {unit}，只剩 {limit} {unit}，缺 {missing} {unit}（{account}）。每公斤只能用一次",
            "the batch has too little: {got} {unit} are taken, {limit} {unit} are left, {missing} {unit} are missing "
            "({account}). Each kilogram serves once",
        ),
        "TICKET_USED_TWICE": Words(
            "磅单 {space} 已由声明 {by} 使用（{first} 至 {last}），一张磅单只对应一个批次",
            "weigh ticket {space} is used by statement {by} already ({first} to {last}); a ticket serves one batch",
        ),
        "BATCH_YIELD": Words(
            "最大得率 {got} 超过 {expected}，批次质量为 {mass} kg。请更正",
            "a yield of {got} is more than {expected}; the batch has {mass} kg. Correct it",
        ),
        "BATCH_INPUTS": Words(
            "“{process}”工序有 {got} 个投入批次：收集不得有投入，其他工序必须有",
            "process {process} has {got} inputs: collection has none, every other process has some",
        ),
        "BATCH_MASS": Words(
            "产出 {got} kg 多于投入按最大得率可得的 {expected} kg，多出 {missing} kg",
            "{got} kg come out, but the inputs yield at most {expected} kg: {missing} kg too much",
        ),
        "BATCH_ORIGIN": Words(
            "来源写为“{got}”，而投入批次为“{expected}”。消费前后的料须分开",
            "the origin is said to be {got}, its input's is {expected}. Keep them apart",
        ),
        "BATCH_MATERIAL": Words(
            "材料写为“{got}”，而投入批次为“{expected}”。只有转化工序可以改变材料",
            "the material is said to be {got}, its input's is {expected}. Only a transformation changes it",
        ),
    },
)
