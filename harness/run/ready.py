"""The environments of a run: either all made and rehearsed ahead, or each made and removed in turn."""

from __future__ import annotations

import concurrent.futures
import logging
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from harness.catalogue.environments import Catalogue
from harness.execute.scheduler import Chain
from harness.model import Environment, Provisioned, Runtime
from harness.plan.tasks import Task
from harness.run.machinery import Machinery

_log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Follows the progress of a run."""

    def begin(self, phase: str, total: int, known: int) -> None:
        """A phase begins, with this many tasks to do and this many already known."""

    def done(self, phase: str, about: str, outcome: str) -> None:
        """One task of a phase is done."""


class RunEnvironments:
    """The environments in which tasks run; `records` has those needed so far."""

    def __init__(self, catalogue: Catalogue, worker: str, machinery: Machinery, *, jobs: int, prune: bool) -> None:
        self.records: dict[str, Provisioned] = {}
        self._catalogue = catalogue
        self._worker = worker
        self._machinery = machinery
        self._jobs = jobs
        self._prune = prune

    def prepare(self, environments: Sequence[Environment], runtimes: Iterable[Runtime], watcher: Watcher) -> None:
        """Provision and rehearse ahead, several at once; does nothing if each environment is made in turn."""
        if self._prune:
            return
        self._provision(environments, watcher)
        stages = self._stages(runtimes)
        missing = [stage for stage in stages if self._machinery.modules(*stage, self._worker) is None]
        watcher.begin("rehearsals", len(missing), len(stages) - len(missing))
        with concurrent.futures.ThreadPoolExecutor(self._jobs) as executor:
            futures = {executor.submit(self._machinery.rehearse, *stage, self._worker): stage for stage in missing}
            for future in concurrent.futures.as_completed(futures):
                runtime = futures[future][0]
                watcher.done("rehearsals", runtime.id, future.result())

    def batches(self, chains: Sequence[Chain]) -> Iterator[list[Chain]]:
        """The chains in one batch, or in a batch per environment, which exists only while its batch runs."""
        if not self._prune:
            yield list(chains)
            return
        by_environment: dict[str, list[Chain]] = {}
        for chain in chains:
            by_environment.setdefault(chain[0].runtime.environment, []).append(chain)
        for name, batch in by_environment.items():
            environment = self._catalogue.environment(name)
            current = self._machinery.current(environment)
            self.records[name] = current or self._machinery.provision(environment)
            for stage in self._stages(_runtimes(batch)):
                self._machinery.rehearse(*stage, self._worker)
            _log.info("%s: made for %d chains of tasks, then removed", name, len(batch))
            yield batch
            self._machinery.clear(environment)

    def missing(self, task: Task) -> str:
        """Why a task cannot be run here; '' if it can."""
        record = self.records.get(task.runtime.environment)
        if record is None:
            return "its environment was not provisioned"
        return "" if record.ready else record.reason

    def pythons(self) -> dict[str, str]:
        """The interpreter of every environment that is ready."""
        return {name: record.python for name, record in self.records.items() if record.ready}

    def preloads(self, chains: Sequence[Chain]) -> dict[str, list[str]]:
        """The modules that the zygotes of each runtime import in advance."""
        stages = self._stages(_runtimes(chains))
        return {stage[0].id: self._machinery.modules(*stage, self._worker) or [] for stage in stages}

    def _provision(self, environments: Sequence[Environment], watcher: Watcher) -> None:
        """Provision each environment that is not as it should be, with its own nox session."""
        current = {environment.id: self._machinery.current(environment) for environment in environments}
        self.records |= {id: record for id, record in current.items() if record}
        missing = [environment for environment in environments if current[environment.id] is None]
        watcher.begin("environments", len(missing), len(environments) - len(missing))
        with concurrent.futures.ThreadPoolExecutor(self._jobs) as executor:
            futures = {executor.submit(self._machinery.provision, environment): environment for environment in missing}
            for future in concurrent.futures.as_completed(futures):
                record = future.result()
                self.records[futures[future].id] = record
                watcher.done("environments", record.environment, record.status)

    def _stages(self, runtimes: Iterable[Runtime]) -> list[tuple[Runtime, str, pathlib.Path]]:
        """Each runtime that is ready, its Python, and the folder where its rehearsal is kept."""
        stages = []
        for runtime in runtimes:
            record = self.records.get(runtime.environment)
            if record and record.ready:
                stages.append((runtime, record.python, pathlib.Path(record.python).parent.parent))
        return stages


def _runtimes(chains: Iterable[Chain]) -> list[Runtime]:
    """The runtimes of some chains, each once."""
    return list(dict.fromkeys(chain[0].runtime for chain in chains))
