"""Roles that registrars grant and delegates that organisations name, at block precision."""

from __future__ import annotations

import pytest
from support.evm import NOBODY, OPEN, ZERO, account, keccak, label, reverts
from support.world import REGISTRARS, STRANGER, SUPPLIER, SUPPLIER_ORG, World, call

DECLARANT = label("declarant")
FOOTPRINT = label("footprint")
DELEGATE = account("consultant")


def test_registrars_grant_a_role_with_scope_and_range(world: World) -> None:
    start, end = world.chain.block + 20, world.chain.block + 40
    (granted,) = world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, FOOTPRINT, start, end)
    assert (granted.name, granted.own) == ("RoleGranted", (SUPPLIER_ORG, DECLARANT, FOOTPRINT, start, end))
    assert world.registry.view("roleRange", SUPPLIER_ORG, DECLARANT, FOOTPRINT) == (start, end)
    assert world.registry.view("roleRange", SUPPLIER_ORG, DECLARANT, ZERO) == (0, 0)


@pytest.mark.parametrize("early", [0, 1, 105])
def test_no_grant_reaches_into_the_past(world: World, early: int) -> None:
    (granted,) = world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, early, OPEN)
    assert granted.own == (SUPPLIER_ORG, DECLARANT, ZERO, world.chain.block, OPEN)
    assert world.registry.view("roleRange", SUPPLIER_ORG, DECLARANT, ZERO) == (world.chain.block, OPEN)


def test_an_empty_range_is_refused(world: World) -> None:
    with reverts("EmptyRange", 1000, 1000):
        world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 1000, 1000)
    over = world.chain.block
    with reverts("EmptyRange", over + 3, over):
        world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, over)


def test_a_role_needs_a_name_and_an_organisation(world: World) -> None:
    with reverts("InvalidRole", ZERO):
        world.govern_registry("grantRole", SUPPLIER_ORG, ZERO, ZERO, 0, OPEN)
    unknown = keccak(b"unknown")
    with reverts("UnknownOrganisation", unknown):
        world.govern_registry("grantRole", unknown, DECLARANT, ZERO, 0, OPEN)


@pytest.mark.parametrize("caller", [STRANGER, REGISTRARS[0], SUPPLIER])
def test_nobody_else_grants_or_revokes(world: World, caller: str) -> None:
    with reverts("OnlyGovernance", caller):
        world.registry.send(caller, "grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, OPEN)
    with reverts("OnlyGovernance", caller):
        world.registry.send(caller, "revokeRole", SUPPLIER_ORG, DECLARANT, ZERO)


def test_ranges_never_overlap(world: World) -> None:
    end = world.chain.block + 100
    world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, end)
    with reverts("RoleAlreadyGranted", SUPPLIER_ORG, DECLARANT, ZERO, end):
        world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, OPEN)
    world.chain.mine(end - world.chain.block)
    world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, OPEN)
    revoked, granted = world.govern(
        call(world.registry, "revokeRole", SUPPLIER_ORG, DECLARANT, ZERO),
        call(world.registry, "grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, OPEN),
    )
    assert [revoked.name, granted.name] == ["RoleRevoked", "RoleGranted"]


def test_a_revoked_role_ends_at_that_block(world: World) -> None:
    world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, OPEN)
    start = world.chain.block
    (revoked,) = world.govern_registry("revokeRole", SUPPLIER_ORG, DECLARANT, ZERO)
    assert (revoked.name, revoked.own) == ("RoleRevoked", (SUPPLIER_ORG, DECLARANT, ZERO))
    assert world.registry.view("roleRange", SUPPLIER_ORG, DECLARANT, ZERO) == (start, world.chain.block)
    with reverts("RoleNotGranted", SUPPLIER_ORG, DECLARANT, ZERO):
        world.govern_registry("revokeRole", SUPPLIER_ORG, DECLARANT, ZERO)


def test_a_role_that_ran_out_cannot_be_revoked(world: World) -> None:
    end = world.chain.block + 20
    world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, 0, end)
    world.chain.mine(end - 3 - world.chain.block)  # a decision takes three blocks: this one falls into block `end`
    with reverts("RoleNotGranted", SUPPLIER_ORG, DECLARANT, ZERO):
        world.govern_registry("revokeRole", SUPPLIER_ORG, DECLARANT, ZERO)
    assert world.chain.block == end


def test_a_role_to_come_can_be_revoked(world: World) -> None:
    later = world.chain.block + 100
    world.govern_registry("grantRole", SUPPLIER_ORG, DECLARANT, ZERO, later, OPEN)
    world.govern_registry("revokeRole", SUPPLIER_ORG, DECLARANT, ZERO)
    assert world.registry.view("roleRange", SUPPLIER_ORG, DECLARANT, ZERO) == (later, world.chain.block)


def test_a_live_key_names_a_delegate(world: World) -> None:
    until = world.chain.block + 10
    (added,) = world.registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, FOOTPRINT, until)
    assert (added.name, added.own) == ("DelegateAdded", (SUPPLIER_ORG, DELEGATE, FOOTPRINT, until))
    assert world.registry.view("delegateUntil", SUPPLIER_ORG, DELEGATE, FOOTPRINT) == until
    assert world.registry.view("delegateUntil", SUPPLIER_ORG, DELEGATE, ZERO) == 0


def test_a_delegation_is_replaced_removed_and_runs_out(world: World) -> None:
    registry = world.registry
    registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, ZERO, OPEN)
    registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, ZERO, world.chain.block + 50)
    assert registry.view("delegateUntil", SUPPLIER_ORG, DELEGATE, ZERO) == world.chain.block + 49
    (removed,) = registry.send(SUPPLIER, "removeDelegate", SUPPLIER_ORG, DELEGATE, ZERO)
    assert (removed.name, removed.own) == ("DelegateRemoved", (SUPPLIER_ORG, DELEGATE, ZERO))
    assert registry.view("delegateUntil", SUPPLIER_ORG, DELEGATE, ZERO) == world.chain.block
    with reverts("DelegateNotActive", SUPPLIER_ORG, DELEGATE, ZERO):
        registry.send(SUPPLIER, "removeDelegate", SUPPLIER_ORG, DELEGATE, ZERO)
    registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, ZERO, world.chain.block + 5)
    world.chain.mine(5)
    with reverts("DelegateNotActive", SUPPLIER_ORG, DELEGATE, ZERO):
        registry.send(SUPPLIER, "removeDelegate", SUPPLIER_ORG, DELEGATE, ZERO)


def test_delegations_must_name_somebody_and_some_block(world: World) -> None:
    with reverts("InvalidDelegate", NOBODY):
        world.registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, NOBODY, ZERO, OPEN)
    block = world.chain.block + 1
    with reverts("EmptyRange", block, block):
        world.registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, ZERO, block)


@pytest.mark.parametrize("caller", [STRANGER, REGISTRARS[0], DELEGATE])
def test_only_live_keys_name_and_remove_delegates(world: World, caller: str) -> None:
    world.registry.send(SUPPLIER, "addDelegate", SUPPLIER_ORG, DELEGATE, ZERO, OPEN)
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
        world.registry.send(caller, "addDelegate", SUPPLIER_ORG, STRANGER, ZERO, OPEN)
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
        world.registry.send(caller, "removeDelegate", SUPPLIER_ORG, DELEGATE, ZERO)
