from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.footprints import declared, emission, failed, failed_codes, gas, material, open_questions, rounded, total

from ledger.footprint.content import Material
from ledger.footprint.sharing import coefficients


def group(*products: tuple[str, str], method: str = "mass", name: str = "COKE") -> dict[str, Any]:
    rows = [{"name": f"产品{n}", "basis": basis, "share": share} for n, (basis, share) in enumerate(products)]
    return {"groups": [{"name": name, "method": method, "products": rows}]}


def shared(
    share: str | None, *, method: str | None = "mass", name: str | None = "COKE", amount: str = "100"
) -> dict[str, Any]:
    more = {"share": share, "allocation": method, "group": name}
    return gas("CO2", amount, **{k: v for k, v in more.items() if v is not None})


def test_shares_of_a_group_that_make_up_the_whole_pass() -> None:
    content = declared(shared("0.75"), production=group(("30", "0.75"), ("10", "0.25")))
    assert (failed(content), open_questions(content)) == ([], {})


@pytest.mark.parametrize(("products", "share", "found"), [
    ([("30", "0.75"), ("10", "0.35")], "0.75", [("ALLOCATION_SUM", "-6.818182")]),
    ([("30", "0.6"), ("10", "0.25")], "0.6", [("ALLOCATION_SUM", "10.588235")]),
    ([("30", "0.75"), ("10", "0.25")], "0.7", [("ALLOCATION_SHARE", "5.000000")]),
    ([("30", "0.5"), ("10", "0.5")], "0.5", [("ALLOCATION_BASIS", "25.000000")]),
    ([("1", "0.333"), ("1", "0.333"), ("1", "0.334")], "0.333", []),
    ([("1", "0.334"), ("1", "0.333"), ("1", "0.333")], "0.334", []),
    ([("1", "0.335"), ("1", "0.333"), ("1", "0.332")], "0.335", [("ALLOCATION_BASIS", "-0.166667")]),
    ([("1", "0.333"), ("1", "0.333"), ("1", "0.333")], "0.333", [("ALLOCATION_SUM", "0.033333")]),
    ([("0", "0"), ("10", "1")], "0", []),
    ([("30", "0"), ("10", "1")], "0", [("ALLOCATION_BASIS", "-")]),
    ([("30", "1"), ("10", "0")], "1", [("ALLOCATION_BASIS", "-25.000000")]),
    ([("2", "0.6"), ("1", "0.4")], "0.6", [("ALLOCATION_BASIS", "6.666667")]),
])  # fmt: skip
def test_shares_sum_to_exactly_one_and_follow_what_they_are_measured_by(products: Any, share: str, found: Any) -> None:
    assert failed(declared(shared(share), production=group(*products))) == found


@pytest.mark.parametrize(("line", "method"), [
    (shared("0.75", method="economic"), "mass"), (shared("0.75", name="OTHER"), "mass"), (shared("0.75", method=None), "mass"),
])  # fmt: skip
def test_a_line_must_name_a_group_of_its_own_method(line: dict[str, Any], method: str) -> None:
    content = declared(line, production=group(("30", "0.75"), ("10", "0.25"), method=method))
    assert failed_codes(content) == ["ALLOCATION_METHOD"]


def test_a_line_of_a_group_that_takes_the_whole_is_found() -> None:
    content = declared(shared(None), production=group(("30", "0.75"), ("10", "0.25")))
    assert failed(content) == [("ALLOCATION_SHARE", "-25.000000")]


def test_a_share_without_its_co_products_is_left_open() -> None:
    content = declared(shared("0.1", method="mass", name=None))
    assert (failed(content), open_questions(content)) == ([], {"ALLOCATION_OPEN": Decimal("10.000000")})


def test_what_is_subdivided_has_nothing_to_share() -> None:
    assert failed(declared(shared(None, method="subdivision", name=None))) == []
    assert failed(declared(shared("0.5", method="subdivision", name=None))) == [("ALLOCATION_METHOD", "50.000000")]


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=6), st.integers(1, 9), st.integers(-1, 1))
def test_only_shares_that_sum_to_one_pass(basis: list[int], decimals: int, shift: int) -> None:
    """The last product takes what rounding left over, as people do; one more digit is found."""
    whole = sum(basis)
    shares = [Decimal(rounded(Fraction(b, whole), decimals)) for b in basis[:-1]]
    last = 1 - sum(shares, Decimal(0)) + shift * Decimal(1).scaleb(-decimals)
    assume(last >= 0)
    texts = [f"{s:f}" for s in (*shares, last)]
    content = declared(shared(texts[0]), production=group(*zip(map(str, basis), texts, strict=True)), decimals=9)
    assert ("ALLOCATION_SUM" in failed_codes(content)) == (shift != 0)
    right = Fraction(basis[0], whole)
    coarse = abs(Fraction(texts[0]) - right) * 100 > right
    assert ("ALLOCATION_BASIS" in failed_codes(content)) == (coarse and not shift)


# recycling

CFF = {"name": "AL", "method": "cff", "r1": "0.5", "r2": "0.9", "r3": "0.05", "a": "0.2", "b": "0", "quality_in": "1",
       "quality_out": "0.9", "lhv": "10", "heat": "0.3", "electricity": "0.1"}  # fmt: skip
TERMS = {"virgin": ("0.9", "20", "2"), "recycled": ("0.1", "3", "2"), "recycling": ("0.72", "1", "2"),
         "substituted": ("0.648", "20", "-2"), "recovery": ("0.05", "0.4", "2"), "heat_substituted": ("0.05", "0.1", "-6"),
         "electricity_substituted": ("0.05", "0.2", "-2"), "disposal": ("0.05", "0.1", "2")}  # fmt: skip


def term(name: str, share: str, value: str, amount: str, **more: Any) -> dict[str, Any]:
    unit = "MJ" if name.endswith("_substituted") else "kg"
    return material(value, amount, per=unit, name=name, share=share, circular={"material": "AL", "term": name}, **more)


def circular(parameters: dict[str, str] = CFF, **changed: tuple[str, str, str] | None) -> Any:
    rows = {**TERMS, **changed}
    lines = [term(name, *row) for name, row in rows.items() if row is not None]
    return declared(*lines, production={"materials": [parameters]})


def test_the_circular_footprint_formula_is_recomputed_term_by_term() -> None:
    """(1-R1)Ev + R1[A Erec + (1-A) Ev Qsin/Qp] + (1-A) R2 [ErecEoL - E*v Qsout/Qp] + (1-B) R3 [EER - LHV(..)] + (1-R2-R3) ED."""
    content = circular()
    assert failed(content) == []
    ev, erec, eol, ed, eer, heat, power = (Fraction(x) for x in ("20", "3", "1", "0.1", "0.4", "0.1", "0.2"))
    r1, r2, r3, a, lhv = (Fraction(x) for x in ("0.5", "0.9", "0.05", "0.2", "10"))
    by_formula = (1 - r1) * ev + r1 * (a * erec + (1 - a) * ev) + (1 - a) * r2 * (eol - ev * Fraction("0.9")) \
        + r3 * (eer - lhv * (Fraction("0.3") * heat + Fraction("0.1") * power)) + (1 - r2 - r3) * ed  # fmt: skip
    assert Fraction(content.result.footprint) == 2 * by_formula


@pytest.mark.parametrize(("change", "found"), [
    ({"virgin": ("0.5", "20", "2")}, [("CIRCULAR_SHARE", "16.000000")]),
    ({"substituted": ("0.72", "20", "-2")}, [("CIRCULAR_SHARE", "2.880000")]),
    ({"disposal": None}, [("CIRCULAR_TERMS", "-")]),
    ({"recycling": ("0.72", "1", "1")}, [("CIRCULAR_AMOUNT", "-")]),
    ({"heat_substituted": ("0.05", "0.1", "-7")}, [("CIRCULAR_AMOUNT", "-")]),
    ({"substituted": ("0.648", "20", "2")}, [("CIRCULAR_SIGN", "-51.840000")]),
    ({"recycled": ("0.1", "3", "-2")}, [("CIRCULAR_SIGN", "1.200000")]),
])  # fmt: skip
def test_a_wrong_term_is_named(change: dict[str, Any], found: Any) -> None:
    assert failed(circular(**change)) == found


@pytest.mark.parametrize("change", [{"a": "0.1"}, {"a": "0.9"}, {"b": "1.1"}, {"r1": "1.01"}, {"r2": "0.96"}])
def test_parameters_outside_the_formula_are_refused(change: dict[str, str]) -> None:
    assert set(failed_codes(circular({**CFF, **change}))) == {"CIRCULAR_PARAMETERS"}
    without = {k: v for k, v in CFF.items() if k != "quality_in"}
    assert set(failed_codes(circular(without))) == {"CIRCULAR_PARAMETERS"}


CUT_OFF = {"name": "AL", "method": "cut-off", "r1": "0.5", "r2": "0.9", "r3": "0.05"}
BY_CUT_OFF = {"virgin": ("0.5", "20", "2"), "recycled": ("0.5", "3", "2"), "recovery": ("0.05", "0.4", "2"),
              "disposal": ("0.05", "0.1", "2"), "recycling": None, "substituted": None, "heat_substituted": None,
              "electricity_substituted": None}  # fmt: skip


def test_by_cut_off_recycled_input_is_used_and_no_credit_is_given() -> None:
    assert failed(circular(CUT_OFF, **BY_CUT_OFF)) == []
    credit = circular(CUT_OFF, **{**BY_CUT_OFF, "substituted": ("0.9", "20", "-2")})
    assert failed(credit) == [("CIRCULAR_SHARE", "36.000000")]


def test_one_number_cannot_be_two_shares() -> None:
    line = term("virgin", *TERMS["virgin"]) | {"allocation": "mass", "group": "COKE"}
    others = [term(name, *row) for name, row in TERMS.items() if name != "virgin"]
    made = {"materials": [CFF], **group(("9", "0.9"), ("1", "0.1"))}
    assert failed_codes(declared(line, *others, production=made)) == ["ALLOCATION_METHOD"]


def test_a_material_that_nobody_described_is_found() -> None:
    line = term("virgin", "1", "20", "2")
    assert failed_codes(declared(line)) == ["CIRCULAR_PARAMETERS"]


hundredths = st.integers(0, 100).map(lambda n: f"{Decimal(n).scaleb(-2):f}")


@given(hundredths, hundredths, hundredths, st.integers(20, 80), hundredths, hundredths, hundredths)
def test_the_coefficients_are_the_formulas_own(
    r1: str, r2: str, r3: str, a: int, b: str, q_in: str, q_out: str
) -> None:
    """With every process at the same value, the coefficients sum to the formula's."""
    assume(Fraction(r2) + Fraction(r3) <= 1)
    data = {"name": "M", "method": "cff", "r1": r1, "r2": r2, "r3": r3, "a": f"0.{a}", "b": b, "quality_in": q_in,
            "quality_out": q_out}  # fmt: skip
    found = coefficients(Material.model_validate(data))
    assert found is not None
    x1, x2, x3, xa, xb, qi, qo = (Fraction(t) for t in (r1, r2, r3, f"0.{a}", b, q_in, q_out))
    plus = total(found[k] for k in ("virgin", "recycled", "recycling", "recovery", "disposal"))
    assert plus == (1 - x1) + x1 * (xa + (1 - xa) * qi) + (1 - xa) * x2 + (1 - xb) * x3 + (1 - x2 - x3)
    assert found["substituted"] == (1 - xa) * x2 * qo
    assert found["heat_substituted"] == found["electricity_substituted"] == 0


def test_the_oracle_of_these_tests_is_not_the_code_under_test() -> None:
    assert emission(gas("CO2", "2", share="0.25"), "4") == Fraction(1, 8)
