"""Verify one declaration with its whole upstream, from a log's files and the chain's events.

Every entry is held against the anchored roots and every statement against its digest, because a hidden withdrawal or a
hidden successor would make a stale declaration look current. Contents are opened only for the product's chain, for
what replaced a part of it, and for kinds that others look up (factors, withdrawals).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ledger.checkpoint import Checkpoint
from ledger.errors import EvidenceError, InputError
from ledger.findings import Finding, Outcome
from ledger.footprint.ruling import passed_over
from ledger.identifiers import digest_to_text, parse_digest
from ledger.kind import Kind
from ledger.kinds import kind_named
from ledger.kinds.footprint import Footprint
from ledger.registry import Registry
from ledger.statement import Domain, Statement
from ledger.trust import TrustFile
from verifier.checks import Judged, judge_alone, judge_among, judge_authority, read_light
from verifier.evidence import ChainEvidence, Item, LogEvidence, bundle_count
from verifier.judge import read_bundle
from verifier.memory import Memory, fact_of, judge_since
from verifier.product import ProductVerdict, verdict_on
from verifier.replay import ledger_findings
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
    general, registry = ledger_findings(log, chain, trust)
    scan = _Scan(log, trust.domain, general)
    product = scan.find(asked)
    members = scan.open_chain(product)
    findings = scan.judge(members, registry, product)
    general.extend(found for digest, found in findings.loose if digest not in members)
    verdict = verdict_on(members[product], members, findings.of, tuple(general), findings.vouched)
    earlier = None if since is None else scan.earlier(since, registry)
    return Verified(verdict, registry, log.checkpoint, _anchored_in(log, chain), earlier)


def _anchored_in(log: LogEvidence, chain: ChainEvidence) -> int | None:
    for event in chain.events["log"]:
        if event.name == "CheckpointAnchored" and event.arguments["size"] == log.checkpoint.size:
            return event.block
    return None


@dataclass(frozen=True, slots=True)
class _Findings:
    of: Mapping[bytes, tuple[Finding, ...]]
    loose: tuple[tuple[bytes, Finding], ...]
    """Findings on statements outside the chain: altered ones, which might hide something of it."""
    vouched: frozenset[bytes]
    """Declarations that were not opened and that an accredited verifier vouches for."""


class _Scan:
    """All items of a log; those that were opened are judged once and kept."""

    def __init__(self, log: LogEvidence, domain: Domain, general: list[Finding]) -> None:
        self._domain: Final = domain
        self._items: Final[list[Item]] = []
        self._lights: Final[list[Judged]] = []
        self._light: Final[dict[bytes, Judged]] = {}
        self._opened: Final[dict[bytes, Judged]] = {}
        self._successors: Final[dict[bytes, list[bytes]]] = {}
        self._rivals: Final[set[bytes]] = set()
        self._subjects: Final[dict[tuple[str, str, str], list[bytes]]] = {}
        for number in range(bundle_count(log.bundles.size)):
            items, findings = read_bundle(log.bundles, number)
            general.extend(findings)
            self._items.extend(items)
        for item in self._items:
            judged = read_light(item, domain)
            self._lights.append(judged)
            self._light.setdefault(judged.digest, judged)
            if judged.statement is not None:
                previous = bytes.fromhex(judged.statement.previous[2:])
                self._successors.setdefault(previous, []).append(judged.digest)
                self._subjects.setdefault(_subject(judged.statement), []).append(judged.digest)
                if _is_looked_up(judged.statement.kind):
                    self._open(judged.digest)

    def find(self, asked: str) -> bytes:
        """The digest of the declaration that a person asks for."""
        if asked.startswith("0x"):
            digest = parse_digest(asked)
            if digest not in self._light:
                raise InputError("PRODUCT_UNKNOWN", got=asked)
            return digest
        found: dict[tuple[str, str], bytes] = {}
        for judged in self._light.values():
            statement = judged.statement
            if statement and statement.kind == "footprint" and statement.subject.split("|")[0] == asked:
                found[(statement.organisation, statement.subject)] = judged.digest
        if not found:
            raise InputError("PRODUCT_UNKNOWN", got=asked)
        if len(found) > 1:
            raise InputError("PRODUCT_AMBIGUOUS", got=asked, found=", ".join(map(digest_to_text, found.values())))
        return next(iter(found.values()))

    def earlier(self, asked: str, registry: Registry) -> Footprint:
        """A declaration to compare with: signed by who might, and what was signed; whether it adds up is not asked."""
        judged = self._open(self.find(asked))
        if not isinstance(judged.content, Footprint):
            raise InputError("NOT_A_DECLARATION", got=asked)
        wrong = [f.code for f in judge_authority(judged, registry) if f.outcome is Outcome.FAIL]
        if wrong:
            raise InputError("EARLIER_UNSOUND", got=wrong[0])
        return judged.content

    def open_chain(self, product: bytes) -> dict[bytes, Judged]:
        """The product and all that it rests on, by digest; successors of each are opened beside it."""
        chain: dict[bytes, Judged] = {}
        waiting = [product]
        while waiting:
            digest = waiting.pop()
            if digest in chain or digest not in self._light:
                continue
            judged = chain[digest] = self._open(digest)
            # a forged statement takes no subject and replaces nothing: so its signature has to be looked at
            same = () if judged.statement is None else self._subjects[_subject(judged.statement)]
            for other in (*same, *self._all_successors(digest)):
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
        for judged in self._lights:
            if judged.statement is not None and judged.statement.organisation in firms:
                if judged.digest not in self._opened:
                    self._rivals.add(judged.digest)
                self._open(judged.digest)

    def judge(self, chain: Mapping[bytes, Judged], registry: Registry, product: bytes) -> _Findings:
        """All findings on the chain's statements, and on others that are not what the log holds."""
        memory = Memory()
        found: dict[bytes, tuple[Finding, ...]] = {}
        loose: list[tuple[bytes, Finding]] = []
        for light in self._lights:
            opened = self._opened.get(light.digest)
            judged = opened if opened is not None and opened.index == light.index else light
            forks = list(memory.learn(fact_of(judged, registry if judged is opened else None)))
            if judged.digest in chain and judged.index == chain[judged.digest].index:
                found[judged.digest] = tuple(self._judge_one(judged, memory, registry, forks))
                continue
            # a withdrawal or a factor that cannot be opened might be one that the product's chain must not rest on
            hidden = judged.findings if judged.content is None else tuple(judge_authority(judged, registry))
            if judged.content is not None and judged.digest in self._rivals:
                hidden = ()  # a forged rival holds nothing
            # a statement that may not hold what it says holds nothing, so it takes nothing from the chain
            stories = [fork for fork in forks if fork.place == "previous"]
            loose.extend((b"" if stories else judged.digest, finding) for finding in (*hidden, *stories))
        for digest, judged in chain.items():
            since = tuple(judge_since(judged, memory, is_product=digest == product))
            found[digest] = (*found.get(digest, ()), *since)
        for cycle in self._cycles(chain, memory, registry):
            found[cycle.statement] = (*found[cycle.statement], cycle)
        vouchers = {digest: vouching_of(judged, memory, registry, len(self._lights)) for digest, judged in chain.items()
                    if judged.content is None and judged.statement is not None}  # fmt: skip
        for digest, voucher in vouchers.items():
            found[digest] = (*found[digest], *voucher.findings)
        return _Findings(found, tuple(loose), frozenset(d for d, voucher in vouchers.items() if voucher.counts))

    @staticmethod
    def _judge_one(judged: Judged, memory: Memory, registry: Registry, forks: list[Finding]) -> Iterator[Finding]:
        yield from judged.findings
        yield from forks
        yield from judge_authority(judged, registry)
        if judged.statement is not None:
            around = memory.around(judged.index, judged.statement.organisation, judged.statement.issued_at)
            yield from judge_among(judged, around)
            if isinstance(judged.content, Footprint):
                yield from (finding.about(judged.digest) for finding in passed_over(judged.content, around))

    def _cycles(self, chain: Mapping[bytes, Judged], memory: Memory, registry: Registry) -> Iterator[Finding]:
        """Lines by which a declaration rests on its own product; only where a product stands in the chain twice."""
        declared = {digest: (one.statement.organisation, one.content) for digest, one in chain.items()
                    if one.statement is not None and isinstance(one.content, Footprint)}  # fmt: skip
        products = {(firm, content.header.product_id, content.header.site) for firm, content in declared.values()}
        if len(products) == len(declared):
            return
        # these need numpy, which most chains do without
        from ledger.kinds.loop_group import LoopGroup
        from verifier.loops import Declared, undeclared_cycles

        named = [one.digest for one in self._lights if one.statement and one.statement.kind == "loop-group"]
        groups = [one for one in map(self._open, named) if _stands(one, memory, registry)]
        contents = [one.content for one in groups if isinstance(one.content, LoopGroup)]
        yield from undeclared_cycles({digest: Declared(*one) for digest, one in declared.items()}, contents)

    def _open(self, digest: bytes) -> Judged:
        if digest not in self._opened:
            self._opened[digest] = judge_alone(self._items[self._light[digest].index], self._domain)
        return self._opened[digest]

    def _all_successors(self, digest: bytes) -> Iterator[bytes]:
        waiting = [digest]
        while waiting:
            for successor in self._successors.get(waiting.pop(), ()):
                yield successor
                waiting.append(successor)


def _stands(judged: Judged, memory: Memory, registry: Registry) -> bool:
    """Whether a statement was signed by who might, nothing is wrong with it, and nothing took its place."""
    known, statement = memory.get(judged.digest), judged.statement
    if known is None or statement is None or known.ended is not None or known.superseded is not None:
        return False
    around = memory.around(judged.index, statement.organisation, statement.issued_at)
    findings = (*judged.findings, *judge_authority(judged, registry), *judge_among(judged, around))
    return all(finding.outcome is not Outcome.FAIL for finding in findings)


def _subject(statement: Statement) -> tuple[str, str, str]:
    return statement.organisation, statement.kind, statement.subject


def _has_rivals(kind: Kind[Any], content: Any) -> bool:
    return any(True for found in (kind.moves(content), kind.topics(content)) for _ in found)


@cache
def _is_looked_up(kind: str) -> bool:
    """Whether other statements' checks find contents of this kind by themselves, without naming them.

    Declarations are too many for that: those that may matter to a chain are opened with it.
    """
    try:
        return kind != "footprint" and kind_named(kind).is_looked_up
    except EvidenceError:
        return False
