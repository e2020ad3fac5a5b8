"""`tanji chain`: a chain on this machine with the contracts on it, for development, tests and the demonstration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.chainside import config_path, is_local, load_deployment, local_config, open_chain
from api.console import Json, err, session, write_file, write_json, write_line
from ledger.exits import EXIT_HELP, Exit

if TYPE_CHECKING:
    from api.settings import Settings
    from ledger.chain.client import ChainClient

app = typer.Typer(no_args_is_help=True, epilog=EXIT_HELP, help="本机链：启动、停止、状态。The chain on this machine.")

Tools = Annotated[
    Path | None, typer.Option(help="引擎程序的文件夹，默认 .tools。Where engines are kept, .tools by default.")
]


def tools_folder(asked: Path | None) -> Path:
    """Where engines are kept: beside the chain's description, so that they are fetched once."""
    return asked or Path(os.environ.get("TANJI_TOOLS") or config_path().parent / ".tools")


@app.command("start")
def start(ctx: typer.Context, tools: Tools = None) -> None:
    """启动本机链；首次启动时部署合约并建立账本。Start the local chain; the first time, deploy and found a ledger.

    配置在 hardhat-free-ganache.yml。Described in hardhat-free-ganache.yml. 只用于开发 for development only.
    """
    from api.founding import found_ledger
    from ledger.chain import local

    settings = session(ctx).settings
    config = local_config()
    chain = local.start(config, tools_folder(tools), lambda text: err().print(text, markup=False))
    write_file(settings.home / "chain-url", chain.url.encode(), replace=True)
    if not settings.deployment.is_file():
        found_ledger(settings, config, chain.url)
        session(ctx).say(f"已部署合约，信任文件 {settings.trust}", f"contracts deployed; trust file {settings.trust}")
    with open_chain(settings) as client:
        lost = _regrow(settings, client)
    if lost:
        session(ctx).say(
            f"补了 {lost} 个空块：链停机时丢了它们", f"{lost} empty blocks stand for those that a kill cost"
        )
    write_line(chain.url)


def _regrow(settings: Settings, client: ChainClient) -> int:
    """Empty blocks in the place of those that a kill cost the development chain, so that registration goes on."""
    from api.counter import open_own_store

    if not (settings.master_key.is_file() and is_local(client)):
        return 0
    with open_own_store(settings) as store, store.read() as reader:
        missing = max(reader.cursor("registry").block, reader.last_block()) - client.block_number()
    for _ in range(missing):
        client.rpc.ask("evm_mine")
    return max(missing, 0)


@app.command("stop")
def stop(ctx: typer.Context) -> None:
    """停止本机链；状态保留。Stop the local chain; its state is kept."""
    from ledger.chain import local

    stopped = local.stop(local_config())
    session(ctx).say("已停止" if stopped else "没有在运行", "stopped" if stopped else "was not running")


@app.command("status")
def status(ctx: typer.Context, *, json_: Json = False) -> None:
    """本机链是否在运行，合约上有什么；未运行时退出码 4。Whether it runs and what it holds; exit 4 when it does not."""
    from ledger.chain import local
    from ledger.chain.contracts import LogContract

    settings = session(ctx).settings
    chain = local.status(local_config())
    facts: dict[str, object] = {"running": chain is not None, "url": chain.url if chain else None}
    if chain is not None and settings.deployment.is_file():
        deployment = load_deployment(settings)
        with open_chain(settings) as client:
            log = LogContract(client)
            facts |= {
                "engine": chain.engine,
                "chain_id": client.chain_id,
                "block": client.block_number(),
                "registry": deployment.registry.address,
                "log": deployment.log.address,
                "anchored_size": log.size(),
                "checkpoints": log.checkpoint_count(),
            }
    if json_:
        write_json(facts)
    else:
        for name, value in facts.items():
            write_line(f"{name}: {value}")
    if chain is None:
        raise typer.Exit(Exit.UNAVAILABLE)
