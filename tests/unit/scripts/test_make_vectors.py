"""The vectors on disk are what the script makes, byte for byte, and a difference is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[3]
VECTORS = HOUSE / "tests" / "vectors"


def made(*arguments: str | Path) -> tuple[int, str]:
    command = [sys.executable, HOUSE / "scripts" / "make_vectors.py", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_vectors_on_disk_are_those_that_the_script_makes() -> None:
    assert made("--check") == (0, "")


def test_a_file_that_was_altered_removed_or_added_is_named_and_brought_back(tmp_path: Path) -> None:
    for name in ("merkle", "receipts"):
        shutil.copytree(VECTORS / name, tmp_path / name)
    altered, removed, added = (tmp_path / "receipts" / f"{n}.json" for n in ("holds", "proof-empty", "stale"))
    altered.write_bytes(altered.read_bytes().replace(b"0.5777", b"0.5778", 1))
    removed.unlink()
    added.write_text("{}")
    code, said = made("--check", "--folder", tmp_path)
    assert (code, sorted(said.split())) == (1, sorted(["differs"] * 3 + [str(p) for p in (altered, removed, added)]))
    assert made("--folder", tmp_path)[0] == 0
    assert altered.read_bytes() == (VECTORS / "receipts" / "holds.json").read_bytes()
    assert made("--check", "--folder", tmp_path) == (0, "")
