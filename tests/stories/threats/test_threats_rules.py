"""Threats on what a declaration leaves out, shares out, nets off and rounds, through verdict and replay."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from support import rules
from support.builders import DOMAIN, STEEL, Signed, footprint, gas_line, private_key, signed
from support.oven import COKE, GAS, from_oven
from support.threats import Found, audited, declared, golden, honest, judged, refused, told

from ledger.disclosures import disclose, parse_content
from ledger.errors import InputError
from ledger.findings import Finding
from ledger.identifiers import digest_to_text
from ledger.numbers import parse_decimal
from ledger.signing import sign
from ledger.statement import Statement


@pytest.mark.parametrize(("cuts", "got", "over"), [
    (["1"] * 6, "6", "0.268629"), (["5.1"], "5.1", "0.026863"), (["1"] * 5, "5", None),
])  # fmt: skip
def test_threat_17_cut_off_abuse(cuts: list[str], got: str, over: str | None, tmp_path: Path) -> None:
    """Six times one percent where the rule lets five go: what is beyond is weighed, however it is cut."""
    ledger = golden()
    exempted = [{"name": f"辅料 {n}", "percent": percent} for n, percent in enumerate(cuts)]
    digest = declared(ledger, lambda part: part["production"].update(exempted=exempted))
    _, found = judged(ledger, digest, tmp_path)
    assert told(found) == (set() if over is None else {Found("CUT_OFF_EXCEEDED", "production", Decimal(over))})
    assert [(f.values["got"], f.values["expected"]) for f in found] == ([] if over is None else [(got, "5")])


@pytest.mark.parametrize(("rows", "expected"), [
    ((("焦炭", "30", "0.75"), ("煤气", "10", "0.35")), Found("ALLOCATION_SUM", "lines/0000", Decimal("-0.2727"))),
    ((("焦炭", "30", "0.65"), ("煤气", "10", "0.25")), Found("ALLOCATION_SUM", "lines/0000", Decimal("0.2889"))),
    ((("焦炭", "30", "0.10"), ("煤气", "10", "0.90")), Found("ALLOCATION_BASIS", "lines/0000", Decimal("2.6000"))),
])  # fmt: skip
def test_threat_18_allocation_gaming(rows: Any, expected: Found, tmp_path: Path) -> None:
    """Shares that come to 1.1 or to 0.9, and by-products that take what by their mass they should not."""
    found = audited(tmp_path, from_oven("P-COKE", *rows))
    assert told(found) == {expected}


def test_threat_18_allocation_gaming_in_two_declarations(tmp_path: Path) -> None:
    """Each product is given the small share in its own declaration: together 0.6 kg of the oven's 4 are nobody's."""
    coke, gas = from_oven("P-COKE", COKE, GAS), from_oven("P-GAS", ("煤气", "1", "0.10"), ("焦炭", "9", "0.90"))
    found = audited(tmp_path, coke, gas)
    assert [(f.statement, *Found(f.code, f.place, f.kilograms)) for f in found] == [
        (gas.digest, "COPRODUCTS_DIFFER", "lines/0000", Decimal("0.6000"))
    ]
    honest(tmp_path / "honest", coke, from_oven("P-GAS", GAS, COKE))


LOCALES = ["1,234.5", "1.234,5", "１，２３４", "1 234", "１２３４", "1e3", "٣"]


@pytest.mark.parametrize("text", LOCALES)
def test_threat_20_locale_error(text: str, tmp_path: Path) -> None:
    """Another country's decimal signs and full-width digits are never guessed: not in a draft, not in what was signed."""
    with pytest.raises(InputError) as caught:
        parse_decimal(text, "lines")
    assert (caught.value.code, caught.value.values["got"]) == ("DECIMAL_FORMAT", text)
    item = with_amount(text)
    err = refused(tmp_path, item)
    assert (err.code, "amount" in str(err.values["got"])) == ("CONTENT_FORMAT", True)
    assert {(f.code, f.statement) for f in audited(tmp_path, item)} == {("CONTENT_FORMAT", item.digest)}
    honest(tmp_path / "honest", with_amount("2.5000"))


def with_amount(text: str) -> Signed:
    """A declaration signed by a program that takes any text for an amount."""
    right = footprint(STEEL)
    parts = dict(parse_content(right.text).shown)
    parts["lines/0000"] = {**parts["lines/0000"], "amount": text}  # type: ignore[dict-item]
    content = disclose(parts, b"\x05" * 32)
    fields = right.statement.model_dump(mode="json", by_alias=True)
    statement = Statement.model_validate({**fields, "content": digest_to_text(parse_content(content).root)})
    return Signed(statement, sign(statement, DOMAIN, private_key(STEEL)), content)


def thirds(total: Decimal) -> Signed:
    """Three lines of 1.0000005 kg, which each round to 1.000000."""
    lines = [gas_line("1.0000005", name) | {"emission": "1.000000"} for name in ("甲", "乙", "丙")]
    return footprint(STEEL, *lines, value=f"{total:f}")


def test_threat_21_rounding_drift(tmp_path: Path) -> None:
    """One rounding, half to even, at the total: a sum of rounded lines, and another way to round, are off by the drift."""
    exact = 3 * Decimal("1.0000005")
    even, drifted = exact.quantize(Decimal("1.000000")), 3 * Decimal("1.000000")
    honest(tmp_path / "even", thirds(even))
    found = audited(tmp_path / "drifted", thirds(drifted))
    assert told(found) == {Found("RESULT_ARITHMETIC", "result", even - drifted)}
    assert (found[0].values["got"], found[0].values["expected"]) == ("3.000000", "3.000002")
    two = [gas_line("1.00000025", name) | {"emission": "1.000000"} for name in ("甲", "乙")]
    up = (2 * Decimal("1.00000025")).quantize(Decimal("1.000000"), ROUND_HALF_UP)
    found = audited(tmp_path / "up", footprint(STEEL, *two, value=f"{up:f}"))
    assert told(found) == {Found("RESULT_ARITHMETIC", "result", Decimal("-0.000001"))}


def test_threat_21_two_machines_write_the_same_bytes(tmp_path: Path) -> None:
    """Verdict and replay under another language, time zone, hash seed and number of workers: byte for byte the same."""
    ledger = golden()
    ledger.anchor()
    ledger.write(tmp_path / "audit")
    (tmp_path / "trust.json").write_bytes(ledger.trust().to_bytes())
    machines = [{"LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "1"},
                {"LC_ALL": "de_DE.UTF-8", "TZ": "America/New_York", "PYTHONHASHSEED": "2"}]  # fmt: skip
    for command in (["product", "audit", "DOOR-INNER-L"], ["replay", "audit"]):
        said = []
        for number, machine in enumerate(machines, 1):
            workers = ["--workers", str(number)] if command[0] == "replay" else []
            run = [sys.executable, "-m", "verifier", *command, "--trust", "trust.json", "--json", *workers]
            house = {"PYTHONPATH": str(Path(__file__).parents[3])}
            done = subprocess.run(
                run, cwd=tmp_path, env={**os.environ, **machine, **house}, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr
            said.append(done.stdout)
        assert said[0] == said[1]
        assert b'"status":"verified"' in said[0]


def under_rule(folder: Path, line: dict[str, Any] | None, **requirements: Any) -> list[Finding]:
    """What fails in the golden part when it names a rule and has another line."""
    ledger = golden(ruled=False)
    ledger.registry.organisation(rules.COMMITTEE)
    ledger.registry.grant(rules.COMMITTEE, "rule-publisher")
    materials = requirements.pop("materials", None)
    rule = rules.rule_content(ledger.contents["part"], **requirements)
    written = {k: tuple(v) if isinstance(v, list) else v for k, v in rule.model_dump(mode="json", by_alias=True,
                                                                                     exclude_none=True).items()}  # fmt: skip
    named = ledger.add(signed("rule", rules.COMMITTEE, written))

    def change(part: dict[str, Any]) -> None:
        part["header"]["rule"] = digest_to_text(named)
        part["lines"] += [line] if line is not None else []
        if materials is not None:
            part["production"]["materials"] = materials

    return judged(ledger, declared(ledger, change), folder)[1]


def credit(kilograms: str, name: str) -> dict[str, Any]:
    return gas_line(f"-{kilograms}", name) | {"kind": "byproduct"}


def steel(recycled: str) -> list[dict[str, str]]:
    return [{"name": "steel", "method": "cut-off", "r1": recycled}]


def test_threat_42_scrap_as_credit_and_as_input(tmp_path: Path) -> None:
    """Three tenths of the steel are scrap that came free, and the scrap that leaves is credited as well."""
    both = under_rule(tmp_path / "both", credit("2", "工艺废钢回收"), recycling="cut-off", materials=steel("0.3"))
    twice = [f for f in both if f.code == "RECYCLED_TWICE"]
    assert told(twice) == {Found("RECYCLED_TWICE", "lines/0004", Decimal("2.000000"))}
    assert twice[0].values["got"] == "steel"
    only_one = [
        under_rule(tmp_path / "input", None, recycling="cut-off", materials=steel("0.3")),
        under_rule(tmp_path / "credit", credit("2", "工艺废钢回收"), recycling="cut-off", materials=steel("0")),
    ]
    assert "RECYCLED_TWICE" not in {f.code for found in only_one for f in found}
    other = under_rule(tmp_path / "method", credit("2", "工艺废钢回收"), recycling="cff", materials=steel("0.3"))
    assert {"RECYCLING_METHOD", "RECYCLED_TWICE"} <= {f.code for f in other}
    silent = under_rule(tmp_path / "silent", credit("2", "工艺废钢回收"), materials=steel("0.3"))
    assert not {"RECYCLING_METHOD", "RECYCLED_TWICE"} & {f.code for f in silent}, "a rule that asks for no method"


def test_threat_43_offsets_netted(tmp_path: Path) -> None:
    """One kilogram of bought offsets taken off the part; scrap that the rule permits may be."""
    found = under_rule(tmp_path / "offset", credit("1", "CCER 碳抵消"))
    place, weight = "lines/0004", Decimal("1.000000")
    assert told(found) == {Found("OFFSET_LINE", place, weight), Found("NEGATIVE_NOT_PERMITTED", place, weight)}
    assert under_rule(tmp_path / "scrap", credit("1", "工艺废钢回收")) == []
