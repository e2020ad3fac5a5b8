"""Two products of one process: whoever gives both the small share is found (threat 18)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger, codes
from support.builders import STEEL, footprint_content, signed, withdrawal

COKE, GAS = ("焦炭", "30", "0.75"), ("煤气", "10", "0.25")


def declaration(product: str, *rows: tuple[str, str, str], group: str = "COKE", method: str = "mass", start: str = "2025-01-01",
                **options: Any) -> Any:  # fmt: skip
    emission = f"{Decimal('4.0000') * Decimal(rows[0][2]):.4f}"
    line = {"kind": "fuel", "stage": "production", "name": "焦炉", "amount": "4.0000", "unit": "kg", "share": rows[0][2],
            "allocation": method, "group": group, "emission": emission,
            "source": {"type": "gas", "gas": "CO2", "value": "1", "per": "kg"}}  # fmt: skip
    content = footprint_content(line, product_id=product, footprint=emission)
    content["header"]["period_start"] = start
    products = [{"name": name, "basis": basis, "share": share} for name, basis, share in rows]
    content["production"]["groups"] = [{"name": group, "method": method, "products": products}]
    return signed("footprint", STEEL, content, **options)


def judged(folder: Path, *declarations: Any) -> Any:
    ledger = Ledger()
    last = ledger.add(*declarations)
    ledger.anchor()
    replayed = codes(ledger.replay(folder / "all").findings)
    verdict = ledger.verify(folder / "one", last)
    assert codes(verdict.findings) == replayed
    return verdict


def test_two_products_that_share_one_table_pass(tmp_path: Path) -> None:
    verdict = judged(tmp_path, declaration("P-COKE", COKE, GAS), declaration("P-GAS", GAS, COKE))
    assert codes(verdict.findings) == set()


def test_who_gives_both_products_the_small_share_is_found_with_its_kilograms(tmp_path: Path) -> None:
    coke = ("焦炭", "30", "0.75"), ("煤气", "10", "0.25")
    gas = ("煤气", "1", "0.10"), ("焦炭", "9", "0.90")
    verdict = judged(tmp_path, declaration("P-COKE", *coke), declaration("P-GAS", *gas))
    assert [(f.code, f.kilograms) for f in verdict.findings if f.outcome == "fail"] == [
        ("COPRODUCTS_DIFFER", Decimal("0.6000"))
    ]


@pytest.mark.parametrize("change", [{"group": "STEAM"}, {"start": "2025-02-01"}])
def test_another_process_or_period_may_be_divided_otherwise(change: dict[str, str], tmp_path: Path) -> None:
    verdict = judged(
        tmp_path,
        declaration("P-COKE", COKE, GAS),
        declaration("P-GAS", ("煤气", "1", "0.1"), ("焦炭", "9", "0.9"), **change),
    )
    assert codes(verdict.findings) == set()


def test_another_method_for_the_same_process_is_found(tmp_path: Path) -> None:
    verdict = judged(tmp_path, declaration("P-COKE", COKE, GAS), declaration("P-GAS", GAS, COKE, method="economic"))
    assert codes(verdict.findings) == {"COPRODUCTS_DIFFER"}


def test_a_new_version_may_divide_anew_and_a_withdrawn_table_binds_nobody(tmp_path: Path) -> None:
    first = declaration("P-COKE", COKE, GAS)
    anew = declaration("P-COKE", ("焦炭", "20", "0.5"), ("煤气", "20", "0.5"), previous=first.digest)
    assert codes(judged(tmp_path / "a", first, anew).findings) == set()
    gone = withdrawal(first.digest)
    assert (
        codes(
            judged(
                tmp_path / "b", first, gone, declaration("P-GAS", ("煤气", "20", "0.5"), ("焦炭", "20", "0.5"))
            ).findings
        )
        == set()
    )
