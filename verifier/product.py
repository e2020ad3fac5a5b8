"""Verification of one declaration with everything upstream of it.

Two questions, kept apart (design section 5). The claim check: does each declaration recompute from the values that it
pinned; its findings come from the checks. The deep recomputation: from the factors up, with wrong values replaced, how
many kilograms is each product off. Both are one sweep in log order, because references name earlier statements only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from ledger.calculation import GWP100, Exact, line_emission, total
from ledger.errors import InputError
from ledger.findings import Finding, Level, Outcome
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import Footprint, Line, line_place
from ledger.kinds.loop_group import LoopGroup
from ledger.numbers import REPORT, decimals_of, round_half_even
from verifier.checks import Judged
from verifier.looped import GROUP, Groups, Unit, declared_unit
from verifier.status import Status, status_of

_ZERO = Decimal(0)
_WHOLE = frozenset({"", "header", "result", "production", "signature", "previous"})


@dataclass(frozen=True, slots=True)
class Node:
    """One statement of the chain: a declaration, or one that could not be opened.

    `weight` is how many declared units of it (of a loop group, of all its members) stand in one declared unit of the
    product; `kilograms` what they weigh there; `recomputed` the footprint from the factors up; `uses` the declarations
    and loop groups that its lines rest on.
    """

    judged: Judged
    weight: Decimal
    kilograms: Decimal
    recomputed: Decimal | None
    uses: tuple[bytes, ...]


class Part(NamedTuple):
    """Kilograms that count once, at one level: those of one line, or of a statement's rounding or whole (place "")."""

    statement: bytes
    place: str
    level: Level
    kilograms: Decimal


@dataclass(frozen=True, slots=True)
class ProductVerdict:
    """The verdict on a product. `levels` sum exactly to its declared footprint, kgCO2e per declared unit.

    `parts` are what the levels were added up from, before the one rounding to the footprint's decimals.

    `declared` is None when the declaration itself cannot be opened or is not what was signed: nothing of it counts.
    """

    product: bytes
    declared: Decimal | None
    recomputed: Decimal | None
    levels: Mapping[Level, Decimal]
    findings: tuple[Finding, ...]
    nodes: Mapping[bytes, Node]
    parts: tuple[Part, ...] = ()

    @property
    def status(self) -> Status:
        """FAILED, INCOMPLETE or VERIFIED."""
        return status_of(self.findings)

    def share(self, level: Level) -> Decimal:
        """The level's share of the footprint in percent, to two decimals, to be read; the shares sum to 100 exactly."""
        if not self.declared:
            return _ZERO
        whole = Decimal(100)
        parts = {one: REPORT.divide(REPORT.multiply(self.levels[one], whole), self.declared) for one in Level}
        return round_to_sum(parts, whole, 2)[level]


def verdict_on(
    product: Judged, chain: Mapping[bytes, Judged], findings: Mapping[bytes, tuple[Finding, ...]],
    general: tuple[Finding, ...], vouched: frozenset[bytes] = frozenset(),
) -> ProductVerdict:  # fmt: skip
    """The verdict on `product`, whose upstream statements are in `chain` by digest, each with its `findings`.

    `general` are findings on the ledger itself: chain, roots, checkpoint. `vouched` are declarations that an accredited
    verifier in scope verified: they stand as such where they cannot be opened. Raises `InputError` NOT_A_DECLARATION
    when the product is a statement of another kind.
    """
    content = product.content
    if not isinstance(content, Footprint):
        return _unopened(product, findings, general)
    sweep = _Sweep(chain, findings, vouched)
    weights = sweep.weigh(product)
    recomputed = sweep.recompute(product)
    scaled = [
        f if f.kilograms is None else replace(f, kilograms=REPORT.multiply(f.kilograms, sweep.weight_at(f, weight)))
        for digest, weight in weights.items()
        for f in findings.get(digest, ())
    ]
    declared = Decimal(content.result.footprint)
    nodes = {
        digest: Node(
            chain[digest], weight, sweep.kilograms[digest], recomputed.get(digest), tuple(sweep.uses(chain[digest]))
        )
        for digest, weight in weights.items()
    }
    levels = round_to_sum(sweep.levels, declared, decimals_of(content.result.footprint))
    ordered = sorted((*general, *scaled), key=lambda f: _weight_of(f, chain))
    return ProductVerdict(product.digest, declared, recomputed.get(product.digest), levels, tuple(ordered), nodes,
                          tuple(sweep.parts))  # fmt: skip


def _unopened(
    product: Judged, findings: Mapping[bytes, tuple[Finding, ...]], general: tuple[Finding, ...]
) -> ProductVerdict:
    """The verdict on a declaration whose content is withheld, erased or altered: its findings, and no kilogram."""
    found = findings.get(product.digest, ())
    if product.content is not None or status_of(found) is Status.VERIFIED:
        raise InputError("NOT_A_DECLARATION", got="0x" + product.digest.hex())
    node = Node(product, Decimal(1), _ZERO, None, ())
    ordered = sorted((*general, *found), key=lambda f: _weight_of(f, {product.digest: product}))
    levels = dict.fromkeys(Level, _ZERO)
    return ProductVerdict(product.digest, None, None, levels, tuple(ordered), {product.digest: node})


def _weight_of(finding: Finding, chain: Mapping[bytes, Judged]) -> tuple[object, ...]:
    """Failures first, then what was not checked; in each the heaviest first, then in log order: one order for all."""
    rank = {Outcome.FAIL: 0, Outcome.NOT_CHECKED: 1, Outcome.PASS: 2}[finding.outcome]
    soft = finding.outcome is Outcome.NOT_CHECKED and not finding.blocking
    heavy = -abs(finding.kilograms or _ZERO)
    index = chain[finding.statement].index if finding.statement in chain else -1
    return (rank, soft, heavy, index, finding.place, finding.code)


K = TypeVar("K", bound=Hashable)


def round_to_sum(parts: Mapping[K, Decimal], whole: Decimal, decimals: int) -> dict[K, Decimal]:
    """`parts` rounded to `decimals` places so that they sum to `whole` exactly; the largest takes what is left over.

    Among equals the one whose name comes last takes it, so the outcome does not hang on their order.
    """
    rounded = {key: round_half_even(Fraction(part), decimals) for key, part in parts.items()}
    if not rounded:
        return rounded
    largest = max(rounded, key=lambda key: (abs(rounded[key]), str(key)))
    for part in rounded.values():
        whole = REPORT.subtract(whole, part)
    rounded[largest] = REPORT.add(rounded[largest], whole)
    return rounded


class _Sweep:
    """Weights downwards, footprints upwards, over one product's chain."""

    def __init__(
        self, chain: Mapping[bytes, Judged], findings: Mapping[bytes, tuple[Finding, ...]], vouched: frozenset[bytes]
    ) -> None:
        self._chain = chain
        self._vouched = vouched
        self._unpermitted = {
            (digest, f.place) for digest, found in findings.items() for f in found if f.code == "NEGATIVE_LINE"
        }
        self._failed = {
            digest: {f.place for f in found if f.outcome is Outcome.FAIL} for digest, found in findings.items()
        }
        self.levels = dict.fromkeys(Level, _ZERO)
        self.parts: list[Part] = []
        self._pinned: dict[bytes, Decimal] = {}
        self._groups = Groups()
        self.kilograms: dict[bytes, Decimal] = {}

    def uses(self, judged: Judged) -> Iterator[bytes]:
        """Declarations that a declaration's lines rest on, in line order, each once."""
        if not isinstance(judged.content, Footprint):
            return
        seen = set()
        for line in judged.content.lines:
            digest = _upstream(line)
            if digest is not None and digest in self._chain and digest not in seen:
                seen.add(digest)
                yield digest

    def weight_at(self, finding: Finding, weight: Decimal) -> Decimal:
        """By what a finding's kilograms are multiplied: its statement's weight, or that of one product of a group."""
        judged = self._chain.get(finding.statement)
        if judged is None or not isinstance(judged.content, LoopGroup):
            return weight
        return self._groups.weight(judged.digest, finding.place)

    def weigh(self, product: Judged) -> dict[bytes, Decimal]:
        """How many declared units of each declaration stand in one of the product; fills `levels` on the way.

        `trusted` is the part of a weight that reaches a declaration through lines that held; the rest of its kilograms
        is unverified already, where the chain broke.
        """
        weights, trusted = {product.digest: Decimal(1)}, {product.digest: Decimal(1)}
        for judged in sorted(self._chain.values(), key=lambda one: -one.index):
            digest = judged.digest
            if digest not in weights or not isinstance(judged.content, Footprint):
                weights.setdefault(digest, _ZERO)
                continue
            self._weigh_lines(judged, judged.content, weights, trusted)
        for digest, weight in weights.items():
            content = self._chain[digest].content
            self.kilograms[digest] = (
                REPORT.multiply(weight, Decimal(content.result.footprint))
                if isinstance(content, Footprint)
                else self._pinned.get(digest, _ZERO)
            )
        return weights

    def _weigh_lines(
        self, judged: Judged, content: Footprint, weights: dict[bytes, Decimal], trusted: dict[bytes, Decimal]
    ) -> None:
        weight, sound = weights[judged.digest], trusted.get(judged.digest, _ZERO)
        broken = self._failed.get(judged.digest, set())
        whole = bool(broken & _WHOLE)
        left = REPORT.multiply(sound, Decimal(content.result.footprint))
        if whole:
            self._count(judged.digest, "", Level.UNVERIFIED, left)
            sound = left = _ZERO
        for number, line in enumerate(content.lines):
            emission = emission_of(line, content.production.output)
            kilograms = REPORT.multiply(sound, emission)
            left = REPORT.subtract(left, kilograms)
            digest, place = _upstream(line), line_place(number)
            if place in broken:
                self._count(judged.digest, place, Level.UNVERIFIED, kilograms)
                self._pass_on(line, content, weight, _ZERO, digest, weights, trusted)
            elif digest is None:
                self._count(judged.digest, place, self._own_level(judged.digest, place, line), kilograms)
            else:
                self._pass_on(line, content, weight, sound, digest, weights, trusted)
                if (level := self._level_unopened(digest)) is not None:
                    self._count(judged.digest, place, level, kilograms)
        # what the one rounding of this declaration took or gave; nobody else accounts for it
        coarse = abs(left) > abs(REPORT.multiply(sound, Decimal(content.result.footprint))) / 100
        self._count(judged.digest, "", Level.UNVERIFIED if coarse else Level.RECOMPUTED, left)

    def _own_level(self, digest: bytes, place: str, line: Line) -> Level:
        """The level of a line that rests on no declaration.

        A direct emission in CO2e was characterised by its firm, and not by gas: it is taken at that firm's word.
        """
        if line.source.type == "factor":
            factor = self._chain.get(bytes.fromhex(line.source.digest[2:]))
            if factor is None or factor.content is None or self._failed.get(factor.digest):
                return Level.UNVERIFIED
        if (digest, place) in self._unpermitted:  # a negative line that no rule was seen to permit
            return Level.UNVERIFIED
        if line.source.type == "gas" and line.source.gas == "CO2e":
            return Level.DECLARED
        return Level.DEFAULT if line.kind == "material_default" else Level.RECOMPUTED

    def _level_unopened(self, digest: bytes) -> Level | None:
        """A declaration that was not opened stands as vouched or declared, a loop group as declared.

        Unless a check on it failed.
        """
        upstream = self._chain.get(digest)
        if upstream is not None and isinstance(upstream.content, Footprint):
            return None
        if upstream is None or upstream.statement is None or self._failed.get(digest):
            return Level.UNVERIFIED
        if upstream.statement.kind == GROUP:  # its values are in its content alone, its direct parts at its word
            return Level.UNVERIFIED if upstream.content is None else Level.DECLARED
        return Level.VOUCHED if digest in self._vouched else Level.DECLARED

    def _pass_on(
        self, line: Line, content: Footprint, weight: Decimal, sound: Decimal, digest: bytes | None,
        weights: dict[bytes, Decimal], trusted: dict[bytes, Decimal],
    ) -> None:  # fmt: skip
        upstream = self._chain.get(digest) if digest is not None else None
        if digest is None or upstream is None:
            return
        unit = declared_unit(upstream.content, line)
        units = _units_of(line, content, unit)
        self._groups.take(digest, unit, REPORT.multiply(weight, units))
        emission = REPORT.multiply(weight, emission_of(line, content.production.output))
        self._pinned[digest] = REPORT.add(self._pinned.get(digest, _ZERO), emission)
        weights[digest] = REPORT.add(weights.get(digest, _ZERO), REPORT.multiply(weight, units))
        trusted[digest] = REPORT.add(trusted.get(digest, _ZERO), REPORT.multiply(sound, units))

    def _count(self, statement: bytes, place: str, level: Level, kilograms: Decimal) -> None:
        if kilograms:
            self.parts.append(Part(statement, place, level, kilograms))
        self.levels[level] = REPORT.add(self.levels[level], kilograms)

    def recompute(self, product: Judged) -> dict[bytes, Decimal]:
        """Each declaration's footprint from the factors up, rounded once to its own decimals."""
        found: dict[bytes, Decimal] = {}
        for judged in sorted(self._chain.values(), key=lambda one: one.index):
            if judged.index > product.index or not isinstance(judged.content, Footprint):
                continue
            content = judged.content
            try:
                exact = total(self._true_emission(line, content, found) for line in content.lines)
            except InputError:
                continue
            found[judged.digest] = round_half_even(exact, decimals_of(content.result.footprint))
        return found

    def _true_emission(self, line: Line, content: Footprint, found: Mapping[bytes, Decimal]) -> Exact:
        source = line.source
        value, per, amount = line.value, line.per, Fraction(1)
        if source.type == "gas":
            value = GWP100[content.header.gwp].get(source.gas, value)
        else:
            digest = bytes.fromhex(source.digest[2:])
            basis = self._chain.get(digest)
            if basis is not None and isinstance(basis.content, Factor):
                value, per = basis.content.result.value, basis.content.result.per
            elif basis is not None and isinstance(basis.content, Footprint) and digest in found:
                value, per = f"{found[digest]:f}", basis.content.header.unit
                amount = Fraction(basis.content.header.amount)
            elif basis is not None and isinstance(basis.content, LoopGroup):
                value, per, amount = self._groups.value_for(line, basis.digest, basis.content)
        emission = line_emission(_Basis(line.amount, line.unit, line.share, value, per), content.production.output)
        return emission if amount == 1 else Fraction(emission) / amount


class _Basis(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


def _upstream(line: Line) -> bytes | None:
    return bytes.fromhex(line.source.digest[2:]) if line.source.type == "upstream" else None


def emission_of(line: Line, output: str) -> Decimal:
    """A line's emission for shares; as declared where its units do not fit, which is a finding of its own."""
    try:
        return _to_report(line_emission(line, output))
    except InputError:
        return Decimal(line.emission)


def _units_of(line: Line, content: Footprint, upstream: Unit | None) -> Decimal:
    """How many of the upstream's declared units a line uses for one declared unit of its product.

    Where it has none that is known, the unit of the pinned value stands in for its own.
    """
    unit, amount, _ = upstream or Unit(line.per, "1")
    try:
        used = line_emission(_Basis(line.amount, line.unit, line.share, "1", unit), content.production.output)
    except InputError:  # units that do not fit are a finding of their own
        return _ZERO
    return _to_report(used if amount == "1" else Fraction(used) / Fraction(amount))


def _to_report(value: Exact) -> Decimal:
    if isinstance(value, Decimal):
        return REPORT.plus(value)
    return REPORT.divide(Decimal(value.numerator), Decimal(value.denominator))
