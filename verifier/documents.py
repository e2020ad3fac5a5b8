"""Whether a laboratory issued a file as it is: its report in the log, held against the file's SHA-256 (threat 38)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from ledger.findings import Finding, fail
from ledger.identifiers import digest_to_text
from ledger.kinds.lab_report import KIND as LAB_REPORT
from ledger.kinds.lab_report import LabReport, topic_of_file
from ledger.trust import TrustFile
from verifier.answer import findings_lines
from verifier.bodies import statements_of, unread
from verifier.checks import Judged, judge_among, judge_authority
from verifier.evidence import ChainEvidence, LogEvidence
from verifier.memory import Memory, fact_of
from verifier.replay import ledger_findings


@dataclass(frozen=True, slots=True)
class Document:
    """A file's reports in the log, the last one first, and every finding on the ledger, the file and the report."""

    sha256: bytes
    reports: tuple[tuple[str, LabReport], ...]
    """Each with the laboratory that signed it."""
    findings: tuple[Finding, ...]


def find_document(log: LogEvidence, chain: ChainEvidence, trust: TrustFile, file: bytes) -> Document:
    """The reports that laboratories registered for the bytes of a file. Raises what reading raises."""
    findings, registry = ledger_findings(log, chain, trust)
    memory, digest = Memory(), sha256(file).digest()
    opened: dict[bytes, Judged] = {}
    for judged in statements_of(log, trust, findings):
        findings.extend((*memory.learn(fact_of(judged, registry)), *unread(judged, {LAB_REPORT.name})))
        signed = judged.statement
        if signed is None or not isinstance(judged.content, LabReport):
            continue
        if judged.content.header.file == digest_to_text(digest):
            opened[judged.digest] = judged
            around = memory.around(judged.index, signed.organisation, signed.issued_at)
            findings.extend((*judged.findings, *judge_authority(judged, registry), *judge_among(judged, around)))
    found = list(memory.around(log.bundles.size, "").on(topic_of_file(digest_to_text(digest))))
    standing = [known for known in found if known.ended is None and known.superseded is None]
    if not found:
        findings.append(fail("DOCUMENT_NOT_ISSUED", got=digest.hex()))
    elif not standing:
        by = next(i for i in (found[-1].ended, found[-1].superseded) if i is not None)
        findings.append(fail("DOCUMENT_WITHDRAWN", by=f"#{by}"))
    reports = [(known.organisation, opened[known.digest].content) for known in reversed(found)]
    return Document(digest, tuple((lab, one) for lab, one in reports if isinstance(one, LabReport)), tuple(findings))


def document_lines(document: Document, language: str) -> Iterator[str]:
    """What is known of the file, to be read."""
    yield f"SHA-256 {document.sha256.hex()}"
    for lab, report in document.reports:
        yield f"{lab}  {LAB_REPORT.headline(report)}"
    yield from findings_lines(document.findings, language)
