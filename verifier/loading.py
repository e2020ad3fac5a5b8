"""From opened declarations to columns: each line's exact part in its declaration's number.

A line that rests on a declaration among the given ones becomes an input: how many of the supplier's declared units
stand in one of the customer's. Every other line is a direct emission, from its factor's or its pinned value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ledger.calculation import GWP100
from ledger.errors import InputError
from ledger.footprint.lines import FactorSource, UpstreamSource
from ledger.kinds.footprint import Footprint, Line
from ledger.kinds.loop_group import LoopGroup, solved
from ledger.numbers import decimals_of
from ledger.units import conversion
from verifier.columns import NANO, Columns, Row, from_rows


class Value(NamedTuple):
    """A published value for one `per`: a decimal, or a fraction `a/b`."""

    value: str
    per: str


class Part(NamedTuple):
    """What one line is in its declaration's number: an input (`supplier` is a node), or `direct` kgCO2e."""

    supplier: int | None
    quantity: Fraction
    """Of the supplier's declared units; zero for a direct emission."""
    direct: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Columns with the digest of every node. Where a line's units do not fit, its declaration stands as declared."""

    columns: Columns
    digests: tuple[bytes, ...]
    nodes: Mapping[bytes, int]
    as_declared: frozenset[bytes]


def load(contents: Mapping[bytes, Footprint], factors: Mapping[bytes, Value] | None = None) -> Loaded:
    """The declarations `contents`, in log order by digest, as columns.

    With `factors`, the published values by `value_key` stand in place of the pinned ones, and the GWP table in place of
    the written GWPs, as the deep recomputation asks; without, the declarations' own.
    """
    nodes = {digest: node for node, digest in enumerate(contents)}
    rows, unread = [], set()
    for digest, content in contents.items():
        declared = Fraction(content.result.footprint)
        try:
            parts = [part_of(line, content, contents, nodes, factors) for line in content.lines]
        except InputError:
            unread.add(digest)
            parts = [Part(None, Fraction(0), declared)]
        rows.append(row_of(content, parts))
    return Loaded(from_rows(rows), tuple(contents), nodes, frozenset(unread))


def value_key(source: FactorSource | UpstreamSource) -> bytes:
    """By what a published value is looked up: the digest, and the member's key where it is one of a loop group."""
    digest = bytes.fromhex(source.digest[2:])
    member = source.member if source.type == "upstream" else None
    return digest if member is None else digest + member.encode()


def group_values(groups: Mapping[bytes, LoopGroup]) -> dict[bytes, Value]:
    """The solved values of loop groups, for one unit, by `value_key`; a group that cannot be solved has none."""
    found = {}
    for digest, group in groups.items():
        values = solved(group) or {}
        for one in group.members:
            if one.key in values:
                exact = Fraction(values[one.key]) / Fraction(one.amount)
                found[digest + one.key.encode()] = Value(str(exact), one.unit)
    return found


def row_of(content: Footprint, parts: list[Part]) -> Row:
    """The numbers of a declaration with the given parts of its lines."""
    direct = sum((part.direct for part in parts), Fraction(0)) * NANO
    inputs = [(part.supplier, part.quantity) for part in parts if part.supplier is not None]
    declared = Fraction(content.result.footprint) * NANO
    return Row(int(declared), decimals_of(content.result.footprint), direct, inputs)


def part_of(
    line: Line, content: Footprint, contents: Mapping[bytes, Footprint], nodes: Mapping[bytes, int],
    factors: Mapping[bytes, Value] | None,
) -> Part:  # fmt: skip
    """What a line is in the number. Raises `InputError` UNIT_MISMATCH when its unit is not the value's."""
    source = line.source
    value, per = source.value, source.per
    if source.type == "gas":
        value = value if factors is None else GWP100[content.header.gwp].get(source.gas, value)
    else:
        digest = bytes.fromhex(source.digest[2:])
        if source.type == "upstream" and digest in nodes:
            supplier = contents[digest].header
            quantity = units_of(line, content, supplier.unit) / Fraction(supplier.amount)
            return Part(nodes[digest], quantity, Fraction(0))
        published = (factors or {}).get(value_key(source), Value(value, per))
        return Part(None, Fraction(0), units_of(line, content, published.per) * Fraction(published.value))
    return Part(None, Fraction(0), units_of(line, content, per) * Fraction(value))


def units_of(line: Line, content: Footprint, per: str) -> Fraction:
    """How many `per` a line's activity is for one declared unit, after allocation. Raises UNIT_MISMATCH."""
    factor = conversion(line.unit, per)
    if factor is None:
        raise InputError("UNIT_MISMATCH", got=line.unit, expected=per)
    return Fraction(line.amount) * factor * Fraction(line.share or 1) / Fraction(content.production.output)
