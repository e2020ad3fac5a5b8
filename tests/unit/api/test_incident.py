from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.anchoring import faults
from support.chain import Chain
from support.house import House, open_house

from ledger.chain.contracts import Call

pytestmark = pytest.mark.chain


@pytest.fixture
def house(chain: Chain, tmp_path: Path) -> House:
    return open_house(chain, tmp_path / "home")


def acknowledged(house: House) -> list[tuple[int, bytes]]:
    with house.office() as office, office.store.read() as reader:
        return [(stored.index, stored.entry.digest) for stored in reader.statements()]


def test_an_incident_is_listed_keeps_anchoring_back_and_is_released(house: House, chain: Chain) -> None:
    house.register("a")
    assert house.run("incident", "list").stdout == ""
    chain.sender("operator").transact(Call(chain.address("stranger"), b""))  # somebody else used the operator's key
    house.register("b", anchor=False)
    assert "NONCE_GAP" in house.run("anchor", "--account", "operator", expect=1).stderr
    stopped = house.run("anchor", "--account", "operator", expect=1).stderr
    assert "tanji incident release 1" in stopped.replace("\n", "")
    listed = json.loads(house.run("incident", "list", "--json").stdout)["incidents"]
    assert [(i["id"], i["code"], i["blocking"]) for i in listed] == [(1, "NONCE_GAP", True)]
    assert "有人用上链账户" in house.run("incident", "list").stdout
    assert "1 NONCE_GAP" in house.run("status", expect=3).stdout
    assert "1 NONCE_GAP：tanji incident list" in house.run("doctor", expect=1).stdout
    assert "CONFIRMATION_NEEDED" in house.run("incident", "release", "1", "--account", "operator", expect=2).stderr
    house.run("incident", "release", "1", "--account", "operator", "--yes")
    assert house.run("incident", "list").stdout == ""
    assert "已放行" in house.run("incident", "list", "--all").stdout
    house.run("anchor", "--account", "operator")
    house.run("status")
    assert faults(house.site, acknowledged(house), burned=1) == []


def test_a_checkpoint_over_other_rows_cannot_be_released(house: House, chain: Chain) -> None:
    house.register("a", "b", anchor=False)
    chain.sender("operator").transact(chain.log.append(1, b"\x66" * 32, []), "log")
    assert "ORPHAN_ANCHOR" in house.run("anchor", "--account", "operator", expect=1).stderr
    assert "INCIDENT_STANDS" in house.run("incident", "release", "1", "--account", "operator", "--yes", expect=1).stderr
    assert "1 ORPHAN_ANCHOR" in house.run("status", expect=3).stdout


def test_an_unknown_incident_is_a_usage_error(house: House) -> None:
    house.register("a")
    refused = house.run("incident", "release", "7", "--account", "operator", "--yes", expect=2)
    assert "INCIDENT_UNKNOWN" in refused.stderr


# -- C02: the chain stands still ---------------------------------------------------------------------------------------


@pytest.fixture
def stopped_chain(chain: Chain) -> Iterator[Chain]:
    """A chain that takes transactions and makes no block."""
    chain.client.rpc.ask("evm_setAutomine", False)
    yield chain
    chain.client.rpc.ask("evm_setAutomine", True)


def test_a_stalled_chain_is_told_and_nothing_is_signed_again(house: House, stopped_chain: Chain) -> None:
    house.register("a", anchor=False)
    with house.office() as office:
        while office.states() != [(1, "sent")]:
            office.anchorer.run_once(flush=True)
        nonce = office.anchors.anchorings()[0].nonce
    time.sleep(1.2)
    said = house.run("status", "--stalled-after", "1", expect=3).stdout
    assert "CHAIN_STALLED" in said
    assert "1 sent" in said
    patient = house.run("status", "--stalled-after", "86400", expect=3).stdout
    assert "CHAIN_STALLED" not in patient, "a day is allowed"
    with house.office() as office:
        for _ in range(5):
            office.anchorer.run_once(flush=True)
        assert len(office.anchors.variants(office.anchors.anchorings()[0])) == 1
        assert office.anchors.anchorings()[0].nonce == nonce
        stopped_chain.mine()
        office.anchor()
    house.run("status", "--stalled-after", "1")
    assert faults(house.site, acknowledged(house)) == []


def test_a_quiet_chain_with_nothing_waiting_is_not_stalled(house: House, stopped_chain: Chain) -> None:
    house.register("a", anchor=False)
    time.sleep(1.1)
    said = json.loads(house.run("status", "--stalled-after", "1", "--json", expect=3).stdout)
    assert "CHAIN_STALLED" not in said["chain"]
    assert (said["waiting"], said["checkpoint_on_its_way"], said["incidents"]) == (1, None, [])


def test_a_node_that_is_away_is_told_and_hides_nothing(house: House) -> None:
    house.register("a")
    (house.folder / "chain-url").write_text("http://127.0.0.1:9", encoding="utf-8")
    said = house.run("status").stdout
    assert "NODE_UNREACHABLE" in said
    assert "anchored: 1" in said


def test_an_operator_without_a_description_of_a_local_chain_anchors_too(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chain: Chain
) -> None:
    """Installed from a wheel, with a consortium's node: there is no hardhat-free-ganache.yml, and none is needed."""
    from eth_account import Account

    import api.chainside

    house.register("a", anchor=False)
    keystore = Account.encrypt(chain.key("operator"), "a passphrase", kdf="scrypt", iterations=2)
    (tmp_path / "operator.key").write_text(json.dumps(keystore), encoding="utf-8")
    (tmp_path / "passphrase").write_text("a passphrase", encoding="utf-8")
    monkeypatch.setattr(api.chainside, "config_path", lambda: tmp_path / "none.yml")
    house.run("anchor", "--key", str(tmp_path / "operator.key"), "--password-file", str(tmp_path / "passphrase"))
    house.run("status")
