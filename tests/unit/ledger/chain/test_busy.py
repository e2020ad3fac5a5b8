"""A chain that moves while it is asked, and an engine that does not end."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from support.chain import CONFIG, TOOLS, Chain
from support.quirks import QuirkNode

from ledger.chain import local
from ledger.chain.config import load_config
from ledger.errors import IncompleteError, SourceError

pytestmark = pytest.mark.chain


class GrowingNode(QuirkNode):
    """A node whose contracts have one event more at every look."""

    looks = 0

    def _answer(self, question: dict[str, Any], active: frozenset[str]) -> dict[str, Any]:
        answer = super()._answer(question, active)
        if question["method"] == "eth_call" and len(answer.get("result", "")) == 66:
            self.looks += 1
            answer["result"] = f"0x{self.looks:064x}"
        return answer


def test_count_and_hash_of_one_moment_or_none(chain: Chain) -> None:
    with GrowingNode(chain.url) as node:
        client = chain.connect(node.url)
        with pytest.raises(IncompleteError) as caught:
            client.event_head("registry")
    assert caught.value.code == "CHAIN_TOO_BUSY"
    assert chain.client.event_head("registry")[0] > 0


def test_an_engine_that_does_not_end_is_told_and_never_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path / "state"))
    local.start(config, TOOLS)
    running = local.status(config)
    process = running.process() if running else None
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as impatient:
            impatient.setattr(local, "STOP_S", 0.2)
            with pytest.raises(SourceError) as caught:
                local.stop(config)
        assert (caught.value.code, caught.value.values["pid"]) == ("CHAIN_NOT_STOPPED", process.pid)
        assert process.is_running()
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.wait(30)
        local.stop(config)
