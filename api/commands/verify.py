"""`tanji verify` and `tanji replay`: the verifier on this folder's ledger, or on anybody's audit folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.chainside import chain_url
from api.console import Json, out, progress, session, write_bytes
from ledger.errors import InputError

if TYPE_CHECKING:
    from ledger.trust import TrustFile

From = Annotated[
    Path | None,
    typer.Option(
        "--from", help="审计文件夹；不给则用本账本（先导出到 .tanji/audit）。An audit folder; else this ledger's."
    ),
]
Trust = Annotated[Path | None, typer.Option("--trust", help="信任文件，默认 .tanji/trust.json。Your own trust file.")]
Chain = Annotated[str | None, typer.Option("--chain", help="您自己的节点网址。URL of a node of your own.")]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline", help="不问链；未能查的会写明，退出码 3。Ask no chain; what that leaves open is said, exit 3."
    ),
]
Html = Annotated[Path | None, typer.Option("--html", help="另存为单个网页文件。Write one self-contained page too.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="另存为 PDF。Write a PDF too (extra `pdf`).")]
Since = Annotated[
    str | None,
    typer.Option("--since", help="与哪份早期声明比较（摘要）。An earlier declaration's digest, to say what changed."),
]


def verify(
    ctx: typer.Context,
    product: Annotated[str, typer.Argument(help="产品编码或声明摘要。Product code or digest.")],
    source: From = None,
    trust: Trust = None,
    chain: Chain = None,
    *,
    offline: Offline = False,
    json_: Json = False,
    html: Html = None,
    pdf: Pdf = None,
    since: Since = None,
) -> None:
    """核查一个产品及其整条上游：签名、权限、登记、锚定、内容、因子、算术，并给出各级份额。

    Verify a product with its whole upstream: signatures, authority, registration, anchoring, contents, factors and
    arithmetic, with the share of kgCO2e at each level. 未核查的绝不算通过 what was not checked never counts as passed.

    例 example: tanji verify BODY-IN-WHITE --html body.html
    """
    from api.judging import judge
    from verifier.display import Display
    from verifier.forms import write_forms
    from verifier.report import product_report, to_bytes

    folder, trusted, url = _evidence(ctx, source, trust, chain, offline=offline)
    with progress(ctx, "核查", "verifying"):
        verified = judge(folder, trusted, url, product, since=since)
    report = product_report(verified, trusted)
    write_forms(report, html=html, pdf=pdf)
    if json_:
        write_bytes(to_bytes(report))
    else:
        Display(out(), session(ctx).language).product(verified.verdict, verified.registry, report)
    raise typer.Exit(verified.verdict.status.exit)


def replay(
    ctx: typer.Context,
    source: Annotated[
        Path | None, typer.Argument(help="审计文件夹；不给则用本账本。An audit folder, or this ledger.")
    ] = None,
    trust: Trust = None,
    chain: Chain = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="进程数，结果相同。Processes; the outcome is the same.")
    ] = min(2, os.cpu_count() or 1),
    *,
    offline: Offline = False,
    json_: Json = False,
) -> None:
    """重放整个账本：事件是否齐全、每个根、每个签名与权限、每份内容、每次计算；得出状态摘要。

    Replay the whole ledger; ends with a state digest that two auditors get byte for byte.

    例 example: tanji replay audit/ --trust trust.json --chain http://127.0.0.1:8545
    """
    from verifier.display import Display
    from verifier.replay import replay as replay_all
    from verifier.report import replay_report, to_bytes
    from verifier.sources import open_folder, read_chain

    folder, trusted, url = _evidence(ctx, source, trust, chain, offline=offline)
    log = open_folder(folder, trusted)
    with progress(ctx, "重放", "replaying", log.bundles.size) as advance:
        evidence = read_chain(folder, trusted, url)
        replayed = replay_all(log, evidence, trusted, workers=workers, progress=advance.to)
    if json_:
        write_bytes(to_bytes(replay_report(replayed)))
    else:
        Display(out(), session(ctx).language).replay(replayed)
    raise typer.Exit(replayed.status.exit)


def _evidence(
    ctx: typer.Context, source: Path | None, trust: Path | None, chain: str | None, *, offline: bool
) -> tuple[Path, TrustFile, str | None]:
    from ledger.trust import TrustFile

    if offline and chain is not None:
        raise InputError("CHAIN_OR_OFFLINE")
    settings = session(ctx).settings
    trusted = TrustFile.load(trust or settings.trust)
    url = None if offline else chain or _known_url(ctx)
    if source is not None:
        return source, trusted, url
    from api.commands.export import refresh

    folder = settings.home / "audit"
    refresh(ctx, folder)
    return folder, trusted, url


def _known_url(ctx: typer.Context) -> str | None:
    """This folder's chain, where one is known; somebody else's audit folder is judged without one."""
    try:
        return chain_url(session(ctx).settings)
    except InputError:
        return None
