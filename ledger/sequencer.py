"""The sequencer gives statements their place in the log: policy, entry, content and tiles in one transaction.

Any number of processes may run one: the store's writer lock puts them in line, and whatever a batch is judged by is
read inside it. A statement is acknowledged only after the commit; asking again gives the same registration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ledger.entry import Entry
from ledger.errors import IncompleteError, RefusedError
from ledger.events import NO_EVENTS_HASH, EventReader, read_logs
from ledger.policy import Examined, examine, refusals
from ledger.registry import Registry
from ledger.statement import Domain, Statement
from ledger.store import Store, Writer
from ledger.store.rows import NewStatement, Stored, series_key, topic_key
from ledger.surroundings import BatchView

BATCH: Final = 1000
"""Statements that one transaction registers; their contents stay in memory until it commits."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A signed statement with its content's whole text; `place` says where it came from, such as a row of a file."""

    statement: Statement
    signature: bytes
    text: bytes
    place: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """The durable place of a statement; `repeated` when it had been registered before."""

    index: int
    entry: Entry
    repeated: bool = False

    @property
    def digest(self) -> bytes:
        """The statement's digest."""
        return self.entry.digest


Result = Registration | RefusedError


class Sequencer:
    """Registers statements of one ledger in a store. Raises `InputError` STORE_OTHER_LEDGER for another's store.

    `clock` gives Unix seconds, for the one rule that dates must not lie in the future.
    """

    def __init__(self, store: Store, domain: Domain, *, clock: Callable[[], float] = time.time) -> None:
        store.bind(domain)
        self._store: Final = store
        self._domain: Final = domain
        self._clock: Final = clock
        self._registry = Registry()
        self._head = NO_EVENTS_HASH

    def register(self, submission: Submission) -> Registration:
        """Registers one statement, durably. Raises `RefusedError`, or `IncompleteError` CHAIN_NOT_SYNCED."""
        result = self.register_batch([submission])[0]
        if isinstance(result, RefusedError):
            raise result
        return result

    def register_all(self, submissions: Iterable[Submission], *, batch: int = BATCH) -> Iterator[Result]:
        """Registers statements in order, `batch` to a transaction, and gives each result once it is durable."""
        rest = iter(submissions)
        while some := list(islice(rest, batch)):
            yield from self.register_batch(some)

    def register_batch(self, submissions: Sequence[Submission]) -> list[Result]:
        """One result for each submission, in their order, after one commit.

        A bad statement is refused with its place and does not stop the others; one that rests on a refused statement
        is refused with it. The same digest again, with the same signature, gives the registration that it had; with
        another one it is refused as ALREADY_REGISTERED. Raises `IncompleteError` CHAIN_NOT_SYNCED, or, while the chain
        stands below the block that new entries would carry, CHAIN_BELOW_ENTRIES, and the store's errors: then nothing
        was registered, or all was and asking again says so.
        """
        examined = [self._examine(submission) for submission in submissions]
        if not any(isinstance(item, Examined) for item in examined):
            return [item for item in examined if isinstance(item, RefusedError)]
        with self._store.write() as writer:
            return self._decide(writer, submissions, examined)

    def _examine(self, submission: Submission) -> Examined | RefusedError:
        try:
            return examine(submission.statement, submission.signature, submission.text, self._domain)
        except RefusedError as err:
            return _placed(err, submission.place)

    def _decide(
        self, writer: Writer, submissions: Sequence[Submission], examined: Sequence[Examined | RefusedError]
    ) -> list[Result]:
        block = self._sync(writer)
        view = BatchView(writer, [item for item in examined if isinstance(item, Examined)])
        now = int(self._clock())
        results: list[Result] = []
        new: list[NewStatement] = []
        for submission, item in zip(submissions, examined, strict=True):
            result = item if isinstance(item, RefusedError) else self._admit(item, view, block, now, new)
            results.append(_placed(result, submission.place) if isinstance(result, RefusedError) else result)
        if new:
            _require_grown(writer, block)
            writer.append(new)
        return results

    def _sync(self, writer: Writer) -> int:
        """Takes in what the store's mirror of the registry has gained; the block that new entries carry."""
        cursor = writer.cursor("registry")
        if cursor.block < 0:
            raise IncompleteError("CHAIN_NOT_SYNCED")
        if (cursor.count, cursor.head) != (self._registry.count, self._head):
            self._take_events(writer, cursor.head)
        return cursor.block

    def _take_events(self, writer: Writer, head: bytes) -> None:
        """Further events, or all of them again when the chain lost some and the mirror was written anew."""
        reader, count = EventReader("registry"), self._registry.count
        events = [reader.read(log) for log in read_logs(writer.event_lines("registry", count))]
        if not events or events[0].prior != self._head:
            self._registry = Registry()
            events = [reader.read(log) for log in read_logs(writer.event_lines("registry", 0))]
        self._registry.extend(events)
        self._head = head

    def _admit(self, item: Examined, view: BatchView, block: int, now: int, new: list[NewStatement]) -> Result:
        if (before := view.entry(item.digest)) is not None:
            return _again(item, *before)
        view.turn_to(item)
        finding = next(refusals(item, view, self._registry, block, now=now), None)
        if finding is not None:
            return RefusedError(finding.code, place=finding.place, **finding.values)
        added = new_statement(item, view, block)
        new.append(added)
        view.add(item, added)
        return Registration(view.index - 1, added.stored.entry)


def _require_grown(writer: Writer, block: int) -> None:
    """New entries carry `block`: the chain, as it was last seen, must have reached it, and the last entry's.

    Otherwise a registry that changes in the blocks that it has yet to make again would be judged without its change.
    """
    head = writer.chain_head()
    seen = block if head is None else min(head, block)
    needed = max(block, writer.last_block())
    if seen < needed:
        raise IncompleteError("CHAIN_BELOW_ENTRIES", got=seen, expected=needed)


def _again(item: Examined, index: int, entry: Entry) -> Result:
    if entry.signature != item.signature:
        return RefusedError("ALREADY_REGISTERED", index=index)
    return Registration(index, entry, repeated=True)


def new_statement(item: Examined, view: BatchView, block: int) -> NewStatement:
    """What the store is given for a statement that stands at the view's index with this block."""
    statement = item.statement
    series = item.kind.series(item.content)
    stored = Stored(
        view.index,
        Entry(item.digest, item.signature, block),
        statement.kind,
        statement.organisation,
        statement.subject,
        item.root,
        statement.to_bytes(),
        None if series is None else series_key(statement.organisation, statement.kind, series),
    )
    ends = item.kind.ends(item.content)
    topics = tuple(dict.fromkeys(map(topic_key, item.kind.topics(item.content))))
    ended = None if ends is None else view.index_of(ends)
    return NewStatement(stored, item.text, view.index_of(item.previous), ended, topics)


def _placed(err: RefusedError, place: str) -> RefusedError:
    """The refusal with the submission's own place before that inside the statement."""
    if not place or err.place.startswith(place):
        return err
    return RefusedError(err.code, place=f"{place} {err.place}".strip(), **err.values)
