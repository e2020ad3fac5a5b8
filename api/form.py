"""The form of a draft, whatever file it comes in: its fields by English and Chinese name, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.errors import InputError

MAX_DRAFT_BYTES: Final = 4 * 1024 * 1024
MAX_DRAFT_LINES: Final = 9_990
WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xltx", ".xltm", ".xls", ".et", ".ett", ".ods"})
"""Endings of spreadsheets. Only .xlsx is read; the others are told what to do."""

HEADER_NAMES: Final = {
    "organisation": ("组织", "统一社会信用代码"),
    "product": ("产品", "产品名称"),
    "product_id": ("产品编码", "产品编号"),
    "site": ("场所", "工厂"),
    "unit": ("单位", "声明单位"),
    "amount": ("声明数量",),
    "period": ("期间", "核算期间"),
    "period_start": ("期间起", "起始日"),
    "period_end": ("期间止", "结束日"),
    "boundary": ("边界", "系统边界"),
    "geography": ("地域", "地区"),
    "gwp": ("GWP",),
    "decimals": ("小数位", "小数位数"),
    "output": ("产量",),
    "rule": ("核算规则",),
    "mass": ("产品质量",),
    "stages": ("阶段",),
    "valid_until": ("有效期至",),
    "quantity": ("覆盖产量",),
    "quantity_unit": ("覆盖产量单位",),
    "groups": ("分配组",),
    "materials": ("循环材料",),
    "exempted": ("豁免",),
    "results": ("结果范围",),
    "result": ("结果",),
}
LINE_NAMES: Final = {
    "kind": ("类别",),
    "stage": ("阶段",),
    "name": ("名称",),
    "amount": ("数量",),
    "unit": ("单位",),
    "share": ("分配份额",),
    "geography": ("地域", "地区"),
    "factor": ("因子",),
    "upstream": ("上游",),
    "member": ("循环组成员",),
    "gas": ("气体",),
    "value": ("数值",),
    "per": ("每",),
    "origin": ("气体来源",),
    "allocation": ("分配方法",),
    "group": ("分配组",),
    "data": ("数据类型",),
    "dqr": ("数据质量",),
    "deliveries": ("交付",),
    "certificates": ("绿证",),
    "batches": ("批次",),
    "readings": ("读数",),
    "legs": ("运输段",),
    "chain": ("运输链",),
    "carbon": ("含碳量",),
    "circular": ("循环项",),
}
NESTED: Final = frozenset({
    "stages", "groups", "materials", "exempted", "result", "dqr", "deliveries", "certificates", "batches", "readings",
    "legs", "carbon", "circular",
})  # fmt: skip
"""Fields that may hold lists and mappings; they are kept as JSON text, which is how a CSV cell writes them."""
NUMBERS: Final = frozenset({"amount", "decimals", "output", "mass", "quantity", "share", "value"})
DAYS: Final = frozenset({"period_start", "period_end", "valid_until"})
"""Fields that hold one number, or one day; all others hold text."""
_FREE: Final = frozenset({"product", "site", "name"})
"""What a person writes freely and others will see in a table."""
_CELL: Final = re.compile(r"(.*)!([A-Z]*)([0-9]*)[^!]*")
_FORMULA_SIGNS: Final = tuple("=+-@＝＋－＠")


@dataclass(frozen=True, slots=True)
class Text:
    """One field as typed, and where: `part.yml:12 lines/2/amount`, `part.csv C14` or `part.xlsx 活动数据!C14`."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's fields by English name. Empty fields are absent. `place` is where a missing field is reported.

    `problems` are cells that could not be read: whoever uses the draft raises them with all others that it finds.
    `blanks` names the empty cell of a field, by the place of its draft or line.
    """

    place: str
    header: Mapping[str, Text]
    lines: tuple[tuple[str, Mapping[str, Text]], ...]
    problems: tuple[InputError, ...] = ()
    blanks: Mapping[tuple[str, str], str] = field(default_factory=dict)


class DraftError(InputError):
    """All problems of a draft at once, in the order in which they were found."""

    def __init__(self, problems: list[InputError]) -> None:
        super().__init__("DRAFT_PROBLEMS", count=len(problems))
        self.problems = tuple(problems)


@dataclass
class Problems:
    """Collects what is wrong, so that a clerk hears it once and not field by field.

    `read` is what was wrong before: its places are not complained of again, and `check` raises it with the rest.
    """

    found: list[InputError] = field(default_factory=list)
    read: tuple[InputError, ...] = ()
    blanks: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def add(self, code: str, place: str, **values: object) -> None:
        """One problem at a place."""
        self.found.append(InputError(code, place=place, **values))

    def missing(self, name: str, place: str, note: str = "") -> None:
        """A field that a draft or line at `place` lacks, at its empty cell where there is one."""
        self.add("DRAFT_FIELD_MISSING", self.blanks.get((place, name), place), field=name + note)

    def check(self) -> None:
        """Raises `DraftError` when there are any."""
        told = {problem.place for problem in self.read}
        if all_of_them := [*self.read, *(problem for problem in self.found if problem.place not in told)]:
            raise DraftError(sorted(all_of_them, key=_cell_order))


def _cell_order(problem: InputError) -> tuple[str, int, int, str]:
    """Sheet, row and column of a workbook's problem; all others stay in the order in which they were found."""
    found = _CELL.fullmatch(problem.place)
    return (found[1], int(found[3] or 0), len(found[2]), found[2]) if found else ("", 0, 0, "")


def english(word: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """The English name for a field's English or Chinese one, or for both beside each other: `数量 amount`."""
    found = {_one_word(part, names) for part in word.split()}
    return found.pop() if len(found) == 1 else None


def _one_word(word: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((name for name, others in names.items() if word == name or word in others), None)


def finished(draft: Draft, problems: Problems) -> Draft:
    """A draft whose first and last day are one period; `problems` gets names that would be formulas elsewhere.

    Raises `InputError` DRAFT_NO_LINES or TOO_MANY_PARTS.
    """
    if not draft.lines and not problems.found:
        raise InputError("DRAFT_NO_LINES", place=draft.place)
    if len(draft.lines) > MAX_DRAFT_LINES:
        raise InputError("TOO_MANY_PARTS", place=draft.place, got=len(draft.lines), limit=MAX_DRAFT_LINES)
    told = {problem.place for problem in problems.found}
    for fields in (draft.header, *(fields for _, fields in draft.lines)):
        for name in sorted(_FREE & fields.keys()):
            # a program that opens our tables, or the next one's, would calculate it
            if fields[name].text.startswith(_FORMULA_SIGNS) and fields[name].place not in told:
                problems.add("TEXT_LIKE_FORMULA", fields[name].place, got=fields[name].text[:40])
    return replace(draft, header=_with_period(draft, problems))


def _with_period(draft: Draft, problems: Problems) -> dict[str, Text]:
    """The header with first and last day joined to `period`."""
    header = dict(draft.header)
    ends = ("period_start", "period_end")
    days = {name: header[name] for name in ends if name in header}
    if not days:
        return header
    first = next(iter(days.values())).place
    if "period" in header:
        problems.add("DUPLICATE_KEY", first, got="period")
        return header
    for name in set(ends) - days.keys():
        problems.add("DRAFT_FIELD_MISSING", draft.blanks.get((draft.place, name), first), field=name)
    header["period"] = Text("..".join(days[name].text if name in days else "" for name in ends), first)
    return header
