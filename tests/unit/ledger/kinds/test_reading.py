from __future__ import annotations

from pathlib import Path

import pytest
from support.builders import PRESS, STEEL, Signed, withdrawal
from support.metering import GRID, METER, METERED, RIGHT, calibration, daily, meter, on_readings, reading
from support.volumes import METERING, codes, failures, ledger_of, replayed, told

from ledger.disclosures import parse_content
from ledger.findings import Outcome


def test_batches_follow_one_another_and_prove_each_value_by_itself(tmp_path: Path) -> None:
    first = daily()
    second = daily("100 130 180", day="2025-03-02", after=first.digest)
    assert told(tmp_path, *METERED, first, second) == [""] * 4
    assert codes(tmp_path, *METERED, first, second) == set()
    changed = first.text.replace(b'"counter":"40"', b'"counter":"41"')
    assert parse_content(changed).root != parse_content(first.text).root


@pytest.mark.parametrize(("item", "expected"), [
    (daily(total="101"), "READING_SUM"),
    (daily("0 40 30", total="30"), "COUNTER_BACK"),
    (daily("50 40 100", total="50"), "COUNTER_BACK"),
    (daily(values=({"at": "2025-03-02T00:00", "counter": "100"},)), "READING_TIME"),
    (daily(values=({"at": "2025-03-01T09:00", "counter": "40"}, {"at": "2025-03-01T09:00", "counter": "100"})),
     "READING_TIME"),
    (daily(unit="MWh"), "METER_UNIT"),
    (daily(organisation=PRESS), "METER_OF_ANOTHER"),
    (daily(parent=METER.digest), "METER_PARENT"),
])  # fmt: skip
def test_a_batch_that_does_not_add_up_or_fit_its_meter(item: Signed, expected: str, tmp_path: Path) -> None:
    assert codes(tmp_path, *METERED, item) == {expected}


def test_no_day_is_read_twice_and_no_batch_follows_twice(tmp_path: Path) -> None:
    first = daily()
    assert (
        told(tmp_path / "a", *METERED, first, daily("100 150", after=first.digest, start="2025-02-28"))[3]
        == "READING_OVERLAP"
    )
    second = daily("100 150", day="2025-03-02", after=first.digest)
    third = daily("100 160", day="2025-03-03", after=first.digest)
    assert told(tmp_path / "b", *METERED, first, second, third)[4] == "READING_FORK"
    assert codes(tmp_path / "c", *METERED, first, daily("100 150", day="2025-03-02")) == {"READING_NOT_CHAINED"}
    assert codes(tmp_path / "d", *METERED, first, daily("101 150", day="2025-03-02", after=first.digest)) == {
        "COUNTER_GAP"
    }


def test_a_correction_takes_the_place_of_its_batch(tmp_path: Path) -> None:
    first = daily()
    corrected = daily("0 40 90", previous=first.digest)
    assert told(tmp_path, *METERED, first, corrected) == [""] * 4
    assert codes(tmp_path, *METERED, first, corrected) == set()


def test_readings_after_the_calibration_lapsed_are_found(tmp_path: Path) -> None:
    assert codes(tmp_path / "a", *METERED, daily(day="2025-12-31")) == set()
    assert codes(tmp_path / "b", *METERED, daily(day="2026-01-01")) == {"CALIBRATION_LAPSED"}
    other = meter("M-2")
    foreign = calibration(other.digest, "C-2")
    item = reading(METER.digest, foreign.digest)
    assert codes(tmp_path / "c", METER, other, foreign, item) == {"CALIBRATION_OTHER_METER"}
    ended = withdrawal(RIGHT.digest, METERING)
    assert told(tmp_path / "d", *METERED, ended, daily())[3] == "REFERENCE_WITHDRAWN"


def test_only_a_metering_body_calibrates(tmp_path: Path) -> None:
    assert told(tmp_path, METER, calibration(METER.digest, organisation=STEEL)) == ["", "ROLE_NOT_HELD"]


@pytest.mark.parametrize("parent_last", [False, True])
@pytest.mark.parametrize(("second", "expected"), [("0 51", set()), ("0 52", {"METER_BALANCE"})])
def test_meters_behind_one_add_up_to_it_within_its_tolerance(
    second: str, expected: set[str], parent_last: bool, tmp_path: Path
) -> None:
    children = [meter(f"M-{n}", METER.digest) for n in (2, 3)]
    marks = [calibration(child.digest, f"C-{n}") for n, child in enumerate(children, 2)]
    behind = [
        reading(child.digest, mark.digest, shown, parent=METER.digest)
        for child, mark, shown in zip(children, marks, ("0 50", second), strict=True)
    ]
    read = [*behind, daily()] if parent_last else [daily(), *behind]
    assert codes(tmp_path, *METERED, *children, *marks, *read) == expected


# -- lines that rest on readings ----------------------------------------------------------------------------------------


def test_an_activity_is_added_up_again_from_its_readings(tmp_path: Path) -> None:
    first = daily()
    second = daily("100 150", day="2025-03-02", after=first.digest)
    items = (GRID, *METERED, first, second)
    whole = on_readings("150", "86.6550", (first.digest, "100"), (second.digest, "50"))
    assert codes(tmp_path / "a", *items, whole) == set()
    short = on_readings("151", "87.2327", (first.digest, "100"), (second.digest, "50"))
    found = failures(tmp_path / "b", *items, short)
    assert [(f.code, f.values["missing"], str(f.kilograms)) for f in found] == [("LINE_NOT_COVERED", "1", "0.5777")]
    beyond = on_readings("150", "86.6550", (first.digest, "101"), (second.digest, "49"))
    assert told(tmp_path / "c", *items, beyond)[5] == "READING_BEYOND"
    sister = on_readings("1", "0.5777", (first.digest, "1"), product="HR-COIL")
    assert told(tmp_path / "d", *items, whole, sister)[6] == "READING_BEYOND"


def test_a_product_is_verified_with_its_meters(tmp_path: Path) -> None:
    first = daily()
    top = on_readings("100", "57.7700", (first.digest, "100"))
    verdict = ledger_of(GRID, *METERED, first, top).verify(tmp_path, top.digest)
    assert {f.code for f in verdict.findings if f.outcome is Outcome.FAIL} == set()
    lapsed = daily(day="2026-01-01")
    late = on_readings("100", "57.7700", (lapsed.digest, "100"))
    found = ledger_of(GRID, *METERED, lapsed, late).verify(tmp_path / "late", late.digest).findings
    assert {"CALIBRATION_LAPSED", "TAKEN_PERIOD"} <= {f.code for f in found}
    assert replayed(tmp_path / "again", GRID, *METERED, lapsed, late)
