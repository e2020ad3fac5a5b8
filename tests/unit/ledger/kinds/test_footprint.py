from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.calculation import total
from ledger.disclosures import parse_content
from ledger.findings import Finding, Outcome
from ledger.kind import Known
from ledger.kinds import kind_named
from ledger.kinds.factor import FactorSummary
from ledger.kinds.footprint import Footprint, FootprintSummary, covers, emissions_of
from ledger.numbers import decimals_of, round_half_even

KIND = kind_named("footprint")
GRID, PV, TRUCK, COIL = ("0x" + c * 64 for c in "abcd")

# The golden example's door panel (fictional firm, official factors), as a supplier would write it.
PART: dict[str, Any] = {
    "header": {
        "version": 1, "product": "车门内板 6.2 kg", "product_id": "DOOR-INNER", "unit": "piece", "amount": "1",
        "period_start": "2025-01-01", "period_end": "2025-12-31", "boundary": "cradle-to-gate",
        "geography": "CN-JS", "gwp": "AR6",
    },
    "result": {"footprint": "26.862865"},
    "production": {"output": "1"},
    "lines": [
        {"kind": "upstream", "stage": "raw_material", "name": "冷轧卷", "amount": "10.0", "unit": "kg",
         "source": {"type": "upstream", "digest": COIL, "value": "2.56908951", "per": "kg"}, "emission": "25.690895"},
        {"kind": "electricity", "stage": "production", "name": "电网电力", "amount": "1.85", "unit": "kWh",
         "source": {"type": "factor", "digest": GRID, "value": "0.5777", "per": "kWh"}, "emission": "1.068745"},
        {"kind": "green_electricity", "stage": "production", "name": "绿证电力", "amount": "1.25", "unit": "kWh",
         "source": {"type": "factor", "digest": PV, "value": "0.0545", "per": "kWh"}, "emission": "0.068125"},
        {"kind": "transport", "stage": "distribution", "name": "公路运输", "amount": "0.45", "unit": "t.km",
         "source": {"type": "factor", "digest": TRUCK, "value": "0.078", "per": "t.km"}, "emission": "0.035100"},
    ],
}  # fmt: skip
GRID_FACTOR = FactorSummary("footprint", "CN", 2024, "2024-01-01", None, "elec-fp-cn", "0.5777", "kWh")
PV_FACTOR = FactorSummary("footprint", "CN", 2023, "2023-01-01", None, "elec-fp-pv-cn", "0.0545", "kWh")
TRUCK_FACTOR = FactorSummary("transport", "CN", 2019, "2019-01-01", None, "trn-hdv30", "0.078", "t.km")
COIL_RESULT = FootprintSummary("2569.089510", "t", "1", "冷轧卷")


@dataclass
class Around:
    """The ledger as the part's declaration sees it."""

    summaries: dict[str, Any]
    sisters: list[Known] = field(default_factory=list)
    newest: Known | None = None
    index: int = 9
    organisation: str = "91320585MADEM002X4"

    def known(self, digest: bytes) -> Known | None:
        summary = self.summaries.get("0x" + digest.hex())
        kind = "footprint" if isinstance(summary, FootprintSummary) else "factor"
        return None if summary is None else Known(digest, 1, kind, self.organisation, "s", summary=summary)

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return [k for k in self.sisters if k.summary.series + "|" + k.summary.geography == key]

    def on(self, topic: str) -> Iterable[Known]:
        return ()

    def replacement(self, known: Known) -> Known | None:
        return self.newest if self.newest and known.kind == "footprint" else None


def around(**changed: Any) -> Around:
    return Around({GRID: GRID_FACTOR, PV: PV_FACTOR, TRUCK: TRUCK_FACTOR, COIL: COIL_RESULT} | changed)


def read(data: dict[str, Any]) -> Footprint:
    return Footprint.model_validate({**data, "lines": tuple(data["lines"])})


def changed(change: dict[str, Any]) -> dict[str, Any]:
    """PART with values replaced at dotted paths."""
    data = copy.deepcopy(PART)
    for path, value in change.items():
        *way, last = path.split(".")
        target: Any = data
        for step in way:
            target = target[int(step)] if step.isdigit() else target[step]
        if value is None:
            del target[last]
        else:
            target[last] = value
    return data


def failures(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.outcome is Outcome.FAIL]


def all_failures(data: dict[str, Any], surroundings: Around | None = None) -> list[Finding]:
    content = read(data)
    surroundings = surroundings or around()
    return failures([*KIND.check(content), *KIND.check_references(content, surroundings)])


def test_the_golden_part_passes() -> None:
    assert all_failures(PART) == []


def test_what_was_not_checked_is_said_with_its_kilograms() -> None:
    found = {f.code: f for f in KIND.check(read(PART))}
    assert found.keys() == {"GREEN_CERTIFICATES", "RULE_NOT_NAMED"}
    assert all(f.outcome is Outcome.NOT_CHECKED and not f.blocking for f in found.values())
    assert found["GREEN_CERTIFICATES"].kilograms == Decimal("0.068125")
    assert found["RULE_NOT_NAMED"].kilograms == Decimal("26.862865")


def test_content_survives_its_disclosures() -> None:
    content = read(PART)
    assert KIND.read(parse_content(KIND.disclose(content, bytes(32)))) == content


def test_headline_and_subject_are_made_from_the_content() -> None:
    content = read(PART)
    assert KIND.headline(content) == (
        "产品碳足迹 车门内板 6.2 kg：26.862865 kgCO2e / 1 piece；2025-01-01 至 2025-12-31"
    )
    assert KIND.subject(content) == "DOOR-INNER|-|2025-01-01..2025-12-31|cradle-to-gate"


@pytest.mark.parametrize(
    ("change", "code", "place", "kilograms"),
    [
        ({"lines.1.amount": "1.86"}, "LINE_ARITHMETIC", "lines/0001", "0.005777"),
        ({"lines.1.emission": "1.06875"}, "LINE_ARITHMETIC", "lines/0001", "-0.000005"),
        ({"lines.1.emission": "1.0687450"}, "LINE_ARITHMETIC", "lines/0001", "0"),
        ({"result.footprint": "26.862864"}, "RESULT_ARITHMETIC", "result", "0.000001"),
        ({"result.footprint": "25.862865"}, "RESULT_ARITHMETIC", "result", "1"),
        ({"lines.1.unit": "MWh"}, "LINE_ARITHMETIC", "lines/0001", "1067.676255"),
        ({"lines.1.unit": "kg"}, "UNIT_MISMATCH", "lines/0001", None),
        ({"lines.1.kind": "upstream"}, "LINE_SOURCE", "lines/0001", None),
        ({"lines.0.kind": "material"}, "LINE_SOURCE", "lines/0000", None),
    ],
)  # fmt: skip
def test_arithmetic_is_caught_and_named(change: dict[str, Any], code: str, place: str, kilograms: str | None) -> None:
    first = failures(KIND.check(read(changed(change))))[0]
    assert (first.code, first.place) == (code, place)
    assert first.kilograms == (None if kilograms is None else Decimal(kilograms))


def factor(old: FactorSummary, **new: Any) -> FactorSummary:
    return old._replace(**new)


@pytest.mark.parametrize(
    ("surroundings", "code", "kilograms"),
    [
        (around(**{GRID: factor(GRID_FACTOR, kind="ets_default")}), "FACTOR_KIND", "1.068745"),
        (around(**{GRID: factor(GRID_FACTOR, kind="co2_average")}), "FACTOR_KIND", "1.068745"),
        (around(**{GRID: factor(GRID_FACTOR, value="0.6205")}), "PINNED_FACTOR", "0.079180"),
        (around(**{GRID: factor(GRID_FACTOR, per="MWh")}), "PINNED_FACTOR", "-1.067676"),
        (around(**{GRID: factor(GRID_FACTOR, per="kg")}), "PINNED_FACTOR", None),
        (around(**{GRID: factor(GRID_FACTOR, geography="US")}), "FACTOR_REGION", "1.068745"),
        (around(**{GRID: factor(GRID_FACTOR, geography="CN-SH")}), "FACTOR_REGION", "1.068745"),
        (around(**{GRID: factor(GRID_FACTOR, valid_until="2024-12-31")}), "FACTOR_PERIOD", "1.068745"),
        (around(**{GRID: factor(GRID_FACTOR, valid_from="2026-01-01")}), "FACTOR_PERIOD", "1.068745"),
        (around(**{COIL: COIL_RESULT._replace(footprint="2576.793510")}), "PINNED_UPSTREAM", "0.077040"),
        (around(**{COIL: COIL_RESULT._replace(amount="2")}), "PINNED_UPSTREAM", "-12.845447"),
        (around(**{COIL: COIL_RESULT._replace(unit="piece")}), "UNIT_MISMATCH", "25.690895"),
    ],
)  # fmt: skip
def test_what_it_rests_on_is_compared(surroundings: Around, code: str, kilograms: str | None) -> None:
    found = all_failures(PART, surroundings)
    assert [f.code for f in found] == [code]
    assert found[0].kilograms == (None if kilograms is None else Decimal(kilograms))


def test_the_same_value_in_another_unit_is_the_same_value() -> None:
    assert all_failures(PART, around(**{GRID: factor(GRID_FACTOR, value="577.7", per="MWh")})) == []


def test_an_upstream_that_was_already_replaced_is_stale_and_weighs_the_difference() -> None:
    newest = Known(b"\x02" * 32, 3, "footprint", "p", "s", summary=COIL_RESULT._replace(footprint="2576.793510"))
    found = all_failures(PART, replace(around(), newest=newest))
    assert [(f.code, f.place, f.kilograms) for f in found] == [("UPSTREAM_STALE", "lines/0000", Decimal("0.077040"))]


@pytest.mark.parametrize(("year", "stale"), [(2023, False), (2024, False), (2025, True), (2026, False)])
def test_a_newer_year_of_the_series_makes_a_factor_stale_only_up_to_the_period(year: int, stale: bool) -> None:
    sister = Known(b"\x01" * 32, 2, "factor", "p", "s", summary=factor(GRID_FACTOR, year=year, value="0.5"))
    found = all_failures(PART, replace(around(), sisters=[sister]))
    assert [f.code for f in found] == (["FACTOR_STALE"] if stale else [])
    if stale:
        assert found[0].kilograms == Decimal("-0.143745")


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []}, {"header.version": 2}, {"header.product": ""}, {"header.product": "a\u202eb"},
        {"header.product_id": "a b"}, {"header.product_id": "a|b"}, {"header.unit": "KG"}, {"header.amount": "0"},
        {"header.amount": "0.00"}, {"header.amount": "-1"}, {"header.period_start": "2025-02-30"},
        {"header.period_end": "2024-12-31"}, {"header.period_end": "2025-12-31T00:00:00"},
        {"header.boundary": "gate-to-gate"}, {"header.geography": "cn"}, {"header.gwp": "AR4"},
        {"production.output": "0"}, {"production.output": "-1"}, {"result.footprint": "1.0000000001"},
        {"result.footprint": 26.862865}, {"lines.0.amount": 10}, {"lines.0.amount": "1e1"}, {"lines.0.share": "-0.5"},
        {"lines.0.source.type": "offset"}, {"lines.0.source.digest": COIL.upper()}, {"lines.0.source.note": "x"},
        {"lines.0.kind": "offset"}, {"lines.0.stage": "magic"}, {"result": None}, {"header.note": "x"},
        {"lines.1.source.per": "kilowatt"}, {"lines.0.emission": None},
    ],
    ids=lambda change: json.dumps(change),
)  # fmt: skip
def test_a_malformed_content_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(changed(change))


def gas_line(gas: str, value: str, amount: str = "2", unit: str = "kg") -> dict[str, Any]:
    emission = Decimal(amount) * Decimal(value) * (1000 if unit == "t" else 1)
    return {"kind": "process", "stage": "production", "name": "直接排放", "amount": amount, "unit": unit,
            "source": {"type": "gas", "gas": gas, "value": value, "per": "kg"},
            "emission": f"{emission:.6f}"}  # fmt: skip


@pytest.mark.parametrize(("gas", "value", "right"), [
    ("CH4_fossil", "29.8", True), ("CH4_nonfossil", "27.0", True), ("N2O", "273", True), ("CO2", "1", True),
    ("CH4", "28", False), ("SF6", "24300", False), ("CH4_fossil", "28", False), ("CO2", "1.0", False),
])  # fmt: skip
def test_gases_use_one_gwp_set(gas: str, value: str, right: bool) -> None:
    line = gas_line(gas, value)
    data = changed({"lines": [line], "result.footprint": line["emission"]})
    assert [f.code for f in all_failures(data)] == ([] if right else ["GWP_VALUE"])


def test_a_negative_line_needs_a_rule_and_is_not_called_checked() -> None:
    line = gas_line("CO2", "1", "-0.5")
    data = changed({"lines": [line], "result.footprint": "-0.500000"})
    found = [f for f in KIND.check(read(data)) if f.code == "NEGATIVE_LINE"]
    assert [(f.outcome, f.kilograms) for f in found] == [(Outcome.NOT_CHECKED, Decimal("0.500000"))]


def test_yearly_totals_are_divided_by_the_output_and_rounded_once() -> None:
    line = gas_line("CO2", "1", "1") | {"emission": "0.333333"}
    data = changed({"lines": [line, line, line], "production.output": "3", "result.footprint": "1.000000"})
    assert all_failures(data) == []


def test_shares_of_a_line_count() -> None:
    line = gas_line("CO2", "1", "2") | {"share": "0.25", "emission": "0.500000"}
    assert all_failures(changed({"lines": [line], "result.footprint": "0.500000"})) == []


numbers = st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(numbers, numbers, st.sampled_from(["kWh", "MWh", "MJ"])), min_size=1, max_size=8),
       st.integers(1, 7), st.integers(0, 9), st.randoms())  # fmt: skip
def test_the_sum_is_the_fraction_arithmetic_in_any_order(rows: Any, output: int, decimals: int, order: Any) -> None:
    """The simple version: fractions throughout, one rounding at the end."""
    per_kwh = {"kWh": Fraction(1), "MWh": Fraction(1000), "MJ": Fraction(5, 18)}
    oracle = sum(Fraction(a) * Fraction(v) * per_kwh[u] for a, v, u in rows) / output
    lines = [
        {"kind": "electricity", "stage": "production", "name": "电", "amount": str(a), "unit": u, "emission": "0",
         "source": {"type": "factor", "digest": GRID, "value": str(v), "per": "kWh"}}
        for a, v, u in rows
    ]  # fmt: skip
    order.shuffle(lines)
    content = read(changed({"lines": lines, "production.output": str(output)}))
    summed = total(emissions_of(content))
    assert Fraction(summed) == oracle
    assert round_half_even(summed, decimals) == round_half_even(oracle, decimals)


@given(st.integers(0, 10**12), st.integers(0, 9))
def test_only_the_one_right_rounding_is_accepted(mantissa: int, decimals: int) -> None:
    amount = Decimal(mantissa).scaleb(-10)
    right = round_half_even(amount, decimals)
    text = f"{right:f}"
    line = gas_line("CO2", "1", f"{amount:.10f}") | {"emission": text}
    data = changed({"lines": [line], "result.footprint": text})
    coarse = abs(right - amount) * 100 > amount
    assert [f.code for f in all_failures(data)] == (["RESULT_TOO_COARSE"] if coarse else [])
    off = f"{right + Decimal(1).scaleb(-decimals):f}"
    assert decimals_of(off) == decimals
    data["result"]["footprint"] = off
    assert [f.code for f in all_failures(data)] == ["RESULT_ARITHMETIC"]


@pytest.mark.parametrize(("amount", "declared", "lost"), [
    ("0.4999", "0", "0.4999"), ("0.0001", "0.000", "0.0001000"), ("0.6", "1", "-0.4000"), ("1.02", "1", "0.02000"),
    ("1.01", "1", None), ("50.5", "50", None), ("0", "0", None), ("0.99", "1", "-0.01000"), ("-0.4", "0", "-0.4000"),
])  # fmt: skip
def test_a_rounding_may_take_one_percent_and_no_more(amount: str, declared: str, lost: str | None) -> None:
    line = gas_line("CO2", "1", amount) | {"emission": declared}
    found = all_failures(changed({"lines": [line], "result.footprint": declared}))
    assert [f.code for f in found] == ([] if lost is None else ["RESULT_TOO_COARSE"])
    if lost is not None:
        assert found[0].kilograms == Decimal(lost)


def test_emissions_that_are_characterised_already_are_not_called_checked() -> None:
    line = gas_line("CO2e", "1", "2.5")
    found = {f.code: f for f in KIND.check(read(changed({"lines": [line], "result.footprint": line["emission"]})))}
    assert (found["GAS_CHARACTERISED"].outcome, found["GAS_CHARACTERISED"].kilograms) == (
        Outcome.NOT_CHECKED,
        Decimal("2.5"),
    )
    by_gas = gas_line("CO2", "1", "2.5")
    assert "GAS_CHARACTERISED" not in {
        f.code for f in KIND.check(read(changed({"lines": [by_gas], "result.footprint": "2.5"})))
    }


def test_a_glance_at_the_headline_gives_value_and_unit_and_nothing_that_was_not_signed() -> None:
    content = read(changed({"header.product": "板：9 kgCO2e / 2 kg；2020-01-01 至 2020-12-31"}))
    seen = KIND.glance(KIND.headline(content))
    assert seen[:4] == ("26.862865", "piece", "1", content.header.product)
    for wrong in (
        "排放因子 电：1 kgCO2e / 1 kg；2025-01-01 至 2025-12-31",
        "产品碳足迹 板：1.2.3 kgCO2e / 1 kg；2025-01-01 至 2025-12-31",
        "产品碳足迹 板：1 kgCO2e / 0 kg；2025-01-01 至 2025-12-31",
        "产品碳足迹 板：1 kgCO2e / 1 pound；2025-01-01 至 2025-12-31",
    ):
        assert KIND.glance(wrong) is None


@pytest.mark.parametrize(("wide", "narrow", "yes"), [
    ("GLO", "CN-SH", True), ("CN", "CN-SH", True), ("CN-SH", "CN-SH", True), ("CN-SH", "CN", False),
    ("CN", "CNX", False), ("US", "CN", False), ("CN", "GLO", False),
])  # fmt: skip
def test_which_places_a_region_covers(wide: str, narrow: str, yes: bool) -> None:
    assert covers(wide, narrow) is yes


def test_references_name_digest_kind_and_line() -> None:
    found = list(KIND.references(read(PART)))
    assert [(r.digest.hex()[:1], r.kinds, r.place) for r in found] == [
        ("d", frozenset({"footprint"}), "lines/0000"),
        ("a", frozenset({"factor"}), "lines/0001"),
        ("b", frozenset({"factor"}), "lines/0002"),
        ("c", frozenset({"factor"}), "lines/0003"),
    ]
