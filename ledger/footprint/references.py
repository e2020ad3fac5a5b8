"""What a declaration rests on, compared with what was signed: factors, upstream declarations, their successors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.calculation import line_emission, same_value
from ledger.errors import InputError
from ledger.findings import Finding, fail
from ledger.footprint.content import Footprint, FootprintSummary, line_place
from ledger.footprint.lines import Line
from ledger.footprint.pins import PublishedFactor, check_factor_parts, check_upstream_parts, check_upstream_state
from ledger.footprint.ruling import check_rule
from ledger.kind import Known, Reference, Surroundings
from ledger.numbers import decimals_of, round_half_even

# Which kinds of factor a line may rest on: an ETS default or a CO2 average is never a product footprint's factor.
ALLOWED_FACTORS: Final[dict[str, frozenset[str]]] = {
    "fuel": frozenset({"combustion", "footprint"}),
    "process": frozenset({"footprint"}),
    "electricity": frozenset({"footprint"}),
    "green_electricity": frozenset({"footprint"}),
    "heat": frozenset({"footprint"}),
    "material": frozenset({"material", "footprint"}),
    "material_default": frozenset({"material", "footprint"}),
    "upstream": frozenset(),
    "transport": frozenset({"transport", "footprint"}),
    "packaging": frozenset({"material", "footprint"}),
    "waste": frozenset({"material", "footprint"}),
    "byproduct": frozenset({"material", "footprint"}),
}


def references(content: Footprint) -> list[Reference]:
    """Every statement that a declaration rests on."""
    found = [
        Reference(bytes.fromhex(source.digest[2:]), _RESTS_ON[source.type], line_place(number))
        for number, line in enumerate(content.lines)
        if (source := line.source).type != "gas"
    ]
    if content.header.rule is not None:
        found.append(Reference(bytes.fromhex(content.header.rule[2:]), frozenset({"rule"}), "header"))
    return found


_RESTS_ON: Final = {"factor": frozenset({"factor"}), "upstream": frozenset({"footprint"})}


def check_references(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """What the lines rest on, as the ledger knew it before the declaration."""
    for number, line in enumerate(content.lines):
        source = line.source
        if source.type == "gas":
            continue
        known = around.known(bytes.fromhex(source.digest[2:]))
        summary = known.summary if known is not None else None
        if known is None or summary is None:
            continue  # the general checks say that it is unknown or withheld
        if source.type == "factor" and known.kind == "factor":
            yield from _check_factor(content, number, line, known, around)
            yield from check_factor_parts(number, line, source, summary)
        elif source.type == "upstream" and isinstance(summary, FootprintSummary):
            # copied sign by sign for one unit, and never replaced: nothing is left to compare
            copied = (source.value, source.per, "1") == (summary.footprint, summary.unit, summary.amount)
            if not copied or known.superseded is not None:
                yield from _check_upstream(content, number, line, known, around)
            yield from check_upstream_state(content.header, number, line, summary)
            yield from check_upstream_parts(number, line, source, summary)
    yield from check_rule(content, around)


def _weight(line: Line) -> Decimal:
    return abs(Decimal(line.emission))


def _check_factor(content: Footprint, number: int, line: Line, known: Known, around: Surroundings) -> Iterator[Finding]:
    factor: PublishedFactor = known.summary
    place, head = line_place(number), content.header
    pinned = (line.source.value, line.source.per)
    if pinned != (factor.value, factor.per) and not same_value(*pinned, factor.value, factor.per):
        kilograms = _effect(content, line, factor.value, factor.per)
        yield fail("PINNED_FACTOR", place, kilograms, name=line.name, got=" / ".join(pinned),
                   expected=f"{factor.value} / {factor.per}")  # fmt: skip
    # a CO2 value leaves out the other gases: only a combustion factor may have that basis (ISO 14067)
    wrong_basis = factor.gas_basis != "CO2e" and factor.kind != "combustion"
    if factor.kind not in ALLOWED_FACTORS[line.kind] or wrong_basis:
        yield fail("FACTOR_KIND", place, _weight(line), name=line.name,
                   got=f"{factor.kind} ({factor.gas_basis})" if wrong_basis else factor.kind,
                   expected=", ".join(sorted(ALLOWED_FACTORS[line.kind])))  # fmt: skip
    if head.period_end < factor.valid_from or (factor.valid_until and head.period_start > factor.valid_until):
        yield fail("FACTOR_PERIOD", place, _weight(line), got=f"{head.period_start}..{head.period_end}",
                   expected=f"{factor.valid_from}..{factor.valid_until or ''}")  # fmt: skip
    where = line.geography or head.geography
    if not covers(factor.geography, where):
        yield fail("FACTOR_REGION", place, _weight(line), got=factor.geography, expected=where)
    yield from _check_newer_factor(content, number, line, known, around)


def _check_newer_factor(
    content: Footprint, number: int, line: Line, known: Known, around: Surroundings
) -> Iterator[Finding]:
    factor: PublishedFactor = known.summary
    last_year = int(content.header.period_end[:4])
    now = around.replacement(known)
    if now is not None and now.summary is not None and not now.was_ended_at(around.index):
        kilograms = _effect(content, line, now.summary.value, now.summary.per)
        yield fail("FACTOR_STALE", line_place(number), kilograms, name=line.name, got=f"{factor.year}: {factor.value}",
                   expected=f"{now.summary.year}: {now.summary.value}")  # fmt: skip
        return
    newer = [
        other.summary
        for other in around.newer(known, f"{factor.series}|{factor.geography}")
        if other.summary is not None
        and not other.was_ended_at(around.index)
        and factor.year < other.summary.year <= last_year
    ]
    if newer:
        best = max(newer, key=lambda summary: summary.year)
        kilograms = _effect(content, line, best.value, best.per)
        yield fail("FACTOR_STALE", line_place(number), kilograms, name=line.name, got=f"{factor.year}: {factor.value}",
                   expected=f"{best.year}: {best.value}")  # fmt: skip


def _check_upstream(
    content: Footprint, number: int, line: Line, known: Known, around: Surroundings
) -> Iterator[Finding]:
    upstream: FootprintSummary = known.summary
    same = same_value(line.value, line.per, upstream.footprint, upstream.unit, upstream.amount)
    if same is None:
        yield fail("UNIT_MISMATCH", line_place(number), abs(Decimal(line.emission)), got=line.per,
                   expected=upstream.unit)  # fmt: skip
    elif not same:
        kilograms = _effect(content, line, upstream.footprint, upstream.unit, upstream.amount)
        yield fail("PINNED_UPSTREAM", line_place(number), kilograms, name=line.name,
                   got=f"{line.value} / {line.per}",
                   expected=f"{upstream.footprint} / {upstream.amount} {upstream.unit}")  # fmt: skip

    newest = around.replacement(known)
    if newest is not None and isinstance(newest.summary, FootprintSummary) and not newest.was_ended_at(around.index):
        current = newest.summary
        kilograms = _effect(content, line, current.footprint, current.unit, current.amount)
        yield fail("UPSTREAM_STALE", line_place(number), kilograms, name=line.name,
                   got=f"{upstream.footprint} / {upstream.amount} {upstream.unit}",
                   expected=f"{current.footprint} / {current.amount} {current.unit}")  # fmt: skip


class _Replaced(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def _effect(content: Footprint, line: Line, value: str, per: str, amount: str = "1") -> Decimal | None:
    """By how many kg the footprint would change with `value` for `amount` `per` in place of the line's own."""
    try:
        right = line_emission(_Replaced(line.amount, line.unit, line.share, value, per), content.production.output)
    except InputError:
        return None
    decimals = decimals_of(content.result.footprint)
    if amount != "1":
        right = Fraction(right) / Fraction(amount)
    return round_half_even(right, decimals) - Decimal(line.emission)


def covers(wide: str, narrow: str) -> bool:
    """Whether a factor for `wide` may stand for an activity in `narrow`: GLO, the same place, or its country."""
    return wide in ("GLO", narrow) or narrow.startswith(wide + "-")
