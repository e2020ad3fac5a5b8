"""A laboratory, the report that it issued, and the question who issued a file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from support.audit import Ledger
from support.builders import STEEL, signed

from ledger.identifiers import digest_to_text
from verifier.documents import Document, find_document
from verifier.sources import open_folder, read_chain

LAB = "urn:tanji:laboratory"
REPORT = "检测报告 No. C-2025-118 采样日期 2025-06-03 元素碳含量 0.6521".encode()


def report_content(file: bytes = REPORT, number: str = "C-2025-118", **header: Any) -> dict[str, Any]:
    """A report on a coal sample, of which `file` is the paper."""
    return {
        "header": {"version": 1, "number": number, "client": STEEL, "sampled": "2025-06-03", "tested": "2025-06-05",
                   "issued": "2025-06-06", "file": digest_to_text(sha256(file).digest()), **header},
        "results": {"sample": "入炉煤", "values": [{"name": "元素碳含量", "value": "0.6521", "unit": "tC/t"}]},
    }  # fmt: skip


class Laboratory(Ledger):
    """A log with the laboratory's report; `find` asks it for a file."""

    def __init__(self, role: str = "laboratory") -> None:
        super().__init__()
        self.registry.organisation(LAB)
        self.registry.grant(LAB, role)
        self.report = self.add(signed("lab-report", LAB, report_content()))

    def find(self, folder: Path, file: bytes) -> Document:
        self.anchor()
        trust = self.trust()
        self.write(folder)
        return find_document(open_folder(folder, trust), read_chain(folder, trust), trust, file)
