"""What others ask of a certificate: what it says, for how long, and whether somebody stopped it.

A certificate never changes: what becomes of it is said by statements on it, of its own body and of the supervisor, each
in a row of its own, so that neither lifts what the other ordered.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ledger.kind import Known, Surroundings

Measure = Literal["suspended", "resumed", "cancelled"]
State = Literal["valid", "ahead", "expired", "suspended", "cancelled", "withdrawn", "replaced"]

_STOPS: Final[tuple[State, ...]] = ("cancelled", "suspended")
"""Measures under which a certificate does not count, the heavier first."""


class CertificateSummary(NamedTuple):
    """What a certificate says: `value` kgCO2e for `amount` `unit` of the product, under the boundary."""

    number: str
    holder: str
    product_id: str
    site: str | None
    value: str
    unit: str
    amount: str
    boundary: str
    declaration: bytes
    issued: str
    valid_until: str


class StatusSummary(NamedTuple):
    """What became of a certificate, from which day on, and by whose right."""

    certificate: bytes
    measure: Measure
    since: str
    authority: Literal["body", "supervisor"]


def topic_of_number(number: str) -> str:
    """Under which topic a certificate's number is found."""
    return f"certificate|{number}"


def topic_of_certified(declaration: bytes) -> str:
    """Under which topic certificates on a declaration are found."""
    return f"certified|{declaration.hex()}"


def topic_of_status(certificate: bytes) -> str:
    """Under which topic measures on a certificate are found."""
    return f"certificate-status|{certificate.hex()}"


def measures_on(certificate: Known, around: Surroundings, day: str | None = None) -> dict[str, StatusSummary]:
    """The last measure of each who may take one, that began by `day` (None: whenever) and was not withdrawn.

    Of bodies only the certificate's own may: another's measure is refused, and counts for nothing where it was let in.
    """
    found = {}
    for known in around.on(topic_of_status(certificate.digest)):
        one = known.summary
        if not isinstance(one, StatusSummary) or known.was_ended_at(around.index) or one.since > (day or "9"):
            continue
        if one.authority == "supervisor" or known.organisation == certificate.organisation:
            found[known.organisation] = one
    return found


def state_of(known: Known, around: Surroundings, day: str) -> State:
    """How a certificate stands on a day, as the log before `around.index` has it. Its summary must be at hand."""
    summary: CertificateSummary = known.summary
    if known.was_ended_at(around.index):
        return "withdrawn"
    measures = {one.measure for one in measures_on(known, around, day).values()}
    for stop in _STOPS:
        if stop in measures:
            return stop
    if known.was_superseded_at(around.index):
        return "replaced"
    if day > summary.valid_until:
        return "expired"
    return "ahead" if day < summary.issued else "valid"
