"""On which days a log was anchored, and which statements claim to be much older than their anchor.

An anchor's block proves that a statement existed then; of any day before, `issuedAt` is the signer's word alone. A late
anchor is a question and no failure: nothing in a verdict rests on `issuedAt`, a statement may have been slow on its
way, and a block's time is what a node or a folder said. So it is told with both days and with the kilograms that the
statement stands for, like a meter's late batch, and fails nobody who buys from its issuer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Self

from ledger.errors import EvidenceError
from ledger.fields import day_in_china, first_second_in_china
from ledger.findings import Finding, fail, not_checked
from ledger.kinds.footprint import FootprintSummary
from ledger.parameters import LATE_ANCHOR_DAYS, in_force
from ledger.registry import Anchor, anchors_of
from verifier.checks import Judged
from verifier.evidence import ChainEvidence

_JITTER_S: Final = 300
"""So much earlier than an earlier block a block may claim to be: validators' clocks differ."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """What an anchor's day asks of its statements: `earliest` is the first second of the first day that is not late."""

    day: date
    limit: int
    earliest: int


_NO_BOUND: Final = 0


@dataclass(frozen=True, slots=True)
class AnchorDays:
    """The sizes of a log's anchors, and by the time of each one's block which statements are late.

    `findings` say once what is missing of the times or wrong with them. Picklable, for judges in other processes.
    """

    sizes: tuple[int, ...] = ()
    bounds: tuple[_Bound | None, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, chain: ChainEvidence) -> Self:
        """The days of the anchors in the chain's events; none where these are impossible, which others say."""
        try:
            anchors = anchors_of(chain.events["log"])
        except EvidenceError:
            return cls()
        times = chain.times
        bounds = tuple(_bound_of(times.get(anchor.block)) for anchor in anchors)
        return cls(tuple(anchor.size for anchor in anchors), bounds, tuple(_judge_times(anchors, times)))

    def earliest(self, first: int, width: int) -> int:
        """Unix seconds: of the `width` statements from the index `first` on, none that was issued since is late."""
        start, stop = bisect_right(self.sizes, first), bisect_right(self.sizes, first + width - 1) + 1
        return max((bound.earliest for bound in self.bounds[start:stop] if bound), default=_NO_BOUND)

    def before(self, index: int) -> date | None:
        """The day of the last anchor, among those whose day asks something, that the entry at `index` came after."""
        places = range(bisect_right(self.sizes, index) - 1, -1, -1)
        return next((bound.day for place in places if (bound := self.bounds[place]) is not None), None)

    def judge(self, judged: Judged) -> Iterator[Finding]:
        """Whether the statement was anchored late: LATE_ANCHOR, with the kilograms of a declaration."""
        place = bisect_right(self.sizes, judged.index)
        bound = self.bounds[place] if place < len(self.bounds) else None
        if bound is None or judged.statement is None or judged.statement.issued_at >= bound.earliest:
            return
        issued = day_in_china(judged.statement.issued_at)
        yield not_checked("LATE_ANCHOR", "issuedAt", _kilograms(judged), issued=issued.isoformat(),
                          anchored=bound.day.isoformat(), days=(bound.day - issued).days,
                          limit=bound.limit).about(judged.digest)  # fmt: skip


def _bound_of(time: int | None) -> _Bound | None:
    if time is None:
        return None
    day = day_in_china(time)
    limit = in_force(LATE_ANCHOR_DAYS, day)
    return None if limit is None else _Bound(day, limit, first_second_in_china(day - timedelta(days=limit)))


def _judge_times(anchors: Sequence[Anchor], times: Mapping[int, int]) -> Iterator[Finding]:
    if missing := sum(anchor.block not in times for anchor in anchors):
        yield not_checked("BLOCK_TIMES_MISSING", missing=missing, anchors=len(anchors))
    latest, before = 0, 0
    for block in sorted({anchor.block for anchor in anchors} & times.keys()):
        if times[block] < latest - _JITTER_S:
            yield fail("BLOCK_TIME_BACK", block=block, got=times[block], before=before, expected=latest)
            return
        if times[block] > latest:
            latest, before = times[block], block


def _kilograms(judged: Judged) -> Decimal | None:
    kind, statement = judged.kind, judged.statement
    if kind is None or statement is None:
        return None
    said = kind.glance(statement.headline) if judged.content is None else kind.summary(judged.content)
    return abs(Decimal(said.footprint)) if isinstance(said, FootprintSummary) else None
