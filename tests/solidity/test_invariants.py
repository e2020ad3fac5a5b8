"""State machines: whatever anybody sends, the log only extends itself, and the events rebuild the registry."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support import rfc9162
from support.evm import NOBODY, OPEN, ZERO, Reverted, account, keccak, label, rolling_hash
from support.world import (
    GUARDIANS,
    OPERATOR,
    RECOVERY_DELAY,
    REGISTRARS,
    STRANGER,
    SUPPLIER,
    SUPPLIER_ID,
    SUPPLIER_ORG,
    World,
)

SETTINGS = settings(max_examples=30, stateful_step_count=30, deadline=None)


class LogMachine(RuleBasedStateMachine):
    """An operator who tells the truth half of the time, and strangers."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.log = self.world.log
        self.entries: list[bytes] = []
        self.anchored: list[int] = []
        self.proofs: list[tuple[int, bytes, list[bytes]]] = []

    def attempt(self, sender: str, size: int, root: bytes, proof: list[bytes]) -> bool:
        try:
            self.log.send(sender, "append", size, root, proof)
        except Reverted:
            return False
        self.anchored.append(size)
        return True

    def honest(self, entries: list[bytes]) -> tuple[int, bytes, list[bytes]]:
        old = len(self.entries)
        proof = rfc9162.proof(old, entries) if old else []
        return len(entries), rfc9162.mth(entries), proof

    @rule(more=st.integers(1, 40))
    def extend(self, more: int) -> None:
        entries = [*self.entries, *(b"%d" % (len(self.entries) + i) for i in range(more))]
        checkpoint = self.honest(entries)
        assert not self.attempt(STRANGER, *checkpoint)
        assert self.attempt(OPERATOR, *checkpoint)
        self.proofs.append(checkpoint)
        self.entries = entries

    @rule(data=st.data(), more=st.integers(1, 20))
    def rewrite(self, data: st.DataObject, more: int) -> None:
        if not self.entries:
            return
        entries = [*self.entries, *(b"more %d" % i for i in range(more))]
        entries[data.draw(st.integers(0, len(self.entries) - 1))] = b"rewritten"
        assert not self.attempt(OPERATOR, *self.honest(entries))

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        if self.proofs:
            assert not self.attempt(OPERATOR, *data.draw(st.sampled_from(self.proofs)))

    @rule(size=st.integers(0, 400), root=st.binary(min_size=32, max_size=32), length=st.integers(0, 12))
    def invent(self, size: int, root: bytes, length: int) -> None:
        if self.entries:
            assert not self.attempt(OPERATOR, size, root, [keccak(bytes([n])) for n in range(length)])

    @rule(size=st.integers(0, 400))
    def shrink(self, size: int) -> None:
        if size < len(self.entries):
            assert not self.attempt(OPERATOR, size, rfc9162.mth(self.entries[:size]), [])

    @invariant()
    def every_checkpoint_is_a_prefix_of_the_next(self) -> None:
        assert self.log.view("size") == len(self.entries)
        assert self.log.view("checkpointCount") == len(self.anchored)
        assert self.anchored == sorted(set(self.anchored))
        for size in self.anchored:
            assert self.log.view("rootAt", size) == rfc9162.mth(self.entries[:size])

    @invariant()
    def events_are_complete(self) -> None:
        claimed = self.log.view("eventCount"), self.log.view("eventHash")
        assert rolling_hash(self.log.events()) == claimed


KEYS = [SUPPLIER, *(account(f"key {number}") for number in range(5))]
ORGANISATIONS = {SUPPLIER_ORG: SUPPLIER_ID, keccak(b"urn:example:second"): "urn:example:second"}
ROLE = label("declarant")
PEOPLE = [*KEYS, *GUARDIANS, STRANGER]
FAR = [OPEN, 0, 150, 250]
LIVE_KEY = "whichever key of the organisation is live"


class RegistryMachine(RuleBasedStateMachine):
    """Anybody calls anything; the state that the events describe must be the state that the contract answers."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.registry = self.world.registry
        self.compromised: dict[str, int] = {}
        self.fresh: list[str] = []

    organisations = st.sampled_from(list(ORGANISATIONS))
    keys = st.sampled_from([*KEYS, NOBODY])
    people = st.just(LIVE_KEY) | st.sampled_from(PEOPLE)

    def attempt(self, sender: str, function: str, *arguments: Any) -> None:
        before = self.registry.view("eventCount")
        if sender == LIVE_KEY:
            organisation = arguments[0] if arguments[0] in ORGANISATIONS else SUPPLIER_ORG
            sender = next(iter(self.registry.view("keysOf", organisation)), STRANGER)
        try:
            self.registry.send(sender, function, *arguments)
        except Reverted:
            assert self.registry.view("eventCount") == before

    @initialize()
    def admit_the_second(self) -> None:
        self.world.govern(self.world.registration("urn:example:second", "乙", KEYS[1], GUARDIANS[:1], 1))

    @rule(blocks=st.sampled_from([1, 5, RECOVERY_DELAY]))
    def wait(self, blocks: int) -> None:
        self.world.chain.mine(blocks)

    @rule(sender=people, organisation=organisations, key=keys)
    def add_key(self, sender: str, organisation: bytes, key: str) -> None:
        self.attempt(sender, "addKey", organisation, key)

    @rule(sender=people, key=keys)
    def rotate_key(self, sender: str, key: str) -> None:
        self.attempt(sender, "rotateKey", key)

    @rule(sender=people, key=keys)
    def revoke_key(self, sender: str, key: str) -> None:
        self.attempt(sender, "revokeKey", key)

    @rule(sender=people, key=keys, back=st.integers(-1, 60))
    def report(self, sender: str, key: str, back: int) -> None:
        self.attempt(sender, "reportCompromise", key, max(0, self.world.chain.block + 1 - back))

    @rule(sender=people, organisation=organisations, key=keys, first=st.booleans())
    def vote(self, sender: str, organisation: bytes, key: str, first: bool) -> None:
        self.attempt(sender, "startRecovery" if first else "approveRecovery", organisation, key)

    @rule(organisation=organisations, votes=st.integers(1, 3), wait=st.booleans())
    def recover(self, organisation: bytes, votes: int, wait: bool) -> None:
        key = account(f"fresh key {len(self.fresh)}")
        self.fresh.append(key)
        self.attempt(GUARDIANS[0], "startRecovery", organisation, key)
        for guardian in GUARDIANS[1:votes]:
            self.attempt(guardian, "approveRecovery", organisation, key)
        if wait:
            self.world.chain.mine(RECOVERY_DELAY)
            self.attempt(STRANGER, "completeRecovery", organisation)

    @rule(sender=people, organisation=organisations, complete=st.booleans())
    def end_recovery(self, sender: str, organisation: bytes, complete: bool) -> None:
        self.attempt(sender, "completeRecovery" if complete else "vetoRecovery", organisation)

    @rule(sender=people, organisation=organisations, count=st.integers(0, 3))
    def set_guardians(self, sender: str, organisation: bytes, count: int) -> None:
        self.attempt(sender, "setGuardians", organisation, GUARDIANS[:count], min(count, 2))

    @rule(
        sender=people,
        organisation=organisations,
        delegate=st.sampled_from(PEOPLE),
        until=st.sampled_from(FAR),
        add=st.booleans(),
    )
    def delegate(self, sender: str, organisation: bytes, delegate: str, until: int, add: bool) -> None:
        if add:
            self.attempt(sender, "addDelegate", organisation, delegate, ZERO, until)
        else:
            self.attempt(sender, "removeDelegate", organisation, delegate, ZERO)

    @rule(organisation=organisations, start=st.sampled_from(FAR), until=st.sampled_from(FAR), grant=st.booleans())
    def role(self, organisation: bytes, start: int, until: int, grant: bool) -> None:
        span = (start, until) if grant else ()
        with suppress(Reverted):
            self.world.govern_registry("grantRole" if grant else "revokeRole", organisation, ROLE, ZERO, *span)

    @rule(key=keys, back=st.integers(0, 200))
    def govern_key(self, key: str, back: int) -> None:
        with suppress(Reverted):
            self.world.govern_registry("reportCompromise", key, max(0, self.world.chain.block - back))

    @invariant()
    def the_events_rebuild_the_state(self) -> None:
        claimed = self.registry.view("eventCount"), self.registry.view("eventHash")
        assert rolling_hash(self.registry.events()) == claimed
        state = replay(self.registry.events())
        for key, record in state["keys"].items():
            assert self.registry.view("keyOf", key) == tuple(record), key
        for organisation in state["organisations"]:
            live = {k for k, (owner, _, until, _) in state["keys"].items() if (owner, until) == (organisation, OPEN)}
            assert set(self.registry.view("keysOf", organisation)) == live
            assert self.registry.view("roleRange", organisation, ROLE, ZERO) == tuple(
                state["roles"].get(organisation, (0, 0))
            )
            for delegate in PEOPLE:
                until = state["delegates"].get((organisation, delegate), 0)
                assert self.registry.view("delegateUntil", organisation, delegate, ZERO) == until

    @invariant()
    def a_compromise_never_moves_forward(self) -> None:
        for key in (*KEYS, *self.fresh):
            _, added, _, since = self.registry.view("keyOf", key)
            if added:
                assert since <= self.compromised.get(key, OPEN)
                self.compromised[key] = since

    @invariant()
    def governance_stands(self) -> None:
        assert self.registry.view("registrars") == tuple(REGISTRARS)
        assert self.registry.view("threshold") == 3


def replay(events: list[Any]) -> dict[str, Any]:
    """The registry's state by its events alone."""
    state: dict[str, Any] = {"organisations": [], "keys": {}, "roles": {}, "delegates": {}}
    for event in events:
        own, block = event.own, event.block
        if event.name == "OrganisationRegistered":
            assert own[0] == keccak(own[1].encode())
            assert own[0] not in state["organisations"]
            state["organisations"].append(own[0])
        elif event.name == "KeyAdded":
            assert own[1] not in state["keys"], "an address is a key once"
            state["keys"][own[1]] = [own[0], block, OPEN, OPEN]
        elif event.name == "KeyEnded":
            assert state["keys"][own[1]][2] == OPEN, "a key ends once"
            state["keys"][own[1]][2] = block
        elif event.name == "KeyCompromised":
            state["keys"][own[1]][3] = own[2]
        elif event.name == "RoleGranted":
            assert own[3] >= block, "no grant reaches into the past"
            state["roles"][own[0]] = [own[3], own[4]]
        elif event.name == "RoleRevoked":
            state["roles"][own[0]][1] = block
        elif event.name == "DelegateAdded":
            state["delegates"][own[0], own[1]] = own[3]
        elif event.name == "DelegateRemoved":
            state["delegates"][own[0], own[1]] = block
        elif event.name == "RecoveryCompleted":
            state["delegates"] = {k: v for k, v in state["delegates"].items() if k[0] != own[0]}
    return state


TestLog = LogMachine.TestCase
TestLog.settings = SETTINGS
TestRegistry = RegistryMachine.TestCase
TestRegistry.settings = SETTINGS
