"""Cycles: found where nobody declared them, and solved over columns where they were.

Digests make a circle of statements impossible, so a cycle stands between products: a declaration that rests, through
others, on another declaration of its own product for an overlapping period. Only an earlier period may feed back, or a
declared loop group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ledger.errors import InputError
from ledger.findings import Finding, fail
from ledger.kinds.footprint import Footprint, line_place
from ledger.kinds.loop_group import LoopGroup
from verifier.columns import Columns, Values
from verifier.evaluation import edges_of, float_quantities, segment_sums
from verifier.sweep import Consumers, customers_of, settle

Product = tuple[str, str, str]
"""Organisation, product code and site."""


class Declared(NamedTuple):
    """An opened declaration with its issuer."""

    organisation: str
    content: Footprint

    @property
    def product(self) -> Product:
        """What it is a declaration of."""
        head = self.content.header
        return self.organisation, head.product_id, head.site or ""


def undeclared_cycles(chain: Mapping[bytes, Declared], groups: Iterable[LoopGroup] = ()) -> Iterator[Finding]:
    """A failed finding CYCLE for every line through which a declaration rests on its own product and period."""
    links = {digest: _links(digest, chain, list(groups)) for digest in chain}
    products: dict[Product, set[Product]] = {}
    for digest, one in chain.items():
        found = products.setdefault(one.product, set())
        found.update(chain[supplier].product for _, supplier in links[digest])
    component = components(products)
    for digest, one in chain.items():
        for number, supplier in links[digest]:
            if component[one.product] != component[chain[supplier].product]:
                continue
            met = _own_product_upstream(digest, supplier, chain, links, component)
            if met is not None:
                line = one.content.lines[number]
                yield fail("CYCLE", line_place(number), abs(Decimal(line.emission)), name=line.name,
                           product=one.content.header.product, got="0x" + met.hex()).about(digest)  # fmt: skip


def _links(digest: bytes, chain: Mapping[bytes, Declared], groups: list[LoopGroup]) -> list[tuple[int, bytes]]:
    """Lines that rest on a declaration of the chain, but for those inside a declared group."""
    one, found = chain[digest], []
    for number, line in enumerate(one.content.lines):
        if line.source.type != "upstream":
            continue
        supplier = bytes.fromhex(line.source.digest[2:])
        if supplier in chain and not any(_inside(group, one, chain[supplier]) for group in groups):
            found.append((number, supplier))
    return found


def _inside(group: LoopGroup, one: Declared, other: Declared) -> bool:
    members = {(member.organisation, member.product_id) for member in group.members}
    head = group.header
    return all(
        each.product[:2] in members
        and each.content.header.period_start <= head.period_end
        and head.period_start <= each.content.header.period_end
        for each in (one, other)
    )


def _own_product_upstream(
    digest: bytes, supplier: bytes, chain: Mapping[bytes, Declared], links: Mapping[bytes, list[tuple[int, bytes]]],
    component: Mapping[Product, int],
) -> bytes | None:  # fmt: skip
    """A declaration of the same product and an overlapping period that `supplier` is or rests on."""
    one = chain[digest]
    head, inside = one.content.header, component[one.product]
    seen, waiting = {supplier}, [supplier]
    while waiting:
        found = waiting.pop()
        other = chain[found]
        period = other.content.header
        overlaps = period.period_start <= head.period_end and head.period_start <= period.period_end
        if other.product == one.product and overlaps and not (found == supplier and _goes_on(other, one)):
            return found
        fresh = {s for _, s in links[found] if component[chain[s].product] == inside} - seen
        seen |= fresh
        waiting += sorted(fresh)
    return None


def _goes_on(gate: Declared, grave: Declared) -> bool:
    """Whether one takes the product from the gate, where the other left it, to the grave: that is no circle."""
    boundaries = gate.content.header.boundary, grave.content.header.boundary
    return boundaries == ("cradle-to-gate", "cradle-to-grave")


def components(links: Mapping[Product, set[Product]]) -> dict[Product, int]:
    """Of each node the strongly connected component that it is in (Tarjan 1972), without recursion."""
    number: dict[Product, int] = {}
    low: dict[Product, int] = {}
    found: dict[Product, int] = {}
    path: list[Product] = []
    for root in links:
        work = [(root, iter(sorted(links[root])))] if root not in number else []
        while work:
            node, rest = work[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                path.append(node)
            for other in rest:
                if other not in number:
                    work.append((other, iter(sorted(links[other]))))
                    break
                if other not in found:
                    low[node] = min(low[node], low[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    while node not in found:
                        found[path.pop()] = number[node]
    return found


class Certificate(NamedTuple):
    """Q w <= theta w for positive weights: below 1, the columns have a solution; a bound of it, rounded up."""

    theta: float
    weights: NDArray[np.float64]


def certify(columns: Columns, steps: int = 60) -> Certificate:
    """The theta that a few steps of w = 1 + Q w lead to, from floats rounded outwards."""
    rows = slice(0, len(columns))
    edges = edges_of(columns, rows)
    quantities = float_quantities(columns)
    weights = np.ones(len(columns))
    for _ in range(steps):
        taken = segment_sums(quantities * weights[columns.supplier], edges)
        weights = np.minimum(taken + 1, 1e150)
    taken = segment_sums(quantities * weights[columns.supplier], edges)
    outwards = 1 + (edges.counts + 8) * 2.0**-52
    return Certificate(float(np.max(taken / weights * outwards, initial=0.0)), weights)


def least_fixed_point(columns: Columns, consumers: Consumers) -> Values:
    """The least values, from zero up, that every node's rounded sum gives again; cycles are allowed, in any order.

    The same bits as `ledger.loops.least_fixed_point`. Raises `InputError` LOOP_NEGATIVE where a number is negative, and
    LOOP_UNBOUNDED where no certificate below 1 is found, so that the climb always ends.
    """
    if columns.signed:
        raise InputError("LOOP_NEGATIVE")
    if not certify(columns).theta < 1:
        raise InputError("LOOP_UNBOUNDED")
    values = Values.zeros(len(columns))
    rows = np.arange(len(columns))
    while len(rows):
        rows = np.unique(customers_of(consumers, settle(columns, rows, values).nodes))
    return values
