"""The disk is full, the database is locked, a process or the node stands still: nothing is lost, nothing is done twice.

The faults F08, F09 and F16. A frozen holder of the lease keeps it; an operator may take it away, and then whatever the
frozen process does when it wakes up must be refused.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Engine, event
from support.anchoring import Office, Site, acknowledged_in, faults, site_of, stopper, work
from support.chain import Chain

from ledger.anchorer import Anchorer
from ledger.chain import local
from ledger.chain.client import connect
from ledger.errors import RefusedError, SourceError

pytestmark = [pytest.mark.chain, pytest.mark.faults]

NAMES = ["a", "b", "c", "d"]
STEPS = (
    "following", "followed", "sealing", "sealed", "verified", "signing", "signed", "sending", "sent", "marked_sent",
    "mined", "marked_mined", "confirming", "confirmed",
)  # fmt: skip


@pytest.fixture
def site(chain: Chain, tmp_path: Path) -> Site:
    return site_of(chain, f"sqlite:///{tmp_path}/ledger.db")


# -- F16: a process stands still ---------------------------------------------------------------------------------------


def until_stopped(process: Any) -> None:
    deadline = time.monotonic() + 20
    while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def frozen(started: Callable[..., Any], site: Site, tmp_path: Path) -> Callable[[str], Any]:
    """Starts a process that stands still at a step; its acknowledgements are in the file `first`."""

    def start(step: str) -> Any:
        process = started(work, site, tmp_path / "first", NAMES, step, 1, Anchorer, stopper)
        until_stopped(process)
        return process

    return start


@pytest.mark.parametrize("step", ["following", "signing", "sent", "confirming"])
def test_a_frozen_anchorer_keeps_others_waiting_and_goes_on_when_it_wakes(
    frozen: Callable[[str], Any], site: Site, tmp_path: Path, step: str
) -> None:
    process = frozen(step)
    with Office(site) as office:
        with pytest.raises(RefusedError) as caught:
            office.anchorer.run_once(flush=True)
        assert caught.value.code == "LEASE_TAKEN"
        office.register("e")  # whoever registers is not held up
    os.kill(process.pid, signal.SIGCONT)
    process.join(60)
    assert process.exitcode == 0
    assert faults(site, acknowledged_in(tmp_path / "first"), unacknowledged=1) == []


@pytest.mark.parametrize("step", STEPS)
def test_a_frozen_anchorer_whose_lease_was_taken_away_changes_nothing_when_it_wakes(
    frozen: Callable[[str], Any], started: Callable[..., Any], site: Site, tmp_path: Path, step: str
) -> None:
    process = frozen(step)
    (tmp_path / "ledger.db.anchorer.lock").unlink()  # what an operator does who cannot reach the frozen machine
    second = started(work, site, tmp_path / "second", NAMES)
    second.join(60)
    assert second.exitcode == 0
    with Office(site) as office:
        before = [(a.size, a.hash, a.state) for a in office.anchors.anchorings()]
        nonce = office.client.nonce(office.anchorer._account)
    os.kill(process.pid, signal.SIGCONT)
    process.join(60)
    assert process.exitcode is not None
    acknowledged = acknowledged_in(tmp_path / "first", tmp_path / "second")
    assert faults(site, acknowledged) == []
    with Office(site) as office:
        assert [(a.size, a.hash, a.state) for a in office.anchors.anchorings()] == before
        assert office.client.nonce(office.anchorer._account) == nonce


def test_a_frozen_holder_that_is_killed_makes_room(frozen: Callable[[str], Any], site: Site, tmp_path: Path) -> None:
    process = frozen("signed")
    process.kill()
    process.join(10)
    with Office(site) as office:
        office.anchor()
    assert faults(site, acknowledged_in(tmp_path / "first")) == []


def test_a_frozen_node_is_waited_for(site: Site, chain: Chain) -> None:
    running = local.status(chain.config)
    assert running
    impatient = connect(
        site.chain_url,
        chain_id=site.chain_id,
        genesis=site.genesis,
        contracts=site.contracts,
        attempts=1,
        timeout_s=0.5,
    )
    with Office(site, client=impatient) as office:
        entries = office.register("a")
        os.kill(running.pid, signal.SIGSTOP)
        try:
            for _ in range(2):
                with pytest.raises(SourceError) as caught:
                    office.anchor()
                assert caught.value.code == "NODE_UNREACHABLE"
        finally:
            os.kill(running.pid, signal.SIGCONT)
        office.anchor()
    assert faults(site, entries) == []


# -- F08: the disk is full or fails ------------------------------------------------------------------------------------


def traced(tmp_path: Path, inject: str, target: str, site: Site) -> subprocess.CompletedProcess[bytes]:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("NO STRACE: a full disk is NOT tested")
    arguments = tmp_path / "arguments"
    arguments.write_bytes(multiprocessing.reduction.ForkingPickler.dumps(site))
    code = f"import sys, pickle; from support.anchoring import {target}; {target}(pickle.load(open(sys.argv[1], 'rb')))"
    call = inject.partition(":")[0]
    options = [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={inject}"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [*options, sys.executable, "-c", code, str(arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    if b"ptrace" in done.stderr:
        pytest.skip("NO PTRACE: a full disk is NOT tested")
    return done


FAULTS = [
    # while a database is opened SQLite tells a full disk as an I/O error
    *[("pwrite64", when, "ENOSPC", b"STORE_UNREACHABLE") for when in (1, 7)],
    *[("pwrite64", when, "ENOSPC", b"STORE_FULL") for when in (12, 18)],
    *[("fdatasync", when, "EIO", b"STORE_UNREACHABLE") for when in (1, 3, 5)],
]


@pytest.mark.parametrize(("call", "when", "error", "code"), FAULTS)
def test_an_anchorer_on_a_full_or_failing_disk_says_so_and_costs_nothing(
    site: Site, tmp_path: Path, call: str, when: int, error: str, code: bytes
) -> None:
    with Office(site) as office:
        entries = office.register("a", "b")
    done = traced(tmp_path, f"{call}:error={error}:when={when}+", "anchor_all", site)
    assert done.returncode == 1, "the fault was not hit"
    assert code in done.stderr
    with Office(site) as office:
        office.anchor()
    assert faults(site, entries) == []


def test_an_anchorer_outlives_a_disk_that_is_full_for_a_while(site: Site, tmp_path: Path) -> None:
    with Office(site) as office:
        entries = office.register("a", "b")
    done = traced(tmp_path, "pwrite64:error=ENOSPC:when=12..22", "anchor_patiently", site)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count(b"STORE_FULL") >= 3, "it was told, and tried again"
    assert faults(site, entries) == []


# -- F09: locked, or read-only -----------------------------------------------------------------------------------------


def with_pragma(engine: Engine, pragma: str) -> Callable[[], None]:
    """Sets something for every connection from now on; what is returned takes it back."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", prepare)
    engine.dispose()

    def take_back() -> None:
        event.remove(engine, "connect", prepare)
        engine.dispose()

    return take_back


def test_a_locked_database_is_busy_and_later_served(site: Site, tmp_path: Path) -> None:
    with Office(site) as office:
        entries = office.register("a")
        takes_back = [
            with_pragma(engine, "busy_timeout=200") for engine in (office.anchors.engine, office.store._engine)
        ]
        other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for act in (office.anchor, lambda: office.register("b")):
            with pytest.raises(SourceError) as caught:
                act()
            assert caught.value.code == "STORE_BUSY"
        other.execute("ROLLBACK")
        other.close()
        for take_back in takes_back:
            take_back()
        entries += office.register("b")
        office.anchor()
    assert faults(site, entries) == []


def test_a_read_only_database_refuses_and_later_serves(site: Site) -> None:
    with Office(site) as office:
        entries = office.register("a")
        take_back = with_pragma(office.anchors.engine, "query_only=ON")
        with pytest.raises(SourceError) as caught:
            office.anchor()
        assert caught.value.code == "STORE_UNREACHABLE"
        assert "readonly" in str(caught.value.values["got"])
        take_back()
        office.anchor()
    assert faults(site, entries) == []
