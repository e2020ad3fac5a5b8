"""The demonstration's rule, certificates and part: what its drafts alone do not make."""

from __future__ import annotations

from itertools import pairwise

from support.golden import Golden

from api.demo_contents import certificates, demo_facts
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named


def test_the_rule_prints_what_its_example_comes_to_and_nothing_real_is_named() -> None:
    golden = Golden(ruled=True)
    rule = golden.contents["rule"]
    assert rule.printed.answer == rule.example.result.footprint == demo_facts()["expected"]["part"]
    assert rule.example.header.rule is None
    assert "示例" in rule.header.title_zh
    assert all("示例" in one["name"] for one in demo_facts()["organisations"].values())


def test_the_part_is_the_rules_example_under_the_rule_with_its_certificates() -> None:
    golden = Golden(ruled=True)
    part, example = golden.contents["part"], golden.contents["rule"].example
    assert part.header.rule == digest_to_text(golden.digests["rule"])
    green = next(line for line in part.lines if line.kind == "green_electricity")
    assert [(one.digest, one.amount) for one in green.certificates] == [
        (digest_to_text(golden.digests["certificates 0"]), "500000")
    ]
    assert [line.emission for line in part.lines] == [line.emission for line in example.lines]
    assert part.production.quantity == "400000"


def test_no_two_ranges_of_certificates_share_a_number() -> None:
    kind = kind_named("green-certificate")
    claims = [claim for number in range(10) for claim in kind.claims(certificates(demo_facts(), number))]
    assert len({claim.space for claim in claims}) == 1
    spans = sorted((claim.first, claim.last) for claim in claims)
    assert spans[0] == (1, 500)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(spans))
