"""Contents at rest: AES-256-GCM under a key for each statement, which a master key wraps.

The statement's digest is associated data of both, so that no row's ciphertext or key can stand in for another's.
Nonces are random: one master key wraps at most 2**32 keys (NIST SP 800-38D section 8.3).
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ledger.errors import EvidenceError, InputError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
MASTER_KEY_VARIABLE: Final = "TANJI_MASTER_KEY"

_CONTENT: Final = b"tanji content "
_WRAP: Final = b"tanji content key "
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class Sealed(NamedTuple):
    """An encrypted content. `key` is the wrapped key (nonce, then ciphertext), None once the content is erased."""

    nonce: bytes
    ciphertext: bytes
    key: bytes | None


ERASED: Final = Sealed(b"", b"", None)
"""A content of which nothing is left."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The operator's key that wraps all others. 32 bytes, kept out of `repr`; who loses it loses the contents.

    Raises `InputError` MASTER_KEY_FORMAT.
    """

    secret: bytes = field(repr=False)
    _wrapper: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Exactly 32 bytes, or refused."""
        if len(self.secret) != KEY_BYTES:
            raise InputError("MASTER_KEY_FORMAT")
        object.__setattr__(self, "_wrapper", AESGCM(self.secret))

    @classmethod
    def generate(cls) -> Self:
        """A new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key in 64 lower-case hexadecimal digits. Raises `InputError` MASTER_KEY_FORMAT without showing them."""
        if not _HEX.fullmatch(text.strip()):
            raise InputError("MASTER_KEY_FORMAT")
        return cls(bytes.fromhex(text.strip()))

    def to_text(self) -> str:
        """64 hexadecimal digits. Secret."""
        return self.secret.hex()

    def check_value(self) -> str:
        """32 hexadecimal digits that tell this key from another and nothing else about it."""
        return HKDFExpand(SHA256(), 16, b"tanji master key check").derive(self.secret).hex()

    def seal(self, digest: bytes, text: bytes) -> Sealed:
        """`text` encrypted for the statement with this digest, under a fresh key."""
        fresh = secrets.token_bytes(KEY_BYTES + 2 * NONCE_BYTES)
        key, nonce, wrap_nonce = fresh[:KEY_BYTES], fresh[KEY_BYTES:-NONCE_BYTES], fresh[-NONCE_BYTES:]
        ciphertext = AESGCM(key).encrypt(nonce, text, _CONTENT + digest)
        return Sealed(nonce, ciphertext, wrap_nonce + self._wrapper.encrypt(wrap_nonce, key, _WRAP + digest))

    def open(self, digest: bytes, sealed: Sealed) -> bytes | None:
        """The text, or None when it was erased. Raises `EvidenceError` CONTENT_UNREADABLE when it was altered."""
        if sealed.key is None:
            return None
        try:
            key = self._wrapper.decrypt(sealed.key[:NONCE_BYTES], sealed.key[NONCE_BYTES:], _WRAP + digest)
            return AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, _CONTENT + digest)
        except (InvalidTag, ValueError) as err:
            raise EvidenceError("CONTENT_UNREADABLE", digest=digest.hex()) from err


def load_master_key(file: Path | None = None) -> MasterKey:
    """The master key in `file`, or in the environment variable TANJI_MASTER_KEY.

    Raises `InputError` MASTER_KEY_MISSING, MASTER_KEY_FORMAT, or MASTER_KEY_EXPOSED when others may read the file.
    """
    if file is None:
        text = os.environ.get(MASTER_KEY_VARIABLE)
        if text is None:
            raise InputError("MASTER_KEY_MISSING", got=MASTER_KEY_VARIABLE)
        return MasterKey.parse(text)
    try:
        if file.stat().st_mode & 0o077:
            raise InputError("MASTER_KEY_EXPOSED", got=str(file))
        return MasterKey.parse(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as err:
        raise InputError("MASTER_KEY_MISSING", got=str(file)) from err


def create_master_key(file: Path) -> MasterKey:
    """A new master key in a new `file` that only its owner may read. Raises `InputError` FILE_EXISTS."""
    key = MasterKey.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as err:
        raise InputError("FILE_EXISTS", got=str(file)) from err
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(key.to_text() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return key
