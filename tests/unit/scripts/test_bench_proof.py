"""The benchmark runs at any size, and says by its exit code whether the limit held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "bench_proof.py"


@pytest.mark.parametrize(("limit_ms", "code", "verdict"), [("1000", 0, "within"), ("0.0001", 1, "OVER")])
def test_the_limit_decides(limit_ms: str, code: int, verdict: str) -> None:
    sizes = ["--entries", "700", "--peer-entries", "300", "--proofs", "9"]
    done = subprocess.run(
        [sys.executable, SCRIPT, *sizes, "--limit-ms", limit_ms], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert f"{verdict} the limit" in done.stdout
    for name in ("Tanji, cold", "Tanji, warm", "tlog-scales, cold", "pymerkle, cold"):
        assert name in done.stdout
