from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from support.builders import (
    CARMAKER,
    STEEL,
    Signed,
    factor,
    factor_content,
    footprint_content,
    signed,
)
from support.volumes import batch, codes, failures, fuel, ledger_of, line, told


def test_mass_is_conserved_over_split_merge_and_transformation(tmp_path: Path) -> None:
    first, second = batch("B-1", "1000"), batch("B-2", "500")
    merged = batch("B-3", "1500", (first.digest, "1000"), (second.digest, "500"))
    parts = [batch(f"B-{n}", "750", (merged.digest, "750"), process="split") for n in (4, 5)]
    melted = batch("B-6", "712.5", (parts[0].digest, "750"), process="transform", max_yield="0.95", material="billet")
    assert told(tmp_path, first, second, merged, *parts, melted) == [""] * 6
    assert codes(tmp_path, first, second, merged, *parts, melted) == set()


def test_a_weigh_ticket_serves_one_batch_and_collection_needs_no_input(tmp_path: Path) -> None:
    base = batch("B-1", "1000")
    ticket = base.statement.subject
    again = batch("B-9", "1000", tickets=[{"number": ticket, "digest": "0x" + ticket.encode().hex().ljust(64, "0")}])
    assert told(tmp_path / "a", base, again) == ["", "TICKET_USED_TWICE"]
    assert told(tmp_path / "b", batch("B-1", "1", process="sort")) == ["BATCH_INPUTS"]


def material() -> Signed:
    content = factor_content("0.5000", series="scrap")
    content["header"]["kind"], content["result"]["per"] = "material", "kg"
    return signed("factor", "urn:tanji:factors", content)


def using(base: bytes, taken: bytes, amount: str, *, product: str = "DOOR", organisation: str = CARMAKER) -> Signed:
    used = line(base, "100", kind="material", value="0.5000", unit="kg", emission="50.0000", batches=[(taken, amount)])
    return signed("footprint", organisation, footprint_content(used, product_id=product, footprint="50.0000"))


def test_a_line_draws_on_what_was_handed_over_to_its_firm(tmp_path: Path) -> None:
    base = material()
    held = batch("B-1", "150", owner=CARMAKER)
    first, second = using(base.digest, held.digest, "100"), using(base.digest, held.digest, "100", product="ROOF")
    assert codes(tmp_path / "a", base, held, first) == set()
    assert told(tmp_path / "b", base, held, first, second) == ["", "", "", "BATCH_BEYOND"]
    found = next(f for f in failures(tmp_path / "b", base, held, first, second) if f.code == "BATCH_BEYOND")
    assert found.kilograms == Decimal("25")
    assert codes(tmp_path / "c", base, held, using(base.digest, held.digest, "99")) == {"LINE_NOT_COVERED"}
    assert codes(tmp_path / "d", base, held, using(base.digest, held.digest, "100", organisation=STEEL)) == {
        "ACCOUNT_OF_ANOTHER"
    }


def test_the_same_litre_is_not_sold_twice(tmp_path: Path) -> None:
    assert told(tmp_path / "a", fuel(), fuel("F-2")) == ["", "FUEL_SOLD_TWICE"]
    assert told(tmp_path / "b", fuel(), fuel("F-2", "POS-2")) == ["", ""]
    base, held = factor(series="x"), fuel()
    assert told(tmp_path / "c", base, held, fuel("F-2", scheme="REDCERT")) == ["", "", ""]


def test_book_and_claim_and_another_year_are_said(tmp_path: Path) -> None:
    base, held = material(), fuel(balance="book_and_claim")
    replayed = ledger_of(base, held, using(base.digest, held.digest, "100")).replay(tmp_path / "a")
    assert replayed.open["BOOK_AND_CLAIM"] == 1
    old = fuel(valid_from="2023-01-01", valid_until="2023-12-31")
    assert codes(tmp_path / "b", base, old, using(base.digest, old.digest, "100")) == {"TAKEN_PERIOD"}
