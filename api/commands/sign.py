"""`tanji sign`: offline; the person reads what the signature will say before the passphrase is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import PasswordFile, err, passphrase, read_file, session, write_file, write_line
from ledger.errors import InputError

if TYPE_CHECKING:
    from api.request import Request


def sign(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="declare 写出的待签文件。The file that `declare` wrote.")],
    key: Annotated[Path, typer.Option("--key", help="加密密钥文件。Encrypted key file.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="已签文件名。Name of the signed file.")] = None,
    password_file: PasswordFile = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问确认。Do not ask for confirmation.")] = False,
) -> None:
    """离线签署一份声明。Sign a statement, offline.

    先显示产品、数值、单位、期间和组织，再输入口令。Product, value, unit, period and organisation are shown
    before the passphrase is asked for. 口令从不写在命令行上 the passphrase never stands on the command line.

    例 example: tanji sign door.request.json --key supplier.json
    """
    from api.request import Request
    from ledger.signing import address_of, open_keystore
    from ledger.signing import sign as sign_statement

    request = Request.from_bytes(read_file(file), str(file))
    if request.signature is not None:
        raise InputError("REQUEST_SIGNED", place=str(file))
    _check_ledger(ctx, request)
    target = out or _signed_name(file)
    if target.exists():
        raise InputError("FILE_EXISTS", place=str(target))
    keystore = read_file(key).decode("utf-8", "replace")
    show(request)
    run = session(ctx)
    if not yes and password_file is None and not typer.confirm(run.pick("签署以上内容？", "Sign the above?"), err=True):
        raise InputError("SIGNING_DECLINED")
    private = open_keystore(keystore, passphrase(ctx, password_file))
    signed = request.signed(sign_statement(request.statement, request.domain, private))
    write_file(target, signed.to_bytes())
    run.say(f"已签署，签名账户 0x{address_of(private).hex()}", f"signed by account 0x{address_of(private).hex()}")
    write_line(str(target))


def _signed_name(file: Path) -> Path:
    stem = file.name.removesuffix(".json").removesuffix(".request")
    return file.with_name(f"{stem}.signed.json")


def _check_ledger(ctx: typer.Context, request: Request) -> None:
    """With a trust file at hand a request for another chain or log is refused before anything is shown."""
    from ledger.trust import TrustFile

    path = session(ctx).settings.trust
    if not path.is_file():
        return
    expected = TrustFile.load(path).domain
    if request.domain != expected:
        raise InputError(
            "REQUEST_OTHER_LEDGER",
            got=f"{request.domain.chain_id} {request.domain.log}",
            expected=f"{expected.chain_id} {expected.log}",
        )


def show(request: Request) -> None:
    """The page that a person reads before signing: in Chinese with English labels, on stderr."""
    from rich.table import Table
    from rich.text import Text

    content = request.read()
    table = Table(show_header=False, title="待签署 To be signed", title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in [*_facts(request, content), ("摘要 digest", "0x" + request.digest.hex())]:
        table.add_row(label, Text(value))
    err().print(table)


def _facts(request: Request, content: Any) -> list[tuple[str, str]]:
    statement = request.statement
    facts = [("标题 headline", statement.headline), ("组织 organisation", statement.organisation)]
    if statement.kind == "footprint":
        head = content.header
        facts += [
            ("产品 product", f"{head.product}（{head.product_id}）"),
            ("数值 value", f"{content.result.footprint} kgCO2e"),
            ("单位 unit", f"{head.amount} {head.unit}"),
            ("期间 period", f"{head.period_start} 至 {head.period_end}"),
            ("边界 boundary", head.boundary),
            ("行数 lines", str(len(content.lines))),
        ]
    previous = statement.previous
    if previous.strip("0x"):
        facts.append(("取代 replaces", previous))
    facts.append(("账本 ledger", f"链 chain {request.domain.chain_id}，日志合约 log {request.domain.log}"))
    return facts
