"""The log's entries against the chain: the tree over them, every anchored root, and the blocks that they name."""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ledger.findings import Finding, fail, not_checked
from ledger.merkle import Frontier, leaf_hash
from ledger.registry import Anchor
from ledger.tiles import TILE_WIDTH
from verifier.evidence import Bundles, LogEvidence, bundle_count
from verifier.screen import BLOCK_BYTES, BUNDLED_BYTES, extended


def judge_entries(log: LogEvidence, anchors: Sequence[Anchor], max_merge_delay: int) -> Iterator[Finding]:
    """The tree over the entries against every anchored root and the checkpoint, and the entries' blocks."""
    sizes = [anchor.size for anchor in anchors]
    checkpoint, frontier, last_block = log.checkpoint, Frontier(), 0
    for number in range(bundle_count(log.bundles.size)):
        bundle = _opened(log.bundles, number, frontier)
        if not _are_quiet(frontier.size, last_block, bundle.blocks, anchors, sizes, max_merge_delay):
            yield from _judge_blocks(frontier.size, last_block, bundle.blocks, anchors, sizes, max_merge_delay)
        last_block = max(last_block, *bundle.blocks)
        yield from _judge_roots(frontier, bundle, anchors, sizes)
        frontier = bundle.after
    if frontier.root() != checkpoint.root:
        yield fail("CHECKPOINT_TREE", got=frontier.root().hex(), expected=checkpoint.root.hex())
    yield from _judge_checkpoint(checkpoint.size, anchors, sizes)


class _Bundle(NamedTuple):
    """The blocks of a bundle's entries, the tree after them, and `grown` (tree, start, stop): the tree after some."""

    blocks: Sequence[int]
    after: Frontier
    grown: Callable[[Frontier, int, int], Frontier]


def _opened(bundles: Bundles, number: int, frontier: Frontier) -> _Bundle:
    """By compiled code where it can be, as 256 hashes of leaves in Python cost more than all else here."""
    data, width = bundles.entry_file(number), min(TILE_WIDTH, bundles.size - number * TILE_WIDTH)
    after = extended(frontier, data, 0, width) if len(data) == width * BUNDLED_BYTES else None
    if after is not None:
        blocks = struct.unpack(">" + f"{BUNDLED_BYTES - BLOCK_BYTES}xQ" * width, data)
        return _Bundle(blocks, after, lambda tree, start, stop: extended(tree, data, start, stop) or tree)
    entries = [item.entry for item in bundles.entries(number)]
    leaves = [leaf_hash(entry) for entry in entries]
    blocks = tuple(int.from_bytes(entry[-BLOCK_BYTES:], "big") for entry in entries)
    return _Bundle(blocks, frontier.extended(leaves), lambda tree, start, stop: tree.extended(leaves[start:stop]))


def _are_quiet(
    start: int, last_block: int, blocks: Sequence[int], anchors: Sequence[Anchor], sizes: Sequence[int], delay: int
) -> bool:
    """Whether a bundle's blocks rise and lie within the delay of the one anchor that has them all: none is wrong."""
    found = bisect_left(sizes, start + len(blocks))
    if bisect_left(sizes, start + 1) != found or list(blocks) != sorted(blocks) or blocks[0] < last_block:
        return False
    return found == len(anchors) or blocks[-1] <= anchors[found].block <= blocks[0] + delay


def _judge_blocks(
    start: int, last_block: int, blocks: Sequence[int], anchors: Sequence[Anchor], sizes: Sequence[int], delay: int
) -> Iterator[Finding]:
    for place, block in enumerate(blocks, start):
        if block < last_block:
            yield fail("BLOCK_DECREASES", f"#{place}", got=block, expected=last_block)
        last_block = max(block, last_block)
        yield from _judge_delay(place, block, anchors, sizes, delay)


def _judge_delay(
    place: int, block: int, anchors: Sequence[Anchor], sizes: Sequence[int], max_merge_delay: int
) -> Iterator[Finding]:
    found = bisect_left(sizes, place + 1)
    if found == len(anchors):
        return
    anchored = anchors[found].block
    if not block <= anchored <= block + max_merge_delay:
        yield fail("MERGE_DELAY", f"#{place}", got=anchored, block=block, limit=max_merge_delay)


def _judge_roots(
    frontier: Frontier, bundle: _Bundle, anchors: Sequence[Anchor], sizes: Sequence[int]
) -> Iterator[Finding]:
    """Every anchored root whose size lies within this bundle."""
    first = bisect_left(sizes, frontier.size + 1)
    last = bisect_left(sizes, bundle.after.size + 1)
    reached, start = frontier, frontier.size
    for anchor in anchors[first:last]:
        reached = bundle.grown(reached, reached.size - start, anchor.size - start)
        if reached.root() != anchor.root:
            yield fail("ANCHOR_ROOT", f"#{anchor.size}", got=reached.root().hex(), expected=anchor.root.hex(),
                       block=anchor.block)  # fmt: skip


def _judge_checkpoint(size: int, anchors: Sequence[Anchor], sizes: Sequence[int]) -> Iterator[Finding]:
    if sizes and sizes[-1] > size:
        yield not_checked("ENTRIES_WITHHELD", blocking=True, got=size, expected=sizes[-1])
    if size and size not in sizes:
        yield not_checked("CHECKPOINT_NOT_ANCHORED", blocking=True, got=size, expected=sizes[-1] if anchors else 0)
