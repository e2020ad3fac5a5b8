"""Words that every form of a verdict shares: states, levels, kinds of lines; Chinese and English."""

from __future__ import annotations

from typing import Final, NamedTuple

from ledger.findings import Level
from verifier.status import Status


class Both(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


STATUS: Final = {
    Status.VERIFIED: Both("通过", "VERIFIED"),
    Status.FAILED: Both("不通过", "FAILED"),
    Status.INCOMPLETE: Both("不完整", "INCOMPLETE"),
}
MARKS: Final = {"verified": "✓", "failed": "✗", "incomplete": "?", "pass": "✓", "fail": "✗", "not_checked": "?"}

LEVELS: Final = {
    Level.RECOMPUTED: Both("已重算", "recomputed"),
    Level.VOUCHED: Both("机构核查", "vouched"),
    Level.DECLARED: Both("仅声明", "declared"),
    Level.DEFAULT: Both("缺省因子", "default factor"),
    Level.UNVERIFIED: Both("未核实", "unverified"),
}
MEANINGS: Final = {
    Level.RECOMPUTED: Both(
        "由活动数据与已发布因子逐行重算，与声明一致",
        "calculated again, line by line, from amounts and published factors, and equal",
    ),
    Level.VOUCHED: Both(
        "上游声明未公开明细，但有资质的核查机构核查过",
        "rests on a declaration that was not opened, but that an accredited body verified",
    ),
    Level.DECLARED: Both(
        "声明真实、已锚定，但明细未公开或直接以 CO2e 给出，只能采信其数值",
        "rests on an authentic, anchored declaration that was not opened, or that gives CO2e and no gas",
    ),
    Level.DEFAULT: Both(
        "本应有供应商声明之处，用了背景缺省因子",
        "a background factor stands where a supplier's declaration should be",
    ),
    Level.UNVERIFIED: Both("核查未通过，或无法核查", "a check failed, or could not be made"),
}
KINDS: Final = {
    "fuel": Both("燃料", "fuel"),
    "process": Both("过程排放", "process"),
    "electricity": Both("电力", "electricity"),
    "green_electricity": Both("绿电", "green electricity"),
    "heat": Both("热力", "heat"),
    "material": Both("材料", "material"),
    "material_default": Both("材料（缺省）", "material, default"),
    "upstream": Both("上游产品", "upstream product"),
    "transport": Both("运输", "transport"),
    "packaging": Both("包装", "packaging"),
    "waste": Both("废弃物", "waste"),
    "byproduct": Both("副产品", "by-product"),
}
UNITS: Final = {
    "piece": Both("件", "piece"),
    "L": Both("升", "L"),
    "m3": Both("m³", "m³"),
    "Nm3": Both("Nm³", "Nm³"),
    "m2": Both("m²", "m²"),
    "t.km": Both("t·km", "t·km"),
    "kg.km": Both("kg·km", "kg·km"),
    "p.km": Both("人·km", "person·km"),
    "vehicle.km": Both("车·km", "vehicle·km"),
    "h": Both("小时", "h"),
    "d": Both("天", "days"),
}
"""Units whose code is not what a person reads; the others are."""
CAUSES: Final = {
    "activity": Both("活动数据", "activity data"),
    "factor": Both("因子", "factors"),
    "upstream": Both("上游声明", "upstream declarations"),
    "method": Both("方法与边界", "method and boundary"),
    "allocation": Both("分配", "allocation"),
}


def kind_words(kind: str) -> Both:
    """The words for a line's kind; a kind without words is shown as it is."""
    return KINDS.get(kind, Both(kind, kind))


def unit_words(unit: str) -> Both:
    """A unit as a person reads it."""
    return UNITS.get(unit, Both(unit, unit))


def per_words(amount: str, unit: str) -> Both:
    """What a footprint is for: 每件, per piece; 每 1000 MJ, per 1000 MJ."""
    zh, en = unit_words(unit)
    if amount != "1":
        return Both(f"每 {amount} {zh}", f"per {amount} {en}")
    gap = "" if zh[0] > "\x7f" else " "
    return Both(f"每{gap}{zh}", "per day" if unit == "d" else f"per {en}")
