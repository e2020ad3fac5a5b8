"""What happened after a declaration was registered, and what somebody might hide of it."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import PRESS, STEEL, footprint, withdrawal

from ledger.errors import TanjiError
from ledger.identifiers import digest_to_text
from verifier.status import Status


def upstream_line(digest: bytes) -> dict[str, object]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": "2.0000", "per": "t"},
            "emission": "2.0000"}  # fmt: skip


def chain() -> tuple[Ledger, bytes, bytes]:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    top = ledger.add(footprint(PRESS, upstream_line(base), product_id="TOP", value="2.0000"))
    return ledger, base, top


def test_a_product_that_was_withdrawn_is_not_verified(tmp_path: Path) -> None:
    ledger, base, _ = chain()
    ledger.add(withdrawal(base))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, base)
    assert verdict.status is Status.FAILED
    assert codes(verdict.findings) == {"PRODUCT_WITHDRAWN"}


def test_what_rests_on_a_statement_that_was_withdrawn_since_fails_at_its_line(tmp_path: Path) -> None:
    ledger, base, top = chain()
    ledger.add(withdrawal(base))
    ledger.anchor()
    found = [f for f in ledger.verify(tmp_path, top).findings if f.code == "WITHDRAWN_SINCE"]
    assert [(f.statement, f.place, f.outcome) for f in found] == [(top, "lines/0000", "fail")]


def test_what_was_replaced_since_is_told_and_does_not_fail(tmp_path: Path) -> None:
    ledger, base, top = chain()
    ledger.add(footprint(STEEL, product_id="BASE", value="3.0000", previous=base))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top)
    assert verdict.status is Status.VERIFIED
    assert "REPLACED_SINCE" in codes(verdict.findings, "not_checked")


def test_a_withdrawal_whose_content_is_hidden_leaves_the_verdict_incomplete(tmp_path: Path) -> None:
    ledger, base, _ = chain()
    ledger.add(withdrawal(base))
    ledger.anchor()
    ledger.erased.add(2)
    verdict = ledger.verify(tmp_path, base)
    assert verdict.status is Status.INCOMPLETE
    assert "CONTENT_WITHHELD" in codes(verdict.findings, "not_checked")


@pytest.mark.parametrize("name", ["chain/registry.jsonl", "chain/log.jsonl", "checkpoint", "statements/000.p/2"])
def test_a_flipped_bit_is_never_verified_unless_the_field_is_not_trusted(name: str, tmp_path: Path) -> None:
    """T01, T02: and it never ends as a bug of ours. Transaction hash and log index are for finding things only."""
    ledger, *_ = chain()
    ledger.anchor()
    sound = ledger.replay(tmp_path)
    assert sound.status is Status.VERIFIED
    path = next(p for p in tmp_path.rglob("*") if p.is_file() and p.as_posix().endswith(name))
    good = path.read_bytes()
    spans = [m.span(1) for m in re.finditer(rb'"(?:transactionHash|logIndex)":"0x([0-9a-f]+)"', good)]
    trusted = [n for n in range(len(good)) if not any(start <= n < end for start, end in spans)]
    for place in random.Random(7).sample(trusted, 120):
        bad = bytearray(good)
        bad[place] ^= 1
        path.write_bytes(bytes(bad))
        try:
            replayed = _replay(tmp_path, ledger)
        except TanjiError:
            continue
        assert replayed is not Status.VERIFIED, (name, place)
    path.write_bytes(good)


def _replay(folder: Path, ledger: Ledger) -> Status:
    from verifier.replay import replay
    from verifier.sources import open_folder, read_chain

    trust = ledger.trust()
    return replay(open_folder(folder, trust), read_chain(folder, trust), trust).status


def test_help_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys\nfrom verifier.cli import main\nsys.argv = ['tanji-verify', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'web3', 'sqlmodel', 'sqlalchemy', 'pydantic', 'cryptography', 'eth_account'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
