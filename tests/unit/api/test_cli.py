from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
import typer
from support.books import DOMAIN, PRESS, STEEL, coil
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import Counter, app
from api.request import Request, new_request
from ledger.errors import EvidenceError, IncompleteError, InputError, RefusedError, SourceError
from ledger.signing import recover
from ledger.trust import TrustedContract, TrustFile

PASSPHRASE = "correct horse battery staple"
TANJI = [sys.executable, "-c", "from api.cli import main; main()"]
CHINESE, ENGLISH = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{3}")


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TANJI") and k not in ("LANG", "LC_ALL")}
    return subprocess.run([*TANJI, *arguments], cwd=cwd, env={**clean, **environment}, capture_output=True, text=True,
                          encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip


@pytest.fixture(scope="module")
def first_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    made = run("key", "new", "supplier.json", "--password-file", "passphrase", cwd=folder)
    assert made.returncode == 0, made.stderr
    (folder / "address").write_text(made.stdout.strip(), encoding="utf-8")
    return folder


@pytest.fixture
def desk(tmp_path: Path, first_desk: Path) -> Path:
    """A clerk's folder with a passphrase file, a key and a request to sign."""
    for path in first_desk.iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "coil.request.json").write_bytes(new_request("footprint", STEEL, coil(), DOMAIN).to_bytes())
    return tmp_path


def test_a_key_is_encrypted_private_and_shows_its_address(desk: Path) -> None:
    keystore = desk / "supplier.json"
    assert keystore.stat().st_mode & 0o777 == 0o600
    assert json.loads(keystore.read_text())["version"] == 3
    shown = run("key", "address", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert shown.stdout.strip() == (desk / "address").read_text()


def test_a_key_is_never_overwritten_and_needs_a_real_passphrase(desk: Path) -> None:
    again = run("key", "new", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert again.returncode == 2
    assert "FILE_EXISTS" in again.stderr
    (desk / "short").write_text("123\n")
    short = run("key", "new", "other.json", "--password-file", "short", cwd=desk)
    assert (short.returncode, "PASSPHRASE_SHORT" in short.stderr) == (2, True)
    assert not (desk / "other.json").exists()


def test_signing_offline_makes_a_signature_of_the_key(desk: Path) -> None:
    done = run("sign", "coil.request.json", "--key", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "coil.signed.json"
    for shown in ("冷轧卷", "2569.089510 kgCO2e", "1 t", "2025-01-01", "91310113MADEM0011A"):
        assert shown in done.stderr
    request = Request.from_bytes((desk / "coil.signed.json").read_bytes())
    assert "0x" + recover(request.digest, request.signature_bytes).hex() == (desk / "address").read_text()


def read_until(terminal: int, wanted: str, seconds: float = 30) -> str:
    seen, deadline = b"", time.monotonic() + seconds
    while wanted not in seen.decode("utf-8", "replace") and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
    return seen.decode("utf-8", "replace")


def wait_for_silence(terminal: int, seconds: float = 30) -> None:
    """Until what is typed is not shown; what was typed before that moment is thrown away by the terminal."""
    deadline = time.monotonic() + seconds
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_person_reads_what_is_signed_before_the_passphrase_is_asked_for(desk: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = [*TANJI, "sign", "coil.request.json", "--key", "supplier.json"]
    process = subprocess.Popen(arguments, cwd=desk, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    page = read_until(ours, "签署以上内容")
    for shown in ("冷轧卷", "2569.089510", "2025-01-01", "91310113MADEM0011A"):
        assert shown in page
    assert "口令" not in page
    os.write(ours, b"y\n")
    assert "口令" in read_until(ours, "口令")
    wait_for_silence(ours)
    os.write(ours, PASSPHRASE.encode() + b"\n")
    rest = read_until(ours, "coil.signed.json")
    assert process.wait(30) == 0
    assert PASSPHRASE not in page + rest
    os.close(ours)


def test_a_declined_signature_signs_nothing(desk: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = [*TANJI, "sign", "coil.request.json", "--key", "supplier.json"]
    process = subprocess.Popen(arguments, cwd=desk, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    read_until(ours, "签署以上内容")
    os.write(ours, b"n\n")
    assert "SIGNING_DECLINED" in read_until(ours, "SIGNING_DECLINED")
    assert process.wait(30) == 2
    os.close(ours)
    assert not (desk / "coil.signed.json").exists()


@pytest.mark.parametrize(("old", "new", "exit_code", "code"), [
    ("2569.089510 kgCO2e", "1569.089510 kgCO2e", 1, "REQUEST_HEADLINE"),
    ('\\"amount\\":\\"2569.089510\\"', '\\"amount\\":\\"2569.089511\\"', 1, "REQUEST_ROOT"),
    ('"tanji": "statement"', '"tanji": "stmt"', 2, "REQUEST_FORMAT"),
])  # fmt: skip
def test_a_request_that_was_changed_is_not_signed(desk: Path, old: str, new: str, exit_code: int, code: str) -> None:
    path = desk / "coil.request.json"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = run("sign", "coil.request.json", "--key", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert (done.returncode, code in done.stderr) == (exit_code, True), done.stderr
    assert not (desk / "coil.signed.json").exists()


def test_a_wrong_passphrase_a_foreign_keystore_and_a_second_signing_are_refused(desk: Path) -> None:
    (desk / "wrong").write_text("not the passphrase\n")
    arguments = ("sign", "coil.request.json", "--key", "supplier.json", "--password-file")
    assert "KEYSTORE_PASSPHRASE" in run(*arguments, "wrong", cwd=desk).stderr
    (desk / "bad.json").write_text("{}")
    bad = run("sign", "coil.request.json", "--key", "bad.json", "--password-file", "passphrase", cwd=desk)
    assert (bad.returncode, "KEYSTORE_FORMAT" in bad.stderr) == (2, True)
    assert run(*arguments, "passphrase", cwd=desk).returncode == 0
    assert "FILE_EXISTS" in run(*arguments, "passphrase", cwd=desk).stderr
    twice = run("sign", "coil.signed.json", "--key", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert (twice.returncode, "REQUEST_SIGNED" in twice.stderr) == (2, True)


def test_a_request_for_another_ledger_is_refused_when_a_trust_file_is_there(desk: Path) -> None:
    (desk / ".tanji").mkdir()
    contract = TrustedContract(address="0x" + "77" * 20, code_hash="0x" + "11" * 32)
    trust = TrustFile(operator="o", chain_id=DOMAIN.chain_id, genesis="0x" + "22" * 32, registry=contract, log=contract,
                      first_block=0, max_merge_delay=100, origin="o", log_key="k")  # fmt: skip
    (desk / ".tanji" / "trust.json").write_bytes(trust.to_bytes())
    done = run("sign", "coil.request.json", "--key", "supplier.json", "--password-file", "passphrase", cwd=desk)
    assert (done.returncode, "REQUEST_OTHER_LEDGER" in done.stderr) == (2, True)


def test_without_a_terminal_the_passphrase_comes_from_a_file_or_a_pipe(desk: Path) -> None:
    done = run("sign", "coil.request.json", "--key", "supplier.json", "--yes", cwd=desk)
    assert (done.returncode, "PASSPHRASE_NO_TERMINAL" in done.stderr) == (2, True)
    piped = subprocess.run([*TANJI, "sign", "coil.request.json", "--key", "supplier.json", "--yes"], cwd=desk,
                           input=PASSPHRASE + "\n", capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert piped.returncode == 0, piped.stderr


# -- exit codes, languages, help ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "exit_code"), [
    (EvidenceError("NOT_CANONICAL", got="x"), 1), (RefusedError("X"), 1), (InputError("DIGEST_FORMAT", got="x"), 2),
    (IncompleteError("PART_HIDDEN", hidden=1), 3), (SourceError("X"), 4), (ZeroDivisionError("secret"), 5),
    (KeyboardInterrupt(), 130),
])  # fmt: skip
def test_each_kind_of_error_ends_in_its_exit_code(error: BaseException, exit_code: int) -> None:
    probe = typer.Typer(cls=Counter)

    @probe.callback()
    def nothing() -> None: ...

    @probe.command()
    def fall() -> None:
        raise error

    done = CliRunner().invoke(probe, ["fall"])
    assert done.exit_code == exit_code
    assert done.stdout == ""
    assert "secret" not in done.stderr


def test_usage_errors_and_unknown_commands_end_in_2(tmp_path: Path) -> None:
    assert run("no-such-command", cwd=tmp_path).returncode == 2
    assert run("sign", cwd=tmp_path).returncode == 2
    assert run("--lang", "fr", "factor", "seed", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(("environment", "arguments", "word"), [
    ({}, (), "错误"), ({"LANG": "zh_CN.UTF-8"}, (), "错误"), ({"LANG": "C.UTF-8"}, (), "错误"),
    ({"LANG": "en_US.UTF-8"}, (), "error"), ({"LANG": "de_DE.UTF-8"}, (), "error"),
    ({"LANG": "en_US.UTF-8", "TANJI_LANG": "zh"}, (), "错误"), ({"LANG": "zh_CN.UTF-8"}, ("--lang", "en"), "error"),
])  # fmt: skip
def test_messages_speak_the_persons_language(
    tmp_path: Path, environment: dict[str, str], arguments: tuple[str, ...], word: str
) -> None:
    done = run(*arguments, "key", "address", "none.json", "--password-file", "none", cwd=tmp_path, **environment)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{word} FILE_NOT_READ")


def test_a_bad_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".tanji").mkdir()
    (tmp_path / ".tanji" / "tanji.toml").write_text("colour = 3\n")
    done = run("org", "list", cwd=tmp_path)
    assert (done.returncode, "tanji.toml: colour" in done.stderr) == (2, True)


def all_commands() -> list[list[str]]:
    def walk(command: object, path: list[str]) -> list[list[str]]:
        inner = getattr(command, "commands", {})
        return [path, *[p for name, sub in inner.items() for p in walk(sub, [*path, name])]]

    return walk(get_command(app), [])


@pytest.mark.parametrize("path", all_commands(), ids=lambda p: " ".join(p) or "tanji")
def test_every_help_teaches_in_both_languages(path: list[str]) -> None:
    done = CliRunner().invoke(app, [*path, "--help"])
    assert done.exit_code == 0
    assert CHINESE.search(done.stdout)
    assert ENGLISH.search(done.stdout)


def test_help_names_the_exit_codes() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    for code in ("0", "1", "2", "3", "4", "5", "130"):
        assert re.search(rf"\b{code} ", text)


def test_help_reads_nothing_and_imports_nothing_heavy(tmp_path: Path) -> None:
    heavy = "{'web3', 'sqlmodel', 'eth_account', 'pint'}"
    code = (
        f"import sys; from api.cli import app; found = {heavy} & set(sys.modules); print(found); sys.exit(bool(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_gets_its_completion(tmp_path: Path, shell: str) -> None:
    done = run("--show-completion", shell, cwd=tmp_path, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0
    assert "_COMPLETE" in done.stdout


def test_results_go_to_stdout_without_colour_and_messages_to_stderr(tmp_path: Path) -> None:
    done = run("factor", "seed", "elec-fp-cn", "--json", cwd=tmp_path)
    factors = json.loads(done.stdout)["factors"]
    assert {f["header"]["year"] for f in factors} == {2023, 2024}
    text = run("factor", "seed", "elec-fp-cn", cwd=tmp_path)
    assert "0.5777" in text.stdout
    assert "\x1b" not in text.stdout + text.stderr


def test_the_examples_can_be_printed(tmp_path: Path) -> None:
    for ending in ("yml", "csv", "json", "full"):
        assert PRESS in run("declare", "--example", ending, cwd=tmp_path).stdout
    assert run("declare", "--example", "xls", cwd=tmp_path).returncode == 2
