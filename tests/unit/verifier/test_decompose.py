"""Every kilogram of a change has one cause, and the causes sum to the change."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import footprint_content, gas_line

from ledger.calculation import line_emission, total
from ledger.errors import InputError
from ledger.kinds.footprint import Footprint
from ledger.numbers import round_half_even
from verifier.decompose import Cause, Change, change

DIGEST = "0x" + "07" * 32


def line(
    name: str, amount: str, value: str, source: str = "factor", share: str | None = None, **more: str
) -> dict[str, Any]:
    basis = {"type": source, "digest": DIGEST, "value": value, "per": more.pop("per", "kWh")}
    kind = {"factor": "electricity", "upstream": "upstream"}[source]
    found = gas_line(amount, name) | {"kind": kind, "unit": "kWh", "source": basis, "emission": "0"} | more
    return found if share is None else found | {"share": share}


def declaration(
    *lines: dict[str, Any], output: str = "1", decimals: int = 6, off: str = "0", **header: str
) -> Footprint:
    content = footprint_content(*lines)
    content["header"] |= header
    content["production"] = {"output": output}
    made = Footprint.model_validate(content)
    exact = total(line_emission(one, output) for one in made.lines)
    result = f"{round_half_even(exact, decimals) + Decimal(off):f}"
    return made.model_copy(update={"result": made.result.model_copy(update={"footprint": result})})


def parts(found: Change) -> dict[str, str]:
    assert sum(found.parts.values()) + found.unexplained == found.total
    return {cause.value: f"{kilograms.normalize():f}" for cause, kilograms in found.parts.items() if kilograms}


POWER = line("电力", "10", "0.5")


@pytest.mark.parametrize(("later", "expected"), [
    (declaration(line("电力", "12", "0.5")), {"activity": "1"}),
    (declaration(POWER, output="2"), {"activity": "-2.5"}),
    (declaration(line("电力", "10", "0.6")), {"factor": "1"}),
    (declaration(line("电力", "10", "0.5", share="0.8")), {"allocation": "-1"}),
    (declaration(line("电力", "10", "0.6", "upstream")), {"method": "1"}),
    (declaration(POWER, gas_line("3", "新工序")), {"activity": "3"}),
    (declaration(POWER, line("报废", "1", "2", stage="end_of_life"), boundary="cradle-to-grave"), {"method": "2"}),
    (declaration(line("电力", "0.01", "500", unit="MWh", per="MWh")), {}),
    (declaration(line("电力", "20", "0.5"), amount="2"), {}),
    (declaration(line("电力", "0.01", "0.5"), unit="kg"), {}),
])  # fmt: skip
def test_one_change_has_one_cause(later: Footprint, expected: dict[str, str]) -> None:
    assert parts(change(declaration(POWER), later)) == expected


def test_a_supplier_s_new_value_is_upstream_and_another_gwp_set_is_method() -> None:
    methane = gas_line("1", "甲烷") | {"source": {"type": "gas", "gas": "CH4", "value": "28", "per": "kg"}}
    newer = methane | {"source": methane["source"] | {"value": "27.9"}}
    first = declaration(line("钢", "2", "3", "upstream"), methane)
    second = declaration(line("钢", "2", "2.5", "upstream"), newer, gwp="AR6")
    assert parts(change(first, second)) == {"upstream": "-1", "method": "-0.1"}


def test_what_changed_together_is_shared_without_preferring_an_order() -> None:
    """2 x 3 to 4 x 5: 14 kg, of which the activity has (2x3 + 2x5) / 2 = 8 and the factor (2x2 + 4x2) / 2 = 6."""
    found = change(declaration(line("电力", "2", "3")), declaration(line("电力", "4", "5")))
    assert parts(found) == {"activity": "8", "factor": "6"}


def test_a_result_that_its_lines_do_not_give_is_not_put_down_to_anything() -> None:
    found = change(declaration(POWER), declaration(line("电力", "12", "0.5"), off="0.25"))
    assert parts(found) == {"activity": "1"}
    assert found.unexplained == Decimal("0.25")


def test_units_that_cannot_be_converted_are_refused() -> None:
    with pytest.raises(InputError) as refused:
        change(declaration(POWER), declaration(POWER, unit="MJ"))
    assert refused.value.code == "UNIT_MISMATCH"


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_the_parts_always_sum_to_the_declared_change(seed: int) -> None:
    chance = Random(seed)

    def one() -> Footprint:
        lines = [
            line(f"行{chance.randint(0, 4)}", str(chance.randint(1, 99)), f"{chance.randint(1, 9999) / 1000}",
                 chance.choice(["factor", "upstream"]), chance.choice([None, "0.3", "0.7"]))
            for _ in range(chance.randint(1, 5))
        ]  # fmt: skip
        return declaration(*lines, output=str(chance.randint(1, 9)), decimals=chance.randint(0, 9))

    first, second = one(), one()
    found = change(first, second)
    assert found.unexplained == 0
    assert sum(found.parts.values()) == found.total
    assert found.total == Decimal(second.result.footprint) - Decimal(first.result.footprint)
    exact = [
        sum((Fraction(line_emission(li, c.production.output)) for li in c.lines), Fraction(0)) for c in (first, second)
    ]
    assert sum(sum(li.kilograms.values()) for li in found.lines) == exact[1] - exact[0]
    assert set(found.parts) == set(Cause)
