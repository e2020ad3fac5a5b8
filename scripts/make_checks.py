"""Writes CHECKS.md: every check with its code, words, clause, where it is made, and the tests that name it.

Usage: .venv/bin/python scripts/make_checks.py [--check]     --check: only say whether the file is up to date (exit 1)

Nothing is typed by hand but the clauses (scripts/clauses.toml): codes and words come from the catalogue, the places
from the packages' syntax trees, examples and tests from the tests'. A code is a check when it can become a finding or a
refusal: when a finding or such an error is made of it, or when it travels as a value and no error of input is.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOUSE))

import ledger.words  # noqa: E402 - a script runs from anywhere
from ledger.catalogue import catalogue  # noqa: E402
from ledger.kinds import all_kinds  # noqa: E402

FILE = HOUSE / "CHECKS.md"
MAKERS = {
    "fail": "✗", "not_checked": "?", "Finding": "✓", "_passed": "✓", "EvidenceError": "✗", "IncompleteError": "?",
    "RefusedError": "✗",
    "InputError": "i", "SourceError": "i", "TanjiError": "i",
}  # fmt: skip
"""How a call of this name shows a code: failed, not checked, a check that passed, or an error of input."""
LEFT_OUT = {"words/counter", "words/reverts"}
"""Areas of messages that judge nothing; where only some do, those of the next count when a finding is made of them."""
MIXED = {"words/governance", "words/chain", "words/store"}
MAX_TESTS = 3
CODE = re.compile(r"[A-Z][A-Z0-9_]{3,}")


@dataclass
class Check:
    """What the trees say of one code."""

    marks: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    tests: list[tuple[str, str]] = field(default_factory=list)


def areas() -> dict[str, str]:
    """Each code's home: a module of words, or the kind of statement that brings it."""
    found = {}
    for module in pkgutil.iter_modules(ledger.words.__path__):
        for code in getattr(importlib.import_module(f"ledger.words.{module.name}"), "WORDS", {}):
            found[code] = f"words/{module.name}"
    for kind in all_kinds():
        found.update({code: found.get(code, f"kinds/{kind.name}") for code in kind.words})
    return found


def read_packages(checks: dict[str, Check]) -> None:
    """Where each code stands in the packages, and in what call."""
    for package in ("ledger", "verifier", "api"):
        for path in sorted((HOUSE / package).rglob("*.py")):
            if "words" in path.relative_to(HOUSE).parts[:2]:
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
            for code, mark in codes_in(tree, keys):
                if code in checks:
                    checks[code].places.add(str(path.relative_to(HOUSE)))
                    checks[code].marks.add(mark)


def codes_in(tree: ast.Module, keys: set[int]) -> Iterator[tuple[str, str]]:
    """Constants that look like codes, each with the mark of the call that it stands in."""
    inner = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            inner.update({id(argument): MAKERS.get(name, "") for argument in node.args})
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
            yield node.value, inner.get(id(node), "")


def read_tests(checks: dict[str, Check]) -> None:
    """The tests in whose text a code stands, unit tests first; then tables of test modules, then vectors on disk."""
    found = [*(HOUSE / "tests").rglob("*.py")]
    for path in sorted(found, key=lambda path: ("unit" not in path.parts, str(path))):
        if path.stem == "test_make_checks":
            continue
        place = str(path.relative_to(HOUSE / "tests"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            name = node.name.removeprefix("test_").replace("_", " ") if isinstance(node, ast.FunctionDef) else "table"
            for code in sorted(words_of(node) & checks.keys()):
                checks[code].tests.append((name if is_test else "table", place))
    for path in sorted((HOUSE / "tests" / "vectors").rglob("*.json")):
        if path.parent.name != "reports":
            for code in sorted(set(CODE.findall(path.read_text(encoding="utf-8"))) & checks.keys()):
                checks[code].tests.append((path.stem.replace("-", " "), str(path.relative_to(HOUSE / "tests"))))


def words_of(node: ast.AST) -> set[str]:
    """Every word of capitals in the constants below a node."""
    texts = (sub.value for sub in ast.walk(node) if isinstance(sub, ast.Constant) and isinstance(sub.value, str))
    return {word for text in texts for word in CODE.findall(text)}


def is_check(check: Check, area: str) -> bool:
    """Whether a code can become a finding or a refusal."""
    if area in LEFT_OUT:
        return False
    return bool(check.marks & set("✗?✓")) or (check.marks == {""} and area not in MIXED)


def clause_of(code: str, area: str, clauses: dict[str, dict[str, str]]) -> str:
    """The clause of a code: its own, else its area's."""
    return clauses["codes"].get(code) or clauses["areas"].get(area) or clauses["areas"]["other"]


def row(code: str, area: str, check: Check, clauses: dict[str, dict[str, str]]) -> str:
    """One line of the table."""
    words = catalogue()[code]
    named = sorted(dict.fromkeys(check.tests), key=lambda test: test[0] == "table")
    tests = "<br>".join(f"{name} ({path})" for name, path in named[:MAX_TESTS])
    more = f"<br>+ {len(named) - MAX_TESTS}" if len(named) > MAX_TESTS else ""
    marks = "".join(mark for mark in "✗?✓" if mark in check.marks) or "✗"
    cells = [f"`{code}`", marks, f"{words.zh}<br>{words.en}", clause_of(code, area, clauses),
             "<br>".join(sorted(check.places)), (tests or "—") + more]  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def text() -> str:
    """The whole file."""
    clauses = tomllib.loads((HOUSE / "scripts" / "clauses.toml").read_text(encoding="utf-8"))
    homes = areas()
    checks: dict[str, Check] = defaultdict(Check, {code: Check() for code in catalogue()})
    read_packages(checks)
    read_tests(checks)
    chosen = {code: check for code, check in checks.items() if is_check(check, homes[code])}
    by_area: dict[str, list[str]] = defaultdict(list)
    for code in sorted(chosen):
        by_area[homes[code]].append(code)
    untested = sum(not check.tests for check in chosen.values())
    lines = [
        "# 全部检查 Checks",
        "",
        "Generated by `scripts/make_checks.py`; do not edit. 由脚本生成，请勿手改。",
        "",
        f"{len(chosen)} checks; {untested} of them are named by no test of their own (—). ✗ fails, ? says that it was",
        "not made, ✓ is said when it passed. Words in braces are filled with both values when a check speaks. An",
        "example is what a test that names the code is about; a table is one of that test module.",
        "",
    ]
    for area, codes in sorted(by_area.items()):
        lines += [f"## {area}", "", "| code | | 说什么 what it says | clause | made in | examples and tests |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        lines += [row(code, area, chosen[code], clauses) for code in codes]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Writes the file, or compares it."""
    wanted = text()
    if "--check" in sys.argv[1:]:
        if FILE.is_file() and FILE.read_text(encoding="utf-8") == wanted:
            return 0
        print("CHECKS.md is out of date; run .venv/bin/python scripts/make_checks.py", file=sys.stderr)
        return 1
    FILE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
