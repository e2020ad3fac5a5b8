"""What a certificate may say, and who may stop it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from support.around import Around
from support.builders import PRESS, STEEL, footprint_content
from support.market import GTIN, OTHER_GTIN, certificate_content, measure, subsidy
from support.voucher import ACCREDITOR, BODY, SUPERVISOR

from ledger.certifying import state_of
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named

KIND, STATUS, CLAIM = (kind_named(name) for name in ("certificate", "certificate-status", "subsidy-claim"))


class Book(Around):
    """A declaration, an accreditation, and the certificate that they allow."""

    def __init__(self, scope: tuple[str, ...] = ("69*",)) -> None:
        super().__init__()
        self.coil = self.declare()
        dates = {"valid_from": "2024-01-01", "valid_until": "2027-12-31"}
        header = {"version": 1, "number": "CNAS V001", "body": BODY, "scope": scope, **dates}
        content = kind_named("accreditation").content.model_validate({"header": header})
        self.ground = self.add("accreditation", ACCREDITOR, content)

    def declare(self, value: str = "2.0000") -> bytes:
        content = kind_named("footprint").content.model_validate(footprint_content(product_id=GTIN, footprint=value))
        return self.add("footprint", STEEL, content)

    def content(self, **changes: Any) -> Any:
        return KIND.content.model_validate(certificate_content(self.coil, self.ground, **changes))

    def codes(self, body: str = BODY, **changes: Any) -> list[str]:
        return [f.code for f in KIND.register(self.content(**changes), self.by(body))]

    def measured(self, certificate: bytes, what: str, by: str = BODY, **options: Any) -> list[str]:
        item = measure(certificate, what, by=by, **options)
        content = STATUS.content.model_validate(
            {"header": {"version": 1, "certificate": digest_to_text(certificate), "measure": what,
                        "authority": "supervisor" if by == SUPERVISOR else "body",
                        "since": options.get("since", "2025-12-28"), "reason": "不符合"}})  # fmt: skip
        found = [f.code for f in STATUS.register(content, self.by(by))]
        if not found:
            self.add("certificate-status", by, content)
        assert item.statement.kind == STATUS.name
        return found


def test_a_certificate_that_says_what_its_declaration_says() -> None:
    assert Book().codes() == []
    assert KIND.role(Book().content()) == ("verifier", "")


@pytest.mark.parametrize(("changes", "code"), [
    ({"valid_until": "2027-12-21"}, "CERTIFICATE_TOO_LONG"), ({"value": "1.9000"}, "CERTIFICATE_VALUE"),
    ({"unit": "kg"}, "CERTIFICATE_DIFFERS"), ({"amount": "2"}, "CERTIFICATE_DIFFERS"),
    ({"boundary": "cradle-to-grave"}, "CERTIFICATE_DIFFERS"), ({"product_id": OTHER_GTIN}, "CERTIFICATE_DIFFERS"),
    ({"holder": PRESS}, "CERTIFICATE_DIFFERS"), ({"site": "S-2"}, "CERTIFICATE_DIFFERS"),
    ({"rule": "0x" + "11" * 32}, "CERTIFICATE_DIFFERS"),
    ({"issued": "2026-12-01", "valid_until": "2026-12-31"}, "CERTIFICATE_AHEAD"),
    ({"issued": "2023-12-20", "valid_until": "2024-12-20"}, "ACCREDITATION_LAPSED"),
])  # fmt: skip
def test_a_certificate_that_does_not(changes: dict[str, str], code: str) -> None:
    assert Book().codes(**changes) == [code]


def test_before_the_rules_began_nobody_limited_its_life() -> None:
    found = Book().codes(issued="2025-03-16", valid_until="2030-01-01")
    assert "CERTIFICATE_TOO_LONG" not in found
    assert Book().codes(issued="2025-03-17", valid_until="2027-03-18") == ["CERTIFICATE_TOO_LONG"]


def test_a_slip_in_the_gtin_is_told() -> None:
    found = KIND.register(Book().content(product_id="6901234567891"), Book().by(BODY))
    assert "GTIN_CHECK_DIGIT" in {f.code for f in found}


def test_the_value_is_weighed_in_kilograms() -> None:
    book = Book()
    (finding,) = KIND.register(book.content(value="1.9"), book.by(BODY))
    assert (finding.code, finding.kilograms) == ("CERTIFICATE_VALUE", Decimal("0.1000"))


def test_a_body_out_of_scope_a_stranger_and_the_declarant_himself() -> None:
    assert Book(scope=("HOOD-*",)).codes() == ["BODY_OUT_OF_SCOPE"]
    assert Book().codes(PRESS) == ["ACCREDITATION_OF_ANOTHER"]
    assert Book().codes(STEEL) == ["VERIFIES_ITSELF", "ACCREDITATION_OF_ANOTHER"]


def test_its_consultant_does_not_certify() -> None:
    book = Book()
    header = {"version": 1, "client": STEEL, "consultant": BODY, "valid_from": "2025-01-01"}
    book.add("consultancy", STEEL, kind_named("consultancy").content.model_validate({"header": header}))
    assert book.codes() == ["CONSULTANT_VERIFIES"]


def test_a_declaration_that_was_replaced_is_not_certified() -> None:
    book = Book()
    old = book.coil
    book.declare("3.0000")
    book.coil = old
    assert book.codes() == ["CERTIFICATE_STALE"]


@pytest.mark.parametrize(("opinion", "on", "codes"), [
    ("unmodified", "coil", []), ("modified", "coil", ["OPINION_MODIFIED"]),
    ("unmodified", "ground", ["CERTIFICATE_DIFFERS"]),
])  # fmt: skip
def test_the_verification_that_it_names_is_the_declarations(opinion: str, on: str, codes: list[str]) -> None:
    book = Book()
    digest = digest_to_text(getattr(book, on))
    value = {
        "header": {"version": 1, "number": "V-1", "declaration": digest, "accreditation": digest_to_text(book.ground),
                   "credential": digest, "completed": "2025-12-10"},
        "opinion": {"standard": "ISO 14064-3:2019", "assurance": "limited", "materiality": "5", "opinion": opinion,
                    "independence": "无利益关系"},
    }  # fmt: skip
    verification = book.add("verification", BODY, kind_named("verification").content.model_validate(value))
    assert book.codes(verification=digest_to_text(verification)) == codes


def test_body_and_supervisor_each_have_a_row_of_measures() -> None:
    book = Book()
    certificate = book.add("certificate", BODY, book.content())

    def state(day: str) -> str:
        known = book.known(certificate)
        assert known is not None
        return state_of(known, book, day)

    assert [state(day) for day in ("2025-12-19", "2025-12-20", "2027-12-20", "2027-12-21")] == [
        "ahead", "valid", "valid", "expired"]  # fmt: skip
    assert book.measured(certificate, "resumed") == ["CERTIFICATE_STEP"]
    assert book.measured(certificate, "suspended", PRESS) == ["CERTIFICATE_OF_ANOTHER"]
    assert book.measured(certificate, "suspended", since="2027-01-01") == ["CERTIFICATE_STATUS_AHEAD"]
    assert book.measured(certificate, "suspended", SUPERVISOR) == []
    assert (state("2025-12-27"), state("2025-12-28")) == ("valid", "suspended")
    assert book.measured(certificate, "resumed") == ["CERTIFICATE_STEP"]
    assert book.measured(certificate, "resumed", SUPERVISOR, since="2025-12-27") == ["CERTIFICATE_STEP"]
    assert book.measured(certificate, "resumed", SUPERVISOR, since="2025-12-30") == []
    assert (state("2025-12-29"), state("2025-12-30")) == ("suspended", "valid")
    assert book.measured(certificate, "cancelled") == []
    assert state("2026-01-01") == "cancelled"
    assert book.measured(certificate, "resumed") == ["CERTIFICATE_STEP"]


@pytest.mark.parametrize("changes", [
    {"valid_until": "2025-12-01"}, {"number": "有 空格"}, {"value": "1,5"}, {"number": "N" * 41},
])  # fmt: skip
def test_a_certificate_with_impossible_fields_cannot_be_made(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Book().content(**changes)


def test_one_number_serves_one_certificate_and_one_thing_is_claimed_once() -> None:
    (claim,) = KIND.claims(Book().content())
    assert (claim.space, claim.code) == ("certificate-number|PCF-2026-0001", "CERTIFICATE_NUMBER_TWICE")


def claimed(book: Book, who: str = STEEL, /, **header: Any) -> list[str]:
    value = {"header": {"version": 1, "scheme": "S", "item": "I", "title": "奖补", **header}}
    return [f.code for f in CLAIM.register(CLAIM.content.model_validate(value), book.by(who))]


def test_an_application_is_for_the_applicants_own_declaration_as_it_is() -> None:
    book = Book()
    known = book.known(book.coil)
    assert known is not None
    own = {"declaration": digest_to_text(book.coil), "organisation": STEEL, "subject": known.subject}
    assert claimed(book, **own) == []
    assert claimed(book, PRESS, **own) == ["SUBSIDY_OF_ANOTHER"]
    assert claimed(book, **{**own, "subject": "X|-|2025"}) == ["SUBSIDY_SUBJECT"]
    certificate = book.add("certificate", BODY, book.content())
    by_certificate = {**own, "certificate": digest_to_text(certificate)}
    del by_certificate["declaration"]
    assert claimed(book, **by_certificate) == []
    assert claimed(book, PRESS, **by_certificate) == ["SUBSIDY_OF_ANOTHER"]
    assert claimed(book, PRESS, purchase="0x" + "22" * 32) == []


@pytest.mark.parametrize("header", [
    {}, {"declaration": "0x" + "22" * 32}, {"purchase": "0x" + "22" * 32, "organisation": STEEL, "subject": "x"},
    {"declaration": "0x" + "22" * 32, "purchase": "0x" + "22" * 32, "organisation": STEEL, "subject": "x"},
])  # fmt: skip
def test_an_application_names_one_ground(header: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="SUBSIDY_GROUND"):
        subsidy(**header)
