from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from support.builders import PRESS, STEEL, factor, footprint_content, signed
from support.volumes import (
    CERTIFIED,
    certificate,
    certificate_code,
    codes,
    green,
    ledger_of,
    line,
    only,
    replayed,
    told,
)

HYDRO = factor("0.0143", series="elec-fp-hydro")


def test_certificates_of_the_year_carry_a_green_line_and_answer_its_question(tmp_path: Path) -> None:
    held = certificate()
    top = green(HYDRO.digest, "500000", (held.digest, "500000"), emission="7150.0000")
    assert told(tmp_path, HYDRO, held, top) == ["", "", ""]
    found = replayed(tmp_path, HYDRO, held, top)
    assert "GREEN_CERTIFICATES" not in {f.code for f in found}
    assert codes(tmp_path, HYDRO, held, top) == set()


@pytest.mark.parametrize(("first", "last"), [
    (certificate_code(1), certificate_code(2, "202504")), (certificate_code(1), certificate_code(2, tail="12")), (certificate_code(2), certificate_code(1)),
    (certificate_code(1)[:-1], certificate_code(2)), (certificate_code(1, "202513"), certificate_code(2, "202513")), (certificate_code(1), certificate_code(2, project="Q" * 17)),
])  # fmt: skip
def test_a_range_is_of_one_project_month_and_class_in_whole_certificates(first: str, last: str) -> None:
    with pytest.raises(ValidationError):
        only("green-certificate", STEEL, {**CERTIFIED, "first": first, "last": last})


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
