"""Kind `certificate-status`: the issuing body or the supervisor suspends, resumes or cancels a certificate.

One row for each of the two, linked by `previous`; what one of them ordered the other cannot lift.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from ledger.certifying import Measure, StatusSummary, measures_on, topic_of_status
from ledger.fields import DateText, PlainLine, Version, day_in_china
from ledger.findings import Finding, fail
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference, Surroundings
from ledger.statement import Strict
from ledger.words.form import Words


class Header(Strict):
    """Which certificate, by what right, what becomes of it from which day on, and why."""

    version: Version
    certificate: DigestText
    authority: Literal["body", "supervisor"]
    measure: Measure
    since: DateText
    reason: PlainLine


class CertificateStatus(Strict):
    """Content of a statement on a certificate's status."""

    header: Header


_AFTER: Final[dict[str, frozenset[str | None]]] = {
    "suspended": frozenset({None, "resumed"}),
    "resumed": frozenset({"suspended"}),
    "cancelled": frozenset({None, "suspended", "resumed"}),
}
"""What each measure may follow in its issuer's row."""


def _register(content: CertificateStatus, around: Surroundings) -> Iterator[Finding]:
    head, signed = content.header, day_in_china(around.issued_at).isoformat()
    if head.since > signed:
        yield fail("CERTIFICATE_STATUS_AHEAD", "header", got=head.since, expected=signed)
    known = around.known(parse_digest(head.certificate))
    if known is None:
        return
    if head.authority == "body" and known.organisation != around.organisation:
        yield fail("CERTIFICATE_OF_ANOTHER", "header", got=around.organisation, expected=known.organisation)
        return
    last = measures_on(known, around).get(around.organisation)
    before = None if last is None else last.measure
    if before not in _AFTER[head.measure] or (last is not None and head.since < last.since):
        yield fail("CERTIFICATE_STEP", "header", got=f"{head.measure} {head.since}",
                   expected="issued" if last is None else f"{last.measure} {last.since}")  # fmt: skip


_MEASURES_ZH: Final = {"suspended": "暂停", "resumed": "恢复", "cancelled": "撤销"}

KIND: Final = Kind(
    name="certificate-status",
    content=CertificateStatus,
    subject=lambda content: content.header.certificate,
    headline=lambda content: (
        f"{_MEASURES_ZH[content.header.measure]}认证证书 {content.header.certificate[:18]}…，"
        f"自 {content.header.since} 起："
        f"{content.header.reason[:120]}"
    ),
    role=lambda content: ("supervisor" if content.header.authority == "supervisor" else "verifier", ""),
    references=lambda content: [
        Reference(parse_digest(content.header.certificate), frozenset({"certificate"}), "header")
    ],
    summary=lambda content: StatusSummary(
        parse_digest(content.header.certificate), content.header.measure, content.header.since, content.header.authority
    ),
    topics=lambda content: [topic_of_status(parse_digest(content.header.certificate))],
    register=_register,
    words={
        "CERTIFICATE_STATUS_AHEAD": Words(
            "措施起始日 {got} 晚于签署日 {expected}", "the measure begins on {got}, but was signed on {expected}"
        ),
        "CERTIFICATE_OF_ANOTHER": Words(
            "证书由 {expected} 签发，{got} 不得变更其状态。请由发证机构或监管方办理",
            "the certificate is {expected}'s, {got} must not change its status. Ask its body or the supervisor",
        ),
        "CERTIFICATE_STEP": Words(
            "证书现为“{expected}”，不能改为“{got}”：暂停后才能恢复，撤销后不再变更",
            "the certificate stands at {expected}, which {got} cannot follow: what is suspended is resumed, what is "
            "cancelled stays so",
        ),
    },
)
