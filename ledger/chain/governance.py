"""Decisions of the registrars, made with the keys of as many as the threshold asks for."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.contracts import Call, RegistryContract
from ledger.chain.sender import Sender
from ledger.errors import IncompleteError
from ledger.events import ChainEvent


def propose(registry: RegistryContract, registrar: Sender, calls: Sequence[Call]) -> tuple[int, tuple[ChainEvent, ...]]:
    """Number of the new proposal, which `registrar` approves too, and the events; executed where one is enough."""
    _, events = registrar.transact(registry.propose(calls), "registry")
    number = next(event.arguments["id"] for event in events if event.name == "ProposalCreated")
    return number, events


def approve(
    registry: RegistryContract, registrar: Sender, proposal: int, calls: Sequence[Call]
) -> tuple[ChainEvent, ...]:
    """Events of one more approval; the calls are those that were proposed, or the contract refuses."""
    _, events = registrar.transact(registry.approve(proposal, calls), "registry")
    return events


def decide(registry: RegistryContract, registrars: Sequence[Sender], calls: Sequence[Call]) -> tuple[ChainEvent, ...]:
    """Events of a proposal that the registrars make, approve and thereby execute, one after the other.

    Raises `IncompleteError` APPROVALS_MISSING when they are fewer than the threshold; the proposal then waits.
    """
    number, events = propose(registry, registrars[0], calls)
    for registrar in registrars[1:]:
        if _executed(events):
            return events
        events = approve(registry, registrar, number, calls)
    if not _executed(events):
        raise IncompleteError("APPROVALS_MISSING", proposal=number, got=len(registrars), expected=registry.threshold())
    return events


def _executed(events: Sequence[ChainEvent]) -> bool:
    return any(event.name == "ProposalExecuted" for event in events)
