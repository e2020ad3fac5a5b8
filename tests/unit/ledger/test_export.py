from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.builders import DOMAIN, NOW, STEEL, RegistryWriter, footprint

from ledger.entry import Entry
from ledger.errors import IncompleteError, SourceError
from ledger.export import Exported, export
from ledger.merkle import Frontier, leaf_hash
from ledger.sequencer import Sequencer, Submission
from ledger.store import Store
from ledger.store.anchoring import AnchorStore, open_anchor_store
from ledger.store.rows import SignedTransaction
from ledger.tiles import ENTRIES, TileReader, decode_bundle, places

COUNT = 300


@pytest.fixture
def anchors(synced: Store, url: str) -> Iterator[AnchorStore]:
    found = open_anchor_store(url)
    yield found
    found.engine.dispose()


def fill(store: Store, start: int, stop: int) -> None:
    items = [footprint(STEEL, product_id=f"P-{number}") for number in range(start, stop)]
    sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
    sequencer.register_batch([Submission(i.statement, i.signature, i.text) for i in items])


STEPS = ("sealed", "signed", "sent", "mined", "confirmed")


def anchor(anchors: AnchorStore, size: int, until: str = "confirmed") -> bytes:
    """Takes a checkpoint of `size` through the anchorer's steps up to `until`; gives its root."""
    root = Frontier().extended(leaf_hash(entry.to_bytes()) for entry in anchors.read_back(0, size)).root()
    signed = SignedTransaction(b"\x0a" * 20, size, size, b"raw", size.to_bytes(32, "big"))
    steps = (
        lambda: anchors.seal(size, root),
        lambda: anchors.store_signed(signed, head=119, price=0),
        lambda: anchors.mark_sent(size),
        lambda: anchors.mark_mined(size, 120, bytes(32)),
        lambda: anchors.confirm(size, signed.hash, b"note of %d\n" % size),
    )
    for step in steps[: STEPS.index(until) + 1]:
        step()
    return root


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_folder_is_the_log(synced: Store, anchors: AnchorStore, registry: RegistryWriter, tmp_path: Path) -> None:
    fill(synced, 0, COUNT)
    root = anchor(anchors, COUNT)
    seen: list[tuple[int, int]] = []
    done = export(synced, tmp_path / "audit", deployment=b"{}\n", progress=lambda *at: seen.append(at))
    found = files(tmp_path / "audit")
    assert set(found) == {
        "checkpoint", "deployment.json", "chain/registry.jsonl", "chain/log.jsonl", "chain/times.jsonl", "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44", "statements/000", "statements/001.p/44",
    }  # fmt: skip
    assert done == Exported(COUNT, len(found), 0, 0)
    assert seen[-1] == (5, 5)
    assert found["checkpoint"] == b"note of 300\n"
    assert found["chain/registry.jsonl"].count(b"\n") == len(registry.logs)
    by_place = {(p.level, p.index): found[p.path()] for p in places(COUNT)}
    tiles = TileReader(COUNT, lambda level, index: by_place[level, index])
    assert Frontier.read(COUNT, tiles).root() == root
    entries = decode_bundle(by_place[ENTRIES, 1], 44)
    blocks = found["statements/001.p/44"].split(b"\n\n")
    item = footprint(STEEL, product_id="P-256")
    assert Entry.from_bytes(entries[0]).digest == item.digest
    assert blocks[0] == item.statement.to_bytes() + b"\n" + item.text
    assert (len(blocks), blocks[-1]) == (45, b"")


def test_again_writes_nothing_and_growth_only_what_changed(synced: Store, anchors: AnchorStore, tmp_path: Path) -> None:
    fill(synced, 0, 260)
    anchor(anchors, 258)
    export(synced, tmp_path / "audit")
    full = tmp_path / "audit/tile/0/000"
    before = full.stat().st_mtime_ns
    assert export(synced, tmp_path / "audit").written == 0
    fill(synced, 260, COUNT)
    anchor(anchors, COUNT)
    done = export(synced, tmp_path / "audit")
    assert (done.written, done.removed) == (4, 3)
    assert full.stat().st_mtime_ns == before
    export(synced, tmp_path / "other")
    assert files(tmp_path / "audit") == files(tmp_path / "other")


def test_what_a_killed_export_left_is_replaced(synced: Store, anchors: AnchorStore, tmp_path: Path) -> None:
    fill(synced, 0, 5)
    anchor(anchors, 5)
    export(synced, tmp_path / "whole")
    calls = []

    def dying(done: int, _total: int) -> None:
        calls.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(synced, tmp_path / "audit", progress=dying)
    assert "checkpoint" not in files(tmp_path / "audit")
    (tmp_path / "audit/tile/0/000.p/5.half").write_bytes(b"torn")
    (tmp_path / "audit/tile/0/000.p/5").write_bytes(b"torn")
    export(synced, tmp_path / "audit")
    assert files(tmp_path / "audit") == files(tmp_path / "whole")


def test_an_erased_content_leaves_the_folder(synced: Store, anchors: AnchorStore, tmp_path: Path) -> None:
    fill(synced, 0, 3)
    anchor(anchors, 3)
    export(synced, tmp_path)
    synced.erase(1)
    export(synced, tmp_path)
    blocks = files(tmp_path)["statements/000.p/3"].split(b"\n\n")
    assert [block.count(b"\n") for block in blocks[:3]] == [4, 0, 4]


@pytest.mark.parametrize("until", STEPS[:-1])
def test_nothing_is_exported_before_it_is_confirmed(
    synced: Store, anchors: AnchorStore, tmp_path: Path, until: str
) -> None:
    fill(synced, 0, 2)
    anchor(anchors, 2, until)
    with pytest.raises(IncompleteError) as nothing:
        export(synced, tmp_path)
    assert nothing.value.code == "NOTHING_ANCHORED"
    assert files(tmp_path).keys() <= {"ledger.db", "ledger.db-wal", "ledger.db-shm"}


def test_a_store_behind_its_checkpoint_is_not_exported(synced: Store, anchors: AnchorStore, tmp_path: Path) -> None:
    fill(synced, 0, 2)
    anchors.adopt(3, bytes(32), 120, bytes(32), b"note")
    with pytest.raises(IncompleteError) as behind:
        export(synced, tmp_path)
    assert behind.value.code == "EXPORT_SIZE"


def test_a_folder_that_cannot_be_written_is_named(synced: Store, anchors: AnchorStore, tmp_path: Path) -> None:
    fill(synced, 0, 2)
    anchor(anchors, 2)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceError) as failed:
        export(synced, tmp_path / "file")
    assert failed.value.code == "EXPORT_FAILED"
