from __future__ import annotations

import io
import json
import random
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from support.workbooks import HEADER, HEADER_VALUES, LINE_VALUES, LINES, filled, planted, rewritten, saved, typed

from api.drafts import read_draft
from api.form import Draft, DraftError
from api.workbook import read_workbook
from ledger.errors import InputError, TanjiError

CSV = files("api").joinpath("data/example_draft.csv").read_text(encoding="utf-8")
YML = files("api").joinpath("data/example_full.yml").read_text(encoding="utf-8")
DAYS = ("period_start", "period_end")
SECOND = "xl/worksheets/sheet2.xml"


def values(draft: Draft) -> tuple[dict[str, str], list[dict[str, str]]]:
    header = {name: field.text for name, field in draft.header.items() if name not in DAYS}
    return header, [{name: field.text for name, field in fields.items()} for _, fields in draft.lines]


def told(data: bytes) -> list[tuple[str, str]]:
    try:
        problems = read_workbook(data, "a.xlsx").problems
    except DraftError as refused:
        problems = refused.problems
    return [(problem.code, problem.place.removeprefix("a.xlsx").strip()) for problem in problems]


def by_xlsxwriter(options: dict[str, Any] | None = None, day_format: object = "yyyy-mm-dd", chart: str = "") -> bytes:
    """The honest draft from another library, without the template."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, options or {}) as book:
        day = book.add_format({"num_format": day_format})
        header, lines = book.add_worksheet(HEADER), book.add_worksheet(LINES)
        for row, (field, value) in enumerate(HEADER_VALUES.items()):
            header.write(row, 0, field)
            if isinstance(value, date):
                header.write_datetime(row, 1, value, day)
            else:
                header.write(row, 1, value)
        columns = list(dict.fromkeys(field for fields in LINE_VALUES for field in fields))
        lines.write_row(0, 0, columns)
        for row, fields in enumerate(LINE_VALUES, start=1):
            for field, value in fields.items():
                lines.write(row, columns.index(field), value)
        if chart:
            drawn = book.add_chart({"type": "column"})
            drawn.add_series({"values": [LINES, 1, 3, 4, 3]})
            book.add_chartsheet(chart).set_chart(drawn)
    return written.getvalue()


@pytest.mark.parametrize("data", [
    saved(filled()), by_xlsxwriter(), by_xlsxwriter({"date_1904": True}), by_xlsxwriter({"in_memory": True, "use_zip64": True}),
    by_xlsxwriter(day_format=31),  # the built-in format of Chinese Excel
    (Path(__file__).parents[2] / "vectors/workbooks/by-libreoffice.xlsx").read_bytes(),
], ids=["openpyxl", "xlsxwriter", "1904", "zip64", "format 31", "libreoffice"])  # fmt: skip
def test_an_honest_workbook_reads_as_the_csv_whoever_wrote_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    draft = read_workbook(data, "a.xlsx")
    assert draft.problems == ()
    header, lines = values(draft)
    theirs, their_lines = values(read_draft(tmp_path / "a.csv"))
    assert header == theirs
    assert [{**line, "unit": "MWh", "stage": "原材料获取"} for line in lines] == [
        {**line, "unit": "MWh", "stage": "原材料获取"} for line in their_lines
    ]


def test_every_field_of_a_rich_draft_goes_through_a_workbook(tmp_path: Path) -> None:
    """Lists and mappings are JSON in a cell, in columns and rows that a person adds."""
    (tmp_path / "a.yml").write_text(YML, encoding="utf-8")
    rich = read_draft(tmp_path / "a.yml")
    header, lines = values(rich)
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = HEADER
    for name, text in header.items():
        first.append([name, text])
    table = book.create_sheet(LINES)
    columns = list(dict.fromkeys(name for fields in lines for name in fields))
    table.append(columns)
    for fields in lines:
        table.append([fields.get(name) for name in columns])
    (tmp_path / "a.xlsx").write_bytes(saved(book))
    draft = read_draft(tmp_path / "a.xlsx")
    assert values(draft) == (header, lines)
    assert json.loads(draft.header["groups"].text)[0]["name"] == "CHP"


def test_a_line_knows_its_cell_and_its_row() -> None:
    draft = read_workbook(saved(filled()), "part.xlsx")
    assert draft.lines[1][1]["amount"].place == "part.xlsx 活动数据!D3"
    assert (draft.lines[1][0], draft.header["gwp"].place) == ("part.xlsx 活动数据!A3", "part.xlsx 产品!B12")


def one_cell(cell: str) -> bytes:
    return planted(typed(LINES, cell, "x"))


def without(title: str) -> bytes:
    book = filled()
    book.remove(book[title])
    return saved(book)


@pytest.mark.parametrize(("data", "found"), [
    (without(HEADER), [("SHEET_MISSING", "")]),
    (without(LINES), [("SHEET_MISSING", "")]),
    (one_cell("A1048576"), [("SHEET_TOO_LARGE", "活动数据")]),
    (one_cell("XFD2"), [("SHEET_TOO_LARGE", "活动数据")]),
    (saved(filled(lines=())), [("DRAFT_NO_LINES", "活动数据")]),
    (planted(typed(LINES, "A1", "颜色"), typed(LINES, "B1", None)),
     [("DRAFT_FIELD_UNKNOWN", "活动数据!A1"), *(("DRAFT_SHAPE", f"活动数据!B{row}") for row in range(2, 6))]),
    (planted(typed(HEADER, "D4", "x"), typed(HEADER, "A5", "颜色"), typed(HEADER, "B5", "红")),
     [("DRAFT_SHAPE", "产品!D4"), ("DRAFT_FIELD_UNKNOWN", "产品!A5")]),
    (planted(typed(HEADER, "C14", 400000), typed(HEADER, "C15", "=1+1")), [("DRAFT_SHAPE", "产品!C14"), ("DRAFT_SHAPE", "产品!C15")]),
    (by_xlsxwriter(chart="图"), [("SHEET_UNKNOWN", "")]),
    (planted(lambda book: setattr(book[LINES], "sheet_state", "veryHidden")), [("HIDDEN_SHEET", "")]),
    (rewritten(saved(filled()), SECOND, '<row r="4"', '<row r="4" ht="0"'), [("HIDDEN_ROW", "活动数据!4:4")]),
    (planted(lambda book: book[LINES].merge_cells("A8:B9")), [("MERGED_CELLS", "活动数据!A8:B9")]),
    (planted(lambda book: book[HEADER].merge_cells("A2:B2")), [("MERGED_CELLS", "产品!A2:B2")]),
])  # fmt: skip
def test_a_fault_of_a_sheet_is_named(data: bytes, found: list[tuple[str, str]]) -> None:
    assert told(data) == found


def test_what_holds_nothing_that_is_read_may_be_hidden_or_merged() -> None:
    def change(book: Any) -> None:
        book[LINES].row_dimensions[30].hidden = True
        book[LINES].column_dimensions["P"].hidden = True
        book[HEADER].column_dimensions["C"].hidden = True
        book[HEADER].merge_cells("C4:C5")
        book[HEADER]["C6"] = "别处的说明"

    assert told(planted(change)) == []


def test_columns_that_are_hidden_together_are_each_named() -> None:
    def change(book: Any) -> None:
        book[LINES].column_dimensions.group("C", "E", hidden=True)

    assert told(planted(change)) == [("HIDDEN_COLUMN", f"活动数据!{letter}:{letter}") for letter in "CDE"]


def test_a_day_in_chinese_months_is_half_shown_in_the_built_in_format_too() -> None:
    assert told(by_xlsxwriter(day_format=57)) == [("DATE_HALF_SHOWN", f"产品!B{row}") for row in (5, 6)]


@pytest.mark.parametrize("value", ["1_000.5x", "NaN", "0x10", "1,5"])
def test_a_number_that_no_spreadsheet_writes_is_a_damaged_file(value: str) -> None:
    with pytest.raises(InputError, match="WORKBOOK_BROKEN"):
        read_workbook(rewritten(saved(filled()), SECOND, "<v>740</v>", f"<v>{value}</v>"), "a.xlsx")


def test_a_number_beyond_all_numbers_is_named() -> None:
    data = rewritten(saved(filled()), SECOND, "<v>740</v>", "<v>1e999</v>")
    assert told(data) == [("NUMBER_TOO_LONG", "活动数据!D3")]


def test_damage_anywhere_is_an_error_of_ours_and_never_a_crash() -> None:
    """Bytes of every part changed, before they are packed again: no foreign exception comes out."""
    honest, seed = saved(filled()), random.Random(48)
    parts = ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml", "xl/workbook.xml",
             "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"]  # fmt: skip
    marks = [b'"', b"1", b"<", b"s=", b"r=", b"sheet", b"Id", b"count", b"font", b"xmlns", b"<c", b"</row>", b"numFmt"]
    outcomes = set()
    for _ in range(60):
        part, old = seed.choice(parts), seed.choice(marks)
        try:
            data = rewritten(honest, part, old, seed.choice([b"", b"9", b"-1", b"\xff", b"zz", b"<x>", b'"">', b"1e9"]))
        except AssertionError:
            continue
        try:
            outcomes.add(bool(read_workbook(data, "a.xlsx").problems))
        except TanjiError as refused:
            outcomes.add(refused.code)
    assert "WORKBOOK_BROKEN" in outcomes


def test_a_sheet_of_a_million_rows_is_refused_before_it_is_read() -> None:
    row, much = b'<row r="7"><c r="A7"/></row>', saved(filled())
    for count, cells in ((20_001, row), (1_000, b"<row>" + b"<c/>" * 401 + b"</row>")):
        data = rewritten(much, SECOND, b"</sheetData>", cells * count + b"</sheetData>")
        with pytest.raises(InputError) as refused:
            read_workbook(data, "a.xlsx")
        assert (refused.value.code, refused.value.place) == ("SHEET_TOO_LARGE", "a.xlsx")
