"""Further cases of tampering, freezing and replaying that other tests do not name; SECURITY.md lists all of them."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.audit import START, Ledger, codes
from support.builders import PRESS, STEEL, Signed, footprint
from typer.testing import CliRunner

from ledger.identifiers import digest_to_text
from ledger.statement import Statement
from verifier.cli import app
from verifier.status import Status

HOUSE = Path(__file__).parents[3]


def upstream_line(digest: bytes) -> dict[str, Any]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "2.5000", "per": "t"},
            "emission": "2.5000"}  # fmt: skip


def test_t10_a_content_that_is_not_the_one_that_was_signed_is_found_whoever_kept_it(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(footprint(STEEL, product_id="A"), footprint(STEEL, product_id="B", value="9.0000"))
    ledger.anchor()
    first, second = ledger.items
    ledger.items[0] = Signed(first.statement, first.signature, second.text)
    found = ledger.replay(tmp_path)
    assert [(f.code, f.statement) for f in found.findings][:1] == [("CONTENT_ROOT", first.digest)]


def test_t11_what_rests_on_or_replaces_a_withheld_statement_is_not_checked(tmp_path: Path) -> None:
    """Nobody knows what it says; so it is neither a statement that was never registered nor a wrong predecessor."""
    ledger = Ledger()
    basis = ledger.add(footprint(STEEL))
    ledger.add(footprint(PRESS, upstream_line(basis), product_id="D"), footprint(STEEL, previous=basis))
    ledger.anchor()
    whole = ledger.replay(tmp_path / "whole")
    row = ledger._block(0)
    ledger.spoil = lambda data: data.replace(row, b"\n\n", 1)
    found = ledger.replay(tmp_path / "spoilt")
    assert codes(whole.findings) == codes(found.findings) == set()
    assert {(f.code, f.place) for f in found.findings if f.blocking} == {
        ("STATEMENT_WITHHELD", ""), ("PREVIOUS_WITHHELD", "previous"), ("REFERENCE_WITHHELD", "lines/0000")
    }  # fmt: skip
    verdict = ledger.verify(tmp_path / "product", ledger.items[1].digest)
    assert (verdict.status, codes(verdict.findings)) == (Status.INCOMPLETE, set())


def test_t14_an_export_frozen_at_an_old_head_is_behind_the_chain(tmp_path: Path) -> None:
    """Freshness comes from the chain's anchors, never from a clock."""
    ledger = Ledger()
    ledger.add(*(footprint(STEEL, product_id=f"P-{n}") for n in range(4)))
    ledger.anchor(size=2)
    ledger.anchor(block=START + 2)
    del ledger.entries[2:], ledger.items[2:]
    found = ledger.replay(tmp_path)
    assert (found.status, codes(found.findings)) == (Status.INCOMPLETE, set())
    assert "ENTRIES_WITHHELD" in codes(found.findings, "not_checked")


def test_t15_a_chain_deeper_than_the_stack_is_judged_like_any_other(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ledger, depth, limit = Ledger(), 1200, sys.getrecursionlimit()
    request.addfinalizer(lambda: sys.setrecursionlimit(limit))
    sys.setrecursionlimit(1000)  # as Python has it; a library that was imported before may have raised it
    digest = ledger.add(footprint(STEEL, product_id="T-0"))
    for tier in range(1, depth):
        digest = ledger.add(footprint(STEEL, upstream_line(digest), product_id=f"T-{tier}"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, digest)
    assert (verdict.status, str(verdict.declared)) == (Status.VERIFIED, "2.5000")
    assert ledger.replay(tmp_path).status is Status.VERIFIED
    (tmp_path / "trust.json").write_bytes(ledger.trust().to_bytes())
    command = ["product", str(tmp_path), f"T-{depth - 1}", "--trust", str(tmp_path / "trust.json")]
    ran = CliRunner().invoke(app, [*command, "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["status"]) == (0, "verified")
    assert CliRunner().invoke(app, command).exit_code == 0


def test_t15_nothing_can_rest_on_itself_or_on_what_comes_later(tmp_path: Path) -> None:
    """A digest is known only after its statement was made, so a loop can be claimed, but not signed."""
    ledger = Ledger()
    later = footprint(STEEL, product_id="LATER")
    ledger.add(footprint(PRESS, upstream_line(later.digest), product_id="EARLY"), later)
    ledger.anchor()
    assert codes(ledger.replay(tmp_path).findings) == {"REFERENCE_UNKNOWN"}


@pytest.mark.parametrize("change", [{"organisation": PRESS}, {"subject": "OTHER|-|2025"}, {"issuedAt": 1}])
def test_s05_a_signature_is_good_for_its_own_statement_only(change: dict[str, Any], tmp_path: Path) -> None:
    ledger, signed = Ledger(), footprint(STEEL)
    fields = signed.statement.model_dump(mode="json", by_alias=True)
    other = Statement.model_validate({**fields, **change})  # a copy would keep the digest that was made before
    ledger.add(signed, Signed(other, signed.signature, signed.text))
    ledger.anchor()
    found = ledger.replay(tmp_path)
    assert found.status is Status.FAILED
    assert "KEY_NOT_VALID" in {f.code for f in found.findings if f.statement == ledger.items[1].digest}


def test_s11_only_commands_that_are_given_a_key_file_and_the_demonstration_sign_statements() -> None:
    """The operator holds no supplier's key: no other module of the packages even imports what signs a statement."""
    found = set()
    for package in ("api", "ledger", "verifier"):
        for path in (HOUSE / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "ledger.signing":
                    found |= {str(path.relative_to(HOUSE)) for name in node.names if name.name == "sign"}
    assert found == {"api/commands/sign.py", "api/commands/factor.py", "api/playground.py"}
