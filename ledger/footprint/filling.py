"""Every further field of a result that the lines give: what a declarant need not type, by the code that checks it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from ledger.calculation import Exact
from ledger.footprint.breakdown import REMOVALS, Breakdown, pact_name
from ledger.footprint.content import Footprint
from ledger.footprint.lines import Dqi
from ledger.footprint.parts import carbon_sum, emissions_of, field_sum
from ledger.footprint.quality import mean_of, primary_of, rating_of
from ledger.footprint.results import CONTENTS, exempted_percent, has_capture, is_outbound
from ledger.numbers import decimals_of, round_half_even, to_text

_PERCENT_DECIMALS: Final = 2


def full_result(content: Footprint) -> dict[str, Any]:
    """The fields by PACT's names, rounded as the footprint is; those that some source leaves open are left out.

    Raises `InputError` UNIT_MISMATCH.
    """
    decimals = decimals_of(content.result.footprint)
    exact = [Fraction(emission) for emission in emissions_of(content)]

    def text(value: Exact) -> str:
        return to_text(round_half_even(value, decimals))

    found: dict[str, Any] = {
        "footprint": content.result.footprint,
        "pcfExcludingBiogenicUptake": content.result.footprint,
    }
    for name in Breakdown.model_fields:
        summed = field_sum(content, name)
        if not summed.unknown:
            found[pact_name(name)] = text(summed.known)
            if name == "biogenic_co2_uptake":
                found["pcfIncludingBiogenicUptake"] = text(Fraction(summed.known) + sum(exact, Fraction(0)))
    captured = field_sum(content, "ccs_technological_co2_capture")
    if not captured.unknown:
        found["ccsTechnologicalCO2CaptureIncluded"] = has_capture(content)
        if not has_capture(content):
            del found["ccsTechnologicalCO2Capture"]  # PACT: absent where nothing was captured
    for name, (sort, packaging) in CONTENTS.items():
        summed = carbon_sum(content, sort, packaging=packaging)
        said = any(line.carbon is not None and getattr(line.carbon, sort) is not None for line in content.lines)
        if said and not summed.unknown:
            found[pact_name(name)] = text(summed.known)
    found |= _selected(content, exact, decimals)
    found |= _quality(content, exact)
    return {field: value for field, value in found.items() if not _turned(field, value)}


_TAKEN: Final = frozenset(map(pact_name, REMOVALS))
_SIGNED: Final = frozenset({"footprint", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake"})


def _turned(field: str, value: object) -> bool:
    """Whether a credit turned a number against the sign that PACT gives it; then the field cannot be stated."""
    if not isinstance(value, str) or field in _SIGNED:
        return False
    return bool(value.strip("-0.")) and (value[0] == "-") != (field in _TAKEN)


def _selected(content: Footprint, exact: list[Fraction], decimals: int) -> dict[str, Any]:
    pairs = list(zip(content.lines, exact, strict=True))
    packed = [e for line, e in pairs if line.kind == "packaging"]
    outbound = [e for line, e in pairs if is_outbound(line)]
    found: dict[str, Any] = {
        "packagingEmissionsIncluded": bool(packed),
        "exemptedEmissionsPercent": to_text(round_half_even(exempted_percent(content), _PERCENT_DECIMALS)),
    }
    for name, parts in (("packagingGhgEmissions", packed), ("outboundLogisticsGhgEmissions", outbound)):
        if parts:
            found[name] = to_text(round_half_even(sum(parts, Fraction(0)), decimals))
    stages: dict[str, Fraction] = {}
    for line, emission in pairs:
        stages[line.stage] = stages.get(line.stage, Fraction(0)) + emission
    found["stages"] = [{"stage": s, "footprint": to_text(round_half_even(e, decimals))} for s, e in stages.items()]
    return found


def _quality(content: Footprint, exact: list[Fraction]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    low, high = mean_of(content, exact, primary_of, (Fraction(0), Fraction(100))) or (Fraction(0), Fraction(1))
    if low == high:
        found["primaryDataShare"] = to_text(round_half_even(low, _PERCENT_DECIMALS))
    dqi = {}
    for name, field in Dqi.model_fields.items():
        ends = mean_of(content, exact, rating_of(name), (Fraction(1), Fraction(5)))
        if ends is not None and ends[0] == ends[1]:
            dqi[str(field.alias)] = to_text(round_half_even(ends[0], _PERCENT_DECIMALS))
    return found | ({"dqi": dqi} if len(dqi) == len(Dqi.model_fields) else {})
