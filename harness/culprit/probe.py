"""The oracle of shrinking: saves and loads a spec in the two runtimes of a cell, and compares how it fails."""

from __future__ import annotations

import contextlib
import io
import itertools
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import numpy

from harness.execute.pool import TaskResult
from harness.model import Attempt, CellId, Runtime, Stage, Variant, Verdict
from harness.plan import scenarios
from harness.plan.tasks import Conditions, Selection, Task, load_tasks, save_tasks
from harness.results import compare
from harness.results.diagnosis.evidence import layer_of
from harness.results.diagnosis.messages import gist
from harness.results.document import RunAttempts, build_document, judge_cells
from harness.results.shape import CellEntry
from harness.run.machinery import ClosablePool, Machinery
from harness.run.matrix import Matrix
from harness.run.ready import Watcher
from harness.run.workdir import working_folder
from harness.store.artifacts import Artifacts

_MANY = 100_000  # probes announced, so that the workers stay up between two of them
_NUMBERED = re.compile(r"(?<=\w)_#(?!\w)")  # dense_1 in a large model is dense in a small one


class Bench:
    """Two runtimes whose workers stay up, so that one probe after another takes about a second."""

    def __init__(self, pool: ClosablePool, folder: pathlib.Path, saver: Runtime, loader: Runtime) -> None:
        self._pool = pool
        self._folder = folder
        self._saver = saver
        self._loader = loader
        self._numbers = itertools.count(1)
        self._expected: set[str] = set()
        runtimes = (saver, loader)
        self._conditions = Conditions(worker="", environments={each.environment: "" for each in runtimes})

    def cell(self, text: str) -> CellEntry:
        """The only cell of a scenario with this text, saved and loaded."""
        path = self._folder / f"probe_{next(self._numbers)}" / "probe.py"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        read, faults = scenarios.read(path)
        if read is None:
            raise AssertionError(f"a faulty probe: {faults}")
        selection = Selection(
            scenarios={read.name: read},
            variants=scenarios.variants(read),
            savers=(self._saver,),
            loaders=(self._loader,),
        )
        arrays: dict[str, bytes] = {}
        (save,) = save_tasks(selection, self._conditions)
        saved = {save.save_id: self._attempt(save, arrays)}
        loads = load_tasks(selection, self._conditions, saved)
        loaded = {load.cell_id: self._attempt(load, arrays) for load in loads}
        return _judged(selection, saved, loaded, arrays)

    def _attempt(self, task: Task, arrays: dict[str, bytes]) -> Attempt:
        if task.stage not in self._expected:
            self._expected.add(task.stage)
            self._pool.expect([task] * _MANY)
        attempt, observed = self._twice_if_suspect(task)
        arrays.update(observed)
        return attempt

    def _twice_if_suspect(self, task: Task) -> TaskResult:
        result = self._pool.attempt(task)
        return self._pool.attempt_alone(task) if result[0].outcome.suspect else result


@contextlib.contextmanager
def bench(matrix: Matrix, machinery: Machinery, id: CellId, watcher: Watcher) -> Iterator[tuple[Bench, dict[str, str]]]:
    """A bench for the runtimes of a cell, and the Python of each of their environments."""
    runtimes = {runtime.id: runtime for runtime in matrix.catalogue.runtimes}
    saver, loader = runtimes[id.save], runtimes[id.load]
    environments = matrix.run_environments()
    environments.prepare(matrix.environments_of((saver, loader)), dict.fromkeys((saver, loader)), watcher)
    with working_folder(matrix.artifacts.folder.parent / "work") as folder:
        pool = machinery.open_pool(
            environments.pythons(),
            Artifacts(folder / "artifacts"),
            folder,
            isolation=matrix.options.isolation,
            limits=matrix.options.limits,
            preloads=environments.preloads([[_task_in(runtime)] for runtime in (saver, loader)]),
        )
        with contextlib.closing(pool):
            yield Bench(pool, folder, saver, loader), environments.pythons()


def _task_in(runtime: Runtime) -> Task:
    """Any task in a runtime."""
    return Task(stage=Stage.SAVE, key="", variant=Variant(scenario="", format=""), runtime=runtime, scenario="")


def observed(cell: CellEntry) -> tuple[str, ...]:
    """What a probe has to look at besides predictions to see this failure."""
    counting = (difference["observation"] for difference in cell["differences"] if difference["counts"])
    wanted = dict.fromkeys(name for name in counting if name not in compare.SPEAK)
    return tuple(wanted) if cell["verdict"] == Verdict.INCOMPLETE else ()


def same_failure(cell: CellEntry, probe: CellEntry) -> bool:
    """Whether a probe fails as the cell does: by the same error, first at the same kind of layer, or by the same loss.

    Sizes are not compared: they change as the model becomes smaller.
    """
    if cell["verdict"] != probe["verdict"] or cell["signal"] != probe["signal"] or cell["stage"] != probe["stage"]:
        return False
    ours, theirs = cell["failure"], probe["failure"]
    if ours and theirs:
        return ours["type"] == theirs["type"] and error(ours["message"]) == error(theirs["message"])
    if ours or theirs:
        return False
    return _lost(cell) == _lost(probe)


def error(message: str) -> str:
    """What an error is about, whatever the number in the automatic name of a layer."""
    return _NUMBERED.sub("", gist(message))


def _lost(cell: CellEntry) -> frozenset[tuple[str, str, str]]:
    """What differs: the observation and the kind, and for predictions the kind of layer at which they part."""
    changed = cell["verdict"] == Verdict.CHANGED
    return frozenset(
        (each["observation"], each["kind"], layer_of(each))
        for each in cell["differences"]
        if each["counts"] and (each["observation"] in compare.SPEAK) == changed
    )


def _judged(
    selection: Selection,
    saved: dict[tuple[str, str], Attempt],
    loaded: dict[CellId, Attempt],
    arrays: dict[str, bytes],
) -> CellEntry:
    about = {"work": {}, "time": {}, "seconds": 0.0}
    run = RunAttempts(
        selection=selection, environments=(), records={}, saved=saved, loaded=loaded, faults=(), about=about
    )

    def array(digest: str) -> numpy.ndarray[Any, Any]:
        value: numpy.ndarray[Any, Any] = numpy.load(io.BytesIO(arrays[digest]), allow_pickle=False)
        return value

    (cell,) = build_document(run, judge_cells(run, array))["cells"]
    return cell


def reason(cell: CellEntry) -> str:
    """What became of a probe, in a few words."""
    if cell["verdict"] == Verdict.IDENTICAL:
        return "it loads and predicts the same"
    return f"{cell['verdict']}: {' '.join(cell['reason'].split())[:200]}"
