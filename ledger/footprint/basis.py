"""On which factors a line may rest, on which one it should have, and how much the difference weighs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.footprint.content import Footprint
from ledger.footprint.effects import replaced_effect
from ledger.footprint.lines import Line
from ledger.footprint.pins import PublishedFactor
from ledger.kind import Known, Surroundings

# Which kinds of factor a line may rest on: an ETS default or a CO2 average is never a product footprint's factor.
ALLOWED_FACTORS: Final[dict[str, frozenset[str]]] = {
    "fuel": frozenset({"combustion", "footprint"}),
    "process": frozenset({"footprint"}),
    "electricity": frozenset({"footprint"}),
    "green_electricity": frozenset({"footprint"}),
    "heat": frozenset({"footprint"}),
    "material": frozenset({"material", "footprint"}),
    "material_default": frozenset({"material", "footprint"}),
    "upstream": frozenset(),
    "transport": frozenset({"transport", "footprint"}),
    "packaging": frozenset({"material", "footprint"}),
    "waste": frozenset({"material", "footprint"}),
    "byproduct": frozenset({"material", "footprint"}),
}


def has_wrong_basis(factor: PublishedFactor) -> bool:
    """A CO2 value leaves out the other gases: only a combustion factor may have that basis (ISO 14067)."""
    return factor.gas_basis != "CO2e" and factor.kind != "combustion"


def covers(wide: str, narrow: str) -> bool:
    """Whether a factor for `wide` may stand for an activity in `narrow`: GLO, the same place, or its country."""
    return wide in ("GLO", narrow) or narrow.startswith(wide + "-")


class Wanted(NamedTuple):
    """What a rule says of the factors of one line: their kinds and, where it names them, their series."""

    kinds: Collection[str] = ()
    series: Collection[str] = ()


def right_factor(
    content: Footprint, line: Line, known: Known, around: Surroundings, wanted: Wanted
) -> PublishedFactor | None:
    """The factor that the line should have rested on in place of `known`, or None where the ledger cannot tell.

    It is the newest, for the place and the period, of the series that the rule names, or of the line's own where its
    kind is allowed; else the one that another line of the same kind rests on. A factor of one publisher is only ever
    replaced by that publisher's.
    """
    kinds = ALLOWED_FACTORS[line.kind] & (frozenset(wanted.kinds) or ALLOWED_FACTORS[line.kind])
    own = () if known.summary.kind not in kinds else (known.summary.series,)
    for series in wanted.series or own:
        for place in _places(line.geography or content.header.geography):
            sisters = around.newer(known, f"{series}|{place}")
            found = newest(_fitting(content, line, sisters, around, kinds), around)
            if found is not None:
                return found
    others = (
        o for o in _of_other_lines(content, line, around) if not wanted.series or o.summary.series in wanted.series
    )
    return newest(_fitting(content, line, others, around, kinds), around)


def _places(where: str) -> Iterator[str]:
    """The place, its country, and the world."""
    yield where
    while "-" in where:
        where = where.rpartition("-")[0]
        yield where
    yield "GLO"


def _of_other_lines(content: Footprint, line: Line, around: Surroundings) -> Iterator[Known]:
    for other in content.lines:
        if other.kind == line.kind and other.source.type == "factor" and other.source != line.source:
            known = around.known(bytes.fromhex(other.source.digest[2:]))
            if known is not None and known.kind == "factor" and known.summary is not None:
                yield known


def _fitting(
    content: Footprint, line: Line, factors: Iterable[Known], around: Surroundings, kinds: Collection[str]
) -> Iterator[Known]:
    head = content.header
    for known in factors:
        factor: PublishedFactor | None = known.summary
        if factor is None or known.was_ended_at(around.index) or factor.kind not in kinds or has_wrong_basis(factor):
            continue
        if not covers(factor.geography, line.geography or head.geography) or factor.year > int(head.period_end[:4]):
            continue
        if factor.valid_from <= head.period_end and head.period_start <= (factor.valid_until or "9"):
            yield known


def newest(factors: Iterable[Known], around: Surroundings) -> PublishedFactor | None:
    """The one of the latest year that no correction replaced, or None."""
    current = [known.summary for known in factors if not known.was_superseded_at(around.index)]
    return max(current, key=lambda factor: factor.year, default=None)


def weight_of(content: Footprint, line: Line, right: PublishedFactor | None) -> Decimal:
    """What a wrong factor does to the footprint; all of the line where nobody knows the right one."""
    changed = None if right is None else replaced_effect(content, line, right.value, right.per)
    return abs(Decimal(line.emission)) if changed is None else changed
