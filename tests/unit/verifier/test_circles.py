"""A replay finds who rests on an older version of himself, whatever was screened and however many judges there are."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger
from support.builders import PRESS, STEEL, Signed, footprint_content, gas_line, signed, withdrawal
from support.looped import signed_group
from support.volumes import line, made

from ledger.findings import Finding, Outcome
from verifier.replay import Replayed
from verifier.status import Status

SCRAP = made(None, organisation=PRESS, product="SCRAP")
COIL = made(None, line(SCRAP.digest), product="STEEL")
AGAIN = made(None, line(COIL.digest), organisation=PRESS, product="SCRAP", previous=SCRAP.digest)


def replayed(folder: Path, *items: Signed, workers: int = 1, erased: frozenset[int] = frozenset()) -> Replayed:
    ledger = Ledger()
    ledger.add(*items)
    ledger.erased |= erased
    ledger.anchor()
    return ledger.replay(folder, workers=workers)


def circles(found: Replayed) -> list[tuple[bytes, str, Decimal | None, str]]:
    return [(f.statement, f.place, f.kilograms, str(f.values["got"])) for f in found.findings if f.code == "CYCLE"]


def closed(item: Signed, on: Signed = SCRAP, place: str = "lines/0000") -> tuple[bytes, str, Decimal, str]:
    return item.digest, place, Decimal("2.0000"), "0x" + on.digest.hex()


def test_a_circle_in_one_period_fails_at_the_line_that_closes_it(tmp_path: Path) -> None:
    found = replayed(tmp_path, SCRAP, COIL, AGAIN)
    assert found.status is Status.FAILED
    assert circles(found) == [closed(AGAIN)]


def test_what_replaces_another_and_goes_round_nothing_is_left_alone(tmp_path: Path) -> None:
    other = made(None, product="STEEL")
    honest = made(None, line(other.digest), organisation=PRESS, product="SCRAP", previous=SCRAP.digest)
    assert circles(replayed(tmp_path, other, SCRAP, COIL, honest)) == []


def test_each_line_that_leads_back_is_named_and_so_is_a_later_version(tmp_path: Path) -> None:
    tube = made(None, line(COIL.digest), product="TUBE")
    again = made(None, gas_line("1.0000"), line(COIL.digest), line(tube.digest), organisation=PRESS, product="SCRAP",
                 value="5.0000", previous=SCRAP.digest)  # fmt: skip
    last = made(None, line(tube.digest), organisation=PRESS, product="SCRAP", previous=again.digest)
    found = circles(replayed(tmp_path, SCRAP, COIL, tube, again, last))
    assert found == [closed(again, place="lines/0001"), closed(again, place="lines/0002"), closed(last)]


def test_an_older_period_may_feed_back(tmp_path: Path) -> None:
    content = footprint_content(product_id="SCRAP", footprint="2.0000")
    content["header"] |= {"period_start": "2024-01-01", "period_end": "2024-12-31"}
    last_year = signed("footprint", PRESS, content)
    coil = made(None, line(last_year.digest), product="STEEL")
    first = made(None, organisation=PRESS, product="SCRAP")
    again = made(None, line(coil.digest), organisation=PRESS, product="SCRAP", previous=first.digest)
    assert circles(replayed(tmp_path, last_year, coil, first, again)) == []


@pytest.mark.parametrize(("before", "after", "count"), [
    (["group"], [], 0), (["group"], ["end"], 0), ([], ["group"], 1), (["group", "end"], [], 1), (["wrong"], [], 1),
    (["forged"], [], 1), (["group", "other"], [], 1),
])  # fmt: skip
def test_a_group_covers_its_circle_while_it_stood_in_the_log(
    tmp_path: Path, before: list[str], after: list[str], count: int
) -> None:
    group = signed_group()
    other = {"steel": {"product_id": "BAR"}}
    known = {"group": group, "end": withdrawal(group.digest), "wrong": signed_group(scrap={"footprint": "0.3"}),
             "forged": Signed(group.statement, AGAIN.signature, group.text),
             "other": signed_group(group.digest, **other)}  # fmt: skip
    items = [*(known[name] for name in before), SCRAP, COIL, AGAIN, *(known[name] for name in after)]
    assert len(circles(replayed(tmp_path, *items))) == count


def test_nothing_is_concluded_from_what_was_withheld(tmp_path: Path) -> None:
    found = replayed(tmp_path, SCRAP, COIL, AGAIN, erased=frozenset({1}))
    assert (circles(found), found.status) == ([], Status.INCOMPLETE)


def test_a_product_goes_on_from_its_gate_to_its_grave(tmp_path: Path) -> None:
    """What follows the gate rests on the same product and period, and is no circle; the one below it is named there."""

    def grave(*lines: dict[str, Any], previous: bytes | None = None) -> Signed:
        content = footprint_content(*lines, product_id="SCRAP", footprint="2.0000")
        content["header"]["boundary"] = "cradle-to-grave"
        return signed("footprint", PRESS, content, previous=previous)

    first = grave()
    second = grave(line(SCRAP.digest), previous=first.digest)
    third = grave(line(AGAIN.digest), previous=second.digest)
    found = replayed(tmp_path, first, SCRAP, second, COIL, AGAIN, third)
    assert circles(found) == [closed(AGAIN)]


def test_a_long_way_round_through_what_passed_the_screen(tmp_path: Path) -> None:
    """Three hundred firms between, most of them never opened; three processes say the same."""
    items, last = [SCRAP], SCRAP
    for number in range(300):
        last = made(None, line(last.digest), product=f"P-{number}")
        items += [last, made(None, product=f"Q-{number}")]
    again = made(None, line(last.digest), organisation=PRESS, product="SCRAP", previous=SCRAP.digest)
    one, three = replayed(tmp_path / "1", *items, again), replayed(tmp_path / "3", *items, again, workers=3)
    assert circles(one) == [closed(again)]
    assert one == three


def test_the_verdict_on_the_product_says_the_same(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(SCRAP, COIL, AGAIN)
    ledger.anchor()
    verdict = ledger.verify(tmp_path / "product", AGAIN.digest)
    replayed = ledger.replay(tmp_path / "replay")

    def failed(findings: tuple[Finding, ...]) -> list[tuple[str, bytes, str, Decimal | None]]:
        return [(f.code, f.statement, f.place, f.kilograms) for f in findings if f.outcome is Outcome.FAIL]

    assert failed(verdict.findings) == failed(replayed.findings) != []


def test_the_steel_works_are_not_the_press_shop(tmp_path: Path) -> None:
    """The same code of another firm is another product."""
    other = made(None, organisation=STEEL, product="SCRAP")
    coil = made(None, line(other.digest), product="STEEL")
    first = made(None, organisation=PRESS, product="SCRAP")
    again = made(None, line(coil.digest), organisation=PRESS, product="SCRAP", previous=first.digest)
    assert circles(replayed(tmp_path, first, other, coil, again)) == []
