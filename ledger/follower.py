"""Keeps the store's mirror of both contracts' events in step with the chain.

Statements are admitted at the mirror's block, so the mirror holds every event up to it, proven by the contracts' own
count and rolling hash. A chain that lost or changed events (a development chain after kill -9, a reorganisation) is
told apart from a node that merely lags: the first has other events at or above the mirrored block; when its head is
lower, it must stay so for `patience_s`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from ledger.block_times import is_plausible
from ledger.chain.client import ChainClient
from ledger.chain.history import EventHistory
from ledger.errors import EvidenceError, IncompleteError, TanjiError
from ledger.events import NO_EVENTS_HASH, ContractName, load_abi, read_logs, verify_event_chain
from ledger.registry import Anchor, anchors_of
from ledger.store import Store
from ledger.store.anchoring import AnchorStore

CONTRACTS: Final[tuple[ContractName, ...]] = ("registry", "log")
PATIENCE_S: Final = 30.0
"""How long a node may show less than was proven before, until its chain counts as having lost it."""
TIMES_AT_ONCE: Final = 1_000
"""Blocks whose times are asked for in one look; a log has fewer new anchors, but an older store may lack all."""
LOCAL_PATIENCE_S: Final = 2.0
"""The same for the one node of a development chain on this machine, which lags behind nobody."""
_OTHER_HISTORY: Final = frozenset({"CHAIN_WENT_BACK", "EVENT_HASH_MISMATCH", "EVENT_CHAIN_BROKEN", "EVENTS_MISSING"})

_log: Final = structlog.get_logger("tanji.follower")


@dataclass(frozen=True, slots=True)
class Followed:
    """What one look at the chain brought. `rewritten` names contracts whose past events are not what they were."""

    block: int
    rewritten: tuple[ContractName, ...]


class Follower:
    """The mirror of one chain in one store. One process follows; others read the mirror.

    `store` and `anchors` are two views of one database. `first_block` is where the contracts' events begin.
    """

    def __init__(
        self,
        store: Store,
        anchors: AnchorStore,
        client: ChainClient,
        first_block: int,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._store: Final = store
        self._anchors: Final = anchors
        self._client: Final = client
        self._first_block: Final = first_block
        self._patience_s: Final = patience_s
        self._behind_since: float | None = None
        self._histories: dict[ContractName, EventHistory] = {}
        self._timed = 0
        """So many events of the log's contract were looked at for their blocks' times."""
        self._anchored: tuple[bytes, tuple[Anchor, ...]] = (NO_EVENTS_HASH, ())

    @property
    def anchored(self) -> tuple[Anchor, ...]:
        """The checkpoints that the log's contract holds, as of the last look."""
        history = self._histories["log"]
        if self._anchored[0] != history.head:
            self._anchored = (history.head, anchors_of(history.events))
        return self._anchored[1]

    def follow(self) -> Followed:
        """Mirrors what is new.

        Raises `SourceError` while the node is away, `IncompleteError` NODE_BEHIND while it shows less than was proven
        before, and what `EventHistory.update` raises for a node that hides or invents events.
        """
        block = self._client.block_number()
        self._note_head(block, only_lower=True)  # nothing may be registered above it, whatever comes of this look
        rewritten = tuple(name for name in CONTRACTS if self._update(name, block))
        self._behind_since = None
        newest = [event.block for history in self._histories.values() for event in history.events[-1:]]
        self._note_head(max([block, *newest]))
        self._note_times()
        return Followed(block, rewritten)

    def follow_patiently(self, poll_s: float = 0.1) -> Followed:
        """As `follow`; a node that shows less than was proven is asked again, until `patience_s` decides about it."""
        while True:
            try:
                return self.follow()
            except IncompleteError as err:
                if err.code != "NODE_BEHIND":
                    raise
            time.sleep(poll_s)

    def _note_head(self, block: int, *, only_lower: bool = False) -> None:
        with self._store.read() as reader:
            noted = reader.chain_head()
        if noted == block or (only_lower and (noted is None or noted < block)):
            return
        with self._store.write() as writer:
            writer.note_chain_head(block)

    def _note_times(self) -> None:
        """Notes when the anchors' blocks were made, the newest first, so that a long list keeps nobody waiting.

        A block that the node does not tell of is asked for again by the next process.
        """
        events = self._histories["log"].events
        new = dict.fromkeys(e.block for e in events[self._timed :] if e.name == "CheckpointAnchored")
        if new:
            with self._store.read() as reader:
                known = reader.block_times()
            new = {block: None for block in new if block not in known}
        asked = list(new)[-TIMES_AT_ONCE:]
        if found := dict(self._ask_times(asked)):
            with self._store.write() as writer:
                writer.note_block_times(found)
        if len(asked) == len(new):
            self._timed = len(events)

    def _ask_times(self, blocks: Iterable[int]) -> Iterator[tuple[int, int]]:
        for block in blocks:
            try:
                time_s = self._client.block(block).time_s
            except TanjiError as err:
                _log.warning("block_time_unknown", block=block, code=err.code)
                continue
            if is_plausible(time_s):
                yield block, time_s

    def _update(self, contract: ContractName, block: int) -> bool:
        try:
            history = self._histories.get(contract) or self._remembered(contract)
            history.update()
        except (EvidenceError, IncompleteError) as err:
            if err.code not in _OTHER_HISTORY:
                raise
            return self._rewrite(contract, block, err)
        self._histories[contract] = history
        self._mirror(contract, history, block)
        return False

    def _remembered(self, contract: ContractName) -> EventHistory:
        with self._store.read() as reader:
            known = list(read_logs(reader.event_lines(contract)))
        return EventHistory(self._client, contract, self._first_block, known)

    def _mirror(self, contract: ContractName, history: EventHistory, block: int) -> None:
        # the count and hash were read after `block`: nothing up to the last event can be missing
        newest = max([block, *(event.block for event in history.events[-1:])])
        with self._store.read() as reader:
            before = reader.cursor(contract)
        if newest <= before.block and history.count <= before.count:
            return
        with self._store.write() as writer:
            # another process may have mirrored some of it meanwhile
            there = writer.cursor(contract)
            writer.mirror(contract, history.logs[there.count :], max(newest, there.block))

    def _rewrite(self, contract: ContractName, block: int, cause: EvidenceError | IncompleteError) -> bool:
        """Puts the chain's present history, once it is proven, in the place of what it was."""
        fresh = EventHistory(self._client, contract, self._first_block)
        fresh.update()
        with self._store.read() as reader:
            cursor, lines = reader.cursor(contract), list(reader.event_lines(contract))
        self._require_patience(contract, block, cursor.block)
        old = list(read_logs(lines))
        same = next((n for n, (a, b) in enumerate(zip(old, fresh.logs, strict=False)) if a != b), None)
        keep = min(len(old), len(fresh.logs)) if same is None else same
        abi = load_abi(contract)
        head = verify_event_chain(fresh.events[:keep], abi)[1] if keep else NO_EVENTS_HASH
        kept_block = fresh.events[keep - 1].block if keep else -1
        _log.critical("chain_rewritten", contract=contract, kept=keep, lost=len(old) - keep, cause=cause.code)
        detail = {"kept": keep, "lost": len(old) - keep, "block": block, "lines": [x.decode() for x in lines[keep:]]}
        # entries may rest on what the registry no longer says; lost anchors are only sent again
        blocking = contract == "registry" and len(old) > keep
        self._anchors.open_incident("CHAIN_REWRITTEN", None, {"contract": contract, **detail}, blocking=blocking)
        self._anchors.drop_events(contract, keep, head, kept_block)
        self._histories[contract] = fresh
        self._timed = 0
        # entries' blocks never decrease, so the mirror's does not either
        self._mirror(contract, fresh, max(block, cursor.block))
        return True

    def _require_patience(self, contract: ContractName, block: int, known: int) -> None:
        if block >= known:
            return
        now = time.monotonic()
        self._behind_since = self._behind_since or now
        if now - self._behind_since < self._patience_s:
            raise IncompleteError("NODE_BEHIND", contract=contract, got=block, known=known)
