"""Meter readings that were filled in later, told again at every line that rests on them, with what it takes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ledger.findings import Finding
from ledger.footprint.taken import units_made
from ledger.kinds.footprint import Footprint, Line, line_place
from ledger.numbers import decimals_of, round_half_even
from verifier.checks import Judged


def late_lines(chain: Mapping[bytes, Judged], found: Mapping[bytes, tuple[Finding, ...]]) -> Iterator[Finding]:
    """READING_LATE at each line that takes from such a batch; the kilograms are of the part that it takes."""
    late = {digest: one for digest, findings in found.items() for one in findings if one.code == "READING_LATE"}
    for digest, judged in chain.items() if late else ():
        if not isinstance(judged.content, Footprint):
            continue
        for number, line in enumerate(judged.content.lines):
            for taken in line.readings or ():
                if (finding := late.get(bytes.fromhex(taken.digest[2:]))) is not None:
                    kilograms = _part(judged.content, line, taken.amount)
                    yield replace(finding, statement=digest, place=line_place(number), kilograms=kilograms)


def _part(content: Footprint, line: Line, amount: str) -> Decimal | None:
    needed = abs(Fraction(line.amount)) * (units_made(content) or Fraction(1))
    if not needed:
        return None
    share = min(Fraction(amount) / needed, Fraction(1))
    return round_half_even(abs(Fraction(line.emission)) * share, decimals_of(content.result.footprint))
