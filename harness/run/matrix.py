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
import os
import pathlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from harness import paths
from harness.catalogue.causes import Causes
from harness.catalogue.environments import Catalogue
from harness.environments import provision
from harness.execute import scheduler
from harness.execute.pool import Isolation, Limits, TaskResult, WorkerPool
from harness.execute.scheduler import Chain
from harness.model import Attempt, Environment, Fault, Outcome, Provisioned, Runtime
from harness.plan.tasks import Conditions, Selection, Task, load_tasks, save_tasks, with_remedy
from harness.results import reference, remedies
from harness.results.document import RunAttempts, judge_again
from harness.results.remedies import Case, Place, Trial
from harness.run.ready import RunEnvironments, Watcher
from harness.store.artifacts import Artifacts
from harness.store.attempts import Store
from harness.tools.essence import essence

# Takes what became of a task, and says whether the next of its chain is wanted.
_Finished = Callable[[Task, Attempt], bool]


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
        self.environments = self._environments(selection.runtimes)
        self.store = Store(paths.home() / "store.sqlite")
        self.artifacts = Artifacts(paths.home() / "artifacts")
        self._faults = faults
        self._read: dict[str, Attempt] = {}  # what the store was asked for already
        self._seeded = False
        self._conditions = Conditions(
            worker=_worker_digest(), environments={one.id: provision.wanted(one) for one in self.environments}
        )

    def outlook(self) -> Outlook:
        """What is still to be done, without doing anything."""
        saves = save_tasks(self.selection, self._conditions)
        known = self._known_saves(saves)
        saved = {_save_of(task): known[task.key] for task in saves if task.key in known}
        loads = load_tasks(self.selection, self._conditions, saved)
        loads_known = self._known(loads)
        missing = [task for task in saves if task.key not in known]
        to_come = sum(
            self.selection.asks(task.variant, task.runtime, loader)
            for task in missing
            for loader in self.selection.loaders
        )
        unknown = [task for task in loads if task.key not in loads_known]
        runtimes = [task.runtime for task in (*missing, *unknown)]
        runtimes += self.selection.loaders if missing else ()
        return Outlook(
            environments=self._environments(runtimes),
            runtimes=tuple(dict.fromkeys(runtimes)),
            saves=tuple(missing),
            saves_known=len(saves) - len(missing),
            loads=len(unknown) + to_come,
            loads_known=len(loads) - len(unknown),
        )

    def tasks(self) -> list[Task]:
        """Every save, and every load of what is known to have been saved."""
        saves = save_tasks(self.selection, self._conditions)
        known = self._known_saves(saves)
        saved = {_save_of(task): known[task.key] for task in saves if task.key in known}
        return saves + load_tasks(self.selection, self._conditions, saved)

    def run(self, watcher: Watcher) -> RunAttempts:
        """Do all that is to be done. Trouble of one environment, scenario or cell never stops the others."""
        started, begun = datetime.datetime.now(datetime.UTC), time.monotonic()
        outlook = self.outlook()
        ground = RunEnvironments(
            self.catalogue, self._conditions.worker, jobs=self.options.jobs, prune=self.options.prune
        )
        ground.prepare(outlook.environments, outlook.runtimes, watcher)
        marks = [time.monotonic()]
        saves = save_tasks(self.selection, self._conditions)
        saved, saves_run, saves_known = self._carry_out("saves", saves, self._known_saves(saves), ground, watcher)
        marks.append(time.monotonic())
        by_cell = {_save_of(task): saved[task.key] for task in saves}
        loads = load_tasks(self.selection, self._conditions, by_cell)
        loaded, loads_run, loads_known = self._carry_out("loads", loads, self._known(loads), ground, watcher)
        marks.append(time.monotonic())
        about = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - begun, 2),
            "command": self.options.command,
            "isolation": self.options.isolation,
            "jobs": self.options.jobs,
            "work": {
                "saves_run": saves_run,
                "saves_known": saves_known,
                "loads_run": loads_run,
                "loads_known": loads_known,
            },
            "time": {
                "provision": round(marks[0] - begun, 2),
                "save": round(marks[1] - marks[0], 2),
                "load": round(marks[2] - marks[1], 2),
            },
        }
        return RunAttempts(
            selection=self.selection,
            environments=self.environments,
            records={
                **{one.id: record for one in self.environments if (record := provision.current(one))},
                **ground.records,
            },
            saved=by_cell,
            loaded={_load_of(task): loaded[task.key] for task in loads},
            faults=self._faults,
            about=about,
            keys={_save_of(task): task.key for task in saves} | {_load_of(task): task.key for task in loads},
        )

    def try_remedies(
        self, run: RunAttempts, document: dict[str, Any], causes: Causes, watcher: Watcher, every: bool
    ) -> dict[Place, list[Trial]]:
        """Load cells that are not good once more with what their causes propose, until something helps.

        Those that another cell helps (another format, say) wait until the rest is done, and are tried only with
        `every`. A cell whose artifact is not on this machine is tried only as far as results are known.
        """
        begun, ran = time.monotonic(), 0
        array = functools.lru_cache(maxsize=65536)(self.store.array)
        cases = remedies.cases(document, causes)
        tasks = self._remedies(run, cases)
        flat = [(task, case) for case in cases for task in tasks[case.place]]
        cases_of: dict[str, list[Case]] = {}
        for task, case in flat:
            cases_of.setdefault(task.key, []).append(case)
        known = self._known([task for task, _ in flat])

        def finished(task: Task, attempt: Attempt, more: bool) -> bool:
            for case in cases_of[task.key]:
                if task.remedy in case.left:
                    case.tried(task.remedy, judge_again(run, array, task.variant, case.place, attempt), task.key)
            return attempt.outcome is not Outcome.UNAVAILABLE and any(case.wants(more) for case in cases_of[task.key])

        for task, _ in flat:
            if task.key in known:
                finished(task, known[task.key], True)
        ground = RunEnvironments(
            self.catalogue, self._conditions.worker, jobs=self.options.jobs, prune=self.options.prune
        )
        for more in (False, True) if every else (False,):
            chains = [
                chain
                for case in cases
                if case.wants(more)
                and (
                    chain := [
                        task
                        for task in tasks[case.place]
                        if task.remedy in case.left and self.artifacts.has(task.artifact)
                    ]
                )
            ]
            chains.sort(key=lambda chain: self.selection.loaders.index(chain[0].runtime))
            if chains:
                runtimes = dict.fromkeys(chain[0].runtime for chain in chains)
                ground.prepare(self._environments(runtimes), runtimes, watcher)
            ran += self._run(
                "more remedies" if more else "remedies",
                chains,
                len(known),
                ground,
                watcher,
                functools.partial(finished, more=more),
            )
        document["run"]["work"] |= {"remedies_run": ran, "remedies_known": len(known)}
        document["run"]["time"]["remedies"] = round(time.monotonic() - begun, 2)
        document["run"]["seconds"] = round(document["run"]["seconds"] + time.monotonic() - begun, 2)
        return {case.place: case.trials for case in cases}

    def _remedies(self, run: RunAttempts, cases: Sequence[Case]) -> dict[Place, list[Task]]:
        """Each case's load once more with each remedy that is proposed, in order."""
        loads = {_load_of(task): task for task in load_tasks(self.selection, self._conditions, run.saved)}
        savers = {runtime.id: runtime for runtime in self.selection.savers}
        return {
            case.place: [
                with_remedy(
                    loads[case.place],
                    remedy,
                    remedies.code_of(remedy),
                    savers[case.place[1]],
                    run.saved[case.place[:2]].versions,
                )
                for remedy in case.left
            ]
            for case in cases
        }

    def _carry_out(
        self, phase: str, tasks: Sequence[Task], results: dict[str, Attempt], ground: RunEnvironments, watcher: Watcher
    ) -> tuple[dict[str, Attempt], int, int]:
        """Add to the `results` that are known those of all other tasks; with how many were run and known."""
        waiting = [[task] for task in tasks if task.key not in results]  # two savers may give the same artifact
        known = len(tasks) - len(waiting)

        def finished(task: Task, attempt: Attempt) -> bool:
            results[task.key] = attempt
            return True

        return results, self._run(phase, waiting, known, ground, watcher, finished), known

    def _run(
        self,
        phase: str,
        chains: Sequence[Chain],
        known: int,
        ground: RunEnvironments,
        watcher: Watcher,
        finished: _Finished,
    ) -> int:
        """Run chains, as far as `finished` wants; how many tasks that were."""
        watcher.begin(phase, len(chains), known)
        run = 0
        for batch in ground.batches(chains):
            possible = []
            for chain in batch:
                if reason := ground.missing(chain[0]):
                    finished(chain[0], Attempt(outcome=Outcome.UNAVAILABLE, reason=reason))
                    watcher.done(phase, chain[0].about, str(Outcome.UNAVAILABLE))
                else:
                    possible.append(chain)
            if possible:
                run += self._run_batch(phase, possible, ground, watcher, finished)
        return run

    def _run_batch(
        self, phase: str, chains: Sequence[Chain], ground: RunEnvironments, watcher: Watcher, finished: _Finished
    ) -> int:
        run, last = 0, {chain[-1].key for chain in chains}

        def keep(task: Task, result: TaskResult) -> bool:
            nonlocal run
            run += 1
            attempt, arrays = result
            attempt = checked(attempt, ground.records[task.runtime.environment])
            if attempt.outcome is not Outcome.UNAVAILABLE:  # a fact about this machine, to be asked again
                self.store.put(task.key, str(task.stage), task.about, attempt, arrays)
            wanted = finished(task, attempt)
            if not wanted or task.key in last:
                watcher.done(phase, task.about, str(attempt.outcome))
            return wanted

        with self._pool(chains, ground) as pool:
            executor = concurrent.futures.ThreadPoolExecutor(self.options.jobs)
            try:
                scheduler.run(chains, pool, executor, self.options.jobs, keep)
            except BaseException:
                pool.close()  # who interrupts does not want to wait for what is in flight
                raise
            finally:
                executor.shutdown(cancel_futures=True)
        return run

    def _known_saves(self, saves: Sequence[Task]) -> dict[str, Attempt]:
        """Saves that are known, and whose files and observations are at hand or needed by no load that is to be run."""
        known = self._known(saves)
        lost = {
            _save_of(task): attempt
            for task in saves
            if (attempt := known.get(task.key))
            and attempt.artifact
            and not (attempt.observations and self.artifacts.has(attempt.artifact))
        }
        if lost:
            loads = load_tasks(self.selection, self._conditions, lost)
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
        return {
            key: attempt
            for key, attempt in known.items()
            if not (attempt.outcome is Outcome.TIMED_OUT and attempt.wall < limits[key])
        }

    @contextlib.contextmanager
    def _pool(self, chains: Sequence[Chain], ground: RunEnvironments) -> Iterator[WorkerPool]:
        work = paths.home() / "work"
        work.mkdir(parents=True, exist_ok=True)
        _sweep(work)
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=work))
        pool = WorkerPool(
            ground.pythons(),
            self.artifacts,
            folder,
            isolation=self.options.isolation,
            limits=self.options.limits,
            preloads=ground.preloads(chains),
        )
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
    wrong = [
        f"{name} is {attempt.versions[name]}, recorded is {installed[name]}"
        for name in ("python", "tensorflow", "numpy", "h5py")
        if attempt.versions.get(name) and installed.get(name) and attempt.versions[name] != installed[name]
    ]
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
