"""What a declaration that is shown in part still proves: its shown lines, and between which bounds the hidden ones lie.

The declared footprint is the exact sum rounded once, so what the shown lines leave of it is what the hidden ones weigh,
to within that one rounding. It is a bound on what was declared, not a check of it: that needs the lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from ledger.calculation import line_emission
from ledger.errors import EvidenceError, IncompleteError, InputError
from ledger.findings import Finding, fail, failed, not_checked
from ledger.footprint.content import Result, line_place
from ledger.footprint.lines import Line
from ledger.kind import Shown
from ledger.numbers import decimals_of, is_rounded, round_half_even

_SINGLE: Final = ("header", "result", "production")


class Interval(NamedTuple):
    """Between how many kgCO2e per declared unit `lines` hidden lines weigh together."""

    lines: int
    low: Fraction
    high: Fraction


def hidden_interval(seen: Shown) -> Interval | None:
    """The bounds, or None when the result is hidden too.

    Raises `EvidenceError` CONTENT_FORMAT when the shown lines cannot be numbered as they are, and `InputError`
    UNIT_MISMATCH.
    """
    result: Result | None = _section(seen, "result")
    if result is None:
        return None
    lines: Mapping[int, Line] = _section(seen, "lines") or {}
    hidden = seen.hidden - sum(_section(seen, name) is None for name in _SINGLE)
    if hidden < 0 or any(number >= len(lines) + hidden for number in lines):
        raise EvidenceError("CONTENT_FORMAT", place="lines", got="items are not numbered 0000, 0001, ...")
    half = Fraction(1, 2 * 10 ** decimals_of(result.footprint))
    production = _section(seen, "production")
    if production is not None:
        weighed = [Fraction(line_emission(line, production.output)) for line in lines.values()]
        room = half
    else:  # their exact emissions are unknown: each was rounded once of its own
        weighed = [Fraction(line.emission) for line in lines.values()]
        room = half * (1 + len(weighed))
    left = Fraction(result.footprint) - sum(weighed, Fraction(0))
    return Interval(hidden, left - room, left + room)


def _section(seen: Shown, name: str) -> Any:
    try:
        return getattr(seen, name)
    except IncompleteError:
        return None


def check_shown(seen: Shown) -> Iterator[Finding]:
    """The arithmetic of the lines that are shown, and the bounds of those that are not."""
    try:
        interval = hidden_interval(seen)
    except (EvidenceError, InputError) as err:
        yield failed(err)
        return
    if interval is None:
        return
    footprint = seen.result.footprint
    yield from _check_lines(seen, footprint)
    if interval.lines == 0:
        yield from _check_whole(interval, footprint)
        return
    low, high = _outward(interval, footprint)
    if high < 0:  # whatever they are, one of them is negative
        yield not_checked("HIDDEN_NEGATIVE", "lines", -high, high=f"{high:f}")
    yield not_checked("HIDDEN_LINES", "lines", max(abs(low), abs(high)), lines=interval.lines, low=f"{low:f}",
                      high=f"{high:f}")  # fmt: skip


def _check_lines(seen: Shown, footprint: str) -> Iterator[Finding]:
    production = _section(seen, "production")
    lines: Mapping[int, Line] = _section(seen, "lines") or {}
    decimals = decimals_of(footprint)
    for number, line in lines.items() if production is not None else ():
        emission = line_emission(line, seen.production.output)
        if not is_rounded(emission, line.emission, decimals):
            expected = round_half_even(emission, decimals)
            yield fail("LINE_ARITHMETIC", line_place(number), expected - Decimal(line.emission), name=line.name,
                       got=line.emission, expected=f"{expected:f}")  # fmt: skip


def _check_whole(interval: Interval, footprint: str) -> Iterator[Finding]:
    """No line is hidden, so nothing may be left."""
    if not interval.low <= 0 <= interval.high:
        middle = (interval.low + interval.high) / 2
        right = Fraction(footprint) - middle
        decimals = decimals_of(footprint)
        yield fail("RESULT_ARITHMETIC", "result", round_half_even(-middle, decimals), got=footprint,
                   expected=f"{round_half_even(right, decimals):f}")  # fmt: skip


def _outward(interval: Interval, footprint: str) -> tuple[Decimal, Decimal]:
    """The bounds with one decimal more than the footprint, never narrower than they are."""
    unit = 10 ** (decimals_of(footprint) + 1)
    low, high = interval.low * unit // 1, -(-interval.high * unit // 1)
    return Decimal(low).scaleb(-decimals_of(footprint) - 1), Decimal(high).scaleb(-decimals_of(footprint) - 1)
