"""fsck of what statements hold: topics, claims, moves and balances are made again from the contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from ledger.findings import Finding, fail
from ledger.holdings import Account, MemoryShelf, Subject, hold, qualified
from ledger.kind import Kind
from ledger.statement import Statement
from ledger.store.reader import Reader
from ledger.store.rows import topic_key


class HoldingsCheck:
    """What the contents so far imply; those of erased contents are known from the rows alone.

    Memory: 200 bytes for each claim, move and topic.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader: Final = reader
        self._shelf: Final = MemoryShelf()
        self._topics: Final[set[tuple[bytes, int]]] = set()
        self._erased: Final[set[int]] = set()

    def statement(
        self, index: int, statement: Statement, kind: Kind[Any], content: Any, replaced: int | None, ended: int | None
    ) -> None:
        """A statement with its content; `replaced` and `ended` are what it took the place of and what it withdrew."""
        self._topics.update((topic_key(topic), index) for topic in kind.topics(content))
        if ended is not None:
            self._shelf.drop(ended)
        if kind.holds:
            own = (statement.organisation, statement.kind, statement.subject)
            moves = qualified(kind.moves(content), own, self._subject_of)
            hold(tuple(kind.claims(content)), moves, self._shelf, index, replaced)

    def unknown(self, index: int, gone: Iterable[int]) -> None:
        """A statement whose content is gone; `gone` hold nothing since."""
        self._erased.add(index)
        for other in gone:
            self._shelf.drop(other)

    def _subject_of(self, digest: bytes) -> Subject | None:
        known = self._reader.known([digest]).get(digest)
        return None if known is None else (known.organisation, known.kind, known.subject)

    def finish(self) -> Iterator[Finding]:
        """The differences. What an erased statement holds is taken as it stands."""
        kept = {row for row in self._reader.all_topics() if row[1] not in self._erased}
        yield from _differ("FSCK_TOPIC", kept, self._topics)
        claims = {row for row in self._reader.all_claims() if row[3] not in self._erased}
        yield from _differ("FSCK_CLAIM", claims, set(self._shelf.claims()))
        moves = list(self._reader.all_moves())
        yield from _differ("FSCK_MOVE", {row for row in moves if row[0] not in self._erased}, set(self._shelf.moves()))
        summed: dict[Account, Fraction] = {}
        for _, account, amount in moves:
            summed[account] = summed.get(account, Fraction()) + amount
        yield from _balances(self._reader.all_balances(), summed)


def _differ(code: str, kept: set[Any], derived: set[Any]) -> Iterator[Finding]:
    for row in sorted(kept ^ derived):
        shown = " ".join(part.hex() if isinstance(part, bytes) else str(part) for part in row)
        got, expected = (shown, "-") if row in kept else ("-", shown)
        yield fail(code, got=got, expected=expected)


def _balances(kept: Iterable[tuple[Account, Fraction]], summed: Mapping[Account, Fraction]) -> Iterator[Finding]:
    found = dict(kept)
    for account in sorted(found.keys() | summed.keys()):
        got, expected = found.get(account, Fraction()), summed.get(account, Fraction())
        if got != expected:
            yield fail("FSCK_BALANCE", account=account.name, got=str(got), expected=str(expected),
                       unit=account.measure)  # fmt: skip
