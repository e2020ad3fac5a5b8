"""The contract accepts exactly the consistency proof that RFC 9162 makes, and no other bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import rfc9162
from support.evm import Contract, reverts
from support.world import OPERATOR, World

ENTRIES = [b"entry %d" % number for number in range(1100)]
ROOTS = [rfc9162.mth(ENTRIES[:size]) for size in range(301)]
SIZES = st.tuples(st.integers(1, 300), st.integers(1, 300)).filter(lambda pair: pair[0] < pair[1])
MAX_SIZE = 2**63 - 1


@contextmanager
def anchored(size: int, root: bytes) -> Iterator[Contract]:
    """A log whose only checkpoint is this one."""
    world = World()
    world.log.send(OPERATOR, "append", size, root, [])
    yield world.log
    assert world.log.view("rootAt", size) == root


def accepts(log: Contract, size: int, root: bytes, proof: list[bytes]) -> None:
    with log.chain.rollback():
        log.send(OPERATOR, "append", size, root, proof)
        assert (log.view("size"), log.view("root")) == (size, root)


def refuses(log: Contract, size: int, root: bytes, proof: list[bytes]) -> None:
    old = log.view("size")
    with reverts("InconsistentCheckpoint", old, log.view("root"), size, root, len(proof)):
        log.send(OPERATOR, "append", size, root, proof)
    assert log.view("size") == old


def flip(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def test_every_pair_of_small_sizes() -> None:
    for old in range(1, 34):
        with anchored(old, ROOTS[old]) as log:
            for new in range(old + 1, 35):
                proof = rfc9162.proof(old, ENTRIES[:new])
                accepts(log, new, ROOTS[new], proof)
                refuses(log, new, ROOTS[new], proof[:-1])
                refuses(log, new, ROOTS[new], [*proof, proof[-1]])
                refuses(log, new, ROOTS[new + 1], proof)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 4), (5, 6), (64, 65), (256, 1024), (600, 1000), (1023, 1024)])
def test_each_bit_of_a_proof_counts(old: int, new: int) -> None:
    root = rfc9162.mth(ENTRIES[:new])
    proof = rfc9162.proof(old, ENTRIES[:new])
    with anchored(old, rfc9162.mth(ENTRIES[:old])) as log:
        for position, node in enumerate(proof):
            for bit in range(256):
                refuses(log, new, root, [*proof[:position], flip(node, bit), *proof[position + 1 :]])
        for bit in range(256):
            refuses(log, new, flip(root, bit), proof)
        accepts(log, new, root, proof)


@settings(max_examples=150, deadline=None)
@given(SIZES, st.data())
def test_random_sizes_and_random_damage(sizes: tuple[int, int], data: st.DataObject) -> None:
    old, new = sizes
    proof = rfc9162.proof(old, ENTRIES[:new])
    node = st.sampled_from([*proof, ROOTS[old], ROOTS[new], bytes(32)])
    damaged = data.draw(st.lists(node | st.binary(min_size=32, max_size=32), max_size=len(proof) + 3))
    with anchored(old, ROOTS[old]) as log:
        accepts(log, new, ROOTS[new], proof)
        assume(damaged != proof)
        refuses(log, new, ROOTS[new], damaged)


@settings(max_examples=100, deadline=None)
@given(SIZES, st.integers(1, 299))
def test_a_proof_from_another_size_is_refused(sizes: tuple[int, int], other: int) -> None:
    old, new = sizes
    assume(other < new)
    proof = rfc9162.proof(other, ENTRIES[:new])
    assume(proof != rfc9162.proof(old, ENTRIES[:new]))
    with anchored(old, ROOTS[old]) as log:
        refuses(log, new, ROOTS[new], proof)


@settings(max_examples=100, deadline=None)
@given(SIZES, st.integers(2, 400))
def test_a_proof_to_another_size_is_refused(sizes: tuple[int, int], claimed: int) -> None:
    old, new = sizes
    proof = rfc9162.proof(old, ENTRIES[:new])
    assume(claimed > old)
    assume(len(rfc9162.proof(old, ENTRIES[:claimed])) != len(proof))
    with anchored(old, ROOTS[old]) as log:
        refuses(log, claimed, ROOTS[new], proof)


@settings(max_examples=100, deadline=None)
@given(SIZES, st.data())
def test_a_rewritten_entry_is_refused_whatever_the_proof(sizes: tuple[int, int], data: st.DataObject) -> None:
    old, new = sizes
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*ENTRIES[:changed], b"rewritten", *ENTRIES[changed + 1 : new]]
    with anchored(old, ROOTS[old]) as log:
        refuses(log, new, rfc9162.mth(rewritten), rfc9162.proof(old, rewritten))
        refuses(log, new, rfc9162.mth(rewritten), rfc9162.proof(old, ENTRIES[:new]))
        # an entry dropped, the rest moved up
        dropped = [*ENTRIES[:changed], *ENTRIES[changed + 1 : new + 1]]
        refuses(log, new, rfc9162.mth(dropped), rfc9162.proof(old, dropped))


def test_replayed_proofs_are_refused() -> None:
    with anchored(60, ROOTS[60]) as log:
        proof = rfc9162.proof(60, ENTRIES[:100])
        log.send(OPERATOR, "append", 100, ROOTS[100], proof)
        with reverts("SizeNotGreater", 100, 100):
            log.send(OPERATOR, "append", 100, ROOTS[100], proof)
        refuses(log, 101, ROOTS[100], proof)
        refuses(log, 101, ROOTS[101], proof)
        accepts(log, 101, ROOTS[101], rfc9162.proof(100, ENTRIES[:101]))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (32, 64), (60, 100), (64, 300)])
def test_empty_and_overlong_proofs_are_refused(old: int, new: int) -> None:
    proof = rfc9162.proof(old, ENTRIES[:new])
    with anchored(old, ROOTS[old]) as log:
        refuses(log, new, ROOTS[new], [])
        for extra in (ROOTS[old], ROOTS[new], bytes(32), proof[0], proof[-1]):
            refuses(log, new, ROOTS[new], [*proof, extra])
            refuses(log, new, ROOTS[new], [extra, *proof])
        refuses(log, new, ROOTS[new], [*proof, *[bytes(32)] * 64])
        refuses(log, new, ROOTS[new], proof[::-1] if len(proof) > 1 else [*proof, *proof])


def one_level_too_deep(old: int, new: int) -> tuple[bytes, list[bytes]]:
    """A root and a proof with one node too many, made to end at the true old root.

    The proof begins in the right half of its true first node, so every left node comes one place later and the last
    one after the walk is over. The new root then holds the old entries at wrong depths: none could be proved under it.
    """
    size = old & -old
    half = old - size // 2
    left, forged_root = rfc9162.mth(ENTRIES[old - size : half]), rfc9162.mth(ENTRIES[half:old])
    forged = [forged_root]
    first, second = old // size - 1, (new - 1) >> (size.bit_length() - 1)
    for node in rfc9162.proof(old, ENTRIES[:new])[1:]:
        if first & 1 or first == second:
            forged.append(left)
            forged_root, left = rfc9162.node(left, forged_root), node
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            forged.append(node)
            forged_root = rfc9162.node(forged_root, node)
        first, second = first >> 1, second >> 1
    return rfc9162.node(left, forged_root), [*forged, left]


@pytest.mark.parametrize(("old", "new"), [(6, 7), (6, 8), (12, 13), (12, 16), (20, 27), (24, 100), (96, 300)])
def test_an_overlong_proof_that_still_ends_at_the_old_root_is_refused(old: int, new: int) -> None:
    forged_root, forged = one_level_too_deep(old, new)
    assert forged_root != ROOTS[new]
    assert len(forged) == len(rfc9162.proof(old, ENTRIES[:new])) + 1
    with anchored(old, ROOTS[old]) as log:
        refuses(log, new, forged_root, forged)
        accepts(log, new, ROOTS[new], rfc9162.proof(old, ENTRIES[:new]))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, MAX_SIZE - 1), st.integers(1, MAX_SIZE), st.data())
def test_sizes_up_to_the_largest(first: int, second: int, data: st.DataObject) -> None:
    assume(first != second)
    old, new = sorted((first, second))
    tree = rfc9162.Repeated(b"the same entry", new)
    root, proof = rfc9162.mth(tree), rfc9162.proof(old, tree)
    with anchored(old, rfc9162.mth(tree[:old])) as log:
        accepts(log, new, root, proof)
        position, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        refuses(log, new, root, [*proof[:position], flip(proof[position], bit), *proof[position + 1 :]])
        refuses(log, new, root, proof[:-1])


@pytest.mark.parametrize("old", [1, 2**62, 2**62 - 1, MAX_SIZE - 1])
def test_the_largest_log(old: int) -> None:
    tree = rfc9162.Repeated(b"the same entry", MAX_SIZE)
    proof = rfc9162.proof(old, tree)
    with anchored(old, rfc9162.mth(tree[:old])) as log:
        accepts(log, MAX_SIZE, rfc9162.mth(tree), proof)
        refuses(log, MAX_SIZE, rfc9162.mth(tree), [*proof, proof[-1]])
