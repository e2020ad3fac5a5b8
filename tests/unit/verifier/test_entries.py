"""The tree over the entries, by compiled code and by `ledger.merkle`: the same, or it is not used."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.audit import Ledger, by_the_judge_alone
from support.builders import factor

from ledger.entry import ENTRY_BYTES
from ledger.merkle import Frontier, leaf_hash
from ledger.registry import anchors_of
from ledger.tiles import encode_bundle
from verifier.entries import judge_entries
from verifier.screen import extended
from verifier.sources import open_folder

ENTRIES = [random.Random(index).randbytes(ENTRY_BYTES) for index in range(64)]
FILE = encode_bundle(ENTRIES)


def tree_of(size: int) -> Frontier:
    return Frontier().extended(leaf_hash(bytes((index % 256,))) for index in range(size))


@given(before=st.integers(0, 300), start=st.integers(0, 64), stop=st.integers(0, 64))
def test_compiled_code_grows_the_same_tree(before: int, start: int, stop: int) -> None:
    start, stop = min(start, stop), max(start, stop)
    tree = tree_of(before)
    assert extended(tree, FILE, start, stop) == tree.extended(leaf_hash(entry) for entry in ENTRIES[start:stop])


@pytest.mark.parametrize("spoilt", [FILE[:-1], FILE[:108] + b"\x6a" + FILE[109:], b"\x01" + FILE[1:], b""])
def test_a_file_of_other_lengths_is_left_to_python(spoilt: bytes) -> None:
    assert extended(Frontier(), spoilt, 0, 64) is None


def test_without_compiled_code_there_is_python() -> None:
    with by_the_judge_alone():
        assert extended(Frontier(), FILE, 0, 64) is None


FAULTS: dict[str, tuple[dict[str, Any], list[int], str | None]] = {
    "none": ({"block": 12}, [10, 11], None),
    "root": ({"block": 12, "root": bytes(32)}, [10, 11], "ANCHOR_ROOT"),
    "block": ({"block": 12}, [11, 10], "BLOCK_DECREASES"),
    "delay": ({"block": 500}, [10, 11], "MERGE_DELAY"),
}
"""What the anchor has, and the blocks of the last entries."""


@pytest.mark.parametrize("fault", FAULTS)
def test_both_find_the_same(tmp_path: Path, fault: str) -> None:
    anchor, blocks, code = FAULTS[fault]
    ledger = Ledger()
    for year, block in enumerate([10, 10, 10, *blocks], 2001):
        ledger.add(factor(year=year), block=block)
    ledger.anchor(**anchor)
    trust = ledger.trust()
    log = open_folder(ledger.write(tmp_path), trust)
    anchors = anchors_of(ledger.log.events)
    found = list(judge_entries(log, anchors, trust.max_merge_delay))
    with by_the_judge_alone():
        assert list(judge_entries(log, anchors, trust.max_merge_delay)) == found
    assert {finding.code for finding in found} == ({code} if code else set())
