from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calculation import line_emission, same_value, total
from ledger.errors import InputError
from ledger.numbers import is_rounded, round_half_even, to_text
from ledger.units import conversion


class Line(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def number(*, positive: bool = False) -> st.SearchStrategy[str]:
    """Declared numbers, up to the grammar's longest."""
    whole = st.integers(1 if positive else 0, 10**18 - 1)
    return st.builds(lambda w, f: f"{w}.{f}" if f else f"{w}", whole, st.from_regex(r"\A[0-9]{0,30}\Z"))


UNITS = st.sampled_from([("kg", "kg"), ("t", "kg"), ("g", "t"), ("MJ", "kWh"), ("kWh", "MJ"), ("h", "d"), ("L", "m3")])
LINES = st.builds(lambda a, u, s, v: Line(a, u[0], s, v, u[1]), number(), UNITS, st.none() | number(), number())


def plain(line: Line, output: str) -> Fraction:
    """The formula of the design, in fractions only."""
    factor = conversion(line.unit, line.per)
    assert factor is not None
    return Fraction(line.amount) * Fraction(line.value) * Fraction(line.share or 1) * factor / Fraction(output)


@given(LINES, number(positive=True) | st.sampled_from(["1", "3", "1000", "0.5", "0." + "0" * 29 + "1"]))
def test_a_line_is_the_formula_in_fractions(line: Line, output: str) -> None:
    assert line_emission(line, output) == plain(line, output)


@given(st.lists(LINES, max_size=12), number(positive=True) | st.sampled_from(["1", "1000", "3"]))
def test_a_sum_is_the_sum_of_fractions(lines: list[Line], output: str) -> None:
    assert total(line_emission(line, output) for line in lines) == sum(plain(line, output) for line in lines)


def test_the_longest_numbers_of_the_grammar_stay_exact() -> None:
    long = "9" * 18 + "." + "9" * 30
    line = Line(long, "t", long, long, "kg")
    assert total([line_emission(line, "0." + "0" * 29 + "1")] * 10_000) == plain(line, "0." + "0" * 29 + "1") * 10_000


@pytest.mark.parametrize(("unit", "per", "output", "kind"), [
    ("kg", "kg", "1000", Decimal), ("t", "kg", "1", Decimal), ("MJ", "kWh", "1", Fraction), ("kg", "kg", "3", Fraction),
])  # fmt: skip
def test_only_what_leaves_the_decimals_is_a_fraction(unit: str, per: str, output: str, kind: type) -> None:
    assert isinstance(line_emission(Line("2", unit, None, "3", per), output), kind)


def test_other_dimensions_are_refused_whatever_the_output() -> None:
    for output in ("1", "7"):
        with pytest.raises(InputError) as refused:
            line_emission(Line("1", "kWh", None, "1", "kg"), output)
        assert refused.value.code == "UNIT_MISMATCH"


@given(st.fractions(max_denominator=10**12), st.integers(0, 9), st.sampled_from([-1, 0, 1]))
def test_what_is_written_is_the_one_rounding(exact: Fraction, decimals: int, off: int) -> None:
    oracle = Fraction(round(exact * 10**decimals) + off, 10**decimals)
    text = to_text(round_half_even(oracle, decimals))
    assert is_rounded(exact, text, decimals) == (off == 0)
    assert not is_rounded(exact, text + "0" if "." in text else text + ".0", decimals)


@pytest.mark.parametrize("exact", ["0.5", "1.5", "2.5", "-0.5", "-1.5"])
def test_ties_go_to_the_even_one_in_decimals_and_in_fractions(exact: str) -> None:
    for value in (Decimal(exact), Fraction(exact)):
        assert round_half_even(value, 0) == round(Fraction(exact))


def test_the_same_text_is_the_same_value_and_another_is_compared() -> None:
    assert same_value("1.50", "kg", "1.50", "kg")
    assert same_value("1.50", "kg", "1.5", "kg")
    assert same_value("1.50", "kg", "1.51", "kg") is False
