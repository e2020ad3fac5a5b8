from __future__ import annotations

import pytest
from pydantic import ValidationError
from support.chain import Chain
from support.quirks import QuirkNode

from ledger.chain.deploy import Deployment, deploy, network_of
from ledger.chain.governance import approve, decide, propose
from ledger.errors import EvidenceError, IncompleteError
from ledger.statement import keccak

pytestmark = pytest.mark.chain


def test_the_record_says_what_is_on_the_chain(chain: Chain) -> None:
    record = chain.deployment
    assert (record.chain_id, bytes.fromhex(record.genesis[2:])) == network_of(chain.url)
    assert record.first_block == record.registry.block < record.log.block
    for contract in (record.registry, record.log):
        pinned = contract.pinned()
        assert keccak(chain.client.code(pinned.address)) == pinned.code_hash
        receipt = chain.client.receipt(bytes.fromhex(contract.transaction[2:]))
        assert receipt is not None
        assert (receipt.contract, receipt.block) == (pinned.address, contract.block)
    assert record.log.arguments[0] == record.registry.address
    assert chain.log.is_operator(chain.address("operator"))


def test_the_record_comes_back_from_its_file(chain: Chain) -> None:
    text = chain.deployment.model_dump_json()
    assert Deployment.model_validate_json(text) == chain.deployment
    with pytest.raises(ValidationError):
        Deployment.model_validate_json(text.replace('"chain_id"', '"chain"'))


def test_the_deployer_keeps_no_power(chain: Chain) -> None:
    deployer = chain.address("deployer")
    assert not chain.registry.is_registrar(deployer)
    assert not chain.log.is_operator(deployer)


def test_code_that_was_not_compiled_here_is_refused(chain: Chain) -> None:
    accounts = chain.config.accounts
    with QuirkNode(chain.url, "other_code") as node:
        client = chain.connect(node.url, contracts={})
        with pytest.raises(EvidenceError, match="CODE_HASH_MISMATCH"):
            deploy(client, accounts.keys["deployer"], [], [], chain.config.rules())


def test_a_decision_waits_for_its_approvals(chain: Chain) -> None:
    registrars = [chain.sender(role) for role in chain.config.accounts.registrars]
    calls = [chain.registry.set_threshold(2)]
    with pytest.raises(IncompleteError) as caught:
        decide(chain.registry, registrars[:2], calls)
    assert (caught.value.code, caught.value.values["expected"]) == ("APPROVALS_MISSING", 3)
    number = caught.value.values["proposal"]
    assert isinstance(number, int)
    assert chain.registry.threshold() == 3
    approve(chain.registry, registrars[2], number, calls)
    assert chain.registry.threshold() == 2
    later, events = propose(chain.registry, registrars[0], [chain.registry.set_threshold(1)])
    assert later == number + 1
    assert [event.name for event in events] == ["ProposalCreated", "ProposalApproved"]
