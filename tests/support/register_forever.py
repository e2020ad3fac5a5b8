"""A process for tests to kill: registers declarations one batch after another and says which are durable."""

from __future__ import annotations

import sys

from support.builders import DOMAIN, NOW, footprint

from ledger.sequencer import Sequencer, Submission
from ledger.store import MasterKey, open_store

BATCH = 3


def submission(number: int) -> Submission:
    """The declaration with this number."""
    item = footprint(product_id=f"P-{number}")
    return Submission(item.statement, item.signature, item.text)


def main(url: str, key: str, count: int) -> None:
    """Acknowledges each batch by the number of statements that are durable so far."""
    with open_store(url, MasterKey.parse(key)) as store:
        sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        print("ready", flush=True)
        for start in range(0, count, BATCH):
            sequencer.register_batch([submission(n) for n in range(start, start + BATCH)])
            print(start + BATCH, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
