from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from support.chain import Chain

from ledger import registry as registry_module
from ledger.chain import contracts
from ledger.chain.contracts import LogContract, RegistryContract
from ledger.chain.errors import RevertedError, RpcError
from ledger.chain.reverts import decode_revert, error_code, error_table, revert_in, selector
from ledger.events import load_abi
from ledger.registry import OPEN, name_to_word
from ledger.words import chain as chain_words
from ledger.words import reverts as revert_words

ORGANISATION = "urn:example:steel"
# events that change nothing that `Registry` or `anchors_of` answers; decoded and proven like the others
RECORD_ONLY = {
    "RegistrarAdded", "RegistrarRemoved", "ThresholdChanged", "ProposalCreated", "ProposalApproved",
    "ProposalApprovalWithdrawn", "ProposalExecuted", "GuardiansSet", "RecoveryStarted", "RecoveryApproved",
    "RecoveryVetoed", "OperatorAdded", "OperatorRemoved",
}  # fmt: skip


def names(contract: str, kind: str) -> set[str]:
    return {item["name"] for item in load_abi(contract) if item["type"] == kind}  # type: ignore[arg-type]


@pytest.mark.parametrize(("contract", "wrapper"), [("registry", RegistryContract), ("log", LogContract)])
def test_every_function_is_wrapped_or_named_as_unused(contract: str, wrapper: type) -> None:
    sources = inspect.getsource(wrapper) + inspect.getsource(wrapper.__mro__[1])
    wrapped = set(re.findall(r'_(?:call|view)\(\s*"(\w+)"', sources))
    unused = contracts.UNUSED.keys() & names(contract, "function")
    assert wrapped | unused == names(contract, "function")
    assert not wrapped & unused


def test_every_numbered_event_is_used_or_named_as_record_only() -> None:
    used = set(registry_module._RULES) | {"CheckpointAnchored"}
    numbered = {
        item["name"]
        for contract in ("registry", "log")
        for item in load_abi(contract)  # type: ignore[arg-type]
        if item["type"] == "event" and item["inputs"][0]["name"] == "sequence"
    }
    assert used | RECORD_ONLY == numbered
    assert not used & RECORD_ONLY


def test_every_error_has_words_for_all_its_values() -> None:
    codes = {error_code(name) for contract in ("registry", "log") for name in names(contract, "error")}
    assert codes == set(revert_words.WORDS)
    for name, parameters, _ in error_table().values():
        words = revert_words.WORDS[error_code(name)]
        for text in words:
            assert set(re.findall(r"\{(\w+)\}", text)) <= set(parameters), name


def test_words_name_the_same_values_in_both_languages() -> None:
    for code, words in (chain_words.WORDS | revert_words.WORDS).items():
        assert set(re.findall(r"\{(\w+)\}", words.zh)) == set(re.findall(r"\{(\w+)\}", words.en)), code


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3, "message": "execution reverted", "data": "DATA"},
        {"code": -32000, "message": "execution reverted", "data": {"data": "DATA"}},
        {"code": -32000, "message": "VM Exception", "data": {"0xab": {"error": "revert", "return": "DATA"}}},
        {"code": -32000, "message": "VM Exception", "data": {"hash": "0x" + "ab" * 32, "result": "DATA"}},
        {"code": -32000, "message": "execution reverted: DATA"},
    ],
)
def test_reverts_as_different_nodes_tell_them(error: dict[str, Any]) -> None:
    data = "0x" + (selector("UnknownProposal", ("uint256",)) + (7).to_bytes(32, "big")).hex()

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: fill(v) for k, v in value.items()}
        return value.replace("DATA", data) if isinstance(value, str) else value

    found = revert_in(RpcError("eth_call", fill(error)))
    assert found is not None
    assert (found.code, found.values) == ("REVERTED_UNKNOWN_PROPOSAL", {"id": 7})


def test_what_is_no_revert() -> None:
    assert revert_in(RpcError("eth_call", {"code": -32601, "message": "no such method"})) is None
    found = revert_in(RpcError("eth_call", {"code": -32000, "message": "execution reverted"}))
    assert found is not None
    assert found.code == "CHAIN_REVERTED"
    cut = decode_revert(selector("UnknownProposal", ("uint256",)) + b"\7")
    assert (cut.code, cut.name) == ("CHAIN_REVERTED", "UnknownProposal")


@pytest.mark.chain
def test_a_life_of_an_organisation(chain: Chain) -> None:
    registry = chain.registry
    guardians = [chain.address(f"guardian-{i}") for i in (1, 2)]
    supplier, purchaser, auditor = (chain.address(role) for role in ("supplier", "purchaser", "auditor"))
    chain.decide(
        registry.register_organisation(ORGANISATION, "示例钢铁", supplier, guardians, 2),
        registry.grant_role(ORGANISATION, "declarant", "footprint"),
    )
    block = chain.client.block_number()
    assert registry.organisation_exists(ORGANISATION)
    assert not registry.organisation_exists("urn:example:other")
    assert registry.keys_of(ORGANISATION) == (supplier,)
    assert registry.role_range(ORGANISATION, "declarant", "footprint") == (block, OPEN)
    assert registry.role_range(ORGANISATION, "declarant") == (0, 0)
    assert registry.guardians_of(ORGANISATION).guardians == tuple(guardians)
    sender = chain.sender("supplier")
    sender.transact(registry.add_delegate(ORGANISATION, auditor, "footprint", block + 50), "registry")
    assert registry.delegate_until(ORGANISATION, auditor, "footprint") == block + 50
    sender.transact(registry.remove_delegate(ORGANISATION, auditor, "footprint"), "registry")
    sender.transact(registry.add_key(ORGANISATION, purchaser), "registry")
    assert registry.is_valid_key(ORGANISATION, purchaser, chain.client.block_number())
    sender.transact(registry.report_compromise(purchaser, block + 1), "registry")
    key = registry.key_of(purchaser)
    assert key is not None
    assert key.compromised_from == block + 1
    assert not registry.is_valid_key(ORGANISATION, purchaser, chain.client.block_number())
    assert registry.key_of(auditor) is None
    sender.transact(registry.set_guardians(ORGANISATION, guardians[:1], 1), "registry")
    assert registry.pending_guardians_of(ORGANISATION).guardians == (guardians[0],)
    chain.sender("guardian-1").transact(registry.start_recovery(ORGANISATION, auditor), "registry")
    assert registry.recovery_approvals(ORGANISATION, auditor) == 1
    chain.sender("guardian-2").transact(registry.approve_recovery(ORGANISATION, auditor), "registry")
    recovery = registry.recovery_of(ORGANISATION)
    assert (recovery.running, recovery.new_key) == (True, auditor)
    with pytest.raises(RevertedError, match="REVERTED_RECOVERY_NOT_READY"):
        chain.sender("stranger").transact(registry.complete_recovery(ORGANISATION), "registry")
    chain.mine(registry.recovery_delay())
    chain.sender("stranger").transact(registry.complete_recovery(ORGANISATION), "registry")
    assert registry.keys_of(ORGANISATION) == (auditor,)


@pytest.mark.chain
def test_governance_and_log(chain: Chain) -> None:
    registry, log, stranger = chain.registry, chain.log, chain.address("stranger")
    assert set(registry.registrars()) == set(chain.config.rules().registrars)
    assert registry.threshold() == 3
    assert registry.compromise_lookback() == chain.config.contracts.compromise_lookback_blocks
    chain.decide(registry.add_registrar(stranger), registry.set_threshold(2), log.add_operator(stranger))
    assert registry.is_registrar(stranger)
    assert registry.threshold() == 2
    assert log.is_operator(stranger)
    latest = registry.proposal(registry.proposal_count() - 1)
    assert (latest.approvals, latest.executed) == (3, True)
    chain.decide(registry.remove_registrar(stranger), log.remove_operator(stranger))
    assert not registry.is_registrar(stranger)
    assert not log.is_operator(stranger)
    operator = chain.sender("operator")
    assert log.root_at(1) is None
    operator.transact(log.append(1, b"\1" * 32, []), "log")
    assert (log.size(), log.root(), log.root_at(1), log.checkpoint_count()) == (1, b"\1" * 32, b"\1" * 32, 1)
    with pytest.raises(RevertedError) as caught:
        operator.transact(log.append(2, b"\2" * 32, [b"\3" * 32]), "log")
    assert caught.value.code == "REVERTED_INCONSISTENT_CHECKPOINT"
    assert caught.value.values["newRoot"] == "0x" + "02" * 32
    operator.transact(log.renounce_operator(operator.address), "log")
    assert not log.is_operator(operator.address)
    assert log.governance() == registry.address
    assert (log.origin(), log.max_merge_delay()) == (chain.config.contracts.origin, 100)
    assert log.operator_role == chain.client.call(log.address, selector("OPERATOR_ROLE", ()))


@pytest.mark.chain
def test_roles_keys_and_proposals_are_taken_back(chain: Chain) -> None:
    registry = chain.registry
    chain.register(ORGANISATION, "supplier", ("declarant", "footprint"))
    chain.decide(registry.revoke_role(ORGANISATION, "declarant", "footprint"))
    assert registry.role_range(ORGANISATION, "declarant", "footprint")[1] == chain.client.block_number()
    chain.sender("supplier").transact(registry.rotate_key(chain.address("purchaser")), "registry")
    assert registry.keys_of(ORGANISATION) == (chain.address("purchaser"),)
    chain.sender("purchaser").transact(registry.revoke_key(chain.address("purchaser")), "registry")
    assert registry.keys_of(ORGANISATION) == ()
    registrar = chain.sender("registrar-shanghai")
    registrar.transact(registry.propose([registry.set_threshold(1)]), "registry")
    registrar.transact(registry.withdraw_approval(registry.proposal_count() - 1), "registry")
    assert registry.proposal(registry.proposal_count() - 1).approvals == 0
    assert name_to_word("declarant")[:9] == b"declarant"


@pytest.mark.chain
def test_a_recovery_is_vetoed(chain: Chain) -> None:
    registry = chain.registry
    guardian = chain.address("guardian-1")
    chain.decide(registry.register_organisation(ORGANISATION, "示例", chain.address("supplier"), [guardian], 1))
    chain.sender("guardian-1").transact(registry.start_recovery(ORGANISATION, chain.address("auditor")), "registry")
    chain.sender("supplier").transact(registry.veto_recovery(ORGANISATION), "registry")
    assert not registry.recovery_of(ORGANISATION).running
