from __future__ import annotations

import pytest
from support.chain import Chain
from support.quirks import FISCO, QuirkNode

from ledger.chain.contracts import Call
from ledger.chain.errors import NotMinedError, RevertedError
from ledger.chain.sender import Sender, SignedTransaction
from ledger.errors import EvidenceError, InputError
from ledger.events import ChainEvent

pytestmark = pytest.mark.chain
ROOT = b"\5" * 32


def append(chain: Chain, size: int = 5) -> Call:
    return chain.log.append(size, ROOT, [])


def signed_append(chain: Chain, sender: Sender, size: int = 5) -> SignedTransaction:
    return sender.sign(append(chain, size), nonce=sender.client.nonce(sender.address))


def anchors(event: ChainEvent) -> bool:
    return event.name == "CheckpointAnchored" and event.arguments["size"] == 5 and event.arguments["root"] == ROOT


def test_nothing_is_sent_by_signing(chain: Chain) -> None:
    sender = chain.sender("operator")
    signed = signed_append(chain, sender)
    assert chain.client.transaction(signed.hash) is None
    assert chain.log.size() == 0
    assert signed == signed_append(chain, sender), "the same call and nonce give the same bytes"


def test_sent_mined_and_confirmed(chain: Chain) -> None:
    sender = chain.sender("operator")
    signed = signed_append(chain, sender)
    sender.send(signed)
    receipt = sender.wait(signed)
    (event,) = sender.confirm(signed, receipt, "log", anchors)
    assert event.transaction == signed.hash
    found = chain.client.transaction(signed.hash)
    assert found is not None
    assert (found.sender, found.nonce, found.block) == (sender.address, signed.nonce, receipt.block)


def test_the_same_bytes_twice_are_one_transaction(chain: Chain) -> None:
    sender = chain.sender("operator")
    signed = signed_append(chain, sender)
    sender.send(signed)
    sender.wait(signed)
    sender.send(signed)
    assert chain.client.nonce(sender.address) == signed.nonce + 1
    assert chain.log.checkpoint_count() == 1


def test_the_same_bytes_twice_before_they_are_mined(chain: Chain) -> None:
    chain.client.rpc.ask("evm_setAutomine", False)
    try:
        sender = chain.sender("operator")
        signed = signed_append(chain, sender)
        sender.send(signed)
        sender.send(signed)
        with pytest.raises(NotMinedError) as caught:
            sender.wait(signed, deadline_s=0.2)
        assert caught.value.code == "NOT_MINED"
        chain.mine()
        sender.confirm(signed, sender.wait(signed), "log", anchors)
    finally:
        chain.client.rpc.ask("evm_setAutomine", True)


def test_a_nonce_that_another_transaction_took_is_told(chain: Chain) -> None:
    sender = chain.sender("operator")
    signed = signed_append(chain, sender)
    sender.transact(append(chain, 9), "log")
    with pytest.raises(EvidenceError, match="NONCE_TAKEN"):
        sender.send(signed)


def test_a_transaction_that_reverts_in_its_block(chain: Chain) -> None:
    stranger = chain.sender("stranger")
    signed = signed_append(chain, stranger)
    stranger.send(signed)
    with pytest.raises(RevertedError, match="TRANSACTION_FAILED"):
        stranger.confirm(signed, stranger.wait(signed), "log")


def test_a_refusal_is_told_before_anything_is_sent(chain: Chain) -> None:
    stranger = chain.sender("stranger")
    with pytest.raises(RevertedError) as caught:
        stranger.transact(append(chain), "log")
    assert caught.value.code == "REVERTED_ACCESS_CONTROL_UNAUTHORIZED_ACCOUNT"
    assert str(caught.value.values["account"]).lower() == "0x" + stranger.address.hex()
    assert chain.client.nonce(stranger.address) == 0


@pytest.mark.parametrize(
    ("quirk", "what"),
    [
        ("receipt_of_another", "transaction"),
        ("receipt_wrong_hash", "block hash"),
        ("receipt_of_another_block", "transaction in block"),
        ("receipt_without_logs", "event"),
        ("receipt_forged_logs", "logs of the block"),
    ],
)
def test_a_lying_receipt_is_not_believed(chain: Chain, quirk: str, what: str) -> None:
    with QuirkNode(chain.url, quirk) as node:
        sender = chain.sender("operator", chain.connect(node.url))
        signed = signed_append(chain, sender)
        sender.send(signed)
        receipt = sender.wait(signed)
        with pytest.raises(EvidenceError) as caught:
            sender.confirm(signed, receipt, "log", anchors)
        assert (caught.value.code, caught.value.values["what"]) == ("NODE_LIES", what)
        node.quirks.clear()
        sender.confirm(signed, sender.wait(signed), "log", anchors)


def test_a_failure_told_as_success_lacks_its_event(chain: Chain) -> None:
    with QuirkNode(chain.url, "receipt_failed") as node:
        stranger = chain.sender("stranger", chain.connect(node.url))
        signed = signed_append(chain, stranger)
        stranger.send(signed)
        receipt = stranger.wait(signed)
        assert receipt.success
        with pytest.raises(EvidenceError, match="NODE_LIES"):
            stranger.confirm(signed, receipt, "log", anchors)


def test_another_event_than_expected_is_refused(chain: Chain) -> None:
    sender = chain.sender("operator")
    signed = signed_append(chain, sender, 7)
    sender.send(signed)
    with pytest.raises(EvidenceError, match="NODE_LIES"):
        sender.confirm(signed, sender.wait(signed), "log", anchors)


def test_nothing_is_signed_for_a_chain_that_changed(chain: Chain) -> None:
    with QuirkNode(chain.url) as node:
        sender = chain.sender("operator", chain.connect(node.url))
        node.quirks = {"wrong_chain_id"}
        with pytest.raises(EvidenceError, match="CHAIN_ID_MISMATCH"):
            sender.sign(append(chain), nonce=0)


def test_an_absurd_price_is_not_paid(chain: Chain) -> None:
    with QuirkNode(chain.url, "absurd_price") as node:
        sender = chain.sender("operator", chain.connect(node.url))
        with pytest.raises(InputError, match="GAS_PRICE"):
            sender.sign(append(chain), nonce=0)


def test_a_node_that_answers_a_revert_as_an_error(chain: Chain) -> None:
    with QuirkNode(chain.url, *FISCO) as node:
        client = chain.connect(node.url)
        sender, stranger = chain.sender("operator", client), chain.sender("stranger", client)
        sender.transact(append(chain), "log")
        assert chain.log.size() == 5
        with pytest.raises(RevertedError):
            stranger.transact(append(chain), "log")


def test_an_answer_that_is_lost_after_sending_is_found_by_hash(chain: Chain) -> None:
    with QuirkNode(chain.url) as node:
        sender = chain.sender("operator", chain.connect(node.url))
        signed = signed_append(chain, sender)
        node.quirks, node.times = {"reset"}, 1
        sender.send(signed)
        sender.confirm(signed, sender.wait(signed), "log", anchors)


@pytest.mark.ganache
def test_on_ganache(ganache: Chain) -> None:
    sender = ganache.sender("operator")
    signed = signed_append(ganache, sender)
    sender.send(signed)
    sender.send(signed)
    sender.confirm(signed, sender.wait(signed), "log", anchors)
    with pytest.raises(RevertedError) as caught:
        sender.transact(append(ganache), "log")
    assert caught.value.code == "REVERTED_SIZE_NOT_GREATER"
