"""The essence of a source: what can change a result, and nothing else."""

from __future__ import annotations

import pytest

from harness.essence import essence

SOURCE = b'''"""Title."""

LIMIT = 3  # seconds


def build(keras):
    """Say what."""
    return keras.Sequential(["a", 'b'])
'''


@pytest.mark.parametrize(("old", "new"), [
    (b"Title", b"Another title"), (b"# seconds", b"# of time"), (b"  # seconds", b""), (b"\n\n\n", b"\n"),
    (b'    """Say what."""\n', b""), (b"    ", b"  "), (b"LIMIT = 3", b"LIMIT  =  3"),
])
def test_words_and_layout_do_not_count(old: bytes, new: bytes) -> None:
    """Comments, docstrings, blank lines, the width of an indent and of a gap."""
    assert old in SOURCE
    assert essence(SOURCE) == essence(SOURCE.replace(old, new))


@pytest.mark.parametrize(("old", "new"), [
    (b"LIMIT = 3", b"LIMIT = 4"), (b'"a"', b'"a "'), (b"keras.Sequential", b"keras.Model"), (b"return ", b""),
])
def test_code_counts(old: bytes, new: bytes) -> None:
    """Names, numbers and texts that are no docstrings."""
    assert old in SOURCE
    assert essence(SOURCE) != essence(SOURCE.replace(old, new))


def test_an_indent_counts() -> None:
    """What belongs to which block is code."""
    assert essence(b"if a:\n  b\n  c\n") != essence(b"if a:\n  b\nc\n")


def test_what_is_no_python_is_its_own_essence() -> None:
    """Every byte counts then."""
    assert b"def (" == essence(b"def (")


def test_blank_lines_inside_a_text_count() -> None:
    """A text that is no docstring stays as it is."""
    assert essence(b"A = '''x\n\ny'''\n") != essence(b"A = '''x\ny'''\n")
