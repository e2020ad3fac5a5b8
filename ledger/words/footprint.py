"""Words for the findings on a declaration's calculation."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "NOT_NEGATIVE": Words("清除量按 PACT 规定写为零或负数", "a removal is written as zero or a negative number (PACT)"),
    "RESULT_DECIMALS": Words("结果最多九位小数", "a result has at most nine decimals"),
    "LINE_ARITHMETIC": Words(
        "“{name}”一行算不平：声明写 {got}，按数量×系数重算为 {expected} kgCO2e。请核对该行数量、单位与系数",
        "line “{name}” does not add up: declared {got}, recomputed {expected} kgCO2e. "
        "Check its amount, unit and factor",
    ),
    "RESULT_ARITHMETIC": Words(
        "合计算不平：声明 {got}，重算 {expected} kgCO2e。请重新计算后签署新版本",
        "the result does not add up: declared {got}, recomputed {expected} kgCO2e. Recalculate and sign a new version",
    ),
    "RESULT_TOO_COARSE": Words(
        "结果写得太粗：声明 {got}，未舍入前为 {expected} kgCO2e，舍入超过百分之一。请多写几位小数",
        "the result is too coarse: declared {got}, {expected} kgCO2e before rounding, more than one percent apart. "
        "State more decimals",
    ),
    "GAS_CHARACTERISED": Words(
        "“{name}”直接以 CO2e 给出，无法按气体重算。请按气体分行填写",
        "line “{name}” is given in CO2e already and cannot be recomputed by gas. Give a line for each gas",
    ),
    "LINE_SOURCE": Words(
        "“{name}”的行类型是 {expected}，但数据来源是 {got}。上游行必须引用上游声明，其他行不得引用",
        "line “{name}” is of kind {expected} but rests on {got}. Only upstream lines rest on a declaration, "
        "and they must",
    ),
    "GWP_VALUE": Words(
        "气体 {gas} 的 GWP 写为 {got}，{set} 应为 {expected}。请用同一套 GWP100",
        "GWP of {gas} is given as {got}; {set} has {expected}. Use one GWP100 set throughout",
    ),
    "NEGATIVE_LINE": Words(
        "“{name}”为负值：须有核算规则（PCR）许可，本次未核查；抵消量不得计入产品碳足迹",
        "line “{name}” is negative: it needs a rule's (PCR) permission, not checked here; "
        "offsets never belong in a product footprint",
    ),
    "GREEN_CERTIFICATES": Words(
        "“{name}”使用绿电：绿证的数量、年份与唯一性未核查。请另行索取绿证核销凭证",
        "line “{name}” claims green power: amount, year and single use of its certificates were not checked. "
        "Ask for the retirement evidence",
    ),
    "RULE_NOT_NAMED": Words(
        "未引用核算规则（PCR）：必备行、边界、取舍与合理区间未核查",
        "no product category rule is named: mandatory lines, boundary, cut-off and plausible bands were not checked",
    ),
    "RULE_NOT_JUDGED": Words(
        "所引用的核算规则（PCR）的内容不在手边，未按其核查",
        "the content of the named product category rule is not at hand; nothing was checked against it",
    ),
    "PINNED_FACTOR": Words(
        "“{name}”锁定的系数 {got} 与因子声明的 {expected} 不符。请改用已发布的数值",
        "line “{name}” pins {got}, the factor statement says {expected}. Use the published value",
    ),
    "PINNED_UPSTREAM": Words(
        "“{name}”锁定的上游值 {got} 与上游声明的 {expected} 不符。请按上游声明更新",
        "line “{name}” pins {got}, the upstream declaration says {expected}. Update it from the declaration",
    ),
    "FACTOR_KIND": Words(
        "“{name}”用了 {got} 类因子；产品碳足迹此处只能用 {expected}（禁止混用）。请更换因子",
        "line “{name}” rests on a factor of kind {got}; a product footprint may use only {expected} here. "
        "Replace the factor",
    ),
    "FACTOR_PERIOD": Words(
        "因子有效期 {expected} 不覆盖声明期 {got}。请改用该期间有效的因子",
        "the factor is valid {expected}, the declaration covers {got}. Use a factor valid for the period",
    ),
    "FACTOR_REGION": Words(
        "因子地域 {got} 不覆盖活动地域 {expected}。请改用当地或更大范围的因子",
        "the factor's region {got} does not cover the activity's {expected}. Use a factor for that place",
    ),
    "FACTOR_STALE": Words(
        "“{name}”用了旧年份因子（{got}），签署时已有更新一年（{expected}）。请改用新因子重算",
        "line “{name}” uses an older year's factor ({got}); {expected} was already published. Recalculate with it",
    ),
    "UPSTREAM_STALE": Words(
        "“{name}”引用的上游声明（{got}）在签署前已被新版本（{expected}）取代。请按现行声明重算",
        "line “{name}” rests on an upstream declaration ({got}) that was already replaced ({expected}). "
        "Recalculate with the current one",
    ),
}
