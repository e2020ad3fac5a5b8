"""Words for the findings on a declaration under the rule (PCR) that it names."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "RULE_NOT_IN_SCOPE": Words(
        "产品 {got} 不在规则 {rule} 的适用范围（{expected}）内。请改引适用的规则",
        "product {got} is outside the scope of rule {rule} ({expected}). Name the rule that applies",
    ),
    "RULE_NOT_IN_EFFECT": Words(
        "规则 {rule} 在声明期末 {got} 不生效：应为 {expected}。请按生效的规则重新核算",
        "rule {rule} was not in effect at the period's end {got}: in effect is {expected}. "
        "Calculate by the rule in effect",
    ),
    "RULE_PASSED_OVER": Words(
        "规则 {rule} 对该产品生效，但声明未引用它；以下按该规则列出，不作为不通过",
        "rule {rule} is in effect for this product, but the declaration does not name it; what it says is told beside "
        "this, and fails nothing",
    ),
    "RULE_UNIT": Words(
        "声明单位是 {got}，规则要求 {expected}。请按规则的声明单位换算",
        "the declared unit is {got}, the rule's is {expected}. Declare for the rule's unit",
    ),
    "BOUNDARY": Words(
        "系统边界为 {got}，规则要求的 {expected} 缺失或不同。请补齐规则要求的阶段",
        "the boundary is {got}; the rule's {expected} is missing or different. Cover the stages that the rule asks for",
    ),
    "GWP_SET": Words(
        "使用了 {got} 的 GWP，规则要求 {expected}。请统一改用规则的一套",
        "GWPs of {got} were used, the rule asks for {expected}. Use the rule's set throughout",
    ),
    "PERIOD_LENGTH": Words(
        "声明期 {got} 不是规则要求的 {expected} 个整月。请按规则的期间核算",
        "the period {got} is not the {expected} whole months that the rule asks for. Calculate for such a period",
    ),
    "RULE_VALIDITY": Words(
        "有效期至 {got}，规则最长允许至 {expected}", "valid until {got}, the rule allows {expected} at the latest"
    ),
    "MISSING_LINE": Words(
        "缺少规则 {rule} 的必备项“{name}”。千克数取自规则的算例。请补上该行",
        "the line “{name}” that rule {rule} makes mandatory is missing; the kilograms are those of the rule's worked "
        "example. Add the line",
    ),
    "CUT_OFF_EXCEEDED": Words(
        "共取舍 {got}%，规则最多允许 {expected}%。多个小取舍合并计算，请补算",
        "{got} % were left out in all, the rule allows {expected} %. Small cuts add up: calculate what was left out",
    ),
    "DQR_FLOOR": Words(
        "数据质量 {name} 为 {got}，规则要求不差于 {expected}。请改用质量更好的数据",
        "data quality {name} is {got}, the rule asks for {expected} or better. Use better data",
    ),
    "PRIMARY_SHARE_FLOOR": Words(
        "初级数据占比 {got}%，规则要求至少 {expected}%。请补充实测数据",
        "{got} % rest on primary data, the rule asks for at least {expected} %. Use measured data",
    ),
    "NEGATIVE_NOT_PERMITTED": Words(
        "“{name}”使碳足迹减少，规则未许可；抵消量不得计入产品碳足迹。请删除该行",
        "line “{name}” lowers the footprint without the rule's permission; offsets never belong in it. Remove the line",
    ),
    "GREEN_ELECTRICITY_NOT_PERMITTED": Words(
        "“{name}”按绿证计电，规则不允许。请按规则的电力因子核算",
        "line “{name}” counts electricity by certificates, which the rule does not allow. Use the rule's factor",
    ),
    "RECYCLING_METHOD": Words(
        "材料 {name} 的再生按 {got} 计，规则要求 {expected}。请统一方法",
        "the recycling of {name} is counted by {got}, the rule asks for {expected}. Use one method",
    ),
    "RECYCLED_TWICE": Words(
        "“{name}”对废料计了抵扣，同时 {got} 又按再生料投入：同一物流计了两次。请只保留一种",
        "line “{name}” takes a credit for scrap while {got} count it as recycled input: the same flow twice. Keep one",
    ),
    "ALLOCATION_ORDER": Words(
        "“{name}”按 {got} 分配，规则的次序是 {expected}。请按规则的优先次序分配",
        "line “{name}” is allocated by {got}; by the rule's order it is {expected}. Keep to that order",
    ),
    "ALLOCATION_LATER": Words(
        "“{name}”按 {got} 分配；规则首选 {expected}，为何不可行未核查",
        "line “{name}” is allocated by {got}; the rule prefers {expected}, and why that was impossible was not checked",
    ),
    "BAND": Words(
        "“{name}”为 {got} {unit}，不在合理区间 {expected} 内，疑似单位错误（如 kWh 与 MWh、kg 与 t）。请核对",
        "“{name}” is {got} {unit}, outside the plausible {expected}: a unit error (kWh for MWh, kg for t)? Check it",
    ),
    "RULE_FACTOR_KIND": Words(
        "“{name}”用了因子 {got}，规则在此只允许 {expected}。请更换因子",
        "line “{name}” rests on factor {got}; the rule allows only {expected} here. Replace the factor",
    ),
}
