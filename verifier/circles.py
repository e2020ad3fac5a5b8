"""Circles in a replay: a declaration that rests, through others, on its own product for the same time.

References name earlier statements only, so whoever closes a circle rests on an older declaration of his own product.
Where that is an older version on the same subject, `previous` says so, and the screen passes nothing that has a
`previous`: so it is enough to look upstream of the declarations that replace one, and a log in which nothing was
replaced pays nothing. Nothing older than the first version can rest on it, so the search ends there. What it comes to
hangs on the contents alone and not on what was screened, so that every replay says the same.

A circle that closes over another subject, of a period that only overlaps or another boundary, is left to the verdict on
a product (`verifier.loops`), which opens all of its chain; a second subject of that kind is a finding of its own there
and in the search for duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Final

import orjson

from ledger.errors import EvidenceError
from ledger.findings import Finding, Outcome
from ledger.kinds.footprint import Footprint
from ledger.kinds.loop_group import LoopGroup
from ledger.registry import Registry
from ledger.statement import ZERO_TEXT, Statement
from verifier.checks import Judged, judge_among, judge_authority
from verifier.evidence import Item
from verifier.looped import GROUP
from verifier.memory import Fact, Memory


class Circles:
    """What one judge needs to look upstream: where a passed digest stands, and the log's items and statements."""

    def __init__(
        self, memory: Memory, registry: Registry, find: Callable[[bytes], int | None],
        item: Callable[[int], Item], look: Callable[[int], Judged],
    ) -> None:  # fmt: skip
        self._memory: Final = memory
        self._registry: Final = registry
        self._find: Final = find
        self._item: Final = item
        self._look: Final = look
        self._groups: Final[list[int]] = []

    def learn(self, facts: Iterable[Fact]) -> None:
        """Takes in what statements say of themselves."""
        self._groups.extend(fact.number for fact in facts if fact.kind == GROUP)

    def judge(self, judged: Judged) -> Iterator[Finding]:
        """The lines by which a declaration that replaces another rests on an older version of itself."""
        statement, content = judged.statement, judged.content
        if statement is None or statement.previous == ZERO_TEXT or not isinstance(content, Footprint):
            return
        versions = self._versions(statement.previous, judged.index)
        if not versions:
            return
        upstream = self._upstream(judged, content, min(versions))
        if versions & upstream:
            yield from self._name(judged, content, upstream)

    def _versions(self, previous: str, before: int) -> set[int]:
        """Indices of all statements that `previous` and those before it name as what they replaced."""
        found: set[int] = set()
        while previous != ZERO_TEXT:
            index = self._index(bytes.fromhex(previous[2:]), before)
            if index is None:
                break
            found.add(index)
            try:
                previous, before = Statement.from_bytes(self._item(index).statement).previous, index
            except EvidenceError:
                break
        return found

    def _index(self, digest: bytes, before: int) -> int | None:
        """Where a digest stands, if that is before an index."""
        index = self._find(digest)
        if index is None and (known := self._memory.get(digest)) is not None:
            index = known.index
        return index if index is not None and index < before else None

    def _upstream(self, judged: Judged, content: Footprint, first: int) -> set[int]:
        """Indices, none below `first`, of all that a declaration rests on. The newest is read first, file by file."""
        waiting = [-index for index in self._bases(_digests(content), judged.index, first)]
        heapify(waiting)
        found = {-index for index in waiting}
        while waiting:
            index = -heappop(waiting)
            for base in self._bases(_named_in(self._item(index)), index, first):
                if base not in found:
                    found.add(base)
                    heappush(waiting, -base)
        return found

    def _bases(self, digests: Iterable[bytes], before: int, first: int) -> set[int]:
        found = (self._index(digest, before) for digest in digests)
        return {index for index in found if index is not None and index >= first}

    def _name(self, judged: Judged, content: Footprint, upstream: Iterable[int]) -> Iterator[Finding]:
        """The findings, from contents that are what was signed, and groups that stood when the circle was closed."""
        from verifier.loops import Declared, undeclared_cycles  # needs numpy, which most logs do without

        chain = {}
        for index in sorted(upstream):
            one = self._look(index)
            if one.statement is not None and isinstance(one.content, Footprint):
                chain[one.digest] = Declared(one.statement.organisation, one.content)
        assert judged.statement is not None  # noqa: S101 - `judge` looked
        chain[judged.digest] = Declared(judged.statement.organisation, content)
        groups = [self._look(index) for index in self._groups if index < judged.index]
        contents = [
            one.content
            for one in groups
            if isinstance(one.content, LoopGroup) and stands(one, self._memory, self._registry, judged.index)
        ]
        for finding in undeclared_cycles(chain, contents):
            if finding.statement == judged.digest:
                yield finding


def stands(judged: Judged, memory: Memory, registry: Registry, at: int) -> bool:
    """Whether a statement was signed by who might, nothing is wrong with it, and nothing before `at` took its place."""
    known, statement = memory.get(judged.digest), judged.statement
    if known is None or statement is None or known.was_ended_at(at) or known.was_superseded_at(at):
        return False
    around = memory.around(judged.index, statement.organisation, statement.issued_at)
    findings = (*judged.findings, *judge_authority(judged, registry), *judge_among(judged, around))
    return all(finding.outcome is not Outcome.FAIL for finding in findings)


def _digests(content: Footprint) -> Iterator[bytes]:
    for line in content.lines:
        if line.source.type == "upstream":
            yield bytes.fromhex(line.source.digest[2:])


def _named_in(item: Item) -> Iterator[bytes]:
    """Digests that the lines of a content rest on, whether or not it is what was signed; none of another kind."""
    for text in (item.text or b"").split(b"\n"):
        try:
            part = orjson.loads(text)
            yield bytes.fromhex(part[2]["source"]["digest"][2:])
        except (ValueError, LookupError, TypeError):
            continue
