"""Gas limits of the log, by the receipts of a real node: `scripts/bench_gas.py` measures, prints and judges."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.evm import REPOSITORY


def bench(*options: str) -> tuple[int, str]:
    command = [sys.executable, REPOSITORY / "scripts/bench_gas.py", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    print(done.stdout, done.stderr)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "engine", [pytest.param("anvil", marks=pytest.mark.chain), pytest.param("ganache", marks=pytest.mark.ganache)]
)
def test_checkpoints_stay_within_the_limits(engine: str) -> None:
    code, table = bench("--engine", engine)
    assert code == 0, table
    assert "checkpoint at 1,000,000, batch 1,000" in table
    assert "limit broken" not in table


@pytest.mark.chain
@pytest.mark.parametrize("limits", [["--limit", "60000"], ["--limit-each", "60"]])
def test_a_broken_limit_is_named(limits: list[str]) -> None:
    code, table = bench(*limits)
    assert code == 1
    assert "limit broken: checkpoint at 1,000,000, batch 1,000" in table
