from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.footprints import declared, failed, failed_codes, gas, material, open_questions, rounded, upstream

GOOD, POOR = (
    {"technological": t, "geographical": g, "temporal": r} for t, g, r in (("1", "2", "1.5"), ("5", "4", "3"))
)
DQI = {"technologicalDQR": "2.00", "geographicalDQR": "2.50", "temporalDQR": "1.88"}
LINES = (gas("CO2", "60", data="primary", dqr=GOOD), material("2", "5", dqr=POOR),
         gas("CO2", "10", data="secondary", dqr=POOR),
         upstream("0.5", "40", source={"primary_data_share": "35.0", "dqi": {"technologicalDQR": "2", "geographicalDQR": "2.5", "temporalDQR": "1.9"}}))  # fmt: skip


def test_the_primary_share_is_weighted_by_emissions_and_suppliers_pass_on_their_own() -> None:
    """(60 x 100 + 10 x 0 + 10 x 0 + 20 x 35) / 100 = 67"""
    for text in ("67", "67.0", "67.000"):
        assert failed(declared(*LINES, result={"primaryDataShare": text})) == []
    found = declared(*LINES, result={"primaryDataShare": "72"})
    assert failed(found) == [("QUALITY_MEAN", "-")]
    assert open_questions(found) == {}


@pytest.mark.parametrize(("change", "right"), [
    ({}, True), ({"technologicalDQR": "2.01"}, False), ({"geographicalDQR": "1"}, False), ({"temporalDQR": "1.8"}, False),
])  # fmt: skip
def test_each_rating_is_the_weighted_mean(change: dict[str, str], right: bool) -> None:
    """(60 + 5x10 + 5x10 + 2x20)/100 = 2; (120 + 40 + 40 + 50)/100 = 2.5; (90 + 30 + 30 + 38)/100 = 1.88"""
    assert failed_codes(declared(*LINES, result={"dqi": DQI | change})) == ([] if right else ["QUALITY_MEAN"])


def test_an_activity_that_was_measured_on_a_published_factor_is_not_primary() -> None:
    content = declared(material("2", "5", data="primary"), result={"primaryDataShare": "100"})
    assert failed_codes(content) == ["QUALITY_MEAN"]


@pytest.mark.parametrize(("data", "share"), [(None, "67.0"), ("primary", "67.0"), ("secondary", "60.0")])
def test_an_estimated_amount_takes_no_primary_share_from_its_supplier(data: str | None, share: str) -> None:
    """Primary only if activity and value both are: (60 x 100 + 20 x 35 or 0) / 100."""
    more = {} if data is None else {"data": data}
    lines = [*LINES[:3], {**LINES[3], **more}]
    assert failed(declared(*lines, result={"primaryDataShare": share})) == []
    wrong = {"67.0": "60.0", "60.0": "67.0"}[share]
    assert failed_codes(declared(*lines, result={"primaryDataShare": wrong})) == ["QUALITY_MEAN"]


def test_what_nobody_rated_is_left_open_with_its_kilograms_within_what_is_possible() -> None:
    lines = [gas("CO2", "60", data="primary", dqr=GOOD), upstream("2", "20")]
    content = declared(*lines, result={"primaryDataShare": "75", "dqi": DQI})
    assert failed(content) == []
    assert open_questions(content) == {"QUALITY_OPEN": Decimal("40.000000")}
    for share in ("59", "101"):
        assert failed_codes(declared(*lines, result={"primaryDataShare": share})) == ["QUALITY_MEAN"]
    for change in ({"technologicalDQR": "2.7"}, {"geographicalDQR": "1.5"}, {"temporalDQR": "3.0"}):
        assert failed_codes(declared(*lines, result={"dqi": DQI | change})) == ["QUALITY_MEAN"]


def test_a_credit_weighs_as_much_as_a_burden() -> None:
    """calc.md: use |e|; netted, the share would be 120 %."""
    lines = [gas("CO2", "60", data="primary"), gas("CO2", "-10", data="secondary")]
    assert failed(declared(*lines, result={"primaryDataShare": "85.7"})) == []
    assert failed_codes(declared(*lines, result={"primaryDataShare": "120"})) == ["QUALITY_MEAN"]


def test_of_nothing_there_is_no_share() -> None:
    assert failed(declared(gas("CO2", "0", data="primary"), result={"primaryDataShare": "3"})) == []


shares = st.integers(0, 1000).map(lambda n: Fraction(n, 10))


@given(st.lists(st.tuples(st.integers(0, 10**6), shares), min_size=1, max_size=8), st.integers(0, 9))
def test_the_share_is_the_fraction_arithmetic(rows: list[tuple[int, Fraction]], decimals: int) -> None:
    whole = sum(kg for kg, _ in rows)
    if not whole:
        return
    lines = [upstream("1", str(kg), source={"primary_data_share": rounded(share, 1)}) for kg, share in rows]
    text = rounded(sum((kg * share for kg, share in rows), Fraction(0)) / whole, decimals)
    assert failed_codes(declared(*lines, result={"primaryDataShare": text})) == []
    off = f"{Decimal(text) + Decimal(1).scaleb(-decimals):f}"
    assert failed_codes(declared(*lines, result={"primaryDataShare": off})) == ["QUALITY_MEAN"]


def test_ratings_outside_one_to_five_do_not_exist() -> None:
    bad: Any = {**GOOD, "temporal": "6"}
    with pytest.raises(ValueError, match="temporal"):
        declared(gas("CO2", "1", dqr=bad))
