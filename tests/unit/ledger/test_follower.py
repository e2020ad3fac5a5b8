from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.anchoring import Office, Site, faults, site_of
from support.chain import Chain
from support.quirks import QuirkNode

from ledger.errors import IncompleteError

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, url: str) -> Site:
    return site_of(chain, url)


@pytest.fixture
def shorter(chain: Chain) -> Iterator[str]:
    """A point in the past to go back to, five empty blocks ago."""
    before = chain.client.rpc.ask("evm_snapshot")
    chain.mine(5)
    return before  # type: ignore[no-any-return]


def test_nothing_new_is_registered_while_the_chain_is_below_the_log(site: Site, chain: Chain, shorter: str) -> None:
    """Otherwise a role that is revoked in a block yet to come would be judged as if it had not been."""
    with Office(site) as office:
        entries = office.register("a")
        chain.client.rpc.ask("evm_revert", shorter)
        with pytest.raises(IncompleteError) as caught:
            office.register("b")
        assert caught.value.code == "CHAIN_BELOW_ENTRIES"
        assert caught.value.values == {"got": chain.client.block_number(), "expected": chain.client.block_number() + 5}
        assert office.register("a") == entries, "what is registered is still acknowledged"
        with office.store.read() as reader:
            assert reader.size() == 1
        chain.mine(5)
        entries += office.register("b")
        office.anchor()
    assert faults(site, entries) == []


def test_patience_ends_after_its_time_and_not_before(site: Site, chain: Chain) -> None:
    with Office(site, patience_s=0.4) as office:
        office.register("a")
        before = chain.client.rpc.ask("evm_snapshot")
        office.anchor()
        chain.client.rpc.ask("evm_revert", before)
        began = time.monotonic()
        assert "log" in office.follower.follow_patiently(0.02).rewritten
        assert 0.4 <= time.monotonic() - began < 5


def test_a_node_that_catches_up_in_time_is_believed(site: Site, chain: Chain) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url), patience_s=60) as office:
        office.register("a")
        office.anchor()
        raw = office.anchors.anchorings()[0].raw
        assert raw
        assert office.follower.follow_patiently(0.02).rewritten == ()
        node.quirks.add("reset")
        with pytest.raises(Exception, match="NODE_UNREACHABLE"):
            office.follower.follow_patiently(0.02)
