"""Writing the store: one writer at a time, one transaction for all that belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, insert, update

from ledger.errors import EvidenceError
from ledger.events import ContractName, EventReader, RawLog, load_abi, verify_event_chain, write_logs
from ledger.holdings import Shelf
from ledger.merkle import leaf_hash
from ledger.store.crypto import ERASED
from ledger.store.reader import CHAIN_HEAD, Reader
from ledger.store.rows import NewStatement, head_key
from ledger.store.shelf import StoreShelf
from ledger.store.tables import (
    BLOCK_TIMES,
    CONTENTS,
    CURSORS,
    ENDINGS,
    EVENTS,
    HEADS,
    META,
    STATEMENTS,
    SUCCESSIONS,
    TILES,
    TOPICS,
)
from ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, tiles_after


class Writer(Reader):
    """The store in the hands of its only writer."""

    @property
    def shelf(self) -> Shelf:
        """What statements hold at present. What is put there is durable with the rest of the transaction."""
        return StoreShelf(self._connection)

    def append(self, new: Sequence[NewStatement]) -> None:
        """Adds statements that the policy admitted, with contents, tiles, heads, successions and endings.

        Their indices must continue the log. Raises `EvidenceError` STORE_INDEX, or STORE_CONTRADICTION when a digest is
        there already or a statement would be replaced or withdrawn twice.
        """
        size = self.size()
        for place, item in enumerate(new, start=size):
            if item.stored.index != place:
                raise EvidenceError("STORE_INDEX", got=item.stored.index, expected=place)
        self._insert(STATEMENTS, map(_statement_row, new))
        self._insert(CONTENTS, map(self._content_row, new))
        self._write_tiles(size, new)
        self._write_heads(new)
        self._insert(SUCCESSIONS, [_link(i.replaces, i) for i in new if i.replaces is not None])
        self._insert(ENDINGS, [_link(i.ends, i) for i in new if i.ends is not None])
        self._insert(TOPICS, [{"key": key, "index": i.stored.index} for i in new for key in i.topics])

    def _content_row(self, item: NewStatement) -> dict[str, Any]:
        digest = item.stored.entry.digest
        sealed = ERASED if item.text is None else self._master.seal(digest, item.text)
        return {"index": item.stored.index, **sealed._asdict()}

    def _write_tiles(self, size: int, new: Sequence[NewStatement]) -> None:
        changed = tiles_after(size, [leaf_hash(i.stored.entry.to_bytes()) for i in new], self.tile)
        grown = [tile for tile in changed if _was_partial(tile, size)]
        fresh = [tile for tile in changed if not _was_partial(tile, size)]
        self._insert(TILES, [{"level": t.level, "index": t.index, "data": t.data} for t in fresh])
        if grown:
            here = and_(TILES.c.level == bindparam("at_level"), TILES.c.index == bindparam("at_index"))
            rows = [{"at_level": t.level, "at_index": t.index, "data": t.data} for t in grown]
            self._connection.execute(update(TILES).where(here), rows)

    def _write_heads(self, new: Sequence[NewStatement]) -> None:
        first: dict[bytes, bool] = {}
        last: dict[bytes, int] = {}
        for item in new:
            stored = item.stored
            key = head_key(stored.organisation, stored.kind, stored.subject)
            first.setdefault(key, item.replaces is None)
            last[key] = stored.index
        self._insert(HEADS, [{"key": key, "index": last[key]} for key, is_new in first.items() if is_new])
        moved = [{"at": key, "index": last[key]} for key, is_new in first.items() if not is_new]
        if moved:
            self._connection.execute(update(HEADS).where(HEADS.c.key == bindparam("at")), moved)

    def erase(self, index: int) -> bool:
        """Deletes the key of a content for ever; False when it was erased before. Every proof still holds.

        Call it through `Store.erase`, which clears the traces in SQLite's files too.
        """
        erasing = update(CONTENTS).where(CONTENTS.c.index == index, CONTENTS.c.key.is_not(None)).values(key=None)
        return self._connection.execute(erasing).rowcount == 1

    # -- the chain ----------------------------------------------------------------------------------------------------

    def mirror(self, contract: ContractName, logs: Iterable[RawLog], block: int) -> None:
        """Adds a contract's next events, which must be all up to the chain's block `block`.

        Raises `EvidenceError` MIRROR_WENT_BACK when `block` is below the one before, and what `verify_event_chain`
        raises when the events do not continue those that are there.
        """
        cursor = self.cursor(contract)
        listed = list(logs)
        reader = EventReader(contract)
        events = [reader.read(log) for log in listed]
        count, head = verify_event_chain(events, load_abi(contract), count=cursor.count, head=cursor.head)
        if block < max([cursor.block, *(event.block for event in events)]):
            raise EvidenceError("MIRROR_WENT_BACK", got=block, expected=cursor.block)
        lines = enumerate(write_logs(listed), start=cursor.count)
        self._insert(EVENTS, [{"contract": contract, "sequence": n, "line": line} for n, line in lines])
        self._put(CURSORS, {"contract": contract}, {"count": count, "head": head, "block": block})

    def note_block_times(self, times: Mapping[int, int]) -> None:
        """Notes the Unix seconds of blocks that hold anchors."""
        for block, time in times.items():
            self._put(BLOCK_TIMES, {"block": block}, {"time": time})

    def note_chain_head(self, block: int) -> None:
        """Notes the newest block of the chain as it was just seen."""
        self.set_meta(CHAIN_HEAD, str(block))

    def set_meta(self, key: str, value: str) -> None:
        """Notes what the store is."""
        self._put(META, {"key": key}, {"value": value})

    def _insert(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        if listed := list(rows):
            self._connection.execute(insert(table), listed)

    def _put(self, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
        if not self._updated(table, key, values):
            self._insert(table, [key | values])

    def _updated(self, table: Table, key: dict[str, Any], values: dict[str, Any]) -> bool:
        changing = update(table).where(*(table.c[name] == value for name, value in key.items())).values(**values)
        return self._connection.execute(changing).rowcount == 1


def _statement_row(item: NewStatement) -> dict[str, Any]:
    stored = item.stored
    return {
        "index": stored.index,
        "digest": stored.entry.digest,
        "signature": stored.entry.signature,
        "block": stored.entry.block,
        "kind": stored.kind,
        "organisation": stored.organisation,
        "subject": stored.subject,
        "root": stored.root,
        "series": stored.series,
        "statement": stored.statement,
    }


def _link(index: int | None, by: NewStatement) -> dict[str, Any]:
    return {"index": index, "by": by.stored.index}


def _was_partial(tile: Tile, size: int) -> bool:
    """Whether a row for `tile` stood there when the log had `size` entries."""
    index, width = divmod(size >> TILE_HEIGHT * tile.level, TILE_WIDTH)
    return tile.index == index and width > 0
