"""Our COSE receipts before somebody else's verifier."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from scitt_cose import verify_receipt
from scitt_cose.receipt import ReceiptResult
from support.audit import LOG_KEY, ORIGIN, Ledger
from support.builders import DOMAIN, STEEL, footprint

from ledger.checkpoint import SignerKey, VerifierKey
from ledger.cose import cose_receipt
from ledger.errors import EvidenceError

OTHER_KEY = SignerKey(ORIGIN, hashlib.sha256(b"another log's key").digest())


def ledger_of(count: int) -> Ledger:
    ledger = Ledger()
    ledger.add(*(footprint(STEEL, product_id=f"P-{n}") for n in range(count)))
    ledger.anchor()
    return ledger


LEDGER = ledger_of(7)
RECEIPT = LEDGER.receipt(3)
COSE = cose_receipt(RECEIPT, DOMAIN, LOG_KEY)


def pem(key: VerifierKey) -> bytes:
    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def judged(
    cose: bytes, index: int = 3, *, ledger: Ledger = LEDGER, key: VerifierKey = LOG_KEY.verifier
) -> ReceiptResult:
    entry = ledger.entries[index].to_bytes().hex()
    return verify_receipt(cose, leaf_entry_hex=entry, log_public_key_pem=pem(key))


def test_somebody_elses_verifier_accepts_it() -> None:
    found = judged(COSE)
    assert (found.ok, found.errors) == (True, [])
    assert (found.root, found.tree_size, found.leaf_index) == (LEDGER.root.hex(), 7, 3)
    assert (found.issuer, found.subject) == (ORIGIN, RECEIPT.statement.subject)
    assert found.protected_header_ext == {4: LOG_KEY.verifier.key_id}


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9])
def test_every_entry_of_logs_of_several_sizes_is_accepted(size: int) -> None:
    ledger = ledger_of(size)
    for index in range(size):
        assert judged(cose_receipt(ledger.receipt(index), DOMAIN, LOG_KEY), index, ledger=ledger).ok


def test_no_bit_of_it_may_change_but_the_size_which_rfc_9942_does_not_sign() -> None:
    proof = cbor2.loads(COSE).value[1][396][-1][0]
    size_at = COSE.index(proof) + 1
    assert COSE[size_at] == 7
    accepted = set()
    for bit in range(8 * len(COSE)):
        altered = bytearray(COSE)
        altered[bit // 8] ^= 0x80 >> bit % 8
        if judged(bytes(altered)).ok:
            accepted.add((bit // 8, altered[bit // 8]))
    assert accepted == {(size_at, 5), (size_at, 6)}


def test_another_entry_another_key_and_trailing_bytes_are_refused() -> None:
    assert not judged(COSE, 2).ok
    assert not judged(COSE, key=OTHER_KEY.verifier).ok
    assert not judged(COSE + b"\x00").ok
    assert not judged(COSE[:-1]).ok


def test_a_proof_that_was_altered_and_encoded_again_is_refused() -> None:
    tag = cbor2.loads(COSE)
    protected, unprotected, _, signature = tag.value
    size, index, nodes = cbor2.loads(unprotected[396][-1][0])
    for wrong in ([size, index, nodes[:-1]], [size, index, [*nodes, nodes[0]]], [size, index, nodes[::-1]],
                  [size, index + 1, nodes], [size + 2, index, nodes], [size, size, nodes]):  # fmt: skip
        proof = cbor2.dumps(wrong)
        spoilt = cbor2.dumps(cbor2.CBORTag(18, [protected, {396: {-1: [proof]}}, None, signature]))
        assert not judged(spoilt).ok, wrong


def test_it_is_made_the_same_each_time_and_in_the_one_canonical_writing() -> None:
    assert cose_receipt(RECEIPT, DOMAIN, LOG_KEY) == COSE
    assert cbor2.dumps(cbor2.loads(COSE), canonical=True) == COSE


def test_the_key_signs_no_root_that_it_did_not_sign_before() -> None:
    wrong = RECEIPT.model_copy(update={"proof": RECEIPT.proof[::-1]})
    with pytest.raises(EvidenceError) as refused:
        cose_receipt(wrong, DOMAIN, LOG_KEY)
    assert refused.value.code == "INCLUSION_ROOT"
    with pytest.raises(EvidenceError) as refused:
        cose_receipt(RECEIPT, DOMAIN, OTHER_KEY)
    assert refused.value.code == "NOTE_UNSIGNED"


def test_what_it_signs_cannot_be_taken_for_a_checkpoint() -> None:
    """A `Sig_structure` is no UTF-8, so no root that is exported is ever a signed note, and the other way round."""
    protected = cbor2.loads(COSE).value[0]
    signed = cbor2.dumps(["Signature1", protected, b"", LEDGER.root], canonical=True)
    LOG_KEY.verifier.verify(signed, cbor2.loads(COSE).value[3])
    with pytest.raises(UnicodeDecodeError):
        signed.decode()
