"""A negative control: an anchorer that sends what it signed before it stores it, as a first attempt might."""

from __future__ import annotations

from ledger.anchorer import ANCHOR_GAS, Anchorer
from ledger.merkle import consistency_proof
from ledger.store.anchoring import Anchoring
from ledger.store.rows import SignedTransaction


class CarelessAnchorer(Anchorer):
    """Only the order of two steps is wrong."""

    def _sign(self, anchoring: Anchoring) -> bool:
        previous = self._store.newest_confirmed()
        proof = consistency_proof(previous.size if previous else 0, anchoring.size, self._store.hashes(anchoring.size))
        call = self._contract.append(anchoring.size, anchoring.root, proof)
        signed = self._sender.sign(call, nonce=self._client.nonce(self._account), gas=ANCHOR_GAS)
        self._sender.send(signed)
        self._step("sent")
        row = SignedTransaction(self._account, signed.nonce, anchoring.size, signed.raw, signed.hash)
        self._store.store_signed(row, head=self._client.block_number(), price=0)
        return True
