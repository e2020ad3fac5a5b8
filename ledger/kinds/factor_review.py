"""Kind `factor-review`: a reviewer, who is not the submitter, accepts or rejects a submitted factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from ledger.fields import DateText, FactorKind, PlainLine, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference, Surroundings
from ledger.kinds.factor import Band, FactorSummary, ReviewSummary
from ledger.statement import Strict
from ledger.words.form import Words


class Header(Strict):
    """Which submission was reviewed, by whom in the organisation, and to what end."""

    version: Version
    submission: DigestText
    kind: FactorKind
    """The submitted factor's: reviewers hold their role for a kind."""
    reviewer: ShortLine
    """The person's register number, or name."""
    reviewed: DateText
    decision: Literal["accepted", "rejected"]
    reason: PlainLine
    band: Band | None = None
    """Between which values such a factor is plausible, by the reviewer's own knowledge."""


class FactorReview(Strict):
    """Content of a review."""

    header: Header


def _judge(content: FactorReview, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    known = around.known(parse_digest(head.submission))
    if known is None or not isinstance(known.summary, FactorSummary):
        return  # the general checks say that it is unknown, of another kind or withheld
    if known.organisation == around.organisation:
        yield fail("SELF_REVIEW", "header", got=around.organisation)
    if known.summary.kind != head.kind:
        yield fail("REVIEW_KIND", "header", got=head.kind, expected=known.summary.kind)


KIND: Final = Kind(
    name="factor-review",
    content=FactorReview,
    subject=lambda content: content.header.submission,
    headline=lambda content: (
        f"评审提交的因子 {content.header.submission[:18]}…："
        f"{'通过' if content.header.decision == 'accepted' else '不通过'}；{content.header.reason}"
    ),
    role=lambda content: ("factor-reviewer", content.header.kind),
    references=lambda content: [
        Reference(parse_digest(content.header.submission), frozenset({"factor-submission"}), "header")
    ],
    summary=lambda content: ReviewSummary(
        parse_digest(content.header.submission), content.header.decision == "accepted", content.header.band
    ),
    register=_judge,
    words={
        "SELF_REVIEW": Words(
            "不得评审本组织（{got}）提交的因子。请由其他评审机构评审",
            "an organisation ({got}) must not review a factor that it submitted. Ask another reviewer",
        ),
        "REVIEW_KIND": Words(
            "评审写明的因子类别是 {got}，提交的因子是 {expected}。请更正后重签",
            "the review says kind {got}, the submitted factor is of kind {expected}. Correct it and sign again",
        ),
    },
)
