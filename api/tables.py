"""Rows of cells as a draft: `field, value` rows, and a table with a head row, one row a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from api.form import HEADER_NAMES, LINE_NAMES, Draft, Problems, Text, english, finished
from ledger.errors import InputError


def from_csv(text: str, name: str) -> Draft:
    """First rows `field,value`; then a table whose head row has a column `kind` (类别). Raises as `read_draft`."""
    problems = Problems()
    header: dict[str, Text] = {}
    lines: list[tuple[str, dict[str, Text]]] = []
    columns: list[str | None] | None = None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as err:
        raise InputError("DRAFT_FORMAT", place=name, got=str(err)) from err
    for number, typed in enumerate(rows, start=1):
        cells = [Text(text.strip(), f"{name} {cell(column, number)}") for column, text in enumerate(typed)]
        if not any(c.text for c in cells) or cells[0].text.startswith("#"):
            continue
        if columns is not None:
            lines.append((cells[0].place, line_of(cells, columns, problems)))
        elif any(english(c.text, {"kind": LINE_NAMES["kind"]}) for c in cells):
            columns = columns_of(cells, problems)
            problems.check()
        else:
            header_field(cells, header, problems)
    draft = finished(Draft(name, header, tuple(lines)), problems)
    problems.check()
    return draft


def cell(column: int, row: int) -> str:
    """A spreadsheet's name for a cell: column 2, row 14 is `C14`."""
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return f"{letters}{row}"


def header_field(cells: Sequence[Text], header: dict[str, Text], problems: Problems) -> None:
    """Adds to `header` what a row `field, value` says."""
    name = english(cells[0].text, HEADER_NAMES)
    if name is None:
        problems.add("DRAFT_FIELD_UNKNOWN", cells[0].place, got=cells[0].text[:40], expected="、".join(HEADER_NAMES))
    elif name in header:
        problems.add("DUPLICATE_KEY", cells[0].place, got=cells[0].text[:80])
    elif beyond := [c for c in cells[2:] if c.text]:
        problems.add("DRAFT_SHAPE", beyond[0].place)
    elif len(cells) > 1 and cells[1].text:
        header[name] = cells[1]


def columns_of(cells: Sequence[Text], problems: Problems) -> list[str | None]:
    """The field of each column of a head row; None where it has no title."""
    found: list[str | None] = []
    for title in cells:
        known = english(title.text, LINE_NAMES) if title.text else None
        if title.text and known is None:
            problems.add("DRAFT_FIELD_UNKNOWN", title.place, got=title.text[:40], expected="、".join(LINE_NAMES))
        elif known is not None and known in found:
            problems.add("DUPLICATE_KEY", title.place, got=title.text[:80])
        found.append(known)
    return found


def line_of(cells: Sequence[Text], columns: Sequence[str | None], problems: Problems) -> dict[str, Text]:
    """A line's fields; a value under no title is a problem."""
    found = {}
    for column, typed in enumerate(cells):
        title = columns[column] if column < len(columns) else None
        if typed.text and title is None:
            problems.add("DRAFT_SHAPE", typed.place)
        elif typed.text and title is not None:
            found[title] = typed
    return found
