"""Two hundred and forty wrong declarations: one fact of the golden chain changed at a random place, and signed.

Each must be found, named and placed, and weigh what it weighs: the kilograms are computed here a second time, with
fractions and nothing of the ledger's own arithmetic. The honest chain has no failed finding.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from support.audit import Ledger
from support.builders import CARMAKER, PRESS, STEEL, signed
from support.golden import Golden

from ledger.findings import Outcome
from ledger.identifiers import digest_to_text
from verifier.product import ProductVerdict

OWNERS = {"coil": STEEL, "part": PRESS, "body": CARMAKER}
RATIOS = {
    ("kg", "t"): Fraction(1, 1000),
    ("t", "kg"): Fraction(1000),
    ("kWh", "MWh"): Fraction(1, 1000),
    ("t.km", "kg.km"): Fraction(1000),
}
SEEDS = range(240)


class Expected(NamedTuple):
    """The failed codes, and of the first its place and kilograms per declared unit."""

    codes: set[str]
    place: str
    kilograms: Decimal | None


Content = dict[str, Any]
Way = Callable[[Random, str, Content], Expected | None]
"""Changes one fact of the declaration of this name; None where there is no such fact to change."""


@cache
def golden() -> Golden:
    return Golden()


def rounded(value: Fraction, decimals: int = 6) -> Decimal:
    scaled = value * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    whole += twice > 0 or (twice == 0 and whole % 2)
    return Decimal(whole).scaleb(-decimals)


def exact(line: Content, value: str | None = None) -> Fraction:
    source = line["source"]
    ratio = Fraction(1) if line["unit"] == source["per"] else RATIOS[line["unit"], source["per"]]
    return Fraction(line["amount"]) * Fraction(value or source["value"]) * ratio


def add_up(content: Content) -> None:
    """Makes a changed declaration's own sums right again."""
    for line in content["lines"]:
        line["emission"] = f"{rounded(exact(line)):f}"
    content["result"]["footprint"] = f"{rounded(sum(map(exact, content['lines']), Fraction(0))):f}"


def nudged(chance: Random, text: str) -> str:
    """The number with its last two digits changed."""
    decimal = Decimal(text)
    step = Decimal(chance.choice([-1, 1]) * chance.randrange(1, 100)).scaleb(decimal.as_tuple().exponent)  # type: ignore[arg-type]
    found = Context(prec=60, rounding=ROUND_HALF_EVEN).add(decimal, step)
    return f"{found if found > 0 else decimal + abs(step):f}"


def some_line(chance: Random, content: Content, *kinds: str) -> tuple[int, Content] | None:
    fitting = [(n, line) for n, line in enumerate(content["lines"]) if not kinds or line["kind"] in kinds]
    return chance.choice(fitting) if fitting else None


def place(number: int) -> str:
    return f"lines/{number:04d}"


def wrong_emission(chance: Random, _: str, content: Content) -> Expected:
    number, line = some_line(chance, content) or (0, {})
    line["emission"] = nudged(chance, line["emission"])
    return Expected({"LINE_ARITHMETIC"}, place(number), rounded(exact(line)) - Decimal(line["emission"]))


def wrong_result(chance: Random, _: str, content: Content) -> Expected:
    right = Decimal(content["result"]["footprint"])
    content["result"]["footprint"] = nudged(chance, content["result"]["footprint"])
    return Expected({"RESULT_ARITHMETIC"}, "result", right - Decimal(content["result"]["footprint"]))


def wrong_amount(chance: Random, _: str, content: Content) -> Expected:
    number, line = some_line(chance, content) or (0, {})
    stated = Decimal(line["emission"])
    while line["amount"] == (before := line["amount"]) and rounded(exact(line)) == stated:
        line["amount"] = nudged(chance, before)
    total = rounded(sum(map(exact, content["lines"]), Fraction(0)))
    codes = {"LINE_ARITHMETIC"} | ({"RESULT_ARITHMETIC"} if total != Decimal(content["result"]["footprint"]) else set())
    return Expected(codes, place(number), rounded(exact(line)) - stated)


def pinned_factor(chance: Random, _: str, content: Content) -> Expected | None:
    found = some_line(chance, content, "electricity", "material", "material_default", "fuel", "transport")
    number, line = found or (0, {})
    right = line["source"]["value"]
    line["source"]["value"] = nudged(chance, right)
    add_up(content)
    return Expected({"PINNED_FACTOR"}, place(number), rounded(exact(line, right)) - Decimal(line["emission"]))


def pinned_upstream(chance: Random, _: str, content: Content) -> Expected | None:
    if (found := some_line(chance, content, "upstream")) is None:
        return None
    number, line = found
    right = line["source"]["value"]
    line["source"]["value"] = nudged(chance, right)
    add_up(content)
    return Expected({"PINNED_UPSTREAM"}, place(number), rounded(exact(line, right)) - Decimal(line["emission"]))


def factor_of_another_kind(chance: Random, _: str, content: Content) -> Expected | None:
    if (found := some_line(chance, content, "electricity")) is None:
        return None
    number, line = found
    names = [
        n for n in golden().pins if n.startswith(("elec-ets-sh/2022", "elec-co2-cn/2023", "elec-co2-residual-cn/2023"))
    ]
    name = chance.choice(names)
    rest_on(line, name)
    add_up(content)
    elsewhere = name.startswith("elec-ets-sh") and content["header"]["geography"] != "CN-SH"
    codes = {"FACTOR_KIND", "FACTOR_REGION"} if elsewhere else {"FACTOR_KIND"}
    return Expected(codes, place(number), Decimal(line["emission"]))


def rest_on(line: Content, name: str) -> None:
    pin = golden().pins[name]
    line["source"] = {"type": pin.type, "digest": digest_to_text(pin.digest), "value": pin.value, "per": pin.per}


def last_years_factor(chance: Random, _: str, content: Content) -> Expected | None:
    if (found := some_line(chance, content, "electricity")) is None:
        return None
    number, line = found
    new = line["source"]["value"]
    rest_on(line, "elec-fp-cn/2023")
    add_up(content)
    return Expected({"FACTOR_STALE"}, place(number), rounded(exact(line, new)) - Decimal(line["emission"]))


def last_years_supplier(chance: Random, _: str, content: Content) -> Expected:
    number, line = some_line(chance, content, "upstream") or (0, {})
    new = line["source"]["value"]
    rest_on(line, "coil_2023")
    add_up(content)
    return Expected({"UPSTREAM_STALE"}, place(number), rounded(exact(line, new)) - Decimal(line["emission"]))


def another_region(chance: Random, _: str, content: Content) -> Expected | None:
    if (found := some_line(chance, content, "electricity", "green_electricity")) is None:
        return None
    number, line = found
    line["geography"] = chance.choice(["US", "DE-BY", "JP"])
    return Expected({"FACTOR_REGION"}, place(number), Decimal(line["emission"]))


def another_dimension(chance: Random, _: str, content: Content) -> Expected:
    number, line = some_line(chance, content) or (0, {})
    line["unit"] = "h"
    return Expected({"UNIT_MISMATCH"}, place(number), None)


def unknown_basis(chance: Random, _: str, content: Content) -> Expected:
    number, line = some_line(chance, content) or (0, {})
    line["source"]["digest"] = f"0x{chance.getrandbits(256):064x}"
    return Expected({"REFERENCE_UNKNOWN"}, place(number), None)


def upstream_in_name_only(chance: Random, _: str, content: Content) -> Expected | None:
    if (found := some_line(chance, content, "material", "material_default", "transport", "fuel")) is None:
        return None
    number, line = found
    line["kind"] = "upstream"
    # and no kind of factor may stand behind such a line
    return Expected({"LINE_SOURCE", "FACTOR_KIND"}, place(number), None)


WAYS: list[Way] = [
    wrong_emission, wrong_result, wrong_amount, pinned_factor, pinned_upstream, factor_of_another_kind, last_years_factor,
    last_years_supplier, another_region, another_dimension, unknown_basis, upstream_in_name_only,
]  # fmt: skip


def variant(seed: int) -> tuple[Ledger, bytes, str, Expected]:
    """The ledger with one more declaration, wrong in one fact; its digest, its kind of wrong, what must be found."""
    chance = Random(seed)
    while True:
        way = WAYS[(seed + chance.randrange(2)) % len(WAYS)]
        name = "part" if way is last_years_supplier else chance.choice(sorted(OWNERS))
        content = golden().contents[name].model_dump(mode="json", exclude_none=True)
        content["header"]["product_id"] += f"-W{seed}"
        expected = way(chance, name, content)
        if expected is not None:
            break
    ledger = copy.copy(golden())
    ledger.items, ledger.entries = list(ledger.items), list(ledger.entries)
    ledger.log = type(ledger.log)("log")
    content["lines"] = tuple(content["lines"])
    digest = ledger.add(signed("footprint", OWNERS[name], content))
    ledger.anchor()
    return ledger, digest, way.__name__, expected


def failed(verdict: ProductVerdict, digest: bytes) -> list[Any]:
    return [f for f in verdict.findings if f.outcome is Outcome.FAIL and f.statement == digest]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_wrong_fact_is_found_named_and_weighed(tmp_path: Path, seed: int) -> None:
    ledger, digest, _, expected = variant(seed)
    verdict = ledger.verify(tmp_path, digest)
    found = failed(verdict, digest)
    assert {finding.code for finding in found} == expected.codes
    at = next(f for f in found if f.code in expected.codes and f.place == expected.place)
    if expected.kilograms is not None:
        assert at.kilograms == expected.kilograms
    assert not [f for f in verdict.findings if f.outcome is Outcome.FAIL and f.statement != digest]


def test_every_way_of_being_wrong_is_met_often_enough() -> None:
    met = [variant(seed)[2] for seed in SEEDS]
    assert {way.__name__: met.count(way.__name__) >= 8 for way in WAYS} == {way.__name__: True for way in WAYS}


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_the_honest_chain_has_no_failed_finding(tmp_path: Path, name: str) -> None:
    ledger = copy.copy(golden())
    ledger.log = type(ledger.log)("log")
    ledger.anchor()
    verdict = ledger.verify(tmp_path, ledger.digests[name])
    assert [f.code for f in verdict.findings if f.outcome is Outcome.FAIL] == []
