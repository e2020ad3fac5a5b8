"""The statement that a wallet signs, and its EIP-712 digest (design section 3).

The struct is encoded directly: eth-account's generic encoder accepts undeclared fields, short `bytes32` and null
(each pinned by a test), so a strict frozen model is the only way to a digest.
"""

from __future__ import annotations

import unicodedata
from functools import cache, cached_property, lru_cache
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sha3 import keccak_256

from ledger.canonical import canonical_bytes, parse_canonical
from ledger.errors import EvidenceError
from ledger.identifiers import DigestText, OrganisationText, digest_to_text

STATEMENT_TYPE: Final = (
    "Statement(string kind,string organisation,string headline,string subject,"
    "bytes32 content,bytes32 previous,uint64 issuedAt)"
)
DOMAIN_TYPE: Final = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DOMAIN_NAME: Final = "Tanji"
DOMAIN_VERSION: Final = "1"
MAX_HEADLINE: Final = 300
MAX_SUBJECT: Final = 200
ZERO_TEXT: Final = digest_to_text(bytes(32))

# Signs that reorder or hide what a person reads (Unicode bidi controls, zero width, line ends) never reach a headline.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def keccak(data: bytes) -> bytes:
    """Keccak-256, 32 bytes."""
    return bytes(keccak_256(data).digest())


@lru_cache(maxsize=65_536)  # names come back in every line of every year; the walk over their signs need not
def check_plain_text(text: str) -> str:
    """`text` when it is NFC and free of controls, bidi and zero-width signs; else `ValueError`."""
    if text.isascii() and text.isprintable():
        return text
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("TEXT_NOT_NFC")
    # whatever is printable has none of the unsafe categories, and is told at once (str.isprintable)
    if not text.isprintable() and any(unicodedata.category(sign) in _UNSAFE for sign in text):
        raise ValueError("TEXT_UNSAFE_SIGN")
    return text


PlainText = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(check_plain_text)]
"""One line of text that shows what it holds."""


class Strict(BaseModel):
    """Base of all signed models: frozen, no unknown fields, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


class Domain(Strict):
    """The EIP-712 domain: a signature for one chain and one log is good for no other."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ignored_types=(cached_property,))

    chain_id: Annotated[int, Field(gt=0, lt=2**63)]
    log: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]
    """The TransparencyLog's address, lower case."""

    @cached_property
    def separator(self) -> bytes:
        """The EIP-712 domain separator."""
        return keccak(
            keccak(DOMAIN_TYPE.encode())
            + keccak(DOMAIN_NAME.encode())
            + keccak(DOMAIN_VERSION.encode())
            + self.chain_id.to_bytes(32, "big")
            + bytes.fromhex(self.log[2:]).rjust(32, b"\0")
        )


class Statement(Strict):
    """What an organisation signs: a small typed envelope over a content (SCITT: statement)."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,30}$")]
    organisation: OrganisationText
    headline: Annotated[str, StringConstraints(min_length=1, max_length=MAX_HEADLINE), AfterValidator(check_plain_text)]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SUBJECT), AfterValidator(check_plain_text)]
    content: DigestText
    previous: DigestText
    issued_at: Annotated[int, Field(ge=0, lt=2**53, alias="issuedAt")]

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    def digest(self, domain: Domain) -> bytes:
        """The EIP-712 digest: what is signed, and the statement's name for ever."""
        return keccak(b"\x19\x01" + domain.separator + self.struct_hash())

    def struct_hash(self) -> bytes:
        """EIP-712 hashStruct of the statement."""
        return keccak(
            _type_hash()
            + _short_hash(self.kind)
            + _short_hash(self.organisation)
            + keccak(self.headline.encode())
            + keccak(self.subject.encode())
            + bytes.fromhex(self.content[2:])
            + bytes.fromhex(self.previous[2:])
            + self.issued_at.to_bytes(32, "big")
        )

    def to_bytes(self) -> bytes:
        """The RFC 8785 text of the statement."""
        return canonical_bytes(self.model_dump(by_alias=True))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The statement in a canonical text. Raises `EvidenceError` STATEMENT_FORMAT or NOT_CANONICAL."""
        try:
            return cls.model_validate(parse_canonical(data))
        except ValidationError as err:
            raise EvidenceError("STATEMENT_FORMAT", got=describe(err)) from err


@cache
def _type_hash() -> bytes:
    return keccak(STATEMENT_TYPE.encode())


_CACHED: dict[str, bytes] = {}


def _short_hash(text: str) -> bytes:
    """keccak of a kind or organisation; there are few, and each is met thousands of times in a replay."""
    found = _CACHED.get(text)
    if found is None:
        if len(_CACHED) > 100_000:
            _CACHED.clear()
        found = _CACHED[text] = keccak(text.encode())
    return found


def describe(err: ValidationError, limit: int = 3) -> str:
    """The first places and reasons of a validation error, without the values, which may be secret."""
    shown = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in err.errors(include_input=False)[:limit]]
    return "; ".join(shown)


def typed_data(statement: Statement, domain: Domain) -> dict[str, object]:
    """The EIP-712 JSON of eth_signTypedData_v4, for wallets that sign elsewhere."""

    def fields(declared: str) -> list[dict[str, str]]:
        inner = declared[declared.index("(") + 1 : -1]
        return [{"type": t, "name": n} for t, n in (f.split(" ") for f in inner.split(","))]

    return {
        "types": {"EIP712Domain": fields(DOMAIN_TYPE), "Statement": fields(STATEMENT_TYPE)},
        "primaryType": "Statement",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": domain.chain_id,
            "verifyingContract": domain.log,
        },
        "message": statement.model_dump(by_alias=True),
    }
