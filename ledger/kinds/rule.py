"""Kind `rule`: a product category rule (PCR) that judges the declarations which name it.

It carries a worked example and registers only when that example recomputes to its printed answer and keeps to the rule
itself (沪府办〔2024〕8号, clause 二(一)); where a rule of a higher level is in effect, a lower one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from pydantic import Field, model_validator

from ledger.fields import DateText, PlainLine, ShortLine, Version
from ledger.findings import Finding, Outcome, fail, not_checked
from ledger.footprint.content import Header as ExampleHeader
from ledger.footprint.content import Production, Result
from ledger.footprint.lines import Listed
from ledger.footprint.rule import (
    Requirements,
    RuleLevel,
    RuleSummary,
    ScopeCode,
    rule_topics,
)
from ledger.footprint.ruling import check_sources, higher_rule, judge, weights_of
from ledger.identifiers import digest_to_text
from ledger.kind import Kind, Surroundings
from ledger.kinds.footprint import KIND as FOOTPRINT
from ledger.kinds.footprint import Footprint, Line
from ledger.numbers import ResultText
from ledger.statement import Strict
from ledger.words.form import Words


class Header(Strict):
    """Which rule, for which products, and when."""

    version: Version
    number: ShortLine
    """As printed, such as T/SHTB 0001-2025."""
    level: RuleLevel
    title_zh: PlainLine
    title_en: PlainLine
    scope: Listed[ScopeCode]
    effective_from: DateText
    effective_until: DateText | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Header:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("PERIOD_REVERSED")
        return self


class Printed(Strict):
    """The answer to the worked example, as the rule's document prints it."""

    answer: ResultText
    document: PlainLine


class Rule(Strict):
    """Content of a rule; its worked example is a declaration, part by part."""

    header: Header
    requirements: Requirements
    printed: Printed
    example_header: ExampleHeader
    example_result: Result
    example_production: Production
    example_lines: tuple[Line, ...] = Field(min_length=1)

    @property
    def example(self) -> Footprint:
        """The worked example."""
        return Footprint(header=self.example_header, result=self.example_result, production=self.example_production,
                         lines=self.example_lines)  # fmt: skip


def _summary(content: Rule) -> RuleSummary:
    head = content.header
    return RuleSummary(
        head.number, head.level, head.scope, head.effective_from, head.effective_until, content.requirements,
        weights_of(content.example, content.requirements.mandatory or ()),
    )  # fmt: skip


def _register(content: Rule, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    yield from _check_example(content, around)
    for code in head.scope:
        above = higher_rule(code, head.level, head.effective_until or head.effective_from, around)
        above = above or higher_rule(code, head.level, head.effective_from, around)
        if above is not None:
            yield fail("RULE_LOWER_LEVEL", "header", got=f"{head.number} ({head.level})",
                       expected=f"{above.number} ({above.level})")  # fmt: skip
            return


def _check_example(content: Rule, around: Surroundings) -> Iterator[Finding]:
    """The example is judged as a declaration under this rule would be; one that fails makes the rule unusable."""
    example, rule, answer = content.example, _summary(content), content.printed.answer
    declared = Decimal(example.result.footprint)
    if declared != Decimal(answer):
        yield fail("RULE_EXAMPLE_ANSWER", "printed", Decimal(answer) - declared, got=f"{declared:f}", expected=answer)
    if example.header.rule is not None:
        yield fail("RULE_EXAMPLE", "example_header", problem="RULE_NAMED")
    for reference in FOOTPRINT.references(example):
        known = around.known(reference.digest)
        place = f"example_{reference.place}"
        if known is None or known.kind not in reference.kinds or known.was_ended_at(around.index):
            yield fail("RULE_EXAMPLE", place, problem="REFERENCE_UNKNOWN", got=digest_to_text(reference.digest))
        elif known.summary is None:
            yield not_checked("RULE_EXAMPLE_OPEN", place, got=digest_to_text(reference.digest))
    findings = (*FOOTPRINT.check(example), *FOOTPRINT.check_references(example, around), *judge(example, rule),
                *check_sources(example, rule.requirements, around))  # fmt: skip
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            yield fail("RULE_EXAMPLE", f"example_{finding.place}", finding.kilograms, problem=finding.code,
                       got=finding.words())  # fmt: skip


_LEVELS_ZH: Final = {"national": "国家", "industry": "行业", "local": "地方", "group": "团体", "enterprise": "企业"}

KIND: Final = Kind(
    name="rule",
    content=Rule,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"{_LEVELS_ZH[content.header.level]}核算规则 {content.header.number}《{content.header.title_zh[:100]}》；"
        f"自 {content.header.effective_from} 起；算例 {content.printed.answer} kgCO2e"
    ),
    role=lambda content: ("rule-publisher", content.header.level),
    summary=_summary,
    topics=lambda content: rule_topics(content.header.scope),
    register=_register,
    words={
        "RULE_EXAMPLE_ANSWER": Words(
            "算例的结果是 {got}，文件印刷的答案是 {expected} kgCO2e。算例必须重算到印刷的答案",
            "the worked example comes to {got}, the printed answer is {expected} kgCO2e. "
            "It must recompute to what is printed",
        ),
        "RULE_EXAMPLE": Words(
            "算例本身不成立（{problem}）：{got}。请更正算例后再登记规则",
            "the worked example does not hold ({problem}): {got}. Correct it before the rule is registered",
        ),
        "RULE_EXAMPLE_OPEN": Words(
            "算例引用的声明 {got} 未打开，此处未与之核对；重放整个账本时会核对",
            "the statement {got} that the worked example rests on was not opened here; "
            "a replay of the ledger compares it",
        ),
        "RULE_LOWER_LEVEL": Words(
            "已有更高层级的规则 {expected} 覆盖同一产品，不得再制定 {got}",
            "a rule of a higher level, {expected}, is in effect for these products: {got} must not be made",
        ),
        "BAND_UNIT": Words(
            "数量的合理区间须写单位，排放量的区间不写", "a band of amounts needs a unit, one of emissions has none"
        ),
    },
)
