"""The log as C2SP tlog-tiles: tiles of up to 256 hashes, bundles of up to 256 entries, and their paths.

Hash `i` of tile `n` at tile level `l` is the root of the complete subtree of height `8 * l` with index
`256 * n + i`. A tree of `size` leaves has `size >> 8 * l` such hashes; the last tile of a level is partial when
that is not a multiple of 256. Tiles are plain bytes, 32 a hash: one row or one file each, and a partial tile
is a prefix of what will stand in its place.

A `TileFetcher` answers `fetch_tile(level, index)` with the bytes of a tile as they are stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, Self

from ledger.errors import EvidenceError
from ledger.merkle import HASH_BYTES, MAX_SIZE

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES: Final = 0xFFFF
"""Largest entry a bundle can hold: its length prefix has 16 bits."""
ENTRIES: Final = -1
"""The level under which the paths of entry bundles are filed."""

_TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
_MAX_LEVEL: Final = (MAX_SIZE.bit_length() - 1) // TILE_HEIGHT
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

TileFetcher = Callable[[int, int], bytes]


class TileError(EvidenceError):
    """A tile, a bundle or a path is not what the size of the tree calls for."""


@dataclass(frozen=True, slots=True, order=True)
class TilePlace:
    """Where a tile or bundle stands: `level` (`ENTRIES` for a bundle), `index`, and `width` of 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """The path under the log's prefix, such as `tile/0/x001/234.p/5`."""
        folder = "entries" if self.level == ENTRIES else str(self.level)
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return "/".join(["tile", folder, *(f"x{group}" for group in groups[:-1]), groups[-1]]) + partial

    @classmethod
    def parse(cls, path: str) -> Self:
        """The place that `path` names. Raises `TileError` TILE_PATH unless it is the one spelling of it."""
        match = _PATH.fullmatch(path) if len(path) <= 64 else None
        if match is None:
            raise TileError("TILE_PATH", path=path[:64])
        folder, index, width = match["level"], match["index"], match["width"]
        level = ENTRIES if folder == "entries" else int(folder)
        place = cls(level, int(re.sub(r"[x/]", "", index)), int(width) if width else TILE_WIDTH)
        # Leading zero groups and `.p/256` match the pattern, but are second names of one tile.
        if place.path() != path or level > _MAX_LEVEL or place.width > TILE_WIDTH or place.index > MAX_SIZE:
            raise TileError("TILE_PATH", path=path)
        return place


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile with its bytes, as the store keeps one row for each (`level`, `index`)."""

    level: int
    index: int
    data: bytes

    @property
    def place(self) -> TilePlace:
        """Its place; the width follows from the bytes."""
        return TilePlace(self.level, self.index, len(self.data) // HASH_BYTES)


def places(size: int) -> Iterator[TilePlace]:
    """Every tile of the tree of `size` leaves, level by level, then every bundle; none for an empty tree."""
    for level in range(_MAX_LEVEL + 1):
        yield from _level_places(level, size >> TILE_HEIGHT * level)
    yield from _level_places(ENTRIES, size)


def tiles_after(size: int, leaf_hashes: Iterable[bytes], fetch_tile: TileFetcher) -> list[Tile]:
    """The tiles that change when `leaf_hashes` are appended to a tree of `size` leaves.

    Fetches at most one partial tile for each level and costs O(n). Raises `TileError` TILE_WIDTH when
    the store's right edge is not that of `size`.
    """
    changed = []
    level, start, added = 0, size, b"".join(leaf_hashes)
    while added:
        index, width = start >> TILE_HEIGHT, start % TILE_WIDTH
        if width:
            added = _exact_tile(fetch_tile, TilePlace(level, index, width)) + added
        parts = [added[offset : offset + _TILE_BYTES] for offset in range(0, len(added), _TILE_BYTES)]
        changed += [Tile(level, index + place, data) for place, data in enumerate(parts)]
        level, start = level + 1, index
        added = b"".join(_levels(data)[-1] for data in parts if len(data) == _TILE_BYTES)
    return changed


class TileReader:
    """`hashes(level, index)` over tiles, for the proofs of `ledger.merkle`; `level` counts single levels.

    Nodes between the levels that tiles store are hashed from the tile below them, once for each tile that is
    held (`cached_tiles`, 16 KiB each). Tiles may come from anyone: the proofs made of them are judged against
    a root that the reader already trusts. Use one reader for each checkpoint.
    """

    def __init__(self, size: int, fetch_tile: TileFetcher, *, cached_tiles: int = 256) -> None:
        """Reads nothing yet. `size` is the number of leaves of a tree that the tiles hold."""
        self.size = size
        self._fetch_tile = fetch_tile
        self._tile_levels = lru_cache(maxsize=cached_tiles)(self._read_tile)

    def __call__(self, level: int, index: int) -> bytes:
        """The root of the complete subtree (`level`, `index`).

        Raises `TileError` TILE_NODE when it is not complete in the tree of `size` leaves, TILE_WIDTH when
        the tile that holds it is too short or broken.
        """
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise TileError("TILE_NODE", level=level, index=index, size=self.size)
        tile_level, inner = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index, TILE_WIDTH >> inner)
        nodes = self._tile_levels(tile_level, tile_index)[inner]
        return nodes[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def _read_tile(self, level: int, index: int) -> list[bytes]:
        held = (self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH
        width = min(held, TILE_WIDTH)
        return _levels(_exact_tile(self._fetch_tile, TilePlace(level, index, width)))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of 1 to 256 `entries`, each behind its length in two big-endian bytes.

    Raises `TileError` BUNDLE_WIDTH or BUNDLE_ENTRY_LENGTH (more than 65,535 bytes).
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileError("BUNDLE_WIDTH", got=len(entries), expected=TILE_WIDTH)
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise TileError("BUNDLE_ENTRY_LENGTH", got=len(entry), limit=MAX_ENTRY_BYTES)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle. Raises `TileError` BUNDLE_WIDTH when it holds another number of them,
    BUNDLE_TRUNCATED when it ends inside an entry.
    """
    entries: list[bytes] = []
    offset = 0
    while offset < len(data):
        start = offset + 2
        offset = start + int.from_bytes(data[offset:start], "big")
        if offset > len(data):
            raise TileError("BUNDLE_TRUNCATED", got=len(data), expected=offset)
        entries.append(data[start:offset])
    if len(entries) != width:
        raise TileError("BUNDLE_WIDTH", got=len(entries), expected=width)
    return entries


def _level_places(level: int, hashes: int) -> Iterator[TilePlace]:
    full, partial = divmod(hashes, TILE_WIDTH)
    for index in range(full):
        yield TilePlace(level, index)
    if partial:
        yield TilePlace(level, full, partial)


def _exact_tile(fetch_tile: TileFetcher, place: TilePlace) -> bytes:
    """The first `width` hashes of a tile: a fuller tile may stand where a partial one is asked for."""
    data = fetch_tile(place.level, place.index)
    needed = place.width * HASH_BYTES
    if len(data) % HASH_BYTES or not needed <= len(data) <= _TILE_BYTES:
        raise TileError("TILE_WIDTH", path=place.path(), got=len(data), expected=needed)
    return data[:needed]


def _levels(data: bytes) -> list[bytes]:
    """The hashes of a tile and those of the eight levels above them, each level as bytes, the widest first.

    An odd last hash has no complete parent in this tile, so it has none here.
    """
    levels = [data]
    for _ in range(TILE_HEIGHT):
        below = levels[-1]
        pairs = range(0, len(below) - HASH_BYTES, 2 * HASH_BYTES)
        levels.append(b"".join([sha256(b"\x01" + below[at : at + 2 * HASH_BYTES]).digest() for at in pairs]))
    return levels


def statements_path(place: TilePlace) -> str:
    """The path of the statements that stand beside the entry bundle at `place`, with the same numbering."""
    return place.path().replace("tile/entries/", "statements/", 1)
