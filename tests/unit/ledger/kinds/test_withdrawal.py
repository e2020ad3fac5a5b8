from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from ledger.disclosures import parse_content
from ledger.kind import Known
from ledger.kinds import all_kinds, kind_named
from ledger.kinds.withdrawal import Withdrawal

KIND = kind_named("withdrawal")
TARGET = "0x" + "ab" * 32
CONTENT = Withdrawal.model_validate({"header": {"version": 1, "target": TARGET, "reason": "计量表校准失效"}})


@dataclass
class Around:
    organisation: str
    index: int = 5

    def known(self, digest: bytes) -> Known | None:
        return Known(digest, 1, "footprint", "91310113MADEM0011A", "s") if digest.hex() == "ab" * 32 else None

    def newer(self, known: Known, key: str) -> Iterable[Known]:
        return ()


def test_it_names_what_it_ends_and_nothing_else() -> None:
    assert KIND.read(parse_content(KIND.disclose(CONTENT, bytes(32)))) == CONTENT
    assert KIND.subject(CONTENT) == TARGET
    assert KIND.headline(CONTENT) == "撤回声明 0xabababababababab…：计量表校准失效"
    assert KIND.ends(CONTENT) == bytes.fromhex("ab" * 32)
    assert [r.digest for r in KIND.references(CONTENT)] == [KIND.ends(CONTENT)]
    assert KIND.role(CONTENT) is None


def test_the_issuer_may_withdraw_its_own() -> None:
    around = Around("91310113MADEM0011A")
    assert list(KIND.register(CONTENT, around)) == []


def test_nobody_else_may() -> None:
    around = Around("91320585MADEM002X4")
    # said once: a judge asks `register` as well
    judged = (*KIND.register(CONTENT, around), *KIND.check_references(CONTENT, around))
    assert [f.code for f in judged] == ["WITHDRAWAL_OF_ANOTHER"]


@pytest.mark.parametrize("header", [
    {"version": 1, "target": TARGET}, {"version": 1, "target": TARGET, "reason": ""},
    {"version": 1, "target": TARGET[2:], "reason": "x"}, {"version": 1, "target": TARGET, "reason": "x", "by": "y"},
])  # fmt: skip
def test_a_withdrawal_without_target_or_reason_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Withdrawal.model_validate({"header": header})


def test_every_kind_can_be_withdrawn_but_a_withdrawal() -> None:
    (reference,) = KIND.references(CONTENT)
    assert reference.kinds == {kind.name for kind in all_kinds()} - {"withdrawal"}
