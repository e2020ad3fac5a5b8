"""What the verifier reads: a file that lacks, lies or belongs elsewhere is named, and never passes."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from support.audit import LOG_KEY, ORIGIN, Ledger, codes
from support.builders import STEEL, Signed, factor, footprint, power_line

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.errors import EvidenceError, IncompleteError, SourceError
from ledger.events import write_logs
from ledger.identifiers import digest_to_text
from verifier.receipts import verify_receipt
from verifier.replay import Replayed, replay
from verifier.sources import open_folder, read_chain, read_file
from verifier.status import Status
from verifier.verify import verify_product

LATE = "urn:tanji:late"


def sound() -> Ledger:
    ledger = Ledger()
    basis = ledger.add(factor())
    ledger.add(*(footprint(STEEL, power_line(basis), product_id=f"P-{n}", value="0.5777") for n in range(6)))
    ledger.anchor()
    return ledger


def judge(ledger: Ledger, folder: Path) -> Replayed:
    """Replays the folder as it lies there."""
    trust = ledger.trust()
    return replay(open_folder(folder, trust), read_chain(folder, trust), trust)


def block_of(ledger: Ledger, index: int) -> bytes:
    item = ledger.items[index]
    return item.statement.to_bytes() + b"\n" + item.text + b"\n\n"


def test_t01_one_changed_character_names_the_statement_and_both_roots(tmp_path: Path) -> None:
    ledger = sound()
    ledger.spoil = lambda data: data.replace(b'"amount":"1.0000"', b'"amount":"1.0001"', 1)
    found = ledger.replay(tmp_path)
    first = found.findings[0]
    assert (first.code, first.statement) == ("CONTENT_ROOT", ledger.items[1].digest)
    assert {"got", "expected"} <= first.values.keys()
    assert {f.statement for f in found.findings} == {ledger.items[1].digest}


def test_t02_a_row_changed_with_its_leaf_and_root_is_not_the_chains(tmp_path: Path) -> None:
    """The log's own key signs the new root: only the chain tells."""
    ledger = sound()
    other = footprint(STEEL, power_line(ledger.items[0].digest), product_id="P-1", value="0.5777", product="钢卷")
    ledger.items[2], ledger.entries[2] = (
        other,
        replace(ledger.entries[2], digest=other.digest, signature=other.signature),
    )
    assert "ANCHOR_ROOT" in codes(ledger.replay(tmp_path).findings)


@pytest.mark.parametrize("index", [0, 3, 6])
def test_t03_a_row_left_out_is_a_file_that_does_not_fit(index: int, tmp_path: Path) -> None:
    ledger = sound()
    ledger.spoil = lambda data: data.replace(block_of(ledger, index), b"", 1)
    found = ledger.replay(tmp_path)
    assert (found.status, "STATEMENTS_FILE" in codes(found.findings)) == (Status.FAILED, True)
    assert [(f.values["got"], f.values["expected"]) for f in found.findings if f.code == "STATEMENTS_FILE"] == [(6, 7)]


@pytest.mark.parametrize("change", ["inserted", "doubled", "swapped"])
def test_t04_a_row_inserted_doubled_or_swapped_is_found(change: str, tmp_path: Path) -> None:
    ledger = sound()
    two, three = block_of(ledger, 2), block_of(ledger, 3)
    foreign = footprint(STEEL, product_id="FOREIGN")
    added = foreign.statement.to_bytes() + b"\n" + foreign.text + b"\n\n"
    new = {"inserted": two + added + three, "doubled": two + two + three, "swapped": three + two}[change]
    ledger.spoil = lambda data: data.replace(two + three, new, 1)
    expected = {"STATEMENT_DIGEST"} if change == "swapped" else {"STATEMENTS_FILE"}
    assert expected <= codes(ledger.replay(tmp_path).findings)


def test_t11_a_withheld_statement_is_told_and_leaves_the_replay_incomplete(tmp_path: Path) -> None:
    ledger = sound()
    ledger.spoil = lambda data: data.replace(block_of(ledger, 3), b"\n\n", 1)
    found = ledger.replay(tmp_path)
    assert (found.status, found.withheld) == (Status.INCOMPLETE, (3,))
    assert "STATEMENT_WITHHELD" in codes(found.findings, "not_checked")
    assert codes(found.findings) == set()


def test_a_checkpoint_over_another_tree_is_found_though_the_log_signed_it(tmp_path: Path) -> None:
    ledger = sound()
    ledger.write(tmp_path)
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(Checkpoint(ORIGIN, 7, b"\7" * 32), LOG_KEY))
    assert codes(judge(ledger, tmp_path).findings) == {"CHECKPOINT_TREE"}


@pytest.mark.parametrize("contract", ["registry", "log"])
def test_events_of_another_contract_are_not_the_trusted_ones(contract: str, tmp_path: Path) -> None:
    ledger = sound()
    ledger.write(tmp_path)
    writer = ledger.registry if contract == "registry" else ledger.log
    logs = [replace(log, address=b"\x66" * 20) for log in writer.logs]
    (tmp_path / "chain" / f"{contract}.jsonl").write_bytes(b"".join(write_logs(logs)))
    found = judge(ledger, tmp_path)
    assert (found.status, "EVENT_OF_OTHER_CONTRACT" in codes(found.findings)) == (Status.FAILED, True)


@pytest.mark.parametrize("contract", ["registry", "log"])
def test_t13_an_older_export_is_behind_the_heads_that_the_reader_noted(contract: str, tmp_path: Path) -> None:
    ledger = sound()
    ledger.log.emit("OperatorAdded", 12, operator=b"\x0c" * 20)
    ledger.registry.organisation("urn:example:late", block=12)
    trust = ledger.trust()
    (ledger.registry if contract == "registry" else ledger.log).logs.pop()
    ledger.write(tmp_path)
    chain = read_chain(tmp_path, trust)
    assert (codes(chain.findings, "not_checked"), codes(chain.findings)) == ({"EVENTS_BEFORE_PIN"}, set())
    assert replay(open_folder(tmp_path, trust), chain, trust).status is Status.INCOMPLETE


def late_firm(ledger: Ledger, *, block: int) -> Signed:
    """A firm that is admitted in `block`, and what it declared in block 12."""
    ledger.registry.organisation(LATE, block=block)
    ledger.registry.grant(LATE, "declarant", block=block)
    item = footprint(LATE, product_id="LATE", value="1.0000")
    ledger.add(item, block=12)
    ledger.anchor(block=13)
    return item


@pytest.mark.parametrize("pinned", [True, False])
def test_signers_that_only_missing_events_could_know_are_not_said_to_be_wrong(pinned: bool, tmp_path: Path) -> None:
    ledger = sound()
    item = late_firm(ledger, block=12)
    assert codes(ledger.replay(tmp_path / "whole", pinned=pinned).findings) == set()
    trust = ledger.trust(pinned=pinned)
    folder = ledger.write(tmp_path / "cut")
    path = folder / "chain" / "registry.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))
    log, chain = open_folder(folder, trust), read_chain(folder, trust)
    behind = "EVENTS_BEFORE_PIN" if pinned else "CHAIN_NOT_CONSULTED"
    asked = digest_to_text(item.digest)
    for found in (replay(log, chain, trust), verify_product(log, chain, trust, asked).verdict):
        assert (found.status, codes(found.findings)) == (Status.INCOMPLETE, set())
        assert {behind, "SIGNER_AFTER_EVENTS"} <= codes(found.findings, "not_checked")
    receipt = verify_receipt(ledger.receipt(len(ledger.items) - 1), trust, chain)
    assert (receipt.status, codes(receipt.findings)) == (Status.INCOMPLETE, set())


def test_signers_whom_the_events_up_to_their_block_do_not_know_are_wrong_all_the_same(tmp_path: Path) -> None:
    """Block 12 is over when an event of block 13 is here: what is missing came later."""
    ledger = sound()
    ledger.registry.organisation("urn:example:other", block=13)
    late_firm(ledger, block=14)
    trust = ledger.trust()
    folder = ledger.write(tmp_path / "cut")
    path = folder / "chain" / "registry.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-3]))
    found = replay(open_folder(folder, trust), read_chain(folder, trust), trust)
    assert (found.status, codes(found.findings)) == (Status.FAILED, {"UNKNOWN_ORGANISATION"})
    whole = ledger.replay(tmp_path / "whole")
    assert codes(whole.findings) == {"UNKNOWN_ORGANISATION"}


def test_t12_a_second_story_of_the_same_length_is_not_the_one_whose_head_was_noted(tmp_path: Path) -> None:
    ledger, other = sound(), sound()
    other.registry.organisation("urn:example:one", block=12)
    ledger.registry.organisation("urn:example:two", block=12)
    other.write(tmp_path)
    trust = ledger.trust()
    chain = read_chain(tmp_path, trust)
    assert codes(chain.findings) == {"EVENT_HEAD_PIN"}
    assert replay(open_folder(tmp_path, trust), chain, trust).status is Status.FAILED


def test_a_gap_in_the_events_is_told_before_anybody_is_called_a_stranger(tmp_path: Path) -> None:
    ledger = sound()
    del ledger.registry.logs[2]
    ledger.write(tmp_path)
    with pytest.raises(IncompleteError) as caught:
        read_chain(tmp_path, ledger.trust())
    assert (caught.value.code, caught.value.values["first"]) == ("EVENTS_MISSING", 2)


@pytest.mark.parametrize("missing", ["checkpoint", "chain/log.jsonl", "chain/registry.jsonl"])
def test_a_file_that_is_not_there_is_a_missing_source(missing: str, tmp_path: Path) -> None:
    ledger = sound()
    (ledger.write(tmp_path) / missing).unlink()
    with pytest.raises(SourceError) as caught:
        judge(ledger, tmp_path)
    assert (caught.value.code, caught.value.place) == ("FILE_MISSING", str(tmp_path / missing))
    with pytest.raises(SourceError):
        read_file(tmp_path)


def test_a_flipped_bit_anywhere_is_never_another_pass(tmp_path: Path) -> None:
    """It fails, is refused, is told as missing; or it is where nothing rests on it (an event's transaction hash)."""
    ledger = sound()
    ledger.write(tmp_path)
    before = judge(ledger, tmp_path)
    assert before.status is Status.VERIFIED
    passed = set()
    # a block's time is a folder's word, which nothing proves: it decides a question and never a verdict
    paths = sorted(path for path in tmp_path.rglob("*") if path.is_file() and path.name != "times.jsonl")
    for path in paths:
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 40)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with suppress(EvidenceError, IncompleteError, SourceError):
                found = judge(ledger, tmp_path)
                assert found.status is not Status.VERIFIED or found == before, (path, at)
                passed |= {path.name} if found.status is Status.VERIFIED else set()
        path.write_bytes(data)
    assert passed <= {"log.jsonl", "registry.jsonl"}


@pytest.mark.parametrize("number", ["../../secret", "0", "-1", "999999999999"])
def test_t16_no_file_outside_the_folder_is_ever_named_by_the_evidence(number: str, tmp_path: Path) -> None:
    """Paths are made from the checkpoint's size alone; a size that is no number is no checkpoint."""
    ledger = sound()
    ledger.write(tmp_path / "audit")
    note = (tmp_path / "audit" / "checkpoint").read_bytes().replace(b"\n7\n", f"\n{number}\n".encode(), 1)
    (tmp_path / "audit" / "checkpoint").write_bytes(note)
    (tmp_path / "secret").mkdir()
    with pytest.raises((SourceError, EvidenceError)) if number != "0" else nullcontext() as caught:
        found = judge(ledger, tmp_path / "audit")
    if caught is None:
        assert (found.status, "NOTE_SIGNATURE" in codes(found.findings)) == (Status.FAILED, True)
    elif isinstance(caught.value, SourceError):
        assert Path(caught.value.place).resolve().is_relative_to(tmp_path / "audit")
    else:
        assert caught.value.code in {"CHECKPOINT_FORM", "CHECKPOINT_SIZE"}
