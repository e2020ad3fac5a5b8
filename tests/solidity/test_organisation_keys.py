"""Organisations and keys: who may add, rotate, end and report them, and at which blocks they are valid."""

from __future__ import annotations

import pytest
from support.evm import NOBODY, OPEN, ZERO, Chain, account, keccak, reverts
from support.world import (
    GUARDIANS,
    LOOKBACK,
    REGISTRARS,
    STRANGER,
    SUPPLIER,
    SUPPLIER_ID,
    SUPPLIER_ORG,
    World,
)

SECOND_KEY = account("supplier's second key")
THIRD_KEY = account("supplier's third key")
COMPETITOR = account("competitor's key")
COMPETITOR_ID = "urn:example:competitor"
COMPETITOR_ORG = keccak(COMPETITOR_ID.encode())


def add_competitor(world: World) -> None:
    world.govern(world.registration(COMPETITOR_ID, "竞争者", COMPETITOR, [], 0))


def valid(world: World, key: str, block: int, organisation: bytes = SUPPLIER_ORG) -> bool:
    answer: bool = world.registry.view("isValidKey", organisation, key, block)
    return answer


def test_registrars_register_an_organisation_with_its_first_key(world: World) -> None:
    key = account("foundry's key")
    organisation = keccak(b"urn:example:foundry")
    registered, added, guardians = world.govern(world.registration("urn:example:foundry", "铸造厂", key, [STRANGER], 1))
    block = world.chain.block
    assert (registered.name, registered.own) == (
        "OrganisationRegistered",
        (organisation, "urn:example:foundry", "铸造厂"),
    )
    assert (added.name, added.own) == ("KeyAdded", (organisation, key))
    assert (guardians.name, guardians.own) == ("GuardiansSet", (organisation, (STRANGER,), 1, block))
    assert world.registry.view("organisationExists", organisation)
    assert world.registry.view("keyOf", key) == (organisation, block, OPEN, OPEN)
    assert world.registry.view("keysOf", organisation) == (key,)


@pytest.mark.parametrize("caller", [STRANGER, REGISTRARS[0], SUPPLIER])
def test_nobody_else_registers(world: World, caller: str) -> None:
    with reverts("OnlyGovernance", caller):
        world.registry.send(caller, "registerOrganisation", "urn:example:x", "X", STRANGER, [], 0)


def test_an_identifier_is_registered_once(world: World) -> None:
    with reverts("OrganisationExists", SUPPLIER_ORG):
        world.govern(world.registration(SUPPLIER_ID, "again", STRANGER, [], 0))


@pytest.mark.parametrize(
    ("id_", "name", "length", "maximum"),
    [("", "n", 0, 256), ("i" * 257, "n", 257, 256), ("i", "", 0, 512), ("i", "碳" * 171, 513, 512)],
)
def test_texts_have_limits(world: World, id_: str, name: str, length: int, maximum: int) -> None:
    with reverts("InvalidText", length, maximum):
        world.govern(world.registration(id_, name, STRANGER, [], 0))


def test_the_longest_texts_are_accepted(world: World) -> None:
    world.govern(world.registration("i" * 256, "n" * 512, STRANGER, [], 0))
    assert world.registry.view("organisationExists", keccak(b"i" * 256))


def test_some_addresses_are_never_keys(world: World) -> None:
    for address in (NOBODY, world.registry.address):
        with reverts("InvalidKey", address):
            world.govern(world.registration("urn:example:x", "X", address, [], 0))
        with reverts("InvalidKey", address):
            world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, address)
        with reverts("InvalidKey", address):
            world.registry.send(SUPPLIER, "rotateKey", address)


def test_views_say_nothing_of_the_unknown(world: World) -> None:
    unknown = keccak(b"unknown")
    assert world.registry.view("keyOf", STRANGER) == (ZERO, 0, 0, 0)
    assert not world.registry.view("organisationExists", unknown)
    assert not valid(world, STRANGER, world.chain.block)
    assert not valid(world, STRANGER, 0, ZERO)
    with reverts("UnknownOrganisation", unknown):
        world.registry.view("keysOf", unknown)


def test_a_live_key_adds_a_key(world: World) -> None:
    (added,) = world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    assert (added.name, added.own) == ("KeyAdded", (SUPPLIER_ORG, SECOND_KEY))
    block = world.chain.block
    assert world.registry.view("keysOf", SUPPLIER_ORG) == (SUPPLIER, SECOND_KEY)
    assert [valid(world, SECOND_KEY, at) for at in (block - 1, block, OPEN - 1)] == [False, True, True]
    add_competitor(world)
    assert not valid(world, SECOND_KEY, block, COMPETITOR_ORG)


def test_only_a_live_key_of_that_organisation_adds_a_key(world: World) -> None:
    add_competitor(world)
    for caller in (STRANGER, COMPETITOR, REGISTRARS[0], GUARDIANS[0]):
        with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
            world.registry.send(caller, "addKey", SUPPLIER_ORG, SECOND_KEY)
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, world.registry.address):
        world.govern_registry("addKey", SUPPLIER_ORG, SECOND_KEY)
    with reverts("NotLiveKeyOf", ZERO, STRANGER):
        world.registry.send(STRANGER, "addKey", ZERO, SECOND_KEY)


def test_an_address_is_a_key_once_and_for_ever(world: World) -> None:
    add_competitor(world)
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(SUPPLIER, "revokeKey", SECOND_KEY)
    for key in (SECOND_KEY, SUPPLIER, COMPETITOR):
        with reverts("KeyAlreadyUsed", key):
            world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, key)
    with reverts("KeyAlreadyUsed", SECOND_KEY):
        world.registry.send(COMPETITOR, "rotateKey", SECOND_KEY)
    with reverts("KeyAlreadyUsed", SUPPLIER):
        world.registry.send(SUPPLIER, "rotateKey", SUPPLIER)
    with reverts("KeyAlreadyUsed", SECOND_KEY):
        world.govern(world.registration("urn:example:x", "X", SECOND_KEY, [], 0))


def test_at_most_16_live_keys(world: World) -> None:
    for number in range(15):
        world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, account(f"key {number}"))
    with reverts("TooManyKeys", SUPPLIER_ORG, 16):
        world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(SUPPLIER, "rotateKey", SECOND_KEY)
    with reverts("TooManyKeys", SUPPLIER_ORG, 16):
        world.registry.send(SECOND_KEY, "addKey", SUPPLIER_ORG, THIRD_KEY)
    assert len(world.registry.view("keysOf", SUPPLIER_ORG)) == 16


def test_rotation_hands_over_within_one_block(world: World) -> None:
    first_block = world.registry.view("keyOf", SUPPLIER)[1]
    ended, added = world.registry.send(SUPPLIER, "rotateKey", SECOND_KEY)
    block = world.chain.block
    assert (ended.name, ended.own) == ("KeyEnded", (SUPPLIER_ORG, SUPPLIER))
    assert (added.name, added.own) == ("KeyAdded", (SUPPLIER_ORG, SECOND_KEY))
    assert world.registry.view("keyOf", SUPPLIER) == (SUPPLIER_ORG, first_block, block, OPEN)
    assert world.registry.view("keysOf", SUPPLIER_ORG) == (SECOND_KEY,)
    assert [valid(world, SUPPLIER, at) for at in (first_block - 1, first_block, block - 1, block)] == [
        False,
        True,
        True,
        False,
    ]
    assert [valid(world, SECOND_KEY, at) for at in (block - 1, block)] == [False, True]
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, SUPPLIER):
        world.registry.send(SUPPLIER, "rotateKey", THIRD_KEY)
    with reverts("NotLiveKeyOf", ZERO, STRANGER):
        world.registry.send(STRANGER, "rotateKey", THIRD_KEY)


def test_a_key_is_ended_by_its_organisation_or_by_governance(world: World) -> None:
    add_competitor(world)
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, THIRD_KEY)
    for caller in (STRANGER, COMPETITOR, REGISTRARS[0]):
        with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
            world.registry.send(caller, "revokeKey", SECOND_KEY)
    (ended,) = world.registry.send(SECOND_KEY, "revokeKey", SUPPLIER)
    assert (ended.name, ended.own) == ("KeyEnded", (SUPPLIER_ORG, SUPPLIER))
    assert set(world.registry.view("keysOf", SUPPLIER_ORG)) == {SECOND_KEY, THIRD_KEY}
    (ended,) = world.govern_registry("revokeKey", SECOND_KEY)
    assert ended.own == (SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(THIRD_KEY, "revokeKey", THIRD_KEY)
    assert world.registry.view("keysOf", SUPPLIER_ORG) == ()
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, THIRD_KEY):
        world.registry.send(THIRD_KEY, "addKey", SUPPLIER_ORG, account("too late"))


def test_a_key_ends_once(world: World) -> None:
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(SUPPLIER, "revokeKey", SECOND_KEY)
    with reverts("KeyNotLive", SECOND_KEY):
        world.registry.send(SUPPLIER, "revokeKey", SECOND_KEY)
    with reverts("UnknownKey", STRANGER):
        world.registry.send(SUPPLIER, "revokeKey", STRANGER)
    with reverts("UnknownKey", STRANGER):
        world.govern_registry("revokeKey", STRANGER)


def test_a_key_added_and_ended_in_one_block_is_never_valid(world: World) -> None:
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.registry.send(SUPPLIER, "revokeKey", SECOND_KEY, same_block=True)
    block = world.chain.block
    assert [valid(world, SECOND_KEY, at) for at in (block - 1, block, block + 1)] == [False] * 3


def test_a_compromise_reaches_back_and_ends_the_key(world: World) -> None:
    world.chain.mine(100)
    since = world.chain.block - 10
    ended, compromised = world.registry.send(SUPPLIER, "reportCompromise", SUPPLIER, since)
    block = world.chain.block
    assert (ended.name, ended.own) == ("KeyEnded", (SUPPLIER_ORG, SUPPLIER))
    assert (compromised.name, compromised.own) == ("KeyCompromised", (SUPPLIER_ORG, SUPPLIER, since))
    assert world.registry.view("keyOf", SUPPLIER)[2:] == (block, since)
    assert [valid(world, SUPPLIER, at) for at in (since - 1, since, block)] == [True, False, False]
    assert world.registry.view("keysOf", SUPPLIER_ORG) == ()


def test_a_key_reports_within_the_lookback_and_governance_any_block(world: World) -> None:
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    world.chain.mine(100)
    earliest = world.chain.block + 1 - LOOKBACK
    with reverts("CompromiseTooEarly", earliest - 1, earliest):
        world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, earliest - 1)
    # the refused call has moved the chain on by one block
    world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, earliest, same_block=True)
    assert world.registry.view("keyOf", SECOND_KEY)[3] == earliest
    (compromised,) = world.govern_registry("reportCompromise", SECOND_KEY, 7)
    assert (compromised.name, compromised.own) == ("KeyCompromised", (SUPPLIER_ORG, SECOND_KEY, 7))
    assert not valid(world, SECOND_KEY, earliest - 1)


def test_the_lookback_stops_at_the_first_block(world: World) -> None:
    registry = Chain().deploy("OrganisationRegistry", [STRANGER], 1, 1, OPEN)
    call = (registry.address, registry.data("registerOrganisation", "i", "n", SUPPLIER, [], 0))
    registry.send(STRANGER, "propose", [call])
    registry.send(SUPPLIER, "reportCompromise", SUPPLIER, 0)
    assert registry.view("keyOf", SUPPLIER)[3] == 0
    assert registry.view("compromiseLookback") == OPEN
    assert world.registry.view("compromiseLookback") == LOOKBACK


def test_a_reported_block_only_moves_back_and_never_into_the_future(world: World) -> None:
    world.registry.send(SUPPLIER, "addKey", SUPPLIER_ORG, SECOND_KEY)
    with reverts("CompromiseInFuture", world.chain.block + 2, world.chain.block + 1):
        world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, world.chain.block + 2)
    present = world.chain.block + 1
    world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, present)
    assert world.registry.view("keyOf", SECOND_KEY)[2:] == (present, present)
    since = present - 2
    world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, since)
    for not_earlier in (since, since + 1):
        with reverts("CompromiseNotEarlier", SECOND_KEY, not_earlier, since):
            world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, not_earlier)
        with reverts("CompromiseNotEarlier", SECOND_KEY, not_earlier, since):
            world.govern_registry("reportCompromise", SECOND_KEY, not_earlier)
    (event,) = world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, since - 1)
    assert event.name == "KeyCompromised"  # ended before: no second KeyEnded


def test_others_cannot_report(world: World) -> None:
    add_competitor(world)
    for caller in (STRANGER, COMPETITOR, GUARDIANS[0], REGISTRARS[0]):
        with reverts("NotLiveKeyOf", SUPPLIER_ORG, caller):
            world.registry.send(caller, "reportCompromise", SUPPLIER, world.chain.block)
    with reverts("UnknownKey", STRANGER):
        world.registry.send(SUPPLIER, "reportCompromise", STRANGER, world.chain.block)
    world.registry.send(SUPPLIER, "rotateKey", SECOND_KEY)
    with reverts("NotLiveKeyOf", SUPPLIER_ORG, SUPPLIER):
        world.registry.send(SUPPLIER, "reportCompromise", SECOND_KEY, world.chain.block)
