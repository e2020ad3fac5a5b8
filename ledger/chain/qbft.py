"""Headers sealed by QBFT validators, and state proven from them: what a node says, without trusting the node.

A header's seals are signatures of its validators over the keccak256 of its RLP with the seals left out; the block's
hash leaves the round out too (Hyperledger Besu's on-chain hash, and the QBFT specification of the Enterprise Ethereum
Alliance). A value in a contract's storage follows from the header's state root by Merkle-Patricia proofs (EIP-1186).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import rlp
from rlp.exceptions import RLPException

from ledger.chain.client import ChainClient, Pinned
from ledger.chain.errors import NodeError
from ledger.errors import EvidenceError, TanjiError
from ledger.events import ContractName
from ledger.identifiers import digest_to_text
from ledger.signing import recover
from ledger.statement import keccak

_FIELDS: Final = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce",
)  # fmt: skip
_LATER_FIELDS: Final = (
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
"""Those that later hard forks added, in their order; a header has a first part of them."""
_NUMBERS: Final = frozenset(
    {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}
)
_EXTRA: Final = _FIELDS.index("extraData")
_STATE_ROOT: Final = _FIELDS.index("stateRoot")
_NUMBER: Final = _FIELDS.index("number")
_TIME: Final = _FIELDS.index("timestamp")
HEAD_SLOTS: Final[Mapping[ContractName, tuple[int, int]]] = {"registry": (1, 0), "log": (2, 1)}
"""Storage slots of the number of events and of their rolling hash; a test compares them with the contracts' views."""
_MAX_NODES: Final = 65
# a node may answer anything, also lists within lists without end
_MALFORMED: Final = (RLPException, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """A header as its validators signed it. `seal_hash` is what each of the 65-byte `seals` signs."""

    number: int
    time_s: int
    state_root: bytes
    hash: bytes
    seal_hash: bytes
    validators: tuple[bytes, ...]
    seals: tuple[bytes, ...]


def read_header(block: Mapping[str, Any]) -> SealedHeader:
    """The header in a node's answer to `eth_getBlockBy...`.

    Raises `EvidenceError` QBFT_HEADER when it is not one of QBFT, or does not have the hash that the node gives.
    """
    try:
        later = [name for name in _LATER_FIELDS if block.get(name) is not None]
        fields = [_field(name, block[name]) for name in (*_FIELDS, *later)]
        vanity, validators, vote, round_, seals = rlp.decode(fields[_EXTRA])
        said = bytes.fromhex(block["hash"][2:])
    except _MALFORMED as err:
        raise EvidenceError("QBFT_HEADER", got=str(err)[:100]) from err
    unsealed = (rlp.encode([vanity, validators, vote, rest, []]) for rest in (b"", round_))
    found, signed = (keccak(rlp.encode([*fields[:_EXTRA], extra, *fields[_EXTRA + 1 :]])) for extra in unsealed)
    if found != said:
        raise EvidenceError("QBFT_HEADER", got=f"{digest_to_text(found)}, {digest_to_text(said)}")
    number, time_s = (int.from_bytes(fields[place], "big") for place in (_NUMBER, _TIME))
    return SealedHeader(number, time_s, fields[_STATE_ROOT], found, signed, tuple(validators), tuple(seals))


def _field(name: str, value: str) -> bytes:
    if name in _NUMBERS:
        number = int(value, 16)
        return number.to_bytes(-(-number.bit_length() // 8), "big")
    return bytes.fromhex(value[2:])


def quorum(validators: int) -> int:
    """How many of `validators` must seal a block: two thirds, rounded up."""
    return -(-2 * validators // 3)


def check_seals(header: SealedHeader, validators: Collection[bytes]) -> None:
    """Holds a header's seals against the validators that the reader pinned (20 bytes each).

    Raises `EvidenceError` QBFT_VALIDATORS when the header names others, QBFT_SEAL for a seal that is malformed, comes
    twice or is a stranger's, and QBFT_QUORUM when there are too few.
    """
    if header.validators and set(header.validators) != set(validators):
        got, expected = len(header.validators), len(validators)
        raise EvidenceError("QBFT_VALIDATORS", block=header.number, got=got, expected=expected)
    signers: set[bytes] = set()
    for seal in header.seals:
        signer = _signer(header, seal)
        if signer is None or signer in signers or signer not in validators:
            raise EvidenceError("QBFT_SEAL", block=header.number, got="0x" + (signer or seal).hex())
        signers.add(signer)
    if len(signers) < (needed := quorum(len(validators))):
        raise EvidenceError("QBFT_QUORUM", block=header.number, got=len(signers), expected=needed)


def _signer(header: SealedHeader, seal: bytes) -> bytes | None:
    if len(seal) != 65 or seal[64] > 1:
        return None
    try:
        return recover(header.seal_hash, seal[:64] + bytes((seal[64] + 27,)))
    except TanjiError:
        return None


def _sealed_header(client: ChainClient, number: int, validators: Collection[bytes]) -> SealedHeader:
    """Raises as `read_header` and `check_seals`, and `NodeError`."""
    block = client.rpc.ask("eth_getBlockByNumber", hex(number), False)
    if not isinstance(block, dict):
        raise NodeError("NODE_LACKS_BLOCK", url=client.rpc.url, block=number)
    header = read_header(block)
    check_seals(header, validators)
    return header


def sealed_time(client: ChainClient, number: int, validators: Collection[bytes]) -> int:
    """The Unix seconds of a block, by a header that the validators sealed.

    Raises as `read_header` and `check_seals`, `EvidenceError` QBFT_HEADER for the header of another block, and
    `NodeError`.
    """
    header = _sealed_header(client, number, validators)
    if header.number != number:
        raise EvidenceError("QBFT_HEADER", got=f"{header.number}, {number}")
    return header.time_s


def prove_heads(client: ChainClient, validators: Collection[bytes]) -> dict[ContractName, tuple[int, bytes]]:
    """Both contracts' number of events and rolling hash at one block that the validators sealed; code hashes too.

    Raises as `read_header` and `check_seals`, `EvidenceError` STATE_PROOF or CODE_HASH_MISMATCH, and `NodeError`.
    """
    header = _sealed_header(client, client.block_number(), validators)
    return {name: _prove_head(client, header, name, pinned) for name, pinned in client.contracts.items()}


def _prove_head(client: ChainClient, header: SealedHeader, name: ContractName, pinned: Pinned) -> tuple[int, bytes]:
    slots = HEAD_SLOTS[name]
    address, keys = "0x" + pinned.address.hex(), [f"0x{slot:064x}" for slot in slots]
    answer = client.rpc.ask("eth_getProof", address, keys, hex(header.number))
    try:
        account_proof = [bytes.fromhex(node[2:]) for node in answer["accountProof"]]
        proofs = [[bytes.fromhex(node[2:]) for node in item["proof"]] for item in answer["storageProof"]]
        account = rlp.decode(_require(prove(header.state_root, pinned.address, account_proof), name))
        _, _, storage_root, code_hash = account
        values = [prove(storage_root, slot.to_bytes(32, "big"), proofs[i]) for i, slot in enumerate(slots)]
        count, head = (rlp.decode(value) if value else b"" for value in values)
    except _MALFORMED as err:
        raise EvidenceError("STATE_PROOF", contract=name, block=header.number) from err
    if code_hash != pinned.code_hash:
        got, expected = digest_to_text(code_hash), digest_to_text(pinned.code_hash)
        raise EvidenceError("CODE_HASH_MISMATCH", contract=name, got=got, expected=expected)
    # the number is a uint64 that may share its slot with others, which stand above it
    return int.from_bytes(count[-8:], "big"), head.rjust(32, b"\0")


def _require(value: bytes | None, name: str) -> bytes:
    if value is None:
        raise EvidenceError("STATE_PROOF", contract=name, block="-")
    return value


def prove(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The value under `key` in the secure Merkle-Patricia trie with this root, None when the proof shows none.

    Yellow Paper, appendix D; the key's path is its keccak256. Raises `EvidenceError` STATE_PROOF when a node is not the
    one that is referred to, or the proof ends too early; extra nodes do not matter.
    """
    path = [nibble for byte in keccak(key) for nibble in (byte >> 4, byte & 15)]
    nodes = {keccak(node): node for node in proof[:_MAX_NODES]}
    node: Any = root
    while True:
        if isinstance(node, bytes):
            if node not in nodes:
                raise EvidenceError("STATE_PROOF", contract="0x" + key.hex(), block="-")
            node = rlp.decode(nodes[node])
        if len(node) == 17:
            if not path:
                return node[16] or None
            node, path = node[path[0]], path[1:]
        else:
            leaf, steps = _steps(node[0])
            if path[: len(steps)] != steps or (leaf and len(path) != len(steps)):
                return None
            node, path = node[1], path[len(steps) :]
            if leaf:
                return bytes(node)
        if node == b"":
            return None


def _steps(packed: bytes) -> tuple[bool, list[int]]:
    """Whether a short node is a leaf, and its part of the path (hex-prefix encoding)."""
    nibbles = [nibble for byte in packed for nibble in (byte >> 4, byte & 15)]
    return bool(nibbles[0] & 2), nibbles[1:] if nibbles[0] & 1 else nibbles[2:]
