"""Rules, reviews and vouchers at the registrar, on both databases: what the ledger can know, it refuses at once."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import (
    PRESS,
    PUBLISHER,
    STEEL,
    RegistryWriter,
    Signed,
    factor,
    factor_content,
    footprint_content,
    signed,
    standard_registry,
)
from support.registering import submit
from support.rules import COMMITTEE
from support.voucher import ACCREDITOR, BODY, SUPERVISOR, suspend, verify_statement

from api.counter import StoreBook
from ledger.errors import RefusedError
from ledger.factors import as_of
from ledger.identifiers import digest_to_text
from ledger.sequencer import Sequencer
from ledger.store import Store


@pytest.fixture
def registry() -> RegistryWriter:
    writer = standard_registry()
    for id_, role in ((ACCREDITOR, "accreditor"), (SUPERVISOR, "supervisor"), (BODY, "verifier")):
        writer.organisation(id_)
        writer.grant(id_, role)
    writer.organisation(COMMITTEE)
    for level in ("local", "national"):
        writer.grant(COMMITTEE, "rule-publisher", level)
    writer.grant(BODY, "factor-reviewer", "footprint")
    return writer


def refused(sequencer: Sequencer, item: Signed) -> str:
    with pytest.raises(RefusedError) as caught:
        sequencer.register(submit(item))
    return caught.value.code


def register(sequencer: Sequencer, item: Signed) -> bytes:
    sequencer.register(submit(item))
    return item.digest


def rule(level: str = "local", **changes: Any) -> Signed:
    """A rule for coils with one gas in its example."""
    example = footprint_content(product_id="EXAMPLE")
    content = {
        "header": {"version": 1, "number": f"{level} 1", "level": level, "title_zh": "冷轧卷规则", "title_en": "Coils",
                   "scope": ["CR-*"], "effective_from": "2025-01-01"},
        "requirements": {"unit": "t", "amount": "1", "boundary": "cradle-to-gate", "stages": ["production"],
                         "cut_off": "5", "green_electricity": "never", "gwp": "AR5", "period": 12, "validity": 36},
        "printed": {"answer": "2.5000", "document": "附录 A"},
        "example_header": example["header"], "example_result": example["result"],
        "example_production": example["production"], "example_lines": example["lines"],
    }  # fmt: skip
    for path, value in changes.items():
        section, _, name = path.partition("__")
        content[section] = {**content[section], name: value}
    return signed("rule", COMMITTEE, content)


def declaration(named: bytes, product_id: str = "CR-COIL") -> Signed:
    content = footprint_content(product_id=product_id)
    content["header"]["rule"] = digest_to_text(named)
    return signed("footprint", STEEL, content)


def test_a_rule_and_a_declaration_under_it(sequencer: Sequencer) -> None:
    named = register(sequencer, rule())
    register(sequencer, declaration(named))
    assert refused(sequencer, declaration(named, "HOOD")) == "RULE_NOT_IN_SCOPE"


def test_a_rule_without_its_answer_or_its_level_is_refused(sequencer: Sequencer) -> None:
    assert refused(sequencer, rule(printed__answer="2.4999")) == "RULE_EXAMPLE_ANSWER"
    assert refused(sequencer, rule(requirements__gwp="AR6")) == "RULE_EXAMPLE"
    assert refused(sequencer, rule("industry")) == "ROLE_NOT_HELD"


def test_a_national_rule_keeps_local_ones_out_and_ends_them(sequencer: Sequencer) -> None:
    local = register(sequencer, rule())
    register(sequencer, rule("national", header__effective_from="2025-06-01"))
    assert refused(sequencer, rule(header__number="local 2", header__effective_from="2025-07-01")) == "RULE_LOWER_LEVEL"
    assert refused(sequencer, declaration(local)) == "RULE_NOT_IN_EFFECT"


def submission(value: str = "0.5000") -> Signed:
    return signed("factor-submission", PRESS, factor_content(value))


def review(of: Signed, by: str = BODY) -> Signed:
    header = {"version": 1, "submission": digest_to_text(of.digest), "kind": "footprint", "reviewer": "P-0007",
              "reviewed": "2026-01-01", "decision": "accepted", "reason": "数据齐备"}  # fmt: skip
    return signed("factor-review", by, {"header": header})


def test_a_factor_is_submitted_reviewed_and_published(sequencer: Sequencer) -> None:
    proposed = submission()
    register(sequencer, proposed)
    assert refused(sequencer, review(proposed, PRESS)) == "ROLE_NOT_HELD"
    accepted = register(sequencer, review(proposed))
    content = factor_content("0.5000")
    content["header"]["review"] = digest_to_text(accepted)
    other = {**content, "result": {"value": "0.4999", "per": "kWh"}}
    assert refused(sequencer, signed("factor", PUBLISHER, other)) == "FACTOR_NOT_AS_REVIEWED"
    register(sequencer, signed("factor", PUBLISHER, content))


def test_a_reviewer_cannot_review_what_it_submitted(sequencer: Sequencer) -> None:
    own = signed("factor-submission", BODY, factor_content("0.5000"))
    register(sequencer, own)
    assert refused(sequencer, review(own)) == "SELF_REVIEW"


def test_the_store_answers_which_factor_was_valid_on_a_day(sequencer: Sequencer, synced: Store) -> None:
    first = factor("0.6205", year=2023)
    register(sequencer, first)
    register(sequencer, factor("0.5777", year=2024))
    register(sequencer, factor("0.6206", year=2023, previous=first.digest))
    with synced.read() as reader:
        known = StoreBook(reader).known("factor")
    assert [one.summary.value for one in known] == ["0.6205", "0.5777", "0.6206"]
    assert [one.summary.value for one in as_of(known, "2024-06-30")] == ["0.6206"]
    assert [one.summary.value for one in as_of(known, "2025-06-30")] == ["0.5777"]


def grounds_of(sequencer: Sequencer, body: str = BODY, scope: str = "CR-*") -> tuple[bytes, bytes]:
    dates = {"version": 1, "body": body, "valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    accreditation = signed("accreditation", ACCREDITOR, {"header": {**dates, "number": "V001", "scope": (scope,)}})
    credential = signed("credential", ACCREDITOR, {"header": {**dates, "person": "P-0007"}})
    return register(sequencer, accreditation), register(sequencer, credential)


def test_a_body_vouches_until_it_is_suspended(sequencer: Sequencer) -> None:
    coil = register(sequencer, signed("footprint", STEEL, footprint_content()))
    grounds = grounds_of(sequencer)
    first = verify_statement(coil, grounds)
    register(sequencer, first)
    register(sequencer, suspend())
    assert refused(sequencer, verify_statement(coil, grounds, previous=first.digest)) == "BODY_SUSPENDED"


def test_a_body_outside_its_scope_or_of_its_own_client_is_refused(sequencer: Sequencer) -> None:
    coil = register(sequencer, signed("footprint", STEEL, footprint_content()))
    assert refused(sequencer, verify_statement(coil, grounds_of(sequencer, scope="HOOD"))) == "BODY_OUT_OF_SCOPE"


def test_a_consultant_is_refused(sequencer: Sequencer) -> None:
    coil = register(sequencer, signed("footprint", STEEL, footprint_content()))
    header = {"version": 1, "client": STEEL, "consultant": BODY, "valid_from": "2025-01-01"}
    assert refused(sequencer, signed("consultancy", PRESS, {"header": header})) == "CONSULTANCY_OF_OTHERS"
    register(sequencer, signed("consultancy", STEEL, {"header": header}))
    assert refused(sequencer, verify_statement(coil, grounds_of(sequencer))) == "CONSULTANT_VERIFIES"


def test_only_who_holds_the_role_accredits_or_suspends(sequencer: Sequencer) -> None:
    header = {"version": 1, "person": "P-1", "body": BODY, "valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    assert refused(sequencer, signed("credential", BODY, {"header": header})) == "ROLE_NOT_HELD"
    case = {
        "version": 1,
        "case": "1",
        "measure": "sanction",
        "person": "P-1",
        "valid_from": "2026-01-01",
        "reason": "x",
    }
    assert refused(sequencer, signed("sanction", BODY, {"header": case})) == "ROLE_NOT_HELD"
