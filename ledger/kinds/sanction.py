"""Kind `sanction`: a supervisor suspends or sanctions a verifying body or a person; its withdrawal lifts it."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import model_validator

from ledger.fields import DateText, IdText, PlainLine, ShortLine
from ledger.footprint.lines import Listed
from ledger.footprint.rule import ScopeCode
from ledger.identifiers import OrganisationText
from ledger.kind import Kind
from ledger.statement import Strict
from ledger.vouching import SanctionSummary, topic_of_sanction


class Header(Strict):
    """Against a body or a person, for which products (absent: all), from when and until when if that is known."""

    version: Literal[1]
    case: ShortLine
    measure: Literal["suspension", "sanction"]
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
        return self

    @property
    def target(self) -> str:
        """The organisation or person."""
        return self.organisation or self.person or ""


class Sanction(Strict):
    """Content of a sanction."""

    header: Header


KIND: Final = Kind(
    name="sanction",
    content=Sanction,
    subject=lambda content: content.header.case,
    headline=lambda content: (
        f"{'暂停' if content.header.measure == 'suspension' else '处分'} {content.header.target}"
        f"（{content.header.case}）：{content.header.reason[:80]}；"
        f"{content.header.valid_from} 至 {content.header.valid_until or '另行通知'}"
    ),
    role=lambda _: ("supervisor", ""),
    summary=lambda content: SanctionSummary(
        content.header.target, content.header.scope or (), content.header.valid_from, content.header.valid_until
    ),
    topics=lambda content: [topic_of_sanction(content.header.target)],
)
