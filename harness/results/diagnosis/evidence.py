"""Everything known about a failing cell, gathered from a results document: the evidence that signatures match. Pure."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping

from harness.catalogue.causes import FAILING
from harness.model import Outcome
from harness.results.diagnosis.controls import NO_CONTROLS, Controls, controls_of
from harness.results.shape import (
    CellEntry,
    DifferenceEntry,
    Document,
    FactsEntry,
    FailureEntry,
    RuntimeEntry,
    SaveEntry,
    TrialEntry,
)

_LAYER = re.compile(r"layer \d+ (.*?)(?:_\d+)?")
_NO_FAILURE = FailureEntry(type="", message="", traceback="", step="", path="", line=0)


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
    """Everything known about a failing cell; missing parts are empty.

    `notes` are those of both sides.
    """

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
    notes: str = ""
    controls: Controls = NO_CONTROLS

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
        return next(filter(None, map(layer_of, self.differences)), "")


def layer_of(difference: DifferenceEntry) -> str:
    """The name of the layer at which outputs part, without the number that Keras appends; or ''."""
    match = _LAYER.fullmatch(difference["where"])
    return match[1] if match else ""


class Gatherer:
    """Gathers the evidence of the cells of one results document."""

    def __init__(self, document: Document) -> None:
        self._runtimes = {runtime["id"]: _runtime(runtime) for runtime in document["runtimes"]}
        self._scripts = {scenario["name"]: scenario.get("source", "") for scenario in document["scenarios"]}
        self._variants = {variant["id"]: variant for variant in document["variants"]}
        self._saves = {(save["variant"], save["runtime"]): save for save in document["saves"]}
        self._document = document

    @functools.cached_property
    def _controls(self) -> Callable[[CellEntry], Controls]:
        return controls_of(self._document)

    def of(self, cell: CellEntry) -> Evidence | None:
        """The evidence of a cell; None if it needs no diagnosis."""
        return self._gather(cell, self._controls(cell)) if cell["verdict"] in FAILING else None

    def of_trial(self, cell: CellEntry, trial: TrialEntry) -> Evidence:
        """The evidence of what was left of a cell with a remedy. It has no controls: nobody tried it on them.

        A loading side that got as far as to be asked observed what the saving side did.
        """
        save = self._saves.get((cell["variant"], cell["save"]))
        remedied: CellEntry = {
            **cell,
            "verdict": trial["verdict"],
            "stage": trial["stage"],
            "step": trial["step"],
            "failure": trial["failure"],
            "differences": trial["differences"],
            "notes": trial["notes"],
            "seconds": save["seconds"] if save and trial["outcome"] == Outcome.DONE else {},
            "signal": "",
            "log": "",
        }
        return self._gather(remedied, NO_CONTROLS)

    def _gather(self, cell: CellEntry, controls: Controls) -> Evidence:
        variant = self._variants[cell["variant"]]
        save = self._saves.get((cell["variant"], cell["save"]))
        failure: FailureEntry = cell["failure"] or _NO_FAILURE
        return Evidence(
            verdict=cell["verdict"],
            stage=cell["stage"],
            step=cell["step"] or failure["step"],
            type=failure["type"],
            message=failure["message"],
            traceback=failure["traceback"],
            signal=cell["signal"],
            log=cell["log"],
            format=variant["format"],
            script=self._scripts.get(variant["scenario"], ""),
            saver=self._runtimes[cell["save"]],
            loader=self._runtimes[cell["load"]],
            facts=_facts(save) if save else {},
            differences=tuple(difference for difference in cell["differences"] if difference["counts"]),
            observed=frozenset(step[8:] for step in cell["seconds"] if step.startswith("observe ")),
            notes="\n".join([*(save["notes"] if save else ()), *cell["notes"]]),
            controls=controls,
        )


def evidence(document: Document) -> Iterator[Evidence | None]:
    """The evidence of each cell of a results document, in order; None for a cell that needs no diagnosis."""
    gatherer = Gatherer(document)
    return (gatherer.of(cell) for cell in document["cells"])


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
