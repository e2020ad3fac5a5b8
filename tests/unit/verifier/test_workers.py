"""A judge that dies takes its verdict with it: nothing is concluded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import DOMAIN, STEEL, footprint

from ledger.errors import SourceError
from verifier.lateness import AnchorDays
from verifier.sources import open_folder
from verifier.workers import Team


@pytest.mark.parametrize("when", ["before it is asked", "while it judges"])
def test_a_worker_that_was_killed_is_told_and_concludes_nothing(when: str, tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(*(footprint(STEEL, product_id=f"P-{n}") for n in range(300)))
    log = open_folder(ledger.write(tmp_path), ledger.trust())
    team = Team(log.bundles, DOMAIN, ledger.registry.registry(), AnchorDays(), 2)
    victim = team._processes[0]
    try:
        asked = team.ask(0, [], [0]) if when == "while it judges" else None
        victim.kill()
        victim.join()
        if asked is not None:
            with suppress(SourceError):  # an answer that was on its way may still arrive
                asked.result()
        with pytest.raises(SourceError) as caught:
            team.ask(0, [], [0]).result()
        assert caught.value.code == "WORKER_DIED"
        assert team.ask(1, [], [1]).result().facts[0][0] == 1, "the other judge still answers"
    finally:
        team.dismiss()
    assert not any(process.is_alive() for process in team._processes)
