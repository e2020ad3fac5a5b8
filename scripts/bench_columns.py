#!/usr/bin/env python3
"""Time the array core on a generated ledger against its limits; peers in the same run as ratios.

    python scripts/bench_columns.py --nodes 1000000 --inputs 12

Every figure is checked in the run: planted wrong claims are found, all of them and no others; the values of the first
declarations equal plain Python integers; after all corrections were taken back the values are the same bits. Peers: the
same calculation with Python integers, on the first declarations and scaled by their number; one pass over the same
edges in float64, that neither rounds nor orders; and scipy's sparse product where it is installed. Exit code 1 when a
limit is missed.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Annotated, TypeVar

import numpy as np
import typer
from made_columns import Amounts, Shape, made_columns, with_declared
from rich.console import Console
from rich.table import Table

from verifier.columns import Columns, Values
from verifier.evaluation import edges_of, exact_value, float_quantities, segment_sums
from verifier.sweep import Order, claim_check, consumers_of, correct, order_of, recompute, recompute_upstream

T = TypeVar("T")
UPSTREAMS = 7
WRONG = 1_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing beside its limit; a peer is a ratio to `over`."""

    name: str
    measured: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        return self.limit is not None and self.measured > self.limit


def timed(work: Callable[[], T], repeat: int = 1) -> tuple[float, T]:
    """Median seconds, and the last result."""
    seconds = []
    for _ in range(repeat):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    return median(seconds), result


def plant(columns: Columns, chance: np.random.Generator) -> tuple[Columns, Values]:
    """The columns with a thousandth of the claims off by one step."""
    declared = columns.declared.copy()
    count = min(WRONG, max(1, len(columns) // 10))
    wrong = chance.choice(len(columns), count, replace=False)
    declared.fixed[wrong] += columns.step[wrong] * chance.choice([-1, 1], count)
    return with_declared(columns, declared), declared


def claim_figures(columns: Columns, chance: np.random.Generator, sample: int) -> list[Figure]:
    planted, declared = plant(columns, chance)
    seconds, found = timed(lambda: claim_check(planted), 5)
    # the same question of the first declarations, with Python integers
    began = time.perf_counter()
    plain = [node for node in range(sample) if exact_value(planted, node, declared) != declared.at(node)]
    scaled = (time.perf_counter() - began) * len(columns) / sample
    if plain != found.wrong[found.wrong < sample].tolist() or len(found.wrong) < 1:
        raise SystemExit("the claim check and Python integers disagree")
    if len(claim_check(columns).wrong):
        raise SystemExit("an honest claim was called wrong")
    return [
        Figure("claim check of every declaration", seconds, "s", 0.3, f"{len(found.wrong):,} wrong ones found"),
        Figure("  Python integers, scaled", scaled, "s", note=f"{scaled / seconds:.0f}x"),
    ]


def deep_figures(columns: Columns, order: Order, ordering: float, sample: int) -> list[Figure]:
    seconds, values = timed(lambda: recompute(columns, order), 3)
    began = time.perf_counter()
    plain = Values.zeros(len(columns))
    for node in range(sample):
        plain.set(node, exact_value(columns, node, plain))
    scaled = (time.perf_counter() - began) * len(columns) / sample
    same = np.array_equal(plain.fixed[:sample], values.fixed[:sample])
    if not same or values.digest() != columns.declared.digest():
        raise SystemExit("the deep recomputation and Python integers disagree")
    found = [
        Figure("deep recomputation, order found", seconds + ordering, "s", 1.5, f"{len(order):,} batches"),
        Figure("  order known", seconds, "s"),
        Figure("  Python integers, scaled", scaled, "s", note=f"{scaled / seconds:.0f}x"),
    ]
    return found + float_figures(columns, seconds)


def float_figures(columns: Columns, ours: float) -> list[Figure]:
    """One float64 product of the same matrix and a vector: not exact, not in order, the floor of any such sweep."""
    quantities, values = float_quantities(columns), columns.declared.fixed.astype(np.float64)
    edges = edges_of(columns, slice(0, len(columns)))
    seconds, _ = timed(lambda: segment_sums(quantities * values[columns.supplier], edges), 3)
    found = [Figure("  one float64 pass, numpy", seconds, "s", note=f"ours takes {ours / seconds:.1f} of it")]
    try:
        from scipy.sparse import csr_array
    except ImportError:
        return [*found, Figure("  one float64 pass, scipy", 0, "s", note="not installed")]
    matrix = csr_array((quantities, columns.supplier, columns.indptr), shape=(len(columns), len(columns)))
    seconds, _ = timed(lambda: matrix @ values, 3)
    return [*found, Figure("  one float64 pass, scipy", seconds, "s", note=f"ours takes {ours / seconds:.1f} of it")]


def upstream_figures(columns: Columns, order: Order, chance: np.random.Generator) -> list[Figure]:
    seconds, sizes = [], []
    for product in chance.integers(len(columns) * 11 // 12, len(columns), UPSTREAMS).tolist():
        took, (nodes, values) = timed(lambda product=product: recompute_upstream(columns, product, order))
        if not np.array_equal(values.fixed[nodes], columns.declared.fixed[nodes]):
            raise SystemExit("one product's upstream and the whole sweep disagree")
        seconds.append(took)
        sizes.append(len(nodes))
    note = f"{median(sizes):,.0f} declarations, worst {max(seconds):.3f} s"
    return [Figure("one product's upstream, recomputed, median", median(seconds), "s", 0.4, note)]


def correction_figures(columns: Columns, order: Order, chance: np.random.Generator, times: int) -> list[Figure]:
    making, consumers = timed(lambda: consumers_of(columns))
    values, seconds, reached = columns.declared.copy(), [], []
    for node in chance.integers(0, len(columns), times).tolist():
        row = columns.row(node)
        other = columns.changed(node, row._replace(direct=row.direct * 21 / 20))
        took, moved = timed(lambda node=node, other=other: correct(other, order, consumers, values, [node]))
        seconds.append(took * 1_000)
        reached.append(len(moved.nodes))
        correct(columns, order, consumers, values, [node])
    if values.digest() != columns.declared.digest():
        raise SystemExit("corrections that were taken back left something behind")
    note = f"{median(reached):,.0f} declarations moved, at most {max(reached):,}; worst {max(seconds):,.0f} ms"
    held = (columns.nbytes + consumers.indptr.nbytes + consumers.node.nbytes + order.rank.nbytes) / 1e6
    return [
        Figure("correction of one declaration by 5 %, median", median(seconds), "ms", 5, note),
        Figure("  customers listed, once", making, "s"),
        Figure("memory of columns, order and customers", held, "MB", 400),
    ]


def report(console: Console, figures: list[Figure]) -> None:
    table = Table("array core", "measured", "limit", "note")
    for one in figures:
        limit = "" if one.limit is None else f"{one.limit:g} {one.unit}{' MISSED' if one.missed else ''}"
        table.add_row(one.name, f"{one.measured:.4g} {one.unit}", limit, one.note)
    console.print(table)


def main(
    nodes: Annotated[int, typer.Option(min=24, help="Declarations.")] = 1_000_000,
    inputs: Annotated[int, typer.Option(min=1, help="Inputs of each.")] = 12,
    shape: Annotated[str, typer.Option(help="tier: twelve tiers; hub: commodities and communities.")] = "tier",
    amounts: Annotated[str, typer.Option(help="decades: mostly small quantities; even: all of one size.")] = "decades",
    corrections: Annotated[int, typer.Option(min=1)] = 201,
    sample: Annotated[int, typer.Option(min=1, help="Declarations for the Python peer.")] = 20_000,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Measure each of the core's goals."""
    kind: Shape = "hub" if shape == "hub" else "tier"
    sizes: Amounts = "even" if amounts == "even" else "decades"
    columns = made_columns(nodes, inputs=inputs, shape=kind, amounts=sizes, seed=seed)
    chance = np.random.Generator(np.random.PCG64(seed + 1))
    ordering, order = timed(lambda: order_of(columns), 3)
    sample = min(sample, nodes)
    figures = claim_figures(columns, chance, sample)
    figures += deep_figures(columns, order, ordering, sample)
    figures += upstream_figures(columns, order, chance)
    figures += correction_figures(columns, order, chance, corrections)
    console = Console()
    report(console, figures)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    size = f"{nodes:,} declarations, {len(columns.supplier):,} inputs, {shape}, {amounts}"
    machine = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, numpy {np.__version__}"
    console.print(f"{size}; {machine}; most memory of the process {peak:,.0f} MB")
    if any(one.missed for one in figures):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
