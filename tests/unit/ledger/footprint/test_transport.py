from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.footprints import declared, failed, failed_codes, material, open_questions

WELL = {"wtt": "0.012", "ttw": "0.066"}


def leg(origin: str, destination: str, days: tuple[str, str] = ("2025-03-01", "2025-03-02"), *, mass: str = "2",
        distance: str = "45", mode: str = "road") -> dict[str, str]:  # fmt: skip
    return {"mode": mode, "origin": origin, "destination": destination, "depart": days[0], "arrive": days[1],
            "mass": mass, "distance": distance, "distance_kind": "SFD"}  # fmt: skip


TRUCK = leg("CNBAO", "CNTAC")
ONWARD = leg("CNTAC", "CNSHA", ("2025-03-02", "2025-03-03"), distance="55")


def transport(
    *legs: dict[str, str], amount: str = "200", unit: str = "t.km", source: Any = WELL, **more: Any
) -> dict[str, Any]:
    return material("0.078", amount, per="t.km", kind="transport", source=source, unit=unit, legs=list(legs), **more)


@pytest.mark.parametrize(("amount", "unit"), [("200", "t.km"), ("200000", "kg.km")])
def test_the_amount_of_a_transport_line_is_what_its_legs_carried(amount: str, unit: str) -> None:
    content = declared(transport(TRUCK, ONWARD, amount=amount, unit=unit))
    assert failed(content) == []
    assert open_questions(content) == {}


@pytest.mark.parametrize(("amount", "kilograms"), [("180", "1.560000"), ("200.1", "-0.007800"), ("0", "-")])
def test_another_amount_weighs_the_difference(amount: str, kilograms: str) -> None:
    assert failed(declared(transport(TRUCK, ONWARD, amount=amount))) == [("LEG_ACTIVITY", kilograms)]


def test_legs_of_mass_alone_are_not_an_amount_of_kilometres() -> None:
    line = material("2", "200", kind="transport", legs=[TRUCK], source={"wtt": "2"})
    assert "UNIT_MISMATCH" in failed_codes(declared(line))


@pytest.mark.parametrize(("legs", "breaks"), [
    ([TRUCK, ONWARD], 0),
    ([ONWARD, TRUCK], 2),
    ([TRUCK, leg("CNKSN", "CNSHA", ("2025-03-02", "2025-03-03"), distance="55")], 1),
    ([TRUCK, leg("CNTAC", "CNSHA", ("2025-03-01", "2025-03-03"), distance="55")], 1),
    ([leg("CNBAO", "CNTAC", ("2025-03-02", "2025-03-01")), ONWARD], 1),
])  # fmt: skip
def test_legs_follow_one_another_in_place_and_time(legs: list[dict[str, str]], breaks: int) -> None:
    assert failed_codes(declared(transport(*legs))) == ["LEG_BREAK"] * breaks


def test_a_chain_runs_on_through_lines_of_other_modes() -> None:
    barge = leg("CNTAC", "CNSHA", ("2025-03-02", "2025-03-04"), mode="inland_waterway", distance="60")
    first, second = transport(TRUCK, amount="90", chain="IN-1"), transport(barge, amount="120", chain="IN-1")
    assert failed_codes(declared(first, second)) == []
    assert failed_codes(declared(second, first)) == ["LEG_BREAK", "LEG_BREAK"]
    other = {**first, "chain": "IN-2"}
    assert failed_codes(declared(second, other)) == []


def test_a_line_has_one_mode_because_it_has_one_factor() -> None:
    flight = leg("CNTAC", "CNSHA", ("2025-03-02", "2025-03-03"), mode="air", distance="55")
    assert failed(declared(transport(TRUCK, flight))) == [("LEG_MODES", "15.600000")]
    material_with_legs = {**transport(TRUCK, ONWARD), "kind": "material"}
    assert failed_codes(declared(material_with_legs)) == ["LEG_MODES"]


def test_a_hub_counts_its_tonnes() -> None:
    hub = leg("CNSHA", "CNSHA", mode="hub", distance="0")
    line = material("1.2", "2", per="t", kind="transport", legs=[hub], source={"wtt": "0.2", "ttw": "1"})
    assert failed(declared(line)) == []
    assert failed(declared({**line, "amount": "3"})) == [("LEG_ACTIVITY", "-1.200000")]


@pytest.mark.parametrize(("days", "outside"), [
    (("2024-12-30", "2025-01-01"), False), (("2025-12-31", "2026-01-02"), False), (("2024-12-30", "2024-12-31"), True),
    (("2026-01-01", "2026-01-02"), True),
])  # fmt: skip
def test_a_journey_belongs_to_the_period_in_which_some_of_it_lies(days: tuple[str, str], outside: bool) -> None:
    line = transport(leg("CNBAO", "CNTAC", days), amount="90")
    assert failed(declared(line)) == ([("LEG_PERIOD", "7.020000")] if outside else [])


@pytest.mark.parametrize(("kind", "daf", "amount", "found"), [
    ("SFD", "1.05", "94.5", []), ("GCD", "1.2", "108", []), ("GCD", "1.2", "90", [("LEG_ACTIVITY", "1.404000")]),
    ("actual", "1.05", "94.5", [("LEG_DAF", "7.371000")]), ("SFD", "0.9", "81", [("LEG_DAF", "6.318000")]),
    ("SFD", "3.01", "270.9", [("LEG_DAF", "21.130200")]),
])  # fmt: skip
def test_a_distance_is_adjusted_to_what_was_driven(kind: str, daf: str, amount: str, found: list[Any]) -> None:
    content = declared(transport({**TRUCK, "distance_kind": kind, "daf": daf}, amount=amount))
    assert (failed(content), open_questions(content)) == (found, {})


@pytest.mark.parametrize(("mode", "asked"), [("road", True), ("sea", True), ("air", False)])
def test_a_great_circle_on_the_ground_is_shorter_than_any_road(mode: str, asked: bool) -> None:
    content = declared(transport({**TRUCK, "mode": mode, "distance_kind": "GCD"}, amount="90"))
    assert failed(content) == []
    assert open_questions(content) == ({"LEG_GREAT_CIRCLE": Decimal("7.020000")} if asked else {})


def coil(amount: str, unit: str = "kg", chain: str = "IN-1") -> dict[str, Any]:
    """What came by a transport chain."""
    return material("2", amount, per=unit, chain=chain)


@pytest.mark.parametrize(("came", "found"), [
    (["2000"], []), (["1990"], []), (["1500", "500"], []), (["3000"], [("LEG_MASS", "7.800000")]),
    (["1500", "1000"], [("LEG_MASS", "3.900000")]), (["-2500"], [("LEG_MASS", "3.900000")]),
])  # fmt: skip
def test_legs_move_all_that_came_by_their_chain(came: list[str], found: list[Any]) -> None:
    """2 t on the legs; of 3 t a third was left out, that is half of what is stated."""
    moved = transport(TRUCK, ONWARD, chain="IN-1")
    assert failed(declared(moved, *(coil(amount) for amount in came))) == found
    assert failed_codes(declared(moved, coil("9000", chain="IN-2"))) == ["LEG_NO_CHAIN"]


def test_one_light_leg_is_enough_to_lose_the_goods() -> None:
    light = {**ONWARD, "mass": "1"}
    content = declared(transport(TRUCK, light, amount="145", chain="IN-1"), coil("2", "t"))
    assert failed(content) == [("LEG_MASS", "4.290000")]


def test_pieces_cannot_be_weighed_against_legs() -> None:
    content = declared(transport(TRUCK, ONWARD, chain="IN-1"), coil("2", "piece"))
    assert failed(content) == []
    assert open_questions(content) == {"LEG_MASS_OPEN": Decimal("15.600000")}


@pytest.mark.parametrize(("source", "found"), [
    (WELL, []), ({"wtt": "0.012"}, [("WTW_SUM", "-13.200000")]), ({"wtt": "0.012", "ttw": "0.078"}, [("WTW_SUM", "2.400000")]),
    ({"ttw": "0.078"}, []), ({}, []),
])  # fmt: skip
def test_well_to_wheel_is_well_to_tank_and_tank_to_wheel(source: dict[str, str], found: list[Any]) -> None:
    content = declared(transport(TRUCK, ONWARD, source=source))
    assert failed(content) == found
    assert open_questions(content) == ({} if source else {"WTW_NOT_STATED": Decimal("15.600000")})


def test_what_flew_is_stated_apart() -> None:
    flight = transport(leg("CNSHA", "DEFRA", mode="air", mass="0.1", distance="8800"), amount="880")
    content = declared(transport(TRUCK, ONWARD), flight, result={"aircraftGhgEmissions": "68.64"})
    assert failed(content) == []
    assert failed(declared(transport(TRUCK, ONWARD), flight, result={"aircraftGhgEmissions": "0"})) == [
        ("RESULT_FIELD", "69")
    ]


@pytest.mark.parametrize("change", [
    {"origin": "Shanghai"}, {"origin": "CN1HA"}, {"mode": "balloon"}, {"depart": "2025-02-30"}, {"distance": "-1"},
    {"mass": 2}, {"distance_kind": "crow"}, {"note": "x"},
])  # fmt: skip
def test_a_malformed_leg_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        declared(transport({**TRUCK, **change}))


numbers = st.integers(1, 10**6).map(lambda n: f"{Decimal(n).scaleb(-3):f}")


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), st.sampled_from(["t.km", "kg.km"]))
def test_the_legs_sum_exactly_whatever_they_carry(rows: list[tuple[str, str]], unit: str) -> None:
    done = sum((Decimal(m) * Decimal(d) for m, d in rows), Decimal(0)) * (1000 if unit == "kg.km" else 1)
    legs = [leg("CNSHA", "CNSHA", ("2025-03-01", "2025-03-01"), mass=m, distance=d) for m, d in rows]
    assert failed_codes(declared(transport(*legs, amount=f"{done:f}", unit=unit), decimals=9)) == []
    off = done + Decimal("0.000001")
    assert failed_codes(declared(transport(*legs, amount=f"{off:f}", unit=unit), decimals=9)) == ["LEG_ACTIVITY"]
