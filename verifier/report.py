"""Verdicts as text for a person and as JSON for a program; the same verdict gives the same bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from ledger.numbers import REPORT, round_half_even
from ledger.registry import Registry
from verifier.product import Node, ProductVerdict
from verifier.receipts import ReceiptVerdict
from verifier.replay import Replayed
from verifier.status import Status
from verifier.verify import Verified
from verifier.workers import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

VERSION: Final = 1
"""Version of the JSON reports; a field may be added without a new one."""

_STATUS: Final = {
    Status.VERIFIED: ("通过 VERIFIED", "VERIFIED", "bold green"),
    Status.FAILED: ("不通过 FAILED", "FAILED", "bold red"),
    Status.INCOMPLETE: ("不完整，未能核查 INCOMPLETE", "INCOMPLETE", "bold yellow"),
}
_LEVEL: Final = {
    Level.RECOMPUTED: ("已重算", "recomputed", "green"),
    Level.VOUCHED: ("有核查声明", "vouched", "cyan"),
    Level.DECLARED: ("仅有声明", "declared", "blue"),
    Level.DEFAULT: ("缺省因子", "default factor", "yellow"),
    Level.UNVERIFIED: ("未核实", "unverified", "red"),
}
_MARK: Final = {Outcome.PASS: ("✓", "green"), Outcome.FAIL: ("✗", "red"), Outcome.NOT_CHECKED: ("?", "yellow")}
_MAX_SHOWN: Final = 50
_SHOWN_DEPTH: Final = 40


def plain(value: Decimal | None) -> str | None:
    """A decimal without exponent, or None."""
    return None if value is None else f"{value:f}"


def kilograms_text(value: Decimal) -> str:
    """An effect in kilograms, to nine decimals without trailing zeros, with its sign."""
    text = f"{round_half_even(value, 9):f}".rstrip("0").rstrip(".")
    return text if text.startswith("-") else f"+{text}"


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding with its words in both languages."""
    return {
        "code": finding.code,
        "outcome": finding.outcome.value,
        "blocking": finding.blocking,
        "statement": digest_to_text(finding.statement) if finding.statement else None,
        "place": finding.place,
        "kilograms": None if finding.kilograms is None else plain(round_half_even(finding.kilograms, 9)),
        "values": {key: str(value) for key, value in finding.values.items()},
        "zh": finding.words("zh"),
        "en": finding.words("en"),
    }


def product_json(verified: Verified) -> dict[str, Any]:
    """The verdict on a product."""
    verdict = verified.verdict
    return {
        "report": "product",
        "version": VERSION,
        "status": verdict.status.value,
        "product": digest_to_text(verdict.product),
        "declared": plain(verdict.declared),
        "recomputed": plain(verdict.recomputed),
        "levels": {level.value: plain(verdict.levels[level]) for level in Level},
        "percent": {level.value: plain(verdict.share(level)) for level in Level},
        "findings": [finding_json(finding) for finding in verdict.findings],
        "chain": [
            _node_json(node, verified.registry)
            for node in sorted(verdict.nodes.values(), key=lambda n: -n.judged.index)
        ],
    }


def _node_json(node: Node, registry: Registry) -> dict[str, Any]:
    statement, content = node.judged.statement, node.judged.content
    organisation = registry.organisation(statement.organisation) if statement else None
    return {
        "digest": digest_to_text(node.judged.digest),
        "index": node.judged.index,
        "kind": statement.kind if statement else None,
        "organisation": statement.organisation if statement else None,
        "name": organisation.name if organisation else None,
        "headline": statement.headline if statement else None,
        "footprint": content.result.footprint if isinstance(content, Footprint) else None,
        "recomputed": plain(node.recomputed),
        "kilograms": plain(round_half_even(node.kilograms, 9)) if isinstance(content, Footprint) else None,
        "opened": content is not None,
    }


def replay_json(replayed: Replayed) -> dict[str, Any]:
    """The outcome of a replay."""
    return {
        "report": "replay",
        "version": VERSION,
        "status": replayed.status.value,
        "size": replayed.size,
        "root": replayed.root.hex(),
        "anchors": replayed.anchors,
        "kinds": dict(sorted(replayed.kinds.items())),
        "withheld": list(replayed.withheld),
        "not_asked": dict(sorted(replayed.open.items())),
        "findings": [finding_json(finding) for finding in replayed.findings],
        "state": replayed.state.hex(),
    }


def receipt_json(verdict: ReceiptVerdict) -> dict[str, Any]:
    """The verdict on a receipt."""
    return {
        "report": "receipt",
        "version": VERSION,
        "status": verdict.status.value,
        "statement": digest_to_text(verdict.digest),
        "headline": verdict.receipt.statement.headline,
        "organisation": verdict.receipt.statement.organisation,
        "shown": list(verdict.shown),
        "hidden": verdict.hidden,
        "findings": [finding_json(finding) for finding in verdict.findings],
    }


def print_product(verified: Verified, console: Console, language: str) -> None:
    """The verdict as a tree of the supply chain, the shares, the findings and one word."""
    verdict = verified.verdict
    console.print(_tree(verified, language), highlight=False)
    _print_levels(verdict, console, language)
    print_findings(verdict.findings, console, language)
    if verdict.recomputed is not None and verdict.recomputed != verdict.declared:
        difference = kilograms_text(REPORT.subtract(verdict.recomputed, verdict.declared))
        zh = f"自因子起重算：{plain(verdict.recomputed)} kgCO2e，与声明相差 {difference} kg"
        en = f"recomputed from the factors up: {plain(verdict.recomputed)} kgCO2e, {difference} kg from the declared"
        console.print(zh if language == "zh" else en, style="bold", highlight=False)
    print_status(verdict.status, console, language)


def _tree(verified: Verified, language: str) -> Tree:
    """Each declaration once, under its first consumer; a second mention points to it."""
    from rich.tree import Tree

    nodes, seen = verified.verdict.nodes, {verified.verdict.product}
    root = Tree(_label(verified, nodes[verified.verdict.product], language))
    waiting: list[tuple[Tree, bytes, int]] = [(root, verified.verdict.product, 0)]
    while waiting:
        branch, digest, depth = waiting.pop()
        for used in nodes[digest].uses:
            label = _label(verified, nodes[used], language)
            if used in seen:
                branch.add(f"{label} [dim]↑[/dim]")
                continue
            seen.add(used)
            if depth < _SHOWN_DEPTH:
                waiting.append((branch.add(label), used, depth + 1))
    return root


def _label(verified: Verified, node: Node, language: str) -> str:
    from rich.markup import escape

    statement, content = node.judged.statement, node.judged.content
    failed = any(f.statement == node.judged.digest and f.outcome is Outcome.FAIL for f in verified.verdict.findings)
    mark, style = _MARK[Outcome.FAIL if failed else Outcome.PASS if content is not None else Outcome.NOT_CHECKED]
    if statement is None or not isinstance(content, Footprint):
        hidden = "内容未提供" if language == "zh" else "content withheld"
        return f"[{style}]{mark}[/] #{node.judged.index} {hidden}"
    organisation = verified.registry.organisation(statement.organisation)
    head = content.header
    text = (
        f"{head.product}  {content.result.footprint} kgCO2e / {head.amount} {head.unit}  "
        f"{organisation.name if organisation else statement.organisation}"
    )
    return (
        f"[{style}]{mark}[/] {escape(text)} [dim]#{node.judged.index} {digest_to_text(node.judged.digest)[:10]}…[/dim]"
    )


def _print_levels(verdict: ProductVerdict, console: Console, language: str) -> None:
    for level in Level:
        zh, en, style = _LEVEL[level]
        if verdict.levels[level] or level is Level.RECOMPUTED:
            name = zh if language == "zh" else en
            console.print(
                f"  [{style}]{name}[/]  {verdict.share(level)} %  {plain(verdict.levels[level])} kgCO2e",
                highlight=False,
            )


def print_findings(findings: Iterable[Finding], console: Console, language: str) -> None:
    """Each finding in a line: mark, code, effect, place and words; at most 50, and how many more there are."""
    rest = 0
    for shown, finding in enumerate(findings):
        if shown >= _MAX_SHOWN:
            rest += 1
            continue
        mark, style = _MARK[finding.outcome]
        weight = "" if finding.kilograms is None else f" {kilograms_text(finding.kilograms)} kg"
        console.print(f"{mark} {finding.code}{weight}", style=style, end="  ", markup=False, highlight=False)
        console.print(finding.words(language), markup=False, highlight=False, soft_wrap=True)
    if rest:
        console.print(f"… 还有 {rest} 条，见 --json" if language == "zh" else f"… {rest} more, see --json")


def print_replay(replayed: Replayed, console: Console, language: str) -> None:
    """The outcome of a replay, ending with the state digest."""
    for zh, en in _replay_lines(replayed):
        console.print(zh if language == "zh" else en, highlight=False, soft_wrap=True)
    print_findings(replayed.findings, console, language)
    print_status(replayed.status, console, language)
    name = "状态摘要" if language == "zh" else "state digest"
    console.print(f"{name} {replayed.state.hex()}", markup=False, highlight=False, soft_wrap=True)


def _replay_lines(replayed: Replayed) -> Iterator[tuple[str, str]]:
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(replayed.kinds.items()))
    yield (
        f"日志 {replayed.size} 条，锚定 {replayed.anchors} 次",
        f"log: {replayed.size} entries, {replayed.anchors} anchors",
    )
    yield (f"根 {replayed.root.hex()}", f"root {replayed.root.hex()}")
    yield (f"声明：{kinds}", f"statements: {kinds}")
    if replayed.withheld:
        first = ", ".join(f"#{index}" for index in replayed.withheld[:20])
        yield (f"未提供内容 {len(replayed.withheld)} 条：{first}", f"withheld: {len(replayed.withheld)}: {first}")
    for code, count in sorted(replayed.open.items()):
        yield (f"未核查 {code}：{count} 处", f"not checked {code}: {count} places")


def print_receipt(verdict: ReceiptVerdict, console: Console, language: str) -> None:
    """The statement's headline, each check, and one word."""
    statement = verdict.receipt.statement
    console.print(statement.headline, style="bold", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"{statement.organisation}  {digest_to_text(verdict.digest)}", markup=False, highlight=False, soft_wrap=True
    )
    print_findings(verdict.findings, console, language)
    print_status(verdict.status, console, language)


@contextmanager
def progress_bar(language: str) -> Iterator[Progress]:
    """A bar of bundles on a terminal's stderr, silence elsewhere. Drawn without a thread, since processes may fork."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=sys.stderr), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("重放" if language == "zh" else "replay")

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, refresh=True)

        yield advance


def print_status(status: Status, console: Console, language: str) -> None:
    """The last word."""
    zh, en, style = _STATUS[status]
    console.print(zh if language == "zh" else en, style=style)
