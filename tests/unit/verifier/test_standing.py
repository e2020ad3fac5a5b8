"""What sites and meters say against a product: found by its verdict whichever of their statements came last."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from support.audit import codes
from support.builders import STEEL, Signed
from support.metering import GRID, METER, METERED, calibration, daily, meter, on_readings, reading
from support.volumes import PAPER, ledger_of, made, only
from support.volumes import codes as replayed

from ledger.findings import Finding
from verifier.product import ProductVerdict


def verdict(folder: Path, product: Signed, *items: Signed) -> ProductVerdict:
    return ledger_of(*items).verify(folder, product.digest)


def on(product: Signed, found: ProductVerdict) -> dict[str, Finding]:
    return {f.code: f for f in found.findings if f.statement == product.digest}


def output(quantity: str, *, organisation: str = STEEL) -> Signed:
    header = {"site": "BS-01", "products": ("CR-COIL", "HR-COIL"), "quantity": quantity, "unit": "t",
              "period_start": "2025-01-01", "period_end": "2025-12-31", "record": PAPER}  # fmt: skip
    return only("site-output", organisation, header)


COIL, OTHER = made("400", site="BS-01"), made("100.5", site="BS-01", product="HR-COIL")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_site_that_declares_more_than_it_made_is_found_on_each_of_its_products(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    every = (COIL, OTHER, output("500"))
    items = [every[number] for number in order]
    assert replayed(tmp_path / "replay", *items) == {"SITE_OVERDECLARED"}
    for product in (COIL, OTHER):
        found = verdict(tmp_path / str(product is COIL), product, *items)
        (told,) = [f for f in found.findings if f.outcome == "fail"]
        assert (told.code, told.place, told.statement) == ("SITE_OVERDECLARED", "production", product.digest)
        assert (told.values["got"], told.values["expected"], told.values["missing"]) == ("500.5", "500", "0.5")


def test_a_site_that_declares_what_it_made_is_not_blamed_and_a_gap_is_told(tmp_path: Path) -> None:
    assert on(COIL, verdict(tmp_path / "a", COIL, COIL, OTHER, output("500.5"))).keys() == {"RULE_NOT_NAMED"}
    found = verdict(tmp_path / "b", COIL, COIL, output("500"))
    assert codes(found.findings) == set()
    assert (on(COIL, found)["SITE_GAP"].outcome, on(COIL, found)["SITE_GAP"].values["missing"]) == (
        "not_checked",
        "100",
    )
    # another firm's word on the site is nobody's word
    foreign = verdict(tmp_path / "c", COIL, COIL, output("1", organisation="urn:tanji:press"))
    assert {"SITE_GAP", "SITE_OVERDECLARED"}.isdisjoint(on(COIL, foreign))


def test_a_corrected_declaration_counts_once(tmp_path: Path) -> None:
    again = made("399.5", site="BS-01", previous=COIL.digest)
    assert codes(verdict(tmp_path / "a", again, COIL, OTHER, output("500"), again).findings) == set()
    # the product was found over, and its firm corrected another of the site's declarations since
    less = made("100", site="BS-01", product="HR-COIL", previous=OTHER.digest)
    assert codes(verdict(tmp_path / "b", COIL, output("500"), COIL, OTHER, less).findings) == set()


BEHIND = meter("M-2", METER.digest)
CHECKED = calibration(BEHIND.digest, "C-2")
USED = daily("0 100")
MADE = on_readings("100.0000", "57.7700", (USED.digest, "100"))


def behind(counters: str) -> Signed:
    return reading(BEHIND.digest, CHECKED.digest, counters, parent=METER.digest)


@pytest.mark.parametrize("late", [True, False])
def test_meters_behind_the_one_that_a_product_rests_on_show_no_more(late: bool, tmp_path: Path) -> None:
    def log(more: Signed) -> list[Signed]:
        batches = [USED, MADE, more] if late else [more, USED, MADE]
        return [GRID, *METERED, BEHIND, CHECKED, *batches]

    wrong = log(behind("0 102"))
    assert replayed(tmp_path / "a", *wrong) == {"METER_BALANCE"}
    found = verdict(tmp_path / "b", MADE, *wrong)
    assert codes(found.findings) == {"METER_BALANCE"}
    assert on(USED, found)["METER_BALANCE"].values["missing"] == "1"
    assert codes(verdict(tmp_path / "c", MADE, *log(behind("0 101"))).findings) == set()


@pytest.mark.parametrize(("until", "found"), [("2025-02-28", {"CALIBRATION_LAPSED"}), ("2025-03-01", set())])
def test_a_lapsed_calibration_is_found_where_a_product_rests_on_the_readings(
    until: str, found: set[str], tmp_path: Path
) -> None:
    right = calibration(METER.digest, until=until)
    batch = reading(METER.digest, right.digest, "0 100")
    product = on_readings("100.0000", "57.7700", (batch.digest, "100"))
    judged = verdict(tmp_path, product, GRID, METER, right, batch, product)
    assert codes(judged.findings) == found
