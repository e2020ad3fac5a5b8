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
    "HIDDEN_LINES": Words(
        "有 {lines} 行未披露：若声明属实，它们合计在 {low} 与 {high} kgCO2e 之间，其内容未核查",
        "{lines} lines are hidden: if the declaration is right they weigh between {low} and {high} kg CO2e together; "
        "what they are was not checked",
    ),
    "HIDDEN_NEGATIVE": Words(
        "未披露的行合计至多 {high} kgCO2e：其中必有负值，须有核算规则许可。请索取这些行",
        "the hidden lines weigh {high} kg CO2e at most: one of them is negative, which needs a rule's permission. "
        "Ask for these lines",
    ),
    "RESULT_FIELD": Words(
        "结果项 {field} 声明为 {got}，按各行重算为 {expected}。请更正后签署新版本",
        "result field {field} is declared as {got}; the lines give {expected}. Correct it and sign a new version",
    ),
    "RESULT_FIELD_OPEN": Words(
        "结果项 {field}（{got}）无法重算：{lines} 行的数据来源没有给出分项。请索取带分项的因子或声明",
        "result field {field} ({got}) cannot be recomputed: the sources of {lines} lines do not state their parts. "
        "Ask for factors or declarations that do",
    ),
    "RESULT_SUM": Words(
        "{field} 声明为 {got}，各分项之和为 {expected}。请核对分项",
        "{field} is declared as {got}; its declared parts sum to {expected}. Check the parts",
    ),
    "RESULT_FLAG": Words(
        "结果项 {field} 写为 {got}，与其他项或各行不符，应为 {expected}",
        "result field {field} is {got}, which the other fields or the lines contradict; it should be {expected}",
    ),
    "CARBON_BEYOND_MASS": Words(
        "声明的含碳量 {got} kg 超过产品质量 {expected} kg。请核对单位与数量",
        "the declared carbon content {got} kg is more than the product's mass {expected} kg. Check units and amounts",
    ),
    "UPTAKE_BEYOND_CARBON": Words(
        "生物源吸收 {got} 超过产品所含生物碳对应的 {expected} kgCO2。请核对含碳量",
        "biogenic uptake {got} is more than the carbon in the product accounts for ({expected} kg CO2). "
        "Check the carbon content",
    ),
    "EXEMPTED_NOT_LISTED": Words(
        "声明豁免 {got}%，但没有列出豁免了什么，无法核查",
        "{got} % are declared exempt, but what was left out is not listed and cannot be checked",
    ),
    "QUALITY_MEAN": Words(
        "{field} 声明为 {got}，按排放加权重算为 {expected}",
        "{field} is declared as {got}; weighted by emissions it is {expected}",
    ),
    "QUALITY_OPEN": Words(
        "{field}（{got}）无法重算：部分行没有给出数据质量",
        "{field} ({got}) cannot be recomputed: some lines do not state their data quality",
    ),
    "BOUNDARY_STAGES": Words(
        "边界 {boundary} 不含阶段 {got}。请更正阶段或边界",
        "boundary {boundary} does not have the stages {got}. Correct the stages or the boundary",
    ),
    "STAGE_OUTSIDE": Words(
        "“{name}”属于阶段 {got}，不在声明的边界（{expected}）内。请移出或更改边界",
        "line “{name}” is of stage {got}, outside the declared boundary ({expected}). Take it out or change the boundary",
    ),
    "STAGE_MISSING": Words(
        "边界包含阶段 {got}，却没有任何一行属于它。请补全或缩小边界",
        "the boundary has the stages {got}, but no line belongs to them. Complete the lines or narrow the boundary",
    ),
    "MASS_UNIT": Words(
        "每声明单位质量写为 {got} kg，与声明单位 {expected} 不符",
        "the mass of a declared unit is given as {got} kg, the declared unit is {expected}",
    ),
    "VALIDITY_TOO_LONG": Words(
        "有效期至 {got}，最迟为核算期结束后三年（{expected}）",
        "valid until {got}; three years after the period's end ({expected}) is the latest",
    ),
    "OFFSET_LINE": Words(
        "“{name}”是抵消：产品碳足迹不得扣减抵消量。请删除该行",
        "line “{name}” is an offset: a product footprint never nets offsets. Remove the line",
    ),
    "GAS_ORIGIN": Words(
        "“{name}”的气体 {gas} 与来源 {got} 不符。清除与封存须为负的 CO2；化石与生物甲烷分列",
        "line “{name}”: gas {gas} does not go with origin {got}. Removals and capture are negative CO2; fossil and "
        "biogenic methane stand apart",
    ),
    "BIOGENIC_CO2": Words(
        "“{name}”把生物源 CO2 计入了足迹：其吸收与排放应另列，不计入合计",
        "line “{name}” counts biogenic CO2 in the footprint; its uptake and release are stated apart, not summed",
    ),
    "BREAKDOWN_SUM": Words(
        "“{name}”锁定值 {got} 与其分项之和 {expected} 不符。请核对分项",
        "line “{name}” pins {got}, its parts sum to {expected}. Check the parts",
    ),
    "PINNED_BREAKDOWN": Words(
        "“{name}”锁定的分项 {field} 为 {got}，所引用的声明写 {expected}。请按其更正",
        "line “{name}” pins {got} for {field}; the statement that it rests on says {expected}. Copy it from there",
    ),
    "GWP_MIXED": Words(
        "“{name}”的上游声明用 {got}，本声明用 {expected}。请让上游按同一套 GWP 重算",
        "line “{name}” rests on a declaration with {got}, this one uses {expected}. Ask for one with the same GWP set",
    ),
    "UPSTREAM_EXPIRED": Words(
        "“{name}”的上游声明有效期至 {got}，早于本声明期 {expected}。请索取现行声明",
        "line “{name}” rests on a declaration valid until {got}, before this period {expected}. Ask for a current one",
    ),
    "LEG_MODES": Words(
        "“{name}”的运输段方式为 {got}：一行只能有一种方式，且须为运输行。请按方式分行",
        "line “{name}” has legs by {got}: a line has one mode and is a transport line. Give a line for each mode",
    ),
    "LEG_ACTIVITY": Words(
        "“{name}”写 {got}，各段质量×距离之和为 {expected}。请核对",
        "line “{name}” states {got}, its legs' mass times distance sum to {expected}. Check them",
    ),
    "LEG_BREAK": Words(
        "“{name}”的运输链不连续：前一段到 {expected}，后一段从 {got} 起。请补全中间段",
        "the transport chain of line “{name}” is broken: one leg ends at {expected}, the next begins at {got}. "
        "Add what lies between",
    ),
    "LEG_PERIOD": Words(
        "“{name}”的运输段（{got}）全在声明期 {expected} 之外。请核对日期，或计入相应年度",
        "a leg of line “{name}” ({got}) lies outside the declaration's period {expected}. Check the dates",
    ),
    "LEG_DAF": Words(
        "“{name}”的距离修正系数为 {got}（距离类型 {kind}）：只能用于 SFD 或 GCD 距离，且在 {expected} 之间",
        "line “{name}” has a distance adjustment factor of {got} on a distance of kind {kind}: it belongs to SFD and GCD "
        "distances alone, and lies within {expected}",
    ),
    "LEG_GREAT_CIRCLE": Words(
        "“{name}”以大圆距离 {got} km 计 {mode} 运输而未作修正：实际路程更长，少算多少未核查。请填 daf 或改用 SFD",
        "line “{name}” counts {got} km of great circle for transport by {mode}, uncorrected: what was driven is longer. "
        "Give `daf`, or the shortest feasible distance",
    ),
    "LEG_MASS": Words(
        "“{name}”某段只运 {got} t，而经此运输链到货 {expected} t：运输量少算。请核对",
        "a leg of line “{name}” moves {got} t, but {expected} t came by its chain: transport is missing. Check both",
    ),
    "LEG_MASS_OPEN": Words(
        "“{name}”的运输链所运之物以 {got} 计，无法与各段质量比较",
        "what came by the chain of line “{name}” is given as {got}: its mass cannot be compared with the legs'",
    ),
    "LEG_NO_CHAIN": Words(
        "“{name}”写明经运输链 {got} 到货，而声明中没有这条链的运输段。请补全",
        "line “{name}” came by transport chain {got}, of which the declaration has no legs. Add them",
    ),
    "WTW_NOT_STATED": Words(
        "“{name}”的因子没有分开油井到油箱与油箱到车轮，是否为全链（WTW）未核查",
        "the factor of line “{name}” does not divide well-to-tank and tank-to-wheel; whether it is well-to-wheel was "
        "not checked",
    ),
    "WTW_SUM": Words(
        "“{name}”的系数 {got} 不等于 WTT + TTW（{expected}）。请改用全链（WTW）系数",
        "line “{name}” uses {got}, which is not WTT + TTW ({expected}). Use the well-to-wheel value",
    ),
    "ALLOCATION_OPEN": Words(
        "“{name}”只计 {got} 份额，但没有列出共生产品，份额之和是否为 1 未核查",
        "line “{name}” counts a share of {got} without its co-products; whether shares sum to 1 was not checked",
    ),
    "ALLOCATION_METHOD": Words(
        "“{name}”的分配方法或分配组不对：写 {got}，应为 {expected}",
        "line “{name}” has a wrong allocation method or group: {got}, expected {expected}",
    ),
    "ALLOCATION_SHARE": Words(
        "“{name}”的份额 {got} 与分配组中本产品的份额 {expected} 不符",
        "line “{name}” uses the share {got}; its group gives this product {expected}",
    ),
    "ALLOCATION_SUM": Words(
        "“{name}”的分配组 {group} 各产品份额之和为 {got}，必须正好为 1",
        "the shares of group {group} of line “{name}” sum to {got}; they must sum to exactly 1",
    ),
    "ALLOCATION_BASIS": Words(
        "“{name}”的份额 {got} 与按质量、能量或价值算出的 {expected} 不符",
        "line “{name}” uses the share {got}; by mass, energy or value it is {expected}",
    ),
    "COPRODUCTS_DIFFER": Words(
        "“{name}”在分配组 {group} 中取份额 {got}，而本企业另一份共生产品声明给它 {expected}：同一过程须按同一张表分配",
        "line “{name}” takes the share {got} of group {group}; another declaration of the firm gives it {expected}. "
        "One process is divided by one table",
    ),
    "CIRCULAR_PARAMETERS": Words(
        "“{name}”引用的循环材料 {got} 不存在，或参数缺失、超出范围（R1≤1，R2+R3≤1，A 在 0.2 至 0.8）",
        "line “{name}”: circular material {got} does not exist, or a parameter is missing or out of range "
        "(R1 ≤ 1, R2+R3 ≤ 1, A from 0.2 to 0.8)",
    ),
    "CIRCULAR_SHARE": Words(
        "“{name}”（{term}）的系数写为 {got}，按所选方法应为 {expected}",
        "line “{name}” ({term}) counts {got}; by the chosen method it is {expected}",
    ),
    "CIRCULAR_SIGN": Words(
        "“{name}”（{term}）的正负号不对：只有替代项为负",
        "line “{name}” ({term}) has the wrong sign: only what is substituted is negative",
    ),
    "CIRCULAR_TERMS": Words(
        "循环材料 {name} 缺少应计的项：{got}。请补全",
        "circular material {name} lacks terms that count: {got}. Add their lines",
    ),
    "CIRCULAR_AMOUNT": Words(
        "循环材料 {name} 的 {term} 数量为 {got}，应为 {expected}：各项须针对同一质量",
        "circular material {name}: {term} is for {got}, expected {expected}; all terms are for one mass",
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
        "没有写明依据哪部产品核算规则（PCR），是否漏项、边界与取舍是否合规未核查。请在下一版声明中写明",
        "no product category rule (PCR) is named: whether lines are missing, the boundary and cut-off were not checked. "
        "Name one in the next version",
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
        "“{name}”所用的因子是 {got}；产品碳足迹此处只能用 {expected}（禁止混用）。请更换因子",
        "line “{name}” rests on a factor {got}; a product footprint may use only {expected} here. Replace the factor",
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
