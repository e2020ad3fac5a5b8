"""The registry and the log as they stand after deployment, with people in their roles."""

from __future__ import annotations

from typing import Any

from support.evm import Chain, Contract, Event, account, keccak

RECOVERY_DELAY = 50
LOOKBACK = 30
MERGE_DELAY = 20
ORIGIN = "tanji.example/log"

REGISTRARS = [account(f"registrar of {province}") for province in ("shanghai", "jiangsu", "zhejiang", "anhui")]
GUARDIANS = [account(f"{role} guardian") for role in ("first", "second", "third")]
SUPPLIER = account("supplier's key")
OPERATOR = account("operator")
STRANGER = account("stranger")
SUPPLIER_ID = "91310000MA1K00000X"
SUPPLIER_ORG = keccak(SUPPLIER_ID.encode())

Call = tuple[str, bytes]


def call(contract: Contract, function: str, *arguments: Any) -> Call:
    """One call of a proposal."""
    return contract.address, contract.data(function, *arguments)


class World:
    """Three of four registrars govern; a supplier with three guardians, two of whom recover; one operator."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.registry = self.chain.deploy("OrganisationRegistry", REGISTRARS, 3, RECOVERY_DELAY, LOOKBACK)
        self.log = self.chain.deploy("TransparencyLog", self.registry.address, ORIGIN, MERGE_DELAY)
        operator_role = self.log.view("OPERATOR_ROLE")
        self.govern(self.registration(SUPPLIER_ID, "示例钢铁", SUPPLIER, GUARDIANS, 2))
        self.govern(call(self.log, "grantRole", operator_role, OPERATOR))

    def registration(self, id_: str, name: str, key: str, guardians: list[str], threshold: int) -> Call:
        """The call that registers an organisation."""
        return call(self.registry, "registerOrganisation", id_, name, key, guardians, threshold)

    def propose(self, *calls: Call, registrar: str = REGISTRARS[0]) -> int:
        """A proposal, approved by its proposer only."""
        self.registry.send(registrar, "propose", list(calls))
        proposal: int = self.registry.view("proposalCount") - 1
        return proposal

    def govern(self, *calls: Call) -> list[Event]:
        """Three registrars decide; gives the events of the last approval, after those of the decision itself."""
        proposal = self.propose(*calls)
        self.registry.send(REGISTRARS[1], "approve", proposal, list(calls))
        events = self.registry.send(REGISTRARS[2], "approve", proposal, list(calls))
        assert [event.name for event in events[:2]] == ["ProposalApproved", "ProposalExecuted"]
        return events[2:]

    def govern_registry(self, function: str, *arguments: Any) -> list[Event]:
        """Three registrars decide on one call to the registry."""
        return self.govern(call(self.registry, function, *arguments))
