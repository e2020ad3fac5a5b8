"""Kind `verification`: an accredited body, by a named person, gives its opinion on a declaration (ISO 14064-3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from ledger.fields import DateText, PlainLine, ShortLine, Version, day_in_china
from ledger.findings import Finding, fail
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference, Surroundings
from ledger.statement import Strict
from ledger.vouching import VerificationSummary, judge_verification, topic_of_declaration


class Header(Strict):
    """Which declaration, and by whose accreditation and credential."""

    version: Version
    number: ShortLine
    declaration: DigestText
    accreditation: DigestText
    credential: DigestText
    completed: DateText


class Opinion(Strict):
    """What was found, to which standard and how surely."""

    standard: ShortLine
    assurance: Literal["limited", "reasonable"]
    materiality: Annotated[str, StringConstraints(pattern=r"^(?:0|[1-9][0-9]?)(?:\.[0-9]{1,9})?$")]
    """Percent of the footprint below which an error does not count."""
    opinion: Literal["unmodified", "modified", "adverse"]
    independence: PlainLine
    """The body's own declaration that it is independent of the declarant."""
    reservations: PlainLine | None = None


class Verification(Strict):
    """Content of a verification."""

    header: Header
    opinion: Opinion


def _summary(content: Verification) -> VerificationSummary:
    head = content.header
    return VerificationSummary(
        parse_digest(head.declaration), parse_digest(head.accreditation), parse_digest(head.credential),
        content.opinion.opinion, head.completed,
    )  # fmt: skip


def _references(content: Verification) -> list[Reference]:
    found = _summary(content)
    return [
        Reference(found.declaration, frozenset({"footprint"}), "header"),
        Reference(found.accreditation, frozenset({"accreditation"}), "header"),
        Reference(found.credential, frozenset({"credential"}), "header"),
    ]


def _register(content: Verification, around: Surroundings) -> Iterator[Finding]:
    completed, signed = content.header.completed, day_in_china(around.issued_at)
    if completed > signed.isoformat():
        yield fail("VERIFICATION_AHEAD", "header", got=completed, expected=signed.isoformat())
    yield from judge_verification(_summary(content), around.organisation, around.index, around, signed)


_ASSURANCES_ZH: Final = {"limited": "有限", "reasonable": "合理"}
_OPINIONS_ZH: Final = {"unmodified": "无保留", "modified": "保留", "adverse": "否定"}

KIND: Final = Kind(
    name="verification",
    content=Verification,
    subject=lambda content: content.header.declaration,
    headline=lambda content: (
        f"核查声明 {content.header.number}：对 {content.header.declaration[:18]}… 出具"
        f"{_OPINIONS_ZH[content.opinion.opinion]}意见"
        f"（{_ASSURANCES_ZH[content.opinion.assurance]}保证，实质性 {content.opinion.materiality}%）；"
        f"{content.header.completed}"
    ),
    role=lambda _: ("verifier", ""),
    references=_references,
    summary=_summary,
    topics=lambda content: [topic_of_declaration(parse_digest(content.header.declaration))],
    register=_register,
)
