"""A node's answers as values, each checked for form; the chain's identity checked before any of them is believed.

Only present state is asked for: some nodes ignore block numbers in calls. What held at a past block is decided from
events. Names and numbers are the node's claim until `history` has proven events complete or `sender` has confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ledger.chain.errors import NodeError, RpcError
from ledger.chain.reverts import revert_in, selector
from ledger.chain.rpc import ATTEMPTS, MAX_ANSWER_BYTES, TIMEOUT_S, Rpc
from ledger.errors import EvidenceError, IncompleteError
from ledger.events import ContractName, RawLog, parse_bytes, parse_quantity
from ledger.identifiers import digest_to_text
from ledger.statement import keccak

T = TypeVar("T")

_MILLISECONDS: Final = 100_000_000_000
"""No block was or will soon be made at this many seconds (year 5138): FISCO BCOS counts milliseconds."""
_HEAD_ATTEMPTS: Final = 5
_EVENT_COUNT: Final = selector("eventCount", ())
_EVENT_HASH: Final = selector("eventHash", ())


@dataclass(frozen=True, slots=True)
class Pinned:
    """A contract as the reader trusts it: 20-byte address, keccak256 of the run-time code."""

    address: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header in part. `time_s` is Unix seconds whatever the node counts; order never depends on it."""

    number: int
    hash: bytes
    parent: bytes
    time_s: int
    transactions: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction that the node knows. `block` is None while it waits; `data` is what it calls a contract with."""

    hash: bytes
    sender: bytes
    nonce: int
    block: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the node says became of a transaction. `contract` is the address of a contract that it created."""

    transaction: bytes
    block: int
    block_hash: bytes
    success: bool
    gas_used: int
    contract: bytes | None
    logs: tuple[RawLog, ...]


class ChainClient:
    """A node of one known chain. `connect` makes it."""

    def __init__(
        self, rpc: Rpc, *, chain_id: int, genesis: bytes | None, contracts: Mapping[ContractName, Pinned]
    ) -> None:
        self.rpc: Final = rpc
        self.chain_id: Final = chain_id
        self.genesis: Final = genesis
        self.contracts: Final = dict(contracts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.rpc.close()

    def check_identity(self) -> None:
        """Checks chain id, genesis and code; writers call it again before every signature.

        Raises `EvidenceError` CHAIN_ID_MISMATCH, GENESIS_MISMATCH or CODE_HASH_MISMATCH, each with both values.
        """
        chain_id = self._number("eth_chainId")
        if chain_id != self.chain_id:
            raise EvidenceError("CHAIN_ID_MISMATCH", got=chain_id, expected=self.chain_id)
        if self.genesis is not None and (genesis := self.block(0).hash) != self.genesis:
            raise EvidenceError("GENESIS_MISMATCH", got=digest_to_text(genesis), expected=digest_to_text(self.genesis))
        for name, pinned in self.contracts.items():
            found = keccak(self.code(pinned.address))
            if found != pinned.code_hash:
                raise EvidenceError(
                    "CODE_HASH_MISMATCH",
                    contract=name,
                    got=digest_to_text(found),
                    expected=digest_to_text(pinned.code_hash),
                )

    def block_number(self) -> int:
        """Number of the newest block that this node has; a lagging node's may be lower than one seen before."""
        return self._number("eth_blockNumber")

    def block(self, number: int) -> Block:
        """The block with this number. Raises `NodeError` NODE_LACKS_BLOCK when the node has none."""
        return self._block("eth_getBlockByNumber", hex(number), number)

    def block_by_hash(self, block_hash: bytes) -> Block:
        """The block with this hash. Raises `NodeError` NODE_LACKS_BLOCK when the node has none."""
        text = digest_to_text(block_hash)
        return self._block("eth_getBlockByHash", text, text)

    def code(self, address: bytes) -> bytes:
        """Run-time code at an address, empty where there is none."""
        return self._ask("eth_getCode", _hex_bytes, _address(address), "latest")

    def call(self, to: bytes, data: bytes, sender: bytes | None = None) -> bytes:
        """What a call of a contract returns in the present state. Raises `RevertedError`."""
        fields = {"to": _address(to), "data": "0x" + data.hex()} | ({"from": _address(sender)} if sender else {})
        return self._ask("eth_call", _hex_bytes, fields, "latest")

    def event_head(self, contract: ContractName) -> tuple[int, bytes]:
        """The contract's number of events and their rolling hash, both of one moment."""
        address = self.contracts[contract].address
        count = self._call_word(address, _EVENT_COUNT)
        for _ in range(_HEAD_ATTEMPTS):
            head = self._call_word(address, _EVENT_HASH)
            before, count = count, self._call_word(address, _EVENT_COUNT)
            if before == count:
                return int.from_bytes(count, "big"), head
        raise IncompleteError("CHAIN_TOO_BUSY", contract=contract)

    def logs(self, address: bytes, first: int, last: int) -> list[RawLog]:
        """The logs that the node gives for blocks `first` to `last`, both included; perhaps not all there are."""
        # lower-case address: FISCO BCOS finds nothing for a checksummed one
        asked = {"address": _address(address), "fromBlock": hex(first), "toBlock": hex(last)}
        found = self._ask("eth_getLogs", _logs, asked)
        return [log for log in found if log.address == address and first <= log.block <= last]

    def gas_price(self) -> int:
        """The node's gas price in wei."""
        return self._ask("eth_gasPrice", _wide)

    def nonce(self, address: bytes) -> int:
        """How many transactions of the account are mined."""
        return self._ask("eth_getTransactionCount", _number, _address(address), "latest")

    def transaction(self, transaction: bytes) -> Transaction | None:
        """The transaction with this hash, or None when the node does not know it."""
        return self._ask("eth_getTransactionByHash", _transaction, digest_to_text(transaction))

    def receipt(self, transaction: bytes) -> Receipt | None:
        """The receipt of a transaction, or None while it is not mined."""
        return self._ask("eth_getTransactionReceipt", _receipt, digest_to_text(transaction))

    def send_raw(self, raw: bytes) -> None:
        """Hands signed bytes to the node. Raises `RevertedError` where the node tries them first, or `RpcError`."""
        self._ask("eth_sendRawTransaction", _hex_bytes, "0x" + raw.hex())

    def _number(self, method: str) -> int:
        return self._ask(method, _number)

    def _call_word(self, address: bytes, data: bytes) -> bytes:
        word = self.call(address, data)
        if len(word) != 32:
            raise NodeError("NODE_ANSWER", url=self.rpc.url, got=f"eth_call: {len(word)} bytes")
        return word

    def _block(self, method: str, asked: str, name: object) -> Block:
        found = self._ask(method, _block, asked, False)
        if found is None:
            raise NodeError("NODE_LACKS_BLOCK", url=self.rpc.url, block=name)
        return found

    def _ask(self, method: str, parse: Callable[[Any], T], *parameters: Any) -> T:
        try:
            result = self.rpc.ask(method, *parameters)
        except RpcError as err:
            raise (revert_in(err) or err) from err
        try:
            return parse(result)
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise NodeError("NODE_ANSWER", url=self.rpc.url, got=f"{method}: {err}"[:200]) from err


def connect(
    url: str,
    *,
    chain_id: int,
    genesis: bytes | None,
    contracts: Mapping[ContractName, Pinned],
    timeout_s: float = TIMEOUT_S,
    attempts: int = ATTEMPTS,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
) -> ChainClient:
    """A client of the chain that the reader trusts, its identity checked.

    `genesis` is None only for whoever creates the contracts. Raises what `ChainClient.check_identity` raises, and
    `NodeError`.
    """
    rpc = Rpc(url, timeout_s=timeout_s, attempts=attempts, max_answer_bytes=max_answer_bytes)
    client = ChainClient(rpc, chain_id=chain_id, genesis=genesis, contracts=contracts)
    try:
        client.check_identity()
    except BaseException:
        rpc.close()
        raise
    return client


def _address(address: bytes) -> str:
    return "0x" + address.hex()


def _hex_bytes(value: Any, length: int | None = None) -> bytes:
    return parse_bytes(value.lower(), length)


def _hash(value: Any) -> bytes:
    return _hex_bytes(value, 32)


def _number(value: Any) -> int:
    # some nodes pad quantities with zeros
    text = value.lower()
    return parse_quantity("0x" + (text[2:].lstrip("0") or "0") if text.startswith("0x") else text)


def _wide(value: Any) -> int:
    data = value.removeprefix("0x")
    if len(data) > 64 or not data.isalnum():
        raise ValueError("not a quantity")
    return int(data, 16)


def _log(fields: Any) -> RawLog:
    topics = tuple(_hash(topic) for topic in fields["topics"])
    address, transaction = _hex_bytes(fields["address"], 20), _hash(fields["transactionHash"])
    block, index = _number(fields["blockNumber"]), _number(fields["logIndex"])
    return RawLog(address, block, transaction, index, topics, _hex_bytes(fields["data"]))


def _logs(value: Any) -> list[RawLog]:
    if not isinstance(value, list):
        raise ValueError("no list of logs")  # noqa: TRY004 - it is the value that is wrong, not our types
    return [_log(fields) for fields in value]


def _block(value: Any) -> Block | None:
    if value is None:
        return None
    time = _number(value["timestamp"])
    names = frozenset(_hash(item if isinstance(item, str) else item["hash"]) for item in value["transactions"])
    seconds = time // 1000 if time > _MILLISECONDS else time
    return Block(_number(value["number"]), _hash(value["hash"]), _hash(value["parentHash"]), seconds, names)


def _transaction(value: Any) -> Transaction | None:
    if value is None:
        return None
    block = value.get("blockNumber")
    sender, nonce = _hex_bytes(value["from"], 20), _number(value["nonce"])
    data = _hex_bytes(value["input"] if value.get("input") is not None else value["data"])
    return Transaction(_hash(value["hash"]), sender, nonce, None if block is None else _number(block), data)


def _receipt(value: Any) -> Receipt | None:
    if value is None or value.get("blockNumber") is None:
        return None
    created = value.get("contractAddress")
    return Receipt(
        _hash(value["transactionHash"]),
        _number(value["blockNumber"]),
        _hash(value["blockHash"]),
        _number(value["status"]) == 1,
        _number(value["gasUsed"]),
        _hex_bytes(created, 20) if created else None,
        tuple(_logs(value["logs"])),
    )
