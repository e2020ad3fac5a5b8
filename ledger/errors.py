"""Errors of the project: a stable code, a place and values; the words come from `ledger.catalogue`."""

from __future__ import annotations


class TanjiError(Exception):
    """Root of every error that a user may see. `code` is stable; `place` is a row, cell, field or path."""

    def __init__(self, code: str, *, place: str = "", **values: object) -> None:
        super().__init__(code, place, values)
        self.code = code
        self.place = place
        self.values = values

    def words(self, language: str = "zh") -> str:
        """The message with its place and what to do, in `zh` or `en`."""
        from ledger.catalogue import render

        return render(self.code, self.values, self.place, language)

    def __str__(self) -> str:
        return f"{self.code}: {self.words('zh')} / {self.words('en')}"


class InputError(TanjiError):
    """What a person or a program handed us is not acceptable (command line exit 2)."""


class EvidenceError(TanjiError):
    """The evidence is wrong: a proof, signature, hash or number does not hold (exit 1)."""


class RefusedError(TanjiError):
    """The registration policy refuses a statement."""


class IncompleteError(TanjiError):
    """Evidence is missing, so the question cannot be answered yes or no (exit 3)."""


class SourceError(TanjiError):
    """The world failed us: a node, database or file could not be reached (exit 4)."""
