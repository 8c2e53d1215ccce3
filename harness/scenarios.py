"""Scenarios read statically: what a script says of itself, its faults by line, and a digest of all its source.

The host never imports a scenario, since what it imports exists only in the measured environment.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import itertools
import pathlib
from collections.abc import Iterator
from typing import Any

from harness.model import Fault, Scenario, Variant
from harness.names import nearest
from harness.worker.protocol import FORMATS

FILE_FORMATS = tuple(name for name in FORMATS if name != "code")
_REQUIRED = {"build": "def build(keras): return the model", "data": "def data(rng): return x, y"}
_CONSTANTS = ("FORMATS", "PARAMETERS", "REMEDY", "CAUSE", "OBSERVE")


@dataclasses.dataclass
class _Reader:
    """One script being read; faults gather here instead of stopping at the first."""

    path: pathlib.Path
    faults: list[Fault] = dataclasses.field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(path=str(self.path), line=line, message=message, scenario=self.path.stem))

    def read(self) -> Scenario | None:
        try:
            source = self.path.read_text(encoding="utf-8")
            tree = ast.parse(source, str(self.path))
        except SyntaxError as error:
            self.fault(error.lineno or 1, f"not Python: {error.msg}")
            return None
        except (OSError, UnicodeDecodeError, ValueError) as error:
            self.fault(1, f"cannot be read: {error}")
            return None
        title, description = self._docstring(tree)
        self._functions(tree)
        constants = dict(self._constants(tree))
        formats = self._formats(constants)
        parameters = self._parameters(constants)
        remedy = self._remedy(constants, parameters)
        if self.faults:
            return None
        return Scenario(
            name=self.path.stem, path=str(self.path), title=title, description=description, source=source,
            digest=_digest(self.path), formats=formats, parameters=parameters, remedy=remedy,
            cause=str(constants.get("CAUSE", (0, ""))[1]))

    def _docstring(self, tree: ast.Module) -> tuple[str, str]:
        text = ast.get_docstring(tree)
        if not text:
            self.fault(1, "no docstring: its first line is the scenario's title")
            return "", ""
        title, _, description = text.partition("\n")
        return title.strip().rstrip("."), description.strip()

    def _functions(self, tree: ast.Module) -> None:
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        for name, example in _REQUIRED.items():
            if name not in defined:
                self.fault(1, f"no function {name}(): {example}")

    def _constants(self, tree: ast.Module) -> Iterator[tuple[str, tuple[int, Any]]]:
        for node in tree.body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            if name in _CONSTANTS:
                try:
                    yield name, (node.lineno, ast.literal_eval(node.value))
                except ValueError:
                    self.fault(node.lineno, f"{name} is read without running the script: only literals will do")

    def _formats(self, constants: dict[str, tuple[int, Any]]) -> tuple[str, ...]:
        line, formats = constants.get("FORMATS", (1, FILE_FORMATS))
        if not isinstance(formats, (tuple, list)) or not formats:
            self.fault(line, 'FORMATS is to be a tuple of names, like FORMATS = ("h5", "keras")')
            return ()
        for name in formats:
            if name not in FORMATS:
                self.fault(line, f"FORMATS: no format {name!r}{nearest(str(name), FORMATS)}")
        return tuple(formats)

    def _parameters(self, constants: dict[str, tuple[int, Any]]) -> dict[str, tuple[Any, ...]]:
        line, parameters = constants.get("PARAMETERS", (1, {}))
        if not isinstance(parameters, dict) or not all(
                isinstance(name, str) and isinstance(values, (tuple, list)) and values
                for name, values in parameters.items()):
            self.fault(line, 'PARAMETERS is to be a dict of tuples, like PARAMETERS = {"units": (4, 8)}')
            return {}
        return {name: tuple(values) for name, values in parameters.items()}

    def _remedy(self, constants: dict[str, tuple[int, Any]], parameters: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
        line, remedy = constants.get("REMEDY", (1, {}))
        if not isinstance(remedy, dict):
            self.fault(line, 'REMEDY is to be a dict, like REMEDY = {"metric": "named"}')
            return {}
        for name, value in remedy.items():
            if value not in parameters.get(name, ()):
                self.fault(line, f"REMEDY: {name!r}: {value!r} is not among PARAMETERS")
        return remedy


def read(path: pathlib.Path) -> tuple[Scenario | None, tuple[Fault, ...]]:
    """Read one script; a faulty one gives None and all its faults."""
    reader = _Reader(path.resolve())
    return reader.read(), tuple(reader.faults)


def read_all(folder: pathlib.Path) -> tuple[tuple[Scenario, ...], tuple[Fault, ...]]:
    """Read every script of a folder in order of name; those that others import (leading underscore) are passed over."""
    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith("_"):
            continue
        scenario, wrong = read(path)
        faults.extend(wrong)
        if scenario:
            scenarios.append(scenario)
    return tuple(scenarios), tuple(faults)


def variants(scenario: Scenario) -> tuple[Variant, ...]:
    """Every way of filling in a scenario's format and parameters, those of the remedy marked."""
    names = tuple(scenario.parameters)
    return tuple(
        Variant(
            scenario=scenario.name, format=chosen, parameters=tuple(zip(names, values, strict=True)),
            remedy=bool(scenario.remedy) and scenario.remedy.items() <= dict(zip(names, values, strict=True)).items())
        for chosen in scenario.formats
        for values in itertools.product(*scenario.parameters.values()))


def _digest(path: pathlib.Path) -> str:
    """SHA-256 over a script and every module beside it that it imports, directly or not."""
    seen: dict[str, bytes] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current.name in seen or not current.is_file():
            continue
        seen[current.name] = current.read_bytes()
        waiting.extend(path.parent / f"{name}.py" for name in _imported(seen[current.name]))
    whole = hashlib.sha256()
    for name in sorted(seen):
        whole.update(f"{name}\0{len(seen[name])}\0".encode() + seen[name])
    return whole.hexdigest()


def _imported(source: bytes) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
