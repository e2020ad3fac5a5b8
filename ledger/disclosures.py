"""Salted disclosures: a content in parts that each prove themselves (design section 3).

A content's text has one line for each part, in ascending order of the parts' paths:

- shown: the RFC 8785 bytes of `[salt, path, value]`;
- hidden: the RFC 8785 bytes of a string, `"0x"` and the part's leaf hash in hexadecimal.

The content root is the RFC 9162 tree hash over the parts' bytes, so a text with hidden lines has the same root as
the full one. Items of a list have paths such as `lines/0007`; bytes are kept as they were signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ledger import merkle
from ledger.canonical import canonical_bytes, parse_canonical, parse_canonical_lines
from ledger.errors import EvidenceError, InputError
from ledger.identifiers import digest_to_text

SEED_BYTES: Final = 32
SALT_BYTES: Final = 16
MAX_PARTS: Final = 10_000
MAX_PART_BYTES: Final = 64 * 1024
MAX_CONTENT_BYTES: Final = 4 * 1024 * 1024

_HIDDEN_PREFIX: Final = b'"0x'
_HIDDEN: Final = re.compile(rb'"0x[0-9a-f]{64}"')
_PATH: Final = re.compile(r"[a-z][a-z_]{0,31}(?:/[0-9]{4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a content's text shows: `shown` maps path to value, in order; `hidden` counts the parts not shown."""

    shown: Mapping[str, Any]
    hidden: int
    root: bytes


def disclose(values: Mapping[str, object], seed: bytes) -> bytes:
    """The full text of a content whose parts are `values` by path, salted from a random `seed` of 32 bytes.

    The salts come by HKDF-Expand (RFC 5869) of the seed with the path as information: knowing some tells nothing
    of the others. Raises `InputError` for a bad path, a part over 64 KiB or more than 10,000 parts.
    """
    if len(seed) != SEED_BYTES:
        raise InputError("SEED_LENGTH", got=len(seed), expected=SEED_BYTES)
    lines = []
    for path in sorted(values):
        salt = HKDFExpand(SHA256(), SALT_BYTES, b"tanji disclosure " + path.encode()).derive(seed).hex()
        lines.append(canonical_bytes([salt, path, values[path]]))
    text = b"\n".join(lines)
    parse_content(text)
    return text


def content_root(text: bytes) -> bytes:
    """The RFC 9162 root of a content's text, whether or not some lines are hidden."""
    return merkle.root_of([_leaf(line) for line in text.split(b"\n")])


def _leaf(line: bytes) -> bytes:
    if not line.startswith(_HIDDEN_PREFIX):
        return merkle.leaf_hash(line)
    if not _HIDDEN.fullmatch(line):
        raise EvidenceError("HIDDEN_PART_FORMAT", got=line[:80].decode("utf-8", "replace"))
    return bytes.fromhex(line[3:-1].decode())


def parse_content(text: bytes) -> Parts:
    """The parts that `text` shows and its root.

    Raises `EvidenceError` when a line is not canonical, a salt or path is malformed, paths do not ascend, or a limit
    is passed. Hidden lines keep their place in the root, but their paths are not known.
    """
    if len(text) > MAX_CONTENT_BYTES:
        raise EvidenceError("CONTENT_TOO_LARGE", got=len(text), limit=MAX_CONTENT_BYTES)
    lines = text.split(b"\n")
    if len(lines) > MAX_PARTS:
        raise EvidenceError("TOO_MANY_PARTS", got=len(lines), limit=MAX_PARTS)
    if max(map(len, lines)) > MAX_PART_BYTES:
        raise EvidenceError("PART_TOO_LARGE", limit=MAX_PART_BYTES)
    root = merkle.root_of([_leaf(line) for line in lines])
    shown: dict[str, Any] = {}
    salts: list[Any] = []
    last = ""
    for line, part in zip(lines, parse_canonical_lines(lines), strict=True):
        if line.startswith(_HIDDEN_PREFIX):
            continue
        if type(part) is not list or len(part) != 3 or type(part[1]) is not str or not _is_path(part[1]):
            raise EvidenceError("PART_FORMAT", got=line[:80].decode("utf-8", "replace"))
        salt, path, value = part
        salts.append(salt)
        if path <= last:
            raise EvidenceError("PATHS_NOT_ASCENDING", place=path)
        shown[path] = value
        last = path
    _require_salts(salts)
    return Parts(shown, len(lines) - len(shown), root)


def _require_salts(salts: list[Any]) -> None:
    """All salts at once: only lower-case digits without blanks come back from bytes as they were."""
    try:
        joined = "".join(salts)
        sound = bytes.fromhex(joined).hex() == joined
    except (TypeError, ValueError):
        sound = False
    if not sound or any(len(salt) != 2 * SALT_BYTES for salt in salts):
        raise EvidenceError("PART_FORMAT", got="salt")


@lru_cache(maxsize=16_384)  # the same few paths come in every content
def _is_path(path: str) -> bool:
    return _PATH.fullmatch(path) is not None


def hide(text: bytes, paths: Iterable[str]) -> bytes:
    """The same content with the parts at `paths` replaced by their leaf hashes; the root stays the same.

    Raises `InputError` NO_SUCH_PART when a path is not among the shown ones.
    """
    wanted = set(paths)
    if missing := wanted - parse_content(text).shown.keys():
        raise InputError("NO_SUCH_PART", place=sorted(missing)[0])
    return b"\n".join(
        canonical_bytes(digest_to_text(_leaf(line))) if _path_of(line) in wanted else line for line in text.split(b"\n")
    )


def _path_of(line: bytes) -> str | None:
    if line.startswith(_HIDDEN_PREFIX):
        return None
    return str(parse_canonical(line)[1])
