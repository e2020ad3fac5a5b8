"""Kind `green-certificate`: retired green certificates (绿证), each of 1000 kWh, for one use and no other.

A code has 32 signs: 17 for the project, then month of generation, sequence, class of electricity and class of trade.
Domain sections 0 and 3.7; threats 5 to 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import StringConstraints, model_validator

from ledger.fields import DateText, Version
from ledger.findings import Finding, fail
from ledger.footprint.lines import Listed
from ledger.holdings import Claim, Move
from ledger.kind import Kind
from ledger.statement import Strict
from ledger.volume import Paper, Stock, fill
from ledger.words.form import Words

# the order of the last four fields is published, their lengths are not: 6 for a month, 7 for the sequence, one a class
_CODE: Final = re.compile(r"([0-9A-Z]{17})(2[0-9]{3}(?:0[1-9]|1[0-2]))([0-9]{7})([0-9A-Z])([0-9A-Z])", re.ASCII)

SAME_YEAR_FROM: Final = 2026
"""From this year of consumption on, generation must lie in the same year."""

LIFE_MONTHS: Final = 24

CodeText = Annotated[str, StringConstraints(pattern=f"^{_CODE.pattern}$")]
"""The 32 signs of one certificate."""


class Code(NamedTuple):
    """A code's fields; `month` is YYYYMM."""

    project: str
    month: str
    sequence: int
    electricity: str
    trade: str


def code_of(text: str) -> Code:
    """The fields of a code that fits `CodeText`."""
    found = _CODE.fullmatch(text)
    assert found is not None  # noqa: S101 - the field's type says so
    project, month, sequence, electricity, trade = found.groups()
    return Code(project, month, int(sequence), electricity, trade)


class Header(Strict):
    """The certificates from `first` to `last`, both included, and the one thing that they were used for."""

    version: Version
    first: CodeText
    last: CodeText
    tradable: bool
    acquired: Literal["own_project", "separate", "green_power_trade"]
    use: Literal["footprint", "ets", "re_share", "export"]
    consumption_year: Annotated[str, StringConstraints(pattern=r"^2[0-9]{3}$")]
    retired: DateText
    """When the registrar wrote them off for this use."""
    evidence: Listed[Paper]
    """Contract, settlement, proof of consumption, electricity bills."""

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        first, last = code_of(self.first), code_of(self.last)
        if first._replace(sequence=0) != last._replace(sequence=0) or last.sequence < first.sequence:
            raise ValueError("CERTIFICATE_SPAN")
        return self


class GreenCertificate(Strict):
    """Content of a statement on green certificates."""

    header: Header


def _count(head: Header) -> int:
    """Whole MWh, one for each certificate."""
    return code_of(head.last).sequence - code_of(head.first).sequence + 1


def _claims(content: GreenCertificate) -> Iterator[Claim]:
    # the classes say of which kind a certificate is, not which one: whoever alters them claims the same number
    head = content.header
    first = code_of(head.first)
    space = f"green-certificate|{first.project}|{first.month}"
    yield Claim(space, first.sequence, code_of(head.last).sequence, "header", "CERTIFICATE_USED_TWICE")


def _moves(content: GreenCertificate) -> Iterator[Move]:
    if content.header.use == "footprint":
        yield fill(str(_count(content.header)), "MWh")


def _month(text: str) -> int:
    """Months since year zero of YYYYMM or YYYY-MM-DD."""
    digits = text.replace("-", "")
    return int(digits[:4]) * 12 + int(digits[4:6])


def _check(content: GreenCertificate) -> Iterator[Finding]:
    head = content.header
    month, year = code_of(head.first).month, head.consumption_year
    if int(year) >= SAME_YEAR_FROM and month[:4] != year:
        yield fail("CERTIFICATE_YEAR", "header", got=month, expected=year, mwh=_count(head))
    if not 0 <= _month(head.retired) - _month(month) <= LIFE_MONTHS:
        yield fail("CERTIFICATE_EXPIRED", "header", got=head.retired, month=month, limit=LIFE_MONTHS, mwh=_count(head))
    if not head.tradable and head.acquired != "own_project":
        yield fail("CERTIFICATE_NOT_TRADABLE", "header", got=head.acquired, mwh=_count(head))


def _summary(content: GreenCertificate) -> Stock:
    year = content.header.consumption_year
    return Stock(valid_from=f"{year}-01-01", valid_until=f"{year}-12-31")


_USES: Final = {"footprint": "产品碳足迹", "ets": "碳市场", "re_share": "可再生能源消纳", "export": "出口"}

KIND: Final = Kind(
    name="green-certificate",
    content=GreenCertificate,
    subject=lambda content: f"{content.header.first}..{content.header.last}",
    headline=lambda content: (
        f"绿证核销 {_count(content.header)} 张（{content.header.first} 起）：用于{_USES[content.header.use]}；"
        f"{content.header.consumption_year} 年消费"
    ),
    summary=_summary,
    claims=_claims,
    moves=_moves,
    register=lambda content, _: _check(content),
    words={
        "CERTIFICATE_USED_TWICE": Words(
            "绿证 {first} 至 {last} 号（{space}）已由声明 {by} 使用，一张绿证只能用一次。请更换未用的绿证",
            "green certificates {first} to {last} of {space} are used by statement {by} already; each serves once. "
            "Name others",
        ),
        "CERTIFICATE_SPAN": Words(
            "绿证号段的首末两码须只差顺序码，且首码不大于末码",
            "the first and last code of a range must differ in their sequence alone, and be in order",
        ),
        "CERTIFICATE_YEAR": Words(
            "绿证的生产年月为 {got}，而消费年度为 {expected}：自 2026 年起二者须同年。涉及 {mwh} MWh",
            "generated in {got} but consumed in {expected}: from 2026 on both must be in one year. "
            "{mwh} MWh are concerned",
        ),
        "CERTIFICATE_EXPIRED": Words(
            "绿证（生产年月 {month}）于 {got} 核销，不在其 {limit} 个月有效期内。涉及 {mwh} MWh",
            "certificates of {month} were retired on {got}, outside their life of {limit} months. "
            "{mwh} MWh are concerned",
        ),
        "CERTIFICATE_NOT_TRADABLE": Words(
            "不可交易绿证只能由自有项目自用，不能以“{got}”取得。涉及 {mwh} MWh",
            "certificates that are not tradable serve their own project only, not by way of {got}. "
            "{mwh} MWh are concerned",
        ),
    },
)
