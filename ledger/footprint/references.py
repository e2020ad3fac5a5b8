"""What a declaration rests on, compared with what was signed: factors, upstream declarations, their successors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ledger.calculation import same_value
from ledger.findings import Finding, fail
from ledger.footprint.basis import ALLOWED_FACTORS, covers, has_wrong_basis, newest, right_factor, weight_of
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.effects import replaced_effect
from ledger.footprint.lines import FactorSource, Line, UpstreamSource
from ledger.footprint.looped import check_own_product, declared_by, no_member
from ledger.footprint.pins import PublishedFactor, check_factor_parts, check_upstream_parts, check_upstream_state
from ledger.footprint.ruling import check_rule, wanted_factors
from ledger.kind import Known, Reference, Surroundings


def references(content: Footprint) -> list[Reference]:
    """Every statement that a declaration rests on."""
    found = [
        Reference(bytes.fromhex(source.digest[2:]), _rests_on(source), line_place(number))
        for number, line in enumerate(content.lines)
        if (source := line.source).type != "gas"
    ]
    if content.header.rule is not None:
        found.append(Reference(bytes.fromhex(content.header.rule[2:]), frozenset({"rule"}), "header"))
    return found


_FACTOR, _DECLARATION, _GROUP = (frozenset({kind}) for kind in ("factor", "footprint", "loop-group"))


def _rests_on(source: FactorSource | UpstreamSource) -> frozenset[str]:
    if source.type == "factor":
        return _FACTOR
    return _DECLARATION if source.member is None else _GROUP


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
        elif source.type == "upstream" and known.kind in _PRODUCTS:
            yield from _check_supplier(content, number, line, source, known, around)
    yield from check_own_product(content, around)
    yield from check_rule(content, around)


_PRODUCTS: Final = _DECLARATION | _GROUP


def _check_supplier(
    content: Footprint, number: int, line: Line, source: UpstreamSource, known: Known, around: Surroundings
) -> Iterator[Finding]:
    summary = declared_by(known, source)
    if summary is None:
        yield no_member(number, line, source)
        return
    # copied sign by sign for one unit, and never replaced: nothing is left to compare
    copied = (source.value, source.per, "1") == (summary.footprint, summary.unit, summary.amount)
    if not copied or known.superseded is not None:
        yield from _check_upstream(content, number, line, source, known, around)
    yield from check_upstream_state(content.header, number, line, summary)
    yield from check_upstream_parts(number, line, source, summary)


def _check_factor(content: Footprint, number: int, line: Line, known: Known, around: Surroundings) -> Iterator[Finding]:
    factor: PublishedFactor = known.summary
    pinned = (line.source.value, line.source.per)
    if pinned != (factor.value, factor.per) and not same_value(*pinned, factor.value, factor.per):
        kilograms = replaced_effect(content, line, factor.value, factor.per)
        yield fail("PINNED_FACTOR", line_place(number), kilograms, name=line.name, got=" / ".join(pinned),
                   expected=f"{factor.value} / {factor.per}")  # fmt: skip
    if (
        not _is_of_a_kind(line, factor)
        or not _is_of_the_period(content, factor)
        or not _is_there(content, line, factor)
    ):
        yield from _name_the_misfit(content, number, line, known, around)
    yield from _check_newer_factor(content, number, line, known, around)


def _is_of_a_kind(line: Line, factor: PublishedFactor) -> bool:
    return factor.kind in ALLOWED_FACTORS[line.kind] and not has_wrong_basis(factor)


def _is_of_the_period(content: Footprint, factor: PublishedFactor) -> bool:
    head = content.header
    return head.period_end >= factor.valid_from and head.period_start <= (factor.valid_until or "9")


def _is_there(content: Footprint, line: Line, factor: PublishedFactor) -> bool:
    return covers(factor.geography, line.geography or content.header.geography)


def _name_the_misfit(
    content: Footprint, number: int, line: Line, known: Known, around: Surroundings
) -> Iterator[Finding]:
    """Why the factor is not one for this line, weighed by the one that should stand there."""
    factor: PublishedFactor = known.summary
    right = right_factor(content, line, known, around, wanted_factors(content, line, around))
    place, weight = line_place(number), weight_of(content, line, right)
    if not _is_of_a_kind(line, factor):
        yield fail("FACTOR_KIND", place, weight, name=line.name, got=_described(factor),
                   expected=_described(right) if right else ", ".join(sorted(ALLOWED_FACTORS[line.kind])))  # fmt: skip
    if not _is_of_the_period(content, factor):
        head = content.header
        yield fail("FACTOR_PERIOD", place, weight, got=f"{head.period_start}..{head.period_end}",
                   expected=f"{factor.valid_from}..{factor.valid_until or ''}")  # fmt: skip
    if not _is_there(content, line, factor):
        yield fail("FACTOR_REGION", place, weight, got=factor.geography,
                   expected=line.geography or content.header.geography)  # fmt: skip


def _described(factor: PublishedFactor) -> str:
    """Kind, gas basis where it is not CO2e, and the value: `ets_default (CO2): 0.42 / kWh`."""
    basis = "" if factor.gas_basis == "CO2e" else f" ({factor.gas_basis})"
    return f"{factor.kind}{basis}: {factor.value} / {factor.per}"


def _check_newer_factor(
    content: Footprint, number: int, line: Line, known: Known, around: Surroundings
) -> Iterator[Finding]:
    factor: PublishedFactor = known.summary
    last_year = int(content.header.period_end[:4])
    now = around.replacement(known)
    if now is not None and now.summary is not None and not now.was_ended_at(around.index):
        kilograms = replaced_effect(content, line, now.summary.value, now.summary.per)
        yield fail("FACTOR_STALE", line_place(number), kilograms, name=line.name, got=f"{factor.year}: {factor.value}",
                   expected=f"{now.summary.year}: {now.summary.value}")  # fmt: skip
        return
    newer = (
        other
        for other in around.newer(known, f"{factor.series}|{factor.geography}")
        if other.summary is not None
        and not other.was_ended_at(around.index)
        and factor.year < other.summary.year <= last_year
    )
    if (best := newest(newer, around)) is not None:
        kilograms = replaced_effect(content, line, best.value, best.per)
        yield fail("FACTOR_STALE", line_place(number), kilograms, name=line.name, got=f"{factor.year}: {factor.value}",
                   expected=f"{best.year}: {best.value}")  # fmt: skip


def _check_upstream(
    content: Footprint, number: int, line: Line, source: UpstreamSource, known: Known, around: Surroundings
) -> Iterator[Finding]:
    upstream = declared_by(known, source)
    assert upstream is not None  # noqa: S101 - the caller looked
    same = same_value(line.value, line.per, upstream.footprint, upstream.unit, upstream.amount)
    if same is None:
        yield fail("UNIT_MISMATCH", line_place(number), abs(Decimal(line.emission)), got=line.per,
                   expected=upstream.unit)  # fmt: skip
    elif not same:
        kilograms = replaced_effect(content, line, upstream.footprint, upstream.unit, upstream.amount)
        yield fail("PINNED_UPSTREAM", line_place(number), kilograms, name=line.name,
                   got=f"{line.value} / {line.per}",
                   expected=f"{upstream.footprint} / {upstream.amount} {upstream.unit}")  # fmt: skip

    now = around.replacement(known)
    if now is None or now.summary is None or now.was_ended_at(around.index):
        return
    current = declared_by(now, source)
    if current is None:
        yield no_member(number, line, source)
    else:
        kilograms = replaced_effect(content, line, current.footprint, current.unit, current.amount)
        yield fail("UPSTREAM_STALE", line_place(number), kilograms, name=line.name,
                   got=f"{upstream.footprint} / {upstream.amount} {upstream.unit}",
                   expected=f"{current.footprint} / {current.amount} {current.unit}")  # fmt: skip
