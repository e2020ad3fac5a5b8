"""One log's screen beside its judge: what passed, what was approved on the judge's word, and what a passed one said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import TanjiError
from ledger.findings import Finding, Outcome
from ledger.identifiers import ZERO_DIGEST
from ledger.kind import Known, Surroundings
from ledger.kinds import kind_named
from ledger.registry import Registry
from ledger.signing import recover
from ledger.statement import Domain, Statement
from ledger.tiles import TILE_WIDTH
from verifier.evidence import Files, Item
from verifier.memory import Fact
from verifier.screen import Screened, block_of, open_screen

PASSED_KIND: Final = "footprint"
_ROLE: Final = ("declarant", "")
_NOTHING: Final = Screened(b"", b"", b"", ())
_MOST_SHAPES: Final = 256
"""The screen tells them apart by one byte."""


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
        self._open: Final[list[Open]] = []
        self._issuers: Final[list[tuple[str, bytes]]] = []

    def alone(self, files: Files, first: int, width: int, earliest: int) -> Screened:
        """What of a bundle of `width` statements from the index `first` on holds by itself, issued since `earliest`."""
        if self._screen is None:
            return _NOTHING
        screened = self._screen.alone(files, first, width, earliest)
        self._issuers.extend((organisation.decode(), signer) for organisation, signer in screened.issuers)
        return screened

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

    def among(self, screened: Screened, entries: bytes, at: int, first: int, places: range) -> tuple[list[Open], int]:
        """The judge's word on each of the declarations held from byte `at` on, as far as he need not give it himself.

        They stand at `places` of the bundle that has `entries` and begins at the index `first`. Also where it ended.
        """
        if self._screen is None:
            return [], at
        words: list[Open] = []
        while True:
            start = places.start + len(words)
            numbers, at, issuer = self._screen.among(screened.held, at, entries, first, start, places.stop)
            words.extend([self._open[number] for number in numbers])
            block = block_of(entries, places.start + len(words)) if issuer >= 0 else 0
            if issuer < 0 or not self._trust(issuer, block):
                return words, at

    def _trust(self, issuer: int, block: int) -> bool:
        held = self._registry.authority_at(*_asked(*self._issuers[issuer]), block)
        if self._screen is not None and held.authority.granted:
            self._screen.trust(issuer, held.from_block, held.until_block)
        return held.authority.granted

    def behind(self, screened: Screened, at: int) -> int:
        """Where the declaration is held that follows the one at byte `at`."""
        return 0 if self._screen is None else self._screen.behind(screened.held, at)

    def approve(self, screened: Screened, at: int, findings: Sequence[Finding]) -> None:
        """The judge found this of the declaration held at byte `at`: nothing, but questions that nobody asked him."""
        if self._screen is None or any(f.outcome is not Outcome.NOT_CHECKED or f.blocking for f in findings):
            return
        if any(finding.place.startswith("lines") for finding in findings):
            return
        told = Open(codes_of(findings), tuple(finding.code for finding in findings))
        if told not in self._open:
            if len(self._open) == _MOST_SHAPES:
                return
            self._open.append(told)
        self._screen.approve(screened.held, at, self._open.index(told))

    def find(self, digest: bytes) -> int | None:
        """The index of a declaration that passed alone, or None."""
        return None if self._screen is None else self._screen.find(digest)

    def known(self, digest: bytes) -> Known | None:
        """What others may ask of a declaration that passed; nothing of one that the judge could not read after all."""
        index = self.find(digest)
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
        # what passed may be forged until the registry says otherwise, and a forged statement takes no subject
        asked = _asked(organisation, recover(entry.digest, entry.signature))
        return entry.digest if self._registry.authority(*asked, entry.block).granted else None


def _asked(organisation: str, signer: bytes) -> tuple[str, bytes, str, str, str]:
    role, scope = _ROLE
    return organisation, signer, PASSED_KIND, role, scope


def codes_of(findings: Sequence[Finding]) -> str:
    """Findings as the state's line of their statement has them."""
    return "".join(f" {f.code}@{f.place}:{f.outcome}" for f in findings)
