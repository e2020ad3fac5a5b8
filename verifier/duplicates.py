"""A search through a whole ledger for declarations that split one subject in two (threat 4).

A command of its own and no part of a replay: it asks of every declaration for its neighbours, and a replay that kept
the subjects of a million declarations would be slower and larger for a question that is asked once a year. One pass
over the envelopes keeps some 70 bytes of each declaration; only those whose keys meet are read again, and only of those
are signature, issuer's authority and content judged. The verdict on a product asks the same of the firms in its chain.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ledger.errors import EvidenceError
from ledger.findings import Finding, not_checked
from ledger.identifiers import DIGEST_BYTES, ZERO_DIGEST, parse_digest
from ledger.kinds import all_kinds
from ledger.registry import Registry
from ledger.statement import Statement
from ledger.tiles import TILE_WIDTH
from ledger.trust import TrustFile
from verifier.answer import findings_lines, findings_report
from verifier.checks import judge_alone
from verifier.evidence import ChainEvidence, Item, LogEvidence, bundle_count
from verifier.judge import read_bundle
from verifier.memory import Fact, fact_of
from verifier.replay import ledger_findings
from verifier.slots import NO_SITE, Slot, duplicate, slot_of, stems

if TYPE_CHECKING:
    from verifier.workers import Progress

_KEPT_BUNDLES: Final = 64


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found among `declarations`: each pair once, on the later one. `general` is of the evidence itself."""

    declarations: int
    pairs: tuple[Finding, ...]
    general: tuple[Finding, ...]


def duplicates_of(
    log: LogEvidence, chain: ChainEvidence, trust: TrustFile, progress: Progress | None = None
) -> Duplicates:
    """All near duplicates among the live declarations of a ledger. Raises what reading raises."""
    general, registry = ledger_findings(log, chain, trust)
    search = _Search(log, trust, registry)
    count = bundle_count(log.bundles.size)
    for number in range(count):
        general.extend(search.learn(number))
        if progress:
            progress(number + 1, count)
    pairs = (search.judge(later, earlier) for later, earlier in search.candidates())
    return Duplicates(len(search.columns.index), tuple(found for found in pairs if found), tuple(general))


class _Columns:
    """Keys of every declaration, by its order of coming; equal things have equal keys, and few others."""

    def __init__(self) -> None:
        self.index, self.first, self.last = array("q"), array("q"), array("q")
        self.same, self.product, self.named = array("q"), array("q"), array("q")
        self.stem, self.stem_of = array("q"), array("q")
        """Keys under which a declaration looks for one with a shorter code, and whose they are."""
        self.is_bare = array("b")
        """Whether it names no site."""
        self.bare: Final[set[int]] = set()
        """Keys of products that were declared without a site."""

    def add(self, index: int, slot: Slot) -> None:
        common = slot.organisation, slot.boundary, slot.code
        row, like = len(self.index), slot.is_like
        self.index.append(index)
        self.first.append(slot.first)
        self.last.append(slot.last)
        self.same.append(hash((*common, slot.place)))
        self.product.append(hash(common))
        self.named.append(hash((like, slot.code)))
        for stem in stems(slot.product_id):
            self.stem.append(hash((like, stem)))
            self.stem_of.append(row)
        self.is_bare.append(slot.site == NO_SITE)
        if slot.site == NO_SITE:
            self.bare.add(self.product[-1])

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Rows that may be neighbours, each pair with the later one first; some twice, and many that are none."""
        for group in _groups(self.same):
            yield from self._meeting(group)
        for group in _groups(self.product):
            if self.product[group[0]] in self.bare:
                yield from ((one, two) for one, two in self._meeting(group) if self.is_bare[one] != self.is_bare[two])
        yield from self._extensions()

    def _meeting(self, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Pairs of rows whose periods meet."""
        open_: list[int] = []
        for row in sorted(rows, key=self.first.__getitem__):
            open_ = [other for other in open_ if self.last[other] >= self.first[row]]
            for other in open_:
                yield max(row, other), min(row, other)
            open_.append(row)

    def _extensions(self) -> Iterator[tuple[int, int]]:
        import numpy as np

        stems, named = np.asarray(self.stem), np.asarray(self.named)
        rows = defaultdict[int, list[int]](list)
        for row in np.flatnonzero(np.isin(named, stems)).tolist():
            rows[self.named[row]].append(row)
        for place in np.flatnonzero(np.isin(stems, named)).tolist():
            longer = self.stem_of[place]
            for shorter in rows[self.stem[place]]:
                if shorter != longer:
                    yield from self._meeting((shorter, longer))


def _groups(keys: array[int]) -> Iterator[list[int]]:
    """Rows with the same key, where there are two or more."""
    import numpy as np

    column = np.asarray(keys)
    if not column.size:
        return
    order = np.argsort(column, kind="stable")
    ordered = column[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    stops = np.append(starts[1:], column.size)
    for place in np.flatnonzero(stops - starts > 1).tolist():
        yield order[starts[place] : stops[place]].tolist()


class _Search:
    """A log, of which envelopes are read once and what they hint at is judged."""

    def __init__(self, log: LogEvidence, trust: TrustFile, registry: Registry) -> None:
        self.columns: Final = _Columns()
        self._bundles: Final = log.bundles
        self._domain: Final = trust.domain
        self._registry: Final = registry
        self._read: Final = lru_cache(_KEPT_BUNDLES)(lambda number: read_bundle(log.bundles, number))
        self._fact: Final = lru_cache(4096)(self._judged)
        self._enders: Final = {kind.name for kind in all_kinds() if kind.ends_others}
        self._successors: Final[defaultdict[bytes, list[int]]] = defaultdict(list)
        self._ended: Final[set[tuple[bytes | None, str]]] = set()

    def learn(self, number: int) -> Iterable[Finding]:
        """Takes in a bundle; gives what is wrong with its files."""
        items, findings = read_bundle(self._bundles, number)
        for item in items:
            if not item.statement:
                findings.append(not_checked("STATEMENT_WITHHELD", blocking=True, index=item.number))
            self._take(item)
        return findings

    def _take(self, item: Item) -> None:
        statement = _envelope(item)
        if statement is None:
            return
        if statement.kind in self._enders:
            fact = self._judged(item.number)
            if fact.holds and fact.ends is not None:
                self._ended.add((fact.ends, fact.organisation))
        elif (slot := slot_of(statement)) is not None:
            self.columns.add(item.number, slot)
            if (previous := parse_digest(statement.previous)) != ZERO_DIGEST:
                self._successors[previous].append(item.number)

    def candidates(self) -> list[tuple[int, int]]:
        """Indices of declarations that may be neighbours, the later first, in log order."""
        index = self.columns.index
        return sorted({(index[later], index[earlier]) for later, earlier in self.columns.pairs()})

    def judge(self, later: int, earlier: int) -> Finding | None:
        """Two statements whose keys meet, read anew: what their envelopes say, and whether both are live."""
        one, other = (_envelope(self._item(index)) for index in (later, earlier))
        if one is None or other is None:
            return None
        digests = [self._item(index).entry[:DIGEST_BYTES] for index in (later, earlier)]
        found = duplicate(one, digests[0], other, digests[1])
        return found if found and self._is_live(later) and self._is_live(earlier) else None

    def _is_live(self, index: int) -> bool:
        """Whether its issuer signed it, and neither replaced nor withdrew it."""
        fact = self._fact(index)
        if not fact.holds or (fact.digest, fact.organisation) in self._ended:
            return False
        own = fact.organisation, fact.subject
        later = (self._fact(number) for number in self._successors.get(fact.digest, ()))
        return not any(one.holds and (one.organisation, one.subject) == own for one in later)

    def _item(self, index: int) -> Item:
        return self._read(index // TILE_WIDTH)[0][index % TILE_WIDTH]

    def _judged(self, index: int) -> Fact:
        return fact_of(judge_alone(self._item(index), self._domain), self._registry)


def _envelope(item: Item) -> Statement | None:
    """A statement, not yet held against anything."""
    try:
        return Statement.from_bytes(item.statement)
    except EvidenceError:
        return None


def duplicates_report(found: Duplicates) -> dict[str, object]:
    """What was found as JSON values."""
    return {
        "declarations": found.declarations,
        "pairs": findings_report(found.pairs),
        "findings": findings_report(found.general),
    }


def duplicates_lines(found: Duplicates, language: str) -> Iterator[str]:
    """What was found, to be read."""
    zh = language == "zh"
    count, pairs = found.declarations, len(found.pairs)
    yield f"{count} 份声明，{pairs} 对可疑" if zh else f"{count} declarations, {pairs} suspicious pairs"
    yield from findings_lines((*found.pairs, *found.general), language)
