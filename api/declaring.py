"""From a draft to a declaration: pins what the ledger holds, calculates, and says all that is wrong at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from api.book import Book, Found
from api.extras import STAGE_WORDS, header_extras, line_extras, production_extras, result_extras
from api.form import Draft, DraftError, Problems, Text
from api.numerals import number_of
from api.pinning import per_one, pinned_parts, pinned_quality
from ledger.calculation import GWP100, Exact, line_emission, total
from ledger.errors import InputError
from ledger.findings import Finding, Outcome
from ledger.footprint.filling import full_result
from ledger.footprint.ruling import judge
from ledger.identifiers import digest_to_text, parse_digest, parse_organisation
from ledger.kinds.factor import Factor
from ledger.kinds.footprint import KIND, Footprint, LineKind, Stage
from ledger.kinds.loop_group import KIND as LOOP_GROUP
from ledger.kinds.rule import KIND as RULE
from ledger.numbers import MAX_RESULT_DECIMALS, round_half_even, to_text
from ledger.units import CODES

DEFAULT_DECIMALS: Final = 6

UNIT_WORDS: Final = {
    "吨": "t", "千克": "kg", "公斤": "kg", "克": "g", "度": "kWh", "千瓦时": "kWh", "兆瓦时": "MWh", "件": "piece",
    "个": "piece", "台": "piece", "辆": "piece", "升": "L", "立方米": "m3", "标准立方米": "Nm3", "平方米": "m2",
    "吨公里": "t.km", "t·km": "t.km", "t*km": "t.km", "tkm": "t.km", "人公里": "p.km", "p*km": "p.km", "小时": "h",
    "天": "d", "米": "m", "公里": "km", "吉焦": "GJ", "兆焦": "MJ", "Item(s)": "piece",
}  # fmt: skip
KIND_WORDS: Final = {
    "燃料": "fuel", "工艺": "process", "电力": "electricity", "绿电": "green_electricity", "热力": "heat",
    "材料": "material", "缺省材料": "material_default", "上游": "upstream", "运输": "transport", "包装": "packaging",
    "废弃物": "waste", "副产品": "byproduct",
}  # fmt: skip
RESULTS_WORDS: Final = {"合计": "footprint", "完整": "full"}
BOUNDARY_WORDS: Final = {"从摇篮到大门": "cradle-to-gate", "从摇篮到坟墓": "cradle-to-grave"}
_BOUNDARIES: Final = ("cradle-to-gate", "cradle-to-grave")
_NEEDED: Final = ("product", "product_id", "unit", "period", "geography")
_LINE_NEEDED: Final = ("kind", "stage", "name", "amount", "unit")
_SOURCES: Final = ("factor", "upstream", "gas")


class _Numbers(NamedTuple):
    """What `ledger.calculation` asks of a line."""

    amount: str
    unit: str
    share: str | None
    value: str
    per: str


class Built(NamedTuple):
    """A line before its emission is rounded, with the exact emission and the place it was written at."""

    fields: dict[str, Any]
    exact: Exact | None
    place: str


def build(draft: Draft, book: Book) -> tuple[str, Footprint]:
    """The organisation and the declaration of a draft; every pin comes from `book`.

    Raises `DraftError` with every problem and its place; nothing is guessed and nothing half-made.
    """
    problems = Problems(read=draft.problems, blanks=draft.blanks)
    organisation = _organisation(draft, problems)
    header = _header(draft, problems)
    rule = _rule(draft.header.get("rule"), book, problems)
    if rule is not None:
        header["rule"] = digest_to_text(rule.digest)
    decimals = _decimals(draft, problems)
    output = _decimal(draft.header.get("output"), "1", problems)
    lines = [_line(place, fields, header, output, book, problems) for place, fields in draft.lines]
    exact = [line.exact for line in lines if line.exact is not None]
    stated = result_extras(draft.header, problems)
    full = _choice(draft.header.get("results"), ("footprint", "full"), RESULTS_WORDS, problems) == "full"
    value = {
        "header": header,
        "result": {"footprint": to_text(round_half_even(total(exact), decimals)), **stated},
        "production": _production(draft.header, output, problems),
        "lines": tuple(
            {**line.fields, "emission": to_text(round_half_even(line.exact, decimals))}
            for line in lines if line.exact is not None
        ),
    }  # fmt: skip
    if problems.found or problems.read:
        _refuse(draft, value, lines, problems)
    content = _model(draft, value)
    if full:
        content = _model(draft, value | {"result": full_result(content) | stated})
    _judge(draft, content, rule)
    return organisation, content


def _refuse(draft: Draft, value: Mapping[str, Any], lines: list[Built], problems: Problems) -> None:
    """Raises `DraftError` with the problems, and with what the model refuses of the fields that had none."""
    told = {problem.place for problem in (*problems.read, *problems.found)} | {draft.place}
    good = tuple(given for given, line in zip(draft.lines, lines, strict=True) if line.exact is not None)
    try:
        Footprint.model_validate(value)
    except ValidationError as err:
        rest = _refusals(replace(draft, lines=good), err)
        problems.found += [refusal for refusal in rest if refusal.place not in told]
    problems.check()


def _model(draft: Draft, value: Mapping[str, Any]) -> Footprint:
    try:
        return Footprint.model_validate(value)
    except ValidationError as err:
        raise DraftError(list(_refusals(draft, err))) from err


def _refusals(draft: Draft, err: ValidationError) -> Iterator[InputError]:
    for error in err.errors(include_input=False, include_url=False):
        where = error["loc"]
        code = "DRAFT_GEOGRAPHY" if where[-1:] == ("geography",) else "DRAFT_VALUE"
        field, place = ".".join(map(str, where)), _place_of(draft, where)
        yield InputError(code, place=place, field=field, got=error["msg"][:120])


def _place_of(draft: Draft, where: tuple[int | str, ...]) -> str:
    """The place of the field that a model's error is about, else of its line, else of the draft."""
    fields, place = draft.header, draft.place
    if where[:1] == ("lines",) and len(where) > 1:
        place, fields = draft.lines[int(where[1])]
    return next((fields[str(name)].place for name in reversed(where) if str(name) in fields), place)


def _rule(text: Text | None, book: Book, problems: Problems) -> Found | None:
    """The rule that a draft names by its number, or by its digest."""
    if text is None:
        return None
    try:
        found = _by_digest(text, book, "rule") if text.text.startswith("0x") else list(book.rules(text.text))
        return _one(found, text, "RULE_NOT_FOUND", "RULE_AMBIGUOUS")
    except InputError as err:
        problems.found.append(err)
        return None


def _judge(draft: Draft, content: Footprint, rule: Found | None) -> None:
    """Holds the content to the checks that every verifier will make of it, and to the rule that it names."""
    problems = Problems()
    ruled = judge(content, RULE.summary(rule.content)) if rule is not None else ()
    for finding in (*KIND.check(content), *ruled):
        if finding.outcome is Outcome.FAIL:
            problems.add(finding.code, _line_place(draft, finding), **finding.values)
    problems.check()


def _line_place(draft: Draft, finding: Finding) -> str:
    """The place of the line that a finding is about, or of its unit where that is in doubt."""
    number = finding.place.removeprefix("lines/")
    if not number.isdecimal():
        return draft.place
    place, fields = draft.lines[int(number)]
    return fields["unit"].place if finding.code == "BAND" else place


def _organisation(draft: Draft, problems: Problems) -> str:
    text = draft.header.get("organisation")
    if text is None:
        problems.missing("organisation", draft.place, "（统一社会信用代码）")
        return ""
    try:
        return parse_organisation(text.text, text.place)
    except InputError as err:
        problems.found.append(err)
        return ""


def _header(draft: Draft, problems: Problems) -> dict[str, Any]:
    given = draft.header
    for name in _NEEDED:
        if name not in given:
            problems.missing(name, draft.place)
    period = given.get("period")
    start, dots, end = period.text.partition("..") if period else ("", "..", "")
    if period and not dots:
        problems.add("DRAFT_PERIOD", period.place, got=period.text[:40])
    header: dict[str, Any] = {
        "version": 1,
        "product": _text(given.get("product")),
        "product_id": _text(given.get("product_id")),
        "unit": _choice(given.get("unit"), sorted(CODES), UNIT_WORDS, problems),
        "amount": _decimal(given.get("amount"), "1", problems),
        "period_start": start.strip(),
        "period_end": end.strip(),
        "boundary": _choice(given.get("boundary"), _BOUNDARIES, BOUNDARY_WORDS, problems) or "cradle-to-gate",
        "geography": _text(given.get("geography")),
        "gwp": _choice(given.get("gwp"), sorted(GWP100), {}, problems) or "AR6",
    }
    if "site" in given:
        header["site"] = given["site"].text
    return header | header_extras(given, problems)


def _production(given: Mapping[str, Text], output: str, problems: Problems) -> dict[str, Any]:
    found = {"output": output, **production_extras(given, problems)}
    if "quantity_unit" in given:
        found["quantity_unit"] = _choice(given["quantity_unit"], sorted(CODES), UNIT_WORDS, problems)
    return found


def _text(text: Text | None) -> str:
    return text.text if text else ""


def _choice(text: Text | None, codes: Any, words: Mapping[str, str], problems: Problems) -> str:
    """The closed code for a typed word; a near one is suggested."""
    if text is None:
        return ""
    code = words.get(text.text, text.text)
    if code in codes:
        return code
    near = difflib.get_close_matches(text.text, [*codes, *words], 3, 0.5) or list(codes)[:12]
    problems.add("DRAFT_CHOICE", text.place, got=text.text[:40], expected="、".join(near))
    return ""


def _decimal(text: Text | None, default: str, problems: Problems) -> str:
    if text is None:
        return default
    try:
        return number_of(text)
    except InputError as err:
        problems.found.append(err)
        return default


def _decimals(draft: Draft, problems: Problems) -> int:
    text = draft.header.get("decimals")
    if text is None:
        return DEFAULT_DECIMALS
    if text.text.isascii() and text.text.isdigit() and int(text.text) <= MAX_RESULT_DECIMALS:
        return int(text.text)
    problems.add("DRAFT_CHOICE", text.place, got=text.text[:40], expected="0..9")
    return 0


def _line(place: str, given: Mapping[str, Text], header: Mapping[str, Any], output: str, book: Book,
          problems: Problems) -> Built:  # fmt: skip
    before = len(problems.found)
    for name in _LINE_NEEDED:
        if name not in given and not (name == "kind" and "upstream" in given):
            problems.missing(name, place)
    fields: dict[str, Any] = {
        "kind": _choice(given.get("kind"), get_args(LineKind), KIND_WORDS, problems) or "upstream",
        "stage": _choice(given.get("stage"), get_args(Stage), STAGE_WORDS, problems),
        "name": _text(given.get("name")),
        "amount": _decimal(given.get("amount"), "0", problems),
        "unit": _choice(given.get("unit"), sorted(CODES), UNIT_WORDS, problems),
    }
    if "share" in given:
        fields["share"] = _decimal(given["share"], "1", problems)
    if "geography" in given:
        fields["geography"] = given["geography"].text
    fields |= line_extras(given, problems)
    fields["source"] = _source(place, given, header, book, problems)
    if len(problems.found) > before:
        return Built(fields, None, place)
    return Built(fields, _exact(place, given, fields, output, problems), place)


def _exact(place: str, given: Mapping[str, Text], fields: Mapping[str, Any], output: str,
           problems: Problems) -> Exact | None:  # fmt: skip
    source = fields["source"]
    numbers = _Numbers(fields["amount"], fields["unit"], fields.get("share"), source["value"], source["per"])
    try:
        return line_emission(numbers, output)
    except InputError as err:
        problems.add(err.code, given["unit"].place if "unit" in given else place, **err.values)
        return None
    except ZeroDivisionError:
        problems.add("DRAFT_CHOICE", place, got="output: 0", expected="> 0")
        return None


def _source(place: str, given: Mapping[str, Text], header: Mapping[str, Any], book: Book,
            problems: Problems) -> dict[str, Any]:  # fmt: skip
    named = [name for name in _SOURCES if name in given]
    if len(named) != 1:
        problems.add("LINE_ONE_SOURCE", place, got="、".join(named) or "-")
        return {}
    if "member" in given and named[0] != "upstream":
        problems.missing("upstream", place)
        return {}
    text = given[named[0]]
    if named[0] == "gas":
        origin = {"origin": given["origin"].text} if "origin" in given else {}
        return _gas(text, str(header["gwp"]), problems) | origin
    try:
        source = _pinned(text, given, book)
    except InputError as err:
        problems.found.append(err)
        return {}
    for name in ("value", "per"):
        if name in given and given[name].text != source[name]:
            problems.add("PIN_DIFFERS", given[name].place, got=given[name].text[:60], expected=source[name])
    return source


def _pinned(text: Text, given: Mapping[str, Text], book: Book) -> dict[str, Any]:
    if "factor" in given:
        return _pin_factor(text, book)
    return _pin_member(text, given, book) if "member" in given else _pin_upstream(text, book)


def _gas(text: Text, gwp: str, problems: Problems) -> dict[str, Any]:
    gas = _choice(text, list(GWP100[gwp]), {"二氧化碳": "CO2", "甲烷": "CH4"}, problems)
    return {"type": "gas", "gas": gas, "value": GWP100[gwp].get(gas, "0"), "per": "kg"}


def _one(found: list[Found], text: Text, missing: str, several: str) -> Found:
    if not found:
        raise InputError(missing, place=text.place, got=text.text[:100])
    if len(found) > 1:
        listed = "、".join(digest_to_text(item.digest) for item in found[:4])
        raise InputError(several, place=text.place, got=text.text[:100], expected=listed)
    return found[0]


def _by_digest(text: Text, book: Book, kind: str) -> list[Found]:
    found = book.by_digest(parse_digest(text.text, text.place))
    return [found] if found is not None and found.statement.kind == kind else []


def find_factor(text: Text, book: Book) -> Found:
    """The factor that a draft names: a digest, or series/year and perhaps /geography. Raises `InputError`."""
    if text.text.startswith("0x"):
        candidates = _by_digest(text, book, "factor")
    else:
        series, _, rest = text.text.partition("/")
        year, _, geography = rest.partition("/")
        candidates = [
            item for item in book.factors(series)
            if isinstance(item.content, Factor) and str(item.content.header.year) == year
            and geography in ("", item.content.header.geography)
        ]  # fmt: skip
    return _one(candidates, text, "FACTOR_NOT_FOUND", "FACTOR_AMBIGUOUS")


def _pin_factor(text: Text, book: Book) -> dict[str, Any]:
    found = find_factor(text, book)
    result = found.content.result
    return {"type": "factor", "digest": digest_to_text(found.digest), "value": result.value, "per": result.per,
            **pinned_parts(result, "1", text)}  # fmt: skip


def _pin_upstream(text: Text, book: Book) -> dict[str, Any]:
    if text.text.startswith("0x"):
        candidates = _by_digest(text, book, "footprint")
    else:
        organisation, _, product = text.text.partition("/")
        candidates = list(book.declarations(parse_organisation(organisation, text.place), product))
    found = _current(candidates, text)
    header, result = found.content.header, found.content.result
    return {"type": "upstream", "digest": digest_to_text(found.digest), "per": header.unit,
            "value": per_one(result.footprint, header.amount, text), **pinned_parts(result, header.amount, text),
            **pinned_quality(result)}  # fmt: skip


def _pin_member(text: Text, given: Mapping[str, Text], book: Book) -> dict[str, Any]:
    """One product of a loop group, which is named by its digest, or by issuer, `/` and subject."""
    if text.text.startswith("0x"):
        candidates = _by_digest(text, book, LOOP_GROUP.name)
    else:
        organisation, _, subject = text.text.partition("/")
        head = book.head(parse_organisation(organisation, text.place), LOOP_GROUP.name, subject)
        group = None if head is None else book.by_digest(head)
        candidates = [] if group is None else [group]
    found, key = _current(candidates, text), given["member"]
    member = LOOP_GROUP.summary(found.content).members.get(key.text)
    if member is None:
        raise InputError("LOOP_MEMBER_UNKNOWN", place=key.place, name=_text(given.get("name")), got=key.text[:60])
    return {"type": "upstream", "digest": digest_to_text(found.digest), "member": key.text, "per": member.unit,
            "value": per_one(member.footprint, member.amount, text)}  # fmt: skip


def _current(candidates: list[Found], text: Text) -> Found:
    found = _one(candidates, text, "UPSTREAM_NOT_FOUND", "UPSTREAM_AMBIGUOUS")
    if not found.current:
        raise InputError("UPSTREAM_NOT_CURRENT", place=text.place, got=text.text[:100])
    return found
