from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, update
from support.anchoring import Office, Site, faults, run_some, site_of
from support.chain import Chain
from support.quirks import FISCO, QuirkNode

from ledger.anchor_checks import Pace, anchor_status
from ledger.chain.client import ChainClient
from ledger.chain.contracts import Call
from ledger.chain.errors import RevertedError
from ledger.errors import EvidenceError, IncompleteError, RefusedError, SourceError
from ledger.store.engine import writing
from ledger.store.tables import CONTENTS, HEADS, STATEMENTS, TILES

pytestmark = pytest.mark.chain


@pytest.fixture
def site(chain: Chain, url: str) -> Site:
    return site_of(chain, url)


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with Office(site) as found:
        yield found


def test_all_entries_are_anchored_once_in_order_with_signed_notes(office: Office, site: Site) -> None:
    entries = office.register("a", "b", "c")
    office.anchor()
    entries += office.register("d", "e")
    office.anchor()
    assert office.states() == [(3, "confirmed"), (5, "confirmed")]
    assert faults(site, entries) == []


def test_nothing_is_anchored_twice_when_there_is_nothing_new(office: Office, site: Site) -> None:
    entries = office.register("a")
    office.anchor()
    for _ in range(3):
        assert office.anchorer.run_once(flush=True) is False
    assert faults(site, entries) == []


# -- sealing by number and by age --------------------------------------------------------------------------------------


def test_checkpoints_are_sealed_by_number_or_by_age(site: Site) -> None:
    with Office(site, pace=Pace(max_entries=3, max_age_s=3600)) as office:
        office.register("a")
        office.anchorer.run_once()
        assert office.states() == [(1, "confirmed")], "after a start nobody knows how long entries have waited"
        office.register("b", "c")
        office.anchorer.run_once()
        assert office.states() == [(1, "confirmed")], "two are too few and too young"
        office.register("d")
        office.anchorer.run_once()
        assert office.states() == [(1, "confirmed"), (4, "confirmed")]


def test_age_alone_seals(site: Site) -> None:
    with Office(site, pace=Pace(max_entries=1000, max_age_s=0.3)) as office:
        office.register("a")
        office.anchorer.run_once()
        office.anchorer.run_once()
        office.register("b")
        office.anchorer.run_once()
        assert office.states() == [(1, "confirmed")]
        time.sleep(0.35)
        office.anchorer.run_once()
        assert office.states() == [(1, "confirmed"), (2, "confirmed")]


# -- verify before anchor ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["digest", "signature"])
def test_a_bit_flipped_in_a_row_is_found_before_anything_is_signed(office: Office, column: str) -> None:
    office.register("a", "b")
    with writing(office.anchors.engine) as connection:
        found = connection.scalar(select(STATEMENTS.c[column]).where(STATEMENTS.c.index == 1))
        flipped = bytes([found[0] ^ 1]) + found[1:]
        connection.execute(update(STATEMENTS).where(STATEMENTS.c.index == 1).values({column: flipped}))
    with pytest.raises(EvidenceError) as caught:
        office.anchor()
    assert caught.value.code == "ANCHOR_ROOT_MISMATCH"
    assert office.states() == [(2, "sealed")]
    assert office.client.nonce(office.anchorer._account) == office.site.first_nonce
    with pytest.raises(RefusedError) as refused:
        office.anchorer.run_once()
    assert refused.value.code == "ANCHOR_QUARANTINED"


def test_a_row_that_is_gone_is_found_before_anything_is_signed(office: Office) -> None:
    office.register("a", "b", "c")
    with writing(office.anchors.engine) as connection:
        for table in (CONTENTS, HEADS):
            connection.execute(delete(table).where(table.c.index == 1))
        connection.execute(delete(STATEMENTS).where(STATEMENTS.c.index == 1))
    with pytest.raises(EvidenceError) as caught:
        office.anchor()
    assert caught.value.code == "ANCHOR_ROW_MISSING"
    assert caught.value.values["index"] == 1
    assert office.anchors.next_nonce(office.anchorer._account) is None


def test_a_flipped_tile_is_found_before_anything_is_signed(office: Office) -> None:
    office.register("a", "b")
    with writing(office.anchors.engine) as connection:
        data = connection.scalar(select(TILES.c.data))
        connection.execute(update(TILES).values(data=bytes([data[0] ^ 1]) + data[1:]))
    with pytest.raises(EvidenceError) as caught:
        office.anchor()
    assert caught.value.code == "ANCHOR_ROOT_MISMATCH"


# -- the node is away, lies, or is another -----------------------------------------------------------------------------


def test_entries_queue_while_the_node_is_away_and_are_anchored_when_it_is_back(site: Site, chain: Chain) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url)) as office:
        entries = office.register("a", "b")
        node.quirks.add("reset")
        with pytest.raises(SourceError) as caught:
            office.anchor()
        assert caught.value.code == "NODE_UNREACHABLE"
        status = anchor_status(office.anchors, office.store)
        assert (status.entries, status.anchored, status.backlog, status.quarantined) == (2, 0, 2, False)
        node.quirks.clear()
        office.anchor()
        assert faults(site, entries) == []


LIES = [
    "receipt_failed",
    "receipt_of_another",
    "receipt_of_another_block",
    "receipt_without_logs",
    "receipt_forged_logs",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_receipt_confirms_nothing(site: Site, chain: Chain, lie: str) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        node.quirks.add(lie)
        with pytest.raises(EvidenceError) as caught:
            office.anchor()
        assert caught.value.code == "NODE_LIES"
        assert anchor_status(office.anchors, office.store).quarantined
        with pytest.raises(RefusedError):
            office.anchor()
        node.quirks.clear()
        office.anchorer.release(office.anchors.incidents()[0].id)
        office.anchor()
        assert faults(site, entries) == []


def test_a_receipt_in_an_unknown_block_confirms_nothing(site: Site, chain: Chain) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        node.quirks.add("receipt_wrong_hash")
        with pytest.raises((SourceError, EvidenceError)):
            office.anchor()
        assert office.states()[0][1] == "mined"
        node.quirks.clear()
        for incident in office.anchors.incidents():
            office.anchorer.release(incident.id)
        office.anchor()
        assert faults(site, entries) == []


@pytest.mark.parametrize(
    ("quirk", "code"), [("wrong_chain_id", "CHAIN_ID_MISMATCH"), ("other_code", "CODE_HASH_MISMATCH")]
)
def test_another_chain_or_contract_gets_no_signature(site: Site, chain: Chain, quirk: str, code: str) -> None:
    with QuirkNode(chain.url) as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        node.quirks.add(quirk)
        with pytest.raises(EvidenceError) as caught:
            office.anchor()
        assert caught.value.code == code
        assert office.anchors.next_nonce(office.anchorer._account) is None
        node.quirks.clear()
        office.anchor()
        assert faults(site, entries) == []


def test_another_genesis_gets_no_signature(site: Site) -> None:
    other = ChainClient(site.client().rpc, chain_id=site.chain_id, genesis=b"\x01" * 32, contracts=site.contracts)
    with Office(site, client=other) as office:
        with pytest.raises(EvidenceError) as caught:
            office.anchorer.run_once()
        assert office.anchors.incidents() == []
    assert caught.value.code == "GENESIS_MISMATCH"


@pytest.mark.parametrize("habit", sorted(FISCO))
def test_a_node_with_other_habits_is_anchored_to(site: Site, chain: Chain, habit: str) -> None:
    with QuirkNode(chain.url, habit) as node, Office(site.via(node.url)) as office:
        entries = office.register("a")
        office.anchor()
        entries += office.register("b")
        office.anchor()
    assert faults(site, entries) == []


def test_hidden_events_stop_anchoring_and_leave_no_incident(site: Site, chain: Chain) -> None:
    with QuirkNode(chain.url, "omit_logs") as node, Office(site.via(node.url)) as office:
        node.hidden_sequences.add(0)
        with pytest.raises(IncompleteError) as caught:
            office.anchorer.run_once()
        assert caught.value.code == "EVENTS_MISSING"
        assert office.anchors.incidents() == []


# -- refusals of the contract ------------------------------------------------------------------------------------------


def test_a_refusal_is_foreseen_and_costs_no_nonce(office: Office, chain: Chain) -> None:
    office.register("a")
    chain.decide(chain.log.remove_operator(chain.address("operator")))
    with pytest.raises(RevertedError) as caught:
        office.anchor()
    assert caught.value.name == "AccessControlUnauthorizedAccount"
    assert office.states() == [(1, "sealed")]
    assert office.client.nonce(chain.address("operator")) == office.site.first_nonce


def test_a_refused_transaction_is_not_tried_again_before_a_person_decides(site: Site, chain: Chain) -> None:
    def dismiss(name: str) -> None:
        if name == "signed" and chain.log.is_operator(chain.address("operator")):
            chain.decide(chain.log.remove_operator(chain.address("operator")))

    with Office(site, step=dismiss) as office:
        entries = office.register("a")
        with pytest.raises(RevertedError):
            office.anchor()
        assert office.states() == [(1, "failed")]
        nonce = office.client.nonce(chain.address("operator"))
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                office.anchorer.run_once()
            assert refused.value.code == "ANCHOR_QUARANTINED"
        assert office.client.nonce(chain.address("operator")) == nonce
    chain.decide(chain.log.add_operator(chain.address("operator")))
    with Office(site) as office:
        office.anchorer.release(office.anchors.incidents()[0].id)
        office.anchor()
    assert faults(site, entries, burned=1) == []


# -- nonces ------------------------------------------------------------------------------------------------------------


def use_nonce(chain: Chain) -> None:
    """Somebody else sends a transaction with the operator's key."""
    chain.sender("operator").transact(Call(chain.address("stranger"), b""))


def test_a_nonce_used_between_checkpoints_is_a_gap(office: Office, site: Site, chain: Chain) -> None:
    entries = office.register("a")
    office.anchor()
    use_nonce(chain)
    entries += office.register("b")
    with pytest.raises(EvidenceError) as caught:
        office.anchor()
    assert caught.value.code == "NONCE_GAP"
    assert office.states() == [(1, "confirmed"), (2, "sealed")]
    office.anchorer.release(office.anchors.incidents()[0].id)
    office.anchor()
    assert faults(site, entries, burned=1) == []


def test_a_nonce_taken_after_signing_is_quarantined_and_never_skipped(site: Site, chain: Chain) -> None:
    def steal(name: str) -> None:
        if name == "signed" and not stolen:
            stolen.append(1)
            use_nonce(chain)

    stolen: list[int] = []
    with Office(site, step=steal) as office:
        entries = office.register("a")
        with pytest.raises(EvidenceError) as caught:
            office.anchor()
        assert caught.value.code == "NONCE_TAKEN"
        with pytest.raises(RefusedError):
            office.anchor()
        office.anchorer.release(office.anchors.incidents()[0].id)
        office.anchor()
    assert faults(site, entries, burned=1) == []


def test_the_same_bytes_may_be_sent_any_number_of_times(site: Site, chain: Chain) -> None:
    with Office(site) as office:
        entries = office.register("a")
        office.anchor()
        raw = office.anchors.anchorings()[0].raw
        assert raw
        office.anchorer._sender.send(office.anchorer._signed(office.anchors.anchorings()[0]))
    assert faults(site, entries) == []


@pytest.fixture
def unmined(chain: Chain) -> Iterator[Chain]:
    """A chain that mines only when told."""
    chain.client.rpc.ask("evm_setAutomine", False)
    yield chain
    chain.client.rpc.ask("evm_setAutomine", True)


def test_a_transaction_that_the_node_forgot_is_sent_again(site: Site, unmined: Chain) -> None:
    with Office(site) as office:
        entries = office.register("a")
        run_some(office)
        assert office.states() == [(1, "sent")]
        sent = office.anchors.anchorings()[0]
        assert sent.hash
        unmined.client.rpc.ask("anvil_dropTransaction", "0x" + sent.hash.hex())
        assert unmined.client.transaction(sent.hash) is None
        run_some(office)
        assert office.anchors.anchorings()[0].hash == sent.hash
        unmined.mine()
        run_some(office)
    assert faults(site, entries) == []


def test_a_chain_that_stands_still_gets_no_second_transaction(site: Site, unmined: Chain) -> None:
    with Office(site, pace=Pace(max_age_s=0, replace_after_blocks=1)) as office:
        office.register("a")
        run_some(office, 5)
        assert len(office.anchors.variants(office.anchors.anchorings()[0])) == 1


@pytest.mark.parametrize("mined", ["first", "last"])
def test_a_replacement_keeps_the_nonce_and_either_of_the_two_may_win(site: Site, unmined: Chain, mined: str) -> None:
    with Office(site, pace=Pace(max_age_s=0, replace_after_blocks=1)) as office:
        entries = office.register("a")
        run_some(office)
        first = office.anchors.anchorings()[0]
        assert first.hash
        unmined.client.rpc.ask("anvil_dropTransaction", "0x" + first.hash.hex())
        unmined.mine(2)
        office.client.send_raw(first.raw or b"")
        run_some(office, 2)
        variants = office.anchors.variants(office.anchors.anchorings()[0])
        assert len(variants) == 2
        assert office.anchors.anchorings()[0].nonce == first.nonce
        assert office.anchors.anchorings()[0].price > first.price
        if mined == "first":
            unmined.client.rpc.ask("anvil_dropTransaction", "0x" + variants[0][0].hex())
            office.client.send_raw(first.raw or b"")
        unmined.mine()
        run_some(office)
        won = office.anchors.anchorings()[0].transaction
        assert won == (first.hash if mined == "first" else variants[0][0])
    assert faults(site, entries) == []


def test_a_checkpoint_is_confirmed_only_after_its_depth(site: Site, chain: Chain) -> None:
    with Office(site, pace=Pace(max_age_s=0, finality_blocks=3)) as office:
        entries = office.register("a")
        run_some(office)
        assert office.states() == [(1, "mined")]
        chain.mine(2)
        run_some(office)
        assert office.states() == [(1, "mined")]
        chain.mine()
        run_some(office)
        assert office.states() == [(1, "confirmed")]
        assert faults(site, entries) == []
