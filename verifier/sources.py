"""The verifier's only module that reads: an audit folder, a trust file, and a node of the reader's own.

What it reads is handed on as values. A file that is missing or unreadable is a `SourceError`; a file that says
something impossible is an `EvidenceError`; a node that keeps events back leaves the chain's evidence incomplete.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.block_times import TIMES_FILE, is_plausible, read_times
from ledger.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from ledger.errors import EvidenceError, IncompleteError, SourceError, TanjiError
from ledger.events import ChainEvent, ContractName, EventReader, RawLog, load_abi, read_logs, verify_event_chain
from ledger.findings import Finding, Outcome, fail, failed, not_checked
from ledger.identifiers import parse_address, parse_digest
from ledger.tiles import ENTRIES, TILE_WIDTH, TilePlace, decode_bundle, statements_path
from ledger.trust import TrustedHead, TrustedHeads, TrustFile
from verifier.evidence import ChainEvidence, Files, Item, LogEvidence

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.chain.history import EventHistory

CONTRACTS: Final[tuple[ContractName, ...]] = ("registry", "log")
_SEAL_ATTEMPTS: Final = 3


class Room:
    """Memory for one file at a time: a million files read into fresh memory cost more than what is in them."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __reduce__(self) -> tuple[type[Room], tuple[()]]:
        return Room, ()

    def read(self, path: Path) -> memoryview:
        """A file's bytes, until the next one is read. Raises `SourceError` FILE_MISSING."""
        try:
            with path.open("rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                if size >= len(self._bytes):
                    self._bytes = bytearray(size + size // 4 + 1)
                room, got = memoryview(self._bytes), 0
                while more := file.readinto(room[got:]):
                    got += more
                return room[:got]
        except OSError as err:
            raise _missing(path, err) from err


@dataclass(frozen=True)
class Folder:
    """An audit folder of `size` entries. Picklable, so that worker processes read it by themselves."""

    path: Path
    size: int
    _room: Room = field(default_factory=Room, compare=False, repr=False)

    def bundle(self, number: int) -> Sequence[Item]:
        """The items of bundle `number`, statements beside entries.

        Raises `SourceError` FILE_MISSING, `EvidenceError` when entries or statements do not fit together.
        """
        items = self.entries(number)
        place = statements_path(self._place(number))
        blocks = read_file(self.path / place).split(b"\n\n")
        if blocks.pop() != b"" or len(blocks) != len(items):
            raise EvidenceError("STATEMENTS_FILE", place=place, got=len(blocks), expected=len(items))
        return [_with_statement(item, block) for item, block in zip(items, blocks, strict=True)]

    def files(self, number: int) -> Files:
        """The files of bundle `number`, until the next one's are asked for. Raises `SourceError` FILE_MISSING."""
        return Files(self.entry_file(number), self._room.read(self.path / statements_path(self._place(number))))

    def entry_file(self, number: int) -> bytes:
        """The file of the entries of bundle `number`. Raises `SourceError` FILE_MISSING."""
        return read_file(self.path / self._place(number).path())

    def entries(self, number: int) -> Sequence[Item]:
        """The items of bundle `number` without their statements. Raises as `bundle`."""
        data = decode_bundle(self.entry_file(number), self._place(number).width)
        return [Item(number * TILE_WIDTH + i, entry, b"", None) for i, entry in enumerate(data)]

    def _place(self, number: int) -> TilePlace:
        return TilePlace(ENTRIES, number, min(TILE_WIDTH, self.size - number * TILE_WIDTH))

    def logs(self, contract: ContractName) -> list[RawLog]:
        """The contract's exported events."""
        lines = read_file(self.path / "chain" / f"{contract}.jsonl").splitlines(keepends=True)
        return list(read_logs(lines))


def _with_statement(item: Item, block: bytes) -> Item:
    statement, _, text = block.partition(b"\n")
    return item._replace(statement=statement, text=text or None)


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises `SourceError` FILE_MISSING."""
    try:
        return path.read_bytes()
    except OSError as err:
        raise _missing(path, err) from err


def _missing(path: Path, err: OSError) -> SourceError:
    return SourceError("FILE_MISSING", place=str(path), got=err.strerror)


def open_folder(path: Path, trust: TrustFile) -> LogEvidence:
    """The log in an audit folder, with its checkpoint's signature checked by the trusted log key.

    Raises `SourceError` FILE_MISSING when there is no checkpoint. A note that is not the log's is a failed finding, and
    its size is still read, so that everything else can be judged.
    """
    note = read_file(path / "checkpoint")
    findings: list[Finding] = []
    try:
        checkpoint = open_checkpoint(note, VerifierKey.parse(trust.log_key), trust.origin)
    except EvidenceError as err:
        findings.append(failed(err))
        checkpoint = Checkpoint.from_text(note.decode("utf-8", "replace").split("\n\n")[0] + "\n")
    return LogEvidence(note, Folder(path, checkpoint.size), checkpoint, tuple(findings))


def read_chain(folder: Path, trust: TrustFile, url: str | None = None) -> ChainEvidence:
    """The contracts' events: from the folder's chain files, from a node, or from both, one held against the other.

    Without a node the files prove that they have no gap, and that they are all only as far as the trust file pins the
    event heads. Raises `SourceError` when neither can be read, `EvidenceError` when the node is on another chain,
    `IncompleteError` when a node keeps events back or files have a gap: on half a registry every signer is a stranger.
    """
    if url is not None:
        with connect(url, trust) as client:
            chain = _require_whole(read_node(client, trust))
            return replace(chain, times=_ask_times(client, trust, chain))
    paged = {contract: Folder(folder, 0).logs(contract) for contract in CONTRACTS}
    return _read_times(folder, _require_whole(_judge_files(paged, trust)))


def _read_times(folder: Path, chain: ChainEvidence) -> ChainEvidence:
    """The evidence with the times in the folder; folders of earlier versions have none."""
    path = folder / TIMES_FILE
    try:
        return replace(chain, times=read_times(read_file(path))) if path.exists() else chain
    except EvidenceError as err:
        return replace(chain, findings=(*chain.findings, failed(err)))


def _ask_times(client: ChainClient, trust: TrustFile, chain: ChainEvidence) -> dict[int, int]:
    """The times of the anchors' blocks as the node tells them; with pinned validators, as these sealed them.

    A block whose header the node does not give, or that others sealed, is left out: its time is not known.
    """
    from ledger.chain.qbft import sealed_time

    validators = None if trust.validators is None else frozenset(map(parse_address, trust.validators))
    times: dict[int, int] = {}
    for block in {event.block for event in chain.events["log"] if event.name == "CheckpointAnchored"}:
        with suppress(TanjiError):
            times[block] = client.block(block).time_s if validators is None else sealed_time(client, block, validators)
    return {block: time for block, time in times.items() if is_plausible(time)}


def _require_whole(chain: ChainEvidence) -> ChainEvidence:
    for finding in chain.findings:
        if finding.code == "EVENTS_MISSING":
            raise IncompleteError(finding.code, place=finding.place, **finding.values)
    return chain


def connect(url: str, trust: TrustFile) -> ChainClient:
    """A client of the trusted chain: chain id, genesis and code hashes are compared first."""
    from ledger.chain.client import Pinned
    from ledger.chain.client import connect as connect_client

    contracts = {
        name: Pinned(parse_address(trust.contract(name).address), parse_digest(trust.contract(name).code_hash))
        for name in CONTRACTS
    }
    return connect_client(url, chain_id=trust.chain_id, genesis=parse_digest(trust.genesis), contracts=contracts)


def read_node(client: ChainClient, trust: TrustFile) -> ChainEvidence:
    """All events from a node, proven complete against the contracts' own count and hash, or said to be incomplete."""
    from ledger.chain.history import EventHistory

    histories = {name: EventHistory(client, name, trust.first_block) for name in CONTRACTS}
    findings = _read_on(histories)
    if trust.validators is not None and not findings:
        findings = _hold_to_seals(client, frozenset(map(parse_address, trust.validators)), histories)
    heads = {name: (history.count, history.head) for name, history in histories.items()}
    events = {name: tuple(history.events) for name, history in histories.items()}
    findings.extend(_compare_pins(_as_pinned(events, trust), trust))
    return ChainEvidence(events, heads, not findings, tuple(findings))


def _read_on(histories: dict[ContractName, EventHistory]) -> list[Finding]:
    findings = []
    for history in histories.values():
        try:
            history.update()
        except IncompleteError as err:
            findings.append(replace(failed(err), outcome=Outcome.NOT_CHECKED))
        except EvidenceError as err:
            findings.append(failed(err))
    return findings


def _hold_to_seals(
    client: ChainClient, validators: frozenset[bytes], histories: dict[ContractName, EventHistory]
) -> list[Finding]:
    """The events held against the heads in a block that the reader's validators sealed, so that no node is trusted."""
    from ledger.chain.errors import RpcError
    from ledger.chain.qbft import prove_heads

    wrong: list[Finding] = []
    for _ in range(_SEAL_ATTEMPTS):  # the chain may grow between two questions
        try:
            sealed = prove_heads(client, validators)
        except EvidenceError as err:
            return [failed(err)]
        except RpcError as err:  # a node without eth_getProof, or without the block's state
            return [replace(failed(err), outcome=Outcome.NOT_CHECKED)]
        wrong = [
            fail("HEADS_NOT_SEALED", contract=name, got=f"{histories[name].count}: 0x{histories[name].head.hex()}",
                 expected=f"{count}: 0x{head.hex()}")
            for name, (count, head) in sealed.items() if (histories[name].count, histories[name].head) != (count, head)
        ]  # fmt: skip
        if not wrong or (findings := _read_on(histories)):
            return wrong and findings
    return wrong


def pin_heads(url: str, trust: TrustFile) -> TrustFile:
    """The trust file with the event heads of the reader's own node, whose events were all read and hashed.

    Raises `IncompleteError` or `EvidenceError` when the node keeps events back or contradicts an earlier pin.
    """
    with connect(url, trust) as client:
        block = client.block_number()
        chain = read_node(client, trust)
    for finding in chain.findings:
        wrong = EvidenceError if finding.outcome is Outcome.FAIL else IncompleteError
        raise wrong(finding.code, place=finding.place, **finding.values)
    heads = {name: TrustedHead(count=n, hash="0x" + head.hex()) for name, (n, head) in chain.heads.items()}
    pinned = TrustedHeads(block=block, registry=heads["registry"], log=heads["log"])
    return trust.model_copy(update={"heads": pinned})


def _judge_files(files: dict[ContractName, list[RawLog]], trust: TrustFile) -> ChainEvidence:
    events: dict[ContractName, Sequence[ChainEvent]] = {}
    heads: dict[ContractName, tuple[int, bytes]] = {}
    findings: list[Finding] = []
    for contract in CONTRACTS:
        address = parse_address(trust.contract(contract).address)
        if any(log.address != address for log in files[contract]):
            findings.append(
                fail("EVENT_OF_OTHER_CONTRACT", contract=contract, expected=trust.contract(contract).address)
            )
        reader = EventReader(contract)
        try:
            read = [reader.read(log) for log in files[contract]]
            heads[contract] = verify_event_chain(read, load_abi(contract))
            events[contract] = read
        except IncompleteError as err:
            findings.append(replace(failed(err), outcome=Outcome.NOT_CHECKED))
        except EvidenceError as err:
            findings.append(failed(err))
        events.setdefault(contract, ())
        heads.setdefault(contract, (0, bytes(32)))
    if trust.heads is None:
        findings.append(not_checked("CHAIN_NOT_CONSULTED", blocking=True))
    else:
        findings.extend(_compare_pins(heads, trust))
    return ChainEvidence(events, heads, not findings, tuple(findings))


def _as_pinned(
    events: Mapping[ContractName, Sequence[ChainEvent]], trust: TrustFile
) -> dict[ContractName, tuple[int, bytes]]:
    """The heads as they were when the reader noted them: a node's chain has grown since, and has the same past."""
    if trust.heads is None:
        return {}
    counts: dict[ContractName, int] = {"registry": trust.heads.registry.count, "log": trust.heads.log.count}
    return {name: verify_event_chain(events[name][:count], load_abi(name)) for name, count in counts.items()}


def _compare_pins(heads: Mapping[ContractName, tuple[int, bytes]], trust: TrustFile) -> list[Finding]:
    """Heads that the reader noted before must be those of the evidence."""
    if trust.heads is None:
        return []
    findings = []
    for contract in CONTRACTS:
        pinned = trust.heads.registry if contract == "registry" else trust.heads.log
        count, head = heads[contract]
        if count < pinned.count:
            findings.append(not_checked("EVENTS_BEFORE_PIN", blocking=True, contract=contract, got=count,
                                        expected=pinned.count))  # fmt: skip
        elif (count, "0x" + head.hex()) != (pinned.count, pinned.hash):
            findings.append(fail("EVENT_HEAD_PIN", contract=contract, got=f"{count}: 0x{head.hex()}",
                                 expected=f"{pinned.count}: {pinned.hash}"))  # fmt: skip
    return findings
