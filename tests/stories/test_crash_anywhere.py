"""Processes that register and anchor are killed at every named step, by system calls, and at random; nothing is lost.

The judge is `support.anchoring.faults`. A negative control shows that it finds what a careless anchorer loses.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
from support.anchoring import (
    Office,
    Site,
    acknowledged_in,
    anchor_for_a_while,
    faults,
    register_for_a_while,
    site_of,
    work,
    work_on_a_slow_chain,
)
from support.careless import CarelessAnchorer
from support.chain import Chain

from ledger import anchorer
from ledger.identifiers import digest_to_text

pytestmark = [pytest.mark.chain, pytest.mark.faults]

NAMES = ["a", "b", "c", "d"]
REGISTERING = ("registering", "registered", "acknowledged")
ANCHORING = (
    "following", "followed", "sealing", "sealed", "verified", "signing", "signed", "sending", "sent", "marked_sent",
    "mined", "marked_mined", "confirming", "confirmed",
)  # fmt: skip
REPLACING = ("replacing", "replaced", "vanished")
"""Steps of a chain that is slow or goes back; not reached on a quick one."""


@pytest.fixture
def site(chain: Chain, tmp_path: Path) -> Site:
    return site_of(chain, f"sqlite:///{tmp_path}/ledger.db")


def run(processes: ForkServerContext, target: Callable[..., None], *arguments: Any) -> int | None:
    """The exit code of a process's whole life."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def test_every_step_of_the_anchorer_is_among_those_that_are_killed_at() -> None:
    named = set(re.findall(r'_step\("(\w+)"\)', Path(anchorer.__file__).read_text()))
    assert named == set(ANCHORING) | set(REPLACING)


@pytest.mark.parametrize("occurrence", [1, 2])
@pytest.mark.parametrize("step", [*REGISTERING, *ANCHORING])
def test_killed_at_a_step_and_started_again(
    processes: ForkServerContext, site: Site, tmp_path: Path, step: str, occurrence: int
) -> None:
    acknowledgements = tmp_path / "acknowledged"
    assert run(processes, work, site, acknowledgements, NAMES, step, occurrence) == -signal.SIGKILL
    assert run(processes, work, site, acknowledgements, NAMES) == 0
    assert faults(site, acknowledged_in(acknowledgements)) == []


@pytest.mark.parametrize("step", ["signed", "sent", "mined", "confirming"])
def test_killed_again_while_it_recovers(processes: ForkServerContext, site: Site, tmp_path: Path, step: str) -> None:
    acknowledgements = tmp_path / "acknowledged"
    for again in ("sending", step, step, "following"):
        assert run(processes, work, site, acknowledgements, NAMES, again) in (0, -signal.SIGKILL)
    assert run(processes, work, site, acknowledgements, NAMES) == 0
    assert faults(site, acknowledged_in(acknowledgements)) == []


@pytest.mark.parametrize("step", ["sending", "sent", "marked_sent", "mined", "confirmed"])
def test_killed_together_with_a_chain_that_loses_its_last_blocks(
    processes: ForkServerContext, site: Site, chain: Chain, tmp_path: Path, step: str
) -> None:
    acknowledgements = tmp_path / "acknowledged"
    assert run(processes, work, site, acknowledgements, NAMES[:2]) == 0
    before = chain.client.rpc.ask("evm_snapshot")
    assert run(processes, work, site, acknowledgements, NAMES, step) == -signal.SIGKILL
    chain.client.rpc.ask("evm_revert", before)
    assert run(processes, work, site, acknowledgements, NAMES) == 0
    assert faults(site, acknowledged_in(acknowledgements)) == []


@pytest.fixture
def slow_chain(chain: Chain) -> Iterator[Chain]:
    """Mines only when told."""
    chain.client.rpc.ask("evm_setAutomine", False)
    yield chain
    chain.client.rpc.ask("evm_setAutomine", True)


@pytest.mark.parametrize("step", ["replacing", "replaced"])
def test_killed_while_a_transaction_is_replaced(
    processes: ForkServerContext, site: Site, slow_chain: Chain, tmp_path: Path, step: str
) -> None:
    acknowledgements = tmp_path / "acknowledged"
    with Office(site) as office:
        office.register("a")
        while office.states() != [(1, "sent")]:
            office.anchorer.run_once(flush=True)
        first = office.anchors.anchorings()[0]
    # two blocks go by without it, and it waits still
    slow_chain.client.rpc.ask("anvil_dropTransaction", digest_to_text(first.hash or b""))
    slow_chain.mine(2)
    slow_chain.client.send_raw(first.raw or b"")
    assert run(processes, work_on_a_slow_chain, site, acknowledgements, step) == -signal.SIGKILL
    assert run(processes, work_on_a_slow_chain, site, acknowledgements) == 0
    assert faults(site, acknowledged_in(acknowledgements)) == []
    with Office(site) as office:
        last = office.anchors.anchorings()[0]
        assert (last.nonce, last.size) == (first.nonce, first.size)
        assert last.transaction not in (None, first.hash)
        assert first.hash in {name for name, _ in office.anchors.variants(last)}


# -- negative control --------------------------------------------------------------------------------------------------


def test_the_judge_finds_what_a_careless_anchorer_loses(
    processes: ForkServerContext, site: Site, tmp_path: Path
) -> None:
    """Sending before storing: the chain has a checkpoint of which the store knows nothing."""
    acknowledgements = tmp_path / "acknowledged"
    assert run(processes, work, site, acknowledgements, NAMES, "sent", 1, CarelessAnchorer) == -signal.SIGKILL
    assert run(processes, work, site, acknowledgements, NAMES, "", 1, CarelessAnchorer) != 0
    found = faults(site, acknowledged_in(acknowledgements))
    assert "chain and store differ" in found
    assert "incident ORPHAN_ANCHOR" in found


def test_a_careless_anchorer_that_is_not_killed_does_well(
    processes: ForkServerContext, site: Site, tmp_path: Path
) -> None:
    acknowledgements = tmp_path / "acknowledged"
    assert run(processes, work, site, acknowledgements, NAMES, "", 1, CarelessAnchorer) == 0
    assert faults(site, acknowledged_in(acknowledgements)) == []


def test_the_judge_finds_a_lost_entry(processes: ForkServerContext, site: Site, tmp_path: Path) -> None:
    acknowledgements = tmp_path / "acknowledged"
    assert run(processes, work, site, acknowledgements, NAMES) == 0
    invented = [*acknowledged_in(acknowledgements), (4, b"\x01" * 32)]
    assert "acknowledged entry 4 is not there" in faults(site, invented)


# -- killed by the kernel at system calls ------------------------------------------------------------------------------

CALLS = [("fdatasync", 3), ("fdatasync", 9), ("pwrite64", 5), ("pwrite64", 40), ("sendto", 12), ("sendto", 60),
         ("recvfrom", 30), ("recvfrom", 80)]  # fmt: skip


@pytest.mark.parametrize(("call", "when"), CALLS)
def test_killed_at_a_system_call(site: Site, tmp_path: Path, call: str, when: int) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("NO STRACE: faults at system calls are NOT tested")
    acknowledgements = tmp_path / "acknowledged"
    code = "import sys, pickle; from support.anchoring import work; work(*pickle.load(open(sys.argv[1], 'rb')))"
    arguments = tmp_path / "arguments"
    arguments.write_bytes(multiprocessing.reduction.ForkingPickler.dumps((site, acknowledgements, NAMES)))
    command = [sys.executable, "-c", code, str(arguments)]
    inject = [
        strace,
        "-f",
        "-qq",
        "-o",
        os.devnull,
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:signal=KILL:when={when}",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    killed = subprocess.run([*inject, *command], env=environment, capture_output=True, timeout=120, check=False)
    if b"ptrace" in killed.stderr:
        pytest.skip("NO PTRACE: faults at system calls are NOT tested")
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed.stderr[-500:]
    unacknowledged = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert unacknowledged.returncode == 0, unacknowledged.stderr[-2000:]
    assert faults(site, acknowledged_in(acknowledgements)) == []


# -- all at once -------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(120)
def test_many_writers_and_two_anchorers_under_random_kills(
    started: Callable[..., Any], site: Site, tmp_path: Path
) -> None:
    """Two registrants and two anchorers for fifteen seconds, one of the four killed at random every 0.3 to 0.9 seconds."""
    chance = random.Random(20240808)
    files = [tmp_path / f"acknowledged-{n}" for n in range(2)]
    lives = 0

    def begin(role: int) -> Any:
        nonlocal lives
        lives += 1
        if role < 2:
            return started(register_for_a_while, site, files[role], f"{role}-{lives}")
        return started(anchor_for_a_while, site)

    running = {role: begin(role) for role in range(4)}
    end = time.monotonic() + 15
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.3, 0.9))
        role = chance.randrange(4)
        running[role].kill()
        running[role].join(10)
        running[role] = begin(role)
    for process in running.values():
        process.kill()
        process.join(10)
    with Office(site) as office:
        office.anchor(deadline_s=30)
    acknowledged = acknowledged_in(*files)
    assert len(acknowledged) > 20
    assert lives > 15
    assert faults(site, acknowledged, unacknowledged=lives) == []
