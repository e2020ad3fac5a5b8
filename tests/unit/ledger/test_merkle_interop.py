"""Other people's RFC 9162 and C2SP implementations accept our proofs, tiles and checkpoints, and refuse altered ones.

metamorphic-log is Rust, tlog-scales reads tlog-tiles logs, scitt-cose and pymerkle are Python; none shares code with
the ledger or with another. Test dependencies only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import metamorphic_log
import pymerkle
import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given, settings
from hypothesis import strategies as st
from scitt_cose import merkle as scitt_merkle
from support import merkle_vectors
from tlog_scales import signing as scales_signing
from tlog_scales import tlog as scales_tlog
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from ledger.checkpoint import Checkpoint, CheckpointError, SignerKey, VerifierKey, open_checkpoint, sign_checkpoint
from ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tiles import ENTRIES, TileReader, encode_bundle, places, tiles_after

ORIGIN = "example.com/log"
OPERATOR = SignerKey(ORIGIN, bytes(range(32)))
STRANGER = SignerKey(ORIGIN, bytes(32))
LOG = [b"entry %d" % number for number in range(66_000)]
LEAVES = [leaf_hash(entry) for entry in LOG]

Refused = (metamorphic_log.VerifyError, pymerkle.InvalidProof, ValueError, AssertionError)


class Judge(NamedTuple):
    """Somebody else's verifier; both calls raise one of `Refused` or return."""

    inclusion: Callable[[bytes, int, int, list[bytes], bytes], None]
    consistency: Callable[[int, bytes, int, bytes, list[bytes]], None]


def rust_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    metamorphic_log.verify_inclusion(index, size, leaf, proof, root)


def rust_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> None:
    metamorphic_log.verify_consistency(old_size, new_size, proof, old_root, new_root)


def scales_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    try:
        scales_tlog.InclusionProof(index, size, proof).check(leaf, root)
    except scales_tlog.InclusionProofInvalid as err:
        raise ValueError from err


def scales_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> None:
    try:
        scales_tlog.ConsistencyProof(old_size, new_size, proof).check(old_root, new_root)
    except scales_tlog.ConsistencyProofInvalid as err:
        raise ValueError from err


def scitt_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    # This one hashes the entry itself, so it is asked only about leaves whose entry the tests know.
    entry = BY_LEAF[leaf]
    assert scitt_merkle.verify_inclusion(entry.hex(), index, size, [node.hex() for node in proof], root.hex())


def scitt_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> None:
    nodes = [node.hex() for node in proof]
    assert scitt_merkle.verify_consistency(old_root.hex(), new_root.hex(), old_size, new_size, nodes)


BY_LEAF = {leaf_hash(entry): entry for entry in [*merkle_vectors.ENTRIES, b"".join(merkle_vectors.LEAVES[:2]), *LOG]}
JUDGES = {
    "metamorphic-log": Judge(rust_inclusion, rust_consistency),
    "tlog-scales": Judge(scales_inclusion, scales_consistency),
    "scitt-cose": Judge(scitt_inclusion, scitt_consistency),
}

# Where another implementation knowingly decides otherwise about a proof that proves nothing: nothing can differ
# from an empty log. RFC 9162 defines no such proof.
OTHERWISE = {
    ("metamorphic-log", "consistency-holds-from-empty"): "refuses it",
    ("scitt-cose", "consistency-from-empty-with-another-root"): "does not look at the old root",
}


def judged(judge: Judge, vector: dict[str, Any]) -> bool:
    """Whether `judge` holds the vector's proof."""
    values = {
        name: bytes.fromhex(text[2:]) for name, text in vector.items() if isinstance(text, str) and text[:2] == "0x"
    }
    proof = [bytes.fromhex(node[2:]) for node in vector["proof"]]
    try:
        if vector["proves"] == "inclusion":
            judge.inclusion(values["leaf"], vector["index"], vector["size"], proof, values["root"])
        else:
            roots = values["old_root"], values["new_root"]
            judge.consistency(vector["old_size"], roots[0], vector["new_size"], roots[1], proof)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("name", sorted(merkle_vectors.cases()))
@pytest.mark.parametrize("judge", JUDGES)
def test_verdicts_on_the_vectors_agree(judge: str, name: str) -> None:
    vector = merkle_vectors.cases()[name]
    if judge == "scitt-cose" and vector.get("leaf") and bytes.fromhex(vector["leaf"][2:]) not in BY_LEAF:
        assert name == "inclusion-leaf-bit-flipped"  # no entry has that leaf hash
        return
    agree = judged(JUDGES[judge], vector) == (vector["refused"] == "")
    assert agree == ((judge, name) not in OTHERWISE)


class TileRows:
    """A log of the first `size` leaves as rows of tiles."""

    def __init__(self, size: int) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        tiles = tiles_after(0, LEAVES[:size], self.fetch)
        self.rows.update({(tile.level, tile.index): tile.data for tile in tiles})

    def fetch(self, level: int, index: int) -> bytes:
        return self.rows.get((level, index), b"")


def proofs_for(size: int, index: int, log: TileRows) -> tuple[list[bytes], list[bytes]]:
    """Our inclusion proof of `index` and our consistency proof from `index + 1`, both read from tiles."""
    hashes = TileReader(size, log.fetch)
    return list(inclusion_proof(index, size, hashes)), list(consistency_proof(index + 1, size, hashes))


@pytest.fixture(scope="module")
def large_log() -> TileRows:
    return TileRows(len(LEAVES))


@pytest.mark.parametrize("judge", JUDGES)
@settings(max_examples=40, deadline=None)  # roots of 66,000 leaves
@given(data=st.data())
def test_our_proofs_are_held_and_altered_ones_refused(judge: str, large_log: TileRows, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 2_000) | st.sampled_from([65_535, 65_536, 65_537, 66_000]))
    index = data.draw(st.integers(0, size - 1))
    inclusion, consistency = proofs_for(size, index, large_log)
    old_root, root = root_of(LEAVES[: index + 1]), root_of(LEAVES[:size])
    JUDGES[judge].inclusion(LEAVES[index], index, size, inclusion, root)
    JUDGES[judge].consistency(index + 1, old_root, size, root, consistency)
    with pytest.raises(Refused):
        JUDGES[judge].inclusion(LEAVES[index], index, size, *altered(data, inclusion, root))
    changed, changed_root = altered(data, consistency, root)
    with pytest.raises(Refused):
        JUDGES[judge].consistency(index + 1, old_root, size, changed_root, changed)


def altered(data: st.DataObject, proof: list[bytes], root: bytes) -> tuple[list[bytes], bytes]:
    """The proof and root with one bit changed somewhere."""
    nodes = [*proof, root]
    place = data.draw(st.integers(0, len(nodes) - 1))
    nodes[place] = merkle_vectors.flipped(nodes[place], data.draw(st.integers(0, 255)))
    return nodes[:-1], nodes[-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100])
def test_pymerkle_makes_and_holds_the_same_proofs(size: int) -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(LOG[:size])
    root = root_of(LEAVES[:size])
    assert tree.get_root() == root
    for index in range(size):
        theirs = tree.prove_inclusion(index + 1, size)
        ours, _ = proofs_for(size, index, TileRows(size))
        theirs.path = [LEAVES[index], *ours]
        pymerkle.verify_inclusion(LEAVES[index], root, theirs, index=index + 1, size=size, algorithm="sha256")
        verify_inclusion(LEAVES[index], index, size, tree.prove_inclusion(index + 1, size).path[1:], root)
        theirs.path = [LEAVES[index], *ours[:-1], merkle_vectors.flipped((ours or [root])[-1])]
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_inclusion(LEAVES[index], root, theirs, algorithm="sha256")


def export(folder: Path, size: int) -> bytes:
    """A tlog-tiles log as files; returns its checkpoint."""
    rows = TileRows(size).rows
    for place in places(size):
        path = folder / place.path()
        path.parent.mkdir(parents=True, exist_ok=True)
        start = place.index * 256
        if place.level == ENTRIES:
            path.write_bytes(encode_bundle(LOG[start : start + place.width]))
        else:
            path.write_bytes(rows[place.level, place.index])
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(LEAVES[:size])), OPERATOR)
    (folder / "checkpoint").write_bytes(note)
    return note


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1_000, 66_000])
def test_a_tiles_reader_reads_our_log(tmp_path: Path, size: int) -> None:
    export(tmp_path, size)
    reader = TilesReader(LocalBackend(tmp_path))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(scales_signing.Vkey.from_string(OPERATOR.verifier.to_text()))
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, size)
    root = root_of(LEAVES[:size])
    assert reader.calculate_root_hash() == checkpoint.root_hash == root
    for index in {0, size // 2, size - 1}:
        assert reader.get_entry(index) == LOG[index]
        theirs = reader.get_inclusion_proof(index, size)
        theirs.check(LEAVES[index], root)
        verify_inclusion(LEAVES[index], index, size, theirs.node_hashes, root)
        extension = reader.get_consistency_proof(index + 1, size)
        verify_consistency(index + 1, root_of(LEAVES[: index + 1]), size, root, extension.node_hashes)


@pytest.mark.parametrize("tile", ["tile/0/002", "tile/0/003.p/232", "tile/1/000.p/3"])
def test_a_tiles_reader_finds_an_altered_tile(tmp_path: Path, tile: str) -> None:
    export(tmp_path, 1_000)
    path = tmp_path / tile
    path.write_bytes(merkle_vectors.flipped(path.read_bytes(), 300))
    reader = TilesReader(LocalBackend(tmp_path))
    root = reader.get_checkpoint().root_hash
    index = int(tile.split("/")[2][:3]) * 256 if tile[5] == "0" else 0
    proof = reader.get_inclusion_proof(index, 1_000)
    with pytest.raises(scales_tlog.InclusionProofInvalid):
        proof.check(LEAVES[index], root)


def test_a_checkpoint_is_held_by_others_with_its_proofs(large_log: TileRows) -> None:
    old_note, note = (
        sign_checkpoint(Checkpoint(ORIGIN, n, root_of(LEAVES[:n])), OPERATOR).decode() for n in (700, 999)
    )
    keys = [OPERATOR.verifier.to_text()]
    head = metamorphic_log.checkpoint_verify(note, keys)
    assert (head.origin, head.size, head.root, head.extensions) == (ORIGIN, 999, root_of(LEAVES[:999]), [])
    hashes = TileReader(999, large_log.fetch)
    inclusion, extension = list(inclusion_proof(5, 999, hashes)), list(consistency_proof(700, 999, hashes))
    metamorphic_log.checkpoint_verify_inclusion(note, keys, 5, LEAVES[5], inclusion)
    metamorphic_log.checkpoint_verify_consistency(old_note, note, keys, extension)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify_inclusion(note, keys, 6, LEAVES[5], inclusion)
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify_consistency(old_note, note, keys, extension[::-1])
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify(note, [STRANGER.verifier.to_text()])


@given(st.data())
def test_an_altered_checkpoint_is_refused_by_others(data: st.DataObject) -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 5, root_of(LEAVES[:5])), OPERATOR)
    signed = len(note.rpartition(b"\n\n")[0]) + 1
    changed = merkle_vectors.flipped(note, 8 * data.draw(st.integers(0, signed - 1)) + data.draw(st.integers(1, 7)))
    with pytest.raises((*Refused, UnicodeDecodeError)):
        metamorphic_log.checkpoint_verify(changed.decode(), [OPERATOR.verifier.to_text()])
    with pytest.raises(CheckpointError):
        open_checkpoint(changed, OPERATOR.verifier, ORIGIN)


def test_other_peoples_signatures_are_held() -> None:
    root = root_of(LEAVES[:5])
    signer = scales_signing.PlainEd25519Signer(ORIGIN, OPERATOR.seed)
    note = scales_tlog.Checkpoint.make_signed(ORIGIN, 5, root, [signer]).serialize().encode()
    assert note == sign_checkpoint(Checkpoint(ORIGIN, 5, root), OPERATOR)
    key = VerifierKey.parse(signer.vkey.serialize())
    assert open_checkpoint(note, key, ORIGIN) == Checkpoint(ORIGIN, 5, root)
    forged = scales_tlog.Checkpoint.from_text(note.decode().replace("\n5\n", "\n6\n"))
    with pytest.raises(InvalidSignature):
        forged.verify(signer.vkey)


def test_unknown_cosignatures_of_newer_kinds_are_ignored() -> None:
    root = root_of(LEAVES[:5])
    signers = [
        scales_signing.PlainEd25519Signer(ORIGIN, OPERATOR.seed),
        scales_signing.MLDSA44CosignatureSigner("witness.example", bytes(32)),
    ]
    note = scales_tlog.Checkpoint.make_signed(ORIGIN, 5, root, signers).serialize().encode()
    assert open_checkpoint(note, OPERATOR.verifier, ORIGIN).root == root
