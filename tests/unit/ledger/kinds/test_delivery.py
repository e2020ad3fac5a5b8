from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from support.builders import CARMAKER, PRESS, withdrawal
from support.volumes import acceptance, codes, delivery, failures, ledger_of, line, made, register, told

from ledger.findings import Outcome
from verifier.status import Status


def test_what_is_delivered_and_accepted_may_be_used(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest)
    taken = acceptance(sent.digest)
    part = made(None, line(coil.digest, deliveries=[(taken.digest, "300")]), organisation=PRESS, product="DOOR")
    assert told(tmp_path, coil, sent, taken, part) == ["", "", "", ""]
    assert codes(tmp_path, coil, sent, taken, part) == set()


def test_goods_of_a_declaration_that_states_no_quantity_cannot_be_delivered(tmp_path: Path) -> None:
    coil = made(None)
    assert told(tmp_path, coil, delivery(coil.digest)) == ["", "OVERSOLD"]


def test_a_correction_keeps_what_was_sold_before(tmp_path: Path) -> None:
    coil = made("400")
    sent = delivery(coil.digest, "300")
    more, less = made("500", previous=coil.digest), made("299", previous=coil.digest)
    assert told(tmp_path / "a", coil, sent, less) == ["", "", "ACCOUNT_OVERDRAWN"]
    further = delivery(more.digest, "200", number="D-2")
    assert told(tmp_path / "b", coil, sent, more, further) == ["", "", "", ""]
    assert told(tmp_path / "c", coil, sent, more, delivery(more.digest, "201", number="D-2"))[3] == "OVERSOLD"


def test_a_corrected_or_withdrawn_delivery_gives_back_what_it_took(tmp_path: Path) -> None:
    coil = made("400")
    sent = delivery(coil.digest, "400")
    smaller = delivery(coil.digest, "100", previous=sent.digest)
    other = delivery(coil.digest, "300", number="D-2")
    assert told(tmp_path / "a", coil, sent, smaller, other) == ["", "", "", ""]
    assert told(tmp_path / "b", coil, sent, withdrawal(sent.digest), other) == ["", "", "", ""]
    assert told(tmp_path / "c", coil, sent, other) == ["", "", "OVERSOLD"]


def test_a_declaration_withdrawn_after_its_goods_were_sold_is_found(tmp_path: Path) -> None:
    coil = made("400")
    items = (coil, delivery(coil.digest, "300"), withdrawal(coil.digest))
    assert register(tmp_path, *items) == ["", "", ""]
    found = next(f for f in failures(tmp_path, *items) if f.code == "WITHDRAWN_BUT_DRAWN")
    assert found.statement == items[2].digest


def test_only_the_declarant_delivers_its_goods_in_their_unit(tmp_path: Path) -> None:
    coil = made()
    assert told(tmp_path / "a", coil, delivery(coil.digest, organisation=PRESS))[1] == "ACCOUNT_OF_ANOTHER"
    assert told(tmp_path / "c", coil, delivery(coil.digest, unit="piece"))[1] == "OVERSOLD"


def test_only_the_buyer_accepts_and_no_more_than_was_delivered(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest, "300")
    assert told(tmp_path / "a", coil, sent, acceptance(sent.digest, organisation=CARMAKER))[2] == "ACCOUNT_OF_ANOTHER"
    assert told(tmp_path / "b", coil, sent, acceptance(sent.digest, "300.001"))[2] == "ACCEPTED_BEYOND"
    assert told(tmp_path / "c", coil, sent, acceptance(sent.digest, "300000", unit="kg"))[2] == ""


def test_a_line_cannot_use_what_was_not_accepted(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest)
    part = made(None, line(coil.digest, deliveries=[(sent.digest, "1")]), organisation=PRESS, product="DOOR")
    assert told(tmp_path, coil, sent, part)[2] == "REFERENCE_KIND"


def test_what_was_accepted_is_used_once(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest, "3")
    taken = acceptance(sent.digest, "3")
    parts = [
        made(None, line(coil.digest, deliveries=[(taken.digest, "2")]), organisation=PRESS, product=product)
        for product in ("DOOR", "ROOF")
    ]
    assert told(tmp_path, coil, sent, taken, *parts) == ["", "", "", "", "DELIVERY_BEYOND"]
    found = next(f for f in failures(tmp_path, coil, sent, taken, *parts) if f.code == "DELIVERY_BEYOND")
    assert (found.place, found.values["missing"], found.kilograms) == ("lines/0000", "1", Decimal("2"))


def test_a_line_uses_enough_of_its_own_deliveries_of_that_declaration(tmp_path: Path) -> None:
    coil, other = made(), made(product="HR-COIL")
    sent, wrong = delivery(coil.digest), delivery(other.digest, number="D-2")
    taken, foreign = acceptance(sent.digest), acceptance(wrong.digest)
    base = (coil, other, sent, wrong, taken, foreign)

    def part(digest: bytes, amount: str, quantity: str | None = None, organisation: str = PRESS) -> set[str]:
        item = made(
            quantity, line(coil.digest, deliveries=[(digest, amount)]), organisation=organisation, product="DOOR"
        )
        return codes(tmp_path, *base, item)

    assert part(taken.digest, "1") == set()
    assert part(taken.digest, "0.9") == {"LINE_NOT_COVERED"}
    assert part(taken.digest, "1", "2") == {"LINE_NOT_COVERED"}
    assert part(taken.digest, "2", "2") == set()
    assert part(foreign.digest, "1") == {"DELIVERY_OTHER_DECLARATION"}
    assert part(taken.digest, "1", organisation=CARMAKER) == {"ACCOUNT_OF_ANOTHER"}


def test_the_verdict_on_one_product_finds_that_a_sister_used_its_coils_first(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest, "3")
    taken = acceptance(sent.digest, "3")
    first, second = (
        made(None, line(coil.digest, deliveries=[(taken.digest, "2")]), organisation=PRESS, product=product)
        for product in ("DOOR", "ROOF")
    )
    ledger = ledger_of(coil, sent, taken, first, second)
    assert {f.code for f in ledger.verify(tmp_path / "1", second.digest).findings if f.outcome is Outcome.FAIL} == {
        "DELIVERY_BEYOND"
    }
    good = ledger.verify(tmp_path / "2", first.digest)
    assert {f.code for f in good.findings if f.outcome is Outcome.FAIL} == set()
    assert good.status is not Status.FAILED


def test_what_an_erased_delivery_held_is_not_checked_and_nobody_is_accused(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest)
    taken = acceptance(sent.digest)
    part = made(None, line(coil.digest, deliveries=[(taken.digest, "300")]), organisation=PRESS, product="DOOR")
    ledger = ledger_of(coil, sent, taken, part)
    ledger.erased.add(1)
    found = ledger.replay(tmp_path).findings
    assert {f.code for f in found if f.outcome is Outcome.FAIL} == set()
    assert [f.statement for f in found if f.code == "ACCOUNT_WITHHELD"] == [taken.digest]


def test_the_newest_version_of_a_delivery_says_who_may_accept_it(tmp_path: Path) -> None:
    coil = made()
    sent = delivery(coil.digest, buyer=CARMAKER)
    right = delivery(coil.digest, buyer=PRESS, previous=sent.digest)
    old, new = acceptance(sent.digest, organisation=CARMAKER), acceptance(right.digest)
    assert told(tmp_path / "a", coil, sent, right, old, new) == ["", "", "", "ACCOUNT_OF_ANOTHER", ""]
    assert told(tmp_path / "b", coil, sent, right, acceptance(sent.digest)) == ["", "", "", ""]


def test_any_number_of_processes_finds_the_same(tmp_path: Path) -> None:
    coil = made("1100")
    sold = [delivery(coil.digest, "1", number=f"D-{n}") for n in range(1100)]
    late = [delivery(coil.digest, "1", number="D-LATE"), acceptance(sold[3].digest, "2")]
    ledger = ledger_of(coil, *sold, *late)
    one, two = (ledger.replay(tmp_path / str(workers), workers=workers) for workers in (1, 2))
    assert one.state == two.state
    assert [(f.code, f.statement) for f in one.findings if f.outcome is Outcome.FAIL] == [
        ("OVERSOLD", late[0].digest), ("ACCEPTED_BEYOND", late[1].digest),
    ]  # fmt: skip
