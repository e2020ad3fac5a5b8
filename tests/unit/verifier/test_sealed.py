"""With pinned validators a node is not trusted: events are held against a block that two thirds of them sealed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.anchoring import LOG_KEY
from support.builders import STEEL, address
from support.chain import Chain
from support.house import House, open_house
from support.sealed import VALIDATORS, SealedNode

from api.founding import trust_of
from ledger.errors import InputError
from ledger.trust import TrustFile
from verifier.evidence import ChainEvidence
from verifier.sources import connect, pin_heads, read_node

pytestmark = pytest.mark.chain


@pytest.fixture
def trust(chain: Chain) -> TrustFile:
    trusted = trust_of(chain.deployment, chain.config, LOG_KEY.verifier.to_text())
    named = tuple("0x" + address(validator).hex() for validator in VALIDATORS)
    return TrustFile.from_bytes(trusted.model_copy(update={"validators": named}).to_bytes())


@pytest.fixture
def node(chain: Chain) -> Iterator[SealedNode]:
    with SealedNode(chain.url) as found:
        yield found


def read(node: SealedNode, trust: TrustFile) -> ChainEvidence:
    with connect(node.url, trust) as client:
        return read_node(client, trust)


def codes(node: SealedNode, trust: TrustFile) -> list[str]:
    return [finding.code for finding in read(node, trust).findings]


def test_events_under_sealed_heads_are_whole(chain: Chain, node: SealedNode, trust: TrustFile) -> None:
    chain.register(STEEL)
    found = read(node, trust)
    assert (found.consulted, found.findings) == (True, ())
    assert pin_heads(node.url, trust).heads is not None


def test_a_node_that_lies_the_same_way_everywhere_is_found_by_the_seals(
    chain: Chain, node: SealedNode, trust: TrustFile
) -> None:
    """It shows an older state in every answer to a call, and none of the later events: consistent, but not sealed."""
    old = {(to, data): node.upstream("eth_call", {"to": to, "data": data}, "latest") for to, data in _head_calls(chain)}
    chain.register(STEEL)
    plain = trust.model_copy(update={"validators": None})
    node.replies.update(old)
    assert read(node, plain).consulted, "without the seals nobody notices"
    assert codes(node, trust) == ["HEADS_NOT_SEALED"]


def _head_calls(chain: Chain) -> list[tuple[str, str]]:
    from ledger.chain.client import _EVENT_COUNT, _EVENT_HASH

    registry = "0x" + chain.client.contracts["registry"].address.hex()
    return [(registry, "0x" + data.hex()) for data in (_EVENT_COUNT, _EVENT_HASH)]


def test_a_node_whose_past_is_not_the_one_that_was_pinned_fails(
    chain: Chain, node: SealedNode, trust: TrustFile
) -> None:
    """Pinned before the chain grew; a fork may well have as many events and more."""
    pinned = pin_heads(node.url, trust)
    chain.register(STEEL)
    assert codes(node, pinned) == []
    heads = pinned.heads
    assert heads
    other = heads.model_copy(update={"registry": heads.registry.model_copy(update={"hash": "0x" + "11" * 32})})
    assert codes(node, pinned.model_copy(update={"heads": other})) == ["EVENT_HEAD_PIN"]


@pytest.mark.parametrize(("sealers", "code"), [
    (VALIDATORS[:2], "QBFT_QUORUM"), ((*VALIDATORS[:2], "stranger"), "QBFT_SEAL"),
    ((*VALIDATORS[:2], VALIDATORS[1]), "QBFT_SEAL"),
])  # fmt: skip
def test_blocks_that_are_not_sealed_by_two_thirds_fail(
    node: SealedNode, trust: TrustFile, sealers: tuple[str, ...], code: str
) -> None:
    node.sealers = sealers
    assert codes(node, trust) == [code]


def test_a_fork_of_other_validators_with_the_same_chain_id_fails(node: SealedNode, trust: TrustFile) -> None:
    node.sealers = node.named = tuple(f"other {number}" for number in range(4))
    assert codes(node, trust) == ["QBFT_VALIDATORS"]


def test_a_chain_without_seals_fails_where_validators_are_pinned(chain: Chain, trust: TrustFile) -> None:
    with connect(chain.url, trust) as client:
        assert [f.code for f in read_node(client, trust).findings] == ["QBFT_HEADER"]


def test_a_node_without_proofs_leaves_it_incomplete(node: SealedNode, trust: TrustFile) -> None:
    node.quirks.add("no_proofs")
    found = read(node, trust)
    assert not found.consulted
    assert [(f.code, f.outcome.value) for f in found.findings] == [("NODE_REFUSED", "not_checked")]


def test_the_command_line_says_it(chain: Chain, node: SealedNode, trust: TrustFile, tmp_path: Path) -> None:
    house: House = open_house(chain, tmp_path / "home")
    house.register("a")
    house.run("export", str(tmp_path / "audit"))
    (house.folder / "trust.json").write_bytes(trust.to_bytes())
    house.judge("replay", str(tmp_path / "audit"), "--chain", node.url)
    node.sealers = VALIDATORS[:2]
    said = house.judge("replay", str(tmp_path / "audit"), "--chain", node.url, expect=1)
    assert "QBFT_QUORUM" in said.stdout


@pytest.mark.parametrize("validators", [[], ["0x12"], "0x" + "11" * 20, [1]])
def test_validators_that_are_no_addresses_are_refused(trust: TrustFile, validators: Any) -> None:
    import json

    fields = json.loads(trust.to_bytes())
    with pytest.raises(InputError) as caught:
        TrustFile.from_bytes(json.dumps({**fields, "validators": validators}).encode())
    assert caught.value.code == "TRUST_FORMAT"
