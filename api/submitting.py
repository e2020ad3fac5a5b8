"""Into this folder's ledger: follow the chain, register signed statements, anchor what is registered."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.chainside import is_local, load_deployment, open_chain
from api.console import read_file
from api.counter import domain_of, open_own_store
from api.request import Request
from api.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.follower import Follower
    from ledger.sequencer import Registration
    from ledger.store import Store
    from ledger.store.anchoring import AnchorStore


def _log_to_stderr() -> None:
    """Warnings of the ledger's own log go to stderr; standard output is for results."""
    import logging

    import structlog

    structlog.configure(
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is when something is said
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


@contextmanager
def following(settings: Settings, store: Store) -> Iterator[tuple[Follower, AnchorStore, ChainClient]]:
    """This folder's chain and the follower that keeps the store's copy of its events in step."""
    from ledger.follower import LOCAL_PATIENCE_S, PATIENCE_S, Follower
    from ledger.store.anchoring import open_anchor_store

    _log_to_stderr()
    first_block = load_deployment(settings).first_block
    anchors = open_anchor_store(settings.database_url)
    try:
        with open_chain(settings) as client:
            patience_s = LOCAL_PATIENCE_S if is_local(client) else PATIENCE_S
            yield Follower(store, anchors, client, first_block, patience_s=patience_s), anchors, client
    finally:
        anchors.engine.dispose()


def anchor(settings: Settings, operator_key: bytes, *, deadline_s: float = 60.0) -> int:
    """Seals, signs, sends and confirms all that is not anchored; the size that the chain then holds.

    Raises what `Anchorer.run_until_anchored` raises.
    """
    from ledger.anchorer import Anchorer
    from ledger.checkpoint import SignerKey

    log_key = SignerKey.parse(read_file(settings.log_key).decode().strip())
    with open_own_store(settings) as store, following(settings, store) as (follower, anchors, client):
        anchorer = Anchorer(anchors, client, follower, operator_key, log_key)
        try:
            anchorer.run_until_anchored(deadline_s=deadline_s)
        finally:
            anchorer.close()
        follower.follow()
        with store.read() as reader:
            return reader.size()


def release(settings: Settings, operator_key: bytes, incident: int) -> None:
    """Lets anchoring go on after an incident, by the operator's decision. Raises what `Anchorer.release` raises."""
    from ledger.anchorer import Anchorer
    from ledger.checkpoint import SignerKey

    log_key = SignerKey.parse(read_file(settings.log_key).decode().strip())
    with open_own_store(settings) as store, following(settings, store) as (follower, anchors, client):
        anchorer = Anchorer(anchors, client, follower, operator_key, log_key)
        try:
            anchorer.release(incident)
        finally:
            anchorer.close()


def submit(settings: Settings, requests: Sequence[tuple[Request, str]]) -> list[Registration]:
    """Registers signed requests, each with its place, in order; all results are durable.

    Raises the first `RefusedError`; the statements before it stay registered, and asking again says so.
    """
    from ledger.errors import RefusedError
    from ledger.sequencer import Sequencer, Submission

    with open_own_store(settings) as store:
        with following(settings, store) as (follower, _, _):
            follower.follow_patiently()
        sequencer = Sequencer(store, domain_of(settings))
        submissions = [Submission(r.statement, r.signature_bytes, r.text, place) for r, place in requests]
        found = []
        for result in sequencer.register_all(submissions):
            if isinstance(result, RefusedError):
                raise result
            found.append(result)
        return found
