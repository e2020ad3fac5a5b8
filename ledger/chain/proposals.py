"""What is proposed to the registrars, for those who decide on other machines: the calls, read back from the chain.

The contract keeps a hash of the calls only. Their bytes stand in the transaction that proposed them, which any node can
give; they are believed because they have that hash, and shown in words, so that nobody approves what he cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError, EncodingError

from ledger.chain.client import ChainClient
from ledger.chain.contracts import Call, LogContract, RegistryContract
from ledger.chain.reverts import selector
from ledger.errors import EvidenceError, IncompleteError, InputError
from ledger.events import ChainEvent, ContractName, load_abi
from ledger.registry import ANY_SCOPE, OPEN, Registry, organisation_hash, word_to_name
from ledger.statement import keccak

_CALLS: Final = ["(address,bytes)[]"]
_PROPOSE: Final = selector("propose", ("(address,bytes)[]",))
_SPOKEN: Final = frozenset({
    "registerOrganisation", "grantRole", "revokeRole", "revokeKey", "reportCompromise", "addRegistrar",
    "removeRegistrar", "setThreshold",
})  # fmt: skip
"""Functions of the registry that governance calls; of the log it calls those of the operator's role only."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A call in words: a code of the catalogue and its values."""

    code: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with its calls. `approvers` approved and did not take it back; of these, `approvals` count now.

    `unreadable` is the code of what kept the calls from being read, then there are none here.
    """

    id: int
    proposer: bytes
    block: int
    calls: tuple[Call, ...]
    approvers: tuple[bytes, ...]
    approvals: int
    executed: bool
    unreadable: str = ""


class Proposals:
    """The proposals on one registry. `events` is its whole history, as `EventHistory` proved it."""

    def __init__(self, client: ChainClient, events: Sequence[ChainEvent]) -> None:
        self._client: Final = client
        self._events: Final = events
        self._registry: Final = RegistryContract(client)
        self._log: Final = LogContract(client)
        found = Registry.of(events).organisations()
        self._names: Final = {organisation_hash(o.id): f"{o.id} {o.name}" for o in found}

    def waiting(self) -> list[Proposed]:
        """The proposals that were not executed, oldest first; one that cannot be read does not hide the others."""
        done = {event.arguments["id"] for event in self._events if event.name == "ProposalExecuted"}
        created = [event.arguments["id"] for event in self._events if event.name == "ProposalCreated"]
        return [self._readable_or_not(number) for number in created if number not in done]

    def proposal(self, number: int) -> Proposed:
        """The proposal with this number.

        Raises `InputError` PROPOSAL_UNKNOWN, `IncompleteError` PROPOSAL_CALLS_UNKNOWN when the node does not give the
        transaction, `EvidenceError` PROPOSAL_CALLS when it gives another one.
        """
        created = self._created(number)
        return self._proposed(created, self._calls(created))

    def _readable_or_not(self, number: int) -> Proposed:
        try:
            return self.proposal(number)
        except (EvidenceError, IncompleteError) as err:
            return replace(self._proposed(self._created(number), ()), unreadable=err.code)

    def _proposed(self, created: ChainEvent, calls: tuple[Call, ...]) -> Proposed:
        number: int = created.arguments["id"]
        proposer, approvers, state = (
            created.arguments["proposer"],
            self._approvers(number),
            self._registry.proposal(number),
        )
        return Proposed(number, proposer, created.block, calls, approvers, state.approvals, state.executed)

    def spoken(self, proposed: Proposed) -> list[Spoken]:
        """What the calls would do, one by one."""
        if proposed.unreadable:
            return [Spoken(proposed.unreadable, {"proposal": proposed.id})]
        names = dict(self._names)
        found = []
        for call in proposed.calls:
            spoken = self._speak(call, names)
            if spoken.code == "CALL_REGISTER_ORGANISATION":  # later calls of the same proposal name it by hash
                names[organisation_hash(str(spoken.values["id"]))] = f"{spoken.values['id']} {spoken.values['name']}"
            found.append(spoken)
        return found

    def _created(self, number: int) -> ChainEvent:
        for event in self._events:
            if event.name == "ProposalCreated" and event.arguments["id"] == number:
                return event
        raise InputError("PROPOSAL_UNKNOWN", got=number)

    def _calls(self, created: ChainEvent) -> tuple[Call, ...]:
        transaction = self._client.transaction(created.transaction)
        if transaction is None:
            raise IncompleteError("PROPOSAL_CALLS_UNKNOWN", proposal=created.arguments["id"])
        calls = _proposed_calls(transaction.data)
        if calls is None or calls_hash(calls) != created.arguments["callsHash"]:
            raise EvidenceError("PROPOSAL_CALLS", proposal=created.arguments["id"])
        return calls

    def _approvers(self, number: int) -> tuple[bytes, ...]:
        found: dict[bytes, None] = {}
        for event in self._events:
            if event.arguments.get("id") != number:
                continue
            if event.name == "ProposalApproved":
                found[event.arguments["registrar"]] = None
            elif event.name == "ProposalApprovalWithdrawn":
                found.pop(event.arguments["registrar"], None)
        return tuple(found)

    def _speak(self, call: Call, names: Mapping[bytes, str]) -> Spoken:
        if call.to == self._registry.address:
            name, values = _read("registry", call.data)
            if name in _SPOKEN:
                shown = {key: _show(key, value, names) for key, value in values.items()}
                return Spoken("CALL_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper(), shown)
        if call.to == self._log.address:
            name, values = _read("log", call.data)
            if name in ("grantRole", "revokeRole") and values["role"] == self._log.operator_role:
                code = "CALL_ADD_OPERATOR" if name == "grantRole" else "CALL_REMOVE_OPERATOR"
                return Spoken(code, {"account": _show("account", values["account"], names)})
        return Spoken("CALL_OTHER", {"target": "0x" + (call.to or b"").hex(), "data": "0x" + call.data.hex()})


def calls_hash(calls: Sequence[Call]) -> bytes:
    """What the registry keeps of calls: keccak256 of their ABI encoding."""
    return keccak(abi_encode(_CALLS, [[(call.to, call.data) for call in calls]]))


def _proposed_calls(data: bytes) -> tuple[Call, ...] | None:
    if data[:4] != _PROPOSE:
        return None
    try:
        (calls,) = abi_decode(_CALLS, data[4:])
    except (DecodingError, EncodingError, OverflowError):
        return None
    return tuple(Call(bytes.fromhex(to[2:]), bytes(call)) for to, call in calls)


@cache
def _functions(contract: ContractName) -> Mapping[bytes, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = {}
    for item in load_abi(contract):
        if item["type"] == "function":
            types = tuple(i["type"] for i in item["inputs"])
            if not any("tuple" in kind for kind in types):
                names = tuple(i["name"] for i in item["inputs"])
                found[selector(item["name"], types)] = (item["name"], names, types)
    return found


def _read(contract: ContractName, data: bytes) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a call; ("", {}) unless it is exactly one, with nothing behind it."""
    name, names, types = _functions(contract).get(data[:4], ("", (), ()))
    try:
        values = abi_decode(types, data[4:])
        if abi_encode(types, values) == data[4:]:
            return name, dict(zip(names, values, strict=True))
    except (DecodingError, EncodingError, OverflowError):
        pass
    return "", {}


def _show(name: str, value: Any, names: Mapping[bytes, str]) -> object:
    if name in ("role", "scope"):
        return word_to_name(value) if value != ANY_SCOPE else "*"
    if name == "organisation" and isinstance(value, bytes):
        return names.get(value, "0x" + value.hex())
    if value == OPEN:
        return "…"
    if isinstance(value, list | tuple):
        return "、".join(str(_show(name, item, names)) for item in value) or "-"
    if isinstance(value, str):  # a name may hold what would move a terminal's lines about
        return "".join(sign if sign.isprintable() else "\ufffd" for sign in value)
    return value
