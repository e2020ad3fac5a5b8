"""The checks of one statement: first by itself, then among the statements before it.

`judge_alone` needs no other statement, so any process can do it in any order. `judge_authority` needs the registry, and
`judge_among` the log's memory of earlier statements. Together they are the registration policy, judged again from
public data, and the kind's own checks (design section 2). A failed check is a finding, never an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import EvidenceError, InputError, TanjiError
from ledger.findings import Finding, Outcome, fail, failed, not_checked
from ledger.identifiers import ZERO_DIGEST, digest_to_text
from ledger.kind import Kind, Surroundings
from ledger.kinds import kind_named
from ledger.registry import Registry
from ledger.signing import recover
from ledger.statement import Domain, Statement
from verifier.evidence import Item

_EMPTY: Final = b""


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement after the checks that need nothing else.

    `statement`, `kind` and `content` are None when they could not be read or are not what was signed, so that nothing
    is ever concluded from them. `signer` has 20 bytes, or none when the signature is unusable.
    """

    index: int
    entry: Entry
    statement: Statement | None
    kind: Kind[Any] | None
    content: Any | None
    signer: bytes
    findings: tuple[Finding, ...]

    @property
    def digest(self) -> bytes:
        """The digest that the log holds."""
        return self.entry.digest


def judge_alone(item: Item, domain: Domain) -> Judged:
    """What an item says by itself: is it what was signed, who signed it, is the content intact, does it add up."""
    entry = Entry.from_bytes(item.entry)
    findings: list[Finding] = []
    statement = _read_statement(item, entry, domain, findings)
    signer = _read_signer(entry, findings)
    kind = content = None
    if statement is not None:
        kind = _read_kind(statement, findings)
    if statement is not None and kind is not None:
        content = _read_content(item, statement, kind, findings)
    if kind is not None and content is not None:
        findings.extend(kind.check(content))
    digest = entry.digest
    return Judged(
        item.number, entry, statement, kind, content, signer, tuple(finding.about(digest) for finding in findings)
    )


def read_light(item: Item, domain: Domain) -> Judged:
    """An item with its statement held against the entry's digest and nothing else: no signature, no content."""
    entry = Entry.from_bytes(item.entry)
    findings: list[Finding] = []
    statement = _read_statement(item, entry, domain, findings)
    about = tuple(finding.about(entry.digest) for finding in findings)
    return Judged(item.number, entry, statement, None, None, _EMPTY, about)


def _read_statement(item: Item, entry: Entry, domain: Domain, findings: list[Finding]) -> Statement | None:
    if not item.statement:
        findings.append(not_checked("STATEMENT_WITHHELD", blocking=True, index=item.number))
        return None
    try:
        statement = Statement.from_bytes(item.statement)
    except EvidenceError as err:
        findings.append(failed(err))
        return None
    digest = statement.digest(domain)
    if digest != entry.digest:
        # another domain, another statement, or one changed sign: it is not the one that the log holds
        findings.append(fail("STATEMENT_DIGEST", got=digest_to_text(digest), expected=digest_to_text(entry.digest)))
        return None
    return statement


def _read_signer(entry: Entry, findings: list[Finding]) -> bytes:
    try:
        return recover(entry.digest, entry.signature)
    except EvidenceError as err:
        findings.append(failed(err))
        return _EMPTY


def _read_kind(statement: Statement, findings: list[Finding]) -> Kind[Any] | None:
    try:
        return kind_named(statement.kind)
    except EvidenceError as err:
        findings.append(failed(err))
        return None


def _read_content(item: Item, statement: Statement, kind: Kind[Any], findings: list[Finding]) -> Any | None:
    if item.text is None:
        findings.append(not_checked("CONTENT_WITHHELD", blocking=True, index=item.number))
        return None
    try:
        parts = parse_content(item.text)
        root = digest_to_text(parts.root)
        if root != statement.content:
            findings.append(fail("CONTENT_ROOT", got=root, expected=statement.content))
            findings.extend(_name_the_difference(kind, item.text))
            return None
        if parts.hidden:
            findings.append(not_checked("PART_HIDDEN", blocking=True, hidden=parts.hidden))
            findings.extend(kind.check_shown(kind.read_shown(parts)))
            return None
        content = kind.read(parts)
    except TanjiError as err:
        findings.append(failed(err))
        return None
    findings.extend(_remade(statement, kind, content))
    return content


def _name_the_difference(kind: Kind[Any], text: bytes) -> Iterator[Finding]:
    """A content that is not what was signed proves nothing; but where its own lines disagree, that is worth naming."""
    try:
        content = kind.read(parse_content(text))
        for finding in kind.check(content):
            if finding.outcome is Outcome.FAIL:
                yield finding
    except TanjiError:
        return


def _remade(statement: Statement, kind: Kind[Any], content: Any) -> Iterator[Finding]:
    if (subject := kind.subject(content)) != statement.subject:
        yield fail("SUBJECT_DIFFERS", got=statement.subject, expected=subject)
    if (headline := kind.headline(content)) != statement.headline:
        yield fail("HEADLINE_DIFFERS", got=statement.headline, expected=headline)


def judge_authority(judged: Judged, registry: Registry) -> Iterator[Finding]:
    """Whether the signer was the organisation's, and the organisation entitled, at the entry's block."""
    statement, kind = judged.statement, judged.kind
    if statement is None or kind is None or not judged.signer:
        return
    role, scope = (None, None)
    if judged.content is not None:
        role, scope = kind.role(judged.content) or (None, None)
    refusal = _refusal(registry, statement.organisation, judged.signer, statement.kind, role, scope,
                         judged.entry.block)  # fmt: skip
    if refusal is not None:
        yield refusal.about(judged.digest)
    elif judged.content is None and not judged.findings:
        yield not_checked("ROLE_UNKNOWN", "signature", blocking=True).about(judged.digest)


def _refusal(
    registry: Registry, organisation: str, signer: bytes, kind: str, role: str | None, scope: str | None, block: int
) -> Finding | None:
    """Why a signature does not count; where later events might have allowed it, that nobody can say (threat T13)."""
    found = registry.authority(organisation, signer, kind, role, scope, block)
    if found.granted:
        return None
    later = registry.may_change(block) and found.reason != "KEY_COMPROMISED"
    refusal = fail("SIGNER_AFTER_EVENTS" if later else found.reason, "signature", organisation=organisation,
                   signer="0x" + signer.hex(), kind=kind, role=role or "", scope=scope or "", block=block,
                   reason=found.reason, last=registry.block)  # fmt: skip
    return replace(refusal, outcome=Outcome.NOT_CHECKED) if later else refusal


def judge_previous(organisation: str, previous: bytes, head: bytes | None) -> Iterator[Finding]:
    """One head for each subject: two statements that both came first would be two stories."""
    if previous != (head or ZERO_DIGEST):
        code = "PREVIOUS_NOT_HEAD" if previous != ZERO_DIGEST else "SUBJECT_TAKEN"
        yield fail(code, "previous", got=digest_to_text(previous), expected=digest_to_text(head or ZERO_DIGEST),
                   organisation=organisation)  # fmt: skip


class Evidenced(Surroundings, Protocol):
    """The log as somebody shows it, who may have kept statements back."""

    def was_withheld(self, digest: bytes) -> bool:
        """Whether it is the digest of an earlier entry whose statement nobody showed."""


def judge_among(judged: Judged, around: Evidenced) -> Iterator[Finding]:
    """What the statement rests on: known, earlier, of the right kind, not withdrawn; then the kind's own comparison."""
    kind, content = judged.kind, judged.content
    if kind is None or content is None:
        return
    for reference in kind.references(content):
        known = around.known(reference.digest)
        if known is None and around.was_withheld(reference.digest):
            yield not_checked("REFERENCE_WITHHELD", reference.place, blocking=True,
                              got=digest_to_text(reference.digest)).about(judged.digest)  # fmt: skip
        elif known is None:
            yield fail("REFERENCE_UNKNOWN", reference.place, got=digest_to_text(reference.digest)).about(judged.digest)
        elif known.kind not in reference.kinds:
            yield fail("REFERENCE_KIND", reference.place, digest=digest_to_text(reference.digest), got=known.kind,
                       expected=", ".join(sorted(reference.kinds))).about(judged.digest)  # fmt: skip
        elif known.was_ended_at(around.index):
            yield fail("REFERENCE_WITHDRAWN", reference.place,
                       got=digest_to_text(reference.digest)).about(judged.digest)  # fmt: skip
    try:
        for finding in (*kind.register(content, around), *kind.check_references(content, around)):
            yield finding.about(judged.digest)
    except InputError as err:
        yield failed(err).about(judged.digest)
