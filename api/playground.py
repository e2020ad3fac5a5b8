"""A ledger of its own in one folder: chain, contracts, organisations and keys, for the demonstration and imports."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.chainside import config_path, decide, open_chain, registry_of
from api.console import write_file
from api.counter import domain_of
from api.founding import found_ledger
from api.request import Request, new_request
from api.settings import Settings
from ledger.signing import address_of, sign
from ledger.statement import Domain

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.chain.config import LocalChainConfig

ORGANISATIONS_AT_ONCE: Final = 10
"""Admissions in one decision of the registrars: as many as its gas is enough for."""


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation to be registered, with the roles that it gets."""

    id: str
    name: str
    roles: tuple[str, ...]


@dataclass
class Playground:
    """A running ledger. Keys are random, in memory only, and gone when it is closed."""

    settings: Settings
    config: LocalChainConfig
    keys: dict[str, bytes] = field(default_factory=dict)

    @property
    def domain(self) -> Domain:
        """The ledger's EIP-712 domain."""
        return domain_of(self.settings)

    def register(self, members: Sequence[Member], advance: Callable[[int], None] = lambda _: None) -> None:
        """Makes a key for each member and lets the registrars admit them."""
        registrars = [self.config.accounts.keys[role] for role in self.config.accounts.registrars]
        with open_chain(self.settings) as client:
            registry = registry_of(client)
            for start in range(0, len(members), ORGANISATIONS_AT_ONCE):
                some = members[start : start + ORGANISATIONS_AT_ONCE]
                calls = []
                for member in some:
                    key = self.keys[member.id] = secrets.token_bytes(32)
                    calls.append(registry.register_organisation(member.id, member.name, address_of(key)))
                    calls += [registry.grant_role(member.id, role) for role in member.roles]
                decide(client, registrars, calls)
                advance(len(some))

    def signed(self, kind: str, organisation: str, content: Any, previous: bytes | None = None) -> Request:
        """A statement signed by the organisation's key."""
        request = new_request(kind, organisation, content, self.domain, previous=previous)
        return request.signed(sign(request.statement, request.domain, self.keys[organisation]))


@contextmanager
def open_playground(folder: Path, language: str, tools: Path, *, keep: bool = False) -> Iterator[Playground]:
    """Starts a chain on a free port with its state in `folder`, founds a ledger on it, and stops the chain at the end.

    With `keep` the chain is left running. Raises what `ledger.chain.local.start` raises.
    """
    from ledger.chain import local
    from ledger.chain.config import load_config

    config = load_config(config_path(), port=0, state_folder=str(folder.resolve() / "chain"))
    database = f"sqlite:///{(folder / 'ledger.db').resolve()}"
    chain = local.start(config, tools)
    try:
        settings = Settings(folder, language, chain.url, database)
        write_file(folder / "chain-url", chain.url.encode(), replace=True)
        found_ledger(settings, config, chain.url)
        yield Playground(settings, config)
    finally:
        if not keep:
            local.stop(config)
