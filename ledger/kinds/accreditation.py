"""Kind `accreditation`: an accreditation body lets an organisation verify certain products for some time."""

from __future__ import annotations

from typing import Final

from ledger.fields import DateText, ShortLine, Version
from ledger.footprint.lines import Listed
from ledger.footprint.rule import ScopeCode
from ledger.identifiers import OrganisationText
from ledger.kind import Kind
from ledger.statement import Strict
from ledger.vouching import AccreditationSummary


class Header(Strict):
    """Who may verify what, and when. It ends early by withdrawal, or by a new one on the same number."""

    version: Version
    number: ShortLine
    body: OrganisationText
    scope: Listed[ScopeCode]
    valid_from: DateText
    valid_until: DateText


class Accreditation(Strict):
    """Content of an accreditation."""

    header: Header


KIND: Final = Kind(
    name="accreditation",
    content=Accreditation,
    subject=lambda content: f"{content.header.body}|{content.header.number}",
    headline=lambda content: (
        f"认可 {content.header.number}：{content.header.body} 可核查 {'、'.join(content.header.scope)[:80]}；"
        f"{content.header.valid_from} 至 {content.header.valid_until}"
    ),
    role=lambda _: ("accreditor", "accreditation"),
    summary=lambda content: AccreditationSummary(
        content.header.body, content.header.scope, content.header.valid_from, content.header.valid_until
    ),
    topics=lambda content: [f"accreditation|{content.header.body}"],
)
