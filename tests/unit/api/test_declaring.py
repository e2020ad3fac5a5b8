from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from support.books import PRESS, STEEL, ListedBook, coil

from api.declaring import build
from api.drafts import read_draft
from api.form import DraftError
from ledger.findings import Outcome
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import KIND, Footprint

EXAMPLES = {e: files("api").joinpath(f"data/example_draft.{e}").read_text(encoding="utf-8") for e in ("yml", "csv")}


@pytest.fixture
def book() -> ListedBook:
    found = ListedBook()
    found.add("footprint", STEEL, coil())
    return found


def built(tmp_path: Path, book: ListedBook, text: str, ending: str = "yml") -> tuple[str, Footprint]:
    path = tmp_path / f"part.{ending}"
    path.write_text(text, encoding="utf-8")
    return build(read_draft(path), book)


def problems(tmp_path: Path, book: ListedBook, text: str, ending: str = "yml") -> list[tuple[str, str]]:
    with pytest.raises(DraftError) as refused:
        built(tmp_path, book, text, ending)
    for problem in refused.value.problems:
        assert "{" not in problem.words("zh") + problem.words("en"), problem
    return [(p.code, p.place.removeprefix(f"part.{ending}").strip()) for p in refused.value.problems]


@pytest.mark.parametrize("ending", ["yml", "csv"])
def test_the_golden_part_comes_out_to_the_last_digit(tmp_path: Path, book: ListedBook, ending: str) -> None:
    organisation, content = built(tmp_path, book, EXAMPLES[ending], ending)
    assert organisation == PRESS
    assert content.result.footprint == "26.862865"
    assert [line.emission for line in content.lines] == ["25.690895", "1.068745", "0.068125", "0.035100"]
    assert not [f for f in KIND.check(content) if f.outcome is Outcome.FAIL]


def test_pins_are_the_ledgers_values(tmp_path: Path, book: ListedBook) -> None:
    _, content = built(tmp_path, book, EXAMPLES["yml"])
    upstream = next(book.declarations(STEEL, "CR-COIL").__iter__())
    assert content.lines[0].source.model_dump(exclude_none=True) == {
        "type": "upstream", "digest": digest_to_text(upstream.digest), "value": "2569.089510", "per": "t",
    }  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "place"), [
    ("organisation: 91320585MADEM002X4", "organisation: 91320585MADEM002X5", "ORGANISATION_CHECK_DIGIT",
     ":3 organisation"),
    ("organisation: 91320585MADEM002X4", "organisation: ", "DRAFT_FIELD_MISSING", ""),
    ("product: 车门内板", "product: ", "DRAFT_FIELD_MISSING", ""),
    ("product: 车门内板", 'product: "车门\\u202e内板"', "DRAFT_VALUE", ":4 product"),
    ("unit: piece", "unit: 箱", "DRAFT_CHOICE", ":6 unit"),
    ("2025-01-01..2025-12-31", "2025", "DRAFT_PERIOD", ":7 period"),
    ("2025-01-01..2025-12-31", "2025-02-30..2025-12-31", "DRAFT_VALUE", ""),
    ("2025-01-01..2025-12-31", "2025-12-31..2025-01-01", "DRAFT_VALUE", ""),
    ("boundary: cradle-to-gate", "boundary: gate", "DRAFT_CHOICE", ":8 boundary"),
    ("geography: CN-JS", "geography: 江苏", "DRAFT_GEOGRAPHY", ":9 geography"),
    ("gwp: AR5", "gwp: AR4", "DRAFT_CHOICE", ":10 gwp"),
    ("decimals: 6", "decimals: 10", "DRAFT_CHOICE", ":11 decimals"),
    ("output: 400000", "output: 400,000", "DECIMAL_NEAR", ":12 output"),
    ("amount: 740\n", "amount: ７４０\n", "DECIMAL_NEAR", ":23 lines/1/amount"),
    ("amount: 740\n", "amount: 7.4e2\n", "DECIMAL_NEAR", ":23 lines/1/amount"),
    ("amount: 740\n", "amount: \n", "DRAFT_FIELD_MISSING", ":20 lines/1"),
    ("    unit: MWh\n    factor: elec-fp-cn/2024", "    unit: kg\n    factor: elec-fp-cn/2024", "UNIT_MISMATCH",
     ":24 lines/1/unit"),
    ("kind: electricity", "kind: elektrizität", "DRAFT_CHOICE", ":21 lines/1/kind"),
    ("kind: electricity", "kind: upstream", "LINE_SOURCE", ":20 lines/1"),
    ("factor: elec-fp-cn/2024", "factor: elec-fp-cn/2019", "FACTOR_NOT_FOUND", ":25 lines/1/factor"),
    ("factor: elec-fp-cn/2024", "factor: 0x12", "DIGEST_FORMAT", ":25 lines/1/factor"),
    ("factor: elec-fp-cn/2024", "factor: 0x" + "12" * 32, "FACTOR_NOT_FOUND", ":25 lines/1/factor"),
    ("factor: elec-fp-cn/2024  ", "value: 0.42\n    factor: elec-fp-cn/2024", "PIN_DIFFERS", ":25 lines/1/value"),
    ("factor: elec-fp-cn/2024  ", "gas: CO2\n    factor: elec-fp-cn/2024", "LINE_ONE_SOURCE", ":20 lines/1"),
    ("    factor: elec-fp-pv-cn/2023\n", "", "LINE_ONE_SOURCE", ":26 lines/2"),
    ("factor: elec-fp-pv-cn/2023", "gas: CO3", "DRAFT_CHOICE", ":31 lines/2/gas"),
    ("A/CR-COIL", "A/COIL", "UPSTREAM_NOT_FOUND", ":19 lines/0/upstream"),
    ("upstream: 91310113MADEM0011A", "upstream: 91310113MADEM0011B", "ORGANISATION_CHECK_DIGIT",
     ":19 lines/0/upstream"),
])  # fmt: skip
def test_a_wrong_field_is_named_with_its_row(
    tmp_path: Path, book: ListedBook, old: str, new: str, code: str, place: str
) -> None:
    assert old in EXAMPLES["yml"]
    found = problems(tmp_path, book, EXAMPLES["yml"].replace(old, new, 1))
    assert [c for c, _ in found] == [code]
    if code not in ("LINE_SOURCE", "LINE_ONE_SOURCE", "DRAFT_FIELD_MISSING", "DRAFT_CHOICE"):
        assert found[0][1].startswith(place)


@pytest.mark.parametrize(("old", "new", "code", "place"), [
    ("740,兆瓦时", "740,兆瓦", "DRAFT_CHOICE", "E14"),
    ("740,兆瓦时", "1 240,兆瓦时", "DECIMAL_NEAR", "D14"),
    ("elec-fp-cn/2024", "elec-fp-xx/2024", "FACTOR_NOT_FOUND", "F14"),
    ("740,兆瓦时", "740,吨", "UNIT_MISMATCH", "E14"),
    ("GWP,AR5", "GWP,5", "DRAFT_CHOICE", "B8"),
])  # fmt: skip
def test_a_wrong_cell_is_named(tmp_path: Path, book: ListedBook, old: str, new: str, code: str, place: str) -> None:
    assert problems(tmp_path, book, EXAMPLES["csv"].replace(old, new, 1), "csv") == [(code, place)]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path, book: ListedBook) -> None:
    text = EXAMPLES["yml"].replace("output: 400000", "output: 1e5").replace("elec-fp-cn/2024", "x/1")
    assert [code for code, _ in problems(tmp_path, book, text)] == ["DECIMAL_NEAR", "FACTOR_NOT_FOUND"]


def test_an_upstream_that_was_replaced_is_refused_by_digest(tmp_path: Path, book: ListedBook) -> None:
    old = book.add("footprint", STEEL, coil("2576.793510"), current=False)
    text = EXAMPLES["yml"].replace("91310113MADEM0011A/CR-COIL", digest_to_text(old))
    assert [code for code, _ in problems(tmp_path, book, text)] == ["UPSTREAM_NOT_CURRENT"]


def test_two_live_declarations_ask_for_a_digest(tmp_path: Path, book: ListedBook) -> None:
    book.add("footprint", STEEL, coil("2576.793510"))
    assert [code for code, _ in problems(tmp_path, book, EXAMPLES["yml"])] == ["UPSTREAM_AMBIGUOUS"]


def test_an_upstream_for_many_units_is_pinned_per_one_when_that_is_exact(tmp_path: Path) -> None:
    book = ListedBook()
    book.add("footprint", STEEL, coil("2569089.510", "1000", "t"))
    _, content = built(tmp_path, book, EXAMPLES["yml"])
    assert content.result.footprint == "26.862865"
    book = ListedBook()
    book.add("footprint", STEEL, coil("1.0", "3", "t"))
    assert [code for code, _ in problems(tmp_path, book, EXAMPLES["yml"])] == ["UPSTREAM_AMOUNT"]


RICH = """
organisation: 91320585MADEM002X4
product: 木托盘
product_id: PALLET
unit: kg
mass: 1
period: 2025-01-01..2025-12-31
geography: CN-JS
gwp: AR6
decimals: 4
output: 10
quantity: 4000
stages: [raw_material, production, distribution]
valid_until: 2027-12-31
results: full
exempted: 润滑油=0.5; 备件=1
result: {ccuCalculationApproach: Cut-off}
groups:
  - name: STEAM
    method: energy
    products: [{name: 托盘, basis: 30, share: 0.75}, {name: 锯末, basis: 10, share: 0.25}]
lines:
  - {name: 柴油, kind: fuel, stage: production, amount: 20, unit: kg, gas: CO2, data: primary, dqr: 1/2/1.5}
  - name: 蒸汽
    kind: fuel
    stage: production
    amount: 40
    unit: kg
    gas: CO2
    origin: fossil
    share: 0.75
    allocation: 能量
    group: STEAM
    data: primary
    dqr: {technological: 2, geographical: 2, temporal: 2}
  - {name: 包装带, kind: packaging, stage: raw_material, amount: 5, unit: kg, gas: CO2, data: secondary, dqr: 3/3/3}
  - {name: 沼气甲烷, kind: process, stage: distribution, amount: 0.1, unit: kg, gas: CH4_nonfossil, data: primary, dqr: 1/1/1}
"""


def test_a_draft_fills_every_field_that_follows_from_its_lines(tmp_path: Path, book: ListedBook) -> None:
    text = RICH.replace("kind: packaging", "kind: process")
    _, content = built(tmp_path, book, text)
    result = content.result
    assert result.footprint == "5.7700"
    assert (result.fossil_ghg_emissions, result.biogenic_non_co2_emissions) == ("5.5000", "0.2700")
    assert (result.pcf_including_biogenic_uptake, result.exempted_emissions_percent) == ("5.7700", "1.50")
    assert result.primary_data_share == "91.33"
    assert result.dqi is not None
    assert result.dqi.technological == "1.69"
    assert result.ccu_calculation_approach == "Cut-off"
    assert [(s.stage, s.footprint) for s in result.stages or ()] == [
        ("production", "5.0000"), ("raw_material", "0.5000"), ("distribution", "0.2700")]  # fmt: skip
    assert (content.header.stages, content.production.quantity) == (
        ("raw_material", "production", "distribution"),
        "4000",
    )
    assert not [f for f in KIND.check(content) if f.outcome is Outcome.FAIL]


@pytest.mark.parametrize(("old", "new", "code"), [
    ("results: full", "results: most", "DRAFT_CHOICE"), ("share: 0.75\n", "share: 0.7\n", "ALLOCATION_SHARE"),
    ("stages: [raw_material, production, distribution]", "stages: [raw_material, production]", "STAGE_OUTSIDE"),
    ("dqr: 1/2/1.5", "dqr: 1/2", "DRAFT_VALUE"), ("origin: fossil", "origin: swamp", "DRAFT_VALUE"),
    ("dqr: 3/3/3", "legs: CNSHA", "DRAFT_SHAPE"), ("quantity: 4000", "quantity: 4,000", "DECIMAL_NEAR"),
    ("quantity: 4000", "quantity: 4000\nquantity_unit: 桶", "DRAFT_CHOICE"),
    ("result: {ccuCalculationApproach: Cut-off}", "result: {fossilGhgEmissions: 5}", "RESULT_FIELD"),
])  # fmt: skip
def test_what_is_wrong_in_a_rich_draft_is_named(
    tmp_path: Path, book: ListedBook, old: str, new: str, code: str
) -> None:
    text = RICH.replace("kind: packaging", "kind: process")
    assert old in text
    assert code in [c for c, _ in problems(tmp_path, book, text.replace(old, new))]


def test_a_line_pins_the_parts_that_its_supplier_states(tmp_path: Path, book: ListedBook) -> None:
    _, pallet = built(tmp_path, book, RICH.replace("kind: packaging", "kind: process"))
    book.add("footprint", PRESS, pallet)
    text = EXAMPLES["yml"].replace("gwp: AR5", "gwp: AR6").replace(f"{STEEL}/CR-COIL", f"{PRESS}/PALLET")
    _, content = built(tmp_path, book, text)
    source = content.lines[0].source
    assert source.type == "upstream"
    assert source.breakdown is not None
    assert (source.breakdown.fossil_ghg_emissions, source.primary_data_share) == ("5.5000", "91.33")
    assert source.dqi == pallet.result.dqi


def test_a_cell_of_a_spreadsheet_holds_short_forms_or_json(tmp_path: Path, book: ListedBook) -> None:
    digest = "0x" + "ab" * 32
    leg = ('{""mode"":""road"",""origin"":""CNBAO"",""destination"":""CNTAC"",""depart"":""2025-03-01"",""arrive"":""2025-03-02"",'
           '""mass"":4000,""distance"":45,""distance_kind"":""SFD""}')  # fmt: skip
    text = EXAMPLES["csv"].replace("\r\n", "\n")
    head, _, table = text.partition("类别")
    rows = ("类别" + table).strip().split("\n")
    rows = [f"{rows[0]},交付,数据质量,运输段", f"{rows[1]},{digest}:4; {digest}:6,1/2/3,",
            *(f"{row},,," for row in rows[2:-1]), f'{rows[-1]},,,"[{leg}]"']  # fmt: skip
    _, content = built(tmp_path, book, head + "\n".join(rows) + "\n", "csv")
    assert [t.amount for t in content.lines[0].deliveries or ()] == ["4", "6"]
    assert content.lines[0].dqr is not None
    assert content.lines[0].dqr.temporal == "3"
    legs = content.lines[-1].legs
    assert legs is not None
    assert (legs[0].mass, legs[0].distance) == ("4000", "45")


def test_the_example_that_says_all_passes_every_check(tmp_path: Path, book: ListedBook) -> None:
    text = files("api").joinpath("data/example_full.yml").read_text(encoding="utf-8")
    _, content = built(tmp_path, book, text)
    assert not [f for f in KIND.check(content) if f.outcome is Outcome.FAIL]
    result = content.result
    assert (result.footprint, result.packaging_ghg_emissions, result.outbound_logistics_ghg_emissions) == (
        "13.6147", "0.0157", "0.0058")  # fmt: skip
    assert (result.biogenic_carbon_content, result.exempted_emissions_percent) == ("0.0000", "1.00")
    assert result.fossil_ghg_emissions is None  # the official factors do not state their parts
    assert result.dqi is not None
