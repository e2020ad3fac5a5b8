"""Claim check, deep recomputation, one product's upstream and corrections, over columns in log order.

The claim check asks whether each declaration comes to what it declares when its suppliers are what they declare: no
order, any part by itself. The deep recomputation starts from the direct emissions and uses no declared value; it goes
over the nodes in batches of which none rests on another of the same batch. A correction goes downstream only as far as
rounded values change: where one does not, nothing after it does, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ledger.errors import InputError
from verifier.columns import BEYOND, Columns, Int32s, Int64s, Rows, Values
from verifier.evaluation import BLOCK, Rounding, edges_of, evaluate

_WINDOW: Final = 4_096
_BATCH: Final = 256
"""Least nodes in a batch, on average, for log order itself to serve; else levels."""
_ROUNDS: Final = 64
"""Rounds of array steps over one block's own edges, before a plain loop over it is cheaper."""


class ClaimCheck(NamedTuple):
    """Nodes that do not come to what they declare, and what they come to from their suppliers' declared values."""

    wrong: Int64s
    expected: Values


def claim_check(columns: Columns) -> ClaimCheck:
    """Every declaration held against the declared values of its suppliers, in nano-kilograms, exactly."""
    expected, declared = Values.zeros(len(columns)), columns.declared
    evaluate(columns, slice(0, len(columns)), declared, expected)
    differs = expected.fixed != declared.fixed
    for node in expected.beyond.keys() & declared.beyond.keys():
        differs[node] = expected.beyond[node] != declared.beyond[node]
    return ClaimCheck(np.flatnonzero(differs), expected)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Nodes in batches, suppliers before their customers: batch k is `nodes[bounds[k]:bounds[k + 1]]`.

    `nodes` is None when log order itself is meant. `rank` is the batch of each node.
    """

    bounds: tuple[int, ...]
    nodes: Int64s | None
    rank: Int32s

    def batch(self, number: int) -> Rows:
        """The nodes of one batch."""
        first, last = self.bounds[number], self.bounds[number + 1]
        return slice(first, last) if self.nodes is None else self.nodes[first:last]

    def __len__(self) -> int:
        return len(self.bounds) - 1


def order_of(columns: Columns) -> Order:
    """Batches for a sweep. Raises `InputError` COLUMNS_NOT_ORDERED when a node rests on itself or a later one."""
    latest = _latest_suppliers(columns)
    wrong = np.flatnonzero(latest >= np.arange(len(columns)))
    if len(wrong):
        raise InputError("COLUMNS_NOT_ORDERED", node=int(wrong[0]), supplier=int(latest[wrong[0]]))
    bounds = _runs(latest)
    if bounds is not None:
        rank = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
        return Order(tuple(bounds), None, rank)
    rank = _levels(columns)
    sizes = np.bincount(rank)
    # so few tiers that they fit 16 bits are sorted by counting
    nodes = np.argsort(rank.astype(np.uint16) if len(sizes) < 2**16 else rank, kind="stable")
    return Order((0, *np.cumsum(sizes).tolist()), nodes, rank)


def _latest_suppliers(columns: Columns) -> Int32s:
    latest = np.full(len(columns), -1, np.int32)
    filled = np.diff(columns.indptr) > 0
    if len(columns.supplier):
        latest[filled] = np.maximum.reduceat(columns.supplier, columns.indptr[:-1][filled])
    return latest


def _runs(latest: Int32s) -> list[int] | None:
    """Bounds of the longest runs of log order that do not rest on themselves; None when they are too short."""
    bounds, count = [0], len(latest)
    at = 0
    while at < count:
        if len(bounds) > _BATCH and len(bounds) * _BATCH > at:
            return None
        first, width = at, at + 1
        window = _WINDOW
        while width < count:
            inside = latest[width : width + window] >= first
            found = int(inside.argmax())
            if inside[found]:
                width += found
                break
            width, window = min(width + window, count), window * 4
        at = width
        bounds.append(at)
    return bounds


def _levels(columns: Columns) -> Int32s:
    """How many tiers stand upstream of each node, block by block of log order."""
    level = np.zeros(len(columns), np.int32)
    for first in range(0, len(columns), BLOCK):
        rows = slice(first, min(first + BLOCK, len(columns)))
        edges = edges_of(columns, rows)
        filled = np.flatnonzero(edges.counts)
        if not len(filled):
            continue
        inside = edges.supplier >= first
        before = np.where(inside, -1, level[edges.supplier])
        level[rows][filled] = np.maximum.reduceat(before, edges.starts[filled]) + 1
        if inside.any():
            consumer = np.repeat(np.arange(len(edges.counts)), edges.counts)[inside]
            _settle_levels(level[rows], edges.supplier[inside] - first, consumer)
    return level


def _settle_levels(level: Int32s, supplier: Int32s, consumer: Int64s) -> None:
    """Raises the levels of one block's nodes by their edges inside it, each once, when the supplier's is settled.

    A block that is deeper than `_ROUNDS` is finished by a plain loop, in log order, in which suppliers come first.
    """
    waiting = np.bincount(consumer, minlength=len(level))
    counts = np.bincount(supplier, minlength=len(level))
    begins = np.cumsum(counts) - counts
    customers = consumer[np.argsort(supplier.astype(np.uint16), kind="stable")]
    settled = np.flatnonzero((waiting == 0) & (counts > 0))
    for _ in range(_ROUNDS):
        if not len(settled):
            return
        many = counts[settled]
        places = np.arange(many.sum()) + np.repeat(begins[settled] - (np.cumsum(many) - many), many)
        reached = customers[places]
        np.maximum.at(level, reached, np.repeat(level[settled] + 1, many))
        np.subtract.at(waiting, reached, 1)
        done = np.sort(reached[waiting[reached] == 0])
        settled = done[np.diff(done, prepend=-1) > 0]
    for one, other in zip(supplier.tolist(), consumer.tolist(), strict=True):
        level[other] = max(level[other], level[one] + 1)


def recompute(columns: Columns, order: Order | None = None, rounding: Rounding = Rounding.EVEN) -> Values:
    """Every value from the direct emissions up, each rounded once to its own decimals; declared values play no part."""
    order = order or order_of(columns)
    values = Values.zeros(len(columns))
    for number in range(len(order)):
        evaluate(columns, order.batch(number), values, values, rounding)
    return values


def upstream_of(columns: Columns, products: Iterable[int]) -> Int64s:
    """The products and everything that they rest on, in log order."""
    reached = np.zeros(len(columns), np.bool_)
    found = frontier = np.unique(np.fromiter(products, np.int64))
    reached[frontier] = True
    parts = [found]
    while len(frontier):
        suppliers = edges_of(columns, frontier).supplier
        frontier = _new(suppliers, reached)
        parts.append(frontier)
    return np.sort(np.concatenate(parts))


def _new(nodes: NDArray[np.integer], reached: NDArray[np.bool_]) -> Int64s:
    """Those of `nodes` that are not `reached` yet, each once; marks them."""
    fresh = nodes[~reached[nodes]]
    if len(fresh) * 16 < len(reached):
        fresh = np.sort(fresh)
        found = fresh[np.diff(fresh, prepend=-1) > 0].astype(np.int64)
        reached[found] = True
        return found
    before = reached.copy()
    reached[fresh] = True
    return np.flatnonzero(reached & ~before)


def recompute_upstream(columns: Columns, product: int, order: Order) -> tuple[Int64s, Values]:
    """The nodes that a product rests on, itself among them, in log order, and the values of these nodes recomputed."""
    nodes = upstream_of(columns, [product])
    values = Values.zeros(len(columns))
    ranks = order.rank[nodes]
    sorted_nodes = nodes if order.nodes is None else nodes[np.argsort(ranks, kind="stable")]
    cuts = np.flatnonzero(np.diff(order.rank[sorted_nodes])) + 1
    for rows in np.split(sorted_nodes, cuts):
        evaluate(columns, rows, values, values)
    return nodes, values


def part_of(columns: Columns, nodes: Int64s) -> Columns:
    """The columns of `nodes` alone, numbered anew in the order given; they must hold every supplier of theirs."""
    edges = edges_of(columns, nodes)
    place = np.full(len(columns), -1, np.int32)
    place[nodes] = np.arange(len(nodes), dtype=np.int32)
    indptr = np.concatenate((edges.starts, [len(edges.supplier)])).astype(np.int64)
    declared = Values.zeros(len(nodes))
    declared.fixed[:] = columns.declared.fixed[nodes]
    for node, value in columns.declared.beyond.items():
        if place[node] >= 0:
            declared.set(int(place[node]), value)
    exact = {int(place[node]): row for node, row in columns.exact.items() if place[node] >= 0}
    return Columns(
        indptr, place[edges.supplier], edges.quantity, columns.scale[nodes], columns.direct[nodes],
        columns.rest[nodes], columns.step[nodes], declared, exact,
    )  # fmt: skip


def arranged(columns: Columns, order: Order) -> tuple[Columns, Order]:
    """The same columns with every batch in one piece, for many recomputations: node k is then `order.nodes[k]`."""
    if order.nodes is None:
        return columns, order
    return part_of(columns, order.nodes), Order(order.bounds, None, order.rank[order.nodes])


class Consumers(NamedTuple):
    """Who rests on whom: the customers of node i are `node[indptr[i]:indptr[i + 1]]`, in log order."""

    indptr: Int64s
    node: Int32s


def consumers_of(columns: Columns) -> Consumers:
    """The columns' edges turned round; made once for all corrections."""
    count = len(columns)
    keys = columns.supplier.astype(np.int64)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(columns.supplier, minlength=count)))).astype(np.int64)
    keys <<= 32
    keys |= np.repeat(np.arange(count, dtype=np.int32), np.diff(columns.indptr))
    keys.sort()
    keys &= 0xFFFF_FFFF
    return Consumers(indptr, keys.astype(np.int32))


class Corrected(NamedTuple):
    """Nodes whose value is now another one, in log order, and what it was; `large` has those beyond the array."""

    nodes: Int64s
    fixed: Int64s
    large: Mapping[int, int]

    def before(self) -> dict[int, int]:
        """The former value by node."""
        return {n: self.large.get(n, old) for n, old in zip(self.nodes.tolist(), self.fixed.tolist(), strict=True)}


def correct(columns: Columns, order: Order, consumers: Consumers, values: Values, changed: Iterable[int]) -> Corrected:
    """Brings `values` in line with columns in which the nodes `changed` have other numbers than before.

    A node is evaluated once, after all of its suppliers, and only when one of them came to another rounded value.
    """
    waiting = _Waiting(order.rank)
    waiting.add(np.fromiter(changed, np.int64))
    found = []
    while waiting:
        found.append(settle(columns, waiting.take(), values))
        waiting.add(customers_of(consumers, found[-1].nodes))
    if not found:
        return Corrected(np.zeros(0, np.int64), np.zeros(0, np.int64), {})
    nodes = np.concatenate([one.nodes for one in found])
    by_log = np.argsort(nodes)
    large = {node: old for one in found for node, old in one.large.items()}
    return Corrected(nodes[by_log], np.concatenate([one.fixed for one in found])[by_log], large)


def settle(columns: Columns, rows: Int64s, values: Values) -> Corrected:
    """Evaluates nodes, each given once in ascending order; those whose value moved, and what it was before."""
    old = values.fixed[rows]
    large = {node: values.beyond[node] for node in rows[old == BEYOND].tolist()} if values.beyond else {}
    evaluate(columns, rows, values, values)
    moved = values.fixed[rows] != old
    for node, value in large.items():
        moved[np.searchsorted(rows, node)] = values.at(node) != value
    return Corrected(rows[moved], old[moved], large)


def customers_of(consumers: Consumers, nodes: Int64s) -> Int64s:
    """Who rests on any of `nodes`, as often as they do."""
    begins = consumers.indptr[nodes]
    counts = consumers.indptr[nodes + 1] - begins
    ends = np.cumsum(counts)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - (ends - counts), counts)
    found: Int64s = consumers.node[places].astype(np.int64)
    return found


class _Waiting:
    """Nodes to be evaluated, batch by batch of an order, each once."""

    def __init__(self, rank: Int32s) -> None:
        self._rank = rank
        self._here = np.zeros(len(rank), np.bool_)
        # where a node stood last among those added: of equal ones only the last finds itself there
        self._place = np.empty(len(rank), np.int32)
        self._ranks: list[int] = []
        self._parts: dict[int, list[Int64s]] = {}

    def __bool__(self) -> bool:
        return bool(self._ranks)

    def add(self, nodes: Int64s) -> None:
        """Takes in nodes that are not waiting yet; later ones than those that were taken out."""
        nodes = nodes[~self._here[nodes]]
        if not len(nodes):
            return
        places = np.arange(len(nodes), dtype=np.int32)
        self._place[nodes] = places
        nodes = nodes[self._place[nodes] == places]
        self._here[nodes] = True
        ranks = self._rank[nodes]
        by_rank = np.argsort(ranks, kind="stable")
        ranks, nodes = ranks[by_rank], nodes[by_rank]
        cuts = np.flatnonzero(np.diff(ranks)) + 1
        for rank, part in zip(ranks[[0, *cuts]].tolist(), np.split(nodes, cuts), strict=True):
            if rank not in self._parts:
                heappush(self._ranks, rank)
                self._parts[rank] = []
            self._parts[rank].append(part)

    def take(self) -> Int64s:
        """The nodes of the earliest batch in ascending order."""
        return np.sort(np.concatenate(self._parts.pop(heappop(self._ranks))))
