"""The `tanji-verify` command line: for whoever got a file and trusts nobody. It needs no database and no server."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.errors import TanjiError
from ledger.exits import EXIT_HELP, Exit, exit_for

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="tanji-verify",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EXIT_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "碳迹核验工具：凭文件核验，不依赖平台。Check what you were given, without the platform.\n\n"
        "信任什么由你的信任文件（--trust）决定，绝不取自证据。What is trusted comes from your trust file only."
    ),
)

TrustOption = Annotated[
    Path, typer.Option("--trust", "-t", help="信任文件。Your trust file.", envvar="TANJI_TRUST", show_default=False)
]
ChainOption = Annotated[
    str | None,
    typer.Option("--chain", "-c", help="你的节点（JSON-RPC 地址）。A node of yours.", envvar="TANJI_CHAIN_URL"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="结果写成一个 JSON 对象。One JSON object on stdout.")]
LangOption = Annotated[str | None, typer.Option("--lang", help="zh 或 en，默认按 TANJI_LANG、LANG。Language.")]


def _language(asked: str | None) -> str:
    for wanted in (asked, os.environ.get("TANJI_LANG"), os.environ.get("LC_ALL"), os.environ.get("LANG")):
        if wanted and wanted.split(".")[0] not in ("C", "POSIX"):
            return "en" if not wanted.startswith("zh") else "zh"
    return "zh"


def _run(asked: str | None, work: Callable[[str], Exit]) -> None:
    """Runs `work` and ends with its exit code; every error ends here, as words on stderr."""
    language = _language(asked)
    try:
        code = work(language)
    except KeyboardInterrupt:
        sys.stderr.write("中断 interrupted\n")
        code = Exit.INTERRUPTED
    except TanjiError as err:
        sys.stderr.write(f"{'错误' if language == 'zh' else 'error'} {err.code}  {err.words(language)}\n")
        code = exit_for(err)
    except Exception as err:  # noqa: BLE001 - our own mistake must not look like a verdict
        frame = err.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
        sys.stderr.write(f"程序缺陷，请报告。A bug of ours, please report it: {type(err).__name__} ({where})\n")
        code = Exit.BUG
    raise typer.Exit(code)


def _console() -> Any:
    from rich.console import Console

    return Console(file=sys.stdout)


def write_json(value: object) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


@app.command(epilog=EXIT_HELP)
def receipt(
    file: Annotated[Path, typer.Argument(help="回执文件。The receipt.")],
    trust: TrustOption,
    chain: ChainOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """核验一份回执；不给 --chain 时写明哪些未能核查。Check a receipt; without --chain it says what was not checked."""

    def work(language: str) -> Exit:
        from ledger.receipt import Receipt
        from ledger.trust import TrustFile
        from verifier import report
        from verifier.receipts import verify_receipt
        from verifier.sources import connect, read_file, read_node

        trusted = TrustFile.load(trust)
        read = Receipt.from_bytes(read_file(file))
        events = None
        if chain is not None:
            with connect(chain, trusted) as client:
                events = read_node(client, trusted)
        verdict = verify_receipt(read, trusted, events)
        if as_json:
            write_json(report.receipt_json(verdict))
        else:
            report.print_receipt(verdict, _console(), language)
        return verdict.status.exit

    _run(lang, work)


@app.command(epilog=EXIT_HELP)
def product(
    folder: Annotated[Path, typer.Argument(help="审计文件夹（tanji export）。The audit folder.")],
    asked: Annotated[str, typer.Argument(help="产品编号或声明摘要 0x…。Product id or a declaration's digest.")],
    trust: TrustOption,
    chain: ChainOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """沿供应链核验一个产品。Verify a product with everything upstream of it."""

    def work(language: str) -> Exit:
        from ledger.trust import TrustFile
        from verifier import report
        from verifier.sources import open_folder, read_chain
        from verifier.verify import verify_product

        trusted = TrustFile.load(trust)
        verified = verify_product(open_folder(folder, trusted), read_chain(folder, trusted, chain), trusted, asked)
        if as_json:
            write_json(report.product_json(verified))
        else:
            report.print_product(verified, _console(), language)
        return verified.verdict.status.exit

    _run(lang, work)


@app.command(epilog=EXIT_HELP)
def replay(
    folder: Annotated[Path, typer.Argument(help="审计文件夹（tanji export）。The audit folder.")],
    trust: TrustOption,
    chain: ChainOption = None,
    workers: Annotated[int, typer.Option(help="进程数，0 为全部核心。Processes; 0 for every core.", min=0)] = 0,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """重放整个账本，结尾给出状态摘要。Replay the whole ledger; ends with the state digest."""

    def work(language: str) -> Exit:
        from ledger.trust import TrustFile
        from verifier import report
        from verifier.replay import replay as run
        from verifier.sources import open_folder, read_chain

        trusted = TrustFile.load(trust)
        log, events = open_folder(folder, trusted), read_chain(folder, trusted, chain)
        with report.progress_bar(language) as progress:
            replayed = run(log, events, trusted, workers=workers or os.cpu_count() or 1, progress=progress)
        if as_json:
            write_json(report.replay_json(replayed))
        else:
            report.print_replay(replayed, _console(), language)
        return replayed.status.exit

    _run(lang, work)


@app.command(epilog=EXIT_HELP)
def head(
    trust: TrustOption,
    chain: Annotated[str, typer.Option("--chain", "-c", help="你的节点。A node of yours.", envvar="TANJI_CHAIN_URL")],
    lang: LangOption = None,
) -> None:
    """从你自己的节点取事件头，写出带事件头的信任文件，供断网机器重放。

    Take the event heads from your own node; prints the trust file with them, for a machine without network.
    """

    def work(_language: str) -> Exit:
        from ledger.trust import TrustFile
        from verifier.sources import connect, trusted_heads

        trusted = TrustFile.load(trust)
        with connect(chain, trusted) as client:
            heads = trusted_heads(client, trusted)
        sys.stdout.write(trusted.model_copy(update={"heads": heads}).to_bytes().decode())
        return Exit.VERIFIED

    _run(lang, work)


def main() -> None:
    """Entry point of `tanji-verify`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    app()
