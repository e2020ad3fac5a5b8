"""What the anchorer knows, one durable step at a time: checkpoints, their transactions, sightings and incidents.

Every method that writes is one transaction under the writer's lock and checks the state that it leaves: two anchorers,
or one that died between two steps, can never give one size two transactions that may both be mined.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, select, update

from ledger.entry import Entry
from ledger.errors import EvidenceError, IncompleteError
from ledger.events import ContractName
from ledger.merkle import Frontier
from ledger.store.engine import new_engine, reading, writing
from ledger.store.incidents import INCIDENTS, REPLACED, SIGHTINGS
from ledger.store.migrate import migrate
from ledger.store.rows import SignedTransaction
from ledger.store.tables import BLOCK_TIMES, CHECKPOINTS, CURSORS, EVENTS, STATEMENTS, TILES, TRANSACTIONS
from ledger.tiles import TileReader

State = Literal["sealed", "signed", "sent", "mined", "confirmed", "failed"]
DEAD: Final = "dead"
"""State of a transaction that was mined in vain, or never can be: its nonce is used up."""
_PAGE_ROWS: Final = 4096


@dataclass(frozen=True, slots=True)
class Anchoring:
    """A checkpoint on its way: `raw` are the signed bytes under `nonce` of `account`, None before they are stored.

    `signed_at` is the newest block when these bytes were stored. `block` and `transaction` say where the chain holds
    the checkpoint: believed once `state` is confirmed, a claim of the node while it is mined.
    """

    size: int
    root: bytes
    state: State
    note: bytes | None = None
    nonce: int | None = None
    raw: bytes | None = None
    hash: bytes | None = None
    signed_at: int | None = None
    price: int = 0
    block: int | None = None
    block_hash: bytes | None = None
    transaction: bytes | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that must not happen. While a blocking one is open, nothing is anchored."""

    id: int
    code: str
    size: int | None
    detail: Mapping[str, Any]
    blocking: bool
    opened: int
    closed: int | None


class AnchorStore:
    """The anchorer's part of the database behind `engine`."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine

    # -- the log ------------------------------------------------------------------------------------------------------

    def tree_size(self) -> int:
        """Number of entries."""
        with reading(self.engine) as connection:
            return _tree_size(connection)

    def hashes(self, size: int) -> TileReader:
        """The stored nodes of the tree of `size` entries, for proofs."""
        return TileReader(size, self._fetch_tile)

    def stored_root(self, size: int) -> bytes:
        """The root over the stored nodes: what the sequencer computed, not yet checked against the rows."""
        return Frontier.read(size, self.hashes(size)).root()

    def read_back(self, start: int, stop: int) -> Iterator[Entry]:
        """Entries `start` up to `stop` from the rows, over a connection of its own that no cache has touched.

        Raises `EvidenceError` ANCHOR_ROW_MISSING at the first gap.
        """
        fresh = new_engine(self.engine.url.render_as_string(hide_password=False))
        try:
            index = start
            while index < stop:
                with reading(fresh) as connection:
                    rows = _entries(connection, index, min(index + _PAGE_ROWS, stop))
                for place, digest, signature, block in rows:
                    if place != index:
                        raise EvidenceError("ANCHOR_ROW_MISSING", index=index, size=stop)
                    yield Entry(bytes(digest), bytes(signature), block)
                    index += 1
                if not rows:
                    raise EvidenceError("ANCHOR_ROW_MISSING", index=index, size=stop)
        finally:
            fresh.dispose()

    def last_block(self, size: int) -> int:
        """Block of the last of the first `size` entries."""
        with reading(self.engine) as connection:
            return int(connection.scalar(select(STATEMENTS.c.block).where(STATEMENTS.c.index == size - 1)) or 0)

    def _fetch_tile(self, level: int, index: int) -> bytes:
        place = and_(TILES.c.level == level, TILES.c.index == index)
        with reading(self.engine) as connection:
            return bytes(connection.scalar(select(TILES.c.data).where(place)) or b"")

    # -- reading ------------------------------------------------------------------------------------------------------

    def anchorings(self, *, after: int = 0) -> list[Anchoring]:
        """Checkpoints larger than `after`, smallest first."""
        with reading(self.engine) as connection:
            return [_anchoring(row) for row in connection.execute(_joined().where(CHECKPOINTS.c.size > after))]

    def unfinished(self) -> list[Anchoring]:
        """Checkpoints that are not confirmed, smallest first."""
        with reading(self.engine) as connection:
            return [_anchoring(row) for row in connection.execute(_joined().where(CHECKPOINTS.c.block.is_(None)))]

    def sealed_size(self) -> int:
        """Size of the largest checkpoint, 0 before the first."""
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(CHECKPOINTS.c.size))) or 0

    def anchoring(self, size: int) -> Anchoring | None:
        """The checkpoint of `size`."""
        with reading(self.engine) as connection:
            row = connection.execute(_joined().where(CHECKPOINTS.c.size == size)).one_or_none()
            return _anchoring(row) if row else None

    def newest_confirmed(self) -> Anchoring | None:
        """The largest checkpoint that the chain holds."""
        query = _joined().where(CHECKPOINTS.c.block.is_not(None)).order_by(None)
        with reading(self.engine) as connection:
            row = connection.execute(query.order_by(CHECKPOINTS.c.size.desc()).limit(1)).one_or_none()
            return _anchoring(row) if row else None

    def variants(self, anchoring: Anchoring) -> list[tuple[bytes, bytes]]:
        """(hash, raw) of all transactions under the checkpoint's nonce, the newest first: any of them may be mined."""
        if anchoring.hash is None or anchoring.raw is None:
            return []
        mine = select(TRANSACTIONS.c.account).where(TRANSACTIONS.c.hash == anchoring.hash).scalar_subquery()
        query = select(REPLACED.c.hash, REPLACED.c.raw).where(
            REPLACED.c.nonce == anchoring.nonce, REPLACED.c.account == mine
        )
        with reading(self.engine) as connection:
            older = [(bytes(row.hash), bytes(row.raw)) for row in connection.execute(query)]
        return [(anchoring.hash, anchoring.raw), *older]

    def next_nonce(self, account: bytes) -> int | None:
        """One more than the largest nonce ever signed with, or seen used by others and accepted; None for none."""
        with reading(self.engine) as connection:
            used = [
                connection.scalar(select(func.max(table.c.nonce)).where(table.c.account == account))
                for table in (TRANSACTIONS, REPLACED)
            ]
            accepted = [
                json.loads(detail)["chain_nonce"]
                for detail in connection.scalars(
                    select(INCIDENTS.c.detail).where(INCIDENTS.c.code == "NONCE_GAP", INCIDENTS.c.closed.is_not(None))
                )
            ]
        return max([*(nonce + 1 for nonce in used if nonce is not None), *accepted], default=None)

    # -- steps, each one transaction ----------------------------------------------------------------------------------

    def seal(self, size: int, root: bytes) -> None:
        """A new checkpoint over the first `size` entries. Raises `EvidenceError` ANCHOR_NOT_GROWING."""
        with writing(self.engine) as connection:
            last = connection.scalar(select(func.max(CHECKPOINTS.c.size))) or 0
            if not last < size <= _tree_size(connection):
                raise EvidenceError("ANCHOR_NOT_GROWING", size=size, last=last)
            connection.execute(insert(CHECKPOINTS).values(size=size, root=root))

    def unseal(self, size: int) -> None:
        """Takes back a checkpoint for which nothing is signed that could still be mined."""
        with writing(self.engine) as connection:
            self._require(connection, size, "sealed")
            _keep_replaced(connection, TRANSACTIONS.c.size == size)
            connection.execute(delete(TRANSACTIONS).where(TRANSACTIONS.c.size == size))
            connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.size == size))
            connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.size == size))

    def store_signed(self, signed: SignedTransaction, *, head: int, price: int) -> None:
        """The signed bytes, before anybody else has them. `head` is the newest block, `price` in wei."""
        with writing(self.engine) as connection:
            self._require(connection, signed.size, "sealed")
            connection.execute(insert(TRANSACTIONS).values(**signed._asdict(), state="signed"))
            connection.execute(delete(SIGHTINGS).where(SIGHTINGS.c.size == signed.size))
            connection.execute(insert(SIGHTINGS).values(size=signed.size, signed_at=head, price=price))

    def store_variant(self, size: int, tx_hash: bytes, raw: bytes, *, head: int, price: int) -> None:
        """Other bytes under the same nonce, before anybody else has them; the replaced ones are kept."""
        with writing(self.engine) as connection:
            self._require(connection, size, "signed", "sent")
            _keep_replaced(connection, _live(size))
            changed = update(TRANSACTIONS).where(_live(size)).values(hash=tx_hash, raw=raw, state="signed")
            connection.execute(changed)
            seen = update(SIGHTINGS).where(SIGHTINGS.c.size == size)
            connection.execute(seen.values(signed_at=head, price=price))

    def mark_sent(self, size: int) -> None:
        """A node has the bytes, as far as it says."""
        with writing(self.engine) as connection:
            self._require(connection, size, "signed", "sent")
            self._set(connection, size, "sent", None, None)

    def demote(self, size: int) -> None:
        """The block that held the checkpoint vanished: its bytes, where there are any, must be sent again."""
        with writing(self.engine) as connection:
            self._require(connection, size, "mined", "confirmed")
            self._set(connection, size, "sent", None, None)
            vanished = update(CHECKPOINTS).where(CHECKPOINTS.c.size == size)
            connection.execute(vanished.values(block=None, transaction=None))

    def mark_mined(self, size: int, block: int, block_hash: bytes) -> None:
        """The node shows a receipt in this block."""
        with writing(self.engine) as connection:
            self._require(connection, size, "signed", "sent", "mined")
            self._set(connection, size, "mined", block, block_hash)

    def confirm(self, size: int, transaction: bytes, note: bytes) -> None:
        """The receipt was held against the chain."""
        with writing(self.engine) as connection:
            found = self._require(connection, size, "mined")
            self._set(connection, size, "confirmed", found.block, found.block_hash)
            values = {"block": found.block, "transaction": transaction, "note": note}
            connection.execute(update(CHECKPOINTS).where(CHECKPOINTS.c.size == size).values(values))

    def adopt(self, size: int, root: bytes, block: int, transaction: bytes, note: bytes) -> None:
        """A checkpoint on the chain that this store has no memory of; its root was checked against the rows."""
        with writing(self.engine) as connection:
            found = self._find(connection, size)
            values = {"root": root, "block": block, "transaction": transaction, "note": note}
            if found is None:
                connection.execute(insert(CHECKPOINTS).values(size=size, **values))
            else:
                connection.execute(update(CHECKPOINTS).where(CHECKPOINTS.c.size == size).values(**values))
            if found and found.nonce is not None:
                self._set(connection, size, DEAD, None, None)

    def fail(self, size: int) -> None:
        """The contract refused the transaction in a block: its nonce is used up."""
        with writing(self.engine) as connection:
            self._require(connection, size, "signed", "sent", "mined")
            self._set(connection, size, "failed", None, None)

    def bury(self, size: int) -> None:
        """The operator's word that the transaction of `size` can never be mined: the size may be signed anew."""
        with writing(self.engine) as connection:
            self._require(connection, size, "signed", "sent", "mined", "failed")
            self._set(connection, size, DEAD, None, None)

    def _set(self, connection: Connection, size: int, state: str, block: int | None, block_hash: bytes | None) -> None:
        connection.execute(update(TRANSACTIONS).where(_live(size)).values(state=state))
        seen = update(SIGHTINGS).where(SIGHTINGS.c.size == size)
        connection.execute(seen.values(mined_at=block, mined_hash=block_hash))

    def _find(self, connection: Connection, size: int) -> Anchoring | None:
        row = connection.execute(_joined().where(CHECKPOINTS.c.size == size)).one_or_none()
        return _anchoring(row) if row else None

    def _require(self, connection: Connection, size: int, *states: State) -> Anchoring:
        found = self._find(connection, size)
        if found is None or found.state not in states:
            raise IncompleteError("ANCHOR_STATE", size=size, got=found.state if found else "-")
        return found

    # -- the mirror of the chain's events ------------------------------------------------------------------------------

    def drop_events(self, contract: ContractName, count: int, head: bytes, block: int) -> None:
        """Forgets the events from number `count` on, which the chain lost; `head` is the rolling hash before them."""
        with writing(self.engine) as connection:
            connection.execute(delete(EVENTS).where(EVENTS.c.contract == contract, EVENTS.c.sequence >= count))
            connection.execute(delete(BLOCK_TIMES).where(BLOCK_TIMES.c.block > block))
            there = update(CURSORS).where(CURSORS.c.contract == contract)
            connection.execute(there.values(count=count, head=head, block=block))

    # -- incidents ----------------------------------------------------------------------------------------------------

    def incidents(self, *, only_open: bool = True) -> list[Incident]:
        """Incidents, oldest first."""
        query = select(INCIDENTS).order_by(INCIDENTS.c.id)
        with reading(self.engine) as connection:
            rows = connection.execute(query.where(INCIDENTS.c.closed.is_(None)) if only_open else query).all()
        return [Incident(r.id, r.code, r.size, json.loads(r.detail), r.blocking, r.opened, r.closed) for r in rows]

    def open_incident(self, code: str, size: int | None, detail: Mapping[str, object], *, blocking: bool) -> None:
        """Records an incident; one that is open already is not recorded twice."""
        text = json.dumps(detail, sort_keys=True, default=str)
        with writing(self.engine) as connection:
            same = and_(
                INCIDENTS.c.code == code,
                INCIDENTS.c.size.is_(None) if size is None else INCIDENTS.c.size == size,
                INCIDENTS.c.closed.is_(None),
            )
            if connection.scalar(select(func.count()).select_from(INCIDENTS).where(same)):
                return
            values = {"code": code, "size": size, "detail": text, "blocking": blocking, "opened": int(time.time())}
            connection.execute(insert(INCIDENTS).values(**values))

    def close_incident(self, incident: int) -> None:
        """Marks an incident as dealt with."""
        with writing(self.engine) as connection:
            changed = update(INCIDENTS).where(INCIDENTS.c.id == incident, INCIDENTS.c.closed.is_(None))
            connection.execute(changed.values(closed=int(time.time())))


def open_anchor_store(url: str) -> AnchorStore:
    """The anchorer's part of the store at `url`. Raises what `ledger.store.open_store` raises."""
    engine = new_engine(url)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return AnchorStore(engine)


def _tree_size(connection: Connection) -> int:
    last = connection.scalar(select(func.max(STATEMENTS.c.index)))
    return 0 if last is None else int(last) + 1


def _entries(connection: Connection, start: int, stop: int) -> list[tuple[int, bytes, bytes, int]]:
    columns = (STATEMENTS.c.index, STATEMENTS.c.digest, STATEMENTS.c.signature, STATEMENTS.c.block)
    within = STATEMENTS.c.index.between(start, stop - 1)
    return [tuple(row) for row in connection.execute(select(*columns).where(within).order_by(STATEMENTS.c.index))]


def _keep_replaced(connection: Connection, which: Any) -> None:
    columns = ("hash", "account", "nonce", "raw")
    old = select(*(TRANSACTIONS.c[name] for name in columns)).where(which)
    connection.execute(insert(REPLACED).from_select(columns, old))


def _live(size: int) -> Any:
    return and_(TRANSACTIONS.c.size == size, TRANSACTIONS.c.state != DEAD)


def _joined() -> Any:
    alive = and_(TRANSACTIONS.c.size == CHECKPOINTS.c.size, TRANSACTIONS.c.state != DEAD)
    sources = CHECKPOINTS.outerjoin(TRANSACTIONS, alive).outerjoin(SIGHTINGS, SIGHTINGS.c.size == CHECKPOINTS.c.size)
    return (
        select(
            *(CHECKPOINTS.c[name] for name in ("size", "root", "note", "block", "transaction")),
            *(TRANSACTIONS.c[name] for name in ("nonce", "raw", "hash", "state")),
            *(SIGHTINGS.c[name] for name in ("signed_at", "price", "mined_at", "mined_hash")),
        )
        .select_from(sources)
        .order_by(CHECKPOINTS.c.size)
    )


def _anchoring(row: Row[Any]) -> Anchoring:
    confirmed = row.block is not None
    return Anchoring(
        size=row.size,
        root=bytes(row.root),
        state="confirmed" if confirmed else row.state or "sealed",
        note=_bytes(row.note),
        nonce=row.nonce,
        raw=_bytes(row.raw),
        hash=_bytes(row.hash),
        signed_at=row.signed_at,
        price=row.price or 0,
        block=row.block if confirmed else row.mined_at,
        block_hash=_bytes(row.mined_hash),
        transaction=_bytes(row.transaction),
    )


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
