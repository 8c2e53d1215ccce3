"""The saves and loads of one run: it runs what is missing, and keeps every result immediately.

What is known is not run again, so you can stop a run at any point.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import datetime
import hashlib
import logging
import os
import pathlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from harness import paths
from harness.catalogue.environments import Catalogue
from harness.execute import scheduler
from harness.execute.pool import Isolation, Limits, TaskResult
from harness.execute.scheduler import Chain
from harness.model import Attempt, CellId, Environment, Fault, Outcome, Provisioned, Runtime
from harness.plan.tasks import Conditions, Selection, Task, load_tasks, save_tasks
from harness.results.document import RunAttempts, SaveId
from harness.run.known import Known
from harness.run.machinery import ClosablePool, Machinery
from harness.run.ready import RunEnvironments, Watcher
from harness.run.workdir import working_folder
from harness.store.artifacts import Artifacts
from harness.store.attempts import Store
from harness.tools.essence import essence

# Takes the attempt of a task, and returns whether the next task of its chain is wanted.
OnAttempt = Callable[[Task, Attempt], bool]
_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How to run; nothing here may change a verdict.

    `prune` removes an environment as soon as its saves, and later its loads, are done. `reference` is a folder with the
    results of an earlier run, which count as known. `neighbours` are asked where a runtime does not read its own file,
    although that may take environments that the selection does not have. Remedies are tried as far as they are needed
    (`needed`), on every cell (`all`), or not at all (`none`). The culprit of a failing cell is looked for by experiment
    where its cause is unknown (`unknown`), everywhere (`all`), or not at all (`none`), for at most `budget` seconds.
    """

    command: str = ""
    isolation: Isolation = "fork" if hasattr(os, "fork") else "process"
    jobs: int = 2
    fresh: bool = False
    prune: bool = False
    reference: pathlib.Path | None = None
    neighbours: bool = True
    remedies: Literal["needed", "all", "none"] = "needed"
    culprit: Literal["unknown", "all", "none"] = "none"
    budget: float = 30.0
    limits: Limits = dataclasses.field(default_factory=Limits)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a run would do; loads are counted as if every outstanding save succeeded."""

    environments: tuple[Environment, ...]
    runtimes: tuple[Runtime, ...]
    saves: tuple[Task, ...]
    saves_known: int
    loads: int
    loads_known: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Phase:
    """The attempts of all tasks of a phase, by key; the numbers of tasks run and known; the seconds taken."""

    attempts: Mapping[str, Attempt]
    run: int
    known: int
    seconds: float


class Matrix:
    """A selection in a catalogue, with the store of its results.

    `dry` does not create a missing store, so that a look ahead leaves nothing behind.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        selection: Selection,
        faults: tuple[Fault, ...],
        options: Options,
        machinery: Machinery | None = None,
        *,
        dry: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.selection = selection
        self.options = options
        self.environments = self.environments_of(selection.runtimes)
        path = paths.home() / "store.sqlite"
        self.store = Store(None if dry and not path.exists() else path)
        self.artifacts = Artifacts(paths.home() / "artifacts")
        self._faults = faults
        self._machinery = machinery or Machinery()
        self._known = Known(self.store, self.artifacts, options.limits, fresh=options.fresh, folder=options.reference)
        wanted = {environment.id: self._machinery.wanted(environment) for environment in self.environments}
        self.conditions = Conditions(worker=_worker_digest(), environments=wanted)

    def of(self, selection: Selection) -> Matrix:
        """A matrix of other cells, run in the same way, with the same store."""
        options = dataclasses.replace(self.options, fresh=False)
        return Matrix(self.catalogue, selection, (), options, self._machinery)

    def outlook(self) -> Outlook:
        """What is still to be done, without doing it."""
        saves = self._save_tasks()
        known = self._known_saves(saves)
        loads = self._load_tasks(_saved(saves, known))
        known_loads = self._known.attempts(loads)
        missing = [task for task in saves if task.key not in known]
        unknown = [task for task in loads if task.key not in known_loads]
        to_come = self._loads_to_come(missing)
        runtimes = [*(task.runtime for task in (*missing, *unknown)), *to_come]
        return Outlook(
            environments=self.environments_of(runtimes),
            runtimes=tuple(dict.fromkeys(runtimes)),
            saves=tuple(missing),
            saves_known=len(saves) - len(missing),
            loads=len(unknown) + len(to_come),
            loads_known=len(loads) - len(unknown),
        )

    def tasks(self) -> list[Task]:
        """Every save, and every load of a save that is known to have succeeded."""
        saves = self._save_tasks()
        return saves + self._load_tasks(_saved(saves, self._known_saves(saves)))

    def run(self, watcher: Watcher) -> RunAttempts:
        """Run everything that is missing. A problem in one environment, scenario or cell never stops the others."""
        started, begun = datetime.datetime.now(datetime.UTC), time.monotonic()
        outlook = self.outlook()
        self._known.keep()
        environments = self.run_environments()
        environments.prepare(outlook.environments, outlook.runtimes, watcher)
        provisioned = time.monotonic() - begun
        save_tasks = self._save_tasks()
        saves = self._carry_out("saves", save_tasks, self._known_saves(save_tasks), environments, watcher)
        saved = _saved(save_tasks, saves.attempts)
        load_tasks = self._load_tasks(saved)
        loads = self._carry_out("loads", load_tasks, self._known.attempts(load_tasks), environments, watcher)
        self._known.keep()
        work = {
            "saves_run": saves.run,
            "saves_known": saves.known,
            "loads_run": loads.run,
            "loads_known": loads.known,
        }
        about = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - begun, 2),
            "command": self.options.command,
            "isolation": self.options.isolation,
            "jobs": self.options.jobs,
            "work": work,
            "time": {"provision": round(provisioned, 2), "save": saves.seconds, "load": loads.seconds},
        }
        keys: dict[SaveId | CellId, str] = {task.save_id: task.key for task in save_tasks}
        keys |= {task.cell_id: task.key for task in load_tasks}
        return RunAttempts(
            selection=self.selection,
            environments=self.environments,
            records=self._records(environments),
            saved=saved,
            loaded={task.cell_id: loads.attempts[task.key] for task in load_tasks},
            faults=self._faults,
            about=about,
            keys=keys,
        )

    def known_attempts(self, tasks: Sequence[Task]) -> dict[str, Attempt]:
        """The attempts of those tasks that are known, by key; those from the reference are kept in the store."""
        known = self._known.attempts(tasks)
        self._known.keep()
        return known

    def environments_of(self, runtimes: Iterable[Runtime]) -> tuple[Environment, ...]:
        """The environments of some runtimes, in catalogue order."""
        names = {runtime.environment for runtime in runtimes}
        return tuple(environment for environment in self.catalogue.environments if environment.id in names)

    def run_environments(self) -> RunEnvironments:
        """The environments of a run, not prepared yet."""
        jobs, prune = self.options.jobs, self.options.prune
        return RunEnvironments(self.catalogue, self.conditions.worker, self._machinery, jobs=jobs, prune=prune)

    def run_chains(
        self,
        phase: str,
        chains: Sequence[Chain],
        known: int,
        environments: RunEnvironments,
        watcher: Watcher,
        finished: OnAttempt,
    ) -> int:
        """Run chains of tasks, each as far as `finished` wants, and return the number of tasks run."""
        watcher.begin(phase, len(chains), known)
        _log.info("%s: %d to do, %d known", phase, len(chains), known)
        run = 0
        for batch in environments.batches(chains):
            runnable = []
            for chain in batch:
                first = chain[0]
                reason = environments.missing(first)
                if reason:
                    finished(first, Attempt(outcome=Outcome.UNAVAILABLE, reason=reason))
                    watcher.done(phase, first.about, str(Outcome.UNAVAILABLE))
                else:
                    runnable.append(chain)
            if runnable:
                run += self._run_batch(phase, runnable, environments, watcher, finished)
        return run

    def _save_tasks(self) -> list[Task]:
        return save_tasks(self.selection, self.conditions)

    def _load_tasks(self, saved: Mapping[SaveId, Attempt]) -> list[Task]:
        return load_tasks(self.selection, self.conditions, saved)

    def _known_saves(self, saves: Sequence[Task]) -> dict[str, Attempt]:
        return self._known.saves(saves, self._load_tasks)

    def _loads_to_come(self, saves: Iterable[Task]) -> list[Runtime]:
        """The loading runtime of each load that there is at most of saves that are still to be made."""
        includes, loaders = self.selection.includes, self.selection.loaders
        return [loader for task in saves for loader in loaders if includes(task.variant, task.runtime, loader)]

    def _records(self, environments: RunEnvironments) -> dict[str, Provisioned]:
        """The record of every environment that is ready or that this run needed."""
        current = {environment.id: self._machinery.current(environment) for environment in self.environments}
        return {**{id: record for id, record in current.items() if record}, **environments.records}

    def _carry_out(
        self,
        phase: str,
        tasks: Sequence[Task],
        known: Mapping[str, Attempt],
        environments: RunEnvironments,
        watcher: Watcher,
    ) -> _Phase:
        """Run the tasks that are not known; two savers may produce the same artifact, and so the same task."""
        begun = time.monotonic()
        attempts = dict(known)
        chains = [[task] for task in tasks if task.key not in known]
        known_tasks = len(tasks) - len(chains)

        def finished(task: Task, attempt: Attempt) -> bool:
            attempts[task.key] = attempt
            return True

        run = self.run_chains(phase, chains, known_tasks, environments, watcher, finished)
        seconds = round(time.monotonic() - begun, 2)
        return _Phase(attempts=attempts, run=run, known=known_tasks, seconds=seconds)

    def _run_batch(
        self,
        phase: str,
        chains: Sequence[Chain],
        environments: RunEnvironments,
        watcher: Watcher,
        finished: OnAttempt,
    ) -> int:
        run, last = 0, {chain[-1].key for chain in chains}

        def keep(task: Task, result: TaskResult) -> bool:
            nonlocal run
            run += 1
            attempt, arrays = result
            attempt = checked(attempt, environments.records[task.runtime.environment])
            _log.debug("%s %s: %s in %.1f s", task.stage, task.about, attempt.outcome, attempt.wall)
            if attempt.outcome is not Outcome.UNAVAILABLE:  # otherwise this machine is at fault: try again next time
                self.store.put(task.key, str(task.stage), task.about, attempt, arrays)
            wanted = finished(task, attempt)
            if not wanted or task.key in last:
                watcher.done(phase, task.about, str(attempt.outcome))
            return wanted

        with self._pool(chains, environments) as pool:
            executor = concurrent.futures.ThreadPoolExecutor(self.options.jobs)
            try:
                scheduler.run(chains, pool, executor, self.options.jobs, keep)
            except BaseException:
                pool.close()  # a user who interrupts does not want to wait for what is in flight
                raise
            finally:
                executor.shutdown(cancel_futures=True)
        return run

    @contextlib.contextmanager
    def _pool(self, chains: Sequence[Chain], environments: RunEnvironments) -> Iterator[ClosablePool]:
        with working_folder(paths.home() / "work") as folder:
            pool = self._machinery.open_pool(
                environments.pythons(),
                self.artifacts,
                folder,
                isolation=self.options.isolation,
                limits=self.options.limits,
                preloads=environments.preloads(chains),
            )
            with contextlib.closing(pool):
                yield pool


def checked(attempt: Attempt, record: Provisioned) -> Attempt:
    """The attempt, or `unavailable` if its worker reports other versions than the environment's record."""
    installed = {"python": record.python_version, **record.packages}
    installed.setdefault("tensorflow", installed.get("tensorflow-cpu", ""))
    mismatches = [
        f"{name} is {attempt.versions[name]}, recorded is {installed[name]}"
        for name in ("python", "tensorflow", "numpy", "h5py")
        if attempt.versions.get(name) and installed.get(name) and attempt.versions[name] != installed[name]
    ]
    if not mismatches:
        return attempt
    return Attempt(outcome=Outcome.UNAVAILABLE, reason=f"not the requested environment: {'; '.join(mismatches)}")


def _saved(saves: Iterable[Task], attempts: Mapping[str, Attempt]) -> dict[SaveId, Attempt]:
    return {task.save_id: attempts[task.key] for task in saves if task.key in attempts}


def _worker_digest() -> str:
    """The worker code on which every result depends. Remedies are apart, in the keys of their own runs."""
    digest = hashlib.sha256()
    for path in sorted(paths.WORKER.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + essence(path.read_bytes()) + b"\0")
    return digest.hexdigest()
