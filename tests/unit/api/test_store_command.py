"""`tanji store check` and `refill`: what an operator does after a crash that cost writes, or with an older backup."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from support.anchoring import faults
from support.chain import Chain
from support.desk import Desk, open_desk
from support.house import House, open_house

from ledger.store.engine import writing
from ledger.store.tables import STATEMENTS

pytestmark = pytest.mark.chain


@pytest.fixture
def house(chain: Chain, tmp_path: Path) -> House:
    return open_house(chain, tmp_path / "home")


def lose_the_log_of_writes(house: House) -> None:
    """F12: entries 1 and 2 stand in SQLite's write-ahead log only, and that file goes."""
    database = house.folder / "ledger.db"
    with house.office() as office:
        office.register("a")
        office.anchor()
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        office.register("b", "c")
        office.anchor()
        house.run("export", str(house.folder / "audit"))
        shutil.copy(database, house.folder / "without-wal.db")
    for path in house.folder.glob("ledger.db*"):
        path.unlink()
    (house.folder / "without-wal.db").rename(database)


def test_lost_writes_are_named_and_put_back(house: House) -> None:
    lose_the_log_of_writes(house)
    said = json.loads(house.run("store", "check", "--json", expect=1).stdout)["findings"]
    assert said == [{"code": "FSCK_BEHIND_CHAIN", "first": 1, "last": 2}]
    assert "缺少已锚定的第 1 至 2 条" in house.run("store", "check", expect=1).stdout
    house.run("store", "check", "--offline")
    assert "FSCK_BEHIND_CHAIN" in house.run("status", expect=3).stdout
    assert "BEHIND_CHAIN" in house.run("anchor", "--account", "operator", expect=1).stderr
    assert house.run("store", "refill", str(house.folder / "audit")).stdout == "2\n"
    house.run("store", "check")
    house.run("status")
    with house.office() as office, office.store.read() as reader:
        entries = [(stored.index, stored.entry.digest) for stored in reader.statements()]
    assert faults(house.site, entries) == []


def test_an_altered_row_is_named(house: House) -> None:
    house.register("a", "b")
    house.run("store", "check")
    with house.office() as office, writing(office.anchors.engine) as connection:
        connection.execute(update(STATEMENTS).where(STATEMENTS.c.index == 1).values(subject="Q|2025"))
    said = house.run("store", "check", expect=1).stdout
    assert "FSCK_COLUMNS" in said
    assert "subject" in said


def test_a_damaged_file_is_named(house: House) -> None:
    house.register(*(f"n{number}" for number in range(40)))
    database = house.folder / "ledger.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'statements' AND type = 'index'")
        number = page.fetchone()[0]
    connection.close()
    with database.open("r+b") as file:
        file.seek((number - 1) * 4096)
        file.write(b"\xff" * 64)
    said = house.run("store", "check", "--offline", expect=1)
    assert "FSCK_DAMAGED" in said.stdout or "STORE_DAMAGED" in said.stderr


def test_a_chain_that_is_away_leaves_the_check_unavailable_after_what_could_be_checked(house: House) -> None:
    house.register("a")
    (house.folder / "chain-url").write_text("http://127.0.0.1:9", encoding="utf-8")
    assert "NODE_UNREACHABLE" in house.run("store", "check", expect=4).stderr
    house.run("store", "check", "--offline")


# -- F11, and a development chain that a kill made shorter -------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as found:
        yield found


def test_a_chain_that_was_begun_anew_is_refused_by_every_command(desk: Desk) -> None:
    desk.run("chain", "stop")
    shutil.rmtree(desk.folder / ".tanji" / "chain")
    refused = desk.run("chain", "start", expect=1)
    assert "GENESIS_MISMATCH" in refused.stderr
    for command in (("anchor", "--account", "operator"), ("org", "list"), ("store", "check")):
        assert "GENESIS_MISMATCH" in desk.run(*command, expect=1).stderr, command
    assert "GENESIS_MISMATCH" in desk.run("doctor", expect=1).stdout


def test_a_development_chain_that_lost_blocks_grows_again_at_its_start(desk: Desk) -> None:
    supplier = desk.new_key("supplier")
    organisation = "91320585MADEM002X4"
    desk.run("chain", "stop")
    state = desk.folder / ".tanji" / "chain" / "anvil.json"
    early = state.read_bytes()
    desk.run("chain", "start")
    desk.run("org", "register", organisation, "太仓嘉安冲压", supplier, "--role", "factor-publisher")
    desk.run("anchor", "--account", "operator")  # follows the chain
    desk.run("chain", "stop")
    state.write_bytes(early)
    assert "空块" in desk.run("chain", "start").stderr
    desk.run("chain", "stop")
    assert "空块" not in desk.run("chain", "start").stderr
