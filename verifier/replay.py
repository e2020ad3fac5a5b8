"""Replay of a whole ledger from the chain's events and the log's files (design section 2, promises 1 to 3, 6 and 7).

Plan: the chain's evidence first; then every entry against every anchored root; then each statement alone, among those
before it, and with its authority at its block. Everything ends in one state digest: SHA-256 over a header line and, for
each bundle of 256 entries, the SHA-256 of one line an entry, `number digest code@place ...` with all its findings in
order. Two auditors with the same evidence get the same digest, whatever their machines and number of processes.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ledger.block_times import write_times
from ledger.errors import EvidenceError
from ledger.findings import Finding, failed
from ledger.registry import Anchor, Registry, anchors_of
from ledger.trust import TrustFile
from verifier.cluster import Cluster
from verifier.entries import judge_entries
from verifier.evidence import ChainEvidence, LogEvidence, bundle_count
from verifier.lateness import AnchorDays
from verifier.notes import FileNotes, NoNotes
from verifier.status import Status, status_of
from verifier.workers import Here, Judges, Progress, Team, judge_bundles


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome of a replay. `open` counts, by code, the questions that nobody asked (non-blocking)."""

    size: int
    root: bytes
    anchors: int
    kinds: Counter[str]
    findings: tuple[Finding, ...]
    open: Counter[str]
    withheld: tuple[int, ...]
    state: bytes

    @property
    def status(self) -> Status:
        """FAILED with any failed check, INCOMPLETE with any blocking one that was not made, else VERIFIED."""
        return status_of(self.findings)


def replay(
    log: LogEvidence, chain: ChainEvidence, trust: TrustFile, *, workers: int = 1, cluster: str | None = None,
    notes: Path | None = None, progress: Progress | None = None,
) -> Replayed:  # fmt: skip
    """Replays the ledger. `workers` processes judge, or those of the Dask `cluster`; the outcome is always the same.

    A replay that was ended goes on from its `notes`, where that file is given, as long as the evidence is the same.
    Raises `SourceError` when a file cannot be read, `EvidenceError` when the entries themselves cannot.
    """
    findings, registry, anchors = _chain_findings(log, chain)
    days = AnchorDays.of(chain)
    total = bundle_count(log.bundles.size)
    state = sha256(_header(log, chain).encode())
    kept = NoNotes() if notes is None else FileNotes(notes, _name_of(log, chain, trust))
    judges = _judges(log, trust, registry, days, workers, cluster)
    unasked, kinds = Counter[str](), Counter[str]()
    withheld: list[int] = []
    told: list[Finding] = []
    # a thread begins only when other processes were forked; while they judge, this one would but wait
    with ThreadPoolExecutor(1) as aside:
        entries = aside.submit(lambda: list(judge_entries(log, anchors, trust.max_merge_delay)))
        try:
            for result in judge_bundles(judges, log.bundles.size, kept, progress):
                state.update(result.lines)
                told.extend(result.findings)
                unasked.update(result.open)
                kinds.update(result.kinds)
                withheld.extend(result.withheld)
        finally:
            judges.dismiss()
            kept.close()
    if progress:
        progress(total, total)
    findings += [*entries.result(), *days.findings, *told]
    for finding in findings:
        state.update(f"{finding.code}@{finding.place}:{finding.outcome}\n".encode())
    return Replayed(log.checkpoint.size, log.checkpoint.root, _anchor_count(chain), kinds, tuple(findings), unasked,
                    tuple(withheld), state.digest())  # fmt: skip


def _judges(
    log: LogEvidence, trust: TrustFile, registry: Registry, days: AnchorDays, workers: int, cluster: str | None
) -> Judges:
    if cluster is not None:
        return Cluster(cluster, log.bundles, trust.domain, registry, days)
    if workers <= 1 or bundle_count(log.bundles.size) < 2 * workers:
        return Here(log.bundles, trust.domain, registry, days)
    return Team(log.bundles, trust.domain, registry, days, workers)


def _name_of(log: LogEvidence, chain: ChainEvidence, trust: TrustFile) -> bytes:
    """What notes are on: the evidence, for whom, and by which version of this program."""
    named = f"tanji-notes-1 {version('tanji')} {trust.to_bytes().hex()} {_header(log, chain)}"
    return sha256(named.encode() + write_times(chain.times)).digest()


def ledger_findings(log: LogEvidence, chain: ChainEvidence, trust: TrustFile) -> tuple[list[Finding], Registry]:
    """What is to be said of the ledger before any statement: chain, checkpoint, roots and blocks; and its registry."""
    findings, registry, anchors = _chain_findings(log, chain)
    findings.extend(judge_entries(log, anchors, trust.max_merge_delay))
    return findings, registry


def _chain_findings(log: LogEvidence, chain: ChainEvidence) -> tuple[list[Finding], Registry, tuple[Anchor, ...]]:
    findings = [*chain.findings, *log.findings]
    return findings, _registry(chain, findings), _anchors(chain, findings)


def _registry(chain: ChainEvidence, findings: list[Finding]) -> Registry:
    try:
        return chain.registry()
    except EvidenceError as err:
        findings.append(failed(err))
        return Registry()


def _anchors(chain: ChainEvidence, findings: list[Finding]) -> tuple[Anchor, ...]:
    try:
        return anchors_of(chain.events["log"])
    except EvidenceError as err:
        findings.append(failed(err))
        return ()


def _anchor_count(chain: ChainEvidence) -> int:
    return sum(event.name == "CheckpointAnchored" for event in chain.events["log"])


def _header(log: LogEvidence, chain: ChainEvidence) -> str:
    heads = "".join(f" {name}:{count}:{head.hex()}" for name, (count, head) in sorted(chain.heads.items()))
    return f"tanji-state-1 {log.checkpoint.size} {log.checkpoint.root.hex()}{heads}\n"
