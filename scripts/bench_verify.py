"""Time `tanji-verify` from a cold start: `--help`, and `product` with every root, the whole upstream, the verdict.

    python scripts/bench_verify.py --cache FOLDER
    python scripts/bench_verify.py --folder EXPORT --trust TRUST --product ID
    python scripts/bench_verify.py --help-only

Without a folder a chain of 13 tiers and 900 declarations is made and its last product verified. Each run is a new
process on files that were read before; the median counts. The yardstick is a bare import in a new process of the same
interpreter: of bw2calc where it is installed, for it has the peer's solver, else of web3; of web3 for the help, which a
tool that imports all it could need would pay. Exit code 1 over a limit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Final

from made_ledger import make_folder, product_id
from rich.console import Console
from rich.progress import track
from rich.table import Table

LIMIT_S: Final = 1.0
HELP_LIMIT_S: Final = 0.3
COUNT: Final = 900
VERIFIED: Final = 0
INCOMPLETE: Final = 3
"""Also a finished verdict: an export whose reader has pinned no heads and asked no node."""


def seconds(command: list[str], accepted: set[int]) -> float:
    """Wall time of one process. Exits when it ends with another code than the accepted ones."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode not in accepted:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return taken


def main() -> None:
    """Times ours and the yardstick in turns, prints, and exits with 1 over the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="where the made folder is kept; else a temporary one")
    parser.add_argument("--folder", type=Path, help="an audit folder of your own")
    parser.add_argument("--trust", type=Path, help="its trust file")
    parser.add_argument("--product", help="the product to verify in it")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--limit", type=float, default=LIMIT_S)
    parser.add_argument("--help-limit", type=float, default=HELP_LIMIT_S)
    parser.add_argument("--help-only", action="store_true", help="verify no product")
    arguments = parser.parse_args()
    if arguments.folder and not (arguments.trust and arguments.product):
        parser.error("--folder needs --trust and --product")
    within = measure(["--help"], "web3", arguments.runs, arguments.help_limit)
    if not arguments.help_only:
        with tempfile.TemporaryDirectory() as temporary:
            folder, trust, product = arguments.folder, arguments.trust, arguments.product
            if folder is None:
                folder, product = (arguments.cache or Path(temporary)) / f"verify-{COUNT}", product_id(COUNT - 1)
                make_folder(folder, COUNT)
                trust = folder / "trust.json"
            command = ["product", str(folder), product, "--trust", str(trust)]
            peer = "bw2calc" if find_spec("bw2calc") else "web3"
            within &= measure(command, peer, arguments.runs, arguments.limit)
    sys.exit(0 if within else 1)


def measure(arguments: list[str], yardstick: str, runs: int, limit: float) -> bool:
    """Whether the median of `tanji-verify` with these arguments is within the limit, in seconds."""
    tanji = [str(Path(sys.executable).parent / "tanji-verify"), *arguments]
    bare = [sys.executable, "-c", f"import {yardstick}"]
    for command in (tanji, bare):
        seconds(command, {VERIFIED, INCOMPLETE})  # files and byte code into the caches
    ours, imports = [], []
    for _ in track(range(runs), description="verifying", disable=None):
        ours.append(seconds(tanji, {VERIFIED, INCOMPLETE}))
        imports.append(seconds(bare, {0}))
    table = Table("", "runs", "median s", "min s", "max s", "ratio")
    for name, found in ((f"tanji-verify {' '.join(arguments[:1])}", ours), (f"import {yardstick}", imports)):
        table.add_row(name, f"{runs}", f"{median(found):.3f}", f"{min(found):.3f}", f"{max(found):.3f}",
                      f"{median(found) / median(ours):.2f}")  # fmt: skip
    console = Console()
    console.print(table)
    within = median(ours) <= limit
    console.print(f"{'within' if within else 'OVER'}: {median(ours):.3f} s, limit {limit:g} s; "
                  f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    return within


if __name__ == "__main__":
    main()
