"""Compile the contracts and write the artefacts that the packages import; `--check` compares the bytes instead.

Only a maintainer who changes a contract needs this, with Node.js and `npm ci --prefix contracts`. The result depends
on nothing but the sources and contracts/compiler.json: exact compiler, fixed EVM version, no metadata hash, source
names relative to the repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import posixpath
import re
import sys
from pathlib import Path
from typing import Any

import solcx

REPOSITORY = Path(__file__).resolve().parent.parent
SOLC = REPOSITORY / "scripts" / "solc"
LIBRARIES = REPOSITORY / "contracts" / "node_modules"
OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]
_IMPORT = re.compile(r'^import\s[^;]*?"([^"]+)";', re.MULTILINE)


def _read_source(name: str) -> str:
    folder = LIBRARIES if name.startswith("@") else REPOSITORY
    return (folder / name).read_text(encoding="utf-8")


def collect_sources(name: str) -> dict[str, str]:
    """Text of `name` and of all that it imports, by source unit name, sorted."""
    sources: dict[str, str] = {}
    waiting = [name]
    while waiting:
        unit = waiting.pop()
        if unit in sources:
            continue
        sources[unit] = _read_source(unit)
        for target in _IMPORT.findall(sources[unit]):
            relative = target.startswith(".")
            waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(unit), target)) if relative else target)
    return dict(sorted(sources.items()))


def standard_input(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Standard JSON input of the compiler for the contract in `name`."""
    contract = Path(name).stem
    return {
        "language": "Solidity",
        "settings": {**settings, "outputSelection": {name: {contract: OUTPUTS}}},
        "sources": {unit: {"content": text} for unit, text in collect_sources(name).items()},
    }


def compile_contract(name: str, settings: dict[str, Any], compiler: str) -> bytes:
    """Bytes of the artefact of the contract in `name`. Raises `SolcError` on an error, `SystemExit` on a warning."""
    source = standard_input(name, settings)
    result = solcx.compile_standard(source, solc_binary=SOLC)
    warnings = [error["formattedMessage"] for error in result.get("errors", [])]
    if warnings:
        raise SystemExit("\n".join(warnings))
    output = result["contracts"][name][Path(name).stem]
    deployed = output["evm"]["deployedBytecode"]
    artifact = {
        "contractName": Path(name).stem,
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": deployed["immutableReferences"],
        "compiler": compiler,
        "inputSha256": hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest(),
    }
    return (json.dumps(artifact, indent=1, sort_keys=False) + "\n").encode()


def _compiler(wanted: str) -> str:
    """Version and commit of the compiler, without its platform. Exits when it is not exactly `wanted`."""
    if not (LIBRARIES / "solc").is_dir():
        raise SystemExit("no compiler: run `npm ci --prefix contracts` first (needs Node.js)")
    version = solcx.wrapper.get_solc_version(SOLC, with_commit_hash=True)
    if version.base_version != wanted:
        raise SystemExit(f"compiler {version.base_version} found, contracts/compiler.json wants {wanted}")
    return str(version)


def main() -> int:
    """Exit 0 when written or equal, 1 when `--check` finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed artefacts, write nothing")
    check = parser.parse_args().check
    config = json.loads((REPOSITORY / "contracts" / "compiler.json").read_text(encoding="utf-8"))
    compiler = _compiler(config["compiler"])
    different = 0
    for name, target in config["artifacts"].items():
        path = REPOSITORY / target
        content = compile_contract(name, config["settings"], compiler)
        same = path.is_file() and path.read_bytes() == content
        if not check and not same:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        different += check and not same
        runtime = (len(json.loads(content)["deployedBytecode"]) - 2) // 2
        print(f"{'same' if same else 'DIFFERENT' if check else 'written'}  {target}  {runtime} bytes at run time")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
