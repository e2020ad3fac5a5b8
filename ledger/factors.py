"""Questions to a set of factors: which version was valid on a day, and what became of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ledger.kind import Known
from ledger.kinds.factor import FactorSummary

State = Literal["submitted", "published", "deprecated", "withdrawn"]


def as_of(
    factors: Iterable[Known], day: str, *, series: str | None = None, geography: str | None = None,
    index: int | None = None,
) -> list[Known]:  # fmt: skip
    """Of each publisher, series and place the factor that a declaration made on `day` (YYYY-MM-DD) had to use.

    That is the newest year whose document was published by that day, within its validity, as the log stood at `index`
    (absent: as it stands). A document dated by its year alone counts from that year's end. In log order.
    """
    found: dict[tuple[str, str, str], Known] = {}
    for known in factors:
        factor = known.summary
        if known.kind != "factor" or not isinstance(factor, FactorSummary) or _is_gone(known, index):
            continue
        if series not in (None, factor.series) or geography not in (None, factor.geography):
            continue
        if not (factor.valid_from <= day <= (factor.valid_until or "9") and _published(factor) <= day):
            continue
        key = (known.organisation, factor.series, factor.geography)
        if key not in found or found[key].summary.year <= factor.year:
            found[key] = known
    return sorted(found.values(), key=lambda known: known.index)


def _published(factor: FactorSummary) -> str:
    return factor.published if len(factor.published) > len("2024") else f"{factor.published}-12-31"


def _is_gone(known: Known, index: int | None) -> bool:
    """Whether it was not yet in the log, or withdrawn, or replaced by a corrected version on its subject."""
    if index is None:
        return known.ended is not None or known.superseded is not None
    return known.index >= index or known.was_ended_at(index) or known.was_superseded_at(index)


def state_of(known: Known, index: int | None = None) -> State:
    """Where a submission or factor stands; a submission that was accepted stays submitted until its factor is."""
    if known.ended is not None and (index is None or known.was_ended_at(index)):
        return "withdrawn"
    if known.superseded is not None and (index is None or known.was_superseded_at(index)):
        return "deprecated"
    return "submitted" if known.kind == "factor-submission" else "published"
