from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "scripts" / "bench_register.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), "--statements", "20", "--naive", "5", *options],
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_it_measures_us_beside_peers() -> None:
    done = run("--limit", "1")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["statements"] == 21
    assert min(figures[name] for name in ("per_second", "peer_bulk_per_second", "peer_naive_per_second")) > 0


def test_a_rate_below_the_limit_fails() -> None:
    assert run("--limit", "1e9").returncode == 1
