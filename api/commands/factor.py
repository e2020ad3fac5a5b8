"""`tanji factor`: the shipped official factors and those that the ledger holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.console import Json, PasswordFile, err, passphrase, read_file, session, write_json, write_line
from ledger.errors import InputError
from ledger.exits import EXIT_HELP
from ledger.identifiers import parse_organisation

app = typer.Typer(
    no_args_is_help=True, epilog=EXIT_HELP, help="排放因子：查看、发布。Emission factors: look up, publish."
)


@app.command("seed")
def seed(
    ctx: typer.Context,
    find: Annotated[str, typer.Argument(help="按系列或名称筛选。Part of a series or name.")] = "",
    *,
    json_: Json = False,
) -> None:
    """随软件附带的官方因子及其出处。The official factors shipped with Tanji, with their sources."""
    from api.factors import factor_name, seed_factors

    chosen = [f for f in seed_factors() if find in f.header.series or find in f.header.name]
    if json_:
        write_json({"factors": [f.model_dump(mode="json", exclude_none=True) for f in chosen]})
        return
    for f in chosen:
        header, source = f.header, f.source
        write_line(f"{factor_name(f):24} {f.result.value} kg{header.gas_basis}/{f.result.per}  {header.kind}  "
                   f"{header.geography}  {header.name}")  # fmt: skip
        write_line(
            f"{'':24} 出处 source: {source.document}，{source.published}，{source.certainty} 级；原文 {source.printed}"
        )
    session(ctx).say(f"共 {len(chosen)} 个因子", f"{len(chosen)} factors")


@app.command("list")
def list_(
    ctx: typer.Context,
    find: Annotated[str, typer.Argument(help="按系列或名称筛选。Part of a series or name.")] = "",
    *,
    day: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="该日应当使用的版本。Valid on that day.")
    ] = None,
    json_: Json = False,
) -> None:
    """账本中当前有效的因子；草稿里按“系列/年份”引用。Current factors of the ledger; drafts name them series/year."""
    from api.counter import StoreBook, open_own_store
    from api.factors import factor_name
    from ledger.factors import as_of

    with open_own_store(session(ctx).settings) as store, store.read() as reader:
        book = StoreBook(reader)
        found = list(book.all_of("factor"))
        if day is not None:
            valid = {known.digest for known in as_of(book.known("factor"), day.date().isoformat())}
            found = [f for f in found if f.digest in valid]
    found = [f for f in found if find in f.content.header.series + f.content.header.name]
    if json_:
        write_json({"factors": [{"digest": "0x" + f.digest.hex(), "organisation": f.statement.organisation,
                                 **f.content.model_dump(mode="json", exclude_none=True)} for f in found]})  # fmt: skip
        return
    for f in found:
        header, result = f.content.header, f.content.result
        write_line(f"{factor_name(f.content):24} {result.value} kg{header.gas_basis}/{result.per}  {header.kind}  "
                   f"{header.geography}  {header.name}  0x{f.digest.hex()}")  # fmt: skip


@app.command("show")
def show(
    ctx: typer.Context, factor: Annotated[str, typer.Argument(help="系列/年份或摘要。Series/year or digest.")]
) -> None:
    """一个因子的全部内容与出处，JSON。One factor with its source, as JSON."""
    from api.counter import open_ledger
    from api.declaring import find_factor
    from api.form import Text

    with open_ledger(session(ctx).settings) as ledger:
        found = find_factor(Text(factor, ""), ledger.book)
    write_json({"digest": "0x" + found.digest.hex(), "organisation": found.statement.organisation,
                **found.content.model_dump(mode="json", exclude_none=True)})  # fmt: skip


@app.command("publish")
def publish(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Argument(help="发布组织。The publishing organisation.")],
    key: Annotated[Path, typer.Option("--key", help="发布组织的加密密钥文件。The publisher's encrypted key file.")],
    file: Annotated[
        Path | None,
        typer.Option("--file", help="因子 CSV；不给则发布附带因子。A CSV; the shipped factors if not given."),
    ] = None,
    find: Annotated[str, typer.Option("--only", help="只发布系列名含此文字者。Only series containing this.")] = "",
    password_file: PasswordFile = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问确认。Do not ask for confirmation.")] = False,
) -> None:
    """逐条签署并登记因子；已登记且未变的跳过。Sign and register factors one by one; unchanged ones are skipped.

    CSV 的列与附带文件相同 the columns are those of the shipped file: tanji factor seed --json
    """
    from api.counter import open_ledger
    from api.factors import factor_name, read_factors, seed_factors
    from api.request import Request, new_request
    from api.submitting import submit
    from ledger.signing import open_keystore, sign

    publisher = parse_organisation(organisation)
    chosen = [f for f in (read_factors(file) if file else seed_factors()) if find in f.header.series]
    requests: list[Request] = []
    with open_ledger(session(ctx).settings) as ledger:
        for factor in chosen:
            request = new_request("factor", publisher, factor, ledger.domain)
            head = ledger.book.head(publisher, "factor", request.statement.subject)
            known = ledger.book.by_digest(head) if head else None
            if known is None or not known.current or known.content != factor:
                requests.append(new_request("factor", publisher, factor, ledger.domain, previous=head))
    for request in requests:
        err().print(request.statement.headline, markup=False, highlight=False, soft_wrap=True)
    run = session(ctx)
    question = run.pick(
        f"以 {publisher} 签署以上 {len(requests)} 个因子？", f"Sign these {len(requests)} as {publisher}?"
    )
    if requests and not yes and password_file is None and not typer.confirm(question, err=True):
        raise InputError("SIGNING_DECLINED")
    if requests:
        private = open_keystore(read_file(key).decode("utf-8", "replace"), passphrase(ctx, password_file))
        signed = [r.signed(sign(r.statement, r.domain, private)) for r in requests]
        submit(run.settings, [(r, factor_name(r.read())) for r in signed])
    write_line(str(len(requests)))
