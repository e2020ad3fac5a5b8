"""The judge of bundles: statements alone, then their place in the log, then what they rest on."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from itertools import count
from typing import Final, NamedTuple, cast

from ledger.errors import EvidenceError
from ledger.findings import Finding, Outcome, failed
from ledger.registry import Registry
from ledger.statement import Domain
from ledger.tiles import TILE_WIDTH
from verifier.checks import Evidenced, Judged, judge_alone, judge_among, judge_authority
from verifier.circles import Circles
from verifier.evidence import Bundles, Item
from verifier.lateness import AnchorDays
from verifier.memory import Fact, Memory, fact_of
from verifier.scopes import Scopes
from verifier.screen import Screened, digests_of
from verifier.screened import PASSED_KIND, Doorkeeper, Open, Watched, codes_of


@dataclass(frozen=True, slots=True)
class BundleResult:
    """What one bundle came to: the hash of its lines, what matters, and counts of what was left open on purpose."""

    number: int
    lines: bytes
    findings: tuple[Finding, ...]
    open: Counter[str]
    kinds: Counter[str]
    withheld: tuple[int, ...]


_KEPT_BUNDLES: Final = 4


class Facts(NamedTuple):
    """What one bundle tells the judges of later ones: the screen's facts, and of each other statement its own."""

    passed: bytes
    others: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class _Held:
    """A bundle that waits for the facts of all before it: `entries` as the file has them, and who did not pass.

    Where any passed, the file is one of entries of 105 bytes alone.
    """

    first: int
    width: int
    entries: bytes
    screened: Screened
    judged: dict[int, Judged]
    findings: list[Finding]


class Judge:
    """Judges bundles in log order, in one process or as one of several that learn from one another."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry, days: AnchorDays) -> None:
        self._bundles: Final = bundles
        self._domain: Final = domain
        self._registry: Final = registry
        self._days: Final = days
        self._read: Final = lru_cache(maxsize=_KEPT_BUNDLES)(partial(read_bundle, bundles))
        self._door: Final = Doorkeeper(lambda number: self._read(number)[0], domain, registry)
        self._memory: Final = Memory(self._door)
        self._scopes: Final = Scopes()
        self._circles: Final = Circles(self._memory, registry, self._door.find, self._item, self._look_again)
        self._waiting: Final[dict[int, _Held]] = {}

    def alone(self, number: int) -> Facts:
        """Judges a bundle's statements by themselves, holds them, and returns what others may ask of them."""
        first = number * TILE_WIDTH
        files, width = self._bundles.files(number), min(TILE_WIDTH, self._bundles.size - first)
        screened = self._door.alone(files, first, width, self._days.earliest(first, width))
        others = sorted(set(range(width)).difference(screened.passed))
        items, findings = self._read(number) if others else ((), [])
        judged = {position: judge_alone(items[position], self._domain) for position in others}
        self._waiting[number] = _Held(first, width, files.entries, screened, judged, findings)
        return Facts(screened.facts, [fact_of(one, self._registry) for one in judged.values()])

    def learn(self, number: int, facts: Facts) -> BundleResult | None:
        """Takes in the facts of the next bundle; when it is one that is held, finishes it and returns its result."""
        again = (fact_of(self._look_again(index), self._registry) for index in self._door.learn(*facts))
        others = sorted([*facts.others, *again], key=lambda fact: fact.number)
        forks = {fact.number: found for fact in others if (found := list(self._memory.learn(fact)))}
        self._scopes.learn(others)
        self._circles.learn(others)
        held = self._waiting.pop(number, None)
        return None if held is None else self._finish(number, held, forks)

    def _look_again(self, index: int) -> Judged:
        """A declaration that passed by itself, but not among others."""
        return judge_alone(self._item(index), self._domain)

    def _item(self, index: int) -> Item:
        return self._read(index // TILE_WIDTH)[0][index % TILE_WIDTH]

    def _finish(self, number: int, held: _Held, forks: dict[int, list[Finding]]) -> BundleResult:
        """The judged ones in their places between the passed: what they say may change what passes after them."""
        told, position, at = _Told(held), 0, 0
        ruled = [*self._scopes.places(self._bundles, number), held.width]
        for other in (*held.judged, held.width):
            while position < other:
                places = range(position, min(other, ruled[bisect_left(ruled, position)]))
                words, at = self._door.among(held.screened, held.entries, at, held.first, places)
                told.passed(position, words)
                position += len(words)
                if position < other:
                    self._judge_passed(held, position, at, forks, told)
                    position, at = position + 1, self._door.behind(held.screened, at)
            if other < held.width:
                judged = held.judged[other]
                told.judged(judged, self._judge_among(judged, self._around(judged), forks))
                self._door.pass_by(judged.statement.kind if judged.statement else "")
                position += 1
        return told.result(number)

    def _judge_passed(self, held: _Held, position: int, at: int, forks: dict[int, list[Finding]], told: _Told) -> None:
        """One that passed alone, of which the screen does not know what the judge would say."""
        judged = self._look_again(held.first + position)
        around = self._around(judged)
        findings = self._judge_among(judged, around, forks)
        if not around.was_asked_more:
            self._door.approve(held.screened, at, findings)
        told.judged(judged, findings)

    def _judge_among(self, judged: Judged, around: Watched, forks: dict[int, list[Finding]]) -> list[Finding]:
        said = cast(Evidenced, around)
        return [*judged.findings, *forks.get(judged.index, ()), *judge_authority(judged, self._registry),
                *self._days.judge(judged), *judge_among(judged, said), *self._scopes.judge(judged, said),
                *self._circles.judge(judged)]  # fmt: skip

    def _around(self, judged: Judged) -> Watched:
        statement = judged.statement
        said = (statement.organisation, statement.issued_at) if statement else ("", 0)
        return Watched(self._memory.around(judged.index, *said))


class _Told:
    """What the judge and the screen told of a bundle's statements, in their order."""

    def __init__(self, held: _Held) -> None:
        self._held: Final = held
        self._kept: Final = list(held.findings)
        self._lines: Final[list[str]] = []
        self._open: Final = Counter[str]()
        self._passed: Final = Counter[Open]()
        self._kinds: Final = Counter[str]()
        self._withheld: Final[list[int]] = []

    def passed(self, position: int, words: Sequence[Open]) -> None:
        """Declarations passed, from `position` on, with the questions that the judge leaves open for their like."""
        first, digests = self._held.first, digests_of(self._held.entries, position, len(words))
        self._lines.extend(
            f"{index} {digest}{word.codes}\n"
            for index, digest, word in zip(count(first + position), digests, words, strict=False)
        )
        self._passed.update(words)

    def judged(self, one: Judged, findings: Sequence[Finding]) -> None:
        """A statement was judged."""
        self._lines.append(f"{one.index} {one.digest.hex()}{codes_of(findings)}\n")
        for finding in findings:
            if finding.outcome is Outcome.NOT_CHECKED and not finding.blocking:
                self._open[finding.code] += 1
            else:
                self._kept.append(finding)
        if one.statement:
            self._kinds[one.statement.kind] += 1
        if one.content is None:
            self._withheld.append(one.index)

    def result(self, number: int) -> BundleResult:
        """All of it."""
        for word, times in self._passed.items():
            self._kinds[PASSED_KIND] += times
            for code in word.counted:
                self._open[code] += times
        lines = sha256("".join(self._lines).encode()).digest()
        return BundleResult(number, lines, tuple(self._kept), self._open, self._kinds, tuple(self._withheld))


def read_bundle(bundles: Bundles, number: int) -> tuple[Sequence[Item], list[Finding]]:
    """A bundle's items; when its statements do not fit its entries, the entries alone and a failed finding."""
    try:
        return bundles.bundle(number), []
    except EvidenceError as err:
        return bundles.entries(number), [failed(err)]
