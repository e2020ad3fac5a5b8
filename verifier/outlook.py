"""What a verdict says beside the footprint itself: how sure it is, and what changed since an earlier declaration.

The uncertainty is that of the factors which state one. Each such factor stands as one number, however many lines of
however many firms rest on it, so that its spread is not averaged away (IPCC 2006 Guidelines, volume 1, chapter 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.errors import InputError
from ledger.identifiers import digest_to_text, parse_digest
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint, Line, line_place
from ledger.numbers import REPORT, decimals_of, round_half_even, to_text
from verifier.breakdown import Breakdown
from verifier.product import ProductVerdict
from verifier.schema import Change, ChangedLine, ChangeReport, Contributor, Draws, UncertaintyReport, WhatIfReport

if TYPE_CHECKING:
    from verifier.columns import Columns, Row
    from verifier.loading import Part
    from verifier.verify import Verified
    from verifier.whatif import LineChange

DRAWS: Final = 5_000
SEED: Final = 20240808
"""Of the cross-check; fixed, so that a verdict has the same bytes every time."""
_TOP: Final = 10
_NORMAL_95: Final = 1.959964


def change_since(before: Footprint, after: Footprint) -> ChangeReport:
    """The change split by cause. Raises `InputError` UNIT_MISMATCH when the declarations cannot be compared."""
    from verifier.decompose import change

    found = change(before, after)
    decimals = max(decimals_of(one.result.footprint) for one in (before, after))
    lines = [
        ChangedLine(
            name=line.name, kilograms=to_text(round_half_even(sum(line.kilograms.values(), Fraction(0)), decimals))
        )
        for line in found.lines
    ]
    moved = [line for line in lines if Decimal(line.kilograms)]
    head, first = before.header, Decimal(before.result.footprint)
    return ChangeReport(
        product=head.product, period_start=head.period_start, period_end=head.period_end,
        before=before.result.footprint,
        after=to_text(REPORT.add(first, found.total)), total=to_text(found.total),
        parts=tuple(Change(cause=cause.value, kilograms=to_text(part)) for cause, part in found.parts.items()),
        unexplained=to_text(found.unexplained),
        lines=tuple(sorted(moved, key=lambda line: (-abs(Decimal(line.kilograms)), line.name))[:_TOP]),
    )  # fmt: skip


def what_if(found: Verified, place: str, statement: str | None, new: LineChange) -> WhatIfReport:
    """The product with another number in the line at `place` of `statement`, else of its own declaration.

    Raises `InputError` NO_SUCH_LINE, WHAT_IF_OPENED, UNIT_MISMATCH or DECIMAL_FORMAT.
    """
    from verifier.whatif import what_if_line

    ordered = sorted(found.verdict.nodes.items(), key=lambda item: item[1].judged.index)
    contents = {digest: node.judged.content for digest, node in ordered if isinstance(node.judged.content, Footprint)}
    product = found.verdict.product
    digest = product if statement is None else parse_digest(statement)
    lines = contents[digest].lines if digest in contents else ()
    number = next((n for n in range(len(lines)) if line_place(n) == place), None)
    if number is None or product not in contents:
        raise InputError("NO_SUCH_LINE", place=place, got=digest_to_text(digest))
    moved = what_if_line(contents, product, digest, number, new)
    decimals = decimals_of(contents[product].result.footprint)
    before, after, by = (round_half_even(one, decimals) for one in (moved.before, moved.after, moved.kilograms))
    return WhatIfReport(
        product=digest_to_text(product), statement=digest_to_text(digest), place=place, name=lines[number].name,
        before=to_text(before), after=to_text(after), difference=to_text(by),
    )  # fmt: skip


def uncertainty_of(verdict: ProductVerdict, breakdown: Breakdown) -> UncertaintyReport | None:
    """How sure the product's footprint is; None when no factor under it states a spread."""
    spreads = {
        digest: node.judged.content
        for digest, node in verdict.nodes.items()
        if isinstance(node.judged.content, Factor) and node.judged.content.result.uncertainty is not None
    }
    lines = [line for found in breakdown.lines.values() for line in found if line.basis in spreads]
    if not lines or verdict.declared is None:
        return None
    return _uncertainty(verdict, spreads, sum((breakdown.rounded(line) for line in lines), Decimal(0)))


def _uncertainty(verdict: ProductVerdict, spreads: Mapping[bytes, Factor], kilograms: Decimal) -> UncertaintyReport:
    import numpy as np

    from verifier.uncertainty import Deviations, first_order, monte_carlo

    columns, nodes = _columns(verdict, spreads)
    direct = np.zeros(len(columns))
    for digest, factor in spreads.items():
        direct[nodes[digest]] = relative_spread(factor)
    deviations = Deviations(direct, np.zeros(int(columns.indptr[-1])))
    product = nodes[verdict.product]
    first = first_order(columns, product, deviations, _TOP)
    drawn = monte_carlo(columns, product, deviations, draws=DRAWS, seed=SEED)
    digests = {node: digest for digest, node in nodes.items()}
    return UncertaintyReport(
        kilograms=to_text(kilograms), percent=_percent(kilograms, verdict.declared or Decimal(0)),
        standard_deviation=_short(first.standard_deviation),
        contributors=tuple(
            Contributor(digest=digest_to_text(digests[one.node]), headline=_headline(verdict, digests[one.node]),
                        deviation=_short(one.deviation), percent=f"{100 * one.share:.2f}")
            for one in first.contributors
        ),
        monte_carlo=Draws(seed=drawn.seed, draws=drawn.draws, mean=_short(drawn.mean), low=_short(drawn.low),
                          high=_short(drawn.high), standard_deviation=_short(drawn.standard_deviation)),
    )  # fmt: skip


def relative_spread(factor: Factor) -> float:
    """The relative standard deviation of a factor that states its spread: 95 % lie within plus or minus `percent`."""
    from verifier.uncertainty import relative_deviation

    stated = factor.result.uncertainty
    if stated is None:
        return 0.0
    value = float(stated.value)
    return value / 100 / _NORMAL_95 if stated.measure == "percent" else relative_deviation(value)


def _columns(verdict: ProductVerdict, spreads: Mapping[bytes, Factor]) -> tuple[Columns, dict[bytes, int]]:
    """The product's chain as columns in which every factor with a spread is a node of its own."""
    from verifier.columns import NANO, Row, from_rows

    ordered = sorted(verdict.nodes.items(), key=lambda item: item[1].judged.index)
    contents = {digest: node.judged.content for digest, node in ordered if isinstance(node.judged.content, Footprint)}
    nodes: dict[bytes, int] = {}
    rows: list[Row] = []
    for digest, _ in ordered:
        if digest in spreads:
            value = Fraction(spreads[digest].result.value) * NANO
            nodes[digest] = len(rows)
            rows.append(Row(int(value), 9, value, []))
        elif digest in contents:
            rows.append(_row(contents[digest], contents, nodes, spreads))
            nodes[digest] = len(rows) - 1
    return from_rows(rows), nodes


def _row(
    content: Footprint, contents: Mapping[bytes, Footprint], nodes: Mapping[bytes, int], spreads: Mapping[bytes, Factor]
) -> Row:
    from verifier.loading import Part, row_of

    try:
        parts = [_part(line, content, contents, nodes, spreads) for line in content.lines]
    except InputError:  # units that do not fit are a finding of their own: it stands as declared
        parts = [Part(None, Fraction(0), Fraction(content.result.footprint))]
    return row_of(content, parts)


def _part(
    line: Line, content: Footprint, contents: Mapping[bytes, Footprint], nodes: Mapping[bytes, int],
    spreads: Mapping[bytes, Factor],
) -> Part:  # fmt: skip
    from verifier.loading import Part, part_of, units_of

    source = line.source
    digest = b"" if source.type == "gas" else bytes.fromhex(source.digest[2:])
    if digest in spreads and digest in nodes:
        return Part(nodes[digest], units_of(line, content, spreads[digest].result.per), Fraction(0))
    return part_of(line, content, contents, nodes, None)


def _headline(verdict: ProductVerdict, digest: bytes) -> str:
    statement = verdict.nodes[digest].judged.statement
    return statement.headline if statement else ""


def _short(value: float) -> str:
    """Four significant digits in plain notation."""
    return to_text(Decimal(f"{value:.3e}"))


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{REPORT.divide(part * 100, whole):.2f}" if whole else "0.00"
