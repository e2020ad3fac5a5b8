"""A draft's fields that hold more than one word: stages, ratings, legs, shares, what a line takes from.

In YAML and JSON they are lists and mappings; in a CSV cell JSON, or the short form that people type. Whether they are
right is for the content's model to say; here they only take its shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from api.form import Problems, Text
from api.numerals import number_of
from ledger.canonical import check_size_and_depth
from ledger.errors import InputError

STAGE_WORDS: Final = {
    "原材料获取": "raw_material", "原材料": "raw_material", "生产": "production", "分销": "distribution", "使用": "use",
    "寿命终止": "end_of_life",
}  # fmt: skip
CHOICES: Final = {
    "subdivision": ("subdivision", "细分"), "mass": ("mass", "质量"), "energy": ("energy", "能量"),
    "economic": ("economic", "经济", "价值"), "primary": ("primary", "初级"), "secondary": ("secondary", "次级"),
}  # fmt: skip
_LIST: Final = re.compile(r"[、,;；，\s]+")
_TRUE: Final = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


def line_extras(given: Mapping[str, Text], problems: Problems) -> dict[str, Any]:
    """The optional fields of a line, as its model takes them."""
    found: dict[str, Any] = {name: given[name].text for name in ("group", "chain") if name in given}
    for name in ("allocation", "data"):
        if name in given:
            found[name] = _word(given[name].text)
    for name, short in _LINE_SHORT.items():
        if name in given:
            found[name] = nested(given[name], short, problems)
    return found


def header_extras(given: Mapping[str, Text], problems: Problems) -> dict[str, Any]:
    """The optional fields of a header."""
    found: dict[str, Any] = {name: given[name].text for name in ("rule", "valid_until") if name in given}
    found |= _numbers(given, ("mass",), problems)
    if "stages" in given:
        listed = nested(given["stages"], _stages, problems)
        found["stages"] = [STAGE_WORDS.get(word, word) for word in listed] if isinstance(listed, list) else listed
    return found


def production_extras(given: Mapping[str, Text], problems: Problems) -> dict[str, Any]:
    """The optional fields of the production."""
    found: dict[str, Any] = _numbers(given, ("quantity",), problems)
    for name, short in (("groups", None), ("materials", None), ("exempted", _exempted)):
        if name in given:
            found[name] = nested(given[name], short, problems)
    return found


def _numbers(given: Mapping[str, Text], names: tuple[str, ...], problems: Problems) -> dict[str, str]:
    found = {}
    for name in names:
        if name in given:
            try:
                found[name] = number_of(given[name])
            except InputError as err:
                problems.found.append(err)
    return found


def result_extras(given: Mapping[str, Text], problems: Problems) -> dict[str, Any]:
    """Fields of the result that a person states, by PACT's names."""
    stated = nested(given["result"], None, problems) if "result" in given else {}
    if not isinstance(stated, dict):
        return {"result": stated}
    return {name: _TRUE.get(str(v), v) if name.endswith("Included") else v for name, v in stated.items()}


def nested(text: Text, short: Callable[[str], Any] | None, problems: Problems) -> Any:
    """What a field holds: JSON, or else its short form. Numbers stay the text that was typed."""
    if text.text[:1] not in "{[":
        if short is not None:
            return short(text.text)
        problems.add("DRAFT_SHAPE", text.place)
        return None
    data = text.text.encode()
    try:
        check_size_and_depth(data, text.place)
        return json.loads(data, parse_int=str, parse_float=str)
    except InputError as err:
        problems.found.append(err)
    except (ValueError, RecursionError) as err:
        problems.add("DRAFT_FORMAT", text.place, got=str(err)[:100])
    return None


def _word(text: str) -> str:
    return next((code for code, words in CHOICES.items() if text in words), text)


def _stages(text: str) -> list[str]:
    """`raw_material, production`"""
    return [word for word in _LIST.split(text) if word]


def _exempted(text: str) -> list[dict[str, str]]:
    """`润滑油=1.5; 备件=0.5`"""
    return [{"name": name.strip(), "percent": percent.strip()} for name, percent in _pairs(text, "=")]


def _taken(text: str) -> list[dict[str, str]]:
    """`0x…:3; 0x…:4`"""
    return [{"digest": digest.strip(), "amount": amount.strip()} for digest, amount in _pairs(text, ":")]


def _pairs(text: str, sign: str) -> list[tuple[str, str]]:
    parts = [part.partition(sign) for part in re.split(r"[;；]", text) if part.strip()]
    return [(before, after) for before, _, after in parts]


def _dqr(text: str) -> dict[str, str]:
    """`1/2/1.5`: technological, geographical, temporal."""
    return dict(zip(("technological", "geographical", "temporal"), text.split("/"), strict=False))


def _carbon(text: str) -> dict[str, str]:
    """`fossil=0.5; biogenic=0.2`"""
    return {name.strip(): amount.strip() for name, amount in _pairs(text, "=")}


def _circular(text: str) -> dict[str, str]:
    """`AL/virgin`"""
    material, _, term = text.rpartition("/")
    return {"material": material, "term": term}


_LINE_SHORT: Final[Mapping[str, Callable[[str], Any] | None]] = {
    "dqr": _dqr, "carbon": _carbon, "circular": _circular, "deliveries": _taken, "certificates": _taken,
    "batches": _taken, "readings": _taken, "legs": None,
}  # fmt: skip
