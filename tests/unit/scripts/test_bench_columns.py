"""The benchmark runs at any size, checks its own results, and says by its exit code whether the limits held."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "bench_columns.py"


@pytest.mark.parametrize(("shape", "amounts"), [("tier", "decades"), ("hub", "even")])
def test_a_small_ledger_keeps_every_limit(shape: str, amounts: str) -> None:
    sizes = ["--nodes", "600", "--inputs", "4", "--corrections", "5", "--sample", "600"]
    done = subprocess.run(
        [sys.executable, SCRIPT, *sizes, "--shape", shape, "--amounts", amounts],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "150"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in ("claim check", "deep recomputation", "one product's upstream", "correction of one", "memory"):
        assert name in done.stdout
    assert "MISSED" not in done.stdout
