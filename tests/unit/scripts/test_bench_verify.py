"""The help's limit decides the benchmark's exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "bench_verify.py"


@pytest.mark.parametrize(("limit", "code", "verdict"), [("60", 0, "within"), ("0.001", 1, "OVER")])
def test_the_limit_decides(limit: str, code: int, verdict: str) -> None:
    command = [sys.executable, SCRIPT, "--help-only", "--runs", "1", "--help-limit", limit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, verdict in done.stdout) == (code, True), done.stderr
    assert "tanji-verify --help" in done.stdout
    assert "import web3" in done.stdout
