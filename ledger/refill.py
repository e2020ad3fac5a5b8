"""Entries that an older backup lacks, put back from an audit folder, as far as the chain proves them.

The folder is believed for nothing: the root over its entries must be one that the log's contract holds, each statement
must have its entry's digest, and each content its statement's root. What is appended goes the way of registration, so
that everything derived from it is there again. Rows that contradict the chain are not mended here: restore a backup
from before they were damaged, then refill that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.anchor_checks import RowCheck, explain
from ledger.checkpoint import Checkpoint, SignerKey, sign_checkpoint
from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import EvidenceError, SourceError
from ledger.identifiers import digest_to_text, parse_digest
from ledger.merkle import Frontier, leaf_hash
from ledger.policy import Examined, examine
from ledger.registry import Anchor
from ledger.sequencer import new_statement
from ledger.statement import Domain, Statement
from ledger.store import Store, Writer
from ledger.store.anchoring import AnchorStore
from ledger.store.rows import NewStatement, Stored
from ledger.surroundings import BatchView
from ledger.tiles import ENTRIES, TILE_WIDTH, TilePlace, decode_bundle, statements_path

Progress = Callable[[int, int], None]
"""Told the entries done and their number."""


@dataclass(frozen=True, slots=True)
class Refilled:
    """How many entries were put back, and how many of those had no content in the folder (erased or withheld)."""

    entries: int
    withheld: int


def refill(
    store: Store, folder: Path, anchored: Sequence[Anchor], domain: Domain, *, progress: Progress | None = None
) -> Refilled:
    """Appends what the store lacks of the audit folder's entries; `anchored` are the chain's checkpoints, proven.

    A content that was erased stays erased only where its row is still there; erase it again otherwise. May be killed
    and run again. Raises `SourceError` FILE_MISSING, `EvidenceError` REFILL_UNANCHORED, REFILL_ROOT, REFILL_DIFFERS
    (naming the first entry), REFILL_STATEMENT or REFILL_CONTENT, and what opening statements raises.
    """
    source = _Folder(folder, domain)
    source.require_anchored(anchored)
    with store.read() as reader:
        start = reader.size()
        for ours, theirs in zip(reader.statements(0, source.size), source.entries(0), strict=False):
            if (ours.index, ours.entry) != theirs:
                raise EvidenceError("REFILL_DIFFERS", index=theirs[0])
    done = withheld = 0
    while start + done < source.size:
        with store.write() as writer:
            if writer.size() != start + done:
                raise EvidenceError("STORE_INDEX", got=writer.size(), expected=start + done)
            new = source.statements(writer, start + done)
            writer.append(new)
        done += len(new)
        withheld += sum(item.text is None for item in new)
        if progress:
            progress(done, source.size - start)
    return Refilled(done, withheld)


def adopt(store: AnchorStore, anchored: Sequence[Anchor], origin: str, log_key: SignerKey) -> int:
    """Takes over the chain's checkpoints that the store has no memory of, where its rows have their roots; how many.

    By the word of the operator, who holds the lease: a checkpoint over other rows stays an ORPHAN_ANCHOR.
    """
    rows, size, count = RowCheck(store), store.tree_size(), 0
    for anchor in anchored:
        if anchor.size > size or _is_ours(store, anchor) or rows.root(anchor.size) != anchor.root:
            continue
        note = sign_checkpoint(Checkpoint(origin, anchor.size, anchor.root), log_key)
        store.adopt(anchor.size, anchor.root, anchor.block, anchor.transaction, note)
        count += 1
    return count


def _is_ours(store: AnchorStore, anchor: Anchor) -> bool:
    try:
        return explain(store, anchor, store.anchoring(anchor.size))
    except EvidenceError:
        return False


class _Folder:
    """An audit folder whose checkpoint says how many entries it has; its signature does not matter here."""

    def __init__(self, path: Path, domain: Domain) -> None:
        self._path: Final = path
        self._domain: Final = domain
        note = self._read("checkpoint").decode("utf-8", "replace")
        self.size: Final = Checkpoint.from_text(note.split("\n\n")[0] + "\n").size

    def require_anchored(self, anchored: Sequence[Anchor]) -> None:
        """Raises `EvidenceError` unless the chain holds a checkpoint over exactly these entries."""
        anchor = next((a for a in anchored if a.size == self.size), None)
        if anchor is None:
            raise EvidenceError("REFILL_UNANCHORED", size=self.size)
        root = Frontier().extended(leaf_hash(entry.to_bytes()) for _, entry in self.entries(0)).root()
        if root != anchor.root:
            raise EvidenceError(
                "REFILL_ROOT", size=self.size, got=digest_to_text(root), expected=digest_to_text(anchor.root)
            )

    def entries(self, start: int) -> Iterator[tuple[int, Entry]]:
        """Index and entry, from the bundle that holds `start` on."""
        for number in range(start // TILE_WIDTH, -(-self.size // TILE_WIDTH)):
            place = self._place(number)
            for offset, data in enumerate(decode_bundle(self._read(place.path()), place.width)):
                yield number * TILE_WIDTH + offset, Entry.from_bytes(data)

    def statements(self, writer: Writer, start: int) -> list[NewStatement]:
        """The statements from `start` to the next without content or the end of its bundle, as registration adds them.

        A statement whose content is not there comes alone.
        """
        place = self._place(start // TILE_WIDTH)
        entries = [Entry.from_bytes(data) for data in decode_bundle(self._read(place.path()), place.width)]
        blocks = self._read(statements_path(place)).split(b"\n\n")[: place.width]
        if len(blocks) != len(entries):
            raise EvidenceError("REFILL_STATEMENT", index=start)
        pairs = list(zip(entries, blocks, strict=True))[start % TILE_WIDTH :]
        found = [self._open(start + i, *pair) for i, pair in enumerate(pairs)]
        if isinstance(found[0], Statement):
            return [_without_content(writer, start, found[0], pairs[0][0])]
        whole: list[Examined] = []
        for item in found:
            if isinstance(item, Statement):
                break
            whole.append(item)
        return _as_registered(writer, whole, [entry for entry, _ in pairs])

    def _open(self, index: int, entry: Entry, block: bytes) -> Examined | Statement:
        """The statement of an entry with its content, or alone where the folder has no content."""
        line, _, text = block.partition(b"\n")
        statement = Statement.from_bytes(line)
        if statement.digest(self._domain) != entry.digest:
            raise EvidenceError("REFILL_STATEMENT", index=index)
        if not text:
            return statement
        if parse_content(text).root != parse_digest(statement.content):
            raise EvidenceError("REFILL_CONTENT", index=index)
        return examine(statement, entry.signature, text, self._domain)

    def _place(self, number: int) -> TilePlace:
        return TilePlace(ENTRIES, number, min(TILE_WIDTH, self.size - number * TILE_WIDTH))

    def _read(self, name: str) -> bytes:
        try:
            return (self._path / name).read_bytes()
        except OSError as err:
            raise SourceError("FILE_MISSING", place=str(self._path / name), got=err.strerror) from err


def _as_registered(writer: Writer, items: Sequence[Examined], entries: Sequence[Entry]) -> list[NewStatement]:
    view = BatchView(writer, items)
    found = []
    for item, entry in zip(items, entries, strict=False):
        view.turn_to(item)
        found.append(new_statement(item, view, entry.block))
        view.add(item, found[-1])
    return found


def _without_content(writer: Writer, index: int, statement: Statement, entry: Entry) -> NewStatement:
    """What the signed statement alone says; what its content would say of others is not known any more."""
    root, previous = parse_digest(statement.content), parse_digest(statement.previous)
    said = (statement.kind, statement.organisation, statement.subject)
    replaced = writer.known([previous]).get(previous)
    stored = Stored(index, entry, *said, root, statement.to_bytes())
    return NewStatement(stored, None, None if replaced is None else replaced.index)
