"""The anchorer's own tables."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text

from ledger.store.tables import Row

_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")

REPLACED: Final = Table(
    "replaced_transactions",
    Row.metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("account", LargeBinary, nullable=False),
    Column("nonce", _NUMBER, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
"""Bytes that others with the same nonce stand in for; kept, because any of them may still be the one that is mined."""

SIGHTINGS: Final = Table(
    "sightings",
    Row.metadata,
    Column("size", _NUMBER, ForeignKey("checkpoints.size"), primary_key=True, autoincrement=False),
    Column("signed_at", _NUMBER, nullable=False),
    Column("price", _NUMBER, nullable=False),
    Column("mined_at", _NUMBER),
    Column("mined_hash", LargeBinary),
)
"""Newest block when the present bytes were signed, their gas price in wei, and the block that shows them mined."""

INCIDENTS: Final = Table(
    "incidents",
    Row.metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("code", Text, nullable=False),
    Column("size", _NUMBER),
    Column("detail", Text, nullable=False),
    Column("blocking", Boolean, nullable=False),
    Column("opened", _NUMBER, nullable=False),
    Column("closed", _NUMBER),
)
"""What must not happen and did; times are Unix seconds, for people."""
