"""The file that travels from the clerk who drafts to the person who signs and on to the ledger.

One JSON object: the domain, the statement, its content's lines byte for byte, and the signature once there is one.
The reader trusts nothing in it: headline, subject and content root are made again from the content.
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Annotated, Any, Final, Literal, Self

from pydantic import StringConstraints, ValidationError

from ledger.canonical import parse_json
from ledger.disclosures import SEED_BYTES, parse_content
from ledger.errors import EvidenceError, InputError
from ledger.identifiers import digest_to_text
from ledger.kind import Kind
from ledger.kinds import kind_named
from ledger.statement import ZERO_TEXT, Domain, Statement, Strict, describe

MAX_SECTIONS_SHOWN: Final = 200


class Request(Strict):
    """A statement with its content, before and after signing."""

    tanji: Literal["statement"] = "statement"
    version: Literal[1] = 1
    domain: Domain
    statement: Statement
    content: tuple[str, ...]
    signature: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{130}$")] | None = None

    @property
    def text(self) -> bytes:
        """The content's text as it is signed and stored."""
        return "\n".join(self.content).encode()

    @property
    def digest(self) -> bytes:
        """The statement's EIP-712 digest."""
        return self.statement.digest(self.domain)

    @property
    def signature_bytes(self) -> bytes:
        """The 65 bytes. Raises `InputError` REQUEST_NOT_SIGNED."""
        if self.signature is None:
            raise InputError("REQUEST_NOT_SIGNED")
        return bytes.fromhex(self.signature[2:])

    def to_bytes(self) -> bytes:
        """The file's bytes."""
        value = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes, place: str = "") -> Self:
        """The request in a file, checked against its own content.

        Raises `InputError` REQUEST_FORMAT, `EvidenceError` when headline, subject or root are not the content's.
        """
        value = parse_json(data, place)
        try:
            if isinstance(value, dict) and isinstance(value.get("content"), list):
                value["content"] = tuple(value["content"])
            found = cls.model_validate(value)
        except ValidationError as err:
            raise InputError("REQUEST_FORMAT", place=place, got=describe(err)) from err
        found.read()
        return found

    def read(self) -> Any:
        """The content's model. Raises `EvidenceError` when it does not fit the statement."""
        kind: Kind[Any] = kind_named(self.statement.kind)
        parts = parse_content(self.text)
        root = digest_to_text(parts.root)
        if root != self.statement.content:
            raise EvidenceError("REQUEST_ROOT", got=root, expected=self.statement.content)
        content = kind.read(parts)
        for got, expected in (
            (self.statement.headline, kind.headline(content)),
            (self.statement.subject, kind.subject(content)),
        ):
            if got != expected:
                raise EvidenceError("REQUEST_HEADLINE", got=got, expected=expected)
        return content

    def signed(self, signature: bytes) -> Self:
        """The same request with its signature."""
        return self.model_copy(update={"signature": "0x" + signature.hex()})


def new_request(kind: str, organisation: str, content: Any, domain: Domain, *, previous: bytes | None = None,
                issued_at: int | None = None) -> Request:  # fmt: skip
    """A statement on `content` with fresh random salts, ready to be signed."""
    found: Kind[Any] = kind_named(kind)
    text = found.disclose(content, secrets.token_bytes(SEED_BYTES))
    statement = Statement.model_validate(
        {
            "kind": kind,
            "organisation": organisation,
            "headline": found.headline(content),
            "subject": found.subject(content),
            "content": digest_to_text(parse_content(text).root),
            "previous": digest_to_text(previous) if previous else ZERO_TEXT,
            "issuedAt": int(time.time()) if issued_at is None else issued_at,
        }
    )
    return Request(domain=domain, statement=statement, content=tuple(text.decode().split("\n")))
