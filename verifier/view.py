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
from ledger.numbers import decimals_of
from verifier.advice import answer, next_steps, product_of
from verifier.chart import percent_of, sankey, width
from verifier.flows import DECLARATION, REST, flows_of
from verifier.schema import FindingReport, LineReport, ProductReport, StatementReport, Unchecked
from verifier.status import Status
from verifier.wording import CAUSES, LEVELS, MARKS, MEANINGS, STATUS, kind_words, per_words, unit_words

MAX_FINDINGS: Final = 100
MAX_PLACES: Final = 8
"""Of each question that was not answered."""
MAX_FIRMS: Final = 15
"""Firms that the table of suppliers names; the lighter ones are summed up."""
OPEN_ROWS: Final = 60
"""A tree of so many rows is shown unfolded; of a larger one the heavy branches are."""
HEAVY: Final = Decimal(5)
"""Percent of the footprint."""
LONG_NUMBER: Final = 12
WIDE: Final = 990
"""Pixels: a wider chart is scrolled sideways on a desk, and turned on paper."""
MAX_BRANCHES: Final = 120
"""Declarations that the tree shows; what is left out is counted, and is in the JSON."""
MAX_TIERS: Final = 12
MAX_LINES: Final = 15
PAPER_LEAST: Final = Decimal("0.5")
"""Percent of the footprint that a row of a large tree has on paper; lighter ones are summed up."""
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
    tree = _Tree(report).rows()
    stated = [one for one in report.findings if one.outcome != "not_checked"]
    found = {
        "status": report.status,
        "mark": MARKS[report.status],
        "verdict": STATUS[Status(report.status)]._asdict(),
        "answer": answer(report)._asdict(),
        "steps": [step._asdict() for step in next_steps(report)],
        "per": _per(report),
        "closed": _closed(report),
        "traced": _traced(report),
        "report": report.model_dump(mode="json"),
        "levels": [_level(report, level) for level in Level],
        "findings": [_finding(report, one) for one in stated[:MAX_FINDINGS]],
        "more_findings": max(len(stated) - MAX_FINDINGS, 0),
        "failed": sum(one.outcome == "fail" for one in stated),
        "questions": [_question(report, one) for one in report.not_checked.checks],
        "hot_spots": [{**one.model_dump(), "words": LEVELS[Level(one.level)]._asdict()} for one in report.hot_spots],
        "causes": {cause: words._asdict() for cause, words in CAUSES.items()},
        "suppliers": _suppliers(report),
        "tree": tree,
        "paper_tree": tree if len(tree) <= OPEN_ROWS else _Tree(report, least=PAPER_LEAST).rows(),
        "negative": f"{drawn.negative:f}" if drawn.negative else "",
        "shared": _is_shared(stated),
        "chart_title": _chart_title(report),
        "chart": sankey(drawn, title=_chart_title(report)),
        "wide": width(drawn) > WIDE,
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
            "kilograms": share.kilograms, "percent": share.percent, "some": bool(Decimal(share.percent))}  # fmt: skip


def _per(report: ProductReport) -> View:
    about = report.declaration
    return per_words(about.amount, about.unit)._asdict() if about else {"zh": "", "en": ""}


def _closed(report: ProductReport) -> View:
    """Who signed what, of a declaration that could not be opened."""
    found = next((one for one in report.statements if one.digest == report.product), None)
    if report.declaration is not None or found is None:
        return {"product": "", "name": "", "headline": ""}
    return {"product": product_of(found), "name": found.name, "headline": found.headline or ""}


def _traced(report: ProductReport) -> bool:
    """Whether the recomputed value is that of the whole chain, and not of what could be opened of it."""
    closed = (Level.VOUCHED, Level.DECLARED, Level.UNVERIFIED)
    return not any(Decimal(report.levels.of(level).kilograms) for level in closed)


def _chart_title(report: ProductReport) -> str:
    """For those who do not see the picture."""
    product = report.declaration.product if report.declaration else report.product
    return clean(
        f"{product}：{report.declared} kgCO2e 从哪里来；同样的数字见“贡献树”。"
        f" Where the {report.declared} kgCO2e come from; the contribution tree below has the same figures."
    )


def _is_shared(stated: list[FindingReport]) -> bool:
    """Whether several errors are told of one place, each with the kilograms of all of them."""
    places = [(one.statement, one.place) for one in stated if one.outcome == "fail" and one.kilograms]
    return len(places) > len(set(places))


def _question(report: ProductReport, check: Unchecked) -> View:
    """A kind of question with its places, heaviest first; a place has words of its own where they differ."""
    asked = ("not_checked", check.code, check.blocking)
    findings = [one for one in report.findings if (one.outcome, one.code, one.blocking) == asked]
    places = [{**_finding(report, one), "own": not one.zh.endswith(check.zh)} for one in findings[:MAX_PLACES]]
    return {**check.model_dump(), "places": places, "more": max(len(findings) - MAX_PLACES, 0)}


def _finding(report: ProductReport, finding: FindingReport) -> View:
    statement = next((one for one in report.statements if one.digest == finding.statement), None)
    line = next((one for one in statement.lines if one.place == finding.place), None) if statement else None
    values = finding.values
    return {
        **finding.model_dump(),
        "mark": MARKS[finding.outcome],
        "zh": finding.zh.removeprefix(f"{finding.place}："),
        "en": finding.en.removeprefix(f"{finding.place}: "),
        "kilograms": _weight(report, finding),
        "product": product_of(statement) if statement else "",
        "supplier": statement.name if statement else "",
        "line": line.name if line else "",
        "got": values["got"] if _are_compared(values) else "",
        "expected": values["expected"] if _are_compared(values) else "",
    }


def _are_compared(values: dict[str, str]) -> bool:
    """Whether both sides of a comparison are worth a place of their own; two hashes are not, the words hold them."""
    return {"got", "expected"} <= values.keys() and not values["got"].startswith("0x")


def _weight(report: ProductReport, finding: FindingReport) -> str:
    """The effect of a failed check with its sign, or what a check that was not made concerns.

    In the product's own decimals, unless nothing would be left of it.
    """
    if finding.kilograms is None:
        return ""
    sign, exact = "+" if finding.outcome == "fail" else "", Decimal(finding.kilograms)
    text = f"{exact:{sign}.{decimals_of(report.declared or '0.000000')}f}"
    return text if Decimal(text) or not exact else f"{exact:{sign}.9f}"


def _suppliers(report: ProductReport) -> list[View]:
    """What is at home in each firm's own declarations, heaviest first; the column sums to the footprint exactly."""
    own: dict[tuple[str, str], Decimal] = {}
    for one in report.statements:
        if one.lines:
            key = (one.organisation or "", one.name)
            own[key] = own.get(key, Decimal(0)) + Decimal(one.own)
    whole = Decimal(report.declared or 0)
    ranked = sorted(own.items(), key=lambda item: (-abs(item[1]), item[0]))
    found = [{"organisation": key[0], "name": key[1], "rest": 0, "kilograms": f"{kilograms:f}",
              "percent": percent_of(kilograms, whole)} for key, kilograms in ranked[:MAX_FIRMS]]  # fmt: skip
    if rest := [kilograms for _, kilograms in ranked[MAX_FIRMS:]]:
        total = sum(rest, Decimal(0))
        found.append({"organisation": "", "name": "", "rest": len(rest), "kilograms": f"{total:f}",
                      "percent": percent_of(total, whole)})  # fmt: skip
    return found


def _sum(line: LineReport) -> dict[str, str]:
    """Amount times value, with the units as a person reads them."""
    unit, per = unit_words(line.unit), unit_words(line.per)
    amount, value = _short(line.amount), _short(line.value)
    return {language: f"{amount} {getattr(unit, language)} × {value} kgCO2e/{getattr(per, language)}"
            for language in ("zh", "en")}  # fmt: skip


def _short(number: str) -> str:
    """A number of many digits to six that count; the JSON has all of them."""
    if len(number) <= LONG_NUMBER:
        return number
    exact = Decimal(number)
    decimals = max(0, min(5 - exact.adjusted(), -int(exact.as_tuple().exponent)))
    return f"≈ {exact:.{decimals}f}"


class _Tree:
    """The contribution tree, walked without recursion: rows in reading order, each with its depth."""

    def __init__(self, report: ProductReport, least: Decimal = Decimal(0)) -> None:
        self._least: Final = least
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
            row["open"] = len(found) <= OPEN_ROWS or row["depth"] == 0 or Decimal(row["percent"]) >= HEAVY
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
        light = abs(self._whole) * self._least / 100
        shown -= {line.place for line in lines if abs(Decimal(line.kilograms)) < light}
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
                "level": LEVELS[level]._asdict(), "sum": _sum(line), **self._weight(line.kilograms)}  # fmt: skip

    def _weight(self, kilograms: str) -> View:
        return {"kilograms": kilograms, "percent": percent_of(Decimal(kilograms), self._whole)}
