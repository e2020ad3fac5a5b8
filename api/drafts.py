"""A person's draft in YAML, JSON or CSV, read as text fields that remember their place.

No number is ever a float here: YAML scalars and JSON numbers are taken as they were typed. Field names may be English
or Chinese (`amount` or `数量`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from api.console import read_file
from ledger.canonical import check_size_and_depth
from ledger.errors import InputError

MAX_DRAFT_BYTES: Final = 4 * 1024 * 1024
MAX_DRAFT_LINES: Final = 9_990
MAX_DEPTH: Final = 7

HEADER_NAMES: Final = {
    "organisation": ("组织", "统一社会信用代码"),
    "product": ("产品", "产品名称"),
    "product_id": ("产品编码", "产品编号"),
    "site": ("场所", "工厂"),
    "unit": ("单位", "声明单位"),
    "amount": ("声明数量",),
    "period": ("期间", "核算期间"),
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
_LINES: Final = ("lines", "明细")


@dataclass(frozen=True, slots=True)
class Text:
    """One field as typed, and where: `part.yml:12 lines/2/amount` or `part.csv C14`."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's fields by English name. Empty fields are absent. `place` is where a missing field is reported."""

    place: str
    header: Mapping[str, Text]
    lines: tuple[tuple[str, Mapping[str, Text]], ...]


class DraftError(InputError):
    """All problems of a draft at once, in the order of the file."""

    def __init__(self, problems: list[InputError]) -> None:
        super().__init__("DRAFT_PROBLEMS", count=len(problems))
        self.problems = tuple(problems)


@dataclass
class Problems:
    """Collects what is wrong, so that a clerk hears it once and not field by field."""

    found: list[InputError] = field(default_factory=list)

    def add(self, code: str, place: str, **values: object) -> None:
        """One problem at a place."""
        self.found.append(InputError(code, place=place, **values))

    def check(self) -> None:
        """Raises `DraftError` when there are any."""
        if self.found:
            raise DraftError(self.found)


def read_draft(path: Path) -> Draft:
    """The draft in a file, by its ending: .yml .yaml .json .csv. Raises `InputError` or `DraftError`."""
    data = read_file(path)
    if len(data) > MAX_DRAFT_BYTES:
        raise InputError("JSON_TOO_LARGE", place=str(path), got=len(data), limit=MAX_DRAFT_BYTES)
    match path.suffix.lower():
        case ".yml" | ".yaml":
            return _from_tree(path.name, _yaml_tree(data, path.name))
        case ".json":
            return _from_tree(path.name, _json_tree(data, path.name))
        case ".csv":
            return _from_csv(_decoded(data, path.name), path.name)
    raise InputError("DRAFT_ENDING", place=str(path))


def _decoded(data: bytes, name: str) -> str:
    """UTF-8, with or without mark, else the GB 18030 that spreadsheets in Chinese offices write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("DRAFT_FORMAT", place=name, got="encoding")


Tree = Text | list["Tree"] | dict[str, tuple[str, "Tree"]]
"""A field, a list, or a mapping from name to (place of the name, value)."""


def _yaml_tree(data: bytes, name: str) -> Tree:
    try:
        node = yaml.compose(_decoded(data, name), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 0
        raise InputError("DRAFT_FORMAT", place=f"{name}:{line}", got=err.problem or "") from err
    except (yaml.YAMLError, RecursionError) as err:
        raise InputError("DRAFT_FORMAT", place=name, got=str(err)[:200]) from err
    if node is None:
        raise InputError("DRAFT_FORMAT", place=name, got="empty")
    return _yaml_node(node, name, "", 0)


def _yaml_node(node: yaml.Node, name: str, path: str, depth: int) -> Tree:
    place = f"{name}:{node.start_mark.line + 1} {path}".rstrip()
    if depth > MAX_DEPTH:
        raise InputError("DRAFT_SHAPE", place=place)
    if isinstance(node, yaml.ScalarNode):
        return Text("" if node.tag.endswith(":null") else node.value.strip(), place)
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_node(item, name, f"{path}/{i}".lstrip("/"), depth + 1) for i, item in enumerate(node.value)]
    found: dict[str, tuple[str, Tree]] = {}
    for key, value in node.value:
        where = f"{name}:{key.start_mark.line + 1} {path}".rstrip()
        if not isinstance(key, yaml.ScalarNode):
            raise InputError("DRAFT_SHAPE", place=where)
        if key.value in found:
            raise InputError("DUPLICATE_KEY", place=where, got=key.value[:80])
        found[key.value] = (where, _yaml_node(value, name, f"{path}/{key.value}".lstrip("/"), depth + 1))
    return found


def _json_tree(data: bytes, name: str) -> Tree:
    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        if len(found) != len(dict(found)):
            keys = [key for key, _ in found]
            raise InputError("DUPLICATE_KEY", place=name, got=next(key for key in keys if keys.count(key) > 1)[:80])
        return dict(found)

    check_size_and_depth(data, name)
    try:
        value = json.loads(_decoded(data, name), object_pairs_hook=pairs, parse_int=str, parse_float=str)
    except json.JSONDecodeError as err:
        raise InputError("DRAFT_FORMAT", place=f"{name}:{err.lineno}", got=err.msg) from err
    except (ValueError, RecursionError) as err:
        raise InputError("DRAFT_FORMAT", place=name, got=str(err)[:200]) from err
    return _json_value(value, name, "", 0)


def _json_value(value: object, name: str, path: str, depth: int) -> Tree:
    place = f"{name} {path}".rstrip()
    if depth > MAX_DEPTH:
        raise InputError("DRAFT_SHAPE", place=place)
    if isinstance(value, dict):
        return {key: (place, _json_value(v, name, f"{path}/{key}".lstrip("/"), depth + 1)) for key, v in value.items()}
    if isinstance(value, list):
        return [_json_value(item, name, f"{path}/{i}".lstrip("/"), depth + 1) for i, item in enumerate(value)]
    return Text("" if value is None else str(value).strip(), place)


def _from_tree(name: str, tree: Tree) -> Draft:
    if not isinstance(tree, dict):
        raise InputError("DRAFT_SHAPE", place=name)
    problems = Problems()
    listed: list[tuple[str, Mapping[str, Text]]] = []
    for word in _LINES:
        if word in tree:
            place, rows = tree.pop(word)
            listed = _tree_lines(place, rows, problems)
    header = _named(tree, HEADER_NAMES, problems)
    problems.check()
    return _sized(Draft(name, header, tuple(listed)))


def _tree_lines(place: str, rows: Tree, problems: Problems) -> list[tuple[str, Mapping[str, Text]]]:
    if not isinstance(rows, list):
        raise InputError("DRAFT_SHAPE", place=place)
    found: list[tuple[str, Mapping[str, Text]]] = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError("DRAFT_SHAPE", place=f"{place} lines/{number}")
        fields = _named(row, LINE_NAMES, problems)
        where = next((at for at, _ in row.values()), place)
        found.append((where if " " in where else f"{where} lines/{number}", fields))
    return found


def _named(tree: Mapping[str, tuple[str, Tree]], names: Mapping[str, tuple[str, ...]],
           problems: Problems) -> dict[str, Text]:  # fmt: skip
    found: dict[str, Text] = {}
    for key, (place, value) in tree.items():
        name = english(key, names)
        if name is None:
            problems.add("DRAFT_FIELD_UNKNOWN", place, got=key[:40], expected="、".join(names))
        elif not isinstance(value, Text) and name not in NESTED:
            problems.add("DRAFT_SHAPE", place)
        elif name in found:
            problems.add("DUPLICATE_KEY", place, got=key[:80])
        elif not isinstance(value, Text):
            found[name] = Text(json.dumps(_plain(value), ensure_ascii=False), place)
        elif value.text:
            found[name] = value
    return found


def _plain(tree: Tree) -> object:
    """A tree without its places."""
    if isinstance(tree, Text):
        return tree.text
    if isinstance(tree, list):
        return [_plain(item) for item in tree]
    return {key: _plain(value) for key, (_, value) in tree.items()}


def english(word: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """The English name for a field's English or Chinese one."""
    word = word.strip()
    return next((name for name, others in names.items() if word == name or word in others), None)


def _from_csv(text: str, name: str) -> Draft:
    """First rows `field,value`; then a table whose head row has a column `kind` (类别), one row a line."""
    problems = Problems()
    header: dict[str, Text] = {}
    lines: list[tuple[str, Mapping[str, Text]]] = []
    columns: list[str | None] | None = None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as err:
        raise InputError("DRAFT_FORMAT", place=name, got=str(err)) from err
    for number, cells in enumerate(rows, start=1):
        cells = [cell.strip() for cell in cells]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if columns is not None:
            lines.append((f"{name} A{number}", _csv_line(cells, columns, name, number, problems)))
        elif any(english(cell, {"kind": LINE_NAMES["kind"]}) for cell in cells):
            columns = _csv_columns(cells, name, number, problems)
            problems.check()
        else:
            _csv_header(cells, header, name, number, problems)
    problems.check()
    return _sized(Draft(name, header, tuple(lines)))


def cell(column: int, row: int) -> str:
    """A spreadsheet's name for a cell: column 2, row 14 is `C14`."""
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return f"{letters}{row}"


def _csv_header(cells: list[str], header: dict[str, Text], name: str, row: int, problems: Problems) -> None:
    field_name = english(cells[0], HEADER_NAMES)
    if field_name is None:
        problems.add(
            "DRAFT_FIELD_UNKNOWN", f"{name} {cell(0, row)}", got=cells[0][:40], expected="、".join(HEADER_NAMES)
        )
    elif field_name in header:
        problems.add("DUPLICATE_KEY", f"{name} {cell(0, row)}", got=cells[0][:80])
    elif any(cells[2:]):
        problems.add("DRAFT_SHAPE", f"{name} {cell(2, row)}")
    elif len(cells) > 1 and cells[1]:
        header[field_name] = Text(cells[1], f"{name} {cell(1, row)}")


def _csv_columns(cells: Iterable[str], name: str, row: int, problems: Problems) -> list[str | None]:
    found: list[str | None] = []
    for column, title in enumerate(cells):
        known = english(title, LINE_NAMES) if title else None
        if title and known is None:
            problems.add("DRAFT_FIELD_UNKNOWN", f"{name} {cell(column, row)}", got=title[:40],
                         expected="、".join(LINE_NAMES))  # fmt: skip
        elif known is not None and known in found:
            problems.add("DUPLICATE_KEY", f"{name} {cell(column, row)}", got=title[:80])
        found.append(known)
    return found


def _csv_line(cells: list[str], columns: list[str | None], name: str, row: int,
              problems: Problems) -> dict[str, Text]:  # fmt: skip
    found = {}
    for column, text in enumerate(cells):
        title = columns[column] if column < len(columns) else None
        if text and title is None:
            problems.add("DRAFT_SHAPE", f"{name} {cell(column, row)}")
        elif text and title is not None:
            found[title] = Text(text, f"{name} {cell(column, row)}")
    return found


def _sized(draft: Draft) -> Draft:
    if not draft.lines:
        raise InputError("DRAFT_NO_LINES", place=draft.place)
    if len(draft.lines) > MAX_DRAFT_LINES:
        raise InputError("TOO_MANY_PARTS", place=draft.place, got=len(draft.lines), limit=MAX_DRAFT_LINES)
    return draft
