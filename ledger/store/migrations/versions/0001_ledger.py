"""The ledger's first tables.

A migration says what it did on its day: it never reads `ledger.store.tables`, which is of another day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str, *extra: sa.ForeignKey, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, NUMBER, *extra, nullable=nullable, autoincrement=False)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _of_statement() -> sa.ForeignKey:
    return sa.ForeignKey("statements.index")


def _key(*names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names)


def upgrade() -> None:
    op.create_table(
        "statements",
        _number("index"), _bytes("digest"), _bytes("signature"), _number("block"),
        _text("kind"), _text("organisation"), _text("subject"), _bytes("root"), _bytes("series", nullable=True),
        _bytes("statement"),
        _key("index"), sa.UniqueConstraint("digest"), sa.CheckConstraint('"index" >= 0', name="index_from_zero"),
    )  # fmt: skip
    op.create_index("ix_statements_series", "statements", ["series"])
    op.create_table(
        "contents",
        _number("index", _of_statement()), _bytes("nonce"), _bytes("ciphertext"),
        _bytes("key", nullable=True), _key("index"),
    )  # fmt: skip
    op.create_table(
        "tiles", _number("level"), _number("index"), _bytes("data"),
        _key("level", "index"),
    )  # fmt: skip
    op.create_table(
        "heads", _bytes("key"), _number("index", _of_statement()), _key("key"), sa.UniqueConstraint("index")
    )
    for name in ("successions", "endings"):
        op.create_table(
            name, _number("index", _of_statement()), _number("by", _of_statement()),
            _key("index"), sa.UniqueConstraint("by"),
        )  # fmt: skip
    _upgrade_chain()


def _upgrade_chain() -> None:
    op.create_table(
        "checkpoints",
        _number("size"), _bytes("root"), _bytes("note", nullable=True),
        _number("block", nullable=True), _bytes("transaction", nullable=True), _key("size"),
    )  # fmt: skip
    op.create_table(
        "transactions",
        _bytes("account"), _number("nonce"), _number("size", sa.ForeignKey("checkpoints.size")),
        _bytes("raw"), _bytes("hash"), _text("state"), _key("account", "nonce"), sa.UniqueConstraint("hash"),
    )  # fmt: skip
    op.create_index("ix_transactions_size", "transactions", ["size"])
    op.create_table(
        "events", _text("contract"), _number("sequence"), _bytes("line"),
        _key("contract", "sequence"),
    )  # fmt: skip
    op.create_table("cursors", _text("contract"), _number("count"), _bytes("head"), _number("block"), _key("contract"))
    op.create_table("meta", _text("key"), _text("value"), _key("key"))
