from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings, load
from ledger.errors import InputError
from ledger.language import language_of


def settings(home: Path, **environment: str) -> Settings:
    return load(home, None, environment)


def test_defaults_need_nothing(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found.language, found.chain_url) == ("zh", None)
    assert found.database_url == f"sqlite:///{tmp_path / 'ledger.db'}"
    assert list(tmp_path.iterdir()) == []


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "tanji.toml").write_text('chain_url = "http://file"\nlanguage = "en"\ndatabase_url = "sqlite:///x"\n')
    assert (settings(tmp_path).chain_url, settings(tmp_path).language) == ("http://file", "en")
    found = settings(tmp_path, TANJI_CHAIN_URL="http://environment", TANJI_LANG="zh", TANJI_DATABASE_URL="sqlite:///y")
    assert (found.chain_url, found.language, found.database_url) == ("http://environment", "zh", "sqlite:///y")


def test_the_data_folder_may_be_named_by_the_environment(tmp_path: Path) -> None:
    assert load(None, None, {"TANJI_HOME": str(tmp_path)}).home == tmp_path
    assert load(None, None, {}).home == Path(".tanji")


@pytest.mark.parametrize("text", ["colour = 3", "chain_url = 8545", "chain_url =", "\x00"])
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "tanji.toml").write_text(text)
    with pytest.raises(InputError) as refused:
        settings(tmp_path)
    assert refused.value.code == "SETTINGS_FORMAT"
    assert "tanji.toml" in refused.value.place


@pytest.mark.parametrize(("asked", "environment", "language"), [
    (None, {}, "zh"), (None, {"LANG": "C"}, "zh"), (None, {"LANG": "POSIX"}, "zh"),
    (None, {"LANG": "en_GB.UTF-8"}, "en"), (None, {"LANG": "fr_FR"}, "en"), (None, {"LC_ALL": "zh_CN", "LANG": "en"}, "zh"),
    ("en", {"LANG": "zh_CN"}, "en"), (None, {"TANJI_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
])  # fmt: skip
def test_the_language(asked: str | None, environment: dict[str, str], language: str) -> None:
    assert language_of(asked, environment) == language


def test_an_unknown_language_is_refused_only_when_asked_for() -> None:
    with pytest.raises(InputError):
        language_of("tlh", {})
