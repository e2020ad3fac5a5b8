"""Kind `calibration`: a metering body says that a meter was right, and until when that counts."""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from pydantic import model_validator

from ledger.fields import DateText, IdText, ShortLine, Version
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference
from ledger.statement import Strict
from ledger.volume import Paper


class Header(Strict):
    """Which meter, by which laboratory, for which days."""

    version: Version
    number: IdText
    meter: DigestText
    laboratory: ShortLine
    calibrated: DateText
    valid_until: DateText
    """Last day."""
    report: Paper

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.valid_until < self.calibrated:
            raise ValueError("PERIOD_REVERSED")
        return self


class Calibration(Strict):
    """Content of a calibration."""

    header: Header


class CalibrationSummary(NamedTuple):
    """What readings ask."""

    meter: bytes
    calibrated: str
    valid_until: str


def _summary(content: Calibration) -> CalibrationSummary:
    head = content.header
    return CalibrationSummary(parse_digest(head.meter), head.calibrated, head.valid_until)


KIND: Final = Kind(
    name="calibration",
    content=Calibration,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"检定 {content.header.number}：计量器具 {content.header.meter[:18]}…，{content.header.calibrated} 至 "
        f"{content.header.valid_until}"
    ),
    role=lambda _: ("metering-body", "calibration"),
    references=lambda content: [Reference(parse_digest(content.header.meter), frozenset({"meter"}), "header")],
    summary=_summary,
)
