"""Evidence as values: entries, statements, contents and chain events, as somebody handed them over; none is trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ledger.checkpoint import Checkpoint
from ledger.events import ChainEvent, ContractName
from ledger.findings import Finding
from ledger.registry import Registry


class Item(NamedTuple):
    """One entry of the log with what the evidence shows of its statement.

    `entry` has 105 bytes, `statement` is its canonical text (empty when the evidence lacks it), `text` the content's
    text or None when it was erased or withheld.
    """

    number: int
    entry: bytes
    statement: bytes
    text: bytes | None


@dataclass(frozen=True, slots=True)
class ChainEvidence:
    """The contracts' numbered events, proven to be an unbroken chain of numbers and hashes.

    `heads` are (count, rolling hash) of what is here. `consulted` tells that a node of the reader's, or the trust file,
    said that this is all there is; `findings` say what is wrong or missing. `times` are Unix seconds of the anchors'
    blocks by number, as far as somebody told them.
    """

    events: Mapping[ContractName, Sequence[ChainEvent]]
    heads: Mapping[ContractName, tuple[int, bytes]]
    consulted: bool
    findings: tuple[Finding, ...] = ()
    times: Mapping[int, int] = field(default_factory=dict)

    def registry(self) -> Registry:
        """The registry after all events that are here. Raises `EvidenceError` when they cannot be a registry's."""
        registry = Registry.of(self.events["registry"])
        registry.is_whole = not any(
            finding.code == "CHAIN_NOT_CONSULTED"
            or (finding.code == "EVENTS_BEFORE_PIN" and finding.values["contract"] == "registry")
            for finding in self.findings
        )
        return registry


class Files(NamedTuple):
    """A bundle as its two files have it: C2SP entries, and statements with contents (ledger/SPEC.md)."""

    entries: bytes
    statements: bytes | memoryview


class Bundles(Protocol):
    """A log's items in bundles of 256, readable in any order and from any process."""

    @property
    def size(self) -> int:
        """Number of entries."""

    def bundle(self, number: int) -> Sequence[Item]:
        """The items of one bundle. Raises `SourceError` or `EvidenceError`."""

    def files(self, number: int) -> Files:
        """The files of one bundle as they are, until another's are asked for. Raises `SourceError`."""

    def entry_file(self, number: int) -> bytes:
        """The first of them alone."""

    def entries(self, number: int) -> Sequence[Item]:
        """The items without statements, for a bundle whose statements do not fit its entries."""


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """A log as files: its checkpoint and bundles. `findings` say what is wrong with the checkpoint's note."""

    note: bytes
    bundles: Bundles
    checkpoint: Checkpoint
    findings: tuple[Finding, ...] = field(default=())


def bundle_count(size: int) -> int:
    """How many bundles of 256 hold `size` entries."""
    return -(-size // 256)
