"""`tanji store`: whether the store holds together, and filling it up again from an audit folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import Json, progress, read_file, session, write_json, write_line
from ledger.exits import EXIT_HELP, Exit

if TYPE_CHECKING:
    from ledger.chain.client import ChainClient
    from ledger.findings import Finding
    from ledger.registry import Anchor

app = typer.Typer(
    no_args_is_help=True, epilog=EXIT_HELP, help="存储：检查、补齐。The store: check it, fill it up again."
)


@contextmanager
def _anchored(ctx: typer.Context) -> Iterator[tuple[ChainClient, tuple[Anchor, ...]]]:
    """The checkpoints that the chain holds, proven complete by its own count and hash."""
    from api.chainside import load_deployment, open_chain
    from ledger.chain.history import EventHistory
    from ledger.registry import anchors_of

    settings = session(ctx).settings
    with open_chain(settings) as client:
        history = EventHistory(client, "log", load_deployment(settings).first_block)
        history.update()
        yield client, anchors_of(history.events)


@app.command("check")
def check(
    ctx: typer.Context,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="不与链比较。Do not compare with the chain.")] = False,
    json_: Json = False,
) -> None:
    """检查存储：文件、每条声明、内容、瓦片、检查点，并与链上锚定的比较；有问题退出码 1。不改动任何东西。

    Check the file, every statement, content, tile and checkpoint, and what the chain holds; exit 1 for any difference.
    Nothing is changed.
    """
    from api.counter import open_own_store
    from ledger.store.check import against_chain, fsck, integrity

    with open_own_store(session(ctx).settings) as store:
        with progress(ctx, "检查", "checking"):
            found = [*integrity(store), *fsck(store)]
        _show(ctx, found, json_=json_)
        if not offline:
            with _anchored(ctx) as (_, anchored):
                more = list(against_chain(store, anchored))
            _show(ctx, more, json_=json_)
            found += more
    if json_:
        write_json({"findings": [{"code": f.code, **f.values} for f in found]})
    if found:
        raise typer.Exit(Exit.FAILED)


def _show(ctx: typer.Context, found: list[Finding], *, json_: bool) -> None:
    for finding in [] if json_ else found:
        write_line(f"{finding.code}  {finding.words(session(ctx).language)}")


@app.command("refill")
def refill(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="tanji export 写出的审计文件夹。Audit folder made by tanji export.")],
) -> None:
    """从审计文件夹补齐旧备份所缺的条目；只接受与链上锚定一致的。可中断后再运行。

    Put back, from an audit folder, the entries that an older backup lacks; only what the chain proves is taken.
    It may be stopped and run again. 此后擦除过的内容要再擦除一次 erase again what was erased since the backup.

    例 example: tanji store refill audit/
    """
    from api.counter import domain_of, open_own_store
    from ledger.chain.contracts import LogContract
    from ledger.checkpoint import SignerKey
    from ledger.refill import adopt
    from ledger.refill import refill as refill_store
    from ledger.store.anchoring import open_anchor_store
    from ledger.store.lease import Lease

    settings, run = session(ctx).settings, session(ctx)
    log_key = SignerKey.parse(read_file(settings.log_key).decode().strip())
    anchors = open_anchor_store(settings.database_url)
    try:
        with open_own_store(settings) as store, _anchored(ctx) as (client, anchored), Lease(anchors.engine, "anchorer"):
            with progress(ctx, "补齐", "refilling") as bar:
                done = refill_store(store, folder, anchored, domain_of(settings), progress=bar.to)
            adopted = adopt(anchors, anchored, LogContract(client).origin(), log_key)
    finally:
        anchors.engine.dispose()
    run.say(
        f"补齐 {done.entries} 条（其中 {done.withheld} 条没有内容），认回检查点 {adopted} 个",
        f"{done.entries} entries put back ({done.withheld} without content), {adopted} checkpoints taken over",
    )
    write_line(str(done.entries))
