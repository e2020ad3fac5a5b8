"""All numbered events of a contract, proven complete against its own count and rolling hash, whatever the node hides.

A node's list of logs proves nothing: FISCO BCOS by default returns the first 10 blocks of a range and says no word of
the rest. So a gap in the numbers makes the range smaller, and what is missing after that is named. Events that were
exported before save the search: they need the two numbers from the contract only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.chain.client import ChainClient
from ledger.chain.errors import AnswerTooLargeError, RpcError
from ledger.errors import EvidenceError
from ledger.events import (
    NO_EVENTS_HASH,
    ChainEvent,
    ContractName,
    EventReader,
    RawLog,
    load_abi,
    missing_events,
    verify_event_chain,
)

PAGE_BLOCKS: Final = (2000, 100, 10, 1)
"""Blocks asked for at a time, from the first to the smallest that a node may need."""

_Found = dict[int, tuple[RawLog, ChainEvent]]


class EventHistory:
    """The events of `contract` that are proven so far; `update` brings further ones.

    `known` are logs from a chain file, from sequence 0; they must form an unbroken chain and are compared with the
    contract's own hash at the first `update`. `logs` and `events` run in parallel; `head` is their rolling hash.
    """

    def __init__(
        self, client: ChainClient, contract: ContractName, first_block: int, known: Iterable[RawLog] = ()
    ) -> None:
        self._client: Final = client
        self._contract: Final[ContractName] = contract
        self._address: Final = client.contracts[contract].address
        self._reader: Final = EventReader(contract)
        self._abi: Final = load_abi(contract)
        self._page = 0
        self._block = first_block
        self.logs: list[RawLog] = []
        self.events: list[ChainEvent] = []
        self.count = 0
        self.head: bytes = NO_EVENTS_HASH
        self._take([(log, self._reader.read(log)) for log in known])

    def update(self) -> tuple[ChainEvent, ...]:
        """The events that were not known before, proven to be all up to this moment.

        Raises `IncompleteError` EVENTS_MISSING naming the range that the node keeps back, `EvidenceError`
        EVENT_REPEATED, EVENT_CHAIN_BROKEN, EVENT_HASH_MISMATCH when an event was added or altered, and CHAIN_WENT_BACK
        when the chain holds fewer events than were proven before: its state was lost or rolled back.
        """
        count, head = self._client.event_head(self._contract)
        if count < self.count:
            raise EvidenceError("CHAIN_WENT_BACK", contract=self._contract, got=count, known=self.count)
        found = self._search(count) if count > self.count else {}
        new = [found[sequence] for sequence in range(self.count, count)]
        proven = verify_event_chain((event for _, event in new), self._abi, count=self.count, head=self.head)
        if proven != (count, head):
            raise EvidenceError("EVENT_HASH_MISMATCH", contract=self._contract, count=count)
        self._take(new)
        return tuple(event for _, event in new)

    def _take(self, new: list[tuple[RawLog, ChainEvent]]) -> None:
        events = [event for _, event in new]
        self.count, self.head = verify_event_chain(events, self._abi, count=self.count, head=self.head)
        self.logs += [log for log, _ in new]
        self.events += events
        if events:
            self._block = events[-1].block

    def _search(self, count: int) -> _Found:
        """The events from `self.count` to `count`, with pages as large as the node answers in full."""
        newest = self._client.block_number()
        found: _Found = {}
        while True:
            try:
                if self._read_pages(found, newest, count):
                    return found
            except (RpcError, AnswerTooLargeError):
                if self._page == len(PAGE_BLOCKS) - 1:
                    raise
            if self._page == len(PAGE_BLOCKS) - 1:
                first = self._first_missing(found)
                last = min((sequence for sequence in found if sequence > first), default=count) - 1
                raise missing_events(self._contract, first, last)
            self._page += 1

    def _read_pages(self, found: _Found, newest: int, count: int) -> bool:
        """Reads on from the last block before a gap; False as soon as a page shows that something was left out."""
        missing = self._first_missing(found)
        block = found[missing - 1][1].block if missing - 1 in found else self._block
        while block <= newest and missing < count:
            last = min(block + PAGE_BLOCKS[self._page] - 1, newest)
            self._add(found, self._client.logs(self._address, block, last), count)
            missing = self._first_missing(found, missing)
            beyond_gap = len(found) > missing - self.count
            if beyond_gap and self._page < len(PAGE_BLOCKS) - 1:
                return False
            block = last + 1
        return missing >= count

    def _add(self, found: _Found, logs: list[RawLog], count: int) -> None:
        for log in logs:
            if not self._reader.is_numbered(log):
                continue
            event = self._reader.read(log)
            if not self.count <= event.sequence < count:
                continue
            if found.setdefault(event.sequence, (log, event))[1] != event:
                raise EvidenceError("EVENT_REPEATED", contract=self._contract, sequence=event.sequence)

    def _first_missing(self, found: _Found, start: int = 0) -> int:
        sequence = max(start, self.count)
        while sequence in found:
            sequence += 1
        return sequence
