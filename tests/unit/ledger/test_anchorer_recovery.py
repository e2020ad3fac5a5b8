"""The anchorer when chain or store went back, when somebody else anchors, and what it shows of itself."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from support.anchoring import LOG_KEY, Office, Site, faults, run_some, site_of
from support.builders import STEEL
from support.chain import Chain
from support.quirks import QuirkNode

from ledger import anchor_checks, anchorer, follower
from ledger.anchor_checks import Pace, anchor_status
from ledger.catalogue import catalogue
from ledger.chain.errors import RevertedError
from ledger.errors import EvidenceError, IncompleteError, RefusedError

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, url: str) -> Site:
    return site_of(chain, url)


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with Office(site) as found:
        yield found


# -- the chain went back -----------------------------------------------------------------------------------------------


def test_a_node_that_shows_less_is_first_taken_to_lag(site: Site, chain: Chain) -> None:
    with Office(site, patience_s=3600) as office:
        entries = office.register("a")
        before = chain.client.rpc.ask("evm_snapshot")
        office.anchor()
        newest = office.anchors.newest_confirmed()
        chain.client.rpc.ask("evm_revert", before)
        with pytest.raises(IncompleteError) as caught:
            office.anchorer.run_once()
        assert caught.value.code == "NODE_BEHIND"
        assert office.anchors.newest_confirmed() == newest, "never un-confirmed by a lagging node"
        assert newest
        assert newest.raw
        office.client.send_raw(newest.raw)  # the node catches up
        office.anchorer.run_once()
        assert office.anchors.incidents() == []
        assert faults(site, entries) == []


def test_a_chain_that_lost_anchors_gets_the_same_bytes_again_in_order(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        entries = office.register("a")
        office.anchor()
        before = chain.client.rpc.ask("evm_snapshot")
        for name in ("b", "c", "d"):
            entries += office.register(name)
            office.anchor()
        hashes = [a.hash for a in office.anchors.anchorings()]
        chain.client.rpc.ask("evm_revert", before)
        assert chain.log.size() == 1
        office.anchor()
        assert [a.hash for a in office.anchors.anchorings()] == hashes, "nothing was signed anew"
        assert [(i.code, i.size, i.blocking) for i in office.anchors.incidents()] == [
            ("CHAIN_REWRITTEN", None, False),
            ("ANCHOR_LOST", 2, False),
            ("ANCHOR_LOST", 3, False),
            ("ANCHOR_LOST", 4, False),
        ]
    assert faults(site, entries) == []


def test_a_chain_that_lost_part_of_the_registry_stops_anchoring(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        before = chain.client.rpc.ask("evm_snapshot")
        chain.decide(chain.registry.grant_role(STEEL, "verifier"))
        office.register("a")
        chain.client.rpc.ask("evm_revert", before)
        with pytest.raises(RefusedError) as caught:
            office.anchor()
        assert caught.value.code == "ANCHOR_QUARANTINED"
        incident = office.anchors.incidents()[0]
        assert (incident.code, incident.detail["contract"], incident.blocking) == ("CHAIN_REWRITTEN", "registry", True)
        assert incident.detail["lost"] == len(incident.detail["lines"]) > 0
        with office.store.read() as reader:
            assert reader.cursor("registry").count == chain.client.event_head("registry")[0]


def test_a_chain_that_stays_behind_counts_as_younger_in_the_end(site: Site, chain: Chain) -> None:
    with Office(site, patience_s=0.5) as office:
        entries = office.register("a")
        before = chain.client.rpc.ask("evm_snapshot")
        office.anchor()
        chain.client.rpc.ask("evm_revert", before)
        office.anchor()
        assert {i.code for i in office.anchors.incidents()} == {"CHAIN_REWRITTEN", "ANCHOR_LOST"}
    assert faults(site, entries) == []


def test_a_restarted_anchorer_finds_that_the_chain_lost_anchors(site: Site, chain: Chain) -> None:
    before = ""
    with Office(site) as office:
        entries = office.register("a")
        before = chain.client.rpc.ask("evm_snapshot")
        office.anchor()
        entries += office.register("b")
        office.anchor()
    chain.client.rpc.ask("evm_revert", before)
    with Office(site) as office:
        office.anchor()
    assert faults(site, entries) == []


def test_no_anchor_goes_into_a_block_below_that_of_its_entries(site: Site, chain: Chain) -> None:
    before = chain.client.rpc.ask("evm_snapshot")
    chain.mine(5)
    with Office(site) as office:
        entries = office.register("a")
        chain.client.rpc.ask("evm_revert", before)
        with pytest.raises(IncompleteError) as caught:
            office.anchor(deadline_s=0)
        assert caught.value.code == "ANCHOR_CHAIN_YOUNG"
        chain.mine(5)
        office.anchor()
    assert faults(site, entries) == []


def test_a_block_that_vanishes_before_confirmation_is_no_alarm(site: Site, chain: Chain) -> None:
    with Office(site, pace=Pace(max_age_s=0, finality_blocks=3)) as office:
        entries = office.register("a")
        run_some(office)
        assert office.states() == [(1, "mined")]
        chain.client.rpc.ask("anvil_reorg", 1, [])
        run_some(office)
        chain.mine(3)
        run_some(office)
        assert not any(i.code == "ANCHOR_LOST" for i in office.anchors.incidents())
    assert faults(site, entries) == []


# -- the store went back, or someone else anchors ----------------------------------------------------------------------


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


def test_a_store_older_than_the_chain_refuses_and_lists_what_is_missing(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        first = office.register("a")
        office.anchor()
    older = backup(site)
    with Office(site) as office:
        office.register("b")
        office.anchor()
        office.register("c")
        office.anchor()
    nonce = chain.client.nonce(chain.address("operator"))
    with Office(older) as office:
        for _ in range(2):
            with pytest.raises(RefusedError) as caught:
                office.anchor()
            assert caught.value.code == "BEHIND_CHAIN"
            assert caught.value.values == {"entries": 1, "sizes": [2, 3]}
        with office.store.read() as reader:
            assert reader.size() == len(first)
    assert chain.client.nonce(chain.address("operator")) == nonce


def test_a_store_with_all_entries_but_older_checkpoints_adopts_them_on_a_persons_word(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        entries = office.register("a", "b")
    older = backup(site)
    with Office(site) as office:
        office.anchor()
    with Office(older) as office:
        with pytest.raises(EvidenceError) as caught:
            office.anchor()
        assert caught.value.code == "ORPHAN_ANCHOR"
        office.anchorer.release(office.anchors.incidents()[0].id)
        entries += office.register("c")
        office.anchor()
    assert faults(older, entries) == []


def test_a_checkpoint_by_a_stolen_key_is_an_alarm_and_cannot_be_released(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        office.register("a", "b")
        chain.sender("operator").transact(chain.log.append(1, b"\x66" * 32, []), "log")
        with pytest.raises(EvidenceError) as caught:
            office.anchor()
        assert caught.value.code == "ORPHAN_ANCHOR"
        with pytest.raises(RefusedError) as refused:
            office.anchorer.release(office.anchors.incidents()[0].id)
        assert refused.value.code == "INCIDENT_STANDS"
        assert anchor_status(office.anchors, office.store).quarantined


def test_a_stranger_who_sends_our_root_first_changes_nothing(office: Office, site: Site, chain: Chain) -> None:
    entries = office.register("a")
    call = chain.log.append(1, office.anchors.stored_root(1), [])
    with pytest.raises(RevertedError):
        chain.sender("stranger").transact(call, "log")
    office.anchor()
    assert faults(site, entries) == []


# -- two processes, and what is shown ----------------------------------------------------------------------------------


def test_a_second_anchorer_is_refused_until_the_first_is_gone(office: Office, site: Site) -> None:
    entries = office.register("a")
    office.anchorer.run_once()
    with Office(site) as second:
        with pytest.raises(RefusedError) as caught:
            second.anchorer.run_once()
        assert caught.value.code == "LEASE_TAKEN"
        office.anchorer.close()
        second.anchorer.run_once()
    assert faults(site, entries) == []


def test_a_second_anchorer_without_a_lease_is_stopped_by_the_store(site: Site, chain: Chain) -> None:
    """The lease is only the first door: a checkpoint that another process signed meanwhile cannot be signed again."""
    with Office(site) as first, Office(site) as second:
        entries = first.register("a")

        def overtake(name: str) -> None:
            if name == "signing":
                first.anchor()

        second.anchorer._step = overtake  # type: ignore[misc]
        second.anchorer._lease.hold = lambda: None  # type: ignore[method-assign]
        with pytest.raises(IncompleteError) as caught:
            second.anchorer.run_once(flush=True)
        assert caught.value.code == "ANCHOR_STATE"
    assert faults(site, entries) == []


def test_run_forever_survives_a_node_that_comes_and_goes(site: Site, chain: Chain) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        node.quirks.add("server_error")
        stop = threading.Event()
        runner = threading.Thread(
            target=office.anchorer.run_forever, args=(stop,), kwargs={"poll_s": 0.02, "longest_s": 0.2}
        )
        runner.start()
        time.sleep(0.5)
        node.quirks.clear()
        deadline = time.monotonic() + 20
        while office.anchors.newest_confirmed() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        runner.join(20)
    assert faults(site, entries) == []


def test_nothing_secret_is_logged(office: Office, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    office.register("a")
    office.anchor()
    said = "".join(capsys.readouterr())
    assert "anchor_signed" in said
    secrets = (site.operator_key, LOG_KEY.seed, office.anchors.anchorings()[0].raw or b"-")
    assert not any(secret.hex() in said or repr(secret) in said for secret in secrets)


def test_the_status_counts_what_waits(office: Office, chain: Chain) -> None:
    office.register("a")
    office.anchor()
    office.register("b", "c")
    chain.mine(4)
    office.follower.follow()
    status = anchor_status(office.anchors, office.store)
    assert (status.entries, status.anchored, status.backlog, status.pending) == (3, 1, 2, None)
    assert status.age_blocks == 4
    assert not status.quarantined


def test_every_code_has_words_in_both_languages() -> None:
    source = "".join(Path(name).read_text() for name in (anchor_checks.__file__, anchorer.__file__, follower.__file__))
    named = set(re.findall(r"Error\(\s*\"([A-Z_]+)\"", source)) | {"ANCHOR_LOST", "CHAIN_REWRITTEN"}
    assert named
    assert {code for code in named if code not in catalogue()} == set()
