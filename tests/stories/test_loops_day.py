"""Steel that takes scrap and scrap that takes steel, from the command line only: fed back a year later, as a declared
loop group, and as a circle that nobody declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.builders import CARMAKER, PRESS, STEEL
from support.desk import VERIFY, Desk, open_desk
from support.looped import group

pytestmark = pytest.mark.chain

GROUP = f"{STEEL}/delta-steel|2025-01-01..2025-12-31"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three firms that may declare."""
    with open_desk(tmp_path_factory.mktemp("loops")) as desk:
        for organisation, name in ((STEEL, "steel"), (PRESS, "press"), (CARMAKER, "carmaker")):
            desk.run("org", "register", organisation, f"{name}(示例)", desk.new_key(name), "--role", "declarant")
        yield desk


def declare(
    desk: Desk, key: str, organisation: str, product: str, *lines: str, year: int = 2025, more: str = ""
) -> str:
    """Drafts, signs and submits a declaration of 1 kg; gives its digest."""
    written = "\n".join(f"  - {{stage: raw_material, {line}}}" for line in lines)
    (desk.folder / "draft.yml").write_text(
        f"organisation: {organisation}\nproduct: {product}\nproduct_id: {product}\nunit: kg\ngeography: CN\n"
        f"period: {year}-01-01..{year}-12-31\nlines:\n{written}\n",
        encoding="utf-8",
    )
    request = desk.run("declare", "draft.yml", "-o", f"{product}-{year}{more}.json", *more.split()).stdout.strip()
    return desk.sign_and_submit(request, key)


def own(kilograms: str) -> str:
    return f"name: 直接排放, kind: process, gas: CO2, amount: {kilograms}, unit: kg"


def rests(amount: str, upstream: str, member: str = "") -> str:
    return f"name: 外购, amount: {amount}, unit: kg, upstream: '{upstream}'" + (f", member: {member}" if member else "")


def audited(desk: Desk, *asked: str, expect: int) -> Any:
    """What `tanji-verify` says of the exported folder, with the auditor's own node."""
    url = (desk.folder / ".tanji" / "chain-url").read_text()
    options = ("--trust", ".tanji/trust.json", "--chain", url, "--json")
    return json.loads(desk.run(*asked, *options, program=VERIFY, expect=expect).stdout)


def handed_over(desk: Desk, name: str) -> str:
    desk.run("anchor", "--account", "operator")
    desk.run("export", name)
    return name


def failed(found: Any) -> list[tuple[str, str, str, str]]:
    wrong = [f for f in found["findings"] if f["outcome"] == "fail"]
    return [(f["code"], f["statement"], f["place"], f["kilograms"]) for f in wrong]


def test_last_year_s_scrap_in_this_year_s_steel_is_no_circle(day: Desk) -> None:
    scrap = declare(day, "press", PRESS, "OLD-SCRAP", own("0.02"), year=2024)
    steel = declare(day, "steel", STEEL, "OLD-STEEL", own("1.8"), rests("0.25", scrap))
    again = declare(day, "press", PRESS, "OLD-SCRAP", own("0.02"), rests("0.1", steel))
    folder = handed_over(day, "honest")
    found = audited(day, "product", folder, again, expect=0)
    assert (found["status"], found["declared"], failed(found)) == ("verified", "0.200500", [])
    assert failed(audited(day, "replay", folder, expect=0)) == []


def test_a_declared_loop_is_verified_and_so_is_what_its_members_sell(day: Desk) -> None:
    (day.folder / "group.json").write_text(group().model_dump_json(), encoding="utf-8")
    request = day.run("statement", "loop-group", "group.json", "--by", STEEL).stdout.splitlines()[-1]
    loop = day.sign_and_submit(request, "steel")
    steel = declare(day, "steel", STEEL, "STEEL", own("1.8"), rests("0.25", GROUP, "scrap"))
    scrap = declare(day, "press", PRESS, "SCRAP", own("0.02"), rests("0.1", loop, "steel"))
    sold = {
        declare(day, "carmaker", CARMAKER, "BODY", own("1"), rests("2", steel)): ("4.702564", "0.102564"),
        declare(day, "carmaker", CARMAKER, "BAR", own("1"), rests("2", scrap)): ("1.410256", "0.370256"),
        declare(day, "carmaker", CARMAKER, "BEAM", own("1"), rests("2", GROUP, "steel")): ("4.702564", "3.702564"),
    }
    folder = handed_over(day, "declared")
    for digest, (value, of_the_group) in sold.items():
        found = audited(day, "product", folder, digest, expect=0)
        assert (found["status"], failed(found)) == ("verified", [])
        assert found["declared"] == found["recomputed"] == value
        assert found["levels"]["declared"]["kilograms"] == of_the_group
        assert loop in {one["digest"] for one in found["statements"]}
    assert failed(audited(day, "replay", folder, expect=0)) == []


def test_a_group_with_a_value_that_does_not_solve_it_is_refused(day: Desk) -> None:
    wrong = group(header={"group": "other"}, scrap={"footprint": "0.1"})
    (day.folder / "wrong.json").write_text(wrong.model_dump_json(), encoding="utf-8")
    request = day.run("statement", "loop-group", "wrong.json", "--by", STEEL).stdout.splitlines()[-1]
    signed = day.run("sign", request, "--key", "steel.key", "--password-file", "passphrase").stdout.strip()
    assert "LOOP_VALUE" in day.run("submit", signed, expect=1).stderr


def test_a_circle_that_nobody_declared_is_found_with_its_kilograms(day: Desk) -> None:
    """The scrap's second version rests on steel that rests on its first: each round would lower both."""
    scrap = declare(day, "press", PRESS, "ROUND-SCRAP", own("0.02"))
    steel = declare(day, "steel", STEEL, "ROUND-STEEL", own("1.8"), rests("0.25", scrap))
    again = declare(day, "press", PRESS, "ROUND-SCRAP", own("0.02"), rests("0.1", steel), more=" --replace")
    body = declare(day, "carmaker", CARMAKER, "ROUND-BODY", own("1"), rests("2", again))
    folder = handed_over(day, "circle")
    closed = ("CYCLE", again, "lines/0001", "0.180500")
    found = audited(day, "product", folder, again, expect=1)
    assert (found["status"], failed(found)) == ("failed", [closed])
    assert found["findings"][0]["values"]["got"] == scrap
    # two kilograms of it stand in the body
    assert failed(audited(day, "product", folder, body, expect=1)) == [(*closed[:3], "0.361000")]
    replayed = audited(day, "replay", folder, expect=1)
    assert failed(replayed) == [closed]
    assert replayed == audited(day, "replay", folder, "--workers", "2", expect=1)
    # the others are as sound as before
    assert failed(audited(day, "product", folder, "BODY", expect=0)) == []
