"""What statements hold at present, in the tables: a claim is found by one descent of an index, a balance by its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from ledger.holdings import Account, Claim, Held
from ledger.store.tables import BALANCES, CLAIMS, MOVES

_PAGE: Final = 16


class StoreShelf:
    """`ledger.holdings.Shelf` inside a transaction of the only writer."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection

    def overlapping(self, space: str, first: int, last: int) -> Iterator[Held]:
        """Live claims that share a number with the range, the highest first."""
        columns = CLAIMS.c
        query = select(columns.first, columns.last, columns.index).where(columns.space == space).limit(_PAGE)
        while True:
            rows = self._connection.execute(query.where(columns.first <= last).order_by(columns.first.desc())).all()
            for row in rows:
                if row[1] < first:  # claims never overlap: all further ones end before this one starts
                    return
                yield Held(*row)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0] - 1

    def balance(self, account: Account) -> Fraction:
        """The account's kept sum."""
        query = select(BALANCES.c.amount).where(_is(account))
        found: str | None = self._connection.scalar(query)
        return Fraction(found or 0)

    def moves_of(self, index: int) -> Mapping[Account, Fraction]:
        """The live moves of a statement, netted by account."""
        query = select(MOVES.c.account, MOVES.c.measure, MOVES.c.amount).where(MOVES.c.index == index)
        rows = self._connection.execute(query)
        return {Account(account, measure): Fraction(amount) for account, measure, amount in rows}

    def put(self, index: int, claims: Iterable[Claim], moves: Mapping[Account, Fraction]) -> None:
        """Takes in a statement's holdings."""
        rows = [{"space": c.space, "first": c.first, "last": c.last, "index": index} for c in claims]
        if rows:
            self._connection.execute(insert(CLAIMS), rows)
        if moves:
            changed = [{"index": index, "account": a.name, "measure": a.measure, "amount": str(amount)}
                       for a, amount in moves.items()]  # fmt: skip
            self._connection.execute(insert(MOVES), changed)
        for account, amount in moves.items():
            self._add(account, amount)

    def drop(self, index: int) -> None:
        """Gives back what a statement holds, if anything."""
        self._connection.execute(delete(CLAIMS).where(CLAIMS.c.index == index))
        for account, amount in self.moves_of(index).items():
            self._add(account, -amount)
        self._connection.execute(delete(MOVES).where(MOVES.c.index == index))

    def _add(self, account: Account, amount: Fraction) -> None:
        text = str(self.balance(account) + amount)
        found = self._connection.execute(update(BALANCES).where(_is(account)).values(amount=text))
        if found.rowcount == 0:
            row = {"account": account.name, "measure": account.measure, "amount": text}
            self._connection.execute(insert(BALANCES), row)


def _is(account: Account) -> ColumnElement[bool]:
    return and_(BALANCES.c.account == account.name, BALANCES.c.measure == account.measure)
