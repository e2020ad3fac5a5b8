"""Reading the store: every method sees the one state that its transaction began with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, func, select

from ledger.entry import Entry
from ledger.errors import EvidenceError
from ledger.events import NO_EVENTS_HASH
from ledger.holdings import Account
from ledger.kind import Known
from ledger.store.crypto import MasterKey, Sealed
from ledger.store.rows import Cursor, SealedCheckpoint, Stored
from ledger.store.tables import (
    BALANCES,
    BLOCK_TIMES,
    CHECKPOINTS,
    CLAIMS,
    CONTENTS,
    CURSORS,
    ENDINGS,
    EVENTS,
    HEADS,
    META,
    MOVES,
    STATEMENTS,
    SUCCESSIONS,
    TILES,
    TOPICS,
)

PAGE: Final = 1024
"""Rows held at a time when a range is read."""
CHAIN_HEAD: Final = "chain head"
_MOST_ASKED: Final = 5_000  # bound parameters in one query

S = STATEMENTS.c


class Reader:
    """The store as one transaction sees it."""

    def __init__(self, connection: Connection, master: MasterKey) -> None:
        self._connection: Final = connection
        self._master: Final = master

    # -- the log ------------------------------------------------------------------------------------------------------

    def size(self) -> int:
        """Number of entries."""
        last: int | None = self._connection.scalar(select(func.max(S.index)))
        return 0 if last is None else last + 1

    def statement(self, index: int) -> Stored | None:
        """The statement at `index`, or None."""
        return self._one(select(STATEMENTS).where(S.index == index))

    def statement_by_digest(self, digest: bytes) -> Stored | None:
        """The statement with this digest, or None."""
        return self._one(select(STATEMENTS).where(S.digest == digest))

    def statements(self, start: int = 0, stop: int | None = None) -> Iterator[Stored]:
        """The statements from `start` up to, not including, `stop` that there are, in order."""
        query = select(STATEMENTS).where(S.index >= start).order_by(S.index)
        return map(_stored, self._stream(query if stop is None else query.where(S.index < stop)))

    def tile(self, level: int, index: int) -> bytes:
        """The bytes of a tile (a `TileFetcher`). Raises `EvidenceError` TILE_MISSING."""
        query = select(TILES.c.data).where(TILES.c.level == level, TILES.c.index == index)
        data: bytes | None = self._connection.scalar(query)
        if data is None:
            raise EvidenceError("TILE_MISSING", level=level, index=index)
        return data

    def tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """Every tile with its level and index, in order."""
        for row in self._stream(select(TILES).order_by(TILES.c.level, TILES.c.index)):
            yield row["level"], row["index"], row["data"]

    # -- contents -----------------------------------------------------------------------------------------------------

    def text(self, index: int) -> bytes | None:
        """The content's text at `index`; None when erased. Raises `EvidenceError` CONTENT_UNREADABLE."""
        for _, text in self.texts(index, index + 1):
            return text
        raise EvidenceError("CONTENT_UNREADABLE", digest=str(index))

    def texts(self, start: int, stop: int) -> Iterator[tuple[int, bytes | None]]:
        """Index and text (None when erased) for each statement in the range.

        Raises `EvidenceError` CONTENT_UNREADABLE for a content that was altered.
        """
        for index, digest, sealed in self.sealed(start, stop):
            yield index, self._master.open(digest, sealed)

    def sealed(self, start: int, stop: int) -> Iterator[tuple[int, bytes, Sealed]]:
        """Index, digest and encrypted content for each content row in the range."""
        query = (
            select(CONTENTS, S.digest)
            .join(STATEMENTS, S.index == CONTENTS.c.index)
            .where(CONTENTS.c.index >= start, CONTENTS.c.index < stop)
            .order_by(CONTENTS.c.index)
        )
        for row in self._stream(query):
            yield row["index"], row["digest"], Sealed(row["nonce"], row["ciphertext"], row["key"])

    def unseal(self, digest: bytes, sealed: Sealed) -> bytes | None:
        """The text of an encrypted content. Raises `EvidenceError` CONTENT_UNREADABLE."""
        return self._master.open(digest, sealed)

    # -- what statements know of one another --------------------------------------------------------------------------

    def known(self, digests: Iterable[bytes]) -> dict[bytes, Known]:
        """What is known, without summaries, of those statements among `digests` that are registered."""
        found = {}
        for some in _portions(digests):
            for row in self._connection.execute(_known().where(S.digest.in_(some))).mappings():
                found[row["digest"]] = _as_known(row)
        return found

    def sisters(self, series: bytes, before: int) -> list[Known]:
        """The statements under a `series_key` with an index below `before`, without summaries."""
        query = _known().where(S.series == series, S.index < before).order_by(S.index)
        return [_as_known(row) for row in self._connection.execute(query).mappings()]

    def on(self, topic: bytes, before: int) -> list[Known]:
        """The statements under a `topic_key` with an index below `before`, without summaries."""
        here = TOPICS.c.key == topic
        query = _known().join(TOPICS, TOPICS.c.index == S.index).where(here, TOPICS.c.index < before).order_by(S.index)
        return [_as_known(row) for row in self._connection.execute(query).mappings()]

    def heads(self, keys: Iterable[bytes]) -> dict[bytes, tuple[int, bytes]]:
        """Index and digest of the head for those of the `head_key`s that have one."""
        found = {}
        for some in _portions(keys):
            query = (
                select(HEADS.c.key, S.index, S.digest)
                .join(STATEMENTS, S.index == HEADS.c.index)
                .where(HEADS.c.key.in_(some))
            )
            found.update({key: (index, digest) for key, index, digest in self._connection.execute(query)})
        return found

    def links(self, table: str) -> Iterator[tuple[int, int]]:
        """(index, by) of every row of `successions` or `endings`."""
        rows = {"successions": SUCCESSIONS, "endings": ENDINGS}[table]
        return ((row["index"], row["by"]) for row in self._stream(select(rows).order_by(rows.c.index)))

    def all_heads(self) -> dict[bytes, int]:
        """Every head's key and index."""
        return {row["key"]: row["index"] for row in self._stream(select(HEADS))}

    def all_topics(self) -> Iterator[tuple[bytes, int]]:
        """Key and index of every topic's statements."""
        return ((row["key"], row["index"]) for row in self._stream(select(TOPICS)))

    def all_claims(self) -> Iterator[tuple[str, int, int, int]]:
        """Space, first, last and index of every live claim."""
        return ((row["space"], row["first"], row["last"], row["index"]) for row in self._stream(select(CLAIMS)))

    def all_moves(self) -> Iterator[tuple[int, Account, Fraction]]:
        """Index, account and amount of every live move."""
        for row in self._stream(select(MOVES)):
            yield row["index"], Account(row["account"], row["measure"]), Fraction(row["amount"])

    def all_balances(self) -> Iterator[tuple[Account, Fraction]]:
        """Every account with its kept sum."""
        for row in self._stream(select(BALANCES)):
            yield Account(row["account"], row["measure"]), Fraction(row["amount"])

    # -- the chain ----------------------------------------------------------------------------------------------------

    def checkpoints(self, *, anchored: bool | None = None) -> list[SealedCheckpoint]:
        """Checkpoints in order of size; only those on the chain, or only those not yet, when asked."""
        query = select(CHECKPOINTS).order_by(CHECKPOINTS.c.size)
        if anchored is not None:
            block = CHECKPOINTS.c.block
            query = query.where(block.is_not(None) if anchored else block.is_(None))
        return [SealedCheckpoint(**row) for row in self._connection.execute(query).mappings()]

    def cursor(self, contract: str) -> Cursor:
        """How far the events of `registry` or `log` were read; block -1 before the first time."""
        query = select(CURSORS.c.count, CURSORS.c.head, CURSORS.c.block).where(CURSORS.c.contract == contract)
        row = self._connection.execute(query).first()
        return Cursor(row[0], row[1], row[2]) if row else Cursor(0, NO_EVENTS_HASH, -1)

    def event_lines(self, contract: str, start: int = 0) -> Iterator[bytes]:
        """The events of `registry` or `log` from number `start` on, as lines of a chain file."""
        columns = EVENTS.c
        query = select(EVENTS).where(columns.contract == contract, columns.sequence >= start).order_by(columns.sequence)
        return (row["line"] for row in self._stream(query))

    def block_times(self) -> dict[int, int]:
        """Unix seconds of the blocks that hold anchors, by number, as far as they were noted."""
        rows = self._connection.execute(select(BLOCK_TIMES.c.block, BLOCK_TIMES.c.time))
        return {row.block: row.time for row in rows}

    def chain_head(self) -> int | None:
        """The newest block that the follower saw at its last look, which may be below the mirror's; None before it."""
        found = self.meta(CHAIN_HEAD)
        return None if found is None else int(found)

    def last_block(self) -> int:
        """Block of the last entry; 0 in an empty log."""
        return self._connection.scalar(select(S.block).order_by(S.index.desc()).limit(1)) or 0

    def meta(self, key: str) -> str | None:
        """A value that says what the store is."""
        value: str | None = self._connection.scalar(select(META.c.value).where(META.c.key == key))
        return value

    def _one(self, query: Select[Any]) -> Stored | None:
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _stored(row)

    def _stream(self, query: Select[Any]) -> Iterator[RowMapping]:
        result = self._connection.execute(query, execution_options={"yield_per": PAGE})
        try:
            yield from result.mappings()
        finally:
            result.close()


def _portions(values: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    listed = list(dict.fromkeys(values))
    return (listed[start : start + _MOST_ASKED] for start in range(0, len(listed), _MOST_ASKED))


def _stored(row: RowMapping) -> Stored:
    entry = Entry(row["digest"], row["signature"], row["block"])
    return Stored(row["index"], entry, row["kind"], row["organisation"], row["subject"], row["root"], row["statement"],
                  row["series"])  # fmt: skip


def _known() -> Select[Any]:
    return (
        select(S.digest, S.index, S.kind, S.organisation, S.subject, SUCCESSIONS.c.by.label("superseded"),
               ENDINGS.c.by.label("ended"))
        .outerjoin(SUCCESSIONS, SUCCESSIONS.c.index == S.index)
        .outerjoin(ENDINGS, ENDINGS.c.index == S.index)
    )  # fmt: skip


def _as_known(row: RowMapping) -> Known:
    return Known(**row)
