"""C2SP tiles: the layout of the specification, and a reader that gives the proofs of the plain tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import rfc9162

from ledger.merkle import (
    Frontier,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ledger.tiles import (
    ENTRIES,
    TileError,
    TilePlace,
    TileReader,
    decode_bundle,
    encode_bundle,
    places,
    tiles_after,
)

ENTRIES_OF_LOG = [number.to_bytes(4, "big") for number in range(70_200)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES_OF_LOG]


class TileRows:
    """One row a tile, replaced as it fills: what the store and the exporter do."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.fetched: list[tuple[int, int]] = []

    def fetch(self, level: int, index: int) -> bytes:
        self.fetched.append((level, index))
        return self.rows.get((level, index), b"")

    def grow(self, count: int) -> list[TilePlace]:
        tiles = tiles_after(self.size, LEAVES[self.size : self.size + count], self.fetch)
        self.rows.update({(tile.level, tile.index): tile.data for tile in tiles})
        self.size += count
        return [tile.place for tile in tiles]

    def held(self) -> list[TilePlace]:
        return sorted(TilePlace(level, index, len(data) // 32) for (level, index), data in self.rows.items())


def grown(*steps: int) -> TileRows:
    log = TileRows()
    for step in steps:
        log.grow(step)
    return log


def refusal(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(TileError) as caught:
        call(*arguments)
    return caught.value.code


@pytest.fixture(scope="module")
def large_log() -> TileRows:
    return grown(70_000)


def test_the_specifications_example(large_log: TileRows) -> None:
    held = large_log.held()
    assert [place.path() for place in held if place.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert sum(place.level == 0 and place.width == 256 for place in held) == 273
    assert [place.path() for place in held if place.level == 1 and place.width == 256] == ["tile/1/000"]
    assert [place.path() for place in grown(256).held()] == ["tile/0/000", "tile/1/000.p/1"]


def test_tiles_hold_the_subtree_roots_of_the_specification(large_log: TileRows) -> None:
    for (level, index), data in large_log.rows.items():
        first = data[:32]
        width = 256**level
        start = index * 256 * width
        if level or index in {0, 1, 272, 273}:
            assert first == rfc9162.mth(ENTRIES_OF_LOG[start : start + width])


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000])
def test_places_are_the_tiles_that_exist(size: int) -> None:
    found = list(places(size))
    assert sorted(place for place in found if place.level != ENTRIES) == grown(size).held()
    bundles = [place for place in found if place.level == ENTRIES]
    assert sum(place.width for place in bundles) == size
    assert [place.index for place in bundles] == list(range(len(bundles)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=8))
def test_growing_in_steps_makes_the_same_tiles(steps: list[int]) -> None:
    log = grown(*steps)
    assert log.rows == grown(sum(steps)).rows
    assert Frontier.read(log.size, TileReader(log.size, log.fetch)).root() == root_of(LEAVES[: log.size])


def test_appending_touches_only_the_right_edge(large_log: TileRows) -> None:
    log = TileRows()
    log.rows, log.size = dict(large_log.rows), large_log.size
    assert log.grow(0) == []
    assert log.grow(1) == [TilePlace(0, 273, 113)]
    assert log.grow(143) == [TilePlace(0, 273), TilePlace(1, 1, 18)]
    assert log.grow(1) == [TilePlace(0, 274, 1)]
    assert log.fetched == [(0, 273), (0, 273), (1, 1)]


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 300, 513])
def test_reader_answers_every_complete_node(size: int) -> None:
    log = grown(size)
    hashes = TileReader(size, log.fetch)
    for level in range(size.bit_length()):
        for index in range(size >> level):
            assert hashes(level, index) == rfc9162.mth(ENTRIES_OF_LOG[index << level : (index + 1) << level])
        assert refusal(hashes, level, size >> level) == "TILE_NODE"
    assert refusal(hashes, 0, -1) == refusal(hashes, -1, 0) == refusal(hashes, size.bit_length(), 0) == "TILE_NODE"


@settings(max_examples=40, deadline=None)  # roots of 70,000 leaves
@given(st.data())
def test_proofs_from_tiles_hold_across_tile_levels(large_log: TileRows, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70_000) | st.sampled_from([256, 257, 65_535, 65_536, 65_537]))
    index = data.draw(st.integers(0, size - 1))
    # The tiles of a larger log serve every smaller size: a partial tile is a prefix of the full one.
    hashes = TileReader(size, large_log.fetch)
    root = root_of(LEAVES[:size])
    proof = inclusion_proof(index, size, hashes)
    verify_inclusion(LEAVES[index], index, size, proof, root)
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[index], index, size, proof, LEAVES[index] if size > 1 else root_of([]))
    old_root = root_of(LEAVES[: index + 1])
    verify_consistency(index + 1, old_root, size, root, consistency_proof(index + 1, size, hashes))


@given(st.data())
def test_a_changed_bit_in_a_tile_shows_in_the_root(data: st.DataObject) -> None:
    log = grown(data.draw(st.integers(1, 600)))
    root = root_of(LEAVES[: log.size])
    # Hashes above a full tile are read instead of it: a flaw below them shows when the tiles are made again.
    key = data.draw(st.sampled_from(sorted(log.rows)))
    changed = bytearray(log.rows[key])
    bit = data.draw(st.integers(0, 8 * len(changed) - 1))
    changed[bit // 8] ^= 1 << bit % 8
    log.rows[key] = bytes(changed)
    read = Frontier.read(log.size, TileReader(log.size, log.fetch)).root()
    assert read != root or log.rows != grown(log.size).rows
    if key == max(log.rows):
        assert read != root


def test_each_tile_is_fetched_once(large_log: TileRows) -> None:
    large_log.fetched.clear()
    hashes = TileReader(70_000, large_log.fetch)
    for index in range(1000, 1100):
        inclusion_proof(index, 70_000, hashes)
    assert len(large_log.fetched) == len(set(large_log.fetched)) <= 7


def test_a_store_behind_the_size_is_refused() -> None:
    log = grown(300)
    assert refusal(tiles_after, 301, LEAVES[301:302], log.fetch) == "TILE_WIDTH"
    assert refusal(TileReader(301, log.fetch), 0, 300) == "TILE_WIDTH"
    assert refusal(TileReader(600, log.fetch), 0, 599) == "TILE_WIDTH"


def test_a_fuller_tile_serves_a_smaller_tree() -> None:
    log = grown(300)
    assert TileReader(290, log.fetch)(0, 289) == LEAVES[289]
    assert tiles_after(290, LEAVES[290:300], log.fetch)[0].data == log.rows[0, 1]


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), bytes(257 * 32), bytes(256 * 32 + 1)])
def test_tiles_of_broken_width_are_refused(data: bytes) -> None:
    assert refusal(TileReader(1, lambda level, index: data), 0, 0) == "TILE_WIDTH"
    assert refusal(tiles_after, 1, LEAVES[:1], lambda level, index: data) == "TILE_WIDTH"


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (TilePlace(0, 0), "tile/0/000"),
        (TilePlace(0, 999), "tile/0/999"),
        (TilePlace(0, 1000), "tile/0/x001/000"),
        (TilePlace(0, 1_234_067), "tile/0/x001/x234/067"),
        (TilePlace(0, 1234, 5), "tile/0/x001/234.p/5"),
        (TilePlace(7, 0, 1), "tile/7/000.p/1"),
        (TilePlace(ENTRIES, 1_234_067), "tile/entries/x001/x234/067"),
        (TilePlace(ENTRIES, 0, 255), "tile/entries/000.p/255"),
    ],
)
def test_paths(place: TilePlace, path: str) -> None:
    assert place.path() == path
    assert TilePlace.parse(path) == place


@given(st.integers(-1, 7), st.integers(0, 2**55), st.integers(1, 256))
def test_paths_are_read_back(level: int, index: int, width: int) -> None:
    place = TilePlace(level, index, width)
    assert TilePlace.parse(place.path()) == place


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/000.p",
        "tile/0/" + "x999/" * 8 + "999",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "/tile/0/000",
        "tile/0/../000",
        "tile/data/000",
        "tile/0/" + "x001/" * 2000 + "000",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    assert refusal(TilePlace.parse, path) == "TILE_PATH"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundles_are_read_back(entries: list[bytes]) -> None:
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == entries
    assert refusal(decode_bundle, data, len(entries) + 1) == "BUNDLE_WIDTH"
    assert refusal(decode_bundle, data + b"\x00\x00", len(entries)) == "BUNDLE_WIDTH"
    assert refusal(decode_bundle, data + b"\x00", len(entries)) == "BUNDLE_TRUNCATED"
    assert refusal(decode_bundle, data[:-1], len(entries)) == "BUNDLE_TRUNCATED"


@given(st.binary(max_size=600), st.integers(1, 256))
def test_garbage_is_no_bundle_or_reads_back(data: bytes, width: int) -> None:
    try:
        entries = decode_bundle(data, width)
    except TileError:
        return
    assert encode_bundle(entries) == data


def test_a_bundle_is_big_endian() -> None:
    assert encode_bundle([b"\xaa" * 258, b""]) == b"\x01\x02" + b"\xaa" * 258 + b"\x00\x00"


def test_bundles_have_limits() -> None:
    assert decode_bundle(encode_bundle([bytes(65_535)]), 1) == [bytes(65_535)]
    assert refusal(encode_bundle, [bytes(65_536)]) == "BUNDLE_ENTRY_LENGTH"
    assert refusal(encode_bundle, []) == refusal(encode_bundle, [b""] * 257) == "BUNDLE_WIDTH"
