"""A laboratory's report, and copies of it that were edited after it was issued (threat 38)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from support.around import Around
from support.audit import codes
from support.builders import signed, withdrawal
from support.laboratory import LAB, REPORT, Laboratory, report_content
from typer.testing import CliRunner

from ledger.kinds import kind_named
from verifier.cli import app
from verifier.status import Status, status_of

KIND = kind_named("lab-report")


def test_the_file_that_the_laboratory_issued_is_found(tmp_path: Path) -> None:
    found = Laboratory().find(tmp_path, REPORT)
    assert status_of(found.findings) is Status.VERIFIED
    assert [(lab, one.header.number) for lab, one in found.reports] == [(LAB, "C-2025-118")]


def test_a_report_that_was_withdrawn_or_corrected_is_told(tmp_path: Path) -> None:
    house = Laboratory()
    house.add(withdrawal(house.report, LAB))
    assert codes(house.find(tmp_path / "a", REPORT).findings) == {"DOCUMENT_WITHDRAWN"}
    house = Laboratory()
    new = REPORT.replace(b"0.6521", b"0.6522")
    house.add(signed("lab-report", LAB, report_content(new), previous=house.report))
    assert codes(house.find(tmp_path / "b", REPORT).findings) == {"DOCUMENT_WITHDRAWN"}


def test_one_number_means_one_report() -> None:
    around = Around().by(LAB)
    around.add("lab-report", LAB, KIND.content.model_validate(report_content()))
    again = KIND.content.model_validate(report_content(number="C-2025-119"))
    assert [f.code for f in KIND.register(again, around)] == ["REPORT_TWICE"]
    assert [f.code for f in KIND.register(again, around.by("urn:tanji:other"))] == ["REPORT_TWICE"]
    corrected = KIND.content.model_validate(report_content(issued="2025-06-07"))
    assert list(KIND.register(corrected, around.by(LAB))) == []
    assert KIND.subject(corrected) == "C-2025-118"


def test_a_report_by_somebody_who_is_no_laboratory_issues_nothing(tmp_path: Path) -> None:
    found = Laboratory(role="declarant").find(tmp_path, REPORT)
    assert codes(found.findings) == {"ROLE_NOT_HELD", "DOCUMENT_NOT_ISSUED"}


def test_a_withheld_withdrawal_might_be_of_the_report(tmp_path: Path) -> None:
    house = Laboratory()
    house.add(withdrawal(house.report, LAB))
    house.erased.add(len(house.items) - 1)
    assert status_of(house.find(tmp_path, REPORT).findings) is Status.INCOMPLETE


def test_a_withheld_report_might_be_the_one(tmp_path: Path) -> None:
    house = Laboratory()
    house.erased.add(0)
    found = house.find(tmp_path, REPORT)
    assert "CONTENT_WITHHELD" in codes(found.findings, "not_checked")


@pytest.mark.parametrize("header", [
    {"tested": "2025-06-02"}, {"issued": "2025-06-04"}, {"file": "0x12"}, {"client": "X"}, {"number": "有 空格"},
])  # fmt: skip
def test_a_report_with_impossible_days_or_fields_is_refused(header: dict[str, str]) -> None:
    value = report_content()
    with pytest.raises(ValidationError):
        KIND.content.model_validate(value | {"header": value["header"] | header})


def test_the_command_says_who_issued_it(tmp_path: Path) -> None:
    house = Laboratory()
    house.anchor()
    house.write(tmp_path / "audit")
    (tmp_path / "trust.json").write_bytes(house.trust().to_bytes())
    for name, data, code, said in (
        ("a.pdf", REPORT, 0, "检测报告 C-2025-118"),
        ("b.pdf", b"edited", 1, "没有实验室登记过"),
    ):
        (tmp_path / name).write_bytes(data)
        run = CliRunner().invoke(app, ["--lang", "zh", "document", str(tmp_path / "audit"), str(tmp_path / name),
                                       "--trust", str(tmp_path / "trust.json")])  # fmt: skip
        assert run.exit_code == code, run.output
        assert said in run.stdout
