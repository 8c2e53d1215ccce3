"""The catalogue of environments, read and checked: all faults of its file come together, each with its line and key."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from packaging.requirements import InvalidRequirement, Requirement

from harness import paths
from harness.catalogue import checked_toml
from harness.catalogue.toml_lines import Key, line_for
from harness.errors import UsageError
from harness.model import Environment, KerasModule, Runtime
from harness.tools.names import nearest

KERAS_MODULES: tuple[str, ...] = get_args(KerasModule)
BACKENDS = ("tensorflow", "jax", "torch", "numpy", "openvino")
OLDEST_PYTHON = (3, 6)  # the syntax floor of harness/worker

_ENVIRONMENT_KEYS = ("title", "python", "released", "as-of", "requirements", "groups", "runtimes", "rolling")
_REQUIRED = ("title", "python", "released", "as-of", "requirements", "runtimes")
_REQUIRED_ROLLING = ("title", "python", "requirements", "groups", "runtimes")
_RUNTIME_KEYS = ("id", "title", "keras", "v1", "backend", "milestone", "groups")
_T = TypeVar("_T")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")  # also the name of a folder and of a lock file
_ID_RULE = "an id is letters, digits, '.', '_' and '-', and begins and ends with a letter or digit"


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Every environment that the matrix knows, in order of release."""

    environments: tuple[Environment, ...]

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Every runtime, in the order of their environments' releases."""
        return tuple(runtime for environment in self.environments for runtime in environment.runtimes)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of all groups, `all` last."""
        named = {name for environment in self.environments for name in environment.groups}
        return (*sorted(named - {"all"}), "all")

    def environment(self, id: str) -> Environment:
        """The environment of this id. Raises UsageError, with the nearest known ids, where there is none."""
        return _named("environment", id, {one.id: one for one in self.environments})

    def runtime(self, id: str) -> Runtime:
        """The runtime of this id. Raises UsageError, with the nearest known ids, where there is none."""
        return _named("runtime", id, {one.id: one for one in self.runtimes})

    def runtimes_of(self, group: str) -> tuple[Runtime, ...]:
        """The runtimes of a group, in order of release. Raises UsageError for a name that is none."""
        return tuple(
            runtime
            for environment in self.group(group)
            for runtime in environment.runtimes
            if not runtime.groups or group in runtime.groups
        )

    def group(self, name: str) -> tuple[Environment, ...]:
        """The environments of a group, in order of release. Raises UsageError for a name that is none.

        `all` is every environment but the rolling ones, whose packages are others every day.
        """
        _named("group", name, {one: one for one in self.groups})
        return tuple(one for one in self.environments if (not one.rolling if name == "all" else name in one.groups))


def load_catalogue(
    path: pathlib.Path = paths.CATALOGUE / "environments.toml", *, today: datetime.date | None = None
) -> Catalogue:
    """Read the catalogue; a rolling environment is of `today`, which is today's day in UTC unless told otherwise.

    Raises CatalogueError with all faults of the file, each with its line and key.
    """
    found = checked_toml.read(path)
    reader = _Reader(found.lines, today or datetime.datetime.now(datetime.UTC).date())
    environments = reader.environments(found.document)
    found.refuse(reader.faults, "environments", "docs/environments.md explains every key")
    return Catalogue(tuple(sorted(environments, key=lambda one: (one.released, one.id))))


def _named(noun: str, name: str, known: Mapping[str, _T]) -> _T:
    if name not in known:
        raise UsageError(f"no {noun} {name!r}{nearest(name, known)}", f"there are: {', '.join(known)}")
    return known[name]


_NOTHING = Environment(
    id="",
    title="",
    python="",
    released=datetime.date.min,
    as_of=datetime.date.max,
    requirements=(),
    groups=(),
    runtimes=(),
)  # stands for a faulty table; never leaves `load`


class _Reader:
    """Turns tables into environments, noting every fault on the way; a faulty value becomes a harmless one."""

    def __init__(self, lines: dict[Key, int], today: datetime.date) -> None:
        self.lines = lines
        self.today = today
        self.faults: list[tuple[int, str]] = []
        self.runtime_ids: dict[str, int] = {}

    def environments(self, document: Mapping[str, Any]) -> list[Environment]:
        """All environments of the document."""
        if not document:
            self._fault((), "there is no environment in it")
        return [self._environment(id, table) for id, table in document.items()]

    def _fault(self, path: Key, message: str) -> None:
        where = ".".join(_quoted(part) for part in path).replace(".[", "[")
        self.faults.append((line_for(self.lines, path), f"{where}: {message}" if where else message))

    def _environment(self, id: str, table: Any) -> Environment:
        if not isinstance(table, dict):
            self._fault((id,), f'is not a table; an environment begins with ["{id}"]')
            return _NOTHING
        read = _Table(self, (id,), table)
        rolling = read("rolling", _bool, False)
        self._keys((id,), table, _ENVIRONMENT_KEYS, required=_REQUIRED_ROLLING if rolling else _REQUIRED)
        if not _ID.fullmatch(id):
            self._fault((id,), _ID_RULE)
        groups = read("groups", _texts, ("all",))
        if rolling:
            released = as_of = self._rolls(id, table, groups)
        else:
            released, as_of = read("released", _date, datetime.date.min), read("as-of", _date, datetime.date.max)
            groups = _with_all(groups)
        if as_of < released:
            self._fault((id, "as-of"), f"{as_of} is before the release ({released}): nothing to install yet")
        return Environment(
            id=id,
            title=read("title", _text, ""),
            python=read("python", _python, ""),
            released=released,
            as_of=as_of,
            requirements=read("requirements", _texts, (), each=_requirement),
            groups=groups,
            rolling=rolling,
            runtimes=self._runtimes(id, table, groups),
        )

    def _rolls(self, id: str, table: Mapping[str, Any], groups: tuple[str, ...]) -> datetime.date:
        """The day of a rolling environment, which is today; what would hold it in place is a fault."""
        for key in ("released", "as-of"):
            if key in table:
                self._fault((id, key), "a rolling environment is of today, at every run: leave this key out")
        for name in ("core", "all"):
            if name in groups:
                self._fault(
                    (id, "groups"),
                    f"a rolling environment cannot be in {name!r}, "
                    "which is to give the same at every run: give it a group of its own",
                )
        return self.today

    def _runtimes(self, id: str, table: Mapping[str, Any], groups: tuple[str, ...]) -> tuple[Runtime, ...]:
        path: Key = (id, "runtimes")
        if "runtimes" not in table:
            return ()
        rows = table["runtimes"]
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            self._fault(path, 'must hold at least one { id = "...", title = "...", keras = "..." }')
            return ()
        return tuple(self._runtime(id, groups, (*path, index), row) for index, row in enumerate(rows))

    def _runtime(self, environment: str, known: tuple[str, ...], path: Key, row: Mapping[str, Any]) -> Runtime:
        self._keys(path, row, _RUNTIME_KEYS, required=_RUNTIME_KEYS[:3])
        read = _Table(self, path, row)
        id = read("id", _text, "")
        if id and not _ID.fullmatch(id):
            self._fault((*path, "id"), _ID_RULE)
        if id in self.runtime_ids:
            self._fault((*path, "id"), f"{id!r} is already the id of the runtime on line {self.runtime_ids[id]}")
        elif id:
            self.runtime_ids[id] = line_for(self.lines, (*path, "id"))
        keras = read("keras", _one_of(KERAS_MODULES), "keras")
        backend = read("backend", _one_of(BACKENDS), None)
        if backend is not None and keras != "keras":
            self._fault((*path, "backend"), f'only keras = "keras" has a choice of backends, not {keras!r}')
        groups = read("groups", _texts, ())
        for name in groups:
            if name not in known:
                self._fault((*path, "groups"), f"its environment is not in {name!r}, only in {', '.join(known)}")
        return Runtime(
            id=id,
            title=read("title", _text, ""),
            environment=environment,
            keras=keras,
            v1=read("v1", _bool, False),
            backend=backend,
            milestone=read("milestone", _bool, False),
            groups=_with_all(groups) if groups and "all" in known else groups,
        )

    def _keys(self, path: Key, table: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self._fault((*path, key), f"unknown key{nearest(key, known) or '; there are: ' + ', '.join(known)}")
        for key in required:
            if key not in table:
                self._fault(path, f"lacks the key `{key}`")


@dataclasses.dataclass(frozen=True)
class _Table:
    """One table under a reader: each value is parsed, and what its parser refuses becomes a fault and the default."""

    reader: _Reader
    path: Key
    table: Mapping[str, Any]

    def __call__(
        self, key: str, parse: Callable[[Any], Any], default: Any, each: Callable[[Any], Any] | None = None
    ) -> Any:
        if key not in self.table:
            return default
        path = (*self.path, key)
        value = self._parsed(path, parse, self.table[key], default)
        if each is None:
            return value
        return tuple(self._parsed((*path, index), each, item, item) for index, item in enumerate(value))

    def _parsed(self, path: Key, parse: Callable[[Any], Any], value: Any, default: Any) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            self.reader._fault(path, str(error))
            return default


def _quoted(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'


def _with_all(groups: tuple[str, ...]) -> tuple[str, ...]:
    return groups if "all" in groups else (*groups, "all")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text that is not empty, not {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise ValueError(f"must be a list of texts that is not empty, not {value!r}")
    return tuple(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _date(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise ValueError(f"must be a day without quotes, such as 2021-06-01, not {value!r}")
    return value


def _python(value: Any) -> str:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    if not isinstance(value, str):
        raise ValueError(f'must be in quotes, such as "3.10" (a bare 3.10 is the number 3.1), not {value!r}')
    if not re.fullmatch(r"3\.[1-9]\d?", value) or int(value[2:]) < OLDEST_PYTHON[1]:
        raise ValueError(f'must be a Python such as "3.10", without a patch level and from {oldest} on, not {value!r}')
    return value


def _requirement(value: str) -> str:
    try:
        Requirement(value)
    except InvalidRequirement as error:
        raise ValueError(f"not a requirement: {' '.join(str(error).split())}") from error
    return value


def _one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}, not {value!r}{nearest(str(value), names)}")
        return str(value)

    return parse
