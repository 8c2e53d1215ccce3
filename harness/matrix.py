"""One run of the matrix: provision what is needed, save, load, and gather what was found.

Nothing that is known is done again, and whatever finishes is kept at once, so a run can be stopped at any point.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import datetime
import functools
import hashlib
import itertools
import os
import pathlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from harness import paths, plan, provision, reference, remedies, results
from harness.artifacts import Artifacts
from harness.causes import Causes
from harness.config import Catalogue
from harness.essence import essence
from harness.execute import scheduler
from harness.execute.pool import Isolation, Limits, Pool, Result
from harness.ground import Ground, Watcher
from harness.model import Attempt, Environment, Fault, Outcome, Provisioned, Runtime
from harness.plan import Conditions, Selection, Task
from harness.remedies import Place, Trial
from harness.results import Run
from harness.store import Store


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is carried out; nothing here may change a verdict."""

    command: str = ""
    isolation: Isolation = "fork" if hasattr(os, "fork") else "process"
    jobs: int = 2
    fresh: bool = False
    prune: bool = False  # an environment leaves the disk as soon as its saves, and then its loads, are done
    reference: pathlib.Path | None = None  # a folder with the results of an earlier run, which are known then
    limits: Limits = dataclasses.field(default_factory=Limits)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a run would do; loads of saves still to come are counted as if all of those succeeded."""

    environments: tuple[Environment, ...]
    runtimes: tuple[Runtime, ...]
    saves: tuple[Task, ...]
    saves_known: int
    loads: int
    loads_known: int


class Matrix:
    """A selection in a catalogue, with the store that remembers."""

    def __init__(self, catalogue: Catalogue, selection: Selection, faults: tuple[Fault, ...], options: Options) -> None:
        self.catalogue = catalogue
        self.selection = selection
        self.options = options
        self.store = Store(paths.home() / "store.sqlite")
        self.artifacts = Artifacts(paths.home() / "artifacts")
        self._faults = faults
        self._read: dict[str, Attempt] = {}  # what the store was asked for already
        self._seeded = False
        self._conditions = Conditions(
            worker=_worker_digest(),
            environments={one.id: provision.wanted(one) for one in self._environments(selection.runtimes)})

    def outlook(self) -> Outlook:
        """What is still to be done, without doing anything."""
        saves = plan.saves(self.selection, self._conditions)
        known = self._known_saves(saves)
        saved = {_save_of(task): known[task.key] for task in saves if task.key in known}
        loads = plan.loads(self.selection, self._conditions, saved)
        loads_known = self._known(loads)
        missing = [task for task in saves if task.key not in known]
        to_come = sum(self.selection.asks(task.variant, task.runtime, loader)
                      for task in missing for loader in self.selection.loaders)
        unknown = [task for task in loads if task.key not in loads_known]
        runtimes = [task.runtime for task in (*missing, *unknown)]
        runtimes += self.selection.loaders if missing else ()
        return Outlook(
            environments=self._environments(runtimes), runtimes=tuple(dict.fromkeys(runtimes)),
            saves=tuple(missing), saves_known=len(saves) - len(missing),
            loads=len(unknown) + to_come, loads_known=len(loads) - len(unknown))

    def tasks(self) -> list[Task]:
        """Every save, and every load of what is known to have been saved."""
        saves = plan.saves(self.selection, self._conditions)
        known = self._known_saves(saves)
        saved = {_save_of(task): known[task.key] for task in saves if task.key in known}
        return saves + plan.loads(self.selection, self._conditions, saved)

    def run(self, watcher: Watcher) -> Run:
        """Do all that is to be done. Trouble of one environment, scenario or cell never stops the others."""
        started, begun = datetime.datetime.now(datetime.UTC), time.monotonic()
        outlook = self.outlook()
        ground = Ground(self.catalogue, self._conditions.worker, jobs=self.options.jobs, prune=self.options.prune)
        ground.prepare(outlook.environments, outlook.runtimes, watcher)
        marks = [time.monotonic()]
        saves = plan.saves(self.selection, self._conditions)
        saved, saves_run, saves_known = self._carry_out("saves", saves, self._known_saves(saves), ground, watcher)
        marks.append(time.monotonic())
        by_cell = {_save_of(task): saved[task.key] for task in saves}
        loads = plan.loads(self.selection, self._conditions, by_cell)
        loaded, loads_run, loads_known = self._carry_out("loads", loads, self._known(loads), ground, watcher)
        marks.append(time.monotonic())
        about = {
            "started": started.isoformat(timespec="seconds"), "seconds": round(time.monotonic() - begun, 2),
            "command": self.options.command, "isolation": self.options.isolation, "jobs": self.options.jobs,
            "work": {"saves_run": saves_run, "saves_known": saves_known,
                     "loads_run": loads_run, "loads_known": loads_known},
            "time": {"provision": round(marks[0] - begun, 2), "save": round(marks[1] - marks[0], 2),
                     "load": round(marks[2] - marks[1], 2)}}
        environments = self._environments(self.selection.runtimes)
        return Run(
            selection=self.selection, environments=environments,
            records={**{one.id: record for one in environments if (record := provision.current(one))},
                     **ground.records},
            saved=by_cell, loaded={_load_of(task): loaded[task.key] for task in loads}, faults=self._faults,
            about=about,
            keys={_save_of(task): task.key for task in saves} | {_load_of(task): task.key for task in loads})

    def try_remedies(self, run: Run, document: dict[str, Any], causes: Causes, watcher: Watcher
                     ) -> dict[Place, list[Trial]]:
        """Run every cell that is not good once more with each remedy that its cause proposes, until one makes it good.

        One remedy of many cells at once, so that a runtime's Keras is imported once for them. A cell whose artifact is
        not on this machine is tried only as far as results are known.
        """
        begun, ran, counted = time.monotonic(), 0, 0
        loads = {_load_of(task): task for task in plan.loads(self.selection, self._conditions, run.saved)}
        savers = {runtime.id: runtime for runtime in self.selection.savers}
        ground = Ground(self.catalogue, self._conditions.worker, jobs=self.options.jobs, prune=self.options.prune)
        array = functools.lru_cache(maxsize=65536)(self.store.array)
        cases = remedies.cases(document, causes)
        for number in itertools.count(1):
            if not (turn := remedies.turn(cases)):
                break
            tasks = [plan.with_remedy(loads[case.place], case.left[0], remedies.code_of(case.left[0]),
                                      savers[case.place[1]], run.saved[case.place[:2]].versions) for case in turn]
            known = self._known(tasks)
            possible = [task for task in tasks if task.key not in known and self.artifacts.has(task.artifact)]
            if possible:
                prepared = dict.fromkeys(task.runtime for task in possible)
                ground.prepare(self._environments(prepared), prepared, watcher)
            tried = [task for task in tasks if task.key in known] + possible
            attempts, some, some_known = self._carry_out(f"remedies, {number}", tried, known, ground, watcher)
            ran, counted = ran + some, counted + some_known
            for case, task in zip(turn, tasks, strict=True):
                attempt = attempts.get(task.key)
                found = results.judged(run, array, task.variant, case.place, attempt) if attempt else None
                case.tried(found, task.key)
        document["run"]["work"] |= {"remedies_run": ran, "remedies_known": counted}
        document["run"]["time"]["remedies"] = round(time.monotonic() - begun, 2)
        document["run"]["seconds"] = round(document["run"]["seconds"] + time.monotonic() - begun, 2)
        return {case.place: case.trials for case in cases}

    def _carry_out(self, phase: str, tasks: Sequence[Task], results: dict[str, Attempt], ground: Ground,
                   watcher: Watcher) -> tuple[dict[str, Attempt], int, int]:
        """Add to the `results` that are known those of all other tasks; with how many were run and known."""
        waiting = [task for task in tasks if task.key not in results]  # two savers may give the same artifact
        known, run = len(tasks) - len(waiting), 0
        watcher.begin(phase, len(waiting), known)
        for batch in ground.batches(waiting):
            possible = []
            for task in batch:
                if reason := ground.missing(task):
                    results[task.key] = Attempt(outcome=Outcome.UNAVAILABLE, reason=reason)
                    watcher.done(phase, task.about, str(Outcome.UNAVAILABLE))
                else:
                    possible.append(task)
            run += len(possible)
            if possible:
                self._run_batch(phase, possible, results, ground, watcher)
        return results, run, known

    def _run_batch(self, phase: str, tasks: Sequence[Task], results: dict[str, Attempt], ground: Ground,
                   watcher: Watcher) -> None:

        def finished(task: Task, result: Result) -> None:
            attempt, arrays = result
            attempt = checked(attempt, ground.records[task.runtime.environment])
            results[task.key] = attempt
            if attempt.outcome is not Outcome.UNAVAILABLE:  # a fact about this machine, to be asked again
                self.store.put(task.key, str(task.stage), task.about, attempt, arrays)
            watcher.done(phase, task.about, str(attempt.outcome))

        with self._pool(tasks, ground) as pool:
            executor = concurrent.futures.ThreadPoolExecutor(self.options.jobs)
            try:
                scheduler.run(tasks, pool, executor, finished)
            except BaseException:
                pool.close()  # who interrupts does not want to wait for what is in flight
                raise
            finally:
                executor.shutdown(cancel_futures=True)

    def _known_saves(self, saves: Sequence[Task]) -> dict[str, Attempt]:
        """Saves that are known, and whose files and observations are at hand or needed by no load that is to be run."""
        known = self._known(saves)
        lost = {_save_of(task): attempt for task in saves if (attempt := known.get(task.key)) and attempt.artifact
                and not (attempt.observations and self.artifacts.has(attempt.artifact))}
        if lost:
            loads = plan.loads(self.selection, self._conditions, lost)
            loads_known = self._known(loads)
            needed = {(task.variant.id, task.saver) for task in loads if task.key not in loads_known}
            for task in saves:
                if _save_of(task) in needed:
                    del known[task.key]
        return known

    def _known(self, tasks: Sequence[Task]) -> dict[str, Attempt]:
        if self.options.fresh:
            return {}
        asked = [task.key for task in tasks if task.key not in self._read]
        self._read.update(self.store.attempts(asked))
        if self.options.reference and not self._seeded and any(key not in self._read for key in asked):
            reference.seed(self.store, self.options.reference)
            self._seeded = True
            self._read.update(self.store.attempts(asked))
        known = {task.key: self._read[task.key] for task in tasks if task.key in self._read}
        limits = {task.key: self.options.limits.of(task) for task in tasks}
        return {key: attempt for key, attempt in known.items()
                if not (attempt.outcome is Outcome.TIMED_OUT and attempt.wall < limits[key])}

    @contextlib.contextmanager
    def _pool(self, tasks: Sequence[Task], ground: Ground) -> Iterator[Pool]:
        work = paths.home() / "work"
        work.mkdir(parents=True, exist_ok=True)
        _sweep(work)
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=work))
        pool = Pool(ground.pythons(), self.artifacts, folder, isolation=self.options.isolation,
                    limits=self.options.limits, preloads=ground.preloads(tasks))
        try:
            yield pool
        finally:
            pool.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _environments(self, runtimes: Iterable[Runtime]) -> tuple[Environment, ...]:
        names = {runtime.environment for runtime in runtimes}
        return tuple(one for one in self.catalogue.environments if one.id in names)


def checked(attempt: Attempt, record: Provisioned) -> Attempt:
    """The attempt, or `unavailable` when its worker tells other versions than the environment's record."""
    installed = {"python": record.python_version, **record.packages}
    installed.setdefault("tensorflow", installed.get("tensorflow-cpu", ""))
    wrong = [f"{name} is {attempt.versions[name]}, recorded is {installed[name]}"
             for name in ("python", "tensorflow", "numpy", "h5py")
             if attempt.versions.get(name) and installed.get(name) and attempt.versions[name] != installed[name]]
    if not wrong:
        return attempt
    return Attempt(outcome=Outcome.UNAVAILABLE, reason=f"not the environment that was asked: {'; '.join(wrong)}")


def _save_of(task: Task) -> tuple[str, str]:
    return task.variant.id, task.runtime.id


def _load_of(task: Task) -> tuple[str, str, str]:
    return task.variant.id, task.saver, task.runtime.id


def _worker_digest() -> str:
    """What of the worker any result depends on; remedies are a folder apart, and in the keys of their own runs."""
    whole = hashlib.sha256()
    for path in sorted(paths.WORKER.glob("*.py")):
        whole.update(path.name.encode() + b"\0" + essence(path.read_bytes()) + b"\0")
    return whole.hexdigest()


def _sweep(work: pathlib.Path) -> None:
    """Remove what killed runs left behind: folders named after a process that is no more."""
    for folder in work.iterdir():
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name != "posix":
        return True  # a signal of 0 is not a mere question elsewhere
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
