"""834 real product systems, imported, verified one by one against the expected footprints, and replayed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.chain import REPOSITORY, TOOLS

SCRIPT = REPOSITORY / "scripts" / "uslci.py"
SHARED = Path(os.environ.get("TANJI_SHARED") or REPOSITORY.parent / "shared")
DATA = SHARED / "data" / "uslci"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k != "TANJI_SHARED"}
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], env={**clean, "TANJI_TOOLS": str(TOOLS), **environment},
                          capture_output=True, text=True, cwd=REPOSITORY, timeout=900, check=False)  # fmt: skip


def test_without_the_data_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    done = run(TANJI_SHARED=str(tmp_path))
    assert done.returncode == 4
    assert "TANJI_SHARED" in done.stderr


@pytest.fixture(scope="module")
def summary() -> Any:
    if not (DATA / "declarations.csv").is_file():
        pytest.skip(f"NOT RUN: no data at {DATA}; set TANJI_SHARED")
    done = run("--json", TANJI_SHARED=str(SHARED))
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.data
@pytest.mark.chain
@pytest.mark.timeout(900)
def test_every_product_is_verified_within_the_exact_bound(summary: Any) -> None:
    assert (summary["products"], summary["factors"], summary["inputs"]) == (834, 59, 4262)
    assert summary["verified"] == summary["within_bound"] == 834
    assert float(summary["nearest_to_bound"]) <= 1


@pytest.mark.data
@pytest.mark.chain
@pytest.mark.timeout(900)
def test_the_replay_holds_and_by_product_credits_stay_unchecked(summary: Any) -> None:
    assert (summary["replay"], summary["entries"]) == ("verified", 893)
    assert summary["replay_not_checked"] == {"GAS_CHARACTERISED": 834, "NEGATIVE_LINE": 6, "RULE_NOT_NAMED": 834}


@pytest.mark.data
def test_a_wrong_result_would_be_beyond_the_bound() -> None:
    if not (DATA / "declarations.csv").is_file():
        pytest.skip(f"NOT RUN: no data at {DATA}; set TANJI_SHARED")
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        import uslci
    finally:
        sys.path.remove(str(SCRIPT.parent))
    data = uslci.read(DATA)
    limits = uslci.bounds(data)
    pins: dict[str, Any] = {
        name: ("0x" + "11" * 32, row["kgco2e_per_unit"], uslci.UNITS.get(row["unit"], row["unit"]), row["name"])
        for name, row in data.factors.items()
    }
    beyond = 0
    for product in data.products:
        declared = uslci.declaration(product, data, pins).result.footprint
        pins[product.id] = ("0x" + "22" * 32, declared, product.unit, product.name)
        expected = Fraction(data.expected[product.id])
        assert abs(Fraction(declared) - expected) <= limits[product.id]
        beyond += abs(Fraction(declared) * Fraction(1001, 1000) - expected) > limits[product.id]
    assert beyond > 750  # all but those whose footprint is nothing, or next to it
