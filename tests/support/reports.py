"""The sample verdicts behind the golden files: the golden body, the same with one digit changed, and without a chain."""

from __future__ import annotations

import io
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from support.golden import Golden

from ledger.identifiers import digest_to_text
from ledger.trust import TrustFile
from verifier.display import Display
from verifier.page import page
from verifier.paper import paper
from verifier.report import product_report, to_bytes
from verifier.schema import ProductReport
from verifier.sources import open_folder, read_chain
from verifier.verify import Verified, verify_product

FOLDER = Path(__file__).parent.parent / "vectors" / "reports"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}]]>--><style>*{}</style>&amp;"
HIDDEN = "\u202egnp.exe\u200b\u2066\x00\x1b[31m\ufeff"
SAMPLES = ("body", "tampered", "offline")


@cache
def ledger() -> Golden:
    golden = Golden(ruled=True)
    golden.anchor()
    return golden


@cache
def verified(sample: str) -> tuple[Verified, TrustFile]:
    """The verdict on the body in one of the samples, with the trust file that it was judged by."""
    golden = ledger()
    golden.spoil = _one_digit if sample == "tampered" else bytes
    trust = golden.trust(pinned=sample != "offline")
    with tempfile.TemporaryDirectory() as folder:
        audit = golden.write(Path(folder))
        body = digest_to_text(golden.digests["body"])
        return verify_product(open_folder(audit, trust), read_chain(audit, trust), trust, body), trust


@cache
def report(sample: str = "body") -> ProductReport:
    return product_report(*verified(sample))


def _one_digit(text: bytes) -> bytes:
    before, _, after = text.rpartition(b'"amount":"1.85"')  # the part's; the first is the rule's worked example
    return before + b'"amount":"1.35"' + after


def files(sample: str) -> dict[str, bytes]:
    """The sample in every form that a verdict takes, by file name."""
    found = {f"{sample}.json": to_bytes(report(sample))}
    for language in ("zh", "en"):
        found[f"{sample}.{language}.txt"] = text(sample, language)
    found[f"{sample}.html"] = page(report(sample))
    found[f"{sample}.pdf"] = paper(report(sample))
    return found


def text(sample: str, language: str) -> bytes:
    """What a terminal of any width shows, without colours."""
    written = io.StringIO()
    console = Console(file=written, color_system=None, width=100)
    found = verified(sample)[0]
    Display(console, language).product(found.verdict, found.registry, report(sample))
    return written.getvalue().encode()


def hostile() -> ProductReport:
    """The golden body's report in which every text that somebody could choose is an attack."""
    poison = EVIL + HIDDEN

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoil(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [spoil(inner, key) for inner in value]
        free = {"name", "product", "headline", "zh", "en", "operator", "origin", "supplier", "site", "got", "expected", "place",
                "kind", "unit", "per", "code", "organisation", "productId"}  # fmt: skip
        keep = isinstance(value, str) and value.startswith("0x") and len(value) == 66
        return f"{value}{poison}" if value and key in free and isinstance(value, str) and not keep else value

    return ProductReport.model_validate(spoil(report("tampered").model_dump(mode="json", by_alias=True)))
