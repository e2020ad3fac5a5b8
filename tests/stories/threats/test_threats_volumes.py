"""Threats on what was metered, made, sold, certified and consumed: nothing counts twice, and more than there is is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.around import Around
from support.builders import (
    CARMAKER,
    NOW,
    PRESS,
    STEEL,
    Signed,
    factor,
    footprint_content,
    private_key,
    signed,
    withdrawal,
)
from support.looped import group
from support.metering import GRID, METERED, at, daily, on_readings
from support.threats import Found, admitted, audited, failed, honest, ledger_of, refused, told
from support.volumes import PAPER, acceptance, batch, certificate, delivery, green, line, made, only

from ledger.disclosures import parse_content
from ledger.findings import Finding, Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named

HYDRO = factor("0.0143", series="elec-fp-hydro")
PART_MADE, PART = "400000", "26.862865"
"""Pieces in a year, and kgCO2e of each, of the golden part."""


@pytest.mark.parametrize(("signed_on", "days"), [("2025-03-02T23:59+08:00", None), ("2025-04-01T12:00+08:00", 30)])
def test_threat_02_back_dated_meter_data(signed_on: str, days: int | None, tmp_path: Path) -> None:
    """A day's batch that was filled in a month later is told at the product that rests on it, with by how many days."""
    batches = [daily("0 40 60", issued=at("2025-03-01T23:59+08:00"))]
    batches.append(daily("60 100", day="2025-03-02", after=batches[0].digest, issued=at(signed_on)))
    top = on_readings("100", "57.7700", (batches[0].digest, "60"), (batches[1].digest, "40"))
    honest(tmp_path / "log", GRID, *METERED, *batches, top)
    verdict = ledger_of(GRID, *METERED, *batches, top).verify(tmp_path / "product", top.digest)
    late = [f for f in verdict.findings if f.code == "READING_LATE"]
    # forty of a hundred kWh, and so of 57.77 kg, rest on the late batch
    assert [(f.statement, f.place, f.kilograms, f.values["days"]) for f in late] == ([] if days is None else [
        (top.digest, "lines/0000", Decimal("23.1080"), days), (batches[1].digest, "header", None, days),
    ])  # fmt: skip


def test_threat_02_days_to_come_have_no_readings(tmp_path: Path) -> None:
    """Readings of tomorrow are refused today."""
    early = daily(issued=at("2025-02-28T23:59+08:00"))
    assert (err := refused(tmp_path, *METERED, early)).code == "READING_EARLY"
    assert (err.place, err.values["days"]) == ("header", 1)
    assert told(audited(tmp_path, *METERED, early)) == {Found("READING_EARLY", "header")}


def test_threat_05_certificate_in_two_firms(tmp_path: Path) -> None:
    """Two firms' ranges that share one certificate: the second is refused, and an auditor finds it in anybody's log."""
    first = certificate(1, 500)
    second = certificate(500, 501, organisation=PRESS)
    err = refused(tmp_path, first, second)
    assert (err.code, err.values["first"], err.values["last"], err.values["by"]) == (
        "CERTIFICATE_USED_TWICE",
        500,
        500,
        "#0",
    )
    assert told(audited(tmp_path, first, second)) == {Found("CERTIFICATE_USED_TWICE", "header")}
    honest(tmp_path / "next", first, certificate(501, 502, organisation=PRESS))
    honest(tmp_path / "month", first, certificate(500, 501, month="202504", organisation=PRESS))


def test_threat_06_certificate_for_two_uses(tmp_path: Path) -> None:
    """One that served the carbon market is refused for a footprint, also with its classes altered, and carries no line."""
    first = certificate(1, 1, use="ets")
    for number, tail in enumerate(("11", "12")):
        second = certificate(1, 1, tail=tail, organisation=PRESS)
        assert refused(tmp_path / str(number), first, second).code == "CERTIFICATE_USED_TWICE"
    honest(tmp_path / "given up", first, withdrawal(first.digest), certificate(1, 1, organisation=PRESS))
    top = green(HYDRO.digest, "1000", (first.digest, "1000"), emission="14.3000")
    assert refused(tmp_path / "line", HYDRO, first, top).code == "CERTIFICATE_BEYOND"
    found = Found("CERTIFICATE_BEYOND", "lines/0000", Decimal("14.3"))
    assert told(audited(tmp_path, HYDRO, first, top)) == {found}


@pytest.mark.parametrize(("changes", "code"), [
    ({"month": "202512", "consumption_year": "2026", "retired": "2026-12-20"}, "CERTIFICATE_YEAR"),
    ({"month": "202312", "retired": "2026-01-01"}, "CERTIFICATE_EXPIRED"),
    ({"month": "202503", "retired": "2025-02-28"}, "CERTIFICATE_EXPIRED"),
    ({"tradable": False}, "CERTIFICATE_NOT_TRADABLE"),
])  # fmt: skip
def test_threat_07_certificate_of_another_year_expired_or_not_tradable(
    changes: dict[str, Any], code: str, tmp_path: Path
) -> None:
    """Electricity of 2025 for a footprint of 2026; after two years; of a project that may not sell."""
    wrong = certificate(**changes)
    assert refused(tmp_path, wrong).code == code
    assert told(audited(tmp_path, wrong)) == {Found(code, "header")}


@pytest.mark.parametrize("changes", [
    {}, {"month": "202603", "consumption_year": "2026", "retired": "2026-12-20"},
    {"month": "202412", "consumption_year": "2025"}, {"month": "202312", "retired": "2025-12-31"},
    {"tradable": False, "acquired": "own_project"},
])  # fmt: skip
def test_threat_07_certificates_in_order_are_taken(changes: dict[str, Any], tmp_path: Path) -> None:
    """The control: of the year or the December before it, within two years, or of an own project."""
    honest(tmp_path, certificate(**changes))


def test_threat_08_more_green_power_than_certificates(tmp_path: Path) -> None:
    """1 000 MWh on 500 certificates: the other 500 000 kWh were of the grid, at 0.5777 and not 0.0143 kg."""
    held, grid = certificate(1, 500), factor()

    def on(kwh: str, emission: str, value: str) -> Signed:
        return green(HYDRO.digest, kwh, (held.digest, "500000"), grid=grid.digest, emission=emission, value=value)

    found = audited(tmp_path, HYDRO, grid, held, on("1000000", "14300.0000", "14300.5777"))
    assert told(found) == {Found("GREEN_NOT_COVERED", "lines/0000", Decimal("281700.0000"))}
    assert (found[0].values["got"], found[0].values["expected"]) == ("500000", "1000000")
    honest(tmp_path / "honest", HYDRO, grid, held, on("500000", "7150.0000", "7150.5777"))
    more = certificate(1, 1), green(HYDRO.digest, "1001", (certificate(1, 1).digest, "1001"), emission="14.3143")
    assert refused(tmp_path / "beyond", HYDRO, *more).code == "CERTIFICATE_BEYOND"


def test_threat_08_two_declarations_of_a_site_on_one_allotment(tmp_path: Path) -> None:
    """300 MWh in each of two products of a site, of 500 retired: the second has no more than 200 left."""
    held, site = certificate(1, 500), {"site": "BS-01"}

    def on(product: str, kwh: str, emission: str, previous: bytes | None = None) -> Signed:
        used = line(HYDRO.digest, kwh, kind="green_electricity", value="0.0143", unit="kWh", emission=emission,
                    certificates=[(held.digest, kwh)])  # fmt: skip
        content = footprint_content(used, product_id=product, footprint=emission)
        content["header"] |= site
        return signed("footprint", STEEL, content, previous=previous)

    first, second = (on(product, "300000", "4290.0000") for product in ("CR-COIL", "HR-COIL"))
    err = refused(tmp_path, HYDRO, held, first, second)
    assert (err.code, err.values["limit"], err.values["missing"]) == ("CERTIFICATE_BEYOND", "200000", "100000")
    wanted = {Found("CERTIFICATE_BEYOND", "lines/0000", Decimal("1430"))}
    assert told(audited(tmp_path, HYDRO, held, first, second)) == wanted
    ledger = ledger_of(HYDRO, held, first, second)
    assert told(failed(ledger.verify(tmp_path / "second", second.digest))) == wanted
    assert failed(ledger.verify(tmp_path / "first", first.digest)) == []
    honest(tmp_path / "within", HYDRO, held, first, on("HR-COIL", "200000", "2860.0000"))
    # what a correction gives back, another product may use
    less = on("CR-COIL", "200000", "2860.0000", first.digest)
    honest(tmp_path / "corrected", HYDRO, held, first, less, second)


def test_threat_08_more_green_power_than_the_sites_meter_shows(tmp_path: Path) -> None:
    """100 kWh on the meter, with certificates enough for twice that: two products cannot both have been made by it."""
    held, batch = certificate(1, 1), daily("0 100")

    def on(product: str) -> Signed:
        used = line(HYDRO.digest, "100", kind="green_electricity", value="0.0143", unit="kWh", emission="1.4300",
                    certificates=[(held.digest, "100")], readings=[(batch.digest, "100")])  # fmt: skip
        return signed("footprint", STEEL, footprint_content(used, product_id=product, footprint="1.4300"))

    first, second = on("CR-COIL"), on("HR-COIL")
    assert refused(tmp_path, HYDRO, held, *METERED, batch, first, second).code == "READING_BEYOND"
    found = audited(tmp_path, HYDRO, held, *METERED, batch, first, second)
    assert told(found) == {Found("READING_BEYOND", "lines/0000", Decimal("1.43"))}
    honest(tmp_path / "honest", HYDRO, held, *METERED, batch, first)


def test_threat_09_more_sold_than_made(tmp_path: Path) -> None:
    """The golden part: 400 000 were made, 260 000 and then 190 000 sold; 50 000 never were."""
    part = golden_part()
    first = delivery(part.digest, "260000", organisation=PRESS, buyer=CARMAKER, unit="piece")
    second = sold(part, "190000")
    err = refused(tmp_path, part, first, second)
    assert (err.code, err.values["limit"], err.values["missing"]) == ("OVERSOLD", "140000", "50000")
    found = audited(tmp_path, part, first, second)
    assert [(f.statement, f.code, f.place) for f in found] == [(second.digest, "OVERSOLD", "header")]
    # what was sold and never made weighs 1343 tonnes
    assert Decimal(str(found[0].values["missing"])) * Decimal(PART) == Decimal("1343143.250000")
    honest(tmp_path / "honest", part, first, sold(part, "140000"))


def golden_part() -> Signed:
    content = footprint_content(product_id="DOOR-INNER-L", footprint=PART)
    content["header"]["unit"], content["production"]["quantity"] = "piece", PART_MADE
    return signed("footprint", PRESS, content)


def sold(part: Signed, quantity: str) -> Signed:
    return delivery(
        part.digest, quantity, number="D-2", organisation=PRESS, buyer="urn:tanji:other-carmaker", unit="piece"
    )


def test_threat_10_cherry_picked_batches(tmp_path: Path) -> None:
    """Of 500 t that the site made 400 t are declared, at a good value: what became of the other 100 t is asked."""
    header = {"site": "BS-01", "products": ("CR-COIL", "HR-COIL"), "quantity": "500", "unit": "t",
              "period_start": "2025-01-01", "period_end": "2025-12-31", "record": PAPER}  # fmt: skip
    output, good = only("site-output", STEEL, header), made("400", site="BS-01")
    admitted(tmp_path, good, output)
    (gap,) = said_of(output, good)
    assert (gap.code, gap.outcome, gap.place) == ("SITE_GAP", Outcome.NOT_CHECKED, "header")
    assert (gap.values["got"], gap.values["expected"], gap.values["missing"]) == ("400", "500", "100")
    assert ledger_of(good, output).replay(tmp_path / "gap").open["SITE_GAP"] == 1
    rest = made("100", site="BS-01", product="HR-COIL")
    honest(tmp_path / "whole", good, rest, output)
    assert ledger_of(good, rest, output).replay(tmp_path / "no gap").open["SITE_GAP"] == 0
    more = made("100.5", site="BS-01", product="HR-COIL")
    found = audited(tmp_path / "more", good, more, output)
    assert told(found) == {Found("SITE_OVERDECLARED", "header")}
    assert (found[0].values["got"], found[0].values["expected"], found[0].values["missing"]) == ("500.5", "500", "0.5")
    buyers = ledger_of(good, more, output)
    for number, product in enumerate((good, more)):
        verdict = buyers.verify(tmp_path / f"buyer {number}", product.digest)
        assert told(failed(verdict)) == {Found("SITE_OVERDECLARED", "production")}
    told_gap = ledger_of(good, output).verify(tmp_path / "buyer", good.digest).findings
    assert [f.values["missing"] for f in told_gap if f.code == "SITE_GAP"] == ["100"]


def said_of(output: Signed, *declarations: Signed) -> list[Finding]:
    """What a site's output is told when the declarations stand before it."""
    around = Around().by(STEEL)
    for item in declarations:
        around.add("footprint", STEEL, content_of(item))
    return list(kind_named("site-output").check_references(content_of(output), around))


def content_of(item: Signed) -> Any:
    return kind_named(item.statement.kind).read(parse_content(item.text))


def test_threat_40_circular_supply(tmp_path: Path) -> None:
    """Scrap feeds the coil, whose scrap is the same product of the same year: each could lower the other for ever."""
    scrap = made(None, organisation=PRESS, product="SCRAP")
    coil = made(None, line(scrap.digest), product="COIL")
    again = made(None, line(coil.digest), organisation=PRESS, product="SCRAP", previous=scrap.digest)
    verdict = ledger_of(scrap, coil, again).verify(tmp_path / "a", again.digest)
    found = [f for f in verdict.findings if f.outcome is Outcome.FAIL]
    assert [(f.statement, *Found(f.code, f.place, f.kilograms)) for f in found] == [
        (again.digest, "CYCLE", "lines/0000", Decimal("2.0000"))
    ]
    assert found[0].values["got"] == digest_to_text(scrap.digest)


def test_threat_40_an_earlier_period_may_feed_back(tmp_path: Path) -> None:
    """The control: last year's scrap went into this year's coil."""
    content = footprint_content(product_id="SCRAP", footprint="2.0000")
    content["header"] |= {"period_start": "2024-01-01", "period_end": "2024-12-31"}
    scrap = signed("footprint", PRESS, content)
    coil = made(None, line(scrap.digest), product="COIL")
    again = made(None, line(coil.digest), organisation=PRESS, product="SCRAP")
    verdict = ledger_of(scrap, coil, again).verify(tmp_path, again.digest)
    assert [f for f in verdict.findings if f.outcome is Outcome.FAIL] == []


def test_threat_41_recycled_batch_consumed_twice(tmp_path: Path) -> None:
    """1 000 kg of scrap, of which 600 kg and then 500 kg are used up."""
    base = batch("B-1", "1000")
    first, second = batch("B-2", "600", (base.digest, "600")), batch("B-3", "500", (base.digest, "500"))
    err = refused(tmp_path, base, first, second)
    assert (err.code, err.values["limit"], err.values["missing"]) == ("BATCH_CONSUMED", "400", "100")
    found = audited(tmp_path, base, first, second)
    assert [(f.statement, f.code, f.place) for f in found] == [(second.digest, "BATCH_CONSUMED", "header")]
    honest(tmp_path / "given up", base, first, withdrawal(first.digest, PRESS), second)


@pytest.mark.parametrize(("mass", "changes", "code"), [
    ("1000.000001", {}, "BATCH_MASS"),
    ("951", {"process": "transform", "max_yield": "0.95"}, "BATCH_MASS"),
    ("950", {"process": "transform", "max_yield": "0.95"}, None),
    ("1000", {"process": "transform", "max_yield": "1.1"}, "BATCH_YIELD"),
    ("1000", {"process": "collect"}, "BATCH_INPUTS"),
    ("1000", {"origin": "pre_consumer"}, "BATCH_ORIGIN"),
    ("1000", {"material": "copper"}, "BATCH_MATERIAL"),
    ("1000", {"material": "billet", "process": "transform"}, None),
    ("1000", {"organisation": CARMAKER}, "ACCOUNT_OF_ANOTHER"),
])  # fmt: skip
def test_threat_41_recycled_batch_yields_more_or_other_than_its_inputs(
    mass: str, changes: dict[str, Any], code: str | None, tmp_path: Path
) -> None:
    """More out than in, a yield above 1, waste of a better origin, another material, or another firm's scrap."""
    base = batch("B-1", "1000")
    items = (base, batch("B-2", mass, (base.digest, "1000"), **changes))
    if code is None:
        honest(tmp_path, *items)
        return
    assert refused(tmp_path, *items).code == code
    assert {f.code for f in audited(tmp_path, *items)} == {code}


def test_threat_49_front_running_an_account_or_a_slot(tmp_path: Path) -> None:
    """A rival draws on what was delivered to another, and opens a subject under another's name: neither is let."""
    coil = made()
    sent = delivery(coil.digest, "3")
    taken = acceptance(sent.digest, "3")
    rival = made(None, line(coil.digest, deliveries=[(taken.digest, "3")]), organisation=CARMAKER, product="BODY")
    part = made(None, line(coil.digest, deliveries=[(taken.digest, "3")]), organisation=PRESS, product="DOOR")
    err = refused(tmp_path, coil, sent, taken, rival)
    assert (err.code, err.values["got"], err.values["expected"]) == ("ACCOUNT_OF_ANOTHER", CARMAKER, PRESS)
    found = audited(tmp_path / "b", coil, sent, taken, rival, part)  # and the owner loses nothing
    assert [(f.statement, f.code, f.place) for f in found] == [(rival.digest, "ACCOUNT_OF_ANOTHER", "lines/0000")]
    honest(tmp_path / "c", coil, sent, taken, part)
    slot = signed("footprint", PRESS, footprint_content(product_id="ROOF"), key=b"\x07" * 32, issuedAt=NOW - 1)
    assert refused(tmp_path / "d", slot).code == "KEY_NOT_VALID"
    own = signed("footprint", PRESS, footprint_content(product_id="ROOF"))
    assert {f.statement for f in audited(tmp_path / "e", slot, own)} == {slot.digest}  # the slot is still its owner's


@pytest.mark.parametrize("stands", ["signed", "forged", "withdrawn"])
def test_threat_40_a_declared_loop_is_no_cycle_while_its_group_stands(stands: str, tmp_path: Path) -> None:
    """Firms may declare that they feed one another; a group that is forged or taken back covers nothing."""
    looped = {k: tuple(v) if isinstance(v, list) else v for k, v in group().model_dump(mode="json").items()}
    declared = signed("loop-group", STEEL, looped, **({"key": private_key("stranger")} if stands == "forged" else {}))
    scrap = made(None, organisation=PRESS, product="SCRAP")
    steel = made(None, line(scrap.digest), product="STEEL")
    again = made(None, line(steel.digest), organisation=PRESS, product="SCRAP", previous=scrap.digest)
    ended = [withdrawal(declared.digest)] if stands == "withdrawn" else []
    verdict = ledger_of(declared, scrap, steel, again, *ended).verify(tmp_path, again.digest)
    found = {f.code for f in verdict.findings if f.outcome is Outcome.FAIL and f.statement == again.digest}
    assert found == (set() if stands == "signed" else {"CYCLE"})
