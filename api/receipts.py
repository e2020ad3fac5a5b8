"""Receipts made from this folder's store: proof, checkpoint and anchor, with the parts that the holder may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ledger.disclosures import hide, parse_content
from ledger.errors import IncompleteError, InputError
from ledger.identifiers import digest_to_text
from ledger.statement import Domain, Statement

if TYPE_CHECKING:
    from api.settings import Settings
    from ledger.receipt import Receipt
    from ledger.store import Reader
    from ledger.store.rows import SealedCheckpoint


def make_receipt(
    reader: Reader, domain: Domain, digest: bytes, *, show: Collection[str] = (), hidden: Collection[str] = ()
) -> Receipt:
    """The receipt of a registered statement under the first anchored checkpoint that holds it.

    `show` names the only parts to be shown, `hidden` those to be left out; a list's name stands for all of its items.
    Raises `InputError` STATEMENT_UNKNOWN or NO_SUCH_PART, `IncompleteError` NOT_ANCHORED_YET or CONTENT_ERASED.
    """
    from ledger.merkle import inclusion_proof
    from ledger.receipt import Receipt, ReceiptAnchor
    from ledger.tiles import TileReader

    stored = reader.statement_by_digest(digest)
    if stored is None:
        raise InputError("STATEMENT_UNKNOWN", got=digest_to_text(digest))
    point = _checkpoint(reader, stored.index)
    text = reader.text(stored.index)
    if text is None:
        raise IncompleteError("CONTENT_ERASED", got=digest_to_text(digest))
    proof = inclusion_proof(stored.index, point.size, TileReader(reader.size(), reader.tile))
    return Receipt(
        statement=Statement.from_bytes(stored.statement),
        signature="0x" + stored.entry.signature.hex(),
        block=stored.entry.block,
        index=stored.index,
        proof=tuple(digest_to_text(node) for node in proof),
        checkpoint=(point.note or b"").decode(),
        anchor=ReceiptAnchor(
            chain_id=domain.chain_id,
            contract=domain.log,
            block=point.block or 0,
            transaction=digest_to_text(point.transaction or bytes(32)),
        ),
        text=disclosed(text, show=show, hidden=hidden).decode(),
    )


def make_cose(settings: Settings, receipt: Receipt, domain: Domain) -> bytes:
    """The COSE receipt of `receipt`, signed now with this folder's log key.

    Raises `InputError` FILE_NOT_READ for an operator without the key, `EvidenceError` when the receipt does not hold.
    """
    from api.console import read_file
    from ledger.checkpoint import SignerKey
    from ledger.cose import cose_receipt

    key = SignerKey.parse(read_file(settings.log_key).decode().strip())
    return cose_receipt(receipt, domain, key)


def _checkpoint(reader: Reader, index: int) -> SealedCheckpoint:
    for point in reader.checkpoints(anchored=True):
        if point.size > index and point.note is not None:
            return point
    raise IncompleteError("NOT_ANCHORED_YET", got=index)


def disclosed(text: bytes, *, show: Collection[str], hidden: Collection[str]) -> bytes:
    """A content's text with only the parts asked for."""
    paths = list(parse_content(text).shown)

    def named(names: Collection[str]) -> set[str]:
        found = {path for path in paths if path in names or path.partition("/")[0] in names}
        if missing := [n for n in names if n not in found and not any(p.startswith(n + "/") for p in found)]:
            raise InputError("NO_SUCH_PART", place=missing[0])
        return found

    left_out = named(hidden) | (set(paths) - named(show) if show else set())
    return hide(text, left_out) if left_out else text
