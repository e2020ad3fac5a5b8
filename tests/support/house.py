"""A data folder of the command line for the test chain, whose store the tests' own `Office` opens too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from support.anchoring import LOG_KEY, MASTER, Office, Site, site_of
from typer.testing import CliRunner

if TYPE_CHECKING:
    from support.chain import Chain


@dataclass
class House:
    """`run` is `tanji` in the folder; `office()` registers and anchors in the same store by code."""

    folder: Path
    site: Site

    def run(self, *arguments: str, expect: int = 0, program: Any = None) -> Any:
        from api.cli import app

        home = () if program else ("--home", str(self.folder))
        done = CliRunner().invoke(program or app, [*home, *arguments])
        structlog.reset_defaults()  # a process of its own would end here
        assert done.exit_code == expect, f"{done.exit_code}\n{done.stdout}{done.stderr}"
        return done

    def judge(self, *arguments: str, expect: int = 0) -> Any:
        """`tanji-verify` with the folder's trust file."""
        from verifier.cli import app

        return self.run(*arguments, "--trust", str(self.folder / "trust.json"), expect=expect, program=app)

    def office(self, **options: Any) -> Office:
        return Office(self.site, **options)

    def register(self, *names: str, anchor: bool = True) -> list[str]:
        """Registers declarations of products with these names, and anchors them; their digests."""
        with self.office() as office:
            done = office.register(*names)
            if anchor:
                office.anchor()
        return ["0x" + digest.hex() for _, digest in done]


def open_house(chain: Chain, folder: Path) -> House:
    """A folder as `tanji chain start` leaves it."""
    from api.founding import trust_of
    from ledger.store.crypto import create_master_key

    folder.mkdir(parents=True, exist_ok=True)
    create_master_key(folder / "master.key")
    (folder / "master.key").write_text(MASTER.to_text() + "\n", encoding="ascii")
    (folder / "log.key").write_text(LOG_KEY.to_text(), encoding="utf-8")
    (folder / "deployment.json").write_text(chain.deployment.model_dump_json(), encoding="utf-8")
    (folder / "chain-url").write_text(chain.url, encoding="utf-8")
    trust = trust_of(chain.deployment, chain.config, LOG_KEY.verifier.to_text())
    (folder / "trust.json").write_bytes(trust.to_bytes())
    return House(folder, site_of(chain, f"sqlite:///{(folder / 'ledger.db').resolve()}"))
