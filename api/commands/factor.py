"""`tanji factor`: the shipped official factors and those that the ledger holds."""

from __future__ import annotations

from typing import Annotated

import typer

from api.console import Json, session, write_json, write_line
from ledger.exits import EXIT_HELP

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
    json_: Json = False,
) -> None:
    """账本中当前有效的因子；草稿里按“系列/年份”引用。Current factors of the ledger; drafts name them series/year."""
    from api.counter import StoreBook, open_own_store
    from api.factors import factor_name

    with open_own_store(session(ctx).settings) as store, store.read() as reader:
        found = [
            f for f in StoreBook(reader).all_of("factor") if find in f.content.header.series + f.content.header.name
        ]
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
    from api.drafts import Text

    with open_ledger(session(ctx).settings) as ledger:
        found = find_factor(Text(factor, ""), ledger.book)
    write_json({"digest": "0x" + found.digest.hex(), "organisation": found.statement.organisation,
                **found.content.model_dump(mode="json", exclude_none=True)})  # fmt: skip
