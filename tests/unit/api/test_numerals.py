from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.form import Text
from api.numerals import as_shown, number_of, of_double, readings
from ledger.errors import InputError
from ledger.numbers import is_decimal


@pytest.mark.parametrize(("text", "meant"), [
    ("1,234.5", ["1234.5"]), ("1.234,5", ["1234.5"]), ("1,234,567", ["1234567"]), ("1.234.567", ["1234567"]),
    ("1,234", ["1234", "1.234"]), ("1,5", ["1.5"]), ("-1,5", ["-1.5"]), ("１，２３４．５", ["1234.5"]), ("７４０", ["740"]),
    ("0。5", ["0.5"]), ("1 240", ["1240"]), ("1\u00a0240,5", ["1240.5"]), ("1'240", ["1240"]), ("1_000", ["1000"]),
    ("+5", ["5"]), ("−5", ["-5"]), ("007", ["7"]), (".5", ["0.5"]), ("5.", ["5"]), ("-0", ["0"]), ("1e3", ["1000"]),
    ("7.4E2", ["740"]), ("5e-3", ["0.005"]), ("50%", ["0.50"]), ("１２．５％", ["0.125"]),
    ("1.2.3", []), ("1,23,456", []), ("1,234.567.8", []), ("740 MWh", []), ("约740", []), ("0x10", []), ("三", []),
    ("1e99", []), ("", []), (".", []), ("-", []), ("%", []), ("--5", []), ("1/2", []), ("12:30", []), ("NaN", []),
])  # fmt: skip
def test_what_is_meant_is_proposed_and_never_taken(text: str, meant: list[str]) -> None:
    assert readings(text) == meant
    with pytest.raises(InputError) as refused:
        number_of(Text(text, "活动数据!C14"))
    assert refused.value.code == ("DECIMAL_NEAR" if meant else "DECIMAL_FORMAT")
    assert "活动数据!C14" in refused.value.words("zh")
    assert all(reading in refused.value.words("zh") for reading in meant)


@given(st.text(alphabet="0123456789.,-+eE% '１２，．。_", max_size=12))
def test_a_proposal_is_always_a_decimal_and_a_decimal_needs_none(text: str) -> None:
    assert all(is_decimal(reading) for reading in readings(text))
    if is_decimal(text):
        assert number_of(Text(text, "")) == text


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-12, 0))
def test_what_a_person_typed_comes_back_from_the_double(digits: int, exponent: int) -> None:
    typed = Decimal(digits).scaleb(exponent)
    assert Decimal(of_double(float(typed)) or "NaN") == typed


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_taken_when_fifteen_digits_say_it_whole(value: float) -> None:
    taken = of_double(value)
    if taken is None:
        assert not math.isfinite(value) or abs(value) >= 1e15 or float(f"{value:.15g}") != value
    else:
        assert float(taken) == value
    assert as_shown(value)


@pytest.mark.parametrize(("value", "text"), [
    (0.1, "0.1"), (float("0.10000000000000001"), "0.1"), (float("19.989999999999998"), "19.99"), (740, "740"),
    (1e-7, "0.0000001"), (1.5e6, "1500000"), (-0.0, "0"), (-2.5, "-2.5"), (999999999999999, "999999999999999"),
])  # fmt: skip
def test_the_digits_that_excel_writes_are_what_was_typed(value: float, text: str) -> None:
    assert of_double(value) == text


@pytest.mark.parametrize(("value", "shown"), [
    (0.1 + 0.2, "0.3"), (1 / 3, "0.333333333333333"), (12345678901234567, "12345678901234600"), (10**15, "1000000000000000"),
    (math.inf, "inf"), (1e300, "1E+300"),
])  # fmt: skip
def test_what_nobody_can_have_typed_is_not_taken(value: float, shown: str) -> None:
    assert of_double(value) is None
    assert as_shown(value) == shown
