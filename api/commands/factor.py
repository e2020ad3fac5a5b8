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
