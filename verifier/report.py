"""Verdicts as values of one published form (`verifier.schema`), and their canonical bytes.

A report holds no time, path or machine, so two verifiers of the same evidence write the same bytes. The page and the
paper are made from the report and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ledger.canonical import canonical_bytes
from ledger.findings import Finding, Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from ledger.numbers import REPORT, round_half_even, to_text
from ledger.registry import Registry
from ledger.trust import TrustFile
from verifier.breakdown import Breakdown, LineShare
from verifier.outlook import change_since, uncertainty_of
from verifier.product import Node, ProductVerdict
from verifier.receipts import ReceiptVerdict
from verifier.replay import Replayed
from verifier.schema import (
    ChangeReport,
    DeclarationReport,
    FindingReport,
    HotSpot,
    LedgerReport,
    Levels,
    LineReport,
    NotChecked,
    ProductReport,
    ReceiptReport,
    ReplayReport,
    Report,
    Share,
    StatementReport,
    Unchecked,
)
from verifier.sentence import summarise
from verifier.verify import Verified

HOT_SPOTS: Final = 10
"""How many of the heaviest lines a report names."""


def to_bytes(report: Report) -> bytes:
    """The report's RFC 8785 bytes and a line end."""
    return canonical_bytes(report.model_dump(mode="json", by_alias=True)) + b"\n"


def product_report(found: Verified, trust: TrustFile) -> ProductReport:
    """The verdict on a product, in the ledger that `trust` names."""
    verdict = found.verdict
    breakdown = Breakdown(verdict)
    ledger = LedgerReport(
        operator=trust.operator, chain_id=trust.chain_id, contract=trust.log.address, origin=trust.origin,
        size=found.checkpoint.size, root=digest_to_text(found.checkpoint.root), block=found.block,
    )  # fmt: skip
    about, unchecked = _declaration(verdict, found.registry), _not_checked(verdict, breakdown)
    failures = [finding for finding in verdict.findings if finding.outcome is Outcome.FAIL]
    declared, product = _number(verdict.declared), digest_to_text(verdict.product)
    levels = Levels(**{level.value: _level(verdict, level) for level in Level})
    return ProductReport(
        status=verdict.status.value,
        summary=summarise(verdict.status, about, declared, product, levels, ledger, unchecked, failures),
        ledger=ledger,
        product=product,
        declaration=about,
        declared=declared,
        recomputed=_number(verdict.recomputed),
        levels=levels,
        not_checked=unchecked,
        uncertainty=uncertainty_of(verdict, breakdown),
        change=_change(found),
        hot_spots=tuple(_hot_spots(verdict, breakdown, found.registry)),
        statements=tuple(_statement(*one, breakdown, found.registry) for one in in_log_order(verdict)),
        findings=tuple(finding_report(finding) for finding in verdict.findings),
    )


def _change(found: Verified) -> ChangeReport | None:
    after = found.verdict.nodes[found.verdict.product].judged.content
    if found.earlier is None or not isinstance(after, Footprint):
        return None
    return change_since(found.earlier, after)


def in_log_order(verdict: ProductVerdict) -> list[tuple[bytes, Node]]:
    """The statements of a product's chain by their index."""
    return sorted(verdict.nodes.items(), key=lambda item: item[1].judged.index)


def _declaration(verdict: ProductVerdict, registry: Registry) -> DeclarationReport | None:
    node = verdict.nodes[verdict.product]
    content, statement = node.judged.content, node.judged.statement
    if not isinstance(content, Footprint) or statement is None:
        return None
    head = content.header
    return DeclarationReport(
        product=head.product, product_id=head.product_id, site=head.site, organisation=statement.organisation,
        name=organisation_name(node, registry), unit=head.unit, amount=head.amount, period_start=head.period_start,
        period_end=head.period_end, boundary=head.boundary, geography=head.geography, gwp=head.gwp,
    )  # fmt: skip


def _level(verdict: ProductVerdict, level: Level) -> Share:
    return Share(kilograms=to_text(verdict.levels[level]), percent=to_text(verdict.share(level)))


def _percent(kilograms: Decimal, verdict: ProductVerdict) -> str:
    if not verdict.declared:
        return "0.00"
    exact = REPORT.divide(REPORT.multiply(kilograms, Decimal(100)), verdict.declared)
    return to_text(round_half_even(exact, 2))


def _not_checked(verdict: ProductVerdict, breakdown: Breakdown) -> NotChecked:
    """All checks that were not made, by code: those that the verdict needs first, then the heaviest."""
    by_code: dict[tuple[str, bool], list[Finding]] = {}
    for finding in verdict.findings:
        if finding.outcome is Outcome.NOT_CHECKED:
            by_code.setdefault((finding.code, finding.blocking), []).append(finding)
    kilograms = {key: breakdown.concerned(found) for key, found in by_code.items()}
    checks = [
        Unchecked(code=code, findings=len(found), blocking=blocking, kilograms=to_text(kilograms[code, blocking]),
                  zh=_words(found[0], "zh"), en=_words(found[0], "en"))
        for (code, blocking), found in sorted(
            by_code.items(), key=lambda item: (not item[0][1], -abs(kilograms[item[0]]), item[0]))
    ]  # fmt: skip
    union = breakdown.concerned(finding for found in by_code.values() for finding in found)
    return NotChecked(kilograms=to_text(union), percent=_percent(union, verdict), checks=tuple(checks))


def _words(finding: Finding, language: str) -> str:
    """A finding's words without its place, for all findings of its code."""
    return replace(finding, place="").words(language)


def _hot_spots(verdict: ProductVerdict, breakdown: Breakdown, registry: Registry) -> Iterable[HotSpot]:
    for share in breakdown.hot_spots(HOT_SPOTS):
        kilograms = breakdown.rounded(share)
        yield HotSpot(
            statement=digest_to_text(share.statement), place=share.place, name=share.line.name,
            supplier=organisation_name(verdict.nodes[share.statement], registry), kilograms=to_text(kilograms),
            percent=_percent(kilograms, verdict), level=(share.level or Level.UNVERIFIED).value,
        )  # fmt: skip


def _statement(digest: bytes, node: Node, breakdown: Breakdown, registry: Registry) -> StatementReport:
    statement, content = node.judged.statement, node.judged.content
    return StatementReport(
        digest=digest_to_text(digest),
        index=node.judged.index,
        kind=statement.kind if statement else None,
        organisation=statement.organisation if statement else None,
        name=organisation_name(node, registry),
        headline=statement.headline if statement else None,
        product=content.header.product if isinstance(content, Footprint) else None,
        opened=content is not None,
        kilograms=to_text(node.kilograms),
        own=to_text(breakdown.own(digest)),
        recomputed=_number(node.recomputed),
        uses=tuple(digest_to_text(used) for used in node.uses),
        lines=tuple(_line(share, breakdown) for share in breakdown.lines[digest]),
    )


def _line(share: LineShare, breakdown: Breakdown) -> LineReport:
    line = share.line
    return LineReport(
        place=share.place, name=line.name, kind=line.kind, stage=line.stage, amount=line.amount, unit=line.unit,
        value=line.value, per=line.per, source=line.source.type,
        digest=digest_to_text(share.basis) if share.basis else None, upstream=share.upstream, emission=line.emission,
        kilograms=to_text(breakdown.rounded(share)), level=share.level.value if share.level else None,
    )  # fmt: skip


def organisation_name(node: Node, registry: Registry) -> str:
    """The issuer's name on the chain, else its identifier."""
    if node.judged.statement is None:
        return ""
    known = registry.organisation(node.judged.statement.organisation)
    name = known.name if known else node.judged.statement.organisation
    # the name comes from the chain: nothing that steers a terminal reaches it
    return "".join(sign for sign in name if sign.isprintable())


def replay_report(replayed: Replayed) -> ReplayReport:
    """The outcome of a replay."""
    return ReplayReport(
        status=replayed.status.value,
        size=replayed.size,
        root=digest_to_text(replayed.root),
        anchors=replayed.anchors,
        statements=dict(sorted(replayed.kinds.items())),
        withheld=tuple(replayed.withheld),
        not_asked=dict(sorted(replayed.open.items())),
        findings=tuple(finding_report(finding) for finding in replayed.findings),
        state=digest_to_text(replayed.state),
    )


def receipt_report(verdict: ReceiptVerdict) -> ReceiptReport:
    """The verdict on a receipt."""
    statement = verdict.receipt.statement
    return ReceiptReport(
        status=verdict.status.value,
        digest=digest_to_text(verdict.digest),
        kind=statement.kind,
        organisation=statement.organisation,
        headline=statement.headline,
        index=verdict.receipt.index,
        shown=tuple(verdict.shown),
        hidden=verdict.hidden,
        findings=tuple(finding_report(finding) for finding in verdict.findings),
    )


def finding_report(finding: Finding) -> FindingReport:
    """One finding as every verdict has it."""
    failed = finding.outcome is Outcome.FAIL
    return FindingReport(
        code=finding.code,
        outcome=finding.outcome.value,
        blocking=failed or (finding.outcome is Outcome.NOT_CHECKED and finding.blocking),
        statement=digest_to_text(finding.statement) if finding.statement else None,
        place=finding.place,
        kilograms=_number(finding.kilograms),
        values={name: str(value) for name, value in sorted(finding.values.items())},
        zh=finding.words("zh"),
        en=finding.words("en"),
    )


def _number(value: Decimal | None) -> str | None:
    return None if value is None else to_text(value)
