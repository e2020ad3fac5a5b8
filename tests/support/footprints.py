"""Declarations of a few lines, whose emissions and footprint are worked out here in fractions alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.findings import Finding, Outcome
from ledger.kinds.footprint import KIND, Footprint
from ledger.units import conversion

DIGEST = "0x" + "ab" * 32
RULE = "0x" + "cd" * 32
DECIMALS = 6


def rounded(value: Fraction, decimals: int = DECIMALS) -> str:
    """Half to even, by whole numbers."""
    return f"{Decimal(round(value * 10**decimals)).scaleb(-decimals):f}"


def gas(gas: str = "CO2", amount: str = "1", value: str = "1", *, origin: str | None = None, kind: str = "process",
        **more: Any) -> dict[str, Any]:  # fmt: skip
    """A direct emission in kg."""
    source = {"type": "gas", "gas": gas, "value": value, "per": "kg"} | ({"origin": origin} if origin else {})
    return {"kind": kind, "stage": "production", "name": gas, "amount": amount, "unit": "kg", "source": source} | more


def material(value: str = "2", amount: str = "1", *, breakdown: Mapping[str, str] | None = None, per: str = "kg",
             kind: str = "material", source: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # fmt: skip
    """A line on a factor, perhaps with its parts."""
    found = {"type": "factor", "digest": DIGEST, "value": value, "per": per} | (source or {})
    if breakdown is not None:
        found["breakdown"] = dict(breakdown)
    return {"kind": kind, "stage": "raw_material", "name": kind, "amount": amount, "unit": per, "source": found} | more


def upstream(
    value: str = "2", amount: str = "1", *, source: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A line on a supplier's declaration."""
    found = {"type": "upstream", "digest": DIGEST, "value": value, "per": "kg"} | (source or {})
    return {
        "kind": "upstream",
        "stage": "raw_material",
        "name": "上游",
        "amount": amount,
        "unit": "kg",
        "source": found,
    } | more


def emission(line: Mapping[str, Any], output: str = "1", value: str | None = None) -> Fraction:
    """Exact kgCO2e of a line, or what another value in its source's place gives."""
    source = line["source"]
    factor = conversion(line["unit"], source["per"])
    assert factor is not None
    number = Fraction(line["amount"]) * Fraction(value or source["value"]) * factor
    return number * Fraction(line.get("share", "1")) / Fraction(output)


def declared(*lines: Mapping[str, Any], header: Mapping[str, Any] | None = None, result: Mapping[str, Any] | None = None,
             production: Mapping[str, Any] | None = None, decimals: int = DECIMALS) -> Footprint:  # fmt: skip
    """A declaration of 1 kg whose arithmetic is right."""
    made = {"output": "1"} | dict(production or {})
    exact = [emission(line, made["output"]) for line in lines]
    head = {
        "version": 1, "product": "板", "product_id": "P-1", "unit": "kg", "amount": "1", "period_start": "2025-01-01",
        "period_end": "2025-12-31", "boundary": "cradle-to-gate", "geography": "CN-SH", "gwp": "AR6",
    }  # fmt: skip
    return Footprint.model_validate({
        "header": head | dict(header or {}),
        "result": {"footprint": rounded(sum(exact, Fraction(0)), decimals)} | dict(result or {}),
        "production": made,
        "lines": tuple({"emission": rounded(e, decimals), **line} for line, e in zip(lines, exact, strict=True)),
    })  # fmt: skip


def failed(content: Footprint) -> list[tuple[str, str]]:
    """Code and kilograms of what fails in the claim check."""
    return [
        (f.code, "-" if f.kilograms is None else f"{f.kilograms:f}")
        for f in KIND.check(content)
        if f.outcome is Outcome.FAIL
    ]


def failed_codes(content: Footprint) -> list[str]:
    """What fails in the claim check."""
    return [code for code, _ in failed(content)]


def open_questions(content: Footprint) -> dict[str, Decimal | None]:
    """What the claim check left open, by code, but for the rule that these declarations do not name."""
    return {f.code: f.kilograms for f in KIND.check(content) if is_open(f)}


def is_open(finding: Finding) -> bool:
    return finding.outcome is Outcome.NOT_CHECKED and finding.code != "RULE_NOT_NAMED"


def total(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))
