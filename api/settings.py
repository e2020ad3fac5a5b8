"""Where a person's ledger lives, from the environment and `tanji.toml` in the data folder; nothing read at import.

Precedence: command line, then environment (`TANJI_...`), then `<home>/tanji.toml`, then the defaults below.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import InputError
from ledger.language import language_of

HOME: Final = ".tanji"
_KEYS: Final = ("chain_url", "database_url", "language")


@dataclass(frozen=True, slots=True)
class Settings:
    """One data folder. `chain_url` is None until a chain was started or named."""

    home: Path
    language: str
    chain_url: str | None
    database_url: str

    @property
    def trust(self) -> Path:
        """The reader's trust file."""
        return self.home / "trust.json"

    @property
    def master_key(self) -> Path:
        """The key that wraps every statement's key (32 bytes, hexadecimal)."""
        return self.home / "master.key"

    @property
    def log_key(self) -> Path:
        """The Ed25519 key of the log's operator (C2SP note signer, one line)."""
        return self.home / "log.key"

    @property
    def deployment(self) -> Path:
        """Addresses and first block of the contracts that this folder's operator deployed."""
        return self.home / "deployment.json"


def load(
    home: Path | None = None, language: str | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of one run. Raises `InputError` SETTINGS_FORMAT for a bad `tanji.toml`."""
    env = os.environ if environment is None else environment
    folder = home or Path(env.get("TANJI_HOME") or HOME)
    file = _read(folder / "tanji.toml")
    return Settings(
        home=folder,
        language=language_of(language, {**env, "TANJI_LANG": env.get("TANJI_LANG") or file.get("language", "")}),
        chain_url=env.get("TANJI_CHAIN_URL") or file.get("chain_url"),
        database_url=env.get("TANJI_DATABASE_URL")
        or file.get("database_url")
        or f"sqlite:///{(folder / 'ledger.db').resolve()}",
    )


def _read(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as err:
        raise InputError("SETTINGS_FORMAT", place=str(path), got=str(err)[:200]) from err
    for key, value in found.items():
        if key not in _KEYS or not isinstance(value, str):
            raise InputError("SETTINGS_FORMAT", place=f"{path}: {key}", got=str(value)[:60])
    return found
