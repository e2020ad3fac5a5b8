"""A report as a person sees it: a tree in colour, on any width, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.numbers import round_half_even
from ledger.registry import Registry
from verifier.advice import next_steps
from verifier.product import ProductVerdict
from verifier.receipts import ReceiptVerdict
from verifier.replay import Replayed
from verifier.report import organisation_name
from verifier.schema import ProductReport, WhatIfReport
from verifier.status import Status
from verifier.wording import CAUSES, LEVELS

MAX_TIERS: Final = 15
"""Tiers that a tree shows; deeper declarations are counted."""
MAX_ROWS: Final = 200
"""Declarations, and findings, that are shown; the rest is counted, and is in the JSON."""

_STATUS: Final = {Status.VERIFIED: "bold green", Status.FAILED: "bold red", Status.INCOMPLETE: "bold yellow"}
_STYLES: Final = {
    Level.RECOMPUTED: "green",
    Level.VOUCHED: "cyan",
    Level.DECLARED: "yellow",
    Level.DEFAULT: "yellow",
    Level.UNVERIFIED: "red",
}


class Display:
    """Writes verdicts to one console in one language."""

    def __init__(self, console: Console, language: str) -> None:
        self._console = console
        self._language = language

    def product(self, verdict: ProductVerdict, registry: Registry, report: ProductReport) -> None:
        """The verdict in a sentence, the shares by level, the supply chain as a tree, and all findings by kilograms."""
        self._status(verdict.status)
        self._print(Text("  " + self._pick(report.summary.zh, report.summary.en), "default"))
        declared = "-" if verdict.declared is None else f"{verdict.declared:f} kgCO2e"
        self._line(self._pick("声明值", "declared"), declared)
        again = "-" if verdict.recomputed is None else f"{verdict.recomputed:f} kgCO2e"
        if any(verdict.levels[level] for level in (Level.VOUCHED, Level.DECLARED, Level.UNVERIFIED)):
            self._line(
                self._pick("重算，未能核实的部分按所声明的值", "recomputed, what is not verified as declared"), again
            )
        else:
            self._line(self._pick("自因子起重算", "recomputed from the factors up"), again)
        for level in Level:
            if verdict.levels[level]:
                share = f"{verdict.share(level):f} %  {verdict.levels[level]:f} kgCO2e"
                self._print(Text(f"  {self._pick(*LEVELS[level])}  {share}", _STYLES[level]))
        for number, step in enumerate(next_steps(report), 1):
            self._line(f"{self._pick('接下来', 'next')} {number}.", self._pick(*step))
        self._print(self._tree(verdict, registry))
        self._outlook(report)
        self._findings(verdict.findings, verdict)

    def _outlook(self, report: ProductReport) -> None:
        if report.uncertainty is not None:
            spread = f"± {report.uncertainty.standard_deviation} kg ({report.uncertainty.percent} %)"
            self._line(
                self._pick("标准差（声明了不确定度的部分）", "standard deviation, of what states a spread"), spread
            )
        if report.change is not None:
            parts = "  ".join(f"{self._pick(*CAUSES[one.cause])} {one.kilograms}" for one in report.change.parts)
            moved = f"{report.change.before} → {report.change.after}  {report.change.total} kg  {parts}"
            self._line(self._pick("与早期声明相比", "change since the earlier declaration"), moved)

    def what_if(self, report: WhatIfReport) -> None:
        """What one line would change."""
        self._line(report.place, report.name)
        self._line(self._pick("重算值", "recomputed"), f"{report.before} → {report.after} kgCO2e")
        self._line(self._pick("变化", "change"), f"{Decimal(report.difference):+f} kg")

    def replay(self, replayed: Replayed) -> None:
        """The outcome of a replay, its findings, and the state digest."""
        self._status(replayed.status)
        self._line(self._pick("条目", "entries"), str(replayed.size))
        self._line(self._pick("根", "root"), digest_to_text(replayed.root))
        self._line(self._pick("链上锚定", "anchors"), str(replayed.anchors))
        for kind, count in sorted(replayed.kinds.items()):
            self._line(kind, str(count))
        self._line(self._pick("内容未提供", "withheld contents"), str(len(replayed.withheld)))
        self._findings(replayed.findings)
        for code, count in sorted(replayed.open.items()):
            words = Finding(code, Outcome.NOT_CHECKED).words(self._language)
            self._print(Text(f"? {self._pick('未核查', 'NOT CHECKED')} {code} × {count}  {words}", "yellow"))
        self._line(self._pick("状态摘要", "state"), digest_to_text(replayed.state))

    def receipt(self, verdict: ReceiptVerdict) -> None:
        """The verdict on a receipt with every check that passed, failed or was not made."""
        self._status(verdict.status)
        self._line(verdict.receipt.statement.kind, verdict.receipt.statement.headline)
        self._line(self._pick("摘要", "digest"), digest_to_text(verdict.digest))
        self._findings(verdict.findings)

    def _tree(self, verdict: ProductVerdict, registry: Registry) -> Tree:
        root = Tree(self._label(verdict, verdict.product, registry))
        seen, hidden = {verdict.product}, 0
        waiting = [(root, verdict.product, 1)]
        while waiting:  # no recursion: a chain may have thousands of tiers
            tree, digest, tier = waiting.pop(0)
            for used in verdict.nodes[digest].uses:
                if tier >= MAX_TIERS or len(seen) >= MAX_ROWS:
                    hidden += 1
                    continue
                label = self._label(verdict, used, registry)
                if used in seen:
                    tree.add(label.append(self._pick("（见上）", " (see above)"), "dim"))
                    continue
                seen.add(used)
                waiting.append((tree.add(label), used, tier + 1))
        if hidden:
            root.add(Text(self._pick(f"还有更深的 {hidden} 处上游", f"{hidden} more uses further up"), "dim"))
        return root

    def _label(self, verdict: ProductVerdict, digest: bytes, registry: Registry) -> Text:
        node = verdict.nodes[digest]
        mine = [f for f in verdict.findings if f.statement == digest]
        failed = any(f.outcome is Outcome.FAIL for f in mine)
        open_ = any(f.outcome is Outcome.NOT_CHECKED and f.blocking for f in mine)
        mark, style = ("✗", "red") if failed else ("?", "yellow") if open_ else ("✓", "green")
        statement = node.judged.statement
        label = Text(f"{mark} ", style)
        label.append(statement.headline if statement else digest_to_text(digest))
        label.append(f"  {organisation_name(node, registry)}", "dim")
        weight = round_half_even(node.kilograms, 6)
        return label.append(f"  → {weight:f} kg", "cyan")

    def _findings(self, findings: Iterable[Finding], verdict: ProductVerdict | None = None) -> None:
        found = list(findings)
        for finding in found[:MAX_ROWS]:
            self._print(self._finding(finding, verdict))
        if len(found) > MAX_ROWS:
            rest = len(found) - MAX_ROWS
            self._print(Text(self._pick(f"还有 {rest} 条，见 --json", f"{rest} more, see --json"), "dim"))

    def _finding(self, finding: Finding, verdict: ProductVerdict | None) -> Text:
        if finding.outcome is Outcome.PASS:
            text = Text(f"✓ {finding.code}  ", "green")
        elif finding.outcome is Outcome.FAIL:
            text = Text(f"✗ {self._pick('不通过', 'FAILED')} {finding.code}  ", "red")
        else:
            text = Text(f"? {self._pick('未核查', 'NOT CHECKED')} {finding.code}  ", "yellow")
        text.append(finding.words(self._language), "default")
        if finding.kilograms is not None:
            text.append(f"  {round_half_even(finding.kilograms, 6):+f} kg", "cyan")
        if verdict is not None and finding.statement in verdict.nodes:
            statement = verdict.nodes[finding.statement].judged.statement
            text.append(f"  [{statement.subject if statement else digest_to_text(finding.statement)}]", "dim")
        elif finding.statement and verdict is None and finding.outcome is not Outcome.PASS:
            text.append(f"  [{digest_to_text(finding.statement)}]", "dim")
        return text

    def _status(self, status: Status) -> None:
        self._print(Text(status.words(self._language), _STATUS[status]))

    def _line(self, name: str, value: str) -> None:
        self._print(Text(f"  {name}  ", "dim").append(value, "default"))

    def _print(self, what: Text | Tree) -> None:
        self._console.print(what, soft_wrap=True)

    def _pick(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en
