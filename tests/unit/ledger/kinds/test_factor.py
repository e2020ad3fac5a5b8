from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.disclosures import parse_content
from ledger.kinds import kind_named
from ledger.kinds.factor import Factor

KIND = kind_named("factor")
GRID: dict[str, Any] = {
    "header": {
        "version": 1, "series": "elec-fp-cn", "name": "全国电力平均碳足迹因子", "kind": "footprint", "gas_basis": "CO2e",
        "geography": "CN", "year": 2024, "valid_from": "2024-01-01",
    },
    "result": {"value": "0.5777", "per": "kWh"},
    "source": {
        "document": "关于发布2024年电力碳足迹因子数据的公告", "published": "2025-10-23", "printed": "0.5777 kgCO2e/kWh",
        "certainty": "A",
    },
}  # fmt: skip


def changed(section: str, **new: Any) -> dict[str, Any]:
    data = copy.deepcopy(GRID)
    data[section].update(new)
    return data


def test_content_headline_subject_role_and_series() -> None:
    content = Factor.model_validate(GRID)
    assert KIND.read(parse_content(KIND.disclose(content, bytes(32)))) == content
    assert KIND.headline(content) == (
        "排放因子 全国电力平均碳足迹因子：0.5777 kgCO2e/kWh；2024 年数据，有效期 2024-01-01 至 未定"
    )
    assert KIND.subject(content) == "elec-fp-cn|CN|2024"
    assert KIND.series(content) == "elec-fp-cn|CN"
    assert KIND.role(content) == ("factor-publisher", "footprint")
    assert list(KIND.references(content)) == []


def test_the_role_needed_follows_the_kind_of_factor() -> None:
    ets = Factor.model_validate(changed("header", kind="ets_default"))
    assert KIND.role(ets) == ("factor-publisher", "ets_default")


@pytest.mark.parametrize(
    ("section", "new"),
    [
        ("header", {"kind": "any"}), ("header", {"year": "2024"}), ("header", {"year": 1989}), ("header", {"year": 2101}),
        ("header", {"valid_until": "2023-12-31"}), ("header", {"valid_from": "2024-13-01"}), ("header", {"series": "a|b"}),
        ("header", {"gas_basis": "CH4"}), ("header", {"version": 2}), ("header", {"extra": "x"}),
        ("result", {"value": "-0.1"}), ("result", {"value": 0.5777}), ("result", {"value": "0,5777"}),
        ("result", {"per": "度"}), ("source", {"certainty": "C"}), ("source", {"certainty": "D"}),
        ("source", {"document": ""}), ("source", {"published": "2025-10"}),
    ],
)  # fmt: skip
def test_a_factor_without_provenance_or_form_is_refused(section: str, new: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Factor.model_validate(changed(section, **new))
