"""A verdict as one HTML page that stands alone: no script, no request, the same bytes for the same report.

The page's policy allows nothing but its own style sheet, by its hash. Whatever a supplier wrote is escaped by the
template engine, which knows no exceptions here but the pictures that `verifier.chart` drew.
"""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from verifier.chart import STYLES, bar, patterns, swatch
from verifier.schema import ProductReport
from verifier.view import LEGEND, view_of

MAX_STATEMENTS: Final = 200
"""Statements that the page lists; all are in the JSON."""


def page(report: ProductReport) -> bytes:
    """The page of a verdict on a product, in UTF-8."""
    view, style = view_of(report), _text("page.css")
    parts = [(level["style"], Decimal(level["kilograms"])) for level in view["levels"]]
    text = _template().render(
        **view,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=Markup("sha256-" + b64encode(sha256(style.encode()).digest()).decode()),  # noqa: S704 - a hash
        swatches={name: Markup(swatch(name)) for name in STYLES},  # noqa: S704 - drawn by us, names in it are escaped
        level_bar=Markup(bar(parts)),  # noqa: S704 - as above
        chart_svg=Markup(view["chart"]),  # noqa: S704 - as above
        hatchings=Markup("" if view["chart"] else patterns()),  # noqa: S704 - as above
        legend=LEGEND,
        max_statements=MAX_STATEMENTS,
    )
    return text.encode() + b"\n"


def _text(name: str) -> str:
    return files("verifier").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    engine = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return engine.from_string(_text("page.html.j2"))
