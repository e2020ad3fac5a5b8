"""Which flows of kilograms a chart shows: the heaviest, each joined to the product, and all others as one rest a buyer.

Taken from the report alone. Boxes are declarations and lines; every flow runs from a box to the declaration that uses
it. What cannot be drawn as a width, a negative line, is summed up and said beside the chart.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from verifier.schema import LineReport, ProductReport, StatementReport

MAX_BOXES: Final = 32
"""Declarations and lines that are drawn by themselves; more cannot be read."""
MAX_TIERS: Final = 4
"""Tiers upstream of the product that are drawn; a declaration at the last is drawn whole, without its inputs."""
DECLARATION: Final = "declaration"
REST: Final = "rest"
_ZERO: Final = Decimal(0)


class Box(NamedTuple):
    """Something with kilograms: `style` is a level, or `declaration`, or `rest`; `tier` 0 is the product."""

    key: str
    name: str
    supplier: str
    kilograms: Decimal
    style: str
    tier: int


class Flow(NamedTuple):
    """Kilograms on their way from one box into another."""

    source: str
    target: str
    kilograms: Decimal


@dataclass(slots=True)
class Flows:
    """What is drawn. `negative` is the sum of the lines that lower the footprint and are not drawn."""

    boxes: dict[str, Box] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    negative: Decimal = _ZERO


def flows_of(report: ProductReport) -> Flows:
    """The flows into a product; none when its declaration could not be opened."""
    opened = {one.digest: one for one in report.statements if one.lines}
    if report.product not in opened:
        return Flows()
    return _Picker(opened, report.product).pick()


class _Picker:
    """Takes boxes heaviest first, each only when the declaration that uses it is there already."""

    def __init__(self, opened: dict[str, StatementReport], product: str) -> None:
        self._opened: Final = opened
        self._product: Final = product
        self._tiers: Final = self._longest_ways()
        self._taken: Final[dict[str, Box]] = {}

    def _longest_ways(self) -> dict[str, int]:
        """Each declaration's tier: the longest way to the product, so that every flow runs in one direction."""
        tiers = {self._product: 0}
        for digest, statement in sorted(self._opened.items(), key=lambda item: -item[1].index):
            for line in statement.lines:
                if digest in tiers and line.upstream and line.digest is not None:
                    tiers[line.digest] = max(tiers.get(line.digest, 0), tiers[digest] + 1)
        return tiers

    def pick(self) -> Flows:
        """The chosen boxes, and between them every flow."""
        product = self._opened[self._product]
        waiting = [(_ZERO, self._product, self._declaration(product))]
        while waiting and len(self._taken) < MAX_BOXES:
            _, key, box = heapq.heappop(waiting)
            if key in self._taken:
                continue
            self._taken[key] = box
            for source in self._sources(key) if box.style == DECLARATION and box.tier < MAX_TIERS else ():
                heapq.heappush(waiting, (-source.kilograms, source.key, source))
        found = Flows(dict(self._taken))
        for box in self._taken.values():
            if box.style == DECLARATION and box.tier < MAX_TIERS:
                self._join(box, found)
        return found

    def _declaration(self, statement: StatementReport) -> Box:
        tier = self._tiers[statement.digest]
        name = statement.product or ""
        return Box(statement.digest, name, statement.name, Decimal(statement.kilograms), DECLARATION, tier)

    def _sources(self, digest: str) -> Iterator[Box]:
        statement = self._opened[digest]
        for line in statement.lines:
            if Decimal(line.kilograms) > 0:
                yield self._box_of(line, statement)

    def _box_of(self, line: LineReport, statement: StatementReport) -> Box:
        if line.upstream and line.digest in self._opened:
            return self._declaration(self._opened[line.digest])
        key = f"{statement.digest}/{line.place}"
        tier = self._tiers[statement.digest] + 1
        return Box(key, line.name, statement.name, Decimal(line.kilograms), line.level or "unverified", tier)

    def _join(self, box: Box, found: Flows) -> None:
        """All flows into one declaration: from boxes that were taken, and the rest."""
        statement, into = self._opened[box.key], defaultdict[str, Decimal](Decimal)
        left_out = 0
        for line in statement.lines:
            kilograms = Decimal(line.kilograms)
            if kilograms < 0:
                found.negative += kilograms
                continue
            source = self._box_of(line, statement).key
            left_out += source not in self._taken and kilograms > 0
            into[source if source in self._taken else REST] += kilograms
        for source, kilograms in into.items():
            key = f"{box.key}/{REST}" if source == REST else source
            if source == REST and kilograms:
                name = f"其余 {left_out} 行 {left_out} more"
                found.boxes[key] = Box(key, name, statement.name, kilograms, REST, box.tier + 1)
            if kilograms:
                found.flows.append(Flow(key, box.key, kilograms))
