from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from api.drafts import read_draft
from api.form import Draft, DraftError
from ledger.errors import InputError

YML = files("api").joinpath("data/example_draft.yml").read_text(encoding="utf-8")
CSV = files("api").joinpath("data/example_draft.csv").read_text(encoding="utf-8")


def written(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def values(draft: Draft) -> tuple[dict[str, str], list[dict[str, str]]]:
    return {k: v.text for k, v in draft.header.items()}, [{k: v.text for k, v in f.items()} for _, f in draft.lines]


@pytest.mark.parametrize("text", ["0.1", "1240.5", "1e3", "0777", "1_000", "12:30", "0x10"])
def test_a_number_reaches_us_as_it_was_typed_in_yaml(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, "a.yml", YML.replace("amount: 740\n", f"amount: {text}\n"))
    assert values(read_draft(path))[1][1]["amount"] == text


def test_a_json_number_is_never_a_float(tmp_path: Path) -> None:
    text = '{"product": "x", "lines": [{"amount": 0.1000000000000000055511151231257827, "name": "a"}]}'
    assert values(read_draft(written(tmp_path, "a.json", text)))[1][0]["amount"] == (
        "0.1000000000000000055511151231257827"
    )


def test_a_spreadsheet_of_a_chinese_office_is_read(tmp_path: Path) -> None:
    gb, utf, marked = (
        values(read_draft(written(tmp_path, f"{n}.csv", CSV.encode(e))))
        for n, e in enumerate(("gb18030", "utf-8", "utf-8-sig"))
    )
    assert gb == utf == marked
    assert gb[0]["product"] == "车门内板"


def test_a_line_knows_its_cell_and_its_row(tmp_path: Path) -> None:
    draft = read_draft(written(tmp_path, "part.csv", CSV))
    assert draft.lines[0][1]["amount"].place == "part.csv D13"
    draft = read_draft(written(tmp_path, "part.yml", YML))
    assert draft.lines[1][1]["amount"].place == "part.yml:23 lines/1/amount"


@pytest.mark.parametrize(("name", "text", "code", "place"), [
    ("a.txt", "x", "DRAFT_ENDING", "a.txt"),
    ("a.yml", "", "DRAFT_FORMAT", "a.yml"),
    ("a.yml", "a: [", "DRAFT_FORMAT", "a.yml:1"),
    ("a.yml", "- a\n- b\n", "DRAFT_SHAPE", "a.yml"),
    ("a.yml", "product: a\nproduct: b\nlines: []\n", "DUPLICATE_KEY", "a.yml:2"),
    ("a.yml", "product: a\n", "DRAFT_NO_LINES", "a.yml"),
    ("a.yml", "product: a\nlines: 3\n", "DRAFT_SHAPE", "a.yml:2"),
    ("a.yml", "product: a\nlines: [[[[[[[[[1]]]]]]]]]\n", "DRAFT_SHAPE", "a.yml:2"),
    ("a.yml", "? [a]\n: b\n", "DRAFT_SHAPE", "a.yml:1"),
    ("a.json", '{"a": 1, "a": 2}', "DUPLICATE_KEY", "a.json"),
    ("a.json", '{"a": \n', "DRAFT_FORMAT", "a.json:2"),
    ("a.json", "[" * 100_000, "JSON_TOO_DEEP", "a.json"),
    ("a.csv", 'a,"b', "DRAFT_FORMAT", "a.csv"),
    ("a.csv", "产品,x\n", "DRAFT_NO_LINES", "a.csv"),
])  # fmt: skip
def test_what_is_not_a_draft_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str, code: str, place: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_draft(written(tmp_path, name, text))
    assert refused.value.code == code
    assert place in refused.value.place


@pytest.mark.parametrize("name", ["a.yml", "a.json", "a.csv", "a.txt"])
def test_a_workbook_by_another_name_is_told_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="WORKBOOK_MISNAMED"):
        read_draft(written(tmp_path, name, b"PK\x03\x04rest"))


def test_a_missing_file_and_an_oversized_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_draft(tmp_path / "none.yml")
    assert refused.value.code == "FILE_NOT_READ"
    with pytest.raises(InputError) as refused:
        read_draft(written(tmp_path, "big.yml", b"#" * (4 * 1024 * 1024 + 1)))
    assert refused.value.code == "JSON_TOO_LARGE"


def test_all_unknown_fields_are_named_at_once(tmp_path: Path) -> None:
    text = YML.replace("product_id:", "produkt:").replace("    amount: 740", "    menge: 740")
    with pytest.raises(DraftError) as refused:
        read_draft(written(tmp_path, "a.yml", text))
    assert [(p.code, p.values["got"]) for p in refused.value.problems] == [
        ("DRAFT_FIELD_UNKNOWN", "menge"),
        ("DRAFT_FIELD_UNKNOWN", "produkt"),
    ]


@pytest.mark.parametrize(("old", "new", "code", "place"), [
    ("产品编码,", "颜色,", "DRAFT_FIELD_UNKNOWN", "A3"),
    ("产品编码,", "产品,", "DUPLICATE_KEY", "A3"),
    ("GWP,AR5", "GWP,AR5,AR6", "DRAFT_SHAPE", "C8"),
    ("阶段,", "颜色,", "DRAFT_FIELD_UNKNOWN", "B12"),
    ("阶段,", "类别,", "DUPLICATE_KEY", "B12"),
    ("CR-COIL\n", "CR-COIL,x\n", "DRAFT_SHAPE", "H13"),
])  # fmt: skip
def test_a_wrong_cell_is_named(tmp_path: Path, old: str, new: str, code: str, place: str) -> None:
    assert old in CSV
    with pytest.raises(DraftError) as refused:
        read_draft(written(tmp_path, "a.csv", CSV.replace(old, new, 1)))
    assert [(p.code, p.place) for p in refused.value.problems] == [(code, f"a.csv {place}")]


def test_the_three_examples_say_the_same() -> None:
    folder = Path(str(files("api"))) / "data"
    yml, as_json = (values(read_draft(folder / f"example_draft.{ending}")) for ending in ("yml", "json"))
    assert yml == as_json
    assert json.loads((folder / "example_draft.json").read_text(encoding="utf-8"))["lines"]
