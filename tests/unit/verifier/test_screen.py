"""The screen against the judge: whatever it passes, the judge must have passed with the same words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.audit import Ledger
from support.builders import (
    CARMAKER,
    DOMAIN,
    NOW,
    PRESS,
    STEEL,
    Signed,
    factor,
    footprint,
    footprint_content,
    gas_line,
    power_line,
    private_key,
    signed,
    withdrawal,
)

from ledger.disclosures import parse_content
from ledger.entry import Entry
from ledger.errors import TanjiError
from ledger.footprint.content import Header
from ledger.footprint.lines import LineKind, Stage
from ledger.identifiers import digest_to_text
from ledger.kinds import kind_named
from ledger.merkle import leaf_hash, root_of
from ledger.signing import sign
from ledger.statement import ZERO_TEXT, Statement, check_plain_text
from ledger.tiles import TILE_WIDTH, encode_bundle
from verifier.checks import judge_alone
from verifier.evidence import Files, Item
from verifier.replay import Replayed
from verifier.screen import Screen, open_screen
from verifier.screened import Doorkeeper, Open
from verifier.status import Status

FOOTPRINT = kind_named("footprint")


def upstream_line(basis: Signed, value: str, amount: str = "2", emission: str = "", **changes: Any) -> dict[str, Any]:
    emission = emission or f"{int(amount) * float(value):.4f}"
    return {"kind": "upstream", "stage": "raw_material", "name": "外购钢卷", "amount": amount, "unit": "t",
            "source": {"type": "upstream", "digest": digest_to_text(basis.digest), "value": value, "per": "t"},
            "emission": emission, **changes}  # fmt: skip


def signed_text(like: Signed, text: bytes, signer: str, **changes: Any) -> Signed:
    """A signed statement on any text at all, with headline and subject made from it where it can be read."""
    root = root_of([leaf_hash(line) for line in text.split(b"\n")])
    headline, subject = like.statement.headline, like.statement.subject
    try:
        content = FOOTPRINT.read(parse_content(text))
        headline, subject = FOOTPRINT.headline(content), FOOTPRINT.subject(content)
    except TanjiError:
        pass
    fields = {"kind": "footprint", "organisation": signer, "headline": headline, "subject": subject,
              "content": digest_to_text(root), "previous": ZERO_TEXT, "issuedAt": NOW, **changes}  # fmt: skip
    statement = Statement.model_validate(fields)
    return Signed(statement, sign(statement, DOMAIN, private_key(signer)), text)


def both(ledger: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Replayed, int]:
    """The replay with the screen, which must be the replay without it; and how many statements passed."""
    passed = 0
    among = Doorkeeper.among

    def counted(self: Doorkeeper, *asked: Any) -> tuple[list[Open], int]:
        nonlocal passed
        words, at = among(self, *asked)
        passed += len(words)
        return words, at

    with monkeypatch.context() as patch:
        patch.setattr(Doorkeeper, "among", counted)
        fast = ledger.replay(folder)  # which holds it against the judge alone
    return fast, passed


def chain_of(changed: Callable[[Signed], Signed] = lambda item: item) -> Ledger:
    """A factor, five steps of one product each on the one before; the fourth is `changed`, the fifth rests on it."""
    ledger = Ledger()
    power = factor()
    ledger.add(power)
    first = footprint(STEEL, gas_line("2.5000"), product_id="A", value="2.5000")
    second = footprint(STEEL, gas_line("2.5000"), product_id="B", value="2.5000")
    third = footprint(PRESS, upstream_line(first, "2.5000"), power_line(power.digest), product_id="C", value="5.5777")
    again = footprint(PRESS, upstream_line(second, "2.5000"), power_line(power.digest), product_id="C2", value="5.5777")
    fourth = changed(
        footprint(STEEL, upstream_line(second, "2.5000"), power_line(power.digest), product_id="D", value="5.5777")
    )
    fifth = footprint(
        CARMAKER, upstream_line(fourth, "5.5777"), power_line(power.digest), product_id="E", value="11.7331"
    )
    ledger.add(first, second, third, again, fourth, fifth)
    ledger.anchor()
    return ledger


def test_the_kernel_was_compiled_and_finds_all_that_it_calls() -> None:
    assert isinstance(open_screen(DOMAIN), Screen)


def test_what_the_judge_had_nothing_to_say_of_passes_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed, passed = both(chain_of(), tmp_path, monkeypatch)
    assert replayed.status is Status.VERIFIED
    assert passed == 4  # the first, and the first of its shape, were the judge's


# ---- one sign changed, and signed by its own firm: nothing but the content is wrong -------------------------------

SIGNS = '0123456789.-"{}[],:|abtekwgCHNO 例，：\\é'


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), sign=st.sampled_from(SIGNS), how=st.sampled_from(["replace", "insert", "delete"]))
def test_any_sign_of_a_signed_content_may_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, sign: str, how: str
) -> None:
    def change(item: Signed) -> Signed:
        text = item.text.decode()
        at = place % len(text)
        after = {"replace": text[at + 1 :], "insert": text[at:], "delete": text[at + 1 :]}[how]
        changed = text[:at] + ("" if how == "delete" else sign) + after
        return signed_text(item, changed.encode(), STEEL)

    both(chain_of(change), tmp_path, monkeypatch)


VALUES = ["0", "1", "2", "0.5777", "5.5777", "2.5000", "-1", "-0", "00.1", "1e3", "0.57770", "999999999999999999.5", "", "CN",
          "CN-SH", "GLO", "US", "kWh", "kg", "t", "MJ", "MWh", "piece", "AR5", "AR6", "CO2", "CH4", "CO2e", "upstream", "factor",
          "gas", "process", "electricity", "material_default", "green_electricity", "transport", "use", "production",
          "2024-12-31", "2025-01-01", "2023-01-01", "2025-13-01", "cradle-to-grave", "0x" + "ab" * 32, "车门内板", "a|b"]  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 10**6),
    value=st.sampled_from(VALUES),
    field=st.sampled_from(["", "rule", "share", "geography", "site"]),
)
def test_any_field_of_a_signed_content_may_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, value: str, field: str
) -> None:
    def change(item: Signed) -> Signed:
        parts = [json.loads(line) for line in item.text.decode().split("\n")]
        if field:
            parts[place % len(parts)][2][field] = value
        else:
            holders = list(_text_fields(part[2] for part in parts))
            holder, key = holders[place % len(holders)]
            holder[key] = value
        lines = [json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for part in parts]
        return signed_text(item, "\n".join(lines).encode(), STEEL)

    both(chain_of(change), tmp_path, monkeypatch)


def _text_fields(values: Any) -> Iterator[tuple[dict[str, Any], str]]:
    for value in values:
        for key, inner in value.items():
            if isinstance(inner, dict):
                yield from _text_fields([inner])
            elif isinstance(inner, str):
                yield value, key


@pytest.mark.parametrize(
    "changes",
    [{"headline": "产品碳足迹 假：0 kgCO2e / 1 t；2025-01-01 至 2025-12-31"}, {"subject": "D|-|2025"}, {"issuedAt": 0},
     {"kind": "factor"}, {"organisation": PRESS}, {"content": "0x" + "11" * 32}, {"previous": "0x" + "11" * 32}],
    ids=lambda c: next(iter(c)),
)  # fmt: skip
def test_any_field_of_a_signed_statement_may_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    replayed, _ = both(chain_of(lambda item: signed_text(item, item.text, STEEL, **changes)), tmp_path, monkeypatch)
    assert (replayed.status is Status.VERIFIED) == ("issuedAt" in changes)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(index=st.integers(0, 6), place=st.integers(0, 104), bit=st.integers(0, 7))
def test_any_bit_of_an_entry_may_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: int, place: int, bit: int
) -> None:
    ledger = chain_of()
    data = bytearray(ledger.entries[index].to_bytes())
    data[place] ^= 1 << bit
    ledger.entries[index] = Entry.from_bytes(bytes(data))
    assert both(ledger, tmp_path, monkeypatch)[0].status is not Status.VERIFIED


# ---- what else the log says --------------------------------------------------------------------------------------


def _more(ledger: Ledger) -> tuple[Signed, Signed]:
    """Two declarations whose like was approved, as the next ones of a ledger from `chain_of`."""
    power, second = ledger.items[0], ledger.items[2]
    lines = upstream_line(second, "2.5000"), power_line(power.digest)
    return footprint(PRESS, *lines, product_id="X", value="5.5777"), footprint(
        PRESS, *lines, product_id="Y", value="5.5777"
    )


def _withdrawn_upstream(ledger: Ledger) -> None:
    ledger.add(withdrawal(ledger.items[2].digest, STEEL), *_more(ledger))


def _replaced_upstream(ledger: Ledger) -> None:
    new = footprint(STEEL, gas_line("2.6000"), product_id="B", value="2.6000", previous=ledger.items[2].digest)
    ledger.add(new, *_more(ledger))


def _withdrawn_factor(ledger: Ledger) -> None:
    from support.builders import PUBLISHER

    ledger.add(withdrawal(ledger.items[0].digest, PUBLISHER), *_more(ledger))


def _newer_factor(ledger: Ledger) -> None:
    ledger.add(factor("0.6000", year=2025), *_more(ledger))


def _subject_taken(ledger: Ledger) -> None:
    item, other = _more(ledger)
    ledger.add(item, other, footprint(PRESS, gas_line("9.0000"), product_id="X", value="9.0000"))


def _subject_taken_by_one_of_another_shape(ledger: Ledger) -> None:
    item, other = _more(ledger)
    negative = footprint(PRESS, gas_line("3.0000"), gas_line("-1.0000"), product_id="X", value="2.0000")
    ledger.add(negative, item, other)


def _the_same_twice(ledger: Ledger) -> None:
    item, other = _more(ledger)
    ledger.add(item, item, other)


def _later_upstream(ledger: Ledger) -> None:
    item, other = _more(ledger)
    rests = footprint(STEEL, upstream_line(other, "5.5777"), product_id="Z", value="11.1554")
    ledger.add(item, rests, other)


def _other_gwp_upstream(ledger: Ledger) -> None:
    content = footprint_content(gas_line("2.5000"), product_id="G", footprint="2.5000")
    content["header"]["gwp"] = "AR6"
    basis = signed("footprint", STEEL, content)
    ledger.add(basis, footprint(PRESS, upstream_line(basis, "2.5000"), product_id="H", value="5.0000"))


def _role_lapsed(ledger: Ledger) -> None:
    ledger.registry.emit("RoleRevoked", 11, **_role(PRESS))
    ledger.add(*_more(ledger), block=12)


def _role(organisation: str) -> dict[str, bytes]:
    from ledger.registry import name_to_word, organisation_hash

    return {"organisation": organisation_hash(organisation), "role": name_to_word("declarant"), "scope": bytes(32)}


def _erased(ledger: Ledger) -> None:
    ledger.erased.add(2)
    ledger.add(*_more(ledger))


def _gas_that_calls_itself_upstream(ledger: Ledger) -> None:
    """Its supplier must not be the one of the declaration that was read before, in the same place of memory."""
    basis = ledger.items[2]
    for number in range(3):
        ledger.add(footprint(PRESS, upstream_line(basis, "2.5000"), product_id=f"P{number}", value="5.0000"))
        like = footprint(PRESS, upstream_line(basis, "2.5000"), product_id=f"Q{number}", value="5.0000")
        ledger.add(signed_text(like, like.text.replace(b'{"output":"1"}', b'{"output":"1","quantity":"5"}'), PRESS))
        like = footprint(PRESS, upstream_line(basis, "2.5000"), product_id=f"R{number}", value="5.0000")
        digest = f'"digest":"{digest_to_text(basis.digest)}"'.encode()
        ledger.add(signed_text(like, like.text.replace(digest, b'"gas":"CO2"'), PRESS,
                               headline=like.statement.headline, subject=like.statement.subject))  # fmt: skip


def _of(item: Signed, **changes: str) -> Signed:
    """A statement that no model lets through, signed all the same."""
    statement = Statement.model_construct(**item.statement.model_dump() | changes)
    return Signed(statement, sign(statement, DOMAIN, private_key(STEEL)), item.text)


def _upstream_by_nobody(ledger: Ledger) -> None:
    power = ledger.items[0]
    for organisation in ("91310113MADEM0011B", "nobody"):
        item = footprint(STEEL, gas_line("2.5000"), product_id="N", value="2.5000")
        basis = _of(item, organisation=organisation)
        lines = upstream_line(basis, "2.5000"), power_line(power.digest)
        ledger.add(basis, footprint(PRESS, *lines, product_id=organisation, value="5.5777"))
        ledger.add(footprint(PRESS, upstream_line(basis, "2.6000"), product_id=f"{organisation}-2", value="5.2000"))


UNREADABLE = (b'"geography":"CN-SH"', b'"geography":"cn-SH"')


def _upstream_that_the_judge_cannot_read(ledger: Ledger) -> None:
    good = footprint(STEEL, gas_line("2.5000"), product_id="U", value="2.5000")
    basis = signed_text(good, good.text.replace(*UNREADABLE), STEEL)
    ledger.add(basis, footprint(PRESS, upstream_line(basis, "2.6000"), product_id="V", value="5.2000"))


def _subject_taken_by_what_the_judge_cannot_read(ledger: Ledger) -> None:
    ledger.registry.emit("RoleRevoked", 11, **_role(PRESS))
    good = footprint(PRESS, gas_line("2.5000"), product_id="U", value="2.5000")
    ledger.add(signed_text(good, good.text.replace(*UNREADABLE), PRESS), good, block=12)


def _the_same_again_after_what_rests_on_it(ledger: Ledger) -> None:
    item, _ = _more(ledger)
    rests = footprint(STEEL, upstream_line(item, "5.5777"), gas_line("1.0000"), product_id="Z", value="12.1554")
    ledger.add(item, rests, item)


def _the_same_again_without_its_content(ledger: Ledger) -> None:
    content = footprint_content(gas_line("2.5000"), product_id="G", footprint="2.5000")
    content["header"]["gwp"] = "AR6"
    basis = signed("footprint", STEEL, content)
    ledger.add(basis)
    while len(ledger.items) < TILE_WIDTH:
        ledger.add(footprint(STEEL, product_id=f"F{len(ledger.items)}"))
    ledger.erased.add(len(ledger.items))
    ledger.add(basis, footprint(PRESS, upstream_line(basis, "2.5000"), product_id="H", value="5.0000"))


def _withdrawn_before_it_came(ledger: Ledger) -> None:
    item, _ = _more(ledger)
    rests = footprint(STEEL, upstream_line(item, "5.5777"), gas_line("1.0000"), product_id="Z", value="12.1554")
    ledger.add(withdrawal(item.digest, PRESS), item, rests)


WAYS = [_withdrawn_upstream, _replaced_upstream, _withdrawn_factor, _newer_factor, _subject_taken,
        _subject_taken_by_one_of_another_shape, _the_same_twice, _later_upstream, _other_gwp_upstream, _role_lapsed, _erased,
        _gas_that_calls_itself_upstream, _upstream_by_nobody, _upstream_that_the_judge_cannot_read, _withdrawn_before_it_came,
        _subject_taken_by_what_the_judge_cannot_read, _the_same_again_after_what_rests_on_it, _the_same_again_without_its_content]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_what_happens_in_the_log_changes_a_mind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[Ledger], None]
) -> None:
    ledger = chain_of()
    way(ledger)
    ledger.anchor(block=14)
    replayed, _ = both(ledger, tmp_path, monkeypatch)
    assert replayed.status is not Status.VERIFIED or way in (_other_gwp_upstream, _newer_factor)


def test_several_processes_and_one_say_the_same(tmp_path: Path) -> None:
    ledger = chain_of()
    power = ledger.items[0]
    for number in range(1200):
        item = footprint(STEEL, power_line(power.digest), product_id=f"P-{number % 1100}", value="0.5777")
        ledger.add(item)
    ledger.anchor(block=15)
    one, three = ledger.replay(tmp_path), ledger.replay(tmp_path, workers=3)
    assert one == three
    assert sum(f.code == "SUBJECT_TAKEN" for f in one.findings) == 100


# ---- the readers -------------------------------------------------------------------------------------------------


def _passes_alone(product: str) -> tuple[bool, bool]:
    """Whether the screen and the judge take a declaration whose product is called `product`."""
    item = footprint(STEEL, product_id="A", value="2.5000")
    text = item.text.replace("冷轧卷".encode(), product.encode("utf-8", "surrogatepass"))
    try:
        check_plain_text(product)
        made = signed_text(item, text, STEEL, headline=item.statement.headline.replace("冷轧卷", product))
    except ValueError:
        return _bare(item, text, product), False
    judged = judge_alone(
        Item(0, Entry(made.digest, made.signature, 10).to_bytes(), made.statement.to_bytes(), text), DOMAIN
    )
    fast = open_screen(DOMAIN)
    assert fast is not None
    entry = Entry(made.digest, made.signature, 10).to_bytes()
    passed = fast.alone(_files(entry, made.statement.to_bytes(), text), 0, 1).passed
    return bool(passed), judged.content is not None and all(f.code == "RULE_NOT_NAMED" for f in judged.findings)


def _bare(item: Signed, text: bytes, product: str) -> bool:
    """The same for a name that no statement may hold: the envelope is written by hand."""
    root = digest_to_text(root_of([leaf_hash(line) for line in text.split(b"\n")]))
    fields = item.statement.model_dump(by_alias=True) | {"content": root}
    loose = Statement.model_construct(**fields, issued_at=NOW)
    object.__setattr__(loose, "headline", item.statement.headline.replace("冷轧卷", product))
    written = json.dumps(
        fields | {"headline": loose.headline}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    try:
        data, digest = written.encode(), loose.digest(DOMAIN)
    except UnicodeEncodeError:
        return False
    fast = open_screen(DOMAIN)
    assert fast is not None
    signature = sign(loose, DOMAIN, private_key(STEEL))
    return bool(fast.alone(_files(Entry(digest, signature, 10).to_bytes(), data, text), 0, 1).passed)


def _files(entry: bytes, statement: bytes, text: bytes) -> Files:
    return Files(encode_bundle([entry]), statement + b"\n" + text + b"\n\n")


def test_every_sign_that_the_screen_reads_is_one_that_the_judge_reads() -> None:
    codes = [*range(0x20, 0x250), *range(0x2FF0, 0x3040), *range(0x4DFE, 0x4E02), *range(0x9FA0, 0xA000, 5),
             *range(0xFEFE, 0xFF70), *range(0x250, 0x10FFFF, 1999)]  # fmt: skip
    plain = 0
    for code in codes:
        fast, slow = _passes_alone(f"卷{chr(code)}卷")
        assert slow or not fast, hex(code)
        plain += fast
    assert plain > 190  # printable ASCII but two, full-width forms, and the ideographs


@pytest.mark.parametrize("length", [1, 80, 81])
def test_a_name_has_as_many_signs_for_both(length: int) -> None:
    fast, slow = _passes_alone("钢" * length)
    assert fast == slow == (length <= 80)


FORMS: dict[str, tuple[list[str], list[str]]] = {
    "boundary": ([*get_args(Header.model_fields["boundary"].annotation)], ["gate", "cradle-to-gate "]),
    "gwp": ([*get_args(Header.model_fields["gwp"].annotation)], ["AR4", "AR"]),
    "geography": (["CN", "GLO", "RER", "CN-SH", "US-CA1", "ABCDE-1234"],
                  ["C", "cn", "CN-", "CN-sh", "ABCDEF", "CN-12345", "C1", "CN SH", "CN-SH-1"]),
    "period_start": (["1000-01-01", "2000-02-29", "2024-02-29", "2025-01-01", "2025-12-31"],
                     ["0999-01-01", "2025-02-29", "2025-04-31", "2025-13-01", "2025-00-01", "2025-01-00", "2026-01-01",
                      "2025-1-01", "20250101", "2025-W01-1", "2025/01/01", "3000-01-01"]),
    "period_end": (["2025-12-31", "2028-02-29", "2999-12-31"], ["2100-02-29", "2024-12-31", "2025-06-31", "3000-01-01"]),
    "kind": ([*get_args(LineKind)], ["Process", "gas", "proces", "processs"]),
    "stage": ([*get_args(Stage)], ["End", "use ", "raw"]),
    "gas": (["CO2", "CH4_fossil", "N2O", "A" * 16], ["C", "A" * 17, "CO 2", "CO-2"]),
    "per": (["kg"], ["t", "g"]),
    "type": (["gas"], ["upstream", "factor", "Gas"]),
    "organisation": ([STEEL, PRESS, "urn:tanji:factors", "urn:a-1:x", "urn:" + "a" * 32 + ":x", "urn:abc:" + "x" * 120,
                      "urn:abc:x:y.z_w-1"],
                     ["91310113MADEM0011B", "9131O113MADEM0011A", STEEL[:-1], STEEL + "0", "nobody", "urn", "urn:", "urn:ab:x",
                      "urn:abc:", "urn:abc", "urn:-ab:x", "urn:ab-:x", "urn:ABC:x", "urn:" + "a" * 33 + ":x", "urn:abc:-x",
                      "urn:abc:x/y", "urn:abc:" + "x" * 121]),
}  # fmt: skip
"""Of each field with a form of its own: texts that the kernel reads, all that the models list, and some that they refuse."""


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, (right, wrong) in FORMS.items() for v in (*right, *wrong)])
def test_what_the_models_refuse_does_not_pass_alone(field: str, value: str) -> None:
    """Others rest on whatever passed alone, so the judge must be able to read it."""
    made = _with_form(field, value)
    entry, statement = Entry(made.digest, made.signature, 10).to_bytes(), made.statement.to_bytes()
    judged = judge_alone(Item(0, entry, statement, made.text), DOMAIN)
    fast = open_screen(DOMAIN)
    assert fast is not None
    passed = bool(fast.alone(_files(entry, statement, made.text), 0, 1).passed)
    assert passed == (judged.content is not None) == (value in FORMS[field][0])


def _with_form(field: str, value: str) -> Signed:
    item = footprint(STEEL, gas_line("2.5000"), product_id="A", value="2.5000")
    if field == "organisation":
        return _of(item, organisation=value)
    parts = [json.loads(line) for line in item.text.decode().split("\n")]
    holder, key = next((h, k) for h, k in _text_fields(part[2] for part in parts) if k == field)
    before, holder[key] = holder[key], value
    lines = [json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for part in parts]
    text = "\n".join(lines).encode()
    envelope = {k: getattr(item.statement, k) for k in ("headline", "subject")}
    if field in ("boundary", "period_start", "period_end"):
        envelope = {k: v.replace(before, value) for k, v in envelope.items()}
    root = root_of([leaf_hash(line) for line in text.split(b"\n")])
    return _of(Signed(item.statement, b"", text), content=digest_to_text(root), **envelope)


NUMBERS = {
    "LINE_ARITHMETIC", "RESULT_ARITHMETIC", "RESULT_TOO_COARSE", "UNIT_MISMATCH",  # compared by the kernel in 128 bits
    "NEGATIVE_LINE", "OFFSET_LINE", "NEGATIVE_NOT_PERMITTED",  # no negative number is read
    "PINNED_UPSTREAM", "UPSTREAM_STALE",  # copied sign by sign from one that was not replaced
}  # fmt: skip
"""Codes that rest on numbers, names or digests of upstream: the kernel reads and compares these itself."""

KEYS = {
    "LINE_SOURCE", "GWP_VALUE", "GWP_MIXED", "GREEN_CERTIFICATES", "PINNED_FACTOR", "FACTOR_KIND", "FACTOR_PERIOD",
    "FACTOR_REGION", "FACTOR_STALE", "GAS_CHARACTERISED", "GAS_ORIGIN", "BIOGENIC_CO2", "STAGE_OUTSIDE", "WTW_NOT_STATED",
    "UPSTREAM_EXPIRED", "RULE_NOT_NAMED", "STAGE_MISSING", "BOUNDARY_STAGES",
}  # fmt: skip
"""Codes that rest on the header, a line's fields but its numbers and name, its supplier's header, or the lines' order:
all of that is in the keys under which the judge's word is remembered."""

OPTIONAL = {
    "ALLOCATION_BASIS", "ALLOCATION_METHOD", "ALLOCATION_OPEN", "ALLOCATION_SHARE", "ALLOCATION_SUM", "BREAKDOWN_SUM",
    "CARBON_BEYOND_MASS", "CIRCULAR_AMOUNT", "CIRCULAR_PARAMETERS", "CIRCULAR_SHARE", "CIRCULAR_SIGN", "CIRCULAR_TERMS", "COPRODUCTS_DIFFER",
    "EXEMPTED_NOT_LISTED", "HIDDEN_LINES", "HIDDEN_NEGATIVE", "LEG_ACTIVITY", "LEG_BREAK", "LEG_DAF", "LEG_GREAT_CIRCLE", "LEG_MASS", "LEG_MASS_OPEN", "LEG_MODES", "LEG_NO_CHAIN",
    "LEG_PERIOD", "MASS_UNIT",
    "LOOP_MEMBER_UNKNOWN", "LOOP_RESULT_DIFFERS", "PINNED_BREAKDOWN", "QUALITY_MEAN", "QUALITY_OPEN",
    "CERTIFICATE_LINE", "DELIVERY_OTHER_DECLARATION", "GREEN_NOT_COVERED", "LINE_NOT_COVERED", "QUANTITY_UNIT",
    "SITE_GAP", "SITE_OVERDECLARED", "TAKEN_PERIOD",
    "RESULT_FIELD_OPEN", "RULE_NOT_JUDGED", "UPTAKE_BEYOND_CARBON", "VALIDITY_TOO_LONG", "WTW_SUM",
}  # fmt: skip
"""Codes that need a field which the kernel does not read: a content that has one is the judge's."""


def test_no_check_of_a_declaration_was_added_that_the_screen_does_not_know() -> None:
    """A new check must be put into one of the three sets above, and where it is one of numbers, into the kernel too."""
    root = Path(__file__).parents[3] / "ledger"
    # a declaration that names a rule is the judge's, so what rules ask for is not looked at here
    sources = [p for p in (root / "footprint").glob("*.py") if p.stem not in ("rule", "ruling")]
    sources.append(root / "kinds" / "footprint.py")
    found = {
        code
        for path in sources
        for code in re.findall(r'(?:fail|not_checked)\(\s*"([A-Z_0-9]+)"', path.read_text("utf-8"))
    }
    assert found - NUMBERS - KEYS - OPTIONAL == set()


def test_without_a_kernel_the_judge_does_it_all(tmp_path: Path) -> None:
    ledger = chain_of()
    trust = ledger.trust()
    (tmp_path / "trust.json").write_bytes(trust.to_bytes())
    ledger.write(tmp_path / "log")
    program = (
        "import sys; sys.modules['verifier._kernel'] = None\n"
        "from pathlib import Path; from verifier.screen import open_screen; from ledger.trust import TrustFile\n"
        "from verifier.sources import open_folder, read_chain; from verifier.replay import replay\n"
        "trust = TrustFile.load(Path('trust.json')); assert open_screen(trust.domain) is None\n"
        "print(replay(open_folder(Path('log'), trust), read_chain(Path('log'), trust), trust).state.hex())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ledger.replay(tmp_path / "log").state.hex()
