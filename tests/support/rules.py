"""The golden part's rule: what a PCR for pressed parts would say, with the golden part as its worked example."""

from __future__ import annotations

import copy
from typing import Any

from ledger.footprint.rule import RuleSummary
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.kinds.footprint import Footprint
from ledger.kinds.rule import Rule

COMMITTEE = "urn:tanji:committee"
HEADER: dict[str, Any] = {
    "version": 1, "number": "DB31/T 0001-2025", "level": "local", "title_zh": "冲压件产品碳足迹核算规则",
    "title_en": "Rules for the product footprint of pressed parts", "scope": ["DOOR-*"], "effective_from": "2025-07-01",
}  # fmt: skip
REQUIREMENTS: dict[str, Any] = {
    "unit": "piece", "amount": "1", "boundary": "cradle-to-gate", "stages": ["raw_material", "production"],
    "mandatory": [
        {"label": "钢材", "kinds": ["upstream", "material", "material_default"], "stage": "raw_material"},
        {"label": "电力", "kinds": ["electricity", "green_electricity"]},
    ],
    "cut_off": "5",
    "sources": [{"line": "electricity", "kinds": ["footprint"], "series": ["elec-fp-cn"]}],
    "allocation": [{"method": "subdivision"}, {"method": "mass"}, {"method": "economic", "kinds": ["byproduct"]}],
    "green_electricity": "certificates", "gwp": "AR5", "period": 12, "validity": 24,
    "bands": [
        {"label": "每件用电量", "kinds": ["electricity", "green_electricity"], "of": "amount", "unit": "kWh",
         "low": "0.5", "high": "20"},
        {"label": "每件碳足迹", "of": "emission", "low": "1", "high": "200"},
    ],
    "negative": [{"label": "工艺废钢回收", "kinds": ["byproduct"], "name": "废钢"}],
}  # fmt: skip


def rule_content(example: Footprint, *, answer: str | None = None, **changes: Any) -> Rule:
    """A rule with `example`; `changes` to its header or requirements, None takes a field away."""
    header, wanted = copy.deepcopy(HEADER), copy.deepcopy(REQUIREMENTS)
    for name, value in changes.items():
        section = header if name in header or name == "effective_until" else wanted
        if value is None:
            del section[name]
        else:
            section[name] = value
    worked = example.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Rule.model_validate({
        "header": header, "requirements": wanted,
        "printed": {"answer": answer or example.result.footprint, "document": "附录 A"},
        "example_header": worked["header"], "example_result": worked["result"],
        "example_production": worked["production"], "example_lines": tuple(worked["lines"]),
    })  # fmt: skip


def summary_of(rule: Rule) -> RuleSummary:
    """What declarations ask of the rule."""
    found: RuleSummary = kind_named("rule").summary(rule)
    return found


def naming(content: Footprint, rule: bytes) -> Footprint:
    """The declaration, naming the rule with this digest."""
    header = content.header.model_copy(update={"rule": digest_to_text(rule)})
    return content.model_copy(update={"header": header})
