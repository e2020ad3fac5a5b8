from __future__ import annotations

import pytest

from api.form import DAYS, HEADER_NAMES, LINE_NAMES, NUMBERS, Draft, DraftError, Problems, Text, finished
from ledger.errors import InputError

LINE = ("a 2", {"name": Text("电", "a 2")})


def told(problems: Problems) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in problems.found]


def test_first_and_last_day_are_one_period() -> None:
    problems = Problems()
    header = {"period_start": Text("2025-01-01", "a 3"), "period_end": Text("2025-12-31", "a 4")}
    draft = finished(Draft("a", header, (LINE,)), problems)
    assert (draft.header["period"], told(problems)) == (Text("2025-01-01..2025-12-31", "a 3"), [])


def test_a_period_is_said_once_and_whole() -> None:
    problems = Problems()
    finished(Draft("a", {"period_start": Text("2025-01-01", "a 3")}, (LINE,)), problems)
    finished(Draft("a", {"period_end": Text("2025-12-31", "a 4"), "period": Text("x..y", "a 5")}, (LINE,)), problems)
    assert told(problems) == [("DRAFT_FIELD_MISSING", "a 3"), ("DUPLICATE_KEY", "a 4")]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_a_name_that_a_spreadsheet_would_calculate_is_refused_in_every_format(sign: str) -> None:
    problems = Problems()
    header = {"product": Text(f"{sign}A1", "a 1"), "output": Text("-5", "a 2")}
    finished(Draft("a", header, (("a 3", {"name": Text(f"{sign}1+1", "a 3"), "amount": Text("-1", "a 3")}),)), problems)
    assert told(problems) == [("TEXT_LIKE_FORMULA", "a 1"), ("TEXT_LIKE_FORMULA", "a 3")]


def test_a_draft_has_lines() -> None:
    with pytest.raises(InputError, match="DRAFT_NO_LINES"):
        finished(Draft("a", {}, ()), Problems())
    with pytest.raises(InputError, match="TOO_MANY_PARTS"):
        finished(Draft("a", {}, (LINE,) * 9_991), Problems())


def test_a_place_is_complained_of_once_and_cells_come_in_the_order_of_the_file() -> None:
    places = ["x 活动数据!AA3", "x 活动数据!B12", "x", "x 产品!B20", "x 活动数据!B3", "x 活动数据!3:3"]
    problems = Problems(read=tuple(InputError("FORMULA_CELL", place=place, got="=A1") for place in places))
    problems.add("DECIMAL_FORMAT", "x 活动数据!B12", got="=A1")
    problems.add("DRAFT_CHOICE", "x 活动数据!C3", got="y", expected="t")
    with pytest.raises(DraftError) as refused:
        problems.check()
    assert [(p.code == "DRAFT_CHOICE", p.place.removeprefix("x").strip()) for p in refused.value.problems] == [
        (False, ""), (False, "产品!B20"), (False, "活动数据!3:3"), (False, "活动数据!B3"), (True, "活动数据!C3"),
        (False, "活动数据!AA3"), (False, "活动数据!B12"),
    ]  # fmt: skip


def test_what_fields_hold_is_said_of_fields_that_there_are() -> None:
    assert HEADER_NAMES.keys() | LINE_NAMES.keys() >= NUMBERS | DAYS
