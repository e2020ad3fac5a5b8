"""Lines that rest on one product of a loop group: what the group says of it, as a declaration of it would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.findings import Finding, fail
from ledger.footprint.content import Footprint, FootprintSummary, line_place
from ledger.footprint.lines import Line, UpstreamSource
from ledger.kind import Known, Surroundings
from ledger.numbers import decimals_of, round_half_even
from ledger.units import conversion


class LoopSummary(NamedTuple):
    """What another statement may ask of a loop group: its solved products by key, and the keys by issuer and code."""

    members: Mapping[str, FootprintSummary]
    keys: Mapping[tuple[str, str], str]
    period_start: str
    period_end: str


def declared_by(known: Known, source: UpstreamSource) -> FootprintSummary | None:
    """What a line's source says of its product: a declaration of it, or that member of a loop group."""
    summary = known.summary
    if isinstance(summary, LoopSummary):
        return summary.members.get(source.member or "")
    return summary if isinstance(summary, FootprintSummary) else None


def is_of(known: Known | None, source: UpstreamSource, organisation: str, product_id: str) -> bool:
    """Whether the source is a member of the loop group `known`, and this product of this organisation."""
    summary = known.summary if known is not None else None
    key = summary.keys.get((organisation, product_id)) if isinstance(summary, LoopSummary) else None
    return key is not None and key == source.member


def no_member(number: int, line: Line, source: UpstreamSource) -> Finding:
    """The group has, or has no longer, a product of this name."""
    return fail("LOOP_MEMBER_UNKNOWN", line_place(number), abs(Decimal(line.emission)), name=line.name,
                got=source.member or "-")  # fmt: skip


def check_own_product(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """A member that rests on its group for what it takes must state what the group was solved to for itself.

    Else the group would hold one value for the customers who look there, and the declaration another.
    """
    groups = {
        line.source.digest: None
        for line in content.lines
        if line.source.type == "upstream" and line.source.member is not None
    }
    for digest in groups:
        known = around.known(bytes.fromhex(digest[2:]))
        summary = known.summary if known is not None else None
        if isinstance(summary, LoopSummary):
            yield from _check_own(content, summary, around.organisation)


def _check_own(content: Footprint, group: LoopSummary, organisation: str) -> Iterator[Finding]:
    head, declared = content.header, content.result.footprint
    key = group.keys.get((organisation, head.product_id))
    if key is None or head.period_start > group.period_end or head.period_end < group.period_start:
        return
    member = group.members[key]
    scale = conversion(head.unit, member.unit)
    if scale is None:
        return
    units = scale * Fraction(head.amount) / Fraction(member.amount)
    room = Fraction(1, 2 * 10 ** decimals_of(declared)) + units / (2 * 10 ** decimals_of(member.footprint))
    solved = Fraction(member.footprint) * units
    if abs(solved - Fraction(declared)) > room:
        expected = round_half_even(solved, decimals_of(declared))
        yield fail("LOOP_RESULT_DIFFERS", "result", expected - Decimal(declared), name=key, got=declared,
                   expected=f"{expected:f}")  # fmt: skip
