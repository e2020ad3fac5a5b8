"""Blocks' times on their way from a node into the store, the audit folder and a judge."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.anchoring import LOG_KEY, Office, Site, site_of
from support.builders import address
from support.chain import Chain
from support.quirks import FISCO, QuirkNode
from support.sealed import VALIDATORS, SealedNode

from api.founding import trust_of
from ledger.block_times import TIMES_FILE, read_times
from ledger.export import export
from ledger.trust import TrustFile
from verifier.sources import read_chain

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, tmp_path: Path) -> Site:
    return site_of(chain, f"sqlite:///{tmp_path}/ledger.db")


@pytest.fixture
def trust(chain: Chain) -> TrustFile:
    return trust_of(chain.deployment, chain.config, LOG_KEY.verifier.to_text())


def true_times(chain: Chain, times: dict[int, int]) -> dict[int, int]:
    """What the real node says of the same blocks."""
    return {
        block: int(chain.client.rpc.ask("eth_getBlockByNumber", hex(block), False)["timestamp"], 16) for block in times
    }


def exported(office: Office, folder: Path) -> dict[int, int]:
    export(office.store, folder)
    return read_times((folder / TIMES_FILE).read_bytes())


@pytest.mark.parametrize("quirks", [frozenset(), FISCO], ids=["seconds", "milliseconds"])
def test_a_folder_has_one_time_in_seconds_for_each_anchor(
    site: Site, chain: Chain, trust: TrustFile, quirks: frozenset[str], tmp_path: Path
) -> None:
    with QuirkNode(chain.url, *quirks) as node, Office(site.via(node.url)) as office:
        for name in ("a", "b"):
            office.register(name)
            office.anchor()
        times = exported(office, tmp_path / "audit")
        assert times == true_times(chain, times)
        assert len(times) == 2
        assert read_chain(tmp_path / "audit", trust).times == times
        assert read_chain(tmp_path / "audit", trust, node.url).times == times


def test_a_store_that_lacks_times_is_filled_up(site: Site, tmp_path: Path) -> None:
    with Office(site) as office:
        office.register("a")
        office.anchor()
        times = exported(office, tmp_path)
        with office.anchors.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM block_times")
        assert exported(office, tmp_path) == {}
    with Office(site) as office:
        office.follower.follow()
        assert exported(office, tmp_path) == times


def test_a_block_that_was_lost_loses_its_time(site: Site, chain: Chain, tmp_path: Path) -> None:
    with Office(site, patience_s=0.1) as office:
        office.register("a")
        before = chain.client.rpc.ask("evm_snapshot")
        office.anchor()
        lost = exported(office, tmp_path)
        chain.client.rpc.ask("evm_revert", before)
        chain.mine(30)
        office.anchor()
        times = exported(office, tmp_path)
    assert times == true_times(chain, times)
    assert (len(times), times.keys() & lost.keys()) == (1, set())


def test_with_pinned_validators_only_their_blocks_have_a_time(
    site: Site, chain: Chain, trust: TrustFile, tmp_path: Path
) -> None:
    pinned = trust.model_copy(update={"validators": tuple("0x" + address(v).hex() for v in VALIDATORS)})
    with Office(site) as office:
        office.register("a")
        office.anchor()
        times = exported(office, tmp_path)
    with SealedNode(chain.url) as node:
        assert read_chain(tmp_path, pinned, node.url).times == times
    others = replace_first(pinned)
    with SealedNode(chain.url) as node:
        assert read_chain(tmp_path, others, node.url).times == {}


def replace_first(trust: TrustFile) -> TrustFile:
    """The trust file of somebody who pinned one other validator."""
    assert trust.validators
    return trust.model_copy(update={"validators": ("0x" + address("a stranger").hex(), *trust.validators[1:])})
