"""Columns of opened declarations say what the judge's own sweep says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.builders import footprint_content, gas_line
from support.golden import Golden, variants

from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint
from verifier.columns import NANO
from verifier.loading import Loaded, Value, load
from verifier.sweep import claim_check, recompute


def content_of(*lines: dict[str, Any], footprint: str, **header: str) -> Footprint:
    content = footprint_content(*lines, footprint=footprint)
    content["header"] |= header
    return Footprint.model_validate(content)


def upstream(digest: bytes, amount: str, unit: str, value: str, per: str) -> dict[str, Any]:
    source = {"type": "upstream", "digest": "0x" + digest.hex(), "value": value, "per": per}
    return gas_line(amount) | {"kind": "upstream", "unit": unit, "source": source, "emission": "0"}


def loaded(golden: Golden, *names: str) -> Loaded:
    contents = {golden.digests[name]: golden.contents[name] for name in names}
    factors = {
        golden.digests[name]: Value(content.result.value, content.result.per)
        for name, content in golden.contents.items()
        if isinstance(content, Factor)
    }
    return load(contents, factors)


def test_the_golden_chain_comes_to_its_printed_kilograms() -> None:
    found = loaded(Golden(), "coil_2023", "coil", "part", "body")
    assert claim_check(found.columns).wrong.tolist() == []
    values = recompute(found.columns)
    assert [values.at(node) for node in (1, 2, 3)] == [2_569_089_510_000, 26_862_865_000, 2_589_247_860_000]
    assert found.columns.exact == {}
    assert found.columns.suppliers(3) == [2]


@pytest.mark.parametrize("name", [variant["name"] for variant in variants()])
def test_a_wrong_variant_comes_to_what_the_judge_recomputes(name: str, tmp_path: Path) -> None:
    golden = Golden()
    product = golden.variant(name)
    golden.anchor()
    found = loaded(golden, "coil_2023", "coil", name)
    verdict = golden.verify(tmp_path, product)
    values = recompute(found.columns)
    assert Decimal(values.at(2)).scaleb(-9) == verdict.recomputed


def test_units_amounts_and_output_come_into_the_quantity() -> None:
    """A supplier declares 1000 MJ; 9 kWh for 4 pieces are 8.1 MJ, 81/10000 of its declared unit, for each."""
    heat = content_of(gas_line("1"), footprint="50.000000", unit="MJ", amount="1000")
    line = upstream(b"\1" * 32, "9", "kWh", "50", "MJ")
    part = content_of(line, footprint="0.405000")
    part = part.model_copy(update={"production": part.production.model_copy(update={"output": "4"})})
    found = load({b"\1" * 32: heat, b"\2" * 32: part})
    assert found.columns.row(1).quantities == (Fraction(81, 10_000),)
    assert claim_check(found.columns).expected.at(1) == 405_000_000


def test_an_unopened_supplier_stands_with_the_pinned_value() -> None:
    part = content_of(upstream(b"\7" * 32, "3", "kg", "2.5", "kg"), footprint="7.5")
    found = load({b"\2" * 32: part})
    assert found.columns.row(0).direct == Fraction("7.5") * NANO
    assert claim_check(found.columns).wrong.tolist() == []


def test_a_declaration_whose_units_do_not_fit_stands_as_declared_and_is_named() -> None:
    part = content_of(upstream(b"\7" * 32, "3", "kWh", "2.5", "kg"), footprint="7.5")
    found = load({b"\2" * 32: part})
    assert found.as_declared == {b"\2" * 32}
    assert recompute(found.columns).at(0) == 7_500_000_000


def test_published_values_replace_pinned_ones_only_where_they_are_asked_for() -> None:
    line = gas_line("2") | {"source": {"type": "gas", "gas": "CH4", "value": "25", "per": "kg"}}
    contents: Mapping[bytes, Footprint] = {b"\1" * 32: content_of(line, footprint="50.0", gwp="AR6")}
    assert recompute(load(contents).columns).at(0) == 50 * NANO
    assert recompute(load(contents, {}).columns).at(0) == Fraction("55.8") * NANO
