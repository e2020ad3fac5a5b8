"""fsck: everything that can be derived is derived again from the rows, and each difference is named."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Final

from ledger.disclosures import parse_content
from ledger.errors import TanjiError
from ledger.events import ContractName, EventReader, load_abi, read_logs, verify_event_chain
from ledger.findings import Finding, fail
from ledger.identifiers import ZERO_DIGEST
from ledger.kind import Kind
from ledger.kinds import kind_named
from ledger.merkle import HASH_BYTES, Frontier, leaf_hash, root_of
from ledger.registry import Anchor
from ledger.signing import recover
from ledger.statement import Domain, Statement
from ledger.store.check_holdings import HoldingsCheck
from ledger.store.opening import Store
from ledger.store.reader import Reader
from ledger.store.rows import SealedCheckpoint, Stored, head_key
from ledger.tiles import TILE_WIDTH

CONTRACTS: Final[tuple[ContractName, ...]] = ("registry", "log")


def fsck(store: Store, *, progress: Callable[[int], None] | None = None) -> Iterator[Finding]:
    """Every difference between the rows and what follows from them, as failed findings; none: the store is whole.

    Compares statements with digests and columns, contents with roots, tiles, heads, successions, endings, holdings,
    checkpoints and mirrored events. Where an entry is missing, tiles and roots after it cannot be derived and are not
    judged.
    `progress` is told the number of entries read. Memory: one head and tile name each, 60 bytes an entry.
    """
    domain = store.domain()
    with store.read() as reader:
        check = _Check(reader, domain)
        for done, stored in enumerate(reader.statements(), start=1):
            yield from check.statement(stored)
            if progress and done % TILE_WIDTH == 0:
                progress(done)
        yield from check.finish()
        yield from _events(reader)


def integrity(store: Store) -> Iterator[Finding]:
    """What SQLite says of its own file; a PostgreSQL server keeps checksums itself."""
    for said in store.integrity():
        yield fail("FSCK_DAMAGED", got=said)


def against_chain(store: Store, anchored: Sequence[Anchor]) -> Iterator[Finding]:
    """The rows held against the checkpoints that the chain holds: what is missing at the end, or has another root."""
    with store.read() as reader:
        size = reader.size()
        frontier, at = Frontier(), 0
        for anchor in anchored:
            if anchor.size > size:
                yield fail("FSCK_BEHIND_CHAIN", first=size, last=anchored[-1].size - 1)
                return
            leaves = (leaf_hash(stored.entry.to_bytes()) for stored in reader.statements(at, anchor.size))
            frontier, at = frontier.extended(leaves), anchor.size
            if (root := frontier.root()) != anchor.root:
                yield fail("FSCK_ANCHOR", size=anchor.size, got="0x" + root.hex(), expected="0x" + anchor.root.hex())
                return


class _Check:
    """What the rows so far imply."""

    def __init__(self, reader: Reader, domain: Domain | None) -> None:
        self._reader: Final = reader
        self._domain: Final = domain
        self._next = 0
        self._block = 0
        self._whole = True
        self._frontier = Frontier()
        self._levels: list[list[bytes]] = []
        self._tiles: Final[set[tuple[int, int]]] = set()
        self._checkpoints: Final[list[SealedCheckpoint]] = reader.checkpoints()
        self._indices: Final[dict[bytes, int]] = {}
        self._heads: Final[dict[bytes, int]] = {}
        self._successions: Final[dict[int, int]] = {}
        self._endings: Final[dict[int, int | None]] = {}
        self._stored_endings: Final = dict(reader.links("endings"))
        self._holdings: Final = HoldingsCheck(reader)

    def statement(self, stored: Stored) -> Iterator[Finding]:
        """One row, in order of index."""
        if stored.index != self._next:
            yield fail("FSCK_INDEX_MISSING", first=self._next, last=stored.index - 1)
            self._whole = False
        self._next = stored.index + 1
        entry = stored.entry
        if entry.block < self._block:
            yield fail("FSCK_BLOCK", index=stored.index, got=entry.block, expected=self._block)
        self._block = max(self._block, entry.block)
        self._indices[entry.digest] = stored.index
        yield from self._signed(stored)
        yield from self._content(stored)
        if self._whole:
            yield from self._leaf(leaf_hash(entry.to_bytes()))

    def _signed(self, stored: Stored) -> Iterator[Finding]:
        try:
            statement = Statement.from_bytes(stored.statement)
        except TanjiError:
            yield fail("FSCK_STATEMENT", index=stored.index)
            return
        if self._domain is not None and statement.digest(self._domain) != stored.entry.digest:
            yield fail("FSCK_STATEMENT", index=stored.index)
        try:
            recover(stored.entry.digest, stored.entry.signature)
        except TanjiError:
            yield fail("FSCK_SIGNATURE", index=stored.index)
        said = (statement.kind, statement.organisation, statement.subject, bytes.fromhex(statement.content[2:]))
        kept = (stored.kind, stored.organisation, stored.subject, stored.root)
        for column, ours, theirs in zip(("kind", "organisation", "subject", "root"), kept, said, strict=True):
            if ours != theirs:
                yield fail("FSCK_COLUMNS", index=stored.index, column=column)
        self._heads[head_key(statement.organisation, statement.kind, statement.subject)] = stored.index
        previous = bytes.fromhex(statement.previous[2:])
        if previous != ZERO_DIGEST and previous in self._indices:
            self._successions[self._indices[previous]] = stored.index

    def _content(self, stored: Stored) -> Iterator[Finding]:
        try:
            statement = Statement.from_bytes(stored.statement)
            replaced = self._indices.get(bytes.fromhex(statement.previous[2:]))
        except TanjiError:
            yield fail("FSCK_CONTENT", index=stored.index)
            return
        found = yield from self._opened(stored)
        if found is None:
            # erased, or found wanting: what it withdrew and holds is known from the rows alone
            ends = [index for index, by in self._stored_endings.items() if by == stored.index]
            self._endings.update(dict.fromkeys(ends))
            self._holdings.unknown(stored.index, [*ends, *([] if replaced is None else [replaced])])
            return
        kind, content = found
        ended = self._indices.get(kind.ends(content) or ZERO_DIGEST)
        if ended is not None:
            self._endings[ended] = stored.index
        self._holdings.statement(stored.index, statement, kind, content, replaced, ended)

    def _opened(self, stored: Stored) -> Generator[Finding, None, tuple[Kind[Any], Any] | None]:
        """The content with its kind, None when it was erased or is not what was signed."""
        try:
            sealed = next(((d, s) for _, d, s in self._reader.sealed(stored.index, stored.index + 1)), None)
            if sealed is None:
                yield fail("FSCK_CONTENT_MISSING", index=stored.index)
                return None
            text = self._reader.unseal(*sealed)
            if text is None:
                return None
            parts = parse_content(text)
            if parts.root == stored.root:
                kind = kind_named(stored.kind)
                return kind, kind.read(parts)
        except TanjiError:
            pass
        yield fail("FSCK_CONTENT", index=stored.index)
        return None

    def _leaf(self, leaf: bytes) -> Iterator[Finding]:
        yield from self._node(0, leaf)
        self._frontier = self._frontier.extended([leaf])
        while self._checkpoints and self._checkpoints[0].size == self._frontier.size:
            checkpoint = self._checkpoints.pop(0)
            if (root := self._frontier.root()) != checkpoint.root:
                yield fail("FSCK_CHECKPOINT", size=checkpoint.size, got=checkpoint.root.hex(), expected=root.hex())

    def _node(self, level: int, node: bytes) -> Iterator[Finding]:
        if level == len(self._levels):
            self._levels.append([])
        nodes = self._levels[level]
        nodes.append(node)
        if len(nodes) == TILE_WIDTH:
            yield from self._tile(level, self._frontier.size >> 8 * (level + 1), b"".join(nodes))
            self._levels[level] = []
            yield from self._node(level + 1, root_of(nodes))

    def _tile(self, level: int, index: int, expected: bytes) -> Iterator[Finding]:
        self._tiles.add((level, index))
        try:
            data = self._reader.tile(level, index)
        except TanjiError:
            yield fail("FSCK_TILE_MISSING", level=level, index=index)
            return
        if data != expected:
            pairs = enumerate(zip(data, expected, strict=False))
            offset = next((i for i, (a, b) in pairs if a != b), min(len(data), len(expected)))
            yield fail("FSCK_TILE", level=level, index=index, offset=offset, entry=offset // HASH_BYTES)

    def finish(self) -> Iterator[Finding]:
        """What only the whole log can say."""
        if self._whole:
            for level, nodes in enumerate(self._levels):
                if nodes:
                    index = (self._frontier.size >> 8 * level) // TILE_WIDTH
                    yield from self._tile(level, index, b"".join(nodes))
            for level, index, _ in self._reader.tiles():
                if (level, index) not in self._tiles:
                    yield fail("FSCK_TILE_EXTRA", level=level, index=index)
            for checkpoint in self._checkpoints:
                yield fail("FSCK_CHECKPOINT_SIZE", size=checkpoint.size, got=self._next)
        yield from _differences("FSCK_HEAD", self._reader.all_heads(), self._heads)
        yield from _differences("FSCK_SUCCESSION", dict(self._reader.links("successions")), self._successions)
        unknown = {index for index, by in self._endings.items() if by is None}
        kept = {index: by for index, by in self._stored_endings.items() if index not in unknown}
        yield from _differences("FSCK_ENDING", kept, {i: by for i, by in self._endings.items() if i not in unknown})
        yield from self._holdings.finish()


def _differences(code: str, kept: dict[Any, int], derived: dict[Any, int | None] | dict[Any, int]) -> Iterator[Finding]:
    for key in sorted(kept.keys() | derived.keys()):
        if kept.get(key) != derived.get(key):
            yield fail(code, index=key.hex() if isinstance(key, bytes) else key, got=kept.get(key),
                       expected=derived.get(key))  # fmt: skip


def _events(reader: Reader) -> Iterator[Finding]:
    for contract in CONTRACTS:
        cursor = reader.cursor(contract)
        events = EventReader(contract)
        try:
            logs = read_logs(reader.event_lines(contract))
            found = verify_event_chain((events.read(log) for log in logs), load_abi(contract))
        except TanjiError as err:
            yield fail("FSCK_EVENTS", contract=contract, got=f"{err.code} {dict(err.values)}")
            continue
        if found != (cursor.count, cursor.head):
            yield fail("FSCK_EVENTS", contract=contract, got=f"{found[0]} events, {cursor.count} noted")
