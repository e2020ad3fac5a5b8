"""Which factor a declaration of some day had to use, with the official figures for a kWh of the national grid."""

from __future__ import annotations

from typing import Any

import pytest
from support.around import Around
from support.builders import factor_content

from ledger.factors import as_of, state_of
from ledger.identifiers import digest_to_text
from ledger.kind import Known
from ledger.kinds.factor import Factor
from ledger.kinds.withdrawal import Withdrawal

PUBLISHER = "urn:tanji:factors"


def grid(value: str, year: int, published: str, **header: Any) -> Factor:
    content = factor_content(value, year=year)
    content["header"].update(header)
    content["source"]["published"] = published
    return Factor.model_validate(content)


class Log(Around):
    """2023's factor of January 2025 and 2024's of October 2025."""

    def __init__(self) -> None:
        super().__init__()
        self.old = self.add("factor", PUBLISHER, grid("0.6205", 2023, "2025-01-17"))
        self.new = self.add("factor", PUBLISHER, grid("0.5777", 2024, "2025-10-23"))

    def all(self) -> list[Known]:
        return [known for known, _ in self._all]

    def values(self, day: str, **options: Any) -> list[str]:
        return [known.summary.value for known in as_of(self.all(), day, **options)]


@pytest.mark.parametrize(("day", "values"), [
    ("2025-01-16", []), ("2025-01-17", ["0.6205"]), ("2025-10-22", ["0.6205"]), ("2025-10-23", ["0.5777"]),
    ("2026-11-01", ["0.5777"]),
])  # fmt: skip
def test_the_newest_that_was_published_by_the_day(day: str, values: list[str]) -> None:
    assert Log().values(day) == values


def test_a_correction_takes_the_place_of_what_it_replaces_but_not_in_an_older_state_of_the_log() -> None:
    log = Log()
    log.add("factor", PUBLISHER, grid("0.5780", 2024, "2025-10-23"))
    assert log.values("2026-01-01") == ["0.5780"]
    assert log.values("2026-01-01", index=2) == ["0.5777"]
    assert log.values("2026-01-01", index=1) == ["0.6205"]
    assert state_of(log.all()[1]) == "deprecated"
    assert state_of(log.all()[1], index=2) == "published"


def test_a_withdrawn_factor_gives_way_to_the_year_before() -> None:
    log = Log()
    content = {"header": {"version": 1, "target": digest_to_text(log.new), "reason": "印刷错误"}}
    log.add("withdrawal", PUBLISHER, Withdrawal.model_validate(content))
    assert log.values("2026-01-01") == ["0.6205"]
    assert state_of(log.all()[1]) == "withdrawn"
    assert state_of(log.all()[0]) == "published"


def test_validity_ends_and_place_and_series_are_told_apart() -> None:
    log = Log()
    log.add("factor", PUBLISHER, grid("0.5834", 2025, "2025-12-01", geography="CN-SH", valid_until="2026-06-30"))
    assert log.values("2026-06-30") == ["0.5777", "0.5834"]
    assert log.values("2026-07-01") == ["0.5777"]
    assert log.values("2026-06-30", geography="CN-SH") == ["0.5834"]
    assert log.values("2026-06-30", series="elec-co2-cn") == []


def test_a_document_dated_by_its_year_alone_counts_from_the_years_end() -> None:
    log = Around()
    log.add("factor", PUBLISHER, grid("0.078", 2019, "2019"))
    known = [log.known(k.digest) for k, _ in log._all]
    assert as_of([k for k in known if k], "2019-12-30") == []
    assert len(as_of([k for k in known if k], "2019-12-31")) == 1


def test_what_was_only_submitted_is_never_an_answer() -> None:
    log = Around()
    log.add("factor-submission", "91310113MADEM0011A", grid("0.3", 2024, "2025-01-01"))
    (known,) = [known for known, _ in log._all]
    assert state_of(known) == "submitted"
    assert as_of([known], "2026-01-01") == []
