"""Whatever happened in a log, in whichever bundle: the screen and the judge alone say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.audit import Ledger
from support.builders import (
    CARMAKER,
    DOMAIN,
    PRESS,
    PUBLISHER,
    STEEL,
    Signed,
    factor,
    footprint_content,
    gas_line,
    private_key,
    signed,
    withdrawal,
)
from support.volumes import acceptance, delivery

from ledger.errors import TanjiError
from ledger.identifiers import digest_to_text
from ledger.merkle import leaf_hash, root_of
from ledger.registry import name_to_word, organisation_hash
from ledger.signing import sign
from ledger.statement import Statement
from verifier import judge, replay, screened, sources, workers
from verifier.screened import Doorkeeper, Open

FIRMS = [STEEL, PRESS, CARMAKER]
WIDTH = 4
"""Statements in a bundle: few, so that a short history has many."""


class History:
    """A ledger that grows by events; each picks whom it is about by number. Some are about what comes later only."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.to_come: list[Signed] = []
        self.block = 10
        self.names = count()
        self.ledger.add(factor())

    @property
    def items(self) -> list[Signed]:
        return self.ledger.items

    def add(self, *items: Signed) -> None:
        self.ledger.add(*items, block=self.block)

    def any(self, number: int, kind: str = "") -> Signed | None:
        """A statement of the past, or one that was signed and not yet sent."""
        found = [item for item in (*self.items, *self.to_come) if item.statement.kind.startswith(kind)]
        return found[number % len(found)] if found else None


def _lines(history: History, number: int, how: int) -> tuple[list[dict[str, Any]], str]:
    """Lines of a plain declaration, and what they add up to."""
    basis, power = history.any(number, "footprint"), history.any(number, "factor")
    lines, tenths = [gas_line("1.0")] if how % 2 else [], 10 * (how % 2)
    if basis is not None and how % 3:
        value = _value_of(basis) if how % 7 else "9.9"
        source = {"type": "upstream", "digest": digest_to_text(basis.digest), "value": value, "per": "t"}
        lines.append({"kind": "upstream", "stage": "raw_material", "name": "外购", "amount": "1", "unit": "t",
                      "source": source, "emission": value})  # fmt: skip
        tenths += int(value.replace(".", ""))
    if power is not None and (how % 5 == 0 or not lines):
        source = {"type": "factor", "digest": digest_to_text(power.digest), "value": "0.5777", "per": "kWh"}
        lines.append({"kind": "electricity", "stage": "production", "name": "电力", "amount": "10", "unit": "kWh",
                      "source": source, "emission": "5.8"})  # fmt: skip
        total = tenths * 1000 + 57770
        return lines, f"{round(total / 10000, 1):.1f}"
    return lines, f"{tenths // 10}.{tenths % 10}"


def _value_of(item: Signed) -> str:
    return item.statement.headline.split("：")[-1].split(" ")[0]


def declare(history: History, number: int, how: int, **changes: Any) -> Signed:
    """A declaration of a firm's next product, or one on a subject that was there already."""
    lines, value = _lines(history, number, how)
    name = f"P{next(history.names)}" if how % 11 else f"P{number % 9}"
    content = footprint_content(*lines, product_id=name, footprint=value)
    content["header"] |= changes
    return signed("footprint", FIRMS[how % 3], content)


def declared(history: History, number: int, how: int) -> None:
    history.add(declare(history, number, how))


def declared_several_alike(history: History, number: int, how: int) -> None:
    history.add(*(declare(history, number, how) for _ in range(3)))


def declared_by_other_means(history: History, number: int, how: int) -> None:
    """Another GWP set, period or place: another context for those who rest on it."""
    changes = [{"gwp": "AR6"}, {"period_start": "2020-01-01", "period_end": "2020-12-31"}, {"geography": "US"},
               {"amount": "2"}, {"site": "S"}][number % 5]  # fmt: skip
    history.add(declare(history, number, how, **changes))


def signed_only(history: History, number: int, how: int) -> None:
    history.to_come.append(declare(history, number, how))


def sent_after_all(history: History, number: int, how: int) -> None:
    if history.to_come:
        history.add(history.to_come.pop(number % len(history.to_come)))


def once_more(history: History, number: int, how: int) -> None:
    item = history.any(number, ["", "footprint", "factor"][how % 3])
    if item is not None:
        history.add(item)
        if how % 4 == 0:
            history.ledger.erased.add(len(history.items) - 1)


def unreadable(history: History, number: int, how: int) -> None:
    """A form that the models refuse, in a declaration that adds up and is signed."""
    item = declare(history, number, how)
    before, after = [("CN-SH", "cn-SH"), ("2025-12-31", "2025-13-31"), ("AR5", "AR4"), ("cradle-to-gate", "gate"),
                     ("production", "praduction")][number % 5]  # fmt: skip
    history.add(_resigned(item, item.text.replace(f'"{before}"'.encode(), f'"{after}"'.encode()), before, after))


def _resigned(item: Signed, text: bytes, before: str, after: str) -> Signed:
    root = root_of([leaf_hash(line) for line in text.split(b"\n")])
    envelope = item.statement.model_dump() | {"content": digest_to_text(root)}
    for field in ("headline", "subject"):
        envelope[field] = envelope[field].replace(before, after)
    return _signed_as(item, envelope, text)


def _signed_as(item: Signed, envelope: dict[str, Any], text: bytes, key: bytes | None = None) -> Signed:
    statement = Statement.model_construct(**envelope)
    return Signed(statement, sign(statement, DOMAIN, key or private_key(item.statement.organisation)), text)


def by_nobody(history: History, number: int, how: int) -> None:
    """An issuer whose name no register could hold."""
    item = declare(history, number, how)
    name = ["91310113MADEM0011B", "nobody", "urn:x:y"][how % 3]
    history.add(_signed_as(item, item.statement.model_dump() | {"organisation": name}, item.text))


def forged(history: History, number: int, how: int) -> None:
    item = declare(history, number, how)
    history.add(_signed_as(item, item.statement.model_dump(), item.text, private_key("stranger")))


def succeeded(history: History, number: int, how: int) -> None:
    item = history.any(number, "footprint")
    if item is not None:
        product = item.statement.subject.split("|")[0]
        value = f"{how}.0"
        content = footprint_content(gas_line(value), product_id=product, footprint=value)
        firm = item.statement.organisation if how % 5 and item.statement.organisation in FIRMS else PRESS
        history.add(signed("footprint", firm, content, previous=item.digest))


def withdrew(history: History, number: int, how: int) -> None:
    item = history.any(number)
    if item is not None:
        own = item.statement.organisation if item.statement.organisation in (*FIRMS, PUBLISHER) else STEEL
        key = private_key("stranger") if how % 6 == 0 else None
        history.add(withdrawal(item.digest, STEEL if how % 5 == 0 else own, reason=f"{how}", key=key))


def published(history: History, number: int, how: int) -> None:
    previous = history.any(number, "factor") if how % 2 else None
    history.add(factor("0.5777" if how % 3 else "0.6000", year=2020 + how % 6, series=f"s{how % 2}",
                       previous=None if previous is None else previous.digest))  # fmt: skip


def delivered(history: History, number: int, how: int) -> None:
    item = history.any(number, "footprint")
    if item is not None:
        sent = delivery(item.digest, "5", number=f"D-{next(history.names)}", organisation=FIRMS[how % 3])
        history.add(sent, *([acceptance(sent.digest, "5")] if how % 2 else []))


def stated_more(history: History, number: int, how: int) -> None:
    """A declaration with a quantity, that deliveries may draw on, or a field that the kernel does not read."""
    lines, value = _lines(history, number, how)
    content = footprint_content(*lines, product_id=f"Q{next(history.names)}", footprint=value)
    content["production" if how % 2 else "header"] |= {"quantity": "7"} if how % 2 else {"mass": "1000"}
    history.add(signed("footprint", FIRMS[how % 3], content))


def erased(history: History, number: int, how: int) -> None:
    history.ledger.erased.add(number % len(history.items))


def lost_its_role(history: History, number: int, how: int) -> None:
    history.block += 1
    word = {"organisation": organisation_hash(FIRMS[how % 3]), "role": name_to_word("declarant"), "scope": bytes(32)}
    history.ledger.registry.emit("RoleRevoked", history.block, **word)


EVENTS: list[Callable[[History, int, int], None]] = [
    declared, declared, declared_several_alike, declared_several_alike, declared_by_other_means, signed_only,
    sent_after_all, once_more, once_more, unreadable, by_nobody, forged, succeeded, succeeded, withdrew, withdrew, published, delivered,
    stated_more, erased, lost_its_role,
]  # fmt: skip

EVENT = st.tuples(st.sampled_from(EVENTS), st.integers(0, 40), st.integers(0, 12))


def history_of(events: list[tuple[Callable[[History, int, int], None], int, int]]) -> Ledger:
    history = History()
    for event, number, how in events:
        try:
            event(history, number, how)
        except (TanjiError, ValueError):  # what an event picked does not fit it
            continue
    history.ledger.anchor(block=history.block + 1)
    return history.ledger


@pytest.fixture(scope="module")
def narrow() -> Iterator[None]:
    """Bundles of four statements."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (judge, screened, sources):
            patch.setattr(module, "TILE_WIDTH", WIDTH)
        patch.setattr("support.audit.TILE_WIDTH", WIDTH)
        for module in (replay, workers):
            patch.setattr(module, "bundle_count", lambda size: -(-size // WIDTH))
        yield


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENT, min_size=4, max_size=40))
@pytest.mark.usefixtures("narrow")
def test_a_history_is_the_same_to_the_screen_and_to_the_judge(
    tmp_path_factory: pytest.TempPathFactory, events: list[Any]
) -> None:
    history_of(events).replay(tmp_path_factory.mktemp("log"))  # which holds it against the judge alone


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENT, min_size=30, max_size=60))
@pytest.mark.usefixtures("narrow")
def test_three_processes_say_the_same_of_a_history(tmp_path_factory: pytest.TempPathFactory, events: list[Any]) -> None:
    ledger, folder = history_of(events), tmp_path_factory.mktemp("log")
    assert ledger.replay(folder, workers=3) == ledger.replay(folder)


@pytest.mark.usefixtures("narrow")
def test_such_histories_have_declarations_that_pass_and_faults_of_many_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the two tests above would compare the judge with himself."""
    passed, among = 0, Doorkeeper.among

    def counted(self: Doorkeeper, *asked: Any) -> tuple[list[Open], int]:
        nonlocal passed
        words, at = among(self, *asked)
        passed += len(words)
        return words, at

    monkeypatch.setattr(Doorkeeper, "among", counted)
    plain = [(declared_several_alike, 0, 3), (declared_several_alike, 1, 10), (declared_several_alike, 2, 1)]
    events = [(event, 3 * place, 5 * place % 12 + 1) for place, event in enumerate(2 * EVENTS)]
    replayed = history_of([*2 * plain, *events, *2 * plain]).replay(tmp_path)
    assert passed > 10
    assert {"CONTENT_FORMAT", "STATEMENT_FORMAT", "SUBJECT_TAKEN", "KEY_NOT_VALID"} <= {
        finding.code for finding in replayed.findings
    }
