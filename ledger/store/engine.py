"""Connections to SQLite or PostgreSQL, with the settings that durability rests on, and their errors as ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from ledger.errors import EvidenceError, InputError, SourceError

BUSY_SECONDS: Final = 30
"""How long a writer waits for another one."""
_WRITE: Final = "tanji_write"
# secure_delete: an erased key must not live on in a free page.
_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)
_WRITER_LOCK: Final = 0x74616E6A69
"""Key of PostgreSQL's advisory lock: one writer at a time, and none left behind by a killed one."""


def new_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`. Raises `InputError` DATABASE_URL for others."""
    try:
        parsed = make_url(url)
    except ArgumentError as err:
        raise InputError("DATABASE_URL") from err
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        try:
            return create_engine(parsed.set(drivername="postgresql+psycopg"))
        except (ArgumentError, NoSuchModuleError) as err:
            raise InputError("DATABASE_URL") from err
    raise InputError("DATABASE_URL")


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late to see one state, and never IMMEDIATE
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database. Raises `SourceError` or `EvidenceError`."""
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction of the only writer; committed on leaving, rolled back on an error.

    The lock lasts as long as the transaction, in whatever process: no lease outlives its holder.
    """
    with translated(), engine.connect() as connection:
        connection = connection.execution_options(**{_WRITE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
            yield connection


def scrub(engine: Engine) -> None:
    """Takes old page images out of SQLite's write-ahead log, as far as no reader holds them."""
    if engine.dialect.name == "sqlite":
        with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def translated() -> Iterator[None]:
    """The database library's errors as ours. Raises `SourceError` or `EvidenceError` STORE_..."""
    try:
        yield
    except SQLAlchemyError as err:
        raise _as_ours(err) from err


def _as_ours(err: SQLAlchemyError) -> Exception:
    """Ours for theirs; their message holds statements and values, so only the driver's own words are kept."""
    said = str(getattr(err, "orig", None) or type(err).__name__).splitlines()[0][:200]
    if isinstance(err, IntegrityError):
        return EvidenceError("STORE_CONTRADICTION", got=said)
    low = said.lower()
    if "locked" in low or "lock timeout" in low or "busy" in low:
        return SourceError("STORE_BUSY", seconds=BUSY_SECONDS)
    if "full" in low or "no space" in low:
        return SourceError("STORE_FULL", got=said)
    damaged = "malformed" in low or "not a database" in low or "no such table" in low
    if isinstance(err, DatabaseError) and (damaged or not isinstance(err, OperationalError)):
        return EvidenceError("STORE_DAMAGED", got=said)
    return SourceError("STORE_UNREACHABLE", got=said)
