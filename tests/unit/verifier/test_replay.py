from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.audit import MERGE_DELAY, START, Ledger, codes
from support.builders import DOMAIN, PRESS, PUBLISHER, STEEL, factor, footprint, power_line, private_key, withdrawal

from ledger.errors import SourceError
from ledger.registry import Anchor
from ledger.signing import sign
from verifier.entries import _are_quiet, _judge_blocks
from verifier.status import Status


def sound(count: int = 40) -> Ledger:
    """A ledger in order: a factor, declarations on it, and a withdrawal."""
    ledger = Ledger()
    basis = ledger.add(factor())
    for number in range(count):
        digest = ledger.add(footprint(STEEL, power_line(basis), product_id=f"P-{number}", value="0.5777"))
    ledger.add(withdrawal(digest))
    return ledger


def test_a_sound_ledger_is_verified(tmp_path: Path) -> None:
    ledger = sound()
    ledger.anchor(size=5)
    ledger.anchor(block=START + 2)
    replayed = ledger.replay(tmp_path)
    assert (replayed.status, replayed.findings, replayed.size, replayed.anchors) == (Status.VERIFIED, (), 42, 2)
    assert replayed.kinds == {"factor": 1, "footprint": 40, "withdrawal": 1}
    assert replayed.open["RULE_NOT_NAMED"] == 40


def _altered_text(ledger: Ledger) -> None:
    ledger.spoil = lambda data: data.replace(b'"amount":"1.0000"', b'"amount":"1.0001"', 1)


def _altered_headline(ledger: Ledger) -> None:
    ledger.spoil = lambda data: data.replace(b"0.5777 kgCO2e", b"0.0777 kgCO2e", 1)


def _swapped_entries(ledger: Ledger) -> None:
    ledger.anchor()
    ledger.entries[3:5], ledger.items[3:5] = ledger.entries[4:2:-1], ledger.items[4:2:-1]


def _dropped_entry(ledger: Ledger) -> None:
    ledger.anchor()
    del ledger.entries[7], ledger.items[7]


def _other_signer(ledger: Ledger) -> None:
    item = ledger.items[5]
    signature = sign(item.statement, DOMAIN, private_key("stranger"))
    ledger.entries[5] = replace(ledger.entries[5], signature=signature)


def _high_s(ledger: Ledger) -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signature = ledger.entries[5].signature
    twin = (order - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    ledger.entries[5] = replace(ledger.entries[5], signature=signature[:32] + twin + bytes([55 - signature[64]]))


def _no_role(ledger: Ledger) -> None:
    ledger.add(footprint(PUBLISHER, product_id="OTHER"))


def _ended_key(ledger: Ledger) -> None:
    ledger.registry.end_key(PRESS, ledger.registry.registry().keys(PRESS)[0].address, START)
    ledger.add(footprint(PRESS, product_id="LATE"))


def _fork(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, product_id="P-1", value="9.0000"))


def _lost_head(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, product_id="P-1", value="9.0000", previous=ledger.items[3].digest))


def _unknown_basis(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, power_line(b"\7" * 32), product_id="OTHER", value="0.5777"))


def _wrong_basis(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, power_line(ledger.items[1].digest), product_id="OTHER", value="0.5777"))


def _late_anchor(ledger: Ledger) -> None:
    ledger.anchor(block=START + MERGE_DELAY + 1)


def _falling_block(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, product_id="OTHER"), block=START - 1)


def _wrong_sum(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, power_line(ledger.items[0].digest), product_id="OTHER", value="0.5778"))


def _forged_headline(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, product_id="OTHER", headline="产品碳足迹 冷轧卷：0 kgCO2e"))


def _forged_subject(ledger: Ledger) -> None:
    ledger.add(footprint(STEEL, product_id="OTHER", subject="ANOTHER"))


DEFECTS: dict[str, Callable[[Ledger], None]] = {
    "CONTENT_ROOT": _altered_text, "STATEMENT_DIGEST": _altered_headline, "ANCHOR_ROOT": _swapped_entries,
    "CHECKPOINT_SIZE": _dropped_entry, "UNKNOWN_KEY": _other_signer, "SIGNATURE_HIGH_S": _high_s,
    "ROLE_NOT_HELD": _no_role, "KEY_NOT_VALID": _ended_key, "SUBJECT_TAKEN": _fork, "REFERENCE_UNKNOWN": _unknown_basis,
    "REFERENCE_KIND": _wrong_basis, "MERGE_DELAY": _late_anchor, "BLOCK_DECREASES": _falling_block,
    "RESULT_ARITHMETIC": _wrong_sum, "HEADLINE_DIFFERS": _forged_headline, "SUBJECT_DIFFERS": _forged_subject,
    "PREVIOUS_NOT_HEAD": _lost_head,
}  # fmt: skip
SYNONYMS = {
    "UNKNOWN_KEY": {"KEY_NOT_VALID"},
    "CHECKPOINT_SIZE": {"ANCHOR_ROOT", "CHECKPOINT_NOT_ANCHORED", "ENTRIES_WITHHELD"},
}


@pytest.mark.parametrize("code", DEFECTS)
def test_each_defect_is_found_and_named(code: str, tmp_path: Path) -> None:
    ledger = sound()
    DEFECTS[code](ledger)
    if not ledger.log.count:
        ledger.anchor()
    replayed = ledger.replay(tmp_path)
    assert replayed.status is not Status.VERIFIED
    assert {f.code for f in replayed.findings} & {code, *SYNONYMS.get(code, set())}


def test_without_a_chain_or_pinned_heads_the_verdict_is_incomplete(tmp_path: Path) -> None:
    ledger = sound()
    ledger.anchor()
    replayed = ledger.replay(tmp_path, pinned=False)
    assert replayed.status is Status.INCOMPLETE
    assert codes(replayed.findings, "not_checked") == {"CHAIN_NOT_CONSULTED"}


def test_missing_events_are_incomplete_and_never_pass(tmp_path: Path) -> None:
    ledger = sound()
    ledger.anchor(size=5)
    ledger.anchor()
    trust = ledger.trust()
    ledger.log.logs.pop()
    ledger.write(tmp_path)
    from verifier.replay import replay
    from verifier.sources import open_folder, read_chain

    replayed = replay(open_folder(tmp_path, trust), read_chain(tmp_path, trust), trust)
    assert replayed.status is Status.INCOMPLETE
    assert "EVENTS_BEFORE_PIN" in codes(replayed.findings, "not_checked")


def test_withheld_contents_are_listed_and_leave_the_replay_incomplete(tmp_path: Path) -> None:
    ledger = sound()
    ledger.anchor()
    ledger.erased |= {3, 9}
    replayed = ledger.replay(tmp_path)
    assert (replayed.status, replayed.withheld) == (Status.INCOMPLETE, (3, 9))


def test_a_folder_cut_short_is_no_verdict(tmp_path: Path) -> None:
    ledger = sound()
    ledger.anchor()
    ledger.write(tmp_path)
    shutil.rmtree(tmp_path / "tile")
    trust = ledger.trust()
    from verifier.replay import replay
    from verifier.sources import open_folder, read_chain

    with pytest.raises(SourceError):
        replay(open_folder(tmp_path, trust), read_chain(tmp_path, trust), trust)


def test_any_number_of_processes_gives_the_same_outcome_bit_for_bit(tmp_path: Path) -> None:
    ledger = sound(1100)
    _fork(ledger)
    _unknown_basis(ledger)
    ledger.anchor()
    one, two = ledger.replay(tmp_path), ledger.replay(tmp_path, workers=2)
    assert one == two
    assert one.status is Status.FAILED
    assert ledger.replay(tmp_path, workers=3).state == one.state


def test_two_auditors_get_the_same_bytes_without_network(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT RUN: unshare -rn is not permitted here, so absence of network was not tested")
    ledger = sound()
    ledger.anchor()
    (tmp_path / "trust.json").write_bytes(ledger.trust().to_bytes())
    ledger.write(tmp_path / "audit")
    command = ["unshare", "-rn", sys.executable, "-m", "verifier", "replay", str(tmp_path / "audit"),
               "--trust", str(tmp_path / "trust.json"), "--json"]  # fmt: skip
    runs = [subprocess.run([*command, "--workers", n], capture_output=True, check=False) for n in ("1", "2")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    assert b'"status":"verified"' in runs[0].stdout


@given(
    blocks=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    anchored=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 16)), max_size=4, unique_by=lambda pair: pair[0]),
    start=st.integers(0, 6),
    last=st.integers(0, 8),
)
def test_blocks_that_are_taken_in_one_look_have_nothing_wrong_one_by_one(
    blocks: list[int], anchored: list[tuple[int, int]], start: int, last: int
) -> None:
    anchors = [Anchor(size, bytes(32), block, bytes(32), bytes(20)) for size, block in sorted(anchored)]
    asked = (start, last, blocks, anchors, [a.size for a in anchors], 4)
    assert not (_are_quiet(*asked) and list(_judge_blocks(*asked)))
