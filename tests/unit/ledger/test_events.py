from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from support.histories import History, account

from ledger.errors import EvidenceError, IncompleteError
from ledger.events import (
    ChainEvent,
    EventReader,
    RawLog,
    load_abi,
    read_logs,
    verify_event_chain,
    write_logs,
)

ABI = load_abi("registry")


def history() -> History:
    """Events of every shape: flat, with texts, with a list, with indexed arguments."""
    made = History().emit("RegistrarAdded", registrar=account("registrar")).emit("ThresholdChanged", threshold=1)
    made.at(4).registered().key_added("supplier")
    guardians = [account("first guardian"), account("second guardian")]
    organisation = made.events[2].arguments["organisation"]
    made.emit("GuardiansSet", organisation=organisation, guardians=guardians, threshold=2, effectiveBlock=4)
    return made.at(9).granted(9, 20).delegated("consultant", 30, "footprint")


def tuples(event: ChainEvent) -> ChainEvent:
    arguments = {n: tuple(v) if isinstance(v, list) else v for n, v in event.arguments.items()}
    return replace(event, arguments=arguments)


def test_logs_decode_to_the_events_that_were_emitted() -> None:
    made = history()
    reader = EventReader("registry")
    assert [reader.read(log) for log in made.logs] == [tuples(event) for event in made.events]
    assert all(reader.is_numbered(log) for log in made.logs)


def test_the_rolling_hash_is_the_one_that_eth_abi_gives() -> None:
    made = history()
    events = [EventReader("registry").read(log) for log in made.logs]
    assert verify_event_chain(events, ABI) == (7, made.head)
    count, head = verify_event_chain(events[:3], ABI)
    assert verify_event_chain(events[3:], ABI, count=count, head=head) == (7, made.head)
    assert verify_event_chain([], ABI) == (0, bytes(32))


@pytest.mark.parametrize("left_out", range(6))
def test_a_missing_event_is_named(left_out: int) -> None:
    events = history().events
    with pytest.raises(IncompleteError) as caught:
        verify_event_chain(events[:left_out] + events[left_out + 1 :], ABI)
    assert caught.value.code == "EVENTS_MISSING"
    assert (caught.value.values["first"], caught.value.values["last"]) == (left_out, left_out)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda e: [e[0], e[0], *e[1:]], "EVENT_REPEATED"),
        (lambda e: [e[1], e[0], *e[2:]], "EVENTS_MISSING"),
        (lambda e: [replace(e[0], block=0), *e[1:]], "EVENT_CHAIN_BROKEN"),
        (lambda e: [replace(e[0], arguments={"registrar": account("thief")}), *e[1:]], "EVENT_CHAIN_BROKEN"),
        (lambda e: [e[0], replace(e[1], prior=bytes(32)), *e[2:]], "EVENT_CHAIN_BROKEN"),
        (lambda e: [*e[:3], replace(e[3], topic=e[4].topic), *e[4:]], "EVENT_FORMAT"),
        (lambda e: [*e[:3], replace(e[3], arguments={}), *e[4:]], "EVENT_FORMAT"),
        (lambda e: [*e[:3], replace(e[3], block=3), *e[4:]], "EVENT_ORDER"),
    ],
)
def test_an_altered_chain_is_refused(change: Callable[[list[ChainEvent]], list[ChainEvent]], code: str) -> None:
    with pytest.raises((EvidenceError, IncompleteError)) as caught:
        verify_event_chain(change(history().events), ABI)
    assert caught.value.code == code


def test_the_last_event_altered_changes_the_head() -> None:
    made = history()
    last = made.events[-1]
    forged = replace(last, arguments={**last.arguments, "untilBlock": 31})
    assert verify_event_chain([*made.events[:-1], forged], ABI)[1] != made.head


@pytest.mark.parametrize(
    "change",
    [
        lambda log: replace(log, topics=()),
        lambda log: replace(log, topics=(bytes(32), *log.topics[1:])),
        lambda log: replace(log, topics=log.topics[:-1]),
        lambda log: replace(log, topics=(*log.topics, bytes(32))),
        lambda log: replace(log, data=log.data[:-1]),
        lambda log: replace(log, data=log.data + bytes(32)),
        lambda log: replace(log, data=b""),
        lambda log: replace(log, topics=(log.topics[0], b"\xff" * 32, *log.topics[2:])),
    ],
)
@pytest.mark.parametrize("index", [0, 2, 3, 4, 5])
def test_logs_that_solidity_never_writes_are_refused(change: Callable[[RawLog], RawLog], index: int) -> None:
    with pytest.raises(EvidenceError, match="EVENT_FORMAT"):
        EventReader("registry").read(change(history().logs[index]))


def test_an_address_with_high_bytes_is_refused() -> None:
    log = history().logs[3]
    dirty = replace(log, topics=(*log.topics[:-1], b"\x01" + log.topics[-1][1:]))
    with pytest.raises(EvidenceError, match="EVENT_FORMAT"):
        EventReader("registry").read(dirty)


def test_openzeppelins_own_events_have_no_number() -> None:
    from ledger.statement import keccak

    log = RawLog(
        b"\x11" * 20, 1, bytes(32), 0, (keccak(b"RoleGranted(bytes32,address,address)"),) + (bytes(32),) * 3, b""
    )
    assert not EventReader("log").is_numbered(log)


def test_a_chain_file_comes_back_byte_for_byte() -> None:
    made = history()
    lines = list(write_logs(made.logs))
    assert list(read_logs(lines)) == made.logs
    assert list(write_logs(read_logs(lines))) == lines
    first = json.loads(lines[0])
    assert sorted(first) == ["address", "blockNumber", "data", "logIndex", "topics", "transactionHash"]
    assert first["blockNumber"] == "0x1"


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[:-1],
        lambda line: line.replace(b'"0x1"', b'"0x01"'),
        lambda line: line.replace(b'"0x1"', b"1"),
        lambda line: line.replace(b"0x1111", b"0x11AA"),
        lambda line: line.replace(b',"data"', b', "data"'),
        lambda line: line.replace(b'"logIndex"', b'"removed":false,"logIndex"'),
        lambda line: b"[" * 100_000,
        lambda line: b"\xff\n",
        lambda line: b" " * (1 << 20) + line,
        lambda line: b"null\n",
    ],
)
def test_a_chain_file_has_one_spelling(change: Callable[[bytes], bytes]) -> None:
    lines = list(write_logs(history().logs))
    with pytest.raises(EvidenceError) as caught:
        list(read_logs([lines[0], change(lines[0])]))
    assert (caught.value.code, caught.value.values["line"]) == ("CHAIN_FILE_FORMAT", 2)
