"""The `tanji` command line: assembles the command groups."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands import (
    anchor,
    chain,
    declare,
    demo,
    doctor,
    erase,
    export,
    factor,
    incident,
    key,
    org,
    receipt,
    sign,
    statement,
    store,
    submit,
    verify,
    withdraw,
)
from api.console import Session, session
from ledger.errors import InputError
from ledger.exits import EXIT_HELP
from ledger.language import language_of
from verifier.front import SETTINGS, Front, run


class Counter(Front):
    """The root command; the words of its errors come in the session's language."""

    def language(self, ctx: Any) -> str:
        """`zh` or `en`; the environment's when the settings cannot be read."""
        try:
            return session(ctx).language
        except InputError:
            return language_of(None, os.environ)


app = typer.Typer(cls=Counter, pretty_exceptions_show_locals=False, rich_markup_mode="rich", **SETTINGS)


@app.callback()
def root(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="数据文件夹，默认 .tanji（TANJI_HOME）。Data folder, .tanji by default (TANJI_HOME)."),
    ] = None,
    lang: Annotated[str | None, typer.Option(help="zh 或 en，默认按 TANJI_LANG、LANG。Language of messages.")] = None,
) -> None:
    """碳迹：产品碳足迹的透明账本。Tanji: a transparency ledger for product carbon footprints.

    供应商 supplier：key new → declare → sign → submit → receipt

    链主企业与审计 chain leader and auditor：verify → export → replay

    第一次来？先看演示 new here? tanji demo
    """
    ctx.obj = Session(home, lang)


app.add_typer(org.app, name="org")
app.add_typer(chain.app, name="chain")
app.add_typer(key.app, name="key")
app.add_typer(factor.app, name="factor")
app.add_typer(incident.app, name="incident")
app.add_typer(store.app, name="store")
app.command("declare", epilog=EXIT_HELP)(declare.declare)
app.command("sign", epilog=EXIT_HELP)(sign.sign)
app.command("submit", epilog=EXIT_HELP)(submit.submit)
app.command("status", epilog=EXIT_HELP)(submit.status)
app.command("anchor", epilog=EXIT_HELP)(anchor.anchor)
app.command("export", epilog=EXIT_HELP)(export.export)
app.command("receipt", epilog=EXIT_HELP)(receipt.receipt)
app.command("verify", epilog=EXIT_HELP)(verify.verify)
app.command("replay", epilog=EXIT_HELP)(verify.replay)
app.command("demo", epilog=EXIT_HELP)(demo.demo)
app.command("withdraw", epilog=EXIT_HELP)(withdraw.withdraw)
app.command("statement", epilog=EXIT_HELP)(statement.statement)
app.command("erase", epilog=EXIT_HELP)(erase.erase)
app.command("doctor", epilog=EXIT_HELP)(doctor.doctor)


def main() -> None:
    """Entry point of `tanji`."""
    run(app)
