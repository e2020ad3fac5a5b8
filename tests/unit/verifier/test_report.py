"""Golden files of every form of a verdict, sums that are exact, and the kilograms of what was not checked."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from support import reports

from ledger.findings import Level, Outcome, fail, not_checked
from verifier.breakdown import Breakdown
from verifier.report import product_report, to_bytes
from verifier.schema import ProductReport

FORMS = ("json", "zh.txt", "en.txt", "html", "pdf")


@pytest.mark.parametrize("sample", reports.SAMPLES)
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_the_golden_file(sample: str, form: str) -> None:
    name = f"{sample}.{form}"
    assert reports.files(sample)[name] == (reports.FOLDER / name).read_bytes(), (
        "if the change is meant: .venv/bin/python scripts/write_reports.py, and read the difference"
    )


def test_no_golden_file_is_forgotten() -> None:
    wanted = {f"{sample}.{form}" for sample in reports.SAMPLES for form in FORMS}
    assert {path.name for path in reports.FOLDER.iterdir()} == wanted


def test_another_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    program = (
        "from hashlib import sha256; from support import reports;"
        "print([sha256(data).hexdigest() for _, data in sorted(reports.files('tampered').items())])"
    )
    tests = str(reports.FOLDER.parent.parent)
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=120,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{tests}:{Path(tests).parent}", "TZ": zone, "LANG": "C"},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }  # fmt: skip
    assert len(seen) == 1


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_levels_firms_and_lines_sum_to_the_footprint_exactly(sample: str) -> None:
    report = reports.report(sample)
    declared = Decimal(report.declared or 0)
    shares = [report.levels.of(level) for level in Level]
    assert sum(Decimal(share.kilograms) for share in shares) == declared
    assert sum(Decimal(share.percent) for share in shares) == 100
    assert sum(Decimal(one.own) for one in report.statements) == declared


def test_the_golden_body_is_told_in_one_sentence() -> None:
    report = reports.report("body")
    for part in ("通过", "东海汽车", "白车身", "BODY-IN-WHITE", "2589.247860 kgCO2e", "每件声明", "2025-01-01 至 2025-12-31",
                 "其中已重算 19.20 %、缺省因子 80.80 %", "tanji.example/log", "区块 11", "未核查"):  # fmt: skip
        assert part in report.summary.zh
    assert report.summary.en.startswith("VERIFIED: “白车身” (BODY-IN-WHITE)")
    assert (report.levels.recomputed.percent, report.levels.default.percent) == ("19.20", "80.80")


def test_a_failure_is_in_the_sentence_with_its_kilograms() -> None:
    summary = reports.report("tampered").summary
    assert "不通过" in summary.zh
    assert "LINE_ARITHMETIC (-1.155400 kg)" in summary.zh
    assert "LINE_ARITHMETIC (-1.155400 kg)" in summary.en


def test_without_a_chain_everything_hangs_on_what_was_not_asked() -> None:
    report = reports.report("offline")
    first = report.not_checked.checks[0]
    assert report.status == "incomplete"
    assert (first.code, first.blocking, first.kilograms) == ("CHAIN_NOT_CONSULTED", True, report.declared)


def concerned(*places: tuple[str, str]) -> Decimal:
    verdict, golden = reports.verified("body")[0].verdict, reports.ledger()
    found = [not_checked("RULE_NOT_NAMED", place).about(golden.digests[name]) for name, place in places]
    return Breakdown(verdict).concerned(found)


def test_open_questions_concern_each_kilogram_once() -> None:
    body = Decimal("2589.247860")
    part = Decimal("107.451460")
    assert concerned() == 0
    assert concerned(("part", "header")) == part
    assert concerned(("part", "header"), ("coil", "header")) == part, "the coil is within the part"
    assert concerned(("part", "header"), ("body", "lines/0000")) == part, "the line is the part"
    assert concerned(("body", ""), ("coil", "lines/0000")) == body
    steel, power = concerned(("coil", "lines/0000")), concerned(("body", "lines/0003"))
    assert steel > 0
    assert concerned(("coil", "lines/0000"), ("body", "lines/0003")) == steel + power


def test_a_factor_that_was_not_checked_concerns_every_line_that_rests_on_it() -> None:
    report = reports.report("body")
    factor = "elec-fp-cn/2024"
    digest = "0x" + reports.ledger().digests[factor].hex()
    lines = [Decimal(line.kilograms) for one in report.statements for line in one.lines if line.digest == digest]
    assert len(lines) > 2
    assert abs(concerned((factor, "header")) - sum(lines)) <= Decimal("0.000002")


def test_a_question_outside_the_chain_concerns_all_of_it() -> None:
    verdict = reports.verified("body")[0].verdict
    assert Breakdown(verdict).concerned([not_checked("ENTRIES_WITHHELD")]) == verdict.declared


def test_hot_spots_are_the_heaviest_lines() -> None:
    spots = reports.report("body").hot_spots
    weights = [Decimal(spot.kilograms) for spot in spots]
    assert weights == sorted(weights, reverse=True)
    assert (spots[0].name, spots[0].kilograms, spots[0].percent) == ("铝板件(缺省)", "1282.500000", "49.53")


def test_a_declaration_that_cannot_be_opened_has_no_number() -> None:
    report = unopened()
    assert (report.declared, report.declaration, report.not_checked.kilograms) == (None, None, "0")
    assert "一概不采信" in report.summary.zh
    assert "no number of it counts" in report.summary.en


def unopened() -> ProductReport:
    """The verdict on the body when its content is missing."""
    found, trust = reports.verified("body")
    verdict, digest = found.verdict, found.verdict.product
    node = verdict.nodes[digest]
    closed = replace(node, judged=replace(node.judged, content=None), uses=(), kilograms=Decimal(0), recomputed=None)
    levels = dict.fromkeys(Level, Decimal(0))
    findings = (fail("CONTENT_ROOT", got="0x1", expected="0x2").about(digest),)
    blank = replace(verdict, declared=None, recomputed=None, levels=levels, findings=findings,
                    nodes={digest: closed}, parts=())  # fmt: skip
    return product_report(replace(found, verdict=blank), trust)


def test_the_json_is_canonical_and_read_back_the_same() -> None:
    report = reports.report("tampered")
    data = to_bytes(report)
    assert ProductReport.model_validate_json(data) == report
    assert json.loads(data)["findings"][0]["outcome"] == Outcome.FAIL.value
