"""Made-up catalogues, scenarios, attempts and workers: a test says no more than what it is about."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy

from harness.catalogue.environments import Catalogue
from harness.execute.pool import Isolation, Limits, TaskResult
from harness.model import (
    Attempt,
    Environment,
    Failure,
    KerasModule,
    Outcome,
    Provisioned,
    Runtime,
    Scenario,
    Stage,
    Variant,
)
from harness.plan.tasks import Task
from harness.store.artifacts import Artifacts
from harness.store.attempts import packed
from harness.worker import protocol

KERAS = pathlib.Path(__file__).with_name("made_keras")
LEAST = '''\
"""A minimal scenario: only what is required."""


def build(keras):
    return keras.Sequential([keras.layers.Dense(2, 3)])


def data(rng):
    return rng.rand(4, 2), rng.rand(4, 3)
'''


def runtime(id: str, environment: str = "", keras: KerasModule = "keras", **more: Any) -> Runtime:
    """A runtime; its environment is named after it unless given."""
    return Runtime(
        id=id,
        title=f"Title of {id}",
        environment=environment or f"env-{id}",
        keras=keras,
        **{"backend": "numpy", **more},
    )


def environment(
    id: str, *runtimes: Runtime, year: int = 2020, groups: tuple[str, ...] = ("core", "all")
) -> Environment:
    """An environment released in `year`."""
    return Environment(
        id=id,
        title=f"Title of {id}",
        python="3.11",
        released=datetime.date(year, 1, 1),
        as_of=datetime.date(year, 2, 1),
        requirements=("keras",),
        groups=groups,
        runtimes=runtimes,
    )


def catalogue(*ids: str, groups: Mapping[str, tuple[str, ...]] | None = None) -> Catalogue:
    """An environment for each runtime, one a year; all are in `core` unless `groups` says something else."""
    return Catalogue(
        tuple(
            environment(f"env-{id}", runtime(id), year=2016 + index, groups=(groups or {}).get(id, ("core", "all")))
            for index, id in enumerate(ids)
        )
    )


def record(
    environment: str, python: str = "python", status: Literal["ready", "unavailable"] = "ready", **more: Any
) -> Provisioned:
    """The record that provisioning an environment left behind."""
    return Provisioned(environment=environment, asked=f"asked-{environment}", status=status, python=python, **more)


def scenario(name: str = "dense", formats: tuple[str, ...] = ("h5",), **more: Any) -> Scenario:
    """A scenario as the reader returns it."""
    return Scenario(
        **{
            "name": name,
            "path": f"/scenarios/{name}.py",
            "title": f"Title of {name}",
            "description": "",
            "source": LEAST,
            "digest": f"digest-{name}",
            "formats": formats,
            "parameters": {},
            "remedy": {},
            "reach": "milestones",
            **more,
        }
    )


def variant(scenario: str = "dense", format: str = "h5", **parameters: Any) -> Variant:
    """A scenario with its parameters filled in."""
    return Variant(scenario=scenario, format=format, parameters=tuple(parameters.items()))


def task(stage: Stage = Stage.SAVE, id: str = "new", number: int = 1, **more: Any) -> Task:
    """A task of a runtime, identified by its number."""
    return Task(
        **{
            "stage": stage,
            "key": f"{stage}-{id}-{number}",
            "variant": variant(),
            "runtime": runtime(id),
            "scenario": "/scenarios/dense.py",
            **more,
        }
    )


def attempt(outcome: Outcome = Outcome.DONE, **more: Any) -> Attempt:
    """One run of the worker."""
    return Attempt(outcome=outcome, **more)


def failure(**more: Any) -> Failure:
    """An exception in the measured environment."""
    return Failure(
        **{"type": "ValueError", "message": "no such thing", "traceback": "Traceback ...", "step": "load", **more}
    )


def written(folder: pathlib.Path, name: str, text: str = LEAST) -> pathlib.Path:
    """A script in a folder, which is created if necessary."""
    path = folder / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


@dataclasses.dataclass
class FakePool:
    """Replaces the pool of workers: `tell` gives the result of each task, and every requested task is kept."""

    pythons: Mapping[str, str]
    artifacts: Artifacts
    work: pathlib.Path
    isolation: Isolation
    limits: Limits
    tell: Callable[[Task], TaskResult]
    asked: list[Task] = dataclasses.field(default_factory=list)
    alone: list[Task] = dataclasses.field(default_factory=list)
    forgone: list[Task] = dataclasses.field(default_factory=list)
    closed: bool = False

    def expect(self, tasks: Any) -> None:
        """Nothing is started in advance."""

    def forgo(self, tasks: Any) -> None:
        """Remember the tasks that were not wanted in the end."""
        self.forgone.extend(tasks)

    def attempt(self, task: Task) -> TaskResult:
        """The result that `tell` gives."""
        self.asked.append(task)
        return self._kept(task)

    def attempt_alone(self, task: Task) -> TaskResult:
        """The same, kept in another list."""
        self.alone.append(task)
        return self._kept(task)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True

    def _kept(self, task: Task) -> TaskResult:
        result, arrays = self.tell(task)
        if result.outcome is Outcome.DONE and task.stage is Stage.SAVE:
            digest = taken(self.artifacts, self.work, f"{task.variant.id} {task.runtime.id}")
            result = dataclasses.replace(result, artifact=digest)
        return result, arrays


def taken(artifacts: Artifacts, work: pathlib.Path, content: str) -> str:
    """The digest of an artifact with one file in it."""
    folder = work / content.replace("/", "_")
    (folder / protocol.ARTIFACT).mkdir(parents=True)
    (folder / protocol.ARTIFACT / "model.h5").write_text(content)
    (folder / protocol.INPUTS).write_bytes(b"")
    return artifacts.take(folder)


def observed(predictions: Any = 1.0, **more: Any) -> TaskResult:
    """An attempt that predicts this, with versions and times like a real one."""
    digest, content = packed(numpy.array(predictions, dtype="float32"))
    return attempt(
        **{
            "observations": {"predictions": [["0", "array", digest]]},
            "versions": {"python": "3.11.7", "keras": "3.0.0"},
            "seconds": {"build": 0.5, "train": 0.25},
            "wall": 1.5,
            "memory": 2**20,
            "step": "observe weights",
            **more,
        }
    ), {digest: content}
