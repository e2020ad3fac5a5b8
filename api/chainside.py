"""The command line's way to the chain: the deployed contracts, and whose key sends what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.console import passphrase, read_file
from api.settings import Settings
from ledger.errors import InputError

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.chain.config import LocalChainConfig
    from ledger.chain.contracts import Call, RegistryContract
    from ledger.chain.deploy import Deployment
    from ledger.chain.sender import Sender
    from ledger.events import ChainEvent

CONFIG: Final = "hardhat-free-ganache.yml"

KeyOption = Annotated[
    Path | None,
    typer.Option("--key", help="发送交易的加密密钥文件。Encrypted key file of the account that sends."),
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", help="本机开发链的账户角色。Role of a development account in hardhat-free-ganache.yml."),
]
RegistrarOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--registrar", help="登记方的密钥文件，可多次给出；本机开发链可省略。Registrars' key files, repeated."
    ),
]


def config_path() -> Path:
    """The local chain's description: in the current folder, else beside the installed packages."""
    here = Path(CONFIG)
    return here if here.is_file() else Path(__file__).resolve().parent.parent / CONFIG


def local_config() -> LocalChainConfig:
    """The local chain's description."""
    from ledger.chain.config import load_config

    return load_config(config_path())


def load_deployment(settings: Settings) -> Deployment:
    """The record of the contracts that this folder's operator deployed. Raises `InputError` HOME_MISSING."""
    from pydantic import ValidationError

    from ledger.chain.deploy import Deployment

    if not settings.deployment.is_file():
        raise InputError("HOME_MISSING", got=str(settings.deployment))
    try:
        return Deployment.model_validate_json(read_file(settings.deployment), strict=False)
    except ValidationError as err:
        raise InputError("SETTINGS_FORMAT", place=str(settings.deployment), got=str(err)[:200]) from err


def is_local(client: ChainClient) -> bool:
    """Whether this is the development chain on this machine: its one node lags behind nobody."""
    from urllib.parse import urlsplit

    if not config_path().is_file() or urlsplit(client.rpc.url).hostname not in ("127.0.0.1", "localhost"):
        return False
    return client.chain_id == local_config().chain_id


@contextmanager
def open_chain(settings: Settings, **options: Any) -> Iterator[ChainClient]:
    """A client of this folder's chain, its identity checked; `options` as `ledger.chain.client.connect` takes them.

    Raises `InputError` CHAIN_NOT_NAMED, and what `connect` raises.
    """
    from ledger.chain.client import connect
    from ledger.identifiers import parse_digest

    deployment = load_deployment(settings)
    with connect(
        chain_url(settings),
        chain_id=deployment.chain_id,
        genesis=parse_digest(deployment.genesis),
        contracts=deployment.contracts(),
        **options,
    ) as client:
        yield client


def chain_url(settings: Settings) -> str:
    """The node's URL: named by the person, else that of the local chain which runs."""
    if settings.chain_url:
        return settings.chain_url
    path = settings.home / "chain-url"
    if not path.is_file():
        raise InputError("CHAIN_NOT_NAMED")
    return read_file(path).decode().strip()


def account_key(ctx: typer.Context, key: Path | None, account: str | None, password_file: Path | None) -> bytes:
    """The private key that sends: from a key file, or of a development account."""
    from ledger.signing import open_keystore

    if (key is None) == (account is None):
        raise InputError("ACCOUNT_ONE")
    if key is not None:
        return open_keystore(read_file(key).decode("utf-8", "replace"), passphrase(ctx, password_file))
    return development_key(str(account))


def development_key(role: str) -> bytes:
    """The key of a development account; everybody knows it. Raises `InputError` ACCOUNT_UNKNOWN."""
    accounts = local_config().accounts
    if role not in accounts.keys:
        raise InputError("ACCOUNT_UNKNOWN", got=role[:40], expected="、".join(accounts.roles))
    return accounts.keys[role]


def registrar_keys(
    ctx: typer.Context, client: ChainClient, files: Sequence[Path] | None, password_file: Path | None
) -> list[bytes]:
    """The registrars' keys: from files, or on the local chain the development accounts.

    Raises `InputError` REGISTRARS_NEEDED for any other chain.
    """
    from ledger.signing import open_keystore

    if files:
        return [
            open_keystore(read_file(file).decode("utf-8", "replace"), passphrase(ctx, password_file)) for file in files
        ]
    config = local_config()
    if client.chain_id != config.chain_id:
        raise InputError("REGISTRARS_NEEDED", got=client.chain_id)
    return [config.accounts.keys[role] for role in config.accounts.registrars]


def decide(client: ChainClient, keys: Sequence[bytes], calls: Sequence[Call]) -> tuple[ChainEvent, ...]:
    """Lets the registrars decide calls on the registry."""
    from ledger.chain.contracts import RegistryContract
    from ledger.chain.governance import decide as decide_calls

    return decide_calls(RegistryContract(client), [sender_of(client, key) for key in keys], calls)


def registry_of(client: ChainClient) -> RegistryContract:
    """The registry's calls and views."""
    from ledger.chain.contracts import RegistryContract

    return RegistryContract(client)


def sender_of(client: ChainClient, key: bytes) -> Sender:
    """The account of `key`."""
    from ledger.chain.sender import Sender

    return Sender(client, key)


def send(client: ChainClient, key: bytes, call: Call) -> tuple[ChainEvent, ...]:
    """One transaction to the registry by `key`, confirmed."""
    return sender_of(client, key).transact(call, "registry")[1]
