"""The log's entry: digest (32) || signature (65) || block (8, big-endian), 105 bytes (design section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from ledger.errors import EvidenceError
from ledger.identifiers import DIGEST_BYTES

SIGNATURE_BYTES: Final = 65
ENTRY_BYTES: Final = 105


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered statement as the log holds it. `block` is the chain's block that the operator saw."""

    digest: bytes
    signature: bytes
    block: int

    def to_bytes(self) -> bytes:
        """The 105 bytes whose leaf hash is SHA-256(0x00 || entry)."""
        return self.digest + self.signature + self.block.to_bytes(8, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The entry in `data`. Raises `EvidenceError` ENTRY_LENGTH unless there are exactly 105 bytes."""
        if len(data) != ENTRY_BYTES:
            raise EvidenceError("ENTRY_LENGTH", got=len(data), expected=ENTRY_BYTES)
        end = DIGEST_BYTES + SIGNATURE_BYTES
        return cls(data[:DIGEST_BYTES], data[DIGEST_BYTES:end], int.from_bytes(data[end:], "big"))
