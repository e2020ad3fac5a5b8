from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from support.books import PRESS
from support.chain import Chain
from support.quirks import QuirkNode
from typer.testing import CliRunner

from api.cli import app
from ledger.chain.proposals import calls_hash

pytestmark = pytest.mark.chain
PROVINCES = ("shanghai", "jiangsu", "zhejiang", "anhui")
PASSPHRASE = "four provinces decide"
Machine = Callable[..., Any]


@pytest.fixture
def machines(chain: Chain, tmp_path: Path) -> dict[str, Machine]:
    """Four registrars, each with a folder and a key file of its own; nobody has another's key."""

    def machine(province: str) -> Machine:
        home = tmp_path / province
        home.mkdir()
        (home / "deployment.json").write_text(chain.deployment.model_dump_json(), encoding="utf-8")
        (home / "chain-url").write_text(chain.url, encoding="utf-8")
        (home / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
        keystore = Account.encrypt(chain.key(f"registrar-{province}"), PASSPHRASE, kdf="scrypt", iterations=2)
        (home / "own.key").write_text(json.dumps(keystore), encoding="utf-8")

        def run(*arguments: str, expect: int = 0, signed: bool = True) -> Any:
            key = ("--key", str(home / "own.key"), "--password-file", str(home / "passphrase")) if signed else ()
            done = CliRunner().invoke(app, ["--home", str(home), *arguments, *key])
            assert done.exit_code == expect, done.stdout + done.stderr
            return done

        return run

    return {province: machine(province) for province in PROVINCES}


def proposed(machines: dict[str, Machine], *arguments: str) -> str:
    return str(machines["shanghai"]("org", "propose", *arguments).stdout.strip())


def exists(machine: Machine) -> bool:
    return PRESS in machine("org", "list", signed=False).stdout


def test_three_of_four_provinces_admit_an_organisation_from_three_machines(
    machines: dict[str, Machine], chain: Chain
) -> None:
    address = "0x" + chain.address("supplier").hex()
    number = proposed(machines, "register", PRESS, "太仓嘉安冲压", address, "--role", "declarant")
    assert not exists(machines["jiangsu"])
    shown = json.loads(machines["jiangsu"]("org", "proposals", "--json", signed=False).stdout)
    assert (shown["threshold"], [p["approvals"] for p in shown["proposals"]]) == (3, [1])
    assert [call["code"] for call in shown["proposals"][0]["calls"]] == [
        "CALL_REGISTER_ORGANISATION",
        "CALL_GRANT_ROLE",
    ]
    second = machines["jiangsu"]("org", "approve", number, "--yes")
    assert "2/3" in second.stdout
    assert address in second.stderr, "what is approved is shown first"
    assert f"{PRESS} 太仓嘉安冲压" in second.stderr.splitlines()[2], "the role's organisation is named, not hashed"
    assert not exists(machines["jiangsu"])
    assert "已执行" in machines["anhui"]("org", "approve", number, "--yes").stdout
    assert exists(machines["zhejiang"])
    assert chain.registry.role_range(PRESS, "declarant")[1] > 0
    assert machines["zhejiang"]("org", "proposals", signed=False).stdout == ""
    assert "PROPOSAL_DONE" in machines["zhejiang"]("org", "approve", number, "--yes", expect=1).stderr


def test_nothing_is_approved_without_a_persons_word(machines: dict[str, Machine], chain: Chain) -> None:
    number = proposed(machines, "registrar", "0x" + chain.address("stranger").hex())
    before = chain.client.event_head("registry")
    assert "CONFIRMATION_NEEDED" in machines["jiangsu"]("org", "approve", number, expect=2).stderr
    assert chain.client.event_head("registry") == before


def test_one_registrar_does_not_count_twice_and_may_take_his_approval_back(
    machines: dict[str, Machine], chain: Chain
) -> None:
    number = proposed(machines, "operator", "0x" + chain.address("stranger").hex())
    assert "ALREADY_APPROVED" in machines["shanghai"]("org", "approve", number, "--yes", expect=1).stderr
    machines["jiangsu"]("org", "approve", number, "--yes")
    machines["jiangsu"]("org", "withdraw-approval", number)
    shown = json.loads(machines["anhui"]("org", "proposals", "--json", signed=False).stdout)["proposals"][0]
    assert (shown["approvals"], shown["approvers"]) == (1, ["0x" + chain.address("registrar-shanghai").hex()])
    machines["zhejiang"]("org", "approve", number, "--yes")
    assert not chain.log.is_operator(chain.address("stranger"))
    machines["anhui"]("org", "approve", number, "--yes")
    assert chain.log.is_operator(chain.address("stranger"))


WORDS = [
    (("grant", PRESS, "declarant", "--until", "900"), "declarant，范围 *，区块 [0, 900)"),
    (("revoke", PRESS, "declarant"), "收回"),
    (("end-key", "0x" + "11" * 20), "吊销钥匙 0x" + "11" * 20),
    (("end-key", "0x" + "11" * 20, "--since", "3"), "自区块 3 起泄露"),
    (("registrar", "0x" + "11" * 20, "--threshold", "4"), "门限改为 4"),
    (("registrar", "0x" + "11" * 20, "--remove"), "去除登记方"),
    (("operator", "0x" + "11" * 20, "--remove"), "不再准许账户"),
]


@pytest.mark.parametrize(("arguments", "words"), WORDS, ids=[" ".join(a[:1] + a[-1:]) for a, _ in WORDS])
def test_each_proposal_says_in_words_what_it_would_do(
    machines: dict[str, Machine], arguments: tuple[str, ...], words: str
) -> None:
    proposed(machines, *arguments)
    assert words in machines["jiangsu"]("org", "proposals", signed=False).stdout


def test_an_unknown_call_is_never_shown_as_harmless(machines: dict[str, Machine], chain: Chain) -> None:
    from ledger.chain.contracts import Call

    trailing = Call(chain.registry.address, chain.registry.set_threshold(1).data + bytes(32))
    admin = Call(chain.log.address, chain.log.add_operator(chain.address("stranger")).data[:4] + bytes(64))
    calls = [trailing, admin, Call(chain.address("stranger"), b"\x01")]
    chain.sender("registrar-shanghai").transact(chain.registry.propose(calls), "registry")
    shown = machines["jiangsu"]("org", "proposals", signed=False).stdout
    assert shown.count("未知的调用") == 3


def test_a_name_cannot_write_lines_of_its_own(machines: dict[str, Machine], chain: Chain) -> None:
    name = "甲\n  - 授予 operator\u202e"
    call = chain.registry.register_organisation("urn:example:x", name, chain.address("stranger"))
    chain.sender("registrar-shanghai").transact(chain.registry.propose([call]), "registry")
    assert len(machines["jiangsu"]("org", "proposals", signed=False).stdout.splitlines()) == 2


def test_a_node_that_gives_other_calls_gets_no_approval(
    machines: dict[str, Machine], chain: Chain, tmp_path: Path
) -> None:
    number = proposed(machines, "operator", "0x" + chain.address("stranger").hex())
    with QuirkNode(chain.url, "other_input") as node:
        (tmp_path / "jiangsu" / "chain-url").write_text(node.url, encoding="utf-8")
        assert "PROPOSAL_CALLS" in machines["jiangsu"]("org", "approve", number, "--yes", expect=1).stderr
    assert chain.registry.proposal(int(number)).approvals == 1


def test_a_proposal_that_cannot_be_read_does_not_hide_the_others(
    machines: dict[str, Machine], chain: Chain, tmp_path: Path
) -> None:
    proposed(machines, "operator", "0x" + chain.address("stranger").hex())
    with QuirkNode(chain.url, "other_input") as node:
        (tmp_path / "jiangsu" / "chain-url").write_text(node.url, encoding="utf-8")
        shown = machines["jiangsu"]("org", "proposals", signed=False).stdout
        assert "不予批准" in shown
        listed = json.loads(machines["jiangsu"]("org", "proposals", "--json", signed=False).stdout)["proposals"]
    assert [call["code"] for call in listed[-1]["calls"]] == ["PROPOSAL_CALLS"]


def test_an_unknown_proposal_is_a_usage_error(machines: dict[str, Machine]) -> None:
    assert "PROPOSAL_UNKNOWN" in machines["jiangsu"]("org", "approve", "999", "--yes", expect=2).stderr


def test_the_hash_of_calls_is_the_contracts(chain: Chain) -> None:
    calls = [chain.registry.set_threshold(2), chain.log.add_operator(chain.address("stranger"))]
    chain.sender("registrar-anhui").transact(chain.registry.propose(calls), "registry")
    number = chain.registry.proposal_count() - 1
    assert chain.registry.proposal(number).calls_hash == calls_hash(calls)
    assert calls_hash(calls[:1]) != calls_hash(calls)


@pytest.mark.parametrize("command", [(), ("approve",), ("proposals",), ("propose",), ("propose", "register")])
def test_help_teaches_in_both_languages(command: tuple[str, ...]) -> None:
    said = CliRunner().invoke(app, ["org", *command, "--help"]).stdout
    assert any("\u4e00" <= sign <= "\u9fff" for sign in said)
    assert "registrar" in said.lower() or "propos" in said.lower()
