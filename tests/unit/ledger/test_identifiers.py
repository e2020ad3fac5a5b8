from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InputError
from ledger.identifiers import (
    digest_to_text,
    parse_address,
    parse_digest,
    parse_organisation,
    uscc_check_character,
)

# The codes of the golden example's made-up organisations, with their right check characters.
CODES = [
    "91310113MADEM0011A", "91320585MADEM002X4", "91310115MADEM0038Y", "91340500MADEM00463", "91330400MADEM0054L",
    "91310109MADEM0062R", "91310101MADEM00701", "91310104MADEM00899", "91310106MADEM00971",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_right_codes_pass(code: str) -> None:
    assert parse_organisation(code) == code


@pytest.mark.parametrize("code", CODES)
def test_any_other_check_character_is_refused_and_named(code: str) -> None:
    for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if other == code[17]:
            continue
        with pytest.raises(InputError) as refused:
            parse_organisation(code[:17] + other)
        assert refused.value.code == "ORGANISATION_CHECK_DIGIT"
        assert refused.value.values["expected"] == code[17]


@given(st.sampled_from(CODES), st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_changed_sign_is_always_noticed(code: str, place: int, sign: str) -> None:
    changed = code[:place] + sign + code[place + 1 :]
    assert (uscc_check_character(changed[:17]) == code[17]) == (changed == code)


@pytest.mark.parametrize(
    "text",
    ["", "91310113MADEM0011a", "91310113MADEM0011", "91310113MADEM0011AA", "9131011ＡMADEM0011A", "O1310113MADEM0011A",
     "urn:", "URN:lei:1", "urn:x:a", "urn:lei:a b", "urn:lei:%20", "urn:lei:" + "a" * 121, None, 5],
)  # fmt: skip
def test_other_shapes_are_refused(text: object) -> None:
    with pytest.raises(InputError) as refused:
        parse_organisation(text)
    assert refused.value.code == "ORGANISATION_FORMAT"


def test_a_foreign_firm_uses_a_urn() -> None:
    assert parse_organisation("urn:lei:5493001KJTIIGC8Y1R12") == "urn:lei:5493001KJTIIGC8Y1R12"


@given(st.binary(min_size=32, max_size=32))
def test_digests_round_trip(digest: bytes) -> None:
    assert parse_digest(digest_to_text(digest)) == digest


@pytest.mark.parametrize("text", ["", "0x", "0x" + "A" * 64, "0x" + "a" * 63, "0x" + "a" * 65, "a" * 64, 7, None])
def test_lenient_digests_are_refused(text: object) -> None:
    with pytest.raises(InputError):
        parse_digest(text)


@pytest.mark.parametrize("text", ["", "0x" + "a" * 39, "0x" + "g" * 40, None])
def test_lenient_addresses_are_refused(text: object) -> None:
    with pytest.raises(InputError):
        parse_address(text)
