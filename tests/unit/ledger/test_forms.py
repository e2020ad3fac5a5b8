"""Values that no form accepts, each with the code that a person sees for it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from support.builders import DOMAIN, STEEL, factor_content, footprint, footprint_content
from support.volumes import PAPER

from ledger.disclosures import disclose, parse_content
from ledger.entry import ENTRY_BYTES, Entry
from ledger.errors import EvidenceError, InputError
from ledger.footprint.rule import Plausible
from ledger.kinds import kind_named
from ledger.kinds.factor import Band
from ledger.statement import Statement

SEED = b"\x05" * 32


def changed(content: dict[str, Any], section: str, **new: Any) -> dict[str, Any]:
    return {**content, section: {**content[section], **new}}


FOOTPRINT, FACTOR = footprint_content(), factor_content()
FORMS = [
    ("footprint", changed(FOOTPRINT, "header", amount="0"), "AMOUNT_ZERO"),
    ("footprint", changed(FOOTPRINT, "header", amount="0.000"), "AMOUNT_ZERO"),
    ("footprint", changed(FOOTPRINT, "header", period_end="2024-12-31"), "PERIOD_REVERSED"),
    ("footprint", changed(FOOTPRINT, "header", valid_until="2024-12-31"), "PERIOD_REVERSED"),
    ("footprint", changed(FOOTPRINT, "production", output="0"), "OUTPUT_ZERO"),
    ("footprint", changed(FOOTPRINT, "result", footprint="2.5000000001"), "pattern"),
    ("footprint", changed(FOOTPRINT, "result", packagingGhgEmissions="0.0000000001"), "RESULT_DECIMALS"),
    ("footprint", changed(FOOTPRINT, "result", biogenicCO2Uptake="1"), "NOT_NEGATIVE"),
    ("footprint", changed(FOOTPRINT, "header", product="e\u0301clair"), "TEXT_NOT_NFC"),
    ("footprint", changed(FOOTPRINT, "header", product="冷轧\u202e卷"), "TEXT_UNSAFE_SIGN"),
    ("footprint", changed(FOOTPRINT, "header", product="冷轧\u200b卷"), "TEXT_UNSAFE_SIGN"),
    ("footprint", changed(FOOTPRINT, "header", product="冷轧\n卷"), "TEXT_UNSAFE_SIGN"),
    ("factor", changed(FACTOR, "header", valid_until="2023-12-31"), "PERIOD_REVERSED"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "said"), FORMS)
def test_a_value_that_no_form_accepts_is_refused_and_named(kind: str, content: dict[str, Any], said: str) -> None:
    """From a draft (the model) and from evidence (the disclosures) alike."""
    found = kind_named(kind)
    with pytest.raises(ValidationError, match=said):
        found.content.model_validate(content)
    sections = {name: value for name, value in content.items() if not isinstance(value, tuple)}
    lines = {f"lines/{number:04}": line for number, line in enumerate(content.get("lines", ()))}
    with pytest.raises(EvidenceError) as refused:
        found.read(parse_content(disclose({**sections, **lines}, SEED)))
    assert refused.value.code == "CONTENT_FORMAT"
    assert said in str(refused.value.values["got"])


@pytest.mark.parametrize(("model", "fields", "said"), [
    (Band, {"low": "2", "high": "1"}, "BAND_REVERSED"),
    (Plausible, {"label": "电", "of": "emission", "low": "2", "high": "1"}, "BAND_REVERSED"),
    (Plausible, {"label": "电", "of": "amount", "low": "1", "high": "2"}, "BAND_UNIT"),
    (Plausible, {"label": "电", "of": "emission", "unit": "kWh", "low": "1", "high": "2"}, "BAND_UNIT"),
])  # fmt: skip
def test_a_band_ends_after_its_beginning_and_has_a_unit_where_it_needs_one(
    model: type[BaseModel], fields: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        model.model_validate(fields)


HEADERS = {
    "sanction": {"version": 1, "case": "2025-01", "measure": "suspension", "person": "P-0007", "valid_from": "2025-01-01",
                 "reason": "现场核查不实"},
    "site-output": {"version": 1, "site": "BS-01", "products": ("A", "B"), "quantity": "5", "unit": "t",
                    "period_start": "2025-01-01", "period_end": "2025-12-31", "record": PAPER},
    "green-certificate": {"version": 1, "first": "P2330400012023001202503000000111", "tradable": True, "use": "footprint",
                          "last": "P2330400012023001202503000050011", "acquired": "separate", "consumption_year": "2025",
                          "retired": "2025-12-20", "evidence": (PAPER,)},
}  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "said"), [
    ("sanction", {"organisation": STEEL}, "SANCTION_TARGET"), ("sanction", {"person": None}, "SANCTION_TARGET"),
    ("sanction", {"measure": "lifted"}, "SANCTION_END"),
    ("site-output", {"products": ("B", "A")}, "PRODUCTS_NOT_SORTED"), ("site-output", {"products": ("A", "A")}, "PRODUCTS_NOT_SORTED"),
    ("site-output", {"period_end": "2024-12-31"}, "PERIOD_REVERSED"),
    ("green-certificate", {"last": "P2330400012023001202503000000011"}, "CERTIFICATE_SPAN"),
    ("green-certificate", {"last": "P2330400012023001202504000050011"}, "CERTIFICATE_SPAN"),
])  # fmt: skip
def test_a_header_that_contradicts_itself_is_refused_and_named(kind: str, changes: dict[str, Any], said: str) -> None:
    model, header = kind_named(kind).content, HEADERS[kind]
    assert model.model_validate({"header": header})
    with pytest.raises(ValidationError, match=said):
        model.model_validate({"header": {**header, **changes}})


def test_a_seed_has_32_bytes() -> None:
    assert disclose({"header": {}}, SEED)
    for seed in (b"", SEED[:-1], SEED + b"\0"):
        with pytest.raises(InputError) as refused:
            disclose({"header": {}}, seed)
        assert refused.value.code == "SEED_LENGTH"


def test_an_entry_has_105_bytes() -> None:
    item = footprint(STEEL)
    data = Entry(item.digest, item.signature, 7).to_bytes()
    assert (Entry.from_bytes(data).block, len(data)) == (7, ENTRY_BYTES)
    for wrong in (b"", data[:-1], data + b"\0"):
        with pytest.raises(EvidenceError) as refused:
            Entry.from_bytes(wrong)
        assert refused.value.code == "ENTRY_LENGTH"


@pytest.mark.parametrize(("member", "value"), [
    ("issuedAt", "1767225600"), ("issuedAt", -1), ("content", "0x12"), ("previous", None), ("note", "x"), ("kind", "Footprint"),
])  # fmt: skip
def test_a_statement_has_its_seven_members_and_no_other_form(member: str, value: object) -> None:
    from ledger.canonical import canonical_bytes

    fields = footprint(STEEL).statement.model_dump(mode="json", by_alias=True)
    assert Statement.from_bytes(canonical_bytes(fields)).digest(DOMAIN) == footprint(STEEL).digest
    with pytest.raises(EvidenceError) as refused:
        Statement.from_bytes(canonical_bytes({**fields, member: value}))
    assert refused.value.code == "STATEMENT_FORMAT"
