from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ledger.errors import InputError
from ledger.numbers import (
    EXACT,
    ResultText,
    SignedText,
    UnsignedText,
    decimals_of,
    parse_decimal,
    round_half_even,
    to_text,
)

BAD = [
    "", "+1", " 1", "1 ", "1_000", "1,000", "1e3", "1E3", ".5", "5.", "00", "01", "-0", "-0.0", "-0.000", "NaN",
    "Infinity", "１２", "1.2.3", "1" * 19, "0." + "1" * 31, "1e9999999", "0x10", "1\n", "٣",
]  # fmt: skip
GOOD = ["0", "1", "0.5", "-0.5", "12.340", "9" * 18, "-" + "9" * 18 + "." + "9" * 30, "0." + "0" * 29 + "1"]


@pytest.mark.parametrize("text", BAD)
def test_a_number_outside_the_grammar_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_decimal(text, "C14")
    assert refused.value.code == "DECIMAL_FORMAT"
    assert refused.value.words("zh").startswith("C14：")


@pytest.mark.parametrize("value", [1, 1.5, None, True, Decimal(1), b"1"])
def test_what_is_not_text_is_no_declared_number(value: object) -> None:
    with pytest.raises(InputError):
        parse_decimal(value)


@pytest.mark.parametrize("text", GOOD)
def test_good_numbers_keep_every_digit(text: str) -> None:
    assert to_text(parse_decimal(text)) == text


@pytest.mark.parametrize("text", BAD)
def test_the_field_types_refuse_what_the_parser_refuses(text: str) -> None:
    for field in (UnsignedText, SignedText, ResultText):
        with pytest.raises(ValidationError):
            TypeAdapter(field).validate_python(text, strict=True)


@pytest.mark.parametrize("text", GOOD)
def test_the_signed_field_accepts_what_the_parser_accepts(text: str) -> None:
    assert TypeAdapter(SignedText).validate_python(text, strict=True) == text


def test_a_result_has_at_most_nine_decimals() -> None:
    assert TypeAdapter(ResultText).validate_python("1.123456789")
    with pytest.raises(ValidationError):
        TypeAdapter(ResultText).validate_python("1.1234567891")


@pytest.mark.parametrize(
    ("text", "decimals", "rounded"),
    [("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("-0.5", 0, "0"), ("0.0000005", 6, "0.000000"),
     ("0.0000015", 6, "0.000002"), ("25.6908951", 6, "25.690895")],
)  # fmt: skip
def test_rounding_is_half_even(text: str, decimals: int, rounded: str) -> None:
    assert to_text(round_half_even(Decimal(text), decimals)) == rounded


@given(st.integers(-(10**30), 10**30), st.integers(0, 40), st.integers(0, 9))
def test_decimal_and_fraction_round_alike(mantissa: int, scale: int, decimals: int) -> None:
    value = Decimal(mantissa).scaleb(-scale, context=EXACT)
    assert round_half_even(value, decimals) == round_half_even(Fraction(value), decimals)


@given(st.integers(1, 10**20), st.integers(1, 10**20))
def test_a_fraction_is_rounded_once(top: int, bottom: int) -> None:
    rounded = round_half_even(Fraction(top, bottom), 6)
    assert abs(Fraction(rounded) - Fraction(top, bottom)) <= Fraction(1, 2 * 10**6)


def test_decimals_of_counts_written_digits() -> None:
    assert [decimals_of(t) for t in ("1", "1.0", "1.500")] == [0, 1, 3]
