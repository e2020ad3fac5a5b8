"""Kind `site-output`: what a site made in a period, against which all declarations of it are added up.

Domain section 4, threat 10: a good batch is declared for the whole, or more is declared than was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple, Self

from pydantic import model_validator

from ledger.fields import DateText, IdText, Version
from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import FootprintSummary
from ledger.footprint.lines import Listed
from ledger.holdings import readable
from ledger.kind import Kind, Known, Surroundings
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit, conversion
from ledger.volume import Paper, made_topic, output_topic
from ledger.words.form import Words


class Header(Strict):
    """The sum of the products' output. A product stands in one statement for each site and period."""

    version: Version
    site: IdText
    products: Listed[IdText]
    """Codes of the products, as their declarations have them."""
    quantity: UnsignedText
    unit: Unit
    period_start: DateText
    period_end: DateText
    record: Paper

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.period_end < self.period_start:
            raise ValueError("PERIOD_REVERSED")
        if list(self.products) != sorted(set(self.products)):
            raise ValueError("PRODUCTS_NOT_SORTED")
        return self


class SiteOutput(Strict):
    """Content of a site's output."""

    header: Header


class OutputSummary(NamedTuple):
    """What a declaration of the site asks."""

    products: tuple[str, ...]
    quantity: str
    unit: str


def _is_live(known: Known, around: Surroundings) -> bool:
    ended = known.was_ended_at(around.index) or known.was_superseded_at(around.index)
    return known.organisation == around.organisation and not ended


def declared_of(head: Header, around: Surroundings) -> Fraction:
    """What the live declarations of the products cover, in the output's unit."""
    found = Fraction()
    for product in head.products:
        for known in around.on(made_topic(head.site, product, head.period_start, head.period_end)):
            summary = known.summary
            if not isinstance(summary, FootprintSummary) or summary.quantity is None or not _is_live(known, around):
                continue
            factor = conversion(summary.quantity_unit or summary.unit, head.unit)
            found += Fraction() if factor is None else Fraction(summary.quantity) * factor
    return found


def _balance(content: SiteOutput, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    declared, made = declared_of(head, around), Fraction(head.quantity)
    if declared > made:
        yield fail("SITE_OVERDECLARED", "header", got=readable(declared), expected=head.quantity, unit=head.unit,
                   missing=readable(declared - made))  # fmt: skip
    elif declared < made:
        yield not_checked("SITE_GAP", "header", got=readable(declared), expected=head.quantity, unit=head.unit,
                          missing=readable(made - declared))  # fmt: skip


KIND: Final = Kind(
    name="site-output",
    content=SiteOutput,
    subject=lambda content: (
        f"{content.header.site}|{content.header.period_start}..{content.header.period_end}|{content.header.products[0]}"
    ),
    headline=lambda content: (
        f"场地产量 {content.header.site}：{content.header.quantity} {content.header.unit}；"
        f"{content.header.period_start} 至 {content.header.period_end}"
    ),
    summary=lambda content: OutputSummary(content.header.products, content.header.quantity, content.header.unit),
    topics=lambda content: [
        output_topic(content.header.site, product, content.header.period_start, content.header.period_end)
        for product in content.header.products
    ],
    check_references=_balance,
    words={
        "PRODUCTS_NOT_SORTED": Words(
            "产品编码须按顺序排列，不得重复",
            "the products' codes must be in ascending order, each once",
        ),
        "SITE_OVERDECLARED": Words(
            "场地产量 {expected} {unit}，而各声明合计覆盖 {got} {unit}，多出 {missing} {unit}。请核对产量",
            "the site made {expected} {unit}, but its declarations cover {got} {unit}: {missing} {unit} too much. "
            "Check the quantities",
        ),
        "SITE_GAP": Words(
            "场地产量 {expected} {unit}，声明只覆盖 {got} {unit}，尚有 {missing} {unit} 未声明。请说明其去向",
            "the site made {expected} {unit}, its declarations cover {got} {unit}: nothing is declared of {missing} "
            "{unit}. Ask where those went",
        ),
    },
)
