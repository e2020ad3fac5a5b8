#!/usr/bin/env python3
"""Time the footprints of all products beside Brightway on the same graph, and compare answers on a real chain.

Brightway is no dependency of the project; it has an environment of its own:

    python -m venv PEER && PEER/bin/pip install bw2calc==3.1.0 pypardiso
    python scripts/bench_brightway.py PEER/bin/python --graph hub:10000 --graph hub:100000 [--uslci FOLDER]

Brightway solves for all products at once by one adjoint solution, its fastest way, with its matrices built; we
recompute every value with its exact rounding, with the columns arranged. Beside both stands the whole call, in which
either loads. A tier graph is an expander, in which a direct solver fills in: 10,000 nodes take Brightway half a minute,
100,000 hours. The real chain is the U.S. Life Cycle Inventory, without rounding, against published 30-digit answers.
Exit code 1 when a limit is missed.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
import uslci
from made_columns import Shape, made_columns
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from verifier.columns import NANO, Columns, Row, from_rows
from verifier.evaluation import float_direct, float_quantities
from verifier.sweep import arranged, order_of, recompute
from verifier.uncertainty import unrounded

PEER = Path(__file__).with_name("brightway_peer.py")
LEAST = 100
RELATIVE = 1e-14


def brightway(python: Path, columns: Columns) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Seconds and scores of the peer, in its own process."""
    with tempfile.TemporaryDirectory() as name:
        graph, scores = Path(name) / "graph.npz", Path(name) / "scores.npz"
        np.savez(graph, indptr=columns.indptr, supplier=columns.supplier, quantity=float_quantities(columns),
                 direct=float_direct(columns))  # fmt: skip
        done = subprocess.run([python, PEER, graph, scores], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Brightway did not answer:\n{done.stderr[-2000:]}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found, np.load(scores)["scores"]


class Ours(NamedTuple):
    """Seconds for every product, the best of five."""

    loading: float
    """The order found and the columns arranged by it: once for a graph, as Brightway builds its matrices once."""
    solved: float

    @property
    def whole(self) -> float:
        return self.loading + self.solved


def ours(columns: Columns) -> Ours:
    """Every value recomputed with its exact rounding."""
    loading, solved = [], []
    for _ in range(5):
        began = time.perf_counter()
        ready, order = arranged(columns, order_of(columns))
        loading.append(time.perf_counter() - began)
        began = time.perf_counter()
        recompute(ready, order)
        solved.append(time.perf_counter() - began)
    return Ours(min(loading), min(solved))


def row(name: str, mine: Ours, peer: dict[str, Any], difference: str) -> list[str]:
    pairs = ((mine.solved, peer["solved"]), (mine.whole, peer["whole"]))
    figures = [(f"{our:.4f} s", f"{their:.3f} s", f"{their / our:,.0f}x") for our, their in pairs]
    return [name, *figures[0], *figures[1], difference]


def relative(found: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """The largest deviation, relative to the right value."""
    there = right != 0
    return float(np.max(np.abs(found[there] - right[there]) / np.abs(right[there])))


def real_chain(folder: Path) -> tuple[Columns, list[Fraction]]:
    """The 834 products and their factors as columns, and the published answers of the products."""
    data = uslci.read(folder)
    rows = [Row(0, 9, Fraction(row["kgco2e_per_unit"]) * NANO, ()) for row in data.factors.values()]
    places = {name: place for place, name in enumerate([*data.factors, *(p.id for p in data.products)])}
    for product in data.products:
        inputs = [(places[supplier], Fraction(quantity)) for supplier, quantity in product.inputs]
        rows.append(Row(0, 9, Fraction(product.direct) * NANO, inputs))
    expected = [Fraction(row["kgco2e_per_unit"]) for row in data.factors.values()]
    return from_rows(rows), expected + [Fraction(data.expected[product.id]) for product in data.products]


def compare_chain(python: Path, folder: Path, table: Table) -> bool:
    columns, expected = real_chain(folder)
    exact = np.array([float(value) for value in expected])
    peer, scores = brightway(python, columns)
    found = relative(unrounded(columns), exact)
    difference = f"ours {found:.1e}, Brightway's {relative(scores, exact):.1e} from the exact answers"
    table.add_row(*row(f"USLCI, {len(expected)} nodes", ours(columns), peer, difference))
    return found <= RELATIVE


def main(
    python: Annotated[Path, typer.Argument(help="The Python of an environment with bw2calc and pypardiso.")],
    graphs: Annotated[list[str] | None, typer.Option("--graph", help="hub:10000, tier:10000, hub:100000, ...")] = None,
    chain: Annotated[Path | None, typer.Option("--uslci", help="Folder of the U.S. Life Cycle Inventory.")] = None,
) -> None:
    """Compare speed and answers."""
    table = Table(
        "all products", "ours", "Brightway", "ratio", "ours, with loading", "whole call", "ratio", "difference"
    )
    kept = True
    for name in graphs or ["hub:10000", "hub:100000"]:
        shape, _, count = name.partition(":")
        kind: Shape = "tier" if shape == "tier" else "hub"
        columns = made_columns(int(count), shape=kind, decimals=9)
        peer, scores = brightway(python, columns)
        mine = ours(columns)
        kept &= peer["solved"] >= LEAST * mine.solved
        table.add_row(*row(f"{kind}, {int(count):,}", mine, peer, f"{relative(scores, unrounded(columns)):.1e}"))
    if chain is not None:
        kept &= compare_chain(python, chain, table)
    console = Console()
    console.print(table)
    console.print(f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, numpy {np.__version__}.")
    if not kept:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
