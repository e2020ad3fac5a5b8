"""Co-products of one process, each with a declaration of its own: all of them must divide the process alike.

Two tables that each sum to 1 may still give both products the small share (domain section 4, threat 18); so whatever a
firm declared of a group, site and period before is compared with what it declares now.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ledger.findings import Finding, fail
from ledger.footprint.content import Footprint, FootprintSummary, Group, line_place, subject_of
from ledger.footprint.effects import scaled_effect
from ledger.kind import Surroundings


def group_topics(content: Footprint) -> Iterator[str]:
    """Where declarations of the same process find one another."""
    for name in {group.name for group in content.production.groups or ()}:
        yield _topic(content, name)


def _topic(content: Footprint, name: str) -> str:
    head = content.header
    return f"group|{head.site or '-'}|{name}|{head.period_start}..{head.period_end}"


def check_coproducts(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """Each group against the newest live declaration of the firm that divides the same process otherwise."""
    own = subject_of(content)
    for group in content.production.groups or ():
        for known in around.on(_topic(content, group.name)):
            ended = known.was_ended_at(around.index) or known.was_superseded_at(around.index)
            another = known.organisation != around.organisation or known.subject == own
            if ended or another or not isinstance(known.summary, FootprintSummary):
                continue
            theirs = next((other for other in known.summary.groups or () if other.name == group.name), None)
            if theirs is not None and _table(theirs) != _table(group):
                yield from _differs(content, group, theirs)
                break


def _table(group: Group) -> tuple[str, frozenset[tuple[str, Fraction, Fraction]]]:
    """A group without the order of its products, which begins with each declaration's own."""
    rows = ((product.name, Fraction(product.basis), Fraction(product.share)) for product in group.products)
    return group.method, frozenset(rows)


def _differs(content: Footprint, group: Group, theirs: Group) -> Iterator[Finding]:
    """Every line that counts a share of the group, and what the other declaration leaves to this product."""
    own = group.products[0]
    right = next((product.share for product in theirs.products if product.name == own.name), None)
    for number, line in enumerate(content.lines):
        if line.group != group.name:
            continue
        effect = abs(Decimal(line.emission))
        if right is not None and Fraction(own.share):
            effect = scaled_effect(content, line, Fraction(right), Fraction(own.share)) or effect
        yield fail("COPRODUCTS_DIFFER", line_place(number), effect, name=line.name, group=group.name, got=own.share,
                   expected=right or "-")  # fmt: skip
