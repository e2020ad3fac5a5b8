"""What a line pins of the statement that it rests on, for one unit of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.form import Text
from ledger.errors import InputError
from ledger.footprint.breakdown import Breakdown
from ledger.numbers import decimals_of, round_half_even, to_text


def pinned_parts(result: Any, amount: str, text: Text) -> dict[str, Any]:
    """The parts by origin that a factor's or a declaration's `result` states, each for one unit.

    Raises `InputError` UPSTREAM_AMOUNT when a part cannot be written for one unit.
    """
    stated = result if isinstance(result, Breakdown) else result.breakdown
    found: dict[str, Any] = {}
    if stated is not None:
        names = [name for name in Breakdown.model_fields if getattr(stated, name) is not None]
        parts = {str(Breakdown.model_fields[n].alias): per_one(getattr(stated, n), amount, text) for n in names}
        found |= {"breakdown": parts} if parts else {}
    for name in ("wtt", "ttw"):
        if getattr(result, name, None) is not None:
            found[name] = getattr(result, name)
    return found


def pinned_quality(result: Any) -> dict[str, Any]:
    """The primary data share and the ratings that a declaration's `result` states."""
    found = {} if result.primary_data_share is None else {"primary_data_share": result.primary_data_share}
    return found if result.dqi is None else found | {"dqi": result.dqi.model_dump(by_alias=True)}


def per_one(footprint: str, amount: str, text: Text) -> str:
    """The value for one unit, when that is a decimal; 1000 g or 12 pieces may not divide evenly."""
    if amount == "1":
        return footprint
    exact = Fraction(footprint) / Fraction(amount)
    for decimals in range(decimals_of(footprint), 31):
        value = round_half_even(exact, decimals)
        if Fraction(value) == exact:
            return to_text(Decimal(value))
    raise InputError("UPSTREAM_AMOUNT", place=text.place, got=f"{footprint} / {amount}")
