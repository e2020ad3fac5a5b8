from __future__ import annotations

import pickle
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.histories import ORGANISATION, OTHER, History, account

from ledger.errors import EvidenceError, InputError
from ledger.registry import (
    OPEN,
    Authority,
    Registry,
    anchors_of,
    name_to_word,
    word_to_name,
)

KEY, DELEGATE = "key", "delegate"


@dataclass(frozen=True)
class Case:
    """A history and, for one signer, what counts at which block."""

    says: str
    history: History
    signer: str
    answers: dict[int, str]
    kind: str = "footprint"
    role: str | None = None
    scope: str | None = None


def supplier() -> History:
    return History().at(10).registered().key_added("supplier")


CASES = [
    Case("a key holds from the block that added it", supplier(), "supplier", {10: KEY, 11: KEY, OPEN - 1: KEY}),
    Case("before its organisation there is nothing", supplier(), "supplier", {9: "UNKNOWN_ORGANISATION"}),
    Case("a stranger's key is none", supplier(), "stranger", {10: "KEY_NOT_VALID"}),
    Case(
        "a later key does not hold for earlier blocks",
        supplier().at(20).key_added("second"),
        "second",
        {19: "KEY_NOT_VALID", 20: KEY},
    ),
    Case(
        "an ended key is invalid at the block that ended it",
        supplier().at(30).key_ended("supplier"),
        "supplier",
        {29: KEY, 30: "KEY_NOT_VALID", 31: "KEY_NOT_VALID"},
    ),
    Case(
        "a compromise reaches back",
        supplier().at(30).key_ended("supplier").compromised("supplier", 20),
        "supplier",
        {19: KEY, 20: "KEY_COMPROMISED", 29: "KEY_COMPROMISED", 40: "KEY_COMPROMISED"},
    ),
    Case(
        "a second report only goes further back",
        supplier().at(30).key_ended("supplier").compromised("supplier", 20).at(31).compromised("supplier", 15),
        "supplier",
        {14: KEY, 15: "KEY_COMPROMISED", 20: "KEY_COMPROMISED"},
    ),
    Case(
        "a key of another organisation is none",
        supplier().registered(OTHER).key_added("rival", OTHER),
        "rival",
        {10: "KEY_NOT_VALID"},
    ),
    Case(
        "a role is held in its range",
        supplier().granted(12, 20),
        "supplier",
        {11: "ROLE_NOT_HELD", 12: KEY, 19: KEY, 20: "ROLE_NOT_HELD"},
        role="declarant",
        scope="footprint",
    ),
    Case(
        "a revoked role may be granted again",
        supplier().granted(10).at(15).revoked().at(20).granted(20),
        "supplier",
        {14: KEY, 15: "ROLE_NOT_HELD", 19: "ROLE_NOT_HELD", 20: KEY},
        role="declarant",
        scope="footprint",
    ),
    Case(
        "a role revoked before it began was never held",
        supplier().granted(50).at(20).revoked(),
        "supplier",
        {20: "ROLE_NOT_HELD", 50: "ROLE_NOT_HELD", 60: "ROLE_NOT_HELD"},
        role="declarant",
    ),
    Case(
        "a role of another scope does not count",
        supplier().granted(10, scope="factor"),
        "supplier",
        {10: "ROLE_NOT_HELD"},
        role="declarant",
        scope="footprint",
    ),
    Case(
        "a role of one scope does not count for any",
        supplier().granted(10, scope="factor"),
        "supplier",
        {10: "ROLE_NOT_HELD"},
        role="declarant",
    ),
    Case(
        "another role does not count",
        supplier().granted(10, role="factor-publisher"),
        "supplier",
        {10: "ROLE_NOT_HELD"},
        role="declarant",
    ),
    Case(
        "a delegate signs for the kind named",
        supplier().at(12).delegated("consultant", 20, "footprint"),
        "consultant",
        {11: "KEY_NOT_VALID", 12: DELEGATE, 19: DELEGATE, 20: "DELEGATE_EXPIRED"},
    ),
    Case(
        "a delegate does not sign for another kind",
        supplier().delegated("consultant", scope="factor"),
        "consultant",
        {10: "DELEGATE_SCOPE"},
    ),
    Case(
        "a delegate without scope signs any kind",
        supplier().delegated("consultant"),
        "consultant",
        {10: DELEGATE},
        kind="withdrawal",
    ),
    Case(
        "a delegation that is replaced ends early where it now says so",
        supplier().at(12).delegated("consultant", 100).at(20).delegated("consultant", 30),
        "consultant",
        {12: DELEGATE, 29: DELEGATE, 30: "DELEGATE_EXPIRED", 99: "DELEGATE_EXPIRED"},
    ),
    Case(
        "a removed delegate may come back",
        supplier().at(12).delegated("consultant").at(15).undelegated("consultant").at(18).delegated("consultant"),
        "consultant",
        {14: DELEGATE, 15: "DELEGATE_EXPIRED", 17: "DELEGATE_EXPIRED", 18: DELEGATE},
    ),
    Case(
        "a recovery ends every delegation",
        supplier().delegated("consultant").at(20).key_ended("supplier").key_added("new").recovered("new"),
        "consultant",
        {19: DELEGATE, 20: "DELEGATE_EXPIRED"},
    ),
    Case(
        "a compromised key does not come back as a delegate",
        supplier().at(20).key_ended("supplier").compromised("supplier", 15).key_added("new").delegated("supplier"),
        "supplier",
        {14: KEY, 20: "KEY_COMPROMISED", 30: "KEY_COMPROMISED"},
    ),
    Case(
        "an ended key that was not compromised may be a delegate",
        supplier().at(20).key_ended("supplier").key_added("new").delegated("supplier"),
        "supplier",
        {19: KEY, 20: DELEGATE},
    ),
    Case(
        "a delegate needs the organisation's role too",
        supplier().delegated("consultant").granted(15),
        "consultant",
        {14: "ROLE_NOT_HELD", 15: DELEGATE},
        role="declarant",
        scope="footprint",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_authority(case: Case) -> None:
    registry = Registry.of(case.history.events)
    for _ in range(2):  # computed, then remembered
        answers = {
            block: registry.authority(ORGANISATION, account(case.signer), case.kind, case.role, case.scope, block)
            for block in case.answers
        }
        assert {block: found.reason or found.by for block, found in answers.items()} == case.answers
        assert all(found.granted == (not found.reason) for found in answers.values())


def test_an_answer_does_not_outlive_the_event_that_changes_it() -> None:
    history = supplier()
    registry = Registry.of(history.events)
    asked = (ORGANISATION, account("supplier"), "footprint", None, None, 40)
    assert registry.authority(*asked).granted
    registry.extend(history.at(30).key_ended("supplier").events[2:])
    assert registry.authority(*asked) == Authority("", "KEY_NOT_VALID")


def test_strangers_do_not_fill_the_memory() -> None:
    registry = Registry.of(supplier().events)
    for i in range(1000):
        registry.authority(ORGANISATION, account(f"stranger {i}"), "footprint", None, None, 10)
    assert len(registry._steps) == 0
    registry.authority(ORGANISATION, account("supplier"), "footprint", None, None, 10)
    assert len(registry._steps) == 1


def test_a_registry_goes_to_other_processes() -> None:
    registry = Registry.of(supplier().granted(10).events)
    registry.authority(ORGANISATION, account("supplier"), "footprint", None, None, 10)
    copy: Registry = pickle.loads(pickle.dumps(registry))
    assert copy.authority(ORGANISATION, account("supplier"), "footprint", "declarant", "x", 10).by == KEY


def test_events_out_of_order_are_refused() -> None:
    events = supplier().events
    with pytest.raises(EvidenceError, match="EVENT_CHAIN_BROKEN"):
        Registry.of(events[1:])
    with pytest.raises(EvidenceError, match="EVENT_CHAIN_BROKEN"):
        Registry.of([events[0], events[0]])
    with pytest.raises(EvidenceError, match="EVENT_CHAIN_BROKEN"):
        Registry.of(History("log").emit("OperatorAdded", operator=account("operator")).events)


def test_events_that_the_contract_cannot_emit_are_refused() -> None:
    for history in (supplier().key_added("supplier"), supplier().key_ended("stranger")):
        with pytest.raises(EvidenceError, match="EVENT_IMPOSSIBLE"):
            Registry.of(history.events)


def test_what_is_listed() -> None:
    registry = Registry.of(supplier().granted(10, 20).delegated("consultant", 30, "footprint").events)
    organisation = registry.organisation(ORGANISATION)
    assert organisation is not None
    assert (organisation.id, organisation.name, organisation.block) == (ORGANISATION, "示例钢铁", 10)
    assert registry.organisation(OTHER) is None
    assert registry.organisations() == (organisation,)
    assert [key.address for key in registry.keys(ORGANISATION)] == [account("supplier")]
    assert [(word_to_name(g.role), g.from_block, g.until_block) for g in registry.grants(ORGANISATION)] == [
        ("declarant", 10, 20)
    ]
    assert [word_to_name(d.scope) for d in registry.delegations(ORGANISATION)] == ["footprint"]
    assert registry.keys(OTHER) == registry.grants(OTHER) == registry.delegations(OTHER) == ()


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=32))
def test_names_come_back(name: str) -> None:
    assert word_to_name(name_to_word(name)) == name


@pytest.mark.parametrize("name", ["x" * 33, "角色", "a\nb"])
def test_names_that_do_not_fit(name: str) -> None:
    with pytest.raises(InputError, match="CHAIN_NAME"):
        name_to_word(name)


# -- properties: the fast answer equals the slow one -----------------------------------------------------------------

MOVES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["add", "end", "lose", "grant", "revoke", "delegate", "undelegate", "recover"]),
        st.sampled_from(["first", "second"]),
        st.integers(1, 12),
    ),
    max_size=14,
)


def told(registry: dict[str, set[int]], moves: list[tuple[int, str, str, int]]) -> History:
    """A history, and for each fact the set of blocks at which it holds, block by block."""
    history, block, horizon = History().at(1).registered(), 1, 80
    used: set[str] = set()
    for step, move, who, length in moves:
        block += step
        history.at(block)
        facts = {f: registry.setdefault(f, set()) for f in (f"key {who}", f"delegate {who}", "role", f"bad {who}")}
        rest = set(range(block, horizon))
        if move == "add" and who not in used:
            history.key_added(who)
            used.add(who)
            facts[f"key {who}"] |= rest
        elif move == "end" and block in facts[f"key {who}"]:
            history.key_ended(who)
            facts[f"key {who}"] -= rest
        elif move == "lose" and who in used:
            since = max(block - length, 0)
            history.compromised(who, since)
            first = min(registry[f"added {who}"]) if f"added {who}" in registry else 0
            facts[f"bad {who}"] |= set(range(max(since, first), horizon))
        elif move == "grant" and not facts["role"] & rest:
            history.granted(block, block + length)
            facts["role"] |= set(range(block, block + length))
        elif move == "revoke" and facts["role"] & rest:
            history.revoked()
            facts["role"] -= rest
        elif move == "delegate":
            history.delegated(who, block + length)
            facts[f"delegate {who}"] -= rest
            facts[f"delegate {who}"] |= set(range(block, block + length))
        elif move == "undelegate" and facts[f"delegate {who}"] & rest:
            history.undelegated(who)
            facts[f"delegate {who}"] -= rest
        elif move == "recover":
            history.recovered(who)
            for other in ("first", "second"):
                registry.setdefault(f"delegate {other}", set()).difference_update(rest)
        if who in used and f"added {who}" not in registry:
            registry[f"added {who}"] = {block}
    return history


@given(MOVES, st.sampled_from(["first", "second"]), st.booleans())
def test_authority_equals_a_block_by_block_account(
    moves: list[tuple[int, str, str, int]], who: str, needs_role: bool
) -> None:
    facts: dict[str, set[int]] = {}
    registry = Registry.of(told(facts, moves).events)
    role = "declarant" if needs_role else None
    for block in range(80):
        found = registry.authority(ORGANISATION, account(who), "footprint", role, None, block)
        bad = block in facts.get(f"bad {who}", ())
        signs = block in facts.get(f"key {who}", ()) or block in facts.get(f"delegate {who}", ())
        held = not needs_role or block in facts.get("role", ())
        assert found.granted == (block >= 1 and signs and held and not bad), (block, found)


@given(MOVES, st.sampled_from(["first", "second"]))
def test_between_two_changes_an_authority_is_the_same(moves: list[tuple[int, str, str, int]], who: str) -> None:
    registry = Registry.of(told({}, moves).events)
    asked = ORGANISATION, account(who), "footprint", "declarant", None
    answers = [registry.authority(*asked, block) for block in range(80)]
    for block in range(80):
        held = registry.authority_at(*asked, block)
        assert held.from_block <= block < held.until_block
        assert {*answers[held.from_block : held.until_block]} == {held.authority}


# -- the log's anchors -----------------------------------------------------------------------------------------------


def anchored(*sizes: int) -> History:
    history = History("log").emit("OperatorAdded", operator=account("operator"))
    for block, size in enumerate(sizes, start=5):
        root = size.to_bytes(32, "big")
        history.at(block).emit("CheckpointAnchored", size=size, root=root, operator=account("operator"))
    return history


def test_anchors_come_in_order() -> None:
    anchors = anchors_of(anchored(3, 8).events)
    assert [(a.size, a.root[-1], a.block, a.operator) for a in anchors] == [
        (3, 3, 5, account("operator")),
        (8, 8, 6, account("operator")),
    ]
    assert anchors_of([]) == ()


@pytest.mark.parametrize("sizes", [(3, 3), (8, 3)])
def test_anchors_that_do_not_grow_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(EvidenceError, match="EVENT_IMPOSSIBLE"):
        anchors_of(anchored(*sizes).events)
