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
    "LABEL_UNKNOWN": Words(
        "查无此证：没有机构签发过编号为 {got} 的证书。请勿采信此标签，可向监管部门举报",
        "no body issued a certificate {got}. Do not believe this label, and report it",
    ),
    "LABEL_SUSPENDED": Words(
        "证书 {got} 现为“{state}”，标签不再有效", "certificate {got} stands at “{state}”: the label does not count"
    ),
    "LABEL_EXPIRED": Words(
        "{got} 不在证书有效期内（{first} 至 {last}）", "{got} is outside the certificate's life ({first} to {last})"
    ),
    "LABEL_PRODUCT": Words(
        "标签贴在 GTIN {got} 上，而证书是给 {expected} 的：标签被挪用",
        "the label is on GTIN {got}, its certificate is for {expected}: it was copied",
    ),
    "LABEL_VALUE": Words(
        "标签写的是 {got}，证书是 {expected}：数值被改动",
        "the label says {got}, the certificate {expected}: it was altered",
    ),
    "OFFER_FAILED": Words(
        "此产品未通过核查，不参与比较。请看它自己的核查结论",
        "this product failed, or cannot be opened, and is not compared. See its own verdict",
    ),
    "OFFER_INCOMPLETE": Words(
        "此产品有应做而未能做的核查，不参与比较。请看它自己的核查结论",
        "checks of this product could not be made, and it is not compared. See its own verdict",
    ),
    "OFFER_NOT_CERTIFIED": Words(
        "此产品的证书现为“{state}”，不参与比较", "this product's certificate stands at “{state}”; it is not compared"
    ),
    "NOT_COMPARABLE": Words(
        "不可比（{name}）：此为 {got}，对方为 {expected}。请只在同一规则、边界、单位和 GWP 下比较",
        "not comparable in its {name}: {got} here, {expected} there. Compare under one rule, boundary, unit and GWP set",
    ),
    "OFFER_WITHOUT_RULE": Words(
        "此产品未注明核算规则（PCR），不与任何产品比较。请向供应商索取按规则核算的声明",
        "this product names no rule (PCR) and is compared with none. Ask its supplier for a declaration under one",
    ),
}
