"""Which two declarations stand for one product, and which honest neighbours do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from support.builders import PRESS, STEEL, factor, footprint

from verifier.slots import Slot, difference, kinship, normal_code, slot_of

YEAR = (date(2025, 1, 1).toordinal(), date(2025, 12, 31).toordinal())
COIL = Slot(STEEL, "CR-COIL", "BS-1", *YEAR, "cradle-to-gate", "冷轧卷", "2.5000", "1", "kg")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CR-COIL", "cr.coil"),
        ("CR-COIL", "CRCOIL"),
        ("CR--COIL", "CR/COIL"),
        ("P-1", "P1"),
        ("06901234567892", "6901234567892"),
        ("06901234567892", "690-1234-567892"),
        ("urn:gtin:06901234567892", "6901234567892"),
        ("https://id.gs1.org/01/06901234567892", "GTIN-6901234567892"),
        ("000123", "123"),
    ],
)
def test_spellings_of_one_code(one: str, other: str) -> None:
    assert normal_code(one) == normal_code(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1-12", "11-2"),
        ("P-1-12", "P-11-2"),
        ("P-1", "P-10"),
        ("A1.1", "A11"),
        ("06901234567892", "6901234567893"),
        ("0", "1"),
    ],
)
def test_codes_that_are_two(one: str, other: str) -> None:
    assert normal_code(one) != normal_code(other)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"product_id": "CR_COIL".replace("_", ".")}, "same"),
        ({"site": "bs1"}, "same"),
        ({"product_id": "cr-coil", "site": "BS.1"}, "same"),
        ({"product_id": "cr-coil", "first": YEAR[1], "last": YEAR[1] + 365}, "same"),
        ({"product_id": "cr-coil", "value": "2.5000"}, "same"),
        ({"value": "2.4000", "last": YEAR[1] - 1}, "alike"),
        ({"value": "2.4000", "site": "-"}, "alike"),
        ({"value": "2.4000", "product_id": "CR-COIL-B"}, "alike"),
        # honest neighbours
        ({"product_id": "cr-coil", "boundary": "cradle-to-grave"}, None),
        ({"product_id": "cr-coil", "organisation": PRESS}, None),
        ({"product_id": "cr-coil", "first": YEAR[1] + 1, "last": YEAR[1] + 365}, None),
        ({"value": "2.4000", "site": "BS-2"}, None),
        ({"value": "2.4000", "product_id": "CR-COIL-B", "site": "BS-2"}, None),
        ({"value": "2.4000", "product_id": "CR-COIL-B", "product": "冷轧卷 B"}, None),
        ({"value": "2.4000", "product_id": "CR-COIL2"}, None),
        ({"value": "2.4000", "product_id": "HR-COIL"}, None),
        ({"value": "2.4000", "first": YEAR[0] + 31, "last": YEAR[1] + 31}, None),
        ({"last": YEAR[1] - 1}, None),
        ({"site": "-"}, None),
    ],
)
def test_what_is_one_product_and_what_is_not(changes: dict[str, str | int], expected: str | None) -> None:
    other = replace(COIL, **changes)  # type: ignore[arg-type]
    assert kinship(COIL, other) == expected
    assert kinship(other, COIL) == expected


def test_the_difference_is_in_the_units_of_the_one() -> None:
    tonne = replace(COIL, product_id="cr-coil", value="2400.0", unit="t")
    assert difference(COIL, tonne) == Decimal("-0.1")
    assert difference(tonne, COIL) == 100
    assert difference(COIL, replace(COIL, unit="kWh")) is None
    assert difference(COIL, replace(COIL, value="2.4000")) == Decimal("-0.1000")


def test_a_slot_is_read_from_the_envelope_alone() -> None:
    slot = slot_of(footprint(STEEL).statement)
    assert slot is not None
    assert (slot.organisation, slot.product_id, slot.value, slot.unit) == (STEEL, "CR-COIL", "2.5000", "t")
    assert slot_of(factor().statement) is None
    statement = footprint(STEEL).statement
    for subject in ("CR-COIL", "CR-COIL|-|2025-13-01..2025-12-31|cradle-to-gate"):
        assert slot_of(statement.model_copy(update={"subject": subject})) is None
    assert slot_of(statement.model_copy(update={"headline": "其他"})) is None
