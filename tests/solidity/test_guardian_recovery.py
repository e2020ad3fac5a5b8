"""Recovery by two of three guardians: the delay, the veto, and what a thief or one hostile guardian can try."""

from __future__ import annotations

import pytest
from support.evm import NOBODY, OPEN, Chain, account, keccak, label, reverts
from support.world import (
    GUARDIANS,
    RECOVERY_DELAY,
    REGISTRARS,
    STRANGER,
    SUPPLIER,
    SUPPLIER_ORG,
    World,
)

FIRST, SECOND, HOSTILE = GUARDIANS
NEW_KEY = account("supplier's recovered key")
HOSTILE_KEY = account("hostile guardian's key")
THIEVES_GUARDIAN = account("thief's guardian")
IDLE = (False, NOBODY, 0)


def decide(world: World, key: str = NEW_KEY) -> int:
    """Two guardians agree on `key`; the block from which it can be completed."""
    world.registry.send(FIRST, "startRecovery", SUPPLIER_ORG, key)
    world.registry.send(SECOND, "approveRecovery", SUPPLIER_ORG, key)
    return world.chain.block + RECOVERY_DELAY


def mine_to(world: World, block: int) -> None:
    """The next transaction is in `block`."""
    world.chain.mine(block - world.chain.block - 1)


@pytest.mark.parametrize("delay", [0, 2**32, OPEN])
def test_deployment_refuses_a_senseless_delay(delay: int) -> None:
    with reverts("InvalidDelay", delay, 2**32 - 1):
        Chain().deploy("OrganisationRegistry", REGISTRARS, 3, delay, 0)


def test_guardians_recover_an_organisation_after_the_delay(world: World) -> None:
    registry = world.registry
    registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, account("supplier's second key"))
    (started,) = registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    assert (started.name, started.own) == ("RecoveryStarted", (SUPPLIER_ORG, NEW_KEY, FIRST))
    assert registry.view("recoveryOf", SUPPLIER_ORG) == (True, NOBODY, 0)
    assert registry.view("recoveryApprovals", SUPPLIER_ORG, NEW_KEY) == 1

    (approved,) = registry.send(SECOND, "approveRecovery", SUPPLIER_ORG, NEW_KEY)
    assert (approved.name, approved.own) == ("RecoveryApproved", (SUPPLIER_ORG, NEW_KEY, SECOND))
    ready = world.chain.block + registry.view("recoveryDelay")
    assert registry.view("recoveryOf", SUPPLIER_ORG) == (True, NEW_KEY, ready)

    mine_to(world, ready - 1)
    with reverts("RecoveryNotReady", SUPPLIER_ORG, ready, ready - 1):
        registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    events = registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    assert world.chain.block == ready
    assert [event.name for event in events] == ["KeyEnded", "KeyEnded", "KeyAdded", "RecoveryCompleted"]
    assert events[-1].own == (SUPPLIER_ORG, NEW_KEY)
    assert registry.view("keysOf", SUPPLIER_ORG) == (NEW_KEY,)
    assert registry.view("keyOf", NEW_KEY) == (SUPPLIER_ORG, ready, OPEN, OPEN)
    assert registry.view("keyOf", SUPPLIER)[2] == ready
    assert registry.view("recoveryOf", SUPPLIER_ORG) == IDLE
    with reverts("NoRecovery", SUPPLIER_ORG):
        registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)


def test_one_guardian_is_enough_where_the_threshold_says_so(world: World) -> None:
    organisation = keccak(b"urn:example:small")
    world.govern(world.registration("urn:example:small", "小厂", account("small firm's key"), [FIRST], 1))
    world.registry.send(FIRST, "startRecovery", organisation, NEW_KEY)
    ready = world.chain.block + RECOVERY_DELAY
    assert world.registry.view("recoveryOf", organisation) == (True, NEW_KEY, ready)


def test_only_guardians_vote(world: World) -> None:
    without = keccak(b"urn:example:without")
    world.govern(world.registration("urn:example:without", "无监护", account("key without guardians"), [], 0))
    for organisation, caller in ((SUPPLIER_ORG, STRANGER), (SUPPLIER_ORG, SUPPLIER), (without, FIRST)):
        for function in ("startRecovery", "approveRecovery"):
            with reverts("NotGuardian", organisation, caller):
                world.registry.send(caller, function, organisation, NEW_KEY)


def test_a_vote_needs_a_fresh_key_and_a_start(world: World) -> None:
    registry = world.registry
    with reverts("KeyAlreadyUsed", SUPPLIER):
        registry.send(FIRST, "startRecovery", SUPPLIER_ORG, SUPPLIER)
    with reverts("InvalidKey", NOBODY):
        registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NOBODY)
    with reverts("RecoveryNotStarted", SUPPLIER_ORG, NEW_KEY):
        registry.send(FIRST, "approveRecovery", SUPPLIER_ORG, NEW_KEY)
    registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    with reverts("RecoveryAlreadyStarted", SUPPLIER_ORG, NEW_KEY):
        registry.send(SECOND, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    with reverts("RecoveryAlreadyApproved", SUPPLIER_ORG, NEW_KEY, FIRST):
        registry.send(FIRST, "approveRecovery", SUPPLIER_ORG, NEW_KEY)


def test_nobody_can_vote_for_the_zero_key(world: World) -> None:
    # a guardian who has not voted has the zero address as vote: that must not count as anything
    assert world.registry.view("recoveryApprovals", SUPPLIER_ORG, NOBODY) == 0
    with reverts("InvalidKey", NOBODY):
        world.registry.send(FIRST, "approveRecovery", SUPPLIER_ORG, NOBODY)
    world.registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    with reverts("InvalidKey", NOBODY):
        world.registry.send(FIRST, "approveRecovery", SUPPLIER_ORG, NOBODY)
    assert world.registry.view("recoveryApprovals", SUPPLIER_ORG, NEW_KEY) == 1


def test_an_undecided_recovery_cannot_be_completed(world: World) -> None:
    with reverts("NoRecovery", SUPPLIER_ORG):
        world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    world.registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    world.chain.mine(10 * RECOVERY_DELAY)
    with reverts("RecoveryUndecided", SUPPLIER_ORG):
        world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)


def test_one_hostile_guardian_cannot_block_the_others(world: World) -> None:
    registry = world.registry
    registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)
    ready = decide(world)
    assert registry.view("recoveryOf", SUPPLIER_ORG) == (True, NEW_KEY, ready)
    for function, key in (("startRecovery", account("yet another key")), ("approveRecovery", HOSTILE_KEY)):
        with reverts("RecoveryAlreadyDecided", SUPPLIER_ORG, NEW_KEY):
            registry.send(HOSTILE, function, SUPPLIER_ORG, key)


def test_a_guardian_has_one_vote_and_may_move_it(world: World) -> None:
    registry = world.registry
    registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)
    registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, account("another key"))
    assert registry.view("recoveryApprovals", SUPPLIER_ORG, HOSTILE_KEY) == 0
    assert registry.view("recoveryOf", SUPPLIER_ORG) == (True, NOBODY, 0)
    registry.send(HOSTILE, "approveRecovery", SUPPLIER_ORG, NEW_KEY)
    assert registry.view("recoveryOf", SUPPLIER_ORG)[1] == NEW_KEY


def test_any_live_key_vetoes(world: World) -> None:
    registry = world.registry
    with reverts("NoRecovery", SUPPLIER_ORG):
        registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)
    ready = decide(world)
    for caller in (STRANGER, FIRST, REGISTRARS[0]):
        with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
            registry.send(caller, "vetoRecovery", SUPPLIER_ORG)
    (vetoed,) = registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)
    assert (vetoed.name, vetoed.own) == ("RecoveryVetoed", (SUPPLIER_ORG, SUPPLIER))
    assert registry.view("recoveryOf", SUPPLIER_ORG) == IDLE
    assert registry.view("recoveryApprovals", SUPPLIER_ORG, NEW_KEY) == 0
    mine_to(world, ready + 1)
    with reverts("NoRecovery", SUPPLIER_ORG):
        registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    assert registry.view("keysOf", SUPPLIER_ORG) == (SUPPLIER,)
    # votes of the vetoed round are void, and its key is free again
    with reverts("RecoveryNotStarted", SUPPLIER_ORG, NEW_KEY):
        registry.send(SECOND, "approveRecovery", SUPPLIER_ORG, NEW_KEY)
    assert decide(world) == world.chain.block + RECOVERY_DELAY


def test_an_undecided_recovery_can_be_vetoed(world: World) -> None:
    world.registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)
    world.registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)
    assert world.registry.view("recoveryOf", SUPPLIER_ORG) == IDLE


def test_nobody_can_use_up_the_key_while_the_delay_runs(world: World) -> None:
    competitor = account("competitor's key")
    world.govern(world.registration("urn:example:competitor", "竞争者", competitor, [HOSTILE], 1))
    ready = decide(world)
    with reverts("KeyAlreadyUsed", NEW_KEY):
        world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, NEW_KEY)
    with reverts("KeyAlreadyUsed", NEW_KEY):
        world.registry.send(competitor, "rotateKey", NEW_KEY)
    with reverts("KeyAlreadyUsed", NEW_KEY):
        world.registry.send(HOSTILE, "startRecovery", keccak(b"urn:example:competitor"), NEW_KEY)
    with reverts("UnknownKey", NEW_KEY):
        world.registry.send(SUPPLIER, "reportCompromise", NEW_KEY, world.chain.block)
    mine_to(world, ready)
    world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)


def test_a_key_used_up_before_the_decision_only_costs_another_vote(world: World) -> None:
    world.registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, NEW_KEY)
    with reverts("KeyAlreadyUsed", NEW_KEY):
        world.registry.send(SECOND, "approveRecovery", SUPPLIER_ORG, NEW_KEY)
    decide(world, account("another new key"))


def test_guardians_change_only_after_the_delay(world: World) -> None:
    registry = world.registry
    (changed,) = registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [THIEVES_GUARDIAN], 1)
    effective = world.chain.block + RECOVERY_DELAY
    assert (changed.name, changed.own) == ("GuardiansSet", (SUPPLIER_ORG, (THIEVES_GUARDIAN,), 1, effective))
    assert registry.view("guardiansOf", SUPPLIER_ORG) == (tuple(GUARDIANS), 2)
    assert registry.view("pendingGuardiansOf", SUPPLIER_ORG) == ((THIEVES_GUARDIAN,), 1, effective)
    mine_to(world, effective - 1)
    with reverts("NotGuardian", SUPPLIER_ORG, THIEVES_GUARDIAN):
        registry.send(THIEVES_GUARDIAN, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    world.chain.mine(1)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == ((THIEVES_GUARDIAN,), 1)
    assert registry.view("pendingGuardiansOf", SUPPLIER_ORG) == ((), 0, 0)
    with reverts("NotGuardian", SUPPLIER_ORG, FIRST):
        registry.send(FIRST, "startRecovery", SUPPLIER_ORG, NEW_KEY)
    registry.send(THIEVES_GUARDIAN, "startRecovery", SUPPLIER_ORG, NEW_KEY)


def test_a_later_change_replaces_a_waiting_one_but_not_one_in_force(world: World) -> None:
    registry = world.registry
    registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [THIEVES_GUARDIAN], 1)
    world.chain.mine(RECOVERY_DELAY // 2)
    registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [STRANGER], 1)
    first_due = world.chain.block + RECOVERY_DELAY
    world.chain.mine(RECOVERY_DELAY // 2)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == (tuple(GUARDIANS), 2)
    world.chain.mine(first_due - world.chain.block)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == ((STRANGER,), 1)
    registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [], 0)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == ((STRANGER,), 1)
    world.chain.mine(RECOVERY_DELAY)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == ((), 0)


def test_a_thief_cannot_swap_the_guardians_under_a_running_recovery(world: World) -> None:
    registry = world.registry
    registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [THIEVES_GUARDIAN], 1)  # by the thief, with a stolen key
    world.chain.mine(RECOVERY_DELAY - 10)
    ready = decide(world)
    mine_to(world, ready)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == (tuple(GUARDIANS), 2)
    with reverts("NotGuardian", SUPPLIER_ORG, THIEVES_GUARDIAN):
        registry.send(THIEVES_GUARDIAN, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)
    registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    world.chain.mine(10 * RECOVERY_DELAY)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == (tuple(GUARDIANS), 2)
    assert registry.view("pendingGuardiansOf", SUPPLIER_ORG) == ((), 0, 0)


def test_a_guardian_about_to_leave_cannot_hold_the_change_up(world: World) -> None:
    registry = world.registry
    registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, [FIRST, SECOND], 2)
    effective = world.chain.block + RECOVERY_DELAY
    registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)
    mine_to(world, effective + 1)
    assert registry.view("pendingGuardiansOf", SUPPLIER_ORG) == ((FIRST, SECOND), 2, effective)
    registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)
    assert registry.view("guardiansOf", SUPPLIER_ORG) == ((FIRST, SECOND), 2)
    with reverts("NotGuardian", SUPPLIER_ORG, HOSTILE):
        registry.send(HOSTILE, "startRecovery", SUPPLIER_ORG, HOSTILE_KEY)


def test_a_vetoing_thief_is_stopped_by_the_registrars(world: World) -> None:
    decide(world)
    world.registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)  # by the thief, with the only key
    ready = decide(world)
    world.govern_registry("revokeKey", SUPPLIER)
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, SUPPLIER):
        world.registry.send(SUPPLIER, "vetoRecovery", SUPPLIER_ORG)
    mine_to(world, ready)
    events = world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    assert [event.name for event in events] == ["KeyAdded", "RecoveryCompleted"]


def test_recovery_works_against_as_many_keys_as_a_thief_can_add(world: World) -> None:
    for number in range(15):
        world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, account(f"thief's key {number}"))
    mine_to(world, decide(world))
    events = world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    assert [event.name for event in events].count("KeyEnded") == 16
    assert world.registry.view("keysOf", SUPPLIER_ORG) == (NEW_KEY,)


def test_recovery_ends_the_delegations_of_a_thief(world: World) -> None:
    footprint = label("footprint")
    world.registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, STRANGER, footprint, OPEN)
    mine_to(world, decide(world))
    world.registry.send(STRANGER, "completeRecovery", SUPPLIER_ORG)
    assert world.registry.view("delegateUntil", SUPPLIER_ORG, STRANGER, footprint) == 0
    with reverts("DelegateNotActive", SUPPLIER_ORG, STRANGER, footprint):
        world.registry.send(NEW_KEY, "removeDelegate", SUPPLIER_ORG, STRANGER, footprint)


@pytest.mark.parametrize("by_governance", [True, False])
def test_bad_guardians_are_refused(world: World, by_governance: bool) -> None:
    def attempt(guardians: list[str], threshold: int) -> None:
        if by_governance:
            world.govern(world.registration("urn:example:x", "X", NEW_KEY, guardians, threshold))
        else:
            world.registry.send(SUPPLIER, "setGuardians", SUPPLIER_ORG, guardians, threshold)

    many = [account(f"guardian {number}") for number in range(17)]
    with reverts("TooManyGuardians", 17, 16):
        attempt(many, 1)
    for guardians, threshold in ((GUARDIANS, 4), (GUARDIANS, 0), ([], 1)):
        with reverts("GuardianThresholdOutOfRange", threshold, len(guardians)):
            attempt(guardians, threshold)
    with reverts("InvalidGuardian", NOBODY):
        attempt([FIRST, NOBODY], 1)
    with reverts("InvalidGuardian", FIRST):
        attempt([FIRST, SECOND, FIRST], 1)
    attempt(many[:16], 16)


def test_only_a_live_key_sets_guardians(world: World) -> None:
    for caller in (STRANGER, FIRST, REGISTRARS[0]):
        with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
            world.registry.send(caller, "setGuardians", SUPPLIER_ORG, [], 0)


def test_views_refuse_an_unknown_organisation(world: World) -> None:
    unknown = keccak(b"unknown")
    for view, more in (
        ("guardiansOf", []),
        ("pendingGuardiansOf", []),
        ("recoveryOf", []),
        ("recoveryApprovals", [NEW_KEY]),
    ):
        with reverts("UnknownOrganisation", unknown):
            world.registry.view(view, unknown, *more)
