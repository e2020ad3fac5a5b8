"""Handing signed statements to this folder's ledger: mirror the chain's events, then register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.chainside import load_deployment, open_chain
from api.counter import domain_of, open_own_store
from api.request import Request
from api.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.events import ContractName
    from ledger.sequencer import Registration
    from ledger.store import Store


def mirror_chain(client: ChainClient, store: Store, first_block: int) -> None:
    """Brings the store's copy of both contracts' events up to the chain's present block, proven complete.

    Raises what `EventHistory.update` raises.
    """
    from ledger.chain.history import EventHistory
    from ledger.events import read_logs

    contracts: tuple[ContractName, ...] = ("registry", "log")
    for contract in contracts:
        with store.read() as reader:
            known = list(read_logs(reader.event_lines(contract)))
        block = client.block_number()
        history = EventHistory(client, contract, first_block, known)
        history.update()
        # all events are there up to `block`; a later one proves the same up to its own block
        reached = max([block, *(event.block for event in history.events[len(known) :])])
        with store.write() as writer:
            writer.mirror(contract, history.logs[len(known) :], max(reached, writer.cursor(contract).block))


def submit(settings: Settings, requests: Sequence[tuple[Request, str]]) -> list[Registration]:
    """Registers signed requests, each with its place, in order; all results are durable.

    Raises the first `RefusedError`; the statements before it stay registered, and asking again says so.
    """
    from ledger.errors import RefusedError
    from ledger.sequencer import Sequencer, Submission

    first_block = load_deployment(settings).first_block
    with open_own_store(settings) as store:
        with open_chain(settings) as client:
            mirror_chain(client, store, first_block)
        sequencer = Sequencer(store, domain_of(settings))
        submissions = [Submission(r.statement, r.signature_bytes, r.text, place) for r, place in requests]
        found = []
        for result in sequencer.register_all(submissions):
            if isinstance(result, RefusedError):
                raise result
            found.append(result)
        return found
