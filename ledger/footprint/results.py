"""The result's further fields, each recomputed from the lines (PACT Methodology 3.0).

A declared field is right, wrong, or cannot be recomputed because a line's source does not say its part; then the
finding says how many kilograms of the footprint that leaves open, and a value that no unknown part could bring about
is still wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.calculation import Exact
from ledger.findings import Finding, fail, not_checked
from ledger.footprint.breakdown import EXCLUDING_UPTAKE, REMOVALS, Breakdown, pact_name
from ledger.footprint.content import Footprint, Result
from ledger.footprint.effects import four_digits, plain
from ledger.footprint.lines import Line
from ledger.footprint.parts import Summed, carbon_sum, field_sum
from ledger.numbers import decimals_of, is_rounded, round_half_even

CARBON: Final = Fraction(44, 12)
"""kg CO2 that one kg of carbon becomes, as PACT and ISO 14067 count."""

CONTENTS: Final = {
    "fossil_carbon_content": ("fossil", False),
    "biogenic_carbon_content": ("biogenic", False),
    "recycled_carbon_content": ("recycled", False),
    "ccu_carbon_content": ("ccu", False),
    "packaging_biogenic_carbon_content": ("biogenic", True),
}

_NOT_CO2E: Final = frozenset({*CONTENTS, "land_area_occupation"})
"""Fields in another unit than kgCO2e: a difference there weighs no kilograms of the footprint."""


def check_results(content: Footprint, emissions: Sequence[Exact]) -> Iterator[Finding]:
    """All declared fields but the footprint itself, whose lines' exact `emissions` are at hand."""
    result = content.result
    if len(result.model_fields_set) < 2:
        return
    exact = [Fraction(emission) for emission in emissions]
    for name in Breakdown.model_fields:
        if (declared := getattr(result, name)) is not None:
            yield from _check_field(content, exact, name, declared, field_sum(content, name))
    for name, (sort, packaging) in CONTENTS.items():
        if (declared := getattr(result, name)) is not None:
            yield from _check_field(content, exact, name, declared, carbon_sum(content, sort, packaging=packaging))
    yield from _check_totals(content, exact)
    yield from _check_selected(content, exact)
    yield from _check_stages(content, exact)
    yield from _check_sums(result)
    yield from _check_flags(content, exact)
    yield from _check_carbon(content)
    yield from _check_exempted(content)


def _check_field(
    content: Footprint, exact: list[Fraction], name: str, declared: str, summed: Summed
) -> Iterator[Finding]:
    if not summed.unknown:
        yield from _compare(name, summed.known, declared, exact)
        return
    # every part of a field has the field's own sign, as long as no line is negative; so the known ones bound it
    below = Fraction(declared) < Fraction(summed.known) - _half(declared)
    bound = name not in REMOVALS
    if bound and below and not any(content.lines[n].is_negative for n in summed.unknown):
        yield _wrong(name, summed.known, declared, prefix=">= ")
    else:
        yield _open(pact_name(name), declared, _unknown(content, exact, summed), summed)


def _compare(name: str, right: Exact, declared: str, exact: list[Fraction]) -> Iterator[Finding]:
    if not is_rounded(right, declared, decimals_of(declared)):
        yield _wrong(name, right, declared)
    elif name not in _NOT_CO2E:
        yield from _check_coarse(pact_name(name), Fraction(right), declared, exact)


def _check_coarse(field: str, right: Fraction, declared: str, exact: list[Fraction]) -> Iterator[Finding]:
    """A part may lose no more to its rounding than the whole may."""
    lost = right - Fraction(declared)
    if abs(lost) * 100 > abs(sum(exact, Fraction(0))):
        yield fail("RESULT_TOO_COARSE", f"result/{field}", four_digits(lost), got=declared, expected=plain(right))


def _wrong(name: str, exact: Exact, declared: str, prefix: str = "") -> Finding:
    expected = round_half_even(exact, decimals_of(declared))
    kilograms = None if name in _NOT_CO2E else expected - Decimal(declared)
    return _fail(pact_name(name), kilograms, declared, f"{prefix}{expected:f}")


def _fail(field: str, kilograms: Decimal | None, got: str, expected: str, code: str = "RESULT_FIELD") -> Finding:
    """A wrong field. Its place is the field's own: it takes nothing from the footprint beside it."""
    return fail(code, f"result/{field}", kilograms, field=field, got=got, expected=expected)


def _open(field: str, got: str, kilograms: Decimal, summed: Summed) -> Finding:
    return not_checked("RESULT_FIELD_OPEN", f"result/{field}", kilograms, field=field, got=got,
                       lines=len(summed.unknown))  # fmt: skip


def _half(declared: str) -> Fraction:
    """Half a unit in the last place: how far a rightly rounded value may be from the exact one."""
    return Fraction(1, 2 * 10 ** decimals_of(declared))


def _unknown(content: Footprint, exact: list[Fraction], summed: Summed) -> Decimal:
    """kgCO2e of the lines that say nothing."""
    return _rounded(sum((abs(exact[n]) for n in summed.unknown), Fraction(0)), content)


def _rounded(value: Fraction, content: Footprint) -> Decimal:
    return round_half_even(value, decimals_of(content.result.footprint))


def _check_totals(content: Footprint, exact: list[Fraction]) -> Iterator[Finding]:
    result, whole = content.result, sum(exact, Fraction(0))
    if result.pcf_excluding_biogenic_uptake is not None:
        yield from _compare("pcf_excluding_biogenic_uptake", whole, result.pcf_excluding_biogenic_uptake, exact)
    if result.pcf_including_biogenic_uptake is not None:
        uptake = field_sum(content, "biogenic_co2_uptake")
        if uptake.unknown:
            yield _open("pcfIncludingBiogenicUptake", result.pcf_including_biogenic_uptake,
                        _unknown(content, exact, uptake), uptake)  # fmt: skip
        else:
            including = whole + Fraction(uptake.known)
            yield from _compare("pcf_including_biogenic_uptake", including, result.pcf_including_biogenic_uptake, exact)


def is_outbound(line: Line) -> bool:
    """Whether a line is transport to the customer."""
    return line.kind == "transport" and line.stage == "distribution"


def _check_selected(content: Footprint, exact: list[Fraction]) -> Iterator[Finding]:
    """Fields that are the sum of whole lines of one sort."""
    pairs = list(zip(content.lines, exact, strict=True))
    result = content.result
    if result.packaging_ghg_emissions is not None:
        summed = sum((e for line, e in pairs if line.kind == "packaging"), Fraction(0))
        yield from _compare("packaging_ghg_emissions", summed, result.packaging_ghg_emissions, exact)
    if result.outbound_logistics_ghg_emissions is not None:
        summed = sum((e for line, e in pairs if is_outbound(line)), Fraction(0))
        yield from _compare("outbound_logistics_ghg_emissions", summed, result.outbound_logistics_ghg_emissions, exact)


def _check_stages(content: Footprint, exact: list[Fraction]) -> Iterator[Finding]:
    declared = content.result.stages
    if declared is None:
        return
    summed: dict[str, Fraction] = {}
    for line, emission in zip(content.lines, exact, strict=True):
        summed[line.stage] = summed.get(line.stage, Fraction(0)) + emission
    for item in declared:
        right = summed.pop(item.stage, Fraction(0))
        if not is_rounded(right, item.footprint, decimals_of(item.footprint)):
            expected = round_half_even(right, decimals_of(item.footprint))
            yield _fail(f"stages/{item.stage}", expected - Decimal(item.footprint), item.footprint, f"{expected:f}")
        else:
            yield from _check_coarse(f"stages/{item.stage}", right, item.footprint, exact)
    for stage, right in summed.items():
        expected = _rounded(right, content)
        yield _fail(f"stages/{stage}", expected, "-", f"{expected:f}")


def _check_sums(result: Result) -> Iterator[Finding]:
    """PACT's identities between declared fields, within what rounding each of them may do."""
    nothing = {"ccs_technological_co2_capture"} if result.ccs_technological_co2_capture_included is False else set()
    parts = [getattr(result, name) for name in EXCLUDING_UPTAKE if name not in nothing]
    excluding = result.pcf_excluding_biogenic_uptake or result.footprint
    if None not in parts:
        yield from _check_identity("pcfExcludingBiogenicUptake", excluding, parts)
    including, uptake = result.pcf_including_biogenic_uptake, result.biogenic_co2_uptake
    if including is not None and uptake is not None:
        yield from _check_identity("pcfIncludingBiogenicUptake", including, [excluding, uptake])


def _check_identity(name: str, whole: str, parts: list[str]) -> Iterator[Finding]:
    summed = sum(map(Fraction, parts), Fraction(0))
    if abs(summed - Fraction(whole)) > sum(map(_half, parts), _half(whole)):
        expected = round_half_even(summed, max(map(decimals_of, parts)))
        yield _fail(name, expected - Decimal(whole), whole, f"{expected:f}", "RESULT_SUM")


def _check_flags(content: Footprint, exact: list[Fraction]) -> Iterator[Finding]:
    """Fields that say yes or no, against the fields and lines that belong to them."""
    result = content.result
    packed = any(line.kind == "packaging" for line in content.lines)
    yield from _check_flag("packagingEmissionsIncluded", flag=result.packaging_emissions_included,
                           given=result.packaging_ghg_emissions is not None, present=packed)  # fmt: skip
    capture, flag = result.ccs_technological_co2_capture, result.ccs_technological_co2_capture_included
    stored = flag is not None and (has_capture(content) or bool((capture or "0").strip("-0.")))
    unknown = field_sum(content, "ccs_technological_co2_capture") if flag is not None else None
    if unknown is not None and unknown.unknown and not stored:
        yield _open("ccsTechnologicalCO2CaptureIncluded", str(flag).lower(), _unknown(content, exact, unknown), unknown)
    else:
        yield from _check_flag("ccsTechnologicalCO2CaptureIncluded", flag=flag, given=capture is not None,
                               present=stored)  # fmt: skip
    if result.ccs_technological_co2_capture_included is False and result.technological_co2_capture_origin is not None:
        yield _fail("technologicalCO2CaptureOrigin", None, result.technological_co2_capture_origin, "-", "RESULT_FLAG")
    # PACT: a credit needs a certificate, a cut-off has none
    credit = result.ccu_calculation_approach == "Credit"
    if credit != (result.ccu_credit_certification is not None):
        yield _fail("ccuCreditCertification", None, result.ccu_calculation_approach or "-", "Credit", "RESULT_FLAG")
    if (result.ccu_carbon_content or "0").strip("0.") and result.ccu_calculation_approach is None:
        yield _fail("ccuCalculationApproach", None, "-", "Cut-off, Credit", "RESULT_FLAG")


def has_capture(content: Footprint) -> bool:
    """Whether a line of its own, or what it bought, states that CO2 was captured and stored."""
    return any(
        line.source.type == "gas" and line.source.origin == "capture" and line.amount.strip("-0.")
        for line in content.lines
    ) or bool(field_sum(content, "ccs_technological_co2_capture").known)


def _check_flag(field: str, *, flag: bool | None, given: bool, present: bool) -> Iterator[Finding]:
    if flag is not None and ((flag and not present) or (not flag and (given or present))):
        yield _fail(field, None, str(flag).lower(), str(not flag).lower(), "RESULT_FLAG")


def _check_carbon(content: Footprint) -> Iterator[Finding]:
    """No product holds more carbon than it weighs, nor took more out of the air than the carbon that it still holds."""
    result, mass = content.result, content.header.mass
    held = [text for text in (result.fossil_carbon_content, result.biogenic_carbon_content) if text is not None]
    carbon = sum((Fraction(text) - _half(text) for text in held), Fraction(0))
    if mass is not None and carbon > Fraction(mass):
        yield fail("CARBON_BEYOND_MASS", "result/fossilCarbonContent", got=" + ".join(held), expected=mass)
    uptake, content_ = result.biogenic_co2_uptake, result.biogenic_carbon_content
    if uptake is None or content_ is None or content.header.boundary != "cradle-to-gate":
        return
    stored = [text for text in (content_, result.packaging_biogenic_carbon_content) if text is not None]
    limit = sum((Fraction(text) + _half(text) for text in stored), Fraction(0)) * CARBON
    if -Fraction(uptake) - _half(uptake) > limit:
        most = round_half_even(sum(map(Fraction, stored), Fraction(0)) * CARBON, decimals_of(uptake))
        yield fail("UPTAKE_BEYOND_CARBON", "result/biogenicCO2Uptake", -Decimal(uptake) - most, got=uptake,
                   expected=f"-{most:f}")  # fmt: skip


def exempted_percent(content: Footprint) -> Fraction:
    """What was left out, in percent of the footprint, as the declaration lists it."""
    return sum((Fraction(item.percent) for item in content.production.exempted or ()), Fraction(0))


def _check_exempted(content: Footprint) -> Iterator[Finding]:
    declared = content.result.exempted_emissions_percent
    if declared is None:
        return
    right = exempted_percent(content)
    missing = (right - Fraction(declared)) * abs(Fraction(content.result.footprint)) / 100
    if content.production.exempted is None and missing:
        yield not_checked("EXEMPTED_NOT_LISTED", "result/exemptedEmissionsPercent", abs(_rounded(missing, content)),
                          got=declared)  # fmt: skip
    elif missing:
        expected = round_half_even(right, decimals_of(declared))
        yield _fail("exemptedEmissionsPercent", _rounded(missing, content), declared, f"{expected:f}")
