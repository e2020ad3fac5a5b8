"""The published schema is ours, current, and what our verdicts keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support import reports
from typer.testing import CliRunner

import verifier.schema
from verifier.cli import app
from verifier.receipts import verify_receipt
from verifier.report import receipt_report, replay_report, to_bytes
from verifier.schema import schema, schema_bytes

PUBLISHED = Path(verifier.schema.__file__).with_name("report.schema.json")


def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(json.loads(PUBLISHED.read_bytes()))


def product(sample: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_bytes(reports.report(sample)))
    return found


def test_the_published_file_is_what_the_command_prints() -> None:
    assert PUBLISHED.read_bytes() == schema_bytes(), "run: tanji-verify schema > verifier/report.schema.json"
    assert CliRunner().invoke(app, ["schema"]).stdout_bytes == schema_bytes()


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_a_verdict_on_a_product_keeps_the_schema(sample: str) -> None:
    assert list(validator().iter_errors(product(sample))) == []


def test_a_replay_and_a_receipt_keep_the_schema(tmp_path: Path) -> None:
    golden = reports.ledger()
    replayed = json.loads(to_bytes(replay_report(golden.replay(tmp_path))))
    assert list(validator().iter_errors(replayed)) == []
    given = golden.receipt(3)
    receipt = json.loads(to_bytes(receipt_report(verify_receipt(given, golden.trust(), None))))
    assert list(validator().iter_errors(receipt)) == []


@pytest.mark.parametrize(("path", "value"), [
    (("status",), "passed"),
    (("declared",), 2589.24786),
    (("declared",), "2,589.2"),
    (("product",), "0x12"),
    (("version",), 2),
    (("more",), "field"),
    (("levels", "recomputed", "kilograms"), None),
    (("findings", 0, "outcome"), "skipped"),
    (("statements", 0, "index"), -1),
])  # fmt: skip
def test_the_schema_refuses_another_form(path: tuple[str | int, ...], value: object) -> None:
    found = product("body")
    target: Any = found
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    assert list(validator().iter_errors(found))


@pytest.mark.parametrize("field", ["summary", "ledger", "declared", "notChecked", "findings"])
def test_the_schema_misses_every_field_that_is_left_out(field: str) -> None:
    found = product("body")
    del found[field]
    assert list(validator().iter_errors(found))
