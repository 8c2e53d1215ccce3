"""One run of the matrix as a document: the only source of the report and of every other output (docs/results.md)."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import pathlib
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy

import harness
from harness import paths
from harness.errors import UsageError
from harness.model import Attempt, Cell, Environment, Fault, Outcome, Provisioned, Stage, Variant, Verdict
from harness.plan.tasks import Selection
from harness.results import compare
from harness.store.attempts import Store
from harness.worker.protocol import SCENARIO_STEPS

SCHEMA = 1
_PASSING = re.compile(r"(?<=\b0x)[0-9a-f]{6,}\b|(?<=\btime = )\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}")
_HERE = f"{paths.PROJECT}{os.sep}"
Saved = Mapping[tuple[str, str], Attempt]
Loaded = Mapping[tuple[str, str, str], Attempt]


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunAttempts:
    """What a run found: attempts, and their keys, by (variant, saver) and (variant, saver, loader)."""

    selection: Selection
    environments: tuple[Environment, ...]
    records: Mapping[str, Provisioned]
    saved: Saved
    loaded: Loaded
    faults: tuple[Fault, ...]
    about: Mapping[str, Any]
    keys: Mapping[tuple[str, ...], str] = dataclasses.field(default_factory=dict)


def judge_cells(run: RunAttempts, store: Store) -> list[Cell]:
    """Every cell of the selection with its verdict."""
    array = functools.lru_cache(maxsize=65536)(store.array)
    return [
        _cell(run, variant, saver.id, loader.id, array)
        for variant in run.selection.variants
        for saver in run.selection.savers
        for loader in run.selection.loaders
        if run.selection.asks(variant, saver, loader)
    ]


def judge_again(
    run: RunAttempts,
    array: Callable[[str], compare.Array],
    variant: Variant,
    place: tuple[str, str, str],
    loaded: Attempt,
) -> Cell:
    """The cell of this place as another attempt to load makes it; `array` gives an array by its digest."""
    return _cell(dataclasses.replace(run, loaded={place: loaded}), variant, place[1], place[2], array)


def build_document(run: RunAttempts, found: Sequence[Cell]) -> dict[str, Any]:
    """The results document of docs/results.md."""
    selection = run.selection
    whole = {
        "schema": SCHEMA,
        "crossload": harness.__version__,
        "run": {
            **run.about,
            "machine": machine_facts(),
            "steps": {"save": _steps(run.saved.values()), "load": _steps(run.loaded.values())},
        },
        "environments": [_environment(one, run.records.get(one.id)) for one in run.environments],
        "runtimes": [
            {
                "id": runtime.id,
                "title": runtime.title,
                "environment": runtime.environment,
                "keras": runtime.keras,
                "v1": runtime.v1,
                "backend": runtime.backend,
                "versions": _versions(run, runtime.id),
            }
            for runtime in selection.runtimes
        ],
        "scenarios": [
            {
                "name": scenario.name,
                "title": scenario.title,
                "description": scenario.description,
                "path": scenario.path,
                "source": scenario.source,
                "cause": scenario.cause,
                "remedy": scenario.remedy,
                "reach": scenario.reach,
            }
            for scenario in selection.scenarios.values()
        ],
        "variants": [
            {
                "id": variant.id,
                "scenario": variant.scenario,
                "format": variant.format,
                "parameters": dict(variant.parameters),
                "remedy": variant.remedy,
            }
            for variant in selection.variants
        ],
        "faults": [dataclasses.asdict(fault) for fault in (*run.faults, *scenario_faults(run))],
        "saves": [_save(run, *place, attempt) for place, attempt in run.saved.items()],
        "cells": [_plain(run, cell) for cell in found],
    }
    written: dict[str, Any] = _writable(whole)
    return written


def read_document(path: pathlib.Path) -> dict[str, Any]:
    """A results document that was written. Raises UsageError."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", "make one: nox -s matrix") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a results document: {error}", "make one: nox -s matrix") from error
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        raise UsageError(f"{path}: not a results document of schema {SCHEMA}", "make one: nox -s matrix")
    return whole


def scenario_faults(run: RunAttempts) -> list[Fault]:
    """Faults that only running could show: a scenario's own code that raised, with the runtimes where it did."""
    where: dict[tuple[str, str, int, str], list[str]] = {}
    paths = {scenario.path: scenario.name for scenario in run.selection.scenarios.values()}
    names = {variant.id: variant.scenario for variant in run.selection.variants}
    attempts = [(variant, saver, attempt) for (variant, saver), attempt in run.saved.items()]
    attempts += [(variant, loader, attempt) for (variant, _, loader), attempt in run.loaded.items()]
    for variant, runtime, attempt in attempts:
        failure = attempt.failure
        if failure and failure.step in SCENARIO_STEPS:
            path = failure.path or next(path for path, name in paths.items() if name == names[variant])
            found = where.setdefault((names[variant], path, failure.line, failure.headline), [])
            if runtime not in found:
                found.append(runtime)
    return [
        Fault(path=path, line=line, message=message, scenario=name, runtimes=tuple(runtimes))
        for (name, path, line, message), runtimes in where.items()
    ]


def machine_facts() -> dict[str, Any]:
    """What this run ran on; memory in bytes, 0 where the system does not say."""
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
    """The same, with paths relative to the project, and what no file can hold (a path that is no UTF-8) spelled out.

    Addresses in memory and the time of day, which messages tell and which are others every time, are left out.
    """
    if isinstance(value, str):
        value = _PASSING.sub("...", value.replace(_HERE, ""))
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(item) for item in value]
    return value


def _cell(run: RunAttempts, variant: Any, saver: str, loader: str, array: Callable[[str], compare.Array]) -> Cell:
    saved, loaded = run.saved.get((variant.id, saver)), run.loaded.get((variant.id, saver, loader))
    differences: tuple[Any, ...] = ()
    if saved and loaded and loaded.outcome is Outcome.DONE:
        differences = (
            loaded.differences
            if loaded.differences is not None
            else compare.compare(_observations(saved, array), _observations(loaded, array))
        )
    judgement = compare.judge(saved, loaded, differences)
    at_fault = loaded if judgement.stage in (Stage.LOAD, Stage.OBSERVE) else saved
    return Cell(
        variant=variant,
        save=saver,
        load=loader,
        verdict=judgement.verdict,
        stage=judgement.stage,
        reason=judgement.reason,
        differences=differences,
        saved=saved,
        loaded=loaded,
        failure=at_fault.failure if at_fault else None,
    )


def _observations(attempt: Attempt, array: Callable[[str], compare.Array]) -> compare.Observations:
    found: dict[str, dict[str, numpy.ndarray[Any, Any] | str]] = {}
    for name, items in attempt.observations.items():
        found[name] = {item: array(value) if kind == "array" else value for item, kind, value in items}
    return found


def _environment(environment: Environment, record: Provisioned | None) -> dict[str, Any]:
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
    for (_, saver), attempt in run.saved.items():
        if saver == runtime and attempt.versions:
            return attempt.versions
    for (_, _, loader), attempt in run.loaded.items():
        if loader == runtime and attempt.versions:
            return attempt.versions
    return {}


def _save(run: RunAttempts, variant: str, runtime: str, attempt: Attempt) -> dict[str, Any]:
    return {
        "variant": variant,
        "runtime": runtime,
        "key": run.keys.get((variant, runtime), ""),
        "outcome": str(attempt.outcome),
        **_of_attempt(attempt),
        "reason": attempt.reason,
        "failure": _failure(attempt.failure),
        "versions": attempt.versions,
        "artifact": {
            "digest": attempt.artifact,
            "bytes": sum(attempt.files.values()),
            "files": attempt.files,
            "facts": attempt.facts,
        }
        if attempt.artifact
        else None,
    }


def _plain(run: RunAttempts, cell: Cell) -> dict[str, Any]:
    own = _of_attempt(cell.loaded or Attempt(outcome=Outcome.UNAVAILABLE))
    if cell.verdict is Verdict.IDENTICAL:
        own["log"] = ""
    return {
        "variant": cell.variant.id,
        "save": cell.save,
        "load": cell.load,
        "key": run.keys.get((cell.variant.id, cell.save, cell.load), ""),
        "outcome": str(cell.loaded.outcome) if cell.loaded else "",
        "verdict": str(cell.verdict),
        "stage": str(cell.stage),
        "reason": cell.reason,
        "failure": _failure(cell.failure),
        "differences": [dataclasses.asdict(difference) for difference in cell.differences],
        **own,
    }


def _of_attempt(attempt: Attempt) -> dict[str, Any]:
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


def _failure(failure: Any) -> dict[str, Any] | None:
    return dataclasses.asdict(failure) if failure else None


def _steps(attempts: Iterable[Attempt]) -> dict[str, float]:
    total: dict[str, float] = {}
    for attempt in attempts:
        for step, seconds in attempt.seconds.items():
            total[step] = total.get(step, 0.0) + seconds
    return {step: round(seconds, 3) for step, seconds in total.items()}
