from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import Field
from support.builders import DOMAIN, NOW, PRESS, STEEL, Signed, signed, standard_registry, withdrawal

from ledger.entry import Entry
from ledger.findings import Outcome
from ledger.holdings import Account, Claim, MemoryShelf, Move, hold, judge_holdings
from ledger.identifiers import digest_to_text
from ledger.kind import Kind, Reference
from ledger.kinds import _FOUND
from ledger.sequencer import Registration, Sequencer, Submission
from ledger.statement import Strict
from ledger.store import MasterKey, Store, open_store
from ledger.surroundings import BatchView
from verifier.checks import judge_alone
from verifier.evidence import Item
from verifier.memory import Memory, fact_of

Texts = Annotated[tuple[str, ...], Field(strict=False)]


class Note(Strict):
    name: str
    claims: Texts = ()
    moves: Texts = ()
    topics: Texts = ()


class Notes(Strict):
    """`claims` are `space first last`, `moves` are `account amount unit`."""

    header: Note


def _claims(content: Notes) -> Iterator[Claim]:
    for text in content.header.claims:
        space, first, last = text.split(" ")
        yield Claim(space, int(first), int(last), "header")


def _moves(content: Notes) -> Iterator[Move]:
    for text in content.header.moves:
        account, amount, unit = text.split(" ")
        yield Move(account, Fraction(amount), unit, "header")


def _target(content: Notes) -> bytes | None:
    name = content.header.name
    return bytes.fromhex(name[2:]) if name.startswith("0x") else None


HOLDER: Kind[Notes] = Kind(
    name="holder", content=Notes, subject=lambda c: c.header.name, headline=lambda c: f"持有 {c.header.name}",
    claims=_claims, moves=_moves, topics=lambda c: c.header.topics,
)  # fmt: skip
ENDER: Kind[Notes] = Kind(
    name="ender", content=Notes, subject=lambda c: c.header.name, headline=lambda c: f"撤回 {c.header.name}",
    ends=_target, references=lambda c: [Reference(_target(c) or b"", frozenset({"holder"}), "header")],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    _FOUND.update({HOLDER.name: HOLDER, ENDER.name: ENDER})
    yield
    del _FOUND[HOLDER.name], _FOUND[ENDER.name]


def holder(name: str, *, organisation: str = STEEL, previous: bytes | None = None, **fields: Any) -> Signed:
    return signed(HOLDER.name, organisation, {"header": {"name": name, **fields}}, previous=previous)


# -- the rules by themselves --------------------------------------------------------------------------------------------


def codes(shelf: MemoryShelf, *, claims: tuple[Claim, ...] = (), moves: tuple[Move, ...] = (), replaced: int | None = None
          ) -> list[str]:  # fmt: skip
    return [finding.code for finding in judge_holdings(claims, moves, shelf, replaced)]


@pytest.mark.parametrize(("first", "last", "shared"), [
    (1, 9, None), (21, 30, None), (1, 10, (10, 10)), (20, 20, (20, 20)), (12, 15, (12, 15)), (1, 99, (10, 20)),
])  # fmt: skip
def test_an_overlap_is_named_by_its_first_and_last_number(
    first: int, last: int, shared: tuple[int, int] | None
) -> None:
    shelf = MemoryShelf()
    hold((Claim("x", 10, 20),), (), shelf, 7, None)
    found = list(judge_holdings((Claim("x", first, last, "here"),), (), shelf, None))
    assert [(f.values["first"], f.values["last"], f.values["by"], f.place) for f in found] == (
        [] if shared is None else [(*shared, "#7", "here")]
    )
    assert codes(shelf, claims=(Claim("y", first, last),)) == []


def test_a_statement_cannot_claim_a_number_twice_or_a_range_that_is_none() -> None:
    assert codes(MemoryShelf(), claims=(Claim("x", 1, 5), Claim("x", 5, 6))) == ["CLAIM_OVERLAP"]
    assert codes(MemoryShelf(), claims=(Claim("x", 5, 4),)) == ["CLAIM_RANGE"]
    assert codes(MemoryShelf(), claims=(Claim("x", 0, 2**63),)) == ["CLAIM_RANGE"]
    assert codes(MemoryShelf(), claims=(Claim("x", -1, 1),)) == ["CLAIM_RANGE"]


def test_an_account_gives_what_it_has_and_no_more_to_the_last_fraction() -> None:
    shelf = MemoryShelf()
    hold((), (Move("a", Fraction(1, 3), "t"),), shelf, 1, None)
    third = Fraction(1000, 3)
    assert codes(shelf, moves=(Move("a", -third, "kg"),)) == []
    found = list(judge_holdings((), (Move("a", -third - Fraction(1, 10**30), "kg"),), shelf, None))
    assert [f.code for f in found] == ["ACCOUNT_OVERDRAWN"]
    assert codes(shelf, moves=(Move("a", Fraction(-1), "piece"),)) == ["ACCOUNT_OVERDRAWN"]


def test_what_is_missing_is_said_in_the_units_of_the_draw_and_in_kilograms() -> None:
    shelf = MemoryShelf()
    hold((), (Move("a", Fraction(400), "kWh"),), shelf, 1, None)
    draw = Move("a", Fraction(-500), "kWh", "lines/0001", "ACCOUNT_OVERDRAWN", Fraction("0.5777"))
    found = next(iter(judge_holdings((), (draw,), shelf, None)))
    assert (found.values["got"], found.values["limit"], found.values["missing"]) == ("500", "400", "100")
    assert (found.place, str(found.kilograms)) == ("lines/0001", "57.77")


def test_a_successor_takes_the_place_of_its_predecessor() -> None:
    shelf = MemoryShelf()
    hold((Claim("x", 1, 9),), (Move("a", Fraction(400), "kg"),), shelf, 1, None)
    hold((), (Move("a", Fraction(-300), "kg"),), shelf, 2, None)
    assert codes(shelf, claims=(Claim("x", 5, 12),), moves=(Move("a", Fraction(300), "kg"),), replaced=1) == []
    assert codes(shelf, moves=(Move("a", Fraction(299), "kg"),), replaced=1) == ["ACCOUNT_OVERDRAWN"]
    assert codes(shelf, replaced=1) == ["ACCOUNT_OVERDRAWN"]
    assert codes(shelf, moves=(Move("a", Fraction(-400), "kg"),), replaced=2) == []
    assert codes(shelf, moves=(Move("a", Fraction(-401), "kg"),), replaced=2) == ["ACCOUNT_OVERDRAWN"]


# -- registrar and judge ------------------------------------------------------------------------------------------------


class Both:
    """One history told to the sequencer and to a judge's memory."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.write() as writer:
            writer.mirror("registry", standard_registry().logs, 100)
        self.sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        self.memory = Memory()
        self.size = 0

    def submit(self, *items: Signed) -> list[str]:
        """Registers a batch; the code of each refusal, or an empty text. The judge must say the same."""
        results = self.sequencer.register_batch([Submission(i.statement, i.signature, i.text) for i in items])
        return [self._told(item, result) for item, result in zip(items, results, strict=True)]

    def _told(self, item: Signed, result: object) -> str:
        entry = Entry(item.digest, item.signature, 100).to_bytes()
        judged = judge_alone(Item(self.size, entry, item.statement.to_bytes(), item.text), DOMAIN)
        fact = fact_of(judged, standard_registry().registry())
        if isinstance(result, Registration) and result.repeated:
            return ""
        if isinstance(result, Registration):
            found = [f.code for f in self.memory.learn(fact)]
            assert set(found) <= {"WITHDRAWN_BUT_DRAWN"}
            self.size += 1
            return ""
        code: str = result.code  # type: ignore[attr-defined]
        if code.startswith("REFERENCE"):
            return code
        trial = copy.deepcopy(self.memory)
        assert code in [f.code for f in trial.learn(fact) if f.outcome is Outcome.FAIL]
        return code

    def compare(self) -> None:
        """Both see the same under every topic, on every account and in every space."""
        around = self.memory.around(self.size, STEEL)
        with self.store.write() as writer:
            view = BatchView(writer, [])
            for topic in "tu":
                assert [_bare(k) for k in view.on(topic)] == [_bare(k) for k in around.on(topic)]
            shelf = self.memory._shelf
            for account in (Account(name, unit) for name in "ab" for unit in ("kg", "piece")):
                assert view.shelf.balance(account) == shelf.balance(account)
            for space in "xy":
                assert list(view.shelf.overlapping(space, 0, 99)) == list(shelf.overlapping(space, 0, 99))


def _bare(known: Any) -> tuple[object, ...]:
    return known.digest, known.index, known.kind, known.organisation, known.superseded, known.ended


def small(*choices: str) -> Any:
    return st.lists(st.sampled_from(choices), max_size=2, unique=True)


RANGES = [f"{space} {first} {first + more}" for space in "xy" for first in (1, 4, 7) for more in (0, 2, 5)]
MOVES = [
    f"{account} {amount} {unit}" for account in "ab" for amount in ("4", "-3", "-1/3") for unit in ("kg", "g", "piece")
]
STATEMENTS = st.tuples(
    st.sampled_from("PQRS"), st.sampled_from([STEEL, PRESS]), small(*RANGES), small(*MOVES), small("t", "u"),
    st.sampled_from(["", "", "", "end", "stale"]), st.booleans(),
)  # fmt: skip


# a history is short enough to read as it came, and shrinking one opens hundreds of stores
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(STATEMENTS, min_size=1, max_size=14))
def test_the_registrar_and_the_judge_say_the_same_of_any_history(history: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/s.db", MasterKey(b"\x07" * 32)) as store:
        both, heads, batch = Both(store), dict[tuple[str, str], bytes](), list[Signed]()
        for name, organisation, claims, moves, topics, how, is_last in history:
            previous = None if how == "stale" else heads.get((organisation, name))
            if how == "end" and previous is not None:
                batch.append(signed(ENDER.name, organisation, {"header": {"name": digest_to_text(previous)}}))
            else:
                batch.append(holder(name, organisation=organisation, previous=previous, claims=claims, moves=moves,
                                    topics=topics))  # fmt: skip
                heads[organisation, name] = batch[-1].digest
            if is_last:
                told = both.submit(*batch)
                refused = {item.digest for item, code in zip(batch, told, strict=True) if code}
                heads = {subject: digest for subject, digest in heads.items() if digest not in refused}
                batch = []
        both.submit(*batch)
        both.compare()


def test_what_a_withdrawal_leaves_drawn_is_found_by_the_judge_and_not_refused(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/s.db", MasterKey(b"\x07" * 32)) as store:
        both = Both(store)
        fill = holder("P", moves=["a 4 kg"], claims=["x 1 9"])
        draw = holder("Q", organisation=PRESS, moves=["a -3 kg"])
        assert both.submit(fill, draw) == ["", ""]
        assert both.submit(holder("R", claims=["x 9 9"])) == ["CLAIM_OVERLAP"]
        end = signed(ENDER.name, STEEL, {"header": {"name": digest_to_text(fill.digest)}})
        assert both.submit(end) == [""]
        assert both.memory._shelf.balance(Account("a", "kg")) == -3
        assert both.submit(holder("R", claims=["x 9 9"])) == [""]
        assert both.submit(holder("S", moves=["a -1 g"])) == ["ACCOUNT_OVERDRAWN"]
        assert both.submit(holder("S", moves=["a 2 kg"])) == [""]
        both.compare()


def test_a_store_that_stops_half_way_holds_nothing(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/s.db", MasterKey(b"\x07" * 32)) as store:
        with suppress(KeyboardInterrupt), store.write() as writer:
            hold((Claim("x", 1, 2),), (Move("a", Fraction(1), "kg"),), writer.shelf, 0, None)
            raise KeyboardInterrupt
        with store.write() as writer:
            assert list(writer.shelf.overlapping("x", 0, 9)) == []
            assert writer.shelf.balance(Account("a", "kg")) == 0


def test_a_forged_successor_or_withdrawal_frees_nothing() -> None:
    memory = Memory()
    registry = standard_registry().registry()

    def learn(item: Signed) -> list[str]:
        entry = Entry(item.digest, item.signature, 100).to_bytes()
        number = len(memory._digests)
        judged = judge_alone(Item(number, entry, item.statement.to_bytes(), item.text), DOMAIN)
        return [f.code for f in memory.learn(fact_of(judged, registry))]

    first = holder("P", claims=["x 1 9"])
    assert learn(first) == []
    thief = b"\x09" * 32
    forged = signed(HOLDER.name, STEEL, {"header": {"name": "P"}}, previous=first.digest, key=thief)
    assert learn(forged) == []
    assert learn(withdrawal(first.digest, key=thief)) == []
    known = memory.get(first.digest)
    assert known is not None
    assert (known.superseded, known.ended) == (None, None)
    assert learn(holder("Q", claims=["x 9 9"])) == ["CLAIM_OVERLAP"]
