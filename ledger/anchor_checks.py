"""What the anchorer checks before it signs, what it compares with the chain, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ledger.chain.client import ChainClient
from ledger.chain.reverts import selector
from ledger.errors import EvidenceError
from ledger.findings import Finding, fail
from ledger.identifiers import digest_to_text
from ledger.merkle import leaf_hash, root_of
from ledger.registry import Anchor
from ledger.store import Store
from ledger.store.anchoring import Anchoring, AnchorStore, Incident

STALLED_S: Final = 60.0
"""A chain whose head stands still for so long while a checkpoint waits is reported."""
_SIZE: Final = selector("size", ())
_CHUNK: Final = 1 << 12


Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """When to seal, and how long to wait. Blocks, not clocks, decide about replacing.

    A checkpoint is sealed for `max_entries` waiting entries, or when some wait for `max_age_s` (from when this process
    first saw them; at once after a start). It is confirmed `finality_blocks` after the block that holds it: 0 where
    blocks are final, as with QBFT. Not mined `replace_after_blocks` after it was signed, it is replaced by one that
    pays more under the same nonce, until there are `max_variants`.
    """

    max_entries: int = 1000
    max_age_s: float = 10.0
    finality_blocks: int = 0
    replace_after_blocks: int = 50
    max_variants: int = 5


USUAL_PACE: Final = Pace()


def no_step(_name: str) -> None:
    """Takes note of nothing."""


class RowCheck:
    """The root over the rows themselves, read back and computed apart from the tiles that the sequencer wrote.

    The roots of complete chunks of 4,096 entries are remembered for the life of the process, so that the first check
    reads the whole log and a later one only what is new: the tree over chunk roots is the tree over the leaves, because
    a chunk is a complete subtree (RFC 9162 section 2.1.1).
    """

    def __init__(self, store: AnchorStore) -> None:
        self._store: Final = store
        self._chunks: list[bytes] = []

    def root(self, size: int) -> bytes:
        """The root over the first `size` rows. Raises `EvidenceError` ANCHOR_ROW_MISSING."""
        known = self._chunks[: size // _CHUNK]
        entries = self._store.read_back(len(known) * _CHUNK, size)
        leaves = (leaf_hash(entry.to_bytes()) for entry in entries)
        while chunk := list(islice(leaves, _CHUNK)):
            known.append(root_of(chunk))
        complete = size // _CHUNK
        self._chunks[:complete] = known[:complete]
        return root_of(known)

    def check(self, anchoring: Anchoring) -> None:
        """Raises `EvidenceError` ANCHOR_ROOT_MISMATCH unless the rows have the checkpoint's root."""
        found = self.root(anchoring.size)
        if found != anchoring.root:
            raise EvidenceError(
                "ANCHOR_ROOT_MISMATCH",
                size=anchoring.size,
                got=digest_to_text(found),
                expected=digest_to_text(anchoring.root),
            )


def explain(store: AnchorStore, anchor: Anchor, mine: Anchoring | None) -> bool:
    """Whether the store made a checkpoint of the chain's; False where it is larger than the store's log.

    `mine` is the store's checkpoint of that size. Raises `EvidenceError` ORPHAN_ANCHOR for one that the store never
    signed: the operator's key is in other hands, a second store anchors, or this one comes from an older backup.
    """
    if mine and mine.root == anchor.root:
        as_known = mine.state == "confirmed" and (mine.block, mine.transaction) == (anchor.block, anchor.transaction)
        if as_known or anchor.transaction in {name for name, _ in store.variants(mine)}:
            return True
    if anchor.size > store.tree_size():
        return False
    raise EvidenceError(
        "ORPHAN_ANCHOR", size=anchor.size, root=digest_to_text(anchor.root),
        transaction=digest_to_text(anchor.transaction),
    )  # fmt: skip


def lost(store: AnchorStore, anchored: Sequence[Anchor]) -> list[Anchoring]:
    """Confirmed checkpoints that the chain does not hold, or holds elsewhere than it did, smallest first."""
    there = {(anchor.size, anchor.root, anchor.block) for anchor in anchored}
    return [a for a in store.anchorings() if a.state == "confirmed" and (a.size, a.root, a.block) not in there]


@dataclass(frozen=True, slots=True)
class AnchorStatus:
    """How far anchoring is. Sizes count entries, `age_blocks` counts from the oldest waiting entry to the mirror.

    `state` is that of the checkpoint on its way, "" when there is none; `incidents` are those that are open.
    """

    entries: int
    anchored: int
    anchored_block: int | None
    backlog: int
    state: str
    pending: int | None
    age_blocks: int
    incidents: tuple[Incident, ...]

    @property
    def quarantined(self) -> bool:
        """Whether nothing is anchored before a person has decided."""
        return any(incident.blocking for incident in self.incidents)


def stalled(anchors: AnchorStore, client: ChainClient, now: float, patience_s: float = STALLED_S) -> Finding | None:
    """CHAIN_STALLED while the node holds a transaction of ours and has made no block for `patience_s`.

    `now` is Unix seconds. With QBFT more than a third of the validators being down stops the chain; nothing is lost
    by it, and nothing is to be signed again. A transaction that the node does not know waits for the anchorer instead.
    """
    names = [name for waiting in anchors.unfinished() for name, _ in anchors.variants(waiting)]
    known = [found for found in map(client.transaction, names) if found is not None]
    if not known or any(found.block is not None for found in known):
        return None
    head = client.block(client.block_number())
    seconds = int(now - head.time_s)
    return fail("CHAIN_STALLED", block=head.number, seconds=seconds) if seconds >= patience_s else None


def behind_chain(entries: int, client: ChainClient) -> Finding | None:
    """FSCK_BEHIND_CHAIN when the chain's last checkpoint, as the node tells it, is over more entries than there are."""
    word = client.call(client.contracts["log"].address, _SIZE)
    size = int.from_bytes(word, "big")
    return fail("FSCK_BEHIND_CHAIN", first=entries, last=size - 1) if size > entries else None


def anchor_status(anchors: AnchorStore, store: Store) -> AnchorStatus:
    """The state of anchoring as the store knows it; no node is asked."""
    confirmed, unfinished = anchors.newest_confirmed(), anchors.unfinished()
    anchored = confirmed.size if confirmed else 0
    with store.read() as reader:
        entries, mirrored = reader.size(), reader.cursor("log").block
        oldest = next(reader.statements(anchored, anchored + 1), None)
    return AnchorStatus(
        entries=entries,
        anchored=anchored,
        anchored_block=confirmed.block if confirmed else None,
        backlog=entries - anchored,
        state=unfinished[0].state if unfinished else "",
        pending=unfinished[0].size if unfinished else None,
        age_blocks=max(0, mirrored - oldest.entry.block) if oldest else 0,
        incidents=tuple(anchors.incidents()),
    )
