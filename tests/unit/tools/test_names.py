"""Suggestions for an unknown name."""

from __future__ import annotations

import pytest

from harness.tools.names import nearest

KNOWN = ("tf1.15", "tf2.3", "tf2.15", "keras-2.2.4", "h5", "savedmodel")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("savemodel", "; did you mean savedmodel?"),
        ("keras-2.2.5", "; did you mean keras-2.2.4?"),
        ("", ""),
        ("a thing quite unlike", ""),
    ],
)
def test_the_nearest_known_name_is_suggested(name: str, suggestion: str) -> None:
    """A near miss gets a suggestion; something entirely different gets none."""
    assert suggestion == nearest(name, KNOWN)


def test_several_near_names_are_all_suggested_the_nearest_first() -> None:
    """There is no guessing among names that are about equally near."""
    assert "; did you mean tf2.15 or tf2.3 or tf1.15?" == nearest("tf2.14", KNOWN)


def test_the_known_names_may_come_from_a_generator() -> None:
    """They are iterated only once."""
    assert "; did you mean h5?" == nearest("h4", (name for name in KNOWN))
