"""The form of a message."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """A message in both languages. Placeholders in braces name the error's or finding's values."""

    zh: str
    en: str
