"""Receipts: one file that proves a statement's registration and anchoring, and discloses what its holder may see.

The file is RFC 8785 JSON. Nothing in it is trusted: the chain id and contract that it names are compared with the
reader's trust file. `text` holds the content's parts that are shown; those that are hidden stand as leaf hashes.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError

from ledger.canonical import MAX_BYTES, canonical_bytes, parse_canonical
from ledger.entry import Entry
from ledger.errors import EvidenceError
from ledger.identifiers import DigestText
from ledger.statement import Statement, Strict, describe

MAX_PROOF: Final = 63
SignatureText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{130}$")]
AddressText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]
Count = Annotated[int, Field(ge=0, lt=2**53)]


class ReceiptAnchor(Strict):
    """Where the checkpoint is anchored. `transaction` is for finding it; block and root are what is checked."""

    chain_id: Count
    contract: AddressText
    block: Count
    transaction: DigestText


class Receipt(Strict):
    """A transparent statement (RFC 9943) in one file."""

    version: Literal[1] = 1
    statement: Statement
    signature: SignatureText
    block: Count
    """The entry's block."""
    index: Count
    proof: tuple[DigestText, ...] = Field(max_length=MAX_PROOF)
    """RFC 9162 inclusion proof of the entry in the checkpoint's tree."""
    checkpoint: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    """C2SP signed note."""
    anchor: ReceiptAnchor | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_BYTES)]
    """The content's text with the parts that are shown."""

    def entry(self, digest: bytes) -> Entry:
        """The log entry, for the statement's `digest`."""
        return Entry(digest, bytes.fromhex(self.signature[2:]), self.block)

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        return canonical_bytes(self.model_dump(mode="json", by_alias=True, exclude_none=True)) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The receipt in `data`.

        Raises `EvidenceError` RECEIPT_FORMAT, RECEIPT_VERSION (never guessed at), or NOT_CANONICAL.
        """
        if len(data) > MAX_BYTES:
            raise EvidenceError("RECEIPT_FORMAT", got=f"{len(data)} bytes")
        found = parse_canonical(data.removesuffix(b"\n"))
        if isinstance(found, dict) and found.get("version") != 1:
            raise EvidenceError("RECEIPT_VERSION", got=str(found.get("version"))[:20])
        if isinstance(found, dict) and isinstance(found.get("proof"), list):
            found["proof"] = tuple(found["proof"])
        try:
            receipt = cls.model_validate(found)
        except ValidationError as err:
            raise EvidenceError("RECEIPT_FORMAT", got=describe(err)) from err
        # 1.0 is not 1, and null is not absent: one receipt, one file
        if receipt.to_bytes().removesuffix(b"\n") != data.removesuffix(b"\n"):
            raise EvidenceError("NOT_CANONICAL", got=data[:80].decode("utf-8", "replace"))
        return receipt
