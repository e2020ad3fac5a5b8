from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from api.cells import text_of
from api.form import Problems

PLACE = "活动数据!D3"


def moment(*parts: int) -> datetime:
    """What a date cell holds: a moment of no time zone."""
    return datetime(*parts)  # noqa: DTZ001


def read(field: str | None, value: Any, number_format: str = "General") -> tuple[str, list[tuple[str, Any, Any]]]:
    """The text that is taken, and code, value and proposal of each problem."""
    book = openpyxl.Workbook()
    cell = book.worksheets[0]["D3"]
    cell.value = value
    cell.number_format = number_format
    problems = Problems()
    text = text_of(cell, field, PLACE, problems)
    assert text.place == PLACE
    for problem in problems.found:
        assert problem.place == PLACE
        assert "{" not in problem.words("zh") + problem.words("en")
    return text.text, [(p.code, p.values.get("got"), p.values.get("expected")) for p in problems.found]


@pytest.mark.parametrize("number_format", [
    "General", "G/通用格式", "0", "0.00", "#,##0", "#,##0.00", "0.00E+00", "# ?/?", "@", "[Red]0.0", "[$-804]0.00", "0_ ",
    '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ', "0.00;[Red]-0.00",
    "[>100]0;0.00", "???.???",
])  # fmt: skip
def test_a_number_that_is_shown_as_it_is_is_taken(number_format: str) -> None:
    assert read("amount", 740.5, number_format) == ("740.5", [])
    assert read("amount", -740.5, number_format) == ("-740.5", [])
    assert read("amount", 0, number_format) == ("0", [])


@pytest.mark.parametrize("number_format", [
    "0%", "0.0%", "0,", "#,##0,", "0.0,,", '0"kWh"', '0.00"吨"', "0\\k", ";;;", '""', "0;;", '[>100]0"t";0', "0\\%", '0"‰"',
])  # fmt: skip
def test_a_number_that_is_shown_as_another_is_refused(number_format: str) -> None:
    value = -740.5 if number_format == "0;;" else 740.5
    assert read("amount", value, number_format)[1] == [("SHOWN_OTHERWISE", str(value), number_format)]


def test_only_a_share_may_be_shown_in_percent() -> None:
    assert read("share", 0.5, "0%") == ("0.5", [])
    assert read("share", 0.5, '0"%"')[1] == [("SHOWN_OTHERWISE", "0.5", '0"%"')]
    assert read("output", 0.5, "0%")[1] != []


def test_a_text_that_its_format_hides_is_refused() -> None:
    assert read("name", "电网电力", ";;;")[1] == [("SHOWN_OTHERWISE", "电网电力", ";;;")]
    assert read("name", "电网电力", "0;-0;0;@") == ("电网电力", [])


@pytest.mark.parametrize(("value", "got"), [
    ("=D2*2", "=D2*2"), ('=WEBSERVICE("http://x")', '=WEBSERVICE("http://x")'), (ArrayFormula("D3", "=SUM(A1:A2)"), "=SUM(A1:A2)"),
    (DataTableFormula("D3"), "=TABLE()"),
])  # fmt: skip
def test_a_formula_is_shown_and_never_calculated(value: Any, got: str) -> None:
    for field in ("amount", "name", "valid_until"):
        assert read(field, value)[1] == [("FORMULA_CELL", got, None)]


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_is_an_error(error: str) -> None:
    assert read("amount", error)[1] == [("ERROR_CELL", error, None)]


@pytest.mark.parametrize(("number", "hint"), [
    (614141007349, "：614141007349 / 0614141007349 / 00614141007349（GTIN）"), (6901234567892, "：6901234567892 / 06901234567892（GTIN）"),
    (96385074, "：96385074 / 000096385074 / 0000096385074 / 00000096385074（GTIN）"),
    (6901234567893, ""), (1.5, ""), (123456789012345, ""),
])  # fmt: skip
def test_a_gtin_that_lost_its_zeros_is_proposed_by_its_check_digit(number: float, hint: str) -> None:
    assert read("product_id", number)[1] == [("CODE_AS_NUMBER", str(number), hint)]


@pytest.mark.parametrize("field", ["name", "organisation", "factor", "upstream", "dqr", "geography", "rule"])
def test_no_text_is_a_number(field: str) -> None:
    assert read(field, 2024) == ("2024", [("CODE_AS_NUMBER", "2024", "")])


@pytest.mark.parametrize(("value", "number_format"), [
    (moment(2025, 1, 1), "yyyy-mm-dd"), (date(2025, 1, 1), "mm-dd-yy"), (moment(2025, 1, 1), 'yyyy"年"m"月"d"日"'),
    (moment(2025, 1, 1), "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"), (moment(2025, 1, 1), "d.m.yyyy"), ("2025-01-01", "@"),
])  # fmt: skip
def test_a_day_that_is_shown_whole_is_taken(value: Any, number_format: str) -> None:
    assert read("period_start", value, number_format) == ("2025-01-01", [])


@pytest.mark.parametrize(("value", "number_format", "code", "expected"), [
    (moment(2025, 12, 1), 'yyyy"年"m"月"', "DATE_HALF_SHOWN", None), (moment(2025, 12, 1), "mmm-yy", "DATE_HALF_SHOWN", None),
    (moment(2025, 12, 1), 'm"月"d"日"', "DATE_HALF_SHOWN", None), (moment(2025, 12, 1, 8), "yyyy-mm-dd", "DATE_HALF_SHOWN", None),
    (time(8, 30), "h:mm", "DATE_HALF_SHOWN", None), (timedelta(hours=30), "[h]:mm:ss", "DATE_HALF_SHOWN", None),
    (45658, "General", "DATE_AS_NUMBER", "2025-01-01"), (2025, "General", "DATE_AS_NUMBER", "2025-01-01"),
    (20250131, "0", "DATE_AS_NUMBER", "2025-01-01"), ("2025/1/31", "@", "DATE_AS_TEXT", "2025-01-31"),
    ("2025年1月31日", "@", "DATE_AS_TEXT", "2025-01-31"), ("２０２５．１．３１", "@", "DATE_AS_TEXT", "2025-01-31"),
    ("2025.2.30", "@", "DATE_AS_TEXT", "2025-01-01"), ("31.1.2025", "@", "DATE_AS_TEXT", "2025-01-01"),
])  # fmt: skip
def test_a_day_that_is_not_plain_is_refused(value: Any, number_format: str, code: str, expected: str | None) -> None:
    found = read("valid_until", value, number_format)[1]
    assert [(c, e) for c, _, e in found] == [(code, expected)]


@pytest.mark.parametrize("field", ["amount", "dqr", "name", "product_id"])
def test_a_date_that_nobody_typed_is_refused(field: str) -> None:
    assert read(field, moment(2025, 1, 2), "d-mmm") == ("2025-01-02", [("DATE_UNEXPECTED", "2025-01-02", None)])


def test_an_empty_cell_and_one_of_no_field_have_no_problem() -> None:
    assert read("amount", None) == read("amount", "  \u3000") == ("", [])
    assert read(None, "=A1") == ("=A1", [])
    assert read("name", value=True)[1] == [("BOOLEAN_CELL", "TRUE", None)]
