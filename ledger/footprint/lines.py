"""The lines of a declaration: what was used or emitted, on what its value rests, and how it is shared out."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, StringConstraints

from ledger.fields import DateText, Geography, IdText, ShortLine
from ledger.footprint.breakdown import Breakdown
from ledger.identifiers import DigestText
from ledger.numbers import ResultText, SignedText, UnsignedText
from ledger.statement import Strict
from ledger.units import Unit

LineKind = Literal[
    "fuel", "process", "electricity", "green_electricity", "heat", "material", "material_default", "upstream",
    "transport", "packaging", "waste", "byproduct",
]  # fmt: skip
"""What a line stands for. `material_default`: a background factor where a supplier's declaration should be."""

Stage = Literal["raw_material", "production", "distribution", "use", "end_of_life"]

MAX_ITEMS: Final = 200
"""Most items in a list inside a part, such as the legs of one line."""

T = TypeVar("T")
Listed = Annotated[tuple[T, ...], Field(strict=False, min_length=1, max_length=MAX_ITEMS)]
"""A list inside a part. Not strict, because JSON has lists and no tuples; its items are."""

RatingText = Annotated[str, StringConstraints(pattern=r"^(?:[1-4](?:\.[0-9]{1,9})?|5(?:\.0{1,9})?)$")]
"""A data quality rating from 1, the best, to 5."""


class Dqi(Strict):
    """Data quality of the whole, weighted by emissions (PACT dqi)."""

    technological: RatingText = Field(alias="technologicalDQR")
    geographical: RatingText = Field(alias="geographicalDQR")
    temporal: RatingText = Field(alias="temporalDQR")


class FactorSource(Strict):
    """A published factor, pinned by digest and value, and where it states them by its parts."""

    type: Literal["factor"]
    digest: DigestText
    value: UnsignedText
    per: Unit
    breakdown: Breakdown | None = None
    """The factor's own parts, for one `per`."""
    wtt: UnsignedText | None = None
    ttw: UnsignedText | None = None
    """Of a transport factor: from well to tank and from tank to wheel, for one `per` (ISO 14083)."""


class UpstreamSource(Strict):
    """A supplier's declaration, or a member of a loop group, pinned by digest and value, and where stated by its parts.

    A group states no parts of its values.
    """

    type: Literal["upstream"]
    digest: DigestText
    member: IdText | None = None
    """The product's key in the loop group that `digest` names."""
    value: SignedText
    per: Unit
    breakdown: Breakdown | None = None
    """The declaration's own parts, for one `per`."""
    primary_data_share: UnsignedText | None = None
    dqi: Dqi | None = None
    """As the declaration states them."""


Origin = Literal[
    "fossil", "biogenic", "land_use_change", "land_management", "land_management_fossil", "removal", "capture",
]  # fmt: skip
"""Where a gas comes from, or, with a negative amount, where it goes."""


class GasSource(Strict):
    """A direct emission of one gas, with its GWP100 in the header's set."""

    type: Literal["gas"]
    gas: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{2,16}$")]
    value: UnsignedText
    per: Literal["kg"]
    origin: Origin | None = None


class Taken(Strict):
    """A statement that a line takes from, and how much of it, in the line's unit."""

    digest: DigestText
    amount: UnsignedText


class Dqr(Strict):
    """Data quality ratings of a line, each from 1 to 5."""

    technological: RatingText
    geographical: RatingText
    temporal: RatingText


Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[A-Z2-9]{3}$")]
"""A UN/LOCODE without its blank."""


class Leg(Strict):
    """One leg of a transport chain (ISO 14083: transport chain element)."""

    mode: Literal["road", "rail", "sea", "inland_waterway", "air", "pipeline", "hub"]
    origin: Place
    destination: Place
    depart: DateText
    arrive: DateText
    mass: UnsignedText
    """t that were moved."""
    distance: UnsignedText
    """km; zero in a hub."""
    distance_kind: Literal["SFD", "GCD", "actual"]
    """Shortest feasible, great circle, or as driven."""
    daf: UnsignedText | None = None
    """Distance adjustment factor: so many times the distance was driven (ISO 14083); it counts so much longer then."""
    carrier: ShortLine | None = None


class Carbon(Strict):
    """Carbon that stays in the product, in kg C for one of the line's unit."""

    fossil: UnsignedText | None = None
    biogenic: UnsignedText | None = None
    recycled: UnsignedText | None = None
    ccu: UnsignedText | None = None


class Circular(Strict):
    """Which term of which material's circular formula a line is; its share is the term's coefficient."""

    material: IdText
    term: Literal[
        "virgin", "recycled", "recycling", "substituted", "recovery", "heat_substituted", "electricity_substituted",
        "disposal",
    ]  # fmt: skip


class Line(Strict):
    """One line: `amount` in `unit` per output, times the source's value, times the allocation `share`."""

    kind: LineKind
    stage: Stage
    name: ShortLine
    amount: SignedText
    unit: Unit
    share: UnsignedText | None = None
    geography: Geography | None = None
    """Where the activity took place, when that is not the header's geography."""
    source: Annotated[FactorSource | UpstreamSource | GasSource, Field(discriminator="type")]
    emission: ResultText
    """kgCO2e per declared unit, rounded as the result is, to be read; the result sums the unrounded lines."""
    allocation: Literal["subdivision", "mass", "energy", "economic"] | None = None
    """By what `share` was found."""
    group: IdText | None = None
    """The group of co-products, among those of the production, that `share` is a share of."""
    data: Literal["primary", "secondary"] | None = None
    dqr: Dqr | None = None
    deliveries: Listed[Taken] | None = None
    """Statements of kind `delivery` or `acceptance`."""
    certificates: Listed[Taken] | None = None
    """Statements of kind `green-certificate`."""
    batches: Listed[Taken] | None = None
    """Statements of kind `batch` or `fuel-batch`."""
    readings: Listed[Taken] | None = None
    """Statements of kind `reading`."""
    legs: Listed[Leg] | None = None
    chain: IdText | None = None
    """Lines of one transport chain, whose legs follow one another in the order of the lines, and what came by it."""
    carbon: Carbon | None = None
    circular: Circular | None = None

    @property
    def value(self) -> str:
        """The pinned value."""
        return self.source.value

    @property
    def per(self) -> str:
        """The unit that the pinned value is for."""
        return self.source.per

    @property
    def is_negative(self) -> bool:
        """Whether it may take from the footprint: a negative amount, or the negative footprint of a supplier."""
        return "-" in (self.amount[0], self.source.value[0])
