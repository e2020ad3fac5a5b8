from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.chain import Chain
from support.house import House, open_house

from ledger.store.check import fsck

pytestmark = pytest.mark.chain


@pytest.fixture
def house(chain: Chain, tmp_path: Path) -> House:
    return open_house(chain, tmp_path / "home")


def replay(house: House, expect: int) -> dict[str, object]:
    house.run("export", str(house.folder / "audit"))
    node = ("--chain", house.site.chain_url)
    found: dict[str, object] = json.loads(
        house.judge("replay", str(house.folder / "audit"), *node, "--json", expect=expect).stdout
    )
    return found


def test_an_erased_content_is_withheld_and_every_proof_holds(house: House) -> None:
    secret, other = house.register("SECRET-PRODUCT", "P")
    assert replay(house, 0)["status"] == "verified"
    assert "SECRET-PRODUCT" in house.run("receipt", secret, "--out", str(house.folder / "before.json")).stdout + (
        house.folder / "before.json"
    ).read_text(encoding="utf-8")
    said = house.run("erase", secret, "--yes")
    assert "SECRET-PRODUCT" not in said.stdout
    assert "已擦除" in said.stderr
    report = replay(house, 3)
    assert report["status"] == "incomplete"
    assert "WITHHELD" in json.dumps(report)
    folder = house.folder / "audit" / "statements"
    assert not any(b'"product_id":"SECRET-PRODUCT"' in p.read_bytes() for p in folder.rglob("*") if p.is_file())
    with house.office() as office:
        assert list(fsck(office.store)) == []
    house.judge("receipt", str(house.folder / "before.json"), "--chain", house.site.chain_url)
    assert "CONTENT_ERASED" in house.run("receipt", secret, expect=3).stderr
    house.run("status", secret)
    house.run("receipt", other)


def test_nothing_is_erased_without_a_persons_word(house: House) -> None:
    digest = house.register("P")[0]
    said = house.run("erase", digest, expect=2)
    assert "CONFIRMATION_NEEDED" in said.stderr
    assert "碳足迹" in said.stderr, "the person reads what would be erased"
    with house.office() as office, office.store.read() as reader:
        assert reader.text(0) is not None


def test_erasing_again_says_so_and_an_unknown_digest_is_a_usage_error(house: House) -> None:
    digest = house.register("P")[0]
    assert json.loads(house.run("erase", digest, "--yes", "--json").stdout)["repeated"] is False
    assert json.loads(house.run("erase", digest, "--yes", "--json").stdout)["repeated"] is True
    assert "STATEMENT_UNKNOWN" in house.run("erase", "0x" + "11" * 32, "--yes", expect=2).stderr
    assert "erase" in house.run("erase", "--help").stdout
