from __future__ import annotations

import time

import pytest
from support.chain import Chain
from support.quirks import FISCO, QuirkNode

from ledger.chain.client import Pinned
from ledger.chain.errors import AnswerTooLargeError, NodeError, RevertedError, RpcError
from ledger.chain.rpc import Rpc
from ledger.errors import EvidenceError, InputError

pytestmark = pytest.mark.chain


def test_the_right_chain_is_accepted(chain: Chain) -> None:
    with chain.connect() as client:
        assert client.block_number() >= chain.deployment.first_block


@pytest.mark.parametrize(
    ("options", "code"),
    [({"chain_id": 1}, "CHAIN_ID_MISMATCH"), ({"genesis": b"\1" * 32}, "GENESIS_MISMATCH")],
)
def test_another_chain_is_refused(chain: Chain, options: dict[str, object], code: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        chain.connect(**options)
    assert caught.value.code == code


def test_another_contract_is_refused(chain: Chain) -> None:
    pinned = chain.client.contracts["log"]
    for wrong in (Pinned(pinned.address, bytes(32)), Pinned(b"\1" * 20, pinned.code_hash)):
        with pytest.raises(EvidenceError, match="CODE_HASH_MISMATCH"):
            chain.connect(contracts={"log": wrong})


def test_a_node_that_switches_is_noticed(chain: Chain) -> None:
    with QuirkNode(chain.url) as node, chain.connect(node.url) as client:
        client.check_identity()
        for quirk, code in (("wrong_chain_id", "CHAIN_ID_MISMATCH"), ("other_code", "CODE_HASH_MISMATCH")):
            node.quirks = {quirk}
            with pytest.raises(EvidenceError, match=code):
                client.check_identity()


@pytest.mark.parametrize(
    "quirk", ["html", "server_error", "truncated_json", "invalid_utf8", "redirect", "reset", "wrong_id"]
)
def test_a_passing_fault_is_tried_again_and_a_lasting_one_told(chain: Chain, quirk: str) -> None:
    with QuirkNode(chain.url, quirk, times=2) as node, Rpc(node.url) as rpc:
        assert rpc.ask("eth_chainId") == hex(chain.client.chain_id)
        assert node.calls["eth_chainId"] == 3
    with QuirkNode(chain.url, quirk) as node, Rpc(node.url, attempts=2) as rpc:
        with pytest.raises(NodeError) as caught:
            rpc.ask("eth_chainId")
        assert caught.value.code == ("NODE_UNREACHABLE" if quirk == "reset" else "NODE_ANSWER")
        assert node.calls["eth_chainId"] == 2


def test_a_redirect_is_not_followed(chain: Chain) -> None:
    with QuirkNode(chain.url) as other, QuirkNode(other.url, "redirect") as node, Rpc(node.url, attempts=1) as rpc:
        with pytest.raises(NodeError):
            rpc.ask("eth_chainId")
        assert not other.calls


def test_a_huge_answer_is_not_read_to_its_end(chain: Chain) -> None:
    with QuirkNode(chain.url, "huge") as node, Rpc(node.url, max_answer_bytes=1 << 20) as rpc:
        with pytest.raises(AnswerTooLargeError, match="NODE_ANSWER_TOO_LARGE"):
            rpc.ask("eth_chainId")
        assert node.calls["eth_chainId"] == 1


def test_a_node_that_sleeps_is_left(chain: Chain) -> None:
    with QuirkNode(chain.url, "delay") as node, Rpc(node.url, timeout_s=0.1, attempts=1) as rpc:
        node.delay_s = 1.0
        before = time.monotonic()
        with pytest.raises(NodeError, match="NODE_UNREACHABLE"):
            rpc.ask("eth_chainId")
        assert time.monotonic() - before < 0.9


def test_nobody_listens() -> None:
    with Rpc("http://127.0.0.1:9", attempts=2) as rpc, pytest.raises(NodeError, match="NODE_UNREACHABLE"):
        rpc.ask("eth_chainId")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8545", "", "http://"])
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(InputError, match="NODE_URL"):
        Rpc(url)


def test_a_nodes_own_error_is_no_revert(chain: Chain) -> None:
    with pytest.raises(RpcError) as caught:
        chain.client.rpc.ask("eth_noSuchMethod")
    assert caught.value.code == "NODE_REFUSED"


def test_a_revert_is_told_in_the_contracts_words(chain: Chain) -> None:
    with pytest.raises(RevertedError) as caught:
        chain.registry.proposal(77)
    assert (caught.value.code, caught.value.name) == ("REVERTED_UNKNOWN_PROPOSAL", "UnknownProposal")
    assert caught.value.values["id"] == 77


def test_blocks_by_number_and_hash(chain: Chain) -> None:
    chain.mine()
    newest = chain.client.block(chain.client.block_number())
    assert chain.client.block_by_hash(newest.hash) == newest
    assert chain.client.block(newest.number - 1).hash == newest.parent
    with pytest.raises(NodeError, match="NODE_LACKS_BLOCK"):
        chain.client.block(newest.number + 1000)
    with pytest.raises(NodeError, match="NODE_LACKS_BLOCK"):
        chain.client.block_by_hash(b"\1" * 32)


def test_milliseconds_are_seconds(chain: Chain) -> None:
    number = chain.client.block_number()
    with QuirkNode(chain.url, *FISCO) as node, chain.connect(node.url) as client:
        assert client.block(number) == chain.client.block(number)
        assert abs(client.block(number).time_s - time.time()) < 86_400


def test_what_is_not_known_is_none(chain: Chain) -> None:
    assert chain.client.transaction(b"\1" * 32) is None
    assert chain.client.receipt(b"\1" * 32) is None
    assert chain.client.code(b"\1" * 20) == b""
