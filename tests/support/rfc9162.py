"""RFC 9162 section 2.1 word for word: recursive, slow, and sharing no code with the ledger.

Everything works on leaf hashes `d[0:n]`; names and order of cases are those of sections 2.1.1, 2.1.3.1 and
2.1.4.1. Hashes are computed with `hashlib` directly.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(n: int) -> int:
    """The largest power of two smaller than `n`."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    """2.1.1: the Merkle tree hash."""
    if not d:
        return sha256().digest()
    if len(d) == 1:
        return d[0]
    k = split(len(d))
    return node(mth(d[:k]), mth(d[k:]))


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1: PATH(m, D[n]), the inclusion proof of leaf `m`."""
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def proof(m: int, d: Sequence[bytes]) -> list[bytes]:
    """2.1.4.1: PROOF(m, D[n]) for 0 < m <= n, the consistency proof of the first `m` leaves."""
    return _subproof(m, d, complete=True)


def _subproof(m: int, d: Sequence[bytes], *, complete: bool) -> list[bytes]:
    if m == len(d):
        return [] if complete else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*_subproof(m, d[:k], complete=complete), mth(d[k:])]
    return [*_subproof(m - k, d[k:], complete=False), mth(d[:k])]
