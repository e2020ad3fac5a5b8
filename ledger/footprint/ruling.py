"""A declaration held against the rule (PCR) that it names, as that rule stood before the declaration.

Kilograms are given where they are knowable: a missing line weighs what it weighs in the rule's worked example, an
amount that is a thousand times off what it would add when it is put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.calculation import Exact, line_emission, total
from ledger.errors import InputError
from ledger.findings import Finding, Outcome, fail, not_checked
from ledger.footprint.basis import Wanted, right_factor, weight_of
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.lines import Line
from ledger.footprint.quality import DIMENSIONS
from ledger.footprint.rule import (
    LEVELS,
    Allocation,
    Plausible,
    Requirements,
    RuleSummary,
    Selector,
    Sources,
    is_in_scope,
    topics_covering,
)
from ledger.kind import Known, Surroundings
from ledger.numbers import decimals_of, round_half_even

_THOUSAND: Final = 1000
_CREDITS: Final = ("waste", "byproduct")


def register_rule(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """Why a declaration may not be registered under the rule that it names: not of its scope, or not in effect."""
    known = _rule_of(content, around)
    if known is None or not isinstance(known.summary, RuleSummary):
        return  # the general checks say that it is unknown, of another kind or withheld
    rule, head, weight = known.summary, content.header, abs(Decimal(content.result.footprint))
    if not is_in_scope(head.product_id, rule.scope):
        yield fail("RULE_NOT_IN_SCOPE", "header", weight, rule=rule.number, got=head.product_id,
                   expected=", ".join(rule.scope))  # fmt: skip
    if head.period_end < rule.effective_from or (rule.effective_until or "9") < head.period_end:
        yield fail("RULE_NOT_IN_EFFECT", "header", weight, rule=rule.number, got=head.period_end,
                   expected=f"{rule.effective_from}..{rule.effective_until or ''}")  # fmt: skip
    elif (better := _better(known, rule, head.product_id, head.period_end, around)) is not None:
        yield fail("RULE_NOT_IN_EFFECT", "header", weight, rule=rule.number, got=head.period_end,
                   expected=f"{better.number} ({better.effective_from})")  # fmt: skip


def _rule_of(content: Footprint, around: Surroundings) -> Known | None:
    return None if content.header.rule is None else around.known(bytes.fromhex(content.header.rule[2:]))


def _better(known: Known, rule: RuleSummary, product: str, day: str, around: Surroundings) -> RuleSummary | None:
    """The rule's newer version, or a rule of a higher level for the product, that was in effect on the day."""
    newer = around.replacement(known)
    if newer is not None and isinstance(newer.summary, RuleSummary) and _in_effect(newer, day, around):
        return newer.summary
    return higher_rule(product, rule.level, day, around)


def higher_rule(code: str, level: str, day: str, around: Surroundings) -> RuleSummary | None:
    """The highest rule above `level` that covers all of `code` and is in effect on the day, or None."""
    return _highest(code, LEVELS.index(level), day, around)


def _highest(code: str, below: int, day: str, around: Surroundings) -> RuleSummary | None:
    found: RuleSummary | None = None
    for topic in topics_covering(code) if below else ():
        for known in around.on(topic):
            rule = known.summary
            if not isinstance(rule, RuleSummary) or LEVELS.index(rule.level) >= below:
                continue
            if not known.was_superseded_at(around.index) and _in_effect(known, day, around):
                found, below = rule, LEVELS.index(rule.level)
    return found


def passed_over(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """What a rule in effect says of a declaration that names none: told, and failing nothing, for rules are voluntary.

    Else a declarant could leave a mandatory line out by not naming the rule that asks for it (threat 16).
    """
    head = content.header
    rule = _highest(head.product_id, len(LEVELS), head.period_end, around) if head.rule is None else None
    if rule is None:
        return
    yield not_checked("RULE_PASSED_OVER", "header", abs(Decimal(content.result.footprint)), rule=rule.number)
    for finding in judge(content, rule):
        yield replace(finding, outcome=Outcome.NOT_CHECKED, blocking=False)


def _in_effect(known: Known, day: str, around: Surroundings) -> bool:
    rule: RuleSummary = known.summary
    return rule.effective_from <= day <= (rule.effective_until or "9") and not known.was_ended_at(around.index)


def check_rule(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """What the named rule says of the declaration; the claim check says what is left open when none is named."""
    known = _rule_of(content, around)
    if known is None:
        return
    if isinstance(known.summary, RuleSummary):
        yield from judge(content, known.summary)
        yield from check_sources(content, known.summary.requirements, around)
    else:
        yield not_checked("RULE_NOT_JUDGED", "header", abs(Decimal(content.result.footprint)))
        yield from negative_lines(content)


def negative_lines(content: Footprint) -> Iterator[Finding]:
    """Negative lines that no rule was seen to permit."""
    for number, line in enumerate(content.lines):
        if line.is_negative:
            yield not_checked("NEGATIVE_LINE", line_place(number), abs(Decimal(line.emission)), name=line.name)


def judge(content: Footprint, rule: RuleSummary) -> Iterator[Finding]:
    """All that a rule says of a declaration by itself; on which factors its lines rest is asked apart."""
    wanted = rule.requirements
    yield from _check_header(content, wanted)
    yield from _check_period(content, wanted)
    yield from _check_mandatory(content, rule)
    yield from _check_cut_off(content, wanted)
    yield from _check_quality(content, wanted)
    yield from _check_lines(content, wanted)
    if wanted.recycling is not None:
        yield from _check_recycling(content, wanted.recycling)
    for band in wanted.bands or ():
        yield from _check_band(content, band)


def _check_header(content: Footprint, wanted: Requirements) -> Iterator[Finding]:
    head, weight = content.header, abs(Decimal(content.result.footprint))
    if (head.unit, Decimal(head.amount)) != (wanted.unit, Decimal(wanted.amount)):
        yield fail("RULE_UNIT", "header", got=f"{head.amount} {head.unit}", expected=f"{wanted.amount} {wanted.unit}")
    if head.boundary != wanted.boundary:
        yield fail("BOUNDARY", "header", weight, got=head.boundary, expected=wanted.boundary)
    stages = {line.stage for line in content.lines}
    if head.stages is not None:
        stages &= set(head.stages)
    if missing := [stage for stage in wanted.stages if stage not in stages]:
        yield fail("BOUNDARY", "header", weight, got=", ".join(sorted(stages)), expected=", ".join(missing))
    if head.gwp != wanted.gwp:
        yield fail("GWP_SET", "header", weight, got=head.gwp, expected=wanted.gwp)


def _check_period(content: Footprint, wanted: Requirements) -> Iterator[Finding]:
    head = content.header
    start, end = date.fromisoformat(head.period_start), date.fromisoformat(head.period_end)
    if add_months(start, wanted.period) != end + timedelta(days=1):
        yield fail("PERIOD_LENGTH", "header", got=f"{start}..{end}", expected=wanted.period)
    last = add_months(end, wanted.validity).isoformat()
    if head.valid_until is not None and head.valid_until > last:
        yield fail("RULE_VALIDITY", "header", got=head.valid_until, expected=last)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


def _check_mandatory(content: Footprint, rule: RuleSummary) -> Iterator[Finding]:
    decimals = decimals_of(content.result.footprint)
    for wanted, weight in zip(rule.requirements.mandatory or (), rule.weights, strict=True):
        if not any(wanted.takes(line) and Decimal(line.emission) > 0 for line in content.lines):
            yield fail("MISSING_LINE", "lines", round_half_even(weight, decimals), name=wanted.label, rule=rule.number)


def _check_cut_off(content: Footprint, wanted: Requirements) -> Iterator[Finding]:
    """Many small cuts are one large one; the total counts, and the larger of what is listed and what is printed."""
    listed = sum((Decimal(one.percent) for one in content.production.exempted or ()), Decimal(0))
    percent = max(listed, Decimal(content.result.exempted_emissions_percent or "0"))
    if percent > Decimal(wanted.cut_off):
        over = Fraction(percent - Decimal(wanted.cut_off)) / 100 * Fraction(content.result.footprint)
        kilograms = round_half_even(abs(over), decimals_of(content.result.footprint))
        yield fail("CUT_OFF_EXCEEDED", "production", kilograms, got=f"{percent:f}", expected=wanted.cut_off)


def _check_quality(content: Footprint, wanted: Requirements) -> Iterator[Finding]:
    """A floor that was missed stands at its own field: it takes nothing from the footprint beside it."""
    result = content.result
    if wanted.dqr_floor is not None:
        ratings = dict(result.dqi) if result.dqi is not None else {"dqi": None}
        for name, rating in ratings.items():
            if rating is None or Decimal(rating) > Decimal(wanted.dqr_floor):
                yield fail("DQR_FLOOR", f"result/{DIMENSIONS.get(name, name)}", name=name, got=rating or "-",
                           expected=wanted.dqr_floor)  # fmt: skip
    floor, share = wanted.primary_share_floor, result.primary_data_share
    if floor is not None and (share is None or Decimal(share) < Decimal(floor)):
        yield fail("PRIMARY_SHARE_FLOOR", "result/primaryDataShare", got=share or "-", expected=floor)


def _check_lines(content: Footprint, wanted: Requirements) -> Iterator[Finding]:
    for number, line in enumerate(content.lines):
        place, weight = line_place(number), abs(Decimal(line.emission))
        # what lowers a footprint: a negative amount of anything, or a negative footprint of what is bought
        if line.is_negative and not any(s.takes(line) for s in wanted.negative or ()):
            yield fail("NEGATIVE_NOT_PERMITTED", place, weight, name=line.name)
        if line.kind == "green_electricity" and wanted.green_electricity == "never":
            yield fail("GREEN_ELECTRICITY_NOT_PERMITTED", place, name=line.name)
        if line.share is not None and line.circular is None:
            yield from _check_allocation(content, number, line, wanted.allocation or ())


def _check_allocation(content: Footprint, number: int, line: Line, order: Iterable[Allocation]) -> Iterator[Finding]:
    """A method that the rule names for such lines; and none that comes after one which is used for such lines here."""
    methods = [one.method for one in order if one.kinds is None or line.kind in one.kinds]
    place, weight = line_place(number), abs(Decimal(line.emission))
    if line.allocation not in methods:
        yield fail("ALLOCATION_ORDER", place, weight, name=line.name, got=line.allocation or "-",
                   expected=", ".join(methods) or "-")  # fmt: skip
        return
    earlier = methods[: methods.index(line.allocation)]
    used = {other.allocation for other in content.lines if other.kind == line.kind}
    if better := [method for method in earlier if method in used]:
        yield fail("ALLOCATION_ORDER", place, weight, name=line.name, got=line.allocation, expected=better[0])
    elif earlier:
        yield not_checked("ALLOCATION_LATER", place, weight, name=line.name, got=line.allocation, expected=earlier[0])


def _check_recycling(content: Footprint, method: str) -> Iterator[Finding]:
    """One method for every material, and no flow counted by two: recycled going in, and a credit going out."""
    materials = content.production.materials or ()
    for material in materials:
        if material.method != method:
            yield fail("RECYCLING_METHOD", "production", name=material.name, got=material.method, expected=method)
    recycled = [material.name for material in materials if Decimal(material.r1) > 0]
    recycled += [line.name for line in content.lines if line.batches is not None]
    for number, line in enumerate(content.lines):
        if recycled and line.amount[0] == "-" and line.kind in _CREDITS and line.circular is None:
            weight = abs(Decimal(line.emission))
            yield fail("RECYCLED_TWICE", line_place(number), weight, name=line.name, got=", ".join(recycled))


class _Numbers(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def _measured(band: Plausible, line: Line, output: str) -> Exact | None:
    """What a line adds to the sum that a band is about, for one declared unit; None where units do not fit."""
    one = _Numbers(line.amount, line.unit, line.share, "1", band.unit or "") if band.of == "amount" else line
    try:
        return line_emission(one, output)
    except InputError:
        return None


def _check_band(content: Footprint, band: Plausible) -> Iterator[Finding]:
    """Nothing is said where no line is meant: that a line is missing is for the mandatory lines."""
    output = content.production.output
    taken = [(n, line, found) for n, line in enumerate(content.lines)
             if band.takes(line) and (found := _measured(band, line, output)) is not None]  # fmt: skip
    summed = Fraction(total(found for _, _, found in taken))
    low, high = Fraction(band.low), Fraction(band.high)
    if not taken or low <= summed <= high:
        return
    times = next((t for t in (Fraction(_THOUSAND), Fraction(1, _THOUSAND)) if low <= summed * t <= high), None)
    emission = sum((Fraction(emitted) for _, line, _ in taken if (emitted := _emission(line, output)) is not None),
                   Fraction(0))  # fmt: skip
    right = times if times is not None else (low if summed < low else high) / summed if summed else Fraction(1)
    decimals = decimals_of(content.result.footprint)
    got = round_half_even(summed, decimals)
    yield fail("BAND", line_place(taken[0][0]), round_half_even(emission * (right - 1), decimals), name=band.label,
               got=f"{got:f}", expected=f"{band.low}..{band.high}", unit=band.unit or "kgCO2e")  # fmt: skip


def _emission(line: Line, output: str) -> Exact | None:
    try:
        return line_emission(line, output)
    except InputError:
        return None


def check_sources(content: Footprint, wanted: Requirements, around: Surroundings) -> Iterator[Finding]:
    """Factors, narrower than the general table; what the rule's own factor would change, where that is known."""
    for number, line in enumerate(content.lines):
        source = line.source
        allowed = next((one for one in wanted.sources or () if one.line == line.kind), None)
        if source.type != "factor" or allowed is None:
            continue
        known = around.known(bytes.fromhex(source.digest[2:]))
        if known is not None and known.kind == "factor" and known.summary is not None:
            got, expected = _mismatch(allowed, known)
            if expected:
                right = right_factor(content, line, known, around, Wanted(allowed.kinds, allowed.series or ()))
                yield fail("RULE_FACTOR_KIND", line_place(number), weight_of(content, line, right), name=line.name,
                           got=got, expected=", ".join(expected))  # fmt: skip


def _mismatch(allowed: Sources, known: Known) -> tuple[str, tuple[str, ...]]:
    """What the factor is and what it may be; nothing where it is that."""
    factor = known.summary
    if factor.kind not in allowed.kinds:
        return factor.kind, allowed.kinds
    if allowed.series is not None and factor.series not in allowed.series:
        return factor.series, allowed.series
    return "", ()


def wanted_factors(content: Footprint, line: Line, around: Surroundings) -> Wanted:
    """What the rule that is named, or else the highest one in effect, says of the factors of such lines."""
    head, known = content.header, _rule_of(content, around)
    rule = known.summary if known is not None else None
    if head.rule is None:
        rule = _highest(head.product_id, len(LEVELS), head.period_end, around)
    sources = rule.requirements.sources if isinstance(rule, RuleSummary) else None
    allowed = next((one for one in sources or () if one.line == line.kind), None)
    return Wanted() if allowed is None else Wanted(allowed.kinds, allowed.series or ())


def weights_of(example: Footprint, mandatory: Iterable[Selector]) -> tuple[Decimal, ...]:
    """Of each mandatory line, how many kgCO2e it weighs in the worked example."""
    return tuple(
        sum((Decimal(line.emission) for line in example.lines if one.takes(line)), Decimal(0)) for one in mandatory
    )
