"""Kind `reading`: what a meter showed from one day to another, each value a disclosure of its own.

The content's root is the root of the batch: one value changed, and its proof alone fails. Days of one meter are
claimed, so no two batches overlap; the counter only goes up, from the last value of the batch before (domain 3.4,
clauses A5 to A7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Final, NamedTuple, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ledger.fields import DateText, Version, day_in_china
from ledger.findings import Finding, fail, not_checked
from ledger.holdings import Claim, Move, readable
from ledger.identifiers import DigestText, parse_digest
from ledger.kind import Kind, Known, Reference, Surroundings
from ledger.kinds.calibration import CalibrationSummary
from ledger.kinds.meter import MeterSummary
from ledger.numbers import UnsignedText
from ledger.statement import Strict
from ledger.units import Unit, conversion
from ledger.volume import fill
from ledger.words.form import Words

LATE_AFTER_DAYS: Final = 1
"""A batch is signed on its last day or the next; what comes later was filled in afterwards."""


def _real_minute(text: str) -> str:
    datetime.fromisoformat(text)
    return text


MinuteText = Annotated[
    str, StringConstraints(pattern=r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"), AfterValidator(_real_minute)
]
"""A minute of the site's own time; such strings order as times do."""


class Header(Strict):
    """From the start of the day `start` to the end of the day `end`."""

    version: Version
    meter: DigestText
    parent: DigestText | None = None
    """The meter before it, as the meter's own statement has it."""
    after: DigestText | None = None
    """The batch before this one; none for a meter's first."""
    calibration: DigestText
    start: DateText
    end: DateText
    counter: UnsignedText
    """What the meter showed at the start."""
    unit: Unit
    total: UnsignedText
    """The last value less the counter."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.end < self.start:
            raise ValueError("PERIOD_REVERSED")
        return self


class Value(Strict):
    """What the counter showed at a minute."""

    at: MinuteText
    counter: UnsignedText


class Readings(Strict):
    """Content of a batch of readings."""

    header: Header
    values: tuple[Value, ...] = Field(min_length=1)


class ReadingSummary(NamedTuple):
    """What lines and other readings ask; the first five as in `ledger.volume.Stock`."""

    owner: str
    valid_from: str
    valid_until: str
    basis: bytes | None
    flag: str
    meter: bytes
    last: str
    total: str
    unit: str


def _summary(content: Readings) -> ReadingSummary:
    head = content.header
    meter, last = parse_digest(head.meter), content.values[-1].counter
    return ReadingSummary("", head.start, head.end, None, "", meter, last, head.total, head.unit)


def _references(content: Readings) -> Iterator[Reference]:
    head = content.header
    yield Reference(parse_digest(head.meter), frozenset({"meter"}), "header")
    yield Reference(parse_digest(head.calibration), frozenset({"calibration"}), "header")
    if head.after is not None:
        yield Reference(parse_digest(head.after), frozenset({"reading"}), "header")


def _claims(content: Readings) -> Iterator[Claim]:
    head = content.header
    first, last = (date.fromisoformat(day).toordinal() for day in (head.start, head.end))
    yield Claim(f"meter|{head.meter}", first, last, "header", "READING_OVERLAP")
    if head.after is not None:  # two batches after one would both count what the meter showed from there
        yield Claim(f"after|{head.after}", 0, 0, "header", "READING_FORK")


def _moves(content: Readings) -> Iterator[Move]:
    yield fill(content.header.total, content.header.unit)


def _topics(content: Readings) -> Iterator[str]:
    head = content.header
    yield f"readings|{head.meter}"
    yield f"reading|{head.meter}|{head.start}..{head.end}"
    if head.parent is not None:
        yield f"behind|{head.parent}|{head.start}..{head.end}"


def _check_values(content: Readings) -> Iterator[Finding]:
    head = content.header
    at, counter = "", Fraction(head.counter)
    for number, value in enumerate(content.values):
        place, now = f"values/{number:04d}", Fraction(value.counter)
        if value.at <= at or not head.start <= value.at[:10] <= head.end:
            yield fail("READING_TIME", place, got=value.at, start=head.start, end=head.end)
        if now < counter:
            yield fail("COUNTER_BACK", place, got=value.counter, expected=readable(counter))
        at, counter = value.at, now
    if (total := Fraction(content.values[-1].counter) - Fraction(head.counter)) != Fraction(head.total):
        yield fail("READING_SUM", "header", got=head.total, expected=readable(total), unit=head.unit)


def _register(content: Readings, around: Surroundings) -> Iterator[Finding]:
    """What can be no reading of that meter is not let in."""
    head = content.header
    yield from _check_values(content)
    if (late := _days_late(head, around)) < 0:
        yield fail("READING_EARLY", "header", end=head.end, days=-late)
    meter = around.known(parse_digest(head.meter))
    if meter is not None and isinstance(meter.summary, MeterSummary):
        yield from _check_meter(head, meter, around)
    calibration = around.known(parse_digest(head.calibration))
    found = calibration.summary if calibration is not None else None
    if isinstance(found, CalibrationSummary) and found.meter != parse_digest(head.meter):
        yield fail("CALIBRATION_OTHER_METER", "header", got="0x" + found.meter.hex(), expected=head.meter)
    yield from _check_before(head, around)


def _check_references(content: Readings, around: Surroundings) -> Iterator[Finding]:
    """What a true reading may be lacking."""
    head = content.header
    if (late := _days_late(head, around)) > LATE_AFTER_DAYS:
        yield not_checked("READING_LATE", "header", end=head.end, days=late)
    yield from _check_balance(content, around)
    calibration = around.known(parse_digest(head.calibration))
    if calibration is not None and isinstance(calibration.summary, CalibrationSummary):
        yield from _check_calibration(head, calibration.summary)


def _days_late(head: Header, around: Surroundings) -> int:
    """From the batch's last day to the day of `issuedAt` in China, which no registrar admits ahead of its clock.

    A firm may date a statement earlier than it signed it; the entry's block then says when it came at the latest.
    """
    return (day_in_china(around.issued_at) - date.fromisoformat(head.end)).days


def _check_meter(head: Header, meter: Known, around: Surroundings) -> Iterator[Finding]:
    summary: MeterSummary = meter.summary
    if meter.organisation != around.organisation:
        yield fail("METER_OF_ANOTHER", "header", got=around.organisation, expected=meter.organisation)
    if head.unit != summary.unit:
        yield fail("METER_UNIT", "header", got=head.unit, expected=summary.unit)
    if (None if head.parent is None else parse_digest(head.parent)) != summary.parent:
        yield fail("METER_PARENT", "header", got=head.parent or "-",
                   expected="-" if summary.parent is None else "0x" + summary.parent.hex())  # fmt: skip


def _check_calibration(head: Header, calibration: CalibrationSummary) -> Iterator[Finding]:
    if not calibration.calibrated <= head.start <= head.end <= calibration.valid_until:
        yield fail("CALIBRATION_LAPSED", "header", start=head.start, end=head.end, calibrated=calibration.calibrated,
                   until=calibration.valid_until)  # fmt: skip


def _check_before(head: Header, around: Surroundings) -> Iterator[Finding]:
    """A batch goes on where the one before it ended; only a meter's first has none before it."""
    if head.after is None:
        found = _live(around.on(f"readings|{head.meter}"), around)
        others = [known for known in found if known.summary.valid_from != head.start]
        if others:
            yield fail("READING_NOT_CHAINED", "header", expected="0x" + others[-1].digest.hex())
        return
    before = around.known(parse_digest(head.after))
    if before is None or not isinstance(before.summary, ReadingSummary):
        return
    if before.summary.meter != parse_digest(head.meter):
        yield fail("CALIBRATION_OTHER_METER", "header", got="0x" + before.summary.meter.hex(), expected=head.meter)
    elif Fraction(before.summary.last) != Fraction(head.counter):
        yield fail("COUNTER_GAP", "header", got=head.counter, expected=before.summary.last)


def _check_balance(content: Readings, around: Surroundings) -> Iterator[Finding]:
    """The meters behind one, against it: whichever batch comes last makes the comparison."""
    head = content.header
    meter = around.known(parse_digest(head.meter))
    if meter is None or not isinstance(meter.summary, MeterSummary):
        return
    days = f"{head.start}..{head.end}"
    own = Fraction(head.total)
    yield from _judge_balance(head, own, _summed(around.on(f"behind|{head.meter}|{days}"), head, around), meter.summary)
    if head.parent is None:
        return
    parent = around.known(parse_digest(head.parent))
    before = _live(around.on(f"reading|{head.parent}|{days}"), around)
    if before and parent is not None and isinstance(parent.summary, MeterSummary):
        behind = own + _summed(around.on(f"behind|{head.parent}|{days}"), head, around)
        yield from _judge_balance(head, _summed(before, head, around), behind, parent.summary)


def _judge_balance(head: Header, before: Fraction, behind: Fraction, meter: MeterSummary) -> Iterator[Finding]:
    most = before * (1 + Fraction(meter.tolerance) / 100)
    if behind > most:
        yield fail("METER_BALANCE", "header", got=readable(behind), expected=readable(before), unit=head.unit,
                   missing=readable(behind - most), tolerance=meter.tolerance)  # fmt: skip


def _live(found: Iterable[Known], around: Surroundings) -> list[Known]:
    return [
        known for known in found
        if isinstance(known.summary, ReadingSummary) and known.organisation == around.organisation
        and not known.was_ended_at(around.index) and not known.was_superseded_at(around.index)
    ]  # fmt: skip


def _summed(found: Iterable[Known], head: Header, around: Surroundings) -> Fraction:
    """Totals in the header's unit; a corrected batch counts by its correction, and not this statement's predecessor."""
    live = [known.summary for known in _live(found, around)]
    own = parse_digest(head.meter)
    others = [one for one in live if (one.meter, one.valid_from) != (own, head.start)]
    return sum((Fraction(one.total) * (conversion(one.unit, head.unit) or 0) for one in others), Fraction())


KIND: Final = Kind(
    name="reading",
    content=Readings,
    subject=lambda content: f"{content.header.meter}|{content.header.start}..{content.header.end}",
    headline=lambda content: (
        f"计量读数 {content.header.meter[:18]}…：{content.header.total} {content.header.unit}；"
        f"{content.header.start} 至 {content.header.end}"
    ),
    references=_references,
    summary=_summary,
    topics=_topics,
    claims=_claims,
    moves=_moves,
    register=_register,
    check_references=_check_references,
    check_since=_check_balance,
    words={
        "READING_OVERLAP": Words(
            "该计量器具的这些日期已由声明 {by} 记录（{space} 第 {first} 至 {last} 日），不得重复",
            "these days of the meter are recorded by statement {by} already ({space}, days {first} to {last})",
        ),
        "READING_FORK": Words(
            "同一批读数（{space}）之后已有声明 {by}（{first} 至 {last}）：用量会被重复计算",
            "statement {by} follows the same batch ({space}, {first} to {last}): what the meter showed would count "
            "twice",
        ),
        "READING_NOT_CHAINED": Words(
            "该计量器具已有读数，须接在上一批 {expected} 之后",
            "the meter has readings already: this batch must follow one of them, such as {expected}",
        ),
        "READING_TIME": Words(
            "读数时间 {got} 不在 {start} 至 {end} 之内，或未按先后排列",
            "the reading's time {got} is not within {start} to {end}, or not after the one before",
        ),
        "COUNTER_BACK": Words(
            "计数器从 {expected} 退到 {got}。请核对读数，或登记换表",
            "the counter went back from {expected} to {got}. Check the value, or record the meter's swap",
        ),
        "COUNTER_GAP": Words(
            "起始读数 {got} 与上一批末读数 {expected} 不符，其间用量缺失",
            "the batch starts at {got}, the one before it ended at {expected}: what lies between is missing",
        ),
        "READING_SUM": Words(
            "合计写为 {got} {unit}，读数之差为 {expected} {unit}",
            "the total is given as {got} {unit}, the values make it {expected} {unit}",
        ),
        "READING_LATE": Words(
            "截至 {end} 的读数晚 {days} 天才签署，属事后补录",
            "readings up to {end} were signed {days} days later: they were filled in afterwards",
        ),
        "READING_EARLY": Words(
            "截至 {end} 的读数早 {days} 天就已签署：未到的日期不能有读数",
            "readings up to {end} were signed {days} days before: days to come have no readings",
        ),
        "METER_OF_ANOTHER": Words(
            "计量器具属于 {expected}，签署方是 {got}",
            "the meter belongs to {expected}, the signer is {got}",
        ),
        "METER_UNIT": Words(
            "单位写为 {got}，计量器具为 {expected}", "the unit is given as {got}, the meter's is {expected}"
        ),
        "METER_PARENT": Words(
            "上级计量器具写为 {got}，登记为 {expected}",
            "the meter before it is given as {got}, but recorded as {expected}",
        ),
        "CALIBRATION_OTHER_METER": Words(
            "所引记录属于计量器具 {got}，不是 {expected}",
            "what the batch names belongs to meter {got}, not {expected}",
        ),
        "CALIBRATION_LAPSED": Words(
            "{start} 至 {end} 的读数不在检定有效期 {calibrated} 至 {until} 之内。请补检或降低数据质量评级",
            "readings of {start} to {end} lie outside the calibration's {calibrated} to {until}. Calibrate the meter, "
            "or rate the data lower",
        ),
        "METER_BALANCE": Words(
            "下级计量合计 {got} {unit} 超过上级的 {expected} {unit} 及容差 {tolerance}%，多 {missing} {unit}",
            "the meters behind it add up to {got} {unit}, it shows {expected} {unit} with {tolerance} percent "
            "tolerance: {missing} {unit} too much",
        ),
    },
)
