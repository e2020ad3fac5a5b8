"""The registration policy, as pure functions: who asks, the operator or an auditor, gets the same answer.

`examine` holds a statement, its signature and its content against one another; `refusals` judges the result by what
the chain and the log said when it was registered. Everything that they need is public or in the content, except the
operator's clock, which only the operator's own question brings along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from ledger.disclosures import Parts, parse_content
from ledger.errors import EvidenceError, IncompleteError, InputError, RefusedError
from ledger.findings import Finding, fail
from ledger.holdings import Claim, Move, Shelf, Subject, judge_drawers, judge_holdings, owner_of, qualified
from ledger.identifiers import ZERO_DIGEST, digest_to_text
from ledger.kind import Kind, Known, Reference, Surroundings
from ledger.kinds import kind_named
from ledger.registry import Registry
from ledger.signing import recover
from ledger.statement import Domain, Statement

MAX_SKEW_SECONDS: Final = 300
"""How far ahead of the operator's clock a statement may be dated."""


class RegistrationView(Surroundings, Protocol):
    """The log as a statement meets it: what comes before its index."""

    @property
    def shelf(self) -> Shelf:
        """What statements hold at present."""

    def registered(self, digest: bytes) -> Known | None:
        """As `known`, but the summary may be left out."""

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        """The digest of the newest statement on a subject, or None; a withdrawn one stays until it is replaced."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A statement that is one with its content and has a signature by the 20-byte address `signer`."""

    statement: Statement
    digest: bytes
    signature: bytes
    signer: bytes
    text: bytes
    root: bytes
    kind: Kind[Any]
    content: Any

    @property
    def references(self) -> tuple[Reference, ...]:
        """What the content rests on."""
        return tuple(self.kind.references(self.content))

    @property
    def previous(self) -> bytes:
        """The digest of the statement that this one replaces, else zeros."""
        return bytes.fromhex(self.statement.previous[2:])


def examine(statement: Statement, signature: bytes, text: bytes, domain: Domain) -> Examined:
    """`statement` held against its signature and the text of its whole content.

    Raises `RefusedError` with the code of the first thing that is wrong: SIGNATURE_*, a format or limit of
    `ledger.disclosures`, KIND_UNKNOWN, CONTENT_FORMAT, CONTENT_INCOMPLETE, CONTENT_ROOT, SUBJECT_DIFFERS or
    HEADLINE_DIFFERS.
    """
    digest = statement.digest(domain)
    try:
        signer = recover(digest, signature)
        kind = kind_named(statement.kind)
        parts = parse_content(text)
        _require_root(statement, parts)
        content = kind.read(parts)
    except (EvidenceError, InputError, IncompleteError) as err:
        raise RefusedError(err.code, place=err.place, **err.values) from err
    _require_remade(statement, kind, content)
    return Examined(statement, digest, signature, signer, text, parts.root, kind, content)


def _require_root(statement: Statement, parts: Parts) -> None:
    got = digest_to_text(parts.root)
    if got != statement.content:
        raise RefusedError("CONTENT_ROOT", got=got, expected=statement.content)
    if parts.hidden:
        raise RefusedError("CONTENT_INCOMPLETE", hidden=parts.hidden)


def _require_remade(statement: Statement, kind: Kind[Any], content: Any) -> None:
    """What a person read before signing is what the content says."""
    if (subject := kind.subject(content)) != statement.subject:
        raise RefusedError("SUBJECT_DIFFERS", got=statement.subject, expected=subject)
    if (headline := kind.headline(content)) != statement.headline:
        raise RefusedError("HEADLINE_DIFFERS", got=statement.headline, expected=headline)


def refusals(
    examined: Examined, around: RegistrationView, registry: Registry, block: int, *, now: int | None = None
) -> Iterator[Finding]:
    """Every reason why the statement may not be registered at `block`, as failed findings; none: it is admitted.

    `now` is the operator's clock in Unix seconds; an auditor, who was not there, leaves it out.
    """
    yield from _judge_signer(examined, registry, block)
    if now is not None and examined.statement.issued_at > now + MAX_SKEW_SECONDS:
        yield fail("CLOCK_SKEW", "issuedAt", got=examined.statement.issued_at, seconds=MAX_SKEW_SECONDS)
    yield from _judge_previous(examined, around)
    yield from _judge_references(examined, around)
    yield from examined.kind.register(examined.content, around)
    if examined.kind.holds:
        yield from _judge_held(examined, around)


def _judge_signer(examined: Examined, registry: Registry, block: int) -> Iterator[Finding]:
    statement = examined.statement
    role, scope = examined.kind.role(examined.content) or (None, None)
    found = registry.authority(statement.organisation, examined.signer, statement.kind, role, scope, block)
    if not found.granted:
        yield fail(found.reason, "signature", organisation=statement.organisation, signer="0x" + examined.signer.hex(),
                   kind=statement.kind, role=role or "", scope=scope or "", block=block)  # fmt: skip


def _judge_previous(examined: Examined, around: RegistrationView) -> Iterator[Finding]:
    """One head for each subject: two statements that both came first would be two stories (design section 2)."""
    statement, previous = examined.statement, examined.previous
    head = around.head(statement.organisation, statement.kind, statement.subject) or ZERO_DIGEST
    if previous != head:
        code = "PREVIOUS_NOT_HEAD" if previous != ZERO_DIGEST else "SUBJECT_TAKEN"
        yield fail(code, "previous", got=digest_to_text(previous), expected=digest_to_text(head))


def _judge_references(examined: Examined, around: RegistrationView) -> Iterator[Finding]:
    for reference in examined.references:
        known = around.registered(reference.digest)
        text = digest_to_text(reference.digest)
        if known is None:
            yield fail("REFERENCE_UNKNOWN", reference.place, got=text)
        elif known.kind not in reference.kinds:
            kinds = ", ".join(sorted(reference.kinds))
            yield fail("REFERENCE_KIND", reference.place, digest=text, got=known.kind, expected=kinds)
        elif known.was_ended_at(around.index):
            yield fail("REFERENCE_WITHDRAWN", reference.place, got=text)


class Holdings(NamedTuple):
    """What a statement would hold, and the index of the one whose holdings it takes over."""

    claims: tuple[Claim, ...]
    moves: tuple[Move, ...]
    replaced: int | None


def holdings_of(examined: Examined, around: RegistrationView) -> Holdings:
    """The holdings that the content states, with accounts as the log knows them."""
    statement, kind, content = examined.statement, examined.kind, examined.content
    own = (statement.organisation, statement.kind, statement.subject)

    def subject_of(digest: bytes) -> Subject | None:
        known = around.registered(digest)
        return None if known is None else (known.organisation, known.kind, known.subject)

    previous = None if examined.previous == ZERO_DIGEST else around.registered(examined.previous)
    moves = qualified(kind.moves(content), own, subject_of)
    return Holdings(tuple(kind.claims(content)), moves, None if previous is None else previous.index)


def _judge_held(examined: Examined, around: RegistrationView) -> Iterator[Finding]:
    """Nothing is counted twice, or drawn that is not there (domain section 4, threats 5 to 10, 41 and 49)."""

    def owner(digest: bytes) -> str | None:
        known = around.known(digest)
        newest = None if known is None else around.replacement(known) or known
        return None if newest is None else owner_of(newest.organisation, newest.summary)

    yield from judge_drawers(examined.kind.moves(examined.content), examined.statement.organisation, owner)
    claims, moves, replaced = holdings_of(examined, around)
    yield from judge_holdings(claims, moves, around.shelf, replaced)
