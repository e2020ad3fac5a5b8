"""Who may vouch: every way in which a verification must not count (threats 35 to 37), beside one that does."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from support.around import Around
from support.builders import footprint_content

from ledger.disclosures import parse_content
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.kinds.footprint import Footprint
from ledger.kinds.verification import Verification
from ledger.vouching import vouched

ACCREDITOR, SUPERVISOR, COMMITTEE = "urn:tanji:accreditor", "urn:tanji:supervisor", "urn:tanji:committee"
SUPPLIER, BODY, OTHER = "91310113MADEM0011A", "91310104MADEM00899", "91310101MADEM00701"
VERIFICATION = kind_named("verification")


class World(Around):
    """A declaration, a body accredited for it and a person of that body."""

    def __init__(self, *, scope: tuple[str, ...] = ("CR-*",), until: str = "2027-12-31", person_until: str = "2026-12-31",
                 body: str = BODY) -> None:  # fmt: skip
        super().__init__()
        self.declaration = self.add("footprint", SUPPLIER, Footprint.model_validate(footprint_content()))
        self.accreditation = self.put(
            "accreditation",
            ACCREDITOR,
            {"number": "CNAS V001", "body": body, "scope": scope, "valid_from": "2024-01-01", "valid_until": until},
        )
        self.credential = self.put("credential", ACCREDITOR, {
            "person": "P-0007", "body": body, "valid_from": "2024-01-01", "valid_until": person_until})  # fmt: skip

    def put(self, kind: str, organisation: str, header: dict[str, Any]) -> bytes:
        return self.add(
            kind, organisation, kind_named(kind).content.model_validate({"header": {"version": 1, **header}})
        )

    def verification(self, **changes: Any) -> Verification:
        opinion = {"standard": "ISO 14064-3:2019", "assurance": "reasonable", "materiality": "5",
                   "opinion": "unmodified", "independence": "与委托方无任何利益关系"}  # fmt: skip
        header = {"version": 1, "number": "V-2026-001", "declaration": digest_to_text(self.declaration),
                  "accreditation": digest_to_text(self.accreditation),
                  "credential": digest_to_text(self.credential), "completed": "2026-03-10"}  # fmt: skip
        for name, value in changes.items():
            (opinion if name in opinion else header)[name] = value
        return Verification.model_validate({"header": header, "opinion": opinion})

    def refusals(self, body: str = BODY, **changes: Any) -> list[str]:
        """Codes for which the verification is refused at registration."""
        return [f.code for f in VERIFICATION.register(self.verification(**changes), self.by(body))]

    def verify(self, body: str = BODY, **changes: Any) -> bytes:
        return self.add("verification", body, self.verification(**changes))

    def why(self) -> list[str]:
        """Codes for which the declaration is not vouched for; empty when it is."""
        found = vouched(self.declaration, self)
        assert found.counts == (not found.findings) or not found.findings
        return [f.code for f in found.findings]

    def suspend(self, **header: Any) -> bytes:
        return self.put("sanction", SUPERVISOR, {"case": "2026-7", "measure": "suspension", "valid_from": "2026-01-01",
                                                 "reason": "出具不实核查报告", **header})  # fmt: skip

    def consult(self, by: str = SUPPLIER, **header: Any) -> bytes:
        return self.put(
            "consultancy", by, {"client": SUPPLIER, "consultant": BODY, "valid_from": "2022-01-01", **header}
        )


def test_an_unmodified_opinion_in_scope_and_date_vouches_for_a_declaration() -> None:
    world = World()
    assert world.refusals() == []
    world.verify()
    assert vouched(world.declaration, world).counts


def test_nothing_vouches_for_a_declaration_that_nobody_verified() -> None:
    assert not vouched(World().declaration, World()).counts


def test_what_is_read_before_signing() -> None:
    content = World().verification()
    assert VERIFICATION.headline(content).endswith("出具无保留意见（合理保证，实质性 5%）；2026-03-10")
    assert VERIFICATION.role(content) == ("verifier", "")
    assert len(VERIFICATION.references(content)) == 3
    assert VERIFICATION.read(parse_content(VERIFICATION.disclose(content, bytes(32)))) == content
    assert kind_named("accreditation").role(content) == ("accreditor", "accreditation")
    assert kind_named("credential").role(content) == ("accreditor", "credential")
    assert kind_named("sanction").role(content) == ("supervisor", "")
    assert kind_named("consultancy").role(content) is None


@pytest.mark.parametrize(("world", "changes", "body", "code"), [
    ({"scope": ("HOOD-*", "CR-COIL-2")}, {}, BODY, "BODY_OUT_OF_SCOPE"),
    ({"until": "2026-03-09"}, {}, BODY, "ACCREDITATION_LAPSED"),
    ({}, {"completed": "2023-12-31"}, BODY, "ACCREDITATION_LAPSED"),
    ({"person_until": "2026-03-09"}, {}, BODY, "CREDENTIAL_LAPSED"),
    ({"body": OTHER}, {}, BODY, "ACCREDITATION_OF_ANOTHER"),
    ({"body": OTHER}, {}, BODY, "CREDENTIAL_OF_ANOTHER"),
    ({"body": SUPPLIER}, {}, SUPPLIER, "VERIFIES_ITSELF"),
])  # fmt: skip
def test_who_must_not_verify_is_refused_and_does_not_count(
    world: dict[str, Any], changes: dict[str, Any], body: str, code: str
) -> None:
    """Threat 36: outside the scope, or with a lent name."""
    here = World(**world)
    assert code in here.refusals(body, **changes)
    here.verify(body, **changes)
    assert code in here.why()
    assert not vouched(here.declaration, here).counts


@pytest.mark.parametrize("opinion", ["modified", "adverse"])
def test_an_opinion_with_reservations_may_be_said_but_does_not_vouch(opinion: str) -> None:
    world = World()
    assert world.refusals(opinion=opinion) == []
    world.verify(opinion=opinion)
    assert world.why() == ["OPINION_MODIFIED"]


@pytest.mark.parametrize(("target", "code"), [
    ({"organisation": BODY}, "BODY_SUSPENDED"), ({"person": "P-0007"}, "PERSON_SUSPENDED"),
    ({"organisation": BODY, "scope": ["CR-*"]}, "BODY_SUSPENDED"),
])  # fmt: skip
def test_who_is_suspended_must_not_verify(target: dict[str, Any], code: str) -> None:
    world = World()
    world.suspend(**target)
    assert world.refusals() == [code]


@pytest.mark.parametrize("other", [
    {"organisation": OTHER}, {"person": "P-0008"}, {"organisation": BODY, "scope": ["HOOD-*"]},
    {"organisation": BODY, "valid_until": "2026-03-09", "measure": "lifted"},
])  # fmt: skip
def test_a_suspension_of_others_other_products_or_other_times_does_not_matter(other: dict[str, Any]) -> None:
    world = World()
    world.suspend(**other)
    assert world.refusals() == []


def test_an_earlier_date_does_not_get_round_a_suspension_that_the_log_already_holds() -> None:
    world = World()
    world.suspend(organisation=BODY, valid_from="2026-03-01")
    assert world.refusals(completed="2026-02-28") == ["BODY_SUSPENDED"]


def test_a_suspension_that_comes_later_ends_only_what_was_completed_under_it() -> None:
    world = World()
    world.verify(completed="2026-02-28")
    world.suspend(organisation=BODY, valid_from="2026-03-01")
    assert world.why() == []
    world = World()
    world.verify(completed="2026-03-10")
    world.suspend(organisation=BODY, valid_from="2026-03-01")
    assert world.why() == ["BODY_SUSPENDED"]


def test_a_later_date_does_not_get_round_a_suspension_that_nobody_lifted() -> None:
    """A body chooses the date of what it signs: the day on which a measure was to end lifts nothing."""
    world = World()
    world.suspend(organisation=BODY, valid_until="2026-02-01")
    assert world.refusals() == ["BODY_SUSPENDED"]


def test_a_suspension_that_was_lifted_or_withdrawn_no_longer_stands() -> None:
    world = World()
    case = world.suspend(organisation=BODY)
    world.put("withdrawal", SUPERVISOR, {"target": digest_to_text(case), "reason": "认定有误"})
    assert world.refusals() == []
    world = World()
    world.suspend(organisation=BODY)
    world.suspend(organisation=BODY, valid_until="2026-02-01", measure="lifted")
    assert world.refusals() == []
    assert world.refusals(completed="2026-01-31") == ["BODY_SUSPENDED"]


@pytest.mark.parametrize(("issued_at", "codes"), [
    (1_773_071_999, ["VERIFICATION_AHEAD"]), (1_773_072_000, []), (0, ["VERIFICATION_AHEAD"]),
    (2**53 - 1, ["VERIFICATION_SIGNED_LATE", "VERIFICATION_SIGNED_LATE"]),
])  # fmt: skip
def test_a_verification_is_not_dated_ahead_of_its_signature_nor_long_behind(issued_at: int, codes: list[str]) -> None:
    """The tenth of March 2026 begins in China at 16:00 UTC of the ninth."""
    world = World()
    world.issued_at = issued_at
    assert world.refusals() == codes


@pytest.mark.parametrize("by", [SUPPLIER, BODY])
@pytest.mark.parametrize("until", [None, "2023-03-10", "2025-12-31"])
def test_a_consultant_must_not_verify_its_client_until_three_years_later(by: str, until: str | None) -> None:
    """Threat 37."""
    world = World()
    world.consult(by, **({"valid_until": until} if until else {}))
    assert world.refusals() == ["CONSULTANT_VERIFIES"]


@pytest.mark.parametrize("header", [
    {"valid_until": "2023-03-09"}, {"valid_from": "2026-04-01"}, {"consultant": OTHER}, {"client": OTHER},
])  # fmt: skip
def test_advice_long_ago_later_or_to_others_does_not_matter(header: dict[str, Any]) -> None:
    world = World()
    world.consult(BODY, **header)
    assert world.refusals() == []


def test_a_consultancy_that_is_said_later_takes_the_voucher_away() -> None:
    world = World()
    world.verify()
    assert vouched(world.declaration, world).counts
    world.consult(SUPPLIER)
    assert world.why() == ["CONSULTANT_VERIFIES"]
    assert not vouched(world.declaration, world).counts


def test_nobody_else_says_who_advised_whom() -> None:
    world = World()
    kind = kind_named("consultancy")
    content = kind.content.model_validate(
        {"header": {"version": 1, "client": SUPPLIER, "consultant": BODY, "valid_from": "2022-01-01"}}
    )
    assert [f.code for f in kind.register(content, world.by(OTHER))] == ["CONSULTANCY_OF_OTHERS"]
    assert list(kind.register(content, world.by(SUPPLIER))) == list(kind.register(content, world.by(BODY))) == []


@pytest.mark.parametrize("what", ["accreditation", "credential"])
def test_a_withdrawn_accreditation_or_credential_takes_the_voucher_away(what: str) -> None:
    world = World()
    world.verify()
    target = digest_to_text(getattr(world, what))
    world.put("withdrawal", ACCREDITOR, {"target": target, "reason": "认可撤销"})
    assert world.why() == ["VOUCHER_GROUND_LOST"]


def test_a_withdrawn_or_replaced_verification_is_not_asked() -> None:
    world = World()
    digest = world.verify()
    world.put("withdrawal", BODY, {"target": digest_to_text(digest), "reason": "抽样有误"})
    assert not vouched(world.declaration, world).counts
    assert world.why() == []
    world = World()
    world.verify()
    world.verify(opinion="adverse")
    assert world.why() == ["OPINION_MODIFIED"]


def test_one_body_that_may_verify_is_enough_beside_one_that_may_not() -> None:
    world = World()
    world.verify(OTHER)
    world.verify()
    found = vouched(world.declaration, world)
    assert found.counts
    assert {f.code for f in found.findings} == {"ACCREDITATION_OF_ANOTHER", "CREDENTIAL_OF_ANOTHER"}


@pytest.mark.parametrize(("kind", "header"), [
    ("sanction", {"case": "1", "measure": "suspension", "valid_from": "2026-01-01", "reason": "x"}),
    ("sanction", {"case": "1", "measure": "suspension", "valid_from": "2026-01-01", "reason": "x", "person": "P",
                  "organisation": BODY}),
    ("sanction", {"case": "1", "measure": "lifted", "valid_from": "2026-01-01", "reason": "x", "person": "P"}),
    ("sanction", {"case": "1", "measure": "warning", "valid_from": "2026-01-01", "reason": "x", "person": "P"}),
    ("accreditation", {"number": "1", "body": "X", "scope": ["A*"], "valid_from": "2026-01-01", "valid_until": "2027-01-01"}),
    ("accreditation", {"number": "1", "body": BODY, "scope": ["*"], "valid_from": "2026-01-01", "valid_until": "2027-01-01"}),
    ("credential", {"person": "张三 1", "body": BODY, "valid_from": "2026-01-01", "valid_until": "2027-01-01"}),
    ("credential", {"person": "P", "body": BODY, "valid_from": "2026-01-01"}),
])  # fmt: skip
def test_a_statement_of_another_form_is_refused(kind: str, header: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind_named(kind).content.model_validate({"header": {"version": 1, **header}})


@pytest.mark.parametrize("changes", [
    {"materiality": "100"}, {"assurance": "high"}, {"opinion": "good"}, {"independence": ""}, {"completed": "2026-02-30"},
    {"declaration": "CR-COIL"},
])  # fmt: skip
def test_a_verification_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        World().verification(**changes)
