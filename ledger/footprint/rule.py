"""What a rule (PCR) asks of the declarations that name it; `ledger.kinds.rule` puts it together as a kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from ledger.fields import FactorKind, IdText, ShortLine
from ledger.footprint.lines import Line, LineKind, Listed, RatingText, Stage
from ledger.numbers import SignedText, UnsignedText
from ledger.statement import Strict
from ledger.units import Unit

RuleLevel = Literal["national", "industry", "local", "group", "enterprise"]

LEVELS: Final[tuple[str, ...]] = get_args(RuleLevel)
"""Highest first: where a higher one is in effect, a lower one must not be made (domain section 0)."""

ScopeCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._/-]{0,78}\*?$")]
"""A product's identifier, or the beginning of many with a star."""

Months = Annotated[int, Field(ge=1, le=120)]

Method = Literal["subdivision", "mass", "energy", "economic"]


class Selector(Strict):
    """Some lines of a declaration: of one of the kinds, in the stage, with a name that contains the text.

    What is absent does not matter; a selector of nothing takes every line.
    """

    label: ShortLine
    """What a person calls these lines."""
    kinds: Listed[LineKind] | None = None
    stage: Stage | None = None
    name: ShortLine | None = None

    def takes(self, line: Line) -> bool:
        """Whether the line is meant."""
        return (
            (self.kinds is None or line.kind in self.kinds)
            and (self.stage is None or line.stage == self.stage)
            and (self.name is None or self.name in line.name)
        )


class Plausible(Selector):
    """Between which values the sum over some lines is plausible, for one declared unit, both possible.

    `amount` in `unit`, `emission` in kgCO2e; lines of another dimension are left out of a sum of amounts.
    """

    of: Literal["amount", "emission"]
    unit: Unit | None = None
    low: SignedText
    high: SignedText

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if Decimal(self.high) < Decimal(self.low):
            raise ValueError("BAND_REVERSED")
        if (self.of == "amount") != (self.unit is not None):
            raise ValueError("BAND_UNIT")
        return self


class Sources(Strict):
    """On which factors lines of one kind may rest: narrower than the general table, never wider."""

    line: LineKind
    kinds: Listed[FactorKind]
    series: Listed[IdText] | None = None
    """Only these published series, such as the national footprint factor for electricity."""


class Allocation(Strict):
    """A method of allocation, and for which kinds of line; for all when absent."""

    method: Method
    kinds: Listed[LineKind] | None = None


class Requirements(Strict):
    """All that a declaration under the rule must keep to."""

    unit: Unit
    amount: UnsignedText
    """The declared unit is `amount` of `unit`."""
    boundary: Literal["cradle-to-gate", "cradle-to-grave"]
    stages: Listed[Stage]
    """Each of them has at least one line."""
    mandatory: Listed[Selector] | None = None
    """Of each at least one line with a positive emission; that it is no token one is for a band of the same lines."""
    cut_off: UnsignedText
    """At most so many percent of the footprint may be left out, in all."""
    sources: Listed[Sources] | None = None
    allocation: Listed[Allocation] | None = None
    """In order of preference. Absent: nothing may be allocated."""
    green_electricity: Literal["certificates", "never"]
    """Whether electricity may be counted by certificates."""
    gwp: Literal["AR5", "AR6"]
    dqr_floor: RatingText | None = None
    """No data quality rating of the whole may be worse, that is larger."""
    primary_share_floor: UnsignedText | None = None
    """Percent of the footprint that must rest on primary data."""
    period: Months
    """How many whole months a declaration covers."""
    validity: Months
    """For how many months after its period a declaration may be used."""
    bands: Listed[Plausible] | None = None
    negative: Listed[Selector] | None = None
    """Lines that may be negative. Offsets are never among them (GB/T 24067-2024)."""
    recycling: Literal["cut-off", "cff"] | None = None
    """The one method by which recycling is counted; scrap is then never both a credit and a recycled input."""


class RuleSummary(NamedTuple):
    """What a declaration's checks ask of a rule. `weights`: of each mandatory line its kgCO2e in the worked example."""

    number: str
    level: str
    scope: tuple[str, ...]
    effective_from: str
    effective_until: str | None
    requirements: Requirements
    weights: tuple[Decimal, ...]


def rule_topics(scope: tuple[str, ...]) -> list[str]:
    """Under which topics a rule is found: one for each code of its scope."""
    return [f"rule|{code}" for code in scope]


def topics_covering(code: str) -> list[str]:
    """The topics of every scope code that covers all that `code` stands for: itself and its beginnings with a star."""
    stem = code.removesuffix("*")
    exact = [] if code.endswith("*") else [f"rule|{code}"]
    return exact + [f"rule|{stem[:n]}*" for n in range(1, len(stem) + 1)]


def is_in_scope(product_id: str, scope: tuple[str, ...]) -> bool:
    """Whether a product falls under the rule."""
    return any(product_id == code or (code[-1] == "*" and product_id.startswith(code[:-1])) for code in scope)
