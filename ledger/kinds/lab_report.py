"""Kind `lab-report`: a laboratory anchors its report when it issues it: an edited copy is found out (threat 38).

Reports were edited after they were issued: dates, numbers, and the code removed by which they could be looked up (MEE,
March 2022). What the log holds is the file's SHA-256; the file itself stays with whom it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Self

from pydantic import model_validator

from ledger.fields import DateText, IdText, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.footprint.lines import Listed
from ledger.identifiers import DigestText, OrganisationText
from ledger.kind import Kind, Surroundings
from ledger.numbers import SignedText
from ledger.statement import Strict
from ledger.words.form import Words


class Measured(Strict):
    """One result, as the report prints it."""

    name: ShortLine
    value: SignedText
    unit: ShortLine


class Header(Strict):
    """Which report for whom, of which days, and the SHA-256 of its file."""

    version: Version
    number: IdText
    client: OrganisationText
    sampled: DateText
    tested: DateText
    issued: DateText
    file: DigestText

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.sampled <= self.tested <= self.issued:
            raise ValueError("PERIOD_REVERSED")
        return self


class Results(Strict):
    """What was measured."""

    sample: ShortLine
    values: Listed[Measured]


class LabReport(Strict):
    """Content of a laboratory's report."""

    header: Header
    results: Results


def topic_of_file(sha256: str) -> str:
    """Under which topic a file's report is found; `sha256` as 0x-hex."""
    return f"file|{sha256}"


def _one_number(content: LabReport, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    for known in around.on(topic_of_file(head.file)):
        standing = not known.was_ended_at(around.index) and not known.was_superseded_at(around.index)
        if standing and (known.organisation, known.subject) != (around.organisation, head.number):
            yield fail("REPORT_TWICE", "header", got=head.number, expected=known.subject)


KIND: Final = Kind(
    name="lab-report",
    content=LabReport,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"检测报告 {content.header.number}：{content.results.sample}，委托方 {content.header.client}；"
        f"采样 {content.header.sampled}，检测 {content.header.tested}，签发 {content.header.issued}"
    ),
    role=lambda _: ("laboratory", ""),
    topics=lambda content: [topic_of_file(content.header.file)],
    register=_one_number,
    words={
        "REPORT_TWICE": Words(
            "同一份文件已以报告编号 {expected} 登记，不得再以 {got} 登记",
            "this file is registered as report {expected} already and must not be as {got}",
        ),
    },
)
