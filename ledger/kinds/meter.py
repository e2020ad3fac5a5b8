"""Kind `meter`: a meter, what it measures, and which meter it stands behind (domain 3.4, clauses A5 and A6)."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ledger.fields import IdText, ShortLine, Version
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Reference
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit


class Header(Strict):
    """One meter. A swap is a new statement on another number; the old one's readings end."""

    version: Version
    number: IdText
    site: IdText
    medium: Literal["electricity", "heat", "gas", "water", "fuel", "mass"]
    accuracy: IdText
    """Its class of accuracy, such as 0.5S."""
    unit: Unit
    tolerance: UnsignedText
    """Percent by which the meters behind it may differ from it in sum."""
    parent: DigestText | None = None
    """The meter before it."""
    place: ShortLine


class Meter(Strict):
    """Content of a statement on a meter."""

    header: Header


class MeterSummary(NamedTuple):
    """What calibrations and readings ask."""

    unit: str
    tolerance: str
    parent: bytes | None


def _parent(content: Meter) -> bytes | None:
    parent = content.header.parent
    return None if parent is None else parse_digest(parent)


KIND: Final = Kind(
    name="meter",
    content=Meter,
    subject=lambda content: content.header.number,
    headline=lambda content: (
        f"计量器具 {content.header.number}：{content.header.place}，{content.header.accuracy} 级，{content.header.unit}"
    ),
    references=lambda content: [
        Reference(parent, frozenset({"meter"}), "header") for parent in (_parent(content),) if parent is not None
    ],
    summary=lambda content: MeterSummary(content.header.unit, content.header.tolerance, _parent(content)),
)
