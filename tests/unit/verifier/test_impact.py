"""What a corrected or withdrawn statement touches: products, words about them, kilograms (threat 14)."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.audit import Ledger
from support.builders import (
    PRESS,
    PUBLISHER,
    STEEL,
    factor,
    footprint_content,
    gas_line,
    power_line,
    signed,
    withdrawal,
)
from support.golden import Golden
from support.voucher import accredit, verify_statement, with_bodies

from ledger.errors import InputError
from ledger.identifiers import digest_to_text
from verifier.impact import Impact, impact_lines, impact_on, impact_report
from verifier.sources import open_folder, read_chain
from verifier.status import Status, status_of


def impact(ledger: Ledger, folder: Path, digest: bytes) -> Impact:
    if not ledger.log.events:
        ledger.anchor()
    trust = ledger.trust()
    ledger.write(folder)
    return impact_on(open_folder(folder, trust), read_chain(folder, trust), trust, digest_to_text(digest))


def content(*lines: dict[str, Any], product_id: str, footprint: str, quantity: str | None = None) -> dict[str, Any]:
    found = footprint_content(*lines, product_id=product_id, footprint=footprint, product=product_id)
    if quantity is not None:
        found["production"] = {"output": "1", "quantity": quantity, "quantity_unit": "kg"}
    return found


def upstream_line(digest: bytes, amount: str, value: str, emission: str) -> dict[str, Any]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": amount, "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": value, "per": "t"},
            "emission": emission}  # fmt: skip


class Chain(Ledger):
    """Power for a coil, the coil half in a part, the part in a body that rests on nothing else of it."""

    def __init__(self) -> None:
        super().__init__()
        with_bodies(self)
        self.factor = factor()
        self.add(self.factor)
        coil = content(power_line(self.factor.digest), gas_line("1.0000"), product_id="COIL", footprint="1.5777",
                       quantity="4000")  # fmt: skip
        self.coil = self.add(signed("footprint", STEEL, coil))
        part = content(upstream_line(self.coil, "0.5", "1.5777", "0.7888"), product_id="PART", footprint="0.7888")
        self.part = self.add(signed("footprint", PRESS, part))
        self.add(signed("footprint", PRESS, content(product_id="OTHER", footprint="9.0000")))
        self.voucher = self.add(verify_statement(self.coil, accredit(self)))


def test_a_corrected_factor_changes_every_product_downstream_to_the_last_digit(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(factor("0.6777", previous=chain.factor.digest))
    found = impact(chain, tmp_path, chain.factor.digest)
    assert (found.became, len(found.products)) == ("replaced", 2)
    coil, part = sorted(found.products, key=lambda one: one.name)
    assert (coil.declared, coil.corrected, coil.resting) == (Decimal("1.5777"), Decimal("1.6777"), Decimal("0.5777"))
    assert (coil.made, coil.change) == (Decimal(4), Decimal("0.400"))
    # half of 1.6777 is 0.83885: half to even, as the declaration's own rounding
    assert (part.declared, part.corrected, part.resting) == (Decimal("0.7888"), Decimal("0.8388"), Decimal("0.2888"))
    assert (part.difference, part.change) == (Decimal("0.0500"), None)
    assert [(one.digest, one.kind) for one in found.statements] == [(chain.voucher, "verification")]
    assert status_of(found.findings) is Status.VERIFIED


def test_a_withdrawn_factor_without_another_tells_what_rests_on_it(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(withdrawal(chain.factor.digest, PUBLISHER))
    found = impact(chain, tmp_path, chain.factor.digest)
    assert (found.became, found.replacement) == ("withdrawn", None)
    assert [(one.name, one.resting, one.corrected) for one in found.products] == [
        ("COIL", Decimal("0.5777"), None), ("PART", Decimal("0.2888"), None)]  # fmt: skip
    assert found.products[0].change == Decimal("2.311")


def test_a_change_that_rounding_takes_away_stops_there_exactly(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(factor("0.57774", previous=chain.factor.digest))
    found = impact(chain, tmp_path, chain.factor.digest)
    assert {one.name: one.difference for one in found.products} == {
        "COIL": Decimal("0.0000"),
        "PART": Decimal("0.0000"),
    }


def test_a_withdrawn_declaration_touches_its_buyers_and_its_verification(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(withdrawal(chain.coil))
    found = impact(chain, tmp_path, chain.coil)
    assert [(one.name, one.resting) for one in found.products] == [("PART", Decimal("0.7888"))]
    assert [one.kind for one in found.statements] == ["verification"]


def test_a_statement_that_stands_and_one_that_nothing_rests_on(tmp_path: Path) -> None:
    chain = Chain()
    assert impact(chain, tmp_path / "a", chain.factor.digest).became == "standing"
    found = impact(chain, tmp_path / "b", chain.part)
    assert (found.products, found.statements) == ((), ())


def test_a_declaration_that_was_renewed_meanwhile_is_told_apart(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(factor("0.6777", previous=chain.factor.digest))
    new = content(gas_line("1.0000"), product_id="COIL", footprint="1.0000")
    chain.add(signed("footprint", STEEL, new, previous=chain.coil))
    found = impact(chain, tmp_path, chain.factor.digest)
    assert {one.name: one.current for one in found.products} == {"COIL": False, "PART": True}


def test_a_replacement_in_a_unit_that_does_not_fit_is_not_calculated_with(tmp_path: Path) -> None:
    chain = Chain()
    new = signed(
        "factor", PUBLISHER, {**_factor(), "result": {"value": "1", "per": "kg"}}, previous=chain.factor.digest
    )
    chain.add(new)
    assert {one.corrected for one in impact(chain, tmp_path, chain.factor.digest).products} == {None}


def _factor() -> dict[str, Any]:
    from support.builders import factor_content

    return factor_content()


def test_what_is_withheld_may_rest_on_it_and_leaves_the_list_incomplete(tmp_path: Path) -> None:
    chain = Chain()
    chain.erased.add(2)
    found = impact(chain, tmp_path, chain.factor.digest)
    assert [one.name for one in found.products] == ["COIL"]
    assert status_of(found.findings) is Status.INCOMPLETE


def test_a_statement_that_the_ledger_does_not_hold(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        impact(Chain(), tmp_path, b"\7" * 32)
    assert refused.value.code == "STATEMENT_UNKNOWN"


@cache
def golden() -> Golden:
    return Golden()


def test_the_replaced_coil_reaches_nothing_of_the_honest_chain(tmp_path: Path) -> None:
    found = impact(golden(), tmp_path, golden().digests["coil_2023"])
    assert (found.became, found.products) == ("replaced", ())


def test_the_golden_grid_factor_reaches_coil_part_and_body(tmp_path: Path) -> None:
    found = impact(golden(), tmp_path, golden().digests["elec-fp-cn/2024"])
    resting = {one.name: one.resting for one in found.products}
    assert resting["冷轧卷"] == Decimal("103.986000")
    assert resting["车门内板"] == Decimal("1.068745") + Decimal("1.039860")
    assert resting["白车身"] == Decimal("259.965000") + 4 * resting["车门内板"]


def test_the_report_says_the_same_in_json_and_in_both_languages(tmp_path: Path) -> None:
    chain = Chain()
    chain.add(factor("0.6777", previous=chain.factor.digest))
    found = impact(chain, tmp_path, chain.factor.digest)
    report = json.loads(json.dumps(impact_report(found)))
    assert report["products"][0]["difference"] == "0.1000"
    assert report["statements"][0]["kind"] == "verification"
    zh, en = ("\n".join(impact_lines(found, language)) for language in ("zh", "en"))
    assert "1.5777 → 1.6777 kgCO2e (+0.1000)；全部产量 0.400 kg" in zh
    assert "2 declarations, 1 other statements" in en


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_lists_it_from_an_audit_folder(tmp_path: Path, options: list[str]) -> None:
    from typer.testing import CliRunner

    from verifier.cli import app

    chain = Chain()
    chain.add(factor("0.6777", previous=chain.factor.digest))
    chain.anchor()
    chain.write(tmp_path / "audit")
    (tmp_path / "trust.json").write_bytes(chain.trust().to_bytes())
    digest = digest_to_text(chain.factor.digest)
    run = CliRunner().invoke(app, ["--lang", "en", "impact", str(tmp_path / "audit"), digest, "--trust",
                                   str(tmp_path / "trust.json"), *options])  # fmt: skip
    assert run.exit_code == 0, run.output
    assert ("+0.1000" in run.stdout) != (run.stdout.startswith("{"))


def test_what_was_withheld_may_rest_on_it_too_and_leaves_the_answer_incomplete(tmp_path: Path) -> None:
    ledger = Chain()
    ledger.erased.add(ledger.items.index(next(item for item in ledger.items if item.digest == ledger.part)))
    found = impact(ledger, tmp_path, ledger.factor.digest)
    assert status_of(found.findings) is Status.INCOMPLETE
    assert [(f.code, f.statement) for f in found.findings] == [("IMPACT_UNOPENED", ledger.part)]
    *_, told, last = impact_lines(found, "zh")
    assert "[IMPACT_UNOPENED]" in told
    assert last.startswith("? 不完整")


def test_a_corrected_grid_factor_through_the_golden_chain_to_the_last_digit(tmp_path: Path) -> None:
    """By hand, each declaration rounded once: 2402.4 + 90 + 62.70351; ten kilograms of that; four doors of that."""
    ledger = Golden()
    old = ledger.digests["elec-fp-cn/2024"]
    value = ledger.contents["elec-fp-cn/2024"].model_dump(mode="json", exclude_none=True)
    value["result"]["value"] = "0.5000"
    ledger.add(signed("factor", PUBLISHER, value, previous=old))
    found = impact(ledger, tmp_path, old)
    assert {one.name: one.corrected for one in found.products} == {
        "冷轧卷": Decimal("2555.103510"), "车门内板": Decimal("26.579260"), "白车身": Decimal("2553.148440"),
    }  # fmt: skip
