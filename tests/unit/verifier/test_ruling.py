"""The golden part under a rule, signed and anchored: what was not checked without one is named, with its kilograms."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import codes
from support.builders import PRESS, footprint, signed, withdrawal
from support.golden import Golden, variants
from support.rules import COMMITTEE, naming, rule_content

from ledger.findings import Level
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from verifier.product import ProductVerdict
from verifier.status import Status


class Ruled(Golden):
    """The golden ledger with the rule for pressed parts; `part` and its variants are declared anew, naming it."""

    def __init__(self) -> None:
        super().__init__()
        self.registry.organisation(COMMITTEE)
        self.registry.grant(COMMITTEE, "rule-publisher", "local")
        self.registry.grant(COMMITTEE, "rule-publisher", "national")
        content = rule_content(self.contents["part"])
        self.rule = self.add(signed("rule", COMMITTEE, plain(content)))
        self.ruled = self.under_rule("part", self.digests["part"])

    def under_rule(self, name: str, previous: bytes | None = None) -> bytes:
        return self.declare(f"{name} under the rule", PRESS, naming(self.contents[name], self.rule), previous)

    def variant_under_rule(self, name: str) -> bytes:
        return self.under_rule(name, self.variant(name))


def plain(content: Any) -> dict[str, Any]:
    value = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


def judged(ledger: Ruled, folder: Path, digest: bytes) -> ProductVerdict:
    ledger.anchor()
    return ledger.verify(folder, digest)


def test_the_honest_part_keeps_to_the_rule(tmp_path: Path) -> None:
    ledger = Ruled()
    verdict = judged(ledger, tmp_path, ledger.ruled)
    assert codes(verdict.findings) == set()
    assert "RULE_NOT_NAMED" not in {f.code for f in verdict.findings if f.statement == ledger.ruled}
    assert verdict.levels[Level.RECOMPUTED] == Decimal("26.862865")
    assert ledger.rule in verdict.nodes


@pytest.mark.parametrize(("name", "code", "kilograms"), [
    ("boundary_cherry_pick_no_upstream", "MISSING_LINE", "25.690895"), ("unit_error_in_the_amount", "BAND", "1.135733"),
])  # fmt: skip
def test_a_variant_that_only_a_rule_can_know_is_named_with_what_it_hides(
    tmp_path: Path, name: str, code: str, kilograms: str
) -> None:
    ledger = Ruled()
    verdict = judged(ledger, tmp_path / "a", ledger.variant_under_rule(name))
    (found,) = [f for f in verdict.findings if f.code == code]
    assert found.kilograms == Decimal(kilograms)
    footprint = Decimal(next(v["footprint"] for v in variants() if v["name"] == name))
    assert footprint + found.kilograms == Decimal("26.862865")
    assert code in codes(ledger.replay(tmp_path / "b").findings)


def test_a_declaration_that_passes_a_rule_over_is_told_what_the_rule_says(tmp_path: Path) -> None:
    """Else leaving the rule unnamed would hide what it asks for."""
    ledger = Ruled()
    hidden = ledger.variant("boundary_cherry_pick_no_upstream")
    told = {f.code: f for f in judged(ledger, tmp_path, hidden).findings if f.statement == hidden}
    assert told["RULE_PASSED_OVER"].values["rule"] == "DB31/T 0001-2025"
    assert (told["MISSING_LINE"].outcome, told["MISSING_LINE"].kilograms) == ("not_checked", Decimal("25.690895"))
    assert codes(list(told.values())) == set()


def test_a_missed_floor_of_quality_fails_and_leaves_the_kilograms_their_level(tmp_path: Path) -> None:
    ledger = Golden()
    ledger.registry.organisation(COMMITTEE)
    ledger.registry.grant(COMMITTEE, "rule-publisher", "local")
    good = {"dqi": {f"{name}DQR": "1.5" for name in ("technological", "geographical", "temporal")},
            "primaryDataShare": "50"}  # fmt: skip
    example = plain(ledger.contents["part"])
    example["result"] |= good
    strict = rule_content(Footprint.model_validate(example), dqr_floor="2", primary_share_floor="50")
    rule = ledger.add(signed("rule", COMMITTEE, plain(strict)))
    digest = ledger.declare("strict", PRESS, naming(ledger.contents["part"], rule), ledger.digests["part"])
    ledger.anchor()
    verdict = ledger.verify(tmp_path / "a", digest)
    assert verdict.status is Status.FAILED
    assert {(f.code, f.place) for f in verdict.findings if f.outcome == "fail"} == {
        ("DQR_FLOOR", "result/dqi"), ("PRIMARY_SHARE_FLOOR", "result/primaryDataShare"),
    }  # fmt: skip
    assert verdict.levels[Level.RECOMPUTED] == verdict.declared == Decimal("26.862865")
    assert codes(ledger.replay(tmp_path / "b").findings) == {"DQR_FLOOR", "PRIMARY_SHARE_FLOOR"}


@pytest.mark.parametrize("scope", [["DOOR-*"], ["PLAIN-*"], ["PLAIN-7", "DOOR-*"]])
def test_a_replay_says_so_too_of_plain_declarations_that_the_screen_would_pass(
    tmp_path: Path, scope: list[str]
) -> None:
    """Hundreds of one shape: what the judge approved for some holds for no product under the rule."""
    ledger = Golden()
    ledger.registry.organisation(COMMITTEE)
    ledger.registry.grant(COMMITTEE, "rule-publisher", "local")
    names = [f"PLAIN-{number}" for number in range(300)]
    ledger.add(*(footprint(PRESS, product_id=f"{name}-BEFORE", value="2.0000") for name in names[:5]))
    ledger.add(signed("rule", COMMITTEE, plain(rule_content(ledger.contents["part"], scope=scope))))
    items = {name: footprint(PRESS, product_id=name, value="2.0000") for name in names}
    ledger.add(*items.values())
    ledger.anchor()
    replayed = [ledger.replay(tmp_path / str(workers), workers=workers) for workers in (1, 2)]
    under = {"DOOR-*": 0, "PLAIN-*": len(names)}.get(scope[0], 1)
    for one in replayed:
        assert codes(one.findings) == set()
        assert (one.open["RULE_PASSED_OVER"], one.open["MISSING_LINE"]) == (under, 2 * under)
    assert replayed[0].state == replayed[1].state
    told = {f.code for f in ledger.verify(tmp_path / "3", items["PLAIN-7"].digest).findings}
    assert ("RULE_PASSED_OVER" in told) is bool(under)


def test_a_rule_that_came_later_or_for_others_is_not_passed_over(tmp_path: Path) -> None:
    ledger = Ruled()
    ledger.anchor()
    findings = ledger.verify(tmp_path, ledger.digests["body"]).findings
    assert "RULE_PASSED_OVER" not in {f.code for f in findings}


def test_a_replay_with_the_rule_finds_nothing_on_the_honest_chain(tmp_path: Path) -> None:
    ledger = Ruled()
    ledger.anchor()
    one, two = (ledger.replay(tmp_path / str(n), workers=n) for n in (1, 2))
    assert codes(one.findings) == set()
    assert one.state == two.state


def test_a_rule_that_was_withdrawn_since_leaves_the_declaration_without_its_ground(tmp_path: Path) -> None:
    ledger = Ruled()
    ledger.add(withdrawal(ledger.rule, COMMITTEE))
    assert codes(judged(ledger, tmp_path, ledger.ruled).findings) == {"WITHDRAWN_SINCE"}


def test_a_rule_that_was_replaced_since_still_judges_what_was_declared_under_it(tmp_path: Path) -> None:
    """Design: a declaration is judged by the rule of its own time; an old verdict stays what it was."""
    ledger = Ruled()
    stricter = rule_content(ledger.contents["part"], cut_off="1", effective_from="2025-06-01")
    ledger.add(signed("rule", COMMITTEE, plain(stricter), previous=ledger.rule))
    verdict = judged(ledger, tmp_path, ledger.ruled)
    assert codes(verdict.findings) == set()
    assert "REPLACED_SINCE" in codes(verdict.findings, "not_checked")


def test_a_rule_whose_publisher_had_no_right_to_its_level_fails(tmp_path: Path) -> None:
    ledger = Ruled()
    content = rule_content(ledger.contents["part"], number="OWN RULE", level="enterprise")
    ledger.rule = ledger.add(signed("rule", PRESS, plain(content)))
    named = ledger.under_rule("part", ledger.ruled)
    assert "ROLE_NOT_HELD" in codes(judged(ledger, tmp_path, named).findings)


def test_a_withheld_rule_leaves_open_what_it_would_have_said(tmp_path: Path) -> None:
    ledger = Ruled()
    ledger.erased.add(next(n for n, item in enumerate(ledger.items) if item.digest == ledger.rule))
    found = codes(judged(ledger, tmp_path, ledger.ruled).findings, "not_checked")
    assert {"RULE_NOT_JUDGED", "CONTENT_WITHHELD"} <= found


def test_the_digest_of_the_rule_is_pinned_not_its_number(tmp_path: Path) -> None:
    ledger = Ruled()
    header = ledger.contents["part under the rule"].header
    assert header.rule == digest_to_text(ledger.rule)
    ledger.rule = b"\3" * 32
    missing = ledger.under_rule("part", ledger.ruled)
    assert codes(judged(ledger, tmp_path, missing).findings) == {"REFERENCE_UNKNOWN"}
