"""Verify one declaration with its whole upstream, from a log's files and the chain's events.

Every entry is held against the anchored roots and every statement against its digest, because a hidden withdrawal or a
hidden successor would make a stale declaration look current. Contents are opened only for the product's chain, for
what replaced a part of it, and for kinds that others look up (factors, withdrawals).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.checkpoint import Checkpoint
from ledger.errors import InputError
from ledger.findings import Finding, Outcome
from ledger.footprint.ruling import passed_over
from ledger.holdings import Subject
from ledger.kind import Kind
from ledger.kinds.footprint import Footprint
from ledger.registry import Registry
from ledger.trust import TrustFile
from verifier.checks import Judged, judge_among
from verifier.circles import stands
from verifier.evidence import ChainEvidence, LogEvidence
from verifier.late import late_lines
from verifier.memory import Memory, fact_of, judge_since
from verifier.opened import OpenLedger, subject_of
from verifier.product import ProductVerdict, verdict_on
from verifier.slots import duplicate
from verifier.vouching import vouching_of


@dataclass(frozen=True, slots=True)
class Verified:
    """A verdict with the registry that names its organisations, and up to where the ledger was read.

    `block` is the one in which the checkpoint was anchored, None when it was not; `earlier` a declaration that the
    product is to be compared with, when one was named.
    """

    verdict: ProductVerdict
    registry: Registry
    checkpoint: Checkpoint
    block: int | None
    earlier: Footprint | None = None


def verify_product(
    log: LogEvidence, chain: ChainEvidence, trust: TrustFile, asked: str, *, since: str | None = None
) -> Verified:
    """The verdict on the declaration `asked` for: a digest, or a product's identifier, then its newest declaration.

    `since` names an earlier declaration by digest, to say what changed. Raises `InputError` PRODUCT_UNKNOWN,
    PRODUCT_AMBIGUOUS, NOT_A_DECLARATION or EARLIER_UNSOUND, and what reading raises.
    """
    return next(verify_products(log, chain, trust, [asked], since=since))


def verify_products(
    log: LogEvidence, chain: ChainEvidence, trust: TrustFile, asked: Iterable[str] | None = None,
    *, since: str | None = None,
) -> Iterator[Verified]:  # fmt: skip
    """The verdicts that `verify_product` gives on each one `asked` for, in that order; the log is read through once.

    Without `asked`: on the newest declaration of every subject that was not withdrawn, in log order. Raises as
    `verify_product`, and before the first verdict when one of those asked for is not to be found.
    """
    ledger = OpenLedger(log, chain, trust)
    digests = ledger.current() if asked is None else [ledger.find(one) for one in asked]
    for digest in digests:
        yield _verify(ledger, digest, since)


def _verify(ledger: OpenLedger, product: bytes, since: str | None) -> Verified:
    case = _Case(ledger)
    members = case.open_chain(product)
    findings = case.judge(members, product)
    general = (*ledger.general, *(found for digest, found in findings.loose if digest not in members))
    verdict = verdict_on(members[product], members, findings.of, general, findings.vouched)
    earlier = None if since is None else _earlier(ledger, since)
    return Verified(verdict, ledger.registry, ledger.checkpoint, ledger.block, earlier)


def _earlier(ledger: OpenLedger, asked: str) -> Footprint:
    """A declaration to compare with: signed by who might, and what was signed; whether it adds up is not asked."""
    opened = ledger.open(ledger.find(asked))
    if not isinstance(opened.judged.content, Footprint):
        raise InputError("NOT_A_DECLARATION", got=asked)
    wrong = [finding.code for finding in opened.authority if finding.outcome is Outcome.FAIL]
    if wrong:
        raise InputError("EARLIER_UNSOUND", got=wrong[0])
    return opened.judged.content


_NOBODY: Final[Subject] = ("", "", "")


@dataclass(frozen=True, slots=True)
class _Findings:
    of: Mapping[bytes, tuple[Finding, ...]]
    loose: tuple[tuple[bytes, Finding], ...]
    """Findings on statements outside the chain: altered ones, which might hide something of it."""
    vouched: frozenset[bytes]
    """Declarations that were not opened and that an accredited verifier vouches for."""


class _Case:
    """What of an open ledger one product's verdict hangs on."""

    def __init__(self, ledger: OpenLedger) -> None:
        self._ledger: Final = ledger
        self._registry: Final[Registry] = ledger.registry
        self._opened: Final = dict(ledger.looked_up)
        self._rivals: Final[set[bytes]] = set()

    def open_chain(self, product: bytes) -> dict[bytes, Judged]:
        """The product and all that it rests on, by digest; successors of each are opened beside it."""
        chain: dict[bytes, Judged] = {}
        waiting = [product]
        while waiting:
            digest = waiting.pop()
            if digest in chain or digest not in self._ledger.light:
                continue
            judged = chain[digest] = self._open(digest)
            # a forged statement takes no subject and replaces nothing: so its signature has to be looked at
            if judged.statement is not None:
                self._open_all(self._ledger.on_subject[subject_of(judged.statement)])
            for other in self._all_successors(digest):
                self._open(other)
            if judged.kind is not None and judged.content is not None:
                waiting.extend(reference.digest for reference in judged.kind.references(judged.content))
        self._open_rivals(chain)
        return chain

    def _open_rivals(self, chain: Mapping[bytes, Judged]) -> None:
        """Where the chain draws on accounts or divides a process, its firms' other declarations may do so too."""
        firms = {
            one.statement.organisation
            for one in chain.values()
            if one.statement and one.kind and one.content and _has_rivals(one.kind, one.content)
        }
        for firm in firms:
            indices = self._ledger.of_firm[firm]
            self._rivals.update(digest for index in indices if (digest := self._at(index)) not in self._opened)
            self._open_all(indices)

    def judge(self, chain: Mapping[bytes, Judged], product: bytes) -> _Findings:
        """All findings on the chain's statements, and on others that are not what the log holds."""
        taught = self._taught()
        memory = self._ledger.memory(frozenset(taught.values()))
        found: dict[bytes, tuple[Finding, ...]] = {}
        loose: list[tuple[int, bytes, Finding]] = []
        for index in sorted(taught):
            light = self._ledger.lights[index]
            opened = self._opened.get(light.digest)
            if opened is None or opened.judged.index != index:
                forks = list(memory.learn(fact_of(light)))
                loose.extend(_loose(light, light.findings, forks))
                continue
            judged, forks = opened.judged, list(memory.learn(opened.fact))
            if judged.digest in chain:
                late = self._ledger.days.judge(judged)
                found[judged.digest] = (*self._judge_one(judged, memory, forks, opened.authority), *late)
                continue
            # a withdrawal or a factor that cannot be opened might be one that the product's chain must not rest on
            hidden = judged.findings if judged.content is None else opened.authority
            if judged.content is not None and judged.digest in self._rivals:
                hidden = ()  # a forged rival holds nothing
            loose.extend(_loose(judged, hidden, forks))
        for light, stories in self._ledger.noise(taught):
            loose.extend(_loose(light, light.findings, stories))
        for digest, judged in chain.items():
            since = judge_since(judged, memory, is_product=digest == product)
            found[digest] = (*found.get(digest, ()), *since, *self._standing(judged, memory, found.get(digest, ())))
        for more in (*self._cycles(chain, memory), *late_lines(chain, found), *self._duplicates(chain)):
            found[more.statement] = (*found[more.statement], more)
        size, since_when = len(self._ledger.lights), self._ledger.signed_since
        vouchers = {digest: vouching_of(judged, memory, self._registry, size, since_when)
                    for digest, judged in chain.items()
                    if judged.content is None and judged.statement is not None}  # fmt: skip
        for digest, voucher in vouchers.items():
            found[digest] = (*found[digest], *voucher.findings)
        in_order = tuple((digest, finding) for _, digest, finding in sorted(loose, key=lambda one: one[0]))
        return _Findings(found, in_order, frozenset(d for d, voucher in vouchers.items() if voucher.counts))

    def _taught(self) -> dict[int, Subject]:
        """Indices of what was opened, and of all that stands on the same subjects."""
        found: dict[int, Subject] = {}
        for opened in self._opened.values():
            statement = opened.judged.statement
            found[opened.judged.index] = _NOBODY if statement is None else subject_of(statement)
        for subject in set(found.values()) - {_NOBODY}:
            found.update(dict.fromkeys(self._ledger.on_subject[subject], subject))
        return found

    @staticmethod
    def _judge_one(
        judged: Judged, memory: Memory, forks: list[Finding], authority: tuple[Finding, ...]
    ) -> Iterator[Finding]:
        yield from judged.findings
        yield from forks
        yield from authority
        if judged.statement is not None:
            around = memory.around(judged.index, judged.statement.organisation, judged.statement.issued_at)
            yield from judge_among(judged, around)
            if isinstance(judged.content, Footprint):
                yield from (finding.about(judged.digest) for finding in passed_over(judged.content, around))

    def _standing(self, judged: Judged, memory: Memory, found: Iterable[Finding]) -> Iterator[Finding]:
        """What later statements on the same site or meter say against one that stands, where it was not said before."""
        known = memory.get(judged.digest)
        if known is None or known.ended is not None or judged.kind is None or judged.content is None:
            return
        said = {(finding.code, finding.place) for finding in found}
        around = memory.around(len(self._ledger.lights), known.organisation)
        for finding in judged.kind.check_since(judged.content, around):
            if (finding.code, finding.place) not in said:
                yield finding.about(judged.digest)

    def _cycles(self, chain: Mapping[bytes, Judged], memory: Memory) -> Iterator[Finding]:
        """Lines by which a declaration rests on its own product; only where a product stands in the chain twice."""
        declared = {digest: (one.statement.organisation, one.content) for digest, one in chain.items()
                    if one.statement is not None and isinstance(one.content, Footprint)}  # fmt: skip
        products = {(firm, content.header.product_id, content.header.site) for firm, content in declared.values()}
        if len(products) == len(declared):
            return
        # these need numpy, which most chains do without
        from ledger.kinds.loop_group import LoopGroup
        from verifier.loops import Declared, undeclared_cycles

        named = [one.digest for one in self._ledger.lights if one.statement and one.statement.kind == "loop-group"]
        size = len(self._ledger.lights)
        groups = [one for one in map(self._open, named) if stands(one, memory, self._registry, size)]
        contents = [one.content for one in groups if isinstance(one.content, LoopGroup)]
        yield from undeclared_cycles({digest: Declared(*one) for digest, one in declared.items()}, contents)

    def _duplicates(self, chain: Mapping[bytes, Judged]) -> Iterator[Finding]:
        """Other live declarations of a firm in the chain that stand for what one in the chain stands for."""
        for digest, judged in chain.items():
            for rival, of in self._ledger.near(judged):
                found = duplicate(judged.statement, digest, rival, of) if judged.statement else None
                if found and self._ledger.is_live(digest) and self._ledger.is_live(of):
                    yield found

    def _open(self, digest: bytes) -> Judged:
        if digest not in self._opened:
            self._opened[digest] = self._ledger.open(digest)
        return self._opened[digest].judged

    def _open_all(self, indices: Iterable[int]) -> None:
        for index in indices:
            self._open(self._at(index))

    def _at(self, index: int) -> bytes:
        return self._ledger.lights[index].digest

    def _all_successors(self, digest: bytes) -> Iterator[bytes]:
        waiting = [digest]
        while waiting:
            for successor in self._ledger.successors.get(waiting.pop(), ()):
                yield successor
                waiting.append(successor)


def _loose(judged: Judged, hidden: Iterable[Finding], forks: Iterable[Finding]) -> Iterator[tuple[int, bytes, Finding]]:
    """A statement that may not hold what it says holds nothing, so it takes nothing from the chain."""
    stories = [fork for fork in forks if fork.place == "previous"]
    for finding in (*hidden, *stories):
        yield judged.index, b"" if stories else judged.digest, finding


def _has_rivals(kind: Kind[Any], content: Any) -> bool:
    return any(True for found in (kind.moves(content), kind.topics(content)) for _ in found)
