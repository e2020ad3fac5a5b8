"""A chain on this machine: start, stop and status of a process of our own, whose state outlives it.

anvil rewrites its state file in place once a second, so a kill in the middle of it leaves half a file or none; a small
keeper process copies the file, whenever it is whole, to two older generations. After a kill the chain can be younger
than what was read from it (`EventHistory` says CHAIN_WENT_BACK): anchors that it lost are sent again.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson
import psutil

from ledger.chain.config import LocalChainConfig
from ledger.chain.engine import anvil_state, arguments, ensure_engine
from ledger.chain.errors import NodeError, RpcError
from ledger.chain.rpc import Rpc
from ledger.errors import SourceError

START_S: Final = 30.0
STOP_S: Final = 20.0
_PROCESS_FILE: Final = "process.json"
_LOG_FILE: Final = "node.log"
_GENERATIONS: Final = 2
_SAME_START_S: Final = 1.0
_KEEPER_SHARE: Final = 20
# Python complains of a child that is forgotten while it runs, so they are referred to until `stop` or our end
_CHILDREN: Final[defaultdict[Path, list[subprocess.Popen[bytes]]]] = defaultdict(list)


@dataclass(frozen=True, slots=True)
class LocalChain:
    """A running chain of ours. `started` is the process's start time: with `pid` it names no other process."""

    pid: int
    started: float
    engine: str
    url: str

    def process(self) -> psutil.Process | None:
        """The process, when it is still the one that was started."""
        try:
            found = psutil.Process(self.pid)
            alive = found.status() != psutil.STATUS_ZOMBIE and abs(found.create_time() - self.started) < _SAME_START_S
        except (psutil.Error, TypeError, ValueError):  # no such process, or no process file of ours
            return None
        return found if alive else None


def status(config: LocalChainConfig) -> LocalChain | None:
    """The chain that was started from this state folder, when it runs."""
    try:
        fields = json.loads((config.state_folder / _PROCESS_FILE).read_text(encoding="utf-8"))
        chain = LocalChain(**fields)
    except (OSError, ValueError, TypeError):
        return None
    return chain if chain.process() else None


def start(config: LocalChainConfig, tools: Path, say: Callable[[str], None] = lambda _: None) -> LocalChain:
    """The chain, started unless it runs already, and ready to answer.

    Raises `SourceError` CHAIN_PORT_TAKEN, CHAIN_NOT_STARTED with the engine's own words, and what `ensure_engine`
    raises.
    """
    if running := status(config):
        return running
    command = ensure_engine(config.engine, tools, say)
    try:
        config.state_folder.mkdir(parents=True, exist_ok=True)
        if config.engine == "anvil":
            _repair(anvil_state(config))
        port = _choose_port(config.port)
        process = _launch([*command, *arguments(config, port)], config.state_folder / _LOG_FILE)
    except OSError as err:
        raise SourceError("CHAIN_NOT_STARTED", engine=config.engine, got=str(err)[:300]) from err
    _CHILDREN[config.state_folder].append(process)
    try:
        return _bring_up(config, process, f"http://127.0.0.1:{port}")
    except BaseException as err:
        _abandon(config, process)
        if isinstance(err, OSError | psutil.Error):
            raise SourceError("CHAIN_NOT_STARTED", engine=config.engine, got=str(err)[:300]) from err
        raise


def _launch(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own pinned program
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )


def _bring_up(config: LocalChainConfig, process: subprocess.Popen[bytes], url: str) -> LocalChain:
    chain = LocalChain(process.pid, psutil.Process(process.pid).create_time(), config.engine, url)
    _write_whole(config.state_folder / _PROCESS_FILE, json.dumps(asdict(chain)).encode())
    _wait_until_ready(chain, process, config.chain_id, config.state_folder / _LOG_FILE)
    if config.engine == "anvil":
        with Rpc(chain.url) as rpc:
            rpc.ask("evm_setTime", int(time.time() * 1000))  # else its clock goes on from the last block
        _start_keeper(config, chain)
    return chain


def _abandon(config: LocalChainConfig, process: subprocess.Popen[bytes]) -> None:
    """Ends an engine that never became a chain; nothing rests on its state, so it may be killed."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in _CHILDREN.pop(config.state_folder, ()):
        child.wait(STOP_S)
    with suppress(OSError):
        (config.state_folder / _PROCESS_FILE).unlink()


def stop(config: LocalChainConfig) -> bool:
    """Stops the chain and says whether one ran; the engine writes its state before it ends.

    Raises `SourceError` CHAIN_NOT_STOPPED when it does not end in time; it is never killed, which could cost state.
    """
    chain = status(config)
    process = chain.process() if chain else None
    if process is None:
        return False
    process.terminate()
    try:
        process.wait(STOP_S)
    except psutil.TimeoutExpired as err:
        raise SourceError("CHAIN_NOT_STOPPED", pid=process.pid, seconds=STOP_S) from err
    for child in _CHILDREN.pop(config.state_folder, ()):
        child.wait(STOP_S)  # the keeper sees the chain's end at once
    (config.state_folder / _PROCESS_FILE).unlink(missing_ok=True)
    return True


def _choose_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as err:
            raise SourceError("CHAIN_PORT_TAKEN", port=port) from err
        return int(probe.getsockname()[1])


def _wait_until_ready(chain: LocalChain, process: subprocess.Popen[bytes], chain_id: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    with Rpc(chain.url, attempts=1) as rpc:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if int(str(rpc.ask("eth_chainId")), 16) == chain_id:
                    return
            except (NodeError, RpcError):
                pass
            time.sleep(0.05)
    said = log.read_bytes()[-300:].decode("utf-8", "replace").strip()
    raise SourceError("CHAIN_NOT_STARTED", engine=chain.engine, got=said)


# -- anvil's state file ----------------------------------------------------------------------------------------------


def _generations(state: Path) -> list[Path]:
    return [state.with_suffix(f".{i}.json") for i in range(1, _GENERATIONS + 1)]


def _whole(data: bytes) -> bool:
    try:
        return isinstance(orjson.loads(data), dict)
    except ValueError:
        return False


def _repair(state: Path) -> None:
    """Puts the newest whole generation in the place of a broken file, which anvil would refuse to start from.

    With no whole generation the broken file is moved aside and the chain begins anew, with another genesis: whoever
    trusts the old one will say so.
    """
    if not state.exists() or _whole(state.read_bytes()):
        return
    state.replace(state.with_suffix(".broken.json"))
    for older in _generations(state):
        if older.exists() and _whole(data := older.read_bytes()):
            _write_whole(state, data)
            return


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(path.suffix + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _start_keeper(config: LocalChainConfig, chain: LocalChain) -> None:
    values = [str(anvil_state(config)), str(chain.pid), repr(chain.started), str(config.state_interval_s)]
    keeper = subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, "-m", "ledger.chain.local", *values],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _CHILDREN[config.state_folder].append(keeper)


def keep(state: Path, chain: LocalChain, interval_s: float) -> None:
    """Copies the state file, whenever it is whole and new, to the older generations until the chain's process ends."""
    newest, older = _generations(state)
    last, pause = b"", interval_s
    while process := chain.process():
        with suppress(psutil.TimeoutExpired):
            process.wait(pause)
        began = time.monotonic()
        data = state.read_bytes() if state.exists() else b""
        digest = sha256(data).digest()
        if digest != last and _whole(data):
            if newest.exists():
                newest.replace(older)
            _write_whole(newest, data)
            last = digest
        # a large state must not keep this machine busy
        pause = max(interval_s, _KEEPER_SHARE * (time.monotonic() - began))


if __name__ == "__main__":
    keep(Path(sys.argv[1]), LocalChain(int(sys.argv[2]), float(sys.argv[3]), "anvil", ""), float(sys.argv[4]))
