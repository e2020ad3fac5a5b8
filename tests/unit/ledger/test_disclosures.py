from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from ledger.canonical import canonical_bytes, parse_canonical, parse_canonical_lines
from ledger.disclosures import SEED_BYTES, content_root, disclose, hide, parse_content
from ledger.errors import EvidenceError, InputError

SEED = bytes(range(SEED_BYTES))
PARTS = {"header": {"version": 1}, "lines/0000": {"amount": "1"}, "lines/0001": {"amount": "2"}, "result": {"v": "3"}}
paths = st.lists(st.sampled_from(list(PARTS)), unique=True)


def test_the_root_is_the_rfc9162_tree_over_the_parts_as_signed() -> None:
    text, tree = disclose(PARTS, SEED), InmemoryTree(algorithm="sha256")
    for line in text.split(b"\n"):
        tree.append_entry(line)
    assert parse_content(text).root == content_root(text) == tree.get_root()


def test_all_parts_come_back_in_path_order() -> None:
    parts = parse_content(disclose(dict(reversed(PARTS.items())), SEED))
    assert list(parts.shown.items()) == sorted(PARTS.items())
    assert parts.hidden == 0


@given(paths)
def test_hiding_any_parts_keeps_the_root_and_shows_only_the_rest(hidden: list[str]) -> None:
    text = disclose(PARTS, SEED)
    some = hide(text, hidden)
    parts = parse_content(some)
    assert parts.root == content_root(text)
    assert parts.hidden == len(hidden)
    assert set(parts.shown) == set(PARTS) - set(hidden)
    for path in hidden:
        assert canonical_bytes(PARTS[path]) not in some


def test_each_part_has_its_own_salt_and_each_seed_its_own_salts() -> None:
    one = [parse_canonical(line)[0] for line in disclose(PARTS, SEED).split(b"\n")]
    other = [parse_canonical(line)[0] for line in disclose(PARTS, bytes(32)).split(b"\n")]
    assert len({*one, *other}) == 2 * len(PARTS)
    assert all(len(bytes.fromhex(salt)) == 16 for salt in one)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_any_flipped_bit_changes_the_root_or_is_refused(place: int, bit: int) -> None:
    text = disclose(PARTS, SEED)
    flipped = bytearray(text)
    flipped[place % len(text)] ^= 1 << bit
    with contextlib.suppress(EvidenceError):
        assert parse_content(bytes(flipped)).root != content_root(text)


def _swap(text: bytes) -> bytes:
    first, second, *rest = text.split(b"\n")
    return b"\n".join([second, first, *rest])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_swap, "PATHS_NOT_ASCENDING"),
        (lambda t: t + b"\n" + t.split(b"\n")[-1], "PATHS_NOT_ASCENDING"),
        (lambda t: t.replace(b'"1"', b' "1"'), "NOT_CANONICAL"),
        (lambda t: t.replace(b'"header"', b'"Header"'), "PART_FORMAT"),
        (lambda t: t.replace(b"lines/0001", b"lines/1"), "PART_FORMAT"),
        (lambda t: t.replace(b'["', b'["F', 1), "PART_FORMAT"),
        (lambda t: t + b"\n" + b'{"a":1}', "PART_FORMAT"),
        (lambda t: t + b"\n" + b"1,2", "PART_FORMAT"),
        (lambda t: t + b"\n", "NOT_CANONICAL"),
        (lambda t: t + b"\n" + b'"0x' + b"A" * 64 + b'"', "HIDDEN_PART_FORMAT"),
        (lambda t: t + b"\n" + b'"hidden"', "PART_FORMAT"),
        (lambda _: b"", "PART_FORMAT"),
        (lambda t: t + b"\n" + canonical_bytes(["0" * 32, "zz", "x" * 70_000]), "PART_TOO_LARGE"),
        (lambda t: t + b"x" * 5_000_000, "CONTENT_TOO_LARGE"),
        (lambda t: b"\n".join([b'"0x' + b"0" * 64 + b'"'] * 10_001), "TOO_MANY_PARTS"),
    ],
)  # fmt: skip
def test_a_malformed_text_is_refused_with_its_code(change: object, code: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        parse_content(change(disclose(PARTS, SEED)))  # type: ignore[operator]
    assert refused.value.code == code


@pytest.mark.parametrize("salt", ["0" * 31, "0" * 33, "0" * 30 + "  ", "A" * 32, "g" * 32, "", 1, None, ["0" * 32]])
def test_a_salt_is_sixteen_bytes_in_one_spelling(salt: object) -> None:
    sound, wrong = canonical_bytes(["0" * 32, "a", 1]), canonical_bytes([salt, "b", 1])
    with pytest.raises(EvidenceError) as refused:
        parse_content(sound + b"\n" + wrong)
    assert refused.value.code == "PART_FORMAT"
    # nor do a short one and a long one make two
    with pytest.raises(EvidenceError) as refused:
        parse_content(canonical_bytes(["0" * 31, "a", 1]) + b"\n" + canonical_bytes(["0" * 33, "b", 1]))
    assert refused.value.code == "PART_FORMAT"


def test_no_line_borrows_from_the_next_what_it_lacks() -> None:
    salt = "0" * 32
    lines = [f'["{salt}","a",[1', f'["{salt}","b",2]]]', f'["{salt}","c",3],["{salt}","d",4]']
    assert len(parse_canonical(f"[{','.join(lines)}]".encode())) == len(lines)  # together they look well
    with pytest.raises(EvidenceError) as refused:
        parse_content("\n".join(lines).encode())
    assert refused.value.code == "NOT_CANONICAL"


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=3)), max_size=5))
def test_lines_read_in_one_go_are_the_lines_read_one_by_one(values: list[tuple[str, object]]) -> None:
    lines = [canonical_bytes(list(value)) for value in values]
    assert parse_canonical_lines(lines) == [parse_canonical(line) for line in lines]


def test_a_part_that_is_not_there_cannot_be_hidden() -> None:
    with pytest.raises(InputError) as refused:
        hide(disclose(PARTS, SEED), ["lines/0009"])
    assert refused.value.code == "NO_SUCH_PART"


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_short_seed_is_refused(seed: bytes) -> None:
    with pytest.raises(InputError):
        disclose(PARTS, seed)
