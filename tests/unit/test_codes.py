"""Every code that a person may see is named by a test; so none is there that nobody ever saw come out."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.catalogue import catalogue

TESTS = Path(__file__).parents[1]
NAMED_BY_NO_TEST: frozenset[str] = frozenset()
"""Kept empty: a code that is added gets a test that names it."""

_REVERTED = "REVERTED_"


def words_of_the_tests() -> set[str]:
    """All words of test code and vectors, this file left out."""
    found: set[str] = set()
    for path in TESTS.rglob("*"):
        if path.suffix in {".py", ".json", ".mjs"} and "node_modules" not in path.parts and path != Path(__file__):
            found.update(re.findall(r"\w+", path.read_text("utf-8")))
    return found


def named(code: str, words: set[str]) -> bool:
    """A revert is named as the contract names it: REVERTED_NOT_REGISTRAR is `NotRegistrar`."""
    if not code.startswith(_REVERTED):
        return code in words
    solidity = code.removeprefix(_REVERTED).title().replace("_", "")
    return bool({code, solidity, f"AccessControl{solidity}"} & words)


def test_every_code_is_named_by_a_test() -> None:
    words = words_of_the_tests()
    assert {code for code in catalogue() if not named(code, words)} == NAMED_BY_NO_TEST


def test_a_code_that_no_test_names_would_be_found() -> None:
    words = words_of_the_tests()
    assert not named("NO_SUCH_CODE_IN_ANY" + "_TEST", words)
    assert not named(_REVERTED + "NEVER_" + "SEEN", words)
