"""The trust file: what a reader trusts before looking at any evidence (design section 4).

It comes from the operator by a way of its own, is checked by the reader once, and is never taken from the evidence,
the server or the node. Offline, `heads` says which chain events were all of them when the reader's own node was asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError

from ledger.canonical import parse_json
from ledger.errors import InputError
from ledger.events import ContractName
from ledger.identifiers import DigestText
from ledger.statement import Domain, Strict, describe

AddressText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{40}$")]
Count = Annotated[int, Field(ge=0, lt=2**53)]


class TrustedContract(Strict):
    """A contract's address and the keccak256 of its run-time code."""

    address: AddressText
    code_hash: DigestText


class TrustedHead(Strict):
    """How many numbered events a contract had emitted, and their rolling hash."""

    count: Count
    hash: DigestText


class TrustedHeads(Strict):
    """Event heads that the reader took from a node of its own, at `block`."""

    block: Count
    registry: TrustedHead
    log: TrustedHead


class TrustFile(Strict):
    """What one reader trusts of one ledger."""

    version: Literal[1] = 1
    operator: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    chain_id: Annotated[int, Field(gt=0, lt=2**53)]
    genesis: DigestText
    registry: TrustedContract
    log: TrustedContract
    first_block: Count
    max_merge_delay: Annotated[int, Field(gt=0, lt=2**53)]
    """In blocks: how long after an entry's block its anchor may come."""
    origin: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    """Origin line of the log's checkpoints."""
    log_key: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    """The log's C2SP verifier key."""
    heads: TrustedHeads | None = None
    validators: Annotated[tuple[AddressText, ...], Field(strict=False, min_length=1, max_length=1000)] | None = None
    """The chain's QBFT validators, where they are known: then a node's word on events is proven by their seals."""

    @property
    def domain(self) -> Domain:
        """The EIP-712 domain of the ledger's statements."""
        return Domain(chain_id=self.chain_id, log=self.log.address)

    def contract(self, name: ContractName) -> TrustedContract:
        """The registry or the log."""
        return self.registry if name == "registry" else self.log

    def to_bytes(self) -> bytes:
        """The file's bytes, indented to be read by a person."""
        return self.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, place: str = "") -> Self:
        """The trust file in `data`. Raises `InputError` TRUST_FORMAT, or what the JSON reader raises."""
        try:
            return cls.model_validate(parse_json(data, place))
        except ValidationError as err:
            raise InputError("TRUST_FORMAT", place=place, got=describe(err)) from err

    @classmethod
    def load(cls, path: Path) -> Self:
        """The trust file at `path`. Raises `InputError` TRUST_MISSING or TRUST_FORMAT."""
        try:
            data = path.read_bytes()
        except OSError as err:
            raise InputError("TRUST_MISSING", place=str(path), got=err.strerror) from err
        return cls.from_bytes(data, str(path))
