"""A product's report arranged for a reader: what the page and the paper show, as plain texts in both languages.

Nothing is judged or calculated anew here. Every text that came from a supplier passes `clean`: signs that are invisible
or reorder what a person reads do not reach a page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from ledger.findings import Level
from verifier.chart import percent_of, sankey
from verifier.flows import DECLARATION, REST, flows_of
from verifier.schema import FindingReport, LineReport, ProductReport, StatementReport
from verifier.status import Status
from verifier.wording import CAUSES, LEVELS, MARKS, MEANINGS, STATUS, kind_words

MAX_FINDINGS: Final = 100
MAX_BRANCHES: Final = 120
"""Declarations that the tree shows; what is left out is counted, and is in the JSON."""
MAX_TIERS: Final = 12
MAX_LINES: Final = 15
MAX_SUPPLIERS: Final = 40
"""Lines of one declaration that the tree shows, and among them upstream declarations; the lightest are summed up."""
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

LEGEND: Final = (
    (DECLARATION, "上游声明", "a supplier's declaration"),
    *((level.value, *LEVELS[level]) for level in Level),
    (REST, "其余", "the rest"),
)

View = dict[str, Any]


def clean(text: str) -> str:
    """`text` without controls, bidi and zero-width signs, lone surrogates and unassigned places."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in _UNSAFE)


def view_of(report: ProductReport) -> View:
    """All that a page shows, by section; every leaf is a text, a flag or a list."""
    drawn = flows_of(report)
    found = {
        "status": report.status,
        "mark": MARKS[report.status],
        "verdict": STATUS[Status(report.status)]._asdict(),
        "report": report.model_dump(mode="json"),
        "levels": [_level(report, level) for level in Level],
        "findings": [_finding(report, one) for one in report.findings[:MAX_FINDINGS]],
        "more_findings": max(len(report.findings) - MAX_FINDINGS, 0),
        "failed": sum(one.outcome == "fail" for one in report.findings),
        "hot_spots": [{**one.model_dump(), "words": LEVELS[Level(one.level)]._asdict()} for one in report.hot_spots],
        "causes": {cause: words._asdict() for cause, words in CAUSES.items()},
        "suppliers": _suppliers(report),
        "tree": _Tree(report).rows(),
        "negative": f"{drawn.negative:f}" if drawn.negative else "",
        "chart": sankey(drawn, title="kgCO2e → 1"),
    }
    return {key: _cleaned(value) for key, value in found.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, list | tuple) else value


def _level(report: ProductReport, level: Level) -> View:
    share = report.levels.of(level)
    return {"style": level.value, "words": LEVELS[level]._asdict(), "meaning": MEANINGS[level]._asdict(),
            "kilograms": share.kilograms, "percent": share.percent}  # fmt: skip


def _finding(report: ProductReport, finding: FindingReport) -> View:
    statement = next((one for one in report.statements if one.digest == finding.statement), None)
    line = next((one for one in statement.lines if one.place == finding.place), None) if statement else None
    values = finding.values
    return {
        **finding.model_dump(),
        "mark": MARKS[finding.outcome],
        "zh": finding.zh.removeprefix(f"{finding.place}："),
        "en": finding.en.removeprefix(f"{finding.place}: "),
        "kilograms": _weight(finding),
        "product": (statement.product or statement.headline or "") if statement else "",
        "supplier": statement.name if statement else "",
        "line": line.name if line else "",
        "got": values["got"] if {"got", "expected"} <= values.keys() else "",
        "expected": values["expected"] if {"got", "expected"} <= values.keys() else "",
    }


def _weight(finding: FindingReport) -> str:
    """The effect of a failed check with its sign, or what a check that was not made concerns; at most nine decimals."""
    if finding.kilograms is None:
        return ""
    sign = "+" if finding.outcome == "fail" else ""
    text = f"{Decimal(finding.kilograms):{sign}.9f}"
    return text.rstrip("0").rstrip(".")


def _suppliers(report: ProductReport) -> list[View]:
    """What is at home in each firm's own declarations, heaviest first; the column sums to the footprint exactly."""
    own: dict[tuple[str, str], Decimal] = {}
    for one in report.statements:
        if one.lines:
            key = (one.organisation or "", one.name)
            own[key] = own.get(key, Decimal(0)) + Decimal(one.own)
    whole = Decimal(report.declared or 0)
    return [
        {"organisation": key[0], "name": key[1], "kilograms": f"{kilograms:f}", "percent": percent_of(kilograms, whole)}
        for key, kilograms in sorted(own.items(), key=lambda item: (-abs(item[1]), item[0]))
    ]


class _Tree:
    """The contribution tree, walked without recursion: rows in reading order, each with its depth."""

    def __init__(self, report: ProductReport) -> None:
        self._opened: Final = {one.digest: one for one in report.statements if one.lines}
        self._product: Final = report.product
        self._whole: Final = Decimal(report.declared or 0)
        self._marks: Final[dict[str, str]] = {}
        for finding in report.findings:
            if finding.statement and finding.outcome != "pass" and finding.blocking:
                fail = finding.outcome == "fail" or self._marks.get(finding.statement) == "✗"
                self._marks[finding.statement] = "✗" if fail else "?"
        self._seen: Final[set[str]] = set()

    def rows(self) -> list[View]:
        """Declarations and lines, depth first; `close` says how many branches end after a row."""
        if self._product not in self._opened:
            return []
        product = self._opened[self._product]
        found: list[View] = []
        waiting: list[tuple[int, StatementReport | None, View]] = [
            (0, product, self._branch(product, 0, product.kilograms))
        ]
        while waiting:
            depth, statement, row = waiting.pop()
            found.append(row)
            if statement is None:
                continue
            row["again"] = statement.digest in self._seen
            shown = list(self._inputs(statement, depth + 1)) if self._opens(statement, depth) else []
            row["folded"] = not shown
            waiting.extend(reversed(shown))
        for row, following in zip(found, [*found[1:], {"depth": 0}], strict=True):
            row["close"] = max(row["depth"] - following["depth"], 0)
        return found

    def _opens(self, statement: StatementReport, depth: int) -> bool:
        if statement.digest in self._seen or len(self._seen) >= MAX_BRANCHES or depth >= MAX_TIERS:
            return False
        self._seen.add(statement.digest)
        return True

    def _inputs(self, statement: StatementReport, depth: int) -> Iterator[tuple[int, StatementReport | None, View]]:
        lines = sorted(statement.lines, key=lambda line: (-abs(Decimal(line.kilograms)), line.place))
        shown = {line.place for line in [one for one in lines if one.upstream][:MAX_SUPPLIERS]}
        shown |= {line.place for line in [one for one in lines if not one.upstream][:MAX_LINES]}
        for line in lines:
            upstream = self._opened.get(line.digest or "") if line.upstream else None
            if line.place not in shown:
                continue
            row = self._branch(upstream, depth, line.kilograms) if upstream else self._leaf(line, depth)
            yield (depth, upstream, row)
        rest = [Decimal(line.kilograms) for line in lines if line.place not in shown]
        if rest:
            yield (depth, None, {"depth": depth, "rest": len(rest), **self._weight(f"{sum(rest):f}")})

    def _branch(self, statement: StatementReport, depth: int, kilograms: str) -> View:
        return {
            "depth": depth, "name": statement.product or "", "supplier": statement.name, "digest": statement.digest,
            "mark": self._marks.get(statement.digest, "✓"), "again": False,
            "headline": statement.headline or "", **self._weight(kilograms),
        }  # fmt: skip

    def _leaf(self, line: LineReport, depth: int) -> View:
        level = Level(line.level or "unverified")
        return {"depth": depth, "name": line.name, "kind": kind_words(line.kind)._asdict(), "style": level.value,
                "level": LEVELS[level]._asdict(), "amount": f"{line.amount} {line.unit}",
                "basis": f"{line.value} kgCO2e/{line.per}", **self._weight(line.kilograms)}  # fmt: skip

    def _weight(self, kilograms: str) -> View:
        return {"kilograms": kilograms, "percent": percent_of(Decimal(kilograms), self._whole)}
