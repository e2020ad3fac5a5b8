"""A receipt as other people's verifiers read it: a COSE receipt (RFC 9942) over the log's root.

    18([ << {1: -8, 4: key id, 15: {1: origin, 2: subject}, 395: 1} >>,
         {396: {-1: [ << [size, index, [node, ...]] >> ]}},
         nil,
         Ed25519 of ["Signature1", protected, h'', root] ])

395: 1 is RFC9162_SHA256; the leaf is our 105-byte entry. The signature is made when the receipt is exported, by the
key that signs checkpoints. The two kinds of message cannot be taken for one another: a note's text is UTF-8, and no
UTF-8 begins with the 0x84 of a `Sig_structure`. RFC 9942 signs the root and not the size: an entry's proof can hold
for neighbouring sizes as well, so whoever needs the size takes it from the checkpoint.
"""

from __future__ import annotations

from typing import Final

import cbor2

from ledger.checkpoint import SignerKey, open_checkpoint
from ledger.merkle import leaf_hash, verify_inclusion
from ledger.receipt import Receipt
from ledger.statement import Domain

_SIGN1: Final = 18
_ALG, _KID, _CWT_CLAIMS, _VDS, _VDP = 1, 4, 15, 395, 396
_EDDSA: Final = -8
"""Deprecated by RFC 9864 in favour of -19, which the verifiers of today do not know yet."""
_ISSUER, _SUBJECT = 1, 2
_RFC9162_SHA256: Final = 1
_INCLUSION: Final = -1


def cose_receipt(receipt: Receipt, domain: Domain, key: SignerKey) -> bytes:
    """The COSE receipt of `receipt`, signed with the log's checkpoint key; the same bytes each time.

    The key signs no root that it did not sign before: the checkpoint's note and the inclusion proof are checked first.
    Raises what `open_checkpoint` and `verify_inclusion` raise.
    """
    checkpoint = open_checkpoint(receipt.checkpoint.encode(), key.verifier, key.name)
    entry = receipt.entry(receipt.statement.digest(domain)).to_bytes()
    nodes = [bytes.fromhex(text[2:]) for text in receipt.proof]
    verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, nodes, checkpoint.root)
    claims = {_ISSUER: checkpoint.origin, _SUBJECT: receipt.statement.subject}
    protected = _encode({_ALG: _EDDSA, _KID: key.verifier.key_id, _CWT_CLAIMS: claims, _VDS: _RFC9162_SHA256})
    signature = key.sign(_encode(["Signature1", protected, b"", checkpoint.root]))
    proof = _encode([checkpoint.size, receipt.index, nodes])
    return _encode(cbor2.CBORTag(_SIGN1, [protected, {_VDP: {_INCLUSION: [proof]}}, None, signature]))


def _encode(value: object) -> bytes:
    """Deterministic CBOR (RFC 8949 section 4.2.1)."""
    return cbor2.dumps(value, canonical=True)
