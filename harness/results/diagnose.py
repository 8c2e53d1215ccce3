"""Finds the cause of a failing cell: its evidence is matched against the signatures of the cause catalogue. Pure.

Thousands of cells share a few messages, so each text (exception, message) is matched only once. The rest of a
signature is cheap to check.
"""

from __future__ import annotations

import ast
import collections
import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import SpecifierSet

from harness.catalogue.causes import FAILING, Causes, File, Side, Signature
from harness.results.shape import (
    CellEntry,
    DifferenceEntry,
    Document,
    FactsEntry,
    FailureEntry,
    RuntimeEntry,
    SaveEntry,
)

UNKNOWN = "unknown"

_FRAME = re.compile(r'^ *File "([^"]*)", line \d+, in (\S+)', re.MULTILINE)
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_LAYER = re.compile(r"layer \d+ (.*?)(?:_\d+)?")
_VARIES = (  # what may differ between two messages that mean the same
    (re.compile(r"\x1b\[\d*m"), ""),
    (re.compile(r"(?:Full object config|using config=).*", re.DOTALL), "..."),
    (re.compile(r"0x[0-9a-fA-F.]+"), "address"),
    (re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`"), "'...'"),
    (re.compile(r"\d+(?:\.\d+)*(?:e[+-]?\d+)?"), "#"),
    (re.compile(r"\s+"), " "),
)
_NO_FAILURE = FailureEntry(type="", message="", traceback="", step="", path="", line=0)
_SHOWN = 200  # characters shown of a message that no signature matches


@dataclasses.dataclass(frozen=True, eq=False)
class RuntimeTraits:
    """What signatures check of a runtime: release numbers by package, and how Keras is switched on."""

    id: str
    versions: Mapping[str, str]
    module: str
    v1: bool
    backend: str

    @functools.cached_property
    def graph(self) -> bool:
        """Whether models run in a graph and a session in this runtime."""
        tensorflow, keras = (self.versions.get(name, "9") for name in ("tensorflow", "keras"))
        return self.v1 or _major(tensorflow) < 2 or (self.module == "keras" and _major(keras) < 3)

    def aspect(self, name: str) -> str:
        """One aspect to compare two runtimes by: id, module, execution, or a release, cut to the part that matters."""
        if name in ("runtime", "module"):
            return self.id if name == "runtime" else self.module
        if name == "execution":
            return "graph" if self.graph else "eager"
        return ".".join(self.versions.get(name, "").split(".")[: 2 if name == "python" else 1])


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Everything known about a failing cell; missing parts are empty."""

    verdict: str
    stage: str
    step: str = ""
    type: str = ""
    message: str = ""
    traceback: str = ""
    signal: str = ""
    log: str = ""
    format: str = ""
    script: str = ""
    saver: RuntimeTraits
    loader: RuntimeTraits
    facts: FactsEntry = dataclasses.field(default_factory=FactsEntry)
    differences: tuple[DifferenceEntry, ...] = ()
    observed: frozenset[str] = frozenset()

    @functools.cached_property
    def differs(self) -> frozenset[str]:
        """The observations with a difference that counts."""
        return frozenset(difference["observation"] for difference in self.differences)

    @functools.cached_property
    def lost(self) -> frozenset[str]:
        """The observations that lack something on the loading side."""
        return frozenset(difference["observation"] for difference in self.differences if difference["kind"] == "lost")

    @functools.cached_property
    def details(self) -> str:
        """The differences that count, one per line."""
        return "\n".join(difference["detail"].replace("\n", " ") for difference in self.differences)

    @functools.cached_property
    def layer(self) -> str:
        """The name of the first layer whose output differs, without the number that Keras appends; or ''."""
        for difference in self.differences:
            if match := _LAYER.fullmatch(difference["where"]):
                return match[1]
        return ""


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The id of a cause, or `unknown`, and the signature that identified it."""

    cause: str
    signature: Signature | None = None


@dataclasses.dataclass(frozen=True)
class Unexplained:
    """A normalised message that no signature matches, with its number of cells and one of them as an example."""

    message: str
    count: int
    variant: str
    save: str
    load: str


def evidence(document: Document) -> Iterator[Evidence | None]:
    """The evidence of each cell of a results document, in order; None for a cell that needs no diagnosis."""
    runtimes = {runtime["id"]: _runtime(runtime) for runtime in document["runtimes"]}
    scripts = {scenario["name"]: scenario.get("source", "") for scenario in document["scenarios"]}
    formats = {
        variant["id"]: (variant["format"], scripts.get(variant["scenario"], "")) for variant in document["variants"]
    }
    facts = {(save["variant"], save["runtime"]): _facts(save) for save in document["saves"]}
    for cell in document["cells"]:
        if cell["verdict"] not in FAILING:
            yield None
            continue
        format, script = formats[cell["variant"]]
        failure: FailureEntry = cell["failure"] or _NO_FAILURE
        yield Evidence(
            verdict=cell["verdict"],
            stage=cell["stage"],
            step=cell["step"] or failure["step"],
            type=failure["type"],
            message=failure["message"],
            traceback=failure["traceback"],
            signal=cell["signal"],
            log=cell["log"],
            format=format,
            script=script,
            saver=runtimes[cell["save"]],
            loader=runtimes[cell["load"]],
            facts=facts.get((cell["variant"], cell["save"]), {}),
            differences=tuple(difference for difference in cell["differences"] if difference["counts"]),
            observed=frozenset(step[8:] for step in cell["seconds"] if step.startswith("observe ")),
        )


def diagnose(evidence: Evidence, causes: Causes) -> Diagnosis:
    """The first cause in the catalogue with a matching signature."""
    return _examiner(causes).diagnose(evidence)


def annotate(document: Document, causes: Causes) -> None:
    """Write the cause of every cell and the catalogue itself into a results document: see docs/results.md."""
    for cell, diagnosis in zip(document["cells"], _diagnoses(document, causes), strict=True):
        cell["cause"] = diagnosis.cause if diagnosis else ""
    document["causes"] = [
        {
            "id": cause.id,
            "title": cause.title,
            "explanation": cause.explanation,
            "kind": cause.kind,
            "references": list(cause.references),
            "remedies": list(cause.remedies),
        }
        for cause in causes.causes
    ]
    document["remedies"] = [
        {
            "id": remedy.id,
            "title": remedy.title,
            "side": remedy.side,
            "code": remedy.code,
            "costs": remedy.costs,
            "codes": dict(remedy.codes),
        }
        for remedy in causes.remedies
    ]


def idle(document: Document, causes: Causes) -> list[Signature]:
    """The signatures that match no cell of a document although they once matched one, in catalogue order."""
    diagnoses = [diagnosis for diagnosis in _diagnoses(document, causes) if diagnosis]
    matched = {diagnosis.signature.id for diagnosis in diagnoses if diagnosis.signature}
    return [signature for signature in causes.signatures if signature.id not in matched and not signature.unmeasured]


def unknown(document: Document) -> list[Unexplained]:
    """The messages in an annotated document that no signature matches, the most frequent first."""
    groups: dict[str, list[CellEntry]] = collections.defaultdict(list)
    for cell in document["cells"]:
        if cell.get("cause") == UNKNOWN:
            failure = cell["failure"]
            message = f"{failure['type']}: {failure['message']}" if failure else cell["reason"]
            groups[f"{cell['verdict']}: {normalised(message)}"].append(cell)
    unexplained = [
        Unexplained(message, len(cells), cells[0]["variant"], cells[0]["save"], cells[0]["load"])
        for message, cells in groups.items()
    ]
    return sorted(unexplained, key=lambda group: -group.count)


def normalised(message: str) -> str:
    """A message without what varies between messages of one meaning: quoted names, numbers, configurations."""
    for pattern, replacement in _VARIES:
        message = pattern.sub(replacement, message)
    return message.strip()[:_SHOWN]


@functools.lru_cache(maxsize=4096)
def frames(traceback: str) -> str:
    """The frames of a traceback as lines `file.py:function`, innermost last."""
    return "\n".join(f"{path.rsplit('/', 1)[-1]}:{function}" for path, function in _FRAME.findall(traceback))


@functools.lru_cache(maxsize=256)
def plain(script: str) -> str:
    """A script's code in uniform layout, without comments and docstrings; unchanged if this Python cannot parse it."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return script
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _diagnoses(document: Document, causes: Causes) -> Iterator[Diagnosis | None]:
    examiner = _examiner(causes)
    for cell_evidence in evidence(document):
        yield examiner.diagnose(cell_evidence) if cell_evidence else None


class _Examiner:
    """Matches signatures against evidence, and remembers which ones match a text or suit a pair of runtimes."""

    def __init__(self, causes: Causes) -> None:
        self.by_verdict = {
            verdict.value: [signature for signature in causes.signatures if verdict in signature.verdicts]
            for verdict in FAILING
        }
        self.candidates: dict[tuple[str, str, str], list[Signature]] = {}
        self.sides: dict[tuple[int, int], bool] = {}
        self.scripts: dict[tuple[int, str], bool] = {}
        self.kept: list[Any] = []

    def diagnose(self, evidence: Evidence) -> Diagnosis:
        for signature in self._candidates(evidence):
            if self._holds(signature, evidence):
                return Diagnosis(signature.cause, signature)
        return Diagnosis(UNKNOWN)

    def _candidates(self, evidence: Evidence) -> list[Signature]:
        """The signatures that match the verdict, the exception and the message."""
        key = evidence.verdict, evidence.type, evidence.message
        if key not in self.candidates:
            signatures = self.by_verdict[evidence.verdict]
            self.candidates[key] = [
                signature for signature in signatures if _agrees(signature, evidence.type, evidence.message)
            ]
        return self.candidates[key]

    def _holds(self, signature: Signature, evidence: Evidence) -> bool:
        return (
            (not signature.stages or evidence.stage in signature.stages)
            and (not signature.formats or evidence.format in signature.formats)
            and (signature.step is None or signature.step.search(evidence.step) is not None)
            and (signature.saver is None or self._suits(signature.saver, evidence.saver))
            and (signature.loader is None or self._suits(signature.loader, evidence.loader))
            and all(evidence.saver.aspect(name) == evidence.loader.aspect(name) for name in signature.same)
            and all(evidence.saver.aspect(name) != evidence.loader.aspect(name) for name in signature.apart)
            and (signature.frame is None or signature.frame.search(frames(evidence.traceback)) is not None)
            and (signature.signal is None or signature.signal.search(evidence.signal) is not None)
            and _observed(signature, evidence)
            and (signature.file is None or _is_file(signature.file, evidence.facts))
            and (signature.log is None or signature.log.search(evidence.log) is not None)
            and (signature.script is None or self._in_script(signature.script, evidence.script))
        )

    def _suits(self, side: Side, runtime: RuntimeTraits) -> bool:
        key = id(side), id(runtime)
        if key not in self.sides:
            self.sides[key] = _suits(side, runtime)
            self.kept.append(runtime)  # an id is valid only while its object lives
        return self.sides[key]

    def _in_script(self, pattern: re.Pattern[str], script: str) -> bool:
        key = id(pattern), script
        if key not in self.scripts:
            self.scripts[key] = pattern.search(plain(script)) is not None
        return self.scripts[key]


@functools.lru_cache(maxsize=2)
def _examiner(causes: Causes) -> _Examiner:
    return _Examiner(causes)


def _agrees(signature: Signature, type: str, message: str) -> bool:
    return (signature.type is None or signature.type.fullmatch(type) is not None) and (
        signature.message is None or signature.message.search(message) is not None
    )


def _observed(signature: Signature, evidence: Evidence) -> bool:
    return (
        signature.differs <= evidence.differs
        and all(name in evidence.observed and name not in evidence.differs for name in signature.agrees)
        and (not signature.lost or signature.lost <= evidence.lost)
        and (not signature.how or _kinds(evidence, signature.differs) <= signature.how)
        and (signature.layer is None or signature.layer.fullmatch(evidence.layer) is not None)
        and (signature.detail is None or signature.detail.search(evidence.details) is not None)
    )


def _kinds(evidence: Evidence, observations: frozenset[str]) -> set[str]:
    """The kinds of the differences in these observations."""
    return {difference["kind"] for difference in evidence.differences if difference["observation"] in observations}


def _is_file(file: File, facts: FactsEntry) -> bool:
    def any_of(pattern: re.Pattern[str] | None, names: list[str]) -> bool:
        return pattern is None or any(pattern.fullmatch(name) for name in names)

    return bool(facts) and (
        (not file.kinds or facts.get("kind") in file.kinds)
        and (not file.backends or facts.get("backend") in file.backends)
        and (file.keras is None or _within(file.keras, facts.get("keras_version") or ""))
        and (file.bytecode is None or facts.get("bytecode") is file.bytecode)
        and (file.compiled is None or facts.get("compiled") is file.compiled)
        and any_of(file.classes, facts.get("classes", []))
        and any_of(file.modules, facts.get("modules", []))
        and any_of(file.arguments, facts.get("arguments", []))
        and any_of(file.optimizer, [facts.get("optimizer") or ""])
    )


def _suits(side: Side, runtime: RuntimeTraits) -> bool:
    return (
        (not side.modules or runtime.module in side.modules)
        and (side.v1 is None or runtime.v1 is side.v1)
        and (side.graph is None or runtime.graph is side.graph)
        and (not side.backends or runtime.backend in side.backends)
        and all(_within(wanted, runtime.versions.get(name, "")) for name, wanted in side.versions)
    )


def _within(wanted: SpecifierSet, version: str) -> bool:
    release = _RELEASE.match(version)  # tf.keras calls itself `2.2.4-tf`, which `packaging` does not accept
    return release is not None and wanted.contains(release[0])


def _major(version: str) -> int:
    number = re.match(r"\d+", version)
    return int(number[0]) if number else 0


def _facts(save: SaveEntry) -> FactsEntry:
    artifact = save["artifact"]
    return artifact.get("facts", {}) if artifact else {}


def _runtime(runtime: RuntimeEntry) -> RuntimeTraits:
    return RuntimeTraits(
        id=runtime["id"],
        versions=runtime.get("versions") or {},
        module=runtime["keras"],
        v1=runtime["v1"],
        backend=runtime["backend"] or "tensorflow",
    )
