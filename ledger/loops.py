"""Firms that feed one another in one period: the least fixed point of their rounded footprints.

`f = direct + sum of quantity x f(supplier)`, each rounded once, half to even, to its own decimals. With nothing
negative that is a monotone map, so iteration from zero climbs to the same least fixed point in every order (Knaster
and Tarski, Kleene); the rounded map may have others above it, so the protocol names this one. That the climb ends,
and how far the result can stand from the unrounded solution, is certified by weights w > 0 with Q w <= theta w and
theta < 1 (Collatz and Wielandt), exactly, without solving anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple

MAX_FEEDBACK: Final = Fraction(49, 50)
"""Largest theta: so the climb takes a few thousand sweeps at most, for values of any declared size."""

_STEPS: Final = 400
"""Steps towards good weights; in each, what is left of a group's feedback shrinks by its own factor."""

_GRAIN: Final = 2**30


class Member(NamedTuple):
    """One product of a loop: kgCO2e from outside the loop, what it takes from the loop, and its result's decimals."""

    direct: Fraction
    inputs: tuple[tuple[int, Fraction], ...]
    """Members by number, and how many of their declared units stand in one of this."""
    decimals: int


class Certificate(NamedTuple):
    """Q w <= theta w for the weights w."""

    theta: Fraction
    weights: tuple[int, ...]


def certify(members: Sequence[Member]) -> Certificate:
    """The smallest theta that a few steps of w = 1 + Q w lead to. The group converges when it is below 1.

    Floats only suggest the weights; theta is calculated from them exactly.
    """
    weights = [1.0] * len(members)
    for _ in range(_STEPS):
        weights = [1 + sum(float(quantity) * weights[one] for one, quantity in m.inputs) for m in members]
        if max(weights) > 1e12:
            break
    whole = tuple(int(weight * _GRAIN) for weight in weights)
    return Certificate(feedback(members, whole), whole)


def feedback(members: Sequence[Member], weights: Sequence[int]) -> Fraction:
    """The least theta with Q w <= theta w for positive weights."""
    zero = Fraction(0)
    return max(
        sum((quantity * weights[one] for one, quantity in member.inputs), zero) / weight
        for member, weight in zip(members, weights, strict=True)
    )


def least_fixed_point(members: Sequence[Member]) -> list[Decimal]:
    """The solved values in kgCO2e. Ends when `certify` gave a theta below 1; nothing may be negative."""
    rows = [_row(member) for member in members]
    values = [0] * len(members)
    moving = True
    while moving:
        moving = False
        for number, (direct, inputs, modulus, step) in enumerate(rows):
            total = direct + sum(quantity * values[one] for one, quantity in inputs)
            whole, left = divmod(total, modulus)
            found = (whole + (2 * left + (whole & 1) > modulus)) * step
            moving |= found != values[number]
            values[number] = found
    return [
        Decimal(value // 10 ** (9 - member.decimals)).scaleb(-member.decimals)
        for value, member in zip(values, members, strict=True)
    ]


def _row(member: Member) -> tuple[int, list[tuple[int, int]], int, int]:
    """Integers over one denominator, values in nano-kilograms: direct, inputs, modulus, step."""
    step = 10 ** (9 - member.decimals)
    direct = member.direct * 10**9
    scale = lcm(direct.denominator, *(quantity.denominator for _, quantity in member.inputs))
    return int(direct * scale), [(one, int(quantity * scale)) for one, quantity in member.inputs], scale * step, step


def distances(members: Sequence[Member], certificate: Certificate) -> list[Fraction]:
    """How far, in kg, each value can stand from the solution without any rounding.

    Each rounding is off by half a step e at most, and (I - Q)^-1 e <= w / (1 - theta) x max(e / w).
    """
    theta, weights = certificate
    worst = max(Fraction(1, 2 * 10**m.decimals) / weight for m, weight in zip(members, weights, strict=True))
    return [weight * worst / (1 - theta) for weight in weights]


def is_one_loop(members: Sequence[Member]) -> bool:
    """Whether every member reaches every other, so that none could be calculated before the group."""
    forward: list[set[int]] = [{one for one, quantity in member.inputs if quantity} for member in members]
    backward: list[set[int]] = [{n for n, found in enumerate(forward) if one in found} for one in range(len(members))]
    return all(_reached(links) == len(members) and links[0] for links in (forward, backward))


def _reached(links: Sequence[set[int]]) -> int:
    found, waiting = {0}, [0]
    while waiting:
        fresh = links[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return len(found)
