"""What a verdict says beside the footprint itself: how sure it is, and what changed since an earlier declaration.

The uncertainty is that of factors which state a spread and of lines which state their data quality; what nobody states
counts as exact here, and the report says how many kilograms that leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledger.errors import InputError
from ledger.identifiers import digest_to_text, parse_digest
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint, line_place
from ledger.numbers import REPORT, decimals_of, round_half_even, to_text
from verifier.breakdown import Breakdown
from verifier.product import ProductVerdict
from verifier.schema import Change, ChangedLine, ChangeReport, Contributor, Draws, UncertaintyReport, WhatIfReport

if TYPE_CHECKING:
    from verifier.verify import Verified
    from verifier.whatif import LineChange

DRAWS: Final = 5_000
SEED: Final = 20240808
"""Of the cross-check; fixed, so that a verdict has the same bytes every time."""
_TOP: Final = 10


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
    """How sure the product's footprint is; None when nothing under it states a spread or a data quality rating."""
    nodes = sorted(verdict.nodes.items(), key=lambda item: item[1].judged.index)
    factors = {digest: node.judged.content for digest, node in nodes if isinstance(node.judged.content, Factor)}
    contents = {digest: node.judged.content for digest, node in nodes if isinstance(node.judged.content, Footprint)}
    stating = {digest for digest, factor in factors.items() if factor.result.uncertainty is not None}
    lines = [line for found in breakdown.lines.values() for line in found]
    told = [line for line in lines if line.basis in stating or line.line.dqr is not None]
    if not told or verdict.declared is None:
        return None
    kilograms = sum((breakdown.rounded(line) for line in told if not line.upstream), Decimal(0))
    try:
        return _uncertainty(verdict, contents, factors, kilograms)
    except InputError:  # units that do not fit, or a spread below 1, are findings of their own
        return None


def _uncertainty(
    verdict: ProductVerdict, contents: Mapping[bytes, Footprint], factors: Mapping[bytes, Factor], kilograms: Decimal
) -> UncertaintyReport:
    from verifier.deviations import Assumed, uncertain
    from verifier.uncertainty import first_order, monte_carlo

    known = uncertain(contents, factors, Assumed(amount=0.0, value=0.0))  # what nobody states is not made up
    product = known.nodes[verdict.product]
    first = first_order(known.columns, product, known.deviations, _TOP)
    drawn = monte_carlo(known.columns, product, known.deviations, draws=DRAWS, seed=SEED)
    return UncertaintyReport(
        kilograms=to_text(kilograms), percent=_percent(kilograms, verdict.declared or Decimal(0)),
        standard_deviation=_short(first.standard_deviation),
        contributors=tuple(
            Contributor(
                digest=digest_to_text(known.digests[one.node]), headline=_headline(verdict, known.digests[one.node]),
                amount_of=None if one.supplier is None else _headline(verdict, known.digests[one.supplier]),
                deviation=_short(one.deviation), percent=f"{100 * one.share:.2f}",
            )
            for one in first.contributors
        ),
        monte_carlo=Draws(seed=drawn.seed, draws=drawn.draws, mean=_short(drawn.mean), low=_short(drawn.low),
                          high=_short(drawn.high), standard_deviation=_short(drawn.standard_deviation)),
    )  # fmt: skip


def _headline(verdict: ProductVerdict, digest: bytes) -> str:
    statement = verdict.nodes[digest].judged.statement
    return statement.headline if statement else ""


def _short(value: float) -> str:
    """Four significant digits in plain notation."""
    return to_text(Decimal(f"{value:.3e}"))


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{REPORT.divide(part * 100, whole):.2f}" if whole else "0.00"
