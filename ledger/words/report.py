"""Words for reports as pages and on paper."""

from __future__ import annotations

from typing import Final

from ledger.words.form import Words

WORDS: Final = {
    "REPORT_NOT_WRITTEN": Words(
        "报告写不进去（{got}）。请检查路径与权限", "the report cannot be written ({got}). Check the path"
    ),
    "EARLIER_UNSOUND": Words(
        "用来比较的早期声明不可采信（{got}）。请换一份",
        "the earlier declaration cannot be believed ({got}). Name another",
    ),
    "NO_SUCH_LINE": Words(
        "声明 {got} 没有这一行，或其明细未公开。行写作 lines/0003，从 0 数起",
        "declaration {got} has no such line, or it cannot be opened. Lines are written lines/0003, counted from 0",
    ),
    "PRODUCTS_NOT_NAMED": Words(
        "请写出产品编号或声明摘要，或用 --all 核查全部现行声明；二者只取其一",
        "name products or digests, or verify all current declarations with --all; one or the other",
    ),
    "ONE_PRODUCT_ONLY": Words(
        "{got} 只用于单个产品。请一次写一个产品，或对多个产品用 --json（每行一份结论）",
        "{got} is for one product. Name one, or use --json for many: one verdict a line",
    ),
    "PDF_NOT_INSTALLED": Words(
        "生成 PDF 所需的 {got} 未安装。请运行 pip install 'tanji[pdf]'，或改用 --html",
        "{got} is not installed, which PDF needs. Run pip install 'tanji[pdf]', or use --html",
    ),
}
