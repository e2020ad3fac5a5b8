"""Decisions by three of four registrars: nothing less decides, and nothing decides twice."""

from __future__ import annotations

import pytest
from eth_abi import encode
from support.evm import NOBODY, Chain, account, keccak, reverts
from support.world import OPERATOR, RECOVERY_DELAY, REGISTRARS, STRANGER, World, call

NEW_REGISTRAR = account("registrar of a fifth province")
FIRST, SECOND, THIRD, FOURTH = REGISTRARS


def calls_hash(calls: list[tuple[str, bytes]]) -> bytes:
    return keccak(encode(["(address,bytes)[]"], [calls]))


def test_deployment_names_the_registrars_and_the_threshold() -> None:
    registry = Chain().deploy("OrganisationRegistry", REGISTRARS, 3, RECOVERY_DELAY, 0)
    assert registry.view("registrars") == tuple(REGISTRARS)
    assert registry.view("threshold") == 3
    assert [registry.view("isRegistrar", a) for a in (FOURTH, STRANGER)] == [True, False]
    assert registry.view("proposalCount") == 0
    assert [event.name for event in registry.events()] == ["RegistrarAdded"] * 4 + ["ThresholdChanged"]
    assert [event.own for event in registry.events()] == [(registrar,) for registrar in REGISTRARS] + [(3,)]


@pytest.mark.parametrize("threshold", [0, 5])
def test_deployment_refuses_a_threshold_that_cannot_be_met(threshold: int) -> None:
    with reverts("ThresholdOutOfRange", threshold, 4):
        Chain().deploy("OrganisationRegistry", REGISTRARS, threshold, RECOVERY_DELAY, 0)


def test_deployment_refuses_bad_registrars() -> None:
    with reverts("RegistrarExists", FIRST):
        Chain().deploy("OrganisationRegistry", [FIRST, FIRST], 1, RECOVERY_DELAY, 0)
    with reverts("InvalidRegistrar", NOBODY):
        Chain().deploy("OrganisationRegistry", [NOBODY], 1, RECOVERY_DELAY, 0)
    with reverts("ThresholdOutOfRange", 1, 0):
        Chain().deploy("OrganisationRegistry", [], 1, RECOVERY_DELAY, 0)
    with reverts("TooManyRegistrars", 33, 32):
        many = [account(f"registrar {number}") for number in range(33)]
        Chain().deploy("OrganisationRegistry", many, 1, RECOVERY_DELAY, 0)


def test_three_of_four_decide_and_every_step_is_an_event(world: World) -> None:
    registry = world.registry
    calls = [call(registry, "addRegistrar", NEW_REGISTRAR)]
    number = registry.view("proposalCount")

    created, approved = registry.send(FIRST, "propose", calls)
    assert (created.name, created.own) == ("ProposalCreated", (number, FIRST, calls_hash(calls)))
    assert (approved.name, approved.own) == ("ProposalApproved", (number, FIRST))
    assert registry.view("proposal", number) == (calls_hash(calls), 1, False)

    (approved,) = registry.send(FOURTH, "approve", number, calls)
    assert (approved.name, approved.own) == ("ProposalApproved", (number, FOURTH))
    assert not registry.view("isRegistrar", NEW_REGISTRAR)

    _, executed, added = registry.send(SECOND, "approve", number, calls)
    assert (executed.name, executed.own) == ("ProposalExecuted", (number,))
    assert (added.name, added.own) == ("RegistrarAdded", (NEW_REGISTRAR,))
    assert registry.view("isRegistrar", NEW_REGISTRAR)
    assert registry.view("proposal", number) == (calls_hash(calls), 3, True)
    assert registry.view("proposalCount") == number + 1


def test_one_registrar_alone_decides_where_the_threshold_is_one() -> None:
    registry = Chain().deploy("OrganisationRegistry", [FIRST, SECOND], 1, RECOVERY_DELAY, 0)
    events = registry.send(FIRST, "propose", [call(registry, "addRegistrar", THIRD)])
    names = ["ProposalCreated", "ProposalApproved", "ProposalExecuted", "RegistrarAdded"]
    assert [event.name for event in events] == names


def test_strangers_and_former_registrars_have_no_voice(world: World) -> None:
    registry = world.registry
    calls = [call(registry, "setThreshold", 1)]
    number = world.propose(*calls)
    for function, arguments in (("propose", [calls]), ("approve", [number, calls]), ("withdrawApproval", [number])):
        with reverts("NotRegistrar", STRANGER):
            registry.send(STRANGER, function, *arguments)
    world.govern_registry("removeRegistrar", FOURTH)
    with reverts("NotRegistrar", FOURTH):
        registry.send(FOURTH, "approve", number, calls)


def test_only_a_decision_may_change_the_governance(world: World) -> None:
    for function, argument in (("addRegistrar", STRANGER), ("removeRegistrar", FOURTH), ("setThreshold", 1)):
        for caller in (STRANGER, FIRST):
            with reverts("OnlyGovernance", caller):
                world.registry.send(caller, function, argument)


def test_an_approval_covers_the_very_calls(world: World) -> None:
    calls = [call(world.registry, "addRegistrar", NEW_REGISTRAR)]
    other = [call(world.registry, "addRegistrar", STRANGER)]
    number = world.propose(*calls)
    with reverts("CallsMismatch", number, calls_hash(calls), calls_hash(other)):
        world.registry.send(SECOND, "approve", number, other)
    with reverts("CallsMismatch", number, calls_hash(calls), calls_hash([])):
        world.registry.send(SECOND, "approve", number, [])


def test_proposals_must_exist_hold_calls_and_be_open(world: World) -> None:
    calls = [call(world.registry, "addRegistrar", NEW_REGISTRAR)]
    unknown = world.registry.view("proposalCount")
    with reverts("EmptyProposal"):
        world.registry.send(FIRST, "propose", [])
    with reverts("UnknownProposal", unknown):
        world.registry.send(FIRST, "approve", unknown, calls)
    with reverts("UnknownProposal", unknown):
        world.registry.view("proposal", unknown)
    world.govern(*calls)
    with reverts("ProposalAlreadyExecuted", unknown):
        world.registry.send(FOURTH, "approve", unknown, calls)
    with reverts("ProposalAlreadyExecuted", unknown):
        world.registry.send(FIRST, "withdrawApproval", unknown)


def test_nobody_approves_twice(world: World) -> None:
    calls = [call(world.registry, "addRegistrar", NEW_REGISTRAR)]
    number = world.propose(*calls)
    with reverts("ProposalAlreadyApproved", number, FIRST):
        world.registry.send(FIRST, "approve", number, calls)


def test_a_withdrawn_approval_does_not_count(world: World) -> None:
    registry = world.registry
    calls = [call(registry, "addRegistrar", NEW_REGISTRAR)]
    number = world.propose(*calls)
    (withdrawn,) = registry.send(FIRST, "withdrawApproval", number)
    assert (withdrawn.name, withdrawn.own) == ("ProposalApprovalWithdrawn", (number, FIRST))
    with reverts("ProposalNotApproved", number, FIRST):
        registry.send(FIRST, "withdrawApproval", number)
    with reverts("ProposalNotApproved", number, SECOND):
        registry.send(SECOND, "withdrawApproval", number)
    registry.send(SECOND, "approve", number, calls)
    registry.send(THIRD, "approve", number, calls)
    assert registry.view("proposal", number) == (calls_hash(calls), 2, False)
    registry.send(FIRST, "approve", number, calls)
    assert registry.view("proposal", number)[2]


def test_approvals_of_a_removed_registrar_are_gone_even_when_they_return(world: World) -> None:
    registry = world.registry
    calls = [call(registry, "addRegistrar", NEW_REGISTRAR)]
    number = world.propose(*calls, registrar=FOURTH)
    registry.send(FIRST, "approve", number, calls)
    (removed,) = world.govern_registry("removeRegistrar", FOURTH)
    assert (removed.name, removed.own) == ("RegistrarRemoved", (FOURTH,))
    assert registry.view("registrars") == (FIRST, SECOND, THIRD)
    assert registry.view("proposal", number)[1] == 1
    world.govern_registry("addRegistrar", FOURTH)
    assert registry.view("proposal", number)[1] == 1
    registry.send(FOURTH, "approve", number, calls)
    assert registry.view("proposal", number)[1:] == (2, False)


def test_the_threshold_stays_reachable(world: World) -> None:
    world.govern_registry("removeRegistrar", FOURTH)
    number = world.propose(call(world.registry, "removeRegistrar", THIRD))
    world.registry.send(SECOND, "approve", number, [call(world.registry, "removeRegistrar", THIRD)])
    with reverts("ThresholdOutOfRange", 3, 2):
        world.registry.send(THIRD, "approve", number, [call(world.registry, "removeRegistrar", THIRD)])
    assert world.registry.view("proposal", number)[1:] == (2, False)
    for impossible in (0, 4):
        with reverts("ThresholdOutOfRange", impossible, 3):
            world.govern_registry("setThreshold", impossible)
    (changed,) = world.govern_registry("setThreshold", 2)
    assert (changed.name, changed.own) == ("ThresholdChanged", (2,))
    assert world.registry.view("threshold") == 2


def test_a_lower_threshold_executes_by_withdrawing_and_approving_again(world: World) -> None:
    registry = world.registry
    calls = [call(registry, "addRegistrar", NEW_REGISTRAR)]
    number = world.propose(*calls)
    registry.send(SECOND, "approve", number, calls)
    world.govern_registry("setThreshold", 2)
    assert registry.view("proposal", number)[1:] == (2, False)
    registry.send(SECOND, "withdrawApproval", number)
    registry.send(SECOND, "approve", number, calls)
    assert registry.view("isRegistrar", NEW_REGISTRAR)


def test_registrars_are_added_and_removed_with_care(world: World) -> None:
    with reverts("RegistrarExists", SECOND):
        world.govern_registry("addRegistrar", SECOND)
    with reverts("InvalidRegistrar", NOBODY):
        world.govern_registry("addRegistrar", NOBODY)
    with reverts("InvalidRegistrar", world.registry.address):
        world.govern_registry("addRegistrar", world.registry.address)
    with reverts("RegistrarUnknown", STRANGER):
        world.govern_registry("removeRegistrar", STRANGER)


def test_at_most_32_registrars(world: World) -> None:
    for number in range(28):
        world.govern_registry("addRegistrar", account(f"registrar {number}"))
    with reverts("TooManyRegistrars", 33, 32):
        world.govern_registry("addRegistrar", NEW_REGISTRAR)


def test_all_calls_happen_or_none(world: World) -> None:
    before = world.registry.view("eventCount")
    with reverts("RegistrarUnknown", STRANGER):
        world.govern(
            call(world.registry, "addRegistrar", NEW_REGISTRAR), call(world.registry, "removeRegistrar", STRANGER)
        )
    assert not world.registry.view("isRegistrar", NEW_REGISTRAR)
    assert world.registry.view("eventCount") == before + 3  # created and two approvals; the third reverted


def test_a_call_to_an_account_without_code_is_refused(world: World) -> None:
    with reverts("AddressEmptyCode", STRANGER):
        world.govern((STRANGER, b"\x01\x02\x03\x04"))


def test_a_call_that_fails_without_a_reason_fails_the_decision(world: World) -> None:
    with reverts("FailedCall"):
        world.govern((world.log.address, b"\x01\x02\x03\x04"))


def test_a_target_that_calls_back_cannot_execute_twice(world: World) -> None:
    target = world.chain.deploy("ReentrantTarget")
    world.govern_registry("addRegistrar", target.address)
    number = world.registry.view("proposalCount")
    inner = [call(target, "calls")]
    calls = [call(target, "reenter", number, inner)]
    world.govern(*calls)
    assert target.view("calls") == 1
    refusal = keccak(b"ProposalAlreadyExecuted(uint256)")[:4] + number.to_bytes(32, "big")
    assert target.view("refusal") == refusal


def test_governance_reaches_the_log(world: World) -> None:
    role = world.log.view("OPERATOR_ROLE")
    assert world.log.view("hasRole", role, OPERATOR)
    world.govern(call(world.log, "revokeRole", role, OPERATOR))
    assert not world.log.view("hasRole", role, OPERATOR)
