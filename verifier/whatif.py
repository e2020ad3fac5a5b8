"""What would change: other numbers in a declaration, another amount in a line.

Calculated over columns with the same exact arithmetic and roundings as the judge's recomputation, not with derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ledger.errors import InputError
from ledger.kinds.footprint import Footprint, line_place
from ledger.numbers import EXACT, parse_decimal
from verifier.columns import Columns, ExactRow
from verifier.loading import Value, load
from verifier.sweep import order_of, part_of, recompute, upstream_of


class Moved(NamedTuple):
    """One declaration's recomputed value before and after, in kgCO2e per declared unit."""

    before: Decimal
    after: Decimal

    @property
    def kilograms(self) -> Decimal:
        """The difference."""
        return EXACT.subtract(self.after, self.before)


def in_kilograms(nano: int) -> Decimal:
    """An integer of nano-kilograms in kilograms, exactly."""
    return Decimal(nano).scaleb(-9, context=EXACT)


def what_if(columns: Columns, product: int, changes: Mapping[int, ExactRow]) -> Moved:
    """The product's value now, and with other numbers in the given nodes; their suppliers stay the same."""
    nodes = upstream_of(columns, [product])
    part = part_of(columns, nodes)
    order = order_of(part)
    before = recompute(part, order).at(len(part) - 1)
    for place, node in enumerate(nodes.tolist()):
        if node in changes:
            part = part.changed(place, changes[node])
    return Moved(in_kilograms(before), in_kilograms(recompute(part, order).at(len(part) - 1)))


class LineChange(NamedTuple):
    """Another amount, value or share for a line; None leaves the declared one. Decimal strings."""

    amount: str | None = None
    value: str | None = None
    share: str | None = None


def with_line(content: Footprint, number: int, new: LineChange) -> Footprint:
    """The declaration with one line changed, its result left as declared.

    Raises `InputError` NO_SUCH_PART for a line that is not there, DECIMAL_FORMAT for what is no number.
    """
    if not 0 <= number < len(content.lines):
        raise InputError("NO_SUCH_PART", place=line_place(number))
    line = content.lines[number]
    for text in (new.amount, new.value, new.share):
        if text is not None:
            parse_decimal(text, line_place(number))
    changed = {name: text for name, text in (("amount", new.amount), ("share", new.share)) if text is not None}
    source = line.source if new.value is None else line.source.model_copy(update={"value": new.value})
    line = line.model_copy(update={**changed, "source": source})
    return content.model_copy(update={"lines": (*content.lines[:number], line, *content.lines[number + 1 :])})


def what_if_line(
    contents: Mapping[bytes, Footprint], product: bytes, declaration: bytes, number: int, new: LineChange,
    factors: Mapping[bytes, Value] | None = None,
) -> Moved:  # fmt: skip
    """The product's value now, and with one line of `declaration`, its own or upstream, changed.

    `contents` in log order. A line's new value holds where its source is not opened: a supplier's declaration among
    `contents`, or a factor among `factors`, speaks for itself, and InputError WHAT_IF_OPENED says so.
    """
    line = contents[declaration].lines[number] if 0 <= number < len(contents[declaration].lines) else None
    if line is not None and new.value is not None and line.source.type != "gas":
        digest = bytes.fromhex(line.source.digest[2:])
        if digest in contents or digest in (factors or {}):
            raise InputError("WHAT_IF_OPENED", place=line_place(number), name=line.name)
    later = {**contents, declaration: with_line(contents[declaration], number, new)}
    found = []
    for each in (contents, later):
        loaded = load(each, factors)
        part = part_of(loaded.columns, upstream_of(loaded.columns, [loaded.nodes[product]]))
        found.append(in_kilograms(recompute(part).at(len(part) - 1)))
    return Moved(*found)
