"""The verdict in one sentence: what, for whom, which product, how much, up to where, and what was not checked."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.findings import Finding
from ledger.numbers import round_half_even
from verifier.schema import DeclarationReport, LedgerReport, NotChecked, Summary
from verifier.status import Status
from verifier.wording import STATUS


def summarise(
    status: Status, about: DeclarationReport | None, declared: str | None, digest: str, ledger: LedgerReport,
    unchecked: NotChecked, failures: Sequence[Finding],
) -> Summary:  # fmt: skip
    """The sentence in both languages. `declared` is None when nothing of the declaration counts."""
    zh, en = STATUS[status]
    zh = f"核查结论：{zh}。{_what_zh(about, declared, digest)}；{_where_zh(ledger)}。"
    en = f"{en}: {_what_en(about, declared, digest)}; {_where_en(ledger)}. "
    return Summary(zh=zh + _failed_zh(failures) + _not_zh(unchecked), en=en + _failed_en(failures) + _not_en(unchecked))


def _what_zh(about: DeclarationReport | None, declared: str | None, digest: str) -> str:
    if about is None:
        return f"声明 {digest} 无法打开，或不是所签的内容，其数值一概不采信"
    return (
        f"{about.name}的“{about.product}”（{about.product_id}），{about.period_start} 至 {about.period_end}，"
        f"每 {about.amount} {about.unit} 声明 {declared} kgCO2e"
    )


def _what_en(about: DeclarationReport | None, declared: str | None, digest: str) -> str:
    if about is None:
        return f"declaration {digest} cannot be opened or is not what was signed, and no number of it counts"
    return (
        f"“{about.product}” ({about.product_id}) of {about.name}, {about.period_start} to {about.period_end}, "
        f"declared with {declared} kgCO2e per {about.amount} {about.unit}"
    )


def _where_zh(ledger: LedgerReport) -> str:
    until = "尚未在链上锚定" if ledger.block is None else f"锚定于区块 {ledger.block}"
    return (
        f"依据账本 {ledger.origin}（运营方 {ledger.operator}，链 {ledger.chain_id}）的前 {ledger.size} 条记录，{until}"
    )


def _where_en(ledger: LedgerReport) -> str:
    until = "not yet anchored on the chain" if ledger.block is None else f"anchored in block {ledger.block}"
    return (
        f"judged by the first {ledger.size} entries of ledger {ledger.origin} (operator {ledger.operator}, "
        f"chain {ledger.chain_id}), {until}"
    )


def _failed_zh(failures: Sequence[Finding]) -> str:
    return f"有 {len(failures)} 处不通过，首先是 {_first(failures)}。" if failures else ""


def _failed_en(failures: Sequence[Finding]) -> str:
    return f"{len(failures)} failed, first of all {_first(failures)}. " if failures else ""


def _first(failures: Sequence[Finding]) -> str:
    code, kilograms = failures[0].code, failures[0].kilograms
    return code if kilograms is None else f"{code} ({round_half_even(kilograms, 6):+f} kg)"


def _not_zh(unchecked: NotChecked) -> str:
    if not unchecked.checks:
        return "没有未核查的事项。"
    return f"有 {len(unchecked.checks)} 类事项未核查，涉及 {unchecked.kilograms} kgCO2e（{unchecked.percent} %）。"


def _not_en(unchecked: NotChecked) -> str:
    if not unchecked.checks:
        return "Nothing was left unchecked."
    kinds = f"{len(unchecked.checks)} kind{'s' if len(unchecked.checks) > 1 else ''} of checks"
    return f"NOT CHECKED: {kinds}, concerning {unchecked.kilograms} kgCO2e ({unchecked.percent} %)."
