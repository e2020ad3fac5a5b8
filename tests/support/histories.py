"""Registry and log histories without a chain: events with right numbers and hashes, encoded by eth_abi alone."""

from __future__ import annotations

from typing import Any

from eth_abi import encode

from ledger.events import ChainEvent, ContractName, RawLog, load_abi
from ledger.registry import OPEN, name_to_word, organisation_hash
from ledger.statement import keccak

ORGANISATION = "91310000MA1K00000X"
OTHER = "urn:lei:5299000J2N45DDNE4Y28"


def account(role: str) -> bytes:
    """The 20-byte address of somebody in a role."""
    return keccak(role.encode())[12:]


class History:
    """`history.at(5).key_added(...)` and so on; `events` and `logs` run in parallel."""

    def __init__(self, contract: ContractName = "registry") -> None:
        self.contract = contract
        self.events: list[ChainEvent] = []
        self.logs: list[RawLog] = []
        self.head = bytes(32)
        self.block = 1
        self._types = {i["name"]: i["inputs"] for i in load_abi(contract) if i["type"] == "event"}

    def at(self, block: int) -> History:
        self.block = block
        return self

    def emit(self, name: str, /, **arguments: Any) -> History:
        inputs = self._types[name]
        signature = f"{name}({','.join(i['type'] for i in inputs)})"
        own = inputs[2:]
        sequence, prior, topic = len(self.events), self.head, keccak(signature.encode())
        encoded = encode([i["type"] for i in own], [arguments[i["name"]] for i in own])
        fields = ["bytes32", "uint64", "uint64", "bytes32", "bytes32"]
        self.head = keccak(encode(fields, [prior, sequence, self.block, topic, keccak(encoded)]))
        transaction = keccak(f"{self.contract} {sequence}".encode())
        indexed = [encode([i["type"]], [arguments[i["name"]]]) for i in own if i["indexed"]]
        shown = [i for i in own if not i["indexed"]]
        body = encode(["bytes32", *(i["type"] for i in shown)], [prior, *(arguments[i["name"]] for i in shown)])
        topics = (topic, sequence.to_bytes(32, "big"), *indexed)
        self.logs.append(RawLog(b"\x11" * 20, self.block, transaction, 0, topics, body))
        self.events.append(ChainEvent(self.contract, name, sequence, prior, self.block, transaction, arguments, topic))
        return self

    def registered(self, organisation: str = ORGANISATION, name: str = "示例钢铁") -> History:
        return self.emit(
            "OrganisationRegistered", organisation=organisation_hash(organisation), id=organisation, name=name
        )

    def key_added(self, role: str, organisation: str = ORGANISATION) -> History:
        return self.emit("KeyAdded", organisation=organisation_hash(organisation), key=account(role))

    def key_ended(self, role: str, organisation: str = ORGANISATION) -> History:
        return self.emit("KeyEnded", organisation=organisation_hash(organisation), key=account(role))

    def compromised(self, role: str, since: int, organisation: str = ORGANISATION) -> History:
        subject = organisation_hash(organisation)
        return self.emit("KeyCompromised", organisation=subject, key=account(role), sinceBlock=since)

    def granted(self, start: int, end: int = OPEN, role: str = "declarant", scope: str = "") -> History:
        subject = organisation_hash(ORGANISATION)
        words = {"role": name_to_word(role), "scope": name_to_word(scope)}
        return self.emit("RoleGranted", organisation=subject, **words, fromBlock=start, untilBlock=end)

    def revoked(self, role: str = "declarant", scope: str = "") -> History:
        words = {"role": name_to_word(role), "scope": name_to_word(scope)}
        return self.emit("RoleRevoked", organisation=organisation_hash(ORGANISATION), **words)

    def delegated(self, role: str, until: int = OPEN, scope: str = "") -> History:
        values = {"delegate": account(role), "scope": name_to_word(scope), "untilBlock": until}
        return self.emit("DelegateAdded", organisation=organisation_hash(ORGANISATION), **values)

    def undelegated(self, role: str, scope: str = "") -> History:
        values = {"delegate": account(role), "scope": name_to_word(scope)}
        return self.emit("DelegateRemoved", organisation=organisation_hash(ORGANISATION), **values)

    def recovered(self, role: str) -> History:
        return self.emit("RecoveryCompleted", organisation=organisation_hash(ORGANISATION), newKey=account(role))
