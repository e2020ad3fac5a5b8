"""A declaration that says all it can, and every wrong variant of it that changes one fact: each found, named and weighed."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError
from support.footprints import declared, emission, gas, material, rounded, upstream

from ledger.errors import InputError
from ledger.findings import Finding, Outcome
from ledger.footprint.breakdown import Breakdown
from ledger.footprint.content import FootprintSummary
from ledger.footprint.filling import full_result
from ledger.kind import Known
from ledger.kinds.factor import FactorSummary
from ledger.kinds.footprint import KIND, Footprint

STEEL_PARTS = {"fossilGhgEmissions": "2.10", "landUseChangeGhgEmissions": "0.15", "biogenicNonCO2Emissions": "0.05",
               "biogenicCO2Uptake": "-0.04", "aircraftGhgEmissions": "0.01", "landAreaOccupation": "0.3",
               "landManagementFossilGhgEmissions": "0.02", "landCarbonLeakage": "0"}  # fmt: skip
WOOD_PARTS = STEEL_PARTS | {"fossilGhgEmissions": "0.30", "biogenicCO2Uptake": "-1.50"}
TRUCK_PARTS = {**dict.fromkeys(STEEL_PARTS, "0"), "fossilGhgEmissions": "0.078"}
DQI = {"technologicalDQR": "1.5", "geographicalDQR": "2.5", "temporalDQR": "2"}
RATED = {"technological": "1", "geographical": "2", "temporal": "3"}
STEEL, WOOD, TRUCK, SUPPLIER = ("0x" + c * 64 for c in "abcd")
LEG = {"mode": "road", "depart": "2025-03-01", "arrive": "2025-03-02", "mass": "0.5", "distance_kind": "SFD"}

LINES: tuple[dict[str, Any], ...] = (
    gas("CO2", "80", share="0.7500", allocation="mass", group="COKE", data="primary", dqr=RATED, kind="fuel"),
    gas("CH4_fossil", "0.5", "29.8", data="secondary", dqr=RATED),
    gas("N2O", "0.02", "273", origin="land_management", data="primary", dqr=RATED),
    material("2.30", "4", breakdown=STEEL_PARTS, source={"digest": STEEL}, dqr=RATED, share="0.7", carbon={"fossil": "0.01", "biogenic": "0"},
             circular={"material": "FE", "term": "virgin"}),
    material("2.30", "4", breakdown=STEEL_PARTS, source={"digest": STEEL}, dqr=RATED, share="0.3", carbon={"fossil": "0.02", "biogenic": "0"},
             circular={"material": "FE", "term": "recycled"}),
    material("0.50", "3", breakdown=WOOD_PARTS, source={"digest": WOOD}, dqr=RATED, kind="packaging", carbon={"biogenic": "0.45"}),
    material("0.078", "50", per="t.km", breakdown=TRUCK_PARTS, source={"digest": TRUCK, "wtt": "0.012", "ttw": "0.066"}, dqr=RATED,
             kind="transport", stage="distribution", legs=[LEG | {"origin": "CNBAO", "destination": "CNTAC", "distance": "40"},
             LEG | {"origin": "CNTAC", "destination": "CNSHA", "depart": "2025-03-02", "distance": "60"}]),
    upstream("2.30", "7", source={"digest": SUPPLIER, "breakdown": STEEL_PARTS, "primary_data_share": "35.5", "dqi": DQI},
             carbon={"fossil": "0.03", "biogenic": "0"}),
)  # fmt: skip
HEADER = {
    "unit": "t",
    "mass": "1000",
    "stages": ["raw_material", "production", "distribution"],
    "valid_until": "2028-12-31",
}
MADE = {
    "output": "3",
    "groups": [{"name": "COKE", "method": "mass", "products": [
        {"name": "焦炭", "basis": "30", "share": "0.7500"}, {"name": "煤气", "basis": "10", "share": "0.2500"}]}],
    "materials": [{"name": "FE", "method": "cut-off", "r1": "0.3", "r2": "1", "r3": "0"}],
    "exempted": [{"name": "润滑油", "percent": "0.5"}, {"name": "备件", "percent": "1"}],
}  # fmt: skip


def honest() -> dict[str, Any]:
    """The declaration as its parts are written, with every field of the result that follows from its lines."""
    plain = declared(*LINES, header=HEADER, production=MADE)
    content = declared(*LINES, header=HEADER, production=MADE, result=full_result(plain))
    return content.model_dump(mode="json", by_alias=True, exclude_none=True)


@dataclass
class Around:
    """What the lines rest on."""

    index: int = 9
    organisation: str = "91320585MADEM002X4"
    summaries: dict[str, Any] = field(default_factory=dict)

    def known(self, digest: bytes) -> Known | None:
        summary = SUMMARIES.get("0x" + digest.hex())
        kind = "footprint" if isinstance(summary, FootprintSummary) else "factor"
        return None if summary is None else Known(digest, 1, kind, self.organisation, "s", summary=summary)

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return ()

    def replacement(self, known: Known) -> Known | None:
        return None

    def on(self, topic: str) -> Iterable[Known]:
        return ()


def factor(value: str, parts: dict[str, str], kind: str = "material", per: str = "kg", **more: str) -> FactorSummary:
    return FactorSummary(
        kind, "CN", 2024, "2024-01-01", None, "f", value, per, breakdown=Breakdown.model_validate(parts), **more
    )


def supplier() -> FootprintSummary:
    made = declared(
        material("2.30", "1", breakdown=STEEL_PARTS), result={**STEEL_PARTS, "primaryDataShare": "35.5", "dqi": DQI}
    )
    return KIND.summary(made)._replace(footprint="2.30")


SUMMARIES: dict[str, Any] = {
    STEEL: factor("2.30", STEEL_PARTS), WOOD: factor("0.50", WOOD_PARTS),
    TRUCK: factor("0.078", TRUCK_PARTS, "transport", "t.km", wtt="0.012", ttw="0.066"), SUPPLIER: supplier(),
}  # fmt: skip


def read(data: dict[str, Any]) -> Footprint:
    return Footprint.model_validate({**data, "lines": tuple(data["lines"])})


def failures(data: dict[str, Any]) -> list[Finding]:
    content = read(data)
    findings = [*KIND.check(content), *KIND.check_references(content, Around())]
    return [f for f in findings if f.outcome is Outcome.FAIL]


def test_no_finding_on_the_honest_declaration() -> None:
    data = honest()
    assert failures(data) == []
    stated = set(data["result"])
    assert {"fossilGhgEmissions", "biogenicCO2Uptake", "aircraftGhgEmissions", "packagingGhgEmissions", "primaryDataShare", "dqi",
            "outboundLogisticsGhgEmissions", "biogenicNonCO2Emissions", "fossilCarbonContent", "stages",
            "packagingBiogenicCarbonContent", "pcfIncludingBiogenicUptake", "exemptedEmissionsPercent"} <= stated  # fmt: skip


Path = tuple[str | int, ...]


def numbers(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a content says a number."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from numbers(item, (*path, place))
    elif isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
        yield path


def changed(path: Path, change: Any) -> dict[str, Any]:
    data = copy.deepcopy(honest())
    target: Any = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = change(target.get(path[-1]) if isinstance(target, dict) else target[path[-1]])
    return data


def doubled(text: str) -> str:
    return f"{Decimal(text) * 2:f}"


def one_more(text: str) -> str:
    """One more in the last place, away from zero."""
    step = Decimal(1).scaleb(Decimal(text).as_tuple().exponent)  # type: ignore[arg-type]
    return f"{Decimal(text) + (-step if text[0] == '-' else step):f}"


def is_free(path: Path) -> bool:
    """What nothing else in the content contradicts: how much the other co-product is, as long as shares still follow."""
    return path[-1] in ("lhv", "heat", "electricity") or path[:2] == ("header", "version")


PLACES = [p for p in numbers(honest()) if not is_free(p)]


@pytest.mark.parametrize("change", [doubled, one_more])
@pytest.mark.parametrize("path", PLACES, ids=lambda path: "/".join(map(str, path)))
def test_a_number_that_was_changed_is_found_and_named(path: Path, change: Any) -> None:
    """Either no longer of its form, or a failed check that names the line, the field, or a result that hangs on it."""
    try:
        data = changed(path, change)
        found = failures(data)
    except (ValidationError, InputError):
        return
    if data == honest():
        return  # twice nothing
    codes = {f.code for f in found}
    assert codes, path
    places = {f.place for f in found}
    if (
        path[0] == "lines"
        and path[-1] in ("amount", "value", "emission", "share")
        and "breakdown" not in path
        and "legs" not in path
    ):
        assert f"lines/{path[1]:04d}" in places
    elif path[0] == "result" and path[1] not in ("footprint", "dqi", "stages"):
        assert f"result/{path[1]}" in places


def test_more_than_two_hundred_variants_were_tried() -> None:
    assert 2 * len(PLACES) > 200


@pytest.mark.parametrize("number", range(len(LINES)))
@pytest.mark.parametrize("name", ["amount", "value"])
def test_the_kilograms_of_a_changed_line_are_right(number: int, name: str) -> None:
    """By the fractions of these tests, not by the code under test."""
    path: Path = ("lines", number, "amount") if name == "amount" else ("lines", number, "source", "value")
    data = changed(path, doubled)
    line = data["lines"][number]
    exact = emission(line, MADE["output"])  # type: ignore[arg-type]
    found = [f for f in failures(data) if f.code == "LINE_ARITHMETIC"]
    assert [(f.place, f.kilograms) for f in found] == [
        (f"lines/{number:04d}", Decimal(rounded(exact)) - Decimal(line["emission"]))]  # fmt: skip
    whole = sum((emission(one, "3") for one in data["lines"]), Fraction(0))
    (result,) = [f for f in failures(data) if f.code == "RESULT_ARITHMETIC"]
    assert result.kilograms == Decimal(rounded(whole)) - Decimal(data["result"]["footprint"])


WORDS: tuple[tuple[Path, Any, str], ...] = (
    (("header", "unit"), "kg", "MASS_UNIT"), (("header", "period_start"), "2030-01-01", ""),
    (("header", "boundary"), "cradle-to-grave", "STAGE_MISSING"), (("header", "stages"), ["raw_material", "production"], "STAGE_OUTSIDE"),
    (("header", "gwp"), "AR5", "GWP_VALUE"), (("header", "valid_until"), "2029-01-01", "VALIDITY_TOO_LONG"),
    (("header", "geography"), "US", "FACTOR_REGION"), (("header", "period_end"), "2020-12-31", ""),
    (("production", "groups", 0, "method"), "economic", "ALLOCATION_METHOD"),
    (("production", "materials", 0, "method"), "cff", "CIRCULAR_PARAMETERS"),
    (("production", "materials", 0, "name"), "AL", "CIRCULAR_PARAMETERS"),
    (("lines", 0, "group"), "GAS", "ALLOCATION_METHOD"), (("lines", 0, "data"), "secondary", "QUALITY_MEAN"),
    (("lines", 0, "stage"), "distribution", "RESULT_FIELD"), (("lines", 0, "stage"), "use", "STAGE_OUTSIDE"),
    (("lines", 0, "kind"), "electricity", "LINE_SOURCE"), (("lines", 0, "source", "gas"), "CH4_fossil", "GWP_VALUE"),
    (("lines", 0, "unit"), "t", "LINE_ARITHMETIC"), (("lines", 0, "unit"), "kWh", "UNIT_MISMATCH"),
    (("lines", 1, "source", "origin"), "biogenic", "GAS_ORIGIN"), (("lines", 2, "source", "origin"), "fossil", "RESULT_FIELD"),
    (("lines", 3, "source", "digest"), WOOD, "PINNED_FACTOR"), (("lines", 3, "kind"), "electricity", "FACTOR_KIND"),
    (("lines", 3, "source", "per"), "t", "LINE_ARITHMETIC"), (("lines", 3, "circular", "term"), "recycled", "CIRCULAR_SHARE"),
    (("lines", 3, "circular", "material"), "AL", "CIRCULAR_PARAMETERS"), (("lines", 5, "kind"), "material", "RESULT_FIELD"),
    (("lines", 6, "kind"), "material", "LEG_MODES"), (("lines", 6, "stage"), "raw_material", "RESULT_FIELD"),
    (("lines", 6, "legs", 0, "destination"), "CNSUZ", "LEG_BREAK"), (("lines", 6, "legs", 1, "depart"), "2025-03-01", "LEG_BREAK"),
    (("lines", 6, "legs", 0, "mode"), "air", "LEG_MODES"), (("lines", 7, "kind"), "material", "LINE_SOURCE"),
    (("result", "packagingEmissionsIncluded"), False, "RESULT_FLAG"), (("result", "ccsTechnologicalCO2CaptureIncluded"), True, "RESULT_FLAG"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "code"), WORDS, ids=lambda one: "/".join(map(str, one)) if isinstance(one, tuple) else str(one)
)
def test_a_word_that_was_changed_is_found_and_named(path: Path, value: Any, code: str) -> None:
    try:
        found = failures(changed(path, lambda _: value))
    except ValidationError:
        assert code == ""
        return
    assert found
    assert not code or code in {f.code for f in found}


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_line_that_was_left_out_is_found(number: int) -> None:
    data = honest()
    gone = data["lines"].pop(number)
    (result,) = [f for f in failures(data) if f.code == "RESULT_ARITHMETIC"]
    assert abs(result.kilograms or Decimal(0)) - abs(Decimal(gone["emission"])) <= Decimal("0.000001")
    assert (result.kilograms or Decimal(0)) < 0
