"""Section 2.1 of RFC 9162, word for word: slow, recursive, and independent of the project's own tree.

`entries` is any sequence that can be sliced; hashes are 32 bytes. The oracle of the tests of the Merkle log and of
the contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import overload


@dataclass(frozen=True, slots=True)
class Repeated(Sequence[bytes]):
    """`count` times the same entry: trees of any size, whose subtrees of one size have one hash."""

    entry: bytes
    count: int

    def __len__(self) -> int:
        return self.count

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Repeated: ...
    def __getitem__(self, index: int | slice) -> bytes | Repeated:
        if isinstance(index, slice):
            return Repeated(self.entry, len(range(*index.indices(self.count))))
        return self.entry


def split(n: int) -> int:
    """2.1.1: the largest power of two smaller than `n`, for `n` > 1."""
    return 1 << (n - 1).bit_length() - 1


def node(left: bytes, right: bytes) -> bytes:
    """HASH(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def mth(entries: Sequence[bytes]) -> bytes:
    """2.1.1, MTH(D_n): the Merkle tree hash."""
    return _mth_repeated(entries) if isinstance(entries, Repeated) else _mth(entries)


def _mth(entries: Sequence[bytes]) -> bytes:
    n = len(entries)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(n)
    return node(mth(entries[:k]), mth(entries[k:]))


@cache
def _mth_repeated(entries: Repeated) -> bytes:
    return _mth(entries)


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1, PATH(m, D_n): the inclusion proof of entry `m`, 0 <= m < n."""
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """2.1.4.1, PROOF(m, D_n): the consistency proof from the first `m` entries, 0 < m < n."""
    return subproof(m, entries, known=True)


def subproof(m: int, entries: Sequence[bytes], *, known: bool) -> list[bytes]:
    """2.1.4.1, SUBPROOF(m, D_n, b)."""
    n = len(entries)
    if m == n:
        return [] if known else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], known=known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], known=False), mth(entries[:k])]
