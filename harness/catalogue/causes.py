"""The catalogue of causes, read and checked: all faults of its file come together, each with its line and key.

A cause says why a cell is not good, its signatures say by which evidence that is told, and its remedies say what helps.
`harness/diagnose.py` holds signatures against evidence; docs/causes.md explains every key.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from harness import paths
from harness.catalogue import checked_toml
from harness.catalogue.toml_lines import Key, line_for
from harness.model import KerasModule, Stage, Verdict
from harness.tools.names import nearest

CauseKind = Literal[
    "data",
    "metrics",
    "randomness",
    "lambda",
    "custom-objects",
    "variable-initializer",
    "format",
    "schema",
    "renamed-class",
    "op-layers",
    "weights-layout",
    "optimizer",
    "preprocessing-state",
    "numerics",
    "environment",
]
Aspect = Literal["runtime", "module", "execution", "python", "keras", "tensorflow", "numpy", "h5py"]
CAUSE_KINDS: tuple[str, ...] = get_args(CauseKind)
ASPECTS: tuple[str, ...] = get_args(Aspect)  # python: major.minor; the other packages: major
FAILING = (Verdict.INCOMPLETE, Verdict.CHANGED, Verdict.REFUSED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.UNSAVED)

_PACKAGES = ("keras", "tensorflow", "python", "numpy", "h5py")
_SIDE_KEYS = (*_PACKAGES, "module", "v1", "graph", "backend")
_FILE_KEYS = ("kind", "keras", "backend", "classes", "modules", "arguments", "bytecode", "compiled", "optimizer")
_FILE_KINDS = ("hdf5", "zip", "savedmodel", "checkpoint", "json", "other")
_OBSERVATIONS = ("predictions", "fresh_predictions", "weights", "metrics", "optimizer", "resume", "architecture")
_DIFFERENCES = ("lost", "gained", "shape", "value", "text")
_TEXTS = ("step", "type", "message", "frame", "detail", "layer", "signal", "log", "script")
_SIGNATURE_KEYS = (
    "verdict",
    "stage",
    *_TEXTS,
    "format",
    "saver",
    "loader",
    "same",
    "apart",
    "file",
    "differs",
    "agrees",
    "lost",
    "how",
    "unmeasured",
)
_TELL_LITTLE = ("verdict", "stage", "format", "unmeasured")
_CAUSE_KEYS = ("id", "title", "explanation", "kind", "references", "remedies", "signature")
_REMEDY_KEYS = ("id", "title", "side", "code", "costs", "codes")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"\{\{([a-z0-9-]+)\}\}")
_FLAGS = re.MULTILINE  # so that ^ and $ mean lines: a frame, a difference, a line of a message


@dataclasses.dataclass(frozen=True, kw_only=True)
class Remedy:
    """What helps: on which side, as code to copy (another one for some formats), and what is lost by it."""

    id: str
    title: str
    side: Literal["load", "save"]
    code: str
    costs: str = ""
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Side:
    """What is asked of the saving or the loading runtime; None and empty ask nothing.

    `graph` is whether models run in a graph and a session there, be it because TensorFlow is 1, because its second
    behaviour is switched off, or because this is standalone Keras 2.
    """

    versions: tuple[tuple[str, SpecifierSet], ...] = ()
    modules: frozenset[str] = frozenset()
    v1: bool | None = None
    graph: bool | None = None
    backends: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, kw_only=True)
class File:
    """What is asked of the artifact, as a static reading of its files tells it; what is not known does not hold."""

    kinds: frozenset[str] = frozenset()
    keras: SpecifierSet | None = None
    backends: frozenset[str] = frozenset()
    classes: re.Pattern[str] | None = None
    modules: re.Pattern[str] | None = None
    arguments: re.Pattern[str] | None = None
    optimizer: re.Pattern[str] | None = None
    bytecode: bool | None = None
    compiled: bool | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Signature:
    """The evidence that names a cause: all conditions that are given must hold; None and empty ask nothing.

    `frame` is looked for in the lines `file.py:function` of the traceback, `detail` in the lines of the differences
    that count, `script` in the scenario's code without its comments and docstrings. One that is `unmeasured` comes from
    a report, or stands for a wording of versions that are not in the matrix: that it holds for no cell is no news.
    """

    cause: str
    number: int
    line: int
    verdicts: frozenset[str]
    stages: frozenset[str] = frozenset()
    step: re.Pattern[str] | None = None
    type: re.Pattern[str] | None = None
    message: re.Pattern[str] | None = None
    frame: re.Pattern[str] | None = None
    detail: re.Pattern[str] | None = None
    layer: re.Pattern[str] | None = None
    signal: re.Pattern[str] | None = None
    log: re.Pattern[str] | None = None
    script: re.Pattern[str] | None = None
    formats: frozenset[str] = frozenset()
    saver: Side | None = None
    loader: Side | None = None
    same: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    file: File | None = None
    differs: frozenset[str] = frozenset()
    agrees: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    how: frozenset[str] = frozenset()
    unmeasured: bool = False

    @property
    def id(self) -> str:
        """The cause and the place among its signatures, from 1, like `lambda-bytecode/2`."""
        return f"{self.cause}/{self.number}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cause:
    """Why cells are not good, in plain words, with where it was reported and the remedies, the shortest first."""

    id: str
    title: str
    explanation: str
    kind: str
    references: tuple[str, ...]
    remedies: tuple[str, ...]
    signatures: tuple[Signature, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Causes:
    """The whole catalogue, in its order: of two causes whose signatures hold, the first is named."""

    causes: tuple[Cause, ...]
    remedies: tuple[Remedy, ...]

    @functools.cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """Every signature, in the order in which they are tried."""
        return tuple(signature for cause in self.causes for signature in cause.signatures)

    @functools.cached_property
    def by_id(self) -> dict[str, Cause]:
        """The causes by their ids."""
        return {cause.id: cause for cause in self.causes}


def load_causes(path: pathlib.Path = paths.CATALOGUE / "causes.toml") -> Causes:
    """Read the catalogue. Raises CatalogueError with all faults of the file, each with its line and key."""
    found = checked_toml.read(path)
    reader = _Reader(found.lines)
    causes = reader.catalogue(found.document)
    found.refuse(reader.faults, "causes", "docs/causes.md explains every key")
    return causes


class _Reader:
    """Turns tables into causes and remedies, noting every fault on the way; a faulty value becomes a harmless one."""

    def __init__(self, lines: dict[Key, int]) -> None:
        self.lines = lines
        self.faults: list[tuple[int, str]] = []
        self.words: dict[str, str] = {}
        self.ids: dict[tuple[str, str], int] = {}

    def catalogue(self, document: Mapping[str, Any]) -> Causes:
        """All causes and remedies of the document."""
        self.keys((), document, ("words", "cause", "remedy"), ("cause", "remedy"))
        words = document.get("words", {})
        for name, value in words.items() if isinstance(words, dict) else ():
            self.words[name] = self.parsed(("words", name), _words, value, "")
        if not isinstance(words, dict):
            self.fault(("words",), "must be a table of lists of texts")
        remedies = tuple(
            self._remedy(("remedy", index), table)
            for index, table in enumerate(self.tables(("remedy",), document.get("remedy", [])))
        )
        known = tuple(remedy.id for remedy in remedies)
        causes = tuple(
            self._cause(("cause", index), table, known)
            for index, table in enumerate(self.tables(("cause",), document.get("cause", [])))
        )
        return Causes(causes, remedies)

    def fault(self, path: Key, message: str) -> None:
        """Note a fault of this key."""
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        self.faults.append((line_for(self.lines, path), f"{where}: {message}" if where else message))

    def keys(self, path: Key, table: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
        """Every unknown and every missing key of a table is a fault."""
        for key in table:
            if key not in known:
                self.fault((*path, key), f"unknown key{nearest(key, known) or '; there are: ' + ', '.join(known)}")
        for key in required:
            if key not in table:
                self.fault(path, f"lacks the key `{key}`")

    def tables(self, path: Key, value: Any) -> list[Mapping[str, Any]]:
        """The tables of an array of tables; anything else is a fault."""
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self.fault(path, f"must be tables under [[{path[0] if len(path) == 1 else f'cause.{path[-1]}'}]]")
        return []

    def parsed(self, path: Key, parse: Callable[[Any], Any], value: Any, default: Any) -> Any:
        """The value as its parser gives it; what the parser refuses becomes a fault and the default."""
        try:
            return parse(value)
        except ValueError as error:
            self.fault(path, str(error))
            return default

    def read(self, path: Key, table: Mapping[str, Any], key: str, parse: Callable[[Any], Any], default: Any) -> Any:
        """One key of a table, or the default where it is not there."""
        return self.parsed((*path, key), parse, table[key], default) if key in table else default

    def _new(self, noun: str, path: Key, table: Mapping[str, Any]) -> str:
        id: str = self.read(path, table, "id", _id, "")
        if id and (noun, id) in self.ids:
            self.fault((*path, "id"), f"{id!r} is already the id of the {noun} on line {self.ids[noun, id]}")
        self.ids.setdefault((noun, id), line_for(self.lines, (*path, "id")))
        return id

    def _remedy(self, path: Key, table: Mapping[str, Any]) -> Remedy:
        self.keys(path, table, _REMEDY_KEYS, ("id", "title", "side", "code", "costs"))
        return Remedy(
            id=self._new("remedy", path, table),
            title=self.read(path, table, "title", _text, ""),
            side=self.read(path, table, "side", _one_of(("load", "save")), "load"),
            code=self.read(path, table, "code", _text, "").strip("\n"),
            costs=self.read(path, table, "costs", _any_text, ""),
            codes=self.read(path, table, "codes", _table_of_texts, {}),
        )

    def _cause(self, path: Key, table: Mapping[str, Any], remedies: tuple[str, ...]) -> Cause:
        self.keys(path, table, _CAUSE_KEYS, _CAUSE_KEYS)
        id = self._new("cause", path, table)
        if id == "unknown":
            self.fault((*path, "id"), "'unknown' is what a cell is called that no signature knows")
        signatures = self.tables((*path, "signature"), table.get("signature", []))
        if "signature" in table and not signatures:
            self.fault((*path, "signature"), "a cause is told by at least one signature")
        return Cause(
            id=id,
            title=self.read(path, table, "title", _text, ""),
            explanation=" ".join(self.read(path, table, "explanation", _text, "").split()),
            kind=self.read(path, table, "kind", _one_of(CAUSE_KINDS), "schema"),
            references=self.read(path, table, "references", _references, ()),
            remedies=self.read(path, table, "remedies", _each_of(remedies), ()),
            signatures=tuple(
                self._signature(id, index, (*path, "signature", index), one) for index, one in enumerate(signatures)
            ),
        )

    def _signature(self, cause: str, index: int, path: Key, table: Mapping[str, Any]) -> Signature:
        self.keys(path, table, _SIGNATURE_KEYS)
        if not set(table) - set(_TELL_LITTLE):
            self.fault(
                path,
                "a signature needs a condition beside verdict, stage and format, or it would hold for whatever fails",
            )
        given: dict[str, Any] = {
            field: frozenset(self.read(path, table, key, _each_of(known), ()))
            for field, key, known in (
                ("stages", "stage", tuple(Stage)),
                ("differs", "differs", _OBSERVATIONS),
                ("agrees", "agrees", _OBSERVATIONS),
                ("lost", "lost", _OBSERVATIONS),
                ("how", "how", _DIFFERENCES),
            )
        }
        return Signature(
            cause=cause,
            number=index + 1,
            line=line_for(self.lines, path),
            verdicts=frozenset(self.read(path, table, "verdict", _each_of(FAILING), FAILING)),
            formats=frozenset(self.read(path, table, "format", _texts, ())),
            saver=self.read(path, table, "saver", functools.partial(self._side, (*path, "saver")), None),
            loader=self.read(path, table, "loader", functools.partial(self._side, (*path, "loader")), None),
            file=self.read(path, table, "file", functools.partial(self._file, (*path, "file")), None),
            unmeasured=self.read(path, table, "unmeasured", _bool, False),
            same=self.read(path, table, "same", _each_of(ASPECTS), ()),
            apart=self.read(path, table, "apart", _each_of(ASPECTS), ()),
            **{key: self.read(path, table, key, self._regex, None) for key in _TEXTS},
            **given,
        )

    def _side(self, path: Key, table: Any) -> Side:
        if not isinstance(table, dict):
            raise ValueError(f'must be a table such as {{ keras = ">=3" }}, not {table!r}')
        self.keys(path, table, _SIDE_KEYS)
        return Side(
            versions=tuple(
                (key, self.read(path, table, key, _specifier, SpecifierSet())) for key in _PACKAGES if key in table
            ),
            modules=frozenset(self.read(path, table, "module", _each_of(get_args(KerasModule)), ())),
            backends=frozenset(self.read(path, table, "backend", _texts, ())),
            v1=self.read(path, table, "v1", _bool, None),
            graph=self.read(path, table, "graph", _bool, None),
        )

    def _file(self, path: Key, table: Any) -> File:
        if not isinstance(table, dict):
            raise ValueError(f'must be a table such as {{ kind = ["zip"] }}, not {table!r}')
        self.keys(path, table, _FILE_KEYS)
        return File(
            kinds=frozenset(self.read(path, table, "kind", _each_of(_FILE_KINDS), ())),
            keras=self.read(path, table, "keras", _specifier, None),
            backends=frozenset(self.read(path, table, "backend", _texts, ())),
            bytecode=self.read(path, table, "bytecode", _bool, None),
            compiled=self.read(path, table, "compiled", _bool, None),
            **{
                key: self.read(path, table, key, self._regex, None)
                for key in ("classes", "modules", "arguments", "optimizer")
            },
        )

    def _regex(self, value: Any) -> re.Pattern[str]:
        text = _text(value)
        for name in _WORD.findall(text):
            if name not in self.words:
                raise ValueError(f"there is no list {name!r} under [words]{nearest(name, self.words)}")
        try:
            return re.compile(_WORD.sub(lambda found: self.words[found[1]], text), _FLAGS)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}: {text}") from error


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"must be lower-case words joined by '-', not {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text that is not empty, not {value!r}")
    return value


def _any_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"must be a list of texts that is not empty, not {value!r}")
    return tuple(value)


def _words(value: Any) -> str:
    """Names as one alternative of a regular expression."""
    return f"(?:{'|'.join(map(re.escape, sorted(_texts(value), key=len, reverse=True)))})"


def _table_of_texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) and item for item in value.values()):
        raise ValueError(f"must be a table of texts by format, not {value!r}")
    return {key: item.strip("\n") for key, item in value.items()}


def _references(value: Any) -> tuple[str, ...]:
    for one in (texts := _texts(value)):
        if not one.startswith("https://"):
            raise ValueError(f"must be addresses that begin with https://, not {one!r}")
    return texts


def _specifier(value: Any) -> SpecifierSet:
    try:
        return SpecifierSet(_text(value), prereleases=True)
    except InvalidSpecifier as error:
        raise ValueError(f'must be a constraint on a version such as ">=2.11,<3": {error}') from error


def _one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}, not {value!r}{nearest(str(value), names)}")
        return str(value)

    return parse


def _each_of(names: tuple[str, ...]) -> Callable[[Any], tuple[str, ...]]:
    one_of = _one_of(names)

    def parse(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"must be a list of {', '.join(names)}, not {value!r}")
        return tuple(one_of(item) for item in value)

    return parse
