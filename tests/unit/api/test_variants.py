from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.books import STEEL, ListedBook

from api.declaring import build
from api.drafts import read_draft
from api.variants import Pin, variant_of
from ledger.findings import Outcome
from ledger.identifiers import parse_organisation
from ledger.kinds.footprint import KIND, Footprint

DATA = Path(str(files("api"))) / "data"
DEMO: dict[str, Any] = yaml.safe_load((DATA / "demo.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def chain() -> tuple[ListedBook, dict[str, Footprint], dict[str, Pin]]:
    book, made = ListedBook(), {}
    pins = {
        f"{i.content.header.series}/{i.content.header.year}": Pin(
            "factor", i.digest, i.content.result.value, i.content.result.per
        )
        for i in book.found
    }
    for name in ("coil_2023", "coil", "part", "body"):
        organisation, content = build(read_draft(DATA / f"demo_{name}.yml"), book)
        made[name] = content
        digest = book.add("footprint", organisation, content, current=name != "coil_2023")
        pins[name] = Pin("upstream", digest, content.result.footprint, content.header.unit)
    return book, made, pins


def test_the_honest_chain_has_the_golden_results(chain: Any) -> None:
    made = chain[1]
    assert made["coil_2023"].result.footprint == "2576.793510"
    for name in ("coil", "part", "body"):
        assert made[name].result.footprint == DEMO["expected"][name]


@pytest.mark.parametrize("number", range(len(DEMO["variants"])))
def test_a_variant_has_its_golden_result_and_adds_up(chain: Any, number: int) -> None:
    _, made, pins = chain
    wanted = DEMO["variants"][number]
    content = variant_of(made["part"], number, wanted["change"], pins)
    assert content.result.footprint == wanted["footprint"]
    assert not [f for f in KIND.check(content) if f.outcome is Outcome.FAIL]
    assert ("caught" in wanted) != ("not_checked" in wanted)


def test_the_organisations_are_made_up_but_their_codes_are_well_formed() -> None:
    for organisation in DEMO["organisations"].values():
        assert parse_organisation(organisation["id"])
        assert "(示例)" in organisation["name"]
    assert DEMO["organisations"]["steel"]["id"] == STEEL
