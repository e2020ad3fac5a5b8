from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.books import DOMAIN, STEEL, coil

from api.request import Request, new_request
from ledger.errors import EvidenceError, InputError, TanjiError
from ledger.signing import address_of, recover, sign
from ledger.statement import keccak

KEY = keccak(b"a supplier's key, for tests only")


def request() -> Request:
    return new_request("footprint", STEEL, coil(), DOMAIN)


def test_a_request_round_trips_and_its_signature_is_the_signers() -> None:
    made = request()
    signed = made.signed(sign(made.statement, made.domain, KEY))
    again = Request.from_bytes(signed.to_bytes())
    assert again == signed
    assert again.text == made.text
    assert recover(again.digest, again.signature_bytes) == address_of(KEY)


def test_an_unsigned_request_has_no_signature() -> None:
    with pytest.raises(InputError) as refused:
        _ = Request.from_bytes(request().to_bytes()).signature_bytes
    assert refused.value.code == "REQUEST_NOT_SIGNED"


def test_salts_are_fresh_each_time() -> None:
    assert request().statement.content != request().statement.content


def headline(value: dict[str, Any]) -> None:
    value["statement"]["headline"] = value["statement"]["headline"].replace("2569", "1569")


def subject(value: dict[str, Any]) -> None:
    value["statement"]["subject"] = "OTHER|-|2025-01-01..2025-12-31|cradle-to-gate"


def amount(value: dict[str, Any]) -> None:
    value["content"] = [line.replace("2569.089510", "1569.089510") for line in value["content"]]


def hidden(value: dict[str, Any]) -> None:
    value["content"][0] = '"0x' + "11" * 32 + '"'


def kind(value: dict[str, Any]) -> None:
    value["statement"]["kind"] = "offset"


def extra(value: dict[str, Any]) -> None:
    value["note"] = "x"


def chain_id(value: dict[str, Any]) -> None:
    value["domain"]["chain_id"] = "20242"


def high_signature(value: dict[str, Any]) -> None:
    value["signature"] = "0X" + "11" * 65


@pytest.mark.parametrize(("change", "code"), [
    (headline, "REQUEST_HEADLINE"), (subject, "REQUEST_HEADLINE"), (amount, "REQUEST_ROOT"), (hidden, "REQUEST_ROOT"),
    (kind, "KIND_UNKNOWN"), (extra, "REQUEST_FORMAT"), (chain_id, "REQUEST_FORMAT"),
    (high_signature, "REQUEST_FORMAT"),
])  # fmt: skip
def test_a_file_that_was_changed_on_its_way_is_refused(change: Callable[[dict[str, Any]], None], code: str) -> None:
    value = json.loads(request().to_bytes())
    change(value)
    with pytest.raises(TanjiError) as refused:
        Request.from_bytes(json.dumps(value).encode())
    assert refused.value.code == code


def test_a_changed_content_with_its_own_root_still_has_another_headline() -> None:
    value = json.loads(request().to_bytes())
    value["content"] = list(new_request("footprint", STEEL, coil("1.5"), DOMAIN).content)
    value["statement"]["content"] = new_request("footprint", STEEL, coil("1.5"), DOMAIN).statement.content
    with pytest.raises(EvidenceError):
        Request.from_bytes(json.dumps(value).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"1.5", b"\xff", b'{"tanji": 1.5}', b"[" * 5000])
def test_what_is_not_a_request_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        Request.from_bytes(data)
