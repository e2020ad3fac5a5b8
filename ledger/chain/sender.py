"""Transactions of one account: signed first and kept, then sent, looked up by hash, and confirmed against lies.

Whoever must survive a crash stores what `Sender.sign` returns before `Sender.send`, and sends the same bytes again
after it: the same bytes are the same transaction, however often a node gets them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from eth_account import Account

from ledger.chain.client import ChainClient, Receipt
from ledger.chain.contracts import Call
from ledger.chain.errors import NotMinedError, RevertedError, RpcError
from ledger.errors import EvidenceError, InputError
from ledger.events import ChainEvent, ContractName, EventReader
from ledger.identifiers import digest_to_text
from ledger.signing import address_of

CALL_GAS: Final = 3_000_000
"""Enough for every call of the contracts; a recovery that ends 16 keys needs the most."""
DEPLOY_GAS: Final = 8_000_000
MAX_GAS_PRICE_WEI: Final = 1_000 * 10**9
"""A node that asks more is not believed; consortium chains ask nothing or little."""
DEADLINE_S: Final = 60.0
_POLL_FIRST_S: Final = 0.02
_POLL_LONGEST_S: Final = 1.0
# what nodes say to bytes that they have, or to a nonce that was used: nothing is lost, ask by hash
_KNOWN_ALREADY: Final = ("already known", "already imported", "known transaction", "nonce too low", "nonce is too low")


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes that may be sent any number of times. `sender` has 20 bytes, `hash` 32."""

    hash: bytes
    raw: bytes
    nonce: int
    sender: bytes


class Sender:
    """An account that sends to one chain. The key stays in memory and is never shown.

    One `Sender` for each account: two that count nonces on their own would lose transactions.
    """

    def __init__(self, client: ChainClient, private_key: bytes, *, gas_price: int | None = None) -> None:
        self.client: Final = client
        self.address: Final = address_of(private_key)
        self._account: Final = Account.from_key(private_key)
        self._gas_price = gas_price

    def sign(self, call: Call, *, nonce: int, gas: int = CALL_GAS) -> SignedTransaction:
        """The signed transaction; nothing is sent.

        The chain's identity is checked first, so that nothing is ever signed for another chain behind the same URL.
        Raises what `ChainClient.check_identity` raises, and `InputError` GAS_PRICE for an absurd price.
        """
        self.client.check_identity()
        price = self.client.gas_price() if self._gas_price is None else self._gas_price
        if price > MAX_GAS_PRICE_WEI:
            raise InputError("GAS_PRICE", got=price, limit=MAX_GAS_PRICE_WEI)
        fields: dict[str, Any] = {
            "nonce": nonce,
            "gas": gas,
            "gasPrice": price,
            "value": 0,
            "data": call.data,
            "chainId": self.client.chain_id,
        }
        if call.to is not None:
            fields["to"] = call.to
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(bytes(signed.hash), bytes(signed.raw_transaction), nonce, self.address)

    def send(self, signed: SignedTransaction) -> None:
        """Hands the bytes to the node, unless it has them: ganache executes the same bytes once more, and fails them.

        Raises `RevertedError` from nodes that try a transaction before they take it, `EvidenceError` NONCE_TAKEN when
        another transaction was mined with this nonce, `NodeError`, or `RpcError` with the node's own words.
        """
        if self.client.transaction(signed.hash) is not None:
            return
        try:
            self.client.send_raw(signed.raw)
        except (RpcError, RevertedError) as err:
            if self.client.transaction(signed.hash) is not None:
                return
            if self.client.nonce(signed.sender) > signed.nonce:
                raise EvidenceError("NONCE_TAKEN", nonce=signed.nonce, transaction=digest_to_text(signed.hash)) from err
            if isinstance(err, RpcError) and any(words in err.text.lower() for words in _KNOWN_ALREADY):
                return
            raise

    def wait(self, signed: SignedTransaction, deadline_s: float = DEADLINE_S) -> Receipt:
        """The node's receipt, not yet confirmed. Raises `NotMinedError` NOT_MINED after `deadline_s` seconds."""
        deadline, pause = time.monotonic() + deadline_s, _POLL_FIRST_S
        while (receipt := self.client.receipt(signed.hash)) is None:
            if time.monotonic() + pause > deadline:
                raise NotMinedError("NOT_MINED", transaction=digest_to_text(signed.hash), seconds=deadline_s)
            time.sleep(pause)
            pause = min(2 * pause, _POLL_LONGEST_S)
        return receipt

    def confirm(
        self,
        signed: SignedTransaction,
        receipt: Receipt,
        contract: ContractName | None = None,
        expected: Callable[[ChainEvent], bool] | None = None,
    ) -> tuple[ChainEvent, ...]:
        """The contract's events in a receipt that was held against the chain.

        The receipt must be this transaction's, its block the same by number and by hash with the transaction in it,
        its logs those of the block, and one event as `expected`. Raises `EvidenceError` NODE_LIES saying what differs,
        `RevertedError` TRANSACTION_FAILED.
        """
        block = self.client.block(receipt.block)
        self._require("transaction", receipt.transaction == signed.hash)
        self._require("block hash", block.hash == receipt.block_hash)
        self._require("block by hash", self.client.block_by_hash(receipt.block_hash) == block)
        self._require("transaction in block", signed.hash in block.transactions)
        if not receipt.success:
            raise RevertedError("TRANSACTION_FAILED", transaction=digest_to_text(signed.hash), block=receipt.block)
        if contract is None:
            return ()
        address, reader = self.client.contracts[contract].address, EventReader(contract)
        logs = [log for log in receipt.logs if log.address == address and reader.is_numbered(log)]
        self._require("transaction of logs", all(log.transaction == signed.hash for log in logs))
        in_block = self.client.logs(address, receipt.block, receipt.block)
        self._require("logs of the block", all(log in in_block for log in logs))
        events = tuple(reader.read(log) for log in logs)
        self._require("event", expected is None or any(expected(event) for event in events))
        return events

    def transact(
        self, call: Call, contract: ContractName | None = None, *, gas: int = CALL_GAS, deadline_s: float = DEADLINE_S
    ) -> tuple[Receipt, tuple[ChainEvent, ...]]:
        """Signs, sends, waits and confirms, for a person at the keyboard; nothing is kept for a crash.

        The call is tried first, so that a refusal is told in the contract's words and costs nothing.
        """
        if call.to is not None:
            self.client.call(call.to, call.data, self.address)
        signed = self.sign(call, nonce=self.client.nonce(self.address), gas=gas)
        self.send(signed)
        receipt = self.wait(signed, deadline_s)
        return receipt, self.confirm(signed, receipt, contract)

    @staticmethod
    def _require(what: str, holds: object) -> None:
        if not holds:
            raise EvidenceError("NODE_LIES", what=what)
