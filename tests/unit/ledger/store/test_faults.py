from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.builders import DOMAIN, NOW
from support.register_forever import submission

from ledger.sequencer import Registration, Sequencer
from ledger.store import MasterKey, Store, open_store
from ledger.store.check import fsck

pytestmark = pytest.mark.faults

SEED = 20261123
COUNT = 60
_TESTS = Path(__file__).parents[3]


def command(url: str, master: MasterKey, count: int = COUNT) -> list[str]:
    return [sys.executable, str(_TESTS / "support" / "register_forever.py"), url, master.to_text(), str(count)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{_TESTS}{os.pathsep}{_TESTS.parent}"}


def holds_together(url: str, master: MasterKey, acknowledged: int) -> int:
    """What was acknowledged is there once and in order; nothing is half there; asking again fills the rest."""
    with open_store(url, master) as store:
        assert list(fsck(store)) == []
        with store.read() as reader:
            digests = [stored.entry.digest for stored in reader.statements()]
        assert len(digests) >= acknowledged
        assert len(digests) % 3 == 0  # a batch is whole or absent
        assert digests == [submission(n).statement.digest(DOMAIN) for n in range(len(digests))]
        again = Sequencer(store, DOMAIN, clock=lambda: NOW).register_batch([submission(n) for n in range(COUNT)])
        assert [r.index for r in again if isinstance(r, Registration)] == list(range(COUNT))
        assert [r.repeated for r in again if isinstance(r, Registration)].count(True) == len(digests)
        assert list(fsck(store)) == []
    return len(digests)


@pytest.mark.parametrize("acknowledged", random.Random(SEED).sample(range(1, COUNT // 3), 3))
def test_killed_between_two_acknowledgements(url: str, synced: Store, master: MasterKey, acknowledged: int) -> None:
    with subprocess.Popen(command(url, master), stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledged + 1)]
        process.send_signal(signal.SIGKILL)
    holds_together(url, master, int(lines[-1]))


STRACE = shutil.which("strace")


@pytest.mark.skipif(STRACE is None, reason="NO STRACE: faults at single system calls are NOT tested")
@pytest.mark.parametrize("fault", ["signal=KILL", "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize(("call", "instance"), [("pwrite64", 9), ("pwrite64", 40), ("fdatasync", 3)])
def test_a_fault_at_a_system_call(
    tmp_path: Path, master: MasterKey, registry: object, fault: str, call: str, instance: int
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with open_store(url, master) as store, store.write() as writer:
        writer.mirror("registry", registry.logs, 100)  # type: ignore[attr-defined]
    traced = [
        str(STRACE),
        "-f",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:{fault}:when={instance}",
    ]
    done = subprocess.run([*traced, *command(url, master)], env=environment(), capture_output=True, timeout=120)
    said = done.stdout.split()
    assert done.returncode != 0, "the fault was not hit"
    assert len(said) < COUNT // 3 + 1
    numbers = [int(word) for word in said if word != b"ready"]
    holds_together(url, master, max(numbers, default=0))
