"""How every short answer ends: nothing that was found or not checked is left unsaid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.findings import Finding, fail, not_checked
from verifier.answer import findings_lines, findings_report
from verifier.schema import FindingReport

WRONG = fail("LABEL_VALUE", "label", Decimal("1.0000"), got="1 kgCO2e / t", expected="2 kgCO2e / 1 t").about(
    b"\x12" * 32
)
OPEN = not_checked("CONTENT_WITHHELD", blocking=True, index=7)


@pytest.mark.parametrize(("findings", "zh", "en"), [
    ([], "✓ 通过", "✓ VERIFIED"), ([OPEN], "? 不完整", "? INCOMPLETE"), ([OPEN, WRONG], "✗ 不通过", "✗ FAILED"),
])  # fmt: skip
def test_each_finding_has_a_line_and_the_verdict_comes_last(findings: list[Finding], zh: str, en: str) -> None:
    for language, verdict in (("zh", zh), ("en", en)):
        *lines, last = findings_lines(findings, language)
        assert last.startswith(verdict)
        assert [finding.words(language) in line for finding, line in zip(findings, lines, strict=True)] == [True] * len(
            findings
        )


def test_a_line_has_kilograms_code_and_statement() -> None:
    line, _ = findings_lines([WRONG], "en")
    assert line.endswith("1.0000 kgCO2e  [LABEL_VALUE]  0x1212121212121212…")


def test_the_json_is_the_published_form_of_a_finding() -> None:
    told, _ = findings_report([WRONG, OPEN])
    report = FindingReport.model_validate(told)
    assert (report.kilograms, report.values["expected"], report.zh) == ("1.0000", "2 kgCO2e / 1 t", WRONG.words("zh"))
