"""The environments of tasks: made ahead, or each in turn."""

from __future__ import annotations

import pathlib
from typing import Any

from harness.model import Environment, Provisioned, Runtime
from harness.run.machinery import Machinery
from harness.run.ready import RunEnvironments
from tests.unit import made

CATALOGUE = made.catalogue("old", "new")
OLD, NEW = CATALOGUE.runtimes
TASKS = [made.task(runtime=OLD, number=1), made.task(runtime=NEW, number=2), made.task(runtime=OLD, number=3)]
CHAINS = [[task] for task in TASKS]


class Events(list[str]):
    """What happens to environments, in order; the one of `new` cannot be made."""

    @property
    def machinery(self) -> Machinery:
        """The machine on which it happens."""
        return Machinery(
            current=lambda environment: None,
            provision=self._provision,
            clear=lambda environment: self.append(f"clear {environment.id}"),
            rehearse=self._rehearse,
            modules=lambda runtime, python, place, worker: ["json"],
        )

    def _provision(self, environment: Environment) -> Provisioned:
        self.append(f"make {environment.id}")
        if environment.id == "env-old":
            return made.record(environment.id)
        return made.record(environment.id, status="unavailable", reason="no wheel")

    def _rehearse(self, runtime: Runtime, *more: Any) -> str:
        self.append(f"rehearse {runtime.id}")
        return "ready"


def test_each_environment_exists_only_for_its_batch() -> None:
    """It is made and rehearsed before, and removed after; nothing is rehearsed in one that cannot be made."""
    events = Events()
    environments = RunEnvironments(CATALOGUE, "worker", events.machinery, jobs=1, prune=True)
    for batch in environments.batches(CHAINS):
        events.append(" ".join(task.key for [task] in batch))
    assert [
        "make env-old",
        "rehearse old",
        "save-new-1 save-new-3",
        "clear env-old",
        "make env-new",
        "save-new-2",
        "clear env-new",
    ] == events
    assert ["", "no wheel"] == [environments.missing(task) for task in TASKS[:2]]
    assert {"env-old": "python"} == environments.pythons()


def test_everything_is_one_batch_if_nothing_is_removed() -> None:
    """A runtime that is ready has the modules that its zygotes import in advance."""
    events = Events()
    environments = RunEnvironments(CATALOGUE, "worker", events.machinery, jobs=1, prune=False)
    assert [CHAINS] == list(environments.batches(CHAINS))
    assert [] == events
    assert "its environment was not provisioned" == environments.missing(TASKS[0])
    environments.records["env-old"] = made.record("env-old", python=str(pathlib.Path("env") / "bin" / "python"))
    assert {"old": ["json"]} == environments.preloads(CHAINS)
