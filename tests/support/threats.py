"""Stories of fraud: everybody in a role; the registrar's refusal, with nothing written; what an auditor's replay finds."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from support.audit import Ledger
from support.builders import DOMAIN, NOW, PRESS, RegistryWriter, Signed
from support.golden import Golden
from support.laboratory import LAB
from support.registering import submit
from support.rules import COMMITTEE
from support.volumes import registry
from support.voucher import ACCREDITOR, BODY, SUPERVISOR

from api.variants import variant_of
from ledger.errors import RefusedError
from ledger.findings import Finding, Outcome
from ledger.kinds.footprint import Footprint
from ledger.sequencer import Sequencer
from ledger.store import MasterKey, open_store
from verifier.product import ProductVerdict

ROLES = {ACCREDITOR: "accreditor", SUPERVISOR: "supervisor", BODY: "verifier", COMMITTEE: "rule-publisher",
         LAB: "laboratory"}  # fmt: skip


class Found(NamedTuple):
    """A failed finding, as a threat's test states it."""

    code: str
    place: str
    kilograms: Decimal | None = None


def everybody() -> RegistryWriter:
    """Firms, publisher and metering body, and those who accredit, supervise, verify, make rules and test samples."""
    writer = registry()
    for organisation, role in ROLES.items():
        writer.organisation(organisation)
        writer.grant(organisation, role)
    return writer


def ledger_of(*items: Signed) -> Ledger:
    """An anchored log in which an operator without scruples registered them all."""
    ledger = Ledger(registry=everybody())
    ledger.add(*items)
    ledger.anchor()
    return ledger


def refused(folder: Path, *items: Signed, writer: RegistryWriter | None = None) -> RefusedError:
    """The registrar's refusal of the last item, after it took those before it; not a row was written for it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ledger.db"
    with open_store(f"sqlite:///{path}", MasterKey(b"\x07" * 32)) as store:
        with store.write() as mirror:
            mirror.mirror("registry", (writer or everybody()).logs, 100)
        sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        for item in items[:-1]:
            sequencer.register(submit(item))
        before = _rows(path)
        with pytest.raises(RefusedError) as caught:
            sequencer.register(submit(items[-1]))
        assert _rows(path) == before
        with store.read() as reader:
            assert reader.size() == len(items) - 1
            assert reader.statement_by_digest(items[-1].digest) is None
    return caught.value


def _rows(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return list(database.iterdump())


def admitted(folder: Path, *items: Signed, writer: RegistryWriter | None = None) -> None:
    """The registrar takes them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_store(f"sqlite:///{folder}/honest.db", MasterKey(b"\x07" * 32)) as store:
        with store.write() as mirror:
            mirror.mirror("registry", (writer or everybody()).logs, 100)
        sequencer = Sequencer(store, DOMAIN, clock=lambda: NOW)
        for item in items:
            sequencer.register(submit(item))


def audited(folder: Path, *items: Signed, on: Signed | None = None) -> list[Finding]:
    """What fails in an auditor's replay of them all; only what is said of one statement, where it is named."""
    findings = ledger_of(*items).replay(folder / "log").findings
    return [f for f in findings if f.outcome is Outcome.FAIL and (on is None or f.statement == on.digest)]


def honest(folder: Path, *items: Signed) -> None:
    """The negative control: the registrar takes them all and an auditor finds nothing wrong."""
    admitted(folder, *items)
    assert audited(folder, *items) == []


def told(findings: list[Finding]) -> set[Found]:
    """Code, place and kilograms of each."""
    return {Found(f.code, f.place, f.kilograms) for f in findings}


HONEST: Final = Decimal("26.862865")
"""kgCO2e a piece of the golden part."""


@cache
def _golden(ruled: bool) -> Golden:
    return Golden(ruled=ruled)


def golden(*, ruled: bool = True) -> Golden:
    """The golden ledger, for one test to add to."""
    return copy.deepcopy(_golden(ruled))


def declared(ledger: Golden, change: Callable[[dict[str, Any]], None], name: str = "changed") -> bytes:
    """The part's next version: changed, and its sums made right again. Gives its digest."""
    value = ledger.contents["part"].model_dump(mode="json", by_alias=True, exclude_none=True)
    change(value)
    content = Footprint.model_validate({**value, "lines": tuple(value["lines"])})
    identity = content.header.product_id
    content = variant_of(content, 0, [], ledger.pins)
    head = content.header.model_copy(update={"product_id": identity})
    return ledger.declare(name, PRESS, content.model_copy(update={"header": head}), ledger.digests["part"])


def failed(verdict: ProductVerdict) -> list[Finding]:
    """What fails in a verdict."""
    return [f for f in verdict.findings if f.outcome is Outcome.FAIL]


def judged(ledger: Ledger, digest: bytes, folder: Path) -> tuple[ProductVerdict, list[Finding]]:
    """The verdict on a declaration and what fails in it; the replay says the same."""
    ledger.anchor()
    verdict = ledger.verify(folder / "product", digest)
    replayed = [f for f in ledger.replay(folder / "replay").findings if f.outcome is Outcome.FAIL]
    assert told(replayed) == told(failed(verdict))
    return verdict, failed(verdict)
