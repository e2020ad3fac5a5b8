"""The audit folder: tiles, entries, statements, chain events and checkpoint as files that anyone may serve or copy.

Same store, same checkpoint: the same bytes. A file is written whole or not at all, and the checkpoint last, so a folder
whose export was killed still holds together for its old checkpoint, and the next run writes only what differs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.block_times import TIMES_FILE, write_times
from ledger.errors import IncompleteError, SourceError
from ledger.merkle import HASH_BYTES
from ledger.store import Reader, Store
from ledger.store.rows import SealedCheckpoint
from ledger.tiles import ENTRIES, TILE_WIDTH, TilePlace, encode_bundle, places, statements_path

CHAIN_FILES: Final = ("registry", "log")
Progress = Callable[[int, int], None]
"""Told the files done and their number."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: the checkpoint's `size`, files `written`, files left as they were (`kept`) and `removed`."""

    size: int
    written: int
    kept: int
    removed: int


def export(
    store: Store, folder: Path, *, deployment: bytes | None = None, progress: Progress | None = None
) -> Exported:
    """Writes the audit folder for the newest signed checkpoint that the chain holds.

    `deployment` are the bytes of `deployment.json`, which helps readers and is trusted by none. Contents that were
    erased since an earlier export leave the folder too. Raises `IncompleteError` NOTHING_ANCHORED or EXPORT_SIZE,
    `SourceError` EXPORT_FAILED, and what reading the store raises.
    """
    with store.read() as reader:
        checkpoint = _newest(reader)
        files = _Files(folder)
        try:
            _write_all(reader, checkpoint, files, deployment, progress)
        except OSError as err:
            raise SourceError("EXPORT_FAILED", got=f"{err.filename or folder}: {err.strerror}") from err
    return Exported(checkpoint.size, files.written, files.kept, files.removed)


def _newest(reader: Reader) -> SealedCheckpoint:
    signed = [checkpoint for checkpoint in reader.checkpoints(anchored=True) if checkpoint.note is not None]
    if not signed:
        raise IncompleteError("NOTHING_ANCHORED")
    if (size := reader.size()) < signed[-1].size:
        raise IncompleteError("EXPORT_SIZE", got=signed[-1].size, expected=size)
    return signed[-1]


def _write_all(
    reader: Reader, checkpoint: SealedCheckpoint, files: _Files, deployment: bytes | None, progress: Progress | None
) -> None:
    wanted = list(places(checkpoint.size))
    for done, place in enumerate(wanted, start=1):
        for path, data in _files_at(reader, place):
            files.put(path, data)
        if progress:
            progress(done, len(wanted))
    for contract in CHAIN_FILES:
        files.put(f"chain/{contract}.jsonl", b"".join(reader.event_lines(contract)))
    files.put(TIMES_FILE, write_times(reader.block_times()))
    if deployment is not None:
        files.put("deployment.json", deployment)
    # from here on readers are sent to the new files; those of the old right edge go last
    files.put("checkpoint", checkpoint.note or b"")
    files.remove_others()


def _files_at(reader: Reader, place: TilePlace) -> Iterator[tuple[str, bytes]]:
    if place.level != ENTRIES:
        yield place.path(), reader.tile(place.level, place.index)[: place.width * HASH_BYTES]
        return
    start = place.index * TILE_WIDTH
    stored = list(reader.statements(start, start + place.width))
    yield place.path(), encode_bundle([item.entry.to_bytes() for item in stored])
    texts = dict(reader.texts(start, start + place.width))
    blocks = []
    for item in stored:
        text = texts.get(item.index)
        blocks.append(item.statement + b"\n" + (text + b"\n" if text is not None else b"") + b"\n")
    yield statements_path(place), b"".join(blocks)


class _Files:
    """Files under a folder, each replaced whole and durably."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder
        self._paths: Final[set[Path]] = set()
        self.written = self.kept = self.removed = 0

    def put(self, path: str, data: bytes) -> None:
        """Leaves a file alone that has these bytes; else puts them in its place at one stroke."""
        target = self._folder / path
        self._paths.add(target)
        if target.is_file() and target.read_bytes() == data:
            self.kept += 1
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(target.name + ".half")
        with half.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(target)
        _sync_folder(target.parent)
        self.written += 1

    def remove_others(self) -> None:
        """Removes partial tiles of earlier checkpoints and what a killed export left half-written."""
        for path in [*self._folder.glob("**/*.p/*"), *self._folder.glob("**/*.half")]:
            if path not in self._paths and path.is_file():
                path.unlink()
                self.removed += 1
                if path.parent.suffix == ".p" and not any(path.parent.iterdir()):
                    path.parent.rmdir()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
