"""Reads the catalogue of causes from causes.toml, and reports all its faults together, each with its line and key."""

from __future__ import annotations

import pathlib
import re
from typing import Any, get_args

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from harness import paths
from harness.catalogue import parse
from harness.catalogue.causes import (
    ASPECTS,
    CAUSE_KINDS,
    FAILING,
    Blames,
    Cause,
    Causes,
    ControlWord,
    File,
    Held,
    Remedy,
    Side,
    Signature,
)
from harness.catalogue.checked_toml import CheckedToml, Table
from harness.model import DifferenceKind, KerasModule, Stage
from harness.tools.names import nearest

_PACKAGES = ("keras", "tensorflow", "python", "numpy", "h5py")
_SIDE_KEYS = (*_PACKAGES, "module", "v1", "graph", "backend")
_FILE_PATTERNS = ("classes", "modules", "arguments", "optimizer", "policies", "lambda_names", "types")
_FILE_FLAGS = ("bytecode", "compiled", "closure", "frozen", "nested", "quantized")
_FILE_KEYS = ("kind", "keras", "backend", "held", *_FILE_FLAGS, *_FILE_PATTERNS)
_FILE_KINDS = ("hdf5", "zip", "savedmodel", "checkpoint", "json", "other")
_OBSERVATIONS = (
    "predictions",
    "fresh_predictions",
    "fresh_targets",
    "weights",
    "settings",
    "metrics",
    "optimizer",
    "resume",
    "architecture",
)
_PATTERNS = ("step", "type", "message", "frame", "detail", "layer", "signal", "log", "note", "script")
_NAME_SETS = {  # key of a signature -> field of Signature, names it may list
    "stage": ("stages", tuple(Stage)),
    "differs": ("differs", _OBSERVATIONS),
    "agrees": ("agrees", _OBSERVATIONS),
    "lost": ("lost", _OBSERVATIONS),
    "how": ("how", get_args(DifferenceKind)),
}
_WEAK_KEYS = ("verdict", "stage", "format", "unmeasured")  # these alone would match whatever fails
_SIGNATURE_KEYS = (
    *_WEAK_KEYS,
    *_PATTERNS,
    "saver",
    "loader",
    "same",
    "apart",
    "control",
    "file",
    *list(_NAME_SETS)[1:],
)
_CAUSE_KEYS = ("id", "title", "explanation", "kind", "blames", "references", "remedies", "signature")
_REMEDY_KEYS = ("id", "title", "side", "code", "costs", "codes")
# What fails within one runtime cannot be explained by another version.
_OF_A_MOVE = re.compile(
    r"\b(?:another|other|older|newer|neighbouring|different) (?:version|generation|release)s?\b", re.I
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"\{\{([a-z0-9-]+)\}\}")


def load_causes(path: pathlib.Path = paths.CATALOGUE / "causes.toml") -> Causes:
    """Read the catalogue. Raises CatalogueError with all faults of the file, each with its line and key."""
    file = CheckedToml(path)
    causes = _Reader(file).causes()
    file.refuse("causes", "docs/causes.md explains every key")
    return causes


class _Reader:
    """Turns tables into causes and remedies."""

    def __init__(self, file: CheckedToml) -> None:
        self.file = file
        self.words: dict[str, str] = {}  # the lists under [words], each as one alternative of a regular expression
        self.id_lines: dict[tuple[str, str], int] = {}

    def causes(self) -> Causes:
        """All causes and remedies of the file."""
        root = Table(self.file, (), self.file.document)
        root.check_keys(("words", "cause", "remedy"), required=("cause", "remedy"))
        self._read_words(root)
        remedies = tuple(self._remedy(table) for table in root.tables("remedy", "remedy"))
        known = tuple(remedy.id for remedy in remedies)
        return Causes(tuple(self._cause(table, known) for table in root.tables("cause", "cause")), remedies)

    def _read_words(self, root: Table) -> None:
        words = root("words", _table_of_lists, {})
        for name, value in words.items():
            self.words[name] = self.file.parsed(("words", name), _alternatives, value, "")

    def _new_id(self, noun: str, table: Table) -> str:
        id: str = table("id", _id, "")
        if id and (noun, id) in self.id_lines:
            table.fault("id", f"{id!r} is already the id of the {noun} on line {self.id_lines[noun, id]}")
        self.id_lines.setdefault((noun, id), self.file.line((*table.path, "id")))
        return id

    def _remedy(self, table: Table) -> Remedy:
        table.check_keys(_REMEDY_KEYS, required=("id", "title", "side", "code", "costs"))
        return Remedy(
            id=self._new_id("remedy", table),
            title=table("title", parse.text, ""),
            side=table("side", parse.one_of(("load", "save")), "load"),
            code=table("code", parse.text, "").strip("\n"),
            costs=table("costs", _text_or_empty, ""),
            codes=table("codes", _table_of_texts, {}),
        )

    def _cause(self, table: Table, remedies: tuple[str, ...]) -> Cause:
        table.check_keys(_CAUSE_KEYS, required=_CAUSE_KEYS)
        id = self._new_id("cause", table)
        if id == "unknown":
            table.fault("id", "'unknown' is what a cell is called that no signature knows")
        blames = table("blames", parse.one_of(get_args(Blames)), "model")
        title = table("title", parse.text, "")
        if blames == "model" and (match := _OF_A_MOVE.search(title)):
            table.fault("title", f"speaks of {match[0]!r}, but the cause blames the model: what says so of versions?")
        signatures = table.tables("signature", "cause.signature")
        if "signature" in table.values and not signatures:
            table.fault("signature", "a cause needs at least one signature")
        return Cause(
            id=id,
            title=title,
            explanation=" ".join(table("explanation", parse.text, "").split()),
            kind=table("kind", parse.one_of(CAUSE_KINDS), "schema"),
            blames=blames,
            references=table("references", _references, ()),
            remedies=table("remedies", parse.each_of(remedies), ()),
            signatures=tuple(
                self._signature(id, blames, number, row) for number, row in enumerate(signatures, start=1)
            ),
        )

    def _signature(self, cause: str, blames: str, number: int, table: Table) -> Signature:
        table.check_keys(_SIGNATURE_KEYS)
        if not set(table.values) - set(_WEAK_KEYS):
            self.file.fault(
                table.path,
                "a signature needs a condition besides verdict, stage and format, or it would match whatever fails",
            )
        name_sets: dict[str, Any] = {
            field: frozenset(table(key, parse.each_of(names), ())) for key, (field, names) in _NAME_SETS.items()
        }
        usual = ("not-alike",) if blames == "move" else ("any",)
        return Signature(
            cause=cause,
            number=number,
            line=self.file.line(table.path),
            verdicts=frozenset(table("verdict", parse.each_of(FAILING), FAILING)),
            formats=frozenset(table("format", parse.texts, ())),
            saver=self._side(table.table("saver", example='keras = ">=3"')),
            loader=self._side(table.table("loader", example='keras = ">=3"')),
            file=self._file(table.table("file", example='kind = ["zip"]')),
            unmeasured=table("unmeasured", parse.boolean, False),
            same=table("same", parse.each_of(ASPECTS), ()),
            apart=table("apart", parse.each_of(ASPECTS), ()),
            control=frozenset(table("control", parse.each_of(get_args(ControlWord)), usual)),
            **self._patterns(table, _PATTERNS),
            **name_sets,
        )

    def _side(self, table: Table | None) -> Side | None:
        if table is None:
            return None
        table.check_keys(_SIDE_KEYS)
        packages = [package for package in _PACKAGES if package in table.values]
        return Side(
            versions=tuple((package, table(package, _specifier, SpecifierSet())) for package in packages),
            modules=frozenset(table("module", parse.each_of(get_args(KerasModule)), ())),
            backends=frozenset(table("backend", parse.texts, ())),
            v1=table("v1", parse.boolean, None),
            graph=table("graph", parse.boolean, None),
        )

    def _file(self, table: Table | None) -> File | None:
        if table is None:
            return None
        table.check_keys(_FILE_KEYS)
        return File(
            kinds=frozenset(table("kind", parse.each_of(_FILE_KINDS), ())),
            keras=table("keras", _specifier, None),
            backends=frozenset(table("backend", parse.texts, ())),
            held=frozenset(table("held", parse.each_of(get_args(Held)), ())),
            **{flag: table(flag, parse.boolean, None) for flag in _FILE_FLAGS},
            **self._patterns(table, _FILE_PATTERNS),
        )

    def _patterns(self, table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
        return {key: table(key, self._pattern, None) for key in keys}

    def _pattern(self, value: Any) -> re.Pattern[str]:
        source = parse.text(value)
        for name in _WORD.findall(source):
            if name not in self.words:
                raise ValueError(f"there is no list {name!r} under [words]{nearest(name, self.words)}")
        return parse.pattern(_WORD.sub(lambda match: self.words[match[1]], source))


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"must be lower-case words joined by '-', not {value!r}")
    return value


def _text_or_empty(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _table_of_lists(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a table of lists of texts")
    return value


def _alternatives(value: Any) -> str:
    """Names as one alternative of a regular expression, the longest first so that none hides another."""
    return f"(?:{'|'.join(map(re.escape, sorted(parse.texts(value), key=len, reverse=True)))})"


def _table_of_texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) and item for item in value.values()):
        raise ValueError(f"must be a table of texts by format, not {value!r}")
    return {key: item.strip("\n") for key, item in value.items()}


def _references(value: Any) -> tuple[str, ...]:
    addresses = parse.texts(value)
    for address in addresses:
        if not address.startswith("https://"):
            raise ValueError(f"must be addresses that begin with https://, not {address!r}")
    return addresses


def _specifier(value: Any) -> SpecifierSet:
    try:
        return SpecifierSet(parse.text(value), prereleases=True)
    except InvalidSpecifier as error:
        raise ValueError(f'must be a constraint on a version such as ">=2.11,<3": {error}') from error
