"""An open store: readers, the one writer, erasure, and what the store is tied to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Engine

from ledger.errors import InputError
from ledger.statement import Domain
from ledger.store.crypto import MasterKey
from ledger.store.engine import new_engine, reading, scrub, writing
from ledger.store.migrate import migrate
from ledger.store.reader import Reader
from ledger.store.writer import Writer

_MASTER_KEY: Final = "master key"
_DOMAIN: Final = "domain"


class Store:
    """An open store. Readers run beside one another and beside the one writer, in any number of processes."""

    def __init__(self, engine: Engine, master: MasterKey) -> None:
        self._engine: Final = engine
        self._master: Final = master

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One state of the store. Raises `SourceError` STORE_UNREACHABLE, `EvidenceError` STORE_DAMAGED."""
        with reading(self._engine) as connection:
            yield Reader(connection, self._master)

    @contextmanager
    def read_fresh(self) -> Iterator[Reader]:
        """One state of the store over a connection of its own, so that nothing cached answers."""
        engine = new_engine(self._engine.url.render_as_string(hide_password=False))
        try:
            with reading(engine) as connection:
                yield Reader(connection, self._master)
        finally:
            engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """The store's only writer; all of it is durable when the block is left, or nothing after an error.

        Waits up to 30 seconds for another writer. Raises `SourceError` STORE_BUSY, STORE_FULL or STORE_UNREACHABLE.
        """
        with writing(self._engine) as connection:
            yield Writer(connection, self._master)

    def erase(self, index: int) -> bool:
        """Makes the content at `index` unreadable for ever by deleting its key; False when it was so before.

        In SQLite the key leaves the file and its write-ahead log. PostgreSQL keeps old row versions until VACUUM, and
        both have backups: erasure is complete when those that hold the key are gone.
        """
        with self.write() as writer:
            found = writer.erase(index)
        scrub(self._engine)
        return found

    def bind(self, domain: Domain) -> None:
        """Ties the store to one chain and log, for ever. Raises `InputError` STORE_OTHER_LEDGER for another."""
        wanted = f"{domain.chain_id} {domain.log}"
        with self.read() as reader:
            found = reader.meta(_DOMAIN)
        if found is None:
            with self.write() as writer:
                found = writer.meta(_DOMAIN)
                if found is None:
                    writer.set_meta(_DOMAIN, wanted)
                    found = wanted
        if found != wanted:
            raise InputError("STORE_OTHER_LEDGER", got=found, expected=wanted)

    def domain(self) -> Domain | None:
        """The chain and log that the store is tied to."""
        with self.read() as reader:
            found = reader.meta(_DOMAIN)
        if found is None:
            return None
        chain_id, log = found.split(" ")
        return Domain(chain_id=int(chain_id), log=log)

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the database's file, at most 100 lines; nothing on PostgreSQL."""
        if self._engine.dialect.name != "sqlite":
            return []
        with reading(self._engine) as connection:
            said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        return [] if said == ["ok"] else said

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_store(url: str, master_key: MasterKey) -> Store:
    """The store at `sqlite:///FILE` or `postgresql://USER@HOST/NAME`, created or brought up to date where needed.

    Raises `InputError` DATABASE_URL, STORE_NEWER (made by a newer version of the program) or MASTER_KEY_WRONG.
    """
    engine = new_engine(url)
    try:
        migrate(engine)
        store = Store(engine, master_key)
        _check_master_key(store, master_key)
    except BaseException:
        engine.dispose()
        raise
    return store


def _check_master_key(store: Store, master_key: MasterKey) -> None:
    wanted = master_key.check_value()
    with store.read() as reader:
        found = reader.meta(_MASTER_KEY)
    if found is None:
        with store.write() as writer:
            found = writer.meta(_MASTER_KEY)
            if found is None:
                writer.set_meta(_MASTER_KEY, wanted)
                found = wanted
    if found != wanted:
        raise InputError("MASTER_KEY_WRONG")
