"""The form of every verdict: what `--json` writes, what the page and the paper are made from, and its published schema.

All numbers are decimal strings, as in the contents that they come from. `report.schema.json` beside this module is what
`tanji-verify schema` writes: JSON Schema 2020-12, to be kept by programs that read verdicts.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints
from pydantic.alias_generators import to_camel

from ledger.findings import Level
from ledger.identifiers import DigestText

VERSION: Final = 1
"""Of the JSON's form; a field that changes its meaning changes it."""

SCHEMA_ID: Final = "urn:tanji:verdict:1"

Number = Annotated[str, StringConstraints(pattern=r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$")]
"""A decimal in plain notation."""
Count = Annotated[int, Field(ge=0, lt=2**53)]
StatusText = Literal["verified", "failed", "incomplete"]
OutcomeText = Literal["pass", "fail", "not_checked"]
LevelText = Literal["recomputed", "vouched", "declared", "default", "unverified"]


class Form(BaseModel):
    """Base of all reports: frozen, no unknown fields, camelCase outside."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


class FindingReport(Form):
    """One finding. `values` hold both sides of a comparison, `got` and `expected`; the words say what to do."""

    code: str
    outcome: OutcomeText
    blocking: bool
    statement: DigestText | None
    place: str
    kilograms: Number | None
    values: dict[str, str]
    zh: str
    en: str


class Summary(Form):
    """The verdict in one sentence of each language."""

    zh: str
    en: str


class LedgerReport(Form):
    """Which ledger was asked, and up to where. `block`: in which the checkpoint was anchored, null when it was not."""

    operator: str
    chain_id: Count
    contract: str
    origin: str
    size: Count
    root: DigestText
    block: Count | None


class DeclarationReport(Form):
    """What the product's own declaration says of itself. `amount` of `unit` is the declared unit."""

    product: str
    product_id: str
    site: str | None
    organisation: str
    name: str
    unit: str
    amount: Number
    period_start: str
    period_end: str
    boundary: str
    geography: str
    gwp: str


class Share(Form):
    """Part of the footprint: kgCO2e per declared unit, and percent."""

    kilograms: Number
    percent: Number


class Levels(Form):
    """The footprint by the level at which each kilogram was established. Both columns sum exactly."""

    recomputed: Share
    vouched: Share
    declared: Share
    default: Share
    unverified: Share

    def of(self, level: Level) -> Share:
        """The share of one level."""
        share: Share = getattr(self, level.value)
        return share


class Unchecked(Form):
    """A check that was not made, with the kilograms that it would have concerned, each counted once."""

    code: str
    findings: Count
    blocking: bool
    kilograms: Number
    zh: str
    en: str


class NotChecked(Form):
    """Everything that was not checked. `kilograms`: what at least one of the checks would have concerned."""

    kilograms: Number
    percent: Number
    checks: tuple[Unchecked, ...]


class LineReport(Form):
    """One line of an opened declaration. `kilograms` are its share of one declared unit of the product.

    `upstream` names the declaration that the line rests on when that was opened: its kilograms are then counted there.
    """

    place: str
    name: str
    kind: str
    stage: str
    amount: Number
    unit: str
    value: Number
    per: str
    source: Literal["factor", "upstream", "gas"]
    digest: DigestText | None
    upstream: bool
    emission: Number
    kilograms: Number
    level: LevelText | None


class StatementReport(Form):
    """One statement of the chain. `own`: the kilograms of its own lines, which sum exactly over all statements."""

    digest: DigestText
    index: Count
    kind: str | None
    organisation: str | None
    name: str
    headline: str | None
    product: str | None
    opened: bool
    kilograms: Number
    own: Number
    recomputed: Number | None
    uses: tuple[DigestText, ...]
    lines: tuple[LineReport, ...]


class HotSpot(Form):
    """One of the heaviest lines: where a reduction, or a supplier's declaration, would count most."""

    statement: DigestText
    place: str
    name: str
    supplier: str
    kilograms: Number
    percent: Number
    level: LevelText


CauseText = Literal["activity", "factor", "upstream", "method", "allocation"]


class Change(Form):
    """Kilograms of a change, put down to one cause."""

    cause: CauseText
    kilograms: Number


class ChangedLine(Form):
    """What one line contributed to the change, whatever the cause."""

    name: str
    kilograms: Number


class ChangeReport(Form):
    """The change since an earlier declaration, per declared unit of that one. `parts` and `unexplained` are `total`.

    `unexplained`: what declared results differ by beyond their own lines. `lines`: the largest, rounded each by itself.
    """

    product: str
    period_start: str
    period_end: str
    before: Number
    after: Number
    total: Number
    parts: tuple[Change, ...]
    unexplained: Number
    lines: tuple[ChangedLine, ...]


class Contributor(Form):
    """A factor's value, or the amount that a declaration takes of something, and its part of the variance."""

    digest: DigestText
    headline: str
    amount_of: str | None
    deviation: Number
    percent: Number


class Draws(Form):
    """The same spread by drawing: a cross-check. `low` and `high` enclose 95 % of the draws."""

    seed: Count
    draws: Count
    mean: Number
    standard_deviation: Number
    low: Number
    high: Number


class UncertaintyReport(Form):
    """How sure the footprint is, as far as factors state a spread and lines a quality: under `kilograms` of it.

    From floats, to four digits: to be read beside the exact value, never in its place.
    """

    kilograms: Number
    percent: Number
    standard_deviation: Number
    contributors: tuple[Contributor, ...]
    monte_carlo: Draws


class ProductReport(Form):
    """The verdict on a product."""

    report: Literal["product"] = "product"
    version: Literal[1] = VERSION
    status: StatusText
    summary: Summary
    ledger: LedgerReport
    product: DigestText
    declaration: DeclarationReport | None
    declared: Number | None
    recomputed: Number | None
    levels: Levels
    not_checked: NotChecked
    hot_spots: tuple[HotSpot, ...]
    uncertainty: UncertaintyReport | None
    change: ChangeReport | None
    statements: tuple[StatementReport, ...]
    findings: tuple[FindingReport, ...]


class ReplayReport(Form):
    """The outcome of a replay."""

    report: Literal["replay"] = "replay"
    version: Literal[1] = VERSION
    status: StatusText
    size: Count
    root: DigestText
    anchors: Count
    statements: dict[str, Count]
    withheld: tuple[Count, ...]
    not_asked: dict[str, Count]
    findings: tuple[FindingReport, ...]
    state: DigestText


class ReceiptReport(Form):
    """The verdict on a receipt."""

    report: Literal["receipt"] = "receipt"
    version: Literal[1] = VERSION
    status: StatusText
    digest: DigestText
    kind: str
    organisation: str
    headline: str
    index: Count
    shown: tuple[str, ...]
    hidden: Count
    findings: tuple[FindingReport, ...]


class WhatIfReport(Form):
    """What a product would come to with another number in one line. Values are recomputed, kgCO2e per declared unit."""

    report: Literal["what-if"] = "what-if"
    version: Literal[1] = VERSION
    product: DigestText
    statement: DigestText
    place: str
    name: str
    before: Number
    after: Number
    difference: Number


Report = ProductReport | ReplayReport | ReceiptReport | WhatIfReport


class AnyReport(RootModel[Annotated[Report, Field(discriminator="report")]]):
    """A verdict of any kind, told apart by `report`."""


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of every verdict."""
    found = AnyReport.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **found,
        "title": "Tanji verdict",
    }


def schema_bytes() -> bytes:
    """The schema as it is published: indented, keys in order, one line end."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
