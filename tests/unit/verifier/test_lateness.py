"""When a statement is anchored late, and what is said where nobody knows the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.audit import START, Ledger, by_the_judge_alone, time_of
from support.builders import DOMAIN, NOW, STEEL, factor, footprint, power_line

from ledger.fields import day_in_china, first_second_in_china
from ledger.findings import Finding
from ledger.parameters import LATE_ANCHOR_DAYS, Version, in_force
from verifier.lateness import AnchorDays
from verifier.replay import replay
from verifier.screen import open_screen
from verifier.sources import open_folder, read_chain
from verifier.status import Status

DAY = 86_400
LIMIT = LATE_ANCHOR_DAYS[-1].value
ANCHORED = time_of(START + 1)
FIRST_IN_TIME = first_second_in_china(day_in_china(ANCHORED) - timedelta(days=LIMIT))


def late(found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if finding.code == "LATE_ANCHOR"]


@pytest.mark.parametrize(("issued", "expected"), [(FIRST_IN_TIME - 1, 1), (FIRST_IN_TIME, 0), (ANCHORED + DAY, 0)])
def test_the_limit_is_a_whole_day_in_china(issued: int, expected: int, tmp_path: Path) -> None:
    ledger = Ledger()
    digest = ledger.add(footprint(STEEL, issuedAt=issued))
    ledger.anchor()
    verdict = ledger.verify(tmp_path / "one", digest)
    assert len(late(verdict.findings)) == expected
    assert verdict.status is Status.VERIFIED, "a late anchor fails nobody"
    assert ledger.replay(tmp_path / "all").open["LATE_ANCHOR"] == expected


def test_each_statement_is_held_against_its_own_anchor_whoever_judges(tmp_path: Path) -> None:
    """Of one bundle: in time for the first anchor, late for the second; of 300 statements, many pass the screen."""
    ledger = Ledger()
    issued = NOW - (LIMIT - 1) * DAY
    ledger.add(*(footprint(STEEL, product_id=f"A-{n}", issuedAt=issued) for n in range(100)))
    ledger.anchor()
    ledger.add(*(footprint(STEEL, product_id=f"B-{n}", issuedAt=issued) for n in range(50)))
    ledger.add(*(footprint(STEEL, product_id=f"C-{n}", issuedAt=NOW + 40 * DAY) for n in range(150)))
    ledger.times = {START + 2: NOW + 40 * DAY}
    ledger.anchor(block=START + 2)
    replayed = ledger.replay(tmp_path, workers=2)
    assert replayed.open["LATE_ANCHOR"] == 50
    assert replayed.status is Status.VERIFIED


def test_what_is_no_declaration_has_no_kilograms(tmp_path: Path) -> None:
    ledger = Ledger()
    old = factor(issuedAt=NOW - 90 * DAY)
    digest = ledger.add(old, footprint(STEEL, power_line(old.digest), value="0.5777"))
    ledger.anchor()
    found = late(ledger.verify(tmp_path, digest).findings)
    assert [(finding.statement, finding.kilograms) for finding in found] == [(old.digest, None)]


@pytest.mark.skipif(open_screen(DOMAIN) is None, reason="the kernel was not compiled")
def test_the_screen_passes_nothing_that_was_issued_before_the_bound(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(*(footprint(STEEL, product_id=f"P-{n}", issuedAt=NOW + n) for n in range(10)))
    files = open_folder(ledger.write(tmp_path), ledger.trust()).bundles.files(0)
    screen = open_screen(DOMAIN)
    assert screen is not None
    assert list(screen.alone(files, 0, 10, NOW + 4).passed) == [4, 5, 6, 7, 8, 9]
    assert len(screen.alone(files, 0, 10).passed) == 10


def test_a_withheld_declaration_is_weighed_by_its_signed_headline(tmp_path: Path) -> None:
    ledger = Ledger()
    digest = ledger.add(footprint(STEEL, issuedAt=NOW - 90 * DAY))
    ledger.anchor()
    ledger.erased.add(0)
    assert [found.kilograms for found in late(ledger.verify(tmp_path, digest).findings)] == [Decimal("2.5000")]


def test_a_time_that_is_missing_is_said_once_and_blocks_nothing(tmp_path: Path) -> None:
    ledger = Ledger(times=None)
    for number in range(3):
        ledger.add(footprint(STEEL, product_id=f"P-{number}"))
        ledger.anchor(block=START + number)
    replayed = ledger.replay(tmp_path / "none")
    assert [(f.code, dict(f.values)) for f in replayed.findings] == [
        ("BLOCK_TIMES_MISSING", {"missing": 3, "anchors": 3})
    ]
    assert replayed.status is Status.VERIFIED
    (tmp_path / "none/chain/times.jsonl").write_bytes(b'{"block":11,"time":%d}\n' % NOW)
    chain = read_chain(tmp_path / "none", ledger.trust())
    assert [dict(f.values) for f in AnchorDays.of(chain).findings] == [{"missing": 2, "anchors": 3}]


@pytest.mark.parametrize(
    "data",
    [
        b'{"block":11,"time":%d}\n' % (1_000 * NOW),  # milliseconds
        b'{"block":11,"time":0}\n',
        b'{"block":11,"time":"1"}\n',
        b'{"block":true,"time":1}\n',
        b'{"block":12,"time":1}\n{"block":11,"time":2}\n',
        b'{"block":11,"time":1}\n{"block":11,"time":2}\n',
        b'{"block": 11,"time":1}\n',
        b'{"block":11,"time":1}',
        b'{"block":11}\n',
        b"[]\n",
        b"\n",
        b"\xff\n",
    ],
)
def test_a_file_of_other_than_ascending_seconds_fails(data: bytes, tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(footprint(STEEL))
    ledger.anchor()
    folder, trust = ledger.write(tmp_path), ledger.trust()
    (folder / "chain/times.jsonl").write_bytes(data)
    replayed = replay(open_folder(folder, trust), read_chain(folder, trust), trust)
    assert [found.code for found in replayed.findings] == ["BLOCK_TIMES_FILE", "BLOCK_TIMES_MISSING"]
    assert replayed.status is Status.FAILED


@pytest.mark.parametrize(("back", "codes"), [(300, []), (301, ["BLOCK_TIME_BACK"])])
def test_times_that_go_back_fail_and_a_clocks_jitter_does_not(back: int, codes: list[str], tmp_path: Path) -> None:
    ledger = Ledger(times={START: NOW + 1_000, START + 1: NOW + 1_000 - back, START + 2: NOW + 2_000})
    for number in range(3):
        ledger.add(footprint(STEEL, product_id=f"P-{number}"))
        ledger.anchor(block=START + number)
    assert [found.code for found in ledger.replay(tmp_path).findings] == codes


def test_two_auditors_with_one_folder_get_one_state_and_late_statements_are_in_it(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(*(footprint(STEEL, product_id=f"P-{n}", issuedAt=NOW - n * DAY) for n in range(600)))
    ledger.anchor()
    folder, trust = ledger.write(tmp_path), ledger.trust()
    alone = replay(open_folder(folder, trust), read_chain(folder, trust), trust)
    assert alone.open["LATE_ANCHOR"] == 600 - LIMIT - 1
    assert replay(open_folder(folder, trust), read_chain(folder, trust), trust, workers=2) == alone
    with by_the_judge_alone():
        assert replay(open_folder(folder, trust), read_chain(folder, trust), trust) == alone
    (folder / "chain/times.jsonl").unlink()
    assert replay(open_folder(folder, trust), read_chain(folder, trust), trust).state != alone.state


def test_a_number_is_in_force_from_its_day_on() -> None:
    versions = (Version(date(2026, 1, 1), 30), Version(date(2027, 1, 1), 10))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [in_force(versions, day) for day in days] == [None, 30, 30, 10]
