"""Which factor a line should have rested on: the rule's series, else the line's own, else a sister line's, else nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from support.around import Around
from support.builders import PUBLISHER, factor_content, footprint_content, power_line

from ledger.footprint.basis import Wanted, right_factor, weight_of
from ledger.kind import Known
from ledger.kinds import kind_named
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint


class Published(Around):
    """Factors of one publisher, found by series and place as in a log."""

    def put(self, value: str, year: int = 2024, *, series: str = "elec-fp", publisher: str = PUBLISHER,
            per: str = "kWh", **header: Any) -> bytes:  # fmt: skip
        content = factor_content(value, series=series, year=year)
        content["header"] |= header
        content["result"]["per"] = per
        return self.add("factor", publisher, Factor.model_validate(content))

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return [one for one, _ in self._all if one.organisation == known.organisation
                and f"{one.summary.series}|{one.summary.geography}" == key]  # fmt: skip


def asked(world: Published, wrong: bytes, *others: bytes, wanted: Wanted = Wanted(), **header: Any) -> str | None:  # noqa: B008 - frozen
    """The right value for a line of one kWh that rests on `wrong`, in a declaration with other lines."""
    lines = [power_line(digest) for digest in (wrong, *others)]
    content = footprint_content(*lines, footprint="1.0000")
    content["header"] |= header
    declared = Footprint.model_validate(content)
    known = world.known(wrong)
    assert known is not None
    found = right_factor(declared, declared.lines[0], known, world, wanted)
    return None if found is None else found.value


ETS = {"kind": "ets_default", "gas_basis": "CO2"}
RULE = Wanted(("footprint",), ("elec-fp",))


def test_the_rule_s_series_gives_the_newest_of_the_period_for_the_nearest_place() -> None:
    world = Published()
    wrong = world.put("0.42", series="elec-ets", **ETS)
    assert asked(world, wrong, wanted=RULE) is None
    for value, year, place in (("0.9", 2024, "GLO"), ("0.6", 2023, "CN"), ("0.5", 2024, "CN"), ("0.1", 2026, "CN")):
        world.put(value, year, geography=place)
    assert asked(world, wrong, wanted=RULE) == "0.5"
    world.put("0.7", 2023, geography="CN-SH")
    assert asked(world, wrong, wanted=RULE) == "0.7"
    assert asked(world, wrong, wanted=RULE, geography="US") == "0.9"
    assert asked(world, wrong) is None, "without a rule nobody says which series it should be"


def test_corrected_withdrawn_and_unfit_factors_are_never_the_right_one() -> None:
    world = Published()
    wrong = world.put("0.42", series="elec-ets", **ETS)
    world.put("0.3", valid_until="2024-12-31")
    world.put("0.2", 2025, gas_basis="CO2")
    assert asked(world, wrong, wanted=RULE) is None
    old = world.put("0.5", 2022)
    assert asked(world, wrong, wanted=RULE) == "0.5"
    world.put("0.6", 2022)  # the same subject: a correction
    assert asked(world, wrong, wanted=RULE) == "0.6"
    current = world.known(old)
    assert current is not None
    assert current.superseded is not None
    world.put("0.1", 2023, publisher="urn:tanji:another")
    assert asked(world, wrong, wanted=RULE) == "0.6", "another publisher's series is another series"


def test_a_factor_of_an_allowed_kind_but_the_wrong_time_or_place_gives_its_own_series() -> None:
    world = Published()
    lapsed = world.put("0.6", 2020, valid_until="2021-12-31")
    world.put("0.5", 2024)
    assert asked(world, lapsed) == "0.5"
    shanghai = world.put("0.7", 2024, series="steam", geography="CN-SH")
    world.put("0.8", 2024, series="steam")
    assert asked(world, shanghai, geography="CN-JS") == "0.8"


def test_a_sister_line_of_the_same_kind_says_it_where_no_rule_does() -> None:
    world = Published()
    wrong, right = world.put("0.42", series="elec-ets", **ETS), world.put("0.5")
    assert asked(world, wrong, right) == "0.5"
    assert asked(world, wrong, wrong) is None
    assert asked(world, wrong, right, wanted=Wanted(("footprint",), ("steam",))) is None
    assert asked(world, wrong, right, wanted=Wanted(("material",))) is None, (
        "a rule narrows the kinds, and never widens them"
    )


@pytest.mark.parametrize(("per", "kilograms"), [("kWh", "0.0800"), ("MWh", "-0.4195"), ("kg", "0.4200")])
def test_the_weight_is_the_difference_or_the_whole_line_where_units_do_not_fit(per: str, kilograms: str) -> None:
    world = Published()
    wrong, right = world.put("0.42", series="elec-ets", **ETS), world.put("0.5", per=per)
    line = power_line(wrong, emission="0.4200")
    line["source"]["value"] = "0.42"
    declared = Footprint.model_validate(footprint_content(line, footprint="0.4200"))
    known = world.known(right)
    assert known is not None
    assert weight_of(declared, declared.lines[0], known.summary) == Decimal(kilograms)
    assert weight_of(declared, declared.lines[0], None) == Decimal("0.4200")


def test_a_stale_factor_is_weighed_by_the_correction_of_the_newer_year_and_not_by_what_it_replaced() -> None:
    world = Published()
    old = world.put("0.6", 2023)
    world.put("0.1", 2024)
    world.put("0.5", 2024)
    content = Footprint.model_validate(footprint_content(power_line(old, emission="0.6000") | {
        "source": {"type": "factor", "digest": "0x" + old.hex(), "value": "0.6", "per": "kWh"}}, footprint="0.6000"))  # fmt: skip
    found = list(kind_named("footprint").check_references(content, world))
    assert [(f.code, f.values["expected"], f.kilograms) for f in found] == [
        ("FACTOR_STALE", "2024: 0.5", Decimal("-0.1000"))
    ]
