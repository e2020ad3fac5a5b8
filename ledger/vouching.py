"""Who may vouch for a declaration: accredited bodies by named persons, not suspended, not the declaration's consultant.

Dates are the verification's own (`completed`), but a body chooses that date: so it must sign soon after its right
ended, and what is suspended is judged by log order as well (ISO 14064-3, ISO 14065: competence and impartiality).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeVar

from ledger.findings import Finding, fail
from ledger.footprint.rule import is_in_scope
from ledger.kind import Known, Surroundings

COOLING_YEARS: Final = 3
"""For so many years after its advice ended, a consultant must not verify its client."""

SIGNED_WITHIN_DAYS: Final = 30
"""For so many days after an accreditation or a credential ended, what was completed before its end may be signed."""


class AccreditationSummary(NamedTuple):
    """Which body may verify which products, and when."""

    body: str
    scope: tuple[str, ...]
    valid_from: str
    valid_until: str


class CredentialSummary(NamedTuple):
    """Which person may verify for which body, and when."""

    person: str
    body: str
    valid_from: str
    valid_until: str


class VerificationSummary(NamedTuple):
    """What a verification says, and on what it rests."""

    declaration: bytes
    accreditation: bytes
    credential: bytes
    opinion: str
    completed: str


class SanctionSummary(NamedTuple):
    """Against whom, for which products (none: all), from when, and until when if that is known."""

    target: str
    scope: tuple[str, ...]
    valid_from: str
    valid_until: str | None
    lifted: bool


class ConsultancySummary(NamedTuple):
    """Who advised whom, and when."""

    client: str
    consultant: str
    valid_from: str
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whether a declaration counts as vouched for, and why verifications of it do not count."""

    counts: bool
    findings: tuple[Finding, ...] = ()


def topic_of_declaration(digest: bytes) -> str:
    """Under which topic verifications of a declaration are found."""
    return f"verification|{digest.hex()}"


def topic_of_sanction(target: str) -> str:
    """Under which topic sanctions of a body or person are found."""
    return f"sanction|{target}"


def topic_of_client(client: str) -> str:
    """Under which topic consultancies of a client are found."""
    return f"consultancy|{client}"


def vouched(
    declaration: bytes, around: Surroundings, advised: Callable[[str], bool] = lambda _: False,
    signed_on: Callable[[int], date | None] = lambda _: None,
) -> Vouching:  # fmt: skip
    """Whether an unmodified opinion that still stands vouches for the declaration, as seen at `around.index`.

    `advised` tells, of a body, whether something else than a statement shows it to be the declaration's consultant;
    `signed_on` before which day the statement at an index cannot have been signed, where that is known.
    """
    findings: list[Finding] = []
    counts = False
    for known in around.on(topic_of_declaration(declaration)):
        summary = known.summary
        gone = known.was_ended_at(around.index) or known.was_superseded_at(around.index)
        if gone or not isinstance(summary, VerificationSummary):
            continue
        signed = signed_on(known.index)
        found = [*_not_standing(summary, around),
                 *judge_verification(summary, known.organisation, known.index, around, signed)]  # fmt: skip
        if advised(known.organisation):
            found.append(fail("CONSULTANT_VERIFIES", "signature", got=known.organisation,
                              expected=_client_of(declaration, around)))  # fmt: skip
        if summary.opinion != "unmodified":
            found.append(fail("OPINION_MODIFIED", got=summary.opinion))
        findings.extend(one.about(known.digest) for one in found)
        counts = counts or not found
    return Vouching(counts, tuple(findings))


def _client_of(declaration: bytes, around: Surroundings) -> str:
    known = around.known(declaration)
    return known.organisation if known is not None else ""


def _not_standing(summary: VerificationSummary, around: Surroundings) -> Iterator[Finding]:
    for digest in (summary.accreditation, summary.credential):
        known = around.known(digest)
        if known is None or known.summary is None or known.was_ended_at(around.index):
            yield fail("VOUCHER_GROUND_LOST", got="0x" + digest.hex())


def judge_verification(
    summary: VerificationSummary, body: str, index: int, around: Surroundings, signed: date | None
) -> Iterator[Finding]:
    """Why the verification by `body` at `index` of the log does not count; nothing on what is unknown or withheld.

    `signed`: it was not signed before that day.
    """
    declaration = around.known(summary.declaration)
    if declaration is None:
        return
    client, product = declaration.organisation, declaration.subject.split("|")[0]
    if client == body:
        yield fail("VERIFIES_ITSELF", "header", got=body)
    yield from _judge_accreditation(summary, body, product, around, signed)
    yield from _judge_person(summary, body, around, signed)
    person = _summary_of(summary.credential, CredentialSummary, around)
    for code, target in (("BODY_SUSPENDED", body), ("PERSON_SUSPENDED", person.person if person else "")):
        if any(_suspends(one, summary.completed, product, index) for one in _on(topic_of_sanction(target), around)):
            yield fail(code, "header", got=target, expected=summary.completed)
    if any(_advised(one.summary, body, summary.completed) for one in _on(topic_of_client(client), around)):
        yield fail("CONSULTANT_VERIFIES", "header", got=body, expected=client)


def _judge_accreditation(
    summary: VerificationSummary, body: str, product: str, around: Surroundings, signed: date | None
) -> Iterator[Finding]:
    held = _summary_of(summary.accreditation, AccreditationSummary, around)
    if held is None:
        return
    if held.body != body:
        yield fail("ACCREDITATION_OF_ANOTHER", "header", got=body, expected=held.body)
    if not held.valid_from <= summary.completed <= held.valid_until:
        yield fail("ACCREDITATION_LAPSED", "header", got=summary.completed,
                   expected=f"{held.valid_from}..{held.valid_until}")  # fmt: skip
    else:
        yield from _judge_signed(summary, held.valid_until, signed)
    if not is_in_scope(product, held.scope):
        yield fail("BODY_OUT_OF_SCOPE", "header", got=product, expected=", ".join(held.scope))


def _judge_signed(summary: VerificationSummary, until: str, signed: date | None) -> Iterator[Finding]:
    """An earlier `completed` does not get a body round the end of its right."""
    if signed is not None and signed > date.fromisoformat(until) + timedelta(days=SIGNED_WITHIN_DAYS):
        yield fail("VERIFICATION_SIGNED_LATE", "header", got=signed.isoformat(), expected=until,
                   completed=summary.completed, limit=SIGNED_WITHIN_DAYS)  # fmt: skip


def _judge_person(
    summary: VerificationSummary, body: str, around: Surroundings, signed: date | None
) -> Iterator[Finding]:
    held = _summary_of(summary.credential, CredentialSummary, around)
    if held is None:
        return
    if held.body != body:
        yield fail("CREDENTIAL_OF_ANOTHER", "header", got=body, expected=held.body)
    if not held.valid_from <= summary.completed <= held.valid_until:
        yield fail("CREDENTIAL_LAPSED", "header", person=held.person, got=summary.completed,
                   expected=f"{held.valid_from}..{held.valid_until}")  # fmt: skip
    else:
        yield from _judge_signed(summary, held.valid_until, signed)


S = TypeVar("S")


def _summary_of(digest: bytes, kind: type[S], around: Surroundings) -> S | None:
    known = around.known(digest)
    return known.summary if known is not None and isinstance(known.summary, kind) else None


def _suspends(known: Known, completed: str, product: str, index: int) -> bool:
    """Whether a sanction stands against a verification: by its dates, or because it was in the log before it.

    In the log it stands until the supervisor lifts it: a body chooses the date of what it signs.
    """
    one = known.summary
    if not isinstance(one, SanctionSummary) or (one.scope and not is_in_scope(product, one.scope)):
        return False
    by_date = one.valid_from <= completed <= (one.valid_until or "9")
    return by_date or (known.index < index and not one.lifted)


def _advised(one: object, body: str, completed: str) -> bool:
    """Whether the body advised the client before the verification was completed, and not long enough before."""
    if not isinstance(one, ConsultancySummary) or one.consultant != body or one.valid_from > completed:
        return False
    return one.valid_until is None or completed <= f"{int(one.valid_until[:4]) + COOLING_YEARS}{one.valid_until[4:]}"


def _on(topic: str, around: Surroundings) -> list[Known]:
    """What stands under a topic: neither withdrawn nor replaced."""
    return [
        known for known in around.on(topic)
        if not known.was_ended_at(around.index) and not known.was_superseded_at(around.index)
    ]  # fmt: skip
