"""Threats on what is sold and paid by a footprint: labels, tenders and subsidies (domain 4, numbers 39, 44 and 45)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.audit import codes
from support.builders import PRESS, STEEL, Signed, footprint, footprint_content, gas_line, signed, withdrawal
from support.market import GTIN, NUMBER, OTHER_GTIN, Market, measure, subsidy
from support.rules import COMMITTEE, rule_content
from support.threats import refused
from support.voucher import BODY, SUPERVISOR

from ledger.findings import Finding
from ledger.identifiers import digest_to_text
from ledger.kinds.footprint import Footprint
from verifier.compare import Comparison, compare, comparison_lines, comparison_report
from verifier.labels import Label, Shown, judge_label, label_lines, label_report
from verifier.sources import read_chain
from verifier.status import Status, status_of

DAY = "2026-03-01"
RIGHT = Shown(NUMBER, GTIN, Decimal("2.0000"), "t")


def certified() -> Market:
    market = Market()
    market.add(market.certificate())
    return market


def read(market: Market, folder: Path, shown: Shown = RIGHT, day: str = DAY) -> Label:
    return judge_label(*market.opened(folder), shown, day)


def plain(content: Any) -> dict[str, Any]:
    value = content.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}


def failing(found: Label | Comparison) -> list[Finding]:
    return [finding for finding in found.findings if finding.code.startswith("LABEL")]


def test_threat_39_the_honest_label(tmp_path: Path) -> None:
    found = read(certified(), tmp_path)
    assert (status_of(found.findings), found.state) == (Status.VERIFIED, "valid")
    assert NUMBER in next(label_lines(found, "zh"))
    assert label_report(found)["state"] == "valid"


def _suspended(market: Market) -> None:
    market.add(measure(market.items[-1].digest, "suspended"))


def _cancelled_by_the_supervisor(market: Market) -> None:
    market.add(measure(market.items[-1].digest, "cancelled", by=SUPERVISOR))


def _nothing(_: Market) -> None: ...


@pytest.mark.parametrize(("change", "shown", "day", "code", "kilograms"), [
    (_nothing, RIGHT._replace(value=Decimal("1.0000")), DAY, "LABEL_VALUE", "1.0000"),
    (_nothing, RIGHT._replace(unit="kg"), DAY, "LABEL_VALUE", None),
    (_nothing, RIGHT, "2027-12-21", "LABEL_EXPIRED", None),
    (_nothing, RIGHT, "2025-12-19", "LABEL_EXPIRED", None),
    (_suspended, RIGHT, DAY, "LABEL_SUSPENDED", None),
    (_cancelled_by_the_supervisor, RIGHT, DAY, "LABEL_SUSPENDED", None),
    (_nothing, RIGHT._replace(gtin=OTHER_GTIN), DAY, "LABEL_PRODUCT", None),
    (_nothing, RIGHT._replace(number="PCF-2026-9999"), DAY, "LABEL_UNKNOWN", None),
])  # fmt: skip
def test_threat_39_fake_certificate_and_copied_label(
    tmp_path: Path, change: Callable[[Market], None], shown: Shown, day: str, code: str, kilograms: str | None
) -> None:
    """An altered number, an expired or stopped certificate, a label on other goods, and one that nobody issued."""
    market = certified()
    change(market)
    (found,) = failing(read(market, tmp_path, shown, day))
    assert (found.code, found.kilograms) == (code, None if kilograms is None else Decimal(kilograms))


def test_threat_39_a_certificate_by_somebody_without_the_right_to_issue_it(tmp_path: Path) -> None:
    market = Market()
    market.add(market.certificate(by=PRESS))
    assert "LABEL_UNKNOWN" in codes(read(market, tmp_path / "stranger").findings)
    market = certified()
    market.add(measure(market.items[-1].digest, "suspended", by=PRESS))
    found = read(market, tmp_path / "measure")
    assert (found.state, status_of(found.findings)) == ("valid", Status.FAILED)
    assert not failing(found)


def _erased(market: Market) -> None:
    market.erased.add(len(market.items) - 1)


def _not_shown(market: Market) -> None:
    row = market._block(len(market.items) - 1)
    market.spoil = lambda data: data.replace(row, b"\n\n", 1)


@pytest.mark.parametrize("hide", [_erased, _not_shown])
@pytest.mark.parametrize("end", [lambda one: measure(one, "cancelled"), lambda one: withdrawal(one, BODY)],
                         ids=["cancelled", "withdrawn"])  # fmt: skip
def test_threat_39_what_may_have_stopped_the_certificate_is_kept_back(
    tmp_path: Path, hide: Callable[[Market], None], end: Callable[[bytes], Signed]
) -> None:
    """The label is not called good: nobody can say what the hidden statement did."""
    market = certified()
    market.add(end(market.items[-1].digest))
    assert status_of(read(market, tmp_path / "shown").findings) is Status.FAILED
    market = certified()
    market.add(end(market.items[-1].digest))
    hide(market)
    found = read(market, tmp_path / "hidden")
    assert (codes(found.findings), status_of(found.findings)) == (set(), Status.INCOMPLETE)


def test_threat_39_a_certificate_whose_declaration_was_withdrawn_since(tmp_path: Path) -> None:
    market = certified()
    market.add(withdrawal(market.coil))
    found = read(market, tmp_path)
    assert (found.state, codes(found.findings)) == ("valid", {"WITHDRAWN_SINCE"})


def ruled(number: int, value: str, **changes: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A declaration for a tender, and a rule of which it is the worked example."""
    content = footprint_content(gas_line(value), product_id=f"OFFER-{number}", footprint=value)
    head = content["header"]
    head.update(changes)
    rule = rule_content(
        Footprint.model_validate(content), number=f"DB31/T 000{number}-2025", scope=[f"OFFER-{number}*"],
        effective_from="2025-01-01", unit=head["unit"], boundary=head["boundary"], gwp=head["gwp"],
        stages=["production"], mandatory=None, sources=None, allocation=None, bands=None, negative=None,
    )  # fmt: skip
    return content, plain(rule)


def offers(*values: str, **changes: str) -> tuple[Market, list[str]]:
    """Declarations under one rule, and when there are `changes` one more under another rule that differs in them."""
    market = Market()
    contents = [ruled(0, value) for value in values]
    rules = {0: market.add(signed("rule", COMMITTEE, contents[0][1]))}
    if changes:
        contents.append(ruled(1, "1.0000", **changes))
        rules[1] = market.add(signed("rule", COMMITTEE, contents[-1][1]))
    asked = []
    for place, (content, _) in enumerate(contents):
        rule = rules[int(place == len(values))]
        content["header"] |= {"rule": digest_to_text(rule), "site": f"S-{place}"}
        asked.append(digest_to_text(market.add(signed("footprint", STEEL, content))))
    return market, asked


def ranked(market: Market, folder: Path, asked: list[str]) -> Comparison:
    return compare(*market.opened(folder), asked, DAY)


def test_threat_44_like_footprints_rank_in_one_way(tmp_path: Path) -> None:
    market, asked = offers("2.5000", "1.5000", "2.0000")
    evidence = market.opened(tmp_path)
    found = compare(*evidence, asked, DAY)
    assert [[offer.footprint for offer in group] for group in found.groups] == [["1.5000", "2.0000", "2.5000"]]
    assert compare(*evidence, asked[::-1], DAY) == found
    unpinned = read_chain(tmp_path, trust := market.trust(pinned=False))
    open_ = compare(evidence[0], unpinned, trust, asked, DAY)
    assert (open_.groups, status_of(open_.findings)) == (found.groups, Status.INCOMPLETE)
    assert "  1. 1.5000" in "\n".join(comparison_lines(found, "zh"))


@pytest.mark.parametrize("changes", [
    {"gwp": "AR6"}, {"unit": "kg"}, {"geography": "CN"},
], ids=lambda changes: next(iter(changes)))  # fmt: skip
def test_threat_44_unlike_footprints_compared_in_tenders(tmp_path: Path, changes: dict[str, str]) -> None:
    """Each in a group of its own: another rule, and what that rule has otherwise."""
    market, asked = offers("2.0000", **changes)
    found = ranked(market, tmp_path, asked)
    assert [len(group) for group in found.groups] == [1, 1]
    unlike = {f.values["name"]: f for f in found.findings if f.code == "NOT_COMPARABLE"}
    (name, value) = next(iter(changes.items()))
    assert unlike.keys() == {"rule", name} - {"geography"}
    assert name == "geography" or value in {unlike[name].values["got"], unlike[name].values["expected"]}
    assert {f.kilograms for f in unlike.values()} <= {Decimal("1.0000"), Decimal("2.0000")}
    assert status_of(found.findings) is Status.INCOMPLETE


def test_threat_44_without_a_rule_a_sound_number_or_a_standing_certificate_nothing_is_ranked(tmp_path: Path) -> None:
    market = certified()
    market.add(measure(market.items[-1].digest, "suspended"))
    bad = footprint(STEEL, gas_line("2.5000"), product_id="BAD", value="2.4000")
    plain = footprint(STEEL, gas_line("2.5000"), product_id="PLAIN", value="2.5000")
    market.add(bad, plain)
    asked = [digest_to_text(one) for one in (market.coil, bad.digest, plain.digest)]
    found = ranked(market, tmp_path, asked)
    assert found.groups == ()
    said: Any = comparison_report(found)["findings"]
    assert {one["statement"]: one["code"] for one in said} == dict(
        zip(asked, ("OFFER_NOT_CERTIFIED", "OFFER_FAILED", "OFFER_WITHOUT_RULE"), strict=True)
    )


def test_threat_44_an_offer_that_could_not_be_checked_is_not_ranked(tmp_path: Path) -> None:
    market = Market()
    source = {"type": "upstream", "digest": digest_to_text(market.coil), "value": "2.0000", "per": "t"}
    line = {"kind": "upstream", "stage": "raw_material", "name": "上游", "amount": "1", "unit": "t", "source": source,
            "emission": "2.0000"}  # fmt: skip
    asked = digest_to_text(market.add(footprint(PRESS, line, product_id="PART", value="2.0000")))
    market.erased.add(0)
    found = ranked(market, tmp_path, [asked])
    assert (found.groups, codes(found.findings)) == ((), set())
    assert [f.code for f in found.findings if f.place == "offer"] == ["OFFER_INCOMPLETE"]
    assert status_of(found.findings) is Status.INCOMPLETE


def test_threat_45_subsidy_claimed_twice(tmp_path: Path) -> None:
    """One report and one item: also by another application's words, for a corrected declaration, or for a purchase."""
    market = Market()
    subject = market.items[0].statement.subject
    own = {"declaration": digest_to_text(market.coil), "organisation": STEEL, "subject": subject}
    first = market.add(subsidy(**own))
    other = market.add(subsidy(item="OTHER-ITEM", **own))
    found = market.replay(_anchored(market, tmp_path / "one"))
    assert "SUBSIDY_TWICE" not in codes(found.findings)
    better = market.add(footprint(STEEL, product_id=GTIN, value="2.0000", previous=market.coil, seed=b"2" * 32))
    twice = market.add(subsidy(declaration=digest_to_text(better), organisation=STEEL, subject=subject))
    again = market.replay(_anchored(market, tmp_path / "two"))
    assert [(f.statement, f.place) for f in again.findings if f.code == "SUBSIDY_TWICE"] == [(twice, "header")]
    assert other != first
    market.add(subsidy(scheme="PUHUI", item="POINTS", purchase="0x" + "5" * 64))
    market.add(subsidy(PRESS, scheme="PUHUI", item="POINTS", purchase="0x" + "5" * 64))
    whole = market.replay(_anchored(market, tmp_path / "three"))
    assert sum(f.code == "SUBSIDY_TWICE" for f in whole.findings) == 2


def test_threat_45_the_registrar_refuses_the_second_application(tmp_path: Path) -> None:
    coil = footprint(STEEL, product_id=GTIN, value="2.0000")
    own = {"declaration": digest_to_text(coil.digest), "organisation": STEEL, "subject": coil.statement.subject}
    err = refused(tmp_path, coil, subsidy(**own), subsidy(title="另一份申请", **own))
    assert (err.code, err.place) == ("SUBJECT_TAKEN", "previous")
    better = footprint(STEEL, product_id=GTIN, value="2.1000", previous=coil.digest)
    again = own | {"declaration": digest_to_text(better.digest)}
    err = refused(tmp_path / "corrected", coil, subsidy(**own), better, subsidy(**again))
    assert (err.code, err.place) == ("SUBSIDY_TWICE", "header")
    bought = {"scheme": "PUHUI", "item": "POINTS", "purchase": "0x" + "5" * 64}
    assert refused(tmp_path / "points", subsidy(**bought), subsidy(PRESS, **bought)).code == "SUBSIDY_TWICE"


def test_threat_45_what_was_withdrawn_can_be_claimed_again(tmp_path: Path) -> None:
    market = Market()
    own = {
        "declaration": digest_to_text(market.coil),
        "organisation": STEEL,
        "subject": market.items[0].statement.subject,
    }
    first = market.add(subsidy(**own))
    market.add(withdrawal(first), subsidy(title="再次申请", **own))
    assert "SUBSIDY_TWICE" not in codes(market.replay(_anchored(market, tmp_path)).findings)


def _anchored(market: Market, folder: Path) -> Path:
    market.anchor()
    return folder
