from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.footprints import declared, failed_codes, gas, material, open_questions, upstream

from ledger.calculation import GWP100
from ledger.footprint.breakdown import EXCLUDING_UPTAKE, pact_name
from ledger.footprint.filling import full_result

amounts = st.sampled_from(["0", "0.000001", "1", "3.75", "1234.5", "-0.25", "-80"])
parts = st.dictionaries(
    st.sampled_from([pact_name(n) for n in EXCLUDING_UPTAKE if not n.endswith(("removals", "capture"))]),
    st.sampled_from(["0", "0.5", "1.25"]), max_size=3,
)  # fmt: skip
rated = st.one_of(st.none(), st.just({"technological": "1.5", "geographical": "2", "temporal": "5"}))


@st.composite
def any_line(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["gas", "factor", "upstream"]))
    if kind == "gas":
        name = draw(st.sampled_from(sorted(GWP100["AR6"])))
        line = gas(
            name,
            draw(amounts),
            GWP100["AR6"][name],
            origin=draw(st.sampled_from([None, "fossil", "land_use_change", "capture"])),
        )
    else:
        breakdown = draw(st.one_of(st.none(), parts))
        value = str(sum(map(float, (breakdown or {"": "2"}).values())))
        uptake = draw(st.sampled_from([{}, {"biogenicCO2Uptake": "-0.5"}]))
        source = {"breakdown": {**breakdown, **uptake}} if breakdown is not None else {}
        line = (material if kind == "factor" else upstream)(value, draw(amounts), source=source)
        line["kind"] = draw(st.sampled_from(["material", "packaging"])) if kind == "factor" else "upstream"
        line |= draw(st.sampled_from([{}, {"carbon": {"fossil": "0.2", "biogenic": "0.1"}}, {"carbon": {}}]))
    line["stage"] = draw(st.sampled_from(["raw_material", "production", "distribution"]))
    line |= draw(st.sampled_from([{}, {"share": "0.25"}, {"data": "primary"}]))
    return line | ({"dqr": found} if (found := draw(rated)) else {})


@settings(max_examples=300)
@given(st.lists(any_line(), min_size=1, max_size=6), st.sampled_from(["1", "3", "0.7"]), st.integers(0, 9))
def test_what_is_filled_in_is_what_the_checks_recompute(lines: Any, output: str, decimals: int) -> None:
    """Nothing that was filled in fails or stays open, whatever the lines are; only a digit too few may be said."""
    made = {"output": output}
    plain = declared(*lines, production=made, decimals=decimals)
    fields = full_result(plain)
    filled = declared(*lines, production=made, decimals=decimals, result=fields)
    new = set(failed_codes(filled)) - set(failed_codes(plain)) - {"RESULT_TOO_COARSE", "UPTAKE_BEYOND_CARBON"}
    assert new == set(), fields
    assert set(open_questions(filled)) - set(open_questions(plain)) == set(), fields


def test_nothing_that_a_source_leaves_open_is_filled_in() -> None:
    found = full_result(declared(gas("CO2", "1"), material("2")))
    assert not {
        "fossilGhgEmissions",
        "biogenicCO2Uptake",
        "pcfIncludingBiogenicUptake",
        "dqi",
        "fossilCarbonContent",
    } & set(found)
    assert (found["pcfExcludingBiogenicUptake"], found["packagingEmissionsIncluded"]) == ("3.000000", False)
    assert "primaryDataShare" not in found
