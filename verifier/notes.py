"""Notes of a replay under way, so that one that was killed goes on where it was.

A file of records, each the length and CRC-32 of a pickle of one bundle's facts and result, in log order, after a head
that names the evidence. A record is whole or not there: what a kill left half-written is cut off. The file is its
auditor's own work, trusted like the program's memory: made for its owner alone (mode 0600), read from nobody else.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from zlib import crc32

from ledger.errors import SourceError
from verifier.judge import BundleResult

_HEAD: Final = struct.Struct(">II")


class Notes(Protocol):
    """What is known of bundles already, and a place for more."""

    def kept(self) -> Iterator[tuple[bytes, BundleResult]]:
        """Facts and result of each bundle from the first on, without a gap."""

    def keep(self, facts: bytes, result: BundleResult) -> None:
        """Notes the next bundle."""

    def close(self) -> None:
        """Ends the notes."""


class NoNotes:
    """Every replay from the beginning."""

    def kept(self) -> Iterator[tuple[bytes, BundleResult]]:
        """None."""
        return iter(())

    def keep(self, facts: bytes, result: BundleResult) -> None:
        """Forgets it."""

    def close(self) -> None:
        """Nothing to end."""


class FileNotes:
    """Notes in a file at `path` on the evidence that `name` stands for; notes on other evidence are begun anew.

    Raises `SourceError` NOTES_OF_ANOTHER when the file is not its reader's own.
    """

    def __init__(self, path: Path, name: bytes) -> None:
        self._file: Final[BinaryIO] = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        held = os.fstat(self._file.fileno())
        if hasattr(os, "getuid") and (held.st_uid != os.getuid() or held.st_mode & 0o022):
            self._file.close()
            raise SourceError("NOTES_OF_ANOTHER", place=str(path))
        if self._file.read(len(name)) != name:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(name)
        self._start: Final = len(name)

    def kept(self) -> Iterator[tuple[bytes, BundleResult]]:
        """Facts and result of each bundle that was noted whole; the rest of the file is cut off."""
        self._file.seek(self._start)
        whole = self._start
        while len(head := self._file.read(_HEAD.size)) == _HEAD.size:
            length, check = _HEAD.unpack(head)
            record = self._file.read(length)
            if len(record) != length or crc32(record) != check:
                break
            whole = self._file.tell()
            facts, result = pickle.loads(record)  # noqa: S301 - our own file, see above
            yield facts, result
        self._file.seek(whole)
        self._file.truncate()

    def keep(self, facts: bytes, result: BundleResult) -> None:
        """Appends the next bundle and hands it to the system: what was noted outlives the process."""
        record = pickle.dumps((facts, result), pickle.HIGHEST_PROTOCOL)
        self._file.write(_HEAD.pack(len(record), crc32(record)) + record)
        self._file.flush()

    def close(self) -> None:
        """Ends the notes; they stay on disk."""
        self._file.close()
