"""Builds the document of a run, the only source of the report and all other outputs (docs/results.md)."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import os
import pathlib
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import numpy

import harness
from harness import paths
from harness.errors import UsageError
from harness.model import (
    Attempt,
    Cell,
    CellId,
    Difference,
    Environment,
    Failure,
    Fault,
    Outcome,
    Provisioned,
    Runtime,
    Scenario,
    Variant,
    Verdict,
)
from harness.plan.tasks import Selection
from harness.results import compare
from harness.results.shape import (
    Document,
    EnvironmentEntry,
    FailureEntry,
    MachineEntry,
    RunEntry,
    RuntimeEntry,
    SaveEntry,
    ScenarioEntry,
    VariantEntry,
)
from harness.worker.protocol import SCENARIO_STEPS

SCHEMA = 1
# Memory addresses and times of day, which differ in every run.
_VOLATILE = re.compile(r"(?<=\b0x)[0-9a-f]{6,}\b|(?<=\btime = )\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}")
_HERE = f"{paths.PROJECT}{os.sep}"
SaveId = tuple[str, str]  # the ids of the variant and the saving runtime
Saved = Mapping[SaveId, Attempt]
Loaded = Mapping[CellId, Attempt]
ArrayOf = Callable[[str], compare.Array]  # an array by its digest


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunAttempts:
    """The attempts that a run made or knew, with their keys; `about` is the part of the document about the run."""

    selection: Selection
    environments: tuple[Environment, ...]
    records: Mapping[str, Provisioned]
    saved: Saved
    loaded: Loaded
    faults: tuple[Fault, ...]
    about: Mapping[str, Any]
    keys: Mapping[SaveId | CellId, str] = dataclasses.field(default_factory=dict)


def judge_cells(run: RunAttempts, array: ArrayOf) -> list[Cell]:
    """Every cell of the selection with its verdict."""
    cached = functools.lru_cache(maxsize=65536)(array)
    selection = run.selection
    return [
        _cell(run, variant, CellId(variant.id, saver.id, loader.id), cached)
        for variant in selection.variants
        for saver in selection.savers
        for loader in selection.loaders
        if selection.includes(variant, saver, loader)
    ]


def judge_again(run: RunAttempts, array: ArrayOf, variant: Variant, id: CellId, loaded: Attempt) -> Cell:
    """The cell as it would be if this were its attempt to load."""
    return _cell(dataclasses.replace(run, loaded={id: loaded}), variant, id, array)


def build_document(run: RunAttempts, cells: Sequence[Cell]) -> Document:
    """The results document, as docs/results.md describes it."""
    selection = run.selection
    faults = (*run.faults, *scenario_faults(run))
    document = {
        "schema": SCHEMA,
        "crossload": harness.__version__,
        "run": _run(run),
        "environments": [
            _environment(environment, run.records.get(environment.id)) for environment in run.environments
        ],
        "runtimes": [_runtime(run, runtime) for runtime in selection.runtimes],
        "scenarios": [_scenario(scenario) for scenario in selection.scenarios.values()],
        "variants": [_variant(variant) for variant in selection.variants],
        "faults": [dataclasses.asdict(fault) for fault in faults],
        "saves": [_save(run, id, attempt) for id, attempt in run.saved.items()],
        "cells": [_cell_entry(run, cell) for cell in cells],
    }
    return cast(Document, _writable(document))


def read_document(path: pathlib.Path) -> Document:
    """Read a results document. Raises UsageError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", "make one: nox -s matrix") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a results document: {error}", "make one: nox -s matrix") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise UsageError(f"{path}: not a results document of schema {SCHEMA}", "make one: nox -s matrix")
    return cast(Document, document)


def scenario_faults(run: RunAttempts) -> list[Fault]:
    """Faults that appear only when a scenario runs: its own code raised, in these runtimes."""
    runtimes_of: dict[tuple[str, str, int, str], list[str]] = {}
    path_of = {scenario.name: scenario.path for scenario in run.selection.scenarios.values()}
    scenario_of = {variant.id: variant.scenario for variant in run.selection.variants}
    attempts = [(variant, saver, attempt) for (variant, saver), attempt in run.saved.items()]
    attempts += [(id.variant, id.load, attempt) for id, attempt in run.loaded.items()]
    for variant, runtime, attempt in attempts:
        failure = attempt.failure
        if failure and failure.step in SCENARIO_STEPS:
            scenario = scenario_of[variant]
            key = scenario, failure.path or path_of[scenario], failure.line, failure.headline
            runtimes = runtimes_of.setdefault(key, [])
            if runtime not in runtimes:
                runtimes.append(runtime)
    return [
        Fault(path=path, line=line, message=message, scenario=scenario, runtimes=tuple(runtimes))
        for (scenario, path, line, message), runtimes in runtimes_of.items()
    ]


def machine_facts() -> MachineEntry:
    """The machine that this run uses; memory in bytes, 0 if the system does not report it."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        memory = 0
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count() or 1,
        "memory_bytes": memory,
        "python": platform.python_version(),
    }


def _writable(value: Any) -> Any:
    """The value with paths relative to the project, without `_VOLATILE` parts, and with invalid UTF-8 escaped."""
    if isinstance(value, str):
        value = _VOLATILE.sub("...", value.replace(_HERE, ""))
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(item) for item in value]
    return value


def _cell(run: RunAttempts, variant: Variant, id: CellId, array: ArrayOf) -> Cell:
    saved, loaded = run.saved.get((variant.id, id.save)), run.loaded.get(id)
    differences: tuple[Difference, ...] = ()
    if saved and loaded:
        differences = _differences(saved, loaded, array)
    judgement = compare.judge(saved, loaded, differences)
    at_fault = loaded or saved
    return Cell(
        variant=variant,
        save=id.save,
        load=id.load,
        verdict=judgement.verdict,
        stage=judgement.stage,
        reason=judgement.reason,
        differences=differences,
        saved=saved,
        loaded=loaded,
        failure=at_fault.failure if at_fault else None,
    )


def _differences(saved: Attempt, loaded: Attempt, array: ArrayOf) -> tuple[Difference, ...]:
    """The differences that the reference recorded, or else those of a new comparison.

    Of a load that failed only what it did observe is compared.
    """
    if loaded.differences is not None:
        return loaded.differences
    ours, theirs = _observations(saved, array), _observations(loaded, array)
    if loaded.outcome is not Outcome.DONE:
        ours = {name: items for name, items in ours.items() if name in theirs}
    return compare.compare(ours, theirs)


def _observations(attempt: Attempt, array: ArrayOf) -> compare.Observations:
    observations: dict[str, dict[str, numpy.ndarray[Any, Any] | str]] = {}
    for name, items in attempt.observations.items():
        observations[name] = {item: array(value) if kind == "array" else value for item, kind, value in items}
    return observations


def _run(run: RunAttempts) -> RunEntry:
    steps = {"save": _steps(run.saved.values()), "load": _steps(run.loaded.values())}
    return cast(RunEntry, {**run.about, "machine": machine_facts(), "steps": steps})


def _runtime(run: RunAttempts, runtime: Runtime) -> RuntimeEntry:
    return {
        "id": runtime.id,
        "title": runtime.title,
        "environment": runtime.environment,
        "keras": runtime.keras,
        "v1": runtime.v1,
        "backend": runtime.backend,
        "versions": _versions(run, runtime.id),
    }


def _scenario(scenario: Scenario) -> ScenarioEntry:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "path": scenario.path,
        "source": scenario.source,
        "cause": scenario.cause,
        "remedy": scenario.remedy,
        "reach": scenario.reach,
    }


def _variant(variant: Variant) -> VariantEntry:
    return {
        "id": variant.id,
        "scenario": variant.scenario,
        "format": variant.format,
        "parameters": dict(variant.parameters),
        "remedy": variant.remedy,
    }


def _environment(environment: Environment, record: Provisioned | None) -> EnvironmentEntry:
    record = record or Provisioned(environment=environment.id, asked="", status="unavailable")
    used = bool(record.asked or record.reason)
    return {
        "id": environment.id,
        "title": environment.title,
        "python": environment.python,
        "released": environment.released.isoformat(),
        "as_of": environment.as_of.isoformat(),
        "requirements": list(environment.requirements),
        "status": record.status if used else "unused",
        "reason": record.reason,
        "hint": record.hint,
        "interpreter": record.interpreter,
        "python_version": record.python_version,
        "lock": record.lock,
        "packages": record.packages,
        "seconds": record.seconds,
        "log": record.log,
    }


def _versions(run: RunAttempts, runtime: str) -> dict[str, str]:
    """The versions that the first worker of this runtime reported."""
    saves = (attempt for (_, saver), attempt in run.saved.items() if saver == runtime)
    loads = (attempt for id, attempt in run.loaded.items() if id.load == runtime)
    return next((attempt.versions for attempt in itertools.chain(saves, loads) if attempt.versions), {})


def _save(run: RunAttempts, id: SaveId, attempt: Attempt) -> SaveEntry:
    variant, runtime = id
    artifact = {
        "digest": attempt.artifact,
        "bytes": sum(attempt.files.values()),
        "files": attempt.files,
        "facts": attempt.facts,
    }
    entry = {
        "variant": variant,
        "runtime": runtime,
        "key": run.keys.get(id, ""),
        "outcome": str(attempt.outcome),
        **_attempt_entry(attempt),
        "reason": attempt.reason,
        "failure": _failure(attempt.failure),
        "versions": attempt.versions,
        "artifact": artifact if attempt.artifact else None,
    }
    return cast(SaveEntry, entry)


def _cell_entry(run: RunAttempts, cell: Cell) -> dict[str, Any]:
    attempt_entry = _attempt_entry(cell.loaded or Attempt(outcome=Outcome.UNAVAILABLE))
    if cell.verdict is Verdict.IDENTICAL:
        attempt_entry["log"] = ""
    return {
        "variant": cell.variant.id,
        "save": cell.save,
        "load": cell.load,
        "key": run.keys.get(CellId(cell.variant.id, cell.save, cell.load), ""),
        "outcome": str(cell.loaded.outcome) if cell.loaded else "",
        "verdict": str(cell.verdict),
        "stage": str(cell.stage),
        "reason": cell.reason,
        "failure": _failure(cell.failure),
        "differences": [dataclasses.asdict(difference) for difference in cell.differences],
        **attempt_entry,
    }


def _attempt_entry(attempt: Attempt) -> dict[str, Any]:
    return {
        "step": attempt.step,
        "signal": attempt.signal,
        "notes": list(attempt.notes),
        "seconds": attempt.seconds,
        "wall": attempt.wall,
        "memory": attempt.memory,
        "log": attempt.log,
        "before": attempt.before,
    }


def _failure(failure: Failure | None) -> FailureEntry | None:
    return cast(FailureEntry, dataclasses.asdict(failure)) if failure else None


def _steps(attempts: Iterable[Attempt]) -> dict[str, float]:
    total: dict[str, float] = {}
    for attempt in attempts:
        for step, seconds in attempt.seconds.items():
            total[step] = total.get(step, 0.0) + seconds
    return {step: round(seconds, 3) for step, seconds in total.items()}
