from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.footprints import declared, failed, failed_codes, gas, material, open_questions, upstream

from ledger.footprint.boundary import years_later

WHOLE_LIFE = [gas("CO2", "1", stage=s) for s in ("raw_material", "production", "distribution", "use", "end_of_life")]


@pytest.mark.parametrize(("stage", "found"), [
    ("raw_material", []), ("production", []), ("distribution", []), ("use", [("STAGE_OUTSIDE", "-5.000000")]),
    ("end_of_life", [("STAGE_OUTSIDE", "-5.000000")]),
])  # fmt: skip
def test_behind_the_gate_nothing_is_counted(stage: str, found: Any) -> None:
    assert failed(declared(gas("CO2", "5", stage=stage))) == found


def test_to_the_grave_means_use_and_end_of_life() -> None:
    grave = {"boundary": "cradle-to-grave"}
    assert failed(declared(*WHOLE_LIFE, header=grave)) == []
    assert failed_codes(declared(*WHOLE_LIFE[:-1], header=grave)) == ["STAGE_MISSING"]
    assert failed_codes(declared(gas(), header=grave)) == ["STAGE_MISSING"]
    cut = grave | {"stages": ["raw_material", "production", "distribution"]}
    assert failed_codes(declared(*WHOLE_LIFE[:3], header=cut)) == ["STAGE_MISSING"]


@pytest.mark.parametrize(("stages", "found"), [
    (["raw_material", "production", "distribution"], []),
    (["raw_material", "production"], ["STAGE_OUTSIDE"]),
    (["raw_material", "production", "distribution", "use"], ["BOUNDARY_STAGES", "STAGE_MISSING"]),
])  # fmt: skip
def test_the_stages_that_are_stated_are_those_of_the_lines(stages: list[str], found: list[str]) -> None:
    assert failed_codes(declared(*WHOLE_LIFE[:3], header={"stages": stages})) == found


def test_a_stage_that_was_stated_must_have_a_line() -> None:
    stages = ["raw_material", "production", "distribution"]
    assert failed_codes(declared(*WHOLE_LIFE[:2], header={"stages": stages})) == ["STAGE_MISSING"]


@pytest.mark.parametrize(("until", "wrong"), [("2026-06-30", False), ("2028-12-31", False), ("2029-01-01", True)])
def test_a_declaration_is_valid_for_three_years_at_most(until: str, wrong: bool) -> None:
    assert failed_codes(declared(gas(), header={"valid_until": until})) == (["VALIDITY_TOO_LONG"] if wrong else [])


@pytest.mark.parametrize(("header", "wrong"), [
    ({"mass": "1"}, False), ({"mass": "1.0"}, False), ({"mass": "1000"}, True), ({"mass": "1000", "unit": "t"}, False),
    ({"mass": "12.5", "unit": "t", "amount": "0.0125"}, False), ({"mass": "6.2", "unit": "piece"}, False),
])  # fmt: skip
def test_what_is_counted_by_mass_weighs_its_declared_unit(header: dict[str, str], wrong: bool) -> None:
    assert failed_codes(declared(gas(), header=header)) == (["MASS_UNIT"] if wrong else [])


def test_three_years_after_a_leap_day_is_a_day_that_exists() -> None:
    assert years_later("2024-02-29", 3) == "2027-02-28"
    assert years_later("2025-12-31", 3) == "2028-12-31"


@pytest.mark.parametrize("name", [
    "CCER 抵消", "碳汇购买", "VCS forest project", "Carbon Credits 2025", "offsetting", "碳中和服务", "Gold Standard VER",
])  # fmt: skip
def test_offsets_are_never_netted(name: str) -> None:
    lines = [gas("CO2", "10"), gas("CO2", "-4", name=name)]
    assert failed(declared(*lines)) == [("OFFSET_LINE", "4.000000")]
    assert failed(declared(gas("CO2", "10"), gas("CO2", "4", name=name))) == []


def test_a_negative_footprint_of_a_supplier_is_as_negative_as_a_negative_amount() -> None:
    assert failed(declared(gas("CO2", "10"), upstream("-2", "2", name="CCER 抵消"))) == [("OFFSET_LINE", "4.000000")]
    assert open_questions(declared(gas("CO2", "10"), upstream("-2", "2"))) == {"NEGATIVE_LINE": Decimal("4.000000")}
    assert open_questions(declared(gas("CO2", "10"), upstream("2", "2"))) == {}


@pytest.mark.parametrize("name", ["废钢回收", "certified scrap", "overshoot", "蒸汽外供", "server cooling"])
def test_a_credit_of_another_name_is_not_called_an_offset(name: str) -> None:
    assert failed(declared(gas("CO2", "10"), gas("CO2", "-4", name=name))) == []


@pytest.mark.parametrize(("line", "found"), [
    (gas("CO2", "-1", origin="removal"), []), (gas("CO2", "1", origin="removal"), [("GAS_ORIGIN", "-")]),
    (gas("CH4_fossil", "-1", "29.8", origin="removal"), [("GAS_ORIGIN", "-")]),
    (gas("CO2", "1", origin="capture"), [("GAS_ORIGIN", "-")]), (gas("CO2", "-1", origin="capture"), []),
    (gas("CO2", "2", origin="biogenic"), [("BIOGENIC_CO2", "-2.000000")]),
    (gas("CO2e", "2", origin="biogenic"), [("BIOGENIC_CO2", "-2.000000")]),
    (gas("N2O", "2", "273", origin="biogenic"), []), (gas("CH4_nonfossil", "1", "27.0", origin="biogenic"), []),
    (gas("CH4_fossil", "1", "29.8", origin="biogenic"), [("GAS_ORIGIN", "-2.800000")]),
    (gas("CH4_nonfossil", "1", "27.0", origin="fossil"), [("GAS_ORIGIN", "2.800000")]),
    (gas("CH4_fossil", "1", "29.8", origin="fossil"), []),
])  # fmt: skip
def test_a_gas_goes_with_its_origin(line: dict[str, Any], found: Any) -> None:
    assert failed(declared(gas("CO2", "100"), line)) == found


@pytest.mark.parametrize(("gwp", "gas_", "value", "right"), [
    ("AR5", "CH4_fossil", "30", True), ("AR5", "CH4_nonfossil", "28", True), ("AR5", "C2F6", "11100", True),
    ("AR5", "CH4_fossil", "29.8", False), ("AR6", "CH4_fossil", "30", False), ("AR6", "C2F6", "11100", False),
])  # fmt: skip
def test_fossil_and_biogenic_methane_stand_apart_in_either_set(gwp: str, gas_: str, value: str, right: bool) -> None:
    assert failed_codes(declared(gas(gas_, "1", value), header={"gwp": gwp})) == ([] if right else ["GWP_VALUE"])


def test_every_line_is_looked_at_though_one_does_not_fit() -> None:
    content = declared(material("2", "1"), gas("CO2", "-1", name="抵消"), gas("CO2", "1", stage="use"))
    broken = content.model_copy(
        update={"lines": (content.lines[0].model_copy(update={"unit": "kWh"}), *content.lines[1:])}
    )
    assert failed_codes(broken) == ["UNIT_MISMATCH", "OFFSET_LINE", "STAGE_OUTSIDE"]
