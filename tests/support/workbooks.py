"""Workbooks for tests: an honest draft, and one defect at a time planted in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl

from api.template import template

HEADER, LINES = "产品", "活动数据"
HEADER_VALUES: Mapping[str, object] = {
    "organisation": "91320585MADEM002X4", "product": "车门内板", "product_id": "DOOR-INNER-L", "unit": "件",
    "period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31), "boundary": "从摇篮到大门", "geography": "CN-JS",
    "gwp": "AR5", "decimals": 6, "output": 400000,
}  # fmt: skip
LINE_VALUES: tuple[Mapping[str, object], ...] = (
    {"kind": "上游", "stage": "原材料获取", "name": "冷轧卷", "amount": 4000, "unit": "吨",
     "upstream": "91310113MADEM0011A/CR-COIL"},
    {"kind": "电力", "stage": "生产", "name": "电网电力", "amount": 740, "unit": "MWh", "factor": "elec-fp-cn/2024"},
    {"kind": "绿电", "stage": "生产", "name": "绿证覆盖电力", "amount": 500, "unit": "MWh", "factor": "elec-fp-pv-cn/2023"},
    {"kind": "运输", "stage": "原材料获取", "name": "公路运输 宝山-太仓 45 km", "amount": 180000, "unit": "吨公里",
     "factor": "trn-hdv30/2019"},
)  # fmt: skip
"""The draft of `example_draft.csv`, which comes to 26.862865 kgCO2e a piece."""


def places(book: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Cells of the template's header by field, and letters of its line columns by field."""
    header = {str(row[0].value).split()[-1]: f"B{row[0].row}" for row in book[HEADER].iter_rows(min_row=2)}
    lines = {str(cell.value).split()[-1]: cell.column_letter for cell in book[LINES][1]}
    return header, lines


def filled(header: Mapping[str, object] = HEADER_VALUES, lines: tuple[Mapping[str, object], ...] = LINE_VALUES) -> Any:
    """The template with a draft typed into it."""
    book = openpyxl.load_workbook(io.BytesIO(template()))
    at, letters = places(book)
    for field, value in header.items():
        book[HEADER][at[field]] = value
    for row, values in enumerate(lines, start=2):
        for field, value in values.items():
            book[LINES][f"{letters[field]}{row}"] = value
    return book


def saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def planted(*changes: Callable[[Any], object]) -> bytes:
    """The honest workbook after some changes."""
    book = filled()
    for change in changes:
        change(book)
    return saved(book)


def typed(sheet: str, cell: str, value: object, number_format: str | None = None) -> Callable[[Any], None]:
    """A change: a value, and perhaps its format, in one cell."""

    def change(book: Any) -> None:
        book[sheet][cell] = value
        if number_format is not None:
            book[sheet][cell].number_format = number_format

    return change


def rewritten(data: bytes, part: str, old: str | bytes, new: str | bytes = b"") -> bytes:
    """The workbook with something replaced in one part of its archive; a part that is not there is added."""
    old, new = (text.encode() if isinstance(text, str) else text for text in (old, new))
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text, f"{old!r} is not in {part}"
                text = text.replace(old, new, 1)
            target.writestr(name, text)
        if part not in source.namelist():
            target.writestr(part, new)
    return written.getvalue()
