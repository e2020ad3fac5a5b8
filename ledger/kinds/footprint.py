"""Kind `footprint`: a declaration, that is a product carbon footprint with the lines that it is calculated from.

ISO 14067 / GB/T 24067-2024 (offsets are outside a product footprint), PACT 3.0 names where PACT has one. What it says
and how it is checked stands in `ledger.footprint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.findings import Finding
from ledger.footprint.basis import ALLOWED_FACTORS, covers
from ledger.footprint.checks import check
from ledger.footprint.content import Footprint, FootprintSummary, line_place, subject_of
from ledger.footprint.coproducts import check_coproducts, group_topics
from ledger.footprint.hidden import check_shown
from ledger.footprint.lines import Line, LineKind, Stage
from ledger.footprint.parts import emissions_of
from ledger.footprint.references import check_references, references
from ledger.footprint.ruling import register_rule
from ledger.footprint.taken import check_site, check_taken, moves, taken_references, topics
from ledger.kind import Kind, Surroundings
from ledger.numbers import is_decimal
from ledger.units import CODES

__all__ = [
    "ALLOWED_FACTORS", "KIND", "Footprint", "FootprintSummary", "Line", "LineKind", "Stage", "covers", "emissions_of",
    "line_place",
]  # fmt: skip


def _headline(content: Footprint) -> str:
    head, result = content.header, content.result
    return (
        f"产品碳足迹 {head.product}：{result.footprint} kgCO2e / {head.amount} {head.unit}；"
        f"{head.period_start} 至 {head.period_end}"
    )


def _summary(content: Footprint) -> FootprintSummary:
    head, result = content.header, content.result
    return FootprintSummary(
        result.footprint, head.unit, head.amount, head.product, head.gwp, head.boundary, head.period_start,
        head.period_end, head.valid_until, head.rule, result if len(result.model_fields_set) > 1 else None,
        content.production.quantity, content.production.quantity_unit, content.production.groups,
    )  # fmt: skip


_HEADLINE: Final = re.compile(
    r"产品碳足迹 (?P<product>.+)：(?P<footprint>-?[0-9.]+) kgCO2e / (?P<amount>[0-9.]+) (?P<unit>[A-Za-z0-9.]+)；"
    r"(?P<start>[0-9-]{10}) 至 (?P<end>[0-9-]{10})"
)


def _glance(headline: str) -> FootprintSummary | None:
    """What the signed headline says of a declaration whose content is withheld.

    A name that looks like a headline itself cannot stand in for the numbers, which are the last ones.
    """
    found = _HEADLINE.fullmatch(headline)
    if found is None or found["unit"] not in CODES or not is_decimal(found["footprint"], found["amount"]):
        return None
    if not found["amount"].strip("0."):
        return None
    return FootprintSummary(found["footprint"], found["unit"], found["amount"], found["product"],
                            period_start=found["start"], period_end=found["end"])  # fmt: skip


def _check_references(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    yield from check_references(content, around)
    yield from check_taken(content, around)
    yield from check_coproducts(content, around)


KIND: Final = Kind(
    name="footprint",
    content=Footprint,
    subject=subject_of,
    headline=_headline,
    role=lambda _: ("declarant", ""),
    references=lambda content: [*references(content), *taken_references(content)],
    summary=_summary,
    glance=_glance,
    register=register_rule,
    check=check,
    check_references=_check_references,
    check_since=check_site,
    topics=lambda content: [*topics(content), *group_topics(content)],
    moves=moves,
    check_shown=check_shown,
)
