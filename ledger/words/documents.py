"""Words on documents that stand beside the ledger."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "DOCUMENT_NOT_ISSUED": Words(
        "没有实验室登记过这份文件（SHA-256 {got}）：可能被改动过，或从未签发。请向实验室索取原件",
        "no laboratory registered this file (SHA-256 {got}): it was altered, or never issued. Ask the laboratory",
    ),
    "DOCUMENT_WITHDRAWN": Words(
        "这份报告已被实验室撤回或更正（{by}）。请使用新版本",
        "the laboratory withdrew or corrected this report ({by}). Use the new one",
    ),
}
