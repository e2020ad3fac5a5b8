"""Solidity's ABI encoding of the few types that our events have: words, texts, and lists of words.

By hand, because importing eth_abi takes a fifth of the second in which a product is to be verified, and since one event
must have one spelling: the reader takes only what the writer would write (Solidity ABI specification, strict mode).
`tests/unit/ledger/test_abi.py` holds both against eth_abi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

WORD: Final = 32
_ADDRESS: Final = 20


def write_word(kind: str, value: Any) -> bytes:
    """One word: an integer of `uintN`, 20 bytes of an `address`, or 32 of a `bytes32`. Raises `ValueError`."""
    if kind.startswith("uint"):
        if not isinstance(value, int) or value < 0 or value.bit_length() > int(kind[4:]):
            raise ValueError(f"{kind}: {value!r}")
        return value.to_bytes(WORD, "big")
    if not isinstance(value, bytes) or len(value) != (_ADDRESS if kind == "address" else WORD):
        raise ValueError(f"{kind}: {value!r}")
    return value.rjust(WORD, b"\0")


def read_word(kind: str, word: bytes) -> Any:
    """The value in a word. Raises `ValueError` when a bit is set that the type does not have."""
    if len(word) != WORD:
        raise ValueError(f"{kind}: {len(word)} bytes")
    if kind == "bytes32":
        return word
    if kind == "address":
        value: Any = word[WORD - _ADDRESS :]
    elif kind.startswith("uint"):
        value = int.from_bytes(word, "big")
    else:
        raise ValueError(f"{kind} is not read here")
    if write_word(kind, value) != word:
        raise ValueError(f"{kind}: {word.hex()}")
    return value


def encode(kinds: Sequence[str], values: Sequence[Any]) -> bytes:
    """`abi.encode` of `values`. Raises `ValueError` for a value that its kind does not have."""
    heads, tails, offset = [], b"", WORD * len(kinds)
    for kind, value in zip(kinds, values, strict=True):
        if _is_flat(kind):
            heads.append(write_word(kind, value))
            continue
        heads.append((offset + len(tails)).to_bytes(WORD, "big"))
        tails += _tail(kind, value)
    return b"".join(heads) + tails


def _is_flat(kind: str) -> bool:
    return kind != "string" and not kind.endswith("[]")


def _tail(kind: str, value: Any) -> bytes:
    if kind == "string":
        data: bytes = value.encode()
        return len(data).to_bytes(WORD, "big") + data.ljust(-(-len(data) // WORD) * WORD, b"\0")
    return len(value).to_bytes(WORD, "big") + b"".join(write_word(kind[:-2], item) for item in value)


def decode(kinds: Sequence[str], data: bytes) -> list[Any]:
    """The values in `data`; lists as tuples. Raises `ValueError` unless it is what `encode` makes of them."""
    values = []
    for number, kind in enumerate(kinds):
        word = data[WORD * number : WORD * (number + 1)]
        values.append(read_word(kind, word) if _is_flat(kind) else _read_tail(kind, data, read_word("uint256", word)))
    if encode(kinds, values) != data:
        raise ValueError("layout of data")
    return values


def _read_tail(kind: str, data: bytes, offset: int) -> Any:
    start = offset + WORD
    length = read_word("uint256", data[offset:start])
    if length > len(data):
        raise ValueError(f"{kind}: {length} long")
    if kind == "string":
        return data[start : start + length].decode()
    words = (data[start + WORD * i : start + WORD * (i + 1)] for i in range(length))
    return tuple(read_word(kind[:-2], word) for word in words)
