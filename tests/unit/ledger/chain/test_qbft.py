from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import rlp
from support.builders import STEEL, address
from support.chain import Chain
from support.sealed import VALIDATORS, SealedNode, seal, sealed

from ledger.chain.qbft import HEAD_SLOTS, check_seals, prove, prove_heads, quorum, read_header
from ledger.errors import EvidenceError
from ledger.statement import keccak

pytestmark = pytest.mark.chain
PINNED = frozenset(map(address, VALIDATORS))


@pytest.fixture
def block(chain: Chain) -> dict[str, Any]:
    found: dict[str, Any] = chain.client.rpc.ask("eth_getBlockByNumber", "latest", False)
    return found


@pytest.fixture
def node(chain: Chain) -> Iterator[SealedNode]:
    with SealedNode(chain.url) as found:
        yield found


# -- the header --------------------------------------------------------------------------------------------------------


def test_the_hash_of_a_real_header_is_made_from_its_fields(block: dict[str, Any]) -> None:
    """The node's own hash of its own header: the encoding of every field, with the empty extra data that it has."""
    from ledger.chain import qbft

    later = [name for name in qbft._LATER_FIELDS if block.get(name) is not None]
    fields = [qbft._field(name, block[name]) for name in (*qbft._FIELDS, *later)]
    assert "0x" + keccak(rlp.encode(fields)).hex() == block["hash"]


BESU = (
    "f8f0a00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20ea94"
    + "00" * 19 + "0194" + "00" * 19 + "02d794" + "00" * 19 + "0181ff83fedcbaf886b841"
    + "00" * 31 + "01" + "00" * 31 + "0a" + "00" + "b841" + "00" * 31 + "0a" + "00" * 31 + "01" + "00"
)  # fmt: skip


def test_besus_published_vector_of_the_extra_data_is_read(block: dict[str, Any]) -> None:
    """QbftExtraDataCodecTest of Hyperledger Besu: two validators, a vote, round 0xfedcba, two seals."""
    extra = bytes.fromhex(BESU)
    vanity, validators, vote, round_, seals = rlp.decode(extra)
    made = sealed(block)
    header_fields = {**made, "extraData": "0x" + extra.hex()}
    with pytest.raises(EvidenceError) as caught:
        read_header(header_fields)  # another header has another hash
    header = read_header({**header_fields, "hash": str(caught.value.values["got"]).split(",", maxsplit=1)[0]})
    assert header.validators == tuple(validators) == (bytes(19) + b"\1", bytes(19) + b"\2")
    assert header.seals == tuple(seals)
    assert (len(header.seals), round_.hex(), len(vanity), len(vote)) == (2, "fedcba", 32, 2)


@pytest.mark.parametrize("round_", [0, 1, 300])
def test_a_header_sealed_by_all_or_by_enough_holds(block: dict[str, Any], round_: int) -> None:
    for count in (4, 3):
        header = read_header(sealed(block, VALIDATORS[:count], round_=round_))
        check_seals(header, PINNED)
        assert header.number == int(block["number"], 16)


def test_two_thirds_are_rounded_up() -> None:
    assert [quorum(n) for n in range(1, 8)] == [1, 2, 2, 3, 4, 4, 5]


def refusal(block: dict[str, Any]) -> str:
    with pytest.raises(EvidenceError) as caught:
        check_seals(read_header(block), PINNED)
    return caught.value.code


SEALERS = [
    (VALIDATORS[:2], "QBFT_QUORUM"),
    ((), "QBFT_QUORUM"),
    ((*VALIDATORS[:2], VALIDATORS[0]), "QBFT_SEAL"),
    ((*VALIDATORS[:3], VALIDATORS[2]), "QBFT_SEAL"),
    ((*VALIDATORS[:3], "stranger"), "QBFT_SEAL"),
    ((*VALIDATORS[:2], "stranger"), "QBFT_SEAL"),
]


@pytest.mark.parametrize(("sealers", "code"), SEALERS)
def test_too_few_repeated_or_strange_seals_are_refused(
    block: dict[str, Any], sealers: tuple[str, ...], code: str
) -> None:
    assert refusal(sealed(block, sealers)) == code


def test_a_fork_by_other_validators_is_refused(block: dict[str, Any]) -> None:
    others = tuple(f"other {number}" for number in range(4))
    assert refusal(sealed(block, others, others)) == "QBFT_VALIDATORS"
    assert refusal(sealed(block, others, ())) == "QBFT_SEAL", "validators kept in a contract are not in the header"
    assert refusal(sealed(block, others)) == "QBFT_SEAL"


def test_seals_for_another_round_or_block_do_not_count(block: dict[str, Any]) -> None:
    first, second = sealed(block, round_=0), sealed({**block, "timestamp": "0x1"}, round_=0)
    extra = [*rlp.decode(bytes.fromhex(first["extraData"][2:]))]
    extra[3] = b"\1"
    moved = {**first, "extraData": "0x" + rlp.encode(extra).hex()}
    assert refusal(moved) == "QBFT_SEAL", "the hash leaves the round out, what is sealed does not"
    stapled = {**second, "extraData": first["extraData"]}
    assert refusal(stapled) == "QBFT_SEAL"


@pytest.mark.parametrize("field", ["stateRoot", "parentHash", "receiptsRoot", "number", "timestamp", "hash"])
def test_a_field_that_was_changed_does_not_have_the_hash(block: dict[str, Any], field: str) -> None:
    made = sealed(block)
    last = "1" if made[field][-1] != "1" else "2"
    assert refusal({**made, field: made[field][:-1] + last}) == "QBFT_HEADER"


DEEP = rlp.encode([])
for _ in range(2_000):
    DEEP = rlp.codec.length_prefix(len(DEEP), 0xC0) + DEEP


@pytest.mark.parametrize("extra", ["0x", "0x00", "0xc0", "0xzz", "0x" + "ff" * 40, "0x" + DEEP.hex()])
def test_what_is_no_qbft_header_is_refused(block: dict[str, Any], extra: str) -> None:
    assert refusal({**block, "extraData": extra}) == "QBFT_HEADER"
    assert refusal({name: value for name, value in sealed(block).items() if name != "nonce"}) == "QBFT_HEADER"


@pytest.mark.parametrize(
    "cut", [lambda s: s[:64], lambda s: s[:64] + b"\x1b", lambda s: s + b"\0", lambda _: bytes(65)]
)
def test_a_malformed_seal_is_refused(block: dict[str, Any], cut: Any) -> None:
    made = read_header(sealed(block))
    bad = dataclasses.replace(made, seals=(cut(made.seals[0]), *made.seals[1:]))
    with pytest.raises(EvidenceError, match="QBFT_SEAL"):
        check_seals(bad, PINNED)
    assert seal(VALIDATORS[0], made.seal_hash) in made.seals


# -- state that follows from it ----------------------------------------------------------------------------------------


def test_the_heads_are_proven_from_the_state_root(chain: Chain, node: SealedNode) -> None:
    client = chain.connect(node.url)
    assert prove_heads(client, PINNED) == {name: chain.client.event_head(name) for name in HEAD_SLOTS}
    chain.register(STEEL)
    chain.sender("operator").transact(chain.log.append(3, b"\7" * 32, []), "log")
    assert prove_heads(client, PINNED) == {name: chain.client.event_head(name) for name in HEAD_SLOTS}


def test_a_proof_with_any_bit_flipped_proves_nothing(chain: Chain, block: dict[str, Any]) -> None:
    chain.register(STEEL)
    number = hex(chain.client.block_number())
    root = bytes.fromhex(chain.client.rpc.ask("eth_getBlockByNumber", number, False)["stateRoot"][2:])
    contract = chain.client.contracts["registry"].address
    answer = chain.client.rpc.ask("eth_getProof", "0x" + contract.hex(), ["0x" + "00" * 32], number)
    proof = [bytes.fromhex(node[2:]) for node in answer["accountProof"]]
    value = prove(root, contract, proof)
    assert value
    assert rlp.decode(value)[3] == chain.client.contracts["registry"].code_hash
    for place, found in enumerate(proof):
        for position in range(0, len(found), 7):
            changed = found[:position] + bytes([found[position] ^ 1]) + found[position + 1 :]
            with pytest.raises(EvidenceError, match="STATE_PROOF"):
                prove(root, contract, [*proof[:place], changed, *proof[place + 1 :]])
    with pytest.raises(EvidenceError, match="STATE_PROOF"):
        prove(root, contract, proof[:-1])
    with pytest.raises(EvidenceError, match="STATE_PROOF"):
        prove(bytes(32), contract, proof)


@pytest.mark.parametrize("answer", [None, {}, {"accountProof": ["0x80"], "storageProof": []}, [], {"accountProof": [1]},
                                    {"accountProof": [], "storageProof": [{"proof": ["0xc0"]}]}])  # fmt: skip
def test_an_answer_that_is_no_proof_proves_nothing(chain: Chain, node: SealedNode, answer: Any) -> None:
    client = chain.connect(node.url)
    node.proof = (answer,)
    with pytest.raises(EvidenceError, match="STATE_PROOF"):
        prove_heads(client, PINNED)


def test_an_account_that_is_not_there_is_shown_to_be_absent(chain: Chain) -> None:
    number = hex(chain.client.block_number())
    root = bytes.fromhex(chain.client.rpc.ask("eth_getBlockByNumber", number, False)["stateRoot"][2:])
    answer = chain.client.rpc.ask("eth_getProof", "0x" + "ee" * 20, [], number)
    assert prove(root, b"\xee" * 20, [bytes.fromhex(node[2:]) for node in answer["accountProof"]]) is None
