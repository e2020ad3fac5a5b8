"""The contracts in an EVM inside the test process (revm, London rules): no node, no network, no compiler.

Every transaction gets a block of its own. Gas is not measured here: the engine keeps storage warm between calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrevm
import pytest
from eth_abi import decode, encode
from sha3 import keccak_256

REPOSITORY = Path(__file__).resolve().parents[2]
OPEN = 2**64 - 1
ZERO = bytes(32)
NOBODY = "0x" + "00" * 20
_REVERT = re.compile(r"^Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}$")


def keccak(data: bytes) -> bytes:
    """Keccak-256."""
    return keccak_256(data).digest()


def account(role: str) -> str:
    """The address of whoever plays `role`; lower-case hex with 0x."""
    return "0x" + keccak(role.encode())[-20:].hex()


def label(text: str) -> bytes:
    """A role or scope: ASCII padded with zeros to 32 bytes."""
    return text.encode("ascii").ljust(32, b"\0")


def load_artifact(name: str) -> dict[str, Any]:
    """Artefact of a deployable or of a test contract."""
    for folder in ("ledger/chain/artifacts", "tests/solidity/artifacts"):
        path = REPOSITORY / folder / f"{name}.json"
        if path.is_file():
            artifact: dict[str, Any] = json.loads(path.read_bytes())
            return artifact
    raise FileNotFoundError(name)


def abi_type(parameter: Mapping[str, Any]) -> str:
    """Canonical type of an ABI parameter, tuples opened."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(abi_type(part) for part in parameter["components"]) + ")" + kind[len("tuple") :]


def _types(parameters: Iterable[Mapping[str, Any]]) -> list[str]:
    return [abi_type(parameter) for parameter in parameters]


def signature_hash(item: Mapping[str, Any]) -> bytes:
    """Keccak-256 of the canonical signature of a function, event or error."""
    return keccak(f"{item['name']}({','.join(_types(item['inputs']))})".encode())


class Reverted(Exception):  # noqa: N818 - it is what happened, not a defect of ours
    """A call reverted with a custom error of the ABI, or with what else it returned."""

    def __init__(self, name: str, values: tuple[Any, ...]) -> None:
        super().__init__(name, *values)
        self.name = name
        self.values = values


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded event; `values` are its arguments in declared order, by name."""

    name: str
    values: Mapping[str, Any]
    block: int
    topic0: bytes
    types: tuple[str, ...]

    @property
    def own(self) -> tuple[Any, ...]:
        """The arguments after `sequence` and `prior`."""
        return tuple(self.values.values())[2:]


@dataclass
class Chain:
    """An EVM with a block number and the decoded events of every contract, in order."""

    evm: Any = field(default_factory=lambda: pyrevm.EVM(spec_id="LONDON"))
    block: int = 100
    events: dict[str, list[Event]] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)

    def deploy(self, name: str, *arguments: Any, sender: str = account("deployer")) -> Contract:
        """Deploys the contract called `name`. Raises `Reverted`."""
        artifact = load_artifact(name)
        inputs = next((i["inputs"] for i in artifact["abi"] if i["type"] == "constructor"), [])
        code = bytes.fromhex(artifact["bytecode"][2:]) + encode(_types(inputs), arguments)
        self.mine(1)
        with _revert_decoded(artifact["abi"]):
            address = self.evm.deploy(sender, code)
        contract = Contract(self, address, artifact["abi"])
        self.contracts[address] = contract
        self.events[address] = []
        self._record()
        return contract

    def mine(self, count: int) -> None:
        """Moves on by `count` blocks."""
        self.block += count
        self.evm.set_block_env(pyrevm.BlockEnv(number=self.block))

    @contextmanager
    def rollback(self) -> Iterator[None]:
        """Forgets at the end whatever happens inside."""
        snapshot, block = self.evm.snapshot(), self.block
        lengths = {address: len(events) for address, events in self.events.items()}
        yield
        self.evm.revert(snapshot)
        self.mine(block - self.block)
        for address, events in self.events.items():
            del events[lengths[address] :]

    def transact(self, contract: Contract, sender: str, data: bytes) -> tuple[bytes, list[Event]]:
        """Sends `data` in the present block. Raises `Reverted`, and then nothing has changed."""
        with _revert_decoded([item for known in self.contracts.values() for item in known.abi]):
            output = self.evm.message_call(sender, contract.address, calldata=data)
        return output, self._record()

    def call(self, contract: Contract, data: bytes) -> bytes:
        """Asks without changing anything."""
        with _revert_decoded(contract.abi):
            output: bytes = self.evm.message_call(NOBODY, contract.address, calldata=data, is_static=True)
        return output

    def _record(self) -> list[Event]:
        found = []
        for entry in self.evm.result.logs:
            event = self.contracts[entry.address.lower()].decode_event(*entry.data)
            self.events[entry.address.lower()].append(event)
            found.append(event)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """A deployed contract."""

    chain: Chain
    address: str
    abi: list[dict[str, Any]]

    def item(self, kind: str, name: str) -> dict[str, Any]:
        """The ABI's one item of this kind and name."""
        (found,) = (item for item in self.abi if item["type"] == kind and item["name"] == name)
        return found

    def data(self, function: str, *arguments: Any) -> bytes:
        """Calldata."""
        item = self.item("function", function)
        return signature_hash(item)[:4] + encode(_types(item["inputs"]), arguments)

    def view(self, function: str, *arguments: Any) -> Any:
        """Answer of a view: one value, or a tuple where it gives several."""
        output = self.chain.call(self, self.data(function, *arguments))
        values = decode(_types(self.item("function", function)["outputs"]), output)
        return values[0] if len(values) == 1 else values

    def send(self, sender: str, function: str, *arguments: Any, same_block: bool = False) -> list[Event]:
        """A transaction in the next block, or in the present one; gives the events of all contracts."""
        if not same_block:
            self.chain.mine(1)
        return self.chain.transact(self, sender, self.data(function, *arguments))[1]

    def events(self, name: str | None = None) -> list[Event]:
        """All events so far, or those called `name`."""
        return [event for event in self.chain.events[self.address] if name in (None, event.name)]

    def decode_event(self, topics: list[bytes], data: bytes) -> Event:
        """One log entry by the ABI."""
        (item,) = (i for i in self.abi if i["type"] == "event" and signature_hash(i) == bytes(topics[0]))
        plain = iter(decode(_types(p for p in item["inputs"] if not p["indexed"]), data))
        indexed = iter(topics[1:])
        values = {
            p["name"]: decode([abi_type(p)], bytes(next(indexed)))[0] if p["indexed"] else next(plain)
            for p in item["inputs"]
        }
        types = tuple(_types(item["inputs"]))
        return Event(item["name"], values, self.chain.block, bytes(topics[0]), types)


def rolling_hash(events: Iterable[Event]) -> tuple[int, bytes]:
    """Count and hash of a contract's numbered events; asserts that each carries its number and the hash before it."""
    count, head = 0, ZERO
    for event in events:
        if "sequence" not in event.values:  # OpenZeppelin's own events carry no number
            continue
        assert (event.values["sequence"], event.values["prior"]) == (count, head), event
        own = keccak(encode(event.types[2:], event.own))
        types = ["bytes32", "uint64", "uint64", "bytes32", "bytes32"]
        head = keccak(encode(types, [head, count, event.block, event.topic0, own]))
        count += 1
    return count, head


@contextmanager
def reverts(name: str, *values: Any) -> Iterator[None]:
    """Expects the custom error `name` with exactly these values."""
    with pytest.raises(Reverted) as caught:
        yield
    assert (caught.value.name, caught.value.values) == (name, values)


@contextmanager
def _revert_decoded(abi: Iterable[Mapping[str, Any]]) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        match = _REVERT.match(str(error))
        if match is None:
            raise
        raise _decode_revert(bytes.fromhex(match[1]), abi) from None


def _decode_revert(output: bytes, abi: Iterable[Mapping[str, Any]]) -> Reverted:
    builtin = {"type": "error", "name": "Panic", "inputs": [{"type": "uint256"}]}
    for item in (*abi, builtin):
        if item["type"] == "error" and signature_hash(item)[:4] == output[:4]:
            return Reverted(item["name"], decode(_types(item["inputs"]), output[4:]))
    return Reverted("", (output,))
