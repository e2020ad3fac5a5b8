"""A supplier's, a chain leader's and an auditor's day, from the command line only; and each wrong input at its step."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.desk import VERIFY, Desk, open_desk
from support.workbooks import filled, planted, saved, typed

from ledger.checkpoint import VerifierKey, open_checkpoint
from ledger.disclosures import parse_content
from ledger.merkle import leaf_hash, verify_inclusion
from ledger.receipt import Receipt
from ledger.trust import TrustFile

pytestmark = pytest.mark.chain

DATA = Path(str(files("api"))) / "data"
PUBLISHER, STEEL, PRESS = "91310000MADEM0101Y", "91310113MADEM0011A", "91320585MADEM002X4"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Organisations registered, factors published, coil and part declared and anchored."""
    with open_desk(tmp_path_factory.mktemp("day")) as desk:
        for organisation, name, role in (
            (PUBLISHER, "publisher", "factor-publisher"), (STEEL, "steel", "declarant"), (PRESS, "press", "declarant"),
        ):  # fmt: skip
            desk.run("org", "register", organisation, f"{name}(示例)", desk.new_key(name), "--role", role)
        desk.run("factor", "publish", PUBLISHER, "--key", "publisher.key", "--password-file", "passphrase")
        for draft, name in (("demo_coil.yml", "steel"), ("example_draft.csv", "press")):
            shutil.copy(DATA / draft, desk.folder)
            request = desk.run("declare", draft).stdout.strip()
            (desk.folder / f"{name}.digest").write_text(desk.sign_and_submit(request, name))
        desk.run("anchor", "--account", "operator")
        yield desk


def digest(desk: Desk, name: str) -> str:
    return (desk.folder / f"{name}.digest").read_text()


def test_a_declaration_is_registered_and_anchored(day: Desk) -> None:
    found = day.json("status", digest(day, "press"))
    assert found["organisation"] == PRESS
    assert found["anchored_in_block"] is not None
    said = day.json("status")
    assert (said["entries"], said["anchored"], said["checkpoints"], said["waiting"]) == (92, 92, 1, 0)
    assert said["incidents"] == []
    assert day.json("chain", "status")["anchored_size"] == 92


def test_the_draft_had_the_golden_result(day: Desk) -> None:
    request = json.loads((day.folder / "example_draft.request.json").read_text(encoding="utf-8"))
    assert "26.862865 kgCO2e / 1 piece" in request["statement"]["headline"]


def test_the_ledger_lists_its_factors_with_their_sources(day: Desk) -> None:
    assert len(day.json("factor", "list")["factors"]) == 90
    found = json.loads(day.run("factor", "show", "elec-fp-cn/2024").stdout)
    assert (found["result"]["value"], found["organisation"]) == ("0.5777", PUBLISHER)
    assert found["source"]["printed"] == "0.5777 kgCO2e/kWh"
    assert "FACTOR_NOT_FOUND" in day.run("factor", "show", "elec-fp-cn/1999", expect=2).stderr


def test_publishing_again_signs_nothing(day: Desk) -> None:
    again = day.run("factor", "publish", PUBLISHER, "--key", "publisher.key", "--password-file", "passphrase")
    assert again.stdout.strip() == "0"


def test_submitting_again_gives_the_same_place(day: Desk) -> None:
    again = day.json("submit", "example_draft.signed.json")["registered"][0]
    assert (again["repeated"], again["digest"]) == (True, digest(day, "press"))


def test_the_same_product_again_must_say_that_it_replaces(day: Desk) -> None:
    done = day.run("declare", "example_draft.csv", "-o", "again.json", expect=2)
    assert "SUBJECT_HAS_HEAD" in done.stderr
    assert not (day.folder / "again.json").exists()


def test_a_workbook_is_declared_like_the_csv_and_its_faults_are_all_told(day: Desk) -> None:
    assert day.run("declare", "--template", "empty.xlsx").stdout.strip() == "empty.xlsx"
    assert "FILE_EXISTS" in day.run("declare", "--template", "empty.xlsx", expect=2).stderr
    assert "DRAFT_CHOICE" in day.run("declare", "--template", "empty.xls", expect=2).stderr
    (day.folder / "part.xlsx").write_bytes(saved(filled()))
    made = day.json("declare", "part.xlsx", "--replace")
    theirs = day.json("declare", "example_draft.csv", "--replace", "-o", "theirs.json")
    assert (made["headline"], made["lines"]) == (theirs["headline"], theirs["lines"])
    faulty = planted(
        typed("活动数据", "D3", "=D2*2"), typed("活动数据", "D4", "１，２３４"), typed("产品", "B4", 6901234567892)
    )
    (day.folder / "faulty.xlsx").write_bytes(faulty)
    said = day.run("declare", "faulty.xlsx", expect=2).stderr.splitlines()
    assert [line.split("：")[0].split("  ")[-1] for line in said if line.startswith("错误")] == [
        "faulty.xlsx 产品!B4", "faulty.xlsx 活动数据!D3", "faulty.xlsx 活动数据!D4",
    ]  # fmt: skip
    assert "选择性粘贴" in said[1]
    assert "paste values" in day.run("--lang", "en", "declare", "faulty.xlsx", expect=2).stderr
    assert not (day.folder / "faulty.request.json").exists()


def test_an_unsigned_or_changed_file_is_not_submitted(day: Desk) -> None:
    assert "REQUEST_NOT_SIGNED" in day.run("submit", "example_draft.request.json", expect=2).stderr
    text = (day.folder / "example_draft.signed.json").read_text(encoding="utf-8")
    changed = day.folder / "changed.json"
    changed.write_text(text.replace('\\"amount\\":\\"4000\\"', '\\"amount\\":\\"3000\\"'), encoding="utf-8")
    assert "REQUEST_ROOT" in day.run("submit", "changed.json", expect=1).stderr


def test_a_stranger_cannot_sign_for_the_supplier(day: Desk) -> None:
    day.new_key("stranger")
    draft = (DATA / "example_draft.yml").read_text(encoding="utf-8").replace("DOOR-INNER-L", "DOOR-STRANGER")
    (day.folder / "stranger.yml").write_text(draft, encoding="utf-8")
    request = day.run("declare", "stranger.yml").stdout.strip()
    signed = day.run("sign", request, "--key", "stranger.key", "--password-file", "passphrase").stdout.strip()
    assert "KEY_NOT_VALID" in day.run("submit", signed, expect=1).stderr


def test_an_organisation_without_the_role_is_refused(day: Desk) -> None:
    draft = (DATA / "demo_coil.yml").read_text(encoding="utf-8").replace(STEEL, PUBLISHER)
    (day.folder / "role.yml").write_text(draft, encoding="utf-8")
    request = day.run("declare", "role.yml").stdout.strip()
    signed = day.run("sign", request, "--key", "publisher.key", "--password-file", "passphrase").stdout.strip()
    assert "ROLE_NOT_HELD" in day.run("submit", signed, expect=1).stderr


def test_a_draft_with_errors_names_every_cell_and_writes_nothing(day: Desk) -> None:
    text = (DATA / "example_draft.csv").read_text(encoding="utf-8")
    text = text.replace("740,兆瓦时", "1 240,兆瓦").replace("elec-fp-pv-cn/2023", "elec-fp-pv-cn/2019")
    (day.folder / "wrong.csv").write_text(text, encoding="utf-8")
    said = day.run("declare", "wrong.csv", expect=2).stderr
    for part in (
        "wrong.csv D14",
        "DECIMAL_NEAR",
        "wrong.csv E14",
        "DRAFT_CHOICE",
        "wrong.csv F15",
        "FACTOR_NOT_FOUND",
    ):
        assert part in said
    assert not (day.folder / "wrong.request.json").exists()


def test_a_withdrawn_declaration_cannot_be_built_upon(day: Desk) -> None:
    draft = (DATA / "demo_coil.yml").read_text(encoding="utf-8").replace("CR-COIL", "CR-COIL-2")
    (day.folder / "second.yml").write_text(draft, encoding="utf-8")
    request = day.run("declare", "second.yml").stdout.strip()
    made = day.sign_and_submit(request, "steel")
    assert day.json("status", made, expect=3)["anchored_in_block"] is None
    withdrawal = day.run("withdraw", made, "--reason", "数据有误", "-o", "w.request.json").stdout.strip()
    day.sign_and_submit(withdrawal, "steel")
    assert day.json("status", made, expect=3)["withdrawn_by_index"] is not None
    part = (DATA / "example_draft.yml").read_text(encoding="utf-8").replace("A/CR-COIL", "A/CR-COIL-2")
    (day.folder / "part2.yml").write_text(part, encoding="utf-8")
    assert "UPSTREAM_NOT_FOUND" in day.run("declare", "part2.yml", expect=2).stderr
    unknown = day.run("withdraw", "0x" + "12" * 32, "--reason", "x", expect=2)
    assert "STATEMENT_UNKNOWN" in unknown.stderr


@pytest.mark.parametrize(("options", "shown"), [
    ((), 7), (("--hide", "lines"), 3), (("--show", "header", "--show", "result"), 2), (("--hide", "lines/0002"), 6),
])  # fmt: skip
def test_a_receipt_shows_what_it_shall_and_keeps_the_root(day: Desk, options: tuple[str, ...], shown: int) -> None:
    name = f"receipt-{shown}.json"
    day.run("receipt", digest(day, "press"), "-o", name, *options)
    receipt = Receipt.from_bytes((day.folder / name).read_bytes())
    parts = parse_content(receipt.text.encode())
    assert (len(parts.shown), parts.hidden) == (shown, 7 - shown)
    assert "0x" + parts.root.hex() == receipt.statement.content
    trust = TrustFile.load(day.folder / ".tanji" / "trust.json")
    point = open_checkpoint(receipt.checkpoint.encode(), VerifierKey.parse(trust.log_key), trust.origin)
    entry = receipt.entry(receipt.statement.digest(trust.domain))
    proof = [bytes.fromhex(node[2:]) for node in receipt.proof]
    verify_inclusion(leaf_hash(entry.to_bytes()), receipt.index, point.size, proof, point.root)


def test_a_receipt_is_exported_for_other_peoples_verifiers(day: Desk) -> None:
    made = day.run("receipt", digest(day, "press"), "-o", "for-cose.json", "--cose", "press.cose").stdout.split()
    assert made == ["for-cose.json", "press.cose"]
    for out, cose in (("other.json", "press.cose"), ("for-cose.json", "other.cose"), ("other.json", "other.json")):
        assert "FILE_EXISTS" in day.run("receipt", digest(day, "press"), "-o", out, "--cose", cose, expect=2).stderr
    assert not list(day.folder.glob("other.*"))
    receipt = Receipt.from_bytes((day.folder / "for-cose.json").read_bytes())
    trust = TrustFile.load(day.folder / ".tanji" / "trust.json")
    key = Ed25519PublicKey.from_public_bytes(VerifierKey.parse(trust.log_key).public_key)
    (day.folder / "log.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    entry = receipt.entry(receipt.statement.digest(trust.domain)).to_bytes()
    for leaf, code in ((entry, 0), (entry[:-1] + bytes([entry[-1] ^ 1]), 1)):
        day.run("--receipt", "press.cose", "--receipt-log-pubkey", "log.pem", "--leaf-entry-hex", leaf.hex(),
                program=[sys.executable, "-m", "scitt_cose.cli"], expect=code)  # fmt: skip
    (day.folder / ".tanji" / "log.key").rename(day.folder / "log.key")
    try:
        said = day.run("receipt", digest(day, "press"), "-o", "no.json", "--cose", "no.cose", expect=2).stderr
    finally:
        (day.folder / "log.key").rename(day.folder / ".tanji" / "log.key")
    assert ("FILE_NOT_READ" in said, (day.folder / "no.json").exists()) == (True, False)


def test_a_receipt_for_a_wrong_part_or_statement_is_not_made(day: Desk) -> None:
    assert "NO_SUCH_PART" in day.run("receipt", digest(day, "press"), "--hide", "lines/0099", expect=2).stderr
    assert "STATEMENT_UNKNOWN" in day.run("receipt", "0x" + "12" * 32, expect=2).stderr
    assert "DIGEST_FORMAT" in day.run("receipt", "0x12", expect=2).stderr


def test_the_audit_folder_holds_the_log_and_is_written_once(day: Desk) -> None:
    first = day.json("export", "audit")
    assert first["size"] >= 92
    again = day.json("export", "audit")
    assert (again["written"], again["removed"]) == (0, 0)
    for path in ("checkpoint", "chain/registry.jsonl", "chain/log.jsonl", "deployment.json"):
        assert (day.folder / "audit" / path).is_file()


def test_the_doctor_finds_nothing_wrong_and_then_names_what_is(day: Desk) -> None:
    found = {check["what"].split()[-1]: check for check in day.json("doctor")["checks"]}
    assert found["store"]["state"] == found["chain"]["state"] == "ok"
    url = day.folder / ".tanji" / "chain-url"
    kept = url.read_text()
    try:
        url.write_text("http://127.0.0.1:9")
        assert "✗ 链 chain" in day.run("doctor", expect=4).stdout
    finally:
        url.write_text(kept)
    master = day.folder / ".tanji" / "master.key"
    master.chmod(0o644)
    try:
        assert "✗ 存储 store" in day.run("doctor", expect=1).stdout
    finally:
        master.chmod(0o600)


# -- the chain leader and the auditor ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audit(day: Desk) -> Path:
    """What the auditor gets: the audit folder, and by another way the trust file."""
    day.run("anchor", "--account", "operator")
    day.run("export", "handed-over")
    return day.folder / "handed-over"


def test_the_chain_leader_verifies_the_part_with_its_steel(day: Desk, audit: Path) -> None:
    found = day.json("verify", "DOOR-INNER-L")
    assert (found["status"], found["declared"], found["recomputed"]) == ("verified", "26.862865", "26.862865")
    headlines = [s["headline"] for s in found["statements"] if s["kind"] == "footprint"]
    assert [h.split("：")[0] for h in headlines] == ["产品碳足迹 冷轧卷", "产品碳足迹 车门内板"]
    codes = {f["code"]: f["outcome"] for f in found["findings"]}
    assert codes["GREEN_CERTIFICATES"] == "not_checked"
    tree = day.run("verify", digest(day, "press")).stdout
    assert "冷轧卷" in tree
    assert "\x1b" not in tree


def test_a_product_that_nobody_declared_is_a_usage_error(day: Desk, audit: Path) -> None:
    assert "PRODUCT_UNKNOWN" in day.run("verify", "NO-SUCH-PRODUCT", expect=2).stderr
    assert "CHAIN_OR_OFFLINE" in day.run("verify", "X", "--offline", "--chain", "http://127.0.0.1:9", expect=2).stderr


def test_two_auditors_get_the_same_state_whatever_their_processes(day: Desk, audit: Path) -> None:
    one = day.json("replay", "handed-over", "--workers", "1")
    two = day.json("replay", "handed-over", "--workers", "2")
    assert one == two
    assert one["status"] == "verified"


def test_an_auditor_without_network_pins_the_heads_first(day: Desk, audit: Path) -> None:
    url = (day.folder / ".tanji" / "chain-url").read_text()
    offline = ("replay", "handed-over", "--offline")
    assert "CHAIN_NOT_CONSULTED" in day.run(*offline, expect=3).stdout
    day.run("head", "--trust", ".tanji/trust.json", "--chain", url, "--out", "pinned.json", program=VERIFY)
    day.run(*offline, "--trust", "pinned.json")
    day.run("product", "handed-over", "DOOR-INNER-L", "--trust", "pinned.json", program=VERIFY)


def test_a_changed_digit_in_the_audit_folder_is_found(day: Desk, audit: Path) -> None:
    copy = day.folder / "changed-audit"
    shutil.copytree(audit, copy)
    path = next((copy / "statements").rglob("*.p/*"))
    text = path.read_text(encoding="utf-8")
    assert text.count('"amount":"4000"') == 1
    path.write_text(text.replace('"amount":"4000"', '"amount":"3000"'), encoding="utf-8")
    assert "CONTENT_ROOT" in day.run("replay", str(copy), expect=1).stdout


def test_the_changed_product_itself_is_failed(day: Desk, audit: Path) -> None:
    found = day.run("verify", "DOOR-INNER-L", "--from", str(day.folder / "changed-audit"), expect=1).stdout
    assert "CONTENT_ROOT" in found


def test_an_audit_folder_without_its_entries_is_a_missing_source(day: Desk, audit: Path) -> None:
    copy = day.folder / "no-entries"
    shutil.copytree(audit, copy)
    shutil.rmtree(copy / "tile" / "entries")
    assert day.run("replay", str(copy), expect=4).stderr
    assert day.run("replay", "no-such-folder", expect=4).stderr


def test_the_receipt_is_checked_by_somebody_who_has_only_the_trust_file(day: Desk, audit: Path) -> None:
    url = (day.folder / ".tanji" / "chain-url").read_text()
    day.run("receipt", digest(day, "press"), "--show", "header", "--show", "result", "-o", "door.receipt.json")
    checked = ("receipt", "door.receipt.json", "--trust", ".tanji/trust.json")
    day.run(*checked, "--chain", url, program=VERIFY)
    day.run(*checked, program=VERIFY, expect=3)
    text = (day.folder / "door.receipt.json").read_text(encoding="utf-8")
    (day.folder / "door.receipt.json").write_text(text.replace("26.862865", "16.862865"), encoding="utf-8")
    day.run(*checked, "--chain", url, program=VERIFY, expect=1)
