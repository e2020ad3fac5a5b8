from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.builders import DOMAIN, NOW, RegistryWriter, standard_registry
from support.databases import PostgresServer, postgres_programs

from ledger.sequencer import Sequencer
from ledger.store import MasterKey, Store, open_store

BLOCK = 100


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("NO POSTGRESQL: install Debian's postgresql or the wheel pgserver; half of the store is NOT tested")
    server = PostgresServer(programs)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def master() -> MasterKey:
    return MasterKey(b"\x07" * 32)


@pytest.fixture
def store(url: str, master: MasterKey) -> Iterator[Store]:
    with open_store(url, master) as found:
        yield found


@pytest.fixture
def registry() -> RegistryWriter:
    return standard_registry()


@pytest.fixture
def synced(store: Store, registry: RegistryWriter) -> Store:
    """A store that has read the standard registry up to block 100."""
    with store.write() as writer:
        writer.mirror("registry", registry.logs, BLOCK)
    return store


@pytest.fixture
def sequencer(synced: Store) -> Sequencer:
    return Sequencer(synced, DOMAIN, clock=lambda: NOW)
