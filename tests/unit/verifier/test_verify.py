from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from support.audit import Ledger, codes
from support.builders import CARMAKER, PRESS, STEEL, factor, footprint, gas_line, power_line, withdrawal
from support.golden import Golden, variants

from ledger.errors import InputError
from ledger.findings import Level
from ledger.identifiers import digest_to_text
from verifier.report import product_report, to_bytes
from verifier.sources import open_folder, read_chain
from verifier.status import Status
from verifier.verify import verify_product, verify_products


def upstream_line(digest: bytes, amount: str, value: str, emission: str) -> dict[str, object]:
    return {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": amount, "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(digest), "value": value, "per": "t"},
            "emission": emission}  # fmt: skip


def test_the_golden_body_verifies_with_its_right_shares(tmp_path: Path) -> None:
    golden = Golden(ruled=True)
    golden.anchor()
    verdict = golden.verify(tmp_path, golden.digests["body"])
    assert verdict.status is Status.VERIFIED
    assert (verdict.declared, verdict.recomputed) == (Decimal("2589.247860"), Decimal("2589.247860"))
    assert verdict.share(Level.RECOMPUTED) == Decimal("19.20")
    assert verdict.share(Level.DEFAULT) == Decimal("80.80")
    assert sum(verdict.levels.values()) == verdict.declared
    # questions that nobody asked are listed with their kilograms, and never as passed; the part leaves none
    assert codes(verdict.findings, "not_checked") == {"RULE_NOT_NAMED"}
    assert golden.digests["part"] not in {f.statement for f in verdict.findings if f.outcome == "not_checked"}


def test_without_rule_and_certificates_the_part_leaves_both_questions(tmp_path: Path) -> None:
    golden = Golden()
    golden.anchor()
    verdict = golden.verify(tmp_path, golden.digests["part"])
    assert verdict.status is Status.VERIFIED
    assert codes(verdict.findings, "not_checked") == {"RULE_NOT_NAMED", "GREEN_CERTIFICATES"}


@pytest.mark.parametrize("name", [v["name"] for v in variants()])
def test_each_wrong_variant_is_named_and_leads_back_to_the_honest_part(name: str, tmp_path: Path) -> None:
    facts = next(v for v in variants() if v["name"] == name)
    golden = Golden(ruled=True)
    digest = golden.variant(name)
    golden.anchor()
    verdict = golden.verify(tmp_path, digest)
    found = [f for f in verdict.findings if f.code == facts["caught"] and f.statement == digest]
    assert verdict.status is Status.FAILED
    assert {f.outcome for f in found} == {"fail"}
    assert verdict.declared is not None
    assert verdict.declared + sum(f.kilograms or 0 for f in found) == Decimal("26.862865")


def test_a_wrong_line_is_named_first_with_both_values(tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor())
    digest = ledger.add(footprint(STEEL, power_line(basis, emission="0.4777"), value="0.5777"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, digest)
    first = verdict.findings[0]
    assert (first.code, first.place, first.kilograms) == ("LINE_ARITHMETIC", "lines/0000", Decimal("0.1"))
    assert (first.values["got"], first.values["expected"]) == ("0.4777", "0.5777")


def test_an_error_upstream_is_scaled_to_the_product(tmp_path: Path) -> None:
    ledger = Ledger()
    wrong = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    middle = footprint(PRESS, upstream_line(wrong, "3.0", "1.0000", "3.0000"), product_id="MID", value="3.0000")
    top = footprint(
        PRESS, upstream_line(ledger.add(middle), "10", "3.0000", "30.0000"), product_id="TOP", value="30.0000"
    )
    digest = ledger.add(top)
    ledger.anchor()
    verdict = ledger.verify(tmp_path, digest)
    found = next(f for f in verdict.findings if f.code == "PINNED_UPSTREAM")
    assert (found.statement, found.kilograms) == (middle.digest, Decimal("30"))
    assert (verdict.declared, verdict.recomputed) == (Decimal("30.0000"), Decimal("60.0000"))
    assert verdict.levels[Level.UNVERIFIED] == Decimal("30.0000")


def test_a_diamond_counts_once_for_each_path(tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    left = ledger.add(footprint(PRESS, upstream_line(base, "1", "2.0000", "2.0000"), product_id="L", value="2.0000"))
    right = ledger.add(footprint(PRESS, upstream_line(base, "2", "2.0000", "4.0000"), product_id="R", value="4.0000"))
    lines = (upstream_line(left, "1", "2.0000", "2.0000"), upstream_line(right, "3", "4.0000", "12.0000"))
    digest = ledger.add(footprint(PRESS, *lines, product_id="TOP", value="14.0000"))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, digest)
    assert verdict.status is Status.VERIFIED
    assert verdict.nodes[base].weight == 7
    assert verdict.levels[Level.RECOMPUTED] == Decimal("14.0000")


def test_an_erased_upstream_stands_as_declared_and_leaves_the_verdict_incomplete(tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    top = footprint(PRESS, upstream_line(base, "1", "2.0000", "2.0000"), product_id="TOP", value="2.0000")
    digest = ledger.add(top)
    ledger.anchor()
    ledger.erased.add(0)
    verdict = ledger.verify(tmp_path, digest)
    assert verdict.status is Status.INCOMPLETE
    assert verdict.levels[Level.DECLARED] == Decimal("2.0000")
    assert "CONTENT_WITHHELD" in codes(verdict.findings, "not_checked")


@pytest.mark.parametrize(("gas", "level"), [("CO2", Level.RECOMPUTED), ("CO2e", Level.DECLARED)])
def test_an_emission_that_is_given_in_co2e_is_taken_at_its_firms_word(gas: str, level: Level, tmp_path: Path) -> None:
    ledger = Ledger()
    basis = ledger.add(factor())
    direct = gas_line("3.0000")
    direct["source"] |= {"gas": gas}
    base = footprint(STEEL, direct, power_line(basis), product_id="BASE", value="3.5777")
    top = footprint(PRESS, upstream_line(base.digest, "2", "3.5777", "7.1554"), product_id="TOP", value="7.1554")
    ledger.add(base, top)
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top.digest)
    assert verdict.status is Status.VERIFIED
    assert verdict.levels[level] == (Decimal("7.1554") if level is Level.RECOMPUTED else Decimal("6.0000"))
    assert verdict.levels[Level.RECOMPUTED] + verdict.levels[Level.DECLARED] == verdict.declared
    told = [f.kilograms for f in verdict.findings if f.code == "GAS_CHARACTERISED"]
    assert told == ([] if level is Level.RECOMPUTED else [verdict.levels[Level.DECLARED]])
    assert ledger.replay(tmp_path / "replay").open["GAS_CHARACTERISED"] == len(told)


@pytest.mark.parametrize("before", [True, False])
def test_a_replaced_upstream_is_stale_only_when_it_was_replaced_before_its_use(before: bool, tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    top = footprint(PRESS, upstream_line(base, "1", "2.0000", "2.0000"), product_id="TOP", value="2.0000")
    newer = footprint(STEEL, product_id="BASE", value="2.5000", previous=base)
    ledger.add(*((newer, top) if before else (top, newer)))
    ledger.anchor()
    verdict = ledger.verify(tmp_path, top.digest)
    stale = [f for f in verdict.findings if f.code == "UPSTREAM_STALE"]
    assert [f.kilograms for f in stale if f.outcome == "fail"] == ([Decimal("0.5")] if before else [])


def test_a_withdrawn_upstream_fails(tmp_path: Path) -> None:
    ledger = Ledger()
    base = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    ledger.add(withdrawal(base))
    top = ledger.add(footprint(PRESS, upstream_line(base, "1", "2.0000", "2.0000"), product_id="TOP", value="2.0000"))
    ledger.anchor()
    assert "REFERENCE_WITHDRAWN" in codes(ledger.verify(tmp_path, top).findings)


def test_a_product_is_found_by_its_identifier_or_refused(tmp_path: Path) -> None:
    ledger = Ledger()
    digest = ledger.add(footprint(STEEL, product_id="BASE", value="2.0000"))
    ledger.add(footprint(STEEL, product_id="TWIN"), footprint(PRESS, product_id="TWIN"), factor())
    ledger.anchor()
    assert ledger.verify(tmp_path, "BASE").product == digest
    for asked, code in {"NONE": "PRODUCT_UNKNOWN", "TWIN": "PRODUCT_AMBIGUOUS",
                        digest_to_text(ledger.items[-1].digest): "NOT_A_DECLARATION"}.items():  # fmt: skip
        with pytest.raises(InputError) as refused:
            ledger.verify(tmp_path, asked)
        assert refused.value.code == code


def test_more_tiers_than_python_may_recurse(tmp_path: Path) -> None:
    tiers = 2_000
    ledger = Ledger()
    digest = ledger.add(footprint(STEEL, product_id="T-0", value="1.0000"))
    for tier in range(1, tiers):
        item = footprint(STEEL, upstream_line(digest, "1", "1.0000", "1.0000"), product_id=f"T-{tier}", value="1.0000")
        digest = ledger.add(item)
    ledger.anchor()
    verdict = ledger.verify(tmp_path, digest)
    assert (verdict.status, len(verdict.nodes)) == (Status.VERIFIED, tiers)


def test_many_products_at_once_are_what_each_is_by_itself(tmp_path: Path) -> None:
    """What one product's chain opened changes nothing for the next: forks, forged rivals and withheld contents."""
    ledger = Ledger()
    basis = ledger.add(factor())
    base = footprint(STEEL, product_id="BASE", value="2.0000")
    top = footprint(PRESS, upstream_line(base.digest, "1", "2.0000", "2.0000"), product_id="TOP", value="2.0000")
    ledger.add(base, top, footprint(STEEL, power_line(basis), product_id="SIDE", value="0.5777"))
    ledger.add(footprint(STEEL, product_id="BASE", value="3.0000"))  # a second story, unopened by most chains
    ended = ledger.add(footprint(PRESS, product_id="OLD", value="2.0000"))
    ledger.add(withdrawal(ended, PRESS))
    ledger.add(footprint(CARMAKER, product_id="SECRET", value="2.0000"))
    ledger.erased.add(len(ledger.items) - 1)
    ledger.anchor()
    trust = ledger.trust()
    folder = open_folder(ledger.write(tmp_path), trust), read_chain(tmp_path, trust), trust
    together = list(verify_products(*folder))
    asked = [digest_to_text(one.verdict.product) for one in together]
    assert ended not in {one.verdict.product for one in together}
    assert len(asked) == 4
    alone = [verify_product(*folder, one) for one in asked]
    assert [to_bytes(product_report(one, trust)) for one in alone] == [
        to_bytes(product_report(one, trust)) for one in together
    ]
    assert any(f.code == "SUBJECT_TAKEN" for f in together[1].verdict.findings)
    assert [one.verdict.product for one in verify_products(*folder, reversed(asked))] == [
        one.verdict.product for one in reversed(together)
    ]
