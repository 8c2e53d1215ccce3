"""A TOML file of the catalogue, read so that all its faults can be reported together, each with its line and key."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from harness import paths
from harness.catalogue.toml_lines import Key, line_for, lines_of
from harness.errors import CatalogueError
from harness.tools.names import nearest

_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class CheckedToml:
    """A file, what it holds, and the faults found in it so far.

    Raises CatalogueError where it cannot be read or is not TOML, with the line.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._faults: set[tuple[int, str]] = set()
        try:
            source = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError(f"{path}: cannot be read: {error}", "restore it from version control") from error
        try:
            self.document: dict[str, Any] = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            match = _ERROR_LINE.search(str(error))
            line = int(match[1]) if match else source.count("\n") + 1  # `end of document` has no number
            raise CatalogueError(f"{_shown(path)}:{line}: not TOML: {error}") from error
        self._lines = lines_of(source)

    def line(self, path: Key) -> int:
        """The line, from 1, of a key or of the nearest thing around it."""
        return line_for(self._lines, path)

    def fault(self, path: Key, message: str) -> None:
        """Note a fault of this key."""
        key = ".".join(map(_quoted, path)).replace(".[", "[")
        self._faults.add((self.line(path), f"{key}: {message}" if key else message))

    def refuse(self, noun: str, hint: str) -> None:
        """Raise CatalogueError with every fault noted, if there are any."""
        if not self._faults:
            return
        listed = [f"{_shown(self.path)}:{line}: {message}" for line, message in sorted(self._faults)]
        first = f"{len(listed)} fault{'s' if len(listed) > 1 else ''} in the catalogue of {noun}"
        raise CatalogueError("\n".join([first, *listed]), hint)

    def parsed(self, path: Key, parse: Callable[[Any], Any], value: Any, default: Any) -> Any:
        """The value as its parser gives it; what the parser refuses becomes a fault and the default."""
        try:
            return parse(value)
        except ValueError as error:
            self.fault(path, str(error))
            return default


@dataclasses.dataclass(frozen=True)
class Table:
    """One table of a file, whose values are read key by key; a faulty one is noted and its default stands in."""

    file: CheckedToml
    path: Key
    values: Mapping[str, Any]

    def __call__(
        self, key: str, parse: Callable[[Any], Any], default: Any, each: Callable[[Any], Any] | None = None
    ) -> Any:
        """One key, or the default where it is missing; `each` also parses every item of a list."""
        if key not in self.values:
            return default
        path = (*self.path, key)
        value = self.file.parsed(path, parse, self.values[key], default)
        if each is None:
            return value
        return tuple(self.file.parsed((*path, index), each, item, item) for index, item in enumerate(value))

    def fault(self, key: str, message: str) -> None:
        """Note a fault of one of its keys."""
        self.file.fault((*self.path, key), message)

    def check_keys(self, known: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
        """Note every unknown and every missing key."""
        for key in self.values:
            if key not in known:
                self.fault(key, f"unknown key{nearest(key, known) or '; there are: ' + ', '.join(known)}")
        for key in required:
            if key not in self.values:
                self.file.fault(self.path, f"lacks the key `{key}`")

    def table(self, key: str, *, example: str) -> Table | None:
        """The table under a key, whose content a fault shows by `example`; None where it is missing or no table."""
        value = self.values.get(key)
        if isinstance(value, dict):
            return Table(self.file, (*self.path, key), value)
        if key in self.values:
            self.fault(key, f"must be a table such as {{ {example} }}, not {value!r}")
        return None

    def tables(self, key: str, header: str) -> list[Table]:
        """The tables of an array of tables, whose `header` a fault names; none where the key is missing."""
        rows = self.values.get(key, [])
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return [Table(self.file, (*self.path, key, index), row) for index, row in enumerate(rows)]
        self.fault(key, f"must be tables under [[{header}]]")
        return []


def _quoted(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'


def _shown(path: pathlib.Path) -> str:
    try:
        return path.resolve().relative_to(paths.PROJECT).as_posix()
    except ValueError:
        return str(path)
