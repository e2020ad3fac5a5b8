"""One cell of a workbook as a field's text: what a person typed and sees, or why it is not taken.

A cell's value is not what it shows: formulas, formats, dates and codes each hide something. Nothing is guessed; where a
reading is likely it is proposed in the message.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from openpyxl.utils.datetime import from_excel

from api.form import DAYS, NUMBERS, Problems, Text
from api.numerals import as_shown, of_double

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell

_DAY_TYPED: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)')
_ASIDE: Final = re.compile(r"\[[^\]]*\]|_.|\*.")
"""In a number format: colours, conditions and locales; the width of a sign; a sign that fills the cell."""
_SCALED: Final = re.compile(r"[0#?],+(?=\.|$|[^0#?,.])")
_GTIN_LENGTHS: Final = (8, 12, 13, 14)


def text_of(cell: Cell | MergedCell, field: str | None, place: str, problems: Problems) -> Text:
    """The text of a cell that holds `field`; what it must not hold becomes a problem at `place`.

    A cell of no known field is only shown: its title or its place is the problem.
    """
    value, kind = cell.value, cell.data_type
    shown = "" if value is None else str(getattr(value, "text", value)).strip()
    if field is None or not shown:
        return Text(shown, place)
    if kind == "f":
        formula = " ".join(shown.split()) if shown.startswith("=") else "=TABLE()"
        problems.add("FORMULA_CELL", place, got=formula[:80])
    elif kind == "e":
        problems.add("ERROR_CELL", place, got=shown)
    elif isinstance(value, bool):
        problems.add("BOOLEAN_CELL", place, got=shown.upper())
    elif isinstance(value, (int, float)):
        return Text(_number(cell, value, field, place, problems), place)
    elif not isinstance(value, str):
        return Text(_moment(cell, value, field, place, problems), place)
    else:
        _check_text(cell, shown, field, place, problems)
    return Text(shown, place)


def _check_text(cell: Cell | MergedCell, shown: str, field: str, place: str, problems: Problems) -> None:
    if field in DAYS and not _ISO.fullmatch(shown):
        problems.add("DATE_AS_TEXT", place, got=shown[:40], expected=_day_meant(shown) or "2025-01-01")
    sections = cell.number_format.split(";")
    if len(sections) > 3 and not sections[3].strip():
        problems.add("SHOWN_OTHERWISE", place, got=shown[:40], expected=cell.number_format)


def _day_meant(text: str) -> str:
    found = _DAY_TYPED.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _number(cell: Cell | MergedCell, value: float, field: str, place: str, problems: Problems) -> str:
    """A number's decimal text, where the field takes one and the cell shows what it holds."""
    exact, shown = of_double(value), as_shown(value)
    if field in DAYS:
        problems.add("DATE_AS_NUMBER", place, got=shown, expected=_serial(cell, value) or "2025-01-01")
    elif field not in NUMBERS:
        problems.add("CODE_AS_NUMBER", place, got=shown, expected=_gtin_hint(shown) if field == "product_id" else "")
    elif exact is None:
        problems.add("NUMBER_TOO_LONG", place, got=str(value)[:40], expected=shown[:40])
    elif not _shows_number(cell.number_format, value, percent=field == "share"):
        problems.add("SHOWN_OTHERWISE", place, got=exact, expected=cell.number_format)
    return exact or shown


def _serial(cell: Cell | MergedCell, value: float) -> str:
    """The day that a spreadsheet means by a number, when it is of our time."""
    book = cell.parent.parent
    if book is None or not 30_000 <= value <= 80_000:
        return ""
    found = from_excel(value, book.epoch)
    return found.date().isoformat() if isinstance(found, datetime) else ""


def _gtin_hint(digits: str) -> str:
    """The numbers with a right GTIN check digit (GS1 General Specifications 7.9) that lost leading zeros here."""
    if not digits.isdecimal() or len(digits) > max(_GTIN_LENGTHS):
        return ""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    if weighted % 10:
        return ""
    return "：" + " / ".join(digits.zfill(length) for length in _GTIN_LENGTHS if length >= len(digits)) + "（GTIN）"


def _moment(cell: Cell | MergedCell, value: object, field: str, place: str, problems: Problems) -> str:
    """A date cell as a day; a day that is shown in part, or has a time, is not what a person checked."""
    whole = value.time() == time() if isinstance(value, datetime) else isinstance(value, date)
    shown = value.date().isoformat() if isinstance(value, datetime) and whole else str(value)
    if field not in DAYS:
        problems.add("DATE_UNEXPECTED", place, got=shown)
    elif not whole or not _shows_day(cell.number_format):
        problems.add("DATE_HALF_SHOWN", place, got=shown)
    return shown


def _shows_day(number_format: str) -> bool:
    plain = _LITERAL.sub("", _ASIDE.sub("", number_format)).lower()
    return {"y", "m", "d"} <= set(plain) or {"e", "m", "d"} <= set(plain)


def _shows_number(number_format: str, value: float, *, percent: bool) -> bool:
    """Whether a number format shows the number itself: not scaled, not with a unit of its own, not hidden.

    A share may be shown in percent: 50 % is 0.5, however it is written.
    """
    for section in _sections(number_format, value):
        literals = "".join(a + b for a, b in _LITERAL.findall(section))
        plain = re.sub(r"(?i)general|g/通用格式|e[+-]", "0", _ASIDE.sub("", _LITERAL.sub("", section)))
        if any(sign.isalnum() or sign in "%‰" for sign in literals) or any(sign.isalpha() for sign in plain):
            return False
        if _SCALED.search(plain) or ("%" in plain and not percent) or not set(plain) & set("0#?@"):
            return False
    return True


def _sections(number_format: str, value: float) -> list[str]:
    """The sections of a format that may show `value`: the one for its sign, or all when conditions choose."""
    sections = number_format.split(";")
    if re.search(r"\[[<>=]", number_format):
        return sections[:3]
    place = 1 if value < 0 else 2 if value == 0 else 0
    return [sections[place] if place < len(sections) else sections[0]]
