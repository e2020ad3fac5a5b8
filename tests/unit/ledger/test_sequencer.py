from __future__ import annotations

import multiprocessing
from dataclasses import replace
from hashlib import sha256

import coincurve
import pytest
from support.builders import (
    DOMAIN,
    NOW,
    PRESS,
    PUBLISHER,
    STEEL,
    RegistryWriter,
    address,
    factor,
    footprint,
    power_line,
    private_key,
    withdrawal,
)
from support.registering import many, register_in_process, submit
from support.rfc9162 import mth

from ledger.disclosures import hide
from ledger.errors import EvidenceError, IncompleteError, InputError, RefusedError
from ledger.events import NO_EVENTS_HASH
from ledger.merkle import Frontier
from ledger.sequencer import Registration, Sequencer
from ledger.statement import Domain
from ledger.store import Store
from ledger.store.anchoring import open_anchor_store
from ledger.store.check import fsck
from ledger.tiles import TileReader


def codes(results: list[Registration | RefusedError]) -> list[str]:
    return [r.code if isinstance(r, RefusedError) else "ok" for r in results]


def test_statements_get_places_in_order_with_the_synced_block(sequencer: Sequencer, synced: Store) -> None:
    base = factor()
    coil = footprint(STEEL, power_line(base.digest), value="0.5777")
    results = sequencer.register_batch([submit(base), submit(coil)])
    assert [r.index for r in results if isinstance(r, Registration)] == [0, 1]
    with synced.read() as reader:
        stored = reader.statement_by_digest(coil.digest)
        assert stored is not None
        assert (stored.index, stored.entry.block, stored.organisation) == (1, 100, STEEL)
        assert stored.statement == coil.statement.to_bytes()
        assert reader.text(1) == coil.text
    assert list(fsck(synced)) == []


def test_the_root_from_tiles_is_that_of_the_entries(sequencer: Sequencer, synced: Store) -> None:
    sizes = (1, 255, 1, 256, 37)
    submissions = many(sum(sizes))
    start = 0
    for size in sizes:
        sequencer.register_batch(submissions[start : start + size])
        start += size
    with synced.read() as reader:
        entries = [stored.entry.to_bytes() for stored in reader.statements()]
        assert [e[:32] for e in entries] == [s.statement.digest(DOMAIN) for s in submissions]
        frontier = Frontier.read(len(entries), TileReader(len(entries), reader.tile))
    assert frontier.root() == mth(entries)
    assert list(fsck(synced)) == []


def test_asking_again_gives_the_same_registration_and_no_second_row(sequencer: Sequencer, synced: Store) -> None:
    submission = submit(footprint())
    first = sequencer.register(submission)
    again = sequencer.register(submission)
    assert not first.repeated
    assert again == replace(first, repeated=True)
    twice = submit(footprint(product_id="P-2"))
    assert [r.index for r in sequencer.register_batch([twice, twice])] == [1, 1]  # type: ignore[union-attr]
    with synced.read() as reader:
        assert reader.size() == 2


def test_asking_again_after_the_key_was_ended_gives_the_same(synced: Store, registry: RegistryWriter) -> None:
    sequencer = Sequencer(synced, DOMAIN, clock=lambda: NOW)
    submission = submit(footprint())
    first = sequencer.register(submission)
    before = len(registry.logs)
    registry.end_key(STEEL, address(STEEL), 150)
    with synced.write() as writer:
        writer.mirror("registry", registry.logs[before:], 160)
    assert sequencer.register(submission) == replace(first, repeated=True)
    with pytest.raises(RefusedError) as refused:
        sequencer.register(submit(footprint(product_id="P-2")))
    assert refused.value.code == "KEY_NOT_VALID"


def test_another_signature_on_the_same_statement_is_refused(sequencer: Sequencer) -> None:
    item = footprint()
    first = sequencer.register(submit(item))
    nonce = sha256(b"another nonce").digest()
    raw = coincurve.PrivateKey(private_key(STEEL)).sign_recoverable(
        item.digest, hasher=None, custom_nonce=_nonce_data(nonce)
    )
    other = raw[:64] + bytes((raw[64] + 27,))
    assert other != item.signature
    with pytest.raises(RefusedError) as refused:
        sequencer.register(replace(submit(item), signature=other))
    assert (refused.value.code, refused.value.values) == ("ALREADY_REGISTERED", {"index": first.index})


def _nonce_data(data: bytes) -> object:
    from coincurve._libsecp256k1 import ffi, lib

    return lib.secp256k1_nonce_function_default, ffi.new("unsigned char [32]", data)


def test_bad_ones_are_refused_one_by_one_with_their_row(sequencer: Sequencer, synced: Store) -> None:
    good, orphan = footprint(), footprint(PRESS, power_line(b"\x01" * 32), value="0.5777")
    forged = footprint(product_id="P-3", key=private_key("stranger"))
    hidden = footprint(product_id="P-4")
    batch = [
        submit(good, "row 2"), submit(orphan, "row 3"), submit(forged, "row 4"),
        replace(submit(hidden, "row 5"), text=hide(hidden.text, ["lines/0000"])), submit(footprint(PRESS), "row 6"),
    ]  # fmt: skip
    results = sequencer.register_batch(batch)
    assert codes(results) == ["ok", "REFERENCE_UNKNOWN", "KEY_NOT_VALID", "CONTENT_INCOMPLETE", "ok"]
    places = [r.place for r in results if isinstance(r, RefusedError)]
    assert places == ["row 3 lines/0000", "row 4 signature", "row 5"]
    with synced.read() as reader:
        assert [s.entry.digest for s in reader.statements()] == [good.digest, footprint(PRESS).digest]
    assert list(fsck(synced)) == []


def test_a_statement_meets_those_before_it_in_its_own_batch(sequencer: Sequencer, synced: Store) -> None:
    first = footprint()
    second = footprint(value="2.4000", previous=first.digest)
    fork = footprint(value="2.3000", previous=first.digest)
    ended = withdrawal(second.digest)
    after = withdrawal(second.digest, reason="再撤一次", previous=ended.digest)
    results = sequencer.register_batch([submit(s) for s in (first, second, fork, ended, after)])
    assert codes(results) == ["ok", "ok", "PREVIOUS_NOT_HEAD", "ok", "REFERENCE_WITHDRAWN"]
    with synced.read() as reader:
        known = reader.known([first.digest, second.digest])
        assert (known[first.digest].superseded, known[second.digest].ended) == (1, 2)
    assert list(fsck(synced)) == []


def test_the_same_across_batches(sequencer: Sequencer, synced: Store) -> None:
    first = footprint()
    second = footprint(value="2.4000", previous=first.digest)
    third = footprint(value="2.3000", previous=second.digest)
    for item in (first, second, third):
        sequencer.register(submit(item))
    rival = footprint(value="2.2000", previous=second.digest)
    assert codes(sequencer.register_batch([submit(rival)])) == ["PREVIOUS_NOT_HEAD"]
    assert codes(sequencer.register_batch([submit(withdrawal(third.digest, PRESS))])) == ["WITHDRAWAL_OF_ANOTHER"]
    assert codes(sequencer.register_batch([submit(withdrawal(third.digest))])) == ["ok"]
    assert list(fsck(synced)) == []


def test_nothing_is_registered_before_the_chain_was_read(store: Store) -> None:
    with pytest.raises(IncompleteError) as missing:
        Sequencer(store, DOMAIN).register(submit(footprint()))
    assert missing.value.code == "CHAIN_NOT_SYNCED"


def test_a_mirror_that_was_written_anew_is_read_anew(url: str, sequencer: Sequencer, synced: Store) -> None:
    """A development chain lost its last blocks: an organisation that a lost event registered is gone."""
    assert codes(sequencer.register_batch(many(1))) == ["ok"]
    shorter = RegistryWriter()
    shorter.organisation(PRESS)
    anchors = open_anchor_store(url)
    anchors.drop_events("registry", 0, NO_EVENTS_HASH, -1)
    anchors.engine.dispose()
    with synced.write() as writer:
        writer.mirror("registry", shorter.logs, 500)
    assert codes(sequencer.register_batch(many(1, prefix="Q"))) == ["UNKNOWN_ORGANISATION"]


def test_blocks_never_go_back(synced: Store, sequencer: Sequencer) -> None:
    sequencer.register(submit(footprint()))
    with synced.write() as writer:
        writer.mirror("registry", [], 120)
    sequencer.register(submit(footprint(product_id="P-2")))
    with pytest.raises(EvidenceError) as back, synced.write() as writer:
        writer.mirror("registry", [], 119)
    assert back.value.code == "MIRROR_WENT_BACK"
    with synced.read() as reader:
        assert [s.entry.block for s in reader.statements()] == [100, 120]


def test_a_store_of_another_log_is_refused(sequencer: Sequencer, synced: Store) -> None:
    with pytest.raises(InputError) as other:
        Sequencer(synced, Domain(chain_id=1, log=DOMAIN.log))
    assert other.value.code == "STORE_OTHER_LEDGER"


def test_a_commit_that_fails_registers_nothing(sequencer: Sequencer, synced: Store) -> None:
    sequencer.register_batch(many(3))
    with synced.read() as reader:
        stored = reader.statement(2)
    with pytest.raises(EvidenceError) as failed, synced.write() as writer:
        writer.append([_copy(stored, 3)])
    assert failed.value.code == "STORE_CONTRADICTION"
    assert list(fsck(synced)) == []
    assert codes(sequencer.register_batch(many(5))) == ["ok"] * 5


def _copy(stored: object, index: int) -> object:
    from ledger.store.rows import NewStatement

    return NewStatement(replace(stored, index=index), b"")  # type: ignore[type-var]


def test_two_sequencers_never_interleave_a_batch_or_lose_an_index(url: str, synced: Store) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    count = 70
    workers = [context.Process(target=register_in_process, args=(url, who, count, results)) for who in (STEEL, PRESS)]
    for worker in workers:
        worker.start()
    indices = [results.get(timeout=100) for _ in workers]
    for worker in workers:
        worker.join(20)
    assert sorted(indices[0] + indices[1]) == list(range(2 * count))
    for own in indices:
        assert own == sorted(own)
        assert all(part == list(range(part[0], part[0] + 7)) for part in (own[i : i + 7] for i in range(0, count, 7)))
    assert list(fsck(synced)) == []


def test_the_publisher_needs_its_role(sequencer: Sequencer) -> None:
    assert codes(sequencer.register_batch([submit(factor()), submit(footprint(PUBLISHER))])) == ["ok", "ROLE_NOT_HELD"]
