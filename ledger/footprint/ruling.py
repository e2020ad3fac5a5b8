"""A declaration held against the rule (PCR) that it names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ledger.findings import Finding, not_checked
from ledger.footprint.content import Footprint, line_place
from ledger.kind import Surroundings


def check_rule(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """What the named rule says of the declaration; the claim check says what is left open when none is named."""
    if content.header.rule is None:
        return
    known = around.known(bytes.fromhex(content.header.rule[2:]))
    if known is not None:
        yield not_checked("RULE_NOT_JUDGED", "header", abs(Decimal(content.result.footprint)))
        yield from negative_lines(content)


def negative_lines(content: Footprint) -> Iterator[Finding]:
    """Negative lines that no rule was seen to permit."""
    for number, line in enumerate(content.lines):
        if line.amount[0] == "-":
            yield not_checked("NEGATIVE_LINE", line_place(number), abs(Decimal(line.emission)), name=line.name)
