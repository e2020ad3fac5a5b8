"""Numbers that a policy sets and may set anew: each version with the day from which it holds.

What is judged is judged by the version of its own day, so a new number changes no old verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple


class Version(NamedTuple):
    """A number, in force from the day `since` on."""

    since: date
    value: int


LATE_ANCHOR_DAYS: Final = (Version(date(2026, 1, 1), 30),)
"""A statement is anchored late when more days than this lie between `issuedAt` and its anchor's block."""

CERTIFICATE_MONTHS: Final = (Version(date(2025, 3, 17), 24),)
"""The longest life of a certificate (产品碳足迹标识认证通用实施规则（试行）, 2025-03-17)."""


def in_force(versions: Sequence[Version], day: date) -> int | None:
    """The number in force on a day, None before the first version; `versions` are in the order of their days."""
    return next((version.value for version in reversed(versions) if version.since <= day), None)
