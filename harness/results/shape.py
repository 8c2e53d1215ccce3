"""The results document as types: the contents of results.json, key by key.

docs/results.md explains every key. `results.schema.json` publishes the same shape, and a test keeps the two in step.
Times are in seconds, sizes and memory in bytes; an empty text means "none".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from harness.model import CellId, DifferenceKind, KerasModule


class FailureEntry(TypedDict):
    """An exception in a measured environment."""

    type: str
    message: str
    traceback: str
    step: str
    path: str
    line: int


class DifferenceEntry(TypedDict):
    """One observation where the two sides disagree."""

    observation: str
    kind: DifferenceKind
    detail: str
    where: str
    absolute: float | None
    relative: float | None
    ulp: float | None
    allowed: float | None
    counts: bool


class FactsEntry(TypedDict, total=False):
    """What a static reading of an artifact shows; a file that cannot be read has `kind` and `unreadable`."""

    kind: str
    keras_version: str
    backend: str
    classes: list[str]
    modules: list[str]
    arguments: list[str]
    layers: int
    nested: bool
    frozen: int
    policies: list[str]
    quantized: bool
    weights: int
    types: list[str]
    optimizer_arrays: int
    bytecode: bool
    lambdas: int
    lambda_closure: bool
    lambda_defaults: bool
    lambda_names: list[str]
    compiled: bool
    optimizer: str
    arrays: int
    held: int
    missing: list[str]
    unreadable: str


class ArtifactEntry(TypedDict):
    """The files that one save produced."""

    digest: str
    bytes: int
    files: dict[str, int]
    facts: NotRequired[FactsEntry]


class TrialEntry(TypedDict):
    """One remedy on one cell: run under its own `key`, or proved by the cell that `variant`, `save` or `load` name."""

    remedy: str
    verdict: str
    reason: str
    verified: bool
    variant: str
    save: str
    load: str
    wall: NotRequired[float]
    key: NotRequired[str]
    outcome: NotRequired[str]
    stage: NotRequired[str]
    step: NotRequired[str]
    failure: NotRequired[FailureEntry | None]
    notes: NotRequired[list[str]]
    differences: NotRequired[list[DifferenceEntry]]


class SinceEntry(TypedDict):
    """The ids of the first loader and the first saver at which a cell turned; empty if that is not known."""

    load: str
    save: str


# The smallest part of a model or a file that fails as the whole cell does: see docs/results.md. By functional syntax,
# since `class` is no name in Python.
LocatedEntry = TypedDict(
    "LocatedEntry",
    {
        "kind": Literal["refused", "changed", "incomplete"],
        "part": Literal[
            "layer",
            "argument",
            "weights",
            "compile",
            "optimizer",
            "metric",
            "flag",
            "inputs",
            "script",
            "model",
        ],
        "layer": str,
        "class": str,
        "argument": str,
        "value": str,
        "said": str,
        "since": SinceEntry,
        "seconds": float,
        "script": str,
        "checked": bool,
    },
)


class _AttemptEntry(TypedDict):
    step: str
    reason: str
    failure: FailureEntry | None
    signal: str
    notes: list[str]
    seconds: dict[str, float]
    wall: float
    memory: int
    log: str
    before: str


class SaveEntry(_AttemptEntry):
    """One save: this variant, in this runtime."""

    variant: str
    runtime: str
    key: NotRequired[str]
    outcome: str
    versions: dict[str, str]
    artifact: ArtifactEntry | None


class CellEntry(_AttemptEntry):
    """One cell with its verdict; what follows `differences` is present once it is diagnosed.

    `then` are causes that show once a remedy has cleared the one before; `controls` are words of docs/causes.md;
    `good_in` are the loaders in which this very file is good; `located` is the culprit that experiments found.
    """

    variant: str
    save: str
    load: str
    key: NotRequired[str]
    outcome: NotRequired[str]
    verdict: str
    stage: str
    differences: list[DifferenceEntry]
    cause: NotRequired[str]
    then: NotRequired[list[str]]
    controls: NotRequired[list[str]]
    good_in: NotRequired[list[str]]
    remedies: NotRequired[list[TrialEntry]]
    located: NotRequired[LocatedEntry]


class EnvironmentEntry(TypedDict):
    """One environment: what was requested, and what provisioning made of it."""

    id: str
    title: str
    python: str
    released: str
    as_of: str
    requirements: list[str]
    status: Literal["ready", "unavailable", "unused"]
    reason: str
    hint: str
    interpreter: str
    python_version: str
    lock: str
    packages: dict[str, str]
    seconds: float
    log: str


class RuntimeEntry(TypedDict):
    """One runtime: a row and a column of the matrix."""

    id: str
    title: str
    environment: str
    keras: KerasModule
    v1: bool
    backend: str | None
    versions: dict[str, str]


class ScenarioEntry(TypedDict):
    """One scenario, with its source at the time of the run."""

    name: str
    title: str
    description: str
    path: str
    source: str
    cause: str
    remedy: dict[str, Any]
    reach: str


class VariantEntry(TypedDict):
    """One page of the matrix."""

    id: str
    scenario: str
    format: str
    parameters: dict[str, Any]
    remedy: bool


class FaultEntry(TypedDict):
    """A fault of a scenario itself."""

    path: str
    line: int
    message: str
    scenario: str
    runtimes: list[str]


class CauseEntry(TypedDict):
    """A cause from the catalogue, as it was when the document was diagnosed."""

    id: str
    title: str
    explanation: str
    kind: str
    blames: NotRequired[str]
    references: list[str]
    remedies: list[str]


class RemedyEntry(TypedDict):
    """A remedy from the catalogue, likewise; `codes` has different code for some formats."""

    id: str
    title: str
    side: Literal["load", "save"]
    code: str
    costs: str
    codes: dict[str, str]


class MachineEntry(TypedDict):
    """The machine of the run; memory is 0 where the system does not report it."""

    system: str
    release: str
    architecture: str
    cpus: int
    memory_bytes: int
    python: str


class WorkEntry(TypedDict):
    """How many tasks were run, and how many were already known."""

    saves_run: int
    saves_known: int
    loads_run: int
    loads_known: int
    remedies_run: NotRequired[int]
    remedies_known: NotRequired[int]
    culprits_run: NotRequired[int]
    culprits_known: NotRequired[int]


class TimeEntry(TypedDict):
    """Wall seconds of each phase."""

    provision: float
    save: float
    load: float
    remedies: NotRequired[float]
    culprits: NotRequired[float]


class StepsEntry(TypedDict):
    """Seconds that all saves, and all loads, spent in each step."""

    save: dict[str, float]
    load: dict[str, float]


class RunEntry(TypedDict):
    """When, how and on which machine the run was made."""

    started: str
    seconds: float
    command: str
    isolation: Literal["fork", "process"]
    jobs: int
    machine: MachineEntry
    work: WorkEntry
    time: TimeEntry
    steps: StepsEntry


class ControlsEntry(TypedDict):
    """Cells beside those of the run, which failing cells are held against, with their saves and what they ran in."""

    saves: list[SaveEntry]
    cells: list[CellEntry]
    runtimes: list[RuntimeEntry]
    environments: list[EnvironmentEntry]


class Document(TypedDict):
    """The whole of results.json; `causes` and `remedies` are present once it is diagnosed.

    `controls` are cells beside those of the selection, if any were run because failing cells are held against them.
    """

    schema: int
    crossload: str
    run: RunEntry
    environments: list[EnvironmentEntry]
    runtimes: list[RuntimeEntry]
    scenarios: list[ScenarioEntry]
    variants: list[VariantEntry]
    faults: list[FaultEntry]
    saves: list[SaveEntry]
    cells: list[CellEntry]
    controls: NotRequired[ControlsEntry]
    causes: NotRequired[list[CauseEntry]]
    remedies: NotRequired[list[RemedyEntry]]


def controls_of(document: Document) -> ControlsEntry:
    """The controls of a document; empty where it has none."""
    return document.get("controls") or {"saves": [], "cells": [], "runtimes": [], "environments": []}


def cell_id(cell: CellEntry) -> CellId:
    """The id of a cell, the same in every run."""
    return CellId(cell["variant"], cell["save"], cell["load"])


def cell_entries(document: Document) -> Mapping[CellId, CellEntry]:
    """The cells of a document by id."""
    return {cell_id(cell): cell for cell in document["cells"]}
