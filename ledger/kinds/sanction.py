"""Kind `sanction`: a supervisor suspends or sanctions a verifying body or a person, until it lifts the measure.

It is lifted by a new statement on the same case, with the measure's last day; its withdrawal says that it never held.
"""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import model_validator

from ledger.fields import DateText, IdText, PlainLine, ShortLine, Version
from ledger.footprint.lines import Listed
from ledger.footprint.rule import ScopeCode
from ledger.identifiers import OrganisationText
from ledger.kind import Kind
from ledger.statement import Strict
from ledger.vouching import SanctionSummary, topic_of_sanction


class Header(Strict):
    """Against a body or a person, for which products (absent: all), from when and until when if that is known."""

    version: Version
    case: ShortLine
    measure: Literal["suspension", "sanction", "lifted"]
    organisation: OrganisationText | None = None
    person: IdText | None = None
    scope: Listed[ScopeCode] | None = None
    valid_from: DateText
    valid_until: DateText | None = None
    reason: PlainLine

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.organisation is None) == (self.person is None):
            raise ValueError("SANCTION_TARGET")
        if self.measure == "lifted" and self.valid_until is None:
            raise ValueError("SANCTION_END")
        return self

    @property
    def target(self) -> str:
        """The organisation or person."""
        return self.organisation or self.person or ""


class Sanction(Strict):
    """Content of a sanction."""

    header: Header


_MEASURES_ZH: Final = {"suspension": "暂停", "sanction": "处分", "lifted": "解除对下列机构或人员的措施："}

KIND: Final = Kind(
    name="sanction",
    content=Sanction,
    subject=lambda content: content.header.case,
    headline=lambda content: (
        f"{_MEASURES_ZH[content.header.measure]} {content.header.target}"
        f"（{content.header.case}）：{content.header.reason[:80]}；"
        f"{content.header.valid_from} 至 {content.header.valid_until or '另行通知'}"
    ),
    role=lambda _: ("supervisor", ""),
    summary=lambda content: SanctionSummary(
        content.header.target,
        content.header.scope or (),
        content.header.valid_from,
        content.header.valid_until,
        content.header.measure == "lifted",
    ),
    topics=lambda content: [topic_of_sanction(content.header.target)],
)
