"""A real chain for tests: one anvil process a session, contracts deployed, put back after each test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # tests without a chain shall not wait for web3
    from ledger.chain.client import ChainClient
    from ledger.chain.config import LocalChainConfig
    from ledger.chain.contracts import Call, LogContract, RegistryContract
    from ledger.chain.deploy import Deployment
    from ledger.chain.sender import Sender
    from ledger.events import ChainEvent

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = REPOSITORY / "hardhat-free-ganache.yml"
TOOLS = REPOSITORY / ".tools"


@dataclasses.dataclass
class Chain:
    """A running chain with both contracts. Accounts are named by the roles of hardhat-free-ganache.yml."""

    url: str
    config: LocalChainConfig
    deployment: Deployment
    client: ChainClient
    opened: list[ChainClient] = dataclasses.field(default_factory=list)

    @cached_property
    def registry(self) -> RegistryContract:
        from ledger.chain.contracts import RegistryContract

        return RegistryContract(self.client)

    @cached_property
    def log(self) -> LogContract:
        from ledger.chain.contracts import LogContract

        return LogContract(self.client)

    def key(self, role: str) -> bytes:
        return self.config.accounts.keys[role]

    def address(self, role: str) -> bytes:
        return self.config.accounts.address(role)

    def sender(self, role: str, client: ChainClient | None = None) -> Sender:
        from ledger.chain.sender import Sender

        return Sender(client or self.client, self.key(role))

    def connect(self, url: str | None = None, **options: Any) -> ChainClient:
        """A further client of the same chain, perhaps through another URL; closed when the test ends."""
        from ledger.chain.client import connect

        known = {"chain_id": self.client.chain_id, "genesis": self.client.genesis, "contracts": self.client.contracts}
        self.opened.append(connect(url or self.url, **(known | options)))
        return self.opened[-1]

    def decide(self, *calls: Call) -> tuple[ChainEvent, ...]:
        """A decision of the registrars."""
        from ledger.chain.governance import decide

        registrars = [self.sender(role) for role in self.config.accounts.registrars]
        return decide(self.registry, registrars, calls)

    def register(self, organisation: str, role: str = "supplier", *roles: tuple[str, str]) -> None:
        """Admits an organisation with the key of the account `role`, and grants it `roles` as (role, scope)."""
        calls = [self.registry.register_organisation(organisation, "测试组织", self.address(role))]
        self.decide(*calls, *(self.registry.grant_role(organisation, *granted) for granted in roles))

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.client.rpc.ask("evm_mine")


def _session(engine: str, folder: Path) -> Iterator[Chain]:
    from ledger.chain import local
    from ledger.chain.client import connect
    from ledger.chain.config import load_config
    from ledger.chain.deploy import deploy, network_of

    config = load_config(CONFIG, engine=engine, port=0, state_folder=str(folder))
    running = local.start(config, TOOLS)
    try:
        chain_id, genesis = network_of(running.url)
        accounts = config.accounts
        registrars = [accounts.keys[role] for role in accounts.registrars]
        with connect(running.url, chain_id=chain_id, genesis=genesis, contracts={}) as bare:
            operators = [accounts.address("operator")]
            deployment, client = deploy(bare, accounts.keys["deployer"], registrars, operators, config.rules())
            yield Chain(running.url, config, deployment, client)
    finally:
        local.stop(config)


def _restored(chain: Chain) -> Iterator[Chain]:
    snapshot = chain.client.rpc.ask("evm_snapshot")
    yield chain
    while chain.opened:
        chain.opened.pop().rpc.close()
    assert chain.client.rpc.ask("evm_revert", snapshot) is True


@pytest.fixture(scope="session")
def anvil_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    yield from _session("anvil", tmp_path_factory.mktemp("anvil"))


@pytest.fixture(scope="session")
def ganache_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    yield from _session("ganache", tmp_path_factory.mktemp("ganache"))


@pytest.fixture
def chain(anvil_session: Chain) -> Iterator[Chain]:
    """The anvil chain, put back to its state after deployment when the test ends."""
    yield from _restored(anvil_session)


@pytest.fixture
def ganache(ganache_session: Chain) -> Iterator[Chain]:
    """The same on ganache."""
    yield from _restored(ganache_session)
