"""Signatures: 65 bytes r, s, v with v of 27 or 28 and low s only; keys in encrypted JSON keystores (Web3 v3)."""

from __future__ import annotations

from typing import Any, Final

import coincurve
import orjson

from ledger.entry import SIGNATURE_BYTES
from ledger.errors import EvidenceError, InputError
from ledger.statement import Domain, Statement, keccak

_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER: Final = _ORDER // 2


def recover(digest: bytes, signature: bytes) -> bytes:
    """The 20-byte address whose key signed `digest`.

    Raises `EvidenceError` when the signature is not in the one accepted form: a high-s twin, another v or length would
    be a second signature of the same statement (EIP-2). Random bytes recover to *some* address, so the caller must
    compare it with a registered key.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise EvidenceError("SIGNATURE_LENGTH", got=len(signature), expected=SIGNATURE_BYTES)
    v = signature[64]
    if v not in (27, 28):
        raise EvidenceError("SIGNATURE_V", got=v)
    if int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        raise EvidenceError("SIGNATURE_HIGH_S")
    try:
        key = coincurve.PublicKey.from_signature_and_message(signature[:64] + bytes((v - 27,)), digest, hasher=None)
    except Exception as err:  # coincurve raises bare Exception for r or s out of range
        raise EvidenceError("SIGNATURE_INVALID") from err
    return keccak(key.format(compressed=False)[1:])[12:]


def sign(statement: Statement, domain: Domain, private_key: bytes) -> bytes:
    """The 65-byte signature of `statement` for `domain` (RFC 6979, low s)."""
    raw = coincurve.PrivateKey(private_key).sign_recoverable(statement.digest(domain), hasher=None)
    return raw[:64] + bytes((raw[64] + 27,))


def address_of(private_key: bytes) -> bytes:
    """The 20-byte address of a private key."""
    return keccak(coincurve.PrivateKey(private_key).public_key.format(compressed=False)[1:])[12:]


def new_keystore(passphrase: str, *, iterations: int | None = None) -> dict[str, Any]:
    """A new random key, encrypted as Web3 Secret Storage v3 JSON. `iterations` is for tests only."""
    from eth_account import Account  # half a second: only who handles keystores waits for it

    account = Account.create()
    return dict(Account.encrypt(account.key, passphrase, iterations=iterations))


def open_keystore(text: str, passphrase: str) -> bytes:
    """The private key in a keystore file's text.

    Raises `InputError` KEYSTORE_FORMAT or KEYSTORE_PASSPHRASE; the passphrase never appears in a message.
    """
    from eth_account import Account

    try:
        keystore = orjson.loads(text)
        return bytes(Account.decrypt(keystore, passphrase))
    except ValueError as err:
        if "MAC mismatch" in str(err):
            raise InputError("KEYSTORE_PASSPHRASE") from None
        raise InputError("KEYSTORE_FORMAT") from None
    except (TypeError, KeyError, NotImplementedError, AttributeError):
        raise InputError("KEYSTORE_FORMAT") from None
