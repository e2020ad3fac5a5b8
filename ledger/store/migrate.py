"""The schema's version: brought up to date on opening, in one transaction; a newer one than ours is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from ledger.errors import InputError
from ledger.store.engine import reading, writing

_FOLDER: Final = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def _newest(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or ""


def schema_version(connection: Connection) -> str | None:
    """The database's revision, None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine) -> None:
    """Brings the schema to this version of the program. Raises `InputError` STORE_NEWER for one that it does not know.

    All steps and the new version number commit together under the writer's lock: whoever is killed half-way leaves
    the old schema, and two programs that start at once do not meet.
    """
    config = _config()
    newest = _newest(config)
    with reading(engine) as connection:
        if schema_version(connection) == newest:
            return
    with writing(engine) as connection:
        found = schema_version(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise InputError("STORE_NEWER", got=found, expected=newest)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
