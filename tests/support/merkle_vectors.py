"""The vectors of `tests/vectors/merkle`: one defect a file, the file's name says which.

Made with the RFC's own recursion (`support.rfc9162`), never with the ledger. `scripts/make_vectors.py` writes them.

    {"proves": "inclusion", "leaf": "0x..", "index": 3, "size": 7, "proof": ["0x.."], "root": "0x..", "refused": ""}
    {"proves": "consistency", "old_size": 3, "old_root": "0x..", "new_size": 7, "new_root": "0x..", ...}

`refused` is the stable code of the refusal, empty where the proof holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import rfc9162 as rfc

FOLDER = Path(__file__).parent.parent / "vectors" / "merkle"

# The entries that the first Certificate Transparency implementations published with their roots.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
OTHER = [b"another log" + entry for entry in ENTRIES]
LEAVES = [rfc.mth([entry]) for entry in ENTRIES]


def flipped(value: bytes, bit: int = 0) -> bytes:
    """`value` with one bit changed; bit 0 is the highest of the first byte."""
    changed = bytearray(value)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def cases() -> dict[str, dict[str, Any]]:
    """Every vector by name."""
    return {**_inclusion_cases(), **_consistency_cases()}


def _inclusion(refused: str = "", **changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "leaf": LEAVES[3],
        "index": 3,
        "size": 7,
        "proof": rfc.path(3, ENTRIES[:7]),
        "root": rfc.mth(ENTRIES[:7]),
    }
    return {"proves": "inclusion", **_texts(values | changed), "refused": refused}


def _inclusion_cases() -> dict[str, dict[str, Any]]:
    good = rfc.path(3, ENTRIES[:7])
    a, b, c, d = LEAVES[:4]
    duplicated = rfc.node(rfc.node(a, b), rfc.node(c, c))
    return {
        "inclusion-holds": _inclusion(),
        "inclusion-holds-at-right-edge": _inclusion(leaf=LEAVES[6], index=6, proof=rfc.path(6, ENTRIES[:7])),
        "inclusion-holds-in-one-leaf-tree": _inclusion(leaf=a, index=0, size=1, proof=[], root=a),
        "inclusion-leaf-bit-flipped": _inclusion("INCLUSION_ROOT", leaf=flipped(d)),
        "inclusion-root-bit-flipped": _inclusion("INCLUSION_ROOT", root=flipped(rfc.mth(ENTRIES[:7]), 255)),
        "inclusion-node-bit-flipped": _inclusion("INCLUSION_ROOT", proof=[good[0], flipped(good[1]), good[2]]),
        "inclusion-nodes-reversed": _inclusion("INCLUSION_ROOT", proof=good[::-1]),
        "inclusion-node-removed": _inclusion("PROOF_LENGTH", proof=good[:-1]),
        "inclusion-proof-empty": _inclusion("PROOF_LENGTH", proof=[]),
        "inclusion-root-appended": _inclusion("PROOF_LENGTH", proof=[*good, rfc.mth(ENTRIES[:7])]),
        "inclusion-leaf-prepended": _inclusion("PROOF_LENGTH", proof=[d, *good]),
        "inclusion-proof-of-64-nodes": _inclusion("PROOF_LENGTH", proof=[*good, *[bytes(32)] * 61]),
        "inclusion-node-of-31-bytes": _inclusion("PROOF_HASH_LENGTH", proof=[good[0][:31], *good[1:]]),
        "inclusion-node-of-33-bytes": _inclusion("PROOF_HASH_LENGTH", proof=[good[0] + b"\x00", *good[1:]]),
        "inclusion-wrong-index": _inclusion("INCLUSION_ROOT", index=2),
        "inclusion-index-equals-size": _inclusion("INCLUSION_INDEX", index=7),
        "inclusion-index-negative": _inclusion("INCLUSION_INDEX", index=-1),
        "inclusion-size-beyond-limit": _inclusion("INCLUSION_INDEX", size=2**63),
        "inclusion-in-empty-tree": _inclusion("INCLUSION_INDEX", leaf=a, index=0, size=0, proof=[], root=rfc.mth([])),
        "inclusion-of-another-leaf": _inclusion("INCLUSION_ROOT", leaf=LEAVES[4]),
        "inclusion-in-another-log": _inclusion("INCLUSION_ROOT", root=rfc.mth(OTHER[:7])),
        # An entry made of two leaf hashes must not pass for their parent (T08).
        "inclusion-inner-node-as-entry": _inclusion(
            "INCLUSION_ROOT", leaf=rfc.mth([a + b]), index=0, size=2, proof=[rfc.node(c, d)], root=rfc.mth(ENTRIES[:4])
        ),
        # Trees that double an odd last leaf give [a, b, c] and [a, b, c, c] one root (CVE-2012-2459).
        "inclusion-in-tree-with-doubled-last-leaf": _inclusion(
            "PROOF_LENGTH", leaf=c, index=2, size=3, proof=[c, rfc.node(a, b)], root=duplicated
        ),
        "inclusion-of-doubled-last-leaf": _inclusion(
            "INCLUSION_ROOT", leaf=c, index=3, size=4, proof=[c, rfc.node(a, b)], root=rfc.mth(ENTRIES[:3])
        ),
    }


def _consistency(refused: str = "", **changed: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "old_size": 3,
        "old_root": rfc.mth(ENTRIES[:3]),
        "new_size": 7,
        "new_root": rfc.mth(ENTRIES[:7]),
        "proof": rfc.proof(3, ENTRIES[:7]),
    }
    return {"proves": "consistency", **_texts(values | changed), "refused": refused}


def _against(entries: list[bytes]) -> dict[str, Any]:
    """An honest proof within a log that is not an extension of the old one."""
    return {"new_size": len(entries), "new_root": rfc.mth(entries), "proof": rfc.proof(3, entries)}


def _consistency_cases() -> dict[str, dict[str, Any]]:
    good = rfc.proof(3, ENTRIES[:7])
    three, four, seven = (rfc.mth(ENTRIES[:size]) for size in (3, 4, 7))
    a, b, c, *rest = ENTRIES[:7]
    from_four: dict[str, Any] = {"old_size": 4, "old_root": four, "proof": rfc.proof(4, ENTRIES[:7])}
    same: dict[str, Any] = {"new_size": 3, "new_root": three, "proof": []}
    empty: dict[str, Any] = {"old_size": 0, "old_root": rfc.mth([]), "proof": []}
    return {
        "consistency-holds": _consistency(),
        "consistency-holds-from-power-of-two": _consistency(**from_four),
        "consistency-holds-with-itself": _consistency(**same),
        "consistency-holds-from-empty": _consistency(**empty),
        "consistency-old-root-bit-flipped": _consistency("CONSISTENCY_OLD_ROOT", old_root=flipped(three)),
        "consistency-new-root-bit-flipped": _consistency("CONSISTENCY_NEW_ROOT", new_root=flipped(seven, 255)),
        # The old root is the start of this proof, so that the flaw shows at the other end.
        "consistency-power-of-two-old-root-bit-flipped": _consistency(
            "CONSISTENCY_NEW_ROOT", **from_four | {"old_root": flipped(four)}
        ),
        "consistency-old-root-of-31-bytes": _consistency("PROOF_HASH_LENGTH", old_root=three[:31]),
        "consistency-first-node-bit-flipped": _consistency("CONSISTENCY_OLD_ROOT", proof=[flipped(good[0]), *good[1:]]),
        "consistency-right-node-bit-flipped": _consistency(
            "CONSISTENCY_NEW_ROOT", proof=[*good[:-1], flipped(good[-1])]
        ),
        "consistency-nodes-reversed": _consistency("CONSISTENCY_OLD_ROOT", proof=good[::-1]),
        "consistency-node-removed": _consistency("PROOF_LENGTH", proof=good[:-1]),
        "consistency-node-appended": _consistency("PROOF_LENGTH", proof=[*good, seven]),
        "consistency-old-root-prepended": _consistency(
            "PROOF_LENGTH", **from_four | {"proof": [four, *rfc.proof(4, ENTRIES[:7])]}
        ),
        "consistency-proof-empty": _consistency("PROOF_LENGTH", proof=[]),
        "consistency-proof-of-64-nodes": _consistency("PROOF_LENGTH", proof=[*good, *[bytes(32)] * 60]),
        "consistency-proof-replayed-for-larger-log": _consistency(
            "CONSISTENCY_NEW_ROOT", new_size=8, new_root=rfc.mth(ENTRIES)
        ),
        "consistency-log-shrinks": _consistency(
            "CONSISTENCY_SIZES", old_size=7, old_root=seven, new_size=3, new_root=three
        ),
        "consistency-size-negative": _consistency("CONSISTENCY_SIZES", old_size=-1),
        "consistency-size-beyond-limit": _consistency("CONSISTENCY_SIZES", new_size=2**63),
        "consistency-same-size-another-root": _consistency("CONSISTENCY_NEW_ROOT", **same | {"new_root": four}),
        "consistency-same-size-with-proof": _consistency("PROOF_LENGTH", **same | {"proof": good}),
        "consistency-from-empty-with-another-root": _consistency("CONSISTENCY_OLD_ROOT", **empty | {"old_root": three}),
        "consistency-from-empty-with-proof": _consistency("PROOF_LENGTH", **empty | {"proof": good}),
        "consistency-entry-rewritten": _consistency("CONSISTENCY_OLD_ROOT", **_against([a, OTHER[1], c, *rest])),
        "consistency-entry-dropped": _consistency("CONSISTENCY_OLD_ROOT", **_against([a, c, *rest, ENTRIES[7]])),
        "consistency-entries-swapped": _consistency("CONSISTENCY_OLD_ROOT", **_against([b, a, c, *rest])),
        "consistency-entry-inserted": _consistency("CONSISTENCY_OLD_ROOT", **_against([OTHER[0], a, b, c, *rest])),
    }


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list):
            texts[name] = ["0x" + item.hex() for item in value]
        else:
            texts[name] = "0x" + value.hex() if isinstance(value, bytes) else value
    return texts


def files() -> dict[str, bytes]:
    """Every file of the folder by its path in it."""
    return {f"{name}.json": (json.dumps(case, indent=2) + "\n").encode() for name, case in cases().items()}
