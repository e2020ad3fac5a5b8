"""What a label shows, held against the certificate that it names: altered, expired, stopped, copied, or nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.certifying import CertificateSummary, State, state_of, topic_of_number
from ledger.findings import Finding, fail
from ledger.gtin import parse_gtin, parse_link
from ledger.kind import Known
from ledger.kinds.certificate import KIND as CERTIFICATE
from ledger.kinds.certificate_status import KIND as STATUS
from ledger.numbers import parse_decimal
from ledger.trust import TrustFile
from verifier.answer import findings_lines, findings_report
from verifier.bodies import statements_of, unread
from verifier.checks import Judged, judge_among, judge_authority
from verifier.evidence import ChainEvidence, LogEvidence
from verifier.memory import Memory, fact_of, judge_since
from verifier.replay import ledger_findings

_KINDS: Final = frozenset({CERTIFICATE.name, STATUS.name})
_STOPPED: Final[frozenset[State]] = frozenset({"suspended", "cancelled", "withdrawn", "replaced"})


class Shown(NamedTuple):
    """What stands on a label: its certificate's number, the GTIN in any length, value and unit where shown."""

    number: str
    gtin: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    linked: str | None = None
    """The GTIN in the label's code, which may be another than the one on the goods."""


def shown(number: str, gtin: str | None, value: str | None, unit: str | None) -> Shown:
    """What a person read off a label: for its certificate's number may stand the URL in its code.

    Raises `InputError` DIGITAL_LINK, GTIN_FORMAT, GTIN_CHECK_DIGIT, or as `parse_decimal`.
    """
    linked = None
    if "://" in number:
        link = parse_link(number)
        number, linked = link.certificate, link.gtin
    return Shown(number, gtin, None if value is None else parse_decimal(value, "--value"), unit, linked)


@dataclass(frozen=True, slots=True)
class Label:
    """A label's certificate with the body that issued it and how it stands on the day, and every finding."""

    body: str
    certificate: CertificateSummary | None
    state: State | None
    findings: tuple[Finding, ...]


class Certificates:
    """All certificates in a log with what was said of them; `findings` are on the ledger and on these statements.

    Raises what reading raises.
    """

    def __init__(self, log: LogEvidence, chain: ChainEvidence, trust: TrustFile) -> None:
        self.findings, registry = ledger_findings(log, chain, trust)
        self._end: Final = log.bundles.size
        self._memory: Final = Memory()
        self._found: Final[dict[bytes, tuple[Judged, tuple[Finding, ...]]]] = {}
        for judged in statements_of(log, trust, self.findings):
            forks = list(self._memory.learn(fact_of(judged, registry)))
            signed = judged.statement
            if signed is None or judged.content is None or signed.kind not in _KINDS:
                self.findings.extend((*forks, *unread(judged, _KINDS)))  # it might stop a certificate
                continue
            around = self._memory.around(judged.index, signed.organisation, signed.issued_at)
            told = (*judged.findings, *forks, *judge_authority(judged, registry), *judge_among(judged, around))
            if signed.kind == CERTIFICATE.name:
                self._found[judged.digest] = judged, told
            else:
                self.findings.extend(told)

    def under(self, topic: str) -> Iterator[tuple[Known, CertificateSummary, tuple[Finding, ...]]]:
        """Certificates under a topic, oldest first, each with what is wrong with it, then or since."""
        for known in self._memory.around(self._end, "").on(topic):
            if isinstance(known.summary, CertificateSummary):
                judged, told = self._found[known.digest]
                yield known, known.summary, (*told, *judge_since(judged, self._memory, is_product=False))

    def state(self, known: Known, day: str) -> State:
        """How a certificate stands on a day, as the whole log has it."""
        return state_of(known, self._memory.around(self._end, ""), day)


def judge_label(log: LogEvidence, chain: ChainEvidence, trust: TrustFile, shown: Shown, day: str) -> Label:
    """A label on a day. Raises what reading raises, and `InputError` GTIN_FORMAT or GTIN_CHECK_DIGIT."""
    gtins = dict.fromkeys(parse_gtin(gtin) for gtin in (shown.gtin, shown.linked) if gtin is not None)
    certificates = Certificates(log, chain, trust)
    issued = list(certificates.under(topic_of_number(shown.number)))
    if not issued:
        unknown = fail("LABEL_UNKNOWN", "label", got=shown.number)
        return Label("", None, None, (*certificates.findings, unknown))
    known, said, told = issued[-1]
    state = certificates.state(known, day)
    findings = (*certificates.findings, *told, *_judge_state(said, state, day), *_judge_shown(shown, gtins, said))
    return Label(known.organisation, said, state, findings)


def _judge_state(said: CertificateSummary, state: State, day: str) -> Iterator[Finding]:
    if state in _STOPPED:
        yield fail("LABEL_SUSPENDED", "label", got=said.number, state=state)
    elif state != "valid":
        yield fail("LABEL_EXPIRED", "label", got=day, first=said.issued, last=said.valid_until)


def _judge_shown(shown: Shown, gtins: Iterable[str], said: CertificateSummary) -> Iterator[Finding]:
    for gtin in gtins:
        if gtin == said.product_id.zfill(len(gtin)):
            continue
        yield fail("LABEL_PRODUCT", "label", got=gtin, expected=said.product_id)
    wrong_unit = shown.unit is not None and shown.unit != said.unit
    expected = Decimal(said.value)
    if shown.value is not None and (shown.value != expected or wrong_unit):
        weight = None if wrong_unit else expected - shown.value
        yield fail("LABEL_VALUE", "label", weight, got=f"{shown.value} kgCO2e / {shown.unit or said.unit}",
                   expected=f"{said.value} kgCO2e / {said.amount} {said.unit}")  # fmt: skip


_STATES_ZH: Final[dict[State, str]] = {
    "valid": "有效", "ahead": "尚未生效", "expired": "已过期", "suspended": "暂停", "cancelled": "撤销",
    "withdrawn": "已撤回", "replaced": "已被取代",
}  # fmt: skip


def label_lines(label: Label, language: str) -> Iterator[str]:
    """What is known of the label, to be read."""
    said = label.certificate
    if said is not None and label.state is not None:
        state = _STATES_ZH[label.state] if language == "zh" else label.state
        yield f"{said.number}  {state}  {said.issued} – {said.valid_until}  {label.body}"
        yield f"{said.product_id}  {said.value} kgCO2e / {said.amount} {said.unit}  {said.boundary}"
    yield from findings_lines(label.findings, language)


def label_report(label: Label) -> dict[str, object]:
    """The same as JSON values."""
    said = label.certificate
    held = None if said is None else {
        "number": said.number, "holder": said.holder, "product_id": said.product_id, "value": said.value,
        "amount": said.amount, "unit": said.unit, "boundary": said.boundary, "issued": said.issued,
        "valid_until": said.valid_until,
    }  # fmt: skip
    return {"body": label.body, "certificate": held, "state": label.state, "findings": findings_report(label.findings)}
