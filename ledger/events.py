"""Numbered events of the contracts: raw logs in and out of files, strict decoding, and the proof that none is missing.

An exported chain file holds one log a line: the JSON object of `eth_getLogs` with exactly the fields `address`,
`blockNumber`, `data`, `logIndex`, `topics` and `transactionHash`, quantities and bytes as lower-case 0x hex, keys
sorted, no blanks. Only numbered events are written. The rolling hash covers block, number, name and arguments of every
event; it does not cover the transaction's hash, the log's index and the address, which are for finding things only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import orjson

from ledger.abi import WORD, decode, encode, read_word
from ledger.errors import EvidenceError, IncompleteError
from ledger.statement import keccak

ContractName = Literal["registry", "log"]
Abi = Sequence[Mapping[str, Any]]

ARTIFACTS: Final[Mapping[ContractName, str]] = {"registry": "OrganisationRegistry", "log": "TransparencyLog"}
NO_EVENTS_HASH: Final = bytes(32)
"""The rolling hash before the first event."""
MAX_LINE_BYTES: Final = 1 << 20
"""Longest line of a chain file; the longest event that the contracts can emit has about 4 kB."""

_QUANTITY: Final = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,15})", re.ASCII)
_HEX: Final = re.compile(r"0x(?:[0-9a-f]{2})*", re.ASCII)
_FIELDS: Final = frozenset({"address", "blockNumber", "data", "logIndex", "topics", "transactionHash"})


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as a node gives it. `address` has 20 bytes, `transaction` and each topic 32."""

    address: bytes
    block: int
    transaction: bytes
    index: int
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """A decoded numbered event.

    `arguments` are the event's own, after `sequence` and `prior`, in declared order: integers, texts, bytes (an address
    is 20 bytes) and tuples of them. `topic` is the hash of the event's signature.
    """

    contract: ContractName
    name: str
    sequence: int
    prior: bytes
    block: int
    transaction: bytes
    arguments: Mapping[str, Any]
    topic: bytes


@dataclass(frozen=True, slots=True)
class _EventType:
    name: str
    topic: bytes
    own: tuple[tuple[str, str, bool], ...]  # name, type, indexed

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(kind for _, kind, _ in self.own)


@cache
def load_artifact(contract: ContractName) -> Mapping[str, Any]:
    """The compiled contract that this version was built with: `abi`, `bytecode`, `deployedBytecode` and more."""
    path = files("ledger") / "chain" / "artifacts" / f"{ARTIFACTS[contract]}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def load_abi(contract: ContractName) -> Abi:
    """The contract's ABI."""
    abi: Abi = load_artifact(contract)["abi"]
    return abi


def _numbered_types(abi: Abi) -> dict[bytes, _EventType]:
    """Numbered events by topic; OpenZeppelin's own role events have no number and are not among them."""
    found = {}
    for item in abi:
        inputs = item.get("inputs", ())
        if item["type"] != "event" or [i["name"] for i in inputs[:2]] != ["sequence", "prior"]:
            continue
        signature = f"{item['name']}({','.join(i['type'] for i in inputs)})"
        own = tuple((i["name"], i["type"], i["indexed"]) for i in inputs[2:])
        topic = keccak(signature.encode("ascii"))
        found[topic] = _EventType(item["name"], topic, own)
    return found


class EventReader:
    """Decodes the numbered events of one contract."""

    def __init__(self, contract: ContractName, abi: Abi | None = None) -> None:
        self.contract: Final = contract
        self._types: Final = _numbered_types(load_abi(contract) if abi is None else abi)

    def is_numbered(self, log: RawLog) -> bool:
        """Whether the log claims to be one of the contract's numbered events."""
        return bool(log.topics) and log.topics[0] in self._types

    def read(self, log: RawLog) -> ChainEvent:
        """The event in `log`. Raises `EvidenceError` EVENT_FORMAT when it is none, or not encoded as Solidity does."""
        try:
            return self._decode(self._types[log.topics[0]], log)
        except (ValueError, LookupError, OverflowError) as err:
            raise EvidenceError("EVENT_FORMAT", contract=self.contract, block=log.block, got=str(err)[:200]) from err

    def _decode(self, kind: _EventType, log: RawLog) -> ChainEvent:
        indexed = iter(log.topics[2:])
        body = [declared for _, declared, is_indexed in kind.own if not is_indexed]
        if len(log.topics) != 2 + len(kind.own) - len(body) or len(log.data) < WORD:
            raise ValueError("number of topics")
        shown = iter(decode(["bytes32", *body], log.data)[1:])
        arguments = {
            name: read_word(declared, next(indexed)) if is_indexed else next(shown)
            for name, declared, is_indexed in kind.own
        }
        sequence = read_word("uint64", log.topics[1])
        prior = log.data[:WORD]
        return ChainEvent(self.contract, kind.name, sequence, prior, log.block, log.transaction, arguments, kind.topic)


def verify_event_chain(
    events: Iterable[ChainEvent], abi: Abi, *, count: int = 0, head: bytes = NO_EVENTS_HASH
) -> tuple[int, bytes]:
    """Number of events up to and including `events`, and the rolling hash after them.

    `count` and `head` are those of the events before. Raises `IncompleteError` EVENTS_MISSING at a gap, `EvidenceError`
    EVENT_REPEATED, EVENT_CHAIN_BROKEN or EVENT_ORDER when an event was changed, moved or added.
    """
    types = _numbered_types(abi)
    block = 0
    for event in events:
        if event.sequence > count:
            raise missing_events(event.contract, count, event.sequence - 1)
        if event.sequence < count:
            raise EvidenceError("EVENT_REPEATED", contract=event.contract, sequence=event.sequence)
        if event.prior != head:
            raise EvidenceError("EVENT_CHAIN_BROKEN", contract=event.contract, sequence=event.sequence)
        if event.block < block:
            raise EvidenceError("EVENT_ORDER", contract=event.contract, sequence=event.sequence)
        head, count, block = _hash_after(event, types.get(event.topic)), count + 1, event.block
    return count, head


def missing_events(contract: str, first: int, last: int) -> IncompleteError:
    """The error that names the missing range of numbers, both ends included."""
    return IncompleteError("EVENTS_MISSING", contract=contract, first=first, last=last)


def _hash_after(event: ChainEvent, kind: _EventType | None) -> bytes:
    if kind is None or kind.name != event.name:
        raise EvidenceError("EVENT_FORMAT", contract=event.contract, block=event.block, got=event.name[:200])
    try:
        own = encode(kind.types, [event.arguments[name] for name, _, _ in kind.own])
    except (ValueError, LookupError, TypeError, AttributeError) as err:
        raise EvidenceError("EVENT_FORMAT", contract=event.contract, block=event.block, got=str(err)[:200]) from err
    numbers = event.sequence.to_bytes(WORD, "big") + event.block.to_bytes(WORD, "big")
    return keccak(event.prior + numbers + event.topic + keccak(own))


def write_logs(logs: Iterable[RawLog]) -> Iterator[bytes]:
    """Lines of a chain file, each with its line end."""
    for log in logs:
        fields = {
            "address": "0x" + log.address.hex(),
            "blockNumber": hex(log.block),
            "data": "0x" + log.data.hex(),
            "logIndex": hex(log.index),
            "topics": ["0x" + topic.hex() for topic in log.topics],
            "transactionHash": "0x" + log.transaction.hex(),
        }
        yield json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n"


def read_logs(lines: Iterable[bytes]) -> Iterator[RawLog]:
    """The logs in a chain file's lines, which must be as `write_logs` writes them.

    Raises `EvidenceError` CHAIN_FILE_FORMAT with the number of the first wrong line.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield _read_line(line)
        except (ValueError, RecursionError) as err:
            raise EvidenceError("CHAIN_FILE_FORMAT", line=number, got=str(err)[:200]) from err


def _read_line(line: bytes) -> RawLog:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("line too long")
    log = parse_log(orjson.loads(line))  # json's own parser may end the process on deep input
    if next(write_logs([log])) != line:
        raise ValueError("not the one spelling")
    return log


def parse_log(fields: Any) -> RawLog:
    """The log in a JSON object that has exactly the fields of a chain file. Raises `ValueError`."""
    if not isinstance(fields, dict) or fields.keys() != _FIELDS or not isinstance(fields["topics"], list):
        raise ValueError("fields of a log")
    return RawLog(
        parse_bytes(fields["address"], 20),
        parse_quantity(fields["blockNumber"]),
        parse_bytes(fields["transactionHash"], 32),
        parse_quantity(fields["logIndex"]),
        tuple(parse_bytes(topic, 32) for topic in fields["topics"]),
        parse_bytes(fields["data"]),
    )


def parse_quantity(text: Any) -> int:
    """A JSON-RPC quantity below 2^64: 0x, lower case, no leading zero. Raises `ValueError`."""
    if not isinstance(text, str) or not _QUANTITY.fullmatch(text):
        raise ValueError(f"not a quantity: {text!r:.80}")
    return int(text, 16)


def parse_bytes(text: Any, length: int | None = None) -> bytes:
    """JSON-RPC bytes in lower-case hex, of `length` where given. Raises `ValueError`."""
    if not isinstance(text, str) or not _HEX.fullmatch(text) or (length is not None and len(text) != 2 + 2 * length):
        raise ValueError(f"not {length or ''} bytes: {text!r:.80}")
    return bytes.fromhex(text[2:])
