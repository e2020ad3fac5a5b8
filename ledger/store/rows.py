"""What goes into the store and comes out of it, as values."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Stored:
    """A registered statement. `statement` is its canonical text, `root` its content root."""

    index: int
    entry: Entry
    kind: str
    organisation: str
    subject: str
    root: bytes
    statement: bytes
    series: bytes | None = None


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement that the policy admitted. `replaces` and `ends` are indices of earlier ones; `text` is the
    content, None when it was erased before the row was lost (`ledger.refill`).

    `topics` are `topic_key`s. What it holds is on the shelf already.
    """

    stored: Stored
    text: bytes | None
    replaces: int | None = None
    ends: int | None = None
    topics: tuple[bytes, ...] = ()


class SealedCheckpoint(NamedTuple):
    """A checkpoint of ours; `block` and `transaction` are None until the chain holds it, `note` until it is signed."""

    size: int
    root: bytes
    note: bytes | None = None
    block: int | None = None
    transaction: bytes | None = None


class SignedTransaction(NamedTuple):
    """A transaction that anchors the checkpoint of `size`: `raw` are the signed bytes, the same at every send."""

    account: bytes
    nonce: int
    size: int
    raw: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a contract's events were read: their number, rolling hash, and the chain's block at that moment."""

    count: int
    head: bytes
    block: int


def head_key(organisation: str, kind: str, subject: str) -> bytes:
    """The key of a subject's head; no part can hold the separator."""
    return sha256(f"{organisation}\0{kind}\0{subject}".encode()).digest()


def series_key(organisation: str, kind: str, series: str) -> bytes:
    """The key of a series; a digest, because a series may be made from what the content keeps secret."""
    return sha256(f"series\0{organisation}\0{kind}\0{series}".encode()).digest()


def topic_key(topic: str) -> bytes:
    """The key of a topic."""
    return sha256(f"topic\0{topic}".encode()).digest()
