"""What statements hold at present, in the tables: a claim is found by one descent of an index, a balance by its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from ledger.holdings import Account, Claim, Held
from ledger.store.tables import BALANCES, CLAIMS, MOVES

_PAGE: Final = 16

# written out once: making a query costs more than running it
_HERE: Final = and_(BALANCES.c.account == bindparam("at_account"), BALANCES.c.measure == bindparam("at_measure"))
_BALANCE: Final = select(BALANCES.c.amount).where(_HERE)
_CHANGE: Final = update(BALANCES).where(_HERE).values(amount=bindparam("now"))
_OPEN: Final = insert(BALANCES)
_MOVES_OF: Final = select(MOVES.c.account, MOVES.c.measure, MOVES.c.amount).where(MOVES.c.index == bindparam("at"))
_OVERLAPPING: Final = (
    select(CLAIMS.c.first, CLAIMS.c.last, CLAIMS.c.index)
    .where(CLAIMS.c.space == bindparam("at_space"), CLAIMS.c.first <= bindparam("at_last"))
    .order_by(CLAIMS.c.first.desc())
    .limit(_PAGE)
)


class StoreShelf:
    """`ledger.holdings.Shelf` inside a transaction of the only writer."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection

    def overlapping(self, space: str, first: int, last: int) -> Iterator[Held]:
        """Live claims that share a number with the range, the highest first."""
        while True:
            rows = self._connection.execute(_OVERLAPPING, {"at_space": space, "at_last": last}).all()
            for row in rows:
                if row[1] < first:  # claims never overlap: all further ones end before this one starts
                    return
                yield Held(*row)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0] - 1

    def balance(self, account: Account) -> Fraction:
        """The account's kept sum."""
        found: str | None = self._connection.scalar(_BALANCE, _at(account))
        return Fraction(found or 0)

    def moves_of(self, index: int) -> Mapping[Account, Fraction]:
        """The live moves of a statement, netted by account."""
        rows = self._connection.execute(_MOVES_OF, {"at": index})
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
        found: str | None = self._connection.scalar(_BALANCE, _at(account))
        if found is None:
            row = {"account": account.name, "measure": account.measure, "amount": str(amount)}
            self._connection.execute(_OPEN, row)
        else:
            self._connection.execute(_CHANGE, {**_at(account), "now": str(Fraction(found) + amount)})


def _at(account: Account) -> dict[str, str]:
    return {"at_account": account.name, "at_measure": account.measure}
