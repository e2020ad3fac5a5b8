"""The kinds of statements, one module each. A module that defines `KIND` is a kind; nothing registers it elsewhere."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, Final

from ledger.errors import EvidenceError
from ledger.kind import Kind

_FOUND: Final[dict[str, Kind[Any]]] = {}
"""Kinds by name, as they were asked for: a verifier of one product waits for no module that its log does not need."""


@cache
def _modules() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(__path__))


def all_kinds() -> tuple[Kind[Any], ...]:
    """Every kind, in the order of their names."""
    for module in _modules():
        kind_named(module.replace("_", "-"))
    return tuple(kind for _, kind in sorted(_FOUND.items()))


def kind_named(name: str) -> Kind[Any]:
    """The kind called `name`. Raises `EvidenceError` KIND_UNKNOWN; an unknown kind is never waved through."""
    found = _FOUND.get(name)
    if found is None:
        module = name.replace("-", "_")
        if "_" in name or module not in _modules():
            raise EvidenceError("KIND_UNKNOWN", got=name[:40])
        found = _FOUND[name] = importlib.import_module(f"{__name__}.{module}").KIND
    return found
