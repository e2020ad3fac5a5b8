"""What a judge remembers of the log: small facts of each statement in log order, and the log as one of them sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

from ledger.findings import Finding, Outcome, fail, not_checked
from ledger.holdings import (
    OWN,
    Claim,
    MemoryShelf,
    Move,
    Subject,
    hold,
    judge_drawers,
    judge_holdings,
    overdrawn_by_withdrawal,
    owner_of,
    qualified,
)
from ledger.identifiers import ZERO_DIGEST, digest_to_text
from ledger.kind import Kind, Known
from ledger.registry import Registry
from verifier.checks import Judged, judge_authority, judge_previous


class Fact(NamedTuple):
    """What other statements may ask of one; small and picklable, so that it can travel between processes.

    `holds`: whether its signature is by a key that its issuer might use for it. One that does not hold is remembered,
    for others may rest on it, and changes nothing: it neither replaces nor ends another, and nobody finds it.
    """

    number: int
    digest: bytes
    kind: str
    organisation: str
    subject: str
    previous: bytes
    ends: bytes | None
    series: str | None
    summary: Any
    topics: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    moves: tuple[Move, ...] = ()
    holds: bool = True
    withheld: bool = False
    """Its content could not be read: what it holds is not known."""


def fact_of(judged: Judged, registry: Registry | None = None) -> Fact:
    """The fact of a judged statement. One that could not be read is remembered by its digest alone.

    Without a registry the signature is not looked at: the statement was not opened, or it is known to hold.
    """
    statement, kind, content = judged.statement, judged.kind, judged.content
    if statement is None:
        return Fact(judged.index, judged.digest, "", "", "", ZERO_DIGEST, None, None, None)
    glance = kind.glance(statement.headline) if kind is not None and content is None else None
    fact = Fact(
        judged.index,
        judged.digest,
        statement.kind,
        statement.organisation,
        statement.subject,
        bytes.fromhex(statement.previous[2:]),
        None,
        None,
        glance,
        holds=registry is None or _holds(judged, registry),
        withheld=content is None,
    )
    return fact if kind is None or content is None else _told(fact, kind, content)


def _holds(judged: Judged, registry: Registry) -> bool:
    refused = (finding for finding in judge_authority(judged, registry) if finding.outcome is Outcome.FAIL)
    return bool(judged.signer) and next(refused, None) is None


def _told(fact: Fact, kind: Kind[Any], content: Any) -> Fact:
    """The fact with what the content says."""
    told = fact._replace(ends=kind.ends(content), series=kind.series(content), summary=kind.summary(content),
                         topics=tuple(dict.fromkeys(kind.topics(content))))  # fmt: skip
    if not kind.holds:
        return told
    return told._replace(claims=tuple(kind.claims(content)), moves=tuple(kind.moves(content)))


class Elsewhere(Protocol):
    """Statements that a memory was not taught because somebody else remembers them, with nothing said against them."""

    def known(self, digest: bytes) -> Known | None:
        """The statement with this digest, or None."""

    def head(self, organisation: str, kind: str, subject: str, before: int) -> bytes | None:
        """The digest of the statement on a subject whose index is below `before`, or None."""


class Memory:
    """All facts up to some index. `learn` takes them in log order and finds forks of a subject on the way."""

    def __init__(self, elsewhere: Elsewhere | None = None) -> None:
        self._known: Final[dict[bytes, Known]] = {}
        self._elsewhere: Final = elsewhere
        self._digests: Final[dict[int, bytes]] = {}
        self._heads: Final[dict[tuple[str, str, str], bytes]] = {}
        self._series: Final[defaultdict[tuple[str, str, str], list[bytes]]] = defaultdict(list)
        self._topics: Final[defaultdict[str, list[bytes]]] = defaultdict(list)
        self._shelf: Final = MemoryShelf()
        self._unknown: Final[set[Subject]] = set()
        """Subjects with a version whose content was withheld: nobody can say what is on their accounts."""
        self._unread: Final[dict[bytes, int]] = {}
        """Statements that are in the log, by digest, and that nobody showed."""
        self._holders: Final[dict[Subject, int]] = {}
        self._learning = 0

    def get(self, digest: bytes) -> Known | None:
        """What is remembered of a digest, wherever it stands."""
        known = self._known.get(digest)
        if known is None and self._elsewhere is not None:
            return self._elsewhere.known(digest)
        return known

    def _before(self, digest: bytes) -> Known | None:
        """What the fact that is being learned may rest on: `Elsewhere` knows the rest of its bundle already."""
        known = self.get(digest)
        return known if known is not None and known.index < self._learning else None

    def learn(self, fact: Fact) -> Iterator[Finding]:
        """Takes in the next fact and yields what is wrong with its place among those before it."""
        self._digests[fact.number] = fact.digest
        self._learning = fact.number
        if not fact.kind:
            self._unread.setdefault(fact.digest, fact.number)
            return
        subject = (fact.organisation, fact.kind, fact.subject)
        findings = list(self._judge_previous(fact, subject))
        if self.was_unread(fact.previous, fact.number):
            yield not_checked("PREVIOUS_WITHHELD", "previous", blocking=True,
                              got=digest_to_text(fact.previous)).about(fact.digest)  # fmt: skip
        # the same statement once more is a fork; it must not wash off what became of the first
        if self._before(fact.digest) is None:
            self._known[fact.digest] = Known(
                fact.digest, fact.number, fact.kind, fact.organisation, fact.subject, summary=fact.summary
            )
        if fact.withheld:
            self._unknown.add(subject)
        if fact.holds and not findings:
            findings.extend(found.about(fact.digest) for found in self._hold(fact, subject))
            self._heads[subject] = fact.digest
            if (replaced := self._before(fact.previous)) is not None:
                self._known[replaced.digest] = replace(replaced, superseded=fact.number)
        if fact.holds:
            findings.extend(found.about(fact.digest) for found in self._end(fact))
            self._file(fact)
        yield from findings

    def _judge_previous(self, fact: Fact, subject: Subject) -> Iterator[Finding]:
        if not self.was_unread(fact.previous, fact.number):
            head = self._head_before(fact.number, subject)
            yield from (f.about(fact.digest) for f in judge_previous(fact.organisation, fact.previous, head))

    def _hold(self, fact: Fact, subject: Subject) -> Iterator[Finding]:
        """A statement that may not hold what it says holds nothing, and its predecessor's holdings stay."""
        replaced = self._holders.get(subject)
        if not fact.claims and not fact.moves and replaced is None:
            return
        known = tuple(move for move in fact.moves if not self._is_unknown(move, subject))
        for move in fact.moves:
            if self._is_unknown(move, subject) and move.amount < 0:
                yield not_checked("ACCOUNT_WITHHELD", move.place, blocking=True, account=move.account)
        moves = qualified(known, subject, self._subject_of)
        findings = list(judge_drawers(known, fact.organisation, self._owner_of))
        findings.extend(judge_holdings(fact.claims, moves, self._shelf, replaced))
        if not findings:
            hold(fact.claims, moves, self._shelf, fact.number, replaced)
            self._holders[subject] = fact.number
        yield from findings

    def _is_unknown(self, move: Move, own: Subject) -> bool:
        return self._is_withheld(own if move.of == OWN else None if move.of is None else self._subject_of(move.of))

    def _is_withheld(self, subject: Subject | None) -> bool:
        return subject in self._unknown

    def _owner_of(self, digest: bytes) -> str | None:
        known = self._before(digest)
        if known is None:
            return None
        newest = self._before(self._heads.get((known.organisation, known.kind, known.subject), digest)) or known
        return owner_of(newest.organisation, newest.summary)

    def _subject_of(self, digest: bytes) -> Subject | None:
        known = self._before(digest)
        return None if known is None else (known.organisation, known.kind, known.subject)

    def _end(self, fact: Fact) -> Iterator[Finding]:
        """A withdrawal gives its target's holdings back; what others drew on them has lost its ground."""
        target = self._before(fact.ends) if fact.ends is not None else None
        # the first withdrawal counts: a second one must not move the end to a later index
        if target is None or target.ended is not None or target.organisation != fact.organisation:
            return
        self._known[target.digest] = replace(target, ended=fact.number)
        subject = (target.organisation, target.kind, target.subject)
        if self._heads.get(subject) == target.digest and (holder := self._holders.pop(subject, None)) is not None:
            yield from overdrawn_by_withdrawal(self._shelf, holder)
            self._shelf.drop(holder)

    def _file(self, fact: Fact) -> None:
        if fact.series is not None:
            self._series[(fact.organisation, fact.kind, fact.series)].append(fact.digest)
        for topic in fact.topics:
            self._topics[topic].append(fact.digest)

    def was_unread(self, digest: bytes, before: int) -> bool:
        """Whether a statement with an index below `before` has this digest, of which nothing else is known."""
        return self._unread.get(digest, before) < before

    def digest_at(self, index: int) -> bytes:
        """The digest of the entry at `index`."""
        return self._digests[index]

    def _head_before(self, index: int, subject: tuple[str, str, str]) -> bytes | None:
        head = self._heads.get(subject)
        if head is None and self._elsewhere is not None:
            return self._elsewhere.head(*subject, index)
        return head

    def sisters(self, organisation: str, kind: str, series: str) -> Iterable[Known]:
        """Statements of one issuer, kind and series, oldest first."""
        return (self._known[digest] for digest in self._series.get((organisation, kind, series), ()))

    def on(self, topic: str) -> Iterable[Known]:
        """Statements of any issuer and kind under a topic, oldest first."""
        return (self._known[digest] for digest in self._topics.get(topic, ()))

    def around(self, index: int, organisation: str, issued_at: int = 0) -> View:
        """The log as the statement at `index` sees it."""
        return View(self, index, organisation, issued_at)


class View:
    """`ledger.kind.Surroundings` for one index: nothing at or after it exists."""

    __slots__ = ("_known", "_memory", "index", "issued_at", "organisation")

    def __init__(self, memory: Memory, index: int, organisation: str, issued_at: int) -> None:
        self._memory = memory
        self._known = memory.get
        self.index = index
        self.organisation = organisation
        self.issued_at = issued_at

    def known(self, digest: bytes) -> Known | None:
        """The statement, when it is earlier than this one."""
        known = self._known(digest)
        return known if known is not None and known.index < self.index else None

    def was_withheld(self, digest: bytes) -> bool:
        """Whether it is the digest of an earlier entry whose statement nobody showed."""
        return self._memory.was_unread(digest, self.index)

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        """Sisters of `known` that came before this one, oldest first."""
        sisters = self._memory.sisters(known.organisation, known.kind, key)
        return [sister for sister in sisters if sister.index < self.index]

    def on(self, topic: str) -> Iterable[Known]:
        """Statements of any issuer and kind under a topic that came before this one, oldest first."""
        return [known for known in self._memory.on(topic) if known.index < self.index]

    def replacement(self, known: Known) -> Known | None:
        """The newest statement on the subject of `known` that came before this one, or None when that is `known`."""
        newest = known
        while newest.superseded is not None and newest.superseded < self.index:
            later = self._memory.get(self._memory.digest_at(newest.superseded))
            if later is None:
                break
            newest = later
        return None if newest is known else newest


def judge_since(judged: Judged, memory: Memory, *, is_product: bool) -> Iterator[Finding]:
    """What happened after a statement was registered: is the product still the current one, and what it rests on.

    A product that was replaced or withdrawn is not what its firm says today; what rests on a statement that was
    withdrawn since has lost its ground; what rests on one that was replaced since is due for renewal, and told so.
    """
    known = memory.get(judged.digest)
    if is_product and known is not None:
        if known.ended is not None:
            yield fail("PRODUCT_WITHDRAWN", by=f"#{known.ended}").about(judged.digest)
        elif known.superseded is not None:
            yield fail("PRODUCT_REPLACED", by=f"#{known.superseded}").about(judged.digest)
    if judged.kind is None or judged.content is None:
        return
    for reference in judged.kind.references(judged.content):
        basis = memory.get(reference.digest)
        if basis is None:
            continue
        if basis.ended is not None and basis.ended > judged.index:
            yield fail("WITHDRAWN_SINCE", reference.place, by=f"#{basis.ended}").about(judged.digest)
        elif basis.superseded is not None and basis.superseded > judged.index:
            yield not_checked("REPLACED_SINCE", reference.place, by=f"#{basis.superseded}").about(judged.digest)
