"""The two contracts in words of the domain: what a caller may ask (typed views) and what an account may send (`Call`s).

web3 encodes the calls; they are made by `ChainClient.call` and `Sender`, so that every answer and every revert passes
one door. Organisations are named by identifier, roles and scopes by text; addresses have 20 bytes. Views tell of the
present only. Raise `RevertedError` and `NodeError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from web3 import Web3
from web3.providers.base import BaseProvider

from ledger.chain.client import ChainClient
from ledger.events import ContractName, load_artifact
from ledger.registry import ANY_SCOPE, OPEN, Key, name_to_word, organisation_hash

OPERATOR_ROLE_NAME: Final = b"OPERATOR_ROLE"


@dataclass(frozen=True, slots=True)
class Call:
    """What an account may send: to a contract's address, or a new contract's code where `to` is None."""

    to: bytes | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal of the registrars. `calls_hash` is keccak256 of the ABI-encoded calls."""

    calls_hash: bytes
    approvals: int
    executed: bool


@dataclass(frozen=True, slots=True)
class Guardians:
    """Guardians and how many of them recover. `effective_block` is 0 for the set in force."""

    guardians: tuple[bytes, ...]
    threshold: int
    effective_block: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery. `ready_block` is 0 until the guardians' threshold is reached."""

    running: bool
    new_key: bytes
    ready_block: int


class _Contract:
    def __init__(self, client: ChainClient, name: ContractName) -> None:
        self.client: Final = client
        self.address: Final = client.contracts[name].address
        self._codec: Final = Web3(BaseProvider())
        self._web3: Final = self._codec.eth.contract(
            address=Web3.to_checksum_address(self.address), abi=load_artifact(name)["abi"]
        )

    def _call(self, name: str, *arguments: Any) -> Call:
        return Call(self.address, bytes.fromhex(self._web3.encode_abi(name, args=arguments)[2:]))

    def _view(self, name: str, *arguments: Any) -> Any:
        answer = self.client.call(self.address, self._call(name, *arguments).data)
        kinds = [output["type"] for output in self._web3.get_function_by_name(name).abi["outputs"]]
        values = [_plain(*pair) for pair in zip(kinds, self._codec.codec.decode(kinds, answer), strict=True)]
        return values[0] if len(values) == 1 else values

    def event_count(self) -> int:
        """Number of numbered events."""
        return int(self._view("eventCount"))

    def event_hash(self) -> bytes:
        """Rolling hash of the numbered events."""
        return bytes(self._view("eventHash"))


class RegistryContract(_Contract):
    """The OrganisationRegistry of a connected chain."""

    def __init__(self, client: ChainClient) -> None:
        super().__init__(client, "registry")

    # -- governance ---------------------------------------------------------------------------------------------------

    def propose(self, calls: Sequence[Call]) -> Call:
        """By a registrar: proposes calls and approves them."""
        return self._call("propose", [(call.to, call.data) for call in calls])

    def approve(self, proposal: int, calls: Sequence[Call]) -> Call:
        """By a registrar: approves exactly these calls; the last approval needed executes them."""
        return self._call("approve", proposal, [(call.to, call.data) for call in calls])

    def withdraw_approval(self, proposal: int) -> Call:
        """By a registrar who approved."""
        return self._call("withdrawApproval", proposal)

    def add_registrar(self, registrar: bytes) -> Call:
        """By governance."""
        return self._call("addRegistrar", registrar)

    def remove_registrar(self, registrar: bytes) -> Call:
        """By governance."""
        return self._call("removeRegistrar", registrar)

    def set_threshold(self, threshold: int) -> Call:
        """By governance."""
        return self._call("setThreshold", threshold)

    def registrars(self) -> tuple[bytes, ...]:
        """The present registrars."""
        return tuple(self._view("registrars"))

    def is_registrar(self, account: bytes) -> bool:
        """Whether the account is a registrar."""
        return bool(self._view("isRegistrar", account))

    def threshold(self) -> int:
        """How many registrars must approve."""
        return int(self._view("threshold"))

    def proposal_count(self) -> int:
        """Number of proposals so far."""
        return int(self._view("proposalCount"))

    def proposal(self, proposal: int) -> Proposal:
        """State of a proposal."""
        return Proposal(*self._view("proposal", proposal))

    # -- organisations and keys ---------------------------------------------------------------------------------------

    def register_organisation(
        self,
        organisation: str,
        name: str,
        key: bytes,
        guardians: Sequence[bytes] = (),
        guardian_threshold: int = 0,
    ) -> Call:
        """By governance: admits an organisation with its first key."""
        return self._call("registerOrganisation", organisation, name, key, list(guardians), guardian_threshold)

    def organisation_exists(self, organisation: str) -> bool:
        """Whether the organisation is registered."""
        return bool(self._view("organisationExists", organisation_hash(organisation)))

    def add_key(self, organisation: str, key: bytes) -> Call:
        """By a live key of the organisation."""
        return self._call("addKey", organisation_hash(organisation), key)

    def rotate_key(self, new_key: bytes) -> Call:
        """By the live key that is to be replaced."""
        return self._call("rotateKey", new_key)

    def revoke_key(self, key: bytes) -> Call:
        """By a live key of the same organisation, or governance."""
        return self._call("revokeKey", key)

    def report_compromise(self, key: bytes, since_block: int) -> Call:
        """By a live key of the same organisation within the lookback, or governance; cannot be undone."""
        return self._call("reportCompromise", key, since_block)

    def compromise_lookback(self) -> int:
        """Blocks that a key may reach back."""
        return int(self._view("compromiseLookback"))

    def key_of(self, address: bytes) -> Key | None:
        """What is recorded of a key, or None."""
        organisation, *blocks = self._view("keyOf", address)
        return Key(address, organisation, *blocks) if any(organisation) else None

    def is_valid_key(self, organisation: str, key: bytes, block: int) -> bool:
        """Whether the key could sign at a block, as far as is known now."""
        return bool(self._view("isValidKey", organisation_hash(organisation), key, block))

    def keys_of(self, organisation: str) -> tuple[bytes, ...]:
        """Live keys."""
        return tuple(self._view("keysOf", organisation_hash(organisation)))

    # -- roles and delegates ------------------------------------------------------------------------------------------

    def grant_role(
        self, organisation: str, role: str, scope: str = "", from_block: int = 0, until_block: int = OPEN
    ) -> Call:
        """By governance: a role for one scope, or for any where it is ""."""
        words = (organisation_hash(organisation), name_to_word(role), name_to_word(scope))
        return self._call("grantRole", *words, from_block, until_block)

    def revoke_role(self, organisation: str, role: str, scope: str = "") -> Call:
        """By governance."""
        return self._call("revokeRole", organisation_hash(organisation), name_to_word(role), name_to_word(scope))

    def role_range(self, organisation: str, role: str, scope: str = "") -> tuple[int, int]:
        """First block, and first block no more, of the last grant; zeros when there was none."""
        words = (organisation_hash(organisation), name_to_word(role), name_to_word(scope))
        start, end = self._view("roleRange", *words)
        return start, end

    def add_delegate(self, organisation: str, delegate: bytes, kind: str = "", until_block: int = OPEN) -> Call:
        """By a live key: lets the delegate sign statements of a kind, or of any where it is ""."""
        return self._call("addDelegate", organisation_hash(organisation), delegate, name_to_word(kind), until_block)

    def remove_delegate(self, organisation: str, delegate: bytes, kind: str = "") -> Call:
        """By a live key."""
        return self._call("removeDelegate", organisation_hash(organisation), delegate, name_to_word(kind))

    def delegate_until(self, organisation: str, delegate: bytes, kind: str = "") -> int:
        """First block at which the delegation does not hold any more; 0 when there is none."""
        return int(self._view("delegateUntil", organisation_hash(organisation), delegate, name_to_word(kind)))

    # -- guardians and recovery ---------------------------------------------------------------------------------------

    def set_guardians(self, organisation: str, guardians: Sequence[bytes], threshold: int) -> Call:
        """By a live key; in force after the recovery delay."""
        return self._call("setGuardians", organisation_hash(organisation), list(guardians), threshold)

    def start_recovery(self, organisation: str, new_key: bytes) -> Call:
        """By a guardian."""
        return self._call("startRecovery", organisation_hash(organisation), new_key)

    def approve_recovery(self, organisation: str, new_key: bytes) -> Call:
        """By a further guardian."""
        return self._call("approveRecovery", organisation_hash(organisation), new_key)

    def veto_recovery(self, organisation: str) -> Call:
        """By a live key."""
        return self._call("vetoRecovery", organisation_hash(organisation))

    def complete_recovery(self, organisation: str) -> Call:
        """By anyone, once the delay is over."""
        return self._call("completeRecovery", organisation_hash(organisation))

    def recovery_delay(self) -> int:
        """Blocks between the guardians' decision and its effect."""
        return int(self._view("recoveryDelay"))

    def guardians_of(self, organisation: str) -> Guardians:
        """Guardians in force."""
        guardians, threshold = self._view("guardiansOf", organisation_hash(organisation))
        return Guardians(guardians, threshold)

    def pending_guardians_of(self, organisation: str) -> Guardians:
        """Guardians that wait for their block."""
        return Guardians(*self._view("pendingGuardiansOf", organisation_hash(organisation)))

    def recovery_of(self, organisation: str) -> Recovery:
        """State of the organisation's recovery."""
        return Recovery(*self._view("recoveryOf", organisation_hash(organisation)))

    def recovery_approvals(self, organisation: str, new_key: bytes) -> int:
        """How many guardians stand behind a new key."""
        return int(self._view("recoveryApprovals", organisation_hash(organisation), new_key))


class LogContract(_Contract):
    """The TransparencyLog of a connected chain."""

    def __init__(self, client: ChainClient) -> None:
        super().__init__(client, "log")
        self.operator_role: Final = bytes(Web3.keccak(OPERATOR_ROLE_NAME))

    def append(self, size: int, root: bytes, proof: Sequence[bytes]) -> Call:
        """By an operator: anchors a checkpoint with its consistency proof from the last one."""
        return self._call("append", size, root, list(proof))

    def size(self) -> int:
        """Size of the last checkpoint, 0 before the first."""
        return int(self._view("size"))

    def root(self) -> bytes:
        """Root of the last checkpoint, zero before the first."""
        return bytes(self._view("root"))

    def root_at(self, size: int) -> bytes | None:
        """Root of the checkpoint of this size, or None when there is none."""
        root: bytes = self._view("rootAt", size)
        return root if root != ANY_SCOPE else None

    def checkpoint_count(self) -> int:
        """Number of checkpoints."""
        return int(self._view("checkpointCount"))

    def origin(self) -> str:
        """Origin line of the log's checkpoints."""
        return str(self._view("origin"))

    def max_merge_delay(self) -> int:
        """Blocks within which an entry must be anchored."""
        return int(self._view("maxMergeDelay"))

    def governance(self) -> bytes:
        """Address of the registry that names operators."""
        return bytes(self._view("governance"))

    def add_operator(self, operator: bytes) -> Call:
        """By governance."""
        return self._call("grantRole", self.operator_role, operator)

    def remove_operator(self, operator: bytes) -> Call:
        """By governance."""
        return self._call("revokeRole", self.operator_role, operator)

    def renounce_operator(self, operator: bytes) -> Call:
        """By the operator itself."""
        return self._call("renounceRole", self.operator_role, operator)

    def is_operator(self, account: bytes) -> bool:
        """Whether the account may append."""
        return bool(self._view("hasRole", self.operator_role, account))


UNUSED: Final = {
    "DEFAULT_ADMIN_ROLE": "fixed by the constructor",
    "OPERATOR_ROLE": "computed here; a test compares",
    "getRoleAdmin": "fixed by the constructor",
    "supportsInterface": "OpenZeppelin's; nothing here asks",
}
"""Functions of the ABI that are not wrapped, and why."""


def _plain(kind: str, value: Any) -> Any:
    """web3's values as ours: an address as 20 bytes, a list as a tuple."""
    if kind.endswith("[]"):
        return tuple(_plain(kind[:-2], item) for item in value)
    return bytes.fromhex(value[2:]) if kind == "address" else value
