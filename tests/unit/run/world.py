"""A whole run on a made-up machine: environments and workers behave as the test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.catalogue.causes import Causes
from harness.catalogue.environments import Catalogue
from harness.execute.pool import TaskResult
from harness.model import Environment, Provisioned, Runtime
from harness.plan.tasks import Selection, Task
from harness.results.document import RunAttempts
from harness.results.shape import Document
from harness.run import carry_out
from harness.run.machinery import Machinery
from harness.run.matrix import Matrix, Options
from tests.unit import made

CATALOGUE = made.catalogue("old", "new")
OLD, NEW = CATALOGUE.runtimes


class Watcher:
    """Remembers everything it is notified of."""

    def __init__(self) -> None:
        self.begun: dict[str, tuple[int, int]] = {}
        self.heard: list[tuple[str, str, str]] = []

    def begin(self, phase: str, total: int, known: int) -> None:
        """A phase begins."""
        self.begun[phase] = (total, known)

    def done(self, phase: str, about: str, outcome: str) -> None:
        """One task of a phase is done."""
        self.heard.append((phase, about, outcome))


class World:
    """Made-up environments and workers: by default all are available, and every model predicts the same."""

    def __init__(self, catalogue: Catalogue = CATALOGUE) -> None:
        self.catalogue = catalogue
        self.records: dict[str, Provisioned] = {
            environment.id: made.record(environment.id) for environment in catalogue.environments
        }
        self.provisioned: list[str] = []
        self.cleared: list[str] = []
        self.rehearsed: list[str] = []
        self.pools: list[made.FakePool] = []
        self.pool_type: type[made.FakePool] = made.FakePool
        self.tell: Callable[[Task], TaskResult] = lambda task: made.observed()
        self.watcher = Watcher()
        self.last: Matrix | None = None
        self.document: Document | None = None

    @property
    def machinery(self) -> Machinery:
        """The machine of this world."""
        return Machinery(
            wanted=lambda environment: f"wanted-{environment.id}",
            current=self._current,
            provision=self._provision,
            clear=self._clear,
            rehearse=self._rehearse,
            modules=lambda runtime, *more: [] if runtime.id in self.rehearsed else None,
            open_pool=self._pool,
        )

    def matrix(
        self,
        *,
        formats: tuple[str, ...] = ("h5", "keras"),
        digest: str = "one",
        options: Options | None = None,
        savers: Any = (OLD, NEW),
        loaders: Any = (OLD, NEW),
    ) -> Matrix:
        """The matrix of a scenario."""
        scenario = made.scenario(digest=digest, formats=formats)
        selection = Selection(
            scenarios={"dense": scenario},
            savers=savers,
            loaders=loaders,
            variants=tuple(made.variant(format=format) for format in formats),
            order=self.catalogue.runtimes,
        )
        return Matrix(self.catalogue, selection, (), options or Options(isolation="fork"), self.machinery)

    def run(self, **how: Any) -> RunAttempts:
        """Run the matrix."""
        self.watcher = Watcher()
        self.pools.clear()
        self.last = self.matrix(**how)
        return self.last.run(self.watcher)

    def carry_out(self, causes: Causes, **how: Any) -> Document:
        """Run the matrix, judge it, and try remedies."""
        self.pools.clear()
        self.last = self.matrix(**how)
        return carry_out(self.last, causes, self.watcher)

    @property
    def tasks(self) -> list[Task]:
        """The tasks that the workers of the last run received."""
        return [task for pool in self.pools for task in pool.asked]

    @property
    def asked(self) -> list[str]:
        """The same tasks, in words."""
        return sorted(f"{task.stage} {task.about}" for task in self.tasks)

    def _current(self, environment: Environment) -> Provisioned | None:
        record = self.records.get(environment.id)
        return record if record and record.ready else None

    def _provision(self, environment: Environment) -> Provisioned:
        self.provisioned.append(environment.id)
        return self.records.setdefault(environment.id, made.record(environment.id))

    def _clear(self, environment: Environment) -> None:
        self.cleared.append(environment.id)
        self.records.pop(environment.id)

    def _rehearse(self, runtime: Runtime, *arguments: Any) -> str:
        self.rehearsed.append(runtime.id)
        return "ready"

    def _pool(
        self, pythons: Any, artifacts: Any, work: Any, *, isolation: Any, limits: Any, preloads: Any
    ) -> made.FakePool:
        pool = self.pool_type(pythons, artifacts, work, isolation, limits, lambda task: self.tell(task))
        self.pools.append(pool)
        return pool
