"""What the registry's events say: organisations, keys, roles and delegates at any block, and the log's anchors.

Everything is decided from events that were proven complete (`ledger.events.verify_event_chain`), never from a node's
answer about a past state, which some nodes give for the present block whatever was asked. Ranges of blocks are
[from, until): what an event in block N begins holds at N, what it ends does not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple, Self, TypeVar

from ledger.errors import EvidenceError, InputError
from ledger.events import ChainEvent, verify_event_chain
from ledger.statement import keccak

__all__ = [
    "Anchor",
    "Authority",
    "AuthorityAt",
    "ChainEvent",
    "Delegation",
    "Grant",
    "Key",
    "Organisation",
    "Registry",
    "anchors_of",
    "name_to_word",
    "organisation_hash",
    "verify_event_chain",
    "word_to_name",
]

OPEN: Final = 2**64 - 1
"""Stands for "no end" in a range of blocks."""
ANY_SCOPE: Final = bytes(32)
_WORD: Final = 32
_MAX_CACHED: Final = 1 << 17


def organisation_hash(organisation: str) -> bytes:
    """The organisation's 32 bytes on chain: keccak256 of its identifier."""
    return keccak(organisation.encode("utf-8"))


def name_to_word(name: str) -> bytes:
    """A role or scope on chain: ASCII padded with zeros on the right; "" is the scope that means any.

    Raises `InputError` CHAIN_NAME when it does not fit into 32 bytes of printable ASCII.
    """
    if len(name) > _WORD or not (name.isascii() and name.isprintable()):
        raise InputError("CHAIN_NAME", got=name[:80])
    return name.encode("ascii").ljust(_WORD, b"\0")


def word_to_name(word: bytes) -> str:
    """The text of a role or scope; 0x hex where it is no padded ASCII text."""
    name = word.rstrip(b"\0").decode("ascii", "replace")
    return name if name.isascii() and name.isprintable() else "0x" + word.hex()


@dataclass(frozen=True, slots=True)
class Organisation:
    """A registered organisation. `block` is the first at which it exists."""

    id: str
    name: str
    block: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key of an organisation, valid in [from_block, until_block) before `compromised_from`."""

    address: bytes
    organisation: bytes
    from_block: int
    until_block: int = OPEN
    compromised_from: int = OPEN


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that an organisation holds in [from_block, until_block)."""

    role: bytes
    scope: bytes
    from_block: int
    until_block: int


@dataclass(frozen=True, slots=True)
class Delegation:
    """A delegate who may sign statements of the kind `scope` (zero: any) in [from_block, until_block)."""

    delegate: bytes
    scope: bytes
    from_block: int
    until_block: int


_Pair = tuple[bytes, bytes]
_R = TypeVar("_R", Grant, Delegation)


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether a signature counts for its organisation. `by` is "" when it does not, and `reason` says why.

    Reasons: UNKNOWN_ORGANISATION, KEY_NOT_VALID, KEY_COMPROMISED, DELEGATE_EXPIRED, DELEGATE_SCOPE, ROLE_NOT_HELD.
    """

    by: Literal["key", "delegate", ""]
    reason: str = ""

    @property
    def granted(self) -> bool:
        """Whether the signer was authorised."""
        return not self.reason


class AuthorityAt(NamedTuple):
    """An authority and the blocks [from_block, until_block) at which it is the same."""

    authority: Authority
    from_block: int
    until_block: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that the log's contract accepted. The transaction's hash is for finding it, not proven."""

    size: int
    root: bytes
    block: int
    transaction: bytes
    operator: bytes


_BY_KEY: Final = Authority("key")
_BY_DELEGATE: Final = Authority("delegate")


class Registry:
    """The registry's whole history, fed with its events in order.

    `block` is that of the last event; an answer about a later block holds as long as no further event comes, which
    `is_whole` says that none does.
    """

    def __init__(self) -> None:
        self.count = 0
        self.block = 0
        self.is_whole = True
        self._organisations: dict[bytes, Organisation] = {}
        self._keys: dict[bytes, Key] = {}
        # for each organisation by (role, scope) and by (delegate, scope): of each such list only the last can be open
        self._grants: defaultdict[bytes, defaultdict[_Pair, list[Grant]]] = defaultdict(_lists)
        self._delegations: defaultdict[bytes, defaultdict[_Pair, list[Delegation]]] = defaultdict(_lists)
        self._delegates: set[bytes] = set()
        self._steps: dict[tuple[str, bytes, str, str | None, str | None], tuple[list[int], list[Authority]]] = {}

    @classmethod
    def of(cls, events: Iterable[ChainEvent]) -> Self:
        """The registry after `events`, which begin at sequence 0."""
        registry = cls()
        registry.extend(events)
        return registry

    def may_change(self, block: int) -> bool:
        """Whether events that are not here might change an answer about `block`."""
        return not self.is_whole and block >= self.block

    def extend(self, events: Iterable[ChainEvent]) -> None:
        """Takes in further events. Raises `EvidenceError` EVENT_REPEATED or EVENT_CHAIN_BROKEN out of order."""
        for event in events:
            if event.contract != "registry" or event.sequence != self.count:
                raise EvidenceError("EVENT_CHAIN_BROKEN", contract=event.contract, sequence=event.sequence)
            if rule := _RULES.get(event.name):
                rule(self, event.arguments, event.block)
            self.count, self.block = event.sequence + 1, event.block
        self._steps.clear()

    def organisation(self, organisation: str) -> Organisation | None:
        """The organisation with this identifier, or None."""
        return self._organisations.get(organisation_hash(organisation))

    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations in order of registration."""
        return tuple(self._organisations.values())

    def keys(self, organisation: str) -> tuple[Key, ...]:
        """All keys that the organisation ever had, oldest first."""
        wanted = organisation_hash(organisation)
        return tuple(key for key in self._keys.values() if key.organisation == wanted)

    def key(self, address: bytes) -> Key | None:
        """What is known of an address as a key, or None."""
        return self._keys.get(address)

    def grants(self, organisation: str) -> tuple[Grant, ...]:
        """All roles ever granted to the organisation, oldest first."""
        found = self._grants.get(organisation_hash(organisation), {}).values()
        return tuple(sorted((grant for grants in found for grant in grants), key=lambda grant: grant.from_block))

    def delegations(self, organisation: str) -> tuple[Delegation, ...]:
        """All delegations that the organisation ever made, oldest first."""
        found = self._delegations.get(organisation_hash(organisation), {}).values()
        return tuple(sorted((one for many in found for one in many), key=lambda one: one.from_block))

    def authority(
        self, organisation: str, signer: bytes, kind: str, role: str | None, scope: str | None, block: int
    ) -> Authority:
        """Whether `signer` (20 bytes) could sign a statement of `kind` for `organisation` at `block`.

        `role` is what the organisation must hold at the block, for exactly `scope` or for any; None: no role needed.
        """
        blocks, answers = self._steps_of(organisation, signer, kind, role, scope)
        return answers[bisect_right(blocks, block)]

    def authority_at(
        self, organisation: str, signer: bytes, kind: str, role: str | None, scope: str | None, block: int
    ) -> AuthorityAt:
        """The same, with the blocks around `block` at which nothing about it changes."""
        blocks, answers = self._steps_of(organisation, signer, kind, role, scope)
        step = bisect_right(blocks, block)
        return AuthorityAt(answers[step], blocks[step - 1] if step else 0, blocks[step] if step < len(blocks) else OPEN)

    def _steps_of(
        self, organisation: str, signer: bytes, kind: str, role: str | None, scope: str | None
    ) -> tuple[list[int], list[Authority]]:
        asked = (organisation, signer, kind, role, scope)
        steps = self._steps.get(asked)
        if steps is None:
            steps = self._compute_steps(*asked)
            if signer in self._keys or signer in self._delegates:  # strangers' addresses must not fill the memory
                if len(self._steps) >= _MAX_CACHED:
                    self._steps.clear()
                self._steps[asked] = steps
        return steps

    def _compute_steps(
        self, organisation: str, signer: bytes, kind: str, role: str | None, scope: str | None
    ) -> tuple[list[int], list[Authority]]:
        """Blocks at which the answer may change, and the answers before the first, between, and after the last."""
        subject = organisation_hash(organisation)
        key = self._keys.get(signer)
        delegated: Mapping[_Pair, list[Delegation]] = self._delegations.get(subject, {})
        delegations = [d for (delegate, _), many in delegated.items() if delegate == signer for d in many]
        granted: Mapping[_Pair, list[Grant]] = self._grants.get(subject, {})
        words = {(name_to_word(role or ""), name_to_word(wanted)) for wanted in ("", scope or "")}
        grants = [grant for word in words for grant in granted.get(word, ())]
        changes = {entry.block for entry in [self._organisations.get(subject)] if entry}
        ranges: list[Delegation | Grant] = [*delegations, *grants]
        changes |= {block for held_in in ranges for block in (held_in.from_block, held_in.until_block)}
        if key:
            changes |= {key.from_block, key.until_block, key.compromised_from}
        held = (lambda block: any(g.from_block <= block < g.until_block for g in grants)) if role else _always
        blocks = sorted(changes)
        return blocks, [self._judge(subject, key, delegations, kind, held, block) for block in [-1, *blocks]]

    def _judge(
        self,
        subject: bytes,
        key: Key | None,
        delegations: list[Delegation],
        kind: str,
        held: Callable[[int], bool],
        block: int,
    ) -> Authority:
        organisation = self._organisations.get(subject)
        if organisation is None or block < organisation.block:
            return Authority("", "UNKNOWN_ORGANISATION")
        # an address in wrong hands counts for nobody, also not as a delegate
        if key and block >= max(key.compromised_from, key.from_block):
            return Authority("", "KEY_COMPROMISED")
        if key and key.organisation == subject and key.from_block <= block < key.until_block:
            found = _BY_KEY
        else:
            found = _judge_delegate(delegations, kind, block)
        if found.granted and not held(block):
            return Authority("", "ROLE_NOT_HELD")
        return found

    # -- one rule for each event that changes who may sign what ------------------------------------------------------

    def _organisation_registered(self, arguments: Mapping[str, Any], block: int) -> None:
        entry = Organisation(arguments["id"], arguments["name"], block)
        self._organisations[arguments["organisation"]] = entry

    def _key_added(self, arguments: Mapping[str, Any], block: int) -> None:
        address = arguments["key"]
        if address in self._keys:
            raise EvidenceError("EVENT_IMPOSSIBLE", event="KeyAdded", block=block)
        self._keys[address] = Key(address, arguments["organisation"], block)

    def _key_ended(self, arguments: Mapping[str, Any], block: int) -> None:
        key = self._known_key(arguments, "KeyEnded", block)
        self._keys[key.address] = replace(key, until_block=block)

    def _key_compromised(self, arguments: Mapping[str, Any], block: int) -> None:
        key = self._known_key(arguments, "KeyCompromised", block)
        since = min(key.compromised_from, arguments["sinceBlock"])
        self._keys[key.address] = replace(key, compromised_from=since)

    def _known_key(self, arguments: Mapping[str, Any], event: str, block: int) -> Key:
        key = self._keys.get(arguments["key"])
        if key is None or key.organisation != arguments["organisation"]:
            raise EvidenceError("EVENT_IMPOSSIBLE", event=event, block=block)
        return key

    def _role_granted(self, arguments: Mapping[str, Any], _block: int) -> None:
        grant = Grant(arguments["role"], arguments["scope"], arguments["fromBlock"], arguments["untilBlock"])
        self._grants[arguments["organisation"]][grant.role, grant.scope].append(grant)

    def _role_revoked(self, arguments: Mapping[str, Any], block: int) -> None:
        _end_last(self._grants[arguments["organisation"]][arguments["role"], arguments["scope"]], block)

    def _delegate_added(self, arguments: Mapping[str, Any], block: int) -> None:
        added = Delegation(arguments["delegate"], arguments["scope"], block, arguments["untilBlock"])
        earlier = self._delegations[arguments["organisation"]][added.delegate, added.scope]
        _end_last(earlier, block)
        earlier.append(added)
        self._delegates.add(added.delegate)

    def _delegate_removed(self, arguments: Mapping[str, Any], block: int) -> None:
        _end_last(self._delegations[arguments["organisation"]][arguments["delegate"], arguments["scope"]], block)

    def _recovery_completed(self, arguments: Mapping[str, Any], block: int) -> None:
        """Keys end by events of their own; whoever held them may have named delegates, so these end too."""
        for delegations in self._delegations[arguments["organisation"]].values():
            _end_last(delegations, block)


_Rule = Callable[[Registry, Mapping[str, Any], int], None]
_RULES: Final[Mapping[str, _Rule]] = {
    "OrganisationRegistered": Registry._organisation_registered,  # noqa: SLF001
    "KeyAdded": Registry._key_added,  # noqa: SLF001
    "KeyEnded": Registry._key_ended,  # noqa: SLF001
    "KeyCompromised": Registry._key_compromised,  # noqa: SLF001
    "RoleGranted": Registry._role_granted,  # noqa: SLF001
    "RoleRevoked": Registry._role_revoked,  # noqa: SLF001
    "DelegateAdded": Registry._delegate_added,  # noqa: SLF001
    "DelegateRemoved": Registry._delegate_removed,  # noqa: SLF001
    "RecoveryCompleted": Registry._recovery_completed,  # noqa: SLF001
}


def _lists() -> defaultdict[_Pair, list[Any]]:
    return defaultdict(list)


def _end_last(ranges: list[_R], block: int) -> None:
    if ranges and ranges[-1].until_block > block:
        ranges[-1] = replace(ranges[-1], until_block=block)


def _always(_block: int) -> bool:
    return True


def _judge_delegate(delegations: list[Delegation], kind: str, block: int) -> Authority:
    scopes = {ANY_SCOPE, name_to_word(kind)}
    if any(d.scope in scopes and d.from_block <= block < d.until_block for d in delegations):
        return _BY_DELEGATE
    if any(d.from_block <= block < d.until_block for d in delegations):
        return Authority("", "DELEGATE_SCOPE")
    if any(d.scope in scopes and d.until_block <= block for d in delegations):
        return Authority("", "DELEGATE_EXPIRED")
    return Authority("", "KEY_NOT_VALID")


def anchors_of(events: Iterable[ChainEvent]) -> tuple[Anchor, ...]:
    """The log's anchored checkpoints in order. Raises `EvidenceError` EVENT_IMPOSSIBLE when they do not grow."""
    found: list[Anchor] = []
    for event in events:
        if event.name != "CheckpointAnchored":
            continue
        values = event.arguments
        if found and values["size"] <= found[-1].size:
            raise EvidenceError("EVENT_IMPOSSIBLE", event=event.name, block=event.block)
        found.append(Anchor(values["size"], values["root"], event.block, event.transaction, values["operator"]))
    return tuple(found)
