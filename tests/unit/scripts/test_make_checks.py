"""CHECKS.md is what the script makes of this tree, and leaves no check without a clause."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ledger.catalogue import catalogue

HOUSE = Path(__file__).resolve().parents[3]
TEXT = (HOUSE / "CHECKS.md").read_text(encoding="utf-8")


def test_the_list_of_checks_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/make_checks.py", "--check"], cwd=HOUSE, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def rows() -> dict[str, list[str]]:
    found = {}
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.replace("\\|", "/").strip("|").split(" | ")]
        if line.startswith("| `"):
            found[cells[0].strip("`| ")] = cells
    return found


def test_every_check_has_words_a_clause_and_a_place() -> None:
    assert len(rows()) > 150
    for code, (_, mark, words, clause, places, _tests) in rows().items():
        assert code in catalogue()
        assert mark in {"✗", "?", "✓", "✗?", "✗✓", "?✓"}
        assert "<br>" in words
        assert clause
        assert places.endswith(".py")


@pytest.mark.parametrize(
    "code", ["KEY_NOT_VALID", "SUBJECT_TAKEN", "FACTOR_KIND", "LINE_ARITHMETIC", "CHAIN_NOT_CONSULTED"]
)
def test_checks_that_travel_as_values_are_found_with_their_tests(code: str) -> None:
    assert "test_" in rows()[code][5]


def test_clauses_are_of_codes_that_exist() -> None:
    clauses = tomllib.loads((HOUSE / "scripts" / "clauses.toml").read_text(encoding="utf-8"))
    assert clauses["codes"].keys() - catalogue().keys() == set()
