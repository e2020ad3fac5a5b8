from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from ledger import anchor_checks
from ledger.anchor_checks import RowCheck
from ledger.errors import EvidenceError
from ledger.merkle import leaf_hash, root_of
from ledger.store import Store
from ledger.store.anchoring import AnchorStore, open_anchor_store
from ledger.store.engine import writing
from ledger.store.tables import STATEMENTS

CHUNK = anchor_checks._CHUNK


def row(index: int) -> dict[str, object]:
    digest = index.to_bytes(32, "big")
    names = {"kind": "footprint", "organisation": "urn:x", "subject": "s", "root": digest, "statement": b"{}"}
    return {"index": index, "digest": digest, "signature": b"\x01" * 65, "block": 5, **names}


@pytest.fixture
def anchors(store: Store, url: str) -> Iterator[AnchorStore]:
    """A log of two chunks and three entries."""
    found = open_anchor_store(url)
    with writing(found.engine) as connection:
        connection.execute(insert(STATEMENTS), [row(index) for index in range(2 * CHUNK + 3)])
    yield found
    found.engine.dispose()


def plain_root(anchors: AnchorStore, size: int) -> bytes:
    return root_of([leaf_hash(entry.to_bytes()) for entry in anchors.read_back(0, size)])


def test_the_root_over_chunks_is_the_root_over_leaves_in_whatever_order_it_is_asked_for(anchors: AnchorStore) -> None:
    check = RowCheck(anchors)
    for size in (CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3, 1, CHUNK + 2, 2 * CHUNK, 0):
        assert check.root(size) == plain_root(anchors, size), size


def test_a_new_process_reads_every_row_again(anchors: AnchorStore) -> None:
    before = RowCheck(anchors).root(2 * CHUNK)
    with writing(anchors.engine) as connection:
        connection.execute(update(STATEMENTS).where(STATEMENTS.c.index == 7).values(block=6))
    assert RowCheck(anchors).root(2 * CHUNK) != before


def test_rows_beyond_the_last_are_missing_not_invented(anchors: AnchorStore) -> None:
    with pytest.raises(EvidenceError) as caught:
        RowCheck(anchors).root(2 * CHUNK + 4)
    assert (caught.value.code, caught.value.values["index"]) == ("ANCHOR_ROW_MISSING", 2 * CHUNK + 3)
