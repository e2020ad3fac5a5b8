"""The same verdict from a cluster: a real scheduler and real worker processes on this machine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import STEEL, factor, footprint, power_line, withdrawal

from ledger.errors import InputError, SourceError
from verifier.replay import replay
from verifier.sources import open_folder, read_chain


def _start(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "dask", *command], cwd=folder, stdout=quiet, stderr=quiet)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    file = tmp_path / "scheduler.json"
    at = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
    worker = ["worker", *at, "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path)]
    started = [_start(tmp_path, command) for command in (["scheduler", *at, "--port", "0"], worker, worker)]
    try:
        from distributed import Client

        with Client(scheduler_file=str(file), timeout=240, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=240)
            yield client.scheduler.address
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_cluster_and_one_process_say_the_same(scheduler: str, tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor())
    for number in range(5200):
        digest = ledger.add(footprint(STEEL, power_line(basis), product_id=f"P-{number % 5000}", value="0.5777"))
    ledger.add(withdrawal(digest))
    ledger.anchor()
    trust, folder = ledger.trust(), ledger.write(tmp_path / "log")
    log, chain = open_folder(folder, trust), read_chain(folder, trust)
    alone = replay(log, chain, trust)
    assert replay(log, chain, trust, cluster=scheduler) == alone
    assert sum(finding.code == "SUBJECT_TAKEN" for finding in alone.findings) == 200


def test_without_a_scheduler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from verifier import cluster

    monkeypatch.setattr(cluster, "_TIMEOUT_S", 0.3)
    ledger = Ledger()
    ledger.add(factor())
    ledger.anchor()
    trust, folder = ledger.trust(), ledger.write(tmp_path / "log")
    log, chain = open_folder(folder, trust), read_chain(folder, trust)
    begun = time.monotonic()
    with pytest.raises(SourceError, match="CLUSTER_UNREACHABLE"):
        replay(log, chain, trust, cluster="tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 30
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="CLUSTER_NOT_INSTALLED"):
        replay(log, chain, trust, cluster="tcp://127.0.0.1:9")
