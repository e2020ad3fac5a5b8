"""The local chain's description, read from `hardhat-free-ganache.yml`."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from eth_account import Account
from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ledger.chain.deploy import Rules
from ledger.errors import InputError
from ledger.signing import address_of
from ledger.statement import Strict

CONFIG_NAME: Final = "hardhat-free-ganache.yml"
_MAX_CONFIG_BYTES: Final = 64 << 10
_DERIVATION: Final = "m/44'/60'/0'/0/{}"

Engine = Literal["anvil", "ganache"]
_Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Accounts(Strict):
    """Development accounts: one for each role, from a phrase that everybody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ignored_types=(cached_property,))

    mnemonic: Annotated[str, StringConstraints(pattern=r"^[a-z]+( [a-z]+){11,23}$")]
    balance_ether: Annotated[int, Field(ge=0, le=10**9)]
    roles: Annotated[tuple[_Role, ...], Field(strict=False, min_length=1, max_length=100)]
    registrar_threshold: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _check_roles(self) -> Self:
        if len(set(self.roles)) != len(self.roles) or self.registrar_threshold > len(self.registrars):
            raise ValueError("roles must differ, and registrars be as many as the threshold")
        return self

    @cached_property
    def keys(self) -> dict[str, bytes]:
        """Private key by role."""
        Account.enable_unaudited_hdwallet_features()
        return {
            role: bytes(Account.from_mnemonic(self.mnemonic, account_path=_DERIVATION.format(i)).key)
            for i, role in enumerate(self.roles)
        }

    def address(self, role: str) -> bytes:
        """The account's 20 bytes."""
        return address_of(self.keys[role])

    @property
    def registrars(self) -> tuple[str, ...]:
        """The roles that are registrars."""
        return tuple(role for role in self.roles if re.match(r"registrar(-|$)", role))


class ContractRules(Strict):
    """What the contracts are deployed with; delays in blocks."""

    origin: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    recovery_delay_blocks: Annotated[int, Field(ge=1, le=2**32 - 1)]
    compromise_lookback_blocks: Annotated[int, Field(ge=0, lt=2**63)]
    max_merge_delay_blocks: Annotated[int, Field(ge=1, lt=2**63)]


class LocalChainConfig(Strict):
    """The whole file. `port` 0 takes a free one; `state_folder` is relative to the file."""

    engine: Engine
    chain_id: Annotated[int, Field(ge=1, lt=2**53)]
    port: Annotated[int, Field(ge=0, le=65535)]
    block_time_s: Annotated[float, Field(ge=0, le=3600, strict=False)]
    gas_limit: Annotated[int, Field(ge=10_000_000, lt=2**53)]
    gas_price_wei: Annotated[int, Field(ge=0, lt=2**53)]
    hardfork: Literal["istanbul", "berlin", "london", "paris", "shanghai"]
    state_folder: Annotated[Path, Field(strict=False)]
    state_interval_s: Annotated[int, Field(ge=1, le=3600)]
    accounts: Accounts
    contracts: ContractRules

    def rules(self) -> Rules:
        """The constructors' values."""
        return Rules(
            tuple(self.accounts.address(role) for role in self.accounts.registrars),
            self.accounts.registrar_threshold,
            self.contracts.recovery_delay_blocks,
            self.contracts.compromise_lookback_blocks,
            self.contracts.origin,
            self.contracts.max_merge_delay_blocks,
        )


def load_config(path: Path, **changes: Any) -> LocalChainConfig:
    """The description in a YAML file, with some values changed; `state_folder` made absolute.

    Raises `InputError` CHAIN_CONFIG naming the field that is wrong.
    """
    try:
        text = path.read_bytes()
        if len(text) > _MAX_CONFIG_BYTES:
            raise InputError("CHAIN_CONFIG", place=str(path), got=f"{len(text)} bytes")
        config = LocalChainConfig.model_validate({**yaml.safe_load(text), **changes})
    except ValidationError as err:
        first = err.errors()[0]
        place = f"{path}: {'.'.join(map(str, first['loc']))}"
        raise InputError("CHAIN_CONFIG", place=place, got=first["msg"]) from err
    except (OSError, yaml.YAMLError, TypeError) as err:
        raise InputError("CHAIN_CONFIG", place=str(path), got=str(err)[:200]) from err
    return config.model_copy(update={"state_folder": (path.parent / config.state_folder).resolve()})
