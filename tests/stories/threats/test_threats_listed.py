"""Each of the fifty threats has its row in SECURITY.md, with tests that try it or the word that nobody did."""

from __future__ import annotations

import re
from pathlib import Path

NOT_YET = {1, 4, 32, 39, 44, 45, 48}
"""No test: a back-dated `issued`, near duplicates, an observer of the chain, labels, tenders, subsidies, planted cells."""


def test_every_threat_has_a_row_with_a_test_or_is_said_to_be_open() -> None:
    text = (Path(__file__).parents[3] / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) [^|]+\| (`test_\w+`|open: )", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 51))
    assert {int(number) for number, what in rows if what == "open: "} == NOT_YET
