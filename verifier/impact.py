"""What a withdrawn or replaced statement touches: every product downstream, every word about it, and the kilograms.

One sweep in log order. Each declaration is calculated again with the corrected values below it and rounded once, as it
was declared, so that a correction which does not change a rounded value stops spreading there, exactly (design
section 5). What rests on a statement without a replacement is told in kilograms, for nobody knows what is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from ledger.calculation import Exact, line_emission, total
from ledger.errors import InputError
from ledger.findings import Finding, not_checked
from ledger.footprint.looped import declared_by
from ledger.identifiers import digest_to_text, parse_digest
from ledger.kind import Known
from ledger.kinds.factor import FactorSummary
from ledger.kinds.footprint import Footprint, FootprintSummary, Line
from ledger.numbers import decimals_of, round_half_even
from ledger.trust import TrustFile
from ledger.units import conversion
from verifier.answer import findings_lines, findings_report
from verifier.bodies import statements_of
from verifier.checks import Judged
from verifier.evidence import ChainEvidence, LogEvidence
from verifier.memory import Memory, fact_of
from verifier.replay import ledger_findings

Became = Literal["withdrawn", "replaced", "standing"]
_WHOLE_PERIOD: Final = 3
"""Decimals of the kilograms over all that was made: grams."""


@dataclass(frozen=True, slots=True)
class TouchedProduct:
    """A declaration that rests on the cause. kgCO2e per declared unit, rounded as it was declared.

    `resting` is the part that rests on the cause; `corrected` the footprint with the replacement in its place, None
    when there is none or its units do not fit; `change` over all that was made, where the declaration says how much.
    `current`: nothing has replaced or withdrawn it yet.
    """

    digest: bytes
    organisation: str
    subject: str
    name: str
    declared: Decimal
    resting: Decimal
    corrected: Decimal | None
    made: Decimal | None
    current: bool

    @property
    def difference(self) -> Decimal | None:
        """By how much the footprint changes for one declared unit."""
        return None if self.corrected is None else self.corrected - self.declared

    @property
    def change(self) -> Decimal | None:
        """Kilograms over all that was made: by how much they change, or how many rest on the cause."""
        if self.made is None:
            return None
        each = self.resting if self.corrected is None else self.corrected - self.declared
        return round_half_even(Fraction(each) * Fraction(self.made), _WHOLE_PERIOD)


class TouchedStatement(NamedTuple):
    """A statement of another kind, such as a verification or a certificate, on the cause or a touched declaration.

    `on` is that statement. `kilograms`, of a declared unit: by how much the certified or verified footprint changes, or
    how much of it rests on the cause; None where `on` has no footprint.
    """

    digest: bytes
    kind: str
    organisation: str
    subject: str
    on: bytes
    kilograms: Decimal | None


@dataclass(frozen=True, slots=True)
class Impact:
    """All that a cause touches, heaviest product first. `findings` are what the evidence itself lacks."""

    cause: Known
    became: Became
    replacement: Known | None
    products: tuple[TouchedProduct, ...]
    statements: tuple[TouchedStatement, ...]
    findings: tuple[Finding, ...]


def impact_on(log: LogEvidence, chain: ChainEvidence, trust: TrustFile, asked: str) -> Impact:
    """What the statement with the digest `asked` touches.

    Raises `InputError` DIGEST_FORMAT or STATEMENT_UNKNOWN, and what reading raises.
    """
    digest = parse_digest(asked)
    findings, registry = ledger_findings(log, chain, trust)
    memory, opened = Memory(), []
    for judged in statements_of(log, trust, findings):
        list(memory.learn(fact_of(judged, registry)))
        opened.append(judged)
        if judged.content is None:
            findings.append(not_checked("IMPACT_UNOPENED", f"#{judged.index}", blocking=True).about(judged.digest))
    return sweep(digest, opened, memory, tuple(findings))


def sweep(digest: bytes, statements: Iterable[Judged], memory: Memory, findings: tuple[Finding, ...] = ()) -> Impact:
    """The impact of one statement over `statements` in log order, all of which `memory` knows."""
    cause = memory.get(digest)
    if cause is None:
        raise InputError("STATEMENT_UNKNOWN", got=digest_to_text(digest))
    replacement = _replacement(cause, memory)
    became: Became = "withdrawn" if cause.ended is not None else "replaced" if replacement is not None else "standing"
    downstream = _Downstream(cause, replacement, memory)
    for judged in statements:
        downstream.meet(judged)
    products = sorted(downstream.products.values(), key=_heaviest)
    return Impact(cause, became, replacement, tuple(products), tuple(downstream.others), findings)


def _heaviest(product: TouchedProduct) -> tuple[Decimal, bytes]:
    each = product.resting if product.difference is None else product.difference
    return -abs(product.change if product.change is not None else each), product.digest


def _replacement(cause: Known, memory: Memory) -> Known | None:
    """The newest statement on the cause's subject that was not withdrawn, when it is another one."""
    newest = cause
    while newest.superseded is not None and (later := memory.get(memory.digest_at(newest.superseded))) is not None:
        newest = later
    return None if newest is cause or newest.ended is not None else newest


class _Value(NamedTuple):
    """A corrected value: `value` for `amount` `per`."""

    value: str
    per: str
    amount: str = "1"


class _Numbers(NamedTuple):
    amount: str
    unit: str
    share: str | None
    value: str
    per: str


class _Downstream:
    """What was found touched so far, declaration by declaration."""

    def __init__(self, cause: Known, replacement: Known | None, memory: Memory) -> None:
        self._cause: Final = cause
        self._replacement: Final = replacement
        self._memory: Final = memory
        self._right: Final[dict[bytes, _Value | None]] = {cause.digest: _value_of(replacement)}
        self._resting: Final[dict[bytes, _Value]] = {}
        self.products: Final[dict[bytes, TouchedProduct]] = {}
        self.others: Final[list[TouchedStatement]] = []

    def meet(self, judged: Judged) -> None:
        """Takes in the next statement of the log."""
        content, statement = judged.content, judged.statement
        if content is None or statement is None or judged.kind is None or judged.digest in self._right:
            return
        touching = {one.digest for one in judged.kind.references(content)} & self._right.keys()
        if judged.kind.ends(content) is not None or not touching:
            return
        if isinstance(content, Footprint):
            self._touch(judged, content, touching)
        else:
            on = min(touching, key=lambda digest: (digest not in self.products, digest))
            self.others.append(TouchedStatement(
                judged.digest, statement.kind, statement.organisation, statement.subject, on, self._weight_of(on)
            ))  # fmt: skip
            self._right[judged.digest] = None  # nobody knows what it would say now

    def _weight_of(self, digest: bytes) -> Decimal | None:
        product = self.products.get(digest)
        if product is not None:
            return product.resting if product.difference is None else product.difference
        own, new = _value_of(self._cause), _value_of(self._replacement)
        if digest != self._cause.digest or not isinstance(self._cause.summary, FootprintSummary) or own is None:
            return None
        return Decimal(own.value) if new is None or new[1:] != own[1:] else Decimal(new.value) - Decimal(own.value)

    def _touch(self, judged: Judged, content: Footprint, touching: set[bytes]) -> None:
        head, declared = content.header, content.result.footprint
        decimals = decimals_of(declared)
        resting = round_half_even(self._resting_on(content, touching), decimals)
        corrected = self._corrected(content, touching)
        right = None if corrected is None else round_half_even(corrected, decimals)
        self._resting[judged.digest] = _Value(f"{resting:f}", head.unit, head.amount)
        self._right[judged.digest] = None if right is None else _Value(f"{right:f}", head.unit, head.amount)
        known = self._memory.get(judged.digest)
        current = known is not None and known.superseded is None and known.ended is None
        statement = judged.statement
        assert statement is not None  # noqa: S101 - `meet` looked
        self.products[judged.digest] = TouchedProduct(
            judged.digest, statement.organisation, statement.subject, head.product, Decimal(declared), resting, right,
            _made(content), current,
        )  # fmt: skip

    def _resting_on(self, content: Footprint, touching: set[bytes]) -> Exact:
        """A rule carries the whole footprint; a factor its lines; a declaration what rests on the cause within it."""
        if content.header.rule == digest_to_text(self._cause.digest):
            return Decimal(content.result.footprint)
        parts = []
        for line in content.lines:
            digest = _basis(line)
            if digest in touching:
                parts.append(_with(line, content, self._resting.get(digest)))
        return total(part for part in parts if part is not None)

    def _corrected(self, content: Footprint, touching: set[bytes]) -> Exact | None:
        """The footprint with the right values in place; None when one is not known or its units do not fit."""
        parts = []
        for line in content.lines:
            digest = _basis(line)
            right = self._right_for(line, digest) if digest in touching else None
            if digest in touching and right is None:
                return None
            if (part := _with(line, content, right)) is None:
                return None
            parts.append(part)
        named = content.header.rule == digest_to_text(self._cause.digest)
        return None if named else total(parts)

    def _right_for(self, line: Line, digest: bytes) -> _Value | None:
        """What should stand in a line; of a loop group that was replaced, the new value of the line's own product."""
        if digest != self._cause.digest or self._replacement is None or line.source.type != "upstream":
            return self._right[digest]
        summary = declared_by(self._replacement, line.source)
        return None if summary is None else _Value(summary.footprint, summary.unit, summary.amount)


def _value_of(known: Known | None) -> _Value | None:
    """The value that a factor or declaration gives, None for anything else or a withheld one."""
    summary = known.summary if known is not None else None
    if isinstance(summary, FactorSummary):
        return _Value(summary.value, summary.per)
    if isinstance(summary, FootprintSummary):
        return _Value(summary.footprint, summary.unit, summary.amount)
    return None


def _basis(line: Line) -> bytes:
    return b"" if line.source.type == "gas" else bytes.fromhex(line.source.digest[2:])


def _with(line: Line, content: Footprint, value: _Value | None) -> Exact | None:
    """The line's emission with another value in its place, or with its own; None where units do not fit."""
    right = value or _Value(line.value, line.per)
    try:
        emission = line_emission(
            _Numbers(line.amount, line.unit, line.share, right.value, right.per), content.production.output
        )
    except InputError:
        return None
    return emission if right.amount == "1" else Fraction(emission) / Fraction(right.amount)


def _made(content: Footprint) -> Decimal | None:
    """How many declared units were made, to nine decimals; None when the declaration does not say."""
    head, production = content.header, content.production
    if production.quantity is None:
        return None
    factor = conversion(production.quantity_unit or head.unit, head.unit)
    if factor is None:
        return None
    return round_half_even(Fraction(production.quantity) * factor / Fraction(head.amount), 9)


def impact_report(impact: Impact) -> dict[str, object]:
    """The impact as JSON values: numbers as strings, digests as 0x-hex."""
    return {
        "cause": digest_to_text(impact.cause.digest),
        "kind": impact.cause.kind,
        "became": impact.became,
        "replacement": None if impact.replacement is None else digest_to_text(impact.replacement.digest),
        "products": [_product_report(one) for one in impact.products],
        "statements": [_statement_report(one) for one in impact.statements],
        "findings": findings_report(impact.findings),
    }


def _statement_report(one: TouchedStatement) -> dict[str, object]:
    kilograms = None if one.kilograms is None else f"{one.kilograms:f}"
    return one._asdict() | {"digest": digest_to_text(one.digest), "on": digest_to_text(one.on), "kilograms": kilograms}


def _product_report(one: TouchedProduct) -> dict[str, object]:
    numbers = {"declared": one.declared, "resting": one.resting, "corrected": one.corrected,
               "difference": one.difference, "made": one.made, "change": one.change}  # fmt: skip
    return {
        "digest": digest_to_text(one.digest), "organisation": one.organisation, "subject": one.subject,
        "product": one.name, "current": one.current,
        **{name: None if number is None else f"{number:f}" for name, number in numbers.items()},
    }  # fmt: skip


def impact_lines(impact: Impact, language: str) -> Iterator[str]:
    """The impact to be read, a line for each product and statement."""
    zh = language == "zh"
    became = (
        {"withdrawn": "已撤回", "replaced": "已被取代", "standing": "仍有效"}[impact.became] if zh else impact.became
    )
    yield f"{impact.cause.kind} {impact.cause.subject}：{became}" if zh else f"{impact.cause.subject}: {became}"
    for one in impact.products:
        if one.corrected is None:
            told = f"{one.declared:f} kgCO2e，其中 {one.resting:f} 依赖于此" if zh else (
                f"{one.declared:f} kgCO2e, of which {one.resting:f} rest on it")  # fmt: skip
        else:
            told = f"{one.declared:f} → {one.corrected:f} kgCO2e ({one.difference:+f})"
        whole = (
            "" if one.change is None else f"；全部产量 {one.change:f} kg" if zh else f"; all made: {one.change:f} kg"
        )
        old = "" if one.current else "（已有新版本）" if zh else " (no longer current)"
        yield f"  {one.name}  {one.organisation}  {told}{whole}{old}"
    for other in impact.statements:
        weight = "" if other.kilograms is None else f"  {other.kilograms:+f} kgCO2e"
        yield f"  {other.kind}  {other.subject}  {other.organisation}  {digest_to_text(other.digest)}{weight}"
    count = len(impact.products), len(impact.statements)
    yield (
        "共涉及 {} 份声明、{} 份其他文件".format(*count)
        if zh
        else "{} declarations, {} other statements".format(*count)
    )
    yield from findings_lines(impact.findings, language)
