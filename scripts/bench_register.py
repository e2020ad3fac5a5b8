"""How many statements a second the sequencer makes durable, beside peers that insert the same rows in the same run.

    python scripts/bench_register.py --statements 20000
    python scripts/bench_register.py --url postgresql://postgres@127.0.0.1/bench

Timed: signatures recovered, contents read and held to their roots and headlines, authority, heads and references
judged, contents encrypted, rows, tiles and heads written, committed with synchronous=FULL. Not timed: making and
signing the statements. The peers check and encrypt nothing: `bulk` inserts the finished rows with SQLAlchemy core,
one commit for each batch; `naive` commits each row by itself. Fails below the limit (exit code 1).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.progress import track
from sqlalchemy import Column, Engine, LargeBinary, MetaData, Table, create_engine, insert, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.builders import DOMAIN, NOW, STEEL, factor, footprint, power_line, standard_registry

from ledger.sequencer import Registration, Sequencer, Submission
from ledger.store import MasterKey, Store, open_store

LIMIT = 2_000


def make(count: int) -> list[Submission]:
    """A factor, and `count` declarations that rest on it."""
    base = factor()
    shown = track(range(count), description="making statements", disable=None)
    line = power_line(base.digest)
    made = [base, *(footprint(STEEL, line, product_id=f"P-{number}", value="0.5777") for number in shown)]
    return [Submission(item.statement, item.signature, item.text) for item in made]


def timed(count: int, work: Callable[[], None]) -> float:
    """Statements a second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def prepared(url: str, key: MasterKey) -> Store:
    """An open store that has read the registry."""
    store = open_store(url, key)
    with store.write() as writer:
        if writer.cursor("registry").block < 0:
            writer.mirror("registry", standard_registry().logs, 100)
    return store


def register(store: Store, submissions: Sequence[Submission], batch: int) -> float:
    """The sequencer's rate."""
    sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)

    def work() -> None:
        results = sequencer.register_all(submissions, batch=batch)
        shown = track(results, description="registering", total=len(submissions), disable=None)
        if not all(isinstance(result, Registration) and not result.repeated for result in shown):
            raise SystemExit("a statement was refused or registered before: give an empty database")

    return timed(len(submissions), work)


def peer_engine(url: str) -> Engine:
    """A database of the same kind and durability, without ours around it."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    if url.startswith("sqlite"):
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    return engine


def peer(url: str, submissions: Sequence[Submission], batch: int) -> float:
    """The rate of an insert of statement, signature and content as they come, `batch` rows to a commit."""
    metadata = MetaData()
    names = ("digest", "signature", "statement", "content")
    table = Table("peer_rows", metadata, *(Column(n, LargeBinary, primary_key=n == "digest") for n in names))
    rows = [
        {"digest": s.statement.digest(DOMAIN), "signature": s.signature, "statement": s.statement.to_bytes(),
         "content": s.text} for s in submissions
    ]  # fmt: skip
    engine = peer_engine(url)
    metadata.create_all(engine)

    def work() -> None:
        with engine.connect() as connection:
            if url.startswith("sqlite"):
                connection.execute(text("PRAGMA synchronous=FULL"))
                connection.commit()
            for start in range(0, len(rows), batch):
                connection.execute(insert(table), rows[start : start + batch])
                connection.commit()

    try:
        return timed(len(rows), work)
    finally:
        metadata.drop_all(engine)
        engine.dispose()


def main() -> None:
    """Runs ours and the peers and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--naive", type=int, default=500, help="rows for the peer that commits each one")
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--url", help="an empty database; without it SQLite in a new folder")
    arguments = parser.parse_args()
    submissions = make(arguments.statements)
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.url or f"sqlite:///{folder}/bench.db"
        with prepared(url, MasterKey.generate()) as store:
            ours = register(store, submissions, arguments.batch)
        peer_url = arguments.url or f"sqlite:///{folder}/peer.db"
        bulk = peer(peer_url, submissions, arguments.batch)
        naive = peer(peer_url, submissions[: arguments.naive], 1)
    figures = {
        "statements": len(submissions), "database": url.split(":")[0], "batch": arguments.batch,
        "per_second": round(ours),
        "limit": arguments.limit, "peer_bulk_per_second": round(bulk), "peer_naive_per_second": round(naive),
        "ours_to_bulk": round(ours / bulk, 3), "ours_to_naive": round(ours / naive, 1),
    }  # fmt: skip
    print(json.dumps(figures))
    sys.exit(0 if ours >= arguments.limit else 1)


if __name__ == "__main__":
    main()
