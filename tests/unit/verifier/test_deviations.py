"""Spreads are what factors and ratings state, and a factor that many use is one number."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest
from support.builders import factor_content, footprint_content, gas_line, power_line
from support.golden import Golden

from ledger.errors import InputError
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint
from verifier.deviations import Assumed, rated, relative_deviation, uncertain
from verifier.uncertainty import first_order, unrounded

POWER, LEFT, RIGHT, WHOLE = (bytes([n]) * 32 for n in (1, 2, 3, 4))


def factor(**uncertainty: str) -> Factor:
    content = factor_content("0.5777")
    content["result"] |= {"uncertainty": uncertainty} if uncertainty else {}
    return Factor.model_validate(content)


def upstream(digest: bytes) -> dict[str, Any]:
    source = {"type": "upstream", "digest": "0x" + digest.hex(), "value": "0.5777", "per": "t"}
    return gas_line("1") | {"kind": "upstream", "unit": "t", "source": source}


def declaration(*lines: dict[str, Any]) -> Footprint:
    return Footprint.model_validate(footprint_content(*lines, footprint="0.5777"))


def diamond() -> dict[bytes, Footprint]:
    return {
        LEFT: declaration(power_line(POWER)),
        RIGHT: declaration(power_line(POWER)),
        WHOLE: declaration(upstream(LEFT), upstream(RIGHT)),
    }


def test_a_shared_factor_does_not_cancel_out() -> None:
    """Two parts with one kWh each: a factor of 10 % leaves the whole 10 % off, not 10 % / sqrt(2)."""
    found = uncertain(diamond(), {POWER: factor(measure="gsd", value="1.1")}, Assumed(amount=0))
    first = first_order(found.columns, found.nodes[WHOLE], found.deviations)
    assert first.value == pytest.approx(2 * 0.5777)
    assert first.standard_deviation / first.value == pytest.approx(relative_deviation(1.1))
    assert [found.digests[one.node] for one in first.contributors] == [POWER]


def test_a_percentage_is_the_half_width_of_95_percent_and_silence_is_assumed() -> None:
    for stated, deviation in (({"measure": "percent", "value": "10"}, 0.1 / 1.959964), ({}, 0.3)):
        found = uncertain(diamond(), {POWER: factor(**stated)}, Assumed(0, 0.3))
        assert found.deviations.direct[found.nodes[POWER]] == pytest.approx(deviation, rel=1e-6)


def test_own_emissions_add_up_as_independent_and_an_unopened_value_counts() -> None:
    content = declaration(gas_line("3"), gas_line("4", "另一处"), upstream(b"\7" * 32))
    found = uncertain({WHOLE: content}, {}, Assumed(0.1, 0.2))
    effects = [3 * 0.1, 4 * 0.1, 0.5777 * sqrt(0.1**2 + 0.2**2)]
    right = sqrt(sum(effect**2 for effect in effects)) / 7.5777
    assert found.deviations.direct.tolist() == [pytest.approx(right)]


@pytest.mark.parametrize(("ratings", "gsd"), [
    (("1", "1", "1"), 1.0),
    (("5", "1", "1"), sqrt(2)),
    (("1", "1", "5"), sqrt(1.5)),
    (("1", "1", "4.5"), sqrt(sqrt(1.2 * 1.5))),
])  # fmt: skip
def test_ratings_stand_for_the_pedigree_s_spread(ratings: tuple[str, str, str], gsd: float) -> None:
    names = ("technological", "geographical", "temporal")
    content = declaration(gas_line("1") | {"dqr": dict(zip(names, ratings, strict=True))})
    assert rated(content.lines[0]) == pytest.approx(relative_deviation(gsd), abs=1e-12)


def test_a_gsd_below_one_is_no_spread() -> None:
    with pytest.raises(InputError):
        relative_deviation(0.9)


def test_the_golden_body_has_its_value_and_names_what_is_least_sure() -> None:
    golden = Golden()
    contents = {golden.digests[name]: golden.contents[name] for name in ("coil_2023", "coil", "part", "body")}
    factors = {golden.digests[n]: one for n, one in golden.contents.items() if isinstance(one, Factor)}
    found = uncertain(contents, factors)
    body = found.nodes[golden.digests["body"]]
    assert unrounded(found.columns)[body] == pytest.approx(2589.247860, abs=1e-5)
    first = first_order(found.columns, body, found.deviations, top=3)
    names = {digest: name for name, digest in golden.digests.items()}
    # 45 kg of default aluminium at 28.5 weigh half of it: 10 % of 1282.5 kg, then 10 % of 809.6 kg of default steel
    assert [names[found.digests[one.node]] for one in first.contributors][:2] == [
        names[d] for d in (_basis_of(golden, "铝"), _basis_of(golden, "钢制件"))
    ]
    assert first.contributors[0].deviation == pytest.approx(128.25)


def _basis_of(golden: Golden, word: str) -> bytes:
    line = next(line for line in golden.contents["body"].lines if word in line.name)
    return bytes.fromhex(line.source.digest[2:])
