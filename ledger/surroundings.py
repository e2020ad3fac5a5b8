"""The log as the statements of one batch meet it, each after those before it; read from the store in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.holdings import hold
from ledger.identifiers import ZERO_DIGEST
from ledger.kind import Known
from ledger.kinds import kind_named
from ledger.policy import Examined, holdings_of
from ledger.store import Writer
from ledger.store.rows import NewStatement, head_key, series_key, topic_key


class BatchView:
    """A `RegistrationView` of the log in `reader`, and of what is added to it here.

    What an added statement holds goes to the store's shelf at once, in the writer's transaction.
    """

    def __init__(self, reader: Writer, batch: Sequence[Examined]) -> None:
        self._reader: Final = reader
        self.shelf: Final = reader.shelf
        self._size: Final = reader.size()
        self.index = self._size
        self.organisation = ""
        self.issued_at = 0
        self._known: Final = reader.known(_digests(batch))
        keys = (head_key(i.statement.organisation, i.statement.kind, i.statement.subject) for i in batch)
        self._heads: Final = {key: digest for key, (_, digest) in reader.heads(keys).items()}
        self._summaries: Final[dict[bytes, Any]] = {}
        self._added: Final[dict[bytes, tuple[Examined, NewStatement]]] = {}

    def turn_to(self, item: Examined) -> None:
        """Sees the log as `item` does, at the next free index."""
        self.organisation = item.statement.organisation
        self.issued_at = item.statement.issued_at

    def add(self, item: Examined, new: NewStatement) -> None:
        """Takes in a statement that was admitted at `index`; those after it see it."""
        statement, index = item.statement, self.index
        self._added[item.digest] = (item, new)
        self._known[item.digest] = Known(item.digest, index, statement.kind, statement.organisation, statement.subject)
        self._heads[head_key(statement.organisation, statement.kind, statement.subject)] = item.digest
        if item.previous != ZERO_DIGEST:
            self._known[item.previous] = replace(self._known[item.previous], superseded=index)
        ends = item.kind.ends(item.content)
        if ends is not None and self._known[ends].ended is None:
            self._known[ends] = replace(self._known[ends], ended=index)
            if kind_named(self._known[ends].kind).holds:
                self.shelf.drop(self._known[ends].index)
        if item.kind.holds:
            claims, moves, replaced = holdings_of(item, self)
            hold(claims, moves, self.shelf, index, replaced)
        self.index += 1

    def entry(self, digest: bytes) -> tuple[int, Entry] | None:
        """Index and entry of a registered statement, or None."""
        known = self._known.get(digest)
        if known is None:
            return None
        if digest in self._added:
            return known.index, self._added[digest][1].stored.entry
        stored = self._reader.statement(known.index)
        return None if stored is None else (known.index, stored.entry)

    def index_of(self, digest: bytes) -> int | None:
        """The index of a registered statement, None for zeros or an unknown one."""
        known = self._known.get(digest)
        return None if known is None else known.index

    def registered(self, digest: bytes) -> Known | None:
        """The registered statement, without its summary. Asks the store for digests that the batch does not name."""
        if digest not in self._known:
            self._known.update(self._reader.known([digest]))
        return self._known.get(digest)

    def known(self, digest: bytes) -> Known | None:
        """The registered statement with its summary, None in that place when its content was erased."""
        found = self.registered(digest)
        return None if found is None else replace(found, summary=self._summary(found))

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        """The digest of a subject's newest statement, among the subjects of the batch."""
        return self._heads.get(head_key(organisation, kind, subject))

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        """The statements of the same issuer, kind and series, oldest first."""
        series = series_key(known.organisation, known.kind, key)
        here = [digest for digest, (_, new) in self._added.items() if new.stored.series == series]
        return self._now(self._reader.sisters(series, self._size), here)

    def on(self, topic: str) -> Iterable[Known]:
        """The statements of any issuer and kind under a topic, oldest first."""
        key = topic_key(topic)
        here = [digest for digest, (_, new) in self._added.items() if key in new.topics]
        return self._now(self._reader.on(key, self._size), here)

    def _now(self, stored: Iterable[Known], here: Iterable[bytes]) -> list[Known]:
        """Statements of the store, with what became of them in this batch, and of the batch, with summaries."""
        found = [*(self._known.get(item.digest, item) for item in stored), *(self._known[digest] for digest in here)]
        return [replace(item, summary=self._summary(item)) for item in found]

    def replacement(self, known: Known) -> Known | None:
        """The newest statement on the subject of `known` so far, or None when that is `known`."""
        newest = self.registered(known.digest)
        while newest is not None and newest.superseded is not None:
            newest = self.registered(self._digest_at(newest.superseded))
        if newest is None or newest.digest == known.digest:
            return None
        return replace(newest, summary=self._summary(newest))

    def _digest_at(self, index: int) -> bytes:
        if index < self._size:
            stored = self._reader.statement(index)
            return ZERO_DIGEST if stored is None else stored.entry.digest
        return next(digest for digest in self._added if self._known[digest].index == index)

    def _summary(self, known: Known) -> Any:
        if known.digest not in self._summaries:
            self._summaries[known.digest] = self._read_summary(known)
        return self._summaries[known.digest]

    def _read_summary(self, known: Known) -> Any:
        kind = kind_named(known.kind)
        if known.digest in self._added:
            return kind.summary(self._added[known.digest][0].content)
        text = self._reader.text(known.index)
        return None if text is None else kind.summary(kind.read(parse_content(text)))


def _digests(batch: Sequence[Examined]) -> Iterable[bytes]:
    for item in batch:
        yield item.digest
        if item.previous != ZERO_DIGEST:
            yield item.previous
        yield from (reference.digest for reference in item.references)
