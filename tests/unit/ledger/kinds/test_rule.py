"""Rules (PCR) as statements: the worked example, the levels, and every requirement with a declaration that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from support.around import Around
from support.golden import Golden, variants
from support.rules import COMMITTEE, naming, rule_content, summary_of

from ledger.disclosures import parse_content
from ledger.findings import Finding, Outcome
from ledger.footprint.rule import is_in_scope, topics_covering
from ledger.footprint.ruling import add_months, judge
from ledger.kinds import kind_named
from ledger.kinds.footprint import Footprint
from ledger.kinds.rule import Rule

KIND, FOOTPRINT = kind_named("rule"), kind_named("footprint")


class World(Around):
    """The golden ledger's factors and coils, in the place of a log, by their digests there."""

    def __init__(self) -> None:
        super().__init__()
        golden = Golden()
        self.part: Footprint = golden.contents["part"]
        self.digests = golden.digests
        self.golden = golden
        for name, digest in golden.digests.items():
            if name not in ("part", "body"):
                item = golden.items[[i.digest for i in golden.items].index(digest)]
                self.add(item.statement.kind, item.statement.organisation, golden.contents[name], digest=digest)

    def variant(self, name: str) -> Footprint:
        digest = self.golden.variant(name) if name not in self.golden.digests else self.golden.digests[name]
        assert digest
        content: Footprint = self.golden.contents[name]
        return content


@pytest.fixture(scope="module")
def golden() -> World:
    return World()


@pytest.fixture
def world(golden: World) -> Iterator[World]:
    kept = list(golden._all)
    yield golden
    golden._all[:] = kept


def failures(findings: Any) -> list[str]:
    return [f.code for f in findings if f.outcome is Outcome.FAIL]


def judged(world: World, content: Footprint, **rule: Any) -> list[Finding]:
    """The findings on `content` under the golden rule with changes."""
    digest = world.add("rule", COMMITTEE, rule_content(world.part, **rule))
    named = naming(content, digest)
    return [*FOOTPRINT.register(named, world), *FOOTPRINT.check(named), *FOOTPRINT.check_references(named, world)]


def changed(content: Footprint, section: str, **new: Any) -> Footprint:
    data = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    data[section].update(new)
    return Footprint.model_validate({**data, "lines": tuple(data["lines"])})


def with_line(content: Footprint, number: int, **new: Any) -> Footprint:
    data = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    data["lines"][number].update(new)
    return Footprint.model_validate({**data, "lines": tuple(data["lines"])})


def test_the_rule_registers_with_an_example_that_recomputes(world: World) -> None:
    rule = rule_content(world.part)
    assert list(KIND.register(rule, world.by(COMMITTEE))) == []
    assert KIND.read(parse_content(KIND.disclose(rule, bytes(32)))) == rule
    assert KIND.role(rule) == ("rule-publisher", "local")
    assert KIND.subject(rule) == "DB31/T 0001-2025"
    assert KIND.headline(rule) == (
        "地方核算规则 DB31/T 0001-2025《冲压件产品碳足迹核算规则》；自 2025-07-01 起；算例 26.862865 kgCO2e"
    )
    assert summary_of(rule).weights == (Decimal("25.690895"), Decimal("1.136870"))


def test_an_example_with_another_printed_answer_is_refused_with_the_difference(world: World) -> None:
    found = list(KIND.register(rule_content(world.part, answer="26.862866"), world))
    assert [(f.code, f.kilograms) for f in found] == [("RULE_EXAMPLE_ANSWER", Decimal("0.000001"))]


@pytest.mark.parametrize(("changes", "problem"), [
    ({"gwp": "AR6"}, "GWP_SET"), ({"stages": ["use"]}, "BOUNDARY"), ({"unit": "kg"}, "RULE_UNIT"),
    ({"green_electricity": "never"}, "GREEN_ELECTRICITY_NOT_PERMITTED"), ({"primary_share_floor": "10"}, "PRIMARY_SHARE_FLOOR"),
    ({"bands": [{"label": "全部", "of": "emission", "low": "27", "high": "30"}]}, "BAND"),
    ({"sources": [{"line": "electricity", "kinds": ["footprint"], "series": ["elec-fp-east"]}]}, "RULE_FACTOR_KIND"),
    ({"mandatory": [{"label": "包装", "kinds": ["packaging"]}]}, "MISSING_LINE"), ({"period": 6}, "PERIOD_LENGTH"),
])  # fmt: skip
def test_an_example_that_breaks_its_own_rule_is_refused(world: World, changes: dict[str, Any], problem: str) -> None:
    found = list(KIND.register(rule_content(world.part, **changes), world))
    assert {(f.code, f.values["problem"]) for f in found} == {("RULE_EXAMPLE", problem)}


def test_an_example_on_a_statement_that_nobody_may_open_is_not_called_checked(world: World) -> None:
    world._all[:] = [(replace(known, summary=None), topics) for known, topics in world._all]
    found = [f for f in KIND.register(rule_content(world.part), world) if f.outcome is Outcome.NOT_CHECKED]
    assert {f.code for f in found} >= {"RULE_EXAMPLE_OPEN"}
    assert all(f.place.startswith("example_") for f in found if f.code == "RULE_EXAMPLE_OPEN")


def test_an_example_whose_arithmetic_is_wrong_is_refused(world: World) -> None:
    wrong = changed(world.part, "result", footprint="26.862866")
    found = list(KIND.register(rule_content(wrong), world))
    assert [(f.code, f.values["problem"]) for f in found] == [("RULE_EXAMPLE", "RESULT_ARITHMETIC")]


def test_an_example_on_a_statement_that_the_ledger_does_not_hold_is_refused(world: World) -> None:
    around = Around().by(COMMITTEE)
    assert {f.values["problem"] for f in KIND.register(rule_content(world.part), around)} == {"REFERENCE_UNKNOWN"}


@pytest.mark.parametrize(("level", "scope", "until"), [
    ("national", ["DOOR-*"], None), ("industry", ["D*"], None), ("national", ["DOOR-*"], "2030-12-31"),
])  # fmt: skip
def test_a_lower_rule_is_refused_where_a_higher_one_is_in_effect(
    world: World, level: str, scope: list[str], until: str | None
) -> None:
    until_ = {"effective_until": until} if until else {}
    world.add("rule", COMMITTEE, rule_content(world.part, number="GB/T 1-2025", level=level, scope=scope, **until_))
    assert failures(KIND.register(rule_content(world.part), world)) == ["RULE_LOWER_LEVEL"]


@pytest.mark.parametrize(("level", "changes"), [
    ("local", {}), ("group", {}), ("enterprise", {}), ("national", {"scope": ["HOOD-*"]}),
    ("national", {"scope": ["DOOR-INNER-*"]}), ("national", {"effective_until": "2025-07-01", "effective_from": "2025-01-01"}),
])  # fmt: skip
def test_a_rule_stands_beside_one_that_is_not_higher_or_not_about_all_of_its_products(
    world: World, level: str, changes: dict[str, Any]
) -> None:
    world.add("rule", COMMITTEE, rule_content(world.part, number="OTHER", level=level, **changes))
    rule = rule_content(world.part, effective_from="2025-08-01")
    assert failures(KIND.register(rule, world)) == []


def test_a_declaration_that_keeps_to_the_rule_has_no_finding_but_certificates(world: World) -> None:
    found = judged(world, world.part)
    assert [(f.code, f.outcome) for f in found] == [("GREEN_CERTIFICATES", "not_checked")]


@pytest.mark.parametrize("name", [v["name"] for v in variants() if v["caught"] != "GREEN_NOT_COVERED"])
def test_the_other_golden_variants_are_still_caught_under_the_rule(world: World, name: str) -> None:
    wanted = next(v["caught"] for v in variants() if v["name"] == name)
    assert wanted in failures(judged(world, world.variant(name)))


@pytest.mark.parametrize(("rule", "code"), [
    ({"scope": ["HOOD-*", "DOOR-INNER"]}, "RULE_NOT_IN_SCOPE"), ({"effective_from": "2026-01-01"}, "RULE_NOT_IN_EFFECT"),
    ({"effective_until": "2025-12-30"}, "RULE_NOT_IN_EFFECT"),
])  # fmt: skip
def test_a_rule_for_other_products_or_times_is_no_rule_for_this_one(
    world: World, rule: dict[str, Any], code: str
) -> None:
    found = judged(world, world.part, **rule)
    assert failures(found) == [code]
    digest = world.add("rule", COMMITTEE, rule_content(world.part, number="X", **rule))
    assert failures(FOOTPRINT.register(naming(world.part, digest), world)) == [code]


def test_a_declaration_is_judged_by_the_rule_of_its_own_time(world: World) -> None:
    old = world.add("rule", COMMITTEE, rule_content(world.part))
    named = naming(world.part, old)
    world.add("rule", COMMITTEE, rule_content(world.part, effective_from="2026-06-01"))
    assert failures(FOOTPRINT.register(named, world)) == []
    world.add("rule", COMMITTEE, rule_content(world.part, effective_from="2025-09-01"))
    assert failures(FOOTPRINT.register(named, world)) == ["RULE_NOT_IN_EFFECT"]


def test_a_national_rule_ends_the_lower_ones(world: World) -> None:
    local = world.add("rule", COMMITTEE, rule_content(world.part))
    world.add("rule", COMMITTEE, rule_content(world.part, number="GB/T 1", level="national", scope=["DOOR-INNER-L"]))
    found = list(FOOTPRINT.register(naming(world.part, local), world))
    assert [(f.code, f.values["expected"]) for f in found] == [("RULE_NOT_IN_EFFECT", "GB/T 1 (2025-07-01)")]


def test_a_rule_whose_content_is_withheld_judges_nothing_and_says_so(world: World) -> None:
    digest = world.add("rule", COMMITTEE, rule_content(world.part), erased=True)
    found = list(FOOTPRINT.check_references(naming(world.part, digest), world))
    assert [(f.code, f.outcome) for f in found] == [("RULE_NOT_JUDGED", "not_checked")]


def test_a_declaration_that_names_no_rule_is_still_told_so(world: World) -> None:
    assert [f.code for f in FOOTPRINT.check(world.part)][-1] == "RULE_NOT_NAMED"
    assert list(FOOTPRINT.register(world.part, world)) == []


@pytest.mark.parametrize(("section", "new", "code"), [
    ("header", {"gwp": "AR6"}, "GWP_SET"), ("header", {"boundary": "cradle-to-grave"}, "BOUNDARY"),
    ("header", {"stages": ["production"]}, "BOUNDARY"), ("header", {"amount": "2"}, "RULE_UNIT"),
    ("header", {"period_end": "2025-12-30"}, "PERIOD_LENGTH"), ("header", {"period_start": "2024-01-01"}, "PERIOD_LENGTH"),
    ("header", {"valid_until": "2028-01-01"}, "RULE_VALIDITY"),
])  # fmt: skip
def test_a_header_that_the_rule_does_not_allow(world: World, section: str, new: dict[str, Any], code: str) -> None:
    rule = summary_of(rule_content(world.part))
    assert failures(judge(changed(world.part, section, **new), rule)) == [code]


@pytest.mark.parametrize(("period", "until"), [("2025-01-01", "2027-12-31"), ("2025-01-01", "2026-06-30")])
def test_a_period_and_a_validity_that_it_allows(world: World, period: str, until: str) -> None:
    rule = summary_of(rule_content(world.part))
    assert failures(judge(changed(world.part, "header", period_start=period, valid_until=until), rule)) == []


def test_a_cut_off_that_is_printed_but_not_listed_counts_too(world: World) -> None:
    content = changed(world.part, "result", exemptedEmissionsPercent="6")
    assert failures(judge(content, summary_of(rule_content(world.part)))) == ["CUT_OFF_EXCEEDED"]


def test_quality_and_primary_share_keep_to_their_floors(world: World) -> None:
    rule = summary_of(rule_content(world.part, dqr_floor="2", primary_share_floor="50"))
    assert failures(judge(world.part, rule)) == ["DQR_FLOOR", "PRIMARY_SHARE_FLOOR"]
    dqi = {"technologicalDQR": "1.5", "geographicalDQR": "2.1", "temporalDQR": "2"}
    content = changed(world.part, "result", dqi=dqi, primaryDataShare="49.99")
    assert [f.values.get("name") for f in judge(content, rule)] == ["geographical", None]
    assert [f.place for f in judge(content, rule)] == ["result/geographicalDQR", "result/primaryDataShare"]
    content = changed(world.part, "result", dqi={**dqi, "geographicalDQR": "2"}, primaryDataShare="50")
    assert failures(judge(content, rule)) == []


@pytest.mark.parametrize(("kind", "name", "codes"), [
    ("byproduct", "工艺废钢回收", []), ("byproduct", "碳抵消", ["NEGATIVE_NOT_PERMITTED"]),
    ("waste", "工艺废钢回收", ["NEGATIVE_NOT_PERMITTED"]), ("process", "购买 CCER", ["NEGATIVE_NOT_PERMITTED"]),
])  # fmt: skip
def test_only_the_negative_lines_that_the_rule_names_are_permitted(
    world: World, kind: str, name: str, codes: list[str]
) -> None:
    """Threat 43: offsets netted in."""
    line = {"kind": kind, "stage": "production", "name": name, "amount": "-1", "unit": "kg",
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}, "emission": "-1"}  # fmt: skip
    data = world.part.model_dump(mode="json", by_alias=True, exclude_none=True)
    content = Footprint.model_validate({**data, "lines": (*data["lines"], line)})
    found = [f for f in judge(content, summary_of(rule_content(world.part))) if f.outcome is Outcome.FAIL]
    assert [f.code for f in found] == codes
    assert [f.kilograms for f in found] == [Decimal(1)] * len(codes)


@pytest.mark.parametrize(("method", "codes"), [
    ("subdivision", []), ("mass", ["ALLOCATION_LATER"]), ("economic", ["ALLOCATION_ORDER"]),
    ("energy", ["ALLOCATION_ORDER"]), (None, ["ALLOCATION_ORDER"]),
])  # fmt: skip
def test_allocation_keeps_to_the_rules_order(world: World, method: str | None, codes: list[str]) -> None:
    """Threat 18."""
    content = with_line(world.part, 1, share="1", **({"allocation": method} if method else {}))
    assert [f.code for f in judge(content, summary_of(rule_content(world.part)))] == codes


def test_a_later_method_where_an_earlier_one_was_possible_for_such_a_line(world: World) -> None:
    content = with_line(world.part, 1, share="1", allocation="mass")
    data = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    data["lines"].append({**data["lines"][1], "name": "冲压线电力", "allocation": "subdivision", "amount": "0",
                          "emission": "0.000000"})  # fmt: skip
    content = Footprint.model_validate({**data, "lines": tuple(data["lines"])})
    found = list(judge(content, summary_of(rule_content(world.part))))
    assert [(f.code, f.outcome, f.values["expected"]) for f in found] == [("ALLOCATION_ORDER", "fail", "subdivision")]


def test_a_band_without_any_line_or_with_another_dimension_says_nothing(world: World) -> None:
    bands = [{"label": "用水", "kinds": ["waste"], "of": "amount", "unit": "m3", "low": "1", "high": "2"},
             {"label": "电", "kinds": ["electricity"], "of": "amount", "unit": "kg", "low": "1", "high": "2"}]  # fmt: skip
    assert failures(judge(world.part, summary_of(rule_content(world.part, bands=bands)))) == []


def test_outside_a_band_by_no_thousand_the_nearer_end_is_what_the_kilograms_are_counted_to(world: World) -> None:
    bands = [{"label": "每件碳足迹", "of": "emission", "low": "30", "high": "200"}]
    found = list(judge(world.part, summary_of(rule_content(world.part, bands=bands))))
    assert [(f.code, f.kilograms) for f in found] == [("BAND", Decimal("30") - Decimal("26.862865"))]


@pytest.mark.parametrize("changes", [
    {"level": "city"}, {"scope": []}, {"scope": ["*"]}, {"scope": ["A*B"]}, {"effective_until": "2025-06-30"},
    {"cut_off": "-1"}, {"period": 0}, {"stages": []}, {"green_electricity": "yes"}, {"gwp": "AR4"},
    {"bands": [{"label": "x", "of": "amount", "low": "1", "high": "2"}]},
    {"bands": [{"label": "x", "of": "emission", "unit": "kg", "low": "1", "high": "2"}]},
    {"bands": [{"label": "x", "of": "emission", "low": "2", "high": "1"}]}, {"sources": [{"line": "electricity", "kinds": []}]},
    {"negative": [{"kinds": ["byproduct"]}]},
])  # fmt: skip
def test_a_rule_of_another_form_is_refused(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule_content(world.part, **changes)


def test_scopes_and_topics() -> None:
    assert is_in_scope("DOOR-1", ("DOOR-*",))
    assert is_in_scope("DOOR-1", ("X", "DOOR-1"))
    assert not is_in_scope("DOOR-10", ("DOOR-1",))
    assert not is_in_scope("ADOOR-1", ("DOOR-*",))
    assert topics_covering("AB") == ["rule|AB", "rule|A*", "rule|AB*"]
    assert topics_covering("AB*") == ["rule|A*", "rule|AB*"]


@pytest.mark.parametrize(("day", "months", "expected"), [
    ("2025-01-01", 12, "2026-01-01"), ("2025-01-31", 1, "2025-02-28"), ("2023-11-30", 3, "2024-02-29"),
    ("2025-12-31", 24, "2027-12-31"), ("2025-12-01", 1, "2026-01-01"), ("2025-11-15", 1, "2025-12-15"),
])  # fmt: skip
def test_months_are_added_as_people_do(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_the_summary_is_small_and_travels_between_processes(world: World) -> None:
    import pickle

    rule = rule_content(world.part)
    packed = pickle.dumps(summary_of(rule))
    assert pickle.loads(packed) == summary_of(rule)
    assert len(packed) < 6_000
    assert isinstance(rule, Rule)


def test_a_token_line_in_the_place_of_a_mandatory_one_leaves_its_band(world: World) -> None:
    """Threat 16 once more: the name is there, the steel is not."""
    steel = {"label": "钢材", "kinds": ["upstream", "material"], "stage": "raw_material"}
    bands = [{**steel, "of": "emission", "low": "5", "high": "100"}]
    token = {"kind": "material", "stage": "raw_material", "name": "钢材", "amount": "0.000001", "unit": "kg",
             "source": world.part.lines[1].source.model_dump(mode="json", exclude_none=True) | {"value": "1", "per": "kg"},
             "emission": "0.000001"}  # fmt: skip
    data = world.part.model_dump(mode="json", by_alias=True, exclude_none=True)
    content = Footprint.model_validate({**data, "lines": (token, *data["lines"][1:])})
    rule = summary_of(rule_content(world.part, mandatory=[steel], bands=bands))
    found = [f for f in judge(content, rule) if f.outcome is Outcome.FAIL]
    assert [(f.code, f.kilograms) for f in found] == [("BAND", Decimal("4.999999"))]
    assert failures(judge(world.part, rule)) == []


def test_an_example_on_a_withheld_declaration_is_said_to_be_open_there(world: World) -> None:
    coil = world.digests["coil"]
    number = next(n for n, (known, _) in enumerate(world._all) if known.digest == coil)
    known, topics = world._all[number]
    world._all[number] = (replace(known, summary=None), topics)
    found = list(KIND.register(rule_content(world.part), world))
    assert [(f.code, f.outcome, f.place) for f in found] == [("RULE_EXAMPLE_OPEN", "not_checked", "example_lines/0000")]
