from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.audit import Ledger

from ledger.errors import InputError
from ledger.trust import TrustFile


@pytest.mark.parametrize("pinned", [True, False])
def test_the_file_is_read_as_written(pinned: bool, tmp_path: Path) -> None:
    trust = Ledger().trust(pinned=pinned)
    (tmp_path / "trust.json").write_bytes(trust.to_bytes())
    assert TrustFile.load(tmp_path / "trust.json") == trust


@pytest.mark.parametrize(("field", "value"), [("version", 2), ("chain_id", 0), ("genesis", "0x00"), ("chain_id", "1"),
                                              ("unknown", 1), ("log_key", "")])  # fmt: skip
def test_a_field_that_is_not_exactly_right_is_refused(field: str, value: object) -> None:
    fields = json.loads(Ledger().trust().to_bytes())
    with pytest.raises(InputError) as refused:
        TrustFile.from_bytes(json.dumps({**fields, field: value}).encode())
    assert refused.value.code == "TRUST_FORMAT"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        TrustFile.load(tmp_path / "none.json")
    assert missing.value.code == "TRUST_MISSING"
