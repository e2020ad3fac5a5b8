"""Offers side by side, as a purchaser ranks them: only those that say the same thing about the same thing (threat 44).

Two footprints are compared when they follow one rule and have one boundary, declared unit and GWP set. Whatever failed,
or is certified no longer, is out, with the reason. The same statements rank in the same way in whatever order they
were named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.certifying import State, topic_of_certified
from ledger.findings import Finding, fail, not_checked
from ledger.footprint.content import Footprint
from ledger.identifiers import digest_to_text
from ledger.trust import TrustFile
from verifier.answer import findings_lines, findings_report
from verifier.evidence import ChainEvidence, LogEvidence
from verifier.labels import Certificates
from verifier.status import Status, status_of
from verifier.verify import Verified, verify_products


class Basis(NamedTuple):
    """On what two footprints must agree: the rule's digest ("" for none), boundary, unit and GWP set."""

    rule: str
    boundary: str
    unit: str
    gwp: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as it was declared, with its exact kgCO2e for one unit.

    `status` is of its own chain; what is to be said of the ledger itself is said once, and of all offers.
    """

    digest: bytes
    organisation: str
    product: str
    basis: Basis
    value: Fraction
    footprint: str
    amount: str
    status: Status


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups of offers that can be compared, the lowest first in each; `findings` say who is out, and what differs."""

    groups: tuple[tuple[Offer, ...], ...]
    findings: tuple[Finding, ...]


def compare(log: LogEvidence, chain: ChainEvidence, trust: TrustFile, asked: Sequence[str], day: str) -> Comparison:
    """The offers `asked` for, as of a day for their certificates. Raises as `verifier.verify.verify_products`."""
    certificates = Certificates(log, chain, trust)
    findings, groups = list(certificates.findings), defaultdict[Basis, list[Offer]](list)
    for verified in verify_products(log, chain, trust, dict.fromkeys(asked)):
        offer = _offer(verified)
        if offer is None or offer.status is Status.FAILED:
            findings.append(fail("OFFER_FAILED", "offer").about(verified.verdict.product))
        elif offer.status is Status.INCOMPLETE:
            findings.append(_open("OFFER_INCOMPLETE", offer))
        elif (state := _stopped(certificates, offer, day)) is not None:
            findings.append(fail("OFFER_NOT_CERTIFIED", "offer", state=state).about(offer.digest))
        elif not offer.basis.rule:
            findings.append(_open("OFFER_WITHOUT_RULE", offer))
        else:
            groups[offer.basis].append(offer)
    ranked = [sorted(groups[basis], key=lambda one: (one.value, one.digest)) for basis in sorted(groups)]
    for group in ranked[1:]:
        findings.extend(_differences(group[0], ranked[0][0]))
    return Comparison(tuple(map(tuple, ranked)), tuple(findings))


def _offer(verified: Verified) -> Offer | None:
    verdict = verified.verdict
    node = verdict.nodes.get(verdict.product)
    judged = None if node is None else node.judged
    if judged is None or judged.statement is None or not isinstance(judged.content, Footprint):
        return None
    head, footprint = judged.content.header, judged.content.result.footprint
    basis = Basis(head.rule or "", head.boundary, head.unit, head.gwp)
    return Offer(
        verdict.product, judged.statement.organisation, head.product, basis,
        Fraction(footprint) / Fraction(head.amount), footprint, head.amount,
        status_of(finding for finding in verdict.findings if finding.statement),
    )  # fmt: skip


def _stopped(certificates: Certificates, offer: Offer, day: str) -> State | None:
    """How the newest certificate on an offer stands when it is not valid; an offer may have none."""
    found = [certificates.state(known, day) for known, _, _ in certificates.under(topic_of_certified(offer.digest))]
    return found[-1] if found and found[-1] != "valid" else None


def _differences(one: Offer, other: Offer) -> Iterator[Finding]:
    for name, got, expected in zip(Basis._fields, one.basis, other.basis, strict=True):
        if got != expected:
            yield _open("NOT_COMPARABLE", one, name=name, got=got, expected=expected)


def _open(code: str, offer: Offer, **values: str) -> Finding:
    return not_checked(code, "offer", Decimal(offer.footprint), blocking=True, **values).about(offer.digest)


def comparison_lines(found: Comparison, language: str) -> Iterator[str]:
    """The ranking, to be read."""
    for number, group in enumerate(found.groups, 1):
        basis = group[0].basis
        yield f"[{number}] {basis.boundary} / {basis.unit} / {basis.gwp} / {basis.rule[:18]}…"
        for offer in group:
            rank = 1 + sum(other.value < offer.value for other in group)
            value = f"{offer.footprint} kgCO2e / {offer.amount} {basis.unit}"
            yield f"  {rank}. {value}  {offer.product}  {offer.organisation}"
    yield from findings_lines(found.findings, language)


def comparison_report(found: Comparison) -> dict[str, object]:
    """The same as JSON values."""
    return {
        "groups": [{"basis": group[0].basis._asdict(), "offers": [_row(offer, group) for offer in group]}
                   for group in found.groups],
        "findings": findings_report(found.findings),
    }  # fmt: skip


def _row(offer: Offer, group: Sequence[Offer]) -> dict[str, object]:
    return {"rank": 1 + sum(other.value < offer.value for other in group), "statement": digest_to_text(offer.digest),
            "organisation": offer.organisation, "product": offer.product, "value": offer.footprint,
            "amount": offer.amount, "status": offer.status.value}  # fmt: skip
