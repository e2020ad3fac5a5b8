"""What the anchorer waits for instead of sending: each with the code that the operator sees."""

from __future__ import annotations

from typing import Any

import pytest
from support.anchoring import Office, Site, faults, site_of
from support.chain import Chain
from support.quirks import QuirkNode

from ledger.anchorer import Anchorer
from ledger.errors import IncompleteError

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, url: str) -> Site:
    return site_of(chain, url)


def test_what_is_not_done_in_time_is_pending_and_goes_on_later(site: Site) -> None:
    with QuirkNode(site.chain_url, "never_mined") as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        with pytest.raises(IncompleteError) as caught:
            office.anchor(deadline_s=0.3)
        assert (caught.value.code, office.states()) == ("ANCHOR_PENDING", [(1, "sent")])
        node.quirks.clear()
        office.anchor()
    assert faults(site, entries) == []


def test_nothing_is_signed_on_a_chain_of_another_size_or_an_older_nonce(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        before = chain.client.rpc.ask("evm_snapshot")
        office.register("a")
        office.anchor()
        chain.client.rpc.ask("evm_revert", before)
        with pytest.raises(IncompleteError) as caught:
            office.anchorer._require_place(2, 1, chain.client.block_number())
        assert (caught.value.code, caught.value.values) == ("ANCHOR_CHAIN_SIZE", {"got": 0, "expected": 1})
        with pytest.raises(IncompleteError) as caught:
            office.anchorer._next_nonce()
        assert (caught.value.code, caught.value.values) == ("ANCHOR_NONCE_BEHIND", {"got": 0, "expected": 1})


def test_a_receipt_that_changes_between_two_questions_is_asked_for_again(site: Site) -> None:
    """A reorganisation looks like a lie for a moment; the lie is told only when it is repeated."""
    with QuirkNode(site.chain_url) as node:

        class Reorganised(Anchorer):
            def _hold_receipt(self, *arguments: Any) -> None:
                node.quirks.clear()  # from here on the node tells the truth
                super()._hold_receipt(*arguments)

        def lie(step: str) -> None:
            if step == "marked_mined":
                node.quirks.add("receipt_forged_logs")

        with Office(site.via(node.url), make=Reorganised, step=lie) as office:
            entries = office.register("a")
            with pytest.raises(IncompleteError) as caught:
                office.anchorer.run_once(flush=True)
            assert (caught.value.code, office.states()) == ("ANCHOR_MOVING", [(1, "mined")])
            office.anchor()
    assert faults(site, entries) == []
