from __future__ import annotations

import pytest
from support.chain import Chain
from support.quirks import FISCO, QuirkNode

from ledger.chain.history import EventHistory
from ledger.errors import EvidenceError, IncompleteError
from ledger.events import read_logs, write_logs
from ledger.registry import Registry, anchors_of

pytestmark = pytest.mark.chain
FIRST, SECOND = "urn:example:first", "urn:example:second"


def history_of(chain: Chain, url: str | None = None, contract: str = "registry", **options: object) -> EventHistory:
    return EventHistory(chain.connect(url), contract, chain.deployment.first_block, **options)  # type: ignore[arg-type]


def spread(chain: Chain) -> None:
    """Events far apart, with none between."""
    chain.register(FIRST)
    chain.mine(25)
    chain.decide(chain.registry.grant_role(FIRST, "declarant"))
    chain.mine(12)


def test_all_events_are_proven(chain: Chain) -> None:
    spread(chain)
    history = history_of(chain)
    new = history.update()
    assert len(new) == history.count == chain.registry.event_count()
    assert history.head == chain.registry.event_hash()
    assert Registry.of(history.events).organisation(FIRST) is not None
    assert history.update() == ()


def test_further_events_are_read_on(chain: Chain) -> None:
    history = history_of(chain)
    before = len(history.update())
    spread(chain)
    after = history.update()
    assert after[0].sequence == before
    assert history.count == chain.registry.event_count() == len(history.events) == len(history.logs)


def test_a_node_like_fisco_bcos_gives_all_in_small_pages(chain: Chain) -> None:
    spread(chain)
    with QuirkNode(chain.url, *FISCO) as node:
        history = history_of(chain, node.url)
        history.update()
        assert history.head == chain.registry.event_hash()
        assert node.calls["eth_getLogs"] > 3
    # the negative control: one question for the whole range loses events without a word
    with QuirkNode(chain.url, *FISCO) as node, chain.connect(node.url) as client:
        address = client.contracts["registry"].address
        assert len(client.logs(address, chain.deployment.first_block, client.block_number())) < history.count


@pytest.mark.parametrize("hidden", [{0}, {5, 6}, "last"])
def test_events_kept_back_are_named(chain: Chain, hidden: set[int] | str) -> None:
    spread(chain)
    count = chain.registry.event_count()
    with QuirkNode(chain.url, "omit_logs") as node:
        node.hidden_sequences = {count - 1} if isinstance(hidden, str) else hidden
        history = history_of(chain, node.url)
        with pytest.raises(IncompleteError) as caught:
            history.update()
        assert caught.value.code == "EVENTS_MISSING"
        values = caught.value.values
        assert (values["first"], values["last"]) == (min(node.hidden_sequences), max(node.hidden_sequences))
        assert history.count == 0
        node.quirks.clear()
        assert len(history.update()) == count


@pytest.mark.parametrize(
    ("quirk", "codes"),
    [
        ("forge_logs", {"EVENT_REPEATED"}),
        ("alter_logs", {"EVENT_CHAIN_BROKEN", "EVENT_FORMAT", "EVENT_HASH_MISMATCH"}),
        ("move_logs", {"EVENT_CHAIN_BROKEN", "EVENT_HASH_MISMATCH", "EVENT_ORDER", "EVENT_REPEATED"}),
    ],
)
def test_events_added_altered_or_moved_are_refused(chain: Chain, quirk: str, codes: set[str]) -> None:
    spread(chain)
    with QuirkNode(chain.url, quirk) as node:
        history = history_of(chain, node.url)
        with pytest.raises(EvidenceError) as caught:
            history.update()
        assert caught.value.code in codes
        assert history.count == 0


def test_a_lagging_node_gives_what_it_has_or_says_what_lacks(chain: Chain) -> None:
    with QuirkNode(chain.url) as node:
        history = history_of(chain, node.url)
        known = len(history.update())
        node.quirks = {"stale_head"}
        node._stale = hex(chain.client.block_number())
        spread(chain)
        with pytest.raises(IncompleteError) as caught:
            history.update()
        assert caught.value.values["first"] == known


def test_a_chain_that_went_back_is_noticed(chain: Chain) -> None:
    snapshot = chain.client.rpc.ask("evm_snapshot")
    history = history_of(chain)
    chain.register(FIRST)
    history.update()
    chain.client.rpc.ask("evm_revert", snapshot)
    with pytest.raises(EvidenceError, match="CHAIN_WENT_BACK"):
        history.update()


def test_a_chain_that_went_another_way_is_noticed(chain: Chain) -> None:
    snapshot = chain.client.rpc.ask("evm_snapshot")
    history = history_of(chain)
    chain.register(FIRST)
    history.update()
    chain.client.rpc.ask("evm_revert", snapshot)
    chain.register(SECOND)
    with pytest.raises(EvidenceError, match="EVENT_HASH_MISMATCH"):
        history.update()


def test_exported_events_need_no_search(chain: Chain) -> None:
    spread(chain)
    first = history_of(chain)
    first.update()
    lines = list(write_logs(first.logs))
    with QuirkNode(chain.url) as node:
        again = history_of(chain, node.url, known=read_logs(lines))
        assert again.update() == ()
        assert again.events == first.events
        assert node.calls["eth_getLogs"] == 0
    with pytest.raises(IncompleteError, match="EVENTS_MISSING"):
        history_of(chain, known=read_logs(lines[1:]))


def test_an_exported_chain_file_of_another_chain_is_refused(chain: Chain) -> None:
    snapshot = chain.client.rpc.ask("evm_snapshot")
    chain.register(FIRST)
    other = history_of(chain)
    other.update()
    chain.client.rpc.ask("evm_revert", snapshot)
    chain.register(SECOND)
    with pytest.raises(EvidenceError, match="EVENT_HASH_MISMATCH"):
        history_of(chain, known=other.logs).update()


def test_the_logs_anchors(chain: Chain) -> None:
    operator = chain.sender("operator")
    receipt, _ = operator.transact(chain.log.append(3, b"\3" * 32, []), "log")
    history = history_of(chain, contract="log")
    history.update()
    (anchor,) = anchors_of(history.events)
    assert (anchor.size, anchor.root, anchor.block) == (3, b"\3" * 32, receipt.block)
    assert (anchor.transaction, anchor.operator) == (receipt.transaction, operator.address)


@pytest.mark.ganache
def test_ganache_gives_the_same(ganache: Chain) -> None:
    spread(ganache)
    history = history_of(ganache)
    history.update()
    assert history.head == ganache.registry.event_hash()
    assert Registry.of(history.events).organisation(FIRST) is not None
