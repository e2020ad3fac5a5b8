"""Kind `withdrawal`: the issuer withdraws a statement of its own; nothing is deleted, nothing rests on it any more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from ledger.fields import PlainLine, Version
from ledger.findings import Finding, fail
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference, Surroundings
from ledger.kinds import all_kinds
from ledger.statement import Strict
from ledger.words.form import Words


class Header(Strict):
    """What is withdrawn, and why."""

    version: Version
    target: DigestText
    reason: PlainLine


class Withdrawal(Strict):
    """Content of a withdrawal."""

    header: Header


def _target(content: Withdrawal) -> bytes:
    return parse_digest(content.header.target)


@cache
def _withdrawable() -> frozenset[str]:
    """Every kind but this one: what was withdrawn stays withdrawn."""
    return frozenset(kind.name for kind in all_kinds() if kind.ends is not _target)


def _only_ones_own(content: Withdrawal, around: Surroundings) -> Iterator[Finding]:
    target = around.known(_target(content))
    if target is not None and target.organisation != around.organisation:
        yield fail("WITHDRAWAL_OF_ANOTHER", "header", got=around.organisation, expected=target.organisation)


KIND: Final = Kind(
    name="withdrawal",
    content=Withdrawal,
    subject=lambda content: content.header.target,
    headline=lambda content: f"撤回声明 {content.header.target[:18]}…：{content.header.reason}",
    references=lambda content: [Reference(_target(content), _withdrawable(), "header")],
    ends=_target,
    register=_only_ones_own,
    words={
        "WITHDRAWAL_OF_ANOTHER": Words(
            "只能撤回本组织的声明：被撤回的声明属于 {expected}，签署方是 {got}。请由原签署组织撤回",
            "only the issuer may withdraw a statement: it belongs to {expected}, the signer is {got}. "
            "Ask the issuing organisation to withdraw it",
        ),
    },
)
