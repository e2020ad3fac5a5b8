"""The search for one product under two subjects, over a whole ledger and in the verdict on a product."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.audit import Ledger
from support.builders import (
    PRESS,
    STEEL,
    Signed,
    footprint_content,
    gas_line,
    private_key,
    signed,
    withdrawal,
)
from support.golden import Golden
from typer.testing import CliRunner

from ledger.exits import Exit
from verifier.cli import app
from verifier.duplicates import Duplicates, duplicates_of
from verifier.sources import open_folder, read_chain


def declared(product_id: str = "CR-COIL", value: str = "2.5000", organisation: str = STEEL, **header: Any) -> Signed:
    """A declaration with its own header: site, period, name."""
    previous = header.pop("previous", None)
    key = header.pop("key", None)
    content = footprint_content(gas_line(value), product_id=product_id, footprint=value)
    content["header"].update(header)
    return signed("footprint", organisation, content, previous=previous, key=key)


def found_in(ledger: Ledger, folder: Path) -> Duplicates:
    ledger.anchor()
    trust = ledger.trust()
    ledger.write(folder)
    return duplicates_of(open_folder(folder, trust), read_chain(folder, trust), trust)


def test_two_spellings_are_found_on_the_later_with_both_values(tmp_path: Path) -> None:
    ledger = Ledger()
    first, second = declared(site="BS-1"), declared("cr.coil", "2.4000", site="bs1")
    ledger.add(first, declared("OTHER"), second)
    found = found_in(ledger, tmp_path)
    (pair,) = found.pairs
    assert (found.declarations, found.general) == (3, ())
    assert (pair.code, pair.outcome, pair.statement, pair.kilograms) == (
        "NEAR_DUPLICATE",
        "fail",
        second.digest,
        Decimal("0.1000"),
    )
    said = pair.words("en")
    assert all(text in said for text in (first.digest.hex(), second.digest.hex(), "2.5000", "2.4000"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"period_end": "2025-12-30"}),
        ({"site": "BS-1"}, {}),
        ({}, {"product_id": "CR-COIL-B"}),
    ],
    ids=["a period that is moved", "no site", "a longer code"],
)
def test_what_may_be_one_product_is_a_question(first: dict[str, Any], second: dict[str, Any], tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(declared(**first), declared(**{"value": "2.4000", **second}))
    assert [(one.code, one.blocking, one.kilograms) for one in found_in(ledger, tmp_path).pairs] == [
        ("NEAR_DUPLICATE_POSSIBLE", False, Decimal("0.1000"))
    ]


def test_honest_neighbours_are_left_alone(tmp_path: Path) -> None:
    ledger = Ledger()
    years = [{"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"} for year in (2023, 2024, 2025)]
    rolling = [{"period_start": f"2024-{m:02}-01", "period_end": f"2025-{m - 1:02}-28"} for m in (2, 3, 4)]
    ledger.add(*(declared("YEARS", f"2.{n}000", site="BS-1", **year) for n, year in enumerate(years)))
    ledger.add(*(declared("ROLLS", f"2.{n}000", **year) for n, year in enumerate(rolling)))
    ledger.add(*(declared("SITES", f"2.{n}000", site=f"BS-{n}") for n in range(5)))
    ledger.add(*(declared(f"P-{n}", f"2.{n}000") for n in range(1, 25)))
    ledger.add(declared("FIRMS"), declared("firms", "2.4000", PRESS))
    ledger.add(declared("EDGES"), declared("edges", "2.4000", boundary="cradle-to-grave"))
    assert found_in(ledger, tmp_path).pairs == ()


def test_who_is_no_longer_live_is_nobodys_duplicate(tmp_path: Path) -> None:
    ledger = Ledger()
    gone, forged = declared("GONE"), declared("CR-COIL", key=private_key("a stranger"))
    ledger.add(gone, declared("gone", "2.4000"), withdrawal(gone.digest), forged, declared("cr-coil", "2.4000"))
    moved = declared("MOVED", site="a-1")
    again = declared("MOVED", "2.2000", site="a-1", previous=moved.digest)
    ledger.add(moved, again, declared("moved", "2.4000", site="A1"))
    (pair,) = found_in(ledger, tmp_path).pairs
    assert (pair.kilograms, pair.values["other"]) == (Decimal("-0.2000"), "0x" + again.digest.hex())


def test_a_stranger_withdraws_nobodys_duplicate(tmp_path: Path) -> None:
    ledger = Ledger()
    first = declared()
    ledger.add(first, declared("cr-coil", "2.4000"), withdrawal(first.digest, PRESS))
    assert len(found_in(ledger, tmp_path).pairs) == 1


def test_the_verdict_on_a_product_says_it_of_its_firms(tmp_path: Path) -> None:
    ledger = Ledger()
    honest, shown = declared(), declared("cr-coil", "2.4000")
    other = declared("OTHER")
    ledger.add(honest, shown, other)
    ledger.anchor()
    for asked, kilograms in ((shown, Decimal("0.1000")), (honest, Decimal("-0.1000"))):
        found = [f for f in ledger.verify(tmp_path, asked.digest).findings if f.code == "NEAR_DUPLICATE"]
        assert [(f.statement, f.kilograms) for f in found] == [(asked.digest, kilograms)]
    assert not [f for f in ledger.verify(tmp_path, other.digest).findings if f.code == "NEAR_DUPLICATE"]
    ledger.add(withdrawal(honest.digest))
    ledger.anchor(block=12)
    assert not [f for f in ledger.verify(tmp_path, shown.digest).findings if f.code == "NEAR_DUPLICATE"]


def test_the_command_names_each_pair_and_fails(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(declared(), declared("cr-coil", "2.4000"))
    ledger.anchor()
    ledger.write(tmp_path / "audit")
    (tmp_path / "trust.json").write_bytes(ledger.trust().to_bytes())
    asked = ["--lang", "en", "duplicates", str(tmp_path / "audit"), "--trust", str(tmp_path / "trust.json")]
    run = CliRunner().invoke(app, asked)
    assert run.exit_code == Exit.FAILED
    assert "0.1000 kgCO2e  [NEAR_DUPLICATE]" in run.stdout
    found = orjson.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert (found["declarations"], found["pairs"][0]["kilograms"]) == (2, "0.1000")


def test_the_golden_chain_has_none(tmp_path: Path) -> None:
    assert found_in(Golden(ruled=True), tmp_path).pairs == ()


def test_a_statement_that_is_kept_back_may_be_a_duplicate(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(declared(), declared("cr-coil", "2.4000"))
    ledger.anchor()
    row = ledger._block(1)
    ledger.spoil = lambda data: data.replace(row, b"\n\n", 1)
    trust = ledger.trust()
    found = duplicates_of(open_folder(ledger.write(tmp_path), trust), read_chain(tmp_path, trust), trust)
    assert (found.pairs, [f.code for f in found.general if f.blocking]) == ((), ["STATEMENT_WITHHELD"])
