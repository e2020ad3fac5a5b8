"""What a draft may look up: registered factors and declarations, from the ledger's store or an audit folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.statement import Statement


@dataclass(frozen=True, slots=True)
class Found:
    """One registered statement with its content; `current` when nothing replaced or withdrew it."""

    digest: bytes
    index: int
    statement: Statement
    content: Any
    current: bool


class Book(Protocol):
    """The ledger as someone who drafts a declaration sees it. Withheld contents are not found."""

    def by_digest(self, digest: bytes) -> Found | None:
        """The statement with this digest."""

    def factors(self, series: str) -> Iterable[Found]:
        """Current factors of a series."""

    def declarations(self, organisation: str, product_id: str) -> Iterable[Found]:
        """Current declarations of an organisation's product."""

    def rules(self, number: str) -> Iterable[Found]:
        """Current rules with this number, of every publisher."""

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        """The statement that a new one on a subject must name as its `previous`."""
