"""Reads scenarios statically: what a script says about itself, its faults by line, and a digest of all its source.

The host never imports a scenario, because the scenario's own imports exist only in the measured environment.
"""

from __future__ import annotations

import ast
import collections
import dataclasses
import hashlib
import itertools
import keyword
import math
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from harness.model import Fault, Reach, Scenario, Variant
from harness.tools.essence import essence
from harness.tools.names import nearest
from harness.worker.protocol import FORMATS

# The files that Keras itself writes: `own` is whatever a script writes, and `code` is no file.
FILE_FORMATS = tuple(name for name in FORMATS if name not in ("own", "code"))
_REQUIRED = {"build": "def build(keras): return the model", "data": "def data(rng): return x, y"}
_REQUIRED_FOR_OWN = {
    "save": 'the format "own" needs def save(model, path): write the model',
    "load": 'the format "own" needs def load(path): return the model',
}
_CONSTANTS = ("FORMATS", "PARAMETERS", "REMEDY", "CAUSE", "OBSERVE", "CORE", "REACH", "PAIRS", "LIMIT")
_FOR_THE_HOST = tuple(name for name in _CONSTANTS if name != "OBSERVE")  # the worker reads OBSERVE
_OBSERVATIONS = ("weights", "architecture", "settings", "metrics", "optimizer", "resume")
_REACHES = get_args(Reach)
_PAIRS_EXAMPLE = 'PAIRS = (("tf2.13", "tf2.14"),)'
_PASSED = ("keras", "tf", "rng", "path", "format", "model", "x", "y", "folder", "eager")


@dataclasses.dataclass
class _Reader:
    """One script being read; faults are collected instead of stopping at the first."""

    path: pathlib.Path
    faults: list[Fault] = dataclasses.field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(path=str(self.path), line=line, message=message, scenario=self.path.stem))

    def read(self) -> Scenario | None:
        try:
            source = self.path.read_text(encoding="utf-8-sig")
            tree = ast.parse(source, str(self.path))
        except SyntaxError as error:
            self.fault(error.lineno or 1, f"not Python: {error.msg}")
            return None
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            self.fault(1, f"cannot be read: {error or type(error).__name__}")
            return None
        title, description = self._docstring(tree)
        self._functions(tree, _REQUIRED, 1)
        constants = dict(self._constants(tree))
        formats = self._formats(constants)
        if "own" in formats:
            self._functions(tree, _REQUIRED_FOR_OWN, constants["FORMATS"][0])
        parameters = self._parameters(constants)
        remedy = self._remedy(constants, parameters)
        self._observe(constants)
        reach = self._reach(constants)
        if self.faults:
            return None
        scenario = Scenario(
            name=self.path.stem,
            path=str(self.path),
            title=title,
            description=description,
            source=source,
            digest=_digest(self.path),
            formats=formats,
            parameters=parameters,
            remedy=remedy,
            cause=str(constants.get("CAUSE", (0, ""))[1]),
            **reach,
        )
        counts = collections.Counter(variant.id for variant in variants(scenario))
        duplicates = [id for id, count in counts.items() if count > 1]
        for id in duplicates:
            line, _ = constants.get("PARAMETERS", constants.get("FORMATS", (1, 0)))
            self.fault(line, f"two variants are called {id}")
        return None if duplicates else scenario

    def _docstring(self, tree: ast.Module) -> tuple[str, str]:
        text = ast.get_docstring(tree)
        if not text:
            self.fault(1, "no docstring: its first line is the scenario's title")
            return "", ""
        title, _, description = text.partition("\n")
        return title.strip().rstrip("."), description.strip()

    def _functions(self, tree: ast.Module, required: Mapping[str, str], line: int) -> None:
        defined = set(_bound_names(tree))
        for name, example in required.items():
            if name not in defined and "*" not in defined:
                self.fault(line, f"no function {name}(): {example}")

    def _constants(self, tree: ast.Module) -> Iterator[tuple[str, tuple[int, Any]]]:
        plain: set[ast.AST] = set()
        for node, target, value in _plain_assignments(tree):
            plain.add(target)
            if target.id in _CONSTANTS:
                try:
                    yield target.id, (node.lineno, ast.literal_eval(value))
                except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                    self.fault(node.lineno, f"{target.id} is read without running the script: use only literals")
        stored = [
            node
            for node in _outside_functions(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in _CONSTANTS
        ]
        for name in stored:
            if name not in plain:
                self.fault(name.lineno, f"{name.id} is read without running the script: assign it at the top level")

    def _formats(self, constants: dict[str, tuple[int, Any]]) -> tuple[str, ...]:
        line, formats = constants.get("FORMATS", (1, FILE_FORMATS))
        if not isinstance(formats, (tuple, list)) or not formats:
            self.fault(line, 'FORMATS must be a tuple of names, like FORMATS = ("h5", "keras")')
            return ()
        for name in formats:
            if name not in FORMATS:
                self.fault(line, f"FORMATS: no format {name!r}{nearest(str(name), FORMATS)}")
        return tuple(formats)

    def _parameters(self, constants: dict[str, tuple[int, Any]]) -> dict[str, tuple[Any, ...]]:
        line, parameters = constants.get("PARAMETERS", (1, {}))
        if not isinstance(parameters, dict) or not all(
            isinstance(name, str) and isinstance(values, (tuple, list)) and values
            for name, values in parameters.items()
        ):
            self.fault(line, 'PARAMETERS must be a dict of tuples, like PARAMETERS = {"units": (4, 8)}')
            return {}
        for name, values in parameters.items():
            if not name.isidentifier() or keyword.iskeyword(name) or name in _PASSED:
                self.fault(
                    line,
                    f"PARAMETERS: {name!r} cannot be the name of a parameter; functions take it by name, and "
                    f"these names are taken: {', '.join(_PASSED)}",
                )
            if not _carried(list(values)):
                self.fault(
                    line,
                    f"PARAMETERS: {name!r}: a value must be text, a number, True, False, None, or a list "
                    "or dict (with text keys) of these",
                )
        return {name: tuple(values) for name, values in parameters.items()}

    def _observe(self, constants: dict[str, tuple[int, Any]]) -> None:
        line, names = constants.get("OBSERVE", (1, ()))
        for name in names if isinstance(names, (tuple, list)) else [names]:
            if name not in _OBSERVATIONS:
                self.fault(line, f"OBSERVE: no observation {name!r}{nearest(str(name), _OBSERVATIONS)}")

    def _reach(self, constants: dict[str, tuple[int, Any]]) -> dict[str, Any]:
        """Where the scenario is run, and for how long at most: `core`, `reach`, `pairs` and `limit`."""
        line, core = constants.get("CORE", (1, False))
        if not isinstance(core, bool):
            self.fault(line, f"CORE must be True or False, not {core!r}")
        pairs = self._pairs(constants)
        line, reach = constants.get("REACH", (1, "pairs" if pairs else "milestones"))
        if reach not in _REACHES:
            choices = f"{nearest(str(reach), _REACHES)}; there are: {', '.join(_REACHES)}"
            self.fault(line, f"REACH: no reach {reach!r}{choices}")
        if reach == "pairs" and not constants.get("PAIRS", (1, ()))[1]:
            self.fault(line, f'REACH = "pairs" needs {_PAIRS_EXAMPLE}')
        line, limit = constants.get("LIMIT", (1, None))
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, (int, float)) or not limit > 0):
            self.fault(line, f"LIMIT must be a number of seconds above 0, not {limit!r}")
        return {"core": core, "reach": reach, "pairs": pairs, "limit": limit}

    def _pairs(self, constants: dict[str, tuple[int, Any]]) -> tuple[tuple[str, str], ...]:
        line, pairs = constants.get("PAIRS", (1, ()))
        valid = isinstance(pairs, (tuple, list)) and all(
            isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
            for pair in pairs
        )
        if not valid:
            self.fault(line, f"PAIRS must be a tuple of pairs (saver, loader), like {_PAIRS_EXAMPLE}")
            return ()
        return tuple((saver, loader) for saver, loader in pairs)

    def _remedy(self, constants: dict[str, tuple[int, Any]], parameters: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
        line, remedy = constants.get("REMEDY", (1, {}))
        if not isinstance(remedy, dict):
            self.fault(line, 'REMEDY must be a dict, like REMEDY = {"metric": "named"}')
            return {}
        for name, value in remedy.items():
            if value not in parameters.get(name, ()):
                self.fault(line, f"REMEDY: {name!r}: {value!r} is not among PARAMETERS")
        return remedy


def read(path: pathlib.Path) -> tuple[Scenario | None, tuple[Fault, ...]]:
    """Read one script; a faulty one results in None and all its faults."""
    reader = _Reader(path.resolve())
    return reader.read(), tuple(reader.faults)


def read_all(folder: pathlib.Path) -> tuple[tuple[Scenario, ...], tuple[Fault, ...]]:
    """Read every script of a folder in order of name, except those with a leading underscore (which others import)."""
    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith("_"):
            continue
        scenario, script_faults = read(path)
        faults.extend(script_faults)
        if scenario:
            scenarios.append(scenario)
    return tuple(scenarios), tuple(faults)


def variants(scenario: Scenario) -> tuple[Variant, ...]:
    """Every combination of a scenario's formats and parameters; those of the remedy are marked."""
    names = tuple(scenario.parameters)
    combinations = [
        tuple(zip(names, values, strict=True)) for values in itertools.product(*scenario.parameters.values())
    ]
    return tuple(
        Variant(
            scenario=scenario.name,
            format=format,
            parameters=parameters,
            remedy=bool(scenario.remedy) and scenario.remedy.items() <= dict(parameters).items(),
        )
        for format in scenario.formats
        for parameters in combinations
    )


def line_of(source: str, constant: str) -> int:
    """The line on which a script sets a constant; 1 if it does not."""
    lines = (node.lineno for node, target, _ in _plain_assignments(ast.parse(source)) if target.id == constant)
    return next(lines, 1)


def _plain_assignments(tree: ast.Module) -> Iterator[tuple[ast.stmt, ast.Name, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from ((node, target, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node, node.target, node.value


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Names that a script binds at its top level, in any way; "*" for those of another module."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _outside_functions(node)


def _carried(value: Any) -> bool:
    """Whether JSON carries a value to the worker unchanged."""
    if isinstance(value, (list, tuple)):
        return all(_carried(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _carried(item) for key, item in value.items())
    return value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value))


def _digest(path: pathlib.Path) -> str:
    """SHA-256 over the essence of a script and of every module or package next to it that it imports."""
    sources: dict[str, bytes] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        name = current.relative_to(path.parent).as_posix()
        if name in sources or not current.is_file():
            continue
        sources[name] = current.read_bytes()
        for imported in _imported(sources[name]):
            waiting.append(path.parent / f"{imported}.py")
            waiting.extend((path.parent / imported).rglob("*.py"))
    digest = hashlib.sha256()
    for name in sorted(sources):
        content = essence(_without_host_constants(sources[name]))
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _without_host_constants(source: bytes) -> bytes:
    """The source without the constants that only say what to run; a result's key has their values anyway.

    So one more format, parameter value or pair costs only its own cells. A constant that the script uses stays.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    lines = source.splitlines(keepends=True)
    for node, target, _ in _plain_assignments(tree):
        alone = [statement for statement in tree.body if _share_a_line(statement, node)] == [node]
        if target.id in _FOR_THE_HOST and target.id not in used and alone:
            for index in range(node.lineno - 1, node.end_lineno or 0):
                lines[index] = b"\n"
    return b"".join(lines)


def _share_a_line(first: ast.stmt, second: ast.stmt) -> bool:
    return first.lineno <= (second.end_lineno or 0) and second.lineno <= (first.end_lineno or 0)


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
