"""The catalogue of environments, read and checked: all faults of its file are reported together, each with its line."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from packaging.requirements import InvalidRequirement, Requirement

from harness import paths
from harness.catalogue import parse
from harness.catalogue.checked_toml import CheckedToml, Table
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
        return _named("environment", id, {environment.id: environment for environment in self.environments})

    def runtime(self, id: str) -> Runtime:
        """The runtime of this id. Raises UsageError, with the nearest known ids, where there is none."""
        return _named("runtime", id, {runtime.id: runtime for runtime in self.runtimes})

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
        _named("group", name, {group: group for group in self.groups})
        if name == "all":
            return tuple(environment for environment in self.environments if not environment.rolling)
        return tuple(environment for environment in self.environments if name in environment.groups)


def load_catalogue(
    path: pathlib.Path = paths.CATALOGUE / "environments.toml", *, today: datetime.date | None = None
) -> Catalogue:
    """Read the catalogue; a rolling environment is of `today`, by default the current day in UTC.

    Raises CatalogueError with all faults of the file, each with its line and key.
    """
    file = CheckedToml(path)
    environments = _Reader(file, today or datetime.datetime.now(datetime.UTC).date()).environments()
    file.refuse("environments", "docs/environments.md explains every key")
    return Catalogue(tuple(sorted(environments, key=lambda environment: (environment.released, environment.id))))


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
    """Turns tables into environments."""

    def __init__(self, file: CheckedToml, today: datetime.date) -> None:
        self.file = file
        self.today = today
        self.runtime_lines: dict[str, int] = {}

    def environments(self) -> list[Environment]:
        """All environments of the file."""
        if not self.file.document:
            self.file.fault((), "there is no environment in it")
        return [self._environment(id, values) for id, values in self.file.document.items()]

    def _environment(self, id: str, values: Any) -> Environment:
        if not isinstance(values, dict):
            self.file.fault((id,), f'is not a table; an environment begins with ["{id}"]')
            return _NOTHING
        table = Table(self.file, (id,), values)
        rolling = table("rolling", parse.boolean, False)
        table.check_keys(_ENVIRONMENT_KEYS, required=_REQUIRED_ROLLING if rolling else _REQUIRED)
        if not _ID.fullmatch(id):
            self.file.fault((id,), _ID_RULE)
        groups = table("groups", parse.texts, ("all",))
        if rolling:
            self._check_rolling(table, groups)
            released = as_of = self.today
        else:
            released, as_of = table("released", _date, datetime.date.min), table("as-of", _date, datetime.date.max)
            groups = _with_all(groups)
        if as_of < released:
            table.fault("as-of", f"{as_of} is before the release ({released}): nothing to install yet")
        return Environment(
            id=id,
            title=table("title", parse.text, ""),
            python=table("python", _python, ""),
            released=released,
            as_of=as_of,
            requirements=table("requirements", parse.texts, (), each=_requirement),
            groups=groups,
            rolling=rolling,
            runtimes=self._runtimes(table, groups),
        )

    def _check_rolling(self, table: Table, groups: tuple[str, ...]) -> None:
        """Note what would hold a rolling environment in place."""
        for key in ("released", "as-of"):
            if key in table.values:
                table.fault(key, "a rolling environment is of today, at every run: leave this key out")
        for name in ("core", "all"):
            if name in groups:
                table.fault(
                    "groups",
                    f"a rolling environment cannot be in {name!r}, "
                    "which is to give the same at every run: give it a group of its own",
                )

    def _runtimes(self, environment: Table, groups: tuple[str, ...]) -> tuple[Runtime, ...]:
        if "runtimes" not in environment.values:
            return ()
        rows = environment.values["runtimes"]
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            environment.fault("runtimes", 'must hold at least one { id = "...", title = "...", keras = "..." }')
            return ()
        path = (*environment.path, "runtimes")
        tables = [Table(self.file, (*path, index), row) for index, row in enumerate(rows)]
        return tuple(self._runtime(str(environment.path[0]), groups, table) for table in tables)

    def _runtime(self, environment: str, known: tuple[str, ...], table: Table) -> Runtime:
        table.check_keys(_RUNTIME_KEYS, required=_RUNTIME_KEYS[:3])
        keras = table("keras", parse.one_of(KERAS_MODULES), "keras")
        backend = table("backend", parse.one_of(BACKENDS), None)
        if backend is not None and keras != "keras":
            table.fault("backend", f'only keras = "keras" has a choice of backends, not {keras!r}')
        groups = table("groups", parse.texts, ())
        for name in groups:
            if name not in known:
                table.fault("groups", f"its environment is not in {name!r}, only in {', '.join(known)}")
        return Runtime(
            id=self._new_id(table),
            title=table("title", parse.text, ""),
            environment=environment,
            keras=keras,
            v1=table("v1", parse.boolean, False),
            backend=backend,
            milestone=table("milestone", parse.boolean, False),
            groups=_with_all(groups) if groups and "all" in known else groups,
        )

    def _new_id(self, table: Table) -> str:
        id: str = table("id", parse.text, "")
        if id and not _ID.fullmatch(id):
            table.fault("id", _ID_RULE)
        if id in self.runtime_lines:
            table.fault("id", f"{id!r} is already the id of the runtime on line {self.runtime_lines[id]}")
        elif id:
            self.runtime_lines[id] = self.file.line((*table.path, "id"))
        return id


def _with_all(groups: tuple[str, ...]) -> tuple[str, ...]:
    return groups if "all" in groups else (*groups, "all")


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
