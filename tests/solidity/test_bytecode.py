"""The committed artefacts: opcodes that every chain has, sizes that every chain takes, names that every test knows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.evm import REPOSITORY, load_artifact

CONTRACTS = ["OrganisationRegistry", "TransparencyLog"]
CODE_LIMIT = 24_576  # EIP-170
NEWER_THAN_LONDON = {0x49: "BLOBHASH", 0x4A: "BLOBBASEFEE", 0x5C: "TLOAD", 0x5D: "TSTORE", 0x5E: "MCOPY", 0x5F: "PUSH0"}
DANGEROUS = {0x42: "TIMESTAMP", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xFF: "SELFDESTRUCT"}


def opcodes(code: bytes) -> Iterator[int]:
    """Opcodes in order, without the data of pushes."""
    position = 0
    while position < len(code):
        opcode = code[position]
        yield opcode
        position += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)


def without_metadata(code: bytes) -> bytes:
    """Code before the CBOR trailer, whose length is in the last two bytes."""
    return code[: -2 - int.from_bytes(code[-2:], "big")]


def test_the_walk_skips_push_data() -> None:
    assert list(opcodes(bytes.fromhex("605f5f61 5c5d 00"))) == [0x60, 0x5F, 0x61, 0x00]
    assert list(opcodes(bytes.fromhex("7f" + "5f" * 32 + "5f"))) == [0x7F, 0x5F]


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_code_holds_no_opcode_newer_than_london(name: str) -> None:
    artifact = load_artifact(name)
    creation, runtime = (bytes.fromhex(artifact[part][2:]) for part in ("bytecode", "deployedBytecode"))
    assert b"solc" in runtime[-16:], "the trailer is where it is expected"
    for code in (creation[: creation.index(runtime)], without_metadata(runtime)):
        used = set(opcodes(code))
        assert len(used) > 20
        assert not used & NEWER_THAN_LONDON.keys()
        assert not used & DANGEROUS.keys()


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_code_fits_every_chain(name: str) -> None:
    assert len(load_artifact(name)["deployedBytecode"]) // 2 - 1 <= CODE_LIMIT


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_function_event_and_error_has_a_test(name: str) -> None:
    sources = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    text = "".join(path.read_text(encoding="utf-8") for path in [*sources, REPOSITORY / "tests/support/world.py"])
    names = {item["name"] for item in load_artifact(name)["abi"] if item["type"] != "constructor"}
    # both are OpenZeppelin's: no role's admin ever changes, and no call carries money
    assert {name for name in names if f'"{name}"' not in text} <= {"RoleAdminChanged", "InsufficientBalance"}


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_numbered_event_begins_with_its_number_and_the_hash_before_it(name: str) -> None:
    events = [item for item in load_artifact(name)["abi"] if item["type"] == "event"]
    unnumbered = {"RoleGranted", "RoleRevoked", "RoleAdminChanged"} if name == "TransparencyLog" else set()
    for event in events:
        head = [(i["name"], i["type"], i["indexed"]) for i in event["inputs"][:2]]
        numbered = head == [("sequence", "uint64", True), ("prior", "bytes32", False)]
        assert numbered != (event["name"] in unnumbered), event["name"]


def test_the_artefacts_name_their_compiler_and_no_place() -> None:
    wanted = json.loads((REPOSITORY / "contracts/compiler.json").read_bytes())
    for target in wanted["artifacts"].values():
        text = (REPOSITORY / target).read_text(encoding="utf-8")
        assert json.loads(text)["compiler"].startswith(wanted["compiler"] + "+commit.")
        assert str(REPOSITORY) not in text
    assert wanted["settings"]["evmVersion"] == "london"
    assert wanted["settings"]["metadata"] == {"bytecodeHash": "none"}


@pytest.mark.node
def test_a_source_that_differs_from_its_artefact_is_found(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (REPOSITORY / "contracts/node_modules/solc").is_dir():
        pytest.skip("NOT CHECKED: the compiler is missing; run npm ci in contracts/")
    artifact = "ledger/chain/artifacts/TransparencyLog.json"
    config = json.loads((REPOSITORY / "contracts/compiler.json").read_bytes())
    config["artifacts"] = {"contracts/src/TransparencyLog.sol": artifact}
    for folder in ("contracts/src", "ledger/chain/artifacts"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    (tmp_path / "scripts").mkdir()
    for part in ("scripts/compile_contracts.py", "scripts/solc"):
        shutil.copy(REPOSITORY / part, tmp_path / part)
    (tmp_path / "contracts/compiler.json").write_text(json.dumps(config))
    (tmp_path / "contracts/node_modules").symlink_to(REPOSITORY / "contracts/node_modules")

    def check() -> tuple[int, str]:
        command = [sys.executable, tmp_path / "scripts/compile_contracts.py", "--check"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        return done.returncode, " ".join(done.stdout.split()[:2])

    assert check() == (0, f"same {artifact}")
    source = tmp_path / "contracts/src/TransparencyLog.sol"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("newSize <= oldSize", "newSize < oldSize"), encoding="utf-8")
    assert check() == (1, f"DIFFERENT {artifact}")
    assert (tmp_path / artifact).read_bytes() == (REPOSITORY / artifact).read_bytes()
