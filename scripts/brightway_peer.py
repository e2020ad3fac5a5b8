#!/usr/bin/env python3
"""Brightway's own calculation of one graph, for `bench_brightway.py`; runs in an environment of Brightway's own.

    python brightway_peer.py GRAPH.npz SCORES.npz

The graph: `indptr`, `supplier`, `quantity`, `direct`, all in kilograms and declared units. Writes the score of every
product and prints the seconds as JSON. The fastest of its ways for all products is taken, one adjoint
solution, and the best of five where that takes seconds only.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import bw_processing as bwp
import numpy as np
from bw2calc import __version__
from bw2calc.fast_scores import FastScoresOnlyMultiLCA

FLOW = 2_000_000_000
METHOD = "GWP100"


def packaged(graph: Any) -> Any:
    """One datapackage: each product made by one activity of the same number, which takes its inputs and emits."""
    count = len(graph["direct"])
    node = np.arange(count)
    consumer = np.repeat(node, np.diff(graph["indptr"]))
    made = bwp.create_datapackage()
    rows, columns = np.concatenate((node, graph["supplier"])), np.concatenate((node, consumer))
    made.add_persistent_vector(
        matrix="technosphere_matrix", indices_array=indices(rows, columns),
        data_array=np.concatenate((np.ones(count), graph["quantity"])),
        flip_array=np.concatenate((np.zeros(count, bool), np.ones(len(consumer), bool))),
    )  # fmt: skip
    made.add_persistent_vector(
        matrix="biosphere_matrix", indices_array=indices(np.full(count, FLOW), node), data_array=graph["direct"]
    )
    made.add_persistent_vector(
        matrix="characterization_matrix", indices_array=indices(np.array([FLOW]), np.array([0])),
        data_array=np.ones(1), identifier=METHOD,
    )  # fmt: skip
    return made


def indices(rows: Any, columns: Any) -> Any:
    found = np.empty(len(rows), dtype=bwp.INDICES_DTYPE)
    found["row"], found["col"] = rows, columns
    return found


def main() -> None:
    graph = np.load(sys.argv[1])
    count = len(graph["direct"])
    package = packaged(graph)
    demands = {str(n): {n: 1} for n in range(count)}
    began = time.perf_counter()
    lca = FastScoresOnlyMultiLCA(
        demands=demands, method_config={"impact_categories": [METHOD]}, data_objs=[package], direction="adjoint"
    )
    scores = np.asarray(lca.calculate(), np.float64).ravel()
    whole = time.perf_counter() - began
    again = []
    while len(again) < 5 and sum(again) < 5:
        began = time.perf_counter()
        lca.calculate()
        again.append(time.perf_counter() - began)
    np.savez(sys.argv[2], scores=scores)
    print(json.dumps({"whole": whole, "solved": min(again), "bw2calc": str(__version__)}))


if __name__ == "__main__":
    main()
