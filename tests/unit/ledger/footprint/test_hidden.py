from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.footprints import declared, gas, material

from ledger.disclosures import hide, parse_content
from ledger.errors import EvidenceError
from ledger.findings import Finding, Outcome
from ledger.footprint.hidden import Interval, hidden_interval
from ledger.kind import Shown
from ledger.kinds.footprint import KIND, Footprint

LINES = (gas("CO2", "10"), material("2", "3"), gas("CO2", "-0.5"), gas("CO2", "0.25"))


def shown(content: Footprint, *paths: str) -> Shown:
    return KIND.read_shown(parse_content(hide(KIND.disclose(content, bytes(32)), paths)))


def seen(content: Footprint, *paths: str) -> list[Finding]:
    return list(KIND.check_shown(shown(content, *paths)))


def named(content: Footprint, *paths: str) -> dict[str, Decimal | None]:
    return {f.code: f.kilograms for f in seen(content, *paths)}


def test_what_hidden_lines_weigh_is_what_the_shown_ones_leave() -> None:
    (found,) = seen(declared(*LINES), "lines/0001", "lines/0003")
    assert (found.code, found.outcome, found.kilograms) == ("HIDDEN_LINES", Outcome.NOT_CHECKED, Decimal("6.2500005"))
    assert (found.values["lines"], found.values["low"], found.values["high"]) == (2, "6.2499995", "6.2500005")
    assert not found.blocking


def test_without_the_production_each_shown_line_widens_the_bounds() -> None:
    (found,) = seen(declared(*LINES), "lines/0001", "production")
    assert (found.values["low"], found.values["high"]) == ("5.9999980", "6.0000020")


def test_false_arithmetic_of_a_shown_line_shows_though_others_are_hidden() -> None:
    content = declared(LINES[0], {**LINES[1], "emission": "5.000000"}, LINES[3])
    assert named(content, "lines/0000")["LINE_ARITHMETIC"] == Decimal(1)
    assert "LINE_ARITHMETIC" not in named(content, "lines/0000", "production")
    assert "LINE_ARITHMETIC" not in named(content, "lines/0001")


def test_a_negative_line_cannot_hide_behind_positive_ones() -> None:
    found = seen(declared(*LINES), "lines/0002")
    assert {f.code: f.kilograms for f in found} == {
        "HIDDEN_NEGATIVE": Decimal("0.4999995"),
        "HIDDEN_LINES": Decimal("0.5000005"),
    }
    assert all(f.outcome is Outcome.NOT_CHECKED for f in found)


@pytest.mark.parametrize(
    ("footprint", "kilograms"), [("15.750000", None), ("14.750000", "1.000000"), ("15.750001", "-0.000001")]
)
def test_with_the_header_alone_hidden_the_whole_sum_is_still_checked(footprint: str, kilograms: str | None) -> None:
    content = declared(*LINES, result={"footprint": footprint})
    assert named(content, "header") == ({} if kilograms is None else {"RESULT_ARITHMETIC": Decimal(kilograms)})


def test_of_a_hidden_result_nothing_is_said() -> None:
    assert seen(declared(*LINES), "result", "lines/0001") == []


def test_a_line_beyond_the_number_of_lines_is_refused() -> None:
    found = shown(declared(*LINES), "lines/0001")
    beyond = Shown({**found._sections, "lines": {9: found.lines[0]}}, found.hidden)
    with pytest.raises(EvidenceError):
        hidden_interval(beyond)
    assert [f.code for f in KIND.check_shown(beyond)] == ["CONTENT_FORMAT"]


numbers = st.integers(-(10**7), 10**7).map(lambda n: f"{Decimal(n).scaleb(-5):f}" if n else "0")


@given(
    st.lists(st.tuples(numbers, st.booleans()), min_size=1, max_size=8),
    st.booleans(),
    st.integers(0, 9),
    st.sampled_from(["1", "3", "0.7"]),
)
def test_the_truth_lies_within_the_bounds_whatever_is_hidden(
    rows: Any, production: bool, decimals: int, output: str
) -> None:
    content = declared(*(gas("CO2", amount) for amount, _ in rows), decimals=decimals, production={"output": output})
    hidden = [f"lines/{n:04d}" for n, (_, is_hidden) in enumerate(rows) if is_hidden]
    interval = hidden_interval(shown(content, *hidden, *(() if production else ("production",))))
    assert isinstance(interval, Interval)
    truth = sum((Fraction(amount) / Fraction(output) for amount, is_hidden in rows if is_hidden), Fraction(0))
    assert interval.lines == len(hidden)
    assert interval.low <= truth <= interval.high
    width = Fraction(1 if production else 1 + len(rows) - len(hidden), 10**decimals)
    assert interval.high - interval.low == width
