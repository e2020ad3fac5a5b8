"""An audit folder and trust file made from signed statements, without a chain or a store: what a test changes is the defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from support.builders import DOMAIN, NOW, EventWriter, RegistryWriter, Signed, standard_registry

from ledger.block_times import TIMES_FILE, write_times
from ledger.checkpoint import Checkpoint, SignerKey, sign_checkpoint
from ledger.entry import Entry
from ledger.events import write_logs
from ledger.identifiers import digest_to_text
from ledger.merkle import Frontier, inclusion_proof, leaf_hash
from ledger.receipt import Receipt, ReceiptAnchor
from ledger.tiles import ENTRIES, TILE_WIDTH, TilePlace, TileReader, encode_bundle, statements_path, tiles_after
from ledger.trust import TrustedContract, TrustedHead, TrustedHeads, TrustFile
from verifier import screen
from verifier.product import ProductVerdict
from verifier.replay import Replayed, replay
from verifier.sources import open_folder, read_chain
from verifier.verify import verify_product

ORIGIN = "tanji.example/log"
ADDRESS = DOMAIN.log
START = 10
MERGE_DELAY = 20
LOG_KEY = SignerKey(ORIGIN, sha256(b"tanji test log key").digest())


@dataclass
class Ledger:
    """Statements with their entries' blocks; every list may be spoiled before `write`."""

    items: list[Signed] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    registry: RegistryWriter = field(default_factory=standard_registry)
    log: EventWriter = field(default_factory=lambda: EventWriter("log"))
    erased: set[int] = field(default_factory=set)
    times: dict[int, int] | None = field(default_factory=dict)
    """Unix seconds of anchors' blocks, as they are not `time_of`; None for a folder that knows of none."""
    spoil: Callable[[bytes], bytes] = bytes
    """Changes a statements file on its way to the disk."""

    def add(self, *items: Signed, block: int = START) -> bytes:
        """Registers statements; gives the digest of the last."""
        for item in items:
            self.items.append(item)
            self.entries.append(Entry(item.digest, item.signature, block))
        return self.items[-1].digest

    @property
    def root(self) -> bytes:
        return self.root_at(len(self.entries))

    def root_at(self, size: int) -> bytes:
        return Frontier().extended(leaf_hash(e.to_bytes()) for e in self.entries[:size]).root()

    def anchor(self, *, block: int = START + 1, size: int | None = None, root: bytes | None = None) -> None:
        size = len(self.entries) if size is None else size
        self.log.emit("CheckpointAnchored", block, size=size, root=root or self.root_at(size), operator=b"\x0b" * 20)

    def note(self) -> bytes:
        return sign_checkpoint(Checkpoint(ORIGIN, len(self.entries), self.root), LOG_KEY)

    def trust(self, *, pinned: bool = True) -> TrustFile:
        contract = TrustedContract(address=ADDRESS, code_hash=digest_to_text(bytes(32)))
        heads = TrustedHeads(
            block=100,
            registry=TrustedHead(count=self.registry.count, hash=digest_to_text(self.registry.head)),
            log=TrustedHead(count=self.log.count, hash=digest_to_text(self.log.head)),
        )
        return TrustFile(
            operator="示例运营方", chain_id=DOMAIN.chain_id, genesis=digest_to_text(bytes(32)), registry=contract,
            log=contract, first_block=1, max_merge_delay=MERGE_DELAY, origin=ORIGIN,
            log_key=LOG_KEY.verifier.to_text(), heads=heads if pinned else None,
        )  # fmt: skip

    def write(self, folder: Path) -> Path:
        """The audit folder."""
        files = {"checkpoint": self.note()}
        for writer in (self.registry, self.log):
            logs = [replace(log, address=bytes.fromhex(ADDRESS[2:])) for log in writer.logs]
            files[f"chain/{writer.contract}.jsonl"] = b"".join(write_logs(logs))
        if self.times is not None:
            anchored = {event.block for event in self.log.events if event.name == "CheckpointAnchored"}
            times = {block: time_of(block) for block in anchored} | self.times
            files[TIMES_FILE] = write_times(times)
        for number in range(-(-len(self.entries) // TILE_WIDTH)):
            start = number * TILE_WIDTH
            entries = self.entries[start : start + TILE_WIDTH]
            place = TilePlace(ENTRIES, number, len(entries))
            files[place.path()] = encode_bundle([e.to_bytes() for e in entries])
            blocks = [self._block(index) for index in range(start, start + len(entries))]
            files[statements_path(place)] = self.spoil(b"".join(blocks))
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder

    def _block(self, index: int) -> bytes:
        item = self.items[index]
        text = b"" if index in self.erased else item.text + b"\n"
        return item.statement.to_bytes() + b"\n" + text + b"\n"

    def verify(self, folder: Path, asked: bytes | str, *, pinned: bool = True) -> ProductVerdict:
        """Writes the folder and verifies a product in it."""
        trust = self.trust(pinned=pinned)
        self.write(folder)
        asked = asked if isinstance(asked, str) else digest_to_text(asked)
        return verify_product(open_folder(folder, trust), read_chain(folder, trust), trust, asked).verdict

    def replay(self, folder: Path, *, workers: int = 1, pinned: bool = True) -> Replayed:
        """Writes the folder and replays it, with the screen and by the judge alone: both must say the same."""
        trust = self.trust(pinned=pinned)
        self.write(folder)
        log, chain = open_folder(folder, trust), read_chain(folder, trust)
        replayed = replay(log, chain, trust, workers=workers)
        with by_the_judge_alone():
            assert replay(log, chain, trust) == replayed
        return replayed

    def receipt(self, index: int, text: bytes | None = None) -> Receipt:
        """The receipt of an entry under the whole log's checkpoint."""
        hashes = [leaf_hash(e.to_bytes()) for e in self.entries]
        tiles = {(t.level, t.index): t.data for t in tiles_after(0, hashes, _no_tile)}
        proof = inclusion_proof(index, len(hashes), TileReader(len(hashes), lambda lv, ix: tiles[lv, ix]))
        item, entry = self.items[index], self.entries[index]
        anchor = self.log.events[-1]
        return Receipt(
            statement=item.statement, signature="0x" + entry.signature.hex(), block=entry.block, index=index,
            proof=tuple(map(digest_to_text, proof)), checkpoint=self.note().decode(),
            anchor=ReceiptAnchor(chain_id=DOMAIN.chain_id, contract=ADDRESS, block=anchor.block,
                                 transaction=digest_to_text(anchor.transaction)),
            text=(item.text if text is None else text).decode(),
        )  # fmt: skip


def time_of(block: int) -> int:
    """Unix seconds of a block of a chain that makes one in five seconds."""
    return NOW + 5 * block


@contextmanager
def by_the_judge_alone() -> Iterator[None]:
    """As where the screen was not compiled."""
    with patch.object(screen, "primitives", lambda: None):
        yield


def _no_tile(level: int, index: int) -> bytes:
    raise KeyError(level, index)


def codes(findings: Sequence[object], outcome: str = "fail") -> set[str]:
    """Codes of the findings with this outcome."""
    return {f.code for f in findings if f.outcome == outcome}  # type: ignore[attr-defined]
