from __future__ import annotations

import json
from pathlib import Path

from support.audit import MERGE_DELAY, START, Ledger, codes
from support.builders import PRESS, STEEL, factor, footprint, gas_line, power_line
from typer.testing import CliRunner

from ledger.disclosures import hide
from ledger.receipt import Receipt
from verifier.cli import app
from verifier.receipts import ReceiptVerdict, verify_receipt
from verifier.sources import read_chain
from verifier.status import Status

RUNNER = CliRunner()


def ledger_of(block: int = START + 1) -> Ledger:
    ledger = Ledger()
    basis = ledger.add(factor())
    ledger.add(*(footprint(STEEL, power_line(basis), product_id=f"P-{n}", value="0.5777") for n in range(5)))
    ledger.anchor(block=block)
    return ledger


def judge(ledger: Ledger, folder: Path, receipt: Receipt, *, chain: bool = True) -> ReceiptVerdict:
    trust = ledger.trust()
    ledger.write(folder)
    return verify_receipt(receipt, trust, read_chain(folder, trust) if chain else None)


def test_a_receipt_is_verified_with_the_chain(tmp_path: Path) -> None:
    ledger = ledger_of()
    verdict = judge(ledger, tmp_path, ledger.receipt(3))
    assert verdict.status is Status.VERIFIED
    assert {
        "CHECKED_SIGNATURE",
        "CHECKED_INCLUSION",
        "CHECKED_CONTENT",
        "CHECKED_ANCHOR",
        "CHECKED_AUTHORITY",
    } == codes(verdict.findings, "pass")
    assert {"RECEIPT_CURRENT", "RECEIPT_REFERENCES"} <= codes(verdict.findings, "not_checked")


def test_without_a_chain_it_is_incomplete_and_says_what_was_not_checked(tmp_path: Path) -> None:
    ledger = ledger_of()
    verdict = judge(ledger, tmp_path, ledger.receipt(3), chain=False)
    assert verdict.status is Status.INCOMPLETE
    assert "RECEIPT_CHAIN_UNASKED" in codes(verdict.findings, "not_checked")
    assert not {"CHECKED_ANCHOR", "CHECKED_AUTHORITY"} & codes(verdict.findings, "pass")


def test_hidden_lines_still_prove_the_rest(tmp_path: Path) -> None:
    ledger = ledger_of()
    verdict = judge(ledger, tmp_path, ledger.receipt(3, hide(ledger.items[3].text, ["lines/0000", "production"])))
    assert (verdict.status, verdict.hidden, "result" in verdict.shown) == (Status.VERIFIED, 2, True)
    assert "PART_HIDDEN" in codes(verdict.findings, "not_checked")


def test_a_root_that_the_chain_never_held_fails(tmp_path: Path) -> None:
    ledger = ledger_of()
    ledger.add(footprint(PRESS))
    assert "RECEIPT_ANCHOR_ROOT" in codes(judge(ledger, tmp_path, ledger.receipt(3)).findings)


def test_an_anchor_after_the_promised_delay_fails(tmp_path: Path) -> None:
    ledger = ledger_of(START + MERGE_DELAY + 1)
    assert "MERGE_DELAY" in codes(judge(ledger, tmp_path, ledger.receipt(3)).findings)


def test_the_command_line_says_it_in_words_and_exit_codes(tmp_path: Path) -> None:
    ledger = ledger_of()
    ledger.write(tmp_path / "audit")
    trust, file = tmp_path / "trust.json", tmp_path / "receipt.json"
    trust.write_bytes(ledger.trust().to_bytes())
    file.write_bytes(ledger.receipt(3).to_bytes())
    ran = RUNNER.invoke(app, ["--lang", "en", "receipt", str(file), "--trust", str(trust)])
    assert (ran.exit_code, "NOT CHECKED RECEIPT_CHAIN_UNASKED" in ran.stdout) == (3, True)
    ran = RUNNER.invoke(app, ["product", str(tmp_path / "audit"), "P-3", "--trust", str(trust), "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["levels"]["recomputed"]["kilograms"]) == (0, "0.5777")
    ran = RUNNER.invoke(app, ["--lang", "zh", "product", str(tmp_path / "audit"), "P-3", "--trust", str(trust)])
    assert (ran.exit_code, "未核查 RULE_NOT_NAMED" in ran.stdout) == (0, True)
    for arguments, code in ((["product", str(tmp_path / "audit"), "NONE"], 2), (["replay", str(tmp_path / "no")], 4)):
        assert RUNNER.invoke(app, [*arguments, "--trust", str(trust)]).exit_code == code
    (tmp_path / "audit/checkpoint").write_bytes(b"junk")
    assert RUNNER.invoke(app, ["replay", str(tmp_path / "audit"), "--trust", str(trust)]).exit_code == 1


def test_a_receipt_with_hidden_lines_shows_their_bounds_and_the_false_line_that_it_shows(tmp_path: Path) -> None:
    ledger = Ledger()
    lines = [gas_line("1.0000", "甲"), {**gas_line("2.0000", "乙"), "emission": "1.5000"}, gas_line("3.0000", "丙")]
    ledger.add(footprint(STEEL, *lines, value="6.0000"))
    ledger.anchor()
    verdict = judge(ledger, tmp_path, ledger.receipt(0, hide(ledger.items[0].text, ["lines/0002"])))
    assert codes(verdict.findings) == {"LINE_ARITHMETIC"}
    (bounds,) = [f for f in verdict.findings if f.code == "HIDDEN_LINES"]
    assert (bounds.values["low"], bounds.values["high"]) == ("2.99995", "3.00005")
