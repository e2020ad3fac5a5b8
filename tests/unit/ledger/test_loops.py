"""Loops of firms: one least fixed point, reached from zero in every order, with a certificate that it exists."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.loops import Member, certify, distances, feedback, is_one_loop, least_fixed_point

F = Fraction

# Heijungs and Suh, The Computational Structure of Life Cycle Assessment (2002), chapter 2: 2 litres of fuel and 1 kg of
# CO2 give 10 kWh, and 100 litres of fuel emit 10 kg. As printed it is no loop: 1,000 kWh come to 120 kg.
PRINTED = [Member(F(1, 10), ((1, F(2, 10)),), 9), Member(F(10, 100), (), 9)]
# The same with 20 kWh for each 100 litres. Only the printed system was at hand when this was written, in other people's
# course material; the loop is ours.
ELECTRICITY = [Member(F(1, 10), ((1, F(2, 10)),), 9), Member(F(10, 100), ((0, F(20, 100)),), 9)]
# Steel takes scrap and scrap's handling takes steel, exactly 361/195 and 8/39. A published source of this pair was looked
# for and not found: the numbers are ours.
STEEL = [Member(F("1.8"), ((1, F("0.25")),), 9), Member(F("0.02"), ((0, F("0.1")),), 9)]


def solved(members: list[Member]) -> list[Fraction]:
    """Without rounding, by elimination."""
    count = len(members)
    rows = [[F(int(i == j)) for j in range(count)] + [members[i].direct] for i in range(count)]
    for i, member in enumerate(members):
        for one, quantity in member.inputs:
            rows[i][one] -= quantity
    for i in range(count):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(count):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def made(seed: int) -> list[Member]:
    chance = Random(seed)
    count = chance.randint(1, 6)
    rows = []
    for _ in range(count):
        inputs = [(chance.randrange(count), F(chance.randint(0, 300), 1_000)) for _ in range(chance.randint(0, 3))]
        rows.append(Member(F(chance.randint(0, 10**6), 10**3), tuple(inputs), chance.randint(0, 9)))
    return rows


def test_heijungs_and_suh_s_electricity_and_fuel_as_printed() -> None:
    assert [1000 * value for value in solved(PRINTED)] == [120, 100]
    assert least_fixed_point(PRINTED) == [Decimal("0.12"), Decimal("0.1")]
    assert not is_one_loop(PRINTED)


def test_their_loops_come_to_one_eighth_and_steel_and_scrap_to_361_195_and_8_39() -> None:
    assert solved(ELECTRICITY) == [F(1, 8), F(1, 8)]
    assert least_fixed_point(ELECTRICITY) == [Decimal("0.125"), Decimal("0.125")]
    assert solved(STEEL) == [F(361, 195), F(8, 39)]
    assert least_fixed_point(STEEL) == [Decimal("1.851282051"), Decimal("0.205128205")]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_it_is_a_fixed_point_within_the_certified_distance(seed: int) -> None:
    members = made(seed)
    certificate = certify(members)
    assert certificate.theta < 1
    values = least_fixed_point(members)
    for member, value in zip(members, values, strict=True):
        exact = member.direct + sum((q * F(values[one]) for one, q in member.inputs), F(0))
        assert round(exact, member.decimals) == F(value)
    truth = solved(members)
    for value, true, distance in zip(values, truth, distances(members, certificate), strict=True):
        assert abs(F(value) - true) <= distance


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_any_order_of_updates_gives_the_same_bits(seed: int) -> None:
    members = made(seed)
    assert climbed(members, Random(seed + 1)) == [F(value) for value in least_fixed_point(members)]


def climbed(members: list[Member], chance: Random) -> list[Fraction]:
    """From zero, one member chosen by chance at a time, with Python's own rounding, until none moves."""
    values = [F(0)] * len(members)
    still: set[int] = set()
    while len(still) < len(members):
        number = chance.randrange(len(members))
        member = members[number]
        found = round(member.direct + sum((q * values[one] for one, q in member.inputs), F(0)), member.decimals)
        still = still | {number} if found == values[number] else set()
        values[number] = F(found)
    return values


def test_the_least_of_several_fixed_points_is_taken() -> None:
    """In whole kilograms x = 0.5 + 0.75 x holds at 0 to 4, at both ends by a tie; without rounding it is 2."""
    members = [Member(F(1, 2), ((0, F(3, 4)),), 0)]
    assert [x for x in range(9) if round(F(1, 2) + F(3, 4) * x) == x] == [0, 1, 2, 3, 4]
    assert least_fixed_point(members) == [Decimal(0)]


@pytest.mark.parametrize("quantity", ["1", "1.01", "1000000"])
def test_a_loop_that_gives_back_all_it_takes_has_no_certificate(quantity: str) -> None:
    assert certify([Member(F(1), ((0, F(quantity)),), 9)]).theta >= 1


def test_theta_is_exact_and_not_what_floats_say() -> None:
    assert feedback(ELECTRICITY, [1, 1]) == F(1, 5)
    assert feedback(STEEL, [5, 2]) == F(1, 4)


def test_a_chain_is_no_loop() -> None:
    assert is_one_loop(STEEL)
    assert is_one_loop([Member(F(1), ((0, F(1, 2)),), 9)])
    assert not is_one_loop([Member(F(1), (), 9)])
    assert not is_one_loop([Member(F(1), ((1, F(1)),), 9), Member(F(1), (), 9)])
    assert not is_one_loop([*STEEL, Member(F(1), ((0, F(1)),), 9)])
