"""A TOML file of the catalogue, read so that all its faults can be told together, each with its line."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from harness import paths
from harness.catalogue.toml_lines import Key, lines_of
from harness.errors import CatalogueError

_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclasses.dataclass(frozen=True)
class Read:
    """What a file holds, and on which line each key stands."""

    path: pathlib.Path
    document: dict[str, Any]
    lines: dict[Key, int]

    def refuse(self, faults: Iterable[tuple[int, str]], noun: str, hint: str) -> None:
        """Raise CatalogueError with all faults, (line, message), if there are any."""
        listed = [f"{_shown(self.path)}:{line}: {message}" for line, message in sorted(set(faults))]
        if listed:
            first = f"{len(listed)} fault{'s' if len(listed) > 1 else ''} in the catalogue of {noun}"
            raise CatalogueError("\n".join([first, *listed]), hint)


def read(path: pathlib.Path) -> Read:
    """The file. Raises CatalogueError where it cannot be read or is no TOML, with the line."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}", "restore it from version control") from error
    try:
        return Read(path, tomllib.loads(text), lines_of(text))
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1  # `end of document` has no number
        raise CatalogueError(f"{_shown(path)}:{line}: not TOML: {error}") from error


def _shown(path: pathlib.Path) -> str:
    try:
        return path.resolve().relative_to(paths.PROJECT).as_posix()
    except ValueError:
        return str(path)
