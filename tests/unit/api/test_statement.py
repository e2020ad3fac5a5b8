"""Any kind of statement from a JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.builders import DOMAIN
from typer.testing import CliRunner

from api.cli import app
from api.commands.statement import request_from
from ledger.errors import TanjiError

BODY, ACCREDITOR = "91310104MADEM00899", "urn:tanji:accreditor"
HEADER: dict[str, Any] = {"version": 1, "number": "V001", "body": BODY, "scope": ["CR-*"], "valid_from": "2024-01-01",
                          "valid_until": "2027-12-31"}  # fmt: skip


def test_a_content_becomes_a_statement_to_sign() -> None:
    data = json.dumps({"header": HEADER}).encode()
    request = request_from("accreditation", ACCREDITOR, data, DOMAIN)
    assert request.statement.headline == f"认可 V001：{BODY} 可核查 CR-*；2024-01-01 至 2027-12-31"
    assert request.statement.organisation == ACCREDITOR
    assert request.read().header.scope == ("CR-*",)


@pytest.mark.parametrize(("change", "code"), [
    ({"scope": []}, "CONTENT_FORMAT"), ({"more": 1}, "CONTENT_FORMAT"), ({"number": "x" * 81}, "CONTENT_FORMAT"),
    ({"version": 1.0}, "NUMBER_NOT_STRING"),
])  # fmt: skip
def test_a_content_of_another_form_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(TanjiError) as refused:
        request_from("accreditation", ACCREDITOR, json.dumps({"header": HEADER | change}).encode(), DOMAIN, "a.json")
    assert refused.value.code == code


def test_the_form_of_every_kind_can_be_looked_up() -> None:
    from ledger.kinds import all_kinds

    for kind in all_kinds():
        run = CliRunner().invoke(app, ["statement", kind.name])
        assert run.exit_code == 0, (kind.name, run.output)
        assert "header" in json.loads(run.stdout)["properties"]


def test_an_unknown_kind_is_a_usage_error(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["--home", str(tmp_path), "statement", "offset-credit"])
    assert run.exit_code == 2, run.output
