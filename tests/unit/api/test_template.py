from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from support.books import ListedBook
from support.workbooks import HEADER, LINES, places

from api.declaring import BOUNDARY_WORDS, KIND_WORDS, RESULTS_WORDS, UNIT_WORDS, build, find_factor
from api.extras import CHOICES, STAGE_WORDS
from api.form import HEADER_NAMES, LINE_NAMES, DraftError, Text
from api.template import _put, template
from api.workbook import read_workbook
from ledger.calculation import GWP100
from ledger.units import CODES

WORDS = {
    "unit": {**{code: code for code in CODES}, **UNIT_WORDS}, "kind": KIND_WORDS, "stage": STAGE_WORDS,
    "boundary": BOUNDARY_WORDS, "results": RESULTS_WORDS, "gwp": {code: code for code in GWP100},
    "allocation": {word: code for code, words in CHOICES.items() for word in words},
    "data": {word: code for code, words in CHOICES.items() for word in words},
}  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(template()))


def listed(book: Any) -> dict[str, list[tuple[str, str]]]:
    columns = list(book["选项"].iter_cols(values_only=True))
    found = {}
    for spellings, meanings in zip(columns[::2], columns[1::2], strict=True):
        pairs = zip(spellings[1:], meanings[1:], strict=True)
        found[spellings[0].split()[-1].lower()] = [(str(a), str(b)) for a, b in pairs if a is not None]
    return found


def test_every_label_names_a_field_and_every_field_has_its_note(book: Any) -> None:
    header, lines = places(book)
    assert header.keys() <= HEADER_NAMES.keys()
    assert lines.keys() <= LINE_NAMES.keys()
    assert all(row[2].value for row in book[HEADER].iter_rows(min_row=2))
    assert {rule.promptTitle for rule in book[LINES].data_validations.dataValidation} == lines.keys()


def test_whatever_may_be_chosen_is_understood(book: Any) -> None:
    lists = listed(book)
    assert lists.keys() == {*WORDS, "gas", "factor"}
    for field, words in WORDS.items():
        assert lists[field], field
        assert all(words[spelling] == meaning for spelling, meaning in lists[field]), field
    assert {code for _, code in lists["unit"]} == CODES
    assert {gas for gas, _ in lists["gas"]} == {gas for table in GWP100.values() for gas in table}
    ledger = ListedBook()
    for name, meaning in lists["factor"]:
        assert find_factor(Text(name, ""), ledger).content.result.value in meaning


def test_the_lists_are_closed_but_for_factors_that_only_the_ledger_has(book: Any) -> None:
    for sheet in (HEADER, LINES):
        rules = {rule.promptTitle: rule for rule in book[sheet].data_validations.dataValidation}
        for field, rule in rules.items():
            assert (rule.type == "list") == (field in listed(book) or field == "quantity_unit"), field
            assert rule.showErrorMessage == (field != "factor")
            if rule.type == "list":
                last = int(rule.formula1.rpartition("$")[2])
                assert last == 1 + len(listed(book)["unit" if field == "quantity_unit" else field])


def test_codes_are_text_numbers_plain_and_days_whole(book: Any) -> None:
    header, lines = places(book)
    formats = {field: book[HEADER][cell].number_format for field, cell in header.items()}
    assert (formats["product_id"], formats["output"], formats["valid_until"]) == ("@", "General", "yyyy-mm-dd")
    assert {book[LINES][f"{letter}2"].number_format for letter in lines.values()} == {"@", "General"}
    assert book[LINES][f"{lines['dqr']}200"].number_format == "@"


def test_only_what_is_filled_in_may_be_changed_on_the_first_sheet(book: Any) -> None:
    sheet = book[HEADER]
    assert sheet.protection.sheet
    assert all(sheet[f"B{row}"].protection.locked is False for row in range(2, sheet.max_row + 1))
    assert sheet["A2"].protection.locked


def test_an_empty_template_is_told_all_that_is_missing() -> None:
    draft = read_workbook(template(), "a.xlsx")
    assert [problem.code for problem in draft.problems] == ["DRAFT_NO_LINES"]
    with pytest.raises(DraftError) as refused:
        build(draft, ListedBook())
    missing = [(p.values["field"], p.place) for p in refused.value.problems if p.code == "DRAFT_FIELD_MISSING"]
    assert missing == [
        (name, f"a.xlsx 产品!B{row}") for name, row in (
            ("organisation（统一社会信用代码）", 2), ("product", 3), ("product_id", 4), ("unit", 6), ("period", 8),
            ("geography", 11),
        )
    ]  # fmt: skip


def test_a_text_that_looks_like_a_formula_is_written_as_text() -> None:
    book = openpyxl.Workbook()
    _put(book.worksheets[0], 1, 1, "=1+1")
    written = io.BytesIO()
    book.save(written)
    cell = openpyxl.load_workbook(written).worksheets[0]["A1"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")
