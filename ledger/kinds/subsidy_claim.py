"""Kind `subsidy-claim`: an application for a subsidy or carbon points, each thing claimed once (Q1, J5; threat 45).

What is claimed is the subject of a declaration, so that a corrected declaration is not a second thing to claim for; or
a purchase, by the hash of its salted code, so that no person's data stand in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from ledger.certifying import CertificateSummary
from ledger.fields import IdText, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.holdings import Claim
from ledger.identifiers import DigestText, OrganisationText, digest_to_text, parse_digest
from ledger.kind import Kind, Known, Reference, Surroundings
from ledger.statement import MAX_SUBJECT, Strict, check_plain_text
from ledger.words.form import Words

ShortId = Annotated[IdText, StringConstraints(max_length=60)]
SubjectText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_SUBJECT), AfterValidator(check_plain_text)]


class Header(Strict):
    """Under which scheme and item, for which declaration (itself or by its certificate) or purchase."""

    version: Version
    scheme: ShortId
    item: ShortId
    title: ShortLine
    declaration: DigestText | None = None
    certificate: DigestText | None = None
    organisation: OrganisationText | None = None
    """The declaration's issuer and, in `subject`, its subject: what no second application may name."""
    subject: SubjectText | None = None
    purchase: DigestText | None = None
    """SHA-256 of a purchase code with its salt."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        named = [one for one in (self.declaration, self.certificate, self.purchase) if one is not None]
        whose = [one for one in (self.organisation, self.subject) if one is not None]
        if len(named) != 1 or len(whose) != (0 if self.purchase else 2):
            raise ValueError("SUBSIDY_GROUND")
        return self

    @property
    def ground(self) -> str:
        """The digest that it names."""
        return self.declaration or self.certificate or self.purchase or ""


class SubsidyClaim(Strict):
    """Content of an application."""

    header: Header


def _references(content: SubsidyClaim) -> Iterator[Reference]:
    head = content.header
    for kind, digest in (("footprint", head.declaration), ("certificate", head.certificate)):
        if digest is not None:
            yield Reference(parse_digest(digest), frozenset({kind}), "header")


def _claims(content: SubsidyClaim) -> Iterator[Claim]:
    head = content.header
    thing = head.purchase or f"{head.organisation}|{head.subject}"
    yield Claim(f"subsidy|{head.scheme}|{head.item}|{thing}", 0, 0, "header", "SUBSIDY_TWICE")


def _declaration_of(head: Header, around: Surroundings) -> Known | None:
    """The declaration that it is about, where it can be told."""
    if head.certificate is None:
        return around.known(parse_digest(head.declaration)) if head.declaration else None
    certificate = around.known(parse_digest(head.certificate))
    found = certificate.summary if certificate is not None else None
    return around.known(found.declaration) if isinstance(found, CertificateSummary) else None


def _register(content: SubsidyClaim, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    declaration = _declaration_of(head, around)
    if declaration is None:
        return
    if declaration.organisation != around.organisation:
        yield fail("SUBSIDY_OF_ANOTHER", "header", got=around.organisation, expected=declaration.organisation)
    expected = (declaration.organisation, declaration.subject)
    if (head.organisation, head.subject) != expected:
        yield fail("SUBSIDY_SUBJECT", "header", got=f"{head.organisation}|{head.subject}", expected="|".join(expected))
    if declaration.was_ended_at(around.index):
        yield fail("REFERENCE_WITHDRAWN", "header", got=digest_to_text(declaration.digest))


KIND: Final = Kind(
    name="subsidy-claim",
    content=SubsidyClaim,
    subject=lambda content: f"{content.header.scheme}|{content.header.item}|{content.header.ground}",
    headline=lambda content: (
        f"申请 {content.header.scheme} / {content.header.item}："
        f"{content.header.title}；凭 {content.header.ground[:18]}…"
    ),
    references=_references,
    claims=_claims,
    register=_register,
    words={
        "SUBSIDY_TWICE": Words(
            "同一事项已由声明 {by} 申请（{space}），不得重复申领。先前的申请须由申请方撤回",
            "statement {by} claims this already ({space}): a thing is claimed once. The earlier "
            "application would have to be withdrawn by its applicant",
        ),
        "SUBSIDY_OF_ANOTHER": Words(
            "声明属于 {expected}，{got} 不得以其申请", "the declaration is {expected}'s, {got} must not claim for it"
        ),
        "SUBSIDY_SUBJECT": Words(
            "申请写的对象“{got}”与所引声明的“{expected}”不符",
            "the application is for “{got}”, its declaration for “{expected}”",
        ),
        "SUBSIDY_GROUND": Words(
            "申请须只凭一项：声明、证书（并写明声明的签署方与对象）或购买码",
            "an application names one ground: a declaration or certificate, with the declaration's issuer and subject, "
            "or a purchase code",
        ),
    },
)
