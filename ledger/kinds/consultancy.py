"""Kind `consultancy`: somebody advised a firm on its footprints, said by either; it must not verify them then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.fields import DateText, Version
from ledger.findings import Finding, fail
from ledger.identifiers import OrganisationText
from ledger.kind import Kind, Surroundings
from ledger.statement import Strict
from ledger.vouching import ConsultancySummary, topic_of_client
from ledger.words.form import Words


class Header(Strict):
    """Who advised whom, and when; without an end, it goes on."""

    version: Version
    client: OrganisationText
    consultant: OrganisationText
    valid_from: DateText
    valid_until: DateText | None = None


class Consultancy(Strict):
    """Content of a consultancy."""

    header: Header


def _by_either(content: Consultancy, around: Surroundings) -> Iterator[Finding]:
    head = content.header
    if around.organisation not in (head.client, head.consultant):
        yield fail("CONSULTANCY_OF_OTHERS", "header", got=around.organisation,
                   expected=f"{head.client}, {head.consultant}")  # fmt: skip


KIND: Final = Kind(
    name="consultancy",
    content=Consultancy,
    subject=lambda content: f"{content.header.client}|{content.header.consultant}|{content.header.valid_from}",
    headline=lambda content: (
        f"咨询关系：{content.header.consultant} 为 {content.header.client} 提供碳足迹咨询；"
        f"{content.header.valid_from} 至 {content.header.valid_until or '今'}"
    ),
    summary=lambda content: ConsultancySummary(
        content.header.client, content.header.consultant, content.header.valid_from, content.header.valid_until
    ),
    topics=lambda content: [topic_of_client(content.header.client)],
    register=_by_either,
    words={
        "CONSULTANCY_OF_OTHERS": Words(
            "咨询关系只能由双方之一（{expected}）声明，签署方是 {got}",
            "a consultancy is stated by one of its two sides ({expected}), the signer is {got}",
        ),
    },
)
