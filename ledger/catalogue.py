"""One catalogue of all messages: stable code -> what is wrong and what to do, in Chinese and English."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import ledger.words
from ledger.kinds import all_kinds
from ledger.words.form import Words

_FORM = "form"


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue() -> Mapping[str, Words]:
    """All codes with their words. Raises `ValueError` when two homes claim one code."""
    found: dict[str, Words] = {}
    homes = [
        importlib.import_module(f"ledger.words.{m.name}").WORDS
        for m in pkgutil.iter_modules(ledger.words.__path__)
        if m.name != _FORM
    ]
    for words in [*homes, *(kind.words for kind in all_kinds())]:
        if doubled := found.keys() & words.keys():
            raise ValueError(f"codes with two homes: {sorted(doubled)}")
        found.update(words)
    return found


def render(code: str, values: Mapping[str, object], place: str = "", language: str = "zh") -> str:
    """The words for `code`; an unknown code is shown as it is, so that nothing is ever silent."""
    words = catalogue().get(code)
    if words is None:
        text = f"{code} {dict(values)}" if values else code
    else:
        text = (words.zh if language == "zh" else words.en).format_map(_Values(values))
    if not place:
        return text
    return f"{place}：{text}" if language == "zh" else f"{place}: {text}"
