"""The `tanji` command line: assembles the command groups and turns errors into words and exit codes, once."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

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
    store,
    submit,
    verify,
    withdraw,
)
from api.console import Session, err, session, show_error
from api.settings import language_of
from ledger.errors import InputError, TanjiError
from ledger.exits import EXIT_HELP, Exit, exit_for

_PASSED_ON: Final = (typer.Exit, typer.TyperException)


class Counter(TyperGroup):
    """The root command: every error of every command ends here, as words on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. No other place of this package maps an error to an exit code."""
        try:
            return super().invoke(ctx)
        except _PASSED_ON:
            raise
        except (KeyboardInterrupt, typer.Abort):
            err().print("中断 interrupted", markup=False)
            raise typer.Exit(Exit.INTERRUPTED) from None
        except TanjiError as error:
            show_error(error, _language(ctx))
            raise typer.Exit(exit_for(error)) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            _show_bug(error)
            raise typer.Exit(Exit.BUG) from None


def _language(ctx: Any) -> str:
    try:
        return session(ctx).language
    except InputError:
        return language_of(None, os.environ)


def _show_bug(error: Exception) -> None:
    """Where our own mistake happened, without the values at hand, which may be keys."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    err().print(
        f"程序缺陷，请报告。A bug of ours, please report it: {type(error).__name__} ({where})",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip


app = typer.Typer(
    cls=Counter,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    epilog=EXIT_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
app.command("erase", epilog=EXIT_HELP)(erase.erase)
app.command("doctor", epilog=EXIT_HELP)(doctor.doctor)


def main() -> None:
    """Entry point of `tanji`."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app()
