from __future__ import annotations

from fractions import Fraction

import pytest

from api.factors import factor_name, factor_of, seed_factors
from ledger.errors import InputError
from ledger.kinds.factor import KIND
from ledger.statement import MAX_HEADLINE

PRINTED_PER = {
    "kgCO2e/kWh": (1, "kWh"), "kgCO2/kWh": (1, "kWh"), "tCO2/10^4 kWh": (Fraction(1000, 10_000), "kWh"),
    "kgCO2/GJ": (1, "GJ"), "tCO2/GJ": (1000, "GJ"), "tCO2/t": (1000, "t"), "kgCO2/TJ": (1, "TJ"),
    "tCO2/10^4 Nm3": (Fraction(1000, 10_000), "Nm3"), "kgCO2e/(t·km)": (1, "t.km"), "kgCO2e/t": (1, "t"),
}  # fmt: skip


def test_every_value_is_the_printed_figure_shifted_exactly() -> None:
    for factor in seed_factors():
        figure, _, unit = factor.source.printed.partition(" ")
        scale, per = PRINTED_PER[unit]
        assert Fraction(factor.result.value) == Fraction(figure) * scale, factor
        assert factor.result.per == per


def test_only_certain_factors_with_a_source_are_shipped() -> None:
    assert len(seed_factors()) == 90
    for factor in seed_factors():
        assert factor.source.certainty in ("A", "B")
        assert factor.source.document
        assert len(KIND.headline(factor)) <= MAX_HEADLINE


def test_a_draft_can_name_each_of_them() -> None:
    names = [factor_name(factor) for factor in seed_factors()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "value", "kind"), [
    ("elec-fp-cn/2024", "0.5777", "footprint"), ("elec-fp-cn/2023", "0.6205", "footprint"),
    ("elec-ets-sh/2022", "0.42", "ets_default"), ("elec-co2-cn/2023", "0.5306", "co2_average"),
    ("elec-co2-sh/2023", "0.5737", "co2_average"), ("fuel-ng/2015", "2.16219", "combustion"),
    ("trn-hdv30/2019", "0.078", "transport"), ("mat-hr-strip/2019", "2310", "material"),
])  # fmt: skip
def test_the_official_numbers(name: str, value: str, kind: str) -> None:
    found = {factor_name(f): f for f in seed_factors()}[name]
    assert (found.result.value, found.header.kind) == (value, kind)


@pytest.mark.parametrize("change", [
    {"certainty": "C"}, {"year": "x"}, {"value": "-1"}, {"per": "gallon"}, {"kind": "gwp"}, {"document": ""},
])  # fmt: skip
def test_an_uncertain_or_malformed_row_is_refused(change: dict[str, str]) -> None:
    row = {
        "series": "s", "name": "n", "kind": "footprint", "gas_basis": "CO2e", "geography": "CN", "year": "2024",
        "valid_from": "2024-01-01", "valid_until": "", "value": "1", "per": "kg", "document": "d",
        "published": "2024", "printed": "1 kg/kg", "certainty": "A",
    }  # fmt: skip
    assert factor_of(row)
    with pytest.raises(InputError) as refused:
        factor_of({**row, **change}, "x.csv:7")
    assert (refused.value.code, refused.value.place) == ("FACTOR_ROW", "x.csv:7")
