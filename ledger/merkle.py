"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: roots, proofs, and their verification.

A hash is 32 bytes. `leaf_hashes` are hashes of entries, not entries. A `NodeReader` answers
`hashes(level, index)` with the root of the complete subtree over the leaves from `index << level` up to, not
including, `(index + 1) << level`.

Proofs hold at most 63 hashes because no tree is larger than `MAX_SIZE`. Verification reads sizes and indices
first, demands the exact proof length that they imply, computes the roots, and compares last: nothing in a
proof chooses the hash, the shape or the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from ledger.errors import EvidenceError

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**63 - 1
"""Largest tree; C2SP tools hold sizes as signed 64-bit numbers, and a proof then has at most 63 hashes."""
EMPTY_ROOT: Final = sha256().digest()
"""Root of the tree without entries (RFC 9162 section 2.1.1)."""

# The two prefixes keep a leaf from passing for an inner node and back: the second-preimage attack that
# RFC 9162 section 2.1.1 closes.
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"

NodeReader = Callable[[int, int], bytes]


class ProofError(EvidenceError):
    """A proof, or the sizes, indices and hashes it is about, do not hold together."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(_NODE + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all of `leaf_hashes`, from scratch.

    Shares no state with `Frontier` or the tiles, so that it can judge them before a checkpoint is anchored.
    Pairing each level and carrying an odd last node up unchanged gives the split of RFC 9162 section 2.1.1.
    """
    level = list(leaf_hashes) or [EMPTY_ROOT]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(_NODE + left + right).digest() for left, right in pairs] + odd
    return level[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the complete subtrees that make up a tree of `size` leaves, the largest first.

    This is all that appending needs: one hash for each bit set in `size`. The two fields are its stored form.
    Raises `ProofError` FRONTIER_SHAPE when they do not belong together.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """One hash for each bit of `size`, or refused."""
        if not 0 <= self.size <= MAX_SIZE or len(self.hashes) != self.size.bit_count():
            raise ProofError("FRONTIER_SHAPE", size=self.size, hashes=len(self.hashes))
        _require_hashes(self.hashes)

    @classmethod
    def read(cls, size: int, hashes: NodeReader) -> Self:
        """The frontier of the tree of `size` leaves behind `hashes`; at most 63 reads."""
        return cls(size, tuple(hashes(level, index) for level, index in _complete_subtrees(0, size)))

    def extended(self, leaf_hashes: Iterable[bytes]) -> Self:
        """The frontier after appending `leaf_hashes`: one node hash a leaf, amortised."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaf_hashes:
            node, carry = leaf, size
            while carry & 1:
                node = sha256(_NODE + stack.pop() + node).digest()
                carry >>= 1
            stack.append(node)
            size += 1
        return type(self)(size, tuple(stack))

    def root(self) -> bytes:
        """The root of the tree of `size` leaves."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hashes: NodeReader) -> tuple[bytes, ...]:
    """The inclusion proof of RFC 9162 section 2.1.3.1 for leaf `index` in the tree of `size` leaves.

    Reads at most two nodes for each level of the tree. Raises `ProofError` INCLUSION_INDEX unless
    `0 <= index < size <= MAX_SIZE`.
    """
    _require_index(index, size)
    return tuple(_path(0, index, size, hashes))


def consistency_proof(old_size: int, new_size: int, hashes: NodeReader) -> tuple[bytes, ...]:
    """The consistency proof of RFC 9162 section 2.1.4.1; empty when `old_size` is 0 or equals `new_size`.

    Raises `ProofError` CONSISTENCY_SIZES unless `0 <= old_size <= new_size <= MAX_SIZE`.
    """
    _require_sizes(old_size, new_size)
    if old_size in (0, new_size):
        return ()
    level, index = _last_subtree(old_size)
    # The old tree is one complete subtree when its size is a power of two: its root is known to the reader.
    start = [hashes(level, index)] if index else []
    return tuple(start + _path(level, index, new_size, hashes))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Hold a proof that the leaf hash `leaf` is at `index` in the tree of `size` leaves with `root`.

    RFC 9162 section 2.1.3.2. A proof can hold for neighbouring sizes as well: take `size` and `root` together from
    one checkpoint. Raises `ProofError` INCLUSION_INDEX, PROOF_LENGTH, PROOF_HASH_LENGTH or
    INCLUSION_ROOT, and nothing else.
    """
    _require_index(index, size)
    _require_length(proof, _path_length(0, index, size))
    _require_hashes([leaf, root, *proof])
    node, position, last = leaf, index, size - 1
    for sibling in proof:
        node, _, position, last = _climb(node, node, sibling, position, last)
    _require_root("INCLUSION_ROOT", node, root)


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Hold a proof that the tree of `old_size` leaves is a prefix of the tree of `new_size` leaves.

    RFC 9162 section 2.1.4.2. Where that section is silent: a tree is consistent with itself, and the empty
    tree with every tree, by an empty proof; what is known of the roots is compared all the same. Raises
    `ProofError` CONSISTENCY_SIZES, PROOF_LENGTH, PROOF_HASH_LENGTH, CONSISTENCY_OLD_ROOT or
    CONSISTENCY_NEW_ROOT, and nothing else.
    """
    _require_sizes(old_size, new_size)
    _require_length(proof, _consistency_length(old_size, new_size))
    _require_hashes([old_root, new_root, *proof])
    if old_size in (0, new_size):
        _require_root("CONSISTENCY_OLD_ROOT", old_root if old_size else EMPTY_ROOT, old_root)
        _require_root("CONSISTENCY_NEW_ROOT", old_root if old_size == new_size else new_root, new_root)
        return
    level, position = _last_subtree(old_size)
    last = (new_size - 1) >> level
    start, *path = proof if position else [old_root, *proof]
    old = new = start
    for sibling in path:
        new, old, position, last = _climb(new, old, sibling, position, last)
    _require_root("CONSISTENCY_OLD_ROOT", old, old_root)
    _require_root("CONSISTENCY_NEW_ROOT", new, new_root)


def _climb(node: bytes, left: bytes, sibling: bytes, position: int, last: int) -> tuple[bytes, bytes, int, int]:
    """One step of 2.1.3.2 and 2.1.4.2: the parent, the parent made of left siblings only, the next place.

    A consistency proof builds the old root in `left`: siblings to the right are not in the old tree.
    """
    # An odd last node has no sibling: it rises unchanged until it is a right child. The exact length, demanded
    # before, is what ends this at the root.
    while position == last and not position & 1:
        position, last = position >> 1, last >> 1
    if position & 1:
        node, left = node_hash(sibling, node), node_hash(sibling, left)
    else:
        node = node_hash(node, sibling)
    return node, left, position >> 1, last >> 1


def _path(level: int, index: int, size: int, hashes: NodeReader) -> list[bytes]:
    """The siblings from the node (`level`, `index`) up to the root of the tree of `size` leaves."""
    path = []
    last = (size - 1) >> level
    while last:
        sibling = index ^ 1
        if sibling < last:
            path.append(hashes(level, sibling))
        elif sibling == last:
            subtrees = _complete_subtrees(sibling << level, size)
            path.append(_fold([hashes(*subtree) for subtree in subtrees]))
        level, index, last = level + 1, index >> 1, last >> 1
    return path


def _path_length(level: int, index: int, size: int) -> int:
    last = (size - 1) >> level
    # Below the level where the paths of the node and of the last leaf meet, each level has a sibling; above
    # it, only those where the last node is a right child.
    meet = (index ^ last).bit_length()
    return meet + (last >> meet).bit_count()


def _consistency_length(old_size: int, new_size: int) -> int:
    if old_size in (0, new_size):
        return 0
    level, index = _last_subtree(old_size)
    return bool(index) + _path_length(level, index, new_size)


def _complete_subtrees(start: int, size: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that cover leaves `[start, size)`, the largest first."""
    subtrees = []
    while start < size:
        level = (size - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def _fold(hashes: Sequence[bytes]) -> bytes:
    node = hashes[-1]
    for left in reversed(hashes[:-1]):
        node = node_hash(left, node)
    return node


def _last_subtree(size: int) -> tuple[int, int]:
    """(level, index) of the last of the complete subtrees that make up a tree of `size` leaves."""
    level = (size & -size).bit_length() - 1
    return level, (size >> level) - 1


def _require_index(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError("INCLUSION_INDEX", index=index, size=size)


def _require_sizes(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofError("CONSISTENCY_SIZES", old_size=old_size, new_size=new_size)


def _require_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise ProofError("PROOF_HASH_LENGTH", got=len(value), expected=HASH_BYTES)


def _require_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise ProofError("PROOF_LENGTH", got=len(proof), expected=expected)


def _require_root(code: str, got: bytes, expected: bytes) -> None:
    if got != expected:
        raise ProofError(code, got=got.hex(), expected=expected.hex())
