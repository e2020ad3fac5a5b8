"""A replay that is ended at any moment goes on from its notes, to the very same outcome."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import STEEL, factor, footprint, power_line

from ledger.errors import SourceError
from verifier.judge import Judge
from verifier.replay import Replayed, replay
from verifier.sources import open_folder, read_chain


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """Some ten bundles; one statement in a hundred has its subject taken."""
    found = Ledger()
    basis = found.add(factor())
    for number in range(2600):
        item = footprint(STEEL, power_line(basis), product_id=f"P-{number - number // 100}", value="0.5777")
        found.add(item)
    found.anchor()
    return found


@pytest.fixture
def folder(ledger: Ledger, tmp_path: Path) -> Path:
    return ledger.write(tmp_path / "log")


def again(ledger: Ledger, folder: Path, notes: Path | None = None, workers: int = 1) -> Replayed:
    trust = ledger.trust()
    return replay(open_folder(folder, trust), read_chain(folder, trust), trust, workers=workers, notes=notes)


def judged_alone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bundles that were judged anew."""
    numbers: list[int] = []
    alone = Judge.alone
    monkeypatch.setattr(Judge, "alone", lambda self, number: (numbers.append(number), alone(self, number))[1])
    return numbers


def test_what_is_noted_is_not_judged_again(ledger: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, notes = again(ledger, folder), folder.parent / "notes"
    assert again(ledger, folder, notes) == whole
    numbers = judged_alone(monkeypatch)
    assert again(ledger, folder, notes) == whole
    assert numbers == []


@pytest.mark.parametrize("lost", [1, 7, 40, 3000, 20_000])
def test_a_half_written_record_is_cut_off(
    ledger: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    whole, notes = again(ledger, folder), folder.parent / "notes"
    again(ledger, folder, notes)
    size = notes.stat().st_size
    os.truncate(notes, size - lost)
    numbers = judged_alone(monkeypatch)
    assert again(ledger, folder, notes) == whole
    assert 1 <= len(numbers) < 11
    assert notes.stat().st_size == size


def test_a_flipped_bit_in_the_notes_is_found(ledger: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, notes = again(ledger, folder), folder.parent / "notes"
    again(ledger, folder, notes)
    data = bytearray(notes.read_bytes())
    data[len(data) // 2] ^= 4
    notes.write_bytes(data)
    numbers = judged_alone(monkeypatch)
    assert again(ledger, folder, notes) == whole
    assert len(numbers) >= 5


def test_notes_on_other_evidence_are_begun_anew(ledger: Ledger, folder: Path) -> None:
    notes = folder.parent / "notes"
    other = Ledger()
    other.add(factor())
    other.anchor()
    again(other, other.write(folder.parent / "other"), notes)
    assert again(ledger, folder, notes) == again(ledger, folder)


def test_notes_that_others_may_write_are_refused(ledger: Ledger, folder: Path) -> None:
    notes = folder.parent / "notes"
    notes.touch()
    notes.chmod(0o666)
    with pytest.raises(SourceError, match="NOTES_OF_ANOTHER"):
        again(ledger, folder, notes)


def test_killed_in_the_middle_it_goes_on(ledger: Ledger, folder: Path) -> None:
    trust, notes = folder.parent / "trust.json", folder.parent / "notes"
    trust.write_bytes(ledger.trust().to_bytes())
    program = (
        "import sys, time; from pathlib import Path; from ledger.trust import TrustFile\n"
        "from verifier.sources import open_folder, read_chain; from verifier import workers; from verifier.replay import replay\n"
        "workers._ROUND = 1; trust = TrustFile.load(Path('trust.json')); folder = Path('log')\n"
        "replay(open_folder(folder, trust), read_chain(folder, trust), trust, notes=Path('notes'),\n"
        "       progress=lambda done, count: time.sleep(0.2))\n"
    )
    running = subprocess.Popen([sys.executable, "-c", program], cwd=folder.parent)
    deadline = time.monotonic() + 240
    while (not notes.exists() or notes.stat().st_size < 10_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert notes.stat().st_size >= 10_000
    assert again(ledger, folder, notes, workers=2) == again(ledger, folder)
