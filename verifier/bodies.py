"""How the verifying bodies of a ledger have done, and which of their verifications to do again (threat 35).

A body that colludes with its clients shows by what it let pass: declarations with an unmodified opinion that the judge
fails, or that were withdrawn since. Which ones are verified again is drawn by the hash of a block that came later, so
that nobody could choose before, and anybody draws the same.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from ledger.findings import Finding, Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from ledger.registry import Registry
from ledger.trust import TrustFile
from ledger.vouching import VerificationSummary
from verifier.answer import findings_lines, findings_report
from verifier.checks import Judged, judge_alone, judge_among, judge_authority
from verifier.evidence import ChainEvidence, LogEvidence, bundle_count
from verifier.judge import read_bundle
from verifier.memory import Fact, Memory, fact_of
from verifier.replay import ledger_findings


@dataclass(frozen=True, slots=True)
class Passed:
    """A declaration that a body gave an unmodified opinion on, and what is wrong with it all the same.

    `kilograms` add the effects of its failed findings up, without their signs, in kgCO2e per declared unit.
    """

    verification: bytes
    declaration: bytes
    codes: tuple[str, ...]
    kilograms: Decimal

    @property
    def is_wrong(self) -> bool:
        """Whether the opinion should not have been given, or no longer stands."""
        return bool(self.codes)


@dataclass(frozen=True, slots=True)
class BodyRecord:
    """What one body let pass, in log order."""

    body: str
    passed: tuple[Passed, ...]

    @property
    def wrong(self) -> int:
        """How many of them are wrong."""
        return sum(one.is_wrong for one in self.passed)


@dataclass(frozen=True, slots=True)
class Bodies:
    """Every body's record, the one with most wrong first; `findings` are what the evidence itself lacks."""

    records: tuple[BodyRecord, ...]
    findings: tuple[Finding, ...]


def bodies_of(log: LogEvidence, chain: ChainEvidence, trust: TrustFile) -> Bodies:
    """The records of all bodies in the ledger. Raises what reading raises."""
    findings, registry = ledger_findings(log, chain, trust)
    memory, wrong = Memory(), dict[bytes, list[Finding]]()
    opinions: list[tuple[str, bytes, bytes]] = []
    for judged in statements_of(log, trust, findings):
        findings.extend(unread(judged))
        fact = fact_of(judged, registry)
        found = [*memory.learn(fact), *_judge(judged, memory, registry)]
        if isinstance(judged.content, Footprint):
            wrong[judged.digest] = [one for one in found if one.outcome is Outcome.FAIL]
        opinions.extend(_opinion(fact))
    records: dict[str, list[Passed]] = {}
    for body, verification, declaration in opinions:
        records.setdefault(body, []).append(_passed(verification, declaration, wrong, memory))
    made = (BodyRecord(body, tuple(passed)) for body, passed in records.items())
    return Bodies(tuple(sorted(made, key=lambda one: (-one.wrong, one.body))), tuple(findings))


def statements_of(log: LogEvidence, trust: TrustFile, findings: list[Finding]) -> Iterator[Judged]:
    """Every statement of a log, judged by itself, in log order; what cannot be read goes to `findings`."""
    for number in range(bundle_count(log.bundles.size)):
        items, unreadable = read_bundle(log.bundles, number)
        findings.extend(unreadable)
        for item in items:
            yield judge_alone(item, trust.domain)


def unread(judged: Judged, kinds: Container[str] | None = None) -> Iterator[Finding]:
    """What is to be said of a statement that cannot be read and might matter: of these kinds (None: of any), or an end.

    A statement that nobody showed may be of any kind; one that ends others may end whatever is asked about.
    """
    statement, kind = judged.statement, judged.kind
    is_asked = statement is None or kinds is None or statement.kind in kinds or (kind is not None and kind.ends_others)
    if judged.content is None and is_asked:
        yield from judged.findings


def _judge(judged: Judged, memory: Memory, registry: Registry) -> Iterator[Finding]:
    yield from judged.findings
    yield from judge_authority(judged, registry)
    if (statement := judged.statement) is not None:
        yield from judge_among(judged, memory.around(judged.index, statement.organisation, statement.issued_at))


def _opinion(fact: Fact) -> Iterator[tuple[str, bytes, bytes]]:
    """Body, verification and declaration of an unmodified opinion by who may give one."""
    summary = fact.summary
    if fact.holds and isinstance(summary, VerificationSummary) and summary.opinion == "unmodified":
        yield fact.organisation, fact.digest, summary.declaration


def _passed(verification: bytes, declaration: bytes, wrong: Mapping[bytes, list[Finding]], memory: Memory) -> Passed:
    found = wrong.get(declaration, [])
    known = memory.get(declaration)
    gone = ["PRODUCT_WITHDRAWN"] if known is not None and known.ended is not None else []
    kilograms = sum((abs(one.kilograms) for one in found if one.kilograms is not None), Decimal(0))
    return Passed(verification, declaration, tuple(dict.fromkeys([*(one.code for one in found), *gone])), kilograms)


def sample(digests: Iterable[bytes], block_hash: bytes, count: int) -> list[bytes]:
    """`count` of `digests`, drawn by the hash (32 bytes) of a block that was not known when they were registered.

    The smallest SHA-256(block hash, digest) come first, whatever the order that the digests were given in.
    """
    return sorted(set(digests), key=lambda digest: (sha256(block_hash + digest).digest(), digest))[:count]


def bodies_report(bodies: Bodies, drawn: Iterable[bytes]) -> dict[str, object]:
    """The records as JSON values, and the verifications that were drawn to be done again."""
    return {
        "bodies": [
            {
                "body": record.body, "verified": len(record.passed), "wrong": record.wrong,
                "declarations": [
                    {"verification": digest_to_text(one.verification), "declaration": digest_to_text(one.declaration),
                     "codes": list(one.codes), "kilograms": f"{one.kilograms:f}"}
                    for one in record.passed if one.is_wrong
                ],
            }
            for record in bodies.records
        ],
        "sample": [digest_to_text(one) for one in drawn],
        "findings": findings_report(bodies.findings),
    }  # fmt: skip


def bodies_lines(bodies: Bodies, drawn: Iterable[bytes], language: str) -> Iterator[str]:
    """The records to be read."""
    zh = language == "zh"
    for record in bodies.records:
        verified, wrong = len(record.passed), record.wrong
        yield f"{record.body}：核查 {verified} 份，其中有误 {wrong} 份" if zh else (
            f"{record.body}: {verified} verified, {wrong} of them wrong")  # fmt: skip
        for one in record.passed:
            if one.is_wrong:
                yield f"  {digest_to_text(one.declaration)}  {', '.join(one.codes)}  {one.kilograms:f} kg"
    for digest in drawn:
        yield f"抽中复核 {digest_to_text(digest)}" if zh else f"drawn to be verified again {digest_to_text(digest)}"
    yield from findings_lines(bodies.findings, language)
