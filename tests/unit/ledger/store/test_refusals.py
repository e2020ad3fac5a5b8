"""What the store itself refuses or finds, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from support.registering import many

from ledger.errors import EvidenceError
from ledger.sequencer import Sequencer
from ledger.store import Store
from ledger.store.anchoring import open_anchor_store
from ledger.store.check import fsck
from ledger.store.engine import writing
from ledger.store.tables import STATEMENTS


def test_a_tile_that_nobody_wrote_is_told(synced: Store) -> None:
    with synced.read() as reader, pytest.raises(EvidenceError) as caught:
        reader.tile(0, 99)
    assert (caught.value.code, caught.value.values) == ("TILE_MISSING", {"level": 0, "index": 99})


def test_fsck_finds_a_signature_that_is_none(sequencer: Sequencer, synced: Store, url: str) -> None:
    sequencer.register_batch(many(3))
    assert {finding.code for finding in fsck(synced)} == set()
    anchors = open_anchor_store(url)
    with writing(anchors.engine) as connection:
        zero = bytes(64) + b"\x1b"
        connection.execute(update(STATEMENTS).where(STATEMENTS.c.index == 1).values(signature=zero))
    anchors.engine.dispose()
    assert {finding.code for finding in fsck(synced)} == {"FSCK_SIGNATURE", "FSCK_TILE"}


@pytest.mark.parametrize("size", [0, 2, 4])
def test_a_checkpoint_only_grows_and_only_over_entries_that_there_are(
    sequencer: Sequencer, url: str, size: int
) -> None:
    sequencer.register_batch(many(3))
    anchors = open_anchor_store(url)
    try:
        anchors.seal(2, b"\1" * 32)
        with pytest.raises(EvidenceError) as caught:
            anchors.seal(size, b"\2" * 32)
        assert caught.value.code == "ANCHOR_NOT_GROWING"
    finally:
        anchors.engine.dispose()
