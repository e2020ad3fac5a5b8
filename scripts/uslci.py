#!/usr/bin/env python3
"""Imports 834 real product systems as organisations, factors and signed declarations, and checks every result.

The data (U.S. Life Cycle Inventory, release olca 1.5.0, linked as a supply chain of 13 tiers) are not part of this
repository: name their folder by argument or in TANJI_SHARED. A local chain of its own is started and stopped.
Usage: scripts/uslci.py [FOLDER] [--keep DIR] [--json]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

DECIMALS: Final = 9
HALF: Final = Fraction(1, 2 * 10**DECIMALS)
PRINTED: Final = Fraction(1, 10**27)
"""Expected values and factors are given to 30 decimals; amounts are below a thousand units."""
YEAR: Final = 2025
UNITS: Final = {"Item(s)": "piece", "t*km": "t.km", "p*km": "p.km"}
PUBLISHER: Final = "urn:uslci:factors"
DIRECT: Final = {"type": "gas", "gas": "CO2e", "value": "1", "per": "kg"}
SOURCE: Final = "calculated from the U.S. Life Cycle Inventory, release olca 1.5.0, with IPCC AR6 GWP100"


class Product(NamedTuple):
    """A row of declarations.csv with its inputs."""

    id: str
    organisation: str
    name: str
    geography: str
    unit: str
    direct: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Data:
    """The folder's rows; `products` in topological order, suppliers first."""

    factors: Mapping[str, Mapping[str, str]]
    products: tuple[Product, ...]
    expected: Mapping[str, str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path) -> Data:
    """The data in `folder`."""
    inputs: dict[str, list[tuple[str, str]]] = {}
    for row in rows(folder / "inputs.csv"):
        inputs.setdefault(row["consumer"], []).append((row["supplier"], row["quantity"]))
    products = {
        row["id"]: Product(
            row["id"],
            f"urn:uslci:{row['process_uuid']}",
            short(row["product"]),
            row["geography"],
            UNITS.get(row["unit"], row["unit"]),
            row["direct_kgco2e_per_unit"],
            tuple(inputs.get(row["id"], ())),
        )
        for row in rows(folder / "declarations.csv")
    }
    factors = {row["id"]: row for row in rows(folder / "factors.csv")}
    expected = {row["id"]: row["kgco2e_per_unit"] for row in rows(folder / "expected.csv")}
    return Data(factors, tuple(in_order(products)), expected)


def short(name: str) -> str:
    """A name as a line or a product may carry it: at most 80 signs."""
    name = " ".join(name.split())
    return name if len(name) <= 80 else name[:79] + "…"


def in_order(products: Mapping[str, Product]) -> Iterator[Product]:
    """Suppliers before their customers. Raises `ValueError` for a cycle."""
    from graphlib import TopologicalSorter

    graph = {p.id: [s for s, _ in p.inputs if s in products] for p in products.values()}
    for name in TopologicalSorter(graph).static_order():
        yield products[name]


def factor_content(row: Mapping[str, str]) -> Any:
    """The published factor of one row, its value as given."""
    from ledger.kinds.factor import Factor

    unit = UNITS.get(row["unit"], row["unit"])
    return Factor.model_validate({
        "header": {"version": 1, "series": row["id"], "name": row["name"], "kind": "footprint", "gas_basis": "CO2e",
                   "geography": row["geography"], "year": YEAR, "valid_from": f"{YEAR}-01-01"},
        "result": {"value": row["kgco2e_per_unit"], "per": unit},
        "source": {"document": SOURCE, "published": str(YEAR), "printed": f"{row['kgco2e_per_unit']} kgCO2e/{unit}",
                   "certainty": "B"},
    })  # fmt: skip


def declaration(product: Product, data: Data, pins: Mapping[str, Any]) -> Any:
    """The declaration of one product: direct emission, then a line for each input, pinned to `pins`.

    `pins` maps the id of a factor or an earlier product to (digest in hex, value, unit, name).
    """
    from ledger.calculation import total
    from ledger.kinds.footprint import Footprint
    from ledger.numbers import round_half_even, to_text

    lines: list[dict[str, Any]] = [
        line("process", "Direct emissions", product.direct, "kg", DIRECT),
    ]
    for supplier, quantity in product.inputs:
        digest, value, unit, name = pins[supplier]
        kind = "factor" if supplier in data.factors else "upstream"
        source = {"type": kind, "digest": digest, "value": value, "per": unit}
        found = line("process" if kind == "factor" else "upstream", name, quantity, unit, source)
        if kind == "factor":
            found["geography"] = data.factors[supplier]["geography"]
        lines.append(found)
    exact = [Fraction(item["amount"]) * Fraction(item["source"]["value"]) for item in lines]
    for item, emission in zip(lines, exact, strict=True):
        item["emission"] = to_text(round_half_even(emission, DECIMALS))
    return Footprint.model_validate({
        "header": {"version": 1, "product": product.name, "product_id": product.id, "unit": product.unit, "amount": "1",
                   "period_start": f"{YEAR}-01-01", "period_end": f"{YEAR}-12-31", "boundary": "cradle-to-gate",
                   "geography": product.geography, "gwp": "AR6"},
        "result": {"footprint": to_text(round_half_even(total(exact), DECIMALS))},
        "production": {"output": "1"},
        "lines": tuple(lines),
    })  # fmt: skip


def line(kind: str, name: str, amount: str, unit: str, source: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": kind, "stage": "raw_material" if kind != "process" else "production", "name": short(name),
            "amount": amount, "unit": unit, "source": dict(source)}  # fmt: skip


def bounds(data: Data) -> dict[str, Fraction]:
    """How far a result may stand from the expected one: half a unit of its own rounding, and its suppliers' share."""
    found: dict[str, Fraction] = {}
    for product in data.products:
        passed_on = sum((abs(Fraction(q)) * found.get(s, PRINTED) for s, q in product.inputs), Fraction(0))
        found[product.id] = HALF + passed_on + PRINTED
    return found


# -- the ledger ------------------------------------------------------------------------------------------------------


def members(data: Data) -> list[Any]:
    from api.playground import Member

    names = {product.organisation: product.name for product in data.products}
    publisher = Member(PUBLISHER, "USLCI background factors", ("factor-publisher",))
    return [publisher, *(Member(organisation, name, ("declarant",)) for organisation, name in names.items())]


def sign_all(ground: Any, data: Data) -> dict[str, Any]:
    """Signed factors, then declarations in topological order; pins need digests only, so all are signed first."""
    requests: dict[str, Any] = {}
    pins: dict[str, tuple[str, str, str, str]] = {}
    for name, row in data.factors.items():
        content = factor_content(row)
        request = requests[name] = ground.signed("factor", PUBLISHER, content)
        pins[name] = ("0x" + request.digest.hex(), content.result.value, content.result.per, row["name"])
    for product in data.products:
        content = declaration(product, data, pins)
        request = requests[product.id] = ground.signed("footprint", product.organisation, content)
        pins[product.id] = ("0x" + request.digest.hex(), content.result.footprint, product.unit, product.name)
    return requests


class Watch:
    """Says each step with its seconds on stderr, and keeps them for the summary."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float, str]] = []

    def step(self, name: str, work: Any, told: Any = lambda _: "") -> Any:
        started = time.perf_counter()
        result = work()
        self.steps.append((name, time.perf_counter() - started, told(result)))
        print(f"{name}: {self.steps[-1][1]:.1f} s {self.steps[-1][2]}", file=sys.stderr)
        return result


def folder_of(argument: str | None) -> Path:
    """The data's folder, by argument or TANJI_SHARED. Exits with 4 and a plain message when it is not there."""
    shared = os.environ.get("TANJI_SHARED", "../shared")
    folder = Path(argument) if argument else Path(shared) / "data" / "uslci"
    if not (folder / "declarations.csv").is_file():
        print(f"没有找到数据 / the data are not at {folder}: name their folder or set TANJI_SHARED", file=sys.stderr)
        raise SystemExit(4)
    return folder
