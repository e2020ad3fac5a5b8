"""The screen: compiled code that passes a declaration in its plainest form at the speed of its signature.

It passes only what it compared to the last byte; everything else goes to the judge, who alone makes findings. What the
judge looks at beyond digests, signature, root, arithmetic and copied upstream values (kinds, stages, factors, periods,
regions, gases) the screen does not know: it learns from the judge. A line's key is a hash over all of the header and
the line but numbers and names; when the judge had nothing to say of a line, the key is approved, until a statement is
learned that could change his mind. The order of a declaration's lines by kind, stage and source is its shape, approved
likewise, with the questions that the judge left open. So a passed declaration is one of which the judge would say the
same; `tests/unit/verifier/test_screen.py` holds the two against each other on thousands of altered ledgers.

The kernel (`verifier/kernel/*.c`) has no cryptography of its own: it calls OpenSSL's SHA-256, pycryptodome's Keccak and
libsecp256k1 by address. Where it was not compiled, or one of these is not to be had, `open_screen` gives None, and
the judge does all of it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from secrets import randbits
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from ledger.entry import ENTRY_BYTES
from ledger.identifiers import DIGEST_BYTES
from ledger.merkle import HASH_BYTES, Frontier
from ledger.statement import STATEMENT_TYPE, Domain, keccak
from ledger.units import Unit, conversion
from verifier.evidence import Files

if TYPE_CHECKING:
    from verifier._kernel import Screen as Kernel

_SHA256: Final = ("SHA256_Init", "SHA256_Update", "SHA256_Final")
_KECCAK: Final = ("keccak_reset", "keccak_absorb", "keccak_digest")
_SECP256K1: Final = (
    "secp256k1_ecdsa_recoverable_signature_parse_compact",
    "secp256k1_ecdsa_recover",
    "secp256k1_ec_pubkey_serialize",
)
_PREFIX: Final = 2
BLOCK_BYTES: Final = 8
BUNDLED_BYTES: Final = _PREFIX + ENTRY_BYTES
"""What an entry takes in a bundle's file, with its length before it."""
_KECCAK_CAPACITY: Final = 64
_KECCAK_ROUNDS: Final = 24


class Screened(NamedTuple):
    """A bundle after the screen: the places of those that hold by themselves, a byte each; `held` waits for
    `Screen.among`, `facts` are for all who judge later statements. `issuers` are those never met before, numbered
    on: an organisation and the 20 bytes of who signed for it.
    """

    passed: bytes
    held: bytes
    facts: bytes
    issuers: Sequence[tuple[bytes, bytes]]


class Screen:
    """What the kernel remembers of one log: facts of the declarations that it passed, subjects taken, approved keys."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel: Final = kernel
        self.learn: Final = kernel.learn
        """Takes in a bundle's facts; gives the indices whose digest or subject somebody had before."""
        self.find: Final = kernel.find
        """The index of a declaration that was passed, by its digest, or None."""
        self.close: Final = kernel.close
        """Nobody's reference to this digest is passed any more: it was replaced or withdrawn."""
        self.among: Final = kernel.among
        """Passes those that are held from the byte `at` on and stand at `position` to before `stop`.

        Gives the numbers of their approved shapes, a byte each; where the first one is held that did not pass, if it
        is not the end; and the number of its issuer when nothing but his authority is in question, or -1.
        """
        self.trust: Final = kernel.trust
        """An issuer's signature counts at the blocks from one to before another."""
        self.behind: Final = kernel.behind
        """Where the declaration is held that follows the one at byte `at`."""
        self.approve: Final = kernel.approve
        """The judge had nothing to say of the lines of the declaration held at byte `at`, and of its shape what
        `number` stands for."""
        self.forget: Final = kernel.forget
        """Drops every approval."""

    def alone(self, files: Files, first: int, width: int, earliest: int = 0) -> Screened:
        """Those of the `width` statements in a bundle's files, from the index `first` on, that hold by themselves.

        None of them was issued before `earliest`, in Unix seconds.
        """
        return Screened(*self._kernel.alone(files.entries, files.statements, first, width, earliest))

    def reserve(self, organisation: str, kind: str, subject: str, index: int) -> None:
        """A subject has a statement, at `index`, that the screen did not pass."""
        self._kernel.reserve(_subject_key(organisation, kind, subject), index)

    def holder(self, organisation: str, kind: str, subject: str) -> int | None:
        """The index of the first statement on a subject that the screen was told of, or None."""
        return self._kernel.holder(_subject_key(organisation, kind, subject))


def _subject_key(organisation: str, kind: str, subject: str) -> bytes:
    return sha256(f"{organisation}\0{kind}\0{subject}".encode()).digest()


def extended(frontier: Frontier, entries: bytes, start: int, stop: int) -> Frontier | None:
    """The tree after the entries of a bundle's file, numbered from 0, from `start` to before `stop` were appended.

    None where there is no kernel, or the file is not one of entries of 105 bytes.
    """
    functions = primitives()
    if functions is None:
        return None
    from verifier._kernel import extend

    hashes = extend(functions, frontier.size, b"".join(frontier.hashes), entries, start, stop)
    if hashes is None:
        return None
    roots = tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
    return Frontier(frontier.size + stop - start, roots)


def digests_of(entries: bytes, place: int, count: int) -> list[str]:
    """The digests, in hexadecimal, in `count` entries from `place` on of a file of entries of 105 bytes alone."""
    text = entries[place * BUNDLED_BYTES : (place + count) * BUNDLED_BYTES].hex()
    start, end = 2 * _PREFIX, 2 * (_PREFIX + DIGEST_BYTES)
    return [text[at + start : at + end] for at in range(0, len(text), 2 * BUNDLED_BYTES)]


def block_of(entries: bytes, place: int) -> int:
    """The block in the entry at `place` of such a file."""
    end = (place + 1) * BUNDLED_BYTES
    return int.from_bytes(entries[end - BLOCK_BYTES : end], "big")


def open_screen(domain: Domain) -> Screen | None:
    """A screen for statements of `domain`, or None where there is no kernel or not all that it calls."""
    functions = primitives()
    if functions is None:
        return None
    from verifier._kernel import Screen as Kernel

    codes = get_args(Unit)
    ratios = b"".join(_ratio(unit, into) for unit in codes for into in codes)
    type_hash = keccak(STATEMENT_TYPE.encode())
    kernel = Kernel(functions, domain.separator, type_hash, tuple(c.encode() for c in codes), ratios, randbits(64))
    return Screen(kernel)


def _ratio(unit: str, into: str) -> bytes:
    found = conversion(unit, into)
    numerator, denominator = (0, 1) if found is None else found.as_integer_ratio()
    return struct.pack("QQ", numerator, denominator)


@cache
def primitives() -> tuple[int, ...] | None:
    """The addresses in the order of the kernel's `Primitives`, or None."""
    try:
        import verifier._kernel  # noqa: F401 - is there one?

        return (*_sha256_functions(), *_keccak_functions(), *_secp256k1_functions())
    except (ImportError, OSError, AttributeError):
        return None


def _sha256_functions() -> list[int]:
    import _hashlib
    import ctypes

    return [_address(getattr(ctypes.CDLL(_hashlib.__file__), name)) for name in _SHA256]


def _keccak_functions() -> list[int]:
    import ctypes
    from importlib.resources import files

    folder = files("Crypto.Hash")
    path = next(str(file) for file in folder.iterdir() if file.name.startswith("_keccak.") and "pyi" not in file.name)
    library = ctypes.CDLL(path)
    state = ctypes.c_void_p()
    if library.keccak_init(ctypes.byref(state), ctypes.c_size_t(_KECCAK_CAPACITY), ctypes.c_ubyte(_KECCAK_ROUNDS)):
        raise OSError("keccak_init")
    return [*(_address(getattr(library, name)) for name in _KECCAK), int(state.value or 0)]


def _secp256k1_functions() -> list[int]:
    from coincurve._libsecp256k1 import ffi, lib
    from coincurve.context import GLOBAL_CONTEXT

    def address(pointer: object) -> int:
        return int(ffi.cast("uintptr_t", pointer))

    return [address(GLOBAL_CONTEXT.ctx), *(address(ffi.addressof(lib, name)) for name in _SECP256K1)]


def _address(function: object) -> int:
    import ctypes

    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)  # type: ignore[arg-type]
