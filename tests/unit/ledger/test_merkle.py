"""RFC 9162 proofs: what must hold, and every way in which a proof may be bent (T07, T08)."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import merkle_vectors, rfc9162

from ledger.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [number.to_bytes(4, "big") for number in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
HASHES = st.binary(min_size=32, max_size=32)

# The roots over the first 1 to 8 entries of `merkle_vectors.ENTRIES`, as Certificate Transparency published them.
PUBLISHED_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def node_at(level: int, index: int) -> bytes:
    """The subtree root over the test's own leaves, from the RFC's recursion; only complete ones exist."""
    below = ENTRIES[index << level : (index + 1) << level]
    assert len(below) == 1 << level, "a proof asked for a node that a log of tiles cannot give"
    return rfc9162.mth(below)


def refusal(call: Any, *arguments: Any) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)
    return caught.value.code


def test_published_roots() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    entries = [leaf_hash(entry) for entry in merkle_vectors.ENTRIES]
    assert [root_of(entries[: size + 1]).hex() for size in range(8)] == PUBLISHED_ROOTS


def test_leaves_and_nodes_hash_apart() -> None:
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"").hex() == PUBLISHED_ROOTS[0]


@pytest.mark.parametrize("size", range(130))
def test_root_and_frontier_are_the_rfcs(size: int) -> None:
    expected = rfc9162.mth(ENTRIES[:size])
    assert root_of(LEAVES[:size]) == expected
    assert Frontier().extended(LEAVES[:size]).root() == expected
    assert Frontier.read(size, node_at).root() == expected


@given(st.lists(st.integers(0, 70), max_size=5), st.integers(0, 4))
def test_frontier_grows_in_any_steps(steps: list[int], wasted: int) -> None:
    frontier, size = Frontier(), 0
    for step in steps[:4]:
        before = frontier
        frontier.extended(LEAVES[size : size + wasted])
        assert frontier == before
        frontier = frontier.extended(LEAVES[size : size + step])
        size += step
    assert frontier == Frontier(size, frontier.hashes)
    assert frontier.root() == rfc9162.mth(ENTRIES[:size])


@pytest.mark.parametrize(("size", "hashes"), [(1, ()), (0, (LEAVES[0],)), (3, (LEAVES[0],)), (-1, ()), (2**63, ())])
def test_frontier_of_another_shape_is_refused(size: int, hashes: tuple[bytes, ...]) -> None:
    assert refusal(Frontier, size, hashes) == "FRONTIER_SHAPE"
    assert refusal(Frontier, 1, (LEAVES[0][:31],)) == "PROOF_HASH_LENGTH"


@pytest.mark.parametrize("size", range(1, 65))
def test_every_leaf_is_provable(size: int) -> None:
    root = rfc9162.mth(ENTRIES[:size])
    for index in range(size):
        proof = inclusion_proof(index, size, node_at)
        assert list(proof) == rfc9162.path(index, ENTRIES[:size])
        verify_inclusion(LEAVES[index], index, size, proof, root)


@pytest.mark.parametrize("new_size", range(1, 65))
def test_every_size_is_consistent_with_every_larger_one(new_size: int) -> None:
    new_root = rfc9162.mth(ENTRIES[:new_size])
    for old_size in range(1, new_size + 1):
        proof = consistency_proof(old_size, new_size, node_at)
        assert list(proof) == rfc9162.proof(old_size, ENTRIES[:new_size])
        verify_consistency(old_size, rfc9162.mth(ENTRIES[:old_size]), new_size, new_root, proof)
    verify_consistency(0, EMPTY_ROOT, new_size, new_root, consistency_proof(0, new_size, node_at))


@given(st.data(), st.integers(1, 300))
def test_any_changed_bit_of_an_inclusion_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    values = [LEAVES[index], rfc9162.mth(ENTRIES[:size]), *inclusion_proof(index, size, node_at)]
    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = merkle_vectors.flipped(values[place], data.draw(st.integers(0, 255)))
    leaf, root, *proof = values
    assert refusal(verify_inclusion, leaf, index, size, proof, root) == "INCLUSION_ROOT"


@given(st.data(), st.integers(1, 300))
def test_any_other_index_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-2, 2 * size).filter(lambda number: number != index))
    proof, root = inclusion_proof(index, size, node_at), rfc9162.mth(ENTRIES[:size])
    expected = {"INCLUSION_ROOT", "PROOF_LENGTH"} if 0 <= other < size else {"INCLUSION_INDEX"}
    assert refusal(verify_inclusion, LEAVES[index], other, size, proof, root) in expected


@given(st.data(), st.integers(2, 300))
def test_any_changed_bit_of_a_consistency_is_refused(data: st.DataObject, new_size: int) -> None:
    old_size = data.draw(st.integers(1, new_size - 1))
    proof = consistency_proof(old_size, new_size, node_at)
    values = [rfc9162.mth(ENTRIES[:old_size]), rfc9162.mth(ENTRIES[:new_size]), *proof]
    place = data.draw(st.integers(0, len(values) - 1))
    values[place] = merkle_vectors.flipped(values[place], data.draw(st.integers(0, 255)))
    old_root, new_root, *changed = values
    code = refusal(verify_consistency, old_size, old_root, new_size, new_root, changed)
    assert code in {"CONSISTENCY_OLD_ROOT", "CONSISTENCY_NEW_ROOT"}


@given(st.data(), st.integers(2, 120))
def test_a_rewritten_log_is_never_consistent(data: st.DataObject, new_size: int) -> None:
    old_size = data.draw(st.integers(1, new_size - 1))
    place = data.draw(st.integers(0, old_size - 1))
    rewritten = [*ENTRIES[:place], b"rewritten", *ENTRIES[place + 1 : new_size]]
    proof = rfc9162.proof(old_size, rewritten)
    arguments = (old_size, rfc9162.mth(ENTRIES[:old_size]), new_size, rfc9162.mth(rewritten), proof)
    code = refusal(verify_consistency, *arguments)
    # From a power of two the proof starts at the true old root, and so misses the rewritten new one.
    assert code == ("CONSISTENCY_OLD_ROOT" if old_size & (old_size - 1) else "CONSISTENCY_NEW_ROOT")


@given(
    st.integers(-(2**70), 2**70),
    st.integers(-(2**70), 2**70),
    st.lists(st.binary(max_size=40) | HASHES, max_size=70),
    st.binary(max_size=40) | HASHES,
    st.binary(max_size=40) | HASHES,
)
def test_garbage_is_refused_by_no_other_error(
    first: int, second: int, proof: list[bytes], one: bytes, other: bytes
) -> None:
    assert refusal(verify_inclusion, one, first, second, proof, other)
    try:
        verify_consistency(first, one, second, other, proof)
    except ProofError:
        return
    assert (first, one) == (second, other)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 299])
def test_a_proof_reads_at_most_two_nodes_a_level(size: int) -> None:
    reads: list[tuple[int, int]] = []

    def counting(level: int, index: int) -> bytes:
        reads.append((level, index))
        return node_at(level, index)

    for index in {0, size // 2, size - 1}:
        reads.clear()
        inclusion_proof(index, size, counting)
        assert len(reads) <= 2 * (size - 1).bit_length()
        reads.clear()
        consistency_proof(index, size, counting)
        assert len(reads) <= 2 * (size - 1).bit_length() + 1


def test_proofs_of_what_the_tree_does_not_hold_are_refused() -> None:
    assert refusal(inclusion_proof, 5, 5, node_at) == "INCLUSION_INDEX"
    assert refusal(inclusion_proof, 0, 0, node_at) == "INCLUSION_INDEX"
    assert refusal(inclusion_proof, 0, MAX_SIZE + 1, node_at) == "INCLUSION_INDEX"
    assert refusal(consistency_proof, 6, 5, node_at) == "CONSISTENCY_SIZES"
    assert refusal(consistency_proof, -1, 5, node_at) == "CONSISTENCY_SIZES"


def test_the_largest_tree_takes_63_hashes() -> None:
    assert len(inclusion_proof(0, MAX_SIZE, lambda level, index: bytes(32))) == 63
    assert len(consistency_proof(1, MAX_SIZE, lambda level, index: bytes(32))) == 63


def test_a_doubled_last_leaf_gives_another_root() -> None:
    # CVE-2012-2459: trees that pair an odd last leaf with itself cannot tell these logs apart.
    for size in (3, 5, 6, 7):
        assert root_of(LEAVES[:size]) != root_of([*LEAVES[:size], LEAVES[size - 1]])


def test_roots_of_all_sizes_differ() -> None:
    roots = [root_of(LEAVES[:size]) for size in range(66)]
    assert all(old != new for old, new in pairwise(roots))
    assert len(set(roots)) == len(roots)


@pytest.mark.parametrize("path", sorted(merkle_vectors.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    unhex = {
        name: bytes.fromhex(vector[name][2:]) for name in ("leaf", "root", "old_root", "new_root") if name in vector
    }
    proof = [bytes.fromhex(node[2:]) for node in vector["proof"]]
    if vector["proves"] == "inclusion":
        call: Any = verify_inclusion
        arguments: tuple[Any, ...] = (unhex["leaf"], vector["index"], vector["size"], proof, unhex["root"])
    else:
        call = verify_consistency
        arguments = (vector["old_size"], unhex["old_root"], vector["new_size"], unhex["new_root"], proof)
    if vector["refused"]:
        assert refusal(call, *arguments) == vector["refused"]
    else:
        call(*arguments)
