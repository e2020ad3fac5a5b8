"""The demonstration: the golden chain verified, one digit changed and refused, every wrong variant tried."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.console import Session, err, out
from api.demo_chain import DemoChain, build_chain, expect, members, refused_twice, register_variants
from api.demo_contents import demo_facts
from api.judging import judge
from api.playground import Playground, open_playground
from ledger.findings import Level, Outcome
from ledger.identifiers import digest_to_text
from ledger.numbers import round_half_even
from ledger.trust import TrustFile

if TYPE_CHECKING:
    from ledger.errors import RefusedError
    from ledger.findings import Finding
    from verifier.product import ProductVerdict
    from verifier.schema import ProductReport
    from verifier.verify import Verified

# One digit of one line of the part, as an operator could change it in the store or in an export.
HONEST: Final = '"amount":"1.85"'
TAMPERED: Final = '"amount":"1.35"'


class _Teller:
    """Says each step on stderr with its seconds; quiet when the result is JSON."""

    def __init__(self, run: Session) -> None:
        self.run = run
        self._number = 0

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """One numbered step."""
        self._number += 1
        started = time.monotonic()
        self.run.say(f"[bold]{self._number}. {zh}[/bold]", f"[bold]{self._number}. {en}[/bold]")
        yield
        err().print(f"   {time.monotonic() - started:.1f} s", highlight=False)


def run_demo(
    run: Session, folder: Path, tools: Path, *, keep: bool, quiet: bool, reports: Path | None = None
) -> dict[str, Any]:
    """The whole demonstration in `folder`; the figures that it showed. The body's page and PDF go to `reports`.

    Raises `EvidenceError` DEMO_WRONG when a figure is not the one written down.
    """
    started = time.monotonic()
    tell = _Teller(run)
    with tell.step("启动本机链，部署合约", "starting a local chain, deploying the contracts"):
        stack = open_playground(folder, run.language, tools, keep=keep)
        ground = stack.__enter__()
    try:
        found = _story(run, tell, ground, reports, quiet=quiet)
    finally:
        stack.__exit__(None, None, None)
    found["seconds"] = round(time.monotonic() - started, 1)
    run.say(f"演示完成，{found['seconds']} 秒", f"done in {found['seconds']} s")
    if keep:
        run.say(f"账本在 {folder}，用 tanji --home {folder} 继续", f"the ledger is in {folder}: tanji --home {folder}")
    return found


def _story(run: Session, tell: _Teller, ground: Playground, reports: Path | None, *, quiet: bool) -> dict[str, Any]:
    chain, audit = _prepare(tell, ground)
    with tell.step("核查白车身的整条供应链", "verifying the body with its whole supply chain"):
        verified = _judge(ground, audit, chain.digests["body"])
    body = verified.verdict
    _expect_honest(chain, body)
    _tell_verdict(run, ground, verified, reports, quiet=quiet)
    with tell.step("在导出文件中改动一位数字：1.85 → 1.35", "changing one digit of the export: 1.85 → 1.35"):
        tampered = _tampered(ground, audit, chain)
    line = _changed_line(chain, tampered.verdict)
    _tell_verdict(run, ground, tampered, None, quiet=quiet)
    with tell.step("不诚实的供应商签署各种错误版本", "the dishonest supplier signs the wrong variants"):
        register_variants(ground, chain)
        refused = refused_twice(ground, chain)
        audit = _anchor_and_export(ground)
        variants = [_variant(ground, audit, chain, variant) for variant in chain.facts["variants"]]
    if not quiet:
        _show_variants(variants, run)
        _show_refused(refused, run)
    return {
        "body": str(body.declared),
        "status": body.status.value,
        "shares": {level.value: str(body.share(level)) for level in Level if body.levels[level]},
        "tampered": [_facts(finding) for finding in tampered.verdict.findings if finding.outcome is Outcome.FAIL],
        "changed_line": _facts(line),
        "variants": variants,
        "refused": {"code": refused.code, "zh": refused.words("zh"), "en": refused.words("en")},
    }


def _prepare(tell: _Teller, ground: Playground) -> tuple[DemoChain, Path]:
    """The golden chain, registered and anchored, with its export."""
    with tell.step("登记六个虚构组织", "registering six made-up organisations"):
        ground.register(members(demo_facts()))
    with tell.step(
        "发布 90 个官方因子、一部核算规则；核销绿证；声明冷轧卷、车门内板、白车身",
        "publishing 90 official factors and a rule; retiring green certificates; declaring coil, part, body",
    ):
        chain = build_chain(ground)
    with tell.step("锚定并导出", "anchoring and exporting"):
        return chain, _anchor_and_export(ground)


def _tell_verdict(run: Session, ground: Playground, found: Verified, folder: Path | None, *, quiet: bool) -> None:
    """A verdict on the terminal unless `quiet`, and as a page and a PDF in `folder` when there is one."""
    from verifier.display import Display
    from verifier.report import product_report

    report = product_report(found, TrustFile.load(ground.settings.trust))
    if folder is not None:
        _leave_reports(run, report, folder)
    if not quiet:
        Display(out(), run.language).product(found.verdict, found.registry, report)


def _leave_reports(run: Session, report: ProductReport, folder: Path) -> None:
    from verifier.forms import write_forms

    folder.mkdir(parents=True, exist_ok=True)
    html, pdf = folder / "body.html", folder / "body.pdf"
    write_forms(report, html=html, pdf=pdf)
    run.say(f"   白车身的核查报告：{html}，{pdf}", f"   the body's report: {html}, {pdf}")


def _judge(ground: Playground, audit: Path, digest: bytes) -> Verified:
    trust = TrustFile.load(ground.settings.trust)
    return judge(audit, trust, ground.settings.chain_url, digest_to_text(digest))


def _anchor_and_export(ground: Playground) -> Path:
    from api.counter import open_own_store
    from api.submitting import anchor
    from ledger.export import export

    anchor(ground.settings, ground.config.accounts.keys["operator"])
    folder = ground.settings.home / "audit"
    with open_own_store(ground.settings) as store:
        export(store, folder)
    return folder


def _expect_honest(chain: DemoChain, body: ProductVerdict) -> None:
    expected = chain.facts["expected"]
    expect("status", body.status.value, "verified")
    expect("body", f"{body.declared:f}", expected["body"])
    expect("body recomputed", f"{body.recomputed:f}", expected["body"])
    for name, share in expected["shares"].items():
        expect(name, f"{body.share(Level(name)):f}", share)


def _tampered(ground: Playground, audit: Path, chain: DemoChain) -> Verified:
    """The body's verdict over a copy of the export in which one digit of the part was changed."""
    copy = ground.settings.home / "tampered"
    shutil.copytree(audit, copy)
    path = next((copy / "statements").rglob("*.p/*"))
    text = path.read_text(encoding="utf-8")
    expect("places to tamper with", text.count(HONEST), 2)  # the rule's worked example, then the part itself
    before, _, after = text.rpartition(HONEST)
    path.write_text(before + TAMPERED + after, encoding="utf-8")
    verified = _judge(ground, copy, chain.digests["body"])
    verdict = verified.verdict
    expect("tampered", verdict.status.value, "failed")
    expect("changed content", "CONTENT_ROOT" in {finding.code for finding in verdict.findings}, expected=True)
    return verified


def _changed_line(chain: DemoChain, tampered: ProductVerdict) -> Finding:
    """The line that was changed, with its kilograms in one body: four parts."""
    codes = {finding.code: finding for finding in tampered.findings}
    expect("changed line", "LINE_ARITHMETIC" in codes, expected=True)
    line = codes["LINE_ARITHMETIC"]
    expect("changed line", line.place, "lines/0001")
    expect("kilograms", line.kilograms, Decimal(chain.facts["expected"]["tampered"]))
    return line


def _variant(ground: Playground, audit: Path, chain: DemoChain, variant: dict[str, Any]) -> dict[str, Any]:
    """What was found on one variant. All of it together must lead back to the honest part, to the last digit."""
    name, digest, code = variant["name"], chain.digests[variant["name"]], variant["caught"]
    verdict = _judge(ground, audit, digest).verdict
    expect(name, verdict.status.value, "failed")
    found = [f for f in verdict.findings if f.code == code and f.statement == digest]
    expect(f"{name}: {code}", bool(found), expected=True)
    kilograms = sum((finding.kilograms or Decimal(0) for finding in found), Decimal(0))
    expect(name, (verdict.declared or Decimal(0)) + kilograms, Decimal(chain.facts["expected"]["part"]))
    return {
        "name": name,
        "what": {"zh": variant["zh"], "en": variant["en"]},
        "footprint": f"{verdict.declared:f}",
        **_facts(found[0]),
        "kilograms": f"{kilograms:+f}",
    }


def _facts(finding: Finding) -> dict[str, Any]:
    kilograms = None if finding.kilograms is None else f"{round_half_even(finding.kilograms, 6):+f}"
    return {"code": finding.code, "outcome": finding.outcome.value, "place": finding.place, "kilograms": kilograms,
            "zh": finding.words("zh"), "en": finding.words("en")}  # fmt: skip


def _show_variants(variants: list[dict[str, Any]], run: Session) -> None:
    from rich.text import Text

    console, honest = out(), demo_facts()["expected"]["part"]
    for v in variants:
        off = v["kilograms"]
        low = run.pick("少报", "too low by") if off[0] == "+" else run.pick("多报", "too high by")
        text = Text(run.pick("✗ 查出  ", "✗ caught  "), "red").append(
            v["what"][run.language] + run.pick("：", ": "), "bold"
        )
        text.append(
            run.pick(
                f"每件 {v['footprint']} kgCO2e，实为 {honest}，",
                f"{v['footprint']} kgCO2e a piece, {honest} in truth, ",
            )
        )
        text.append(f"{low} {off[1:]} kg", "bold red").append(f"\n    {v[run.language]}  ").append(v["code"], "dim")
        console.print(text, soft_wrap=True)


def _show_refused(refused: RefusedError, run: Session) -> None:
    from rich.text import Text

    mark = run.pick("✗ 登记时即拒绝  ", "✗ refused at registration  ")
    what = run.pick("同一批绿证再用于第二个产品：", "the same certificates behind a second product:")
    text = (
        Text(mark, "red")
        .append(what, "bold")
        .append(f"\n    {refused.words(run.language)}  ")
        .append(refused.code, "dim")
    )
    out().print(text, soft_wrap=True)
