"""Which language a person is spoken to in."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import InputError


def language_of(asked: str | None, environment: Mapping[str, str]) -> str:
    """`zh` or `en`: the one asked for, else TANJI_LANG, else the locale's; Chinese unless another is asked for.

    Raises `InputError` LANGUAGE_UNKNOWN when another one is `asked` for.
    """
    for wanted in (asked, environment.get("TANJI_LANG"), environment.get("LC_ALL"), environment.get("LANG")):
        if not wanted or wanted.split(".")[0] in ("C", "POSIX"):
            continue
        if wanted[:2] in ("zh", "en"):
            return wanted[:2]
        if wanted == asked:
            raise InputError("LANGUAGE_UNKNOWN", got=wanted[:20])
        return "en"
    return "zh"
