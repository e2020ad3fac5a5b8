"""A real node's blocks as QBFT validators would have sealed them: a proxy that seals the headers with keys of its own.

No header of a real QBFT network is at hand; these follow Hyperledger Besu's encoding of the extra data (its published
vector is tested beside) and of the two hashes. State and proofs are the real node's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import coincurve
import rlp
from support.builders import address, private_key
from support.quirks import Answer, QuirkNode

from ledger.chain import qbft
from ledger.statement import keccak

VALIDATORS = tuple(f"validator {number}" for number in range(1, 5))
Seal = Callable[[bytes], bytes]


def seal(validator: str, digest: bytes) -> bytes:
    return coincurve.PrivateKey(private_key(validator)).sign_recoverable(digest, hasher=None)


def sealed(
    block: dict[str, Any], sealers: Sequence[str] = VALIDATORS, named: Sequence[str] = VALIDATORS, round_: int = 0
) -> dict[str, Any]:
    """The block with QBFT's extra data, seals by `sealers`, and its hash."""
    rest = rlp.sedes.big_endian_int.serialize(round_)
    parts = [b"\0" * 32, sorted(address(v) for v in named), []]
    later = [name for name in qbft._LATER_FIELDS if block.get(name) is not None]

    def digest(extra: bytes) -> bytes:
        names = (*qbft._FIELDS, *later)
        return keccak(rlp.encode([extra if n == "extraData" else qbft._field(n, block[n]) for n in names]))

    to_sign = digest(rlp.encode([*parts, rest, []]))
    extra = rlp.encode([*parts, rest, [seal(v, to_sign) for v in sealers]])
    return {**block, "extraData": "0x" + extra.hex(), "hash": "0x" + digest(rlp.encode([*parts, b"", []])).hex()}


class SealedNode(QuirkNode):
    """Seals every block but the first."""

    def __init__(self, upstream: str, *quirks: str, sealers: Sequence[str] = VALIDATORS) -> None:
        super().__init__(upstream, *quirks)
        self.sealers = sealers
        self.named: Sequence[str] = VALIDATORS
        self.proof: tuple[Any, ...] = ()
        """What is answered in the place of a proof, when there is one."""
        self.replies: dict[tuple[str, str], str] = {}
        """What calls to this address with this data return, whatever the state."""

    def _answer(self, question: dict[str, Any], active: frozenset[str]) -> Answer:
        if "no_proofs" in active and question["method"] == "eth_getProof":
            return {"jsonrpc": "2.0", "id": question["id"], "error": {"code": -32601, "message": "no such method"}}
        answer = super()._answer(question, active)
        if question["method"] == "eth_getProof" and self.proof:
            answer["result"] = self.proof[0]
        if question["method"] == "eth_call":
            asked = question["params"][0]
            answer["result"] = self.replies.get((asked["to"], asked["data"]), answer.get("result"))
        block = answer.get("result")
        if question["method"] == "eth_getBlockByNumber" and block and int(block["number"], 16):
            answer["result"] = sealed(block, self.sealers, self.named, round_=1)
        return answer
