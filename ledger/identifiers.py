"""Identifiers: digests as 32 bytes inside and 0x-hex outside; organisations by GB 32100 code or URN."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from ledger.errors import InputError

DIGEST_BYTES: Final = 32
ZERO_DIGEST: Final = bytes(DIGEST_BYTES)

_DIGEST_HEX: Final = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_ADDRESS_HEX: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
# GB 32100-2015, annex: the 31 characters of a code, without I, O, S, V and Z; weight of place i is 3**i mod 31.
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC: Final = re.compile(f"[{_USCC_ALPHABET}]{{18}}", re.ASCII)
# RFC 8141 in the narrow form that needs no normalisation: lower-case namespace, no percent signs.
_URN: Final = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,30}[a-z0-9]:[A-Za-z0-9][A-Za-z0-9:._-]{0,119}", re.ASCII)

DigestText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
"""A digest in a content: 0x and 64 lower-case hexadecimal digits."""


def digest_to_text(digest: bytes) -> str:
    """0x and 64 lower-case hexadecimal digits."""
    return "0x" + digest.hex()


def parse_digest(text: object, place: str = "") -> bytes:
    """The 32 bytes of a digest. Raises `InputError` DIGEST_FORMAT."""
    if not isinstance(text, str) or not _DIGEST_HEX.fullmatch(text):
        raise InputError("DIGEST_FORMAT", place=place, got=str(text)[:80])
    return bytes.fromhex(text[2:])


def parse_address(text: object, place: str = "") -> bytes:
    """The 20 bytes of an account address; the case of the letters is not judged. Raises `InputError`."""
    if not isinstance(text, str) or not _ADDRESS_HEX.fullmatch(text):
        raise InputError("ADDRESS_FORMAT", place=place, got=str(text)[:80])
    return bytes.fromhex(text[2:])


def uscc_check_character(first17: str) -> str:
    """The eighteenth character of a unified social credit code (GB 32100-2015)."""
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def parse_organisation(text: object, place: str = "") -> str:
    """`text` when it is a unified social credit code with its right check character, or a narrow URN.

    Raises `InputError` ORGANISATION_FORMAT or ORGANISATION_CHECK_DIGIT.
    """
    if isinstance(text, str) and _URN.fullmatch(text):
        return text
    if not isinstance(text, str) or not _USCC.fullmatch(text):
        raise InputError("ORGANISATION_FORMAT", place=place, got=str(text)[:80])
    expected = uscc_check_character(text[:17])
    if text[17] != expected:
        raise InputError("ORGANISATION_CHECK_DIGIT", place=place, got=text, expected=expected)
    return text


def _organisation_field(text: str) -> str:
    try:
        return parse_organisation(text)
    except InputError as err:
        raise ValueError(err.code) from err


OrganisationText = Annotated[str, AfterValidator(_organisation_field)]
"""An organisation in a content or statement."""
