"""The claim check of one declaration: does it recompute from the values that it pinned itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.calculation import GWP100, Exact, line_emission, total
from ledger.errors import InputError
from ledger.findings import Finding, fail, failed, not_checked
from ledger.footprint.boundary import check_boundary
from ledger.footprint.breakdown import EXCLUDING_UPTAKE, REMOVALS
from ledger.footprint.content import Footprint, line_place
from ledger.footprint.effects import four_digits, replaced_effect, scaled_effect
from ledger.footprint.lines import GasSource, Line
from ledger.footprint.parts import Pinned, fits, stated_sum, unstated
from ledger.footprint.quality import check_quality
from ledger.footprint.results import check_results
from ledger.footprint.ruling import negative_lines
from ledger.footprint.sharing import check_shares
from ledger.footprint.transport import check_transport
from ledger.numbers import EXACT, decimals_of, is_rounded, round_half_even, unit_of

DIRECT: Final = frozenset({"fuel", "process", "waste", "byproduct"})
"""Only these lines may state gases themselves; what is bought or transported rests on a factor or a declaration."""

_FINE: Final = 51
"""A result of so many units in its last place is at most half a unit, so less than one percent, off."""


def check(content: Footprint) -> Iterator[Finding]:
    """All that a declaration says by itself."""
    yield from _check_arithmetic(content)
    yield from _check_sources(content)
    yield from check_boundary(content)
    yield from check_transport(content)
    yield from check_shares(content)
    if content.header.rule is None:
        yield not_checked("RULE_NOT_NAMED", "header", abs(Decimal(content.result.footprint)))
        yield from negative_lines(content)


def _check_arithmetic(content: Footprint) -> Iterator[Finding]:
    declared, output = content.result.footprint, content.production.output
    decimals = decimals_of(declared)
    exact = []
    for number, line in enumerate(content.lines):
        try:
            emission = line_emission(line, output)
        except InputError as err:
            yield failed(InputError(err.code, place=line_place(number), **err.values))
            continue
        exact.append(emission)
        if not is_rounded(emission, line.emission, decimals):
            expected = round_half_even(emission, decimals)
            yield fail("LINE_ARITHMETIC", line_place(number), expected - Decimal(line.emission), name=line.name,
                       got=line.emission, expected=f"{expected:f}")  # fmt: skip
    if len(exact) == len(content.lines):
        yield from _check_result(total(exact), declared, decimals)
        yield from check_results(content, exact)
        yield from check_quality(content, exact)


def _check_result(summed: Exact, declared: str, decimals: int) -> Iterator[Finding]:
    if not is_rounded(summed, declared, decimals):
        expected = round_half_even(summed, decimals)
        yield fail("RESULT_ARITHMETIC", "result", expected - Decimal(declared), got=declared, expected=f"{expected:f}")
    elif abs(Decimal(declared)) < _FINE * unit_of(decimals):
        yield from _check_coarse(summed, declared)


def _check_coarse(summed: Exact, declared: str) -> Iterator[Finding]:
    """Bought a million times, what one rounding took away is a million times as heavy."""
    lost = Fraction(summed) - Fraction(declared)
    if abs(lost) * 100 > abs(Fraction(summed)):
        fine = four_digits(Fraction(summed))
        yield fail("RESULT_TOO_COARSE", "result", four_digits(lost), got=declared, expected=f"{fine:f}")


def _check_sources(content: Footprint) -> Iterator[Finding]:
    for number, line in enumerate(content.lines):
        source, kind = line.source, line.kind
        direct_where_bought = source.type == "gas" and kind not in DIRECT
        if direct_where_bought or (kind == "upstream") != (source.type == "upstream"):
            yield fail("LINE_SOURCE", line_place(number), name=line.name, got=source.type, expected=kind)
        if source.type == "gas":
            yield from _check_gas(content, number, line, source)
        elif source.breakdown is not None:
            yield from _check_breakdown(content, number, line, source)
        if kind == "green_electricity" and line.certificates is None:
            yield not_checked("GREEN_CERTIFICATES", line_place(number), Decimal(line.emission), name=line.name)


def _check_gas(content: Footprint, number: int, line: Line, source: GasSource) -> Iterator[Finding]:
    gwp = content.header.gwp
    right = GWP100[gwp].get(source.gas)
    if right != source.value:
        kilograms = None if right is None else replaced_effect(content, line, right, source.per)
        yield fail("GWP_VALUE", line_place(number), kilograms, gas=source.gas, got=source.value, expected=right or "-",
                   set=gwp)  # fmt: skip
    if source.gas == "CO2e":
        yield not_checked("GAS_CHARACTERISED", line_place(number), abs(Decimal(line.emission)), name=line.name)


def _check_breakdown(content: Footprint, number: int, line: Line, source: Pinned) -> Iterator[Finding]:
    """The parts of a pinned value must make it up: a factor's exactly, a declaration's as far as it stated them."""
    missing = unstated(source)
    difference = EXACT.subtract(Decimal(source.value), stated_sum(source))
    if not missing or not difference or fits(source):
        explained = fits(source)
    elif source.type == "factor":
        explained = len(missing) == len(EXCLUDING_UPTAKE)
    else:  # what is missing adds, or takes away, what the others leave
        explained = bool(missing - REMOVALS if difference > 0 else missing & REMOVALS)
    if not explained:
        summed = stated_sum(source)
        effect = scaled_effect(content, line, Fraction(summed), Fraction(line.value))
        yield fail("BREAKDOWN_SUM", line_place(number), effect, name=line.name, got=line.value,
                   expected=f"{round_half_even(summed, decimals_of(line.value)):f}")  # fmt: skip
