"""A draft may rest on one product of a loop group: named by its issuer and subject, or by its digest, and its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.books import PRESS, STEEL, ListedBook
from support.looped import group

from api.declaring import build
from api.drafts import read_draft
from api.form import DraftError
from ledger.footprint.content import Footprint
from ledger.identifiers import digest_to_text

SUBJECT = f"{STEEL}/delta-steel|2025-01-01..2025-12-31"


def drafted(folder: Path, book: ListedBook, upstream: str, member: str = "scrap", more: str = "") -> Footprint:
    path = folder / "bar.yml"
    path.write_text(
        f"""
organisation: {PRESS}
product: 再生钢筋
product_id: BAR
unit: kg
period: 2025-01-01..2025-12-31
geography: CN-SH
lines:
  - {{stage: raw_material, name: 再生废钢, amount: 2, unit: kg, upstream: "{upstream}", member: {member}{more}}}
""",
        encoding="utf-8",
    )
    return build(read_draft(path), book)[1]


@pytest.fixture
def book() -> ListedBook:
    found = ListedBook()
    found.add("loop-group", STEEL, group(scrap={"amount": "1000", "unit": "g"}))
    return found


def test_a_member_is_pinned_with_the_solved_value_for_one_unit(tmp_path: Path, book: ListedBook) -> None:
    digest = digest_to_text(book.found[-1].digest)
    for name in (SUBJECT, digest):
        content = drafted(tmp_path, book, name)
        assert content.lines[0].source.model_dump(exclude_none=True) == {
            "type": "upstream", "digest": digest, "member": "scrap", "value": "0.000205128205", "per": "g",
        }  # fmt: skip
        assert (content.lines[0].kind, content.result.footprint) == ("upstream", "0.410256")
    assert drafted(tmp_path, book, digest, "steel").result.footprint == "3.702564"


@pytest.mark.parametrize(("upstream", "member", "more", "code", "place"), [
    (SUBJECT, "coal", "", "LOOP_MEMBER_UNKNOWN", "lines/0/member"),
    (f"{STEEL}/delta-steel|2024-01-01..2024-12-31", "scrap", "", "UPSTREAM_NOT_FOUND", "lines/0/upstream"),
    ("0x" + "ab" * 32, "scrap", "", "UPSTREAM_NOT_FOUND", "lines/0/upstream"),
    (SUBJECT, "scrap", ", value: 0.3", "PIN_DIFFERS", "lines/0/value"),
])  # fmt: skip
def test_what_cannot_be_pinned_is_told_at_its_field(
    tmp_path: Path, book: ListedBook, upstream: str, member: str, more: str, code: str, place: str
) -> None:
    with pytest.raises(DraftError) as refused:
        drafted(tmp_path, book, upstream, member, more)
    (problem,) = refused.value.problems
    assert (problem.code, problem.place.split()[-1]) == (code, place)
    assert "{" not in problem.words("zh") + problem.words("en")


def test_a_group_without_a_member_is_no_declaration(tmp_path: Path, book: ListedBook) -> None:
    with pytest.raises(DraftError) as refused:
        drafted(tmp_path, book, digest_to_text(book.found[-1].digest), '""')
    assert [problem.code for problem in refused.value.problems] == ["UPSTREAM_NOT_FOUND"]


def test_a_member_needs_a_group(tmp_path: Path, book: ListedBook) -> None:
    path = tmp_path / "bar.yml"
    drafted(tmp_path, book, SUBJECT)
    text = path.read_text(encoding="utf-8").replace(f'upstream: "{SUBJECT}"', "gas: CO2, kind: process")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DraftError) as refused:
        build(read_draft(path), book)
    assert [(p.code, p.values["field"]) for p in refused.value.problems] == [("DRAFT_FIELD_MISSING", "upstream")]


def test_a_group_that_was_replaced_or_withdrawn_is_not_pinned(tmp_path: Path) -> None:
    book = ListedBook()
    digest = book.add("loop-group", STEEL, group(), current=False)
    with pytest.raises(DraftError) as refused:
        drafted(tmp_path, book, digest_to_text(digest))
    assert [problem.code for problem in refused.value.problems] == ["UPSTREAM_NOT_CURRENT"]
