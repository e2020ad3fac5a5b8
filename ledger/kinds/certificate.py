"""Kind `certificate`: a body certifies the number that a declaration states, for a label (domain 3.6; threat 39).

The body must be one that might verify the declaration, and is judged as a verifier is (`ledger.vouching`). What becomes
of a certificate is said by statements of kind `certificate-status`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import StringConstraints, model_validator

from ledger.certifying import CertificateSummary, topic_of_certified, topic_of_number
from ledger.errors import InputError
from ledger.fields import DateText, IdText, ShortLine, Version, day_in_china
from ledger.findings import Finding, fail, failed
from ledger.footprint.content import FootprintSummary
from ledger.footprint.lines import Listed
from ledger.footprint.ruling import add_months
from ledger.gtin import has_gtin_form, parse_gtin
from ledger.holdings import Claim
from ledger.identifiers import DigestText, OrganisationText, digest_to_text, parse_digest
from ledger.kind import Kind, Known, Reference, Surroundings
from ledger.numbers import ResultText, UnsignedText
from ledger.parameters import CERTIFICATE_MONTHS, in_force
from ledger.statement import Strict
from ledger.units import Unit
from ledger.vouching import VerificationSummary, judge_verification
from ledger.words.form import Words

CertificateNumber = Annotated[IdText, StringConstraints(max_length=40)]


class Header(Strict):
    """Whose product is certified, on what grounds, and for which days."""

    version: Version
    number: CertificateNumber
    holder: OrganisationText
    product: ShortLine
    product_id: IdText
    """The GTIN, where the product has one."""
    site: IdText | None = None
    declaration: DigestText
    verification: DigestText | None = None
    rule: DigestText | None = None
    accreditation: DigestText
    issued: DateText
    valid_until: DateText
    """Last day."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.valid_until < self.issued:
            raise ValueError("PERIOD_REVERSED")
        return self


class Result(Strict):
    """The number on the label: kgCO2e for `amount` `unit`."""

    value: ResultText
    unit: Unit
    amount: UnsignedText
    boundary: Literal["cradle-to-gate", "cradle-to-grave"]


class Visit(Strict):
    """A visit of surveillance: planned, or made with its outcome."""

    day: DateText
    outcome: Literal["planned", "passed", "failed"]


class Surveillance(Strict):
    """When the body looks again."""

    visits: Listed[Visit]


class Certificate(Strict):
    """Content of a certificate."""

    header: Header
    result: Result
    surveillance: Surveillance


def _summary(content: Certificate) -> CertificateSummary:
    head, result = content.header, content.result
    return CertificateSummary(
        head.number, head.holder, head.product_id, head.site, result.value, result.unit, result.amount, result.boundary,
        parse_digest(head.declaration), head.issued, head.valid_until,
    )  # fmt: skip


def _references(content: Certificate) -> Iterator[Reference]:
    head = content.header
    named = (("footprint", head.declaration), ("accreditation", head.accreditation),
             ("verification", head.verification), ("rule", head.rule))  # fmt: skip
    for kind, digest in named:
        if digest is not None:
            yield Reference(parse_digest(digest), frozenset({kind}), "header")


def _check(content: Certificate) -> Iterator[Finding]:
    head = content.header
    months = in_force(CERTIFICATE_MONTHS, date.fromisoformat(head.issued))
    if months is not None:
        last = add_months(date.fromisoformat(head.issued), months).isoformat()
        if head.valid_until > last:
            yield fail("CERTIFICATE_TOO_LONG", "header", got=head.valid_until, expected=last, limit=months)
    if has_gtin_form(head.product_id):
        try:
            parse_gtin(head.product_id)
        except InputError as err:
            yield replace(failed(err), place="header")


def _register(content: Certificate, around: Surroundings) -> Iterator[Finding]:
    yield from _check(content)
    head, signed = content.header, day_in_china(around.issued_at)
    if head.issued > signed.isoformat():
        yield fail("CERTIFICATE_AHEAD", "header", got=head.issued, expected=signed.isoformat())
    declaration = around.known(parse_digest(head.declaration))
    if declaration is None or declaration.kind != "footprint":
        return
    grounds = VerificationSummary(
        declaration.digest, parse_digest(head.accreditation), b"", "unmodified", head.issued,
    )  # fmt: skip
    yield from judge_verification(grounds, around.organisation, around.index, around, signed)
    if declaration.was_superseded_at(around.index):
        yield fail("CERTIFICATE_STALE", "header", got=head.declaration)
    yield from _judge_numbers(content, declaration)
    yield from _judge_opinion(head, declaration, around)


def _judge_numbers(content: Certificate, declaration: Known) -> Iterator[Finding]:
    """The certificate says what the declaration says; a wrong value with its kilograms."""
    head, result, found = content.header, content.result, declaration.summary
    product, site = declaration.subject.split("|")[:2]
    pairs = [("holder", head.holder, declaration.organisation), ("product", head.product_id, product),
             ("site", head.site or "-", site)]  # fmt: skip
    if isinstance(found, FootprintSummary):
        if Decimal(result.value) != Decimal(found.footprint):
            yield fail("CERTIFICATE_VALUE", "result", Decimal(found.footprint) - Decimal(result.value),
                       got=result.value, expected=found.footprint)  # fmt: skip
        declared = (Decimal(found.amount), found.unit)
        if declared != (Decimal(result.amount), result.unit):
            pairs.append(("unit", f"{result.amount} {result.unit}", f"{found.amount} {found.unit}"))
        if not found.is_glance:
            pairs += [("boundary", result.boundary, found.boundary or "")]
            pairs += [("rule", head.rule, found.rule or "")] if head.rule else []
    for name, got, expected in pairs:
        if got != expected:
            place = "result" if name in {"unit", "boundary"} else "header"
            yield fail("CERTIFICATE_DIFFERS", place, name=name, got=got, expected=expected)


def _judge_opinion(head: Header, declaration: Known, around: Surroundings) -> Iterator[Finding]:
    opinion = around.known(parse_digest(head.verification)) if head.verification else None
    found = opinion.summary if opinion is not None else None
    if isinstance(found, VerificationSummary):
        if found.declaration != declaration.digest:
            yield fail("CERTIFICATE_DIFFERS", "header", name="verification", got=digest_to_text(found.declaration),
                       expected=head.declaration)  # fmt: skip
        if found.opinion != "unmodified":
            yield fail("OPINION_MODIFIED", "header", got=found.opinion)


_BOUNDARIES_ZH: Final = {"cradle-to-gate": "摇篮到大门", "cradle-to-grave": "摇篮到坟墓"}

KIND: Final = Kind(
    name="certificate",
    content=Certificate,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"产品碳足迹标识认证证书 {content.header.number}：{content.header.product}（{content.header.product_id}）"
        f"{content.result.value} kgCO2e / {content.result.amount} {content.result.unit}，"
        f"{_BOUNDARIES_ZH[content.result.boundary]}；{content.header.issued} 至 {content.header.valid_until}"
    ),
    role=lambda _: ("verifier", ""),
    references=_references,
    summary=_summary,
    topics=lambda content: [
        topic_of_number(content.header.number),
        topic_of_certified(parse_digest(content.header.declaration)),
    ],
    claims=lambda content: [
        Claim(f"certificate-number|{content.header.number}", 0, 0, "header", "CERTIFICATE_NUMBER_TWICE")
    ],
    register=_register,
    words={
        "CERTIFICATE_TOO_LONG": Words(
            "证书有效期至 {got}，自签发日起最长 {limit} 个月，应不晚于 {expected}",
            "the certificate runs until {got}; {limit} months from its issue end on {expected}",
        ),
        "CERTIFICATE_AHEAD": Words(
            "证书签发日 {got} 晚于签署日 {expected}：不得预签",
            "issued on {got}, but signed on {expected}: a certificate is not dated ahead",
        ),
        "CERTIFICATE_STALE": Words(
            "所认证的声明 {got} 已有新版本。请对现行声明发证",
            "the certified declaration {got} was replaced. Certify the current one",
        ),
        "CERTIFICATE_VALUE": Words(
            "证书数值 {got} 与声明的 {expected} kgCO2e 不一致",
            "the certificate says {got}, the declaration {expected} kgCO2e",
        ),
        "CERTIFICATE_DIFFERS": Words(
            "证书与声明不一致（{name}）：证书为 {got}，声明为 {expected}",
            "certificate and declaration differ in their {name}: {got} against {expected}",
        ),
        "CERTIFICATE_NUMBER_TWICE": Words(
            "证书编号已由声明 {by} 使用（{space}）。一个编号只用于一份证书",
            "the number is used by statement {by} already ({space}); a number serves one certificate",
        ),
        "GTIN_FORMAT": Words(
            "“{got}”不是 GTIN（8、12、13 或 14 位数字）", "“{got}” is no GTIN (8, 12, 13 or 14 digits)"
        ),
        "GTIN_CHECK_DIGIT": Words(
            "GTIN {got} 的校验位应为 {expected}。请核对录入",
            "the check digit of GTIN {got} should be {expected}. Check for a slip of the pen",
        ),
        "DIGITAL_LINK": Words(
            "“{got}”不是 GS1 数字链接（…/01/GTIN/10/批号?cert=证书编号）",
            "“{got}” is no GS1 Digital Link (.../01/GTIN/10/LOT?cert=NUMBER)",
        ),
    },
)
