"""What a reader is told to do next: who is asked for what, most urgent first, in words."""

from __future__ import annotations

import pytest
from support import reports

from verifier.advice import answer, next_steps
from verifier.schema import ProductReport
from verifier.wording import per_words


def test_default_factors_are_asked_for_by_name_heaviest_first() -> None:
    steps = " ".join(step.zh for step in next_steps(reports.report()))
    assert (
        "铝板件(缺省)（49.53 %）、其他钢制件(无供应商声明，缺省)（31.27 %）；合计 2092.100000\u00a0kg（80.80 %）"
        in steps
    )


def test_errors_are_put_to_the_firm_that_made_them() -> None:
    report = reports.report("tampered")
    wrong = report.model_copy(update={"findings": tuple(one for one in report.findings if one.code != "CONTENT_ROOT")})
    (step,) = [step for step in next_steps(wrong) if "更正" in step.zh]
    assert (
        step.zh == "请太仓嘉安冲压(示例)有限公司更正“车门内板”的 2 处错误（最重的一处 -1.1554\u00a0kg），签署新版本。"
    )
    alone = report.model_copy(
        update={"findings": tuple(one.model_copy(update={"statement": None}) for one in report.findings)}
    )
    assert "示例运营方" in next_steps(alone)[0].zh


@pytest.mark.parametrize(("amount", "unit", "zh", "en"), [
    ("1", "piece", "每件", "per piece"), ("1", "t", "每 t", "per t"), ("1000", "MJ", "每 1000 MJ", "per 1000 MJ"),
    ("1", "p.km", "每人·km", "per person·km"), ("1", "d", "每天", "per day"),
])  # fmt: skip
def test_units_are_words(amount: str, unit: str, zh: str, en: str) -> None:
    assert per_words(amount, unit) == (zh, en)


def with_level(level: str, percent: str) -> ProductReport:
    """The golden body as if `level` held `percent` of it, and its default lines stood at that level."""
    report = reports.report()
    share = report.levels.default.model_copy(update={"percent": percent})
    none = share.model_copy(update={"kilograms": "0", "percent": "0.00"})
    levels = report.levels.model_copy(update={"default": none, level: share})
    statements = tuple(one.model_copy(update={"lines": tuple(
        line.model_copy(update={"level": level if line.level == "default" else line.level}) for line in one.lines)})
        for one in report.statements)  # fmt: skip
    return report.model_copy(update={"levels": levels, "statements": statements})


def test_what_stands_on_a_suppliers_word_is_said_with_the_value_and_asked_for() -> None:
    steps = next_steps(with_level("declared", "80.80"))
    assert "其中 80.80 % 只凭供应商的声明，无法重算" in steps[0].zh
    assert "80.80 % stands on suppliers' word" in steps[0].en
    assert steps[1].zh.startswith("请供应商公开可重算的明细，或出具核查机构的核查：铝板件(缺省)（49.53 %）")


def test_what_was_verified_whole_may_simply_be_used() -> None:
    report = with_level("vouched", "80.80")
    report = report.model_copy(update={"not_checked": report.not_checked.model_copy(update={"checks": ()})})
    assert [step.zh for step in next_steps(report)] == ["可以引用这个数值：每件 2589.247860\u00a0kgCO2e。"]


def test_many_firms_questions_and_lines_are_counted() -> None:
    report = reports.report()
    (check,) = report.not_checked.checks
    checks = tuple(check.model_copy(update={"code": f"C{n}"}) for n in range(5))
    more = report.model_copy(update={"not_checked": report.not_checked.model_copy(update={"checks": checks})})
    assert next_steps(more)[-1].zh == "另有 2 类问题没有核查，见下。"
    named = [one.digest for one in report.statements]
    findings = tuple(report.findings[0].model_copy(update={"statement": digest}) for digest in named)
    firms = len({one.name for one in report.statements})
    asked = next_steps(report.model_copy(update={"findings": findings}))[-1]
    assert f"等 {firms} 家" in asked.zh
    assert f"and {firms - 3} more" in asked.en


def test_the_answer_counts_the_errors() -> None:
    assert answer(reports.report("tampered")) == (
        "有 3 处不通过。更正之前，请不要采用这个数值。",
        "3 checks failed. Do not use this value until that is put right.",
    )


def test_an_answer_that_nothing_is_wrong_says_too_that_something_is_open() -> None:
    report = reports.report()
    assert answer(report).zh.endswith("没有发现错误。有 1 类问题没有核查，见下。")
    assert answer(report).en.endswith("1 kind of questions was not checked: see below.")
    whole = report.model_copy(update={"not_checked": report.not_checked.model_copy(update={"checks": ()})})
    assert answer(whole).zh.endswith("没有发现错误。")


def test_every_step_is_a_sentence_in_both_languages() -> None:
    for sample in reports.SAMPLES:
        for step in next_steps(reports.report(sample)):
            assert step.zh.endswith("。")
            assert step.en.endswith(".")
            assert "。。" not in step.zh
