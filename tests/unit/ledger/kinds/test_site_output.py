from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.builders import PRESS, STEEL, Signed, withdrawal
from support.volumes import PAPER, codes, failures, ledger_of, made, only


def output(quantity: str = "500", *, organisation: str = STEEL, **changes: Any) -> Signed:
    header = {"site": "BS-01", "products": ("CR-COIL", "HR-COIL"), "quantity": quantity, "unit": "t",
              "period_start": "2025-01-01", "period_end": "2025-12-31", "record": PAPER}  # fmt: skip
    return only("site-output", organisation, {**header, **changes})


def coil(quantity: str, product: str = "CR-COIL", **options: Any) -> Signed:
    return made(quantity, site="BS-01", product=product, **options)


@pytest.mark.parametrize("output_first", [False, True])
def test_more_declared_than_made_is_found_whichever_came_first(output_first: bool, tmp_path: Path) -> None:
    declared = [coil("400"), coil("100.5", "HR-COIL")]
    items = [output(), *declared] if output_first else [*declared, output()]
    found = failures(tmp_path, *items)
    assert [(f.code, f.values["missing"], f.statement) for f in found] == [
        ("SITE_OVERDECLARED", "0.5", items[-1].digest)
    ]


def test_corrected_withdrawn_and_other_firms_declarations_do_not_count(tmp_path: Path) -> None:
    first = coil("500")
    better = coil("400", previous=first.digest)
    wrong = coil("300", "HR-COIL")
    items = (first, better, wrong, withdrawal(wrong.digest), coil("900", organisation=PRESS), coil("100", "HR-COIL",
             previous=wrong.digest), output())  # fmt: skip
    assert codes(tmp_path / "a", *items) == set()
    assert codes(tmp_path / "b", output(), first, coil("501", previous=first.digest)) == {"SITE_OVERDECLARED"}
    assert codes(tmp_path / "c", output("10", organisation=PRESS), first) == set()


def test_products_are_listed_once_in_order() -> None:
    with pytest.raises(ValidationError):
        output(products=("HR-COIL", "CR-COIL"))


def test_the_verdict_on_a_product_adds_its_site_up(tmp_path: Path) -> None:
    first, second = coil("400"), coil("100.5", "HR-COIL")
    ledger = ledger_of(output(), first, second)
    found = ledger.verify(tmp_path / "a", second.digest).findings
    assert [f.values["missing"] for f in found if f.code == "SITE_OVERDECLARED"] == ["0.5"]
    # nobody can tell which tonne was never made: a buyer of the first is told so too
    found = ledger.verify(tmp_path / "b", first.digest).findings
    assert [f.values["missing"] for f in found if f.code == "SITE_OVERDECLARED"] == ["0.5"]
