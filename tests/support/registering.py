"""Registering in a process of its own: importable by a spawned child, which test modules are not."""

from __future__ import annotations

from typing import Any

from support.builders import DOMAIN, NOW, STEEL, Signed, footprint

from ledger.sequencer import Registration, Sequencer, Submission
from ledger.store import MasterKey, open_store


def submit(item: Signed, place: str = "") -> Submission:
    return Submission(item.statement, item.signature, item.text, place)


def many(count: int, organisation: str = STEEL, prefix: str = "P") -> list[Submission]:
    return [submit(footprint(organisation, product_id=f"{prefix}-{number}")) for number in range(count)]


def register_in_process(url: str, organisation: str, count: int, results: Any) -> None:
    """Registers `count` statements in batches of 7 and puts their indices into `results`."""
    with open_store(url, MasterKey(b"\x07" * 32)) as store:
        sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        found = list(sequencer.register_all(many(count, organisation, organisation[-4:]), batch=7))
        results.put([r.index for r in found if isinstance(r, Registration)])
