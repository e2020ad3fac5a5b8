"""What lines take from deliveries, certificates, batches and readings, and what a declaration covers.

A line's amount stands for `production.output` declared units; over the period it needs that times the units made.
What it takes must be enough, must be the firm's own to take, and is drawn from the statement that it names, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from ledger.findings import Finding, Outcome, fail, not_checked
from ledger.footprint.content import Footprint, line_place, subject_of
from ledger.footprint.lines import Line, Taken
from ledger.footprint.looped import is_of
from ledger.holdings import Move, readable
from ledger.kind import Known, Reference, Surroundings
from ledger.numbers import decimals_of, round_half_even
from ledger.units import conversion
from ledger.volume import draw, fill, made_topic, output_topic


class _Source(NamedTuple):
    kinds: frozenset[str]
    beyond: str
    """Code of the finding when the statement has too little left."""


_SOURCES: Final = {
    "deliveries": _Source(frozenset({"acceptance"}), "DELIVERY_BEYOND"),
    "certificates": _Source(frozenset({"green-certificate"}), "CERTIFICATE_BEYOND"),
    "batches": _Source(frozenset({"batch", "fuel-batch"}), "BATCH_BEYOND"),
    "readings": _Source(frozenset({"reading"}), "READING_BEYOND"),
}


_FIELDS: Final = frozenset(_SOURCES)


def _taking(content: Footprint) -> Iterator[tuple[int, Line, str, Sequence[Taken]]]:
    for number, line in enumerate(content.lines):
        if _FIELDS.isdisjoint(line.model_fields_set):  # most lines take nothing, and are asked often
            continue
        for field in _SOURCES:
            taken: Sequence[Taken] | None = getattr(line, field)
            if taken is not None:
                yield number, line, field, taken


def taken_references(content: Footprint) -> list[Reference]:
    """The statements that the lines take from."""
    return [
        Reference(bytes.fromhex(one.digest[2:]), _SOURCES[field].kinds, line_place(number))
        for number, _, field, taken in _taking(content)
        for one in taken
    ]


def units_made(content: Footprint) -> Fraction | None:
    """How many times the lines' amounts were needed in the period; once when no quantity is stated.

    None when the quantity's unit does not fit the declared one.
    """
    head, production = content.header, content.production
    if production.quantity is None:
        return Fraction(1)
    factor = conversion(production.quantity_unit or head.unit, head.unit)
    if factor is None:
        return None
    return Fraction(production.quantity) * factor / Fraction(head.amount) / Fraction(production.output)


def _needed(content: Footprint, line: Line) -> Fraction:
    return abs(Fraction(line.amount)) * (units_made(content) or Fraction(1))


def moves(content: Footprint) -> Iterator[Move]:
    """What the declaration covers, for its deliveries to draw on, and what its lines draw."""
    production = content.production
    if production.quantity is not None:
        yield fill(production.quantity, production.quantity_unit or content.header.unit, "production")
    for number, line, field, taken in _taking(content):
        needed = _needed(content, line)
        weight = abs(Fraction(line.emission)) / needed if needed else None
        for one in taken:
            yield draw(one.digest, one.amount, line.unit, line_place(number), _SOURCES[field].beyond, weight)


def topics(content: Footprint) -> Iterator[str]:
    """Where the site's output finds the declaration."""
    head = content.header
    if head.site is not None and content.production.quantity is not None:
        yield made_topic(head.site, head.product_id, head.period_start, head.period_end)


def check_taken(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """Whether the lines took enough, and of what fits them."""
    if units_made(content) is None:
        yield fail("QUANTITY_UNIT", "production", got=content.production.quantity_unit or "",
                   expected=content.header.unit)  # fmt: skip
    for number, line, field, taken in _taking(content):
        yield from _check_enough(content, number, line, field, taken)
        for one in taken:
            known = around.known(bytes.fromhex(one.digest[2:]))
            if known is not None and known.summary is not None and known.kind in _SOURCES[field].kinds:
                yield from _check_stock(content, number, line, known, around)
    for finding in check_site(content, around):
        if finding.outcome is Outcome.FAIL:  # a gap may be filled by a declaration to come
            yield finding


def _check_enough(content: Footprint, number: int, line: Line, field: str, taken: Sequence[Taken]) -> Iterator[Finding]:
    needed = _needed(content, line)
    summed = sum((Fraction(one.amount) for one in taken), Fraction())
    if summed < needed:
        code = "GREEN_NOT_COVERED" if field == "certificates" else "LINE_NOT_COVERED"
        yield fail(code, line_place(number), _lacking(content, line, 1 - summed / needed), name=line.name,
                   got=readable(summed), expected=readable(needed), missing=readable(needed - summed),
                   unit=line.unit)  # fmt: skip


def _lacking(content: Footprint, line: Line, share: Fraction) -> Decimal:
    """kg by which the footprint is too low when `share` of a green line was electricity of the grid.

    The grid's value is that of another line of the declaration; else, and for other lines, it is the weight of the part
    that nothing stands behind.
    """
    decimals = decimals_of(content.result.footprint)
    grid = next((one for one in content.lines if one.kind == "electricity" and conversion(one.per, line.per)), None)
    own = Fraction(line.emission) * share
    if line.kind != "green_electricity" or grid is None or not Fraction(line.value):
        return round_half_even(abs(own), decimals)
    per = Fraction(grid.value) / Fraction(conversion(grid.per, line.per) or 1)
    return round_half_even(own * (per - Fraction(line.value)) / Fraction(line.value), decimals)


def _check_stock(content: Footprint, number: int, line: Line, known: Known, around: Surroundings) -> Iterator[Finding]:
    stock: Any = known.summary
    place, weight, head = line_place(number), abs(Decimal(line.emission)), content.header
    if stock.valid_from and (head.period_end < stock.valid_from or head.period_start > stock.valid_until):
        yield fail("TAKEN_PERIOD", place, weight, name=line.name, got=f"{stock.valid_from}..{stock.valid_until}",
                   expected=f"{head.period_start}..{head.period_end}")  # fmt: skip
    if known.kind == "green-certificate" and line.kind != "green_electricity":
        yield fail("CERTIFICATE_LINE", place, weight, name=line.name, got=line.kind)
    if stock.flag:
        yield not_checked(stock.flag, place, weight, name=line.name)
    if stock.basis is not None:
        yield from _check_delivery(number, line, stock.basis, around)


def _check_delivery(number: int, line: Line, delivery: bytes, around: Surroundings) -> Iterator[Finding]:
    """The goods were delivered under the very declaration, in whichever version, whose value the line pins."""
    known = around.known(delivery)
    if known is None or known.summary is None:
        return
    delivered = around.known(known.summary.declaration)
    source = line.source
    pinned = around.known(bytes.fromhex(source.digest[2:])) if source.type == "upstream" else None
    subjects = [(one.organisation, one.subject) if one is not None else None for one in (delivered, pinned)]
    if delivered is not None and source.type == "upstream" and is_of(pinned, source, *_product(delivered)):
        return  # delivered under the member's own declaration, pinned as its group was solved
    if subjects[0] is not None and subjects[0] != subjects[1]:
        yield fail("DELIVERY_OTHER_DECLARATION", line_place(number), abs(Decimal(line.emission)), name=line.name,
                   got="|".join(subjects[0]), expected="|".join(subjects[1] or ("-",)))  # fmt: skip


def _product(declaration: Known) -> tuple[str, str]:
    return declaration.organisation, declaration.subject.partition("|")[0]


def check_site(content: Footprint, around: Surroundings) -> Iterator[Finding]:
    """Together the site's declarations cover what the site made, where it said what that was: no more, and no less."""
    head, production = content.header, content.production
    if head.site is None or production.quantity is None:
        return
    days = (head.period_start, head.period_end)
    for known in around.on(output_topic(head.site, head.product_id, *days)):
        output = known.summary
        ended = known.was_ended_at(around.index) or known.was_superseded_at(around.index)
        if output is None or ended or known.organisation != around.organisation:
            continue
        covered, made = _covered(content, output.unit, output.products, around), Fraction(output.quantity)
        values = {"got": readable(covered), "expected": output.quantity, "unit": output.unit,
                  "missing": readable(abs(covered - made))}  # fmt: skip
        if covered > made:
            yield fail("SITE_OVERDECLARED", "production", **values)
        elif covered < made:
            yield not_checked("SITE_GAP", "production", **values)


def _covered(content: Footprint, unit: str, products: Sequence[str], around: Surroundings) -> Fraction:
    """What this declaration and the live ones before it, but its own predecessor, cover."""
    head, production = content.header, content.production
    own_unit = production.quantity_unit or head.unit
    found = Fraction(production.quantity or 0) * (conversion(own_unit, unit) or 0)
    own = subject_of(content)
    for product in products:
        for known in around.on(made_topic(head.site or "", product, head.period_start, head.period_end)):
            ended = known.was_ended_at(around.index) or known.was_superseded_at(around.index)
            other = known.summary
            if known.organisation != around.organisation or known.subject == own or ended or other is None:
                continue
            found += Fraction(other.quantity) * (conversion(other.quantity_unit or other.unit, unit) or 0)
    return found
