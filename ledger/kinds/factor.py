"""Kind `factor`: a published emission factor; product footprints pin it by its digest and value."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from ledger.fields import DateText, Geography, IdText, PlainLine
from ledger.kind import Kind
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit

FactorKind = Literal[
    "footprint",
    "co2_average",
    "co2_residual",
    "co2_fossil",
    "ets_default",
    "combustion",
    "transport",
    "material",
]
"""What a factor may be used for: Shanghai alone has seven official numbers for one kWh (domain section 0)."""


class Header(Strict):
    """What the factor is of, where and when it holds."""

    version: Literal[1]
    series: IdText
    """Same for every year of one published series, such as `elec-fp-cn`."""
    name: PlainLine
    kind: FactorKind
    gas_basis: Literal["CO2", "CO2e"]
    geography: Geography
    year: Annotated[int, Field(ge=1990, le=2100)]
    """The data year."""
    valid_from: DateText
    valid_until: DateText | None = None
    """Last day of validity; absent when the publisher set none."""

    @model_validator(mode="after")
    def _ordered(self) -> Header:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("PERIOD_REVERSED")
        return self


class Result(Strict):
    """The number: kg of the gas basis for one `per`."""

    value: UnsignedText
    per: Unit


class Source(Strict):
    """Where the number was published, as printed there."""

    document: PlainLine
    published: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$")]
    printed: PlainLine
    certainty: Literal["A", "B"]
    """A: at least two agreeing sources or the notice itself; B: one source that names the official document."""


class Factor(Strict):
    """Content of a factor statement."""

    header: Header
    result: Result
    source: Source


class FactorSummary(NamedTuple):
    """What a declaration's checks ask of a factor."""

    kind: str
    geography: str
    year: int
    valid_from: str
    valid_until: str | None
    series: str
    value: str
    per: str
    gas_basis: str = "CO2e"


def _summary(content: Factor) -> FactorSummary:
    head, result = content.header, content.result
    return FactorSummary(
        head.kind,
        head.geography,
        head.year,
        head.valid_from,
        head.valid_until,
        head.series,
        result.value,
        result.per,
        head.gas_basis,
    )


def _headline(content: Factor) -> str:
    head, result = content.header, content.result
    until = head.valid_until or "未定"
    return (
        f"排放因子 {head.name}：{result.value} kg{head.gas_basis}/{result.per}；"
        f"{head.year} 年数据，有效期 {head.valid_from} 至 {until}"
    )


def _subject(content: Factor) -> str:
    return f"{content.header.series}|{content.header.geography}|{content.header.year}"


KIND: Final = Kind(
    name="factor",
    content=Factor,
    subject=_subject,
    headline=_headline,
    role=lambda content: ("factor-publisher", content.header.kind),
    series=lambda content: f"{content.header.series}|{content.header.geography}",
    summary=_summary,
)
