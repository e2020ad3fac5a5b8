"""Threats by those who vouch: bodies that let errors pass, out of scope, with a lent name, for their own clients; edited papers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger, codes
from support.builders import STEEL, Signed, footprint, private_key, signed
from support.laboratory import LAB, REPORT, Laboratory, report_content
from support.metering import at
from support.threats import Found, audited, everybody, honest, refused, told
from support.voucher import (
    ACCREDITOR,
    BODY,
    Verified,
    Vouched,
    accredit,
    level_of,
    suspend,
    verify_statement,
)

from ledger.findings import Level
from verifier.status import Status, status_of


def test_threat_35_verifier_and_supplier_collude(tmp_path: Path) -> None:
    """Two planted errors among five declarations raise the body's rate, with their kilograms; then it is suspended."""
    (record,) = Verified().bodies(tmp_path / "colluding").records
    assert (record.body, len(record.passed), record.wrong) == (BODY, 5, 2)
    wrong = [one for one in record.passed if one.is_wrong]
    assert [(one.codes, one.kilograms) for one in wrong] == [
        (("RESULT_ARITHMETIC",), Decimal("0.5000")), (("GWP_VALUE",), Decimal("1.0000")),
    ]  # fmt: skip
    ledger, coil, grounds = verified_coil()
    (record,) = Verified.bodies(ledger, tmp_path / "honest").records  # type: ignore[arg-type]
    assert (len(record.passed), record.wrong) == (1, 0)
    ledger.add(suspend())
    again = verify_statement(coil, grounds, previous=ledger.items[-2].digest)
    assert refused(tmp_path / "suspended", *ledger.items, again).code == "BODY_SUSPENDED"
    assert told(audited(tmp_path / "suspended", *ledger.items, again, on=again)) == {Found("BODY_SUSPENDED", "header")}


def verified_coil(*, scope: tuple[str, ...] = ("CR-*",)) -> tuple[Ledger, bytes, tuple[bytes, bytes]]:
    """A ledger with a coil that the body verified; the coil and the body's grounds."""
    ledger, coil, grounds = accredited(scope=scope)
    ledger.add(verify_statement(coil, grounds))
    return ledger, coil, grounds


def accredited(**options: Any) -> tuple[Ledger, bytes, tuple[bytes, bytes]]:
    ledger = Ledger(registry=everybody())
    coil = ledger.add(footprint(STEEL, value="2.0000"))
    return ledger, coil, accredit(ledger, **options)


def test_threat_36_verifier_outside_its_scope(tmp_path: Path) -> None:
    """Accredited for bonnets it verifies a coil: refused; and where it was let in, the coil stands as declared only."""
    ledger, coil, grounds = accredited(scope=("HOOD-*",))
    opinion = verify_statement(coil, grounds)
    err = refused(tmp_path, *ledger.items, opinion)
    assert (err.code, err.values["got"], err.values["expected"]) == ("BODY_OUT_OF_SCOPE", "CR-COIL", "HOOD-*")
    assert told(audited(tmp_path, *ledger.items, opinion)) == {Found("BODY_OUT_OF_SCOPE", err.place)}
    verdict = Vouched(scope=("HOOD-*",)).verdict(tmp_path / "product")
    assert (level_of(verdict), verdict.levels[Level.DECLARED]) == (Level.DECLARED, Decimal("2.0000"))
    assert "BODY_OUT_OF_SCOPE" in codes(verdict.findings, "not_checked")
    assert level_of(Vouched().verdict(tmp_path / "in scope")) is Level.VOUCHED
    honest(tmp_path / "honest", *verified_coil()[0].items)


@pytest.mark.parametrize(("paper", "change", "code"), [
    (1, {"valid_until": "2025-12-09"}, "CREDENTIAL_LAPSED"), (1, {"body": STEEL}, "CREDENTIAL_OF_ANOTHER"),
    (0, {"valid_until": "2025-12-09"}, "ACCREDITATION_LAPSED"), (0, {"body": STEEL}, "ACCREDITATION_OF_ANOTHER"),
])  # fmt: skip
def test_threat_36_verifier_with_a_lent_name(paper: int, change: dict[str, str], code: str, tmp_path: Path) -> None:
    """A person whose credential ran out or is another firm's, and an accreditation that is."""
    ledger = Ledger(registry=everybody())
    coil = ledger.add(footprint(STEEL, value="2.0000"))
    dates = {"version": 1, "body": BODY, "valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    headers: list[dict[str, Any]] = [{**dates, "number": "V001", "scope": ("CR-*",)}, {**dates, "person": "P-0007"}]
    headers[paper] |= change
    grounds = tuple(
        ledger.add(signed(kind, ACCREDITOR, {"header": header}))
        for kind, header in zip(("accreditation", "credential"), headers, strict=True)
    )
    opinion = verify_statement(coil, (grounds[0], grounds[1]))
    err = refused(tmp_path, *ledger.items, opinion)
    assert err.code == code
    assert told(audited(tmp_path, *ledger.items, opinion)) == {Found(code, err.place)}


@pytest.mark.parametrize("paper", [0, 1])
def test_threat_36_verifier_that_dates_its_work_back(paper: int, tmp_path: Path) -> None:
    """Its right ended in November; in March it signs that it had completed the work in October."""
    ledger = Ledger(registry=everybody())
    coil = ledger.add(footprint(STEEL, value="2.0000"))
    dates = {"version": 1, "body": BODY, "valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    headers: list[dict[str, Any]] = [{**dates, "number": "V001", "scope": ("CR-*",)}, {**dates, "person": "P-0007"}]
    headers[paper] |= {"valid_until": "2025-11-30"}
    first, second = (
        ledger.add(signed(kind, ACCREDITOR, {"header": header}))
        for kind, header in zip(("accreditation", "credential"), headers, strict=True)
    )

    def opinion(day: str) -> Signed:
        return verify_statement(coil, (first, second), completed="2025-10-20", issuedAt=at(f"{day}T12:00+08:00"))

    late, within = opinion("2025-12-31"), opinion("2025-12-30")
    err = refused(tmp_path, *ledger.items, late)
    assert (err.code, err.values["got"], err.values["expected"]) == (
        "VERIFICATION_SIGNED_LATE", "2025-12-31", "2025-11-30",
    )  # fmt: skip
    assert told(audited(tmp_path, *ledger.items, late)) == {Found("VERIFICATION_SIGNED_LATE", err.place)}
    honest(tmp_path / "honest", *ledger.items, within)


@pytest.mark.parametrize(("anchored", "level"), [("2026-12-01", Level.DECLARED), ("2026-09-01", Level.VOUCHED)])
def test_threat_36_an_anchor_before_it_shows_that_a_verification_was_signed_later(
    anchored: str, level: Level, tmp_path: Path
) -> None:
    """It says that it was signed in January 2026; the log had been anchored later than that, without it."""
    chain = Vouched(accredited_until="2026-10-31", anchored_before=at(f"{anchored}T12:00+08:00"))
    verdict = chain.verdict(tmp_path)
    assert level_of(verdict) is level
    told_late = {"VERIFICATION_SIGNED_LATE"} if level is Level.DECLARED else set()
    assert codes(verdict.findings, "not_checked") & {"VERIFICATION_SIGNED_LATE"} == told_late


def test_threat_37_consultant_verifies(tmp_path: Path) -> None:
    """Who advised the client verifies it, as a statement of either side says, or as its own key under the declaration."""
    ledger, coil, grounds = accredited()
    header = {"version": 1, "client": STEEL, "consultant": BODY, "valid_from": "2025-01-01"}
    advice, opinion = signed("consultancy", STEEL, {"header": header}), verify_statement(coil, grounds)
    err = refused(tmp_path, *ledger.items, advice, opinion)
    assert err.code == "CONSULTANT_VERIFIES"
    assert told(audited(tmp_path, *ledger.items, advice, opinion)) == {Found("CONSULTANT_VERIFIES", err.place)}
    verdict = Vouched(signer=BODY).verdict(tmp_path / "product")
    assert (level_of(verdict), verdict.levels[Level.DECLARED]) == (Level.DECLARED, Decimal("2.0000"))
    assert "CONSULTANT_VERIFIES" in codes(verdict.findings, "not_checked")
    long_ago = signed(
        "consultancy", STEEL, {"header": {**header, "valid_from": "2019-01-01", "valid_until": "2021-12-31"}}
    )
    honest(tmp_path / "honest", *ledger.items, long_ago, opinion)


@pytest.mark.parametrize(("old", "new"), [
    ("采样日期 2025-06-03", "采样日期 2025-07-03"), ("C-2025-118", "C-2025-119"), ("0.6521", "0.6021"), ("报告 ", "报告"),
])  # fmt: skip
def test_threat_38_edited_laboratory_report(tmp_path: Path, old: str, new: str) -> None:
    """Another day, number, value or a blank fewer: no laboratory ever issued that file."""
    edited = REPORT.decode().replace(old, new).encode()
    assert edited != REPORT
    found = Laboratory().find(tmp_path / "edited", edited)
    assert (codes(found.findings), found.reports) == ({"DOCUMENT_NOT_ISSUED"}, ())
    found = Laboratory().find(tmp_path / "issued", REPORT)
    assert status_of(found.findings) is Status.VERIFIED
    assert [(lab, one.header.number) for lab, one in found.reports] == [(LAB, "C-2025-118")]


def report(*arguments: Any, **options: Any) -> Signed:
    return signed("lab-report", LAB, report_content(*arguments, **options))


def test_threat_38_laboratory_number_or_file_used_twice(tmp_path: Path) -> None:
    """One number for two files is two stories; one file under two numbers is one report sold twice."""
    first, second = report(), report(REPORT + b"!")
    err = refused(tmp_path / "number", first, second)
    assert (err.code, err.place) == ("SUBJECT_TAKEN", "previous")
    assert told(audited(tmp_path / "number", first, second)) == {Found("SUBJECT_TAKEN", "previous")}
    renumbered = report(number="C-2025-119")
    err = refused(tmp_path / "file", first, renumbered)
    assert (err.code, err.values["got"], err.values["expected"]) == ("REPORT_TWICE", "C-2025-119", "C-2025-118")
    assert told(audited(tmp_path / "file", first, renumbered)) == {Found("REPORT_TWICE", "header")}
    honest(tmp_path / "honest", first, report(REPORT + b"!", number="C-2025-119"))
    stranger = signed("lab-report", LAB, report_content(), key=private_key("stranger"))
    assert refused(tmp_path / "stranger", stranger).code == "KEY_NOT_VALID"
