"""Puts the two contracts on a chain, names the operator by a decision of the registrars, and records what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from eth_abi.abi import encode as abi_encode
from pydantic import StringConstraints

from ledger.chain.client import ChainClient, Pinned
from ledger.chain.contracts import Call, LogContract, RegistryContract
from ledger.chain.governance import decide
from ledger.chain.rpc import Rpc
from ledger.chain.sender import DEPLOY_GAS, Sender
from ledger.errors import EvidenceError
from ledger.events import ContractName, load_artifact
from ledger.identifiers import DigestText, digest_to_text, parse_address, parse_digest
from ledger.statement import Strict, keccak

_AddressText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the constructors fix for ever. Delays are in blocks; `origin` is the origin line of the checkpoints."""

    registrars: tuple[bytes, ...]
    threshold: int
    recovery_delay: int
    compromise_lookback: int
    origin: str
    max_merge_delay: int


class DeployedContract(Strict):
    """One contract: where it is, what its run-time code hashes to, and what made it."""

    address: _AddressText
    code_hash: DigestText
    block: int
    transaction: DigestText
    arguments: tuple[str | int | tuple[str, ...], ...]

    def pinned(self) -> Pinned:
        """Address and code hash as a client takes them."""
        return Pinned(parse_address(self.address), parse_digest(self.code_hash))


class Deployment(Strict):
    """The deployment record: for convenience only, never trusted by a verifier.

    `first_block` is where a replay begins; `operators` may append to the log.
    """

    chain_id: int
    genesis: DigestText
    first_block: int
    registry: DeployedContract
    log: DeployedContract
    operators: tuple[_AddressText, ...]

    def contracts(self) -> dict[ContractName, Pinned]:
        """Both contracts as `ledger.chain.client.connect` takes them."""
        return {"registry": self.registry.pinned(), "log": self.log.pinned()}


def network_of(url: str) -> tuple[int, bytes]:
    """Chain id and genesis hash as the node at `url` tells them, to be written down by whoever founds a ledger there.

    Trust on first use, so never for a verifier.
    """
    with Rpc(url) as rpc:
        chain_id = int(str(rpc.ask("eth_chainId")), 16)
        client = ChainClient(rpc, chain_id=chain_id, genesis=None, contracts={})
        return chain_id, client.block(0).hash


def deploy(
    client: ChainClient, deployer: bytes, registrars: Sequence[bytes], operators: Sequence[bytes], rules: Rules
) -> tuple[Deployment, ChainClient]:
    """Deploys both contracts and lets the registrars name the operators (addresses).

    `deployer` and `registrars` are private keys; the deployer keeps no power. Returns the record and a client that
    pins the new contracts. Raises what `Sender.transact` raises, and `EvidenceError` CODE_HASH_MISMATCH when the code
    on chain is not the compiled one.
    """
    sender = Sender(client, deployer)
    registry_arguments = (
        tuple("0x" + r.hex() for r in rules.registrars),
        rules.threshold,
        rules.recovery_delay,
        rules.compromise_lookback,
    )
    registry = _create(sender, "registry", registry_arguments)
    log = _create(sender, "log", (registry.address, rules.origin, rules.max_merge_delay))
    genesis = client.block(0).hash
    pinned: dict[ContractName, Pinned] = {"registry": registry.pinned(), "log": log.pinned()}
    deployed = ChainClient(client.rpc, chain_id=client.chain_id, genesis=genesis, contracts=pinned)
    calls = [LogContract(deployed).add_operator(operator) for operator in operators]
    decide(RegistryContract(deployed), [Sender(deployed, key) for key in registrars], calls)
    record = Deployment(
        chain_id=client.chain_id,
        genesis=digest_to_text(genesis),
        first_block=registry.block,
        registry=registry,
        log=log,
        operators=tuple("0x" + operator.hex() for operator in operators),
    )
    return record, deployed


def _create(sender: Sender, name: ContractName, arguments: tuple[str | int | tuple[str, ...], ...]) -> DeployedContract:
    artifact = load_artifact(name)
    constructor = next(item for item in artifact["abi"] if item["type"] == "constructor")
    encoded = abi_encode([i["type"] for i in constructor["inputs"]], arguments)
    code = bytes.fromhex(artifact["bytecode"].removeprefix("0x"))
    receipt, _ = sender.transact(Call(None, code + encoded), gas=DEPLOY_GAS)
    if receipt.contract is None:
        raise EvidenceError("NODE_LIES", what="contract address")
    found = sender.client.code(receipt.contract)
    _check_code(name, found)
    return DeployedContract(
        address="0x" + receipt.contract.hex(),
        code_hash=digest_to_text(keccak(found)),
        block=receipt.block,
        transaction=digest_to_text(receipt.transaction),
        arguments=arguments,
    )


def _check_code(name: ContractName, found: bytes) -> None:
    """Compares run-time code with the compiled one, except where the constructor wrote its immutable values."""
    artifact = load_artifact(name)
    expected = bytearray.fromhex(artifact["deployedBytecode"].removeprefix("0x"))
    masked = bytearray(found)
    for places in artifact["immutableReferences"].values():
        for place in places:
            hole = slice(place["start"], place["start"] + place["length"])
            expected[hole] = masked[hole] = bytes(place["length"])
    if masked != expected:
        hashes = (digest_to_text(keccak(bytes(code))) for code in (masked, expected))
        raise EvidenceError("CODE_HASH_MISMATCH", contract=name, got=next(hashes), expected=next(hashes))
