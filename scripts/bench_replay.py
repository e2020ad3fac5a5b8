"""Time a replay of a whole ledger with every check on, against the bare secp256k1 recoveries of the same run.

    python scripts/bench_replay.py --cache FOLDER --sizes 10000 100000

Making the folders (kept in the cache, outside the timed part) takes some minutes for 100,000 declarations. Timed: chain
events, every root, statement, signature, content, calculation and reference, with two processes on files that were read
before, and with one. The peer is libsecp256k1 alone, by coincurve, over the same digests and signatures: in one process
(limit 2.5) and shared by as many as replay (limit 1.5). Exit code 1 over a limit or with a wrong outcome.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import coincurve
import psutil
from made_ledger import FACTORS, make_folder
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ledger.entry import Entry
from ledger.trust import TrustFile
from verifier.evidence import LogEvidence, bundle_count
from verifier.replay import Replayed, replay
from verifier.sources import open_folder, read_chain
from verifier.status import Status

LIMIT: Final = 2.5
SAME_CORES_LIMIT: Final = 1.5
SPEEDUP_LIMIT: Final = 1.8
MEMORY_LIMITS_GIB: Final = ((100_000, 1.5), (1_000_000, 3.0))
"""Up to how many declarations, and how much."""
GROWTH_SLACK: Final = 1.15
"""Ten times the declarations may take ten times as long, and so much more for the noise of a shared machine."""
_SAMPLE_S: Final = 1.0
"""Asking for proportional sizes walks all pages: five times a second would take a twentieth of a core."""

Signed = tuple[bytes, bytes]
"""A signature as libsecp256k1 reads it, and the digest."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of one size, medians of the runs: ours with the workers and alone, the peer in one process and in two.

    `memory` in bytes at the highest, all processes together.
    """

    size: int
    ours: float
    alone: float
    one: float
    two: float
    cpu: float
    memory: int
    replayed: Replayed


def recover_all(signed: Sequence[Signed]) -> int:
    """The peer: nothing but recoveries."""
    for signature, digest in signed:
        coincurve.PublicKey.from_signature_and_message(signature, digest, hasher=None)
    return len(signed)


def signatures(log: LogEvidence) -> list[Signed]:
    """All signatures of a log; reading its entries warms these files."""
    entries = (
        Entry.from_bytes(item.entry) for n in range(bundle_count(log.bundles.size)) for item in log.bundles.bundle(n)
    )
    return [(e.signature[:64] + bytes((e.signature[64] - 27,)), e.digest) for e in entries]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_shared(signed: Sequence[Signed], workers: int) -> float:
    """Seconds of the recoveries in `workers` processes that hold their part already."""
    parts = [signed[number::workers] for number in range(workers)]
    with ProcessPoolExecutor(1) as first, ProcessPoolExecutor(1) as second:
        pools = [first, second][:workers]
        for pool, part in zip(pools, parts, strict=True):
            pool.submit(_hold, part).result()
        return timed(lambda: [job.result() for job in [pool.submit(_recover_held) for pool in pools]])


_HELD: list[Signed] = []


def _hold(part: Sequence[Signed]) -> None:
    _HELD[:] = part


def _recover_held() -> int:
    return recover_all(_HELD)


class Memory:
    """The most memory that this process and its children held at once: proportional set size where there is one."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(_SAMPLE_S):
            self.peak = max(self.peak, sum(_held(process) for process in (own, *own.children(recursive=True))))


def _held(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(found, "pss", found.rss))


def cpu_seconds() -> float:
    """Of this process and of the children that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def measure(folder: Path, trust: TrustFile, workers: int, runs: int, bars: Progress) -> Figures:
    """Peer, ours and peer again, `runs` times, so that a change of the machine's load meets both."""
    log = open_folder(folder, trust)
    signed = signatures(log)
    ones, twos, ours, alone, cpus, memory = [], [], [], [], [], 0
    found: Replayed | None = None
    for _ in range(runs):
        ones.append(timed(lambda: recover_all(signed)))
        twos.append(time_shared(signed, workers))
        task = bars.add_task(f"replaying {log.bundles.size:,}", total=None)
        with Memory() as watched:
            start, used = time.perf_counter(), cpu_seconds()
            found = replay(log, read_chain(folder, trust), trust, workers=workers,
                           progress=lambda done, count, t=task: bars.update(t, completed=done, total=count))  # type: ignore[misc]  # fmt: skip
            ours.append(time.perf_counter() - start)
            cpus.append(cpu_seconds() - used)
        alone.append(timed(lambda: replay(log, read_chain(folder, trust), trust)))
        memory = max(memory, watched.peak)
        ones.append(timed(lambda: recover_all(signed)))
        twos.append(time_shared(signed, workers))
    assert found is not None  # noqa: S101 - runs is at least 1
    return Figures(
        log.bundles.size, median(ours), median(alone), median(ones), median(twos), median(cpus), memory, found
    )


def report(console: Console, all_figures: Sequence[Figures]) -> None:
    table = Table(
        "statements", "replay s", "µs each", "alone s", "recoveries s", "ratio", "on two s", "ratio", "CPU", "MiB"
    )
    for f in all_figures:
        table.add_row(f"{f.size:,}", f"{f.ours:.2f}", f"{f.ours / f.size * 1e6:.0f}", f"{f.alone:.2f}", f"{f.one:.2f}",
                      f"{f.ours / f.one:.2f}", f"{f.two:.2f}", f"{f.ours / f.two:.2f}", f"{f.cpu / f.one:.2f}",
                      f"{f.memory / 2**20:.0f}")  # fmt: skip
    console.print(table)
    for f in all_figures:
        console.print(f"{f.size:,}: {f.replayed.status} state 0x{f.replayed.state.hex()}", soft_wrap=True)


def judge(console: Console, all_figures: Sequence[Figures]) -> bool:
    """Whether every limit holds; each one is printed."""
    last, first = all_figures[-1], all_figures[0]
    growth = (last.ours / last.size) / (first.ours / first.size)
    allowed = next((gib for size, gib in MEMORY_LIMITS_GIB if last.size <= 1.01 * size), MEMORY_LIMITS_GIB[-1][1])
    rows = [
        (f"replay to bare recoveries {last.ours / last.one:.2f}, limit {LIMIT}", last.ours / last.one <= LIMIT),
        (f"to recoveries on the same processes {last.ours / last.two:.2f}, limit {SAME_CORES_LIMIT}",
         last.ours / last.two <= SAME_CORES_LIMIT),
        (f"two processes to one {last.alone / last.ours:.2f}, at least {SPEEDUP_LIMIT}",
         last.alone / last.ours >= SPEEDUP_LIMIT),
        (f"memory {last.memory / 2**30:.2f} GiB, limit {allowed} GiB", last.memory <= allowed * 2**30),
        (f"time of one from {first.size:,} to {last.size:,} times {growth:.2f}, limit {GROWTH_SLACK}",
         growth <= GROWTH_SLACK),
        ("every ledger verified", all(f.replayed.status is Status.VERIFIED for f in all_figures)),
    ]  # fmt: skip
    for words, holds in rows:
        console.print(f"{'within' if holds else 'OVER'}: {words}")
    return all(holds for _, holds in rows)


def main() -> None:
    """Makes or finds the folders, measures each size, prints, and exits with 1 over a limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="declarations, rising")
    parser.add_argument("--cache", type=Path, help="where folders are kept; else made anew in a temporary one")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as temporary, Progress(console=Console(stderr=True)) as bars:
        cache = arguments.cache or Path(temporary)
        figures = []
        for size in arguments.sizes:
            folder = cache / f"{size}"
            trust = make_folder(folder, size)
            figures.append(measure(folder, trust, arguments.workers, arguments.runs, bars))
    console.print(f"{FACTORS} factors in each; {arguments.workers} processes; load {os.getloadavg()[0]:.1f} "
                  f"on {os.cpu_count()} cores")  # fmt: skip
    report(console, figures)
    sys.exit(0 if judge(console, figures) else 1)


if __name__ == "__main__":
    main()
