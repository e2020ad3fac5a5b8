"""What a line pinned beside the value: its parts, and whether the supplier counted by the same gases and in time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Protocol

from ledger.calculation import same_value
from ledger.findings import Finding, fail
from ledger.footprint.boundary import VALID_YEARS, years_later
from ledger.footprint.breakdown import Breakdown, pact_name
from ledger.footprint.content import FootprintSummary, Header, line_place
from ledger.footprint.lines import Dqi, FactorSource, Line, UpstreamSource


class PublishedFactor(Protocol):
    """What is asked of a factor's summary."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def geography(self) -> str: ...  # noqa: D102
    @property
    def year(self) -> int: ...  # noqa: D102
    @property
    def valid_from(self) -> str: ...  # noqa: D102
    @property
    def valid_until(self) -> str | None: ...  # noqa: D102
    @property
    def series(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def per(self) -> str: ...  # noqa: D102
    @property
    def gas_basis(self) -> str: ...  # noqa: D102
    @property
    def breakdown(self) -> Breakdown | None: ...  # noqa: D102
    @property
    def wtt(self) -> str | None: ...  # noqa: D102
    @property
    def ttw(self) -> str | None: ...  # noqa: D102


def check_factor_parts(number: int, line: Line, source: FactorSource, factor: PublishedFactor) -> Iterator[Finding]:
    """The parts that a line pinned of a factor, against those that were published."""
    published = {name: getattr(factor.breakdown, name, None) for name in Breakdown.model_fields}
    yield from _compare(number, line, source.breakdown, published, factor.per, "1")
    for name in ("wtt", "ttw"):
        pinned, other = getattr(source, name), getattr(factor, name)
        if pinned is not None and (other is None or not same_value(pinned, source.per, other, factor.per)):
            yield _differs(number, line, name, pinned, other)


def check_upstream_parts(
    number: int, line: Line, source: UpstreamSource, upstream: FootprintSummary
) -> Iterator[Finding]:
    """The parts, the primary data share and the ratings that a line pinned of a declaration, against its own."""
    if upstream.is_glance:
        return  # the general checks say that the content is withheld, and the verdict is incomplete
    result = upstream.result
    declared = {name: getattr(result, name, None) for name in Breakdown.model_fields}
    yield from _compare(number, line, source.breakdown, declared, upstream.unit, upstream.amount)
    share = source.primary_data_share
    other = result.primary_data_share if result is not None else None
    if share is not None and (other is None or Decimal(share) != Decimal(other)):
        yield _differs(number, line, "primaryDataShare", share, other)
    if source.dqi is not None and (result is None or source.dqi != result.dqi):
        yield _differs(number, line, "dqi", _ratings(source.dqi), _ratings(result.dqi if result is not None else None))


def _ratings(dqi: Dqi | None) -> str:
    return "-" if dqi is None else f"{dqi.technological}/{dqi.geographical}/{dqi.temporal}"


def _compare(
    number: int, line: Line, pinned: Breakdown | None, other: dict[str, str | None], per: str, amount: str
) -> Iterator[Finding]:
    for name in sorted(pinned.model_fields_set) if pinned is not None else ():
        mine, theirs = getattr(pinned, name), other[name]
        if mine is not None and (theirs is None or not same_value(mine, line.per, theirs, per, amount)):
            yield _differs(number, line, pact_name(name), mine, theirs)


def _differs(number: int, line: Line, field: str, got: str, expected: str | None) -> Finding:
    weight = abs(Decimal(line.emission))
    return fail("PINNED_BREAKDOWN", line_place(number), weight, name=line.name, field=field, got=got,
                expected=expected or "-")  # fmt: skip


def check_upstream_state(head: Header, number: int, line: Line, upstream: FootprintSummary) -> Iterator[Finding]:
    """Whether a declaration may be used in this period, and counts its gases as this one does."""
    place, weight = line_place(number), abs(Decimal(line.emission))
    if upstream.gwp is not None and upstream.gwp != head.gwp:
        yield fail("GWP_MIXED", place, weight, name=line.name, got=upstream.gwp, expected=head.gwp)
    until = upstream.valid_until
    if until is None and upstream.period_end is not None:
        until = years_later(upstream.period_end, VALID_YEARS)
    if until is not None and until < head.period_start:
        yield fail("UPSTREAM_EXPIRED", place, weight, name=line.name, got=until, expected=head.period_start)
