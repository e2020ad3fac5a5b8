"""What findings come to, in one word and one exit code."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from ledger.exits import Exit
from ledger.findings import Finding, Outcome


class Status(StrEnum):
    """The verdict in one word."""

    VERIFIED = "verified"
    FAILED = "failed"
    INCOMPLETE = "incomplete"

    @property
    def exit(self) -> Exit:
        """The command line's exit code."""
        return {"verified": Exit.VERIFIED, "failed": Exit.FAILED, "incomplete": Exit.INCOMPLETE}[self.value]

    def words(self, language: str) -> str:
        """The verdict as a person reads it."""
        zh, en = _WORDS[self.value]
        return zh if language == "zh" else en


_WORDS: Final = {
    "verified": ("✓ 通过", "✓ VERIFIED"),
    "failed": ("✗ 不通过", "✗ FAILED"),
    "incomplete": ("? 不完整：有应做而未能做的核查", "? INCOMPLETE: some checks could not be made"),
}


def status_of(findings: Iterable[Finding]) -> Status:
    """FAILED with any failed check; else INCOMPLETE when one that the verdict needs was not made; else VERIFIED."""
    status = Status.VERIFIED
    for finding in findings:
        if finding.outcome is Outcome.FAIL:
            return Status.FAILED
        if finding.outcome is Outcome.NOT_CHECKED and finding.blocking:
            status = Status.INCOMPLETE
    return status


def worst(statuses: Iterable[Status]) -> Status:
    """Of several verdicts the one that speaks for all: FAILED before INCOMPLETE before VERIFIED, as of nothing."""
    found = set(statuses)
    return next((one for one in (Status.FAILED, Status.INCOMPLETE) if one in found), Status.VERIFIED)
