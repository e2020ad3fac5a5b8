"""Two products of one process divide it alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger, codes
from support.builders import withdrawal
from support.oven import COKE, GAS, from_oven


def judged(folder: Path, *declarations: Any) -> Any:
    ledger = Ledger()
    last = ledger.add(*declarations)
    ledger.anchor()
    replayed = codes(ledger.replay(folder / "all").findings)
    verdict = ledger.verify(folder / "one", last)
    assert codes(verdict.findings) == replayed
    return verdict


def test_two_products_that_share_one_table_pass(tmp_path: Path) -> None:
    verdict = judged(tmp_path, from_oven("P-COKE", COKE, GAS), from_oven("P-GAS", GAS, COKE))
    assert codes(verdict.findings) == set()


@pytest.mark.parametrize("change", [{"group": "STEAM"}, {"start": "2025-02-01"}])
def test_another_process_or_period_may_be_divided_otherwise(change: dict[str, str], tmp_path: Path) -> None:
    verdict = judged(
        tmp_path,
        from_oven("P-COKE", COKE, GAS),
        from_oven("P-GAS", ("煤气", "1", "0.1"), ("焦炭", "9", "0.9"), **change),
    )
    assert codes(verdict.findings) == set()


def test_another_method_for_the_same_process_is_found(tmp_path: Path) -> None:
    verdict = judged(tmp_path, from_oven("P-COKE", COKE, GAS), from_oven("P-GAS", GAS, COKE, method="economic"))
    assert codes(verdict.findings) == {"COPRODUCTS_DIFFER"}


def test_a_new_version_may_divide_anew_and_a_withdrawn_table_binds_nobody(tmp_path: Path) -> None:
    first = from_oven("P-COKE", COKE, GAS)
    anew = from_oven("P-COKE", ("焦炭", "20", "0.5"), ("煤气", "20", "0.5"), previous=first.digest)
    assert codes(judged(tmp_path / "a", first, anew).findings) == set()
    gone = withdrawal(first.digest)
    assert (
        codes(
            judged(
                tmp_path / "b", first, gone, from_oven("P-GAS", ("煤气", "20", "0.5"), ("焦炭", "20", "0.5"))
            ).findings
        )
        == set()
    )
