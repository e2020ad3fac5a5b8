"""The demonstration's wrong variants of one declaration: what a dishonest or careless supplier would sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ledger.calculation import line_emission, total
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from ledger.numbers import decimals_of, round_half_even, to_text


class _Numbers(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A registered statement as a line may rest on it."""

    type: str
    digest: bytes
    value: str
    per: str


def variant_of(honest: Footprint, number: int, changes: list[Mapping[str, Any]], pins: Mapping[str, Pin]) -> Footprint:
    """`honest` with lines changed and its sums made to add up again, as a product of its own.

    A change names a `line` and new `amount`, `value`, `per`, or the `factor` or `upstream` of `pins` to rest on; or it
    drops the line numbered `drop`.
    """
    value = honest.model_dump(mode="json", exclude_none=True)
    value["header"]["product_id"] += f"-V{number}"
    lines = value["lines"]
    for change in changes:
        if "drop" in change:
            del lines[change["drop"]]
        else:
            _change(lines[change["line"]], change, pins)
    decimals = decimals_of(honest.result.footprint)
    output = honest.production.output
    exact = [
        line_emission(
            _Numbers(n["amount"], n["unit"], n.get("share"), n["source"]["value"], n["source"]["per"]), output
        )
        for n in lines
    ]
    for line, emission in zip(lines, exact, strict=True):
        line["emission"] = to_text(round_half_even(emission, decimals))
    value["result"]["footprint"] = to_text(round_half_even(total(exact), decimals))
    value["lines"] = tuple(lines)
    return Footprint.model_validate(value)


def _change(line: dict[str, Any], change: Mapping[str, Any], pins: Mapping[str, Pin]) -> None:
    name = change.get("factor") or change.get("upstream")
    if name is not None:
        pin = pins[name]
        line["source"] = {"type": pin.type, "digest": digest_to_text(pin.digest), "value": pin.value, "per": pin.per}
    if "amount" in change:
        line["amount"] = change["amount"]
    for field in ("value", "per"):
        if field in change:
            line["source"][field] = change[field]
