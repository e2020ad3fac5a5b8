"""What a person reads off a label, and the two commands of those who buy."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from support.builders import STEEL, footprint, withdrawal
from support.market import GTIN, NUMBER, OTHER_GTIN, Market
from typer.testing import CliRunner

from ledger.errors import InputError
from ledger.identifiers import digest_to_text
from verifier.cli import app
from verifier.impact import impact_lines, impact_on
from verifier.labels import Shown, shown

URL = f"https://id.example/01/{GTIN}/10/LOT-1?cert={NUMBER}"


def test_the_codes_url_stands_for_the_number_and_the_gtin() -> None:
    assert shown(URL, None, "2.0000", "t") == Shown(NUMBER, None, Decimal("2.0000"), "t", GTIN.zfill(14))
    assert shown(URL, OTHER_GTIN, None, None).gtin == OTHER_GTIN
    assert shown(NUMBER, None, None, None) == Shown(NUMBER)


@pytest.mark.parametrize(("number", "value", "code"), [
    ("https://id.example/nothing", None, "DIGITAL_LINK"), (URL.replace(GTIN, GTIN[:-1] + "9"), None, "GTIN_CHECK_DIGIT"),
    (NUMBER, "2,0", "DECIMAL_FORMAT"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused(number: str, value: str | None, code: str) -> None:
    with pytest.raises(InputError) as refused:
        shown(number, None, value, None)
    assert refused.value.code == code


def run(folder: Path, market: Market, *arguments: str) -> tuple[int, str]:
    market.anchor()
    (folder / "trust.json").write_bytes(market.trust().to_bytes())
    market.write(folder / "audit")
    command, *rest = arguments
    asked = [command, str(folder / "audit"), *rest, "--trust", str(folder / "trust.json"), "--day", "2026-03-01"]
    result = CliRunner().invoke(app, ["--lang", "zh", *asked])
    return result.exit_code, result.output


def certified() -> Market:
    market = Market()
    market.add(market.certificate())
    return market


def test_the_command_says_how_a_label_stands(tmp_path: Path) -> None:
    code, said = run(tmp_path, certified(), "label", URL, "--value", "2.0000", "--unit", "t")
    assert (code, "有效" in said) == (0, True)
    for name, asked in (
        ("goods", (URL, "--gtin", OTHER_GTIN)),
        ("code", (URL.replace(GTIN, OTHER_GTIN), "--gtin", GTIN)),
    ):
        (tmp_path / name).mkdir()
        code, said = run(tmp_path / name, certified(), "label", *asked)
        assert (code, "LABEL_PRODUCT" in said) == (1, True), "code and goods are both held against the certificate"
    (tmp_path / "again").mkdir()
    code, said = run(tmp_path / "again", certified(), "label", NUMBER, "--gtin", OTHER_GTIN, "--json")
    assert code == 1
    assert json.loads(said)["findings"][-1]["code"] == "LABEL_PRODUCT"


def test_the_command_ranks_nothing_that_names_no_rule(tmp_path: Path) -> None:
    market = certified()
    code, said = run(tmp_path, market, "compare", digest_to_text(market.coil))
    assert code == 3
    assert "OFFER_WITHOUT_RULE" in said


def test_a_withdrawn_declaration_reaches_its_certificate(tmp_path: Path) -> None:
    market = certified()
    certificate = market.items[-1].digest
    market.add(withdrawal(market.coil))
    found = impact_on(*market.opened(tmp_path), digest_to_text(market.coil))
    assert found.became == "withdrawn"
    assert [(one.kind, one.digest, one.on, one.kilograms) for one in found.statements] == [
        ("certificate", certificate, market.coil, Decimal("2.0000"))
    ]
    assert any(NUMBER in line and "+2.0000 kgCO2e" in line for line in impact_lines(found, "zh"))


def test_a_corrected_declaration_tells_its_certificate_by_how_much(tmp_path: Path) -> None:
    market = certified()
    market.add(footprint(STEEL, product_id=GTIN, value="2.5000", previous=market.coil))
    (touched,) = impact_on(*market.opened(tmp_path), digest_to_text(market.coil)).statements
    assert (touched.kind, touched.kilograms) == ("certificate", Decimal("0.5000"))
