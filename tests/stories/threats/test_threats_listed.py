"""Each of the fifty threats has its row in SECURITY.md: what happens, by codes, and the tests named after it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.catalogue import catalogue

HOUSE = Path(__file__).parents[3]
OPEN_FOR_NOW = frozenset[int]()
"""Rows that may still say `open:` and why; none other may."""


class Row(NamedTuple):
    number: int
    what: str
    tests: str


def rows() -> list[Row]:
    text = (HOUSE / "SECURITY.md").read_text(encoding="utf-8")
    table = text[text.index("## Threats and their tests") :].split("\n## ")[0]
    found = re.findall(r"^\| (\d\d) [^|]+\|([^|]+)\|(?:([^|]+)\|)?$", table, re.MULTILINE)
    return [Row(int(number), what.strip(), tests.strip()) for number, what, tests in found]


@cache
def written() -> dict[str, str]:
    """The module of every test, by the test's name."""
    found = {}
    for path in (HOUSE / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(dict.fromkeys(re.findall(r"^def (test_\w+)", text, re.MULTILINE), text))
    return found


CLOSED = [row for row in rows() if not row.what.startswith("open:")]


def test_all_fifty_have_a_row() -> None:
    assert [row.number for row in rows()] == list(range(1, 51))
    assert {row.number for row in rows() if row.what.startswith("open:")} <= OPEN_FOR_NOW


@pytest.mark.parametrize("row", CLOSED, ids=[str(row.number) for row in CLOSED])
def test_a_row_names_the_tests_of_its_threat_and_codes_that_they_see(row: Row) -> None:
    tests = written()
    named = re.findall(r"`(test_\w+)`", row.tests)
    own = [name for name in named if name.startswith(f"test_threat_{row.number:02}_")]
    assert own, "no test is named after the threat"
    assert set(named) <= tests.keys()
    codes = re.findall(r"`([A-Z][A-Z0-9_]+)`", row.what)
    assert codes, "the row says no code"
    assert set(codes) <= catalogue().keys()
    assert [code for code in codes if not any(f'"{code}"' in tests[name] for name in named)] == []


def test_no_test_of_a_threat_is_left_out_of_the_table() -> None:
    told = " ".join(row.tests for row in rows())
    closed = tuple(f"test_threat_{row.number:02}_" for row in CLOSED if row.number not in OPEN_FOR_NOW)
    own = {name for name in written() if name.startswith(closed)}
    assert {name for name in own if f"`{name}`" not in told} == set()
