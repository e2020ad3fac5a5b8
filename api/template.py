"""The workbook that a supplier fills in, with lists to choose from; `workbook` reads it like any other draft."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, get_args

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from api.declaring import BOUNDARY_WORDS, KIND_WORDS, RESULTS_WORDS, UNIT_WORDS
from api.extras import CHOICES, STAGE_WORDS
from api.factors import factor_name, seed_factors
from api.form import DAYS, HEADER_NAMES, LINE_NAMES, NUMBERS
from api.workbook import HEADER_SHEET, HEADER_TITLES, LINES_SHEET, LISTS_SHEET, NOTES_SHEET
from ledger.calculation import GWP100
from ledger.kinds.footprint import LineKind, Stage
from ledger.units import Unit

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

READY_ROWS: Final = 200
"""Rows that are formatted for lines; the lists and formats go on for `_LISTED_ROWS`."""
_LISTED_ROWS: Final = 2_000

_YELLOW: Final = PatternFill("solid", fgColor="FFF8DC")
_GREY: Final = PatternFill("solid", fgColor="E7E9EC")
_THIN: Final = Side(style="thin", color="C9CDD2")
_BOX: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)

_HEADER: Final = {
    "organisation": "必填 required：18 位统一社会信用代码 unified social credit code",
    "product": "必填 required：产品名称 name of the product",
    "product_id": "必填 required：贵司产品编码或 GTIN，文本格式，前导零照填 your code or GTIN, as text with its zeros",
    "site": "选填：生产场所 plant",
    "unit": "必填 required：声明单位，如 件、t、kg declared unit",
    "amount": "选填：默认 1 declared units, 1 by default",
    "period_start": "必填 required：核算期间首日 first day, 2025-01-01",
    "period_end": "必填 required：核算期间末日 last day, 2025-12-31",
    "boundary": "默认 从摇篮到大门 cradle-to-gate by default",
    "geography": "必填 required：活动发生地 ISO 3166，如 CN-JS country or region code",
    "gwp": "默认 AR6 global warming potentials, AR6 by default",
    "decimals": "选填：结果小数位 0 至 9，默认 6 decimals of the result, 6 by default",
    "output": "“活动数据”各数量对应的产量（声明单位数）the lines' amounts are for this many declared units",
    "mass": "选填：每声明单位产品质量 kg mass of a declared unit in kg",
    "rule": "选填：核算规则编号 number of the product category rule",
    "stages": "选填：涵盖的阶段，如 原材料获取、生产 stages covered",
    "valid_until": "选填：有效期至，最迟为期末后三年 at most three years after the period",
    "quantity": "选填：本声明覆盖的产量 quantity that the declaration covers",
    "quantity_unit": "选填：覆盖产量的单位 unit of that quantity",
    "exempted": "选填：取舍豁免，如 润滑油=0.4; 备件=0.6（%）what was cut off, percent",
    "results": "选填：完整 = 填写全部 PACT 3.0 结果项 full: every PACT 3.0 field",
}
"""Fields of sheet 产品 with their notes; fields for lists of mappings can be added by hand as JSON."""
_LINES: Final = {
    "kind": "这一行是什么 what the line stands for",
    "stage": "生命周期阶段 stage of the life cycle",
    "name": "不以 = + - @ 开头 not beginning with = + - @",
    "amount": "期间总量；常规格式数字，不用公式、千分位 total of the period; a plain number, no formula",
    "unit": "电力 kWh 或 MWh 分清；质量 kg 或 t 分清 mind kWh or MWh, kg or t",
    "factor": "系列/年份，见“选项” series/year; exactly one of factor, upstream, gas",
    "upstream": "组织代码/产品编码，或 0x 摘要 organisation/product code, or a digest",
    "member": "选填：上游为循环供应组时的成员代号 optional: key of the member where upstream is a loop group",
    "gas": "直接排放的气体，单位 kg gas of a direct emission, in kg",
    "geography": "选填 ISO 3166 optional",
    "share": "选填，0 至 1 optional",
    "allocation": "选填 optional",
    "data": "选填：初级或次级 optional: primary or secondary",
    "dqr": "选填，技术/地域/时间，如 1/2/1.5 optional: technology/geography/time",
    "deliveries": "选填，如 0x…:4; 0x…:6 optional",
    "certificates": "选填，同上 optional, likewise",
    "batches": "选填，同上 optional, likewise",
    "readings": "选填，同上 optional, likewise",
}
"""Columns of sheet 活动数据, with what is shown when a cell is chosen."""
_NOTES: Final = (
    ("碳迹：产品碳足迹填报模板", "Tanji: draft of a product carbon footprint"),
    ("1. 在“产品”和“活动数据”的黄色单元格填写；用不到的选填项留空。",
     "Fill in the yellow cells; leave out what does not apply."),
    ("2. 运行 tanji declare 文件.xlsx；有错会一次列出全部工作表、单元格和改法，不写任何文件。",
     "Run tanji declare FILE.xlsx: all faults are listed at once, with sheet, cell and what to do."),
    ("3. 只读数值：公式、隐藏的行列和工作表、合并单元格、宏、外部链接一律拒收；先“选择性粘贴 → 数值”。",
     "Values only: formulas, hidden rows, columns and sheets, merged cells, macros, links: refused; paste values."),
    ("4. 按单元格里存的数计算，不按显示的位数；超过 15 位有效数字请用文本格式填写。",
     "The stored number counts, not its shown decimals; beyond 15 significant digits type it as text."),
    ("5. 编码、代码为文本格式，前导零照填；日期填 2025-01-01。",
     "Codes are text, with their zeros; dates as 2025-01-01."),
    ("6. 单位从列表选取：电量 kWh 与 MWh、质量 kg 与 t 勿混；货运为 t.km（吨公里）。",
     "Choose units from the list; mind kWh and MWh, kg and t; transport of goods in t.km."),
    ("7. 每行只填因子、上游、气体三者之一。", "Each line rests on exactly one of factor, upstream and gas."),
    ("8. “选项”中的因子随程序附带；账本中的以 tanji factor list 为准。",
     "The listed factors come with the program; the ledger's are shown by tanji factor list."),
)  # fmt: skip

List = tuple[str, Sequence[tuple[str, str]]]


def template() -> bytes:
    """An empty workbook to fill in: 产品, 活动数据, 选项, 说明."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "碳迹 Tanji"
    header, lines, lists, notes = (book.create_sheet(t) for t in (HEADER_SHEET, LINES_SHEET, LISTS_SHEET, NOTES_SHEET))
    references = _write_lists(lists)
    _write_header(header, references)
    _write_lines(lines, references)
    for row, texts in enumerate(_NOTES, start=1):
        for column, text in enumerate(texts, start=1):
            _put(notes, row, column, text).alignment = Alignment(wrap_text=True, vertical="top")
            notes.column_dimensions[get_column_letter(column)].width = 70
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Writes text as text: what begins with = would otherwise be stored as a formula."""
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"
    return cell


def _lists() -> dict[str, List]:
    """What may be chosen, by field: a title, and each spelling with what it means."""
    chinese = {code: word for word, code in {**KIND_WORDS, **STAGE_WORDS, **BOUNDARY_WORDS, **RESULTS_WORDS}.items()}
    chinese |= {code: words[1] for code, words in CHOICES.items()} | {"raw_material": "原材料获取"}

    def named(codes: Sequence[str]) -> list[tuple[str, str]]:
        return [(chinese[code], code) for code in codes]

    units = [(code, code) for code in get_args(Unit)]
    units += [(word, code) for word, code in UNIT_WORDS.items() if not word.isascii()]
    return {
        "unit": ("单位 unit", units),
        "kind": ("类别 kind", named(get_args(LineKind))),
        "stage": ("阶段 stage", named(get_args(Stage))),
        "boundary": ("边界 boundary", named(list(BOUNDARY_WORDS.values()))),
        "gwp": ("GWP", [(code, code) for code in sorted(GWP100)]),
        "results": ("结果范围 results", named(list(RESULTS_WORDS.values()))),
        "allocation": ("分配方法 allocation", named(["subdivision", "mass", "energy", "economic"])),
        "data": ("数据类型 data", named(["primary", "secondary"])),
        "gas": ("气体 gas", [(gas, "kg") for gas in dict.fromkeys(gas for table in GWP100.values() for gas in table)]),
        "factor": ("因子 factor", [
            (factor_name(f), f"{f.header.name} {f.header.geography} {f.result.value} kgCO2e/{f.result.per}")
            for f in seed_factors()
        ]),
    }  # fmt: skip


def _write_lists(sheet: Worksheet) -> dict[str, str]:
    """The lists beside each other; the range of each, for cells to choose from."""
    references: dict[str, str] = {}
    for number, (field, (title, items)) in enumerate(_lists().items()):
        column = 2 * number + 1
        letter = get_column_letter(column)
        for place, text in ((column, title), (column + 1, "含义 meaning")):
            _head(sheet, 1, place, text)
        for row, (spelling, meaning) in enumerate(items, start=2):
            _put(sheet, row, column, spelling)
            _put(sheet, row, column + 1, meaning)
        sheet.column_dimensions[letter].width = 22
        sheet.column_dimensions[get_column_letter(column + 1)].width = 60 if field == "factor" else 20
        references[field] = f"'{LISTS_SHEET}'!${letter}$2:${letter}${len(items) + 1}"
    sheet.freeze_panes = "A2"
    return references | {"quantity_unit": references["unit"]}


def _head(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = _put(sheet, row, column, text)
    cell.font, cell.fill, cell.border = Font(bold=True), _GREY, _BOX


def _format(field: str) -> str:
    return "General" if field in NUMBERS else "yyyy-mm-dd" if field in DAYS else "@"


def _input(sheet: Worksheet, row: int, column: int, field: str) -> None:
    cell = sheet.cell(row, column)
    cell.number_format, cell.fill, cell.border = _format(field), _YELLOW, _BOX
    cell.protection = Protection(locked=False)


def _choose(sheet: Worksheet, field: str, cells: str, references: Mapping[str, str], prompt: str) -> None:
    """The list, or the kind of value, that cells take; a factor may also be one that only the ledger has."""
    if field in references:
        rule = DataValidation(type="list", formula1=references[field], showErrorMessage=field != "factor")
    elif field in DAYS:
        rule = DataValidation(type="date", operator="greaterThan", formula1="36526", showErrorMessage=True)
    elif field in NUMBERS:
        rule = DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15",
                              showErrorMessage=True)  # fmt: skip
    else:
        rule = DataValidation(type="textLength", operator="lessThan", formula1="4000", showErrorMessage=True)
    rule.error, rule.errorTitle = "请从列表选取，或按说明填写。Choose from the list, or see the notes.", "填写 value"
    rule.prompt, rule.promptTitle, rule.showInputMessage = prompt[:250], field, True
    rule.add(cells)
    sheet.add_data_validation(rule)


def _write_header(sheet: Worksheet, references: Mapping[str, str]) -> None:
    for column, (title, width) in enumerate(zip(HEADER_TITLES, (28, 36, 90), strict=True), start=1):
        _head(sheet, 1, column, title)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, (field, note) in enumerate(_HEADER.items(), start=2):
        _head(sheet, row, 1, f"{HEADER_NAMES[field][-1]} {field}")
        _input(sheet, row, 2, field)
        _put(sheet, row, 3, note).font = Font(color="5F6770")
        _choose(sheet, field, f"B{row}", references, note)
    sheet.freeze_panes = "B2"
    sheet.protection.sheet = True  # without a password: labels and notes are not overwritten by mistake


def _write_lines(sheet: Worksheet, references: Mapping[str, str]) -> None:
    for column, (field, note) in enumerate(_LINES.items(), start=1):
        letter = get_column_letter(column)
        _head(sheet, 1, column, f"{LINE_NAMES[field][0]} {field}")
        sheet.column_dimensions[letter].width = 30 if field in ("name", "upstream", "factor") else 16
        sheet.column_dimensions[letter].number_format = _format(field)
        for row in range(2, READY_ROWS + 2):
            _input(sheet, row, column, field)
        _choose(sheet, field, f"{letter}2:{letter}{_LISTED_ROWS + 1}", references, note)
    sheet.freeze_panes = "B2"
