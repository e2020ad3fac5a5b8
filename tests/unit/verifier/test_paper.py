"""The paper: the same bytes every time, its own font, texts as texts, and a plain word when its parts are missing."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from support import reports
from typer.testing import CliRunner

from ledger.errors import InputError
from ledger.identifiers import digest_to_text
from verifier.cli import app
from verifier.forms import write_forms
from verifier.page import page
from verifier.paper import paper


def words(data: bytes) -> str:
    """The text of a PDF without blanks, which lines break at will."""
    text = "".join(found.extract_text() for found in PdfReader(io.BytesIO(data)).pages)
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_the_paper_says_what_the_page_says(sample: str) -> None:
    report = reports.report(sample)
    text = words(paper(report))
    command = f"tanji-verify product AUDIT-FOLDER {report.product} --trust TRUST-FILE"
    for part in (report.summary.zh, report.summary.en, report.ledger.root, report.not_checked.kilograms, command):
        assert re.sub(r"\s+", "", part) in text
    for finding in report.findings:
        assert finding.code in text
    for spot in report.hot_spots:
        assert spot.kilograms in text


def test_chinese_is_embedded_so_that_every_machine_shows_it() -> None:
    reader = PdfReader(io.BytesIO(paper(reports.report())))
    fonts = [font.get_object() for found in reader.pages for font in found["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert any(name in descriptor for name in ("/FontFile2", "/FontFile3"))


def test_it_holds_no_time_and_is_the_same_twice() -> None:
    first = paper(reports.report("tampered"))
    assert first == paper(reports.report("tampered"))
    creation = PdfReader(io.BytesIO(first)).metadata
    assert creation is not None
    assert creation.creation_date is None or creation.creation_date.year == 1970


def test_markup_of_a_supplier_is_a_text_on_paper_too() -> None:
    report = reports.hostile()
    about = report.declaration
    assert about is not None
    typst = '#panic("x") $x$ *b* @ref [c] \\ `code` #read("/etc/passwd")'
    changed = report.model_copy(update={"declaration": about.model_copy(update={"product": typst})})
    text = words(paper(changed))
    assert re.sub(r"\s+", "", typst) in text
    assert "<script>alert(1)</script>" in text


def test_without_its_parts_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError) as refused:
        write_forms(reports.report(), html=None, pdf=tmp_path / "x.pdf")
    assert refused.value.code == "PDF_NOT_INSTALLED"
    assert not (tmp_path / "x.pdf").exists()


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        write_forms(reports.report(), html=tmp_path / "no" / "x.html", pdf=None)
    assert refused.value.code == "REPORT_NOT_WRITTEN"


def test_the_command_writes_both_forms_beside_its_answer(tmp_path: Path) -> None:
    golden = reports.ledger()
    golden.spoil = bytes
    golden.write(tmp_path / "audit")
    trust = tmp_path / "trust.json"
    trust.write_bytes(golden.trust().to_bytes())
    done = CliRunner().invoke(app, [
        "product", str(tmp_path / "audit"), digest_to_text(golden.digests["body"]), "--trust", str(trust), "--json",
        "--html", str(tmp_path / "b.html"), "--pdf", str(tmp_path / "b.pdf"),
    ])  # fmt: skip
    assert done.exit_code == 0
    assert done.stdout_bytes == (reports.FOLDER / "body.json").read_bytes()
    assert (tmp_path / "b.html").read_bytes() == page(reports.report())
    assert (tmp_path / "b.pdf").read_bytes() == paper(reports.report())
