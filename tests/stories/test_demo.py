"""README's first command: the golden chain, a changed digit, and each wrong variant, from a real process."""

from __future__ import annotations

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.chain import TOOLS
from support.desk import TANJI

pytestmark = pytest.mark.chain


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TANJI_TOOLS": str(TOOLS), "TMPDIR": str(folder)}
    return subprocess.run([*TANJI, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
                          encoding="utf-8", timeout=200, check=False)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder, "demo", "--json", "--report", str(folder / "report"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), folder, done.stderr


def test_the_body_has_its_golden_footprint_and_shares(demo: Any) -> None:
    found = demo[0]
    assert (found["body"], found["status"]) == ("2589.247860", "verified")
    assert found["shares"] == {"recomputed": "19.20", "default": "80.80"}


def test_the_bodys_report_is_left_as_a_page_and_on_paper(demo: Any) -> None:
    folder = demo[1] / "report"
    page = (folder / "body.html").read_text(encoding="utf-8")
    assert "2589.247860" in page
    assert "东海汽车(示例)股份有限公司" in page
    assert (folder / "body.pdf").read_bytes().startswith(b"%PDF-")


def test_the_changed_digit_is_refused_with_its_line_and_kilograms(demo: Any) -> None:
    found = demo[0]
    assert {"CONTENT_ROOT", "LINE_ARITHMETIC"} <= {finding["code"] for finding in found["tampered"]}
    line = found["changed_line"]
    assert (line["code"], line["place"], line["kilograms"]) == ("LINE_ARITHMETIC", "lines/0001", "-1.155400")
    assert "1.068745" in line["zh"]
    assert "0.779895" in line["en"]


@pytest.mark.parametrize(("name", "footprint", "code", "place", "kilograms"), [
    ("factor_swap_ets_0.42", "26.571120", "FACTOR_KIND", "lines/0001", "+0.291745"),
    ("factor_kind_mix_co2_0.5306", "26.775730", "FACTOR_KIND", "lines/0001", "+0.087135"),
    ("gec_counted_as_zero", "26.794740", "PINNED_FACTOR", "lines/0002", "+0.068125"),
    ("gec_1000_claimed_of_500", "26.208865", "GREEN_NOT_COVERED", "lines/0002", "+0.654000"),
    ("unit_error_kWh_as_MWh", "25.727132", "PINNED_FACTOR", "lines/0001", "+1.135733"),
    ("unit_error_in_the_amount", "25.727132", "BAND", "lines/0001", "+1.135733"),
    ("stale_upstream_2023_grid_coil", "26.939905", "UPSTREAM_STALE", "lines/0000", "-0.077040"),
    ("boundary_cherry_pick_no_upstream", "1.171970", "MISSING_LINE", "lines", "+25.690895"),
])  # fmt: skip
def test_each_wrong_variant_is_caught_with_what_it_hides(
    demo: Any, name: str, footprint: str, code: str, place: str, kilograms: str
) -> None:
    found = next(variant for variant in demo[0]["variants"] if variant["name"] == name)
    assert (found["footprint"], found["code"], found["place"], found["kilograms"]) == (
        footprint,
        code,
        place,
        kilograms,
    )
    assert found["outcome"] == "fail"
    assert Decimal(footprint) + Decimal(kilograms) == Decimal("26.862865")


def test_certificates_that_serve_one_product_are_refused_for_a_second(demo: Any) -> None:
    assert demo[0]["refused"]["code"] == "CERTIFICATE_BEYOND"


def test_it_takes_well_under_a_minute_and_leaves_nothing_behind(demo: Any) -> None:
    found, folder, _ = demo
    assert found["seconds"] < 60
    assert [path.name for path in folder.iterdir()] == ["report"]
    assert not [
        p for p in psutil.process_iter(["cmdline"]) if any(str(folder) in part for part in p.info["cmdline"] or ())
    ]


def test_it_says_where_it_is_on_stderr_without_colour(demo: Any) -> None:
    assert "7. " in demo[2]
    assert "\x1b" not in demo[2]


def test_a_kept_ledger_goes_on_with_the_ordinary_commands(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = run(tmp_path, "--lang", "en", "demo", "--keep", str(kept))
    assert done.returncode == 0, done.stderr
    chain = json.loads((kept / "chain" / "process.json").read_text())
    try:
        assert "NOT CHECKED" in done.stdout
        assert done.stdout.count("✗ caught") == 8
        assert "✗ refused at registration" in done.stdout
        home = ("--home", str(kept))
        assert run(tmp_path, *home, "verify", "BODY-IN-WHITE").returncode == 0
        assert run(tmp_path, *home, "verify", "DOOR-INNER-L-V0").returncode == 1
        assert run(tmp_path, *home, "verify", "BODY-IN-WHITE", "--offline").returncode == 3
        assert run(tmp_path, *home, "verify", "NO-SUCH-PRODUCT").returncode == 2
        assert run(tmp_path, *home, "verify", "BODY-IN-WHITE", "--chain", "http://127.0.0.1:9").returncode == 4
        tampered = run(tmp_path, *home, "verify", "BODY-IN-WHITE", "--from", str(kept / "tampered"), "--json")
        assert tampered.returncode == 1
        assert json.loads(tampered.stdout)["status"] == "failed"
    finally:
        psutil.Process(chain["pid"]).terminate()
