"""At most one process of a kind beside a store. The lock ends with its holder: none outlives a killed process."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, Engine, text

from ledger.errors import RefusedError, SourceError, TanjiError
from ledger.store.engine import translated

try:
    import fcntl
except ImportError:  # Windows: SQLite's own write lock and the tables' unique keys remain
    fcntl = None  # type: ignore[assignment]


class Lease:
    """The right to be the one process called `name`: a file's lock beside SQLite, a session's lock in PostgreSQL.

    No clock is read, so no jump of one hands the lease to a second holder. A holder that stands still (SIGSTOP, a
    frozen machine) keeps it until an operator ends the process, deletes the lock's file, or ends the session; what it
    still does when it wakes up is refused by the states in `ledger.store.anchoring`.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine: Final = engine
        self._name: Final = name
        self._file: int | None = None
        self._session: Connection | None = None

    def __enter__(self) -> Self:
        self.hold()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def hold(self) -> None:
        """Takes the lease, or checks that it is still held.

        Raises `RefusedError` LEASE_TAKEN, `SourceError`; both also once after it was lost, before it is taken anew.
        """
        held = self._hold_session() if self._engine.dialect.name == "postgresql" else self._hold_file()
        if not held:
            self.release()
            raise RefusedError("LEASE_TAKEN", name=self._name)

    def release(self) -> None:
        """Gives the lease up; harmless when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._session is not None:
            self._session.invalidate()  # the lock is the session's: it must not go back to the pool
            self._session.close()
            self._session = None

    def _hold_file(self) -> bool:
        database = Path(str(self._engine.url.database))
        path = database.with_name(f"{database.name}.{self._name}.lock")
        if self._file is not None:
            # an operator may have taken the file, and with it the lease, away from a process that stood still
            return _is_file(self._file, path) or fcntl is None
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as err:
            raise SourceError("STORE_UNREACHABLE", got=f"{path.name}: {err.strerror}") from err
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def _hold_session(self) -> bool:
        try:
            with translated():
                held = self._ask_session()
        except TanjiError:
            self.release()
            raise
        return held

    def _ask_session(self) -> bool:
        if self._session is not None:
            # a lost connection has lost the lock with it
            self._session.execute(text("SELECT 1"))
            return True
        self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        key = int.from_bytes(sha256(b"tanji lease " + self._name.encode()).digest()[:8], "big", signed=True)
        return bool(self._session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))


def _is_file(descriptor: int, path: Path) -> bool:
    """Whether `path` is still the file that was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
