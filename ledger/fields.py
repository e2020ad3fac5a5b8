"""Field types that several kinds of content share."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from ledger.statement import PlainText, check_plain_text

Version = Annotated[int, Field(ge=1, le=1)]
"""The version of a content's form. A number, not `Literal[1]`, which takes `1.0` and `true` for it."""

PlainLine = PlainText
"""One readable line of at most 200 signs, NFC, without controls."""

IdText = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9:._/-]*$")]
"""A product code, GTIN, series name or URN: ASCII, no blanks, no bar."""

Geography = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,5}(-[A-Z0-9]{1,4})?$")]
"""ISO 3166 country or subdivision, a database's region such as RER, or GLO."""


def _real_date(text: str) -> str:
    date.fromisoformat(text)
    return text


DateText = Annotated[str, StringConstraints(pattern=r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_real_date)]
"""A day that exists, YYYY-MM-DD; such strings order as dates do."""

ShortLine = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(check_plain_text)]
"""A product's or a line's name."""

FactorKind = Literal[
    "footprint",
    "co2_average",
    "co2_residual",
    "co2_fossil",
    "ets_default",
    "combustion",
    "transport",
    "material",
]
"""What a factor may be used for: Shanghai alone has seven official numbers for one kWh (domain section 0)."""

_CHINA: Final = timezone(timedelta(hours=8))
_LAST_SECOND: Final = 253_402_214_400
"""A day before the year 10000: whatever a signer writes, a judge can read."""


def day_in_china(seconds: int) -> date:
    """The day of `issuedAt`, Unix seconds, as a calendar in China has it."""
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), _CHINA).date()


def first_second_in_china(day: date) -> int:
    """When a day of China's calendar begins, in Unix seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=_CHINA).timestamp())
