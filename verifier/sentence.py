"""The verdict in one sentence: what, for whom, which product, how much, up to where, and what was not checked."""

from __future__ import annotations

from typing import Final

from verifier.schema import DeclarationReport, LedgerReport, NotChecked, Summary
from verifier.status import Status

STATUS: Final = {
    Status.VERIFIED: ("通过", "VERIFIED"),
    Status.FAILED: ("不通过", "FAILED"),
    Status.INCOMPLETE: ("不完整", "INCOMPLETE"),
}


def summarise(
    status: Status, about: DeclarationReport | None, declared: str | None, digest: str, ledger: LedgerReport,
    unchecked: NotChecked,
) -> Summary:  # fmt: skip
    """The sentence in both languages. `declared` is None when nothing of the declaration counts."""
    zh, en = STATUS[status]
    return Summary(
        zh=f"核查结论：{zh}。{_what_zh(about, declared, digest)}；{_where_zh(ledger)}。{_not_zh(unchecked)}",
        en=f"{en}: {_what_en(about, declared, digest)}; {_where_en(ledger)}. {_not_en(unchecked)}",
    )


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


def _not_zh(unchecked: NotChecked) -> str:
    if not unchecked.checks:
        return "没有未核查的事项。"
    return f"有 {len(unchecked.checks)} 类事项未核查，涉及 {unchecked.kilograms} kgCO2e（{unchecked.percent} %）。"


def _not_en(unchecked: NotChecked) -> str:
    if not unchecked.checks:
        return "Nothing was left unchecked."
    kinds = f"{len(unchecked.checks)} kind{'s' if len(unchecked.checks) > 1 else ''} of checks"
    return f"NOT CHECKED: {kinds}, concerning {unchecked.kilograms} kgCO2e ({unchecked.percent} %)."
