"""What a registrar is told before approving: every kind of call by its own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.chain import Chain

from ledger.chain.contracts import Call
from ledger.chain.history import EventHistory
from ledger.chain.proposals import Proposals
from ledger.errors import IncompleteError

pytestmark = pytest.mark.chain
FIRM = "urn:example:firm"

CALLS: dict[str, Callable[[Chain, bytes], Call]] = {
    "CALL_ADD_REGISTRAR": lambda c, a: c.registry.add_registrar(a),
    "CALL_REMOVE_REGISTRAR": lambda c, a: c.registry.remove_registrar(a),
    "CALL_SET_THRESHOLD": lambda c, _: c.registry.set_threshold(2),
    "CALL_REGISTER_ORGANISATION": lambda c, a: c.registry.register_organisation(FIRM, "示例", a),
    "CALL_GRANT_ROLE": lambda c, _: c.registry.grant_role(FIRM, "declarant"),
    "CALL_REVOKE_ROLE": lambda c, _: c.registry.revoke_role(FIRM, "declarant"),
    "CALL_REVOKE_KEY": lambda c, a: c.registry.revoke_key(a),
    "CALL_REPORT_COMPROMISE": lambda c, a: c.registry.report_compromise(a, 1),
    "CALL_ADD_OPERATOR": lambda c, a: c.log.add_operator(a),
    "CALL_REMOVE_OPERATOR": lambda c, a: c.log.remove_operator(a),
    "CALL_OTHER": lambda _, a: Call(a, b"\x01\x02"),
}


def proposals(chain: Chain, *calls: Call) -> Proposals:
    chain.sender("registrar-shanghai").transact(chain.registry.propose(calls), "registry")
    history = EventHistory(chain.client, "registry", chain.deployment.first_block)
    history.update()
    return Proposals(chain.client, history.events)


def test_each_kind_of_call_has_its_own_words(chain: Chain) -> None:
    account = chain.address("stranger")
    found = proposals(chain, *(make(chain, account) for make in CALLS.values()))
    spoken = found.spoken(found.waiting()[-1])
    assert [one.code for one in spoken] == list(CALLS)
    assert spoken[-1].values == {"target": "0x" + account.hex(), "data": "0x0102"}


def test_a_known_function_of_another_contract_is_not_told_as_ours(chain: Chain) -> None:
    twin = Call(chain.address("stranger"), chain.registry.set_threshold(1).data)
    found = proposals(chain, twin)
    assert [one.code for one in found.spoken(found.waiting()[-1])] == ["CALL_OTHER"]


def test_calls_that_the_node_no_longer_gives_are_not_guessed_at(chain: Chain) -> None:
    found = proposals(chain, chain.registry.set_threshold(2))
    number = chain.registry.proposal_count() - 1
    assert found.proposal(number).calls
    elsewhere = [replace(event, transaction=b"\xee" * 32) for event in found._events]  # the node has no such one
    moved = Proposals(chain.client, elsewhere)
    with pytest.raises(IncompleteError) as caught:
        moved.proposal(number)
    assert caught.value.code == "PROPOSAL_CALLS_UNKNOWN"
    assert [one.code for one in moved.spoken(moved.waiting()[-1])] == ["PROPOSAL_CALLS_UNKNOWN"]
