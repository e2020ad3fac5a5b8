"""A Sankey diagram as one SVG text: fixed-point coordinates, so the same report gives the same bytes everywhere.

Drawn by hand because the libraries for it draw in a browser or by floats. No script, no style sheet, no link: the same
picture stands in the page and on paper. Colour never speaks alone: every level has a hatching of its own.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from decimal import Decimal
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from verifier.flows import DECLARATION, REST, Box, Flows

# All lengths are hundredths of a pixel, as integers.
_PX: Final = 100
_BAR: Final = 14 * _PX
_COLUMN: Final = 215 * _PX
_LABEL: Final = 200 * _PX
_TALL: Final = 330 * _PX
"""Height of the heaviest tier's kilograms; labels may make the picture taller."""
_LEADING: Final = 14 * _PX
"""Height of a line of text."""
_GAP: Final = 9 * _PX
_TEXT_CELLS: Final = 30
"""Width of a label: a Chinese sign takes two cells."""
_TEXT_LINES: Final = 3
"""Lines of a name; what is longer is cut, and stands whole beside the chart."""

STYLES: Final = {
    "recomputed": ("#1b7f4d", "#bfe3cf"),
    "vouched": ("#1a6f9c", "#bcdcec"),
    "declared": ("#8a6d00", "#efe0a6"),
    "default": ("#b4580a", "#f6d3b3"),
    "unverified": ("#b3261e", "#f3c0bc"),
    DECLARATION: ("#3b4a5a", "#d3dae1"),
    REST: ("#6b6b6b", "#dedede"),
}
"""For each level: the colour of its bar, and of its ribbon."""

_HATCHES: Final = {
    "vouched": "M0 4H8",
    "declared": "M0 8L8 0",
    "default": "M0 0L8 8",
    "unverified": "M0 0L8 8M0 8L8 0",
    REST: "M4 0V8",
}
_SVG: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','DejaVu Sans',sans-serif"


class Place(NamedTuple):
    """Where a box stands: left, top and height of its bar."""

    x: int
    y: int
    height: int


class Ribbon(NamedTuple):
    """A flow's way: from the right edge of its source to the left edge of its target, as thick at both ends."""

    source: str
    left: int
    top: int
    right: int
    end: int
    thick: int


def sankey(drawn: Flows, *, title: str) -> str:
    """The SVG of some flows, named by `title` for those who do not see it; an empty text when there are none."""
    if not drawn.flows:
        return ""
    places, width, height = _layout(drawn)
    svg = Element("svg", {
        "xmlns": _SVG, "role": "img", "viewBox": f"0 0 {_n(width)} {_n(height)}",
        "width": _n(width), "height": _n(height), "font-family": _FONTS, "font-size": "12",
    })  # fmt: skip
    SubElement(svg, "title").text = title
    _patterns(svg)
    for ribbon in _ribbons(drawn, places):
        _ribbon(svg, ribbon, drawn.boxes[ribbon.source].style)
    product = next(box for box in drawn.boxes.values() if box.tier == 0)
    for key, box in drawn.boxes.items():
        _box(svg, box, places[key], product.kilograms)
    return tostring(svg, encoding="unicode")


def width(drawn: Flows) -> int:
    """Of the picture, in pixels."""
    return (max((box.tier for box in drawn.boxes.values()), default=0) * _COLUMN + _BAR + _LABEL) // _PX


def swatch(style: str, *, alone: bool = False) -> str:
    """A level's colour and hatching, for a legend; unless `alone`, its patterns are those of the same page's chart."""
    svg = Element("svg", {"xmlns": _SVG, "width": "16", "height": "12", "viewBox": "0 0 16 12", "aria-hidden": "true"})
    if alone:
        _patterns(svg)
    _filled(svg, {"x": "0", "y": "0", "width": "16", "height": "12"}, style)
    return tostring(svg, encoding="unicode")


def patterns() -> str:
    """The hatchings alone, in a picture of no size: for a page that shows swatches and bars without a chart."""
    svg = Element("svg", {"xmlns": _SVG, "width": "0", "height": "0", "aria-hidden": "true"})
    _patterns(svg)
    return tostring(svg, encoding="unicode")


def bar(parts: list[tuple[str, Decimal]], *, alone: bool = False) -> str:
    """One bar of 100 % cut by level, a picture by itself when `alone`. Negative parts have no width."""
    width, height = 1000, 28
    whole = sum((part for _, part in parts if part > 0), Decimal(0))
    svg = Element("svg", {
        "xmlns": _SVG, "viewBox": f"0 0 {width} {height}", "preserveAspectRatio": "none", "width": "100%",
        "height": str(height), "aria-hidden": "true",
    })  # fmt: skip
    if alone:
        _patterns(svg)
    left = Decimal(0)
    for style, part in parts:
        if part > 0 and whole:
            start, end = _share(left, whole, width), _share(left + part, whole, width)
            left += part
            _filled(svg, {"x": str(start), "y": "0", "width": str(max(end - start, 1)), "height": str(height)}, style)
    return tostring(svg, encoding="unicode")


def _layout(drawn: Flows) -> tuple[dict[str, Place], int, int]:
    """Columns by tier, the product rightmost; in each the boxes in the order of what uses them, then by weight."""
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in drawn.boxes.values():
        columns[box.tier].append(box)
    last, weights = max(columns), _weights(drawn)
    tallest = max(sum((weights[box.key] for box in boxes), Decimal(0)) for boxes in columns.values())
    heights = {key: max(_share(weight, tallest, _TALL), _PX // 2) for key, weight in weights.items()}
    users: dict[str, list[str]] = defaultdict(list)
    for flow in drawn.flows:
        users[flow.source].append(flow.target)
    places: dict[str, Place] = {}
    bottom = 0
    for tier in range(last + 1):
        first = {box.key: min((places[user].y for user in users[box.key]), default=0) for box in columns[tier]}
        columns[tier].sort(key=lambda box: (first[box.key], box.style == REST, -weights[box.key], box.key))
        y = _GAP
        for box in columns[tier]:
            y = max(y, first[box.key] - 5 * _LEADING)  # beside what uses it, where there is room
            places[box.key] = Place((last - tier) * _COLUMN, y, heights[box.key])
            y += max(heights[box.key], _text_height(box)) + _GAP
        bottom = max(bottom, y)
    return places, last * _COLUMN + _BAR + _LABEL, bottom


def _weights(drawn: Flows) -> dict[str, Decimal]:
    """A box is as tall as what flows out of it or into it, whichever is more."""
    out, into = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for flow in drawn.flows:
        out[flow.source] += flow.kilograms
        into[flow.target] += flow.kilograms
    return {key: max(out[key], into[key]) for key in drawn.boxes}


def _ribbons(drawn: Flows, places: dict[str, Place]) -> list[Ribbon]:
    """Each flow with where it leaves and arrives; flows leave and arrive in the order of their other ends."""
    weights = _weights(drawn)
    leaves, arrives = {key: place.y for key, place in places.items()}, {key: place.y for key, place in places.items()}
    found = []
    for flow in sorted(drawn.flows, key=lambda f: (places[f.target].x, places[f.target].y, places[f.source].y)):
        source, target = places[flow.source], places[flow.target]
        thick = _share(flow.kilograms, weights[flow.source], source.height)
        found.append(Ribbon(flow.source, source.x + _BAR, leaves[flow.source], target.x, arrives[flow.target],
                            max(thick, _PX // 2)))  # fmt: skip
        leaves[flow.source] += thick
        arrives[flow.target] += _share(flow.kilograms, weights[flow.target], target.height)
    return found


def _ribbon(svg: Element, ribbon: Ribbon, style: str) -> None:
    _, left, top, right, end, thick = ribbon
    middle = (left + right) // 2
    path = (
        f"M{_n(left)} {_n(top)}C{_n(middle)} {_n(top)} {_n(middle)} {_n(end)} {_n(right)} {_n(end)}"
        f"V{_n(end + thick)}C{_n(middle)} {_n(end + thick)} {_n(middle)} {_n(top + thick)} {_n(left)} "
        f"{_n(top + thick)}Z"
    )
    SubElement(svg, "path", {"d": path, "fill": STYLES[style][1], "fill-opacity": "0.75"})


def _box(svg: Element, box: Box, place: Place, whole: Decimal) -> None:
    group = SubElement(svg, "g")
    share = f"{percent_of(box.kilograms, whole)} %"
    SubElement(group, "title").text = f"{box.name}  {box.supplier}  {box.kilograms:f} kgCO2e  {share}"
    at = {"x": _n(place.x), "y": _n(place.y), "width": _n(_BAR), "height": _n(place.height)}
    _filled(group, at, box.style)
    left, middle = _n(place.x + _BAR + 5 * _PX), max((place.height - _text_height(box)) // 2, 0)
    strong = {"font-weight": "bold"} if box.style == DECLARATION else {}
    halo = {"paint-order": "stroke", "stroke": "#ffffff", "stroke-width": "3", "stroke-linejoin": "round"}
    base = place.y + middle + 11 * _PX
    for number, part in enumerate(wrapped(box.name)):
        at = {"x": left, "y": _n(base + number * _LEADING), "fill": "#1b1f24", **halo, **strong}
        SubElement(group, "text", at).text = part
    at = {"x": left, "y": _n(base + _text_height(box) - _LEADING), "fill": "#3b424a", "font-size": "11", **halo}
    SubElement(group, "text", at).text = f"{readable(box.kilograms)} kg · {share}"


def _text_height(box: Box) -> int:
    """Of a box's name and the line with its kilograms."""
    return (len(wrapped(box.name)) + 1) * _LEADING


def _filled(parent: Element, at: dict[str, str], style: str) -> None:
    SubElement(parent, "rect", {**at, "fill": STYLES[style][0]})
    if style in _HATCHES:
        SubElement(parent, "rect", {**at, "fill": f"url(#hatch-{style})"})


def _patterns(svg: Element) -> None:
    defs = SubElement(svg, "defs")
    for style, path in _HATCHES.items():
        pattern = SubElement(defs, "pattern", {"id": f"hatch-{style}", "width": "8", "height": "8",
                                               "patternUnits": "userSpaceOnUse"})  # fmt: skip
        SubElement(pattern, "path", {"d": path, "stroke": "#ffffff", "stroke-width": "1.6", "fill": "none"})


def _share(part: Decimal, whole: Decimal, length: int) -> int:
    """`part` of `whole` as a part of `length`, rounded down."""
    return int(part * length / whole) if whole else 0


def _n(hundredths: int) -> str:
    """A length as SVG writes it."""
    whole, rest = divmod(hundredths, _PX)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def percent_of(part: Decimal, whole: Decimal) -> str:
    """Two decimals, to be read."""
    return f"{part * 100 / whole:.2f}" if whole else "0.00"


def readable(kilograms: Decimal) -> str:
    """Two decimals, or as many as show two digits of a small value."""
    if not kilograms or abs(kilograms) >= 1:
        return f"{kilograms:.2f}"
    return f"{kilograms:.{min(1 - kilograms.adjusted(), 9)}f}"


def wrapped(text: str) -> list[str]:
    """`text` in lines of a label's width, broken between words where there are any; the last is cut when need be."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < _TEXT_LINES:
        end = _fitting(rest)
        blank = rest.rfind(" ", 0, end + 1)
        cut = end if end == len(rest) or blank < end // 2 else blank
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        lines[-1] = lines[-1][: _fitting(lines[-1] + "…") - 1].rstrip() + "…"
    return lines or [""]


def _fitting(text: str) -> int:
    """How many signs of `text` fit into a label's width."""
    cells = 0
    for place, sign in enumerate(text):
        cells += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if cells > _TEXT_CELLS:
            return place
    return len(text)
