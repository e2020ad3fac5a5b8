from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.builders import PRESS, STEEL, Signed, factor, footprint_content, power_line, signed, withdrawal
from support.volumes import PAPER, codes, failures, ledger_of, line, only, replayed, told

PROJECT = "P2330400012023001"


def code(sequence: int, month: str = "202503", tail: str = "11", project: str = PROJECT) -> str:
    return f"{project}{month}{sequence:07d}{tail}"


HEADER = {"tradable": True, "acquired": "separate", "use": "footprint", "consumption_year": "2025",
          "retired": "2025-12-20", "evidence": [PAPER]}  # fmt: skip


def certificate(first: int = 1, last: int = 500, *, month: str = "202503", organisation: str = STEEL, tail: str = "11",
                **changes: Any) -> Signed:  # fmt: skip
    codes = {"first": code(first, month, tail), "last": code(last, month, tail)}
    return only("green-certificate", organisation, {**HEADER, **codes, **changes})


def green(base: bytes, amount: str, *certificates: tuple[bytes, str], grid: bytes | None = None, emission: str,
          kind: str = "green_electricity", organisation: str = STEEL, value: str | None = None) -> Signed:  # fmt: skip
    """A declaration on green power at 0.0143 kg/kWh, and with a line of grid power when there is one."""
    lines = [line(base, amount, kind=kind, value="0.0143", unit="kWh", emission=emission, certificates=certificates)]
    if grid is not None:
        lines.append(power_line(grid))
    return signed("footprint", organisation, footprint_content(*lines, footprint=value or emission))


HYDRO = factor("0.0143", series="elec-fp-hydro")
GRID = factor()


def test_certificates_of_the_year_carry_a_green_line_and_answer_its_question(tmp_path: Path) -> None:
    held = certificate()
    top = green(HYDRO.digest, "500000", (held.digest, "500000"), emission="7150.0000")
    assert told(tmp_path, HYDRO, held, top) == ["", "", ""]
    found = replayed(tmp_path, HYDRO, held, top)
    assert "GREEN_CERTIFICATES" not in {f.code for f in found}
    assert codes(tmp_path, HYDRO, held, top) == set()


def test_05_ranges_of_two_firms_that_share_one_number_are_refused(tmp_path: Path) -> None:
    first = certificate(1, 500)
    assert told(tmp_path / "a", first, certificate(500, 501, organisation=PRESS)) == ["", "CERTIFICATE_USED_TWICE"]
    assert told(tmp_path / "b", first, certificate(501, 502, organisation=PRESS)) == ["", ""]
    assert told(tmp_path / "c", first, certificate(500, 501, month="202504", organisation=PRESS)) == ["", ""]
    found = failures(tmp_path / "a", first, certificate(400, 501, organisation=PRESS))
    assert [(f.values["first"], f.values["last"], f.values["by"]) for f in found] == [(400, 500, "#0")]


def test_06_one_certificate_serves_one_use_also_when_its_classes_are_altered(tmp_path: Path) -> None:
    first = certificate(1, 1, use="ets")
    assert told(tmp_path / "a", first, certificate(1, 1, tail="12"))[1] == "CERTIFICATE_USED_TWICE"
    assert told(tmp_path / "b", first, withdrawal(first.digest), certificate(1, 1, tail="12")) == ["", "", ""]
    top = green(HYDRO.digest, "1000", (first.digest, "1000"), emission="14.3000")
    assert told(tmp_path / "c", HYDRO, first, top)[2] == "CERTIFICATE_BEYOND"


@pytest.mark.parametrize(("changes", "expected"), [
    ({"month": "202603", "consumption_year": "2026", "retired": "2026-12-20"}, ""),
    ({"month": "202512", "consumption_year": "2026", "retired": "2026-12-20"}, "CERTIFICATE_YEAR"),
    ({"month": "202412", "consumption_year": "2025"}, ""),
    ({"month": "202312", "retired": "2025-12-31"}, ""),
    ({"month": "202312", "retired": "2026-01-01"}, "CERTIFICATE_EXPIRED"),
    ({"month": "202503", "retired": "2025-02-28"}, "CERTIFICATE_EXPIRED"),
    ({"tradable": False}, "CERTIFICATE_NOT_TRADABLE"),
    ({"tradable": False, "acquired": "own_project"}, ""),
])  # fmt: skip
def test_07_year_life_and_trade(changes: dict[str, Any], expected: str, tmp_path: Path) -> None:
    assert told(tmp_path, certificate(**changes)) == [expected]


@pytest.mark.parametrize(("first", "last"), [
    (code(1), code(2, "202504")), (code(1), code(2, tail="12")), (code(2), code(1)),
    (code(1)[:-1], code(2)), (code(1, "202513"), code(2, "202513")), (code(1), code(2, project="Q" * 17)),
])  # fmt: skip
def test_a_range_is_of_one_project_month_and_class_in_whole_certificates(first: str, last: str) -> None:
    with pytest.raises(ValidationError):
        only("green-certificate", STEEL, {**HEADER, "first": first, "last": last})


def test_08_more_green_power_than_certificates_is_weighed_by_the_grids_factor(tmp_path: Path) -> None:
    held = certificate(1, 500)
    top = green(HYDRO.digest, "1000000", (held.digest, "500000"), grid=GRID.digest, emission="14300.0000",
                value="14300.5777")  # fmt: skip
    found = failures(tmp_path, HYDRO, GRID, held, top)
    assert [f.code for f in found] == ["GREEN_NOT_COVERED"]
    assert found[0].values["missing"] == "500000"
    assert str(found[0].kilograms) == "281700.0000"  # 500 000 kWh x (0.5777 - 0.0143) kg


def test_two_lines_cannot_draw_on_the_same_kilowatt_hour(tmp_path: Path) -> None:
    held = certificate(1, 1)
    first = green(HYDRO.digest, "600", (held.digest, "600"), emission="8.5800")
    second = green(HYDRO.digest, "600", (held.digest, "600"), emission="8.5800", organisation=PRESS)
    content = footprint_content(
        line(HYDRO.digest, "600", kind="green_electricity", value="0.0143", unit="kWh", emission="8.5800",
             certificates=[(held.digest, "600")]), footprint="8.5800", product_id="HR-COIL",
    )  # fmt: skip
    third = signed("footprint", STEEL, content)
    assert told(tmp_path / "a", HYDRO, held, first, third)[3] == "CERTIFICATE_BEYOND"
    assert codes(tmp_path / "b", HYDRO, held, second) == {"ACCOUNT_OF_ANOTHER"}


def test_a_certificate_of_another_year_or_on_another_line_is_found(tmp_path: Path) -> None:
    old = certificate(1, 1, month="202403", consumption_year="2024", retired="2024-12-20")
    top = green(HYDRO.digest, "1000", (old.digest, "1000"), emission="14.3000")
    assert codes(tmp_path / "a", HYDRO, old, top) == {"TAKEN_PERIOD"}
    held = certificate(1, 1)
    plain = green(HYDRO.digest, "1000", (held.digest, "1000"), emission="14.3000", kind="electricity")
    assert codes(tmp_path / "b", HYDRO, held, plain) == {"CERTIFICATE_LINE"}


def test_a_green_line_without_certificates_still_asks_for_them(tmp_path: Path) -> None:
    content = footprint_content(
        line(HYDRO.digest, "1000", kind="green_electricity", value="0.0143", unit="kWh", emission="14.3000"),
        footprint="14.3000",
    )
    unasked = ledger_of(HYDRO, signed("footprint", STEEL, content)).replay(tmp_path).open
    assert unasked["GREEN_CERTIFICATES"] == 1
