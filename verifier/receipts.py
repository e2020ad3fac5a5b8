"""Checking a receipt by itself: with a node of the reader's own, or without one, saying what was then not checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ledger.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from ledger.disclosures import Parts, parse_content
from ledger.errors import EvidenceError, IncompleteError, InputError, TanjiError
from ledger.findings import Finding, Outcome, fail, failed, not_checked
from ledger.identifiers import digest_to_text
from ledger.kind import Kind
from ledger.kinds import kind_named
from ledger.merkle import leaf_hash, verify_inclusion
from ledger.receipt import Receipt
from ledger.registry import Registry, anchors_of
from ledger.signing import recover
from ledger.trust import TrustFile
from verifier.evidence import ChainEvidence
from verifier.status import Status, status_of


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What a receipt came to. Passed checks are findings too: a receipt's reader wants to see each."""

    digest: bytes
    receipt: Receipt
    shown: tuple[str, ...]
    hidden: int
    findings: tuple[Finding, ...]

    @property
    def status(self) -> Status:
        """FAILED, INCOMPLETE or VERIFIED."""
        return status_of(self.findings)


def verify_receipt(receipt: Receipt, trust: TrustFile, chain: ChainEvidence | None) -> ReceiptVerdict:
    """The verdict on a receipt. `chain` are the events of the reader's own node, or None when there is none."""
    digest = receipt.statement.digest(trust.domain)
    findings = [*_check_ledger(receipt, trust)]
    signer = _check_signature(receipt, digest, findings)
    checkpoint = _check_log(receipt, digest, trust, findings)
    parts, kind = _check_content(receipt, findings)
    if chain is None:
        findings.append(not_checked("RECEIPT_CHAIN_UNASKED", blocking=True))
    else:
        findings.extend(chain.findings)
        # on events that are not all, nothing is concluded: neither an anchor's absence nor a key's validity
        if not any(finding.outcome is Outcome.NOT_CHECKED for finding in chain.findings):
            _check_anchor(receipt, checkpoint, chain, trust, findings)
            _check_authority(receipt, signer, parts, kind, chain, findings)
    findings.append(not_checked("RECEIPT_REFERENCES"))
    findings.append(not_checked("RECEIPT_CURRENT"))
    shown = tuple(parts.shown) if parts else ()
    about = tuple(finding.about(digest) for finding in findings)
    return ReceiptVerdict(digest, receipt, shown, parts.hidden if parts else 0, about)


def _passed(code: str, **values: object) -> Finding:
    return Finding(code, Outcome.PASS, values=values)


def _check_ledger(receipt: Receipt, trust: TrustFile) -> list[Finding]:
    """The trust file decides which ledger counts; the receipt's own word is only compared with it."""
    anchor = receipt.anchor
    if anchor is None:
        return [not_checked("RECEIPT_NO_ANCHOR", blocking=True)]
    got, expected = f"{anchor.chain_id} {anchor.contract}", f"{trust.chain_id} {trust.log.address}"
    return [] if got == expected else [fail("RECEIPT_OTHER_LEDGER", got=got, expected=expected)]


def _check_signature(receipt: Receipt, digest: bytes, findings: list[Finding]) -> bytes:
    try:
        signer = recover(digest, bytes.fromhex(receipt.signature[2:]))
    except EvidenceError as err:
        findings.append(failed(err))
        return b""
    findings.append(_passed("CHECKED_SIGNATURE", signer="0x" + signer.hex()))
    return signer


def _check_log(receipt: Receipt, digest: bytes, trust: TrustFile, findings: list[Finding]) -> Checkpoint | None:
    try:
        checkpoint = open_checkpoint(receipt.checkpoint.encode(), VerifierKey.parse(trust.log_key), trust.origin)
        proof = [bytes.fromhex(text[2:]) for text in receipt.proof]
        leaf = leaf_hash(receipt.entry(digest).to_bytes())
        verify_inclusion(leaf, receipt.index, checkpoint.size, proof, checkpoint.root)
    except (EvidenceError, InputError) as err:
        findings.append(failed(err))
        return None
    findings.append(_passed("CHECKED_INCLUSION", index=receipt.index, size=checkpoint.size))
    return checkpoint


def _check_content(receipt: Receipt, findings: list[Finding]) -> tuple[Parts | None, Kind[Any] | None]:
    statement = receipt.statement
    try:
        kind = kind_named(statement.kind)
        parts = parse_content(receipt.text.encode())
        if (root := digest_to_text(parts.root)) != statement.content:
            findings.append(fail("CONTENT_ROOT", got=root, expected=statement.content))
            return None, None
        findings.append(_passed("CHECKED_CONTENT", shown=len(parts.shown), hidden=parts.hidden))
        _check_remade(receipt, kind, parts, findings)
    except TanjiError as err:
        findings.append(failed(err))
        return None, None
    return parts, kind


def _check_remade(receipt: Receipt, kind: Kind[Any], parts: Parts, findings: list[Finding]) -> None:
    statement, seen = receipt.statement, kind.read_shown(parts)
    try:
        if (subject := kind.subject(seen)) != statement.subject:
            findings.append(fail("SUBJECT_DIFFERS", got=statement.subject, expected=subject))
        if (headline := kind.headline(seen)) != statement.headline:
            findings.append(fail("HEADLINE_DIFFERS", got=statement.headline, expected=headline))
    except IncompleteError as err:
        findings.append(replace(failed(err), outcome=Outcome.NOT_CHECKED))
    if parts.hidden:
        findings.append(not_checked("PART_HIDDEN", hidden=parts.hidden))
        findings.extend(kind.check_shown(seen))
    else:
        findings.extend(kind.check(kind.read(parts)))


def _check_anchor(
    receipt: Receipt, checkpoint: Checkpoint | None, chain: ChainEvidence, trust: TrustFile, findings: list[Finding]
) -> None:
    if checkpoint is None:
        return
    anchors = {anchor.size: anchor for anchor in anchors_of(chain.events["log"])}
    anchor = anchors.get(checkpoint.size)
    if anchor is None or anchor.root != checkpoint.root:
        expected = anchor.root.hex() if anchor else "-"
        findings.append(fail("RECEIPT_ANCHOR_ROOT", size=checkpoint.size, got=checkpoint.root.hex(), expected=expected))
        return
    if receipt.anchor is not None and receipt.anchor.block != anchor.block:
        findings.append(fail("RECEIPT_ANCHOR_BLOCK", got=receipt.anchor.block, expected=anchor.block))
    # the first checkpoint that holds the entry is the one whose delay was promised
    first = min((a for a in anchors.values() if a.size > receipt.index), key=lambda a: a.size)
    if not receipt.block <= first.block <= receipt.block + trust.max_merge_delay:
        findings.append(fail("MERGE_DELAY", got=first.block, block=receipt.block, limit=trust.max_merge_delay))
    findings.append(_passed("CHECKED_ANCHOR", size=anchor.size, block=anchor.block))


def _check_authority(
    receipt: Receipt, signer: bytes, parts: Parts | None, kind: Kind[Any] | None, chain: ChainEvidence,
    findings: list[Finding],
) -> None:  # fmt: skip
    statement = receipt.statement
    if not signer or parts is None or kind is None:
        return
    try:
        role, scope = kind.role(kind.read_shown(parts)) or (None, None)
    except IncompleteError:
        findings.append(not_checked("ROLE_UNKNOWN", "signature", blocking=True))
        return
    registry = Registry.of(chain.events["registry"])
    found = registry.authority(statement.organisation, signer, statement.kind, role, scope, receipt.block)
    if not found.granted:
        findings.append(fail(found.reason, "signature", organisation=statement.organisation, signer="0x" + signer.hex(),
                             kind=statement.kind, role=role or "", scope=scope or "", block=receipt.block))  # fmt: skip
        return
    organisation = registry.organisation(statement.organisation)
    findings.append(_passed("CHECKED_AUTHORITY", name=organisation.name if organisation else "",
                            organisation=statement.organisation, by=found.by, block=receipt.block))  # fmt: skip
