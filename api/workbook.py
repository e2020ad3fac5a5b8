"""A draft in an .xlsx workbook: sheet 产品 with a field a row, sheet 活动数据 with a line a row. Values only.

Whatever a person cannot see or did not type is refused: formulas, hidden rows, merged cells, dates and codes that the
spreadsheet changed. All faults of the file are told at once, each with sheet and cell (`part.xlsx 活动数据!C14`).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import get_column_letter

from api.cells import text_of
from api.form import HEADER_NAMES, MAX_DRAFT_LINES, Draft, DraftError, Problems, Text, english, finished
from api.package import BROKEN, check_package
from api.tables import columns_of, header_field, line_of
from ledger.errors import InputError

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.chartsheet import Chartsheet
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HEADER_SHEET: Final = "产品"
LINES_SHEET: Final = "活动数据"
NOTES_SHEET: Final = "说明"
LISTS_SHEET: Final = "选项"
HEADER_TITLES: Final = ("字段 field", "填写 value", "说明 notes")
_VALUE_COLUMN: Final = 2
_NOTES_COLUMN: Final = 3
"""The third column of 产品 explains: its text is not read, and anything but text was meant for the second."""
MAX_ROWS: Final = MAX_DRAFT_LINES + 10
MAX_COLUMNS: Final = 64

_BROKEN: Final = (*BROKEN, SyntaxError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What openpyxl raises for XML that is no workbook's; `SyntaxError` is the XML parser's."""

# ECMA-376 18.8.30: a Chinese Excel writes its dates with these built-in formats, which openpyxl takes for numbers.
_EAST_ASIAN: Final = {
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'), **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', **dict.fromkeys((32, 34, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 35, 56), 'h"时"mm"分"ss"秒"'),
}  # fmt: skip
for _number, _format in _EAST_ASIAN.items():
    BUILTIN_FORMATS.setdefault(_number, _format)


def read_workbook(data: bytes, name: str) -> Draft:
    """The draft in a workbook's bytes; cells that cannot be taken are its `problems`.

    Raises `InputError` WORKBOOK_… for a file that is not opened, TOO_MANY_PARTS, and `DraftError` when a sheet is
    missing or too large.
    """
    check_package(data, name)
    problems = Problems()
    header_sheet, lines_sheet = _sheets(_opened(data, name), name, problems)
    place = f"{name} {HEADER_SHEET}"
    header: dict[str, Text] = {}
    blanks: dict[tuple[str, str], str] = {}
    for typed in _header_rows(header_sheet, place, problems):
        field = english(typed[0].text, HEADER_NAMES)
        if field is None or any(cell.text for cell in typed[1:]):
            header_field(typed, header, problems)
        else:
            blanks[place, field] = typed[1].place
    blanks[place, "period"] = blanks.get((place, "period_start"), place)
    lines = _lines(lines_sheet, f"{name} {LINES_SHEET}", blanks, problems)
    if not lines:
        problems.add("DRAFT_NO_LINES", f"{name} {LINES_SHEET}")
    draft = finished(Draft(place, header, tuple(lines), blanks=blanks), problems)
    return replace(draft, problems=tuple(problems.found))


def _opened(data: bytes, name: str) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that we do not read, such as pictures
        try:
            return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        except _BROKEN as err:
            raise InputError("WORKBOOK_BROKEN", place=name, got=type(err).__name__) from err


def _sheets(book: Workbook, name: str, problems: Problems) -> tuple[Worksheet, Worksheet]:
    """Sheets 产品 and 活动数据; a sheet that would not be read, or is hidden, is a problem."""
    read = (HEADER_SHEET, LINES_SHEET)
    sheets: list[Worksheet | Chartsheet] = [*book.worksheets, *book.chartsheets]
    for sheet in sheets:
        if sheet.title not in (*read, NOTES_SHEET, LISTS_SHEET):
            problems.add("SHEET_UNKNOWN", name, got=sheet.title, expected="、".join(read))
        if sheet.sheet_state != "visible":
            problems.add("HIDDEN_SHEET", name, got=sheet.title)
    found = {sheet.title: sheet for sheet in book.worksheets}
    for title in read:
        if title not in found:
            problems.add("SHEET_MISSING", name, got="、".join(book.sheetnames)[:100], expected=title)
        elif found[title].max_row > MAX_ROWS or found[title].max_column > MAX_COLUMNS:
            used = f"{get_column_letter(found[title].max_column)}{found[title].max_row}"
            limit = f"{get_column_letter(MAX_COLUMNS)}{MAX_ROWS}"
            problems.add("SHEET_TOO_LARGE", f"{name} {title}", got=used, limit=limit)
    if any(problem.code in ("SHEET_MISSING", "SHEET_TOO_LARGE") for problem in problems.found):
        raise DraftError(problems.found)
    return found[HEADER_SHEET], found[LINES_SHEET]


def _rows(sheet: Worksheet) -> Iterator[tuple[int, Sequence[Cell | MergedCell]]]:
    """Rows with any value, by number."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if any(_filled(cell) for cell in row):
            yield number, row


def _filled(cell: Cell | MergedCell) -> bool:
    return cell.value is not None and bool(str(cell.value).strip())


def _header_rows(sheet: Worksheet, place: str, problems: Problems) -> Iterator[list[Text]]:
    """Label and value of each row, without the text of its notes; a row of notes alone is none."""
    _check_visible(sheet, place, {_NOTES_COLUMN}, problems)
    for number, row in _rows(sheet):
        label = text_of(row[0], None, f"{place}!A{number}", problems)
        beside = [cell for cell in row[1:] if cell.column != _NOTES_COLUMN or cell.data_type != "s"]
        field = english(label.text, HEADER_NAMES)
        if label.text != HEADER_TITLES[0] and (field or any(_filled(cell) for cell in beside)):
            yield [label, *(text_of(cell, field if cell.column == _VALUE_COLUMN else None, f"{place}!{cell.coordinate}",
                                    problems) for cell in beside)]  # fmt: skip


def _lines(sheet: Worksheet, place: str, blanks: dict[tuple[str, str], str],
           problems: Problems) -> list[tuple[str, dict[str, Text]]]:  # fmt: skip
    """The lines under the first row, which names the columns; `blanks` gets the empty cells of each."""
    _check_visible(sheet, place, set(), problems)
    columns: list[str | None] = []
    nameless: set[int] = set()
    found: list[tuple[str, dict[str, Text]]] = []
    for number, row in _rows(sheet):
        if not columns:
            titles = [text_of(cell, None, f"{place}!{cell.coordinate}", problems) for cell in row]
            columns = columns_of(titles, problems)
            nameless = {i for i, title in enumerate(titles) if title.text and columns[i] is None}
            continue
        typed = [text_of(cell, field, f"{place}!{cell.coordinate}", problems)
                 for i, (cell, field) in enumerate(zip(row, columns, strict=False)) if i not in nameless]  # fmt: skip
        known = [field for i, field in enumerate(columns) if i not in nameless]
        line = f"{place}!A{number}"
        blanks |= {
            (line, field): text.place for field, text in zip(known, typed, strict=True) if field and not text.text
        }
        found.append((line, line_of(typed, known, problems)))
    return found


def _check_visible(sheet: Worksheet, place: str, apart: set[int], problems: Problems) -> None:
    """What is merged, or hidden with a value in it; columns in `apart` hold nothing that is read."""
    for merged in sheet.merged_cells.ranges:
        if not apart or merged.min_col not in apart:
            problems.add("MERGED_CELLS", f"{place}!{merged.coord}")
    # below the titles: a column that has no more than a title may be hidden
    cells = [cell for _, row in [*_rows(sheet)][1:] for cell in row if _filled(cell) and cell.column not in apart]
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden or row.height == 0}
    columns = {
        number for column in sheet.column_dimensions.values() if column.hidden or column.width == 0
        for number in range(column.min or 0, (column.max or 0) + 1)
    }  # fmt: skip
    for number in sorted(rows & {cell.row for cell in cells}):
        problems.add("HIDDEN_ROW", f"{place}!{number}:{number}")
    for number in sorted(columns & {cell.column for cell in cells}):
        letter = get_column_letter(number)
        problems.add("HIDDEN_COLUMN", f"{place}!{letter}:{letter}")
