"""A coke oven with two products that share its emissions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from support.builders import STEEL, Signed, footprint_content, signed

COKE, GAS = ("焦炭", "30", "0.75"), ("煤气", "10", "0.25")


def from_oven(product: str, *rows: tuple[str, str, str], group: str = "COKE", method: str = "mass", start: str = "2025-01-01",
                **options: Any) -> Signed:  # fmt: skip
    """A product of the oven's 4 kg of CO2: `rows` are what it and its sisters measure and take, its own first."""
    emission = f"{Decimal('4.0000') * Decimal(rows[0][2]):.4f}"
    line = {"kind": "fuel", "stage": "production", "name": "焦炉", "amount": "4.0000", "unit": "kg", "share": rows[0][2],
            "allocation": method, "group": group, "emission": emission,
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}}  # fmt: skip
    content = footprint_content(line, product_id=product, footprint=emission)
    content["header"]["period_start"] = start
    products = [{"name": name, "basis": basis, "share": share} for name, basis, share in rows]
    content["production"]["groups"] = [{"name": group, "method": method, "products": products}]
    return signed("footprint", STEEL, content, **options)
