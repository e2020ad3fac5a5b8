"""Bodies that let wrong declarations pass, and the draw that nobody could foresee (threat 35)."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import footprint, withdrawal
from support.voucher import BODY, Verified
from typer.testing import CliRunner

from verifier.bodies import bodies_lines, bodies_of, sample
from verifier.cli import app
from verifier.sources import open_folder, read_chain
from verifier.status import Status, status_of

SEED = sha256(b"a block that came later").digest()


def test_what_was_withdrawn_since_counts_as_wrong_too(tmp_path: Path) -> None:
    house = Verified()
    house.add(withdrawal(house.items[2].digest))
    (record,) = house.bodies(tmp_path).records
    assert record.passed[0].codes == ("PRODUCT_WITHDRAWN",)
    assert record.wrong == 3


def test_a_verified_declaration_that_is_kept_back_is_no_right_one(tmp_path: Path) -> None:
    ledger = Verified()
    ledger.erased.add(ledger.items.index(next(item for item in ledger.items if item.statement.kind == "footprint")))
    found = ledger.bodies(tmp_path)
    assert status_of(found.findings) is Status.INCOMPLETE
    *_, last = bodies_lines(found, (), "en")
    assert last.startswith("? INCOMPLETE")


def test_a_ledger_that_nobody_verified_in_has_no_records(tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.add(footprint())
    ledger.anchor()
    ledger.write(tmp_path)
    trust = ledger.trust()
    assert bodies_of(open_folder(tmp_path, trust), read_chain(tmp_path, trust), trust).records == ()


def test_the_draw_is_the_same_for_everybody_and_another_for_another_block() -> None:
    digests = [sha256(bytes([n])).digest() for n in range(100)]
    drawn = sample(digests, SEED, 10)
    shuffled = random.Random(7).sample(digests, len(digests))
    assert sample([*shuffled, *digests[:5]], SEED, 10) == drawn
    assert len(set(drawn)) == 10
    assert sample(digests, sha256(b"another").digest(), 10) != drawn
    assert sample(digests, SEED, 3) == drawn[:3]
    assert sample(digests[:2], SEED, 10) == sorted(digests[:2], key=lambda d: sha256(SEED + d).digest())


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_shows_records_and_draws(tmp_path: Path, options: list[str]) -> None:
    house = Verified()
    house.anchor()
    house.write(tmp_path / "audit")
    (tmp_path / "trust.json").write_bytes(house.trust().to_bytes())
    run = CliRunner().invoke(app, ["--lang", "en", "bodies", str(tmp_path / "audit"), "--trust", str(tmp_path / "trust.json"),
                                   "--draw", "2", "--block", "0x" + SEED.hex(), *options])  # fmt: skip
    assert run.exit_code == 0, run.output
    if options:
        found = json.loads(run.stdout)
        assert (found["bodies"][0]["wrong"], len(found["sample"])) == (2, 2)
    else:
        assert f"{BODY}: 5 verified, 2 of them wrong" in run.stdout
        assert run.stdout.count("drawn to be verified again") == 2


def test_a_draw_needs_the_hash_of_a_block(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["bodies", str(tmp_path), "--trust", "t.json", "--draw", "2"])
    assert run.exit_code == 2
