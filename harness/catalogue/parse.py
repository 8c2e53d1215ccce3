"""Parsers of single values of the catalogue: each gives the value, or raises ValueError that says what it must be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harness.tools.names import nearest


def text(value: Any) -> str:
    """A text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text that is not empty, not {value!r}")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts: at least one, none of them empty."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"must be a list of texts that is not empty, not {value!r}")
    return tuple(value)


def boolean(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    """A parser of one of these names."""

    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}, not {value!r}{nearest(str(value), names)}")
        return str(value)

    return parse


def each_of(names: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    """A parser of a list of these names; it may be empty."""
    parse_name = one_of(names)

    def parse(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be a list of {', '.join(names)}, not {value!r}")
        return tuple(parse_name(item) for item in value)

    return parse


def pattern(source: str) -> re.Pattern[str]:
    """A regular expression in which ^ and $ match at lines: of a traceback, a difference, a message."""
    try:
        return re.compile(source, re.MULTILINE)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}: {source}") from error
