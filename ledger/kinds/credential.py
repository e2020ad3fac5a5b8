"""Kind `credential`: a person, known by a register number alone, may verify for a body for some time."""

from __future__ import annotations

from typing import Final

from ledger.fields import DateText, IdText, Version
from ledger.identifiers import OrganisationText
from ledger.kind import Kind
from ledger.statement import Strict
from ledger.vouching import CredentialSummary


class Header(Strict):
    """Which person for which body, and when. No name: what everybody may read for ever holds no personal data."""

    version: Version
    person: IdText
    body: OrganisationText
    valid_from: DateText
    valid_until: DateText


class Credential(Strict):
    """Content of a credential."""

    header: Header


KIND: Final = Kind(
    name="credential",
    content=Credential,
    subject=lambda content: f"{content.header.person}|{content.header.body}",
    headline=lambda content: (
        f"核查员资格 {content.header.person}：为 {content.header.body} 核查；"
        f"{content.header.valid_from} 至 {content.header.valid_until}"
    ),
    role=lambda _: ("accreditor", "credential"),
    summary=lambda content: CredentialSummary(
        content.header.person, content.header.body, content.header.valid_from, content.header.valid_until
    ),
    topics=lambda content: [f"credential|{content.header.person}"],
)
