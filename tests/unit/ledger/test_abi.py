"""Our few lines of ABI against eth_abi."""

from __future__ import annotations

from typing import Any

import eth_abi
import pytest
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from ledger.abi import decode, encode

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uint64": st.integers(0, 2**64 - 1),
    "uint256": st.integers(0, 2**256 - 1),
    "bytes32": st.binary(min_size=32, max_size=32),
    "address": st.binary(min_size=20, max_size=20),
    "string": st.text(max_size=80),
    "address[]": st.lists(st.binary(min_size=20, max_size=20), max_size=4).map(tuple),
}


@st.composite
def typed(draw: st.DrawFn) -> tuple[list[str], list[Any]]:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    return kinds, [draw(VALUES[kind]) for kind in kinds]


def theirs(kinds: list[str], values: list[Any]) -> bytes:
    return bytes(
        eth_abi.encode(kinds, [list(v) if k.endswith("[]") else v for k, v in zip(kinds, values, strict=True)])
    )


@given(typed())
def test_it_writes_what_eth_abi_writes_and_reads_it_back(case: tuple[list[str], list[Any]]) -> None:
    kinds, values = case
    assert encode(kinds, values) == theirs(kinds, values)
    assert decode(kinds, theirs(kinds, values)) == values


@given(typed(), st.data())
def test_a_changed_byte_is_refused_or_another_value(case: tuple[list[str], list[Any]], data: st.DataObject) -> None:
    kinds, values = case
    spoilt = bytearray(encode(kinds, values))
    place = data.draw(st.integers(0, len(spoilt) - 1))
    spoilt[place] ^= data.draw(st.integers(1, 255))
    try:
        found = decode(kinds, bytes(spoilt))
    except ValueError:
        return
    assert found != values
    assert theirs(kinds, found) == spoilt


@given(st.sampled_from(sorted(VALUES)), st.binary(max_size=200))
def test_whatever_it_reads_eth_abi_reads_alike(kind: str, data: bytes) -> None:
    try:
        found = decode([kind], data)
    except ValueError:
        return
    try:
        other = eth_abi.decode([kind], data)[0]
    except DecodingError:
        pytest.fail("eth_abi refuses it")
    as_ours = {"address": lambda v: bytes.fromhex(v[2:]), "address[]": lambda v: tuple(bytes.fromhex(a[2:]) for a in v)}
    assert found == [as_ours.get(kind, lambda v: v)(other)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint64", 2**64),
        ("uint64", -1),
        ("uint64", "1"),
        ("bytes32", b"\0" * 31),
        ("address", b"\0" * 32),
        ("bool", True),
    ],
)
def test_a_value_that_its_kind_does_not_have_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=kind):
        encode([kind], [value])
    with pytest.raises(ValueError, match="bool"):
        decode(["bool"], b"\0" * 32)


def test_a_length_of_a_whole_gigabyte_is_refused_at_once() -> None:
    data = (32).to_bytes(32, "big") + (2**30).to_bytes(32, "big") + bytes(64)
    with pytest.raises(ValueError, match="string"):
        decode(["string"], data)
