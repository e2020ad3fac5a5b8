"""`tanji receipt`: one file that proves registration and anchoring, and shows what its holder may see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.console import session, write_files, write_line
from ledger.identifiers import parse_digest


def receipt(
    ctx: typer.Context,
    digest: Annotated[str, typer.Argument(help="声明摘要。The statement's digest.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="回执文件名。Name of the receipt.")] = None,
    show: Annotated[
        list[str] | None,
        typer.Option("--show", help="只披露这些部分，可多次。Show only these parts, such as header, lines/0002."),
    ] = None,
    hide: Annotated[
        list[str] | None, typer.Option("--hide", help="不披露这些部分，可多次。Leave out these parts, such as lines.")
    ] = None,
    cose: Annotated[
        Path | None,
        typer.Option(
            "--cose",
            help="另写 COSE 回执（RFC 9942），由日志密钥签名。Also write a COSE receipt, signed by the log key.",
        ),
    ] = None,
) -> None:
    """给一份已锚定的声明开回执；可只披露部分内容，其余部分只留摘要。

    Make a receipt for an anchored statement; the parts that are not shown stay as hashes.
    对方用 tanji-verify receipt 核验 the holder checks it with tanji-verify receipt.

    别家程序核验 for other people's verifiers: --cose（RFC 9942，vds RFC9162_SHA256）

    例 example: tanji receipt 0x… --show header --show result -o door.receipt.json
    """
    from api.counter import domain_of, open_own_store
    from api.receipts import make_cose, make_receipt

    wanted = parse_digest(digest)
    settings = session(ctx).settings
    with open_own_store(settings) as store, store.read() as reader:
        made = make_receipt(reader, domain_of(settings), wanted, show=show or (), hidden=hide or ())
    files = [(out or Path(f"{digest[2:10]}.receipt.json"), made.to_bytes())]
    if cose is not None:
        files.append((cose, make_cose(settings, made, domain_of(settings))))
    write_files(files)
    for path, _ in files:
        write_line(str(path))
