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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

T = TypeVar("T")

Judgement = tuple[str, bool, str, tuple[str, ...]]
"""Status, whether it was recomputed as declared, the declared value, and codes of findings."""

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
        self.steps: list[tuple[str, float, int]] = []

    def step(self, name: str, work: Callable[[], T], count: int) -> T:
        started = time.perf_counter()
        result = work()
        self.steps.append((name, time.perf_counter() - started, count))
        print(f"{name}: {count} in {self.steps[-1][1]:.1f} s", file=sys.stderr)
        return result


def folder_of(argument: str | None) -> Path:
    """The data's folder, by argument or TANJI_SHARED. Ends with exit 4 and a plain message when it is not there."""
    shared = os.environ.get("TANJI_SHARED") or "../shared"
    folder = Path(argument) if argument else Path(shared) / "data" / "uslci"
    if not (folder / "declarations.csv").is_file():
        print(f"没有找到数据 / no data at {folder}: name their folder, or set TANJI_SHARED", file=sys.stderr)
        raise SystemExit(4)
    return folder


class Compared(NamedTuple):
    """One product's verdict beside the expected footprint; `bound` is exact."""

    id: str
    status: str
    recomputed: bool
    deviation: Fraction
    bound: Fraction
    codes: tuple[str, ...]


def judge_some(audit: Path, trust: Path, url: str, digests: Sequence[str]) -> list[Judgement]:
    """What a worker process finds of each: the log is read through once for all of them."""
    from ledger.trust import TrustFile
    from verifier.sources import open_folder, read_chain
    from verifier.verify import verify_products

    trusted = TrustFile.load(trust)
    found = verify_products(open_folder(audit, trusted), read_chain(audit, trusted, url), trusted, digests)
    return [
        (verdict.status.value, verdict.recomputed == verdict.declared, f"{verdict.declared:f}",
         tuple(sorted({finding.code for finding in verdict.findings})))
        for verdict in (one.verdict for one in found)
    ]  # fmt: skip


def verify_all(ground: Any, audit: Path, data: Data, requests: Mapping[str, Any], workers: int) -> list[Compared]:
    """Every product verified by itself, with its whole upstream, from the audit folder and the chain."""
    limits = bounds(data)
    digests = ["0x" + requests[product.id].digest.hex() for product in data.products]
    judge = partial(judge_some, audit, ground.settings.trust, ground.settings.chain_url)
    results: list[Judgement] = [("", False, "0", ())] * len(digests)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        # the longest chains are last in the order of suppliers: each worker takes its part of all of them
        for worker, some in enumerate(pool.map(judge, [digests[worker::workers] for worker in range(workers)])):
            results[worker::workers] = some
    found = []
    for product, (status, recomputed, declared, codes) in zip(data.products, results, strict=True):
        deviation = abs(Fraction(declared) - Fraction(data.expected[product.id]))
        found.append(Compared(product.id, status, recomputed, deviation, limits[product.id], codes))
    return found


def export_and_replay(ground: Any, workers: int) -> tuple[Path, Any]:
    from api.counter import open_own_store
    from ledger.export import export
    from ledger.trust import TrustFile
    from verifier.replay import replay
    from verifier.sources import open_folder, read_chain

    audit = ground.settings.home / "audit"
    with open_own_store(ground.settings) as store:
        export(store, audit)
    trust = TrustFile.load(ground.settings.trust)
    chain = read_chain(audit, trust, ground.settings.chain_url)
    return audit, replay(open_folder(audit, trust), chain, trust, workers=workers)


def work(folder: Path, data: Data, watch: Watch, workers: int) -> dict[str, Any]:
    """The whole import; what the summary shows."""
    from api.chainside import config_path
    from api.playground import open_playground
    from api.submitting import anchor, submit

    tools = Path(os.environ.get("TANJI_TOOLS") or config_path().parent / ".tools")
    with open_playground(folder, "en", tools) as ground:
        listed = members(data)
        watch.step("organisations registered on chain", lambda: ground.register(listed), len(listed))
        requests = watch.step("statements calculated and signed", lambda: sign_all(ground, data),
                              len(data.factors) + len(data.products))  # fmt: skip
        pairs = [(request, name) for name, request in requests.items()]
        watch.step("statements registered", lambda: submit(ground.settings, pairs), len(pairs))
        operator = ground.config.accounts.keys["operator"]
        watch.step("entries anchored", lambda: anchor(ground.settings, operator), len(pairs))
        audit, replayed = watch.step("entries exported and replayed", lambda: export_and_replay(ground, workers),
                                     len(pairs))  # fmt: skip
        judge = partial(verify_all, ground, audit, data, requests, workers)
        compared = watch.step("products verified", judge, len(data.products))
    return summary(data, watch, replayed, compared)


def summary(data: Data, watch: Watch, replayed: Any, compared: Sequence[Compared]) -> dict[str, Any]:
    worst = max(compared, key=lambda one: one.deviation)
    nearest = max(compared, key=lambda one: one.deviation / one.bound)
    expected = Fraction(data.expected[worst.id])
    return {
        "products": len(data.products),
        "factors": len(data.factors),
        "inputs": sum(len(product.inputs) for product in data.products),
        "verified": sum(one.status == "verified" and one.recomputed for one in compared),
        "within_bound": sum(one.deviation <= one.bound for one in compared),
        "largest_deviation_kg": f"{float(worst.deviation):.3e}",
        "largest_deviation_of": worst.id,
        "largest_deviation_relative": f"{float(worst.deviation / expected):.1e}" if expected else "0",
        "nearest_to_bound": f"{float(nearest.deviation / nearest.bound):.2f}",
        "not_checked": dict(sorted(Counter(code for one in compared for code in one.codes).items())),
        "replay": replayed.status.value,
        "replay_not_checked": dict(sorted(replayed.open.items())),
        "entries": replayed.size,
        "state": replayed.state.hex(),
        "steps": [
            {"step": n, "count": c, "seconds": round(s, 2), "per_second": round(c / s)} for n, s, c in watch.steps
        ],
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def show(found: Mapping[str, Any]) -> None:
    print(f"products {found['products']}, factors {found['factors']}, inputs {found['inputs']}")
    print(f"verified and recomputed from the factors up: {found['verified']} of {found['products']}")
    print(f"within the exact rounding bound of expected.csv: {found['within_bound']} of {found['products']}")
    print(f"largest deviation: {found['largest_deviation_kg']} kgCO2e ({found['largest_deviation_of']})")
    print(f"  {found['largest_deviation_relative']} of its value; the nearest to its bound reaches "
          f"{found['nearest_to_bound']} of it")  # fmt: skip
    print(f"replay: {found['replay']}, {found['entries']} entries, state {found['state']}")
    for code, count in found["not_checked"].items():
        print(f"  {code}: on {count} products' verdicts")
    print("| step | count | seconds | per second |\n|---|---:|---:|---:|")
    for step in found["steps"]:
        print(f"| {step['step']} | {step['count']} | {step['seconds']} | {step['per_second']} |")
    print(found["machine"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="folder with declarations.csv and the others")
    parser.add_argument("--json", action="store_true", help="the summary as one JSON object")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes that judge")
    parser.add_argument("--keep", type=Path, help="keep the ledger and its audit folder here")
    arguments = parser.parse_args()
    data = read(folder_of(arguments.folder))
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tanji-uslci-")))
        folder.mkdir(parents=True, exist_ok=True)
        found = work(folder, data, Watch(), arguments.workers)
    print(json.dumps(found, indent=2)) if arguments.json else show(found)
    good = found["verified"] == found["within_bound"] == found["products"] and found["replay"] == "verified"
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
