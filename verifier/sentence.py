"""The verdict in one sentence: what, for whom, which product, how much, how far it was checked, by which ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.findings import Finding, Level
from ledger.numbers import round_half_even
from verifier.schema import DeclarationReport, LedgerReport, Levels, NotChecked, Summary
from verifier.status import Status
from verifier.wording import LEVELS, STATUS, per_words


def summarise(
    status: Status, about: DeclarationReport | None, declared: str | None, digest: str, levels: Levels,
    ledger: LedgerReport, unchecked: NotChecked, failures: Sequence[Finding],
) -> Summary:  # fmt: skip
    """The sentence in both languages. `declared` is None when nothing of the declaration counts."""
    zh, en = STATUS[status]
    zh = f"核查结论：{zh}。{_what_zh(about, declared, digest)}{_levels_zh(levels)}。"
    en = f"{en}: {_what_en(about, declared, digest)}{_levels_en(levels)}. "
    zh += _failed_zh(failures) + _not_zh(unchecked, declared) + _where_zh(ledger)
    return Summary(zh=zh, en=en + _failed_en(failures) + _not_en(unchecked, declared) + _where_en(ledger))


def _what_zh(about: DeclarationReport | None, declared: str | None, digest: str) -> str:
    if about is None:
        return f"声明 {digest} 无法打开，或不是所签的内容，其数值一概不采信"
    return (
        f"{about.name}的“{about.product}”（{about.product_id}），{about.period_start} 至 {about.period_end}，"
        f"{per_words(about.amount, about.unit).zh}声明 {declared} kgCO2e"
    )


def _what_en(about: DeclarationReport | None, declared: str | None, digest: str) -> str:
    if about is None:
        return f"declaration {digest} cannot be opened or is not what was signed, and no number of it counts"
    return (
        f"“{about.product}” ({about.product_id}) of {about.name}, {about.period_start} to {about.period_end}, "
        f"declared with {declared} kgCO2e {per_words(about.amount, about.unit).en}"
    )


def _levels_zh(levels: Levels) -> str:
    found = [(LEVELS[level].zh, levels.of(level).percent) for level in Level if Decimal(levels.of(level).percent)]
    return "，其中" + "、".join(f"{name} {percent} %" for name, percent in found) if found else ""


def _levels_en(levels: Levels) -> str:
    found = [(LEVELS[level].en, levels.of(level).percent) for level in Level if Decimal(levels.of(level).percent)]
    return ", of it " + ", ".join(f"{percent} % {name}" for name, percent in found) if found else ""


def _where_zh(ledger: LedgerReport) -> str:
    until = "尚未在链上锚定" if ledger.block is None else f"锚定于区块 {ledger.block}"
    by = f"账本 {ledger.origin}（运营方 {ledger.operator}，链 {ledger.chain_id}）"
    return f"依据{by}的前 {ledger.size} 条记录，{until}。"


def _where_en(ledger: LedgerReport) -> str:
    until = "not yet anchored on the chain" if ledger.block is None else f"anchored in block {ledger.block}"
    return (
        f"Judged by the first {ledger.size} entries of ledger {ledger.origin} (operator {ledger.operator}, "
        f"chain {ledger.chain_id}), {until}."
    )


def _failed_zh(failures: Sequence[Finding]) -> str:
    return f"有 {len(failures)} 处不通过，首先是 {_first(failures)}。" if failures else ""


def _failed_en(failures: Sequence[Finding]) -> str:
    return f"{len(failures)} failed, first of all {_first(failures)}. " if failures else ""


def _first(failures: Sequence[Finding]) -> str:
    code, kilograms = failures[0].code, failures[0].kilograms
    return code if kilograms is None else f"{code} ({round_half_even(kilograms, 6):+f} kg)"


def _not_zh(unchecked: NotChecked, declared: str | None) -> str:
    if not unchecked.checks:
        return "没有未核查的事项。"
    part = "该声明的全部" if declared is None else f" {unchecked.kilograms} kgCO2e（{unchecked.percent} %）"
    return f"有 {len(unchecked.checks)} 类事项未核查，涉及{part}。"


def _not_en(unchecked: NotChecked, declared: str | None) -> str:
    if not unchecked.checks:
        return "Nothing was left unchecked. "
    kinds = f"{len(unchecked.checks)} kind{'s' if len(unchecked.checks) > 1 else ''} of checks"
    part = "all of it" if declared is None else f"{unchecked.kilograms} kgCO2e ({unchecked.percent} %)"
    return f"NOT CHECKED: {kinds}, concerning {part}. "
