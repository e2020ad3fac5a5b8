"""Steel and scrap that feed one another, with the values that solve them."""

from __future__ import annotations

from typing import Any

from support.builders import PRESS, STEEL

from ledger.kinds.loop_group import LoopGroup


def member(key: str, organisation: str, direct: str, takes: str, quantity: str, footprint: str) -> dict[str, Any]:
    """One product that takes from another, per kg."""
    return {
        "key": key, "organisation": organisation, "product": key, "product_id": key.upper(), "unit": "kg", "amount": "1",
        "direct": direct, "inputs": [{"member": takes, "quantity": quantity}], "footprint": footprint,
    }  # fmt: skip


def group(**changes: dict[str, Any]) -> LoopGroup:
    """Steel that takes scrap, and scrap whose handling takes steel; `changes` by member."""
    steel = member("steel", STEEL, "1.8", "scrap", "0.25", "1.851282051") | changes.get("steel", {})
    scrap = member("scrap", PRESS, "0.02", "steel", "0.1", "0.205128205") | changes.get("scrap", {})
    header = {"version": 1, "group": "delta-steel", "period_start": "2025-01-01", "period_end": "2025-12-31",
              "gwp": "AR6"} | changes.get("header", {})  # fmt: skip
    return LoopGroup.model_validate({"header": header, "members": (steel, scrap)})
