"""Time one inclusion proof with its tile reads from a log of a million entries; peers in the same run as ratios.

    python scripts/bench_proof.py --entries 1000000 --proofs 500

The log's tiles stand in a SQLite file as the store keeps them, one row a tile. A proof starts with nothing read
("cold": the file may be in the system's cache) or with the tiles that earlier proofs read ("warm", as when receipts
are made in bulk). Each proof is verified, outside the time taken. Exit code 1 when the cold median is over the limit.

Peers, both of the development dependencies: tlog-scales reads the same tiles from files; pymerkle keeps only leaves
in SQLite and hashes every subtree anew when cold, so that it is given three cold proofs.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from pymerkle import SqliteTree
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from ledger.entry import ENTRY_BYTES
from ledger.merkle import Frontier, inclusion_proof, leaf_hash, verify_inclusion
from ledger.tiles import Tile, TileReader, tiles_after

BATCH = 50_000
PEER_COLD_PROOFS = 3

Prover = Callable[[int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each proof of one way to make them."""

    name: str
    entries: int
    milliseconds: list[float]

    @property
    def middle(self) -> float:
        return median(self.milliseconds)


class TileTable:
    """A log's tiles in a SQLite file: one row a tile, written over as it fills."""

    def __init__(self, path: Path) -> None:
        self.rows = sqlite3.connect(path)
        self.rows.execute("PRAGMA journal_mode = WAL")
        self.rows.execute(
            "CREATE TABLE tile (level INTEGER, number INTEGER, data BLOB, PRIMARY KEY (level, number)) WITHOUT ROWID"
        )
        self.size = 0

    def append(self, leaf_hashes: Sequence[bytes]) -> list[Tile]:
        changed = tiles_after(self.size, leaf_hashes, self.fetch)
        with self.rows:
            self.rows.executemany(
                "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)",
                [(tile.level, tile.index, tile.data) for tile in changed],
            )
        self.size += len(leaf_hashes)
        return changed

    def fetch(self, level: int, index: int) -> bytes:
        row = self.rows.execute("SELECT data FROM tile WHERE level = ? AND number = ?", (level, index)).fetchone()
        return row[0] if row else b""


def entry(index: int) -> bytes:
    """A stand-in of a log entry's width; what it says does not matter to the tree."""
    return index.to_bytes(ENTRY_BYTES, "big")


@contextmanager
def progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield bars


def build(table: TileTable, folder: Path, entries: int, bars: Progress) -> float:
    """Fill the table and write the same tiles as files for the peer; seconds spent on the table alone."""
    task = bars.add_task("our log: tiles in SQLite, then as files", total=entries)
    seconds = 0.0
    for start in range(0, entries, BATCH):
        leaves = [leaf_hash(entry(index)) for index in range(start, min(start + BATCH, entries))]
        began = time.perf_counter()
        changed = table.append(leaves)
        seconds += time.perf_counter() - began
        last = start + BATCH >= entries
        for tile in changed:
            if tile.place.width == 256 or last:
                path = folder / tile.place.path()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tile.data)
        bars.update(task, advance=len(leaves))
    return seconds


def build_pymerkle(path: Path, entries: int, bars: Progress) -> SqliteTree:
    task = bars.add_task("pymerkle: leaves in SQLite", total=entries)
    tree = SqliteTree(str(path), capacity=0)
    for start in range(0, entries, BATCH):
        stop = min(start + BATCH, entries)
        tree.append_entries(entry(index) for index in range(start, stop))
        bars.update(task, completed=stop)
    tree.close()
    return SqliteTree(str(path))


def timed(name: str, entries: int, indices: Sequence[int], root: bytes, prover: Prover, bars: Progress) -> Timing:
    """Time `prover` on each index, and hold every proof that it gives against `root`."""
    task = bars.add_task(name, total=len(indices))
    milliseconds = []
    for index in indices:
        began = time.perf_counter()
        proof = prover(index)
        milliseconds.append((time.perf_counter() - began) * 1000)
        verify_inclusion(leaf_hash(entry(index)), index, entries, proof, root)
        bars.update(task, advance=1)
    return Timing(name, entries, milliseconds)


def our_timings(table: TileTable, indices: Sequence[int], root: bytes, bars: Progress) -> list[Timing]:
    size = table.size

    def cold(index: int) -> Sequence[bytes]:
        return inclusion_proof(index, size, TileReader(size, table.fetch))

    reader = TileReader(size, table.fetch, cached_tiles=size // 256 + 256)

    def warm(index: int) -> Sequence[bytes]:
        return inclusion_proof(index, size, reader)

    for index in indices:
        warm(index)
    return [
        timed("Tanji, cold", size, indices, root, cold, bars),
        timed("Tanji, warm", size, indices, root, warm, bars),
    ]


def scales_timings(folder: Path, size: int, indices: Sequence[int], root: bytes, bars: Progress) -> list[Timing]:
    def cold(index: int) -> Sequence[bytes]:
        reader = TilesReader(LocalBackend(folder))
        reader.set_size(size)
        return reader.get_inclusion_proof(index, size).node_hashes

    return [timed("tlog-scales, cold", size, indices, root, cold, bars)]


def pymerkle_timings(tree: SqliteTree, size: int, indices: Sequence[int], bars: Progress) -> list[Timing]:
    root = tree.get_root(size)

    def cold(index: int) -> Sequence[bytes]:
        tree.cache_clear()
        return tree.prove_inclusion(index + 1, size).path[1:]

    def warm(index: int) -> Sequence[bytes]:
        return tree.prove_inclusion(index + 1, size).path[1:]

    first = timed("pymerkle, cold", size, indices[:PEER_COLD_PROOFS], root, cold, bars)
    for index in indices:
        warm(index)
    return [first, timed("pymerkle, warm", size, indices, root, warm, bars)]


def report(console: Console, timings: Sequence[Timing], limit_ms: float) -> None:
    ours = timings[0].middle
    table = Table("one inclusion proof", "entries", "proofs", "median ms", "max ms", "ratio")
    for timing in timings:
        figures = [f"{timing.middle:.3f}", f"{max(timing.milliseconds):.3f}", f"{timing.middle / ours:.2f}"]
        table.add_row(timing.name, f"{timing.entries:,}", f"{len(timing.milliseconds)}", *figures)
    console.print(table)
    verdict = "within" if ours <= limit_ms else "OVER"
    console.print(f"Median of a cold proof: {ours:.3f} ms, {verdict} the limit of {limit_ms:g} ms.")


def main(
    entries: Annotated[int, typer.Option(min=1, help="Entries in the log.")] = 1_000_000,
    proofs: Annotated[int, typer.Option(min=1, help="Proofs to time, at random indices.")] = 500,
    peer_entries: Annotated[int, typer.Option(min=0, help="Entries in pymerkle's log; 0 leaves it out.")] = 1_000_000,
    limit_ms: Annotated[float, typer.Option(help="Largest median of a cold proof, in milliseconds.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Chooses the indices.")] = 9162,
) -> None:
    """Time inclusion proofs against their limit and against other implementations."""
    console = Console()
    chosen = random.Random(seed)  # noqa: S311 -- the same indices in every run
    indices = [chosen.randrange(entries) for _ in range(proofs)]
    with tempfile.TemporaryDirectory() as name, progress(console) as bars:
        folder = Path(name)
        table = TileTable(folder / "tiles.sqlite")
        with closing(table.rows):
            seconds = build(table, folder, entries, bars)
            root = Frontier.read(entries, TileReader(entries, table.fetch)).root()
            timings = our_timings(table, indices, root, bars)
        timings += scales_timings(folder, entries, indices, root, bars)
        if peer_entries:
            with closing(build_pymerkle(folder / "pymerkle.sqlite", peer_entries, bars)) as tree:
                timings += pymerkle_timings(tree, peer_entries, [index % peer_entries for index in indices], bars)
    console.print(f"Tiles of {entries:,} entries appended in batches of {BATCH:,}: {seconds:.2f} s.")
    report(console, timings, limit_ms)
    if timings[0].middle > limit_ms:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
