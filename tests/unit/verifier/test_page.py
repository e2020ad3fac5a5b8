"""The page: stands alone, runs nothing, shows suppliers' texts as texts, and says all that the report says."""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from support import reports

from verifier.chart import STYLES, readable, sankey, wrapped
from verifier.flows import DECLARATION, MAX_BOXES, MAX_TIERS, Box, Flow, Flows, flows_of
from verifier.page import page
from verifier.schema import LineReport, ProductReport
from verifier.view import MAX_BRANCHES, MAX_FIRMS, clean, view_of
from verifier.view import MAX_TIERS as MAX_TREE_TIERS


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags nest"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_the_page_asks_for_nothing_and_runs_nothing(sample: str) -> None:
    text = page(reports.report(sample))
    tags = Reader(text).tags
    assert {tag for tag, _ in tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a",
    } == set()
    for _, attributes in tags:
        assert not any(name.startswith("on") or name in {"style", "src", "href", "xlink:href"} for name in attributes)
    assert not re.search(rb"@import|https?://(?!www\.w3\.org/2000/svg)|javascript:", text)


def test_its_policy_allows_only_its_own_style_sheet() -> None:
    text = page(reports.report()).decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    policy = next(
        a["content"] for tag, a in Reader(text.encode()).tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "<" not in style[1]


def test_what_a_supplier_wrote_stays_a_text() -> None:
    text = page(reports.hostile())
    read, honest = Reader(text), Reader(page(reports.report("tampered")))
    # a long name takes more lines in the chart, each a text by itself
    tags, right = ([one for one in found.tags if one[0] != "text"] for found in (read, honest))
    assert [tag for tag, _ in tags] == [tag for tag, _ in right], "no tag more and none less"
    assert [sorted(a) for _, a in tags] == [sorted(a) for _, a in right], "no attribute either"
    labels = {frozenset(a) for tag, a in honest.tags if tag == "text"}
    assert {frozenset(a) for tag, a in read.tags if tag == "text"} <= labels
    assert "<script>alert(1)</script>" in read.text, "shown, not run"
    assert "{{7*7}}" in read.text
    for sign in reports.HIDDEN:
        assert sign.isprintable() or sign not in text.decode().replace("\n", "")


def test_texts_lose_signs_that_hide_or_reorder_and_nothing_else() -> None:
    assert clean("a\u202eb\u200bc\x00d\ud800e") == "abcde"
    assert clean("东海汽车（示例） “Ünï” 🚗 𠮷 1 t") == "东海汽车（示例） “Ünï” 🚗 𠮷 1 t"


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_the_page_says_all_that_the_report_says(sample: str) -> None:
    report, text = reports.report(sample), Reader(page(reports.report(sample))).text
    assert report.summary.zh in text
    assert report.summary.en in text
    for finding in report.findings:
        assert finding.code in text
        assert finding.zh.removeprefix(finding.place + "：") in text
        assert finding.en.removeprefix(finding.place + ": ") in text
        for value in (finding.values.get("got"), finding.values.get("expected")):
            assert value is None or value in text
    for one in report.not_checked.checks:
        assert one.kilograms in text
    for level in STYLES.keys() & report.levels.model_dump().keys():
        assert getattr(report.levels, level).kilograms in text


def test_every_text_of_the_page_is_in_both_languages() -> None:
    tags = Reader(page(reports.report())).tags
    languages = [attributes["lang"] for tag, attributes in tags if tag == "span" and "lang" in attributes]
    assert languages[::2] == ["zh"] * (len(languages) // 2)
    assert languages[1::2] == ["en"] * (len(languages) // 2)


def test_a_page_without_any_number_still_reads() -> None:
    report = reports.report().model_copy(update={"declaration": None, "declared": None, "recomputed": None, "statements": (),
                                                 "hot_spots": ()})  # fmt: skip
    read = Reader(page(report))
    assert "hatch-default" in page(report).decode(), "the legend's hatchings are there without a chart"
    assert read.open == []


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ink", "ground"), [
    ("#1b1f24", "#ffffff"), ("#4a525b", "#ffffff"), ("#4a525b", "#f6f7f9"), ("#0e4a2c", "#e9f6ee"), ("#7a1710", "#fdecea"),
    ("#5a4700", "#fff6dc"), ("#9c1c14", "#ffffff"), ("#ffffff", "#26323f"), ("#1b1f24", "#f6d3b3"), ("#3b424a", "#d3dae1"),
    ("#e8ebee", "#1d2328"), ("#b3bcc6", "#1d2328"), ("#b3bcc6", "#14181c"), ("#bfe8cf", "#12301f"), ("#ffc9c4", "#3d1714"),
    ("#f4dfa0", "#362c0a"), ("#ff9d94", "#1d2328"), ("#ffffff", "#3f5a75"), ("#e8ebee", "#12301f"), ("#e8ebee", "#3d1714"),
])  # fmt: skip
def test_texts_have_the_contrast_that_wcag_asks_for(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("style", STYLES)
def test_bars_stand_out_from_the_page(style: str) -> None:
    assert contrast(STYLES[style][0], "#ffffff") >= 3


def made(lines: int, tiers: int) -> ProductReport:
    """A report of a chain of `tiers` declarations, each with `lines` lines and one upstream."""
    report = reports.report("body")
    body = next(one for one in report.statements if one.digest == report.product)
    leaf = next(line for line in body.lines if not line.upstream)
    statements = []
    for tier in range(tiers):
        digest = report.product if tier == 0 else f"0x{tier:064x}"
        above = LineReport(**{**leaf.model_dump(), "place": "lines/0000", "upstream": True, "kilograms": str(tiers - tier),
                              "digest": f"0x{tier + 1:064x}", "level": None})  # fmt: skip
        own = [
            leaf.model_copy(update={"place": f"lines/{n:04d}", "kilograms": f"{n}.5", "name": f"行{n}"})
            for n in range(1, lines + 1)
        ]
        last = tier == tiers - 1
        statements.append(body.model_copy(update={"digest": digest, "index": tiers - tier, "name": f"厂{tier}",
                                                  "kilograms": str(tiers - tier),
                                                  "lines": tuple(own) if last else (above, *own)}))  # fmt: skip
    return report.model_copy(update={"statements": tuple(reversed(statements))})


def test_a_long_chain_is_drawn_in_part_and_nothing_is_lost_from_sight() -> None:
    report = made(40, 30)
    drawn = flows_of(report)
    rests = sum(key.endswith("/rest") for key in drawn.boxes)
    assert len(drawn.boxes) - rests == MAX_BOXES
    assert max(box.tier for box in drawn.boxes.values()) <= MAX_TIERS + 1
    into = sum(flow.kilograms for flow in drawn.flows if flow.target == report.product)
    product = next(one for one in report.statements if one.digest == report.product)
    assert into == sum(Decimal(line.kilograms) for line in product.lines)
    tree = view_of(report)["tree"]
    assert max(row["depth"] for row in tree) <= MAX_TREE_TIERS
    assert any(row.get("folded") for row in tree)
    assert any("rest" in row for row in tree)
    assert Reader(page(report)).open == []


def test_a_tree_of_very_many_declarations_ends() -> None:
    report = made(1, 400)
    rows = view_of(report)["tree"]
    assert len(rows) <= MAX_BRANCHES * 2
    assert Reader(page(report)).open == []


def test_lines_that_lower_the_footprint_are_told_and_not_drawn() -> None:
    report = reports.report("body")
    body = next(one for one in report.statements if one.digest == report.product)
    lines = tuple(
        line.model_copy(update={"kilograms": "-7.5"}) if line.place == "lines/0002" else line for line in body.lines
    )
    changed = report.model_copy(update={"statements": tuple(
        one.model_copy(update={"lines": lines}) if one is body else one for one in report.statements)})  # fmt: skip
    drawn = flows_of(changed)
    assert drawn.negative == Decimal("-7.5")
    assert f"{report.product}/lines/0002" not in drawn.boxes
    assert "-7.5 kg" in Reader(page(changed)).text


def test_the_chart_has_fixed_coordinates_and_no_float() -> None:
    picture = sankey(flows_of(reports.report()), title="t")
    assert not re.search(r"\d\.\d{3,}|e-\d", re.sub(r"<title>.*?</title>|<text.*?</text>", "", picture))
    assert sankey(Flows(), title="t") == ""


@pytest.mark.parametrize(("value", "shown"), [
    ("2589.247860", "2589.25"), ("0", "0.00"), ("0.2725", "0.27"), ("0.0004512", "0.00045"), ("-3.14159", "-3.14"),
])  # fmt: skip
def test_small_weights_keep_digits_that_tell_something(value: str, shown: str) -> None:
    assert readable(Decimal(value)) == shown


def test_long_names_run_over_lines_and_are_cut_only_when_they_must_be() -> None:
    assert wrapped("a" * 30) == ["a" * 30]
    assert wrapped("碳" * 16) == ["碳" * 15, "碳"]
    assert wrapped("Dragline; Manufacture; For surface coal mine, at plant") == [
        "Dragline; Manufacture; For",
        "surface coal mine, at plant",
    ]
    assert wrapped("a" * 200) == ["a" * 30, "a" * 30, "a" * 29 + "…"]
    assert wrapped("") == [""]


def test_labels_of_one_column_never_overlap() -> None:
    names = [
        "Dragline; Manufacture; For surface coal mine, at plant; 7,439 metric tonne working weight",
        "短",
        "铝板件(缺省)",
    ]
    boxes = {"p": Box("p", "产品", "厂", Decimal(1000), DECLARATION, 0)}
    boxes |= {f"b{n}": Box(f"b{n}", names[n % 3], "厂", Decimal(10 - n), "default", 1) for n in range(10)}
    flows = [Flow(key, "p", box.kilograms) for key, box in boxes.items() if key != "p"]
    picture = sankey(Flows(boxes, flows), title="t")
    left = re.findall(r'<text x="([0-9.]+)" y="([0-9.]+)"', picture)
    column = sorted(float(y) for x, y in left if x == min((x for x, _ in left), key=float))
    assert min(b - a for a, b in pairwise(column)) >= 14


def test_the_picture_is_named_for_those_who_do_not_see_it() -> None:
    title = re.search(r"<title>(.*?)</title>", page(reports.report()).decode()[4000:])
    assert title is not None
    assert "白车身" in title[1]
    assert "2589.247860 kgCO2e" in title[1]


@pytest.mark.parametrize(("sample", "answer", "step"), [
    ("body", "没有发现错误", "可以引用这个数值：每件 2589.247860\u00a0kgCO2e；引用时请说明，其中 80.80 % 用的是缺省因子"),
    ("tampered", "更正之前，请不要采用这个数值", "请直接向该公司索取所签的原件"),
    ("offline", "还不能下结论", "补齐证据：未连接链"),
])  # fmt: skip
def test_the_first_screen_is_the_answer_and_what_to_do(sample: str, answer: str, step: str) -> None:
    view = view_of(reports.report(sample))
    assert answer in view["answer"]["zh"]
    assert step in view["steps"][0]["zh"]
    text = Reader(page(reports.report(sample))).text
    assert text.index(answer) < text.index(step) < text.index("每千克核到哪一级")


@pytest.mark.parametrize(("typed", "shown"), [
    ("1.85", "1.85"), ("0.307100141290347830543636329900", "≈ 0.307100"), ("4768.347174949257217822515698", "≈ 4768.35"),
    ("1234567890123.5", "≈ 1234567890124"), ("0.0000742000000", "≈ 0.0000742000"),
])  # fmt: skip
def test_numbers_of_many_digits_are_shown_with_those_that_count(typed: str, shown: str) -> None:
    report = reports.report()
    statements = tuple(one.model_copy(update={"lines": tuple(line.model_copy(update={"value": typed}) for line in one.lines)})
                       for one in report.statements)  # fmt: skip
    rows = view_of(report.model_copy(update={"statements": statements}))["tree"]
    assert {row["sum"]["en"].partition(" × ")[2].partition(" kgCO2e")[0] for row in rows if "sum" in row} == {shown}


def test_a_product_whose_lines_are_hidden_is_named_and_has_no_number() -> None:
    report = reports.report()
    statements = tuple(one.model_copy(update={"product": None, "lines": ()}) for one in report.statements)
    closed = report.model_copy(update={"declaration": None, "declared": None, "recomputed": None, "hot_spots": (),
                                       "statements": statements})  # fmt: skip
    text = Reader(page(closed)).text
    assert "白车身" in text
    assert ": 产品碳足迹 白车身：2589.247860 kgCO2e / 1 piece" in text, "the signed headline"
    assert "全部" in text
    assert "每千克核到哪一级" not in text


def test_a_large_tree_is_folded_but_for_its_heavy_branches_and_is_short_on_paper() -> None:
    view = view_of(made(20, 30))
    assert {row["open"] for row in view["tree"] if "digest" in row} == {True, False}
    assert len(view["paper_tree"]) < len(view["tree"])
    small = view_of(reports.report())
    assert small["paper_tree"] is small["tree"] or small["paper_tree"] == small["tree"]
    assert all(row["open"] for row in small["tree"])


def test_the_heaviest_firms_are_named_and_the_others_summed_up() -> None:
    report = made(1, 30)
    firms = view_of(report)["suppliers"]
    assert len(firms) == MAX_FIRMS + 1
    assert firms[-1]["rest"] == 30 - MAX_FIRMS
    assert sum(Decimal(one["kilograms"]) for one in firms) == sum(Decimal(one.own) for one in report.statements)


@pytest.mark.parametrize("sample", reports.SAMPLES)
def test_the_page_is_usable_without_eyes_and_without_a_mouse(sample: str) -> None:
    """What axe-core looks for that a parser can see; a browser's word was taken once, on these pages."""
    tags = Reader(page(reports.report(sample))).tags
    headings = [tag for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert set(headings[1:]) == {"h2"}
    named = {attributes.get("for") for tag, attributes in tags if tag == "label"}
    assert {attributes.get("id") for tag, attributes in tags if tag == "input"} <= named
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["aria-labelledby"] for _, attributes in tags if "aria-labelledby" in attributes} <= set(ids)
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    for tag, attributes in tags:
        if tag == "svg":
            assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"
        if "tabindex" in attributes:
            assert (attributes["tabindex"], attributes["role"]) == ("0", "region")
            assert attributes["aria-label"]


def test_errors_of_one_place_are_not_added_up() -> None:
    report = reports.report("tampered")
    assert not view_of(report)["shared"]
    twice = report.model_copy(update={"findings": (report.findings[0], *report.findings)})
    assert view_of(twice)["shared"]
    assert "不可相加" in Reader(page(twice)).text
