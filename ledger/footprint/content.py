"""The content of a declaration: header, result, production and lines, and what of it others may ask."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.fields import DateText, Geography, IdText, PlainLine, ShortLine, Version
from ledger.footprint.breakdown import Breakdown
from ledger.footprint.lines import Dqi, Line, Listed, Stage
from ledger.identifiers import DigestText
from ledger.numbers import MAX_RESULT_DECIMALS, ResultText, UnsignedText, decimals_of
from ledger.statement import Strict
from ledger.units import Unit


class Header(Strict):
    """Which product, where and when, per which declared unit."""

    version: Version
    product: ShortLine
    product_id: IdText
    site: IdText | None = None
    unit: Unit
    amount: UnsignedText
    """The declared unit is `amount` of `unit` (PACT declaredUnitAmount)."""
    period_start: DateText
    period_end: DateText
    boundary: Literal["cradle-to-gate", "cradle-to-grave"]
    geography: Geography
    gwp: Literal["AR5", "AR6"]
    rule: DigestText | None = None
    """A statement of kind `rule` that the declaration follows."""
    mass: UnsignedText | None = None
    """kg of product in one declared unit, without packaging (PACT productMassPerDeclaredUnit)."""
    stages: Listed[Stage] | None = None
    """Life-cycle stages inside the boundary."""
    valid_until: DateText | None = None
    """Last day on which the declaration may be used; none given: three years after the period's end."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.period_end < self.period_start:
            raise ValueError("PERIOD_REVERSED")
        if not self.amount.strip("0."):
            raise ValueError("AMOUNT_ZERO")
        if self.valid_until is not None and self.valid_until < self.period_start:
            raise ValueError("PERIOD_REVERSED")
        return self


class CoProduct(Strict):
    """One product of a shared process, with what its share is measured by over the period."""

    name: ShortLine
    basis: UnsignedText
    """kg, MJ or money, as the group's method has it."""
    share: UnsignedText


class Group(Strict):
    """Products of one process that share its burden; the first is the declared one."""

    name: IdText
    method: Literal["mass", "energy", "economic"]
    products: Listed[CoProduct]


class Material(Strict):
    """A material whose recycling is counted by cut-off or by the circular footprint formula (PEF), for one unit of it.

    All are shares or ratios: `r1` recycled input, `r2` recycled and `r3` burnt with recovery after use, `a` and `b` the
    allocation factors, `quality_in` and `quality_out` Qs/Qp, `lhv` in MJ/kg, and the efficiencies of recovery.
    """

    name: IdText
    method: Literal["cut-off", "cff"]
    r1: UnsignedText
    r2: UnsignedText = "0"
    r3: UnsignedText = "0"
    a: UnsignedText | None = None
    b: UnsignedText | None = None
    quality_in: UnsignedText | None = None
    quality_out: UnsignedText | None = None
    lhv: UnsignedText | None = None
    heat: UnsignedText | None = None
    electricity: UnsignedText | None = None


class Exempted(Strict):
    """What was left out of the calculation, and how many percent of the footprint it is held to be."""

    name: ShortLine
    percent: UnsignedText


class Production(Strict):
    """For how many declared units the lines' amounts stand, and how the process shares its burden."""

    output: UnsignedText
    quantity: UnsignedText | None = None
    """How much was made in the period and is covered by the declaration: the base of its mass balance."""
    quantity_unit: Unit | None = None
    """The unit of `quantity`; the header's when absent."""
    groups: Listed[Group] | None = None
    materials: Listed[Material] | None = None
    exempted: Listed[Exempted] | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.output.strip("0."):
            raise ValueError("OUTPUT_ZERO")
        return self


class StageResult(Strict):
    """What one stage of the life cycle adds to the footprint."""

    stage: Stage
    footprint: ResultText


class Result(Breakdown):
    """The declared footprint: kgCO2e per declared unit, rounded once, half to even, to the decimals written.

    The other fields are PACT 3.0's, each of them recomputed from the lines; carbon contents are in kg C.
    """

    footprint: ResultText
    """What the lines add up to, without biogenic uptake."""
    pcf_excluding_biogenic_uptake: ResultText | None = None
    pcf_including_biogenic_uptake: ResultText | None = None
    packaging_emissions_included: bool | None = None
    packaging_ghg_emissions: UnsignedText | None = None
    outbound_logistics_ghg_emissions: UnsignedText | None = None
    ccs_technological_co2_capture_included: bool | None = None
    technological_co2_capture_origin: PlainLine | None = None
    fossil_carbon_content: UnsignedText | None = None
    biogenic_carbon_content: UnsignedText | None = None
    recycled_carbon_content: UnsignedText | None = None
    packaging_biogenic_carbon_content: UnsignedText | None = None
    ccu_carbon_content: UnsignedText | None = None
    ccu_calculation_approach: Literal["Cut-off", "Credit"] | None = None
    ccu_credit_certification: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{3,300}$")] | None = None
    exempted_emissions_percent: UnsignedText | None = None
    exempted_emissions_description: PlainLine | None = None
    primary_data_share: UnsignedText | None = None
    """Percent of the footprint that rests on primary data."""
    dqi: Dqi | None = None
    stages: Listed[StageResult] | None = None

    @model_validator(mode="after")
    def _short(self) -> Self:
        for name in self.model_fields_set.intersection(RESULT_NUMBERS):
            text = getattr(self, name)
            if text is not None and decimals_of(text) > MAX_RESULT_DECIMALS:
                raise ValueError("RESULT_DECIMALS")
        return self


RESULT_NUMBERS: Final = frozenset({
    *Breakdown.model_fields,
    "packaging_ghg_emissions", "outbound_logistics_ghg_emissions", "fossil_carbon_content", "biogenic_carbon_content",
    "recycled_carbon_content", "packaging_biogenic_carbon_content", "ccu_carbon_content", "exempted_emissions_percent",
    "primary_data_share",
})  # fmt: skip
"""Fields of a result, beside the footprint itself, that hold a declared number."""


class Footprint(Strict):
    """Content of a declaration."""

    header: Header
    result: Result
    production: Production
    lines: tuple[Line, ...] = Field(min_length=1)


def subject_of(content: Footprint) -> str:
    """Product, site, period and boundary: what one declaration at a time stands for."""
    head = content.header
    return f"{head.product_id}|{head.site or '-'}|{head.period_start}..{head.period_end}|{head.boundary}"


class FootprintSummary(NamedTuple):
    """What a buyer's declaration asks of its supplier's; all but the first four are empty where they were not said."""

    footprint: str
    unit: str
    amount: str
    product: str
    gwp: str | None = None
    boundary: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    valid_until: str | None = None
    rule: str | None = None
    result: Result | None = None
    """The whole result, where it says more than the footprint."""
    quantity: str | None = None
    quantity_unit: str | None = None
    groups: tuple[Group, ...] | None = None

    @property
    def is_glance(self) -> bool:
        """Whether it comes from the signed headline of a withheld content, which always leaves the GWP set unsaid."""
        return self.gwp is None


@cache
def line_place(number: int) -> str:
    """The path of a line's part."""
    return f"lines/{number:04d}"
