from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from support.builders import DOMAIN, NOW, STEEL, factor, footprint, gas_line, power_line, withdrawal
from support.volumes import delivery, fuel, made

from ledger.errors import EvidenceError, InputError
from ledger.merkle import inclusion_proof, leaf_hash, verify_inclusion
from ledger.sequencer import Sequencer, Submission
from ledger.store import MasterKey, Store, open_store
from ledger.store.check import fsck
from ledger.store.crypto import create_master_key, load_master_key
from ledger.store.engine import new_engine, reading, writing
from ledger.store.migrate import migrate
from ledger.store.tables import Row
from ledger.tiles import TileReader

CANARY = "机密工艺CANARY7391"


def fill(store: Store, count: int = 5) -> None:
    base = factor()
    secret = footprint(STEEL, gas_line("2.5000", CANARY), product_id="SECRET")
    others = [footprint(STEEL, power_line(base.digest), product_id=f"P-{n}", value="0.5777") for n in range(count - 4)]
    newer = footprint(STEEL, gas_line("2.4000"), product_id="SECRET", value="2.4000", previous=secret.digest)
    items = [base, secret, newer, *others, withdrawal(newer.digest)]
    sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
    assert all(
        hasattr(r, "index")
        for r in sequencer.register_batch([Submission(i.statement, i.signature, i.text) for i in items])
    )


def codes(store: Store) -> list[str]:
    return sorted({finding.code for finding in fsck(store)})


def test_an_erased_content_is_gone_and_every_proof_still_holds(synced: Store, url: str, tmp_path: Path) -> None:
    fill(synced)
    with synced.read() as reader:
        sealed = next(s for _, _, s in reader.sealed(1, 2))
        assert CANARY in (reader.text(1) or b"").decode()
    assert synced.erase(1)
    assert not synced.erase(1)
    with synced.read() as reader:
        assert reader.text(1) is None
        assert reader.text(2) is not None
        size, entry = reader.size(), reader.statement(1).entry  # type: ignore[union-attr]
        tiles = TileReader(size, reader.tile)
        from ledger.merkle import Frontier

        root = Frontier.read(size, tiles).root()
        verify_inclusion(leaf_hash(entry.to_bytes()), 1, size, inclusion_proof(1, size, tiles), root)
    assert codes(synced) == []
    if url.startswith("sqlite"):
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert sealed.ciphertext in held
        assert sealed.key is not None
        assert sealed.key not in held
        assert sealed.key[12:44] not in held


def test_no_plaintext_of_a_content_reaches_the_disk(tmp_path: Path, master: MasterKey, registry: object) -> None:
    with open_store(f"sqlite:///{tmp_path}/ledger.db", master) as store:
        with store.write() as writer:
            writer.mirror("registry", registry.logs, 100)  # type: ignore[attr-defined]
        fill(store)
        names = {path.name for path in tmp_path.iterdir()}
        held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "ledger.db-wal" in names
    assert STEEL.encode() in held  # the statement itself is public
    assert CANARY.encode() not in held
    assert master.secret not in held
    assert master.to_text().encode() not in held


def test_a_wrong_master_key_opens_nothing(synced: Store, url: str) -> None:
    with pytest.raises(InputError) as wrong:
        open_store(url, MasterKey(b"\x08" * 32))
    assert wrong.value.code == "MASTER_KEY_WRONG"


def test_contents_are_bound_to_their_statement(synced: Store) -> None:
    fill(synced)
    with synced.read() as reader:
        (_, one, sealed), (_, two, other) = list(reader.sealed(1, 3))
        assert reader.unseal(one, sealed) is not None
        for digest, moved in ((two, sealed), (one, other), (one, sealed._replace(key=other.key)),
                              (one, sealed._replace(ciphertext=sealed.ciphertext[:-1])),
                              (one, sealed._replace(key=b""))):  # fmt: skip
            with pytest.raises(EvidenceError) as altered:
                reader.unseal(digest, moved)
            assert altered.value.code == "CONTENT_UNREADABLE"


def test_the_master_key_file_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "master.key"
    key = create_master_key(file)
    assert load_master_key(file) == key
    assert key.to_text() not in repr(key)
    file.chmod(0o644)
    for action, code in ((load_master_key, "MASTER_KEY_EXPOSED"), (create_master_key, "FILE_EXISTS")):
        with pytest.raises(InputError) as refused:
            action(file)
        assert refused.value.code == code
    monkeypatch.delenv("TANJI_MASTER_KEY", raising=False)
    with pytest.raises(InputError, match="MASTER_KEY_MISSING"):
        load_master_key()
    monkeypatch.setenv("TANJI_MASTER_KEY", "00" * 31)
    with pytest.raises(InputError, match="MASTER_KEY_FORMAT"):
        load_master_key()
    monkeypatch.setenv("TANJI_MASTER_KEY", key.to_text())
    assert load_master_key() == key


# -- fsck: one test for each thing that someone with the database may alter ---------------------------------------------

TAMPERED: Iterable[tuple[str, list[str]]] = [
    ("UPDATE statements SET signature = (SELECT signature FROM statements WHERE index = 0) WHERE index = 3", ["FSCK_TILE"]),
    ("UPDATE statements SET block = 99 WHERE index = 4", ["FSCK_BLOCK", "FSCK_TILE"]),
    ("UPDATE statements SET organisation = 'urn:x-y:z' WHERE index = 3", ["FSCK_COLUMNS"]),
    ("UPDATE statements SET statement = (SELECT statement FROM statements WHERE index = 0) WHERE index = 3",
     ["FSCK_COLUMNS", "FSCK_HEAD", "FSCK_STATEMENT"]),
    ("UPDATE tiles SET data = (SELECT digest FROM statements WHERE index = 0)", ["FSCK_TILE"]),
    ("DELETE FROM tiles", ["FSCK_TILE_MISSING"]),
    ("INSERT INTO tiles SELECT 3, 7, data FROM tiles", ["FSCK_TILE_EXTRA"]),
    ("DELETE FROM contents WHERE index = 3", ["FSCK_CONTENT_MISSING"]),
    ("UPDATE contents SET nonce = (SELECT nonce FROM contents WHERE index = 0) WHERE index = 3", ["FSCK_CONTENT"]),
    ("DELETE FROM heads WHERE index = 2", ["FSCK_HEAD"]),
    ("DELETE FROM successions", ["FSCK_SUCCESSION"]),
    ("UPDATE endings SET index = 0", ["FSCK_ENDING"]),
    ("INSERT INTO checkpoints (size, root) SELECT 3, digest FROM statements WHERE index = 0", ["FSCK_CHECKPOINT"]),
    ("INSERT INTO checkpoints (size, root) SELECT 9, digest FROM statements WHERE index = 0", ["FSCK_CHECKPOINT_SIZE"]),
    ("DELETE FROM events WHERE sequence = 3", ["FSCK_EVENTS"]),
    ("DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)", ["FSCK_EVENTS"]),
]  # fmt: skip


HOLDINGS = [
    ("DELETE FROM topics", ["FSCK_TOPIC"]),
    ("DELETE FROM claims", ["FSCK_CLAIM"]),
    ("UPDATE claims SET last = last + 1", ["FSCK_CLAIM"]),
    ("UPDATE moves SET amount = '399001' WHERE amount = '400000'", ["FSCK_BALANCE", "FSCK_MOVE"]),
    ("UPDATE balances SET amount = '1/3'", ["FSCK_BALANCE"]),
    ("DELETE FROM contents WHERE index = 0", ["FSCK_CONTENT_MISSING"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), HOLDINGS)
def test_fsck_names_what_was_altered_of_what_statements_hold(
    synced: Store, url: str, change: str, expected: list[str]
) -> None:
    coil = made("400", site="BS-01")
    for item in (coil, delivery(coil.digest, "1"), fuel()):
        Sequencer(synced, DOMAIN, clock=lambda: NOW).register(Submission(item.statement, item.signature, item.text))
    assert codes(synced) == []
    engine = new_engine(url)
    with writing(engine) as connection:
        connection.execute(text(change.replace(" index", ' "index"')))
    engine.dispose()
    assert codes(synced) == expected


def test_fsck_takes_what_an_erased_statement_holds_as_it_stands(synced: Store) -> None:
    coil, taken = made("400"), fuel()
    more = made("500", previous=coil.digest)
    items = (coil, delivery(coil.digest, "1"), taken, more, withdrawal(taken.digest, taken.statement.organisation))
    sequencer = Sequencer(synced, DOMAIN, clock=lambda: NOW)
    registered = [sequencer.register(Submission(i.statement, i.signature, i.text)) for i in items]
    for registration in registered:
        synced.erase(registration.index)
        assert codes(synced) == []


@pytest.mark.parametrize(("change", "expected"), TAMPERED)
def test_fsck_names_what_was_altered(synced: Store, url: str, change: str, expected: list[str]) -> None:
    fill(synced)
    assert codes(synced) == []
    engine = new_engine(url)
    with writing(engine) as connection:
        connection.execute(text(change.replace(" index", ' "index"')))
    engine.dispose()
    assert codes(synced) == expected


def test_fsck_names_a_missing_index(synced: Store, url: str) -> None:
    fill(synced, 6)
    engine = new_engine(url)
    with writing(engine) as connection:
        connection.execute(text('DELETE FROM contents WHERE "index" = 3'))
        connection.execute(text('DELETE FROM heads WHERE "index" = 3'))
        connection.execute(text('DELETE FROM statements WHERE "index" = 3'))
    engine.dispose()
    missing = [f for f in fsck(synced) if f.code == "FSCK_INDEX_MISSING"]
    assert [dict(f.values) for f in missing] == [{"first": 3, "last": 3}]


# -- migrations ---------------------------------------------------------------------------------------------------------


def test_an_older_program_refuses_a_newer_schema(url: str, master: MasterKey) -> None:
    open_store(url, master).close()
    open_store(url, master).close()
    engine = new_engine(url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(InputError) as newer:
        open_store(url, master)
    assert newer.value.code == "STORE_NEWER"


def test_a_migration_that_dies_half_way_leaves_nothing(
    url: str, master: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    create = op.create_table
    made = []

    def dying(name: str, *columns: object, **options: object) -> object:
        if len(made) == 4:
            raise KeyboardInterrupt
        made.append(name)
        return create(name, *columns, **options)

    monkeypatch.setattr(op, "create_table", dying)
    engine = new_engine(url)
    with pytest.raises(KeyboardInterrupt):
        migrate(engine)
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == []
    monkeypatch.undo()
    migrate(engine)
    engine.dispose()
    open_store(url, master).close()


KILLED = """
import os, signal, sys
from alembic import op
from ledger.store.engine import new_engine
from ledger.store.migrate import migrate
create, left = op.create_table, [int(sys.argv[2])]
def dying(*a, **k):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return create(*a, **k)
op.create_table = dying
migrate(new_engine(sys.argv[1]))
"""


@pytest.mark.faults
@pytest.mark.parametrize("step", [1, 5, 9])
def test_a_migration_killed_half_way_is_made_whole_by_the_next_start(url: str, master: MasterKey, step: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url, str(step)], check=False)
    assert done.returncode == -9
    with open_store(url, master) as store:
        assert list(fsck(store)) == []


def test_the_migrations_make_the_tables_that_the_program_declares(url: str, master: MasterKey) -> None:
    open_store(url, master).close()
    engine = new_engine(url)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        ours = set(Row.metadata.tables)
        found = [
            d for d in compare_metadata(context, Row.metadata) if not (d[0] == "remove_table" and d[1].name not in ours)
        ]
    engine.dispose()
    assert found == []


def test_other_addresses_are_refused_without_showing_them(master: MasterKey) -> None:
    for url in ("sqlite://", "sqlite:///:memory:", "mysql://root:secret@h/d", "not an address"):
        with pytest.raises(InputError) as refused:
            open_store(url, master)
        assert refused.value.code == "DATABASE_URL"
        assert "secret" not in str(refused.value)


def test_appending_elsewhere_than_at_the_end_is_refused(synced: Store) -> None:
    from ledger.store.rows import NewStatement

    fill(synced)
    with synced.read() as reader:
        stored = reader.statement(3)
    assert stored is not None
    with pytest.raises(EvidenceError) as wrong, synced.write() as writer:
        writer.append([NewStatement(replace(stored, index=9), b"")])
    assert wrong.value.code == "STORE_INDEX"
