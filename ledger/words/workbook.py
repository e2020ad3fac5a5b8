"""Words for drafts in workbooks, and for numbers that another writing hides."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

_SAVE = "请在 Excel 或 WPS 中“另存为 → Excel 工作簿 (*.xlsx)”"
_SAVE_EN = "Use “Save as, Excel Workbook (*.xlsx)”"

WORDS: Final = {
    "DECIMAL_NEAR": Words(
        "数值“{got}”的写法不被接受。若意思是 {expected}，请改成这样填写（半角数字和小数点）",
        "“{got}” is not a decimal we accept. If {expected} is meant, write it that way (ASCII digits and a point)",
    ),
    "TEXT_LIKE_FORMULA": Words(
        "“{got}”以 = + - @ 开头，在别人的表格里会被当作公式执行。请换一个开头的字",
        "“{got}” begins with = + - or @, which another's spreadsheet would run as a formula. Begin it otherwise",
    ),
    "WORKBOOK_MISNAMED": Words(
        "文件内容是工作簿，名字却不是。请把后缀改为 .xlsx", "the file is a workbook by another name. Rename it to .xlsx"
    ),
    "WORKBOOK_EMPTY": Words(
        "文件是空的（0 字节）。请重新保存，或用 tanji declare --template 取得模板",
        "the file is empty (0 bytes). Save it again, or get a template: tanji declare --template",
    ),
    "WORKBOOK_OLD_FORMAT": Words(
        "这是旧格式（.xls、.et）的工作簿。" + _SAVE, "this is a workbook of the old format (.xls, .et). " + _SAVE_EN
    ),
    "WORKBOOK_ENCRYPTED": Words(
        "工作簿设了打开密码，无法读取。请在“文件 → 信息 → 保护工作簿”中取消密码后重新保存",
        "the workbook has a password. Remove it under “File, Info, Protect Workbook” and save again",
    ),
    "WORKBOOK_NO_XLSX": Words(
        "这不是 .xlsx 工作簿（内容像是 {got}）。" + _SAVE + "；CSV 文件请保留 .csv 后缀",
        "this is no .xlsx workbook (it looks like {got}). " + _SAVE_EN + "; a CSV file keeps its name .csv",
    ),
    "WORKBOOK_BROKEN": Words(
        "工作簿损坏或不完整：{got}。请在 Excel 或 WPS 中打开并重新保存",
        "the workbook is damaged or cut short: {got}. Open it in Excel or WPS and save it again",
    ),
    "WORKBOOK_TOO_LARGE": Words(
        "工作簿太大：{got} 字节，最多 {limit}。请删除空白行列、图片和不用的工作表后重新保存",
        "the workbook is too large: {got} bytes, at most {limit}. Delete blank rows, pictures and unused sheets",
    ),
    "WORKBOOK_ENTITIES": Words(
        "工作簿的部件 {got} 含有文档类型定义，正常软件不会写出。请在 Excel 或 WPS 中新建工作簿后重新填写",
        "part {got} of the workbook has a document type, which no honest program writes. Begin with a new workbook",
    ),
    "WORKBOOK_MACROS": Words(
        "工作簿带有宏（{got}），不予读取。请另存为不含宏的“Excel 工作簿 (*.xlsx)”",
        "the workbook holds macros ({got}) and is not read. Save it as “Excel Workbook (*.xlsx)” without macros",
    ),
    "WORKBOOK_LINKS": Words(
        "工作簿引用了外部数据（{got}），数值可能随之改变。请在“数据 → 编辑链接”中断开链接，粘贴为数值后重新保存",
        "the workbook links to data elsewhere ({got}). Break the links under “Data, Edit Links”, paste values, save again",
    ),
    "SHEET_MISSING": Words(
        "缺少工作表“{expected}”，现有：{got}。请用 tanji declare --template 取得模板",
        "there is no sheet “{expected}”, only {got}. Get a template: tanji declare --template",
    ),
    "SHEET_UNKNOWN": Words(
        "工作表“{got}”不会被读取，为免漏填而拒收。数据请填在 {expected}，其他内容请移到别的文件",
        "sheet “{got}” would not be read, so that its data might be missed. Fill in {expected}; move the rest elsewhere",
    ),
    "SHEET_TOO_LARGE": Words(
        "工作表用到了 {got}，最多到 {limit}。请选中表格以外的空白行列，删除后重新保存",
        "the sheet is used as far as {got}, at most {limit}. Delete the blank rows and columns beyond the table",
    ),
    "HIDDEN_SHEET": Words(
        "工作表“{got}”是隐藏的。请取消隐藏并核对，或删除它",
        "sheet “{got}” is hidden. Unhide and check it, or delete it",
    ),
    "HIDDEN_ROW": Words(
        "此行有内容却是隐藏的（或被筛选）。请取消隐藏或清除筛选并核对，或删除该行",
        "this row has content but is hidden or filtered out. Show and check it, or delete it",
    ),
    "HIDDEN_COLUMN": Words(
        "此列有内容却是隐藏的。请取消隐藏并核对，或删除该列",
        "this column has content but is hidden. Show and check it, or delete it",
    ),
    "MERGED_CELLS": Words(
        "这些单元格合并了，只有第一格有值。请取消合并，每格各填其值",
        "these cells are merged, and only the first holds a value. Unmerge them and fill in each",
    ),
    "FORMULA_CELL": Words(
        "此格是公式 {got}，文件中存的结果可能不是您看到的值。请复制后“选择性粘贴 → 数值”",
        "the cell is the formula {got}; its stored result may differ from what you see. Copy it and paste values",
    ),
    "ERROR_CELL": Words("此格是错误值 {got}。请改正后填写数值", "the cell is the error {got}. Correct it"),
    "BOOLEAN_CELL": Words(
        "此格是逻辑值 {got}。请把单元格设为“文本”后填写",
        "the cell is the truth value {got}. Format it as Text and retype",
    ),
    "CODE_AS_NUMBER": Words(
        "此格应为文字，却是数字 {got}，前导零或末尾几位可能已丢失。请把单元格设为“文本”后重新填写{expected}",
        "the cell should be text but is the number {got}: leading zeros or last digits may be lost. Format it as Text and "
        "type it again{expected}",
    ),
    "DATE_UNEXPECTED": Words(
        "此格是日期 {got}，这里不填日期（如 1/2 会被表格改成日期）。请把单元格设为“文本”或“常规”后重新填写",
        "the cell is the date {got}, and none belongs here (1/2 becomes one by itself). Format it as Text or General and "
        "type it again",
    ),
    "DATE_AS_NUMBER": Words(
        "此格应为日期，却是数字 {got}。若意思是 {expected}，请设为日期格式，或按 2025-01-01 的写法填写",
        "the cell should be a date but is the number {got}. If {expected} is meant, format it as a date or type it so",
    ),
    "DATE_AS_TEXT": Words(
        "日期“{got}”的写法不被接受，应为 {expected}", "“{got}” is not a date we accept, which would be {expected}"
    ),
    "DATE_HALF_SHOWN": Words(
        "此格存的是 {got}，但显示格式没有完整的年月日，或带有时间。请设为 yyyy-mm-dd 格式并核对",
        "the cell holds {got}, but does not show year, month and day, or has a time. Format it yyyy-mm-dd and check it",
    ),
    "NUMBER_TOO_LONG": Words(
        "此格存的是 {got}，超过表格能显示的 15 位，像是计算留下的尾数。若意思是 {expected}，请照此重新键入；需要更多位数时设为“文本”填写",
        "the cell holds {got}, beyond the 15 digits that a spreadsheet shows: a remainder of a calculation. If {expected} "
        "is meant, type that; for more digits format the cell as Text",
    ),
    "SHOWN_OTHERWISE": Words(
        "此格存的是 {got}，但格式“{expected}”显示的是另一回事（百分号、千倍缩放、附带单位或隐藏）。请设为“常规”并核对，单位填在单位列",
        "the cell holds {got}, but its format “{expected}” shows something else (percent, thousands, a unit, nothing). "
        "Format it as General and check it; the unit goes into its column",
    ),
}
