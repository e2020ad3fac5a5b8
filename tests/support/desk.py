"""A ledger driven from the command line only: its own folder, its own chain on a free port, real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.chain import CONFIG, TOOLS

TANJI = [sys.executable, "-c", "from api.cli import main; main()"]
VERIFY = [sys.executable, "-c", "from verifier.cli import main; main()"]
PASSPHRASE = "correct horse battery staple"


@dataclass
class Desk:
    """A folder that commands run in; `run` returns the finished process after checking its exit code."""

    folder: Path
    addresses: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, expect: int = 0, program: list[str] = TANJI, stdin: str = "") -> Any:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("TANJI") and k not in ("LANG", "LC_ALL")}
        done = subprocess.run(
            [*program, *arguments], cwd=self.folder, env={**clean, "TANJI_TOOLS": str(TOOLS)}, input=stdin,
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, expect: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", expect=expect).stdout)

    def new_key(self, name: str) -> str:
        made = self.run("key", "new", f"{name}.key", "--password-file", "passphrase")
        self.addresses[name] = made.stdout.strip()
        return self.addresses[name]

    def sign_and_submit(self, request: str, key: str) -> str:
        signed = self.run("sign", request, "--key", f"{key}.key", "--password-file", "passphrase").stdout.strip()
        return str(self.json("submit", signed)["registered"][0]["digest"])


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """A desk whose chain runs while it is open."""
    text = CONFIG.read_text(encoding="utf-8").replace("port: 8545", "port: 0")
    (folder / CONFIG.name).write_text(text, encoding="utf-8")
    (folder / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    desk = Desk(folder)
    desk.run("chain", "start")
    try:
        yield desk
    finally:
        desk.run("chain", "stop")
