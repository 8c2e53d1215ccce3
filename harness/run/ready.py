"""The environments under a run: all made and rehearsed ahead, or each made and removed as its turn comes and goes."""

from __future__ import annotations

import concurrent.futures
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from harness.catalogue.environments import Catalogue
from harness.environments import provision, sessions
from harness.execute import rehearsal
from harness.execute.scheduler import Chain
from harness.model import Environment, Provisioned, Runtime
from harness.plan.tasks import Task


class Watcher(Protocol):
    """Hears how a run gets on."""

    def begin(self, phase: str, total: int, known: int) -> None:
        """A phase begins: so many to do, so many known already."""

    def done(self, phase: str, about: str, outcome: str) -> None:
        """One of them is done."""


class RunEnvironments:
    """What tasks stand on; `records` tells of every environment that was needed so far."""

    def __init__(self, catalogue: Catalogue, worker: str, *, jobs: int, prune: bool) -> None:
        self.records: dict[str, Provisioned] = {}
        self._catalogue = catalogue
        self._worker = worker
        self._jobs = jobs
        self._prune = prune

    def prepare(self, environments: Sequence[Environment], runtimes: Iterable[Runtime], watcher: Watcher) -> None:
        """Provision and rehearse ahead, several at once; nothing where each is made as its turn comes."""
        if self._prune:
            return
        self.records |= provision_all(environments, self._jobs, watcher)
        ready = self._stages(runtimes)
        missing = [one for one in ready if rehearsal.modules(*one, self._worker) is None]
        watcher.begin("rehearsals", len(missing), len(ready) - len(missing))
        with concurrent.futures.ThreadPoolExecutor(self._jobs) as executor:
            waiting = {executor.submit(rehearsal.rehearse, *one, self._worker): one for one in missing}
            for future in concurrent.futures.as_completed(waiting):
                watcher.done("rehearsals", waiting[future][0].id, future.result())

    def batches(self, chains: Sequence[Chain]) -> Iterator[list[Chain]]:
        """The chains, in one batch or environment by environment; it is there while the batch is carried out."""
        if not self._prune:
            yield list(chains)
            return
        by_environment: dict[str, list[Chain]] = {}
        for chain in chains:
            by_environment.setdefault(chain[0].runtime.environment, []).append(chain)
        for name, batch in by_environment.items():
            environment = self._catalogue.environment(name)
            self.records[name] = provision.current(environment) or sessions.provision(environment)
            for stage in self._stages({chain[0].runtime: None for chain in batch}):
                rehearsal.rehearse(*stage, self._worker)
            yield batch
            provision.clear(environment)

    def missing(self, task: Task) -> str:
        """Why a task cannot be carried out here; '' where it can."""
        record = self.records.get(task.runtime.environment)
        if record is None:
            return "its environment was not provisioned"
        return "" if record.ready else record.reason

    def pythons(self) -> dict[str, str]:
        """The interpreter of every environment that is ready."""
        return {name: record.python for name, record in self.records.items() if record.ready}

    def preloads(self, chains: Sequence[Chain]) -> dict[str, list[str]]:
        """What the zygotes of each runtime are to import ahead."""
        stages = self._stages({chain[0].runtime: None for chain in chains})
        return {stage[0].id: rehearsal.modules(*stage, self._worker) or [] for stage in stages}

    def _stages(self, runtimes: Iterable[Runtime]) -> list[tuple[Runtime, str, pathlib.Path]]:
        """Where a rehearsal of each runtime that is ready is held: its Python, and a folder for what is found."""
        return [
            (runtime, record.python, pathlib.Path(record.python).parent.parent)
            for runtime in runtimes
            if (record := self.records.get(runtime.environment)) and record.ready
        ]


def provision_all(environments: Sequence[Environment], jobs: int, watcher: Watcher) -> dict[str, Provisioned]:
    """Provision each environment that is not as it should be, by its own nox session; the records by id."""
    records = {one.id: record for one in environments if (record := provision.current(one))}
    missing = [one for one in environments if one.id not in records]
    watcher.begin("environments", len(missing), len(records))
    with concurrent.futures.ThreadPoolExecutor(jobs) as executor:
        waiting = {executor.submit(sessions.provision, one): one for one in missing}
        for future in concurrent.futures.as_completed(waiting):
            record = records[waiting[future].id] = future.result()
            watcher.done("environments", record.environment, record.status)
    return records
