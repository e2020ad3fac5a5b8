"""What makes a kind of statement: content, subject, headline, references, rules, checks and words, in one object.

A new kind is one module in `ledger/kinds/` that names its `Kind` object `KIND`; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from ledger.disclosures import MAX_PARTS, Parts, disclose
from ledger.errors import EvidenceError, IncompleteError, InputError
from ledger.findings import Finding
from ledger.holdings import Claim, Move
from ledger.statement import Strict, describe
from ledger.words.form import Words

C = TypeVar("C", bound=Strict)


class Reference(NamedTuple):
    """A statement that a content refers to: its digest, which kinds it may be, and where the content says so."""

    digest: bytes
    kinds: frozenset[str]
    place: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a registered statement.

    `superseded` and `ended` are the log indices of the statement that replaced it and of the one that withdrew it.
    `summary` is what its kind lets others ask of it; None while its content is not at hand.
    """

    digest: bytes
    index: int
    kind: str
    organisation: str
    subject: str
    superseded: int | None = None
    ended: int | None = None
    summary: Any = None

    def was_ended_at(self, index: int) -> bool:
        """Whether it was withdrawn before the entry at `index`."""
        return self.ended is not None and self.ended < index

    def was_superseded_at(self, index: int) -> bool:
        """Whether another statement on its subject replaced it before the entry at `index`."""
        return self.superseded is not None and self.superseded < index


class Surroundings(Protocol):
    """The ledger as one statement sees it, at registration and in judgement alike."""

    @property
    def index(self) -> int:
        """The statement's own index in the log."""

    @property
    def organisation(self) -> str:
        """The statement's own issuer."""

    @property
    def issued_at(self) -> int:
        """When the statement says that it was issued, Unix seconds; the registrar admits none dated ahead of it."""

    def known(self, digest: bytes) -> Known | None:
        """The registered statement with this digest, or None."""

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        """Statements of the kind and issuer of `known`, registered before `index` under the same series `key`."""

    def replacement(self, known: Known) -> Known | None:
        """The newest statement before `index` on the subject of `known`, or None when that is `known` itself."""

    def on(self, topic: str) -> Iterable[Known]:
        """Statements of any issuer and kind, registered before `index` under this topic, oldest first.

        Withdrawn and replaced ones are among them; `Known` says so.
        """


def _nothing(*_: Any) -> Iterable[Any]:
    return ()


def _none(_: Any) -> None:
    return None


@dataclass(frozen=True)
class Kind(Generic[C]):
    """One kind of statement. `content` is a strict model whose fields are the disclosed sections.

    - `subject`, `headline`: made from the content, never typed in; the verifier makes them again;
    - `role`: the chain role and scope that the issuer must hold at the entry's block; None: any valid key of its own;
    - `references`: every statement that the content rests on;
    - `series`: the key under which `Surroundings.newer` finds this statement's sisters, or None;
    - `summary`: a small picklable value that other statements' checks may ask for;
    - `glance`: as much of that value as the signed headline says, for a content that is withheld;
    - `ends`: the digest of the statement that this one withdraws, or None;
    - `topics`: the texts under which statements of any issuer find this one (`Surroundings.on`), each once;
    - `claims`, `moves`: numbers that no other statement may have, and accounts filled and drawn on (`ledger.holdings`);
    - `check_since`: what all statements of the log, later ones among them, say against it; asked at the log's end of
      what a product rests on, where a replay finds the same on whichever statement came last;
    - `register`: reasons to refuse registration beyond the general policy, as failed findings;
    - `check`: judgement of the content alone; `check_references`: of what it rests on; `check_shown`: of the parts
      that a content shows which hides others.
    """

    name: str
    content: type[C]
    subject: Callable[[C], str]
    headline: Callable[[C], str]
    role: Callable[[C], tuple[str, str] | None] = _none
    references: Callable[[C], Iterable[Reference]] = _nothing
    series: Callable[[C], str | None] = _none
    summary: Callable[[C], Any] = _none
    glance: Callable[[str], Any] = _none
    ends: Callable[[C], bytes | None] = _none
    topics: Callable[[C], Iterable[str]] = _nothing
    claims: Callable[[C], Iterable[Claim]] = _nothing
    moves: Callable[[C], Iterable[Move]] = _nothing
    register: Callable[[C, Surroundings], Iterable[Finding]] = _nothing
    check: Callable[[C], Iterable[Finding]] = _nothing
    check_references: Callable[[C, Surroundings], Iterable[Finding]] = _nothing
    check_since: Callable[[C, Surroundings], Iterable[Finding]] = _nothing
    check_shown: Callable[[Shown], Iterable[Finding]] = _nothing
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether statements of this kind can claim numbers or move accounts."""
        return self.claims is not _nothing or self.moves is not _nothing

    @property
    def ends_others(self) -> bool:
        """Whether statements of this kind can end another one."""
        return self.ends is not _none

    @property
    def is_looked_up(self) -> bool:
        """Whether checks of other statements find statements of this kind by themselves, without a reference."""
        return self.series is not _none or self.ends_others or self.topics is not _nothing or self.holds

    @cached_property
    def sections(self) -> Mapping[str, tuple[TypeAdapter[Any], bool]]:
        """For each section its validator, and whether it is a list with one part for each item."""
        found = {}
        for name, declared in self.content.model_fields.items():
            is_list = get_origin(declared.annotation) is tuple
            item: Any = get_args(declared.annotation)[0] if is_list else declared.annotation
            found[name] = (TypeAdapter(item), is_list)
        return found

    def parts_of(self, content: C) -> dict[str, object]:
        """The content's parts by path: a section by its name, an item of a list by name and four digits."""
        dumped = content.model_dump(mode="json", by_alias=True, exclude_none=True)
        parts: dict[str, object] = {}
        for name, (_, is_list) in self.sections.items():
            if not is_list:
                parts[name] = dumped[name]
                continue
            if len(dumped[name]) >= MAX_PARTS:
                raise InputError("TOO_MANY_PARTS", place=name, got=len(dumped[name]), limit=MAX_PARTS)
            parts.update({f"{name}/{i:04d}": item for i, item in enumerate(dumped[name])})
        return parts

    def disclose(self, content: C, seed: bytes) -> bytes:
        """The full text of the content with salts from `seed` (32 random bytes)."""
        return disclose(self.parts_of(content), seed)

    def read(self, parts: Parts) -> C:
        """The content, when every part is shown.

        Raises `IncompleteError` PART_HIDDEN when some are not, `EvidenceError` CONTENT_FORMAT when they are not this
        kind's.
        """
        if parts.hidden:
            raise IncompleteError("PART_HIDDEN", hidden=parts.hidden)
        try:
            return self.content.model_validate(self._gather(parts))
        except ValidationError as err:
            raise EvidenceError("CONTENT_FORMAT", got=describe(err)) from err

    def read_shown(self, parts: Parts) -> Shown:
        """The sections that are shown, each validated by itself; asking for another raises PART_HIDDEN."""
        found: dict[str, Any] = {}
        for path, value in parts.shown.items():
            name, _, item = path.partition("/")
            adapter, is_list = self.sections.get(name, (None, False))
            if adapter is None or bool(item) != is_list:
                raise EvidenceError("CONTENT_FORMAT", place=path, got="unknown section")
            try:
                section = adapter.validate_python(value)
            except ValidationError as err:
                raise EvidenceError("CONTENT_FORMAT", place=path, got=describe(err)) from err
            if is_list:
                found.setdefault(name, {})[int(item)] = section
            else:
                found[name] = section
        return Shown(found, parts.hidden)

    def _gather(self, parts: Parts) -> dict[str, Any]:
        gathered: dict[str, Any] = {name: [] for name, (_, is_list) in self.sections.items() if is_list}
        for path, value in parts.shown.items():
            name, number = _place_of(path)
            if number is None:
                gathered[name] = value
                continue
            items = gathered.get(name)
            if not isinstance(items, list) or number != len(items):
                raise EvidenceError("CONTENT_FORMAT", place=path, got="items are not numbered 0000, 0001, ...")
            items.append(value)
        return {n: tuple(v) if isinstance(v, list) else v for n, v in gathered.items()}


@lru_cache(maxsize=16_384)
def _place_of(path: str) -> tuple[str, int | None]:
    """The section that a part belongs to, and its number in a list."""
    name, _, item = path.partition("/")
    return name, int(item) if item else None


class Shown:
    """The sections of a content that its owner shows; list sections are mappings from index to item."""

    def __init__(self, sections: Mapping[str, Any], hidden: int) -> None:
        self._sections = sections
        self.hidden = hidden

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._sections[name]
        except KeyError:
            raise IncompleteError("PART_HIDDEN", place=name, hidden=self.hidden) from None
