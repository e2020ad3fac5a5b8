"""Kind `footprint`: a declaration, that is a product carbon footprint with the lines that it is calculated from.

ISO 14067 / GB/T 24067-2024 (offsets are outside a product footprint), PACT 3.0 names where PACT has one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.calculation import GWP100, Exact, line_emission, same_value, total
from ledger.errors import InputError
from ledger.findings import Finding, fail, failed, not_checked
from ledger.footprint.content import Footprint, FootprintSummary, line_place
from ledger.footprint.lines import Line, LineKind, Stage
from ledger.kind import Kind, Known, Reference, Surroundings
from ledger.kinds.factor import FactorSummary
from ledger.numbers import decimals_of, is_rounded, round_half_even

__all__ = [
    "ALLOWED_FACTORS", "KIND", "Footprint", "FootprintSummary", "Line", "LineKind", "Stage", "covers", "emissions_of",
    "line_place",
]  # fmt: skip

# Only these lines may state gases themselves; what is bought or transported rests on a factor or a declaration.
_DIRECT: Final = frozenset({"fuel", "process", "waste", "byproduct"})

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


def emissions_of(content: Footprint) -> list[Exact]:
    """Exact kgCO2e of each line per declared unit. Raises `InputError` UNIT_MISMATCH with the line's place."""
    output = content.production.output
    found = []
    for number, line in enumerate(content.lines):
        try:
            found.append(line_emission(line, output))
        except InputError as err:
            raise InputError(err.code, place=line_place(number), **err.values) from err
    return found


def _check(content: Footprint) -> Iterator[Finding]:
    declared = content.result.footprint
    decimals = decimals_of(declared)
    try:
        exact = emissions_of(content)
    except InputError as err:
        yield failed(err)
        return
    for number, (line, emission) in enumerate(zip(content.lines, exact, strict=True)):
        if not is_rounded(emission, line.emission, decimals):
            expected = round_half_even(emission, decimals)
            yield fail("LINE_ARITHMETIC", line_place(number), expected - Decimal(line.emission), name=line.name,
                       got=line.emission, expected=f"{expected:f}")  # fmt: skip
    summed = total(exact)
    if not is_rounded(summed, declared, decimals):
        expected = round_half_even(summed, decimals)
        yield fail("RESULT_ARITHMETIC", "result", expected - Decimal(declared), got=declared, expected=f"{expected:f}")
    yield from _check_sources(content)


def _check_sources(content: Footprint) -> Iterator[Finding]:
    table = GWP100[content.header.gwp]
    for number, line in enumerate(content.lines):
        source, kind = line.source, line.kind
        direct_where_bought = source.type == "gas" and kind not in _DIRECT
        if direct_where_bought or (kind == "upstream") != (source.type == "upstream"):
            yield fail("LINE_SOURCE", line_place(number), name=line.name, got=source.type, expected=kind)
        if source.type == "gas" and table.get(source.gas) != source.value:
            yield fail(
                "GWP_VALUE",
                line_place(number),
                gas=source.gas,
                got=source.value,
                expected=table.get(source.gas, "-"),
                set=content.header.gwp,
            )
        if line.amount[0] == "-":
            yield not_checked("NEGATIVE_LINE", line_place(number), abs(Decimal(line.emission)), name=line.name)
        if kind == "green_electricity":
            yield not_checked("GREEN_CERTIFICATES", line_place(number), Decimal(line.emission), name=line.name)
    yield not_checked("RULE_NOT_NAMED", "header", abs(Decimal(content.result.footprint)))


def _references(content: Footprint) -> list[Reference]:
    return [
        Reference(bytes.fromhex(source.digest[2:]), _RESTS_ON[source.type], line_place(number))
        for number, line in enumerate(content.lines)
        if (source := line.source).type != "gas"
    ]


_RESTS_ON: Final = {"factor": frozenset({"factor"}), "upstream": frozenset({"footprint"})}


def _check_references(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    for number, line in enumerate(content.lines):
        source = line.source
        if source.type == "gas":
            continue
        known = around.known(bytes.fromhex(source.digest[2:]))
        summary = known.summary if known is not None else None
        if known is None or summary is None:
            continue  # the general checks say that it is unknown or withheld
        if source.type == "factor" and isinstance(summary, FactorSummary):
            yield from _check_factor(content, number, line, known, around)
        elif source.type == "upstream" and isinstance(summary, FootprintSummary):
            # copied sign by sign for one unit, and never replaced: nothing is left to compare
            copied = (source.value, source.per, "1") == (summary.footprint, summary.unit, summary.amount)
            if not copied or known.superseded is not None:
                yield from _check_upstream(content, number, line, known, around)


def _weight(line: Line) -> Decimal:
    return abs(Decimal(line.emission))


def _check_factor(content: Footprint, number: int, line: Line, known: Known, around: Surroundings) -> Iterator[Finding]:
    factor: FactorSummary = known.summary
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
    factor: FactorSummary = known.summary
    last_year = int(content.header.period_end[:4])
    now = around.replacement(known)
    if now is not None and isinstance(now.summary, FactorSummary) and not now.was_ended_at(around.index):
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


def _headline(content: Footprint) -> str:
    head, result = content.header, content.result
    return (
        f"产品碳足迹 {head.product}：{result.footprint} kgCO2e / {head.amount} {head.unit}；"
        f"{head.period_start} 至 {head.period_end}"
    )


def _subject(content: Footprint) -> str:
    head = content.header
    return f"{head.product_id}|{head.site or '-'}|{head.period_start}..{head.period_end}|{head.boundary}"


def _summary(content: Footprint) -> FootprintSummary:
    head, result = content.header, content.result
    return FootprintSummary(
        result.footprint, head.unit, head.amount, head.product, head.gwp, head.boundary, head.period_start,
        head.period_end, head.valid_until, head.rule, result if len(result.model_fields_set) > 1 else None,
    )  # fmt: skip


KIND: Final = Kind(
    name="footprint",
    content=Footprint,
    subject=_subject,
    headline=_headline,
    role=lambda _: ("declarant", ""),
    references=_references,
    summary=_summary,
    check=_check,
    check_references=_check_references,
)
