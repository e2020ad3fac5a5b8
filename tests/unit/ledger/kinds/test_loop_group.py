"""A loop group registers only with the values that solve it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from support.builders import CARMAKER, PRESS, STEEL
from support.looped import group

from ledger.disclosures import SEED_BYTES, parse_content
from ledger.kinds import kind_named
from ledger.kinds.loop_group import LoopGroup

KIND = kind_named("loop-group")


class Around:
    """Of its surroundings the kind asks for the issuer only."""

    def __init__(self, organisation: str) -> None:
        self.organisation = organisation


def codes(content: LoopGroup, issuer: str = STEEL) -> list[str]:
    return [finding.code for finding in KIND.register(content, Around(issuer))]  # type: ignore[arg-type]


def test_the_solved_group_registers_and_reads_back() -> None:
    content = group()
    assert codes(content) == codes(content, PRESS) == []
    assert KIND.read(parse_content(KIND.disclose(content, bytes(SEED_BYTES)))) == content
    assert KIND.summary(content).members["scrap"].footprint == "0.205128205"
    assert KIND.subject(content) == "delta-steel|2025-01-01..2025-12-31"


def test_a_value_that_is_one_unit_off_is_named_with_its_kilograms() -> None:
    content = group(scrap={"footprint": "0.205128206"})
    (finding,) = KIND.register(content, Around(STEEL))  # type: ignore[arg-type]
    assert (finding.code, finding.place, finding.kilograms) == ("LOOP_VALUE", "members/0001", Decimal("-1E-9"))


@pytest.mark.parametrize(("changes", "expected"), [
    ({"steel": {"key": "scrap"}}, ["LOOP_KEYS"]),
    ({"steel": {"inputs": [{"member": "coal", "quantity": "1"}]}}, ["LOOP_KEYS"]),
    ({"steel": {"inputs": [{"member": "steel", "quantity": "0.5"}], "footprint": "3.6"},
      "scrap": {"footprint": "0.38"}}, ["LOOP_OPEN"]),
    ({"steel": {"inputs": [{"member": "scrap", "quantity": "10"}]}}, ["LOOP_FEEDBACK"]),
    ({"steel": {"footprint": "1.85128206"}}, ["LOOP_VALUE"]),
])  # fmt: skip
def test_each_way_to_be_wrong_has_its_code(changes: dict[str, dict[str, Any]], expected: list[str]) -> None:
    assert codes(group(**changes)) == expected


def test_a_stranger_does_not_declare_a_group() -> None:
    assert codes(group(), CARMAKER) == ["LOOP_ISSUER"]


@pytest.mark.parametrize("wrong", [
    {"steel": {"direct": "-1"}},
    {"steel": {"inputs": [{"member": "scrap", "quantity": "-0.1"}]}},
    {"steel": {"inputs": []}},
    {"steel": {"amount": "0.0"}},
    {"header": {"period_end": "2024-12-31"}},
])  # fmt: skip
def test_negative_or_empty_numbers_have_no_place_in_a_loop(wrong: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        group(**wrong)
