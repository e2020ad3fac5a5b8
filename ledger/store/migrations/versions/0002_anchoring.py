"""What the anchorer must know after a crash: variants of a transaction, where it was seen, and incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replaced_transactions",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", NUMBER, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "sightings",
        sa.Column("size", NUMBER, sa.ForeignKey("checkpoints.size"), nullable=False, autoincrement=False),
        sa.Column("signed_at", NUMBER, nullable=False),
        sa.Column("price", NUMBER, nullable=False),
        sa.Column("mined_at", NUMBER, nullable=True),
        sa.Column("mined_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        sa.Column("opened", NUMBER, nullable=False),
        sa.Column("closed", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
