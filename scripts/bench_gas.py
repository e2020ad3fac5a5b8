"""Measure the gas of the contracts on a real node, beside a plain anchor contract in the same run.

    python scripts/bench_gas.py

Starts the local chain of hardhat-free-ganache.yml in a temporary folder, or uses a development node with unlocked
accounts that `--rpc` names. Figures are `gasUsed` of receipts: what a chain charges, calldata included. Exit code 1
when a limit is broken.

Peers: `PlainAnchor` (tests/solidity/contracts) writes one mapping slot and one event for each declaration, as most
anchoring contracts do. The Ethereum Attestation Service is not run here: its `multiTimestamp` writes one new storage
slot for each digest, for which EIP-2929 charges 22,100 gas, so no batch of any size gets below that.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from eth_abi.abi import encode
from rich.console import Console
from rich.table import Table

from ledger.chain import local
from ledger.chain.config import CONFIG_NAME, load_config
from ledger.chain.rpc import Rpc
from ledger.merkle import Frontier, consistency_proof
from ledger.statement import keccak

REPOSITORY = Path(__file__).resolve().parent.parent
ENTRIES = 1_000_000
BATCHES = (1_000, 5_000, 40_000)
EAS_FLOOR = 22_100
OPEN = 2**64 - 1
ADDRESSES = "(address,bytes)[]"


@dataclass(frozen=True, slots=True)
class Row:
    """Gas of one transaction, and of each of the `declarations` that it covers."""

    what: str
    gas: int
    declarations: int = 0
    limit: int | None = None
    limit_each: int | None = None

    @property
    def each(self) -> float:
        return self.gas / self.declarations if self.declarations else 0.0

    @property
    def broken(self) -> bool:
        over = self.limit is not None and self.gas > self.limit
        return over or (self.limit_each is not None and self.each > self.limit_each)


class Node:
    """A development node that signs for its accounts."""

    def __init__(self, url: str) -> None:
        self.rpc = Rpc(url)
        self.accounts: list[str] = self.rpc.ask("eth_accounts")

    def send(self, data: bytes, to: str | None = None, sender: int = 0) -> dict[str, Any]:
        """The receipt. Exits when the transaction reverts or is not mined within ten seconds."""
        transaction = {"from": self.accounts[sender], "data": "0x" + data.hex(), "gas": hex(6_000_000)}
        digest = self.rpc.ask("eth_sendTransaction", transaction | ({"to": to} if to else {}))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            receipt: dict[str, Any] | None = self.rpc.ask("eth_getTransactionReceipt", digest)
            if receipt is not None:
                if int(receipt["status"], 16) != 1:
                    raise SystemExit(f"reverted: {digest}")
                return receipt
            time.sleep(0.02)
        raise SystemExit(f"not mined: {digest}")

    def deploy(self, folder: str, name: str, types: Sequence[str] = (), *values: Any) -> tuple[str, int]:
        """Address and gas of a new contract."""
        artifact = json.loads((REPOSITORY / folder / f"{name}.json").read_bytes())
        receipt = self.send(bytes.fromhex(artifact["bytecode"][2:]) + encode(types, values))
        return receipt["contractAddress"], int(receipt["gasUsed"], 16)

    def call(self, to: str, function: str, *values: Any, sender: int = 0) -> int:
        """Gas of a call; `function` is its signature."""
        return int(self.send(calldata(function, *values), to, sender)["gasUsed"], 16)


@contextmanager
def temporary_chain(engine: str) -> Iterator[str]:
    """URL of a chain that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(REPOSITORY / CONFIG_NAME, engine=engine, state_folder=folder, port=0, block_time_s=0)
        try:
            yield local.start(config, REPOSITORY / ".tools").url
        finally:
            local.stop(config)


def calldata(function: str, *values: Any) -> bytes:
    """Calldata of `name(types)`."""
    inner = function[function.index("(") + 1 : -1]
    types = [ADDRESSES if part == "CALLS" else part for part in inner.split(",") if part]
    return keccak(function.replace("CALLS", ADDRESSES).encode())[:4] + encode(types, values)


class UniformTree:
    """A log of any size whose entries are all the same: nodes of one level have one hash. Gas does not depend on it."""

    def __init__(self) -> None:
        self.levels = [sha256(b"\x00entry").digest()]

    def node(self, level: int, _index: int) -> bytes:
        while len(self.levels) <= level:
            self.levels.append(sha256(b"\x01" + self.levels[-1] * 2).digest())
        return self.levels[level]

    def root(self, size: int) -> bytes:
        return Frontier.read(size, self.node).root()

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(old, new, self.node)

    def longest(self, new: int, within: int) -> int:
        """The old size, at most `within` before `new`, whose proof has the most nodes and the most double hashing."""
        return max(range(new - within, new), key=lambda old: (len(self.proof(old, new)), (old - 1).bit_count()))


def checkpoint(node: Node, tree: UniformTree, governance: str, old: int, new: int) -> tuple[int, int]:
    """Gas of the first checkpoint, at `old`, of a new log, and of the second, at `new`."""
    log, _ = deploy_log(node, governance)
    role = keccak(b"OPERATOR_ROLE")
    grant = (bytes.fromhex(log[2:]), calldata("grantRole(bytes32,address)", role, node.accounts[0]))
    node.call(governance, "propose(CALLS)", [grant])
    first = node.call(log, "append(uint64,bytes32,bytes32[])", old, tree.root(old), [])
    second = node.call(log, "append(uint64,bytes32,bytes32[])", new, tree.root(new), tree.proof(old, new))
    return first, second


def deploy_log(node: Node, governance: str) -> tuple[str, int]:
    types = ["address", "string", "uint64"]
    return node.deploy("ledger/chain/artifacts", "TransparencyLog", types, governance, "bench.example/log", 100)


def deploy_registry(node: Node, registrars: int, threshold: int) -> tuple[str, int]:
    types = ["address[]", "uint256", "uint64", "uint64"]
    values = (node.accounts[:registrars], threshold, 1, OPEN)
    return node.deploy("ledger/chain/artifacts", "OrganisationRegistry", types, *values)


def measure_log(node: Node, limit: int, limit_each: int) -> list[Row]:
    """Checkpoints at a million entries in several batch sizes, and the plain anchor."""
    tree = UniformTree()
    governance, _ = deploy_registry(node, 1, 1)
    rows: list[Row] = []
    for batch in BATCHES:
        first, second = checkpoint(node, tree, governance, ENTRIES - batch, ENTRIES)
        if not rows:
            rows.append(Row("first checkpoint, no proof", first, limit=limit))
        proof = len(tree.proof(ENTRIES - batch, ENTRIES))
        each = limit_each if batch == BATCHES[0] else None
        rows.append(Row(f"checkpoint at {ENTRIES:,}, batch {batch:,}, {proof} nodes", second, batch, limit, each))
    old = tree.longest(ENTRIES, BATCHES[1])
    _, worst = checkpoint(node, tree, governance, old, ENTRIES)
    proof = len(tree.proof(old, ENTRIES))
    rows.append(Row(f"checkpoint at {ENTRIES:,}, longest proof, {proof} nodes", worst, ENTRIES - old, limit))
    anchor, _ = node.deploy("tests/solidity/artifacts", "PlainAnchor")
    plain = [node.call(anchor, "anchor(bytes32)", sha256(bytes([n])).digest()) for n in range(3)]
    return [*rows, Row("peer: PlainAnchor.anchor, median of 3", sorted(plain)[1], 1)]


def measure_registry(node: Node) -> list[Row]:
    """What the registry's transactions cost, with three of four registrars and two of three guardians."""
    registry, deployment = deploy_registry(node, 4, 3)
    _, log_deployment = deploy_log(node, registry)
    target = bytes.fromhex(registry[2:])
    accounts, organisation = node.accounts, keccak(b"91310000MA1K00000X")
    register = "registerOrganisation(string,string,address,address[],uint256)"
    values = ("91310000MA1K00000X", "示例钢铁", accounts[4], accounts[5:8], 2)
    calls = [(target, calldata(register, *values))]
    fresh = ["0x" + keccak(bytes([n]))[-20:].hex() for n in range(3)]
    rows = [Row("deploy OrganisationRegistry", deployment), Row("deploy TransparencyLog", log_deployment)]

    def step(what: str, function: str, *arguments: Any, sender: int) -> None:
        rows.append(Row(what, node.call(registry, function, *arguments, sender=sender)))

    step("propose a registration", "propose(CALLS)", calls, sender=0)
    step("approve it", "approve(uint256,CALLS)", 0, calls, sender=1)
    step("approve and execute it", "approve(uint256,CALLS)", 0, calls, sender=2)
    step("addKey", "addKey(bytes32,address)", organisation, fresh[0], sender=4)
    step("reportCompromise", "reportCompromise(address,uint64)", fresh[0], 1, sender=4)
    delegation = (organisation, fresh[1], bytes(32), OPEN)
    step("addDelegate", "addDelegate(bytes32,address,bytes32,uint64)", *delegation, sender=4)
    step("setGuardians", "setGuardians(bytes32,address[],uint256)", organisation, accounts[5:7], 2, sender=4)
    step("rotateKey", "rotateKey(address)", accounts[8], sender=4)
    step("startRecovery", "startRecovery(bytes32,address)", organisation, fresh[2], sender=5)
    step("approveRecovery", "approveRecovery(bytes32,address)", organisation, fresh[2], sender=6)
    step("completeRecovery", "completeRecovery(bytes32)", organisation, sender=9)
    return rows


def show(console: Console, title: str, rows: list[Row], peer: float | None = None) -> None:
    """One table; with `peer`, gas of each declaration also as a ratio to it and to the floor of EAS."""
    table = Table("transaction", title=title)
    for heading in ("gas", "limit", *(("gas each", "limit", "plain anchor is", "EAS is at least") if peer else ())):
        table.add_column(heading, justify="right")
    for row in rows:
        cells = [row.what, f"{row.gas:,}", f"{row.limit:,}" if row.limit else ""]
        if peer:
            shown = row.each and row.each != peer
            ratios = [f"{peer / row.each:,.0f} x", f"{EAS_FLOOR / row.each:,.0f} x"] if shown else ["", ""]
            cells += [f"{row.each:,.1f}" if row.each else "", str(row.limit_each or ""), *ratios]
        table.add_row(*cells, style="bold red" if row.broken else None)
    console.print(table)


def report(node: Node, limit: int, limit_each: int) -> list[str]:
    """Prints the tables; names of the transactions that break a limit."""
    console = Console(width=130)
    rows = measure_log(node, limit, limit_each)
    show(console, "TransparencyLog", rows, rows[-1].each)
    show(console, "OrganisationRegistry", measure_registry(node))
    broken = [row.what for row in rows if row.broken]
    for what in broken:
        console.print(f"limit broken: {what}", style="bold red")
    return broken


def main(
    rpc: Annotated[str, typer.Option(help="Development node with unlocked accounts; empty: start one.")] = "",
    engine: Annotated[str, typer.Option(help="Engine to start: anvil or ganache.")] = "anvil",
    limit: Annotated[int, typer.Option(help="Most gas of a checkpoint.")] = 100_000,
    limit_each: Annotated[int, typer.Option(help="Most gas of a declaration in batches of 1,000.")] = 100,
) -> None:
    """Print the tables; exit 1 when a limit is broken."""
    if rpc:
        broken = report(Node(rpc), limit, limit_each)
    else:
        with temporary_chain(engine) as url:
            broken = report(Node(url), limit, limit_each)
    raise typer.Exit(int(bool(broken)))


if __name__ == "__main__":
    typer.run(main)
