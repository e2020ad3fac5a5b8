"""JSON in and out: RFC 8785 when we write, and a strict reading that lets no two parsers disagree."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import orjson
import rfc8785

from ledger.errors import EvidenceError, InputError

MAX_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of one JSON text that is read from outside."""
MAX_DEPTH: Final = 32
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_DEEP: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def canonical_bytes(value: object) -> bytes:
    """RFC 8785 (JCS) bytes. Raises `InputError` for what it cannot hold, such as integers over 2**53 - 1."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as err:
        raise InputError("NOT_CANONICAL", got=str(err)[:200]) from err


def _refuse_float(text: str) -> NoReturn:
    raise InputError("NUMBER_NOT_STRING", got=text[:60])


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise InputError("DUPLICATE_KEY", got=key[:80])
        found[key] = value
    return found


def check_size_and_depth(data: bytes, place: str = "") -> None:
    """Refuses a text over 4 MiB or nested deeper than 32 before any parser sees it: deep input can end the process.

    Raises `InputError` JSON_TOO_LARGE or JSON_TOO_DEEP.
    """
    if len(data) > MAX_BYTES:
        raise InputError("JSON_TOO_LARGE", place=place, got=len(data), limit=MAX_BYTES)
    depth = 0
    for match in _DEEP.finditer(data):
        if match[0] in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError("JSON_TOO_DEEP", place=place, limit=MAX_DEPTH)
        elif match[0] in b"]}":
            depth -= 1


def parse_json(data: bytes, place: str = "") -> Any:
    """A person's JSON. Refuses floats, NaN, repeated keys, depth over 32, bad UTF-8 and a byte order mark.

    Raises `InputError` with the reason's code.
    """
    check_size_and_depth(data, place)
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
        )
    except (ValueError, RecursionError) as err:
        raise InputError("JSON_FORMAT", place=place, got=str(err)[:200]) from err


def parse_canonical(data: bytes) -> Any:
    """The value of a text that must be RFC 8785 already: it is read, written again and compared byte by byte.

    That one comparison refuses repeated keys, blanks, other escapes and number spellings at once. orjson writes the
    same bytes as RFC 8785 for strings, integers below 2**53 and keys of the basic plane, which is all that the strict
    models of contents let through.
    Raises `EvidenceError` NOT_CANONICAL.
    """
    try:
        value = orjson.loads(data)
        again = orjson.dumps(value, option=_CANONICAL)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as err:
        raise EvidenceError("NOT_CANONICAL", got=str(err)[:200]) from err
    if again != data:
        raise EvidenceError("NOT_CANONICAL", got=data[:80].decode("utf-8", "replace"))
    return value


def parse_canonical_lines(lines: Sequence[bytes]) -> list[Any]:
    """The values of lines each of which must be RFC 8785 by itself; as `parse_canonical`, but read in one go.

    Each value is written again and held against its own line, so that no line borrows from the next what it lacks.
    Raises `EvidenceError` NOT_CANONICAL, or PART_FORMAT when there are more or fewer values than lines.
    """
    try:
        values: list[Any] = orjson.loads(b"[" + b",".join(lines) + b"]")
        again = [orjson.dumps(value, None, _CANONICAL) for value in values]
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as err:
        raise EvidenceError("NOT_CANONICAL", got=str(err)[:200]) from err
    if len(values) != len(lines):
        raise EvidenceError("PART_FORMAT", got=len(values), expected=len(lines))
    if again != list(lines):
        wrong = next(line for line, written in zip(lines, again, strict=True) if line != written)
        raise EvidenceError("NOT_CANONICAL", got=wrong[:80].decode("utf-8", "replace"))
    return values
