"""Run the static analyser slither over the contracts; every finding is answered in contracts/SLITHER.md.

Slither needs web3 < 8 and would silently replace ours, so it lives in an environment of its own:

    python -m venv SOMEWHERE && SOMEWHERE/bin/pip install slither-analyzer==0.11.6
    python scripts/slither_contracts.py --slither SOMEWHERE/bin/slither

Exit code 1 when a finding is not answered there, 2 when slither is missing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from compile_contracts import REPOSITORY, SOLC, collect_sources

ANSWERS = REPOSITORY / "contracts" / "SLITHER.md"
LIBRARY = "contracts/node_modules/"


def analyser_input() -> dict[str, Any]:
    """Standard JSON input with both contracts; libraries under the paths where slither finds their lines."""
    config = json.loads((REPOSITORY / "contracts" / "compiler.json").read_text(encoding="utf-8"))
    units: dict[str, str] = {}
    for name in (name for name in config["artifacts"] if name.startswith("contracts/src/")):
        units |= collect_sources(name)
    outputs = ["abi", "metadata", "devdoc", "userdoc", "evm.bytecode", "evm.deployedBytecode"]
    settings = config["settings"] | {
        "remappings": [f"@openzeppelin/={LIBRARY}@openzeppelin/"],
        "outputSelection": {"*": {"*": outputs, "": ["ast"]}},
    }
    sources = {f"{LIBRARY}{unit}" if unit.startswith("@") else unit: {"content": units[unit]} for unit in units}
    return {"language": "Solidity", "sources": sources, "settings": settings}


def run_slither(slither: str) -> list[dict[str, Any]]:
    """Findings in our own sources. Exits when slither itself fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "input.json", Path(folder) / "result.json"
        source.write_text(json.dumps(analyser_input()), encoding="utf-8")
        command = [slither, str(source), "--compile-force-framework", "solc-json", "--solc", str(SOLC)]
        command += ["--filter-paths", "node_modules", "--fail-none", "--json", str(result)]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if not result.is_file():
            raise SystemExit(f"slither failed:\n{done.stderr[-2000:]}")
        report = json.loads(result.read_text(encoding="utf-8"))
    if not report["success"]:
        raise SystemExit(f"slither failed: {report['error']}")
    findings: list[dict[str, Any]] = report["results"].get("detectors", [])
    return findings


def main() -> int:
    """Print the findings and say which have no answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slither", default="slither", help="the program (default: slither on the path)")
    slither = shutil.which(parser.parse_args().slither)
    if slither is None:
        print("slither is not installed; see --help", file=sys.stderr)
        return 2
    answers = ANSWERS.read_text(encoding="utf-8")
    open_findings = 0
    for finding in run_slither(slither):
        place = finding["description"].split("(")[0]
        answered = f"`{finding['check']}` in `{place}`" in answers
        open_findings += not answered
        print(f"{'answered' if answered else 'OPEN'}: {finding['impact']} {finding['check']} in {place}")
        print(finding["description"].strip() + "\n")
    print(f"{open_findings} findings without an answer in contracts/SLITHER.md")
    return int(open_findings > 0)


if __name__ == "__main__":
    sys.exit(main())
