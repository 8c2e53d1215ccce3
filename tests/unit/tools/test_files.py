"""Files that are written whole or not at all."""

from __future__ import annotations

import pathlib

import pytest

from harness.tools.files import replace_file


def test_a_file_is_replaced_and_its_folder_made(tmp_path: pathlib.Path) -> None:
    """Text is written as UTF-8, unchanged; nothing else is left in the folder."""
    path = tmp_path / "a" / "b" / "file"
    replace_file(path, b"old")
    replace_file(path, "n\u00e9w\r\n")
    assert "n\u00e9w\r\n".encode() == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: pathlib.Path) -> None:
    """A text that is not UTF-8 is refused, and no part of it is left."""
    path = tmp_path / "file"
    replace_file(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\ud800")
    assert "old" == path.read_text()
    assert [path] == list(tmp_path.iterdir())
