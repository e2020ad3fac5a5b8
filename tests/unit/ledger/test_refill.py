from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import update
from support.anchoring import LOG_KEY, ORIGIN, Office, Site, faults, site_of
from support.builders import STEEL, footprint, withdrawal
from support.chain import Chain

from ledger.chain.history import EventHistory
from ledger.errors import EvidenceError, RefusedError, SourceError, TanjiError
from ledger.export import export
from ledger.refill import Refilled, adopt, refill
from ledger.registry import Anchor, anchors_of
from ledger.sequencer import Submission
from ledger.store.check import against_chain, fsck
from ledger.store.engine import writing
from ledger.store.tables import STATEMENTS

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, url: str) -> Site:
    return site_of(chain, url)


def backup(site: Site) -> Site:
    """The ledger as it is now, in a database of its own."""
    name = site.database.rpartition("/")[2]
    copy = site.database.removesuffix(name) + "older_" + name
    if site.database.startswith("sqlite"):
        pages = [sqlite3.connect(url.removeprefix("sqlite:///")) for url in (site.database, copy)]
        pages[0].backup(pages[1])
        for connection in pages:
            connection.close()
    else:
        with psycopg.connect(site.database.replace(name, "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE older_{name} TEMPLATE {name}")
    return dataclasses.replace(site, database=copy)


def anchored(office: Office) -> tuple[Anchor, ...]:
    history = EventHistory(office.client, "log", office.site.first_block)
    history.update()
    return anchors_of(history.events)


def more(office: Office) -> list[tuple[int, bytes]]:
    """A story with everything that rows are derived from: a successor, and a withdrawal."""
    found = office.register(*(f"n{number}" for number in range(300)))
    _, digest = office.register("z")[0]
    domain, key = office.site.domain, office.site.supplier_key
    newer = footprint(STEEL, product_id="z", previous=digest, key=key, domain=domain, value="2.5000")
    ended = withdrawal(found[0][1], key=key, domain=domain)
    items = [Submission(i.statement, i.signature, i.text) for i in (newer, ended)]
    done = office.sequencer.register_batch(items)
    office.anchor()
    return [*found, *((r.index, r.digest) for r in done)]  # type: ignore[union-attr]


@pytest.fixture
def lost(site: Site, tmp_path: Path) -> tuple[Site, Path]:
    """A backup of three entries, and an audit folder of a later time; the chain has three checkpoints."""
    with Office(site) as office:
        office.register("a", "b", "c")
        office.anchor()
    older = backup(site)
    with Office(site) as office:
        more(office)
        office.register("later")
        office.anchor()
        export(office.store, tmp_path / "audit")
    return older, tmp_path / "audit"


def all_of(site: Site) -> list[tuple[int, bytes]]:
    with Office(site) as office, office.store.read() as reader:
        return [(stored.index, stored.entry.digest) for stored in reader.statements()]


def test_an_older_backup_is_filled_up_and_goes_on(site: Site, lost: tuple[Site, Path]) -> None:
    older, folder = lost
    with Office(older) as office:
        with pytest.raises(RefusedError) as caught:
            office.anchor()
        assert caught.value.code == "BEHIND_CHAIN"
        assert [f.code for f in against_chain(office.store, anchored(office))] == ["FSCK_BEHIND_CHAIN"]
        size = len(all_of(site))
        assert refill(office.store, folder, anchored(office), older.domain) == Refilled(size - 3, 0)
        assert adopt(office.anchors, anchored(office), ORIGIN, LOG_KEY) == 2
        assert list(fsck(office.store)) == []
        assert list(against_chain(office.store, anchored(office))) == []
        assert refill(office.store, folder, anchored(office), older.domain) == Refilled(0, 0)
    assert all_of(older) == all_of(site)
    with Office(site) as before, Office(older) as after, before.store.read() as old, after.store.read() as new:
        assert list(old.texts(0, size)) == list(new.texts(0, size))
        assert list(old.statements()) == list(new.statements()), "series too"
        for table in ("successions", "endings"):
            assert list(old.links(table)) == list(new.links(table))
        assert old.all_heads() == new.all_heads()
    with Office(older) as office:
        office.register("new")
        with pytest.raises(EvidenceError) as gap:  # the backup knows nothing of the nonces that were used since
            office.anchor()
        assert gap.value.code == "NONCE_GAP"
        office.anchorer.release(office.anchors.incidents()[0].id)
        office.anchor()
    assert faults(older, all_of(older)) == []


def test_a_content_that_the_folder_lacks_comes_back_as_erased(site: Site, lost: tuple[Site, Path]) -> None:
    older, folder = lost
    with Office(site) as office:
        office.store.erase(5)
        office.store.erase(304)
        export(office.store, folder)
    with Office(older) as office:
        assert refill(office.store, folder, anchored(office), older.domain).withheld == 2
        with office.store.read() as reader:
            assert reader.text(5) is None
            assert reader.text(6) is not None
        assert {f.code for f in fsck(office.store)} <= {"FSCK_ENDING"}


def change(path: Path, old: bytes, new: bytes) -> None:
    """Changes the last place only."""
    before, found, after = path.read_bytes().rpartition(old)
    assert found
    path.write_bytes(before + new + after)


def cut_entry(folder: Path) -> None:
    path = next(folder.glob("tile/entries/001.p/*"))
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)


DEFECTS: dict[str, Callable[[Path], None]] = {
    "REFILL_ROOT": cut_entry,
    "REFILL_STATEMENT": lambda folder: change(
        folder / "statements/000", b'"issuedAt":1767225600', b'"issuedAt":1767225601'
    ),
    "REFILL_CONTENT": lambda folder: change(folder / "statements/000", b'"product_id":"n7"', b'"product_id":"n8"'),
    "FILE_MISSING": lambda folder: shutil.rmtree(folder / "statements"),
    "REFILL_UNANCHORED": lambda folder: change(folder / "checkpoint", b"\n307\n", b"\n305\n"),
}


@pytest.mark.parametrize("code", DEFECTS)
def test_a_folder_that_the_chain_does_not_prove_puts_nothing_back(lost: tuple[Site, Path], code: str) -> None:
    older, folder = lost
    DEFECTS[code](folder)
    with Office(older) as office:
        with pytest.raises(TanjiError) as caught:
            refill(office.store, folder, anchored(office), older.domain)
        assert caught.value.code == code
        with office.store.read() as reader:
            assert reader.size() == 3
        assert list(fsck(office.store)) == []


def test_rows_that_contradict_the_chain_are_not_mended_but_named(lost: tuple[Site, Path]) -> None:
    older, folder = lost
    with Office(older) as office:
        with writing(office.anchors.engine) as connection:
            connection.execute(update(STATEMENTS).where(STATEMENTS.c.index == 1).values(block=1))
        assert [f.code for f in against_chain(office.store, anchored(office))][:1] == ["FSCK_ANCHOR"]
        with pytest.raises(EvidenceError) as caught:
            refill(office.store, folder, anchored(office), older.domain)
        assert (caught.value.code, caught.value.values["index"]) == ("REFILL_DIFFERS", 1)


def test_a_checkpoint_over_other_rows_is_not_adopted(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        office.register("a", "b")
        chain.sender("operator").transact(chain.log.append(1, b"\x66" * 32, []), "log")
        assert adopt(office.anchors, anchored(office), ORIGIN, LOG_KEY) == 0
        assert office.anchors.anchorings() == []


def test_a_refill_that_was_killed_goes_on_where_it_was(lost: tuple[Site, Path]) -> None:
    older, folder = lost

    def die(done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with Office(older) as office:
        with pytest.raises(KeyboardInterrupt):
            refill(office.store, folder, anchored(office), older.domain, progress=die)
        with office.store.read() as reader:
            assert 3 < reader.size() < 307
        refill(office.store, folder, anchored(office), older.domain)
        assert list(fsck(office.store)) == []


def test_a_folder_that_is_not_there_is_a_missing_source(lost: tuple[Site, Path], tmp_path: Path) -> None:
    with Office(lost[0]) as office, pytest.raises(SourceError) as caught:
        refill(office.store, tmp_path / "none", anchored(office), lost[0].domain)
    assert caught.value.code == "FILE_MISSING"
