"""A laboratory's report, and copies of it that were edited after it was issued (threat 38)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.around import Around
from support.audit import Ledger, codes
from support.builders import STEEL, signed, withdrawal
from typer.testing import CliRunner

from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from verifier.cli import app
from verifier.documents import Document, find_document
from verifier.sources import open_folder, read_chain
from verifier.status import Status, status_of

LAB = "urn:tanji:laboratory"
REPORT = "检测报告 No. C-2025-118 采样日期 2025-06-03 元素碳含量 0.6521".encode()
KIND = kind_named("lab-report")


def content(file: bytes = REPORT, number: str = "C-2025-118", **header: Any) -> dict[str, Any]:
    return {
        "header": {"version": 1, "number": number, "client": STEEL, "sampled": "2025-06-03", "tested": "2025-06-05",
                   "issued": "2025-06-06", "file": digest_to_text(sha256(file).digest()), **header},
        "results": {"sample": "入炉煤", "values": [{"name": "元素碳含量", "value": "0.6521", "unit": "tC/t"}]},
    }  # fmt: skip


class House(Ledger):
    def __init__(self, role: str = "laboratory") -> None:
        super().__init__()
        self.registry.organisation(LAB)
        self.registry.grant(LAB, role)
        self.report = self.add(signed("lab-report", LAB, content()))

    def find(self, folder: Path, file: bytes) -> Document:
        self.anchor()
        trust = self.trust()
        self.write(folder)
        return find_document(open_folder(folder, trust), read_chain(folder, trust), trust, file)


def test_the_file_that_the_laboratory_issued_is_found(tmp_path: Path) -> None:
    found = House().find(tmp_path, REPORT)
    assert status_of(found.findings) is Status.VERIFIED
    assert [(lab, one.header.number) for lab, one in found.reports] == [(LAB, "C-2025-118")]


@pytest.mark.parametrize(("old", "new"), [
    ("采样日期 2025-06-03", "采样日期 2025-07-03"), ("C-2025-118", "C-2025-119"), ("0.6521", "0.6021"), ("报告 ", "报告"),
])  # fmt: skip
def test_an_edited_copy_was_issued_by_nobody(tmp_path: Path, old: str, new: str) -> None:
    edited = REPORT.decode().replace(old, new).encode()
    assert edited != REPORT
    found = House().find(tmp_path, edited)
    assert codes(found.findings) == {"DOCUMENT_NOT_ISSUED"}
    assert found.reports == ()


def test_a_report_that_was_withdrawn_or_corrected_is_told(tmp_path: Path) -> None:
    house = House()
    house.add(withdrawal(house.report, LAB))
    assert codes(house.find(tmp_path / "a", REPORT).findings) == {"DOCUMENT_WITHDRAWN"}
    house = House()
    new = REPORT.replace(b"0.6521", b"0.6522")
    house.add(signed("lab-report", LAB, content(new), previous=house.report))
    assert codes(house.find(tmp_path / "b", REPORT).findings) == {"DOCUMENT_WITHDRAWN"}


def test_one_number_means_one_report() -> None:
    around = Around().by(LAB)
    around.add("lab-report", LAB, KIND.content.model_validate(content()))
    again = KIND.content.model_validate(content(number="C-2025-119"))
    assert [f.code for f in KIND.register(again, around)] == ["REPORT_TWICE"]
    assert [f.code for f in KIND.register(again, around.by("urn:tanji:other"))] == ["REPORT_TWICE"]
    corrected = KIND.content.model_validate(content(issued="2025-06-07"))
    assert list(KIND.register(corrected, around.by(LAB))) == []
    assert KIND.subject(corrected) == "C-2025-118"


def test_the_same_number_twice_is_two_stories(tmp_path: Path) -> None:
    house = House()
    house.add(signed("lab-report", LAB, content(REPORT + b"!")))
    house.anchor()
    assert "SUBJECT_TAKEN" in codes(house.replay(tmp_path).findings)


def test_a_report_by_somebody_who_is_no_laboratory_issues_nothing(tmp_path: Path) -> None:
    found = House(role="declarant").find(tmp_path, REPORT)
    assert codes(found.findings) == {"ROLE_NOT_HELD", "DOCUMENT_NOT_ISSUED"}


def test_a_withheld_report_might_be_the_one(tmp_path: Path) -> None:
    house = House()
    house.erased.add(0)
    found = house.find(tmp_path, REPORT)
    assert "CONTENT_WITHHELD" in codes(found.findings, "not_checked")


@pytest.mark.parametrize("header", [
    {"tested": "2025-06-02"}, {"issued": "2025-06-04"}, {"file": "0x12"}, {"client": "X"}, {"number": "有 空格"},
])  # fmt: skip
def test_a_report_with_impossible_days_or_fields_is_refused(header: dict[str, str]) -> None:
    value = content()
    with pytest.raises(ValidationError):
        KIND.content.model_validate(value | {"header": value["header"] | header})


def test_the_command_says_who_issued_it(tmp_path: Path) -> None:
    house = House()
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
