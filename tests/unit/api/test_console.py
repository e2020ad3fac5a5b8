"""Files that belong together are written together."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.console import write_files
from ledger.errors import InputError


def test_both_files_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_files([(one, b"1"), (two, b"2")])
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")
    for files in ([(tmp_path / "new", b"3"), (two, b"3")], [(one, b"3"), (tmp_path / "new", b"3")]):
        with pytest.raises(InputError, match="FILE_EXISTS"):
            write_files(files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")


def test_one_name_for_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FILE_EXISTS"):
        write_files([(tmp_path / "same", b"1"), (tmp_path / "." / "same", b"2")])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_refuses_the_second_takes_the_first_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="FILE_NOT_WRITTEN"):
        write_files([(tmp_path / "one", b"1"), (tmp_path / "file" / "two", b"2")])
    assert not (tmp_path / "one").exists()
