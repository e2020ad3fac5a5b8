from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.books import PRESS
from support.chain import Chain
from typer.testing import CliRunner

from api.cli import app

pytestmark = pytest.mark.chain
Tanji = Callable[..., Any]


@pytest.fixture
def tanji(chain: Chain, tmp_path: Path) -> Tanji:
    """The command line with a data folder for the test chain; the development accounts sign."""
    (tmp_path / "deployment.json").write_text(chain.deployment.model_dump_json(), encoding="utf-8")
    (tmp_path / "chain-url").write_text(chain.url, encoding="utf-8")

    def run(*arguments: str, expect: int = 0) -> Any:
        done = CliRunner().invoke(app, ["--home", str(tmp_path), *arguments])
        assert done.exit_code == expect, done.stderr
        return done

    return run


@pytest.fixture
def registered(tanji: Tanji, chain: Chain) -> Tanji:
    address = "0x" + chain.address("supplier").hex()
    tanji("org", "register", PRESS, "太仓嘉安冲压(示例)有限公司", address, "--role", "declarant")
    return tanji


def held(tanji: Tanji) -> dict[str, dict[str, Any]]:
    shown = json.loads(tanji("org", "show", PRESS, "--json").stdout)
    return {f"{item['what']} {item['name']}": item for item in shown["held"]}


def test_an_organisation_is_registered_listed_and_shown(registered: Tanji, chain: Chain) -> None:
    found = held(registered)
    assert list(found) == ["key 0x" + chain.address("supplier").hex(), "role declarant"]
    assert PRESS in registered("org", "list").stdout
    assert "太仓嘉安冲压" in registered("org", "show", PRESS).stdout
    assert "declarant" in registered("org", "show", PRESS).stdout


def test_a_second_registration_is_refused_in_the_contracts_words(registered: Tanji, chain: Chain) -> None:
    address = "0x" + chain.address("purchaser").hex()
    done = registered("org", "register", PRESS, "x", address, expect=1)
    assert "错误" in done.stderr or "error" in done.stderr


@pytest.mark.parametrize(("arguments", "code"), [
    (("org", "register", "91320585MADEM002X5", "x", "0x" + "11" * 20), "ORGANISATION_CHECK_DIGIT"),
    (("org", "register", PRESS, "x", "0x11"), "ADDRESS_FORMAT"),
    (("org", "show", "91310113MADEM0011A"), "ORGANISATION_UNKNOWN"),
    (("org", "role", "grant", "x", "declarant"), "ORGANISATION_FORMAT"),
    (("key", "rotate", "0x" + "11" * 20), "ACCOUNT_ONE"),
    (("key", "rotate", "0x" + "11" * 20, "--account", "nobody"), "ACCOUNT_UNKNOWN"),
    (("key", "recover", "start", PRESS, "--account", "guardian-1"), "RECOVERY_ADDRESS"),
    (("key", "recover", "veto", PRESS, "0x" + "11" * 20, "--account", "guardian-1"), "RECOVERY_ADDRESS"),
])  # fmt: skip
def test_wrong_input_sends_nothing(tanji: Tanji, chain: Chain, arguments: tuple[str, ...], code: str) -> None:
    before = chain.client.event_head("registry")
    assert code in tanji(*arguments, expect=2).stderr
    assert chain.client.event_head("registry") == before


def test_roles_are_granted_and_revoked(registered: Tanji) -> None:
    registered("org", "role", "grant", PRESS, "factor-publisher", "--scope", "transport", "--until", "900")
    assert held(registered)["role factor-publisher transport"]["until"] == 900
    registered("org", "role", "revoke", PRESS, "declarant")
    assert held(registered)["role declarant"]["until"] is not None


def test_a_delegate_is_named_and_removed(registered: Tanji, chain: Chain) -> None:
    other = "0x" + chain.address("auditor").hex()
    registered("org", "delegate", PRESS, other, "--scope", "footprint", "--account", "supplier")
    assert held(registered)[f"delegate {other} footprint"]["until"] is None
    registered("org", "delegate", PRESS, other, "--scope", "footprint", "--account", "supplier", "--remove")
    assert held(registered)[f"delegate {other} footprint"]["until"] is not None


def test_a_key_is_added_rotated_and_revoked(registered: Tanji, chain: Chain) -> None:
    second, third = ("0x" + chain.address(role).hex() for role in ("purchaser", "auditor"))
    assert "KeyAdded" in registered("key", "add", PRESS, second, "--account", "supplier").stdout
    registered("key", "rotate", third, "--account", "purchaser")
    assert held(registered)[f"key {second}"]["until"] is not None
    registered("key", "revoke", third, "--account", "supplier")
    assert held(registered)[f"key {third}"]["until"] is not None
    registered("key", "revoke", third, "--account", "stranger", expect=1)


def test_a_stolen_key_counts_no_more_from_the_reported_block(registered: Tanji, chain: Chain) -> None:
    key = "0x" + chain.address("supplier").hex()
    since = held(registered)[f"key {key}"]["from"]
    registered("key", "report-compromise", key, "--since", str(since), "--account", "supplier")
    assert held(registered)[f"key {key}"]["compromised_from"] == since
    assert "泄露" in registered("org", "show", PRESS).stdout


def test_guardians_recover_a_lost_key_after_the_delay(tanji: Tanji, chain: Chain) -> None:
    guardians = ["0x" + chain.address(f"guardian-{i}").hex() for i in (1, 2, 3)]
    options = [part for address in guardians for part in ("--guardian", address)]
    supplier, new = "0x" + chain.address("supplier").hex(), "0x" + chain.address("auditor").hex()
    tanji("org", "register", PRESS, "x", supplier, *options, "--guardian-threshold", "2")
    tanji("key", "recover", "start", PRESS, new, "--account", "guardian-1")
    tanji("key", "recover", "approve", PRESS, new, "--account", "guardian-2")
    tanji("key", "recover", "complete", PRESS, "--account", "stranger", expect=1)
    chain.mine(chain.config.contracts.recovery_delay_blocks)
    tanji("key", "recover", "complete", PRESS, "--account", "stranger")
    found = held(tanji)
    assert found[f"key {supplier}"]["until"] is not None
    assert found[f"key {new}"]["until"] is None


def test_a_recovery_is_vetoed_by_the_holder_of_a_live_key(tanji: Tanji, chain: Chain) -> None:
    supplier, new = "0x" + chain.address("supplier").hex(), "0x" + chain.address("auditor").hex()
    guardian = "0x" + chain.address("guardian-1").hex()
    tanji("org", "register", PRESS, "x", supplier, "--guardian", guardian, "--guardian-threshold", "1")
    tanji("key", "recover", "start", PRESS, new, "--account", "guardian-1")
    assert "RecoveryVetoed" in tanji("key", "recover", "veto", PRESS, "--account", "supplier").stdout
    assert (
        "GuardiansSet" in tanji("key", "guardians", PRESS, guardian, "--threshold", "1", "--account", "supplier").stdout
    )


def test_a_dead_node_is_a_source_that_is_not_available(tanji: Tanji, tmp_path: Path) -> None:
    (tmp_path / "chain-url").write_text("http://127.0.0.1:9", encoding="utf-8")
    tanji("org", "list", expect=4)


def test_a_folder_without_a_ledger_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--home", str(tmp_path / "none"), "org", "list"])
    assert done.exit_code == 2
    assert "tanji chain start" in done.stderr
