"""C2SP checkpoints (tlog-checkpoint): origin, size and root of the log as a note signed with Ed25519 (signed-note).

    example.com/log
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.com/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeO...

One writer and one strict reader: what is read and written again is the same bytes. The reader brings the key
and the origin with it (from its trust file); nothing in a note chooses either.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import EvidenceError
from ledger.merkle import HASH_BYTES, MAX_SIZE

MAX_NOTE_BYTES: Final = 2**18
"""Largest signed note read: room for the 16 post-quantum cosignatures that the specification demands."""
MAX_NAME_CHARS: Final = 255
_ED25519: Final = b"\x01"
_KEY_BYTES: Final = 32
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_SECRET_PREFIX: Final = "PRIVATE+KEY+"  # noqa: S105 -- the published prefix of the format, not a secret


class CheckpointError(EvidenceError):
    """A checkpoint, a note or a key is not well formed, or its signature does not hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: `size` entries under `root` (32 bytes), by the log that calls itself `origin`.

    Raises `CheckpointError` CHECKPOINT_ORIGIN, CHECKPOINT_SIZE or CHECKPOINT_ROOT.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Only what its text can say, or refused."""
        if not _is_name(self.origin):
            raise CheckpointError("CHECKPOINT_ORIGIN", got=self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError("CHECKPOINT_SIZE", got=self.size)
        if len(self.root) != HASH_BYTES:
            raise CheckpointError("CHECKPOINT_ROOT", got=len(self.root), expected=HASH_BYTES)

    def to_text(self) -> str:
        """The three lines that are signed, the last newline included."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The checkpoint in three lines. Raises `CheckpointError` CHECKPOINT_FORM for any other spelling.

        Extension lines are refused: no monitor can audit them (tlog-checkpoint, note text, item 4).
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):
            raise CheckpointError("CHECKPOINT_FORM")
        return cls(lines[0], int(lines[1]), _strict_base64(lines[2], "CHECKPOINT_FORM"))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key: the part of a log's identity that readers pin.

    Raises `CheckpointError` NOTE_KEY for an empty name, one with spaces or `+`, or a key that is not 32 bytes.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        """A usable key, or refused."""
        if not _is_name(self.name) or len(self.public_key) != _KEY_BYTES:
            raise CheckpointError("NOTE_KEY")

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no protection by itself (signed-note, Signatures)."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def to_text(self) -> str:
        """The vkey, `<name>+<key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a vkey. Raises `CheckpointError` NOTE_KEY unless name, id, type and key agree."""
        name, material = _parse_key(text)
        key = cls(name, material)
        if key.to_text() != text:
            raise CheckpointError("NOTE_KEY")
        return key

    def verify(self, message: bytes, signature: bytes) -> None:
        """Hold `signature` of `message`. Raises `CheckpointError` NOTE_SIGNATURE."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError) as err:
            raise CheckpointError("NOTE_SIGNATURE", name=self.name) from err


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A named Ed25519 private key; `seed` is kept out of `repr`."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """A usable key, or refused with `CheckpointError` NOTE_KEY."""
        if not _is_name(self.name) or len(self.seed) != _KEY_BYTES:
            raise CheckpointError("NOTE_KEY")

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new random key for the log called `name`."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private().public_key().public_bytes_raw())

    def to_text(self) -> str:
        """The skey, `PRIVATE+KEY+<name>+<key id>+<base64>`, as Go's note package writes it. Secret."""
        return f"{_SECRET_PREFIX}{self.name}+{self.verifier.key_id.hex()}+{_base64(_ED25519 + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of an skey. Raises `CheckpointError` NOTE_KEY unless name, id, type and key agree."""
        if not text.startswith(_SECRET_PREFIX):
            raise CheckpointError("NOTE_KEY")
        name, material = _parse_key(text.removeprefix(_SECRET_PREFIX))
        key = cls(name, material)
        if key.to_text() != text:
            raise CheckpointError("NOTE_KEY")
        return key

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature (64 bytes) of `message`."""
        return self._private().sign(message)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def sign_checkpoint(checkpoint: Checkpoint, key: SignerKey) -> bytes:
    """The signed note of `checkpoint`, UTF-8: what the log serves as `checkpoint`."""
    text = checkpoint.to_text()
    signature = _base64(key.verifier.key_id + key.sign(text.encode()))
    return f"{text}\n— {key.name} {signature}\n".encode()


def open_checkpoint(note: bytes, key: VerifierKey, origin: str) -> Checkpoint:
    """The checkpoint in `note` if `key` signed it for `origin`.

    Other keys' signatures (witnesses, a rotated key) are ignored, as signed-note demands, but their lines must
    be well formed; every signature line of `key` must hold. Raises `CheckpointError` NOTE_FORM,
    NOTE_UNSIGNED, NOTE_SIGNATURE, CHECKPOINT_FORM (or CHECKPOINT_ORIGIN, CHECKPOINT_SIZE, CHECKPOINT_ROOT)
    and CHECKPOINT_OTHER_LOG, and nothing else.
    """
    text, signatures = _split_note(note)
    own = [blob[4:] for name, blob in signatures if name == key.name and blob[:4] == key.key_id]
    if not own:
        raise CheckpointError("NOTE_UNSIGNED", name=key.name)
    # The text is not looked at before the signature holds.
    for signature in own:
        key.verify(text.encode(), signature)
    checkpoint = Checkpoint.from_text(text)
    if checkpoint.origin != origin:
        raise CheckpointError("CHECKPOINT_OTHER_LOG", got=checkpoint.origin, expected=origin)
    return checkpoint


def _split_note(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed text with its last newline, and each signature line's name and bytes (key id first)."""
    if len(note) > MAX_NOTE_BYTES:
        raise CheckpointError("NOTE_FORM")
    try:
        content = note.decode()
    except UnicodeDecodeError as err:
        raise CheckpointError("NOTE_FORM") from err
    text, separator, block = content.rpartition("\n\n")
    # splitlines() would also break at U+2028 and others, and so read other lines than were signed.
    *lines, rest = block.split("\n")
    if not separator or rest or not lines or any(char < " " and char != "\n" for char in content):
        raise CheckpointError("NOTE_FORM")
    return text + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> tuple[str, bytes]:
    dash, *parts = line.split(" ")
    if dash != "—" or len(parts) != 2 or not _is_name(parts[0]):
        raise CheckpointError("NOTE_FORM")
    blob = _strict_base64(parts[1], "NOTE_FORM")
    if len(blob) < 5:
        raise CheckpointError("NOTE_FORM")
    return parts[0], blob


def _parse_key(text: str) -> tuple[str, bytes]:
    """Name and key bytes of a vkey or of the rest of an skey.

    The key id and the type byte are not looked at: callers compare the whole text with the key's own.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise CheckpointError("NOTE_KEY")
    return parts[0], _strict_base64(parts[2], "NOTE_KEY")[1:]


def _is_name(name: str) -> bool:
    """A key name (signed-note, Format); origins keep to the same rule, as tlog-checkpoint recommends."""
    if not 0 < len(name) <= MAX_NAME_CHARS or "+" in name:
        return False
    return not any(char < " " or char.isspace() or "\ud800" <= char <= "\udfff" for char in name)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _strict_base64(text: str, code: str) -> bytes:
    """RFC 4648 section 4 with one spelling for each value: stray bits and missing padding are refused."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as err:
        raise CheckpointError(code) from err
    if _base64(data) != text:
        raise CheckpointError(code)
    return data
