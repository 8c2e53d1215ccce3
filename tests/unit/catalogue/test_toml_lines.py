"""Lines of keys: in every shape that TOML has, exactly the paths that tomllib reads."""

from __future__ import annotations

import textwrap
import tomllib

import pytest

from harness import paths
from harness.catalogue import toml_lines

LINES = textwrap.dedent('''\
    # a = 1
    top = """
    not = "a key" """
    [a."b.c".'d']  # [x]
    one.two = { x = 1, "y" = [1,
      2] }
    many = [
      "]", # ["
      { k = '#', l = 2 }, { k = 3 },

      [10, 20],
    ]
    [[rows]]
    k = 1979-05-27 07:32:00
    [[rows]]
    k = -1_000.5e3
    [rows.sub]
    z = \'\'\'
    x = 1\'\'\'\'
    last = "\\"\\\\"
    ''')


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a", "b.c", "d"), 4),
        (("a", "b.c", "d", "one", "two"), 5),
        (("a", "b.c", "d", "one", "two", "y", 1), 6),
        (("a", "b.c", "d", "many", 0), 8),
        (("a", "b.c", "d", "many", 1, "l"), 9),
        (("a", "b.c", "d", "many", 2, "k"), 9),
        (("a", "b.c", "d", "many", 3, 1), 11),
        (("rows", 0, "k"), 14),
        (("rows", 1), 15),
        (("rows", 1, "k"), 16),
        (("rows", 1, "sub", "z"), 18),
        (("rows", 1, "sub", "last"), 20),
    ],
)
def test_line_of_a_key(path: toml_lines.Key, line: int) -> None:
    """Keys are found in tables, arrays of tables, inline tables and arrays, not in strings and comments."""
    tomllib.loads(LINES)
    assert line == toml_lines.lines_of(LINES)[path]


def test_every_value_has_a_line() -> None:
    """The scanner finds exactly the paths that tomllib reads, here and in the committed file."""
    committed = (paths.CATALOGUE / "environments.toml").read_text()
    for text in (LINES, committed, committed.replace("\n", "\r\n")):
        assert _paths(tomllib.loads(text), ()) == set(toml_lines.lines_of(text))


def _paths(value: object, path: toml_lines.Key) -> set[toml_lines.Key]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    below = [_paths(item, (*path, key)) for key, item in items]
    return set().union({path} if path else set(), *below)


def test_line_of_what_is_not_written_down() -> None:
    """A key that is missing stands where its table does, and a missing table at the top."""
    lines = toml_lines.lines_of(LINES)
    assert 15 == toml_lines.line_for(lines, ("rows", 1, "nothing"))
    assert 1 == toml_lines.line_for(lines, ("nothing",))
