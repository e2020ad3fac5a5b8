"""The times of the blocks that hold anchors, as the node told them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "block_times",
        sa.Column("block", NUMBER, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("time", NUMBER, nullable=False),
    )
