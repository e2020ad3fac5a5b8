"""Anchors checkpoints on the chain, one durable step at a time, so that a crash anywhere costs nothing.

    sealed -> signed -> sent -> mined -> confirmed          failed: the contract refused it in a block

Before anything is signed, the rows are read back and the root computed a second way. The nonce is chosen and the signed
bytes are stored before the first send; after a crash the same bytes are sent again, so that whatever happened before is
repeated harmlessly. A size has one nonce for as long as a transaction with it may be mined, and checkpoints go to the
chain one after the other. What must not happen is an incident: it stays until a person has looked at it, and nothing is
anchored before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog

from ledger.anchor_checks import STALLED_S, USUAL_PACE, Pace, RowCheck, Step, explain, lost, no_step
from ledger.chain.client import ChainClient, Receipt
from ledger.chain.contracts import LogContract
from ledger.chain.errors import RevertedError
from ledger.chain.sender import Sender, SignedTransaction
from ledger.checkpoint import Checkpoint, SignerKey, sign_checkpoint
from ledger.errors import EvidenceError, IncompleteError, InputError, RefusedError, TanjiError
from ledger.events import ChainEvent
from ledger.follower import Follower
from ledger.identifiers import digest_to_text
from ledger.merkle import consistency_proof, verify_consistency
from ledger.signing import address_of
from ledger.store import rows
from ledger.store.anchoring import Anchoring, AnchorStore, Incident
from ledger.store.lease import Lease

ANCHOR_GAS: Final = 500_000
"""Five times what a checkpoint with a proof of 63 hashes costs."""

_log: Final = structlog.get_logger("tanji.anchorer")


class Anchorer:
    """The only process that anchors the log in `store`, with the account of `private_key` (an operator of the log).

    `step` is told the name of every point at which a crash leaves another state, for tests that crash there. The keys
    stay in memory and are never shown or logged.
    """

    def __init__(
        self,
        store: AnchorStore,
        client: ChainClient,
        follower: Follower,
        private_key: bytes,
        log_key: SignerKey,
        *,
        pace: Pace = USUAL_PACE,
        step: Step = no_step,
    ) -> None:
        self._store: Final = store
        self._client: Final = client
        self._follower: Final = follower
        self._private_key: Final = private_key
        self._log_key: Final = log_key
        self._pace: Final = pace
        self._step: Final = step
        self._contract: Final = LogContract(client)
        self._account: Final = address_of(private_key)
        self._sender: Final = Sender(client, private_key)
        self._rows: Final = RowCheck(store)
        self._lease: Final = Lease(store.engine, "anchorer")
        self._explained: int | None = None
        self._waiting_since: float | None = float("-inf")
        self._head = (-1, time.monotonic())

    # -- running ------------------------------------------------------------------------------------------------------

    def run_once(self, *, flush: bool = False) -> bool:
        """One look at everything: follows the chain, moves what waits, seals what is due (all there is if `flush`).

        Whether anything is still on its way. Raises `SourceError` while node or store are away and `IncompleteError`
        while something must be waited for: both pass by themselves. Raises `RefusedError` LEASE_TAKEN, BEHIND_CHAIN
        or ANCHOR_QUARANTINED, and `EvidenceError` or `RevertedError` for what has just become an incident, or, before
        anything was believed, for another chain or a node that hides events.
        """
        self._lease.hold()
        self._client.check_identity()
        self._step("following")
        followed = self._follower.follow()
        self._step("followed")
        self._watch_head(followed.block)
        blocking = next((i for i in self._store.incidents() if i.blocking), None)
        if blocking:
            raise RefusedError("ANCHOR_QUARANTINED", id=blocking.id, cause=blocking.code, size=blocking.size or "-")
        self._reconcile(rewritten="log" in followed.rewritten)
        moving = self._move(flush=flush)
        if not moving and (confirmed := self._store.newest_confirmed()):
            anchored = self._follower.anchored
            if not anchored or anchored[-1].size < confirmed.size:
                self._follower.follow()  # so that the mirror has what was just confirmed
        return moving

    def run_until_anchored(self, *, deadline_s: float, poll_s: float = 0.1) -> None:
        """Anchors all there is; what must be waited for is waited for.

        Raises `IncompleteError` with what is still waited for after `deadline_s`, and otherwise as `run_once`.
        """
        deadline = time.monotonic() + deadline_s
        waits = IncompleteError("ANCHOR_PENDING", seconds=deadline_s)
        while True:
            try:
                if not self.run_once(flush=True):
                    return
            except IncompleteError as err:
                waits = err
            if time.monotonic() > deadline:
                raise waits
            time.sleep(poll_s)

    def run_forever(self, stop: threading.Event, *, poll_s: float = 0.5, longest_s: float = 30.0) -> None:
        """Runs until `stop` is set. Every error is logged with its code and tried again, ever more slowly."""
        pause = poll_s
        while not stop.wait(pause):
            try:
                self.run_once()
                pause = poll_s
            except TanjiError as err:
                pause = min(2 * pause, longest_s)
                serious = isinstance(err, EvidenceError | RefusedError)
                (_log.error if serious else _log.warning)("anchoring_waits", code=err.code, values=err.values)
        self.close()

    def close(self) -> None:
        """Gives up the right to anchor."""
        self._lease.release()

    def release(self, incident_id: int) -> None:
        """The operator's decision to go on after an incident; the chain and the rows must allow it.

        A dead transaction (refused, or its nonce used by another) is given up, so that its size may be signed anew; a
        checkpoint of unknown origin is adopted if it is over our rows. Raises `InputError` INCIDENT_UNKNOWN,
        `RefusedError` INCIDENT_STANDS, and what `run_once` raises.
        """
        self._lease.hold()
        incident = next((i for i in self._store.incidents() if i.id == incident_id), None)
        if incident is None:
            raise InputError("INCIDENT_UNKNOWN", got=incident_id)
        self._client.check_identity()
        self._settle(incident)
        self._store.close_incident(incident.id)
        self._explained = None
        _log.warning("incident_released", id=incident.id, code=incident.code, size=incident.size)

    def _move(self, *, flush: bool) -> bool:
        if all(self._guarded(self._advance, waiting) for waiting in self._store.unfinished()):
            sealed = self._seal(flush=flush)
            return sealed is not None and not self._guarded(self._advance, sealed)
        return True

    # -- the state machine --------------------------------------------------------------------------------------------

    def _advance(self, anchoring: Anchoring) -> bool:
        """Moves a checkpoint as far as it goes now; whether it is done with."""
        steps = {"sealed": self._sign, "signed": self._send, "sent": self._look, "mined": self._confirm}
        current: Anchoring | None = anchoring
        while current and current.state in steps:
            before = current.state
            if not steps[before](current):
                return False
            current = self._store.anchoring(current.size)
        return current is None or current.state == "confirmed"

    def _seal(self, *, flush: bool) -> Anchoring | None:
        size = self._store.tree_size()
        waiting = size - self._store.sealed_size()
        if not waiting:
            self._waiting_since = None
            return None
        now = time.monotonic()
        since = self._waiting_since = now if self._waiting_since is None else self._waiting_since
        if not flush and waiting < self._pace.max_entries and now - since < self._pace.max_age_s:
            return None
        self._step("sealing")
        self._store.seal(size, self._store.stored_root(size))
        self._waiting_since = None
        self._step("sealed")
        return self._store.anchoring(size)

    def _sign(self, anchoring: Anchoring) -> bool:
        size, head = anchoring.size, self._client.block_number()
        previous = self._store.newest_confirmed()
        if previous and previous.size > size:  # the chain went past it
            self._store.unseal(size)
            return True
        old_size = previous.size if previous else 0
        self._require_place(size, old_size, head)
        self._rows.check(anchoring)
        self._step("verified")
        proof = consistency_proof(old_size, size, self._store.hashes(size))
        if previous:
            verify_consistency(old_size, previous.root, size, anchoring.root, proof)
        call = self._contract.append(size, anchoring.root, proof)
        self._client.call(self._contract.address, call.data, self._account)
        price = self._client.gas_price()
        sender = Sender(self._client, self._private_key, gas_price=price)
        signed = sender.sign(call, nonce=self._next_nonce(), gas=ANCHOR_GAS)
        self._step("signing")
        row = rows.SignedTransaction(self._account, signed.nonce, size, signed.raw, signed.hash)
        self._store.store_signed(row, head=head, price=price)
        self._step("signed")
        _log.info("anchor_signed", size=size, nonce=signed.nonce, transaction=digest_to_text(signed.hash))
        return True

    def _require_place(self, size: int, old_size: int, head: int) -> None:
        """Whether the chain stands where the store thinks, and the next block is not below the entries' blocks."""
        if (found := self._contract.size()) != old_size:
            raise IncompleteError("ANCHOR_CHAIN_SIZE", got=found, expected=old_size)
        if (needed := self._store.last_block(size)) > head + 1:
            raise IncompleteError("ANCHOR_CHAIN_YOUNG", got=head, expected=needed)

    def _next_nonce(self) -> int:
        expected, found = self._store.next_nonce(self._account), self._client.nonce(self._account)
        if expected is not None and found < expected:
            raise IncompleteError("ANCHOR_NONCE_BEHIND", got=found, expected=expected)
        if expected is not None and found > expected:
            raise EvidenceError("NONCE_GAP", chain_nonce=found, expected=expected)
        return found

    def _send(self, anchoring: Anchoring) -> bool:
        if self._receipt(anchoring) is None:
            self._step("sending")
            try:
                self._sender.send(self._signed(anchoring))
            except EvidenceError:
                # another of our own variants may have been mined meanwhile
                if self._receipt(anchoring) is None:
                    raise
            self._step("sent")
        self._store.mark_sent(anchoring.size)
        self._step("marked_sent")
        return True

    def _look(self, anchoring: Anchoring) -> bool:
        receipt = self._receipt(anchoring)
        if receipt:
            self._step("mined")
            self._store.mark_mined(anchoring.size, receipt.block, receipt.block_hash)
            self._step("marked_mined")
            return True
        hashes = [found for found, _ in self._store.variants(anchoring)]
        if not any(self._client.transaction(found) for found in hashes):
            _log.info("anchor_sent_again", size=anchoring.size, nonce=anchoring.nonce)
            self._send(anchoring)
        elif self._client.block_number() - (anchoring.signed_at or 0) >= self._pace.replace_after_blocks:
            return len(hashes) < self._pace.max_variants and self._replace(anchoring)
        return False

    def _replace(self, anchoring: Anchoring) -> bool:
        """Other bytes with a higher price under the same nonce; the node cannot mine both."""
        previous = self._store.newest_confirmed()
        old_size = previous.size if previous else 0
        proof = consistency_proof(old_size, anchoring.size, self._store.hashes(anchoring.size))
        call = self._contract.append(anchoring.size, anchoring.root, proof)
        price = max(self._client.gas_price(), anchoring.price * 5 // 4 + 1)
        nonce = self._signed(anchoring).nonce
        signed = Sender(self._client, self._private_key, gas_price=price).sign(call, nonce=nonce, gas=ANCHOR_GAS)
        self._step("replacing")
        head = self._client.block_number()
        self._store.store_variant(anchoring.size, signed.hash, signed.raw, head=head, price=price)
        self._step("replaced")
        _log.warning("anchor_replaced", size=anchoring.size, nonce=nonce, transaction=digest_to_text(signed.hash))
        return True

    def _confirm(self, anchoring: Anchoring) -> bool:
        receipt = self._receipt(anchoring)
        if receipt is None or (receipt.block, receipt.block_hash) != (anchoring.block, anchoring.block_hash):
            self._step("vanished")
            self._store.demote(anchoring.size)
            _log.warning("anchor_block_vanished", size=anchoring.size, block=anchoring.block)
            return True
        if self._client.block_number() - receipt.block < self._pace.finality_blocks:
            return False
        self._hold_receipt(anchoring, receipt)
        self._require(self._contract.root_at(anchoring.size) == anchoring.root, "rootAt")
        note = self._note(anchoring.size, anchoring.root)
        self._step("confirming")
        self._store.confirm(anchoring.size, receipt.transaction, note)
        self._step("confirmed")
        _log.info("anchor_confirmed", size=anchoring.size, block=receipt.block)
        return True

    def _hold_receipt(self, anchoring: Anchoring, receipt: Receipt) -> None:
        """The receipt against the chain; a refusal is believed only if the chain does not hold the checkpoint."""

        def ours(event: ChainEvent) -> bool:
            named = event.name == "CheckpointAnchored"
            return named and (event.arguments["size"], event.arguments["root"]) == (anchoring.size, anchoring.root)

        raw = dict(self._store.variants(anchoring))[receipt.transaction]
        signed = SignedTransaction(receipt.transaction, raw, self._signed(anchoring).nonce, self._account)
        try:
            self._sender.confirm(signed, receipt, "log", ours)
        except EvidenceError:
            # a reorganisation between two questions looks like a lie: ask again before saying so
            if self._receipt(anchoring) != receipt:
                raise IncompleteError("ANCHOR_MOVING", size=anchoring.size) from None
            raise
        except RevertedError:
            self._require(self._contract.root_at(anchoring.size) is None, "status")
            self._store.fail(anchoring.size)
            raise

    # -- against the chain's own record -------------------------------------------------------------------------------

    def _reconcile(self, *, rewritten: bool) -> None:
        """Every checkpoint on the chain must be ours, and every confirmed one of ours must be on the chain."""
        anchored = self._follower.anchored
        whole = rewritten or self._explained is None
        new = anchored if whole else anchored[self._explained :]
        mine = {a.size: a for a in self._store.anchorings(after=new[0].size - 1)} if new else {}
        missing = [a.size for a in new if not self._guarded(explain, self._store, a, mine.get(a.size))]
        if missing:
            raise RefusedError("BEHIND_CHAIN", entries=self._store.tree_size(), sizes=missing)
        for gone in lost(self._store, anchored) if whole else ():
            self._report_lost(gone)
            self._store.demote(gone.size)
        self._explained = len(anchored)

    def _report_lost(self, gone: Anchoring) -> None:
        head = self._client.block_number()
        present = self._client.block(gone.block).hash if gone.block is not None and gone.block <= head else None
        detail = {
            "block": gone.block,
            "was": digest_to_text(gone.block_hash) if gone.block_hash else None,
            "is": digest_to_text(present) if present else None,
            "head": head,
        }
        _log.critical("anchor_lost", size=gone.size, **detail)
        self._store.open_incident("ANCHOR_LOST", gone.size, detail, blocking=False)

    def _guarded(self, act: Callable[..., bool], *arguments: Any) -> bool:
        """Runs a step; what must not happen becomes an incident before it is raised."""
        try:
            return act(*arguments)
        except (EvidenceError, RevertedError) as err:
            if not err.code.startswith("STORE_"):
                self._lease.hold()  # who stood still and lost the lease judges by what is no longer so
                about = next((a.size for a in arguments if hasattr(a, "size")), None)
                _log.critical("incident", code=err.code, size=about, values=err.values)
                self._store.open_incident(err.code, about, err.values, blocking=True)
            raise

    def _settle(self, incident: Incident) -> None:
        anchoring = self._store.anchoring(incident.size) if incident.size is not None else None
        if incident.code == "ORPHAN_ANCHOR":
            self._follower.follow()
            anchor = next((a for a in self._follower.anchored if a.size == incident.size), None)
            if anchor and self._rows.root(anchor.size) != anchor.root:
                raise RefusedError("INCIDENT_STANDS", id=incident.id, cause=incident.code)
            if anchor:
                note = self._note(anchor.size, anchor.root)
                self._store.adopt(anchor.size, anchor.root, anchor.block, anchor.transaction, note)
        elif anchoring and anchoring.state == "failed":
            self._store.bury(anchoring.size)
        elif anchoring and incident.code == "NONCE_TAKEN" and self._receipt(anchoring) is None:
            if self._client.nonce(self._account) <= self._signed(anchoring).nonce:
                raise RefusedError("INCIDENT_STANDS", id=incident.id, cause=incident.code)
            self._store.bury(anchoring.size)

    # -- small things -------------------------------------------------------------------------------------------------

    def _note(self, size: int, root: bytes) -> bytes:
        return sign_checkpoint(Checkpoint(self._contract.origin(), size, root), self._log_key)

    def _signed(self, anchoring: Anchoring) -> SignedTransaction:
        if anchoring.hash is None or anchoring.raw is None or anchoring.nonce is None:
            raise IncompleteError("ANCHOR_STATE", size=anchoring.size, got=anchoring.state)
        return SignedTransaction(anchoring.hash, anchoring.raw, anchoring.nonce, self._account)

    def _receipt(self, anchoring: Anchoring) -> Receipt | None:
        """The receipt of whichever of the checkpoint's transactions was mined."""
        names = [name for name, _ in self._store.variants(anchoring)]
        found = map(self._client.receipt, names)
        receipt = next((r for r in found if r), None)
        self._require(receipt is None or receipt.transaction in names, "transaction")
        return receipt

    def _watch_head(self, block: int) -> None:
        now = time.monotonic()
        if block != self._head[0]:
            self._head = (block, now)
        elif now - self._head[1] > STALLED_S and self._store.unfinished():
            _log.error("chain_stalled", block=block, seconds=int(now - self._head[1]))

    @staticmethod
    def _require(holds: object, what: str) -> None:
        if not holds:
            raise EvidenceError("NODE_LIES", what=what)
