"""The ledger as a statement's checks see it, kept in a list: real contents and summaries, without signatures or a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from support.builders import NOW

from ledger.kind import Known
from ledger.kinds import kind_named


class Around:
    """`ledger.kind.Surroundings` over what was added; an older statement on a subject is superseded by the next."""

    def __init__(self) -> None:
        self.organisation = ""
        self.issued_at = NOW + 300 * 86_400
        self._all: list[tuple[Known, tuple[str, ...]]] = []

    @property
    def index(self) -> int:
        return len(self._all)

    def by(self, organisation: str) -> Around:
        """The same ledger, for a statement of `organisation`."""
        self.organisation = organisation
        return self

    def add(self, kind: str, organisation: str, content: Any, *, erased: bool = False,
            digest: bytes | None = None) -> bytes:  # fmt: skip
        """Registers a content, whatever may be wrong with it; gives its digest."""
        found, index = kind_named(kind), self.index
        digest = digest or sha256(f"{index} {kind} {organisation}".encode()).digest()
        subject = found.subject(content)
        for number, (known, topics) in enumerate(self._all):
            if (known.kind, known.organisation, known.subject) == (kind, organisation, subject):
                self._all[number] = (replace(known, superseded=known.superseded or index), topics)
        if (ends := found.ends(content)) is not None:
            self._all = [(replace(k, ended=index) if k.digest == ends else k, t) for k, t in self._all]
        summary = None if erased else found.summary(content)
        topics = tuple(getattr(found, "topics", lambda _: ())(content))
        self._all.append((Known(digest, index, kind, organisation, subject, summary=summary), topics))
        return digest

    def known(self, digest: bytes) -> Known | None:
        return next((known for known, _ in self._all if known.digest == digest), None)

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return ()

    def on(self, topic: str) -> Iterable[Known]:
        return [known for known, topics in self._all if topic in topics]

    def replacement(self, known: Known) -> Known | None:
        later = [k for k, _ in self._all if _same(k, known)]
        return later[-1] if later and later[-1].index > known.index else None


def _same(one: Known, other: Known) -> bool:
    return (one.kind, one.organisation, one.subject) == (other.kind, other.organisation, other.subject)
