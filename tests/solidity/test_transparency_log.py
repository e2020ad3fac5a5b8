"""The log's contract: who may append and who decides that, what it answers, what it refuses."""

from __future__ import annotations

import pytest
from support import rfc9162
from support.evm import OPEN, ZERO, account, keccak, reverts
from support.world import MERGE_DELAY, OPERATOR, ORIGIN, REGISTRARS, STRANGER, World, call

OPERATOR_ROLE = keccak(b"OPERATOR_ROLE")
ADMIN_ROLE = ZERO
SECOND_OPERATOR = account("second operator")
ENTRIES = [b"entry %d" % number for number in range(100)]
ROOT = rfc9162.mth(ENTRIES[:60])


def test_deployment_fixes_governance_origin_and_delay(world: World) -> None:
    log = world.log
    assert log.view("governance") == world.registry.address
    assert log.view("origin") == ORIGIN
    assert log.view("maxMergeDelay") == MERGE_DELAY
    assert (log.view("size"), log.view("root"), log.view("checkpointCount")) == (0, ZERO, 0)
    assert log.view("OPERATOR_ROLE") == OPERATOR_ROLE
    assert log.view("hasRole", ADMIN_ROLE, world.registry.address)
    assert log.view("getRoleAdmin", OPERATOR_ROLE) == log.view("DEFAULT_ADMIN_ROLE") == ADMIN_ROLE


def test_deployment_refuses_what_cannot_work(world: World) -> None:
    governance = world.registry.address
    with reverts("GovernanceHasNoCode", STRANGER):
        world.chain.deploy("TransparencyLog", STRANGER, ORIGIN, MERGE_DELAY)
    for origin in ("", "o" * 256):
        with reverts("InvalidOrigin", len(origin), 255):
            world.chain.deploy("TransparencyLog", governance, origin, MERGE_DELAY)
    with reverts("InvalidMaxMergeDelay", 0):
        world.chain.deploy("TransparencyLog", governance, ORIGIN, 0)
    assert world.chain.deploy("TransparencyLog", governance, "o" * 255, OPEN).view("origin") == "o" * 255


def test_an_operator_anchors_checkpoints(world: World) -> None:
    log = world.log
    (first,) = log.send(OPERATOR, "append", 60, ROOT, [])
    assert (first.name, first.own) == ("CheckpointAnchored", (60, ROOT, OPERATOR))
    root = rfc9162.mth(ENTRIES)
    (second,) = log.send(OPERATOR, "append", 100, root, rfc9162.proof(60, ENTRIES))
    assert second.own == (100, root, OPERATOR)
    assert second.values["sequence"] == first.values["sequence"] + 1
    assert (log.view("size"), log.view("root"), log.view("checkpointCount")) == (100, root, 2)
    assert [log.view("rootAt", size) for size in (0, 59, 60, 61, 100)] == [ZERO, ZERO, ROOT, ZERO, root]


@pytest.mark.parametrize("caller", [STRANGER, REGISTRARS[0]])
def test_nobody_else_appends(world: World, caller: str) -> None:
    with reverts("AccessControlUnauthorizedAccount", caller, OPERATOR_ROLE):
        world.log.send(caller, "append", 60, ROOT, [])
    with reverts("AccessControlUnauthorizedAccount", world.registry.address, OPERATOR_ROLE):
        world.govern(call(world.log, "append", 60, ROOT, []))


def test_the_log_only_grows(world: World) -> None:
    for size in (0, 60):
        if size:
            world.log.send(OPERATOR, "append", 60, ROOT, [])
        for not_greater in range(max(0, size - 2), size + 1):
            with reverts("SizeNotGreater", size, not_greater):
                world.log.send(OPERATOR, "append", not_greater, ROOT, [])


def test_the_first_checkpoint_takes_no_proof(world: World) -> None:
    with reverts("ProofNotEmpty", 1):
        world.log.send(OPERATOR, "append", 60, ROOT, [ROOT])


def test_zero_is_no_root(world: World) -> None:
    with reverts("ZeroRoot", 60):
        world.log.send(OPERATOR, "append", 60, ZERO, [])


def test_sizes_end_where_other_readers_of_checkpoints_end(world: World) -> None:
    with reverts("SizeTooLarge", 2**63, 2**63 - 1):
        world.log.send(OPERATOR, "append", 2**63, ROOT, [])
    world.log.send(OPERATOR, "append", 2**63 - 1, ROOT, [])


def test_governance_adds_and_removes_operators_by_numbered_events(world: World) -> None:
    log = world.log
    (first,) = log.events("OperatorAdded")
    assert first.own == (OPERATOR,)
    granted, added = world.govern(call(log, "grantRole", OPERATOR_ROLE, SECOND_OPERATOR))
    assert (granted.name, added.name, added.own) == ("RoleGranted", "OperatorAdded", (SECOND_OPERATOR,))
    log.send(SECOND_OPERATOR, "append", 60, ROOT, [])
    revoked, removed = world.govern(call(log, "revokeRole", OPERATOR_ROLE, SECOND_OPERATOR))
    assert (revoked.name, removed.name, removed.own) == ("RoleRevoked", "OperatorRemoved", (SECOND_OPERATOR,))
    with reverts("AccessControlUnauthorizedAccount", SECOND_OPERATOR, OPERATOR_ROLE):
        log.send(SECOND_OPERATOR, "append", 61, ROOT, [])


def test_a_change_that_changes_nothing_is_no_event(world: World) -> None:
    assert world.govern(call(world.log, "grantRole", OPERATOR_ROLE, OPERATOR)) == []
    assert world.govern(call(world.log, "revokeRole", OPERATOR_ROLE, STRANGER)) == []


def test_an_operator_may_renounce(world: World) -> None:
    with reverts("AccessControlBadConfirmation"):
        world.log.send(STRANGER, "renounceRole", OPERATOR_ROLE, OPERATOR)
    events = world.log.send(OPERATOR, "renounceRole", OPERATOR_ROLE, OPERATOR)
    assert [event.name for event in events] == ["RoleRevoked", "OperatorRemoved"]
    with reverts("AccessControlUnauthorizedAccount", OPERATOR, OPERATOR_ROLE):
        world.log.send(OPERATOR, "append", 60, ROOT, [])


def test_nobody_else_names_operators(world: World) -> None:
    for caller in (STRANGER, OPERATOR, REGISTRARS[0]):
        for function in ("grantRole", "revokeRole"):
            with reverts("AccessControlUnauthorizedAccount", caller, ADMIN_ROLE):
                world.log.send(caller, function, OPERATOR_ROLE, caller)


def test_governance_cannot_be_shared_or_left(world: World) -> None:
    other = keccak(b"OTHER_ROLE")
    registry = world.registry.address
    for function, role, target in (
        ("grantRole", ADMIN_ROLE, STRANGER),
        ("revokeRole", ADMIN_ROLE, registry),
        ("renounceRole", ADMIN_ROLE, registry),
        ("grantRole", other, STRANGER),
        ("revokeRole", other, STRANGER),
    ):
        with reverts("UnknownRole", role):
            world.govern(call(world.log, function, role, target))
    assert world.log.view("hasRole", ADMIN_ROLE, registry)


def test_the_log_says_which_interfaces_it_has(world: World) -> None:
    assert world.log.view("supportsInterface", bytes.fromhex("01ffc9a7"))
    assert world.log.view("supportsInterface", bytes.fromhex("7965db0b"))
    assert not world.log.view("supportsInterface", bytes.fromhex("ffffffff"))
