from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from ledger.errors import RefusedError, SourceError, TanjiError
from ledger.store.engine import new_engine
from ledger.store.lease import Lease


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    found = new_engine(url)
    yield found
    found.dispose()


@pytest.fixture
def other(url: str) -> Iterator[Engine]:
    """Another process's engine."""
    found = new_engine(url)
    yield found
    found.dispose()


def take_away(url: str, name: str = "anchorer") -> None:
    """What an operator does with the lease of a machine that is frozen and out of reach."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///") + f".{name}.lock").unlink()
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")


def test_one_holds_it_until_it_is_released(engine: Engine, other: Engine) -> None:
    first, second = Lease(engine, "anchorer"), Lease(other, "anchorer")
    first.hold()
    first.hold()
    for _ in range(2):
        with pytest.raises(RefusedError, match="LEASE_TAKEN"):
            second.hold()
    first.release()
    second.hold()
    with pytest.raises(RefusedError, match="LEASE_TAKEN"):
        first.hold()
    second.release()
    second.release()


def test_leases_of_other_names_do_not_meet(engine: Engine, other: Engine) -> None:
    with Lease(engine, "anchorer"), Lease(other, "exporter"):
        pass


def test_a_lease_that_was_taken_away_is_noticed_at_the_next_look(url: str, engine: Engine, other: Engine) -> None:
    frozen, second = Lease(engine, "anchorer"), Lease(other, "anchorer")
    frozen.hold()
    take_away(url)
    second.hold()
    with pytest.raises(TanjiError) as caught:
        frozen.hold()
    assert caught.value.code in ("LEASE_TAKEN", "STORE_UNREACHABLE")
    with pytest.raises(RefusedError, match="LEASE_TAKEN"):
        frozen.hold()
    second.hold()
    second.release()
    frozen.hold()
    frozen.release()


def test_a_lease_that_was_taken_away_while_nobody_wanted_it_is_still_said_to_be_lost(url: str, engine: Engine) -> None:
    """Somebody may have held it meanwhile: what was decided before must not be acted on."""
    frozen = Lease(engine, "anchorer")
    frozen.hold()
    take_away(url)
    with pytest.raises(TanjiError):
        frozen.hold()
    frozen.hold()
    frozen.release()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    engine = new_engine(f"sqlite:///{tmp_path}/none/ledger.db")
    with pytest.raises(SourceError, match="STORE_UNREACHABLE"):
        Lease(engine, "anchorer").hold()
