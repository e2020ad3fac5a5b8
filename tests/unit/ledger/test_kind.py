from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from pydantic import ValidationError
from support.builders import footprint_content

import ledger
from ledger.catalogue import catalogue, render
from ledger.disclosures import SEED_BYTES, disclose, hide, parse_content
from ledger.errors import EvidenceError, IncompleteError, TanjiError
from ledger.kinds import all_kinds, kind_named
from ledger.kinds.withdrawal import Withdrawal

SEED = bytes(SEED_BYTES)
KIND = kind_named("withdrawal")
CONTENT = Withdrawal.model_validate({"header": {"version": 1, "target": "0x" + "ab" * 32, "reason": "更正"}})
HOUSE = Path(ledger.__file__).parent.parent


def test_an_unknown_kind_is_never_waved_through() -> None:
    with pytest.raises(EvidenceError) as refused:
        kind_named("offset-credit")
    assert refused.value.code == "KIND_UNKNOWN"


def test_kinds_are_found_by_their_modules_alone() -> None:
    modules = {p.stem.replace("_", "-") for p in (HOUSE / "ledger" / "kinds").glob("*.py") if p.stem != "__init__"}
    assert {kind.name for kind in all_kinds()} == modules


def test_no_other_module_names_the_withdrawal_so_that_a_kind_is_one_module() -> None:
    naming = [
        path.name
        for package in ("ledger", "verifier")
        for path in (HOUSE / package).rglob("*.py")
        if "kinds.withdrawal" in path.read_text(encoding="utf-8") or '"withdrawal"' in path.read_text(encoding="utf-8")
    ]
    assert naming == ["withdrawal.py"]


@pytest.mark.parametrize("parts", [
    {}, {"header": {}, "more": 1}, {"header/0000": {}}, {"header": {"version": 1}},
])  # fmt: skip
def test_a_content_of_another_form_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(EvidenceError) as refused:
        KIND.read(parse_content(disclose(parts or {"x": 1}, SEED)))
    assert refused.value.code == "CONTENT_FORMAT"


def test_a_hidden_part_makes_the_content_incomplete_never_wrong() -> None:
    text = hide(KIND.disclose(CONTENT, SEED), ["header"])
    with pytest.raises(IncompleteError) as refused:
        KIND.read(parse_content(text))
    assert refused.value.code == "PART_HIDDEN"
    with pytest.raises(IncompleteError):
        KIND.headline(KIND.read_shown(parse_content(text)))


def test_the_headline_can_be_made_from_the_parts_that_are_shown() -> None:
    footprint = kind_named("footprint")
    header = {
        "version": 1, "product": "板", "product_id": "P", "unit": "kg", "amount": "1", "period_start": "2025-01-01",
        "period_end": "2025-12-31", "boundary": "cradle-to-gate", "geography": "CN", "gwp": "AR6",
    }  # fmt: skip
    parts = parse_content(disclose({"header": header, "result": {"footprint": "1.5"}}, SEED))
    assert footprint.headline(footprint.read_shown(parts)).startswith("产品碳足迹 板：1.5 kgCO2e / 1 kg")


@pytest.mark.parametrize("path", ["unknown", "lines", "header/0000"])
def test_a_shown_part_that_the_kind_does_not_have_is_refused(path: str) -> None:
    with pytest.raises(EvidenceError):
        kind_named("footprint").read_shown(parse_content(disclose({path: {}}, SEED)))


def test_list_items_must_be_numbered_without_a_gap() -> None:
    with pytest.raises(EvidenceError) as refused:
        kind_named("footprint").read(parse_content(disclose({"lines/0001": {}}, SEED)))
    assert refused.value.code == "CONTENT_FORMAT"


def codes_in_code() -> set[str]:
    """The literal codes of every error and finding that the packages can raise or yield."""
    makers = {"fail", "not_checked", "Finding"}
    found = set()
    for package in ("ledger", "verifier", "api"):
        for path in (HOUSE / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if (name in makers or name.endswith("Error")) and isinstance(first, ast.Constant):
                    value = first.value
                    if (
                        isinstance(value, str)
                        and value
                        and set(value) <= set(string.ascii_uppercase + string.digits + "_")
                    ):
                        found.add(value)
    return found


def test_every_code_has_words_in_both_languages_that_say_more_than_the_code() -> None:
    words = catalogue()
    assert codes_in_code() - words.keys() == set()
    for code, (zh, en) in words.items():
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh), code
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in en), code
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en)]
        assert fields[0] == fields[1], code


def test_an_unknown_code_or_value_is_shown_and_never_silent() -> None:
    assert render("NO_SUCH_CODE", {"got": 1}) == "NO_SUCH_CODE {'got': 1}"
    assert "{expected}" in TanjiError("UNIT_MISMATCH", got="kg").words("en")


@pytest.mark.parametrize("version", [1.0, True, 2, 0, "1", None])
def test_a_version_is_the_number_one_and_nothing_like_it(version: object) -> None:
    content = footprint_content()
    content["header"]["version"] = version
    with pytest.raises(ValidationError):
        kind_named("footprint").content.model_validate(content)
