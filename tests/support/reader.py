"""Somebody who verifies with a node at hand, of a ledger with two anchored declarations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import Result
from support.anchoring import LOG_KEY, Office, site_of
from support.chain import Chain
from typer.testing import CliRunner

from api.founding import trust_of
from api.receipts import make_receipt
from ledger.export import export
from verifier.cli import app

RUNNER = CliRunner()


@dataclass
class Reader:
    """Somebody with a trust file, a receipt and an audit folder, who asks a node."""

    folder: Path
    chain: Chain
    counts: dict[str, int]

    def run(self, *arguments: str, url: str | None = None) -> Result:
        trust = ["--trust", str(self.folder / "trust.json"), "--chain", url or self.chain.url]
        return RUNNER.invoke(app, ["--lang", "en", *arguments, *trust])

    def every(self, url: str | None = None) -> dict[str, Result]:
        """Every command that asks a node."""
        audit = str(self.folder / "audit")
        commands = {"receipt": ("receipt", str(self.folder / "receipt.json")), "head": ("head",),
                    "product": ("product", audit, "a"), "replay": ("replay", audit, "--workers", "1")}  # fmt: skip
        return {name: self.run(*arguments, url=url) for name, arguments in commands.items()}


def reader_of(chain: Chain, folder: Path) -> Reader:
    """Two declarations, registered, anchored with blocks between, and handed over."""
    site = site_of(chain, f"sqlite:///{folder}/ledger.db")
    with Office(site) as office:
        _, digest = office.register("a")[0]
        office.anchor()
        chain.mine(15)
        office.register("b")
        office.anchor()
        office.follower.follow()
        with office.store.read() as rows:
            (folder / "receipt.json").write_bytes(make_receipt(rows, site.domain, digest).to_bytes())
        export(office.store, folder / "audit")
    trust = trust_of(chain.deployment, chain.config, LOG_KEY.verifier.to_text())
    (folder / "trust.json").write_bytes(trust.to_bytes())
    return Reader(folder, chain, {"registry": chain.registry.event_count(), "log": chain.log.event_count()})
