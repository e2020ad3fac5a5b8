from __future__ import annotations

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import MAX_BYTES, MAX_DEPTH, canonical_bytes, parse_canonical, parse_json
from ledger.errors import EvidenceError, InputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
KEYS = st.text(st.characters(codec="ascii"), max_size=10)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_the_fast_reading_agrees_with_rfc8785(value: object) -> None:
    assert parse_canonical(rfc8785.dumps(value)) == value  # type: ignore[arg-type]


@given(VALUES)
def test_orjson_writes_the_bytes_of_rfc8785(value: object) -> None:
    assert orjson.dumps(value, option=orjson.OPT_SORT_KEYS) == canonical_bytes(value)


@pytest.mark.parametrize(
    "text",
    [b'{"a":1,"a":1}', b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1}\n', b' {"a":1}', b'"\\u0041"', b'"\\/"', b"1.0e2",
     b"01", b"-0", b"NaN", b"", b"\xef\xbb\xbf{}", b'"\xff"', b'"\\ud800"', b"[" * 2000 + b"]" * 2000, b'"\\u000A"'],
)  # fmt: skip
def test_every_other_spelling_is_refused(text: bytes) -> None:
    with pytest.raises(EvidenceError) as refused:
        parse_canonical(text)
    assert refused.value.code == "NOT_CANONICAL"


@pytest.mark.parametrize(
    ("text", "code"),
    [(b'{"a":"1","a":"2"}', "DUPLICATE_KEY"), (b'{"a":1.5}', "NUMBER_NOT_STRING"), (b"NaN", "NUMBER_NOT_STRING"),
     (b"Infinity", "NUMBER_NOT_STRING"), (b"1e400", "NUMBER_NOT_STRING"), (b"{", "JSON_FORMAT"),
     (b"\xff", "JSON_FORMAT"), (b"\xef\xbb\xbf{}", "JSON_FORMAT"), (b"9" * 5000, "JSON_FORMAT"),
     (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "JSON_TOO_DEEP"), (b"[" * 100_000, "JSON_TOO_DEEP"),
     (b" " * (MAX_BYTES + 1), "JSON_TOO_LARGE")],
)  # fmt: skip
def test_a_persons_json_is_refused_with_the_reason(text: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_json(text)
    assert refused.value.code == code


def test_brackets_inside_strings_are_not_depth() -> None:
    assert parse_json(b'["' + b"[" * 1000 + b'\\""]') == ["[" * 1000 + '"']


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), {1: 2}, object()])
def test_what_rfc8785_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InputError) as refused:
        canonical_bytes(value)
    assert refused.value.code == "NOT_CANONICAL"
