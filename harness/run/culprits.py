"""Looks for the culprit of failing cells by experiment: each is loaded once more in its worker, part by part."""

from __future__ import annotations

import functools
import io
import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from harness import paths
from harness.model import Attempt, CellId, Outcome
from harness.plan.tasks import Task, load_tasks, with_experiments
from harness.results import located
from harness.results.document import RunAttempts
from harness.results.located import Finding
from harness.results.shape import CellEntry, Document, cell_id
from harness.run.matrix import Matrix
from harness.run.ready import Watcher
from harness.tools.essence import essence
from harness.worker import protocol

_PACKAGES = ("culprit", "remedies")  # what the experiments are made of
# What an experiment ends with that gives no answer, as a finding.
_ENDED = {Outcome.TIMED_OUT: "late", Outcome.CRASHED: "crashed", Outcome.NO_ANSWER: "crashed"}


def locate_culprits(matrix: Matrix, run: RunAttempts, document: Document, watcher: Watcher) -> None:
    """Set `located` of every cell that is asked, and add what it took to the document's `run`.

    What the comparison already says takes no experiment. If a cell's artifact is not on this machine, only known
    results are used.
    """
    begun = time.monotonic()
    cells = located.asked(document, matrix.options.culprit)
    findings: dict[CellId, Finding] = {}
    left = []
    for cell in cells:
        finding = located.plain(cell)
        if finding is None:
            left.append(cell)
        else:
            findings[cell_id(cell)] = finding
    ran, known = _experiment(matrix, run, left, findings, watcher) if left else (0, 0)
    located.annotate(document, findings)
    seconds = time.monotonic() - begun
    about = document["run"]
    about["work"] |= {"culprits_run": ran, "culprits_known": known}
    about["time"]["culprits"] = round(seconds, 2)
    about["seconds"] = round(about["seconds"] + seconds, 2)


def _experiment(
    matrix: Matrix,
    run: RunAttempts,
    cells: Sequence[CellEntry],
    findings: dict[CellId, Finding],
    watcher: Watcher,
) -> tuple[int, int]:
    """Add the findings of cells, known or new; the numbers of tasks run and known."""
    tasks = _tasks(matrix, run, cells)
    ids_of: dict[str, list[CellId]] = {}
    for id, task in tasks.items():
        ids_of.setdefault(task.key, []).append(id)

    def take(task: Task, attempt: Attempt) -> bool:
        finding = _finding(attempt)
        if finding is not None:
            findings.update(dict.fromkeys(ids_of[task.key], finding))
        return True

    one_of = {task.key: task for task in tasks.values()}
    known = matrix.known_attempts(list(one_of.values()))
    for key, attempt in known.items():
        take(one_of[key], attempt)
    loaders = matrix.selection.loaders
    missing = [task for key, task in one_of.items() if key not in known and matrix.artifacts.has(task.artifact)]
    chains = [[task] for task in sorted(missing, key=lambda task: loaders.index(task.runtime))]
    environments = matrix.run_environments()
    if chains:
        runtimes = dict.fromkeys(chain[0].runtime for chain in chains)
        environments.prepare(matrix.environments_of(runtimes), runtimes, watcher)
    phase = f"culprits, {matrix.options.budget:.0f} s each at most"
    return matrix.run_chains(phase, chains, len(known), environments, watcher, take), len(known)


def _finding(attempt: Attempt) -> Finding | None:
    if attempt.findings:
        return attempt.findings[0]
    if attempt.outcome in _ENDED:
        return {"part": "model", "how": _ENDED[attempt.outcome], "seconds": attempt.wall}
    return None


def _tasks(matrix: Matrix, run: RunAttempts, cells: Sequence[CellEntry]) -> Mapping[CellId, Task]:
    """The experiments on each cell of which there is a file."""
    loads = {task.cell_id: task for task in load_tasks(matrix.selection, matrix.conditions, run.saved)}
    savers = {runtime.id: runtime for runtime in matrix.selection.savers}
    code = _code()

    def task(cell: CellEntry) -> Task:
        id = cell_id(cell)
        saved = run.saved[id.variant, id.save]
        failure = cell["failure"] or {"type": "", "message": ""}
        failing = {"verdict": cell["verdict"], "step": cell["step"], **{k: failure[k] for k in ("type", "message")}}
        saved_by = {"runtime": savers[id.save].settings(), "versions": dict(saved.versions)}
        lay_out = functools.partial(_lay_out, matrix, failing, saved)
        return with_experiments(loads[id], code, saved_by, failing, matrix.options.budget, lay_out)

    return {cell_id(cell): task(cell) for cell in cells if cell_id(cell) in loads}


def _lay_out(matrix: Matrix, failing: Mapping[str, Any], saved: Attempt, folder: pathlib.Path) -> None:
    """Write how the cell failed, and what the saving side observed, into the folder of a task."""
    arrays: dict[str, Any] = {}
    observations = []
    for name, items in saved.observations.items():
        kept: list[list[object]] = []
        for item, kind, value in items:
            if kind == "array":
                arrays[value] = matrix.store.array(value)
            kept.append([item, {kind: value}])
        observations.append([name, kept])
    protocol.write_json(str(folder / "saved.json"), {**failing, "observations": observations})
    stream = io.BytesIO()
    numpy.savez(stream, **arrays)
    (folder / "saved.npz").write_bytes(stream.getvalue())


@functools.cache
def _code() -> bytes:
    """The code on which the results of the experiments depend, beside that of every result."""
    folders = [paths.WORKER / name for name in _PACKAGES]
    return b"\0".join(essence(path.read_bytes()) for folder in folders for path in sorted(folder.glob("*.py")))
