"""An open ledger: this folder's store with the book that drafts look things up in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.book import Book, Found
from api.settings import Settings
from ledger.disclosures import parse_content
from ledger.errors import InputError
from ledger.kind import Kind, Known
from ledger.kinds import kind_named
from ledger.statement import Domain, Statement

if TYPE_CHECKING:
    from ledger.store import Reader, Store
    from ledger.store.rows import Stored


class StoreBook:
    """A `Book` over one state of the store. The first question reads every statement's row once, no content."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @cached_property
    def _rows(self) -> list[tuple[str, str, str, int, bytes]]:
        return [(s.kind, s.organisation, s.subject, s.index, s.entry.digest) for s in self._reader.statements()]

    def by_digest(self, digest: bytes) -> Found | None:
        """The statement with this digest; None when unknown or its content is erased."""
        stored = self._reader.statement_by_digest(digest)
        if stored is None:
            return None
        known = self._reader.known([digest])[digest]
        return self._found(stored, current=known.superseded is None and known.ended is None)

    def factors(self, series: str) -> Iterable[Found]:
        """Current factors of a series, of every publisher."""
        return self._current(d for kind, _, subject, _, d in self._rows
                             if kind == "factor" and subject.startswith(series + "|"))  # fmt: skip

    def declarations(self, organisation: str, product_id: str) -> Iterable[Found]:
        """Current declarations of an organisation's product."""
        return self._current(
            d for kind, issuer, subject, _, d in self._rows
            if kind == "footprint" and issuer == organisation and subject.startswith(product_id + "|")
        )  # fmt: skip

    def rules(self, number: str) -> Iterable[Found]:
        """Current rules with this number, of every publisher."""
        return self._current(d for kind, _, subject, _, d in self._rows if kind == "rule" and subject == number)

    def all_of(self, kind: str) -> Iterable[Found]:
        """Current statements of a kind, in log order."""
        return self._current(d for found, _, _, _, d in self._rows if found == kind)

    def known(self, kind: str) -> list[Known]:
        """Every statement of a kind, current or not, with what its kind lets others ask of it; in log order."""
        digests = [d for found, _, _, _, d in self._rows if found == kind]
        known = self._reader.known(digests)
        contents = ((known[digest], self.by_digest(digest)) for digest in digests)
        return [replace(one, summary=kind_named(kind).summary(found.content)) for one, found in contents if found]

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        """The newest statement on a subject; one that was withdrawn stays its head until it is replaced."""
        from ledger.store.rows import head_key

        key = head_key(organisation, kind, subject)
        found = self._reader.heads([key]).get(key)
        return None if found is None else found[1]

    def _current(self, digests: Iterable[bytes]) -> list[Found]:
        found = (self.by_digest(digest) for digest in digests)
        return [item for item in found if item is not None and item.current]

    def _found(self, stored: Stored, *, current: bool) -> Found | None:
        text = self._reader.text(stored.index)
        if text is None:
            return None
        kind: Kind[Any] = kind_named(stored.kind)
        content = kind.read(parse_content(text))
        return Found(stored.entry.digest, stored.index, Statement.from_bytes(stored.statement), content, current)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One state of an open ledger."""

    domain: Domain
    book: Book


@contextmanager
def open_own_store(settings: Settings) -> Iterator[Store]:
    """This folder's store, tied to its ledger. Raises `InputError` HOME_MISSING and what `open_store` raises."""
    from ledger.store import open_store
    from ledger.store.crypto import MASTER_KEY_VARIABLE, load_master_key

    from_environment = MASTER_KEY_VARIABLE in os.environ and not settings.master_key.is_file()
    if not settings.deployment.is_file():
        raise InputError("HOME_MISSING", got=str(settings.deployment))
    master = load_master_key(None if from_environment else settings.master_key)
    with open_store(settings.database_url, master) as store:
        store.bind(domain_of(settings))
        yield store


def domain_of(settings: Settings) -> Domain:
    """The EIP-712 domain of this folder's ledger."""
    from api.chainside import load_deployment

    deployment = load_deployment(settings)
    return Domain(chain_id=deployment.chain_id, log=deployment.log.address)


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """One state of this folder's ledger, for drafts."""
    with open_own_store(settings) as store, store.read() as reader:
        yield Ledger(domain_of(settings), StoreBook(reader))
