"""Words on what a withdrawn or corrected statement touches."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "IMPACT_UNOPENED": Words(
        "该声明的内容未提供或不可采信，是否受影响未核查",
        "the statement's content is withheld or not what was signed: whether it is touched was not checked",
    ),
}
