"""The judge of bundles: statements alone, then their place in the log, then what they rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, cast

from ledger.errors import EvidenceError
from ledger.findings import Finding, Outcome, failed
from ledger.identifiers import DIGEST_BYTES
from ledger.kind import Surroundings
from ledger.registry import Registry
from ledger.statement import Domain
from ledger.tiles import TILE_WIDTH
from verifier.checks import Judged, judge_alone, judge_among, judge_authority
from verifier.evidence import Bundles, Item
from verifier.memory import Fact, Memory, fact_of
from verifier.screen import Screened
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


class Facts(NamedTuple):
    """What one bundle tells the judges of later ones: the screen's facts, and of each other statement its own."""

    passed: bytes
    others: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class _Held:
    """A bundle that waits for the facts of all before it. `judged` are those that did not pass, by position."""

    items: Sequence[Item]
    screened: Screened
    judged: dict[int, Judged]
    findings: list[Finding]


class Judge:
    """Judges bundles in log order, in one process or as one of several that learn from one another."""

    def __init__(self, bundles: Bundles, domain: Domain, registry: Registry) -> None:
        self._bundles: Final = bundles
        self._domain: Final = domain
        self._registry: Final = registry
        self._door: Final = Doorkeeper(bundles, domain, registry)
        self._memory: Final = Memory(self._door)
        self._waiting: Final[dict[int, _Held]] = {}

    def alone(self, number: int) -> Facts:
        """Judges a bundle's statements by themselves, holds them, and returns what others may ask of them."""
        items, findings = read_bundle(self._bundles, number)
        screened = self._door.alone(items)
        passed = {one.position for one in screened.passed}
        judged = {i: judge_alone(item, self._domain) for i, item in enumerate(items) if i not in passed}
        self._waiting[number] = _Held(items, screened, judged, findings)
        return Facts(screened.facts, [fact_of(one, self._registry) for one in judged.values()])

    def learn(self, number: int, facts: Facts) -> BundleResult | None:
        """Takes in the facts of the next bundle; when it is one that is held, finishes it and returns its result."""
        others = [*facts.others, *(self._look_again(index) for index in self._door.learn(*facts))]
        forks = {fact.number: found for fact in sorted(others) if (found := list(self._memory.learn(fact)))}
        held = self._waiting.pop(number, None)
        return None if held is None else self._finish(number, held, forks)

    def _look_again(self, index: int) -> Fact:
        """The fact of a declaration that passed by itself, but not with its subject."""
        items, _ = read_bundle(self._bundles, index // TILE_WIDTH)
        return fact_of(judge_alone(items[index % TILE_WIDTH], self._domain), self._registry)

    def _finish(self, number: int, held: _Held, forks: dict[int, list[Finding]]) -> BundleResult:
        told = _Told(held.findings)
        passed = {one.position: one for one in held.screened.passed}
        at = after = 0
        for position, item in enumerate(held.items):
            one = passed.get(position)
            if one is not None:
                at = after
                word, after = self._door.among(held.screened.held, at, held.items[0].number)
                if word is not None and self._door.is_authorised(one, int.from_bytes(item.entry[-8:], "big")):
                    told.open(item, word)
                    continue
            judged = held.judged.get(position) or judge_alone(item, self._domain)
            around = self._around(judged)
            findings = [*judged.findings, *forks.get(item.number, ()), *judge_authority(judged, self._registry),
                        *judge_among(judged, cast(Surroundings, around))]  # fmt: skip
            if one is None:
                self._door.pass_by(judged.statement.kind if judged.statement else "")
            elif not around.was_asked_more:
                self._door.approve(held.screened.held, at, findings)
            told.judged(judged, findings)
        return told.result(number)

    def _around(self, judged: Judged) -> Watched:
        organisation = judged.statement.organisation if judged.statement else ""
        return Watched(self._memory.around(judged.index, organisation))


class _Told:
    """What the judge and the screen told of a bundle's statements, in their order."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._kept: Final = list(findings)
        self._lines: Final[list[str]] = []
        self._open: Final = Counter[str]()
        self._passed: Final = Counter[Open]()
        self._kinds: Final = Counter[str]()
        self._withheld: Final[list[int]] = []

    def open(self, item: Item, word: Open) -> None:
        """A declaration passed, with the questions that the judge leaves open for its like."""
        self._lines.append(f"{item.number} {item.entry[:DIGEST_BYTES].hex()}{word.codes}\n")
        self._passed[word] += 1

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
