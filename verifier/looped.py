"""Lines of a product's chain that rest on loop groups: a member's unit, its weight in the product, its solved value."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.kinds.footprint import Footprint, Line
from ledger.kinds.loop_group import KIND, LoopGroup, solved
from ledger.numbers import REPORT

GROUP: Final = KIND.name
_ZERO: Final = Decimal(0)


class Unit(NamedTuple):
    """A declared unit: `amount` of `unit`; `place` is that of its product in a loop group."""

    unit: str
    amount: str
    place: str = ""


def declared_unit(upstream: object, line: Line) -> Unit | None:
    """The declared unit of what a line rests on; None where that was not opened, or is not what was signed."""
    if isinstance(upstream, Footprint):
        return Unit(upstream.header.unit, upstream.header.amount)
    members = upstream.members if isinstance(upstream, LoopGroup) else ()
    found = (Unit(m.unit, m.amount, f"members/{n:04d}") for n, m in enumerate(members) if m.key == _member(line))
    return next(found, None)


def _member(line: Line) -> str | None:
    return line.source.member if line.source.type == "upstream" else None


class Groups:
    """The loop groups of one product's chain: each is solved once."""

    def __init__(self) -> None:
        self._weights: Final[dict[tuple[bytes, str], Decimal]] = {}
        self._solved: Final[dict[bytes, Mapping[str, Decimal]]] = {}

    def take(self, digest: bytes, unit: Unit | None, units: Decimal) -> None:
        """So many declared units of the group's product more stand in one of the verdict's."""
        if unit is not None and unit.place:
            self._weights[digest, unit.place] = REPORT.add(self.weight(digest, unit.place), units)

    def weight(self, digest: bytes, place: str) -> Decimal:
        """How many declared units of the group's product at `place` stand in one of the verdict's."""
        return self._weights.get((digest, place), _ZERO)

    def value_for(self, line: Line, digest: bytes, group: LoopGroup) -> tuple[str, str, Fraction]:
        """Value, unit and amount that solve the group for a line's product; the pinned ones where there are none."""
        if digest not in self._solved:
            self._solved[digest] = solved(group) or {}
        for one in group.members:
            if one.key == _member(line) and one.key in self._solved[digest]:
                return f"{self._solved[digest][one.key]:f}", one.unit, Fraction(one.amount)
        return line.value, line.per, Fraction(1)
