"""Threats by nodes, registrars and whoever can replace a contract, on a chain that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.anchoring import Office, faults, site_of
from support.builders import NOW, PRESS, footprint
from support.chain import Chain
from support.evm import load_artifact
from support.quirks import QuirkNode
from support.reader import reader_of

from ledger.chain.errors import RevertedError
from ledger.errors import EvidenceError, RefusedError
from ledger.sequencer import Submission

pytestmark = pytest.mark.chain
PROVINCES = ("registrar-shanghai", "registrar-jiangsu", "registrar-zhejiang")


@pytest.mark.parametrize("kept_back", ["first", "last", "middle", "all"])
def test_threat_24_node_hides_events(chain: Chain, tmp_path: Path, kept_back: str) -> None:
    """Whatever is asked of a node that leaves events out, the answer is incomplete; before an honest one all passes."""
    reader = reader_of(chain, tmp_path)
    last = max(reader.counts.values())
    hidden = {"first": {0}, "last": {n - 1 for n in reader.counts.values()}, "middle": {1, 2}, "all": set(range(last))}
    with QuirkNode(reader.chain.url, "omit_logs") as node:
        node.hidden_sequences = hidden[kept_back]
        ran = reader.every(node.url)
    assert {name: one.exit_code for name, one in ran.items()} == dict.fromkeys(ran, 3)
    assert all("EVENTS_MISSING" in one.stdout + one.stderr for one in ran.values())
    assert ran["head"].stdout == "", "no head is noted from half a history"
    assert {name: one.exit_code for name, one in reader.every().items()} == dict.fromkeys(ran, 0)


def code_of(refused: pytest.ExceptionInfo[RevertedError]) -> str:
    return refused.value.code


def test_threat_46_governance_capture(chain: Chain, tmp_path: Path) -> None:
    """One registrar alone grants nothing: not at once, not twice, not with other calls; the third approval does."""
    site = site_of(chain, f"sqlite:///{tmp_path}/ledger.db")
    chain.decide(chain.registry.register_organisation(PRESS, "冲压", chain.address("stranger")))
    grant = chain.registry.grant_role(PRESS, "declarant", "")
    first = chain.sender(PROVINCES[0])
    with pytest.raises(RevertedError) as refused:
        first.transact(grant, "registry")
    assert code_of(refused) == "REVERTED_ONLY_GOVERNANCE"
    with pytest.raises(RevertedError) as refused:
        chain.sender("stranger").transact(chain.registry.propose([grant]), "registry")
    assert code_of(refused) == "REVERTED_NOT_REGISTRAR"
    first.transact(chain.registry.propose([grant]), "registry")
    number = chain.registry.proposal_count() - 1
    with pytest.raises(RevertedError) as refused:
        first.transact(chain.registry.approve(number, [grant]), "registry")
    assert code_of(refused) == "REVERTED_PROPOSAL_ALREADY_APPROVED"
    other = [chain.registry.grant_role(PRESS, "factor-publisher", "")]
    with pytest.raises(RevertedError) as refused:
        chain.sender(PROVINCES[1]).transact(chain.registry.approve(number, other), "registry")
    assert code_of(refused) == "REVERTED_CALLS_MISMATCH"
    with Office(site) as office:
        made = footprint(PRESS, key=chain.key("stranger"), domain=site.domain, issuedAt=NOW)
        submission = Submission(made.statement, made.signature, made.text)
        assert _registered(office, submission) == "ROLE_NOT_HELD"
        for province in PROVINCES[1:]:
            before = chain.client.event_head("registry")
            chain.sender(province).transact(chain.registry.approve(number, [grant]), "registry")
            assert chain.client.event_head("registry") != before, "every step stands in the events"
        assert _registered(office, submission) == ""


def _registered(office: Office, submission: Submission) -> str:
    """Why the statement is refused; an empty text when it is taken."""
    office.follower.follow()
    (result,) = office.sequencer.register_batch([submission])
    return result.code if isinstance(result, RefusedError) else ""


def test_threat_47_malicious_upgrade(chain: Chain, tmp_path: Path) -> None:
    """The log's code is swapped at its own address: every reader's trust file pins the hash of the old one.

    There is no upgrade to abuse: no contract hands its calls to another's code.
    """
    reader = reader_of(chain, tmp_path)
    assert {one.exit_code for one in reader.every().values()} == {0}
    log = chain.client.contracts["log"].address
    code = bytes.fromhex(chain.client.rpc.ask("eth_getCode", "0x" + log.hex(), "latest")[2:])
    changed = bytearray(code)
    changed[len(code) // 2] ^= 1
    chain.client.rpc.ask("anvil_setCode", "0x" + log.hex(), "0x" + changed.hex())
    for name, one in reader.every().items():
        assert (one.exit_code, "CODE_HASH_MISMATCH" in one.stderr, one.stdout) == (1, True, ""), name
    with pytest.raises(EvidenceError) as caught:
        chain.connect()
    assert caught.value.code == "CODE_HASH_MISMATCH"
    names = {
        i["name"] for c in ("OrganisationRegistry", "TransparencyLog") for i in load_artifact(c)["abi"] if "name" in i
    }
    assert not [name for name in names if "upgrade" in name.lower() or "implementation" in name.lower()]


# the block that both chains share is one of this test: of those before a snapshot anvil may have no state any more
@pytest.mark.parametrize("depth", [1, 2])
def test_threat_50_reorganisation(chain: Chain, tmp_path: Path, depth: int) -> None:
    """Confirmed anchors vanish with their blocks: told with both headers, and anchored again with the same bytes."""
    site = site_of(chain, f"sqlite:///{tmp_path}/ledger.db")
    with Office(site) as office:
        entries = []
        for name in ("a", "b", "c"):
            entries += office.register(name)
            office.anchor()
        assert office.anchors.incidents() == []
        hashes = [a.hash for a in office.anchors.anchorings()]
        nonce = chain.client.nonce(chain.address("operator"))
        chain.client.rpc.ask("anvil_reorg", depth, [])
        assert chain.client.nonce(chain.address("operator")) == nonce - depth, "the reorganisation took anchors away"
        office.anchor()
        assert [a.hash for a in office.anchors.anchorings()] == hashes
        lost = [i for i in office.anchors.incidents() if i.code == "ANCHOR_LOST"]
        assert len(lost) == depth
        assert all(i.detail["was"] != i.detail["is"] for i in lost), "both headers are kept"
    assert faults(site, entries) == []
