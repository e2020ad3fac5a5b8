"""Shares: co-products that divide one process (ISO 14044 section 4.3.4), and materials that come back (PEF)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import Footprint, Group, Material, line_place
from ledger.footprint.effects import plain, scaled_effect
from ledger.footprint.lines import Circular, Line
from ledger.numbers import decimals_of
from ledger.units import conversion

_ONE: Final = Fraction(1)


class _Divided(NamedTuple):
    """A group with what its products' shares sum to, and what the first one's is by what the group measures."""

    group: Group
    summed: Fraction
    right: Fraction | None


def _divided(group: Group) -> _Divided:
    whole = sum((Fraction(product.basis) for product in group.products), Fraction(0))
    summed = sum((Fraction(product.share) for product in group.products), Fraction(0))
    return _Divided(group, summed, Fraction(group.products[0].basis) / whole if whole else None)


def check_shares(content: Footprint) -> Iterator[Finding]:
    """Every line that counts only a share of something."""
    groups = {group.name: _divided(group) for group in content.production.groups or ()}
    materials = {material.name: material for material in content.production.materials or ()}
    for number, line in enumerate(content.lines):
        if line.circular is not None:
            yield from _check_circular(content, number, line, line.circular, materials.get(line.circular.material))
        elif line.group is not None:
            yield from _check_group(content, number, line, groups.get(line.group))
        elif line.share is not None or line.allocation is not None:
            yield from _check_alone(content, number, line)
    for material in materials.values():
        yield from _check_terms(content, material)


def _check_alone(content: Footprint, number: int, line: Line) -> Iterator[Finding]:
    """A share without its group: nobody sees whether the others' shares and it make up the whole."""
    if line.allocation == "subdivision" and line.share is not None:
        # a process that was divided has a meter of its own, and nothing to share (ISO 14044 4.3.4.2, step 1)
        effect = scaled_effect(content, line, _ONE, Fraction(line.share))
        yield fail("ALLOCATION_METHOD", line_place(number), effect, name=line.name, got=line.share, expected="1")
    elif line.allocation != "subdivision":
        yield not_checked("ALLOCATION_OPEN", line_place(number), abs(Decimal(line.emission)), name=line.name,
                          got=line.share or "-")  # fmt: skip


def _check_group(content: Footprint, number: int, line: Line, divided: _Divided | None) -> Iterator[Finding]:
    place = line_place(number)
    if divided is None or line.allocation != divided.group.method:
        yield fail("ALLOCATION_METHOD", place, name=line.name, got=f"{line.group}: {line.allocation or '-'}",
                   expected=divided.group.method if divided else "-")  # fmt: skip
        return
    group, summed, right = divided
    own = group.products[0]
    share = Fraction(line.share) if line.share is not None else _ONE
    if share != Fraction(own.share):
        yield fail("ALLOCATION_SHARE", place, scaled_effect(content, line, Fraction(own.share), share), name=line.name,
                   got=line.share or "1", expected=own.share)  # fmt: skip
    if summed != 1:
        effect = scaled_effect(content, line, _ONE, summed) if summed else None
        yield fail("ALLOCATION_SUM", place, effect, name=line.name, group=group.name, got=plain(summed))
    elif right is not None and not _near(own.share, right):
        yield fail("ALLOCATION_BASIS", place, scaled_effect(content, line, right, Fraction(own.share)), name=line.name,
                   got=own.share, expected=plain(right))  # fmt: skip


def _near(share: str, right: Fraction) -> bool:
    """Shares that sum to exactly 1 cannot all be rounded rightly; one unit in the last place is left to them.

    But never more than a hundredth of the share: with no decimals at all, 0 and 1 would be near to everything.
    """
    off = abs(Fraction(share) - right)
    return off < Fraction(1, 10 ** decimals_of(share)) and off * 100 <= right


def coefficients(material: Material) -> dict[str, Fraction] | None:
    """What each term of a material's circular formula counts, or None when a parameter is missing or impossible.

    PEF circular footprint formula; by cut-off the recycled input is free of the first life, and what is recycled after
    use leaves the system without burden or credit.
    """
    r1, r2, r3 = (Fraction(text) for text in (material.r1, material.r2, material.r3))
    if r1 > 1 or r2 + r3 > 1:
        return None
    if material.method == "cut-off":
        return {"virgin": 1 - r1, "recycled": r1, "recovery": r3, "disposal": 1 - r2 - r3}
    if material.a is None or material.b is None or material.quality_in is None or material.quality_out is None:
        return None
    a, b = Fraction(material.a), Fraction(material.b)
    if not Fraction(1, 5) <= a <= Fraction(4, 5) or b > 1:
        return None
    recovered = (1 - b) * r3
    return {
        "virgin": 1 - r1 + r1 * (1 - a) * Fraction(material.quality_in),
        "recycled": r1 * a,
        "recycling": (1 - a) * r2,
        "substituted": (1 - a) * r2 * Fraction(material.quality_out),
        "recovery": recovered,
        "heat_substituted": recovered if material.heat is not None else Fraction(0),
        "electricity_substituted": recovered if material.electricity is not None else Fraction(0),
        "disposal": 1 - r2 - r3,
    }


_CREDITS: Final = frozenset({"substituted", "heat_substituted", "electricity_substituted"})


def _check_circular(
    content: Footprint, number: int, line: Line, circular: Circular, material: Material | None
) -> Iterator[Finding]:
    place = line_place(number)
    if line.group is not None or line.allocation is not None:  # one number cannot be two shares
        yield fail("ALLOCATION_METHOD", place, name=line.name, got=line.group or line.allocation, expected="-")
    counted = coefficients(material) if material is not None else None
    if counted is None:
        yield fail("CIRCULAR_PARAMETERS", place, name=line.name, got=circular.material)
        return
    # a term that the method does not have counts nothing: by cut-off no credit is ever given (threat 42)
    right, share = counted.get(circular.term, Fraction(0)), Fraction(line.share or "1")
    if share != right:
        effect = scaled_effect(content, line, right, share)
        yield fail("CIRCULAR_SHARE", place, effect, name=line.name, term=circular.term, got=line.share or "1",
                   expected=plain(right))  # fmt: skip
    if (line.amount[0] == "-") != (circular.term in _CREDITS) and line.amount.strip("-0."):
        yield fail("CIRCULAR_SIGN", place, -2 * Decimal(line.emission), name=line.name, term=circular.term)


def _check_terms(content: Footprint, material: Material) -> Iterator[Finding]:
    """Each term that counts must have its lines, all for one mass of material; recovered energy follows from it."""
    counted = coefficients(material)
    if counted is None:
        return
    amounts: dict[str, Fraction] = {}
    for number, line in enumerate(content.lines):
        if line.circular is None or line.circular.material != material.name:
            continue
        term: str = line.circular.term
        factor = conversion(line.unit, "MJ" if term.endswith("_substituted") else "kg")
        if factor is None:
            yield fail("UNIT_MISMATCH", line_place(number), got=line.unit, expected="kg / MJ")
            return
        amounts[term] = amounts.get(term, Fraction(0)) + abs(Fraction(line.amount) * factor)
    missing = sorted(term for term, share in counted.items() if share and term not in amounts)
    if missing:
        yield fail("CIRCULAR_TERMS", "production", name=material.name, got=", ".join(missing))
    mass = max((amounts[term] for term in amounts if not term.endswith("_substituted")), default=Fraction(0))
    for name, amount in sorted(amounts.items()):
        right = mass * _energy(material, name)
        if amount != right and counted.get(name):
            yield fail("CIRCULAR_AMOUNT", "production", name=material.name, term=name, got=plain(amount),
                       expected=plain(right))  # fmt: skip


def _energy(material: Material, term: str) -> Fraction:
    """MJ that one kg gives back in an energy term; 1 for the terms of the material itself."""
    efficiency = {"heat_substituted": material.heat, "electricity_substituted": material.electricity}.get(term)
    return Fraction(material.lhv or "0") * Fraction(efficiency) if efficiency is not None else _ONE
