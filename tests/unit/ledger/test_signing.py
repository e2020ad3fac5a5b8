from __future__ import annotations

import contextlib
import json
import os

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import EvidenceError, InputError
from ledger.signing import address_of, new_keystore, open_keystore, recover
from ledger.statement import keccak

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
KEY = keccak(b"a supplier's key, for tests only")
DIGEST = keccak(b"a digest")


def signature() -> bytes:
    signed = Account.unsafe_sign_hash(DIGEST, KEY)
    return signed.r.to_bytes(32, "big") + signed.s.to_bytes(32, "big") + bytes([signed.v])


def high_s_twin(good: bytes) -> bytes:
    s = ORDER - int.from_bytes(good[32:64], "big")
    return good[:32] + s.to_bytes(32, "big") + bytes([55 - good[64]])


def test_the_signer_is_recovered() -> None:
    assert recover(DIGEST, signature()) == address_of(KEY)


def test_the_high_s_twin_is_refused_though_eth_account_accepts_it() -> None:
    twin = high_s_twin(signature())
    assert bytes.fromhex(Account._recover_hash(DIGEST, signature=twin)[2:]) == address_of(KEY)
    with pytest.raises(EvidenceError) as refused:
        recover(DIGEST, twin)
    assert refused.value.code == "SIGNATURE_HIGH_S"


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 35, 36, 37, 255])
def test_only_v_27_or_28(v: int) -> None:
    with pytest.raises(EvidenceError) as refused:
        recover(DIGEST, signature()[:64] + bytes([v]))
    assert refused.value.code == "SIGNATURE_V"


@pytest.mark.parametrize("length", [0, 64, 66, 130])
def test_only_65_bytes(length: int) -> None:
    with pytest.raises(EvidenceError) as refused:
        recover(DIGEST, (signature() * 2)[:length])
    assert refused.value.code == "SIGNATURE_LENGTH"


@pytest.mark.parametrize("r", [0, ORDER, 2**256 - 1])
def test_r_out_of_range_is_refused(r: int) -> None:
    with pytest.raises(EvidenceError) as refused:
        recover(DIGEST, r.to_bytes(32, "big") + signature()[32:])
    assert refused.value.code == "SIGNATURE_INVALID"


def test_s_of_zero_is_refused() -> None:
    with pytest.raises(EvidenceError) as refused:
        recover(DIGEST, signature()[:32] + bytes(32) + signature()[64:])
    assert refused.value.code == "SIGNATURE_INVALID"


@given(st.binary(min_size=64, max_size=64), st.sampled_from([27, 28]))
def test_random_bytes_are_refused_or_name_someone_else(noise: bytes, v: int) -> None:
    with contextlib.suppress(EvidenceError):
        assert recover(DIGEST, noise + bytes([v])) != address_of(KEY)


@given(st.integers(0, 64 * 8 - 1))
def test_any_flipped_bit_loses_the_signer(bit: int) -> None:
    changed = bytearray(signature())
    changed[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(EvidenceError):
        assert recover(DIGEST, bytes(changed)) != address_of(KEY)


def test_a_keystore_opens_with_its_passphrase_only() -> None:
    text = json.dumps(new_keystore("right", iterations=2))
    assert len(open_keystore(text, "right")) == 32
    with pytest.raises(InputError) as refused:
        open_keystore(text, "wrong passphrase")
    assert refused.value.code == "KEYSTORE_PASSPHRASE"
    assert "wrong passphrase" not in repr(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"version": 3}', '{"version":2,"crypto":{}}', "5", '"x"'])
def test_what_is_no_keystore_is_said_so(text: str) -> None:
    with pytest.raises(InputError) as refused:
        open_keystore(text, "x")
    assert refused.value.code == "KEYSTORE_FORMAT"


def test_two_new_keystores_hold_two_keys() -> None:
    one, other = (open_keystore(json.dumps(new_keystore("p", iterations=2)), "p") for _ in range(2))
    assert one != other != os.urandom(32)
