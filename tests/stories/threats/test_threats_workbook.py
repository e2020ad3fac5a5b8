"""Threats that come in a spreadsheet: what a clerk does not see in a cell never reaches a statement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.books import PRESS, STEEL, ListedBook, coil
from support.rules import COMMITTEE, rule_content
from support.workbooks import HEADER, LINES, filled, planted, rewritten, saved, typed

from api.declaring import build
from api.drafts import read_draft
from api.form import DraftError
from ledger.disclosures import parse_content
from ledger.kinds.footprint import KIND

CSV = files("api").joinpath("data/example_draft.csv").read_text(encoding="utf-8")


@pytest.fixture
def book() -> ListedBook:
    found = ListedBook()
    found.add("footprint", STEEL, coil())
    return found


def faults(folder: Path, book: ListedBook, data: bytes) -> list[tuple[str, str]]:
    """Code and cell of every fault that `tanji declare` tells of a workbook, each with words in both languages."""
    path = folder / "part.xlsx"
    path.write_bytes(data)
    with pytest.raises(DraftError) as refused:
        build(read_draft(path), book)
    for problem in refused.value.problems:
        assert "{" not in problem.words("zh") + problem.words("en"), problem
        assert problem.words("zh").startswith(problem.place)
    return [(p.code, p.place.removeprefix("part.xlsx").strip()) for p in refused.value.problems]


def test_an_honest_workbook_says_the_same_as_the_csv_byte_for_byte(tmp_path: Path, book: ListedBook) -> None:
    (tmp_path / "part.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "part.xlsx").write_bytes(saved(filled()))
    roots = set()
    for name in ("part.csv", "part.xlsx"):
        organisation, content = build(read_draft(tmp_path / name), book)
        assert (organisation, content.result.footprint) == (PRESS, "26.862865")
        roots.add(parse_content(KIND.disclose(content, bytes(32))).root)
    assert len(roots) == 1


def hidden_sheet(book: Any) -> None:
    book["选项"].sheet_state = "hidden"


def another_sheet(book: Any) -> None:
    book.create_sheet("活动数据 (2)")["A1"] = "旧数据"


def hidden_row(book: Any) -> None:
    book[LINES].row_dimensions[3].hidden = True


def hidden_column(book: Any) -> None:
    book[LINES].column_dimensions["D"].hidden = True


def merged(book: Any) -> None:
    book[LINES].merge_cells("B4:B5")


PLANTED: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "a formula": (typed(LINES, "D3", "=D2*0.185"), "FORMULA_CELL", "活动数据!D3"),
    "an error": (typed(LINES, "D3", "#REF!"), "ERROR_CELL", "活动数据!D3"),
    "a truth value": (typed(LINES, "C3", value=True), "BOOLEAN_CELL", "活动数据!C3"),
    "a hidden sheet": (hidden_sheet, "HIDDEN_SHEET", ""),
    "a sheet that is not read": (another_sheet, "SHEET_UNKNOWN", ""),
    "a hidden row": (hidden_row, "HIDDEN_ROW", "活动数据!3:3"),
    "a hidden column": (hidden_column, "HIDDEN_COLUMN", "活动数据!D:D"),
    "merged cells": (merged, "MERGED_CELLS", "活动数据!B4:B5"),
    "a name that is a formula elsewhere": (typed(LINES, "C3", "@SUM(A1)"), "TEXT_LIKE_FORMULA", "活动数据!C3"),
    "a date where a number belongs": (typed(LINES, "D3", date(2025, 1, 2)), "DATE_UNEXPECTED", "活动数据!D3"),
    "a rating that became a date": (typed(LINES, "M3", date(2001, 1, 2)), "DATE_UNEXPECTED", "活动数据!M3"),
    "a day as a bare number": (typed(HEADER, "B8", 45658, "General"), "DATE_AS_NUMBER", "产品!B8"),
    "a day in words": (typed(HEADER, "B8", "2025年1月1日"), "DATE_AS_TEXT", "产品!B8"),
    "a month without its day": (typed(HEADER, "B9", date(2025, 12, 1), 'yyyy"年"m"月"'), "DATE_HALF_SHOWN", "产品!B9"),
    "a day with a time": (typed(HEADER, "B9", datetime(2025, 12, 31, 18, 30)), "DATE_HALF_SHOWN", "产品!B9"),  # noqa: DTZ001
    "a GTIN as a number": (typed(HEADER, "B4", 614141007349), "CODE_AS_NUMBER", "产品!B4"),
    "a number with thousands": (typed(LINES, "D3", "1,234.5"), "DECIMAL_NEAR", "活动数据!D3"),
    "a number in full-width digits": (typed(LINES, "D3", "１，２３４"), "DECIMAL_NEAR", "活动数据!D3"),
    "another country's number": (typed(LINES, "D3", "1.234,5"), "DECIMAL_NEAR", "活动数据!D3"),
    "a number with its unit": (typed(LINES, "D3", "740 MWh"), "DECIMAL_FORMAT", "活动数据!D3"),
    "more digits than a cell holds": (typed(LINES, "D3", 12345678901234567), "NUMBER_TOO_LONG", "活动数据!D3"),
    "a percentage": (typed(LINES, "D3", 0.5, "0%"), "SHOWN_OTHERWISE", "活动数据!D3"),
    "a number shown in thousands": (typed(LINES, "D3", 740000, "#,##0,"), "SHOWN_OTHERWISE", "活动数据!D3"),
    "a unit in the format": (typed(LINES, "D3", 740, '0.00"kWh"'), "SHOWN_OTHERWISE", "活动数据!D3"),
    "a number that is not shown": (typed(LINES, "D3", 740, ";;;"), "SHOWN_OTHERWISE", "活动数据!D3"),
    "a unit that is none": (typed(LINES, "E3", "兆瓦"), "DRAFT_CHOICE", "活动数据!E3"),
    "a name in two rows": (typed(LINES, "C3", "电网\n电力"), "DRAFT_VALUE", "活动数据!C3"),
    "an empty cell": (typed(LINES, "D3", None), "DRAFT_FIELD_MISSING", "活动数据!D3"),
    "an empty last day": (typed(HEADER, "B9", None), "DRAFT_FIELD_MISSING", "产品!B9"),
    "a note beside the table": (typed(LINES, "T3", "待确认"), "DRAFT_SHAPE", "活动数据!T3"),
}


def test_threat_48_the_rest_of_a_calculation_is_named_and_not_rounded(tmp_path: Path, book: ListedBook) -> None:
    """0.1 + 0.2 pasted as a value, with the digits that Excel writes; a typed 0.3 is written with as many and read."""
    honest = saved(filled())
    sheet, old = "xl/worksheets/sheet2.xml", "<v>740</v>"
    data = rewritten(honest, sheet, old, "<v>0.30000000000000004</v>")
    assert faults(tmp_path, book, data) == [("NUMBER_TOO_LONG", "活动数据!D3")]
    path = tmp_path / "part.xlsx"
    path.write_bytes(rewritten(honest, sheet, old, "<v>0.29999999999999999</v>"))
    assert build(read_draft(path), book)[1].lines[1].amount == "0.3"


@pytest.mark.parametrize("name", PLANTED)
def test_threat_48_excel_traps(tmp_path: Path, book: ListedBook, name: str) -> None:
    """One planted cell at a time: its code, its sheet and its cell, and nothing else is complained of."""
    change, code, place = PLANTED[name]
    found = faults(tmp_path, book, planted(change))
    assert found[0] == (code, place)
    # the second row of a merger has lost its value, which is told too
    assert [fault for fault in found[1:] if fault[0] != "DRAFT_FIELD_MISSING"] == []
    assert name == "merged cells" or len(found) == 1


def test_threat_48_a_wrong_unit_is_suspected_at_its_cell(tmp_path: Path, book: ListedBook) -> None:
    """740 MWh typed as 740 000 MWh: the rule's band of electricity a piece doubts the unit."""
    path = tmp_path / "part.xlsx"
    path.write_bytes(saved(filled()))
    honest = build(read_draft(path), book)[1]
    band = {"label": "每件用电量", "kinds": ["electricity"], "of": "amount", "unit": "kWh", "low": "0.5", "high": "20"}
    rule = rule_content(honest, effective_from="2025-01-01", bands=[band])
    book.add("rule", COMMITTEE, rule)
    named = typed(HEADER, "B16", "DB31/T 0001-2025")
    path.write_bytes(planted(named))
    build(read_draft(path), book)
    assert faults(tmp_path, book, planted(named, typed(LINES, "D3", 740000))) == [("BAND", "活动数据!E3")]


def test_threat_48_planted_cells_are_told_at_once(tmp_path: Path, book: ListedBook) -> None:
    data = planted(
        typed(HEADER, "B2", "91320585MADEM002X5"), typed(HEADER, "B4", 6901234567892), typed(HEADER, "B6", "箱"),
        typed(HEADER, "B8", 45658, "General"), typed(HEADER, "B9", "2025/12/31"), typed(HEADER, "B11", "江苏"),
        typed(HEADER, "B13", "=2*3"), typed(HEADER, "B14", "４００，０００"),
        typed(LINES, "A2", "上游的"), typed(LINES, "B2", 2), typed(LINES, "C2", "=HYPERLINK(\"http://x\")"),
        typed(LINES, "D2", "#DIV/0!"), typed(LINES, "E2", "吨 "), typed(LINES, "D3", 12345678901234567),
        typed(LINES, "E3", date(2025, 3, 5)), typed(LINES, "F3", "elec-fp-xx/2024"), typed(LINES, "D4", "1.234,5"),
        typed(LINES, "F4", "x/1"), typed(LINES, "D5", 1.8, "0.0,"), typed(LINES, "E5", "公斤米"), typed(LINES, "K5", "50%"),
        hidden_row, hidden_sheet, another_sheet,
    )  # fmt: skip
    found = faults(tmp_path, book, data)
    cells = {place for _, place in found if "!" in place}
    assert cells == {
        *(f"产品!B{row}" for row in (2, 4, 6, 8, 9, 11, 13, 14)), "活动数据!3:3",
        *(f"活动数据!{cell}" for cell in ("A2", "B2", "C2", "D2", "D3", "E3", "F3", "D4", "F4", "D5", "E5", "K5")),
    }  # fmt: skip
    assert len(found) == len(set(found)) == 23
    assert [place for _, place in found][-3:] == ["活动数据!D5", "活动数据!E5", "活动数据!K5"]
