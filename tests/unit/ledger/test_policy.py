from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.builders import (
    DOMAIN,
    NOW,
    PRESS,
    PUBLISHER,
    STEEL,
    RegistryWriter,
    Signed,
    address,
    factor,
    footprint,
    power_line,
    private_key,
    standard_registry,
    withdrawal,
)

from ledger.catalogue import catalogue
from ledger.disclosures import hide
from ledger.errors import RefusedError
from ledger.holdings import MemoryShelf
from ledger.kind import Known
from ledger.policy import MAX_SKEW_SECONDS, examine, refusals
from ledger.registry import organisation_hash
from ledger.signing import sign
from ledger.statement import Domain

BLOCK = 100
BASE = factor()


@dataclass
class Around:
    """A log of a few statements, for policy alone."""

    organisation: str = STEEL
    index: int = 10
    log: dict[bytes, Known] = field(default_factory=dict)
    heads: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    shelf: MemoryShelf = field(default_factory=MemoryShelf)

    def put(self, item: Signed, **values: Any) -> Around:
        s = item.statement
        self.log[item.digest] = Known(item.digest, len(self.log), s.kind, s.organisation, s.subject, **values)
        self.heads[s.organisation, s.kind, s.subject] = item.digest
        return self

    def known(self, digest: bytes) -> Known | None:
        return self.log.get(digest)

    registered = known

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return ()

    def on(self, topic: str) -> Iterable[Known]:
        return ()

    def head(self, organisation: str, kind: str, subject: str) -> bytes | None:
        return self.heads.get((organisation, kind, subject))


def reasons(item: Signed, around: Around | None = None, registry: RegistryWriter | None = None, block: int = BLOCK,
            now: int | None = NOW) -> list[str]:  # fmt: skip
    examined = examine(item.statement, item.signature, item.text, DOMAIN)
    around = around or Around(item.statement.organisation)
    found = list(refusals(examined, around, (registry or standard_registry()).registry(), block, now=now))
    for finding in found:
        assert finding.code in catalogue()
        assert "{" not in finding.words("zh") + finding.words("en")
    return [finding.code for finding in found]


def refused(item: Signed, *, signature: bytes | None = None, text: bytes | None = None, domain: Domain = DOMAIN) -> str:
    with pytest.raises(RefusedError) as found:
        examine(item.statement, signature or item.signature, item.text if text is None else text, domain)
    assert found.value.code in catalogue()
    return found.value.code


def test_good_ones_of_every_kind_are_admitted() -> None:
    around = Around().put(BASE)
    coil = footprint(STEEL, power_line(BASE.digest), value="0.5777")
    assert reasons(BASE) == []
    assert reasons(coil, around) == []
    assert reasons(withdrawal(coil.digest), around.put(coil)) == []


# -- examine: the statement, its signature and its content --------------------------------------------------------------


def test_a_signature_in_another_form_is_refused() -> None:
    item = footprint()
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = order - int.from_bytes(item.signature[32:64], "big")
    twin = item.signature[:32] + high.to_bytes(32, "big") + bytes((55 - item.signature[64],))
    assert refused(item, signature=twin) == "SIGNATURE_HIGH_S"
    assert refused(item, signature=item.signature[:64]) == "SIGNATURE_LENGTH"
    assert refused(item, signature=item.signature[:64] + b"\x00") == "SIGNATURE_V"
    assert refused(item, signature=bytes(64) + b"\x1b") == "SIGNATURE_INVALID"


def test_a_content_that_is_not_the_signed_one_is_refused() -> None:
    item = footprint()
    assert refused(item, text=footprint(value="2.4000").text) == "CONTENT_ROOT"
    assert refused(item, text=item.text.replace(b"2.5000", b"2.5001")) == "CONTENT_ROOT"
    assert refused(item, text=b"") == "PART_FORMAT"
    assert refused(item, text=item.text + b"\n" + item.text) == "PATHS_NOT_ASCENDING"
    assert refused(item, text=b"x" * (4 * 1024 * 1024 + 1)) == "CONTENT_TOO_LARGE"
    assert refused(item, text=b"[1]\n" * 10_000 + b"[1]") == "TOO_MANY_PARTS"


def test_an_incomplete_content_is_refused() -> None:
    item = footprint()
    assert refused(item, text=hide(item.text, ["lines/0000"])) == "CONTENT_INCOMPLETE"


def test_an_unknown_kind_is_refused() -> None:
    assert refused(footprint(kind="rumour")) == "KIND_UNKNOWN"
    assert refused(footprint(kind="withdrawal")) == "CONTENT_FORMAT"


@pytest.mark.parametrize(("field_name", "code"), [("headline", "HEADLINE_DIFFERS"), ("subject", "SUBJECT_DIFFERS")])
def test_what_was_read_before_signing_must_be_what_the_content_says(field_name: str, code: str) -> None:
    assert refused(footprint(**{field_name: "另一产品"})) == code


# -- refusals: by what the chain says -----------------------------------------------------------------------------------


def test_a_stranger_signs_for_nobody() -> None:
    assert reasons(footprint(key=private_key("stranger"))) == ["KEY_NOT_VALID"]
    assert reasons(footprint(key=private_key(PRESS))) == ["KEY_NOT_VALID"]
    assert reasons(footprint("urn:acme:unknown")) == ["UNKNOWN_ORGANISATION"]


def test_a_signature_for_another_log_is_a_strangers() -> None:
    elsewhere = Domain(chain_id=1, log=DOMAIN.log)
    item = footprint()
    assert reasons(Signed(item.statement, sign(item.statement, elsewhere, private_key(STEEL)), item.text)) == [
        "KEY_NOT_VALID"
    ]


def test_a_key_counts_from_its_first_block_to_before_its_last() -> None:
    registry = standard_registry()
    registry.key(STEEL, address("second key"), 50)
    registry.end_key(STEEL, address("second key"), 60)
    item = footprint(key=private_key("second key"))
    by_block = {block: reasons(item, registry=registry, block=block) for block in (49, 50, 59, 60)}
    assert by_block == {49: ["KEY_NOT_VALID"], 50: [], 59: [], 60: ["KEY_NOT_VALID"]}


def test_a_compromised_key_counts_no_more() -> None:
    registry = standard_registry()
    registry.emit("KeyCompromised", 60, organisation=organisation_hash(STEEL), key=address(STEEL), sinceBlock=55)
    assert reasons(footprint(), registry=registry, block=54) == []
    assert reasons(footprint(), registry=registry, block=55) == ["KEY_COMPROMISED"]


def test_a_delegate_signs_what_it_was_trusted_with() -> None:
    registry = standard_registry()
    registry.delegate(STEEL, address("delegate"), "footprint", block=50, until=70)
    item = footprint(key=private_key("delegate"))
    ended = withdrawal(item.digest, key=private_key("delegate"))
    assert reasons(item, registry=registry, block=60) == []
    assert reasons(item, registry=registry, block=70) == ["DELEGATE_EXPIRED"]
    assert reasons(ended, Around().put(item), registry=registry, block=60) == ["DELEGATE_SCOPE"]


def test_the_issuer_must_hold_the_role_in_scope() -> None:
    registry = RegistryWriter()
    registry.organisation(PUBLISHER)
    assert reasons(factor(), registry=registry) == ["ROLE_NOT_HELD"]
    registry.grant(PUBLISHER, "factor-publisher", "material", block=2)
    assert reasons(factor(), registry=registry) == ["ROLE_NOT_HELD"]
    registry.grant(PUBLISHER, "factor-publisher", "footprint", block=3, start=3, until=90)
    assert reasons(factor(), registry=registry, block=89) == []
    assert reasons(factor(), registry=registry, block=90) == ["ROLE_NOT_HELD"]


# -- refusals: by what the log says -------------------------------------------------------------------------------------


def test_a_statement_from_the_future_is_refused_but_not_by_an_auditor() -> None:
    assert reasons(footprint(issuedAt=NOW + MAX_SKEW_SECONDS)) == []
    late = footprint(issuedAt=NOW + MAX_SKEW_SECONDS + 1)
    assert reasons(late) == ["CLOCK_SKEW"]
    assert reasons(late, now=None) == []


def test_a_second_statement_on_a_subject_must_name_the_first() -> None:
    first = footprint()
    around = Around().put(first)
    second = footprint(value="2.4000", previous=first.digest)
    assert reasons(second, around) == []
    assert reasons(footprint(value="2.4000"), around) == ["SUBJECT_TAKEN"]
    assert reasons(footprint(value="2.4000", previous=b"\x01" * 32), around) == ["PREVIOUS_NOT_HEAD"]
    assert reasons(footprint(value="2.3000", previous=first.digest), around.put(second)) == ["PREVIOUS_NOT_HEAD"]
    assert reasons(footprint(product_id="OTHER", previous=first.digest), around) == ["PREVIOUS_NOT_HEAD"]
    assert reasons(footprint(PRESS), Around(PRESS).put(first)) == []


def test_what_it_rests_on_must_be_there_of_its_kind_and_hold() -> None:
    coil = footprint(STEEL, power_line(BASE.digest), value="0.5777")
    assert reasons(coil, Around()) == ["REFERENCE_UNKNOWN"]
    assert reasons(coil, Around().put(BASE, ended=9)) == ["REFERENCE_WITHDRAWN"]
    assert reasons(coil, Around().put(BASE, ended=10)) == []
    other = footprint(product_id="P-1")
    wrong = footprint(STEEL, power_line(other.digest), value="0.5777")
    assert reasons(wrong, Around().put(other)) == ["REFERENCE_KIND"]


def test_a_kind_may_refuse_more() -> None:
    item = footprint()
    assert reasons(withdrawal(item.digest, PRESS), Around(PRESS).put(item)) == ["WITHDRAWAL_OF_ANOTHER"]


def test_all_reasons_are_given_at_once() -> None:
    item = footprint(STEEL, power_line(b"\x02" * 32), value="0.5777", key=private_key("stranger"), previous=b"\x01" * 32,
                     issuedAt=NOW + 999)  # fmt: skip
    assert reasons(item) == ["KEY_NOT_VALID", "CLOCK_SKEW", "PREVIOUS_NOT_HEAD", "REFERENCE_UNKNOWN"]
