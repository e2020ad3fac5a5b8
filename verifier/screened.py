"""One log's screen beside its judge: what passed, what was approved on the judge's word, and what a passed one said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import InputError, TanjiError
from ledger.findings import Finding, Outcome
from ledger.identifiers import ZERO_DIGEST, parse_organisation
from ledger.kind import Known, Surroundings
from ledger.kinds import kind_named
from ledger.registry import Registry
from ledger.signing import recover
from ledger.statement import Domain, Statement
from ledger.tiles import TILE_WIDTH
from verifier.evidence import Files, Item
from verifier.memory import Fact
from verifier.screen import Passed, Screened, open_screen

PASSED_KIND: Final = "footprint"
_ROLE: Final = ("declarant", "")
_NOTHING: Final = Screened((), b"", b"")


class Open(NamedTuple):
    """The questions that the judge leaves open for every declaration of one shape, as the state's line has them."""

    codes: str
    counted: tuple[str, ...]


class Watched:
    """A `Surroundings` that notes whether it was asked what no key covers: a topic, an account, the issuer."""

    _COVERED: Final = frozenset({"index", "known", "newer", "replacement"})

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.was_asked_more = False

    def __getattr__(self, name: str) -> Any:
        self.was_asked_more |= name not in self._COVERED
        return getattr(self._around, name)


class Doorkeeper:
    """Passes what the screen may pass, and learns from the judge what that is.

    Without a kernel it passes nothing. It also answers, as `verifier.memory.Elsewhere`, for what it passed.
    """

    def __init__(self, bundle: Callable[[int], Sequence[Item]], domain: Domain, registry: Registry) -> None:
        self._screen: Final = open_screen(domain)
        self._registry: Final = registry
        self._bundle: Final = bundle
        self._names: Final[dict[bytes, str]] = {}
        self._open: Final[list[Open]] = []

    def alone(self, files: Files, first: int, width: int) -> Screened:
        """What of a bundle of `width` statements from the index `first` on holds by itself."""
        return _NOTHING if self._screen is None else self._screen.alone(files, first, width)

    def learn(self, facts: bytes, others: Sequence[Fact]) -> list[int]:
        """Takes in one bundle: facts of what passed and of what did not.

        Gives the indices of those whose subject is not theirs alone: they did not pass after all.
        """
        if self._screen is None:
            return []
        for fact in others:
            self._screen.reserve(fact.organisation, fact.kind, fact.subject, fact.number)
        clashes = self._screen.learn(facts)
        for fact in others:
            if fact.previous != ZERO_DIGEST:
                self._screen.close(fact.previous)
            if fact.ends is not None:
                self._screen.close(fact.ends)
            self.pass_by(fact.kind, has_series=fact.series is not None)
        return clashes

    def pass_by(self, kind: str, *, has_series: bool = False) -> None:
        """Drops what was approved when a statement might change the judge's mind: whatever is not a declaration."""
        if self._screen is not None and (kind != PASSED_KIND or has_series):
            self._screen.forget()

    def is_authorised(self, passed: Passed, block: int) -> bool:
        """Whether the registry granted the signature; a no costs nothing, for then the judge says why."""
        role, scope = _ROLE
        name = self._names.get(passed.organisation) or self._name_of(passed.organisation)
        return bool(name) and self._registry.authority(name, passed.signer, PASSED_KIND, role, scope, block).granted

    def _name_of(self, organisation: bytes) -> str:
        try:
            name = parse_organisation(organisation.decode())
        except InputError:
            return ""
        return self._names.setdefault(organisation, name)

    def among(self, held: bytes, at: int, first: int) -> tuple[Open | None, int]:
        """The judge's word on the declaration held at byte `at`, None when he has to give it; and the next `at`."""
        assert self._screen is not None  # noqa: S101 - something is held
        number, after = self._screen.among(held, at, first)
        return (None if number < 0 else self._open[number]), after

    def approve(self, held: bytes, at: int, findings: Sequence[Finding]) -> None:
        """The judge found this of the declaration held at byte `at`: nothing, but questions that nobody asked him."""
        if self._screen is None or any(f.outcome is not Outcome.NOT_CHECKED or f.blocking for f in findings):
            return
        if any(finding.place.startswith("lines") for finding in findings):
            return
        told = Open(codes_of(findings), tuple(finding.code for finding in findings))
        if told not in self._open:
            self._open.append(told)
        self._screen.approve(held, at, self._open.index(told))

    def known(self, digest: bytes) -> Known | None:
        """What others may ask of a declaration that passed; nothing of one that the judge could not read after all."""
        index = None if self._screen is None else self._screen.find(digest)
        if index is None:
            return None
        item = self._bundle(index // TILE_WIDTH)[index % TILE_WIDTH]
        statement, kind = Statement.from_bytes(item.statement), kind_named(PASSED_KIND)
        try:
            summary = kind.summary(kind.read(parse_content(item.text or b"")))
        except TanjiError:
            summary = None
        return Known(digest, index, PASSED_KIND, statement.organisation, statement.subject, summary=summary)

    def head(self, organisation: str, kind: str, subject: str, before: int) -> bytes | None:
        """The digest of the passed declaration on a subject, when its index is below `before` and its key its own."""
        index = None if self._screen is None else self._screen.holder(organisation, kind, subject)
        if index is None or self._screen is None or index >= before:
            return None
        entry = Entry.from_bytes(self._bundle(index // TILE_WIDTH)[index % TILE_WIDTH].entry)
        if self._screen.find(entry.digest) != index:
            return None
        # what passed may be forged until `is_authorised` says otherwise, and a forged statement takes no subject
        passed = Passed(0, organisation.encode(), recover(entry.digest, entry.signature))
        return entry.digest if self.is_authorised(passed, entry.block) else None


def codes_of(findings: Sequence[Finding]) -> str:
    """Findings as the state's line of their statement has them."""
    return "".join(f" {f.code}@{f.place}:{f.outcome}" for f in findings)
