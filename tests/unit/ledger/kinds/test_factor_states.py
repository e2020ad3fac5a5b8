"""A factor's way: submitted by anybody, reviewed by somebody else, published by who may."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError
from support.around import Around

from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.kinds.factor import Factor
from ledger.kinds.factor_review import FactorReview

FACTOR, SUBMISSION, REVIEW = (kind_named(name) for name in ("factor", "factor-submission", "factor-review"))
MAKER, REVIEWER, PUBLISHER = "91310113MADEM0011A", "91310104MADEM00899", "urn:tanji:factors"
STEEL: dict[str, Any] = {
    "header": {
        "version": 1, "series": "mat-green-steel", "name": "电炉钢", "kind": "material", "gas_basis": "CO2e",
        "geography": "CN-SH", "year": 2024, "valid_from": "2024-01-01", "technology": "短流程电炉",
        "boundary": "cradle-to-gate", "data_type": "measured", "sample_size": 12,
    },
    "result": {
        "value": "610", "per": "t", "uncertainty": {"measure": "percent", "value": "8"},
        "band": {"low": "200", "high": "3500"},
        "quality": {"technological": "1.5", "geographical": "1", "temporal": "2", "reliability": "2", "completeness": "3"},
        "breakdown": {"fossilGhgEmissions": "600", "landUseChangeGhgEmissions": "10"},
    },
    "source": {"document": "示例数据集", "published": "2025-02-01", "printed": "0.61 t/t", "certainty": "B", "page": "表 3",
               "licence": "CC-BY-4.0"},
}  # fmt: skip


def changed(section: str, **new: Any) -> dict[str, Any]:
    data = copy.deepcopy(STEEL)
    data[section].update(new)
    return data


def review_of(submission: bytes, **new: Any) -> FactorReview:
    header = {"version": 1, "submission": digest_to_text(submission), "kind": "material", "reviewer": "P-0007",
              "reviewed": "2025-03-01", "decision": "accepted", "reason": "数据与方法齐备", **new}  # fmt: skip
    return FactorReview.model_validate({"header": header})


def ledger(**review: Any) -> tuple[Around, bytes]:
    """A submission by the maker and its review; and the review's digest."""
    around = Around()
    submission = around.add("factor-submission", MAKER, SUBMISSION.content.model_validate(STEEL))
    digest = around.add("factor-review", REVIEWER, review_of(submission, **review))
    return around.by(PUBLISHER), digest


def codes(kind: Any, content: Any, around: Around) -> list[str]:
    return [finding.code for finding in kind.register(content, around)]


def test_a_reviewed_submission_is_published_by_who_may_publish_its_kind() -> None:
    around, review = ledger(band={"low": "300", "high": "900"})
    factor = Factor.model_validate(changed("header", review=digest_to_text(review)))
    assert codes(FACTOR, factor, around) == []
    assert [(r.digest, r.kinds) for r in FACTOR.references(factor)] == [(review, {"factor-review"})]
    assert FACTOR.role(factor) == ("factor-publisher", "material")
    assert SUBMISSION.role(factor) is None
    summary = FACTOR.summary(factor)
    assert summary.breakdown.fossil_ghg_emissions == "600"
    assert summary.published == "2025-02-01"


def test_the_statements_are_read_as_they_were_written() -> None:
    review = review_of(b"\1" * 32)
    assert REVIEW.headline(review) == f"评审提交的因子 0x{'01' * 8}…：通过；数据与方法齐备"
    assert REVIEW.subject(review) == "0x" + "01" * 32
    assert REVIEW.role(review) == ("factor-reviewer", "material")
    submission = SUBMISSION.content.model_validate(STEEL)
    assert SUBMISSION.headline(submission).startswith("提交排放因子 电炉钢：610 kgCO2e/t")


def test_nobody_reviews_a_factor_of_its_own() -> None:
    around = Around()
    submission = around.add("factor-submission", MAKER, SUBMISSION.content.model_validate(STEEL))
    assert codes(REVIEW, review_of(submission), around.by(MAKER)) == ["SELF_REVIEW"]
    assert codes(REVIEW, review_of(submission), around.by(REVIEWER)) == []


def test_a_reviewer_of_one_kind_cannot_review_another() -> None:
    around = Around()
    submission = around.add("factor-submission", MAKER, SUBMISSION.content.model_validate(STEEL))
    assert codes(REVIEW, review_of(submission, kind="transport"), around.by(REVIEWER)) == ["REVIEW_KIND"]


def test_what_a_reviewer_rejected_is_not_published() -> None:
    around, review = ledger(decision="rejected")
    factor = Factor.model_validate(changed("header", review=digest_to_text(review)))
    assert codes(FACTOR, factor, around) == ["REVIEW_NOT_ACCEPTED"]


@pytest.mark.parametrize("value", ["61", "6100"])
def test_a_value_outside_the_reviewers_band_is_not_published(value: str) -> None:
    around, review = ledger(band={"low": "300", "high": "900"})
    data = changed("header", review=digest_to_text(review))
    data["result"] = {"value": value, "per": "t"}
    assert "FACTOR_OUT_OF_BAND" in codes(FACTOR, Factor.model_validate(data), around)


@pytest.mark.parametrize(("section", "new"), [
    ("result", {"value": "620", "breakdown": None}), ("result", {"uncertainty": None}), ("source", {"published": "2026"}),
    ("header", {"valid_until": "2027-12-31"}),
])  # fmt: skip
def test_what_is_published_is_what_was_reviewed(section: str, new: dict[str, Any]) -> None:
    around, review = ledger()
    data = changed(section, **new)
    data["header"]["review"] = digest_to_text(review)
    assert set(codes(FACTOR, Factor.model_validate(data), around)) == {"FACTOR_NOT_AS_REVIEWED"}


@pytest.mark.parametrize("kind", [FACTOR, SUBMISSION])
def test_a_value_a_thousand_times_too_large_is_refused_by_its_band(kind: Any) -> None:
    content = kind.content.model_validate(changed("result", value="610000", breakdown=None))
    assert codes(kind, content, Around().by(PUBLISHER)) == ["FACTOR_OUT_OF_BAND"]


@pytest.mark.parametrize("new", [
    {"breakdown": {"fossilGhgEmissions": "609"}},
    {"breakdown": {"fossilGhgEmissions": "600", "landUseChangeGhgEmissions": "10.01"}},
    {"breakdown": None, "wtt": "110", "ttw": "501"},
])  # fmt: skip
def test_stated_parts_add_up_to_the_value(new: dict[str, Any]) -> None:
    content = Factor.model_validate(changed("result", **new))
    assert codes(FACTOR, content, Around().by(PUBLISHER)) == ["FACTOR_PARTS"]


def test_well_to_wheel_is_the_sum_of_its_two_parts() -> None:
    content = Factor.model_validate(changed("result", breakdown=None, wtt="110", ttw="500"))
    assert codes(FACTOR, content, Around().by(PUBLISHER)) == []


@pytest.mark.parametrize(("section", "new"), [
    ("result", {"band": {"low": "2", "high": "1"}}), ("result", {"uncertainty": {"measure": "sigma", "value": "1"}}),
    ("result", {"quality": {"technological": "6"}}), ("header", {"sample_size": 0}), ("header", {"review": "12"}),
    ("header", {"boundary": "gate"}), ("source", {"licence": ""}), ("result", {"uncertainty": {"measure": "gsd"}}),
])  # fmt: skip
def test_a_field_of_another_form_is_refused(section: str, new: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Factor.model_validate(changed(section, **new))


def test_a_review_that_is_withheld_or_unknown_adds_no_finding_of_its_own() -> None:
    factor = Factor.model_validate(changed("header", review="0x" + "77" * 32))
    assert codes(FACTOR, factor, Around().by(PUBLISHER)) == []
