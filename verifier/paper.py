"""A verdict as PDF: the view of the page, set by Typst with one embedded open font; the same bytes for the same report.

Typst and the font come with the extra `pdf` of the distribution; nothing else needs them.
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ledger.errors import InputError
from verifier.chart import STYLES, bar, swatch
from verifier.schema import ProductReport
from verifier.view import LEGEND, view_of

_FONT: Final = "noto_cjk_sans_otc"


def paper(report: ProductReport) -> bytes:
    """The PDF of a verdict on a product. Raises `InputError` PDF_NOT_INSTALLED when the extra `pdf` is not there."""
    typst, font = _installed()
    view = view_of(report)
    parts = [(level["style"], Decimal(level["kilograms"])) for level in view["levels"]]
    data = {**view, "swatches": {name: swatch(name, alone=True) for name in STYLES},
            "level_bar": bar(parts, alone=True), "legend": LEGEND}  # fmt: skip
    found = typst.compile(
        files("verifier").joinpath("templates", "paper.typ").read_bytes(),
        font_paths=[str(font)],
        ignore_system_fonts=True,
        sys_inputs={"view": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        timestamp=0,  # a report has no time of its own
    )
    if not isinstance(found, bytes):
        raise TypeError("one document was expected")
    return found


def _installed() -> tuple[Any, Path]:
    try:
        typst, font = import_module("typst"), import_module(_FONT)
    except ModuleNotFoundError as err:
        raise InputError("PDF_NOT_INSTALLED", got=err.name) from err
    return typst, Path(str(font.FONT_PATH)).parent
