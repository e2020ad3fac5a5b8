from __future__ import annotations

import pytest

from api.form import Problems, Text
from api.tables import cell, columns_of, header_field, line_of


def row(*texts: str) -> list[Text]:
    return [Text(text, f"{cell(column, 7)}") for column, text in enumerate(texts)]


def told(problems: Problems) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in problems.found]


@pytest.mark.parametrize(("column", "row", "name"), [(0, 1, "A1"), (25, 2, "Z2"), (26, 3, "AA3"), (701, 1, "ZZ1")])
def test_cells_are_named_as_spreadsheets_do(column: int, row: int, name: str) -> None:
    assert cell(column, row) == name


def test_a_title_may_name_a_field_in_both_languages_but_only_one_field() -> None:
    problems = Problems()
    assert columns_of(row("数量 amount", "kind", "单位\nunit", ""), problems) == ["amount", "kind", "unit", None]
    assert told(problems) == []
    assert columns_of(row("数量 unit", "amount kg", "类别", "kind"), problems) == [None, None, "kind", "kind"]
    assert told(problems) == [("DRAFT_FIELD_UNKNOWN", "A7"), ("DRAFT_FIELD_UNKNOWN", "B7"), ("DUPLICATE_KEY", "D7")]


def test_a_header_row_has_one_value() -> None:
    problems = Problems()
    header: dict[str, Text] = {}
    header_field(row("产品名称 product", "车门内板"), header, problems)
    header_field(row("unit"), header, problems)
    header_field(row("unit", ""), header, problems)
    assert (header, told(problems)) == ({"product": Text("车门内板", "B7")}, [])
    header_field(row("产品", "x"), header, problems)
    header_field(row("颜色", "x"), header, problems)
    header_field(row("gwp", "AR5", "", "AR6"), header, problems)
    assert told(problems) == [("DUPLICATE_KEY", "A7"), ("DRAFT_FIELD_UNKNOWN", "A7"), ("DRAFT_SHAPE", "D7")]


def test_a_value_under_no_title_is_a_problem() -> None:
    problems = Problems()
    assert line_of(row("5", "", "x", "y"), ["amount", "unit", None], problems) == {"amount": Text("5", "A7")}
    assert told(problems) == [("DRAFT_SHAPE", "C7"), ("DRAFT_SHAPE", "D7")]
