"""A log read through once, for as many products as are asked for: what is the same for each of them is kept here.

Every entry's statement is held against its digest, and statements that others look up are opened; declarations are
opened when a product's chain asks for them, and the last of them are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ledger.checkpoint import Checkpoint
from ledger.errors import EvidenceError, InputError
from ledger.fields import day_in_china
from ledger.findings import Finding
from ledger.holdings import Subject
from ledger.identifiers import ZERO_DIGEST, digest_to_text, parse_digest
from ledger.kind import Known
from ledger.kinds import kind_named
from ledger.statement import Statement
from ledger.trust import TrustFile
from verifier.checks import Judged, judge_alone, judge_authority, read_light
from verifier.evidence import ChainEvidence, Item, LogEvidence, bundle_count
from verifier.judge import read_bundle
from verifier.lateness import AnchorDays
from verifier.memory import Fact, Memory, fact_of
from verifier.replay import ledger_findings
from verifier.slots import FirmSlots

_KEPT: Final = 16_384
"""Opened contents that are kept: some 20 KB each."""


class Opened(NamedTuple):
    """A statement with its content, what others may ask of it, and what is wrong with who signed it."""

    judged: Judged
    fact: Fact
    authority: tuple[Finding, ...]


class OpenLedger:
    """All items of a log, none of which is trusted, with the chain's registry.

    `general` are the findings on chain, roots and files; `lights` the statements in log order without their contents,
    `light` the first with each digest; `block` is the one in which the checkpoint was anchored, None when it was not.
    Raises what reading raises.
    """

    def __init__(self, log: LogEvidence, chain: ChainEvidence, trust: TrustFile) -> None:
        found, self.registry = ledger_findings(log, chain, trust)
        self.days: Final = AnchorDays.of(chain)
        found.extend(self.days.findings)
        self.checkpoint: Final[Checkpoint] = log.checkpoint
        self.block: Final = _anchored_in(log, chain)
        self._domain: Final = trust.domain
        self._items: Final[list[Item]] = []
        for number in range(bundle_count(log.bundles.size)):
            items, findings = read_bundle(log.bundles, number)
            found.extend(findings)
            self._items.extend(items)
        self.general: Final = tuple(found)
        self.lights: Final[Sequence[Judged]] = [read_light(item, self._domain) for item in self._items]
        self.light: Final[dict[bytes, Judged]] = {}
        self.successors: Final[defaultdict[bytes, list[bytes]]] = defaultdict(list)
        self.on_subject: Final[defaultdict[Subject, list[int]]] = defaultdict(list)
        self.of_firm: Final[defaultdict[str, list[int]]] = defaultdict(list)
        self._products: Final[defaultdict[str, dict[tuple[str, str], bytes]]] = defaultdict(dict)
        self._elsewhere: Final = _Elsewhere()
        for judged in self.lights:
            self._file(judged)
        self.open: Final = lru_cache(_KEPT)(self._open)
        """The statement with this digest, which the log holds."""
        self._slots_of: Final = cache(self._slots)
        self.looked_up: Final[Mapping[bytes, Opened]] = {
            digest: self._open(digest)
            for digest, judged in self.light.items()
            if judged.statement and _is_looked_up(judged.statement.kind)
        }
        self._ended: Final = {
            (one.fact.ends, one.fact.organisation)
            for one in self.looked_up.values()
            if one.fact.holds and one.fact.ends is not None
        }

    def _file(self, judged: Judged) -> None:
        first = self.light.setdefault(judged.digest, judged) is judged
        self._elsewhere.learn(judged)
        statement = judged.statement
        if statement is None:
            return
        self.successors[bytes.fromhex(statement.previous[2:])].append(judged.digest)
        self.on_subject[subject_of(statement)].append(judged.index)
        self.of_firm[statement.organisation].append(judged.index)
        if statement.kind == "footprint" and first:
            product = statement.subject.split("|")[0]
            self._products[product][(statement.organisation, statement.subject)] = judged.digest

    def _open(self, digest: bytes) -> Opened:
        judged = judge_alone(self._items[self.light[digest].index], self._domain)
        return Opened(judged, fact_of(judged, self.registry), tuple(judge_authority(judged, self.registry)))

    def _slots(self, organisation: str) -> FirmSlots:
        said = ((index, self.lights[index].statement) for index in self.of_firm[organisation])
        return FirmSlots((index, one.subject) for index, one in said if one and one.kind == "footprint")

    def near(self, judged: Judged) -> Iterator[tuple[Statement, bytes]]:
        """Declarations of its firm that may stand for what a declaration stands for, with their digests."""
        statement = judged.statement
        if statement is None or statement.kind != "footprint":
            return
        for index in sorted(self._slots_of(statement.organisation).near(statement.subject) - {judged.index}):
            light = self.lights[index]
            if light.statement is not None:
                yield light.statement, light.digest

    def is_live(self, digest: bytes) -> bool:
        """Whether a statement's issuer signed it, and neither replaced nor withdrew it."""
        statement = self.light[digest].statement
        if statement is None or (digest, statement.organisation) in self._ended:
            return False
        head = ZERO_DIGEST
        for index in self.on_subject[subject_of(statement)]:
            fact = self.open(self.lights[index].digest).fact
            if fact.holds and fact.previous == head:
                head = fact.digest
        return head == digest

    def signed_since(self, index: int) -> date | None:
        """A day before which the statement at `index` was not signed, as it says itself and as the chain shows."""
        statement, anchored = self.lights[index].statement, self.days.before(index)
        said = None if statement is None else day_in_china(statement.issued_at)
        return max((day for day in (said, anchored) if day is not None), default=None)

    def memory(self, taught: Container[Subject]) -> Memory:
        """To be taught all statements on the subjects in `taught`; of others it knows what their envelopes say."""
        return _Remembering(self._elsewhere, self.lights, taught)

    def noise(self, but: Container[int]) -> Iterator[tuple[Judged, Sequence[Finding]]]:
        """Unopened statements that are not what the log holds, or stand in a wrong place, with their forks.

        Those at the indices in `but` were looked at.
        """
        for index, forks in self._elsewhere.noise.items():
            if index not in but:
                yield self.lights[index], forks

    def find(self, asked: str) -> bytes:
        """The digest of the declaration that a person asks for.

        Raises `InputError` PRODUCT_UNKNOWN or PRODUCT_AMBIGUOUS.
        """
        if asked.startswith("0x"):
            digest = parse_digest(asked)
            if digest not in self.light:
                raise InputError("PRODUCT_UNKNOWN", got=asked)
            return digest
        found = self._products.get(asked)
        if not found:
            raise InputError("PRODUCT_UNKNOWN", got=asked)
        if len(found) > 1:
            raise InputError("PRODUCT_AMBIGUOUS", got=asked, found=", ".join(map(digest_to_text, found.values())))
        return next(iter(found.values()))

    def current(self) -> list[bytes]:
        """The newest declaration on every subject that its issuer did not withdraw, in log order."""
        newest = {
            digest
            for subjects in self._products.values()
            for (organisation, _), digest in subjects.items()
            if (digest, organisation) not in self._ended
        }
        return sorted(newest, key=lambda digest: self.light[digest].index)


class _Elsewhere:
    """What statements say without their contents, and what is wrong with their places among all of them."""

    def __init__(self) -> None:
        self._memory: Final = Memory()
        self.noise: Final[dict[int, tuple[Finding, ...]]] = {}

    def learn(self, light: Judged) -> None:
        forks = tuple(self._memory.learn(fact_of(light)))
        if forks or light.findings:
            self.noise[light.index] = forks

    def known(self, digest: bytes) -> Known | None:
        """The statement, without a summary."""
        return self._memory.get(digest)

    def head(self, _organisation: str, _kind: str, _subject: str, _before: int) -> None:
        """Nobody's: of a subject of which one statement is opened, all are taught."""


class _Remembering(Memory):
    """A memory that was taught some of the log's statements, and has read the others' envelopes."""

    def __init__(self, elsewhere: _Elsewhere, lights: Sequence[Judged], taught: Container[Subject]) -> None:
        super().__init__(elsewhere)
        self._lights: Final = lights
        self._taught: Final = taught

    def digest_at(self, index: int) -> bytes:
        """The digest of any entry."""
        return self._lights[index].digest

    def _is_withheld(self, subject: Subject | None) -> bool:
        return super()._is_withheld(subject) or (subject is not None and subject not in self._taught)


def subject_of(statement: Statement) -> Subject:
    """What one statement at a time stands for."""
    return statement.organisation, statement.kind, statement.subject


def _anchored_in(log: LogEvidence, chain: ChainEvidence) -> int | None:
    for event in chain.events["log"]:
        if event.name == "CheckpointAnchored" and event.arguments["size"] == log.checkpoint.size:
            return event.block
    return None


@cache
def _is_looked_up(kind: str) -> bool:
    """Whether other statements' checks find contents of this kind by themselves, without naming them.

    Declarations are too many for that: those that may matter to a chain are opened with it.
    """
    try:
        return kind != "footprint" and kind_named(kind).is_looked_up
    except EvidenceError:
        return False
