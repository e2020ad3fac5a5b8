"""GTINs and GS1 Digital Links."""

from __future__ import annotations

import pytest

from ledger.errors import InputError
from ledger.gtin import Link, check_digit, has_gtin_form, parse_gtin, parse_link


@pytest.mark.parametrize(("text", "full"), [
    ("6291041500213", "06291041500213"), ("96385074", "00000096385074"), ("614141000036", "00614141000036"),
    ("10614141000415", "10614141000415"),
])  # fmt: skip
def test_the_standards_own_examples(text: str, full: str) -> None:
    assert parse_gtin(text) == full
    assert check_digit(text[:-1]) == text[-1]


def test_every_slip_of_one_digit_is_seen() -> None:
    right = "6291041500213"
    for place in range(13):
        for digit in "0123456789":
            if digit != right[place]:
                with pytest.raises(InputError) as err:
                    parse_gtin(right[:place] + digit + right[place + 1 :])
                assert err.value.code == "GTIN_CHECK_DIGIT"


@pytest.mark.parametrize("text", ["", "123", "69012345678９2", "CR-COIL", "690123456789", "0" * 15])
def test_what_is_no_gtin(text: str) -> None:
    with pytest.raises(InputError) as err:
        parse_gtin(text)
    assert err.value.code in {"GTIN_FORMAT", "GTIN_CHECK_DIGIT"}
    assert not has_gtin_form("69012345678９2")


def test_a_digital_link_names_product_lot_and_certificate() -> None:
    link = "https://id.example/shop/01/06291041500213/10/LOT%2D7?cert=PCF-1"
    assert parse_link(link) == Link("06291041500213", "LOT-7", "PCF-1")
    assert parse_link("https://id.example/01/6291041500213") == Link("06291041500213", "", "")


@pytest.mark.parametrize(("text", "code"), [
    ("https://id.example/02/06291041500213", "DIGITAL_LINK"), ("ftp://id.example/01/06291041500213", "DIGITAL_LINK"),
    ("https://id.example/01/06291041500214", "GTIN_CHECK_DIGIT"), ("https://id.example/01/", "GTIN_FORMAT"),
    ("https://id.example/01/06291041500213?cert=a&cert=b", "DIGITAL_LINK"), ("https://[x/01/1", "DIGITAL_LINK"),
    ("https://id.example/01", "DIGITAL_LINK"),
])  # fmt: skip
def test_a_link_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as err:
        parse_link(text)
    assert err.value.code == code
