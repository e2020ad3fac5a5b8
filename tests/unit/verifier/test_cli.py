"""Exit codes of `tanji-verify` as a caller sees them: real processes, real signals, no network."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support.audit import Ledger
from support.builders import STEEL, factor, footprint, power_line

COMMAND = [sys.executable, "-m", "verifier"]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("TANJI") and k not in ("LANG", "LC_ALL")}


def run(*arguments: str, program: list[str] = COMMAND, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*program, *arguments], env={**CLEAN, **environment}, capture_output=True, text=True,
                          encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has: an audit folder, a receipt from it, a trust file with and one without event heads."""
    folder = tmp_path_factory.mktemp("reader")
    ledger = Ledger()
    basis = ledger.add(factor())
    ledger.add(footprint(STEEL, power_line(basis), product_id="COIL", value="0.5777"))
    ledger.anchor()
    ledger.write(folder / "audit")
    (folder / "trust.json").write_bytes(ledger.trust().to_bytes())
    (folder / "unpinned.json").write_bytes(ledger.trust(pinned=False).to_bytes())
    (folder / "receipt.json").write_bytes(ledger.receipt(1).to_bytes())
    (folder / "altered.json").write_bytes(ledger.receipt(1).to_bytes().replace(b"0.5777", b"0.4777", 1))
    return folder


def test_0_verified(home: Path) -> None:
    ran = run("product", str(home / "audit"), "COIL", "--trust", str(home / "trust.json"), "--json")
    assert (ran.returncode, json.loads(ran.stdout)["status"], ran.stderr) == (0, "verified", "")
    assert run("replay", str(home / "audit"), "--trust", str(home / "trust.json")).returncode == 0


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Arguments for a ledger with an honest product and a wrong one."""
    folder = tmp_path_factory.mktemp("two")
    ledger = Ledger()
    basis = ledger.add(factor())
    ledger.add(footprint(STEEL, power_line(basis), product_id="COIL", value="0.5777"))
    ledger.add(footprint(STEEL, power_line(basis, emission="0.4777"), product_id="PLATE", value="0.5777"))
    ledger.anchor()
    (folder / "trust.json").write_bytes(ledger.trust().to_bytes())
    return "product", str(ledger.write(folder / "audit")), "--trust", str(folder / "trust.json"), "--json"


def test_many_products_are_one_verdict_a_line_each_as_by_itself(two: tuple[str, ...]) -> None:
    each = [run(*two, name).stdout for name in ("COIL", "PLATE")]
    both = run(*two, "COIL", "PLATE")
    assert (both.returncode, both.stdout) == (1, "".join(each))
    everything = run(*two, "--all")
    assert (everything.returncode, everything.stdout) == (1, "".join(each))
    assert run(*two, "COIL", "COIL").returncode == 0


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "PRODUCTS_NOT_NAMED"), (("COIL", "--all"), "PRODUCTS_NOT_NAMED"), (("COIL", "NONE"), "PRODUCT_UNKNOWN"),
    (("COIL", "PLATE", "--html", "x.html"), "ONE_PRODUCT_ONLY"), (("--all", "--since", "0x00"), "ONE_PRODUCT_ONLY"),
])  # fmt: skip
def test_which_products_are_meant_has_to_be_clear(two: tuple[str, ...], arguments: tuple[str, ...], said: str) -> None:
    ran = run(*two, *arguments)
    assert (ran.returncode, ran.stdout, said in ran.stderr) == (2, "", True)


def test_1_failed(home: Path) -> None:
    ran = run("receipt", str(home / "altered.json"), "--trust", str(home / "trust.json"))
    assert (ran.returncode, "CONTENT_ROOT" in ran.stdout or "HEADLINE" in ran.stdout) == (1, True)


def test_1_failed_when_the_file_is_no_receipt(home: Path) -> None:
    (home / "junk.json").write_bytes(b"junk")
    ran = run("receipt", str(home / "junk.json"), "--trust", str(home / "trust.json"))
    assert (ran.returncode, ran.stdout, "NOT_CANONICAL" in ran.stderr) == (1, "", True)


@pytest.mark.parametrize(("arguments", "said"), [
    (("product", "{home}/audit", "NONE", "--trust", "{home}/trust.json"), "PRODUCT_UNKNOWN"),
    (("replay", "{home}/audit", "--trust", "{home}/nowhere.json"), "TRUST_MISSING"),
    (("replay", "{home}/audit", "--trust", "{home}/receipt.json"), "TRUST_FORMAT"),
    (("replay", "{home}/audit", "--trust", "{home}/trust.json", "--workers", "many"), "workers"),
    (("replay", "{home}/audit"), "trust"), (("no-such-command",), "no-such-command"), ((), "receipt"),
])  # fmt: skip
def test_2_usage(home: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*(argument.format(home=home) for argument in arguments))
    assert (ran.returncode, said in ran.stderr + ran.stdout) == (2, True)


@pytest.mark.parametrize("arguments", [
    ("receipt", "{home}/receipt.json", "--trust", "{home}/trust.json"),
    ("replay", "{home}/audit", "--trust", "{home}/unpinned.json"),
    ("product", "{home}/audit", "COIL", "--trust", "{home}/unpinned.json"),
])  # fmt: skip
def test_3_incomplete_without_a_chain(home: Path, arguments: tuple[str, ...]) -> None:
    ran = run(*(argument.format(home=home) for argument in arguments), TANJI_LANG="en")
    assert (ran.returncode, "NOT CHECKED" in ran.stdout) == (3, True)


@pytest.mark.parametrize(("arguments", "code"), [
    (("replay", "{home}/nowhere", "--trust", "{home}/trust.json"), "FILE_MISSING"),
    (("receipt", "{home}/nowhere.json", "--trust", "{home}/trust.json"), "FILE_MISSING"),
    (("receipt", "{home}", "--trust", "{home}/trust.json"), "FILE_MISSING"),
    (("receipt", "{home}/receipt.json", "--trust", "{home}/trust.json", "--chain", "http://127.0.0.1:9"), "NODE"),
    (("head", "--trust", "{home}/trust.json", "--chain", "http://127.0.0.1:9"), "NODE"),
])  # fmt: skip
def test_4_source_unavailable(home: Path, arguments: tuple[str, ...], code: str) -> None:
    ran = run(*(argument.format(home=home) for argument in arguments))
    assert (ran.returncode, ran.stdout, code in ran.stderr) == (4, "", True)


def test_5_our_own_bug_is_no_verdict_and_shows_no_values(home: Path) -> None:
    """A process in which one of our functions is broken: whatever it was about to say, it ends as our bug."""
    broken = ("import verifier.sources as s\ndef read_file(path): raise KeyError('secret')\ns.read_file = read_file\n"
              "from verifier.cli import main\nmain()")  # fmt: skip
    ran = run(
        "receipt",
        str(home / "receipt.json"),
        "--trust",
        str(home / "trust.json"),
        program=[sys.executable, "-c", broken],
    )
    assert (ran.returncode, ran.stdout) == (5, "")
    assert "KeyError" in ran.stderr
    assert "secret" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_130_interrupted(home: Path) -> None:
    """Ctrl-C while a node does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        arguments = ["receipt", str(home / "receipt.json"), "--trust", str(home / "trust.json"), "--chain", url]
        with subprocess.Popen(
            [*COMMAND, *arguments], env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                connection.recv(10)
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=60)
    assert (process.returncode, said[0], b"interrupted" in said[1]) == (130, b"", True)


def test_the_reader_of_a_pipe_may_go_away(home: Path) -> None:
    command = [*COMMAND, "product", str(home / "audit"), "COIL", "--trust", str(home / "trust.json")]
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run(command, env=CLEAN, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert ran.returncode not in (0, 5)
    assert b"bug" not in ran.stderr


@pytest.mark.parametrize(("language", "words"), [("zh", "找不到"), ("en", "was not found")])
def test_messages_come_in_the_language_that_is_asked_for(home: Path, language: str, words: str) -> None:
    arguments = ("product", str(home / "audit"), "NONE", "--trust", str(home / "trust.json"))
    assert words in run("--lang", language, *arguments).stderr
    assert words in run(*arguments, TANJI_LANG=language).stderr


def test_help_names_every_exit_code() -> None:
    said = " ".join(run("receipt", "--help").stdout.split())
    for code in ("0 通过", "1 不通过", "2 用法", "3 不完整", "4 数据源", "5 程序缺陷", "130 中断"):
        assert code in said
