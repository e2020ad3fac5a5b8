from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from support.chain import CONFIG, TOOLS

from ledger.chain import local
from ledger.chain.config import LocalChainConfig, load_config
from ledger.chain.deploy import network_of
from ledger.chain.engine import anvil_state, ensure_engine
from ledger.chain.rpc import Rpc
from ledger.errors import InputError, SourceError

pytestmark = pytest.mark.chain


@pytest.fixture(params=["anvil", pytest.param("ganache", marks=pytest.mark.ganache)])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalChainConfig]:
    config = load_config(CONFIG, engine=request.param, port=0, state_folder=str(tmp_path / "state"))
    yield config
    local.stop(config)


def mine(url: str, blocks: int = 3) -> int:
    with Rpc(url) as rpc:
        for _ in range(blocks):
            rpc.ask("evm_mine")
        return int(rpc.ask("eth_blockNumber"), 16)


def head(url: str) -> int:
    return mine(url, 0)


def test_state_survives_stop_and_kill(config: LocalChainConfig) -> None:
    assert local.status(config) is None
    chain = local.start(config, TOOLS)
    assert local.status(config) == chain == local.start(config, TOOLS), "started once"
    network = network_of(chain.url)
    number = mine(chain.url)
    assert local.stop(config)
    assert local.status(config) is None
    assert not local.stop(config)
    chain = local.start(config, TOOLS)
    assert (network_of(chain.url), head(chain.url)) == (network, number)
    number = mine(chain.url)
    time.sleep(config.state_interval_s + 1.0)
    os.kill(chain.pid, signal.SIGKILL)
    wait_for(lambda: local.status(config) is None)
    chain = local.start(config, TOOLS)
    assert (network_of(chain.url), head(chain.url)) == (network, number)
    assert network[0] == config.chain_id


@pytest.mark.parametrize("left", [b"", b'{"block": {"number": "0x1"'])
def test_a_state_file_cut_by_a_kill_is_replaced_by_an_older_one(tmp_path: Path, left: bytes) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path))
    chain = local.start(config, TOOLS)
    try:
        network, number = network_of(chain.url), mine(chain.url)
        time.sleep(2 * config.state_interval_s + 1.0)
        os.kill(chain.pid, signal.SIGKILL)
        wait_for(lambda: local.status(config) is None)
        anvil_state(config).write_bytes(left)
        chain = local.start(config, TOOLS)
        assert (network_of(chain.url), head(chain.url)) == (network, number)
        assert anvil_state(config).with_suffix(".broken.json").read_bytes() == left
    finally:
        local.stop(config)


def test_the_genesis_stays_however_often_the_chain_is_started(tmp_path: Path) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path))
    seen = set()
    for _ in range(4):
        chain = local.start(config, TOOLS)
        try:
            mine(chain.url, 1)
            seen.add(network_of(chain.url))
            with Rpc(chain.url) as rpc:
                newest = rpc.ask("eth_getBlockByNumber", "latest", False)
            assert abs(int(newest["timestamp"], 16) - time.time()) < 5
            time.sleep(1.1)  # or a new genesis would have the same time by chance
        finally:
            local.stop(config)
    assert len(seen) == 1


def wait_for(holds: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_only_our_own_process_is_stopped(tmp_path: Path) -> None:
    config = load_config(CONFIG, state_folder=str(tmp_path))
    foreign = {"pid": os.getpid(), "started": 1.0, "engine": "anvil", "url": "http://127.0.0.1:1"}
    (tmp_path / "process.json").write_text(json.dumps(foreign))
    assert local.status(config) is None
    assert not local.stop(config), "the pid is ours, the start time is not: another process has taken the number"
    for text in ("", "{}", "[1]", json.dumps({**foreign, "pid": "x"})):
        (tmp_path / "process.json").write_text(text)
        assert local.status(config) is None


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = load_config(CONFIG, port=taken.getsockname()[1], state_folder=str(tmp_path))
        with pytest.raises(SourceError, match="CHAIN_PORT_TAKEN"):
            local.start(config, TOOLS)


def test_an_engine_that_refuses_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path))
    monkeypatch.setattr(local, "arguments", lambda *_: ["--no-such-option"])
    with pytest.raises(SourceError) as caught:
        local.start(config, TOOLS)
    assert caught.value.code == "CHAIN_NOT_STARTED"
    assert "--no-such-option" in str(caught.value.values["got"])


def ends_with_nothing_left(folder: Path, number: int) -> None:
    assert not psutil.pid_exists(number)
    assert not (folder / "process.json").exists()
    assert folder not in local._CHILDREN


def pids(folder: Path) -> list[int]:
    """Processes that were given the state folder on their command line."""
    found = [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or ())]
    return [process.pid for process in found]


@pytest.mark.parametrize("life", ["exec sleep 600", "trap '' TERM; while :; do sleep 0.1; done"])
def test_an_engine_that_never_answers_is_not_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, life: str
) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path / "state"))
    silent, pid = tmp_path / "engine", tmp_path / "pid"
    silent.write_text(f"#!/bin/sh\necho $$ >{pid}\n{life}\n", encoding="ascii")
    silent.chmod(0o700)
    monkeypatch.setattr(local, "ensure_engine", lambda *_: [str(silent)])
    monkeypatch.setattr(local, "START_S", 0.5)
    monkeypatch.setattr(local, "STOP_S", 0.5)
    with pytest.raises(SourceError, match="CHAIN_NOT_STARTED"):
        local.start(config, TOOLS)
    ends_with_nothing_left(config.state_folder, int(pid.read_text()))


def test_a_start_that_is_interrupted_leaves_no_engine_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path / "state"))
    seen: list[int] = []

    def interrupt(*_: object) -> None:
        seen.extend(pids(config.state_folder))
        raise KeyboardInterrupt

    monkeypatch.setattr(local, "_start_keeper", interrupt)
    with pytest.raises(KeyboardInterrupt):
        local.start(config, TOOLS)
    assert len(seen) == 1
    ends_with_nothing_left(config.state_folder, seen[0])


def test_a_start_that_cannot_note_its_process_leaves_no_engine_running(tmp_path: Path) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path / "state"))
    (config.state_folder / "process.json.new").mkdir(parents=True)  # where the note would be written first
    with pytest.raises(SourceError, match="CHAIN_NOT_STARTED"):
        local.start(config, TOOLS)
    assert pids(config.state_folder) == []
    assert config.state_folder not in local._CHILDREN


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(CONFIG, port=0, state_folder=str(tmp_path / "state"))
    monkeypatch.setattr(local, "ensure_engine", lambda *_: [str(tmp_path / "absent")])
    with pytest.raises(SourceError) as caught:
        local.start(config, TOOLS)
    assert caught.value.code == "CHAIN_NOT_STARTED"
    assert "absent" in str(caught.value.values["got"])


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts an `npm` of ours first on the path, which does what it is told in the folder behind `--prefix`."""
    programs = tmp_path / "bin"
    programs.mkdir()

    def write(does: str) -> None:
        for name, text in (("npm", f'cd "$3" || {{ mkdir -p "$3"; cd "$3"; }}\n{does}\n'), ("node", "")):
            (programs / name).write_text(f"#!/bin/sh\n{text}", encoding="ascii")
            (programs / name).chmod(0o700)

    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return write


def test_an_engine_is_fetched_whole_or_not_at_all(tmp_path: Path, npm: Callable[[str], None]) -> None:
    tools = tmp_path / "tools"
    place = "node_modules/ganache/dist/node"
    npm(f"mkdir -p {place}; echo half > {place}/cli.js; echo network gone >&2; exit 1")
    with pytest.raises(SourceError) as caught:
        ensure_engine("ganache", tools)
    assert (caught.value.code, caught.value.values["got"]) == ("ENGINE_FETCH", "network gone")
    assert list(tools.iterdir()) == []
    (tools / "ganache-7.9.2" / "node_modules").mkdir(parents=True)  # left by a fetch that was cut off
    npm(f"mkdir -p {place}; echo whole > {place}/cli.js")
    program = Path(ensure_engine("ganache", tools)[-1])
    assert program.read_text() == "whole\n"
    npm("exit 1")
    assert ensure_engine("ganache", tools)[-1] == str(program), "fetched once"


def test_a_folder_for_engines_that_cannot_be_written_is_named(tmp_path: Path, npm: Callable[[str], None]) -> None:
    npm("")
    (tmp_path / "tools").write_text("a file")
    with pytest.raises(SourceError, match="ENGINE_FETCH"):
        ensure_engine("ganache", tmp_path / "tools")


def test_an_engine_without_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("ledger.chain.engine.find_spec", lambda _: None)
    with pytest.raises(SourceError, match="ENGINE_NO_NODE"):
        ensure_engine("anvil", tmp_path)


def test_a_platform_without_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    with pytest.raises(SourceError, match="ENGINE_PLATFORM"):
        ensure_engine("anvil", tmp_path)


def test_the_shipped_file() -> None:
    config = load_config(CONFIG)
    assert (config.engine, config.state_folder) == ("anvil", CONFIG.parent / ".tanji" / "chain")
    assert len(config.accounts.registrars) == 4
    # the first account of the phrase that Hardhat, anvil and everybody else use for development
    assert config.accounts.address("deployer").hex() == "f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
    assert len({config.accounts.address(role) for role in config.accounts.roles}) == len(config.accounts.roles)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("engine: anvil", "engine: geth", "engine"),
        ("chain_id: 20242", "chain_id: 0", "chain_id"),
        ("chain_id: 20242", "chain_id: '20242'", "chain_id"),
        ("port: 8545", "port: 70000", "port"),
        ("    - stranger", "    - auditor", "accounts"),
        ("registrar_threshold: 3", "registrar_threshold: 5", "accounts"),
        ("gas_limit:", "gaslimit:", "gas_limit"),
        ("engine: anvil", "engine: [", ""),
    ],
)
def test_a_wrong_file_names_its_field(tmp_path: Path, old: str, new: str, place: str) -> None:
    path = tmp_path / "chain.yml"
    text = CONFIG.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert caught.value.code == "CHAIN_CONFIG"
    assert place in caught.value.place
