"""Writes the sample verdicts of tests/vectors/reports anew, after a change of words, form or checks that is meant.

Usage: .venv/bin/python scripts/write_reports.py; then read the difference before committing it.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.reports import FOLDER, SAMPLES, files


def main() -> None:
    """Every sample in every form."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        for name, data in files(sample).items():
            (FOLDER / name).write_bytes(data)
            print(name, len(data))


if __name__ == "__main__":
    main()
