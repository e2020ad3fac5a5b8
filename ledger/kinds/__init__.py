"""The kinds of statements, one module each. A module that defines `KIND` is a kind; nothing registers it elsewhere."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from ledger.errors import EvidenceError
from ledger.kind import Kind


@cache
def _by_name() -> dict[str, Kind[Any]]:
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return {module.KIND.name: module.KIND for module in modules}


def all_kinds() -> tuple[Kind[Any], ...]:
    """Every kind, in the order of their names."""
    return tuple(kind for _, kind in sorted(_by_name().items()))


def kind_named(name: str) -> Kind[Any]:
    """The kind called `name`. Raises `EvidenceError` KIND_UNKNOWN; an unknown kind is never waved through."""
    try:
        return _by_name()[name]
    except KeyError:
        raise EvidenceError("KIND_UNKNOWN", got=name[:40]) from None
