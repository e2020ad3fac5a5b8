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
}
