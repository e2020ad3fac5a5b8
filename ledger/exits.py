"""Exit codes of every command, and the one place that says which error ends in which."""

from __future__ import annotations

from enum import IntEnum

from ledger.errors import EvidenceError, IncompleteError, InputError, RefusedError, SourceError, TanjiError


class Exit(IntEnum):
    """What a command's exit code says."""

    VERIFIED = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    UNAVAILABLE = 4
    BUG = 5
    INTERRUPTED = 130


_OF_ERROR = (
    (InputError, Exit.USAGE),
    (EvidenceError, Exit.FAILED),
    (RefusedError, Exit.FAILED),
    (IncompleteError, Exit.INCOMPLETE),
    (SourceError, Exit.UNAVAILABLE),
)


def exit_for(error: BaseException) -> Exit:
    """The exit code for an error; what is not a `TanjiError` is our own bug."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    for kind, code in _OF_ERROR:
        if isinstance(error, kind):
            return code
    return Exit.FAILED if isinstance(error, TanjiError) else Exit.BUG


EXIT_HELP = (
    "退出码 Exit codes: 0 通过 verified · 1 不通过 failed · 2 用法错误 usage · 3 不完整，未能核查 incomplete · "
    "4 数据源不可用 source unavailable · 5 程序缺陷 our own bug · 130 中断 interrupted"
)
"""Shown at the end of every `--help`."""
