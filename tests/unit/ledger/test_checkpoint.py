"""C2SP checkpoints and signed notes: one spelling, the pinned key, the pinned origin."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import (
    MAX_NOTE_BYTES,
    Checkpoint,
    CheckpointError,
    SignerKey,
    VerifierKey,
    open_checkpoint,
    sign_checkpoint,
)

ORIGIN = "example.com/log"
OPERATOR = SignerKey(ORIGIN, bytes(range(32)))
STRANGER = SignerKey(ORIGIN, bytes(32))
ROOT = bytes(range(32, 64))
HEAD = Checkpoint(ORIGIN, 20_852_163, ROOT)
NOTE = sign_checkpoint(HEAD, OPERATOR)
NAMES = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1, max_size=40)


def refusal(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(CheckpointError) as caught:
        call(*arguments)
    return caught.value.code


def opened(note: bytes, key: VerifierKey = OPERATOR.verifier, origin: str = ORIGIN) -> Checkpoint:
    return open_checkpoint(note, key, origin)


def signed_text(text: str, key: SignerKey = OPERATOR) -> bytes:
    """A note over any text: what a careless or hostile holder of the right key could sign."""
    blob = b64encode(key.verifier.key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {key.name} {blob}\n".encode()


def test_verifier_key_of_the_specification() -> None:
    text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    key = VerifierKey.parse(text)
    assert (key.name, key.key_id.hex(), key.to_text()) == ("example.com/foo", "530d903a", text)
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    key.verify(b"This is an example message.\n", b64decode(signature)[4:])
    assert refusal(key.verify, b"This is an example message!\n", b64decode(signature)[4:]) == "NOTE_SIGNATURE"


def test_key_and_signature_of_gos_note_package() -> None:
    key = SignerKey.parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    assert key.verifier.to_text() == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    message = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    assert (
        signed_text(message, key).decode().rpartition(" ")[2]
        == "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )


def test_verifier_key_of_the_go_checksum_database() -> None:
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert VerifierKey.parse(text).to_text() == text


def test_a_checkpoint_is_three_lines() -> None:
    assert HEAD.to_text() == f"example.com/log\n20852163\n{b64encode(ROOT).decode()}\n"
    assert NOTE.decode().startswith(HEAD.to_text() + "\n— example.com/log ")
    assert opened(NOTE) == HEAD


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), NAMES)
def test_checkpoints_are_read_back(size: int, root: bytes, origin: str) -> None:
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.from_text(checkpoint.to_text()) == checkpoint
    key = SignerKey(origin, ROOT)
    note = sign_checkpoint(checkpoint, key)
    assert open_checkpoint(note, key.verifier, origin) == checkpoint
    assert VerifierKey.parse(key.verifier.to_text()) == key.verifier
    assert SignerKey.parse(key.to_text()) == key


@given(st.integers(0, 8 * len(NOTE) - 1))
def test_any_changed_bit_of_a_note_is_refused(bit: int) -> None:
    changed = bytearray(NOTE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CheckpointError):
        opened(bytes(changed))


@pytest.mark.parametrize("cut", range(len(NOTE)))
def test_a_cut_note_is_refused(cut: int) -> None:
    with pytest.raises(CheckpointError):
        opened(NOTE[:cut])


@given(st.binary(max_size=300))
def test_garbage_is_refused_by_no_other_error(garbage: bytes) -> None:
    with pytest.raises(CheckpointError):
        opened(garbage)
    with pytest.raises(CheckpointError):
        opened(NOTE + garbage + b".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/log\n5\n",
        "example.com/log\n5\n{root}",
        "example.com/log\n5\n{root}\nextension\n",
        "example.com/log\n5\n{root}\n\n",
        "example.com/log\n5\n{root}\nextension",
        "example.com/log\n05\n{root}\n",
        "example.com/log\n+5\n{root}\n",
        "example.com/log\n-5\n{root}\n",
        "example.com/log\n5 \n{root}\n",
        "example.com/log\n5_0\n{root}\n",
        "example.com/log\n５\n{root}\n",
        "example.com/log\n0x5\n{root}\n",
        "example.com/log\n5.0\n{root}\n",
        "example.com/log\n\n{root}\n",
        "example.com/log\n99999999999999999999\n{root}\n",
        "example.com/log\r\n5\r\n{root}\r\n",
        "example.com/log\n5\n {root}\n",
        "example.com/log\n5\n{unpadded}\n",
        "example.com/log\n5\n{stray_bits}\n",
        "example.com/log\n5\n{urlsafe}\n",
        "example.com/log\n5\n{root}=\n",
    ],
)
def test_other_spellings_of_a_checkpoint_are_refused(text: str) -> None:
    root = b64encode(ROOT).decode()
    all_ones = b64encode(b"\xff" * 32).decode()
    body = text.format(
        root=root, unpadded=root.rstrip("="), stray_bits=root[:-2] + "9=", urlsafe=all_ones.replace("/", "_")
    )
    assert refusal(Checkpoint.from_text, body) == "CHECKPOINT_FORM"
    # Not even the log's own signature makes them good.
    if body.endswith("\n") and "\r" not in body:
        assert refusal(opened, signed_text(body)) == "CHECKPOINT_FORM"


@pytest.mark.parametrize(
    ("line", "value", "code"),
    [
        (0, "", "CHECKPOINT_ORIGIN"),
        (0, "a log", "CHECKPOINT_ORIGIN"),
        (0, "a+log", "CHECKPOINT_ORIGIN"),
        (0, "a\u2028log", "CHECKPOINT_ORIGIN"),
        (0, "a" * 256, "CHECKPOINT_ORIGIN"),
        (1, str(2**63), "CHECKPOINT_SIZE"),
        (2, b64encode(ROOT[:31]).decode(), "CHECKPOINT_ROOT"),
        (2, b64encode(ROOT + b"\x00").decode(), "CHECKPOINT_ROOT"),
        (2, "", "CHECKPOINT_ROOT"),
    ],
)
def test_values_beyond_a_checkpoint_are_refused(line: int, value: str, code: str) -> None:
    lines = HEAD.to_text().split("\n")
    lines[line] = value
    assert refusal(Checkpoint.from_text, "\n".join(lines)) == code


def test_negative_sizes_are_refused() -> None:
    assert refusal(Checkpoint, ORIGIN, -1, ROOT) == "CHECKPOINT_SIZE"
    assert refusal(Checkpoint, "\ud800", 1, ROOT) == "CHECKPOINT_ORIGIN"


def test_the_pinned_key_decides() -> None:
    assert refusal(opened, sign_checkpoint(HEAD, STRANGER)) == "NOTE_UNSIGNED"
    renamed = SignerKey("example.com/other", OPERATOR.seed)
    assert refusal(opened, sign_checkpoint(HEAD, renamed)) == "NOTE_UNSIGNED"
    assert refusal(opened, NOTE, STRANGER.verifier) == "NOTE_UNSIGNED"


def test_a_stranger_under_the_operators_key_id_is_refused() -> None:
    # The key id is short and public: anyone can write it in front of a signature of his own.
    blob = b64encode(OPERATOR.verifier.key_id + STRANGER.sign(HEAD.to_text().encode())).decode()
    forged = f"{HEAD.to_text()}\n— {ORIGIN} {blob}\n".encode()
    assert refusal(opened, forged) == "NOTE_SIGNATURE"


def test_the_pinned_origin_decides() -> None:
    other = Checkpoint("example.com/other", 5, ROOT)
    assert refusal(opened, sign_checkpoint(other, OPERATOR)) == "CHECKPOINT_OTHER_LOG"
    assert refusal(opened, NOTE, OPERATOR.verifier, "example.com/other") == "CHECKPOINT_OTHER_LOG"


def test_unknown_signatures_are_ignored_but_each_own_one_must_hold() -> None:
    witness = SignerKey("witness.example", bytes(32))
    witness_line = sign_checkpoint(HEAD, witness).decode().rpartition("\n\n")[2]
    own_line = NOTE.decode().rpartition("\n\n")[2]
    body = HEAD.to_text() + "\n"
    assert opened((body + witness_line + own_line).encode()) == HEAD
    assert opened((body + own_line + witness_line * 16).encode()) == HEAD
    assert refusal(opened, (body + witness_line).encode()) == "NOTE_UNSIGNED"
    other = sign_checkpoint(Checkpoint(ORIGIN, 7, ROOT), OPERATOR).decode().rpartition("\n\n")[2]
    assert refusal(opened, (body + own_line + other).encode()) == "NOTE_SIGNATURE"


def bent(old: str, new: str) -> bytes:
    text = NOTE.decode()
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    "note",
    [
        bent("\n\n— ", "\n— "),
        bent("\n\n— ", "\n\n- "),
        bent("\n\n— ", "\n\n—  "),
        bent("\n\n— ", "\n\n —"),
        bent("— example.com/log ", "— example.com/log\t"),
        bent("— example.com/log ", "— example.com/log\u00a0x "),
        bent("— example.com/log ", "— exa+mple.com/log "),
        bent("— example.com/log ", "— "),
        bent("20852163", "20852\x00163"),
        bent("20852163", "20852163\r"),
        NOTE + b"\n",
        NOTE + b"trailing",
        NOTE.rstrip(b"\n"),
        NOTE + "— witness.example AAAAAA==\n".encode(),
        NOTE + "— witness.example AAAAAB==\n".encode(),
        NOTE + "— witness.example AAAA AAAA\n".encode(),
        b"\xff" + NOTE,
        b"\n\n",
        HEAD.to_text().encode(),
        HEAD.to_text().encode() + b"\n",
        b"x" * (MAX_NOTE_BYTES + 1),
    ],
)
def test_malformed_notes_are_refused(note: bytes) -> None:
    assert refusal(opened, note) == "NOTE_FORM"


def test_an_over_long_note_is_refused_although_signed() -> None:
    long_note = NOTE + "— witness.example AAAAAAAA\n".encode() * 10_000
    assert len(long_note) > MAX_NOTE_BYTES
    assert refusal(opened, long_note) == "NOTE_FORM"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fo0+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+0x530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ],
)
def test_malformed_keys_are_refused(text: str) -> None:
    assert refusal(VerifierKey.parse, text) == "NOTE_KEY"
    assert refusal(SignerKey.parse, "PRIVATE+KEY+" + text) == "NOTE_KEY"
    assert refusal(SignerKey.parse, text) == "NOTE_KEY"


@given(st.text(max_size=100))
def test_garbage_is_no_key(text: str) -> None:
    assert refusal(VerifierKey.parse, text) == refusal(SignerKey.parse, "PRIVATE+KEY+" + text) == "NOTE_KEY"


def test_a_public_key_does_not_pass_for_a_secret_one() -> None:
    assert refusal(SignerKey.parse, "PRIVATE+KEY+" + OPERATOR.verifier.to_text()) == "NOTE_KEY"
    assert refusal(VerifierKey.parse, OPERATOR.to_text().removeprefix("PRIVATE+KEY+")) == "NOTE_KEY"


def test_the_seed_is_not_shown() -> None:
    key = SignerKey.generate(ORIGIN)
    assert key.seed.hex() not in repr(key) + str(key)
    assert repr(key.seed) not in repr(key)
    assert key != SignerKey.generate(ORIGIN)
