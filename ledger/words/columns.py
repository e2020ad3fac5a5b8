"""Words for numbers as columns, and for firms that feed one another."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "COLUMNS_MALFORMED": Words(
        "数值列不成形：{got}。请检查生成这些列的程序",
        "the columns of numbers do not fit together: {got}. Check what made them",
    ),
    "COLUMNS_NOT_ORDERED": Words(
        "第 {node} 行引用了不早于自己的第 {supplier} 行：不是日志顺序，或者有循环",
        "row {node} rests on row {supplier}, which is not earlier: not in log order, or a cycle",
    ),
    "CYCLE": Words(
        "“{name}”一行绕回了本产品：“{product}”经上游又引用了同一产品同期的声明 {got}。"
        "循环供应请引用更早一期，或登记循环供应组",
        "line “{name}” leads back: “{product}” rests, through its suppliers, on its own declaration {got} for the same "
        "period. Rest on an earlier period, or declare a loop group",
    ),
    "LOOP_MEMBER_UNKNOWN": Words(
        "“{name}”引用了循环供应组的成员 {got}，该组（现行版本）没有这个代号。请核对成员代号",
        "line “{name}” rests on member {got} of a loop group that has none of that key, or has it no longer. "
        "Check the key",
    ),
    "LOOP_RESULT_DIFFERS": Words(
        "本产品是循环供应组的成员“{name}”，声明为 {got}，组内联立求解值为 {expected} kgCO2e：两者必须一致",
        "the product is member “{name}” of the loop group that it rests on: it declares {got}, the group was solved to "
        "{expected} kgCO2e. They must agree",
    ),
    "LOOP_NEGATIVE": Words(
        "循环中有负值，不能保证唯一解：副产品抵扣不得进入循环",
        "a loop holds a negative number, so its solution is not certain: credits have no place in a loop",
    ),
    "LOOP_UNBOUNDED": Words(
        "循环没有收敛凭证：回流不少于产出。请核对用量",
        "there is no certificate that the loop converges: as much goes back as comes out. Check the quantities",
    ),
    "INTERVAL_NEGATIVE": Words(
        "数值或偏差有负值，无法给出保证区间",
        "no interval is guaranteed where a number is negative, or may be off by all of itself",
    ),
    "WHAT_IF_OPENED": Words(
        "“{name}”的数值来自已打开的上游声明或已发布的因子，试算请改动该声明本身，或改数量",
        "the value of “{name}” comes from an opened declaration or a published factor: "
        "try the change there, or change the amount",
    ),
}
