"""The verifier over every vector of tests/vectors/receipts, from the files alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.receipt_vectors import ALWAYS_OPEN, FOLDER, file_of

from ledger.errors import EvidenceError
from ledger.receipt import Receipt
from ledger.trust import TrustFile
from verifier.receipts import ReceiptVerdict, verify_receipt
from verifier.sources import read_chain

TRUST = TrustFile.load(FOLDER / "ledger" / "trust.json")
CHAIN = read_chain(FOLDER / "ledger", TRUST)
VECTORS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
READABLE = [name for name, vector in VECTORS.items() if not vector["refused"]]


def seen(verdict: ReceiptVerdict) -> dict[str, Any]:
    found: dict[str, set[str]] = {"fail": set(), "not_checked": set(), "pass": set()}
    for finding in verdict.findings:
        found[finding.outcome].add(finding.code)
        assert finding.words("zh")
        assert not re.search(r"{\w+}", finding.words("en")), finding
    assert found["not_checked"] >= ALWAYS_OPEN
    return {
        "status": str(verdict.status),
        "failed": sorted(found["fail"]),
        "open": sorted(found["not_checked"] - ALWAYS_OPEN),
    }


def test_there_are_vectors_of_every_sort() -> None:
    statuses = [(vector["refused"] and "refused") or vector["chain"]["status"] for vector in VECTORS.values()]
    assert {status: statuses.count(status) > 1 for status in statuses} == dict.fromkeys(
        ("verified", "failed", "incomplete", "refused"), True
    )
    assert len(VECTORS) > 80


@pytest.mark.parametrize("name", READABLE)
def test_a_receipt_is_judged_as_its_vector_says(name: str) -> None:
    receipt = Receipt.from_bytes(file_of(VECTORS[name]))
    assert seen(verify_receipt(receipt, TRUST, CHAIN)) == VECTORS[name]["chain"]


@pytest.mark.parametrize("name", READABLE)
def test_without_the_chain_nothing_is_ever_verified(name: str) -> None:
    verdict = verify_receipt(Receipt.from_bytes(file_of(VECTORS[name])), TRUST, None)
    assert str(verdict.status) == VECTORS[name]["offline"] != "verified"
    assert "RECEIPT_CHAIN_UNASKED" in seen(verdict)["open"]


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in READABLE])
def test_a_file_that_is_no_receipt_is_refused(name: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        Receipt.from_bytes(file_of(VECTORS[name]))
    assert refused.value.code == VECTORS[name]["refused"]


@pytest.mark.parametrize("pinned", ["count", "hash"])
def test_chain_events_that_the_reader_has_not_pinned_verify_nothing(pinned: str) -> None:
    """The same sound receipt: with heads that another node saw, the events at hand are not all, or not the same."""
    assert TRUST.heads is not None
    other = {"count": TRUST.heads.log.count + 1} if pinned == "count" else {"hash": "0x" + "ab" * 32}
    heads = TRUST.heads.model_copy(update={"log": TRUST.heads.log.model_copy(update=other)})
    trust = TRUST.model_copy(update={"heads": heads})
    verdict = verify_receipt(Receipt.from_bytes(file_of(VECTORS["holds"])), trust, read_chain(FOLDER / "ledger", trust))
    found = seen(verdict)
    expected = (
        ("incomplete", "EVENTS_BEFORE_PIN", "open") if pinned == "count" else ("failed", "EVENT_HEAD_PIN", "failed")
    )
    assert (found["status"], expected[1] in found[expected[2]]) == (expected[0], True)
