"""A committee's, a reviewer's and a verifier's day, from the command line only; and each wrong step refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from support.desk import VERIFY, Desk, open_desk
from support.rules import HEADER, REQUIREMENTS

pytestmark = pytest.mark.chain

DATA = Path(str(files("api"))) / "data"
PUBLISHER, STEEL, PRESS = "91310000MADEM0101Y", "91310113MADEM0011A", "91320585MADEM002X4"
COMMITTEE, ACCREDITOR, BODY = "urn:tanji:committee", "urn:tanji:accreditor", "91310104MADEM00899"
ROLES = {PUBLISHER: "factor-publisher", STEEL: "declarant", PRESS: "declarant", COMMITTEE: "rule-publisher",
         ACCREDITOR: "accreditor", BODY: "verifier"}  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Organisations in their roles, factors published, the golden coil declared."""
    with open_desk(tmp_path_factory.mktemp("rule_day")) as desk:
        for number, (organisation, role) in enumerate(ROLES.items()):
            desk.run(
                "org", "register", organisation, f"示例 {number}", desk.new_key(role + str(number)), "--role", role
            )
        desk.run("factor", "publish", PUBLISHER, "--key", key(PUBLISHER) + ".key", "--password-file", "passphrase")
        shutil.copy(DATA / "demo_coil.yml", desk.folder)
        coil = desk.sign_and_submit(desk.run("declare", "demo_coil.yml").stdout.strip(), key(STEEL))
        (desk.folder / "coil.digest").write_text(coil)
        yield desk


def key(organisation: str) -> str:
    return ROLES[organisation] + str(list(ROLES).index(organisation))


def state(desk: Desk, kind: str, by: str, content: dict[str, Any], *, expect: int = 0) -> str:
    """Makes, signs and submits a statement; gives its digest, or what was said when it is refused."""
    (desk.folder / f"{kind}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    request = desk.run("statement", kind, f"{kind}.json", "--by", by).stdout.splitlines()[-1]
    if not expect:
        return desk.sign_and_submit(request, key(by))
    signed = desk.run("sign", request, "--key", f"{key(by)}.key", "--password-file", "passphrase").stdout.strip()
    return str(desk.run("submit", signed, expect=expect).stderr)


def part_content(desk: Desk) -> dict[str, Any]:
    """The golden part as the rule's worked example: what a draft of it comes to."""
    shutil.copy(DATA / "demo_part.yml", desk.folder)
    request = "example.request.json"
    if not (desk.folder / request).exists():
        desk.run("declare", "demo_part.yml", "-o", request)
    parts = [json.loads(line) for line in json.loads((desk.folder / request).read_text(encoding="utf-8"))["content"]]
    found: dict[str, Any] = {path: value for _, path, value in parts if not path.startswith("lines/")}
    return found | {"lines": [value for _, path, value in parts if path.startswith("lines/")]}


def rule_content(desk: Desk, answer: str = "26.862865") -> dict[str, Any]:
    example = {f"example_{name}": value for name, value in part_content(desk).items()}
    return {
        "header": HEADER,
        "requirements": REQUIREMENTS,
        "printed": {"answer": answer, "document": "附录 A"},
        **example,
    }


def test_a_rule_is_published_and_the_next_part_keeps_to_it(day: Desk) -> None:
    assert "RULE_EXAMPLE_ANSWER" in state(day, "rule", COMMITTEE, rule_content(day, "26.862864"), expect=1)
    assert "ROLE_NOT_HELD" in state(day, "rule", PRESS, rule_content(day), expect=1)
    state(day, "rule", COMMITTEE, rule_content(day))
    draft = (DATA / "demo_part.yml").read_text(encoding="utf-8") + "rule: DB31/T 0001-2025\n"
    (day.folder / "cherry.yml").write_text(draft.replace("amount: 1.85", "amount: 0.00185"), encoding="utf-8")
    assert "BAND" not in day.run("declare", "cherry.yml", "-o", "still.json").stderr  # green power is inside the band
    lines = [line for line in draft.splitlines() if "上游声明" not in line]
    (day.folder / "cherry.yml").write_text("\n".join(lines), encoding="utf-8")
    assert "MISSING_LINE" in day.run("declare", "cherry.yml", expect=2).stderr
    (day.folder / "part.yml").write_text(draft, encoding="utf-8")
    part = day.sign_and_submit(day.run("declare", "part.yml").stdout.strip(), key(PRESS))
    day.run("anchor", "--account", "operator")
    findings = day.json("verify", part)["findings"]
    assert {f["code"] for f in findings if f["statement"] == part} == {"GREEN_CERTIFICATES"}


def test_a_body_verifies_the_part_and_its_record_is_shown(day: Desk) -> None:
    dates = {"version": 1, "body": BODY, "valid_from": "2024-01-01", "valid_until": "2027-12-31"}
    accreditation = state(day, "accreditation", ACCREDITOR, {"header": {**dates, "number": "V001", "scope": ["CR-*"]}})
    credential = state(day, "credential", ACCREDITOR, {"header": {**dates, "person": "P-0007"}})
    coil = (day.folder / "coil.digest").read_text()
    content = {
        "header": {"version": 1, "number": "V-1", "declaration": coil, "accreditation": accreditation,
                   "credential": credential, "completed": "2026-01-31"},
        "opinion": {"standard": "ISO 14064-3:2019", "assurance": "limited", "materiality": "5", "opinion": "unmodified",
                    "independence": "与委托方无任何利益关系"},
    }  # fmt: skip
    state(day, "verification", BODY, content)
    day.run("anchor", "--account", "operator")
    day.run("export", "audit")
    said = day.run("bodies", "audit", "--trust", ".tanji/trust.json", expect=3, program=VERIFY).stdout
    assert f"{BODY}：核查 1 份，其中有误 0 份" in said


def test_what_a_factor_touches_and_which_was_valid_on_a_day(day: Desk) -> None:
    listed = day.json("factor", "list", "elec-fp-cn", "--as-of", "2025-06-30")["factors"]
    assert [f["result"]["value"] for f in listed if f["header"]["series"] == "elec-fp-cn"] == ["0.6205"]
    listed = day.json("factor", "list", "elec-fp-cn", "--as-of", "2026-06-30")["factors"]
    (grid,) = [f for f in listed if f["header"]["series"] == "elec-fp-cn"]
    day.run("export", "audit2")
    said = day.run("impact", "audit2", grid["digest"], "--trust", ".tanji/trust.json", expect=3, program=VERIFY).stdout
    assert "冷轧卷" in said
    assert "车门内板" in said
    assert "verification" in said


def test_a_kind_that_does_not_exist_and_a_content_of_another_form(day: Desk) -> None:
    assert "KIND_UNKNOWN" in day.run("statement", "offset-credit", expect=2).stderr
    (day.folder / "bad.json").write_text('{"header": {"version": 1}}', encoding="utf-8")
    assert "CONTENT_FORMAT" in day.run("statement", "sanction", "bad.json", "--by", ACCREDITOR, expect=2).stderr
