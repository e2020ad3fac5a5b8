"""Bodies that vouch, in a signed log: accreditor, supervisor, verifying body, and what each of them says."""

from __future__ import annotations

from typing import Any

from support.audit import Ledger
from support.builders import signed

from ledger.identifiers import digest_to_text

ACCREDITOR, SUPERVISOR, BODY = "urn:tanji:accreditor", "urn:tanji:supervisor", "91310104MADEM00899"


def with_bodies(ledger: Ledger, verifier: str = "verifier") -> Ledger:
    """The ledger with an accreditor, a supervisor and a verifying body, in their roles."""
    for id_, role in ((ACCREDITOR, "accreditor"), (SUPERVISOR, "supervisor"), (BODY, verifier)):
        ledger.registry.organisation(id_)
        ledger.registry.grant(id_, role)
    return ledger


def accredit(ledger: Ledger, *, scope: tuple[str, ...] = ("CR-*", "COIL"), body: str = BODY) -> tuple[bytes, bytes]:
    """An accreditation and a credential for the body; their digests."""
    dates = {"valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    header = {"version": 1, "number": "CNAS V001", "body": body, "scope": scope, **dates}
    accreditation = ledger.add(signed("accreditation", ACCREDITOR, {"header": header}))
    header = {"version": 1, "person": "P-0007", "body": body, **dates}
    return accreditation, ledger.add(signed("credential", ACCREDITOR, {"header": header}))


def verify_statement(declaration: bytes, grounds: tuple[bytes, bytes], **options: Any) -> Any:
    """The body's unmodified opinion on a declaration."""
    accreditation, credential = map(digest_to_text, grounds)
    header = {"version": 1, "number": "V-1", "declaration": digest_to_text(declaration), "accreditation": accreditation,
              "credential": credential, "completed": "2025-12-10"}  # fmt: skip
    opinion = {"standard": "ISO 14064-3:2019", "assurance": "limited", "materiality": "5", "opinion": "unmodified",
               "independence": "与委托方无任何利益关系"}  # fmt: skip
    return signed("verification", BODY, {"header": header, "opinion": opinion}, **options)


def suspend(body: str = BODY) -> Any:
    """The supervisor's suspension of the body from December 2025."""
    header = {"version": 1, "case": "2026-7", "measure": "suspension", "organisation": body, "valid_from": "2025-12-01",
              "reason": "出具不实核查报告"}  # fmt: skip
    return signed("sanction", SUPERVISOR, {"header": header})
