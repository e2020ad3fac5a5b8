"""The tables. Rows of statements, contents, tiles, endings and successions are only ever added, never changed.

The one exception is `contents.key`: the owner's right to erasure is the deletion of that wrapped key. Heads, claims,
moves and balances are the present state, and follow from the rest.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Integer, MetaData, Table, Text
from sqlmodel import Field, SQLModel

# SQLite keeps a row under its INTEGER PRIMARY KEY without a second index
_NUMBER: Final[Any] = BigInteger().with_variant(Integer(), "sqlite")


class Row(SQLModel):
    """Base of the tables, apart from what other libraries may declare."""

    metadata = MetaData()


def _number(**options: Any) -> Any:
    if options.get("primary_key"):
        options["sa_column_kwargs"] = {"autoincrement": False}
    return Field(sa_type=_NUMBER, **options)


class StatementRow(Row, table=True):
    """A registered statement: `index` is its place in the log, contiguous from 0."""

    __tablename__ = "statements"
    __table_args__ = (CheckConstraint('"index" >= 0', name="index_from_zero"),)
    index: int = _number(primary_key=True)
    digest: bytes = Field(unique=True)
    signature: bytes
    block: int = _number()
    kind: str = Field(sa_type=Text)
    organisation: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    root: bytes
    """The content root."""
    series: bytes | None = Field(default=None, index=True)
    """SHA-256 of issuer, kind and series key, for statements that have sisters."""
    statement: bytes
    """The canonical text as it was digested."""


class ContentRow(Row, table=True):
    """A content's text, encrypted under a key of its own; `key` is that key, wrapped, or None once erased."""

    __tablename__ = "contents"
    index: int = _number(primary_key=True, foreign_key="statements.index")
    nonce: bytes
    ciphertext: bytes
    key: bytes | None = None


class TileRow(Row, table=True):
    """A C2SP tile, full or partial."""

    __tablename__ = "tiles"
    level: int = _number(primary_key=True)
    index: int = _number(primary_key=True)
    data: bytes


class HeadRow(Row, table=True):
    """The newest statement on a subject; `key` is SHA-256 of organisation, kind and subject."""

    __tablename__ = "heads"
    key: bytes = Field(primary_key=True)
    index: int = _number(foreign_key="statements.index", unique=True)


class SuccessionRow(Row, table=True):
    """`index` was replaced by `by`; the primary key keeps a log without forks even from our own mistakes."""

    __tablename__ = "successions"
    index: int = _number(primary_key=True, foreign_key="statements.index")
    by: int = _number(foreign_key="statements.index", unique=True)


class EndingRow(Row, table=True):
    """`index` was withdrawn by `by`."""

    __tablename__ = "endings"
    index: int = _number(primary_key=True, foreign_key="statements.index")
    by: int = _number(foreign_key="statements.index", unique=True)


class TopicRow(Row, table=True):
    """A statement stands under a topic; `key` is a digest, because a topic may be made from what is kept secret."""

    __tablename__ = "topics"
    key: bytes = Field(primary_key=True)
    index: int = _number(primary_key=True, foreign_key="statements.index")


class ClaimRow(Row, table=True):
    """A live claim. Claims of one space never overlap, so the highest that starts below a number decides.

    Claims and moves stay legible when a content is erased: what was used once stays used.
    """

    __tablename__ = "claims"
    space: str = Field(sa_type=Text, primary_key=True)
    first: int = _number(primary_key=True)
    last: int = _number()
    index: int = _number(index=True)
    """The statement's index; no foreign key, for the row is written before the statement's, in one transaction."""


class MoveRow(Row, table=True):
    """A live move, netted by account; `amount` is an exact fraction in the first unit of its measure."""

    __tablename__ = "moves"
    index: int = _number(primary_key=True)
    account: str = Field(sa_type=Text, primary_key=True)
    measure: str = Field(sa_type=Text, primary_key=True)
    amount: str = Field(sa_type=Text)


class BalanceRow(Row, table=True):
    """The sum of an account's live moves, kept so that nobody adds them up again."""

    __tablename__ = "balances"
    account: str = Field(sa_type=Text, primary_key=True)
    measure: str = Field(sa_type=Text, primary_key=True)
    amount: str = Field(sa_type=Text)


class CheckpointRow(Row, table=True):
    """A sealed checkpoint; `block` and `transaction` once the chain holds it, `note` once it is signed."""

    __tablename__ = "checkpoints"
    size: int = _number(primary_key=True)
    root: bytes
    note: bytes | None = None
    block: int | None = _number(default=None)
    transaction: bytes | None = None


class TransactionRow(Row, table=True):
    """A transaction whose signed bytes are durable before their first send."""

    __tablename__ = "transactions"
    account: bytes = Field(primary_key=True)
    nonce: int = _number(primary_key=True)
    size: int = _number(foreign_key="checkpoints.size", index=True)
    raw: bytes
    hash: bytes = Field(unique=True)
    state: str = Field(sa_type=Text)


class EventRow(Row, table=True):
    """A numbered event of a contract as its line in a chain file."""

    __tablename__ = "events"
    contract: str = Field(sa_type=Text, primary_key=True)
    sequence: int = _number(primary_key=True)
    line: bytes


class CursorRow(Row, table=True):
    """How far a contract's events were read: their number, rolling hash, and the last block seen."""

    __tablename__ = "cursors"
    contract: str = Field(sa_type=Text, primary_key=True)
    count: int = _number()
    head: bytes
    block: int = _number()


class BlockTimeRow(Row, table=True):
    """The time of a block that holds an anchor: Unix seconds, as the node told it."""

    __tablename__ = "block_times"
    block: int = _number(primary_key=True)
    time: int = _number()


class MetaRow(Row, table=True):
    """What the store is: the ledger it belongs to, and a check value of its master key."""

    __tablename__ = "meta"
    key: str = Field(sa_type=Text, primary_key=True)
    value: str = Field(sa_type=Text)


def _table(model: type[Row]) -> Table:
    return Row.metadata.tables[str(model.__tablename__)]


STATEMENTS: Final = _table(StatementRow)
CONTENTS: Final = _table(ContentRow)
TILES: Final = _table(TileRow)
HEADS: Final = _table(HeadRow)
SUCCESSIONS: Final = _table(SuccessionRow)
ENDINGS: Final = _table(EndingRow)
TOPICS: Final = _table(TopicRow)
CLAIMS: Final = _table(ClaimRow)
MOVES: Final = _table(MoveRow)
BALANCES: Final = _table(BalanceRow)
CHECKPOINTS: Final = _table(CheckpointRow)
TRANSACTIONS: Final = _table(TransactionRow)
EVENTS: Final = _table(EventRow)
CURSORS: Final = _table(CursorRow)
BLOCK_TIMES: Final = _table(BlockTimeRow)
META: Final = _table(MetaRow)
