"""The same verdict from a cluster: a real scheduler and real worker processes on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import STEEL, factor, footprint, power_line, withdrawal

from ledger.errors import InputError
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
        deadline = time.monotonic() + 240
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield str(json.loads(file.read_text())["address"])
    finally:
        for process in started:
            process.kill()
            process.wait()


# in a process of its own: distributed hangs a callback on the collector of whatever process imports it
REPLAY = """
import sys, time
from pathlib import Path
from ledger.errors import SourceError
from ledger.trust import TrustFile
from verifier import cluster
from verifier.replay import replay
from verifier.sources import open_folder, read_chain
folder, address, workers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
trust = TrustFile.load(folder.parent / "trust.json")
cluster._TIMEOUT_S = 240 if workers else 0.3
if workers:
    from distributed import Client
    with Client(address, timeout=240, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=240)
try:
    found = replay(open_folder(folder, trust), read_chain(folder, trust), trust, cluster=address)
    print(found.state.hex(), len(found.findings))
except SourceError as err:
    print(err.code)
"""


def _replay(folder: Path, ledger: Ledger, address: str, workers: int) -> str:
    (folder.parent / "trust.json").write_bytes(ledger.trust().to_bytes())
    command = [sys.executable, "-c", REPLAY, str(folder), address, str(workers)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=280).stdout.strip()


def test_a_cluster_and_one_process_say_the_same(scheduler: str, tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor())
    for number in range(5200):
        digest = ledger.add(footprint(STEEL, power_line(basis), product_id=f"P-{number % 5000}", value="0.5777"))
    ledger.add(withdrawal(digest))
    ledger.anchor()
    trust, folder = ledger.trust(), ledger.write(tmp_path / "log")
    alone = replay(open_folder(folder, trust), read_chain(folder, trust), trust)
    assert _replay(folder, ledger, scheduler, 2) == f"{alone.state.hex()} {len(alone.findings)}"
    assert sum(finding.code == "SUBJECT_TAKEN" for finding in alone.findings) == 200


def test_without_a_scheduler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    ledger.add(factor())
    ledger.anchor()
    trust, folder = ledger.trust(), ledger.write(tmp_path / "log")
    assert _replay(folder, ledger, "tcp://127.0.0.1:9", 0) == "CLUSTER_UNREACHABLE"
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="CLUSTER_NOT_INSTALLED"):
        replay(open_folder(folder, trust), read_chain(folder, trust), trust, cluster="tcp://127.0.0.1:9")
