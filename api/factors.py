"""Seed factors shipped with the package: official figures of certainty A and B, as exact kg per closed unit code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from api.console import read_file
from ledger.errors import InputError
from ledger.kinds.factor import Factor
from ledger.statement import describe

_HEADER = ("series", "name", "kind", "gas_basis", "geography", "valid_from", "valid_until")
_SOURCE = ("document", "published", "printed", "certainty")


@cache
def seed_factors() -> tuple[Factor, ...]:
    """Every shipped factor, in the file's order."""
    with files("api").joinpath("data/factors.csv").open(encoding="utf-8") as file:
        return tuple(factor_of(row, f"factors.csv:{number}") for number, row in _rows(file))


def read_factors(path: Path) -> tuple[Factor, ...]:
    """The factors in a person's CSV, with the columns of the shipped file. Raises `InputError` FACTOR_ROW."""
    text = read_file(path).decode("utf-8-sig", "replace")
    return tuple(
        factor_of({k: v or "" for k, v in row.items() if k}, f"{path.name}:{number}")
        for number, row in _rows(io.StringIO(text, newline=""))
    )


def _rows(file: object) -> Iterator[tuple[int, dict[str, str]]]:
    return enumerate(csv.DictReader(file), start=2)  # type: ignore[call-overload]


def factor_of(row: dict[str, str], place: str = "") -> Factor:
    """The factor in one row of text fields; empty ones are absent.

    Raises `InputError` FACTOR_ROW with the row's place.
    """
    try:
        header = {name: row[name] for name in _HEADER if row.get(name)}
        return Factor.model_validate(
            {
                "header": {"version": 1, **header, "year": int(row.get("year") or 0)},
                "result": {"value": row.get("value"), "per": row.get("per")},
                "source": {name: row.get(name) for name in _SOURCE},
            }
        )
    except ValidationError as err:
        raise InputError("FACTOR_ROW", place=place, got=describe(err)) from err
    except ValueError as err:
        raise InputError("FACTOR_ROW", place=place, got=str(err)[:100]) from err


def factor_name(factor: Factor) -> str:
    """The name by which a draft may call a factor: series, year and, where needed, geography."""
    return f"{factor.header.series}/{factor.header.year}"
