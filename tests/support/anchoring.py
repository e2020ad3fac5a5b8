"""A ledger on a real chain for the anchorer's tests, and the judge of what is left after a crash."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.builders import NOW, STEEL, footprint

from ledger.anchor_checks import Pace
from ledger.anchorer import Anchorer
from ledger.chain.client import ChainClient, connect
from ledger.checkpoint import SignerKey, open_checkpoint
from ledger.events import EventReader, read_logs
from ledger.follower import Follower
from ledger.merkle import leaf_hash, root_of
from ledger.registry import anchors_of
from ledger.sequencer import Sequencer, Submission
from ledger.statement import Domain
from ledger.store import MasterKey, Store, open_store
from ledger.store.anchoring import AnchorStore, open_anchor_store

if TYPE_CHECKING:
    from support.chain import Chain

MASTER = MasterKey(b"\x07" * 32)
ORIGIN = "tanji.local/log"
LOG_KEY = SignerKey(ORIGIN, b"\x09" * 32)
AT_ONCE = Pace(max_age_s=0)


@dataclass(frozen=True)
class Site:
    """Everything a process needs to know; can be sent to another process."""

    database: str
    chain_url: str
    chain_id: int
    genesis: bytes
    contracts: dict[Any, Any]
    first_block: int
    operator_key: bytes
    supplier_key: bytes
    first_nonce: int

    @property
    def domain(self) -> Domain:
        return Domain(chain_id=self.chain_id, log="0x" + self.contracts["log"].address.hex())

    def via(self, url: str) -> Site:
        """The same ledger through another node."""
        return replace(self, chain_url=url)

    def client(self) -> ChainClient:
        return connect(
            self.chain_url, chain_id=self.chain_id, genesis=self.genesis, contracts=self.contracts, attempts=1,
        )  # fmt: skip


def site_of(chain: Chain, database: str) -> Site:
    """A ledger on `chain` with one supplier who may declare."""
    chain.register(STEEL, "supplier", ("declarant", ""))
    genesis = chain.client.genesis
    assert genesis
    return Site(
        database, chain.url, chain.client.chain_id, genesis, chain.client.contracts, chain.deployment.first_block,
        chain.key("operator"), chain.key("supplier"), chain.client.nonce(chain.address("operator")),
    )  # fmt: skip


class Office:
    """One process's view of a site: store, sequencer and anchorer."""

    def __init__(self, site: Site, *, client: ChainClient | None = None, patience_s: float = 0.0,
                 make: Callable[..., Anchorer] = Anchorer, **options: Any) -> None:  # fmt: skip
        self.site = site
        self.store: Store = open_store(site.database, MASTER)
        self.anchors: AnchorStore = open_anchor_store(site.database)
        self.client = client or site.client()
        self.follower = Follower(self.store, self.anchors, self.client, site.first_block, patience_s=patience_s)
        options.setdefault("pace", AT_ONCE)
        self.anchorer = make(self.anchors, self.client, self.follower, site.operator_key, LOG_KEY, **options)
        self.sequencer = Sequencer(self.store, site.domain, clock=lambda: NOW)

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.anchorer.close()
        self.client.rpc.close()
        self.anchors.engine.dispose()
        self.store.close()

    def submission(self, name: str) -> Submission:
        made = footprint(STEEL, product_id=name, key=self.site.supplier_key, domain=self.site.domain)
        return Submission(made.statement, made.signature, made.text)

    def register(self, *names: str) -> list[tuple[int, bytes]]:
        """Registers declarations of products with these names; index and digest of each."""
        self.follower.follow()
        done = self.sequencer.register_batch([self.submission(name) for name in names])
        return [(item.index, item.digest) for item in done]  # type: ignore[union-attr]

    def anchor(self, *, deadline_s: float = 20.0) -> None:
        self.anchorer.run_until_anchored(deadline_s=deadline_s, poll_s=0.01)

    def states(self) -> list[tuple[int, str]]:
        return [(a.size, a.state) for a in self.anchors.anchorings()]

    def leaves(self) -> list[bytes]:
        with self.store.read() as reader:
            return [leaf_hash(stored.entry.to_bytes()) for stored in reader.statements()]


def faults(site: Site, acknowledged: list[tuple[int, bytes]], *, unacknowledged: int = 0, burned: int = 0) -> list[str]:
    """What is wrong with a ledger at rest: an empty list for none.

    Each acknowledged (index, digest) is there once and in its place; at most `unacknowledged` more; every checkpoint is
    confirmed, over our rows, on the chain once and in order; the account's nonce was used once for each (and `burned`).
    """
    with Office(site) as office:
        found = _row_faults(office, acknowledged, unacknowledged)
        return found + _chain_faults(office, burned)


def _row_faults(office: Office, acknowledged: list[tuple[int, bytes]], unacknowledged: int) -> list[str]:
    with office.store.read() as reader:
        rows = [(stored.index, stored.entry.digest) for stored in reader.statements()]
        size = reader.size()
    found = [
        f"acknowledged entry {index} is not there" for index, digest in acknowledged if (index, digest) not in rows
    ]
    if [index for index, _ in rows] != list(range(size)) or len({digest for _, digest in rows}) != len(rows):
        found.append("entries are not contiguous or not unique")
    if not len(set(acknowledged)) <= size <= len(set(acknowledged)) + unacknowledged:
        found.append(f"{size} entries for {len(set(acknowledged))} acknowledgements")
    return found


def _chain_faults(office: Office, burned: int) -> list[str]:
    from ledger.chain.history import EventHistory

    history = EventHistory(office.client, "log", office.site.first_block)
    history.update()
    anchored = anchors_of(history.events)
    leaves, mine = office.leaves(), office.anchors.anchorings()
    found = [f"checkpoint {a.size} is {a.state}" for a in mine if a.state != "confirmed"]
    if [(a.size, a.root, a.block) for a in anchored] != [(a.size, a.root, a.block) for a in mine]:
        found.append("chain and store differ")
    found += [f"root of {a.size} is not over the rows" for a in anchored if root_of(leaves[: a.size]) != a.root]
    if leaves and (not anchored or anchored[-1].size != len(leaves)):
        found.append("entries are not anchored")
    nonce = office.client.nonce(office.anchorer._account)
    if nonce != office.site.first_nonce + len(anchored) + burned:
        found.append(f"nonce {nonce} for {len(anchored)} checkpoints")
    for a in mine:
        if a.note is None or open_checkpoint(a.note, LOG_KEY.verifier, ORIGIN).root != a.root:
            found.append(f"note of {a.size} does not hold")
    found += [f"incident {i.code}" for i in office.anchors.incidents() if i.blocking]
    with office.store.read() as reader:
        mirrored = [EventReader("log").read(log) for log in read_logs(reader.event_lines("log"))]
    if mirrored != history.events[: len(mirrored)] or len(mirrored) < len(history.events):
        found.append("the mirror is not the chain's history")
    return found


def killer(wanted: str, occurrence: int = 1) -> Callable[[str], None]:
    """A `step` that kills its own process at the `occurrence`th time that `wanted` is reached."""
    seen = 0

    def step(name: str) -> None:
        nonlocal seen
        seen += name == wanted
        if name == wanted and seen == occurrence:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def stopper(wanted: str) -> Callable[[str], None]:
    """A `step` that stops its own process once, as a frozen machine would, when `wanted` is reached."""
    stopped = False

    def step(name: str) -> None:
        nonlocal stopped
        if name == wanted and not stopped:
            stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)

    return step


def work(site: Site, acknowledgements: Path, names: list[str], wanted: str = "", occurrence: int = 1,
         make: Callable[..., Anchorer] = Anchorer, ends: Callable[..., Any] = killer) -> None:  # fmt: skip
    """A process's life: registers each name durably acknowledged in a file of its own, anchors after every second one."""
    step = stopper(wanted) if ends is stopper else killer(wanted, occurrence)
    with Office(site, step=step, make=make) as office, acknowledgements.open("a") as file:
        for count, name in enumerate(names, start=1):
            step("registering")
            for index, digest in office.register(name):
                step("registered")
                file.write(f"{index} {digest.hex()}\n")
                file.flush()
                os.fsync(file.fileno())
                step("acknowledged")
            if count % 2 == 0:
                office.anchor()
        office.anchor()


def acknowledged_in(*files: Path) -> list[tuple[int, bytes]]:
    lines = [line.split() for file in files if file.exists() for line in file.read_text().splitlines()]
    return [(int(index), bytes.fromhex(digest)) for index, digest in lines]


def register_for_a_while(site: Site, acknowledgements: Path, prefix: str) -> None:
    """Registers one entry after the other until it is killed."""
    with Office(site) as office, acknowledgements.open("a") as file:
        for count in range(10_000):
            for index, digest in office.register(f"{prefix}-{count}"):
                file.write(f"{index} {digest.hex()}\n")
                file.flush()
                os.fsync(file.fileno())


def anchor_for_a_while(site: Site) -> None:
    """Anchors until it is killed; waits while another process does."""
    with Office(site) as office:
        office.anchorer.run_forever(threading.Event(), poll_s=0.02, longest_s=0.2)


def anchor_patiently(site: Site, deadline_s: float = 60.0) -> None:
    """Anchors all there is, however often the store refuses meanwhile, as a service does."""
    stop, end = threading.Event(), time.monotonic() + deadline_s
    with Office(site) as office:
        options = {"poll_s": 0.02, "longest_s": 0.1}
        runner = threading.Thread(target=office.anchorer.run_forever, args=(stop,), kwargs=options)
        runner.start()
        while time.monotonic() < end:
            newest = office.anchors.newest_confirmed()
            if newest and newest.size == office.anchors.tree_size():
                break
            time.sleep(0.05)
        stop.set()
        runner.join()
    assert time.monotonic() < end, "not anchored"


def anchor_all(site: Site) -> None:
    """Anchors all there is, or ends with the first error."""
    with Office(site) as office:
        office.anchor()


def work_on_a_slow_chain(site: Site, acknowledgements: Path, wanted: str = "") -> None:
    """As `work` with one entry, where a block is mined after each look only, and patience ends after one block."""
    pace = Pace(max_age_s=0, replace_after_blocks=1)
    with Office(site, step=killer(wanted), pace=pace) as office, acknowledgements.open("a") as file:
        for index, digest in office.register("a"):
            file.write(f"{index} {digest.hex()}\n")
            file.flush()
        for _ in range(20):
            if not office.anchorer.run_once(flush=True):
                return
            office.client.rpc.ask("evm_mine")
    raise AssertionError("not anchored")


def run_some(office: Office, times: int = 3) -> None:
    """A few looks at everything."""
    for _ in range(times):
        office.anchorer.run_once(flush=True)
