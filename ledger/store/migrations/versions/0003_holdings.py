"""What statements hold at present: topics, claimed numbers, moves of accounts and their balances."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str, *extra: sa.ForeignKey) -> sa.Column[int]:
    return sa.Column(name, NUMBER, *extra, nullable=False, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "topics", _bytes("key"), _number("index", sa.ForeignKey("statements.index")),
        sa.PrimaryKeyConstraint("key", "index"),
    )  # fmt: skip
    op.create_table(
        "claims", _text("space"), _number("first"), _number("last"), _number("index"),
        sa.PrimaryKeyConstraint("space", "first"),
    )  # fmt: skip
    op.create_index("ix_claims_index", "claims", ["index"])
    op.create_table(
        "moves", _number("index"), _text("account"), _text("measure"), _text("amount"),
        sa.PrimaryKeyConstraint("index", "account", "measure"),
    )  # fmt: skip
    op.create_table(
        "balances", _text("account"), _text("measure"), _text("amount"), sa.PrimaryKeyConstraint("account", "measure")
    )
