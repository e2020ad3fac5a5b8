"""A draft that names a rule by its number is held to it before anybody signs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.books import ListedBook
from support.rules import COMMITTEE, rule_content

from api.declaring import build
from api.drafts import read_draft
from api.form import DraftError
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint

DATA = Path(str(files("api"))) / "data"


@pytest.fixture(scope="module")
def book() -> tuple[ListedBook, Footprint]:
    found = ListedBook()
    for name in ("coil_2023", "coil"):
        organisation, content = build(read_draft(DATA / f"demo_{name}.yml"), found)
        found.add("footprint", organisation, content, current=name == "coil")
    return found, build(read_draft(DATA / "demo_part.yml"), found)[1]


def draft(folder: Path, rule: str, *changes: tuple[str, str]) -> Any:
    text = (DATA / "demo_part.yml").read_text(encoding="utf-8") + f"rule: {rule}\n"
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "part.yml").write_text(text, encoding="utf-8")
    return read_draft(folder / "part.yml")


def with_rule(book: tuple[ListedBook, Footprint], **changes: Any) -> tuple[ListedBook, bytes]:
    found = ListedBook()
    found.found[:] = book[0].found
    return found, found.add("rule", COMMITTEE, rule_content(book[1], **changes))


def test_a_rule_is_named_by_its_number_or_its_digest(tmp_path: Path, book: Any) -> None:
    found, digest = with_rule(book)
    for name in ("DB31/T 0001-2025", digest_to_text(digest)):
        assert build(draft(tmp_path, f'"{name}"'), found)[1].header.rule == digest_to_text(digest)


def test_what_the_rule_asks_for_is_said_before_signing(tmp_path: Path, book: Any) -> None:
    found, _ = with_rule(book, bands=[{"label": "每件用电量", "kinds": ["electricity"], "of": "amount", "unit": "kWh",
                                       "low": "0.5", "high": "20"}])  # fmt: skip
    with pytest.raises(DraftError) as refused:
        build(draft(tmp_path, "DB31/T 0001-2025", ("amount: 1.85", "amount: 0.00185")), found)
    assert [problem.code for problem in refused.value.problems] == ["BAND"]


@pytest.mark.parametrize(("name", "code"), [
    ("GB/T 404", "RULE_NOT_FOUND"), ('"0x' + "ab" * 32 + '"', "RULE_NOT_FOUND"), ('"0x12"', "DIGEST_FORMAT"),
])  # fmt: skip
def test_a_rule_that_the_ledger_does_not_hold(tmp_path: Path, book: Any, name: str, code: str) -> None:
    with pytest.raises(DraftError) as refused:
        build(draft(tmp_path, name), with_rule(book)[0])
    assert [problem.code for problem in refused.value.problems] == [code]


def test_one_number_of_two_publishers_needs_a_digest(tmp_path: Path, book: Any) -> None:
    found, _ = with_rule(book)
    found.add("rule", "urn:tanji:other", rule_content(book[1]))
    with pytest.raises(DraftError) as refused:
        build(draft(tmp_path, "DB31/T 0001-2025"), found)
    assert [problem.code for problem in refused.value.problems] == ["RULE_AMBIGUOUS"]
