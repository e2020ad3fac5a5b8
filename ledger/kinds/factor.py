"""Kind `factor`: a published emission factor; product footprints pin it by its digest and value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.fields import DateText, FactorKind, Geography, IdText, PlainLine, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.footprint.breakdown import EXCLUDING_UPTAKE, Breakdown
from ledger.footprint.lines import RatingText
from ledger.identifiers import DigestText
from ledger.kind import Kind, Reference, Surroundings
from ledger.numbers import EXACT, UnsignedText
from ledger.statement import Strict
from ledger.units import Unit
from ledger.words.form import Words

FactorBoundary = Literal["cradle-to-gate", "cradle-to-grave", "gate-to-gate", "well-to-tank", "well-to-wheel"]


class Header(Strict):
    """What the factor is of, where and when it holds."""

    version: Version
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
    technology: PlainLine | None = None
    boundary: Literal["cradle-to-gate", "cradle-to-grave", "gate-to-gate", "well-to-tank", "well-to-wheel"] | None = (
        None
    )
    data_type: Literal["measured", "modelled", "literature"] | None = None
    sample_size: Annotated[int, Field(ge=1, le=10**9)] | None = None
    """How many plants or records the number was found from."""
    review: DigestText | None = None
    """The statement of kind `factor-review` by which a submission became this factor."""

    @model_validator(mode="after")
    def _ordered(self) -> Header:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("PERIOD_REVERSED")
        return self


class Uncertainty(Strict):
    """A spread of 95 %: plus or minus percent of the value, or a geometric standard deviation."""

    measure: Literal["percent", "gsd"]
    value: UnsignedText


class Band(Strict):
    """Between which values, both possible, a number is plausible; a unit error of a thousand falls outside."""

    low: UnsignedText
    high: UnsignedText

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if Decimal(self.high) < Decimal(self.low):
            raise ValueError("BAND_REVERSED")
        return self

    def holds(self, value: Decimal) -> bool:
        """Whether `value` lies in the band."""
        return Decimal(self.low) <= value <= Decimal(self.high)


class Quality(Strict):
    """Five data quality ratings from 1, the best, to 5."""

    technological: RatingText
    geographical: RatingText
    temporal: RatingText
    reliability: RatingText
    completeness: RatingText


class Result(Strict):
    """The number: kg of the gas basis for one `per`, and what is known of it."""

    value: UnsignedText
    per: Unit
    uncertainty: Uncertainty | None = None
    band: Band | None = None
    quality: Quality | None = None
    breakdown: Breakdown | None = None
    """The value's parts by origin, under PACT's names."""
    wtt: UnsignedText | None = None
    ttw: UnsignedText | None = None
    """Of a transport factor: from well to tank and from tank to wheel, which add up to the value (ISO 14083)."""


class Source(Strict):
    """Where the number was published, as printed there."""

    document: PlainLine
    published: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$")]
    printed: PlainLine
    certainty: Literal["A", "B"]
    """A: at least two agreeing sources or the notice itself; B: one source that names the official document."""
    page: ShortLine | None = None
    """Page, table or row in the document."""
    licence: ShortLine | None = None
    """An SPDX identifier, or the words under which the number may be passed on."""


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
    published: str = ""
    breakdown: Breakdown | None = None
    wtt: str | None = None
    ttw: str | None = None
    uncertainty: Uncertainty | None = None


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
        content.source.published,
        result.breakdown,
        result.wtt,
        result.ttw,
        result.uncertainty,
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


class ReviewSummary(NamedTuple):
    """What a published factor asks of its review."""

    submission: bytes
    accepted: bool
    band: Band | None


def check_numbers(content: Factor) -> Iterator[Finding]:
    """Whether the value is plausible and its stated parts add up to it."""
    result = content.result
    value = Decimal(result.value)
    if result.band is not None and not result.band.holds(value):
        yield _out_of_band(result.value, result.band)
    parts = [text for name in EXCLUDING_UPTAKE if (text := getattr(result.breakdown, name, None)) is not None]
    if parts:
        yield from _check_sum(value, parts, "breakdown")
    if result.wtt is not None and result.ttw is not None:
        yield from _check_sum(value, [result.wtt, result.ttw], "wtt + ttw")


def _out_of_band(value: str, band: Band) -> Finding:
    return fail("FACTOR_OUT_OF_BAND", "result", got=value, expected=f"{band.low}..{band.high}")


def _check_sum(value: Decimal, parts: list[str], what: str) -> Iterator[Finding]:
    summed = Decimal(0)
    for part in parts:
        summed = EXACT.add(summed, Decimal(part))
    if summed != value:
        yield fail("FACTOR_PARTS", "result", what=what, got=f"{summed:f}", expected=f"{value:f}")


def _register(content: Factor, around: Surroundings) -> Iterator[Finding]:
    yield from check_numbers(content)
    digest = content.header.review
    known = around.known(bytes.fromhex(digest[2:])) if digest is not None else None
    if known is None or not isinstance(known.summary, ReviewSummary):
        return  # without a review; or the general checks say that it is unknown, of another kind or withheld
    review = known.summary
    if not review.accepted:
        yield fail("REVIEW_NOT_ACCEPTED", "header", got=digest)
    if review.band is not None and not review.band.holds(Decimal(content.result.value)):
        yield _out_of_band(content.result.value, review.band)
    submission = around.known(review.submission)
    if submission is not None and isinstance(submission.summary, FactorSummary):
        yield from _check_same(_summary(content), submission.summary)


def _check_same(published: FactorSummary, reviewed: FactorSummary) -> Iterator[Finding]:
    """What is published is what was reviewed, sign by sign."""
    for name, got, expected in zip(FactorSummary._fields, published, reviewed, strict=True):
        if got != expected:
            yield fail("FACTOR_NOT_AS_REVIEWED", "header", field=name, got=got, expected=expected)


KIND: Final = Kind(
    name="factor",
    content=Factor,
    subject=_subject,
    headline=_headline,
    role=lambda content: ("factor-publisher", content.header.kind),
    references=lambda content: (
        [Reference(bytes.fromhex(content.header.review[2:]), frozenset({"factor-review"}), "header")]
        if content.header.review is not None
        else []
    ),
    series=lambda content: f"{content.header.series}|{content.header.geography}",
    summary=_summary,
    register=_register,
    words={
        "BAND_REVERSED": Words("合理区间的下限大于上限", "a plausible band ends below its beginning"),
        "FACTOR_OUT_OF_BAND": Words(
            "因子值 {got} 不在合理区间 {expected} 内，疑似单位错误（如 kWh 与 MWh、kg 与 t）。请核对原文",
            "the factor's value {got} lies outside the plausible band {expected}: a unit error "
            "(kWh for MWh, kg for t)? Check the source",
        ),
        "FACTOR_PARTS": Words(
            "因子分项（{what}）之和为 {got}，应等于因子值 {expected}。请更正分项",
            "the factor's parts ({what}) add up to {got}, its value is {expected}. Correct the parts",
        ),
        "REVIEW_NOT_ACCEPTED": Words(
            "因子引用的评审 {got} 未通过该因子，不得发布",
            "the review {got} did not accept this factor: it must not be published",
        ),
        "FACTOR_NOT_AS_REVIEWED": Words(
            "发布的因子与评审过的不一致：{field} 为 {got}，评审的是 {expected}。请按评审内容发布，或重新提交",
            "the factor is not the one that was reviewed: {field} is {got}, reviewed was {expected}. "
            "Publish what was reviewed, or submit anew",
        ),
    },
)
