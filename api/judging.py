"""The command line's way to the verifier, and what a person sees of its verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.console import out
from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.trust import TrustFile

if TYPE_CHECKING:
    from rich.tree import Tree

    from verifier.product import ProductVerdict
    from verifier.replay import Replayed

MAX_TREE_NODES: Final = 200
"""Declarations shown in a tree; the JSON has all of them."""

_LEVELS: Final = {
    Level.RECOMPUTED: ("重算至公布因子", "recomputed", "green"),
    Level.VOUCHED: ("经核查机构核查", "vouched", "cyan"),
    Level.DECLARED: ("仅声明", "declared", "blue"),
    Level.DEFAULT: ("缺省因子", "default", "yellow"),
    Level.UNVERIFIED: ("未能核实", "unverified", "red"),
}
_STATUS: Final = {
    "verified": ("通过 VERIFIED", "bold green"),
    "failed": ("不通过 FAILED", "bold red"),
    "incomplete": ("不完整 INCOMPLETE", "bold yellow"),
}


def judge(audit: Path, trust: TrustFile, url: str | None, asked: str) -> ProductVerdict:
    """The verdict on a declaration, by digest or product code. Raises what `verify_product` raises.

    Without `url` the chain's events are taken from the folder, and the verdict says that no chain was consulted.
    """
    from verifier.sources import open_folder, read_chain
    from verifier.verify import verify_product

    return verify_product(open_folder(audit, trust), read_chain(audit, trust, url), trust, asked).verdict


def show_verdict(verdict: ProductVerdict, language: str) -> None:
    """The supply chain as a tree, the shares by level, the findings heaviest first, and the verdict, on stdout."""
    from rich.text import Text

    console = out()
    console.print(_tree(verdict))
    for level, share in ((level, verdict.share(level)) for level in Level):
        if verdict.levels[level]:
            zh, en, colour = _LEVELS[level]
            text = f"  {zh if language == 'zh' else en}: {share:f} %（{verdict.levels[level]:f} kgCO2e）"
            console.print(Text(text, colour), soft_wrap=True)
    for finding in verdict.findings:
        console.print(_finding_text(finding, verdict, language), soft_wrap=True)
    words, style = _STATUS[verdict.status.value]
    recomputed = "-" if verdict.recomputed is None else f"{verdict.recomputed:f}"
    console.print(Text(f"{words}  {verdict.declared:f} kgCO2e（重算 recomputed {recomputed}）", style), soft_wrap=True)


def _tree(verdict: ProductVerdict) -> Tree:
    from rich.tree import Tree

    left = MAX_TREE_NODES
    root = Tree(_label(verdict, verdict.product), guide_style="dim")
    waiting = [(root, verdict.product)]
    seen = {verdict.product}
    while waiting:
        branch, digest = waiting.pop(0)
        for used in verdict.nodes[digest].uses:
            left -= 1
            if left < 0:
                branch.add("…")
                return root
            child = branch.add(_label(verdict, used, again=used in seen))
            if used not in seen and used in verdict.nodes:
                seen.add(used)
                waiting.append((child, used))
    return root


def _label(verdict: ProductVerdict, digest: bytes, *, again: bool = False) -> Any:
    from rich.text import Text

    outcomes = {(f.outcome, f.blocking) for f in verdict.findings if f.statement == digest}
    if any(outcome is Outcome.FAIL for outcome, _ in outcomes):
        mark, colour = "✗", "red"
    elif (Outcome.NOT_CHECKED, True) in outcomes:
        mark, colour = "?", "yellow"
    else:
        mark, colour = "✓", "green"
    node = verdict.nodes.get(digest)
    text = Text(f"{mark} ", colour)
    if node is None or node.judged.statement is None:
        return text.append(digest_to_text(digest)[:18] + "…")
    text.append(node.judged.statement.headline.removeprefix("产品碳足迹 "), "default")
    text.append(f"  {node.judged.statement.organisation}", "dim")
    if digest != verdict.product:
        text.append(f"  → {node.kilograms:f} kg", "cyan")
    return text.append(" ↑", "dim") if again else text


def _finding_text(finding: Finding, verdict: ProductVerdict, language: str) -> Any:
    from rich.text import Text

    if finding.outcome is Outcome.FAIL:
        mark, colour = "✗", "red"
    elif finding.blocking:
        mark, colour = "?", "yellow"
    else:
        mark, colour = ("· 未核查" if language == "zh" else "· not checked"), "dim"
    node = verdict.nodes.get(finding.statement)
    content = node.judged.content if node else None
    product = f"[{content.header.product}] " if content is not None and hasattr(content.header, "product") else ""
    kilograms = f" {finding.kilograms:+f} kg" if finding.kilograms and finding.outcome is Outcome.FAIL else ""
    return Text(f"  {mark} {finding.code}{kilograms} {product}{finding.words(language)}", colour)


def verdict_json(verdict: ProductVerdict) -> dict[str, Any]:
    """The verdict as one stable JSON object; numbers are strings."""
    return {
        "version": 1,
        "status": verdict.status.value,
        "product": digest_to_text(verdict.product),
        "declared": f"{verdict.declared:f}",
        "recomputed": None if verdict.recomputed is None else f"{verdict.recomputed:f}",
        "levels": {level.value: f"{verdict.levels[level]:f}" for level in Level},
        "shares": {level.value: f"{verdict.share(level):f}" for level in Level},
        "findings": [finding_json(finding) for finding in verdict.findings],
        "declarations": [
            {
                "digest": digest_to_text(digest),
                "organisation": node.judged.statement.organisation if node.judged.statement else None,
                "headline": node.judged.statement.headline if node.judged.statement else None,
                "kilograms": f"{node.kilograms:f}",
                "uses": [digest_to_text(used) for used in node.uses],
            }
            for digest, node in verdict.nodes.items()
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "code": finding.code,
        "outcome": finding.outcome.value,
        "blocking": finding.blocking,
        "statement": digest_to_text(finding.statement) if finding.statement else None,
        "place": finding.place,
        "kilograms": None if finding.kilograms is None else f"{finding.kilograms:f}",
        "zh": finding.words("zh"),
        "en": finding.words("en"),
    }


def show_replay(replayed: Replayed, language: str) -> None:
    """What was replayed, the findings, and the state digest, on stdout."""
    from rich.text import Text

    console = out()
    kinds = "，".join(f"{kind} {count}" for kind, count in sorted(replayed.kinds.items()))
    console.print(f"{replayed.size} 条 entries（{kinds}），{replayed.anchors} 个锚定的检查点 anchored checkpoints")
    for finding in replayed.findings:
        failed = finding.outcome is Outcome.FAIL
        about = digest_to_text(finding.statement)[:18]
        text = f"  {'✗' if failed else '?'} {finding.code} {about} {finding.words(language)}"
        console.print(Text(text, "red" if failed else "yellow"), soft_wrap=True)
    for code, count in sorted(replayed.open.items()):
        console.print(Text(f"  · 未核查 not checked: {code} × {count}", "dim"))
    words, style = _STATUS[replayed.status.value]
    console.print(Text(f"{words}  状态摘要 state {digest_to_text(replayed.state)}", style), soft_wrap=True)


def replay_json(replayed: Replayed) -> dict[str, Any]:
    """The outcome of a replay as one stable JSON object."""
    return {
        "version": 1,
        "status": replayed.status.value,
        "size": replayed.size,
        "root": digest_to_text(replayed.root),
        "anchors": replayed.anchors,
        "kinds": dict(sorted(replayed.kinds.items())),
        "findings": [finding_json(finding) for finding in replayed.findings],
        "not_checked": dict(sorted(replayed.open.items())),
        "withheld": list(replayed.withheld),
        "state": digest_to_text(replayed.state),
    }
