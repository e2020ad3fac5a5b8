"""The end of every short answer: each finding in words or as JSON values, and what they come to.

Whatever was not checked is said before the verdict that it leaves incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.findings import Finding
from ledger.identifiers import digest_to_text
from verifier.report import finding_report
from verifier.status import status_of

_SHOWN: Final = 18
"""Signs of a digest in a line; the JSON has it whole."""


def findings_lines(findings: Sequence[Finding], language: str) -> Iterator[str]:
    """A line for each finding: its words, its kilograms where it has any, its code and statement. Then the verdict."""
    for finding in findings:
        weight = "" if finding.kilograms is None else f"  {finding.kilograms:f} kgCO2e"
        whose = f"  {digest_to_text(finding.statement)[:_SHOWN]}…" if finding.statement else ""
        yield f"  {finding.words(language)}{weight}  [{finding.code}]{whose}"
    yield status_of(findings).words(language)


def findings_report(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """The findings as every verdict has them (`verifier.schema.FindingReport`)."""
    return [finding_report(finding).model_dump(mode="json", by_alias=True) for finding in findings]
