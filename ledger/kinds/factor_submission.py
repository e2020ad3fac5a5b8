"""Kind `factor-submission`: anybody proposes a factor with its provenance; only its review leads to a `factor`."""

from __future__ import annotations

from typing import Final

from ledger.kind import Kind
from ledger.kinds.factor import KIND as FACTOR
from ledger.kinds.factor import Factor, check_numbers


class FactorSubmission(Factor):
    """Content of a submission: a factor as its publisher is asked to publish it."""


KIND: Final = Kind(
    name="factor-submission",
    content=FactorSubmission,
    subject=FACTOR.subject,
    headline=lambda content: f"提交{FACTOR.headline(content)}",
    series=FACTOR.series,
    summary=FACTOR.summary,
    register=lambda content, _: check_numbers(content),
)
