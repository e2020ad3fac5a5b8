"""What a reader does next, by what a verdict found: who is asked for what, and how many kilograms hang on it.

Taken from the report alone, most urgent first: errors, missing evidence, default factors, and questions that nobody
asked. What a single finding means, and how it is put right, stands in its own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from verifier.schema import FindingReport, LineReport, ProductReport, StatementReport, Unchecked
from verifier.status import Status
from verifier.wording import Both, per_words

_NAMED: Final = 3
"""Lines, firms or questions that one step names; the others are counted."""
_ALTERED: Final = "CONTENT_ROOT"


def answer(report: ProductReport) -> Both:
    """What the verdict means, in one plain sentence."""
    failures = sum(one.outcome == "fail" for one in report.findings)
    match Status(report.status):
        case Status.FAILED:
            return Both(
                f"有 {failures} 处不通过。更正之前，请不要采用这个数值。",
                f"{failures} check{_s(failures)} failed. Do not use this value until that is put right.",
            )
        case Status.INCOMPLETE:
            return Both(
                "已做的核查没有发现错误，但缺少必要的证据，还不能下结论。",
                "No check failed, but evidence is missing that a verdict needs.",
            )
        case Status.VERIFIED:
            open_ = len(report.not_checked.checks)
            zh = f"有 {open_} 类问题没有核查，见下。" if open_ else ""
            en = f" {open_} kind{_s(open_)} of questions {_was(open_)} not checked: see below." if open_ else ""
            return Both(
                "签名属实，记录未被改动，能核的每一行都算得平，没有发现错误。" + zh,
                "Signatures are genuine, records unaltered, and every line that could be checked adds up." + en,
            )


def next_steps(report: ProductReport) -> list[Both]:
    """The steps, most urgent first; at least one."""
    steps = [*_corrections(report), *_evidence(report), *_suppliers(report), *_questions(report)]
    if report.status == Status.VERIFIED.value:
        steps.insert(0, _use(report))
    return [_ended(step) for step in steps] or [Both("按上面的结论处理。", "Act on the verdict above.")]


def _ended(step: Both) -> Both:
    """As sentences; the words of findings end without a stop."""
    return Both(step.zh.rstrip("。") + "。", step.en.rstrip(".") + ".")


def _use(report: ProductReport) -> Both:
    about = report.declaration
    per = per_words(about.amount, about.unit) if about else Both("", "")
    zh = f"可以引用这个数值：{per.zh} {report.declared}\u00a0kgCO2e"
    en = f"You may use this value: {report.declared}\u00a0kgCO2e {per.en}"
    default, declared = report.levels.default.percent, report.levels.declared.percent
    soft_zh, soft_en = [], []
    if Decimal(default):
        soft_zh.append(f"{default} % 用的是缺省因子，不是供应商的数据")
        soft_en.append(f"{default} % rests on default factors and not on suppliers' data")
    if Decimal(declared):
        soft_zh.append(f"{declared} % 只凭供应商的声明，无法重算")
        soft_en.append(f"{declared} % stands on suppliers' word and cannot be recomputed")
    zh += "；引用时请说明，其中 " + "，".join(soft_zh) if soft_zh else ""
    en += "; say with it that " + ", and ".join(soft_en) if soft_en else ""
    return Both(zh + "。", en + ".")


def _corrections(report: ProductReport) -> Iterator[Both]:
    """For each declaration that failed: who puts what right."""
    known = {one.digest: one for one in report.statements}
    by_statement: dict[str | None, list[FindingReport]] = {}
    for finding in report.findings:
        if finding.outcome == "fail":
            at = finding.statement if finding.statement in known else None
            by_statement.setdefault(at, []).append(finding)
    for digest, failures in list(by_statement.items())[:_NAMED]:
        yield _correction(report, None if digest is None else known[digest], failures)
    if len(by_statement) > _NAMED:
        rest = len(by_statement) - _NAMED
        yield Both(
            f"另有 {rest} 份声明须更正，见下面的“不通过之处”。",
            f"{rest} more declarations must be put right: see “What failed” below.",
        )


def _correction(report: ProductReport, statement: StatementReport | None, failures: Sequence[FindingReport]) -> Both:
    count = len(failures)
    if statement is None:
        operator = report.ledger.operator
        return Both(
            f"账本或链上的证据有 {count} 处不通过：请先向运营方 {operator} 问清。",
            f"{count} check{_s(count)} on the ledger or the chain failed: ask its operator, {operator}, first.",
        )
    firm, product = statement.name, product_of(statement)
    if any(one.code == _ALTERED for one in failures):
        return Both(
            f"“{product}”的内容不是{firm}所签的那一份：请直接向该公司索取所签的原件，再核查一次。",
            f"The content of “{product}” is not what {firm} signed: ask that firm itself for the original "
            "and verify again.",
        )
    worst = failures[0].kilograms
    zh, en = (
        (f"（最重的一处 {_short(worst)}\u00a0kg）", f" (the heaviest: {_short(worst)}\u00a0kg)") if worst else ("", "")
    )
    return Both(
        f"请{firm}更正“{product}”的 {count} 处错误{zh}，签署新版本。",
        f"Ask {firm} to correct {count} error{_s(count)} in “{product}”{en} and to sign a new version.",
    )


def product_of(statement: StatementReport) -> str:
    """The product, from the signed headline where the content could not be opened."""
    head = (statement.headline or statement.digest[:18]).partition("：")[0]
    return statement.product or head.removeprefix("产品碳足迹 ")


def _evidence(report: ProductReport) -> Iterator[Both]:
    needed = [one for one in report.not_checked.checks if one.blocking]
    for one in needed[:_NAMED]:
        zh, en = _firms(report, one)
        with_whom = f" with {en}" if en else ""
        yield Both(f"{'向' if zh else ''}{zh}补齐证据：{one.zh}", f"Complete the evidence{with_whom}: {one.en}")
    if len(needed) > _NAMED:
        rest = len(needed) - _NAMED
        yield Both(f"另有 {rest} 类证据待补，见“没有核查的”。", f"{rest} more: see “What was not checked”.")


def _suppliers(report: ProductReport) -> Iterator[Both]:
    """Whose declarations would replace default factors, and who should open his declaration or have it verified."""
    if Decimal(report.levels.default.kilograms):
        lines = _lines(report, "default")
        zh, en = _named(lines, report)
        share = report.levels.default
        yield Both(
            f"向供应商索取碳足迹声明，代替缺省因子：{zh}；合计 {share.kilograms}\u00a0kg（{share.percent} %）。",
            f"Ask suppliers for declarations in place of default factors: {en}; together {share.kilograms}\u00a0kg "
            f"({share.percent} %).",
        )
    if Decimal(report.levels.declared.kilograms):
        zh, en = _named(_lines(report, "declared"), report)
        share = report.levels.declared
        yield Both(
            f"请供应商公开可重算的明细，或出具核查机构的核查：{zh}；"
            f"合计 {share.kilograms}\u00a0kg（{share.percent} %）只凭声明。",
            f"Ask suppliers to disclose lines that can be recomputed, or to have them verified: {en}; "
            f"together {share.kilograms}\u00a0kg ({share.percent} %) stand on their word.",
        )


def _lines(report: ProductReport, level: str) -> list[LineReport]:
    """The lines of a level, heaviest first."""
    found = [line for one in report.statements for line in one.lines if line.level == level and Decimal(line.kilograms)]
    return sorted(found, key=lambda line: (-abs(Decimal(line.kilograms)), line.name))


def _named(lines: Sequence[LineReport], report: ProductReport) -> Both:
    whole = Decimal(report.declared or 0)
    names = [f"{one.name}（{_percent(one, whole)} %）" for one in lines[:_NAMED]]
    english = [f"{one.name} ({_percent(one, whole)} %)" for one in lines[:_NAMED]]
    if len(lines) > _NAMED:
        return Both("、".join(names) + f" 等 {len(lines)} 行", ", ".join(english) + f" and {len(lines) - _NAMED} more")
    return Both("、".join(names), ", ".join(english))


def _percent(line: LineReport, whole: Decimal) -> str:
    return f"{Decimal(line.kilograms) * 100 / whole:.2f}" if whole else "0.00"


def _questions(report: ProductReport) -> Iterator[Both]:
    """Questions that the verdict does not hang on, and whom to ask."""
    asked = [one for one in report.not_checked.checks if not one.blocking]
    for one in asked[:_NAMED]:
        zh, en = _firms(report, one)
        yield Both(f"追问{zh}：{one.zh}" if zh else one.zh, f"Ask {en}: {one.en}" if en else one.en)
    if len(asked) > _NAMED:
        rest = len(asked) - _NAMED
        yield Both(f"另有 {rest} 类问题没有核查，见下。", f"{rest} more kinds of questions are open: see below.")


def _firms(report: ProductReport, check: Unchecked) -> Both:
    """Whose declarations leave a question open, heaviest first; empty when it is no declaration's."""
    known = {one.digest: one.name for one in report.statements}
    asked = ("not_checked", check.code, check.blocking)
    found = [known[f.statement] for f in report.findings
             if (f.outcome, f.code, f.blocking) == asked and f.statement in known]  # fmt: skip
    firms = list(dict.fromkeys(found))
    zh, en = "、".join(firms[:_NAMED]), "; ".join(firms[:_NAMED])
    if len(firms) > _NAMED:
        zh, en = f"{zh} 等 {len(firms)} 家", f"{en} and {len(firms) - _NAMED} more"
    return Both(f" {zh} " if zh[:1].isascii() and zh else zh, en)


def _short(kilograms: str) -> str:
    return f"{Decimal(kilograms):+.6f}".rstrip("0").rstrip(".")


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
