"""A person's draft in YAML, JSON, CSV or a workbook, read as text fields that remember their place.

No number is ever a float here: YAML scalars and JSON numbers are taken as they were typed. Field names may be English
or Chinese (`amount` or `数量`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from api.console import read_file
from api.form import (
    HEADER_NAMES,
    LINE_NAMES,
    MAX_DRAFT_BYTES,
    NESTED,
    WORKBOOKS,
    Draft,
    Problems,
    Text,
    english,
    finished,
)
from api.tables import from_csv
from ledger.canonical import check_size_and_depth
from ledger.errors import InputError

MAX_DEPTH: Final = 7

_LINES: Final = ("lines", "明细")
_ZIP: Final = b"PK\x03\x04"


def read_draft(path: Path) -> Draft:
    """The draft in a file, by its ending: .yml .yaml .json .csv .xlsx. Raises `InputError` or `DraftError`."""
    data = read_file(path)
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        from api.workbook import read_workbook

        return read_workbook(data, path.name)
    if len(data) > MAX_DRAFT_BYTES:
        raise InputError("JSON_TOO_LARGE", place=str(path), got=len(data), limit=MAX_DRAFT_BYTES)
    if data.startswith(_ZIP):
        raise InputError("WORKBOOK_MISNAMED", place=str(path))
    match ending:
        case ".yml" | ".yaml":
            return _from_tree(path.name, _yaml_tree(data, path.name))
        case ".json":
            return _from_tree(path.name, _json_tree(data, path.name))
        case ".csv":
            return from_csv(_decoded(data, path.name), path.name)
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
    draft = finished(Draft(name, header, tuple(listed)), problems)
    problems.check()
    return draft


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
