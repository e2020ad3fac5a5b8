"""What the command lines of judge and counter share: the one place where an error ends as words and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any, Final

import typer
from typer.core import TyperGroup

from ledger.errors import TanjiError
from ledger.exits import EXIT_HELP, Exit, exit_for
from ledger.language import language_of

_PASSED_ON: Final = (typer.Exit, typer.TyperException)

SETTINGS: Final[dict[str, Any]] = {
    "no_args_is_help": True,
    "pretty_exceptions_enable": False,
    "epilog": EXIT_HELP,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""Of the root command of either."""


class Front(TyperGroup):
    """A root command: every error of every command ends here, as words on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. No other place maps an error to an exit code."""
        try:
            return super().invoke(ctx)
        except _PASSED_ON:
            raise
        except (KeyboardInterrupt, typer.Abort):
            say("中断 interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from None
        except TanjiError as error:
            _show_error(error, self.language(ctx))
            raise typer.Exit(exit_for(error)) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            _show_bug(error)
            raise typer.Exit(Exit.BUG) from None

    def language(self, ctx: Any) -> str:
        """`zh` or `en`, for the words of an error."""
        return language(ctx)


def language(ctx: Any) -> str:
    """`zh` or `en`: what the root command was asked for, else the environment's."""
    asked = ctx.find_root().obj
    return language_of(asked if isinstance(asked, str) else None, os.environ)


def say(text: str) -> None:
    """A message to the person, on stderr."""
    sys.stderr.write(text + "\n")


def run(app: typer.Typer) -> None:
    """The entry point of a command line; Chinese also where the terminal's locale is C."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app()


def _show_error(error: TanjiError, language: str) -> None:
    """The error's words with code and place, and every problem of a draft."""
    label = "错误" if language == "zh" else "error"
    for problem in getattr(error, "problems", ()) or (error,):
        say(f"{label} {problem.code}  {problem.words(language)}")


def _show_bug(error: Exception) -> None:
    """Where our own mistake happened, without the values at hand, which may be keys."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    say(f"程序缺陷，请报告。A bug of ours, please report it: {type(error).__name__} ({where})")
