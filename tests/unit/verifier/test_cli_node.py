"""`tanji-verify` before a node that lies: what it keeps back is never a pass (design section 2, promise 7)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from support.anchoring import LOG_KEY, Office, site_of
from support.chain import Chain
from support.quirks import FISCO, QuirkNode
from typer.testing import CliRunner

from api.founding import trust_of
from api.receipts import make_receipt
from ledger.export import export
from ledger.trust import TrustFile
from verifier.cli import app

pytestmark = pytest.mark.chain
RUNNER = CliRunner()


@dataclass
class Reader:
    """Somebody with a trust file, a receipt and an audit folder, who asks a node."""

    folder: Path
    chain: Chain
    counts: dict[str, int]

    def run(self, *arguments: str, url: str | None = None) -> Result:
        trust = ["--trust", str(self.folder / "trust.json"), "--chain", url or self.chain.url]
        return RUNNER.invoke(app, ["--lang", "en", *arguments, *trust])

    def every(self, url: str | None = None) -> dict[str, Result]:
        """Every command that asks a node."""
        audit = str(self.folder / "audit")
        commands = {"receipt": ("receipt", str(self.folder / "receipt.json")), "head": ("head",),
                    "product": ("product", audit, "a"), "replay": ("replay", audit, "--workers", "1")}  # fmt: skip
        return {name: self.run(*arguments, url=url) for name, arguments in commands.items()}


@pytest.fixture
def reader(chain: Chain, tmp_path: Path) -> Reader:
    """Two declarations, registered, anchored with blocks between, and handed over."""
    site = site_of(chain, f"sqlite:///{tmp_path}/ledger.db")
    with Office(site) as office:
        _, digest = office.register("a")[0]
        office.anchor()
        chain.mine(15)
        office.register("b")
        office.anchor()
        office.follower.follow()
        with office.store.read() as rows:
            (tmp_path / "receipt.json").write_bytes(make_receipt(rows, site.domain, digest).to_bytes())
        export(office.store, tmp_path / "audit")
    trust = trust_of(chain.deployment, chain.config, LOG_KEY.verifier.to_text())
    (tmp_path / "trust.json").write_bytes(trust.to_bytes())
    return Reader(tmp_path, chain, {"registry": chain.registry.event_count(), "log": chain.log.event_count()})


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


@pytest.mark.parametrize("kept_back", ["first", "last", "middle", "all"])
def test_events_kept_back_are_incomplete_and_never_pass(reader: Reader, kept_back: str) -> None:
    last = max(reader.counts.values())
    hidden = {"first": {0}, "last": {n - 1 for n in reader.counts.values()}, "middle": {1, 2}, "all": set(range(last))}
    with QuirkNode(reader.chain.url, "omit_logs") as node:
        node.hidden_sequences = hidden[kept_back]
        ran = reader.every(node.url)
    assert {name: one.exit_code for name, one in ran.items()} == dict.fromkeys(ran, 3)
    for name, one in ran.items():
        assert "EVENTS_MISSING" in one.stdout + one.stderr, name
    assert ran["head"].stdout == ""


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
