"""What the counter refuses before any ledger is touched, by its code."""

from __future__ import annotations

import copy
import io
import sys
from pathlib import Path

import pytest
import typer
from support.books import DOMAIN, PRESS, ListedBook
from support.builders import factor, standard_registry
from support.registering import submit
from typer.main import get_command

from api.chainside import chain_url, load_deployment, registrar_keys
from api.cli import app
from api.console import confirm, passphrase, write_file
from api.declaring import find_factor
from api.demo_chain import expect
from api.form import DraftError, Text
from api.receipts import make_receipt
from api.settings import load
from ledger.chain.client import ChainClient
from ledger.chain.rpc import Rpc
from ledger.errors import EvidenceError, IncompleteError, InputError
from ledger.kinds.factor import Factor
from ledger.language import language_of
from ledger.sequencer import Sequencer
from ledger.store import MasterKey, open_store


@pytest.fixture
def context() -> typer.Context:
    return typer.Context(get_command(app))


def test_a_folder_without_a_ledger_is_told_how_to_make_one(tmp_path: Path) -> None:
    settings = load(tmp_path / "nothing", None, {})
    with pytest.raises(InputError) as refused:
        load_deployment(settings)
    assert refused.value.code == "HOME_MISSING"
    with pytest.raises(InputError) as refused:
        chain_url(settings)
    assert refused.value.code == "CHAIN_NOT_NAMED"
    assert chain_url(load(tmp_path, None, {"TANJI_CHAIN_URL": "http://127.0.0.1:9"})) == "http://127.0.0.1:9"


def test_a_language_that_nobody_speaks_here_is_refused_only_when_asked_for() -> None:
    with pytest.raises(InputError) as refused:
        language_of("tlh", {})
    assert refused.value.code == "LANGUAGE_UNKNOWN"
    assert language_of(None, {"LANG": "tlh"}) == "en"


@pytest.mark.parametrize("text", ["", "\n", "\nsecond line\n"])
def test_an_empty_passphrase_is_none(text: str, tmp_path: Path, context: typer.Context) -> None:
    (tmp_path / "passphrase").write_text(text)
    with pytest.raises(InputError) as refused:
        passphrase(context, tmp_path / "passphrase")
    assert refused.value.code == "PASSPHRASE_EMPTY"


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as refused:
        write_file(tmp_path / "file" / "below", b"x")
    assert refused.value.code == "FILE_NOT_WRITTEN"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("n\n", "NOT_CONFIRMED"), ("\n", "NOT_CONFIRMED"), ("y\n", None)])
def test_only_a_yes_is_a_yes(
    typed: str, code: str | None, context: typer.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    if code is None:
        confirm(context, "继续？", "Go on?", yes=False)
        return
    with pytest.raises(InputError) as refused:
        confirm(context, "继续？", "Go on?", yes=False)
    assert refused.value.code == code


def test_a_factor_of_two_regions_must_be_named_with_one() -> None:
    book = ListedBook()
    known = next(item.content for item in book.found if item.content.header.series == "elec-fp-cn")
    other = copy.deepcopy(known.model_dump(mode="json", by_alias=True, exclude_none=True))
    other["header"]["geography"] = "CN-SH"
    book.add("factor", PRESS, Factor.model_validate(other))
    name = f"elec-fp-cn/{known.header.year}"
    with pytest.raises(InputError) as refused:
        find_factor(Text(name, "part.csv F15"), book)
    assert (refused.value.code, refused.value.place) == ("FACTOR_AMBIGUOUS", "part.csv F15")
    assert find_factor(Text(name + "/CN-SH", "part.csv F15"), book).content.header.geography == "CN-SH"


def test_all_problems_of_a_draft_come_at_once() -> None:
    problems = [InputError("DECIMAL_FORMAT", place="D14", got="x"), InputError("DRAFT_CHOICE", place="E14", got="y")]
    error = DraftError(problems)
    assert (error.code, error.problems, "2" in error.words("en")) == ("DRAFT_PROBLEMS", tuple(problems), True)


def test_the_demonstration_does_not_show_another_figure_than_the_one_written_down() -> None:
    expect("part", "26.862865", "26.862865")
    with pytest.raises(EvidenceError) as wrong:
        expect("part", "26.862866", "26.862865")
    assert wrong.value.code == "DEMO_WRONG"


def test_there_is_no_receipt_before_the_anchor(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/ledger.db", MasterKey(b"\x07" * 32)) as store:
        with store.write() as writer:
            writer.mirror("registry", standard_registry().logs, 100)
        item = factor()
        Sequencer(store, DOMAIN).register_batch([submit(item)])
        with store.read() as reader, pytest.raises(IncompleteError) as caught:
            make_receipt(reader, DOMAIN, item.digest)
    assert (caught.value.code, caught.value.values) == ("NOT_ANCHORED_YET", {"got": 0})


def test_registrars_of_another_chain_than_the_local_one_bring_their_keys(context: typer.Context) -> None:
    with Rpc("http://127.0.0.1:9") as rpc:
        elsewhere = ChainClient(rpc, chain_id=1, genesis=None, contracts={})
        with pytest.raises(InputError) as refused:
            registrar_keys(context, elsewhere, None, None)
    assert refused.value.code == "REGISTRARS_NEEDED"
