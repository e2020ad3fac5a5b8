"""The receipt as a file: one writing, one reader, limits. What a receipt proves is in verifier/test_receipt_vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import receipt_vectors
from support.merkle_vectors import flipped

from ledger.canonical import MAX_BYTES, canonical_bytes
from ledger.entry import ENTRY_BYTES
from ledger.errors import EvidenceError
from ledger.receipt import MAX_PROOF, Receipt

GOOD = receipt_vectors.receipt()
BYTES = GOOD.to_bytes()
REFUSED = {name: vector for name, vector in receipt_vectors.cases().items() if vector["refused"]}


def test_it_is_read_as_it_was_written() -> None:
    assert Receipt.from_bytes(BYTES) == GOOD
    assert canonical_bytes(json.loads(BYTES)) + b"\n" == BYTES
    assert Receipt.from_bytes(BYTES.removesuffix(b"\n")) == GOOD


def test_what_is_absent_is_not_written() -> None:
    bare = GOOD.model_copy(update={"anchor": None})
    assert b"anchor" not in bare.to_bytes()
    assert Receipt.from_bytes(bare.to_bytes()) == bare


def test_its_entry_is_the_one_in_the_log() -> None:
    ledger = receipt_vectors.ledger()
    entry = GOOD.entry(ledger.items[receipt_vectors.GOOD].digest)
    assert entry == ledger.entries[receipt_vectors.GOOD]
    assert len(entry.to_bytes()) == ENTRY_BYTES


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_file_is_refused_with_its_code(name: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        Receipt.from_bytes(receipt_vectors.file_of(REFUSED[name]))
    assert refused.value.code == REFUSED[name]["refused"]


@given(st.integers(0, 8 * len(BYTES) - 1))
def test_a_flipped_bit_is_refused_or_read_as_something_else(bit: int) -> None:
    """Never as the same receipt, and never with an error that is not the evidence's."""
    try:
        found = Receipt.from_bytes(flipped(BYTES, bit))
    except EvidenceError:
        return
    assert found != GOOD
    assert found.to_bytes().rstrip(b"\n") == flipped(BYTES, bit).rstrip(b"\n")


@given(st.binary(max_size=300))
def test_junk_is_refused_and_never_our_own_bug(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        Receipt.from_bytes(data)


def test_the_limits_are_those_of_the_specification() -> None:
    assert MAX_PROOF == 63
    assert Receipt.from_bytes(receipt_vectors.file_of(receipt_vectors.cases()["proof-of-63-nodes"])).proof
    with pytest.raises(EvidenceError) as refused:
        Receipt.from_bytes(b" " * (MAX_BYTES + 1))
    assert refused.value.code == "RECEIPT_FORMAT"


@pytest.mark.parametrize("member", [{"index": True}, {"block": 1.0}, {"index": 2**53}, {"proof": ["0x" + "00" * 32]}])
def test_the_model_itself_is_strict(member: dict[str, Any]) -> None:
    whole = {**GOOD.model_dump(mode="json", by_alias=True), "proof": GOOD.proof}
    assert Receipt.model_validate(whole) == GOOD
    with pytest.raises(ValidationError):
        Receipt.model_validate({**whole, **member})
