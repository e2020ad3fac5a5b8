"""Threats on records: two stories, an old one, a hidden, a forged, an altered one, and tricks with keys, hashes and bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import (
    DOMAIN,
    PRESS,
    STEEL,
    RegistryWriter,
    Signed,
    address,
    footprint,
    gas_line,
    private_key,
    withdrawal,
)
from support.threats import Found, admitted, audited, everybody, failed, honest, ledger_of, refused, told

from ledger.canonical import parse_canonical
from ledger.disclosures import hide, parse_content
from ledger.entry import Entry
from ledger.errors import EvidenceError
from ledger.findings import Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.merkle import ProofError, leaf_hash, node_hash, root_of, verify_inclusion
from ledger.registry import OPEN, name_to_word, organisation_hash
from ledger.statement import Domain, Statement
from verifier.receipts import verify_receipt
from verifier.sources import read_chain
from verifier.status import Status

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def upstream_line(digest: bytes, value: str = "2.5000") -> dict[str, object]:
    return gas_line(value, "外购钢卷") | {
        "kind": "upstream", "amount": "1", "unit": "t",
        "source": {"type": "upstream", "digest": digest_to_text(digest), "value": value, "per": "t"},
    }  # fmt: skip


def test_threat_03_different_declarations_to_different_buyers(tmp_path: Path) -> None:
    """3.0000 kg for the one, 2.5000 kg for the other: the second is refused, and whoever holds it sees two stories."""
    first, second = footprint(STEEL, value="3.0000"), footprint(STEEL, value="2.5000")
    err = refused(tmp_path, first, second)
    assert (err.code, err.place) == ("SUBJECT_TAKEN", "previous")
    assert (err.values["got"], err.values["expected"]) == ("0x" + "00" * 32, digest_to_text(first.digest))
    assert told(audited(tmp_path, first, second)) == {Found("SUBJECT_TAKEN", "previous")}
    for number, item in enumerate((first, second)):
        verdict = ledger_of(first, second).verify(tmp_path / str(number), item.digest)
        assert (failed(verdict)[0].code, verdict.status) == ("SUBJECT_TAKEN", Status.FAILED)
    honest(tmp_path / "honest", first, footprint(STEEL, value="2.5000", previous=first.digest))
    honest(tmp_path / "other year's", first, footprint(STEEL, value="2.5000", product_id="HR-COIL"))


def test_threat_22_version_rollback(tmp_path: Path) -> None:
    """An old good version shown after a new one, replaced by a third that skips it, or registered once more."""
    old = footprint(STEEL, value="2.0000")
    new = footprint(STEEL, value="3.0000", previous=old.digest)
    verdict = ledger_of(old, new).verify(tmp_path / "old", old.digest)
    assert told(failed(verdict)) == {Found("PRODUCT_REPLACED", "")}
    assert [f.values["by"] for f in failed(verdict)] == ["#1"]
    current = ledger_of(old, new).verify(tmp_path / "new", new.digest)
    assert (failed(current), current.declared) == ([], Decimal("3.0000"))
    skipping = footprint(STEEL, value="2.1000", previous=old.digest)
    assert refused(tmp_path / "skipping", old, new, skipping).code == "PREVIOUS_NOT_HEAD"
    assert told(audited(tmp_path / "skipping", old, new, skipping)) == {Found("PREVIOUS_NOT_HEAD", "previous")}
    once_more = ledger_of(old, new, old).verify(tmp_path / "once more", new.digest)
    assert told(failed(once_more)) == {Found("SUBJECT_TAKEN", "previous")}


def ten(*, hidden: int | None = None) -> Ledger:
    """Ten declarations of one firm; the content of one is kept from the auditor."""
    ledger = ledger_of(*(footprint(STEEL, product_id=f"P-{number}") for number in range(10)))
    if hidden is not None:
        ledger.erased.add(hidden)
    return ledger


def test_threat_23_declarations_hidden_from_the_auditor(tmp_path: Path) -> None:
    """Number 7 is kept back: it is told by its number, nothing passes, and what rests on it counts as declared only."""
    whole = ten().replay(tmp_path / "whole")
    assert (whole.status, whole.withheld) == (Status.VERIFIED, ())
    found = ten(hidden=7).replay(tmp_path / "content")
    assert (found.status, found.withheld) == (Status.INCOMPLETE, (7,))
    assert {(f.code, f.values["index"]) for f in found.findings if f.outcome is Outcome.NOT_CHECKED} == {
        ("CONTENT_WITHHELD", 7)
    }
    ledger = ten()
    row = ledger.items[7].statement.to_bytes() + b"\n" + ledger.items[7].text + b"\n\n"
    ledger.spoil = lambda data: data.replace(row, b"\n\n", 1)
    found = ledger.replay(tmp_path / "statement")
    assert (found.status, found.withheld) == (Status.INCOMPLETE, (7,))
    assert codes(found.findings, "not_checked") == {"STATEMENT_WITHHELD"}
    ledger = ten(hidden=7)
    top = ledger.add(footprint(PRESS, upstream_line(ledger.items[7].digest), product_id="DOOR"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path / "product", top)
    assert verdict.status is Status.INCOMPLETE
    assert {level: kg for level, kg in verdict.levels.items() if kg} == {Level.DECLARED: Decimal("2.5000")}


def test_threat_23_the_newest_declarations_hidden_from_the_auditor(tmp_path: Path) -> None:
    """An export that ends before the chain's last checkpoint."""
    ledger = ten()
    del ledger.entries[7:], ledger.items[7:]
    found = ledger.replay(tmp_path)
    assert (found.status, "ENTRIES_WITHHELD" in codes(found.findings, "not_checked")) == (Status.INCOMPLETE, True)


def test_threat_25_platform_forges_a_record(tmp_path: Path) -> None:
    """A declaration in a firm's name under another key, and a signed one that the platform changes on its way."""
    forged = footprint(PRESS, value="2.5000", key=private_key("operator"))
    err = refused(tmp_path / "forged", forged)
    assert (err.code, err.place) == ("KEY_NOT_VALID", "signature")
    assert told(audited(tmp_path / "forged", forged)) == {Found("KEY_NOT_VALID", "signature")}
    verdict = ledger_of(forged).verify(tmp_path / "product", forged.digest)
    assert verdict.levels[Level.UNVERIFIED] == verdict.declared == Decimal("2.5000")
    right = footprint(PRESS, value="2.5000")
    better = footprint(PRESS, value="1.5000")
    assert refused(tmp_path / "content", Signed(right.statement, right.signature, better.text)).code == "CONTENT_ROOT"
    relayed = Signed(better.statement, right.signature, better.text)
    assert refused(tmp_path / "statement", relayed).code == "KEY_NOT_VALID"
    assert told(audited(tmp_path / "statement", relayed)) == {Found("KEY_NOT_VALID", "signature")}
    honest(tmp_path / "honest", right)


def test_threat_26_platform_changes_or_deletes_stored_data(tmp_path: Path) -> None:
    """One digit of a kept content, weighed where its own sums show it; a row that is gone; and the supplier's own copy."""
    item = footprint(STEEL)
    ledger = ledger_of(item)
    ledger.spoil = lambda data: data.replace(b'"amount":"2.5000"', b'"amount":"2.4000"')
    verdict = ledger.verify(tmp_path / "digit", item.digest)
    assert {Found("CONTENT_ROOT", ""), Found("LINE_ARITHMETIC", "lines/0000", Decimal("-0.1000"))} <= told(
        failed(verdict)
    )
    (root,) = [f for f in failed(verdict) if f.code == "CONTENT_ROOT"]
    assert root.values["expected"] == item.statement.content != root.values["got"]
    assert verdict.declared is None
    row = item.statement.to_bytes() + b"\n" + item.text + b"\n\n"
    ledger.spoil = lambda data: data.replace(row, b"", 1)
    assert "STATEMENTS_FILE" in codes(ledger.replay(tmp_path / "row").findings)
    ledger.spoil = bytes  # the supplier hands in what it signed
    assert failed(ledger.verify(tmp_path / "restored", item.digest)) == []


def test_threat_27_key_theft(tmp_path: Path) -> None:
    """A key is reported as stolen from block 55: what it signed before stands, what it signs since is disputed."""
    writer = everybody()
    writer.key(STEEL, address("new key"), 54)
    writer.emit("KeyCompromised", 60, organisation=organisation_hash(STEEL), key=address(STEEL), sinceBlock=55)
    stolen, renewed = footprint(STEEL), footprint(STEEL, product_id="NEW", key=private_key("new key"))
    err = refused(tmp_path, stolen, writer=writer)
    assert (err.code, err.place) == ("KEY_COMPROMISED", "signature")
    admitted(tmp_path, renewed, writer=writer)
    for block, expected in ((54, set()), (55, {Found("KEY_COMPROMISED", "signature")})):
        ledger = Ledger(registry=writer)
        ledger.add(stolen, renewed, block=block)
        ledger.anchor(block=block + 1)
        verdict = ledger.verify(tmp_path / str(block), stolen.digest)
        assert told(failed(verdict)) == expected
        assert verdict.levels[Level.UNVERIFIED] == (verdict.declared if expected else 0)
        assert failed(ledger.verify(tmp_path / f"{block} new", renewed.digest)) == []


@pytest.mark.parametrize("how", ["expired", "removed"])
def test_threat_28_former_employee_signs(how: str, tmp_path: Path) -> None:
    """A delegate's trust ends at block 70, or is taken back there: what he signed before stands, nothing after it."""
    writer = everybody()
    writer.delegate(STEEL, address("employee"), "footprint", block=50, until=70 if how == "expired" else OPEN)
    if how == "removed":
        writer.emit("DelegateRemoved", 70, organisation=organisation_hash(STEEL), delegate=address("employee"),
                    scope=name_to_word("footprint"))  # fmt: skip
    first, late = (footprint(STEEL, product_id=name, key=private_key("employee")) for name in ("FIRST", "LATE"))
    err = refused(tmp_path, late, writer=writer)
    assert (err.code, err.place) == ("DELEGATE_EXPIRED", "signature")
    assert found_at(tmp_path / "log", writer, (69, first), (70, late)) == [
        (late.digest, "DELEGATE_EXPIRED", "signature")
    ]


def test_threat_28_former_employee_signs_what_he_was_never_trusted_with(tmp_path: Path) -> None:
    """He may declare, and withdraws."""
    writer = everybody()
    writer.delegate(STEEL, address("employee"), "footprint", block=5)
    first = footprint(STEEL, key=private_key("employee"))
    admitted(tmp_path, first, writer=writer)
    gone = withdrawal(first.digest, key=private_key("employee"))
    assert refused(tmp_path, first, gone, writer=writer).code == "DELEGATE_SCOPE"
    assert found_at(tmp_path / "log", writer, (69, first), (70, gone)) == [(gone.digest, "DELEGATE_SCOPE", "signature")]


def found_at(folder: Path, writer: RegistryWriter, *placed: tuple[int, Signed]) -> list[tuple[bytes, str, str]]:
    """What an auditor finds of statements at these blocks."""
    ledger = Ledger(registry=writer)
    for block, item in placed:
        ledger.add(item, block=block)
    ledger.anchor(block=placed[-1][0] + 1)
    findings = ledger.replay(folder).findings
    return [(f.statement, f.code, f.place) for f in findings if f.outcome is Outcome.FAIL]


@pytest.mark.parametrize("elsewhere", [
    Domain(chain_id=1, log=DOMAIN.log), Domain(chain_id=DOMAIN.chain_id, log="0x" + "5b" * 20),
], ids=["another chain", "another contract"])  # fmt: skip
def test_threat_29_replay_on_another_ledger(elsewhere: Domain, tmp_path: Path) -> None:
    """What was signed for the sandbox's chain or contract is a stranger's signature here."""
    item = footprint(STEEL, domain=elsewhere)
    err = refused(tmp_path, item)
    assert (err.code, err.place) == ("KEY_NOT_VALID", "signature")
    assert told(audited(tmp_path, item)) == {Found("KEY_NOT_VALID", "signature")}
    honest(tmp_path / "honest", footprint(STEEL))


def high_s(good: bytes) -> bytes:
    return good[:32] + (ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big") + bytes([55 - good[64]])


def compact(good: bytes) -> bytes:
    """ERC-2098: the parity of v in the highest bit of s."""
    s = int.from_bytes(good[32:64], "big") | (good[64] - 27) << 255
    return good[:32] + s.to_bytes(32, "big")


@pytest.mark.parametrize(("twin", "code"), [
    (high_s, "SIGNATURE_HIGH_S"), (compact, "SIGNATURE_LENGTH"), (lambda good: good[:64] + bytes([good[64] - 27]), "SIGNATURE_V"),
    (lambda good: good + b"\0", "SIGNATURE_LENGTH"),
])  # fmt: skip
def test_threat_30_signature_malleability(twin: Callable[[bytes], bytes], code: str, tmp_path: Path) -> None:
    """Another form of a good signature would be another entry for the same statement: only one form is taken."""
    item = footprint(STEEL)
    other = Signed(item.statement, twin(item.signature), item.text)
    assert refused(tmp_path / "alone", other).code == code
    if len(other.signature) == len(item.signature):
        assert {f.code for f in audited(tmp_path, other)} == {code}
    honest(tmp_path / "honest", item)


def test_threat_31_dictionary_attack() -> None:
    """A million possible footprints are tried against a hidden result: without its salt none fits, with it one does."""
    text = footprint(STEEL, value="68.6286").text
    (shown,) = [part for part in text.split(b"\n") if b'"result"' in part]
    (hidden,) = set(hide(text, ["result"]).split(b"\n")) - set(text.split(b"\n"))
    target = bytes.fromhex(parse_canonical(hidden)[2:])

    def found(salt: bytes) -> bool:
        start = b'\0["' + salt + b'","result",{"footprint":"'
        return any(sha256(b'%s%d.%04d"}]' % (start, *divmod(n, 10_000))).digest() == target for n in range(1_000_000))

    assert not found(b"0" * 32)
    assert found(parse_canonical(shown)[0].encode())
    with pytest.raises(EvidenceError) as caught:  # and no owner can make do with less than 128 bits
        parse_content(shown.replace(parse_canonical(shown)[0].encode(), b"0" * 30))
    assert caught.value.code == "PART_FORMAT"


def test_threat_33_leaf_and_node_confused(tmp_path: Path) -> None:
    """Two entries' hashes side by side, shown as one entry of a shorter log: with one hash for both it would be proven."""
    ledger = ten()
    entries = [entry.to_bytes() for entry in ledger.entries[:4]]

    def proven(leaf: Callable[[bytes], bytes], node: Callable[[bytes, bytes], bytes]) -> bool:
        hashes = [leaf(entry) for entry in entries]
        left, right = node(hashes[0], hashes[1]), node(hashes[2], hashes[3])
        forged = leaf(hashes[0] + hashes[1])  # an "entry" of 64 bytes at index 0 of a log of two
        return node(forged, right) == node(left, right)

    assert not proven(leaf_hash, node_hash)
    assert proven(lambda data: sha256(data).digest(), lambda one, other: sha256(one + other).digest())
    hashes = [leaf_hash(entry) for entry in entries]
    with pytest.raises(ProofError) as caught:
        verify_inclusion(leaf_hash(hashes[0] + hashes[1]), 0, 2, (node_hash(*hashes[2:]),), root_of(hashes))
    assert caught.value.code == "INCLUSION_ROOT"
    with pytest.raises(EvidenceError) as refusal:
        Entry.from_bytes(hashes[0] + hashes[1])
    assert refusal.value.code == "ENTRY_LENGTH"
    receipt, trust = ledger.receipt(0), ledger.trust()
    chain = read_chain(ledger.write(tmp_path), trust)
    assert verify_receipt(receipt, trust, chain).status is not Status.FAILED
    shorter = receipt.model_copy(update={"proof": receipt.proof[1:]})
    assert codes(verify_receipt(shorter, trust, chain).findings) == {"PROOF_LENGTH"}


def spellings(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The same declaration in other bytes, and by which code each is refused."""
    yield "NOT_CANONICAL", text.replace(b'"amount":"1"', b'"amount": "1"', 1)
    yield "NOT_CANONICAL", text.replace(b'"footprint":"2.5000"', b'"footprint":"2.4000","footprint":"2.5000"', 1)
    yield (
        "NOT_CANONICAL",
        text.replace(b'"amount":"2.5000","emission":"2.5000"', b'"emission":"2.5000","amount":"2.5000"', 1),
    )
    yield "NOT_CANONICAL", text.replace("冷".encode(), b"\\u51b7", 1)
    yield "CONTENT_ROOT", text.replace(b'"footprint":"2.5000"', b'"footprint":"2.50000"', 1)
    yield "CONTENT_ROOT", text.replace(b'"version":1', b'"version":1.0', 1)
    yield "CONTENT_ROOT", unicodedata.normalize("NFD", text.decode()).encode()


def test_threat_34_canonicalisation_tricks(tmp_path: Path) -> None:
    """Order, blanks, doubled keys, escapes, trailing zeros, 1.0 for 1 and decomposed letters: one writing is the signed one."""
    item = footprint(STEEL, product="Tôle 冷轧卷")
    honest(tmp_path / "honest", item)
    for number, (code, text) in enumerate(spellings(item.text)):
        assert text != item.text, number
        other = Signed(item.statement, item.signature, text)
        assert refused(tmp_path / str(number), other).code == code, number
        assert code in {f.code for f in audited(tmp_path / str(number), other)}, number


def test_threat_34_canonicalisation_tricks_cannot_be_signed_either() -> None:
    """A decomposed name looks the same and hashes otherwise: no content and no statement takes it."""
    name = unicodedata.normalize("NFD", "Tôle")
    with pytest.raises(ValueError, match="TEXT_NOT_NFC"):
        footprint(STEEL, product=name)
    fields = footprint(STEEL).statement.model_dump(mode="json", by_alias=True)
    with pytest.raises(ValueError, match="TEXT_NOT_NFC"):
        Statement.model_validate({**fields, "headline": name})
