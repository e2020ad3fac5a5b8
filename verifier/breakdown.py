"""A product's kilograms taken apart: what each line weighs in it, and what a check that was not made would concern.

Each kilogram is at home in exactly one line: the one that rests on no opened declaration. Amounts that a declaration's
one rounding took or gave are at home in the declaration itself. All of them together are the declared footprint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.findings import Finding, Level
from ledger.kinds.footprint import Footprint, Line, line_place
from ledger.numbers import REPORT, decimals_of, round_half_even
from verifier.product import Node, ProductVerdict, emission_of, round_to_sum

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_WHOLE_PLACES: Final = ("", "header", "result", "production", "lines", "signature", "previous")


class LineShare(NamedTuple):
    """A line with its kilograms in one declared unit of the product.

    `basis` is the digest that the line rests on, none for a gas; `upstream` tells that it is a declaration which was
    opened, so that the kilograms are at home further up and `level` is None.
    """

    statement: bytes
    place: str
    line: Line
    kilograms: Decimal
    basis: bytes
    upstream: bool
    level: Level | None


class Breakdown:
    """The lines of all opened declarations of a product, weighed."""

    def __init__(self, verdict: ProductVerdict) -> None:
        self._verdict: Final = verdict
        self._levels: Final = {(part.statement, part.place): part.level for part in verdict.parts}
        self.lines: Final = {digest: tuple(self._weigh(digest, node)) for digest, node in verdict.nodes.items()}
        self._decimals: Final = _decimals(verdict)
        exact = dict(self._homes())
        self._own: Final = round_to_sum(exact, verdict.declared or _ZERO, self._decimals)

    def _weigh(self, digest: bytes, node: Node) -> Iterator[LineShare]:
        content = node.judged.content
        if not isinstance(content, Footprint):
            return
        for number, line in enumerate(content.lines):
            kilograms = REPORT.multiply(node.weight, emission_of(line, content.production.output))
            basis = b"" if line.source.type == "gas" else bytes.fromhex(line.source.digest[2:])
            upstream = line.source.type == "upstream" and self._is_opened(basis)
            level = None if upstream else self._levels.get((digest, line_place(number)), Level.UNVERIFIED)
            yield LineShare(digest, line_place(number), line, kilograms, basis, upstream, level)

    def _is_opened(self, digest: bytes) -> bool:
        node = self._verdict.nodes.get(digest)
        return node is not None and isinstance(node.judged.content, Footprint)

    def _homes(self) -> Iterator[tuple[tuple[bytes, str], Decimal]]:
        for digest, lines in self.lines.items():
            rounding = self._verdict.nodes[digest].kilograms if lines else _ZERO
            for share in lines:
                rounding = REPORT.subtract(rounding, share.kilograms)
                if not share.upstream:
                    yield (digest, share.place), share.kilograms
            if lines:
                yield (digest, ""), rounding

    def rounded(self, share: LineShare) -> Decimal:
        """A line's kilograms in the product's own decimals; those of all lines at home and roundings sum exactly."""
        if share.upstream:
            return round_half_even(share.kilograms, self._decimals)
        return self._own[(share.statement, share.place)]

    def own(self, digest: bytes) -> Decimal:
        """The kilograms at home in one statement: its own lines and its rounding."""
        found = self._own.get((digest, ""), _ZERO)
        for share in self.lines[digest]:
            if not share.upstream:
                found = REPORT.add(found, self.rounded(share))
        return found

    def hot_spots(self, count: int) -> list[LineShare]:
        """The heaviest lines that rest on no opened declaration, heaviest first, then in log and line order."""
        index = {digest: node.judged.index for digest, node in self._verdict.nodes.items()}
        homes = [share for lines in self.lines.values() for share in lines if not share.upstream and share.kilograms]
        homes.sort(key=lambda share: (-abs(share.kilograms), index[share.statement], share.place))
        return homes[:count]

    def concerned(self, findings: Iterable[Finding]) -> Decimal:
        """The kilograms that at least one of `findings` is about, each counted once.

        A finding on a line is about what the line weighs; one on a declaration, or on anything outside the product's
        chain, is about the whole of it; one on a factor about every line that rests on it.
        """
        places: dict[bytes, set[str]] = defaultdict(set)
        for finding in findings:
            closed = not self.lines.get(finding.statement)
            place = "" if closed or finding.place in _WHOLE_PLACES else finding.place
            if finding.statement in self._verdict.nodes:
                places[finding.statement].add(place)
            else:
                places[self._verdict.product].add("")
        return round_half_even(self._cover(places), self._decimals) if places else _ZERO

    def _cover(self, places: dict[bytes, set[str]]) -> Decimal:
        """One sweep downwards: how much of each declaration's kilograms is concerned, from its buyers' lines on."""
        nodes, found = self._verdict.nodes, _ZERO
        reached: dict[bytes, Decimal] = defaultdict(Decimal)
        for digest in sorted(nodes, key=lambda one: -nodes[one].judged.index):
            whole, kilograms = nodes[digest].kilograms, reached[digest]
            part = _ONE if "" in places[digest] else REPORT.divide(kilograms, whole) if whole else _ZERO
            rounding = whole if self.lines[digest] else _ZERO
            for share in self.lines[digest]:
                rounding = REPORT.subtract(rounding, share.kilograms)
                hit = share.place in places[digest] or (not share.upstream and "" in places[share.basis])
                concerned = share.kilograms if hit else REPORT.multiply(share.kilograms, part)
                if share.upstream:
                    reached[share.basis] = REPORT.add(reached[share.basis], concerned)
                else:
                    found = REPORT.add(found, concerned)
            found = REPORT.add(found, REPORT.multiply(rounding, part))
        return found


def _decimals(verdict: ProductVerdict) -> int:
    content = verdict.nodes[verdict.product].judged.content
    return decimals_of(content.result.footprint) if isinstance(content, Footprint) else 0
