"""The `tanji-verify` command line: receipts, products and whole ledgers, judged without the platform.

Results go to stdout, progress and errors to stderr; heavy modules are imported by the command that needs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.errors import InputError
from ledger.exits import EXIT_HELP
from verifier.front import SETTINGS, Front, language, run

if TYPE_CHECKING:
    from ledger.trust import TrustFile
    from verifier.display import Display
    from verifier.evidence import ChainEvidence, LogEvidence
    from verifier.workers import Progress


class Language(StrEnum):
    """Languages of messages."""

    ZH = "zh"
    EN = "en"


# help without rich starts in half the time
app = typer.Typer(cls=Front, rich_markup_mode=None, **SETTINGS)

Trust = Annotated[
    Path,
    typer.Option(
        "--trust",
        envvar="TANJI_TRUST",
        help="信任文件：你自己核对过的账本身份，绝不取自证据。Your own trust file; it never comes with the evidence.",
    ),
]
Chain = Annotated[
    str | None,
    typer.Option("--chain", envvar="TANJI_CHAIN", help="你自己的节点的 URL；不给则离线。URL of a node of your own."),
]
Json = Annotated[bool, typer.Option("--json", help="结果写成规范 JSON。Print the result as canonical JSON.")]
Html = Annotated[Path | None, typer.Option("--html", help="另存为单个网页文件。Write one self-contained page too.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="另存为 PDF。Write a PDF too (extra `pdf`).")]
Since = Annotated[
    str | None,
    typer.Option("--since", help="与哪份早期声明比较（摘要）。An earlier declaration's digest, to say what changed."),
]
Day = Annotated[
    datetime,
    typer.Option("--day", formats=["%Y-%m-%d"], help="证书按哪一天看。The day for certificates."),
]
Export = Annotated[Path, typer.Argument(help="审计文件夹，由 tanji export 写出。Audit folder made by tanji export.")]


@app.callback()
def root(
    ctx: typer.Context,
    lang: Annotated[Language | None, typer.Option(help="默认按 LANG，否则中文。By LANG when not given.")] = None,
) -> None:
    """碳迹核查：不依赖平台，自己核对。Tanji's judge: check receipts, products and whole ledgers by yourself.

    一份回执 one receipt：tanji-verify receipt r.json --trust trust.json --chain http://127.0.0.1:8545

    一个产品及其上游 a product and its upstream：tanji-verify product audit/ CR-COIL --trust trust.json

    全部产品，每行一份 all products, one verdict a line：tanji-verify product audit/ --all --trust trust.json --json

    整个账本 the whole ledger：tanji-verify replay audit/ --trust trust.json

    离线前先记下链上事件头 before going offline, pin the chain's heads：tanji-verify head
    """
    ctx.obj = lang


@app.command(epilog=EXIT_HELP)
def receipt(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="回执文件。The receipt.")],
    trust: Trust,
    chain: Chain = None,
    json: Json = False,
) -> None:
    """核查一份回执；没有 --chain 时说明哪些未核查。Check a receipt; without --chain, what was not checked is said."""
    from ledger.receipt import Receipt
    from ledger.trust import TrustFile
    from verifier.receipts import verify_receipt
    from verifier.report import receipt_report
    from verifier.sources import connect, read_file, read_node

    trusted, given = TrustFile.load(trust), Receipt.from_bytes(read_file(file))
    evidence = None
    if chain is not None:
        with connect(chain, trusted) as client:
            evidence = read_node(client, trusted)
    verdict = verify_receipt(given, trusted, evidence)
    if json:
        _write(receipt_report(verdict))
    else:
        _display(ctx).receipt(verdict)
    raise typer.Exit(verdict.status.exit)


@app.command(epilog=EXIT_HELP)
def product(
    ctx: typer.Context,
    export: Export,
    trust: Trust,
    asked: Annotated[
        list[str] | None, typer.Argument(metavar="PRODUCT...", help="产品编号或声明摘要。Product ids or digests (0x…).")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部现行声明。All current declarations.")] = False,
    chain: Chain = None,
    json: Json = False,
    html: Html = None,
    pdf: Pdf = None,
    since: Since = None,
) -> None:
    """核查产品和它的整条上游。Verify products with their whole upstream, and say how many kilograms rest on what."""
    from verifier.forms import write_forms
    from verifier.report import product_report
    from verifier.status import worst
    from verifier.verify import verify_products

    named = _named(asked, {"--html": html, "--pdf": pdf, "--since": since}, every=every)
    trusted, log, evidence = _open(export, trust, chain)
    statuses = []
    for found in verify_products(log, evidence, trusted, named, since=since):
        report = product_report(found, trusted)
        write_forms(report, html=html, pdf=pdf)
        if json:
            _write(report)
        else:
            _display(ctx).product(found.verdict, found.registry, report)
        statuses.append(found.verdict.status)
    raise typer.Exit(worst(statuses).exit)


def _named(asked: list[str] | None, for_one: Mapping[str, object], *, every: bool) -> list[str] | None:
    """The products that were named, None for all. Raises `InputError` PRODUCTS_NOT_NAMED or ONE_PRODUCT_ONLY."""
    if bool(asked) == every:
        raise InputError("PRODUCTS_NOT_NAMED")
    for option, given in for_one.items():
        if given is not None and (every or len(asked or ()) != 1):
            raise InputError("ONE_PRODUCT_ONLY", got=option)
    return None if every else asked


@app.command("what-if", epilog=EXIT_HELP)
def what_if(
    ctx: typer.Context,
    export: Export,
    asked: Annotated[str, typer.Argument(metavar="PRODUCT", help="产品编号或声明摘要。Product id or digest (0x…).")],
    line: Annotated[str, typer.Option("--line", help="要改的行，如 lines/0003。The line to change.")],
    trust: Trust,
    chain: Chain = None,
    of: Annotated[
        str | None, typer.Option("--of", help="上游声明的摘要；默认产品自身。An upstream declaration.")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="另一数量。Another amount.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="另一系数。Another factor's value.")] = None,
    share: Annotated[str | None, typer.Option("--share", help="另一分配份额。Another allocation share.")] = None,
    json: Json = False,
) -> None:
    """假如某一行换一个数，产品会变成多少。What a product would come to with another number in one line."""
    from verifier import outlook
    from verifier.verify import verify_product
    from verifier.whatif import LineChange

    trusted, log, evidence = _open(export, trust, chain)
    found = outlook.what_if(verify_product(log, evidence, trusted, asked), line, of, LineChange(amount, value, share))
    if json:
        _write(found)
    else:
        _display(ctx).what_if(found)


@app.command(epilog=EXIT_HELP)
def replay(
    ctx: typer.Context,
    export: Export,
    trust: Trust,
    chain: Chain = None,
    workers: Annotated[
        int, typer.Option(min=0, max=256, help="进程数，0 为全部核；结果相同。Processes, 0: all cores; same result.")
    ] = 0,
    notes: Annotated[
        Path | None,
        typer.Option("--notes", help="进度文件：中断后从此继续。Notes: a replay that was ended goes on from here."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Dask 调度器地址。Address of a Dask scheduler to work on."),
    ] = None,
    json: Json = False,
) -> None:
    """重放整个账本，给出状态摘要。Replay the whole ledger; two auditors get the same state digest."""
    from verifier.replay import replay as replay_ledger
    from verifier.report import replay_report

    trusted, log, evidence = _open(export, trust, chain)
    with _progress() as progress:
        found = replay_ledger(
            log, evidence, trusted, workers=workers or os.cpu_count() or 1, cluster=cluster, notes=notes,
            progress=progress,
        )  # fmt: skip
    if json:
        _write(replay_report(found))
    else:
        _display(ctx).replay(found)
    raise typer.Exit(found.status.exit)


@app.command(epilog=EXIT_HELP)
def impact(
    ctx: typer.Context,
    export: Export,
    statement: Annotated[str, typer.Argument(help="因子、声明或规则的摘要。Digest of a factor, declaration or rule.")],
    trust: Trust,
    chain: Chain = None,
    json: Json = False,
) -> None:
    """撤回或更正波及哪些产品、证书与多少千克。What a withdrawn or replaced statement touches, in kilograms."""
    from verifier.impact import impact_lines, impact_on, impact_report
    from verifier.status import status_of

    trusted, log, evidence = _open(export, trust, chain)
    found = impact_on(log, evidence, trusted, statement)
    _write_lines(impact_report(found) if json else impact_lines(found, language(ctx)))
    raise typer.Exit(status_of(found.findings).exit)


@app.command(epilog=EXIT_HELP)
def bodies(
    ctx: typer.Context,
    export: Export,
    trust: Trust,
    chain: Chain = None,
    draw: Annotated[int, typer.Option("--draw", min=0, help="抽取几份复核。How many to draw for a second look.")] = 0,
    block: Annotated[str, typer.Option("--block", help="抽签用的区块哈希。Hash of the block that draws.")] = "",
    json: Json = False,
) -> None:
    """各核查机构放过了什么；按事后区块抽签复核。What each verifying body let pass; a draw that nobody could foresee."""
    from ledger.identifiers import parse_digest
    from verifier.bodies import bodies_lines, bodies_of, bodies_report, sample
    from verifier.status import status_of

    seed = parse_digest(block, "--block") if draw else b""
    trusted, log, evidence = _open(export, trust, chain)
    found = bodies_of(log, evidence, trusted)
    drawn = sample((one.verification for record in found.records for one in record.passed), seed, draw)
    _write_lines(bodies_report(found, drawn) if json else bodies_lines(found, drawn, language(ctx)))
    raise typer.Exit(status_of(found.findings).exit)


@app.command(epilog=EXIT_HELP)
def duplicates(ctx: typer.Context, export: Export, trust: Trust, chain: Chain = None, json: Json = False) -> None:
    """同一产品换个写法报两次：全账本查找。One product declared twice under two spellings: search the whole ledger."""
    from verifier.duplicates import duplicates_lines, duplicates_of, duplicates_report
    from verifier.status import status_of

    trusted, log, evidence = _open(export, trust, chain)
    with _progress() as progress:
        found = duplicates_of(log, evidence, trusted, progress)
    _write_lines(duplicates_report(found) if json else duplicates_lines(found, language(ctx)))
    raise typer.Exit(status_of((*found.general, *found.pairs)).exit)


@app.command(epilog=EXIT_HELP)
def document(
    ctx: typer.Context,
    export: Export,
    file: Annotated[Path, typer.Argument(help="检测报告文件。The laboratory's file.")],
    trust: Trust,
    chain: Chain = None,
) -> None:
    """一份检测报告是否由实验室原样签发。Whether a laboratory issued this file as it is."""
    from verifier.documents import document_lines, find_document
    from verifier.sources import read_file
    from verifier.status import status_of

    trusted, log, evidence = _open(export, trust, chain)
    found = find_document(log, evidence, trusted, read_file(file))
    for line in document_lines(found, language(ctx)):
        sys.stdout.write(line + "\n")
    raise typer.Exit(status_of(found.findings).exit)


@app.command(epilog=EXIT_HELP)
def label(
    ctx: typer.Context,
    export: Export,
    number: Annotated[str, typer.Argument(help="证书编号，或标签二维码的网址。Certificate number, or the code's URL.")],
    trust: Trust,
    day: Day,
    gtin: Annotated[str | None, typer.Option("--gtin", help="商品上的 GTIN。The GTIN on the goods.")] = None,
    value: Annotated[str | None, typer.Option("--value", help="标签上的数值。The number on the label.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="标签上的单位。The unit on the label.")] = None,
    chain: Chain = None,
    json: Json = False,
) -> None:
    """标签与证书是否一致，证书是否有效。Whether a label says what its certificate says, and whether that holds."""
    from verifier.labels import judge_label, label_lines, label_report, shown
    from verifier.status import status_of

    asked = shown(number, gtin, value, unit)
    trusted, log, evidence = _open(export, trust, chain)
    found = judge_label(log, evidence, trusted, asked, day.date().isoformat())
    _write_lines(label_report(found) if json else label_lines(found, language(ctx)))
    raise typer.Exit(status_of(found.findings).exit)


@app.command(epilog=EXIT_HELP)
def compare(
    ctx: typer.Context,
    export: Export,
    products: Annotated[list[str], typer.Argument(help="两个或更多产品。Two or more products.")],
    trust: Trust,
    day: Day,
    chain: Chain = None,
    json: Json = False,
) -> None:
    """采购比较：只排可比的，其余说明原因。Rank offers that can be compared, and say why others cannot."""
    from verifier.compare import compare as ranked
    from verifier.compare import comparison_lines, comparison_report
    from verifier.status import status_of

    trusted, log, evidence = _open(export, trust, chain)
    found = ranked(log, evidence, trusted, products, day.date().isoformat())
    _write_lines(comparison_report(found) if json else comparison_lines(found, language(ctx)))
    raise typer.Exit(status_of(found.findings).exit)


@app.command(epilog=EXIT_HELP)
def head(
    trust: Trust,
    chain: Annotated[str, typer.Option("--chain", envvar="TANJI_CHAIN", help="你自己的节点。A node of your own.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写入的信任文件；默认打印。File to write; else printed.")
    ] = None,
) -> None:
    """从你的节点记下事件头，供离线核查。Pin the event heads of your node in a trust file, for use without network."""
    from ledger.trust import TrustFile
    from verifier.sources import pin_heads

    data = pin_heads(chain, TrustFile.load(trust)).to_bytes()
    if out is None:
        sys.stdout.write(data.decode())
    else:
        try:
            out.write_bytes(data)
        except OSError as err:
            raise InputError("FILE_NOT_WRITTEN", place=str(out), got=err.strerror or "") from err


@app.command(epilog=EXIT_HELP)
def schema() -> None:
    """写出核查结论 JSON 的模式（JSON Schema）。Print the JSON Schema of every verdict that --json writes."""
    from verifier.schema import schema_bytes

    sys.stdout.buffer.write(schema_bytes())


def _open(export: Path, trust: Path, chain: str | None) -> tuple[TrustFile, LogEvidence, ChainEvidence]:
    """What a reader brings: its trust file, the audit folder, and the chain's events from its node or the folder."""
    from ledger.trust import TrustFile
    from verifier.sources import open_folder, read_chain

    trusted = TrustFile.load(trust)
    return trusted, open_folder(export, trusted), read_chain(export, trusted, chain)


def _write(report: Any) -> None:
    from verifier.report import to_bytes

    sys.stdout.buffer.write(to_bytes(report))
    sys.stdout.flush()


def _write_lines(told: Iterable[str] | dict[str, object]) -> None:
    """Lines for a person, or what is to be one line of canonical JSON."""
    from ledger.canonical import canonical_bytes

    text = canonical_bytes(told) if isinstance(told, dict) else "\n".join(told).encode()
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.flush()


def _display(ctx: typer.Context) -> Display:
    from rich.console import Console

    from verifier.display import Display

    return Display(Console(file=sys.stdout), language(ctx))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda done, count: bar.update(task, completed=done, total=count)


def main() -> None:
    """Entry point of `tanji-verify`."""
    run(app)
