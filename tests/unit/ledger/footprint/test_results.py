from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.footprints import (
    declared,
    emission,
    failed,
    failed_codes,
    gas,
    material,
    open_questions,
    rounded,
    total,
    upstream,
)

from ledger.disclosures import parse_content
from ledger.footprint.breakdown import EXCLUDING_UPTAKE, Breakdown, pact_name
from ledger.footprint.content import Result
from ledger.kinds.footprint import KIND

# what PACT 3.0 prints in its data model; the names of a content are these, sign by sign
PACT_NAMES = {
    "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions", "fossilCarbonContent",
    "biogenicCarbonContent", "recycledCarbonContent", "landUseChangeGhgEmissions", "landCarbonLeakage",
    "landManagementFossilGhgEmissions", "landManagementBiogenicCO2Emissions", "landManagementBiogenicCO2Removals",
    "biogenicCO2Uptake", "biogenicNonCO2Emissions", "landAreaOccupation", "aircraftGhgEmissions",
    "packagingEmissionsIncluded", "packagingGhgEmissions", "packagingBiogenicCarbonContent",
    "outboundLogisticsGhgEmissions", "ccsTechnologicalCO2CaptureIncluded", "ccsTechnologicalCO2Capture",
    "technologicalCO2CaptureOrigin", "technologicalCO2Removals", "ccuCarbonContent", "ccuCalculationApproach",
    "ccuCreditCertification", "exemptedEmissionsPercent", "exemptedEmissionsDescription", "primaryDataShare", "dqi",
}  # fmt: skip
WOOD = {"fossilGhgEmissions": "0.5", "landUseChangeGhgEmissions": "1.25", "biogenicNonCO2Emissions": "0.25",
        "biogenicCO2Uptake": "-1.6", "landAreaOccupation": "3", "aircraftGhgEmissions": "0"}  # fmt: skip


def test_the_names_of_a_result_are_pacts_own() -> None:
    named = {field.alias for field in Result.model_fields.values()}
    assert named - {"footprint", "stages"} == PACT_NAMES


def test_every_new_field_survives_its_disclosure_and_none_is_written_unasked() -> None:
    content = declared(material("2", breakdown=WOOD), result={"biogenicCO2Uptake": "-1.6", "dqi": {
        "technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "3"}})  # fmt: skip
    assert KIND.read(parse_content(KIND.disclose(content, bytes(32)))) == content
    plain = declared(gas())
    assert set(KIND.parts_of(plain)["lines/0000"]) == {"kind", "stage", "name", "amount", "unit", "source", "emission"}  # type: ignore[call-overload]
    assert KIND.parts_of(plain)["result"] == {"footprint": "1.000000"}


@pytest.mark.parametrize("result", [
    {"fossilGhgEmissions": "-1"}, {"biogenicCO2Uptake": "1"}, {"ccsTechnologicalCO2Capture": "0.5"},
    {"fossilGhgEmissions": "1.0000000001"}, {"fossil_ghg_emissions": "1"}, {"primaryDataShare": 5},
    {"dqi": {"technologicalDQR": "0.9", "geographicalDQR": "2", "temporalDQR": "3"}},
    {"dqi": {"technologicalDQR": "5.1", "geographicalDQR": "2", "temporalDQR": "3"}},
    {"dqi": {"technologicalDQR": "1", "geographicalDQR": "2"}}, {"stages": []}, {"packagingEmissionsIncluded": "true"},
])  # fmt: skip
def test_a_field_outside_its_grammar_or_sign_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        declared(gas(), result=result)


LINES = (
    gas("CO2", "2"), gas("CH4_fossil", "0.1", "29.8"), gas("CH4_nonfossil", "0.2", "27.0"),
    gas("N2O", "0.01", "273", origin="fossil"), gas("CO2", "0.5", origin="land_use_change"),
    gas("CO2", "0.3", origin="land_management"), gas("CO2", "-0.1", origin="land_management"),
    gas("N2O", "0.001", "273", origin="land_management"), gas("CO2", "0.7", origin="land_management_fossil"),
    gas("CO2", "-0.4", origin="removal"), gas("CO2", "-0.25", origin="capture"),
    material("2", "3", breakdown=WOOD),
)  # fmt: skip
RIGHT = {
    "fossilGhgEmissions": "9.910000",  # 2 + 2.98 + 2.73 + 0.7 + 1.5
    "landUseChangeGhgEmissions": "4.250000", "landManagementBiogenicCO2Emissions": "0.300000",
    "landManagementBiogenicCO2Removals": "-0.100000", "technologicalCO2Removals": "-0.400000",
    "ccsTechnologicalCO2Capture": "-0.250000", "biogenicNonCO2Emissions": "6.423000",  # 5.4 + 0.273 + 0.75
    "biogenicCO2Uptake": "-4.800000", "landManagementFossilGhgEmissions": "0.700000", "landAreaOccupation": "9.00",
    "aircraftGhgEmissions": "0", "pcfExcludingBiogenicUptake": "20.1330", "pcfIncludingBiogenicUptake": "15.333000",
    "ccsTechnologicalCO2CaptureIncluded": True,
}  # fmt: skip


def test_every_part_by_origin_is_recomputed_and_sums_to_the_whole() -> None:
    known = {**RIGHT}
    del known["landManagementFossilGhgEmissions"]  # the wood's factor does not say it
    content = declared(*LINES, result=known)
    assert failed(content) == []
    assert content.result.footprint == "20.133000"
    assert set(open_questions(content)) == {"NEGATIVE_LINE"}
    without_wood = declared(*LINES[:-1], result={"landManagementFossilGhgEmissions": "0.700000"})
    assert failed(without_wood) == []


@pytest.mark.parametrize(("field", "wrong", "kilograms"), [
    ("fossilGhgEmissions", "9.909999", "0.000001"), ("landUseChangeGhgEmissions", "0", "4"),
    ("landManagementBiogenicCO2Emissions", "0.2", "0.1"), ("landManagementBiogenicCO2Removals", "-0.2", "0.1"),
    ("technologicalCO2Removals", "-0.5", "0.1"), ("ccsTechnologicalCO2Capture", "-0.26", "0.01"),
    ("biogenicNonCO2Emissions", "6.424", "-0.001"), ("biogenicCO2Uptake", "-5", "0"),
    ("landAreaOccupation", "8", "-"), ("aircraftGhgEmissions", "1", "-1"), ("pcfExcludingBiogenicUptake", "20", "0"),
    ("pcfIncludingBiogenicUptake", "15.34", "-0.01"),
])  # fmt: skip
def test_a_wrong_part_is_named_with_its_kilograms(field: str, wrong: str, kilograms: str) -> None:
    content = declared(*LINES, result={field: wrong})
    found = [(f.code, f.place, f.kilograms) for f in KIND.check(content) if f.code in ("RESULT_FIELD", "RESULT_FLAG")]
    expected = [("RESULT_FIELD", f"result/{field}", None if kilograms == "-" else Decimal(kilograms))]
    if kilograms == "0":  # rounded to the decimals that were written it is right
        expected = []
    assert found == expected


def test_a_part_may_not_be_rounded_away_by_more_than_a_hundredth_of_the_whole() -> None:
    lines = [gas("CO2", "20"), gas("CO2", "0.3", origin="land_use_change")]
    assert failed(declared(*lines, result={"landUseChangeGhgEmissions": "0"})) == [("RESULT_TOO_COARSE", "0.3000")]
    assert failed(declared(*lines, gas("CO2", "20"), result={"landUseChangeGhgEmissions": "0"})) == []


def test_a_stage_may_not_be_rounded_away_either() -> None:
    lines = [gas("CO2", "1"), gas("CO2", "0.4", stage="distribution")]
    stages = [{"stage": "production", "footprint": "1.0"}, {"stage": "distribution", "footprint": "0"}]
    assert failed(declared(*lines, result={"stages": stages})) == [("RESULT_TOO_COARSE", "0.4000")]


def test_a_source_without_parts_leaves_a_field_open_with_its_kilograms_and_never_passed() -> None:
    content = declared(gas("CO2", "2"), material("1.5", "3"), result={"fossilGhgEmissions": "6.5"})
    assert failed(content) == []
    assert open_questions(content) == {"RESULT_FIELD_OPEN": Decimal("4.500000")}


def test_what_no_unknown_part_could_bring_about_is_wrong_all_the_same() -> None:
    content = declared(gas("CO2", "2"), material("1.5", "3"), result={"fossilGhgEmissions": "1.9"})
    assert failed(content) == [("RESULT_FIELD", "0.1")]
    credit = declared(gas("CO2", "2"), material("1.5", "-0.1"), result={"fossilGhgEmissions": "1.9"})
    assert failed(credit) == []
    assert "RESULT_FIELD_OPEN" in open_questions(credit)


@pytest.mark.parametrize("line", [gas("CO2e", "1"), gas("N2O", "1", "273"), gas("CH4", "1", "27.9")])
def test_a_gas_of_any_origin_is_of_none_until_somebody_says_it(line: dict[str, Any]) -> None:
    assert "RESULT_FIELD_OPEN" in open_questions(declared(line, result={"fossilGhgEmissions": "5000"}))
    said = {**line, "source": {**line["source"], "origin": "fossil"}}
    assert failed_codes(declared(said, result={"fossilGhgEmissions": "5000"})) == ["RESULT_FIELD"]


@pytest.mark.parametrize(("result", "codes"), [
    ({}, []),
    ({"pcfExcludingBiogenicUptake": "20.3"}, ["RESULT_FIELD", "RESULT_SUM", "RESULT_SUM"]),
    ({"biogenicCO2Uptake": "-4.7"}, ["RESULT_FIELD", "RESULT_SUM"]),
    ({"pcfIncludingBiogenicUptake": "20.133"}, ["RESULT_FIELD", "RESULT_SUM"]),
])  # fmt: skip
def test_pacts_identities_are_held_beside_the_fields(result: dict[str, str], codes: list[str]) -> None:
    fields = {k: v for k, v in RIGHT.items() if k != "landManagementFossilGhgEmissions"}
    assert failed_codes(declared(*LINES, result=fields | result)) == codes


def test_identities_leave_room_for_the_rounding_of_each_part() -> None:
    lines = [
        gas("CO2", "33.3"),
        gas("CO2", "33.3", origin="land_use_change"),
        gas("CH4_nonfossil", "1.2333", "27.0"),
    ]
    parts = {"fossilGhgEmissions": "33", "landUseChangeGhgEmissions": "33", "biogenicNonCO2Emissions": "33",
             "landManagementBiogenicCO2Emissions": "0", "landManagementBiogenicCO2Removals": "0",
             "technologicalCO2Removals": "0", "ccsTechnologicalCO2Capture": "0", "pcfExcludingBiogenicUptake": "100"}  # fmt: skip
    assert failed_codes(declared(*lines, result=parts)) == []


def test_packaging_outbound_transport_and_stages_are_sums_of_their_lines() -> None:
    lines = [gas("CO2", "1"), material("2", "0.5", kind="packaging"),
             material("0.1", "4", kind="transport", per="t.km", stage="distribution"),
             material("0.1", "3", kind="transport", per="t.km")]  # fmt: skip
    right = {"packagingEmissionsIncluded": True, "packagingGhgEmissions": "1.0", "outboundLogisticsGhgEmissions": "0.4",
             "stages": [{"stage": "production", "footprint": "1"}, {"stage": "raw_material", "footprint": "1.3"},
                        {"stage": "distribution", "footprint": "0.40"}]}  # fmt: skip
    assert failed(declared(*lines, result=right)) == []
    assert failed(declared(*lines, result=right | {"packagingGhgEmissions": "0.9"})) == [("RESULT_FIELD", "0.1")]
    assert failed(declared(*lines, result=right | {"outboundLogisticsGhgEmissions": "0.7"})) == [
        ("RESULT_FIELD", "-0.3")
    ]
    stages = [{"stage": "production", "footprint": "1.1"}, {"stage": "raw_material", "footprint": "1.3"}]
    assert failed(declared(*lines, result={"stages": stages})) == [
        ("RESULT_FIELD", "-0.1"),
        ("RESULT_FIELD", "0.400000"),
    ]


PACKED = material("2", "0.5", kind="packaging")


@pytest.mark.parametrize(("lines", "result", "wrong"), [
    ([gas()], {"packagingEmissionsIncluded": False}, False),
    ([gas()], {"packagingEmissionsIncluded": True}, True),
    ([gas(), PACKED], {"packagingEmissionsIncluded": False}, True),
    ([gas()], {"packagingEmissionsIncluded": False, "packagingGhgEmissions": "0"}, True),
    ([gas()], {"ccsTechnologicalCO2CaptureIncluded": True}, True),
    ([gas()], {"ccsTechnologicalCO2CaptureIncluded": False}, False),
    ([gas("CO2", "2"), gas("CO2", "-1", origin="capture")], {"ccsTechnologicalCO2CaptureIncluded": False}, True),
    ([gas("CO2", "2"), gas("CO2", "-1", origin="capture")], {"ccsTechnologicalCO2CaptureIncluded": True}, False),
    ([gas()], {"ccsTechnologicalCO2CaptureIncluded": False, "technologicalCO2CaptureOrigin": "水泥窑"}, True),
    ([gas()], {"ccsTechnologicalCO2CaptureIncluded": False, "ccsTechnologicalCO2Capture": "0"}, True),
    ([gas()], {"ccuCalculationApproach": "Credit"}, True),
    ([gas()], {"ccuCalculationApproach": "Credit", "ccuCreditCertification": "https://example.com/c"}, False),
    ([gas()], {"ccuCalculationApproach": "Cut-off", "ccuCreditCertification": "https://example.com/c"}, True),
    ([gas()], {"ccuCalculationApproach": "Cut-off"}, False),
    ([material(carbon={"ccu": "0.1"})], {"ccuCarbonContent": "0.1"}, True),
    ([material(carbon={"ccu": "0.1"})], {"ccuCarbonContent": "0.1", "ccuCalculationApproach": "Cut-off"}, False),
])  # fmt: skip
def test_what_says_yes_or_no_must_agree_with_the_rest(lines: list[Any], result: dict[str, Any], wrong: bool) -> None:
    assert failed_codes(declared(*lines, result=result)) == (["RESULT_FLAG"] if wrong else [])


@pytest.mark.parametrize("flag", [True, False])
def test_whether_a_supplier_stored_carbon_is_open_until_it_says_so(flag: bool) -> None:
    content = declared(gas("CO2", "1"), upstream("2", "3"), result={"ccsTechnologicalCO2CaptureIncluded": flag})
    assert (failed(content), open_questions(content)) == ([], {"RESULT_FIELD_OPEN": Decimal("6.000000")})


def test_carbon_contents_follow_from_what_enters_the_product() -> None:
    lines = [material("1", "0.4", carbon={"fossil": "0.5", "biogenic": "0.25", "recycled": "0.1"}), gas("CO2", "9"),
             material("1", "0.1", kind="packaging", carbon={"biogenic": "0.4"})]  # fmt: skip
    right = {"fossilCarbonContent": "0.2", "biogenicCarbonContent": "0.10", "recycledCarbonContent": "0.04",
             "packagingBiogenicCarbonContent": "0.04"}  # fmt: skip
    assert failed(declared(*lines, result=right, header={"mass": "0.4", "unit": "piece"})) == []
    for name in right:
        assert failed(declared(*lines, result=right | {name: "0.3"})) == [("RESULT_FIELD", "-")]
    assert failed_codes(declared(*lines, result=right, header={"mass": "0.2", "unit": "piece"})) == [
        "CARBON_BEYOND_MASS"
    ]
    unsaid = declared(material("1", "0.4"), result={"fossilCarbonContent": "0"})
    assert (failed(unsaid), open_questions(unsaid)) == ([], {"RESULT_FIELD_OPEN": Decimal("0.400000")})


@pytest.mark.parametrize(("uptake", "boundary", "wrong"), [
    ("-1.1", "cradle-to-gate", None), ("-1.10", "cradle-to-gate", None), ("-1.2", "cradle-to-gate", "0.1"), ("-1.2", "cradle-to-grave", None),
])  # fmt: skip
def test_no_more_carbon_was_taken_up_than_the_product_holds(uptake: str, boundary: str, wrong: str | None) -> None:
    """0.3 kg of biogenic carbon is 1.1 kg of CO2."""
    wood = material(
        "1", "1", breakdown={"fossilGhgEmissions": "1", "biogenicCO2Uptake": uptake}, carbon={"biogenic": "0.30"}
    )
    ends = [gas("CO2", "1", stage=stage) for stage in ("use", "end_of_life") if boundary == "cradle-to-grave"]
    content = declared(
        wood,
        *ends,
        header={"boundary": boundary},
        result={"biogenicCO2Uptake": uptake, "biogenicCarbonContent": "0.30"},
    )
    assert failed(content) == ([] if wrong is None else [("UPTAKE_BEYOND_CARBON", wrong)])


@pytest.mark.parametrize(("declared_percent", "listed", "found"), [
    ("0", None, ([], {})), ("3", None, ([], {"EXEMPTED_NOT_LISTED": Decimal("6.000000")})),
    ("3", [("润滑油", "1.5"), ("备件", "1.5")], ([], {})), ("1.5", [("润滑油", "1.5"), ("备件", "1.5")], ([("RESULT_FIELD", "3.000000")], {})),
])  # fmt: skip
def test_many_small_exemptions_are_added_up(declared_percent: str, listed: Any, found: Any) -> None:
    made = {"exempted": [{"name": n, "percent": p} for n, p in listed]} if listed else {}
    content = declared(gas("CO2", "200"), result={"exemptedEmissionsPercent": declared_percent}, production=made)
    assert (failed(content), open_questions(content)) == found


# property: any lines, any parts, against fractions alone

numbers = st.integers(0, 10**7).map(lambda n: f"{Decimal(n).scaleb(-4):f}")
NON_NEGATIVE = [n for n in EXCLUDING_UPTAKE if not n.endswith(("removals", "capture"))]


@st.composite
def sourced_lines(draw: Any) -> tuple[list[dict[str, Any]], str]:
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        names = draw(st.lists(st.sampled_from(NON_NEGATIVE), min_size=1, max_size=3, unique=True))
        parts = {pact_name(n): draw(numbers) for n in names}
        value = f"{sum(map(Decimal, parts.values()), Decimal(0)):f}"
        parts["biogenicCO2Uptake"] = draw(st.sampled_from(["0", "-0.5", "-12.125"]))
        unit = draw(st.sampled_from(["kg", "t", "g"]))
        line = material(value, draw(numbers), breakdown=parts, unit=unit)
        if draw(st.booleans()):
            line["share"] = draw(st.sampled_from(["0.25", "0.333333", "1"]))
        lines.append(line)
    return lines, draw(st.sampled_from(["1", "3", "7", "0.6"]))


@given(
    sourced_lines(),
    st.integers(0, 9),
    st.sampled_from([*NON_NEGATIVE, "biogenic_co2_uptake", "pcf_including_biogenic_uptake"]),
)
def test_each_field_is_the_fraction_arithmetic_and_one_digit_off_is_found(made: Any, decimals: int, name: str) -> None:
    lines, output = made
    field = pact_name(name)

    def oracle(part: str) -> Fraction:
        return total(emission(line, output, line["source"]["breakdown"].get(part, "0")) for line in lines)

    exact = oracle(field)
    if name == "pcf_including_biogenic_uptake":
        exact = total(emission(line, output) for line in lines) + oracle("biogenicCO2Uptake")
    text = rounded(exact, decimals)
    right = declared(*lines, result={field: text}, production={"output": output}, decimals=9)
    assert [c for c in failed_codes(right) if c != "RESULT_TOO_COARSE"] == []
    off = Decimal(text) + Decimal(-1 if name == "biogenic_co2_uptake" else 1).scaleb(-decimals)
    wrong = declared(*lines, result={field: f"{off:f}"}, production={"output": output}, decimals=9)
    assert [c for c in failed_codes(wrong) if c != "RESULT_TOO_COARSE"] == ["RESULT_FIELD"]


def test_the_parts_that_a_line_pins_must_make_up_its_value() -> None:
    right = declared(material("2", "3", breakdown={"fossilGhgEmissions": "1.75", "landUseChangeGhgEmissions": "0.25"}))
    assert failed(right) == []
    wrong = declared(material("2", "3", breakdown={"fossilGhgEmissions": "1.75"}))
    assert failed(wrong) == [("BREAKDOWN_SUM", "-0.750000")]
    rounded_parts = {"fossilGhgEmissions": "1.3", "landUseChangeGhgEmissions": "1.3"}
    assert failed(declared(upstream("2.7", source={"breakdown": rounded_parts}))) == []
    every = {pact_name(n): "0" for n in EXCLUDING_UPTAKE} | rounded_parts
    assert failed(declared(upstream("9.8", source={"breakdown": every}))) == [("BREAKDOWN_SUM", "-7.200000")]


def test_parts_that_a_supplier_left_out_are_unknown_and_not_nothing() -> None:
    line = upstream("2.8", source={"breakdown": {"fossilGhgEmissions": "1.3"}})
    content = declared(line, result={"landUseChangeGhgEmissions": "0", "fossilGhgEmissions": "1.3"})
    assert (failed(content), open_questions(content)) == ([], {"RESULT_FIELD_OPEN": Decimal("2.800000")})
    blunt = upstream("2", source={"breakdown": {"fossilGhgEmissions": "1"}})  # its decimals cut off to make room
    content = declared(blunt, result={"landUseChangeGhgEmissions": "0"})
    assert (failed(content), set(open_questions(content))) == ([], {"RESULT_FIELD_OPEN"})
    too_much = declared(
        upstream("1.2", source={"breakdown": {"fossilGhgEmissions": "1.5", "technologicalCO2Removals": "0"}})
    )
    assert failed(too_much) == []  # stored carbon, which it did not state, may have taken the rest
    removals = dict.fromkeys(
        ("ccsTechnologicalCO2Capture", "landManagementBiogenicCO2Removals", "technologicalCO2Removals"), "0"
    )
    nothing_took = {"fossilGhgEmissions": "1.5", **removals}
    assert failed(declared(upstream("0.2", source={"breakdown": nothing_took}))) == []  # within what rounding may do
    assert failed(
        declared(
            upstream(
                "0.20", source={"breakdown": {n: f"{v}.00" if v == "0" else "1.50" for n, v in nothing_took.items()}}
            )
        )
    ) == [("BREAKDOWN_SUM", "1.300000")]


def test_a_breakdown_has_all_additive_fields_of_a_result() -> None:
    assert set(Breakdown.model_fields) < set(Result.model_fields)
    assert set(EXCLUDING_UPTAKE) < set(Breakdown.model_fields)
