"""What statements hold: numbers that only one of them may have, and accounts that they fill and draw on.

One set of rules for registration and for judgement; only where the holdings are kept differs (`Shelf`). A statement's
holdings are those of its subject: a successor takes the place of what stood there, a withdrawal gives it back, and a
statement that failed these rules changes nothing, so that live claims never overlap and only a withdrawal can leave an
account below zero.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, NamedTuple, Protocol

from ledger.findings import Finding, fail
from ledger.numbers import to_text
from ledger.units import measure_of

MAX_NUMBER: Final = 2**63 - 1
"""The largest number that can be claimed: a database's integer."""


class Claim(NamedTuple):
    """The numbers from `first` to `last`, both included, of the named `space`, for this statement alone.

    `code` names the finding when another one has them: words with `space`, `first`, `last` and `by`.
    """

    space: str
    first: int
    last: int
    place: str = ""
    code: str = "CLAIM_OVERLAP"


class Move(NamedTuple):
    """`amount` of `unit` into the account (positive) or out of it (negative), exactly.

    Names of accounts and spaces are made of organisations, subjects, digests and registered codes alone: they outlive
    the erasure of a content.
    An account has one balance for each measure, so kilograms never pay for pieces. `code` names the finding when the
    account has too little: words with `account`, `got`, `limit`, `missing` and `unit`. `weight`: kgCO2e for one `unit`.
    `of`: the account is that of a statement's subject, so that it outlives corrections: the digest of that statement,
    or `OWN`; None for an account that belongs to no subject.
    """

    account: str
    amount: Fraction
    unit: str
    place: str = ""
    code: str = "ACCOUNT_OVERDRAWN"
    weight: Fraction | None = None
    of: bytes | None = None


OWN: Final = b""
"""In the place of a digest: the account of the statement's own subject."""

Subject = tuple[str, str, str]
"""Organisation, kind and subject."""


class Account(NamedTuple):
    """An account's balance of one measure, in that measure's first unit."""

    name: str
    measure: str


class Held(NamedTuple):
    """A live claim of the statement at index `by`."""

    first: int
    last: int
    by: int


class Shelf(Protocol):
    """Where live holdings are kept, by the index of the statement that brought them."""

    def overlapping(self, space: str, first: int, last: int) -> Iterable[Held]:
        """Live claims that share a number with the range, the highest first."""

    def balance(self, account: Account) -> Fraction:
        """All live moves of an account, summed."""

    def moves_of(self, index: int) -> Mapping[Account, Fraction]:
        """The live moves of a statement, netted by account."""

    def put(self, index: int, claims: Iterable[Claim], moves: Mapping[Account, Fraction]) -> None:
        """Takes in a statement's holdings."""

    def drop(self, index: int) -> None:
        """Gives back what a statement holds, if anything."""


def qualified(moves: Iterable[Move], own: Subject, subject_of: Callable[[bytes], Subject | None]) -> tuple[Move, ...]:
    """The moves with their accounts' full names; without those of a statement that is not known, which is a finding."""
    found = []
    for move in moves:
        subject = own if move.of == OWN else None if move.of is None else subject_of(move.of)
        if subject is not None:
            found.append(move._replace(account="|".join((*subject, move.account)), of=None))
        elif move.of is None:
            found.append(move)
    return tuple(found)


def judge_drawers(
    moves: Iterable[Move], organisation: str, owner_of: Callable[[bytes], str | None]
) -> Iterator[Finding]:
    """Only an account's owner moves it: else a rival could empty it before the owner does."""
    for move in moves:
        owner = organisation if not move.of else owner_of(move.of)
        if owner not in (None, organisation):
            yield fail("ACCOUNT_OF_ANOTHER", move.place, got=organisation, expected=owner)


def owner_of(organisation: str, summary: object) -> str:
    """Who may draw on a statement's accounts: the `owner` that its summary names, else its issuer."""
    return getattr(summary, "owner", "") or organisation


def netted(moves: Iterable[Move]) -> dict[Account, Fraction]:
    """The moves summed by account, without those that come to nothing."""
    found: defaultdict[Account, Fraction] = defaultdict(Fraction)
    for move in moves:
        measure, size = measure_of(move.unit)
        found[Account(move.account, measure)] += move.amount * size
    return {account: amount for account, amount in found.items() if amount}


def judge_holdings(
    claims: Sequence[Claim], moves: Sequence[Move], shelf: Shelf, replaced: int | None
) -> Iterator[Finding]:
    """Why a statement may not hold these, as failed findings. `replaced`: the index whose holdings it takes over."""
    impossible = list(_judge_own(claims))
    yield from impossible
    for claim in () if impossible else claims:
        for held in shelf.overlapping(claim.space, claim.first, claim.last):
            if held.by != replaced:
                yield _overlap(claim, held.first, held.last, f"#{held.by}")
                break
    now, before = netted(moves), {} if replaced is None else shelf.moves_of(replaced)
    for account in sorted(now.keys() | before.keys()):
        change = now.get(account, Fraction()) - before.get(account, Fraction())
        if change < 0 and (left := shelf.balance(account) + change) < 0:
            yield _overdrawn(account, -change, -left, moves)


def hold(claims: Sequence[Claim], moves: Sequence[Move], shelf: Shelf, index: int, replaced: int | None) -> None:
    """Puts what the statement at `index` holds in the place of what the one at `replaced` held."""
    if replaced is not None:
        shelf.drop(replaced)
    shelf.put(index, claims, netted(moves))


def _judge_own(claims: Sequence[Claim]) -> Iterator[Finding]:
    """A statement's own ranges are apart as well, and are ranges."""
    for claim in claims:
        if not 0 <= claim.first <= claim.last <= MAX_NUMBER:
            yield fail("CLAIM_RANGE", claim.place, space=claim.space, first=claim.first, last=claim.last)
    ordered = sorted(claims)
    for one, other in pairwise(ordered):
        if one.space == other.space and other.first <= one.last:
            yield _overlap(other, one.first, one.last, one.place)


def _overlap(claim: Claim, first: int, last: int, by: str) -> Finding:
    return fail(claim.code, claim.place, space=claim.space, first=max(claim.first, first), last=min(claim.last, last),
                by=by)  # fmt: skip


def _overdrawn(account: Account, drawn: Fraction, missing: Fraction, moves: Sequence[Move]) -> Finding:
    """In the unit of the first draw, or the measure's own when the statement only gave less than its predecessor."""
    own = [m for m in moves if (m.account, measure_of(m.unit)[0]) == account]
    move = next((m for m in own if m.amount < 0), own[0] if own else Move(account.name, Fraction(), account.measure))
    size = measure_of(move.unit)[1] if own else Fraction(1)
    kilograms = None if move.weight is None else _decimal(missing / size * move.weight)
    return fail(move.code, move.place, kilograms, account=account.name, got=readable(drawn / size),
                limit=readable((drawn - missing) / size), missing=readable(missing / size), unit=move.unit)  # fmt: skip


def _decimal(value: Fraction) -> Decimal:
    return Decimal(readable(value))


def readable(value: Fraction) -> str:
    """Exact where nine decimals are enough, else rounded to them: for reading only."""
    text = to_text(Decimal(round(value * 10**9)).scaleb(-9))
    return text.rstrip("0").rstrip(".")


def overdrawn_by_withdrawal(shelf: Shelf, index: int) -> Iterator[Finding]:
    """What others drew on the holdings of `index`, which a withdrawal gives back all the same."""
    for account, amount in sorted(shelf.moves_of(index).items()):
        if amount > 0 and (left := shelf.balance(account) - amount) < 0:
            yield fail("WITHDRAWN_BUT_DRAWN", account=account.name, missing=readable(-left), unit=account.measure)


class MemoryShelf:
    """Holdings in memory. Claims are found by bisection; 100 bytes a claim or move."""

    def __init__(self) -> None:
        self._spaces: Final[defaultdict[str, list[Held]]] = defaultdict(list)
        self._claims: Final[dict[int, tuple[Claim, ...]]] = {}
        self._moves: Final[dict[int, Mapping[Account, Fraction]]] = {}
        self._balances: Final[defaultdict[Account, Fraction]] = defaultdict(Fraction)

    def overlapping(self, space: str, first: int, last: int) -> Iterator[Held]:
        """Live claims that share a number with the range, the highest first."""
        live = self._spaces.get(space, [])
        at = bisect_right(live, last, key=_first)
        while at > 0 and live[at - 1].last >= first:
            at -= 1
            yield live[at]

    def balance(self, account: Account) -> Fraction:
        """All live moves of an account, summed."""
        return self._balances.get(account, Fraction())

    def moves_of(self, index: int) -> Mapping[Account, Fraction]:
        """The live moves of a statement, netted by account."""
        return self._moves.get(index, {})

    def put(self, index: int, claims: Iterable[Claim], moves: Mapping[Account, Fraction]) -> None:
        """Takes in a statement's holdings."""
        if listed := tuple(claims):
            self._claims[index] = listed
        for claim in listed:
            insort(self._spaces[claim.space], Held(claim.first, claim.last, index))
        if moves:
            self._moves[index] = moves
        for account, amount in moves.items():
            self._balances[account] += amount

    def drop(self, index: int) -> None:
        """Gives back what a statement holds, if anything."""
        for claim in self._claims.pop(index, ()):
            self._spaces[claim.space].remove(Held(claim.first, claim.last, index))
        for account, amount in self._moves.pop(index, {}).items():
            self._balances[account] -= amount

    def claims(self) -> Iterator[tuple[str, int, int, int]]:
        """Space, first, last and index of every live claim."""
        for index, claims in self._claims.items():
            yield from ((claim.space, claim.first, claim.last, index) for claim in claims)

    def moves(self) -> Iterator[tuple[int, Account, Fraction]]:
        """Index, account and amount of every live move."""
        for index, moves in self._moves.items():
            yield from ((index, account, amount) for account, amount in moves.items())


def _first(held: Held) -> Any:
    return held.first
