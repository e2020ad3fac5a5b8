"""Primary data share and data quality ratings, weighted by each line's emission whatever its sign.

A line is primary when both its activity and its value are (Pathfinder Framework 4.2.2; PACT Methodology 3.0): primary
data come from the product's own value chain. A value from there is a declaration by whom it concerns, be it a power
station or a carrier; it passes on its own share to a line whose amount is no estimate. An emission by gas is as good as
its measurement. A statement of kind `factor` is by a publisher who stands outside, for anybody's use: it is secondary
however it was found, and whoever has primary values declares them, or states them by gas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from ledger.calculation import Exact
from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import Footprint
from ledger.footprint.lines import Line
from ledger.numbers import decimals_of, round_half_even

DIMENSIONS: Final = {"technological": "technologicalDQR", "geographical": "geographicalDQR", "temporal": "temporalDQR"}
"""The names that PACT gives the ratings of the whole."""


def check_quality(content: Footprint, emissions: Sequence[Exact]) -> Iterator[Finding]:
    """The declared primary data share and ratings, from the lines' exact `emissions`."""
    share, dqi = content.result.primary_data_share, content.result.dqi
    if share is None and dqi is None:
        return
    if share is not None:
        yield from _check_mean(content, emissions, "primaryDataShare", share, primary_of, (Fraction(0), Fraction(100)))
    for name, field in DIMENSIONS.items() if dqi is not None else ():
        limits = (Fraction(1), Fraction(5))
        yield from _check_mean(content, emissions, field, getattr(dqi, name), rating_of(name), limits)


def primary_of(line: Line) -> Fraction | None:
    """Percent of a line that is primary, or None when nobody said it."""
    if line.source.type == "factor" or line.data == "secondary":
        return Fraction(0)
    if line.source.type == "upstream":
        text = line.source.primary_data_share
        return None if text is None else Fraction(text)
    return None if line.data is None else Fraction(100)


def rating_of(name: str) -> Callable[[Line], Fraction | None]:
    """The rating of a line in one dimension: its own, or else its supplier's."""

    def rating(line: Line) -> Fraction | None:
        source = line.source.dqi if line.source.type == "upstream" else None
        found = line.dqr or source
        return None if found is None else Fraction(getattr(found, name))

    return rating


def mean_of(
    content: Footprint, emissions: Sequence[Exact], of: Callable[[Line], Fraction | None],
    limits: tuple[Fraction, Fraction],
) -> tuple[Fraction, Fraction] | None:  # fmt: skip
    """The lowest and the highest weighted mean that is possible; the same when every line that weighs has a value.

    None when nothing weighs anything: of nothing there is no share, and no rating.
    """
    weights = [abs(Fraction(emission)) for emission in emissions]
    whole = sum(weights, Fraction(0))
    if whole == 0:
        return None
    known = unknown = Fraction(0)
    for line, weight in zip(content.lines, weights, strict=True):
        value = of(line)
        if value is None:
            unknown += weight
        else:
            known += weight * value
    return (known + unknown * limits[0]) / whole, (known + unknown * limits[1]) / whole


def _check_mean(
    content: Footprint, emissions: Sequence[Exact], field: str, declared: str, of: Callable[[Line], Fraction | None],
    limits: tuple[Fraction, Fraction],
) -> Iterator[Finding]:  # fmt: skip
    ends = mean_of(content, emissions, of, limits)
    if ends is None:
        return
    low, high = ends
    half = Fraction(1, 2 * 10 ** decimals_of(declared))
    if not low - half <= Fraction(declared) <= high + half or (low == high and not _is_rounded(low, declared)):
        yield fail("QUALITY_MEAN", f"result/{field}", field=field, got=declared, expected=_range(low, high, declared))
    elif low != high:
        open_ = sum((abs(Fraction(e)) for line, e in zip(content.lines, emissions, strict=True) if of(line) is None),
                    Fraction(0))  # fmt: skip
        kilograms = round_half_even(open_, decimals_of(content.result.footprint))
        yield not_checked("QUALITY_OPEN", f"result/{field}", kilograms, field=field, got=declared)


def _is_rounded(exact: Fraction, declared: str) -> bool:
    return f"{round_half_even(exact, decimals_of(declared)):f}" == declared


def _range(low: Fraction, high: Fraction, declared: str) -> str:
    ends = [f"{round_half_even(end, decimals_of(declared)):f}" for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "..".join(ends)
