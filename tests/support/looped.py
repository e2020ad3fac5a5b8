"""Steel and scrap that feed one another, with the values that solve them."""

from __future__ import annotations

from typing import Any

from support.builders import PRESS, STEEL, Signed, signed

from ledger.identifiers import digest_to_text
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


def signed_group(previous: bytes | None = None, **changes: dict[str, Any]) -> Signed:
    """The same, signed by the steel works, by the gases' table of `support.builders`."""
    changes["header"] = {"gwp": "AR5"} | changes.get("header", {})
    value = {k: tuple(v) if isinstance(v, list) else v for k, v in group(**changes).model_dump(mode="json").items()}
    return signed("loop-group", STEEL, value, previous=previous)


def on_member(digest: bytes, amount: str, emission: str, *, member: str | None = "scrap", value: str = "0.205128205",
              **source: Any) -> dict[str, Any]:  # fmt: skip
    """A line of so many kg on a member of the group `digest`."""
    pinned = {"type": "upstream", "digest": digest_to_text(digest), "member": member, "value": value, "per": "kg"}
    pinned |= source
    return {"kind": "upstream", "stage": "raw_material", "name": "再生废钢", "amount": amount, "unit": "kg",
            "source": {k: v for k, v in pinned.items() if v is not None}, "emission": emission}  # fmt: skip
