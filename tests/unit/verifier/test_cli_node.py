"""`tanji-verify` before a node that lies: what it keeps back is never a pass (design section 2, promise 7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.chain import Chain
from support.quirks import FISCO, QuirkNode
from support.reader import Reader, reader_of

from ledger.trust import TrustFile

pytestmark = pytest.mark.chain


@pytest.fixture
def reader(chain: Chain, tmp_path: Path) -> Reader:
    return reader_of(chain, tmp_path)


def test_before_an_honest_node_everything_is_verified(reader: Reader) -> None:
    assert {name: ran.exit_code for name, ran in reader.every().items()} == dict.fromkeys(
        ("receipt", "head", "product", "replay"), 0
    )


def test_a_node_that_cuts_its_answers_short_is_read_in_pages_or_not_believed(reader: Reader) -> None:
    honest = TrustFile.from_bytes(reader.run("head").stdout.encode()).heads
    with QuirkNode(reader.chain.url, *FISCO) as node:
        ran = reader.every(node.url)
    assert {name: r.exit_code for name, r in ran.items()} == dict.fromkeys(ran, 0)
    found = TrustFile.from_bytes(ran["head"].stdout.encode()).heads
    assert honest is not None
    assert found is not None
    assert (found.registry, found.log) == (honest.registry, honest.log)


@pytest.mark.parametrize("quirk", ["alter_logs", "forge_logs", "move_logs"])
def test_events_that_were_altered_never_pass(reader: Reader, quirk: str) -> None:
    with QuirkNode(reader.chain.url, quirk) as node:
        ran = reader.every(node.url)
    # altered data may be no data at all, which is no node's answer
    codes = {1, 4} if quirk == "alter_logs" else {1}
    assert all(one.exit_code in codes for one in ran.values()), ran


@pytest.mark.parametrize(("quirk", "code"), [("wrong_chain_id", "CHAIN_ID"), ("other_code", "CODE_HASH_MISMATCH")])
def test_another_chain_is_found_before_anything_is_read(reader: Reader, quirk: str, code: str) -> None:
    with QuirkNode(reader.chain.url, quirk) as node:
        ran = reader.every(node.url)
        assert node.calls["eth_getLogs"] == 0
    for name, one in ran.items():
        assert (one.exit_code, code in one.stderr, one.stdout) == (1, True, ""), name


def test_heads_that_cannot_be_written_are_no_bug_of_ours(reader: Reader) -> None:
    ran = reader.run("head", "--out", str(reader.folder / "nowhere" / "trust.json"))
    assert (ran.exit_code, "FILE_NOT_WRITTEN" in ran.stderr) == (2, True)


@pytest.mark.parametrize("quirk", ["html", "server_error", "truncated_json", "invalid_utf8", "redirect", "reset"])
def test_a_node_that_does_not_answer_is_a_missing_source(reader: Reader, quirk: str) -> None:
    with QuirkNode(reader.chain.url, quirk) as node:
        ran = reader.run("receipt", str(reader.folder / "receipt.json"), url=node.url)
    assert (ran.exit_code, ran.stdout) == (4, "")


def test_pinned_heads_find_a_node_that_forgot_the_last_events(reader: Reader) -> None:
    """Rollback (a node on an older state of the same chain) is told by the heads that the reader noted."""
    pinned = reader.folder / "trust.json"
    assert reader.run("head", "--out", str(pinned)).exit_code == 0
    trust = TrustFile.load(pinned)
    assert trust.heads is not None
    further = trust.heads.log.model_copy(update={"count": trust.heads.log.count + 1})
    ahead = trust.model_copy(update={"heads": trust.heads.model_copy(update={"log": further})})
    pinned.write_bytes(ahead.to_bytes())
    for name, one in reader.every().items():
        assert (one.exit_code, "EVENTS_BEFORE_PIN" in one.stdout + one.stderr) == (3, True), name
