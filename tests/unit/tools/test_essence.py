"""The essence of a source: only what can change a result."""

from __future__ import annotations

import pathlib

import pytest

from harness.tools.essence import essence, essence_of

SOURCE = b'''"""Title."""

LIMIT = 3  # seconds


def build(keras):
    """Say what."""
    return keras.Sequential(["a", 'b'])
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Title", b"Another title"),
        (b"# seconds", b"# of time"),
        (b"  # seconds", b""),
        (b"\n\n\n", b"\n"),
        (b'    """Say what."""\n', b""),
        (b"    ", b"  "),
        (b"LIMIT = 3", b"LIMIT  =  3"),
    ],
)
def test_words_and_layout_do_not_count(old: bytes, new: bytes) -> None:
    """Comments, docstrings, blank lines, and the widths of indents and gaps."""
    assert old in SOURCE
    assert essence(SOURCE) == essence(SOURCE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"LIMIT = 3", b"LIMIT = 4"),
        (b'"a"', b'"a "'),
        (b"keras.Sequential", b"keras.Model"),
        (b"return ", b""),
    ],
)
def test_code_counts(old: bytes, new: bytes) -> None:
    """Names, numbers and texts that are not docstrings."""
    assert old in SOURCE
    assert essence(SOURCE) != essence(SOURCE.replace(old, new))


def test_an_indent_counts() -> None:
    """Which statement belongs to which block matters."""
    assert essence(b"if a:\n  b\n  c\n") != essence(b"if a:\n  b\nc\n")


def test_what_is_not_python_is_its_own_essence() -> None:
    """Then every byte counts."""
    assert b"def (" == essence(b"def (")


def test_blank_lines_inside_a_text_count() -> None:
    """A text that is not a docstring stays unchanged."""
    assert essence(b"A = '''x\n\ny'''\n") != essence(b"A = '''x\ny'''\n")


@pytest.fixture
def module(tmp_path: pathlib.Path) -> pathlib.Path:
    """A module with functions that use each other, and a second module next to it."""
    (tmp_path / "beside.py").write_text("A = 1\n")
    path = tmp_path / "module.py"
    path.write_text(
        "from . import beside\n\nB = 2\n\ndef one():\n    return two(B)\n\ndef two(x):\n    return x\n\n"
        "def three():\n    return beside.A\n"
    )
    return path


@pytest.mark.parametrize(
    ("function", "old", "new", "same"),
    [
        ("one", "return two", "return 1 + two", False),
        ("one", "return x", "return -x", False),
        ("one", "B = 2", "B = 3", False),
        ("one", "beside.A", "-beside.A", True),
        ("three", "beside.A", "-beside.A", False),
        ("three", "return x", "return -x", True),
        ("one", "    return x", '    """Say."""\n    return x', True),
    ],
)
def test_a_function_depends_on_what_it_uses(
    module: pathlib.Path, function: str, old: str, new: str, same: bool
) -> None:
    """It depends on nothing else in its module."""
    before = essence_of(module, function)
    text = module.read_text()
    assert old in text
    module.write_text(text.replace(old, new))
    assert same is (before == essence_of(module, function))


def test_a_function_depends_on_the_neighbouring_modules_that_it_uses(module: pathlib.Path) -> None:
    """On all of their code."""
    before = {name: essence_of(module, name) for name in ("one", "three")}
    module.with_name("beside.py").write_text("A = 2\n")
    assert before["one"] == essence_of(module, "one")
    assert before["three"] != essence_of(module, "three")


def test_a_missing_function_has_no_essence(module: pathlib.Path) -> None:
    """The KeyError names it."""
    with pytest.raises(KeyError, match="four"):
        essence_of(module, "four")
