from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak as reference_keccak
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.errors import EvidenceError
from ledger.signing import address_of, recover, sign
from ledger.statement import ZERO_TEXT, Domain, Statement, check_plain_text, keccak, typed_data

DOMAIN = Domain(chain_id=20240808, log="0x" + "5a" * 20)
FIELDS = {
    "kind": "footprint",
    "organisation": "91310113MADEM0011A",
    "headline": "产品碳足迹 冷轧卷：2569.089510 kgCO2e / 1 t；2025-01-01 至 2025-12-31",
    "subject": "CR-COIL|-|2025-01-01..2025-12-31|cradle-to-gate",
    "content": "0x" + "11" * 32,
    "previous": ZERO_TEXT,
    "issuedAt": 1_767_225_600,
}
STATEMENT = Statement.model_validate(FIELDS)
SUPPLIER_KEY = keccak(b"a supplier's key, for tests only")
NODE = Path(__file__).parents[2] / "node"


def eth_account_digest(data: dict[str, object]) -> bytes:
    signable = encode_typed_data(full_message=data)
    return reference_keccak(b"\x19" + signable.version + signable.header + signable.body)


plain = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Zl", "Zp", "Cn"]), min_size=1, max_size=40)


def safe(text: str) -> bool:
    try:
        check_plain_text(text)
    except ValueError:
        return False
    return True


statements = st.builds(
    lambda head, subject, content, previous, at: Statement.model_validate(
        {**FIELDS, "headline": head, "subject": subject, "content": "0x" + content.hex(),
         "previous": "0x" + previous.hex(), "issuedAt": at}
    ),
    plain.filter(safe), plain.filter(safe), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32),
    st.integers(0, 2**53 - 1),
)  # fmt: skip


@given(statements, st.integers(1, 2**63 - 1), st.binary(min_size=20, max_size=20))
def test_the_direct_encoding_is_eip712(statement: Statement, chain: int, log: bytes) -> None:
    domain = Domain(chain_id=chain, log="0x" + log.hex())
    assert statement.digest(domain) == eth_account_digest(typed_data(statement, domain))


@given(statements)
def test_the_canonical_text_round_trips(statement: Statement) -> None:
    assert Statement.from_bytes(statement.to_bytes()) == statement


@pytest.mark.node
@pytest.mark.parametrize("headline", [FIELDS["headline"], "emoji 🌱 and 漢字", 'quotes " and \\ back'])
def test_ethers_viem_and_metamask_agree_and_their_signatures_are_accepted(headline: str) -> None:
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        pytest.skip("NOT RUN: Node.js or tests/node/node_modules is missing; scripts/setup brings both")
    statement = Statement.model_validate({**FIELDS, "headline": headline})
    request = {"typedData": typed_data(statement, DOMAIN), "privateKey": "0x" + SUPPLIER_KEY.hex()}
    done = subprocess.run(
        ["node", "wallets.mjs"], cwd=NODE, input=json.dumps(request), text=True, capture_output=True, check=True
    )
    answers = json.loads(done.stdout)
    assert set(answers) == {"ethers", "viem", "metamask"}
    digest, ours = statement.digest(DOMAIN), sign(statement, DOMAIN, SUPPLIER_KEY)
    for answer in answers.values():
        assert answer["digest"] == "0x" + digest.hex()
        assert bytes.fromhex(answer["signature"][2:]) == ours
        assert recover(digest, bytes.fromhex(answer["signature"][2:])) == address_of(SUPPLIER_KEY)
        assert bytes.fromhex(answer["signer"][2:]) == address_of(SUPPLIER_KEY)


class TestEthAccountAcceptsMalformedMessages:
    """Known traps of the generic encoder, pinned: each is why a strict model is the only path to a digest."""

    def test_it_ignores_a_field_that_is_not_signed(self) -> None:
        data = typed_data(STATEMENT, DOMAIN)
        ridden = json.loads(json.dumps(data))
        ridden["message"]["note"] = "unsigned data that rides along"
        assert eth_account_digest(ridden) == eth_account_digest(data)
        with pytest.raises(ValidationError):
            Statement.model_validate(ridden["message"])

    def test_it_pads_a_short_digest(self) -> None:
        data = json.loads(json.dumps(typed_data(STATEMENT, DOMAIN)))
        data["message"]["content"] = "0x1111"
        eth_account_digest(data)
        with pytest.raises(ValidationError):
            Statement.model_validate(data["message"])

    @pytest.mark.parametrize("number", ["5", "0x5", None])
    def test_it_takes_other_spellings_of_a_number(self, number: object) -> None:
        data = json.loads(json.dumps(typed_data(STATEMENT, DOMAIN)))
        data["message"]["issuedAt"] = number
        with contextlib.suppress(Exception):  # newer versions may refuse some; the model must refuse all
            eth_account_digest(data)
        with pytest.raises(ValidationError):
            Statement.model_validate(data["message"])


@pytest.mark.parametrize("field", list(FIELDS))
def test_a_missing_or_null_field_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        Statement.model_validate({k: v for k, v in FIELDS.items() if k != field})
    with pytest.raises(ValidationError):
        Statement.model_validate({**FIELDS, field: None})


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "Footprint"), ("kind", ""), ("kind", "a"), ("organisation", "91310113MADEM0011B"),
     ("headline", ""), ("headline", "x" * 301), ("headline", "a\nb"), ("headline", "a\u202eb"),
     ("headline", "a\u200bb"),
     ("headline", "e\u0301"), ("headline", "a\x00"), ("headline", "\ufeffa"), ("subject", ""), ("subject", "x" * 201),
     ("content", "0x" + "11" * 31), ("content", "0x" + "AA" * 32), ("content", "11" * 32), ("content", b"\x11" * 32),
     ("previous", ""), ("issuedAt", -1), ("issuedAt", 2**53), ("issuedAt", "5"), ("issuedAt", 5.0), ("issuedAt", True)],
)  # fmt: skip
def test_a_malformed_field_is_refused_before_any_hash(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Statement.model_validate({**FIELDS, field: value})


def test_a_statement_text_with_a_repeated_key_is_refused() -> None:
    text = STATEMENT.to_bytes()
    with pytest.raises(EvidenceError) as refused:
        Statement.from_bytes(text[:-1] + b',"subject":"x"}')
    assert refused.value.code == "NOT_CANONICAL"


def test_the_values_of_a_refused_statement_stay_out_of_the_message() -> None:
    with pytest.raises(EvidenceError) as refused:
        Statement.from_bytes(STATEMENT.to_bytes().replace(b"0x1111", b"0xSECRET"))
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize("domain", [
    Domain(chain_id=20240809, log=DOMAIN.log), Domain(chain_id=DOMAIN.chain_id, log="0x" + "5b" * 20),
])  # fmt: skip
def test_a_signature_for_another_chain_or_log_is_no_signature_here(domain: Domain) -> None:
    signature = sign(STATEMENT, domain, SUPPLIER_KEY)
    assert recover(STATEMENT.digest(DOMAIN), signature) != address_of(SUPPLIER_KEY)


def test_keccak_is_keccak_and_not_sha3() -> None:
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_eth_account_recovers_our_signer() -> None:
    signable = encode_typed_data(full_message=typed_data(STATEMENT, DOMAIN))
    recovered = Account.recover_message(signable, signature=sign(STATEMENT, DOMAIN, SUPPLIER_KEY))
    assert bytes.fromhex(recovered[2:]) == address_of(SUPPLIER_KEY)
