"""The vocabulary of judgement: outcomes, levels and findings. The judge itself lives in `verifier`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Self

from ledger.errors import TanjiError


class Outcome(StrEnum):
    """What became of a check. NOT_CHECKED is never shown as PASS (design section 2, promise 7)."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    NOT_CHECKED = "not_checked"


class Level(StrEnum):
    """At which level a kilogram was established (design section 5); each counts at exactly one."""

    RECOMPUTED = "recomputed"
    VOUCHED = "vouched"
    DECLARED = "declared"
    DEFAULT = "default"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's outcome on one statement.

    `code` is stable and has words in the catalogue; `place` is a path in the content such as `lines/0002`;
    `kilograms` is the size of the effect in kgCO2e per declared unit of the statement, where one is known, with its
    sign: positive when the declared footprint is too low by that much; `values` fill the words (`got`, `expected`).
    `blocking` tells whether a NOT_CHECKED outcome leaves the verdict incomplete, as a missing piece of evidence does,
    or is a question that nobody asked the verifier to answer, such as a rule that the declaration does not name.
    """

    code: str
    outcome: Outcome
    statement: bytes = b""
    place: str = ""
    kilograms: Decimal | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    blocking: bool = True

    def about(self, statement: bytes) -> Self:
        """The same finding, on the statement with this digest."""
        return type(self)(self.code, self.outcome, statement, self.place, self.kilograms, self.values, self.blocking)

    def words(self, language: str = "zh") -> str:
        """The finding in a sentence, with its place."""
        from ledger.catalogue import render

        return render(self.code, self.values, self.place, language)


def failed(error: TanjiError) -> Finding:
    """An error as a failed check: for a judge, wrong evidence is a finding and never an exception."""
    return Finding(error.code, Outcome.FAIL, place=error.place, values=error.values)


def fail(code: str, place: str = "", kilograms: Decimal | None = None, **values: object) -> Finding:
    """A failed check."""
    return Finding(code, Outcome.FAIL, place=place, kilograms=kilograms, values=values)


def not_checked(
    code: str, place: str = "", kilograms: Decimal | None = None, *, blocking: bool = False, **values: object
) -> Finding:
    """A check that was not made; `blocking` when the evidence for it is missing."""
    return Finding(code, Outcome.NOT_CHECKED, place=place, kilograms=kilograms, values=values, blocking=blocking)
