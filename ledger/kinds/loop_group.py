"""Kind `loop-group`: products of firms that feed one another in one period, such as scrap and steel, solved together.

Statements refer to earlier ones by digest, so a loop can stand only between products. The group states of each product
what comes from outside and what comes from the others, and the values that solve it; later declarations of the members
and of their customers may rest on those.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from ledger.fields import DateText, IdText, ShortLine, Version
from ledger.findings import Finding, fail
from ledger.footprint.content import FootprintSummary
from ledger.footprint.looped import LoopSummary
from ledger.identifiers import OrganisationText
from ledger.kind import Kind, Surroundings
from ledger.loops import MAX_FEEDBACK, certify, is_one_loop, least_fixed_point
from ledger.loops import Member as Row
from ledger.numbers import ResultText, UnsignedText, decimals_of, round_half_even
from ledger.statement import Strict
from ledger.units import Unit
from ledger.words.form import Words

MAX_MEMBERS: Final = 100
MAX_INPUTS: Final = 100


class Header(Strict):
    """Which group, in which period."""

    version: Version
    group: IdText
    period_start: DateText
    period_end: DateText
    gwp: Literal["AR5", "AR6"]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.period_end < self.period_start:
            raise ValueError("PERIOD_REVERSED")
        return self


class Input(Strict):
    """What one declared unit of a member takes from another, in that one's declared units, after allocation."""

    member: IdText
    quantity: UnsignedText


class Member(Strict):
    """One product of the group."""

    key: IdText
    """Its name inside the group."""
    organisation: OrganisationText
    product: ShortLine
    product_id: IdText
    unit: Unit
    amount: UnsignedText
    """The declared unit is `amount` of `unit`."""
    direct: UnsignedText
    """kgCO2e for one declared unit of everything that does not come from the group."""
    inputs: Annotated[tuple[Input, ...], Field(strict=False, min_length=1, max_length=MAX_INPUTS)]
    footprint: ResultText
    """The solved value, rounded once, half to even, to the decimals written."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.amount.strip("0."):
            raise ValueError("AMOUNT_ZERO")
        return self


class LoopGroup(Strict):
    """Content of a loop group."""

    header: Header
    members: tuple[Member, ...] = Field(min_length=1, max_length=MAX_MEMBERS)


def rows_of(content: LoopGroup) -> list[Row]:
    """The group's numbers. Raises `KeyError` for an input that names no member."""
    numbers = {member.key: number for number, member in enumerate(content.members)}
    return [
        Row(
            Fraction(member.direct),
            tuple((numbers[one.member], Fraction(one.quantity)) for one in member.inputs),
            decimals_of(member.footprint),
        )
        for member in content.members
    ]


def solved(content: LoopGroup) -> dict[str, Decimal] | None:
    """What the group's values should be, by key; None where its keys or its feedback leave nothing to solve."""
    if _misnamed(content):
        return None
    rows = rows_of(content)
    if certify(rows).theta > MAX_FEEDBACK:
        return None
    return {one.key: value for one, value in zip(content.members, least_fixed_point(rows), strict=True)}


def _misnamed(content: LoopGroup) -> list[str]:
    """Keys and products that are named twice, and inputs that name no member."""
    keys = [member.key for member in content.members]
    products = [(member.organisation, member.product_id) for member in content.members]
    named = {one.member for member in content.members for one in member.inputs}
    doubled = {key for key in keys if keys.count(key) > 1} | {two[1] for two in products if products.count(two) > 1}
    return sorted(doubled | (named - set(keys)))


def _judge(content: LoopGroup, around: Surroundings) -> Iterator[Finding]:
    if around.organisation not in {member.organisation for member in content.members}:
        yield fail("LOOP_ISSUER", "header", got=around.organisation)
    if misnamed := _misnamed(content):
        yield fail("LOOP_KEYS", "members", got=", ".join(misnamed))
        return
    rows = rows_of(content)
    if not is_one_loop(rows):
        yield fail("LOOP_OPEN", "members")
    theta = certify(rows).theta
    if theta > MAX_FEEDBACK:
        yield fail("LOOP_FEEDBACK", "members", got=_percent(theta), limit=_percent(MAX_FEEDBACK))
        return
    for number, (member, value) in enumerate(zip(content.members, least_fixed_point(rows), strict=True)):
        if value != Decimal(member.footprint):
            yield fail("LOOP_VALUE", f"members/{number:04d}", value - Decimal(member.footprint), name=member.product,
                       got=member.footprint, expected=f"{value:f}")  # fmt: skip


def _percent(theta: Fraction) -> str:
    return f"{round_half_even(theta * 100, 2):f} %"


def _summary(content: LoopGroup) -> LoopSummary:
    head = content.header
    members = {
        one.key: FootprintSummary(
            one.footprint, one.unit, one.amount, one.product, head.gwp,
            period_start=head.period_start, period_end=head.period_end,
        )
        for one in content.members
    }  # fmt: skip
    keys = {(one.organisation, one.product_id): one.key for one in content.members}
    return LoopSummary(members, keys, head.period_start, head.period_end)


def _headline(content: LoopGroup) -> str:
    head = content.header
    return f"循环供应组 {head.group}：{head.period_start} 至 {head.period_end}，组内互相供应的产品碳足迹联立求解"


KIND: Final = Kind(
    name="loop-group",
    content=LoopGroup,
    subject=lambda content: f"{content.header.group}|{content.header.period_start}..{content.header.period_end}",
    headline=_headline,
    role=lambda _: ("declarant", ""),
    summary=_summary,
    register=_judge,
    words={
        "LOOP_ISSUER": Words(
            "循环供应组只能由组内企业声明，签署方 {got} 不在组内。请由成员企业签署",
            "a loop group is declared by one of its members; the signer {got} is none. Let a member sign",
        ),
        "LOOP_KEYS": Words(
            "循环供应组的成员代号或产品重复，或成员不存在：{got}。请逐一核对",
            "members or products of the loop group are named twice, or not there: {got}. Check each of them",
        ),
        "LOOP_OPEN": Words(
            "成员之间没有形成闭环：有的产品可以先算。请只把互相供应的产品列入循环供应组",
            "the members do not form one loop: some could be calculated before. "
            "List only products that feed one another",
        ),
        "LOOP_FEEDBACK": Words(
            "组内回流达 {got}，上限 {limit}：单位产品的组内用量过大，无法可靠求解。请核对用量与分摊",
            "{got} of the group's products go back into it, the limit is {limit}: the values cannot be solved "
            "reliably. Check the quantities and their allocation",
        ),
        "LOOP_VALUE": Words(
            "“{name}”写为 {got}，联立求解（从零迭代的最小不动点）应为 {expected} kgCO2e。请按求解值更正",
            "“{name}” says {got}; solved together (least fixed point, from zero) it is {expected} kgCO2e. "
            "State the solved value",
        ),
    },
)
