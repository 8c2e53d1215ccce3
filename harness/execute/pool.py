"""Carries out tasks, one at a time per caller, in a child of a zygote or in a fresh interpreter.

Safe to use from several threads.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
import logging
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy

from harness import inspect
from harness.execute.answers import attempt_of
from harness.execute.nursery import Nursery, RuntimeUnavailableError, zygote_key
from harness.execute.process import End, end_group, run_alone
from harness.execute.zygote import ZygoteGoneError
from harness.model import Attempt, Outcome, Stage
from harness.plan.tasks import HASH_SEEDS, Task
from harness.store.artifacts import Artifacts
from harness.worker import protocol

Isolation = Literal["fork", "process"]
TaskResult = tuple[Attempt, dict[str, bytes]]
_log = logging.getLogger(__name__)
_Runner = Callable[[Task, pathlib.Path, pathlib.Path], End]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one task: wall seconds, bytes by which its process may grow, seconds for importing Keras."""

    seconds: float = 90.0
    memory: int = 8 * 2**30
    start: float = 180.0

    def of(self, task: Task) -> float:
        """Wall seconds for this task; its scenario may set fewer, and experiments come on top."""
        return min(self.seconds, task.limit or self.seconds) + task.budget


class WorkerPool:
    """Carries out tasks.

    `pythons` has the interpreter of every environment that is ready, `preloads` what a runtime's zygotes import ahead.
    """

    def __init__(
        self,
        pythons: Mapping[str, str],
        artifacts: Artifacts,
        work: pathlib.Path,
        *,
        isolation: Isolation,
        limits: Limits,
        preloads: Mapping[str, list[str]] = MappingProxyType({}),
    ) -> None:
        self._pythons = pythons
        self._artifacts = artifacts
        self._work = work
        self._isolation = isolation
        self._limits = limits
        self._nursery = Nursery(pythons, work, limits.start, preloads)
        self._numbers = itertools.count(1)
        self._running: set[subprocess.Popen[bytes]] = set()

    def expect(self, tasks: Iterable[Task]) -> None:
        """Announce tasks, in the order in which they will come: zygotes start in time and end after the last."""
        self._nursery.expect(tasks)

    def forgo(self, tasks: Iterable[Task]) -> None:
        """Say that these announced tasks will not come after all."""
        for task in tasks:
            self._nursery.done_with(zygote_key(task))

    def attempt(self, task: Task) -> TaskResult:
        """Carry out a task the usual way. Never raises for what happens inside the worker."""
        if self._isolation == "process":
            return self.attempt_alone(task)
        try:
            return self._carry_out(task, self._in_child)
        finally:
            self._nursery.done_with(zygote_key(task))

    def attempt_alone(self, task: Task) -> TaskResult:
        """Carry out a task in a fresh interpreter, whatever the usual way is."""
        return self._carry_out(task, self._alone)

    def close(self) -> None:
        """End every zygote and every running process."""
        self._nursery.close()
        for process in list(self._running):
            end_group(process, kill=True)

    def _carry_out(self, task: Task, runner: _Runner) -> TaskResult:
        folder = self._work / f"{task.stage}-{task.runtime.id}-{next(self._numbers)}"
        try:
            folder.mkdir(parents=True)
            if task.artifact:
                self._artifacts.lay_out(task.artifact, folder)
            if task.lay_out:
                task.lay_out(folder)
            request, log = folder / "request.json", folder / "log.txt"
            protocol.write_json(str(request), self._request(task, folder))
            _log.debug("%s %s: begins in %s", task.stage, task.about, folder.name)
            end = runner(task, request, log)
            if end.late:
                _log.warning("%s %s: stopped after %.0f s", task.stage, task.about, end.wall)
            attempt, arrays = attempt_of(end, folder, log)
            if attempt.outcome is Outcome.DONE and task.stage is Stage.SAVE:
                digest = self._artifacts.take(folder)
                attempt = dataclasses.replace(
                    attempt,
                    artifact=digest,
                    files=self._artifacts.files(digest),
                    facts=inspect.facts(
                        self._artifacts.path(digest) / protocol.ARTIFACT, _weights(attempt.observations, arrays)
                    ),
                )
            return attempt, arrays
        except RuntimeUnavailableError as broken:
            return Attempt(outcome=Outcome.UNAVAILABLE, reason=str(broken)), {}
        except ZygoteGoneError as error:
            return Attempt(outcome=Outcome.NO_ANSWER, reason=f"the worker gave no answer: {error}"), {}
        except OSError as error:  # a full disk, a missing Python: a problem of this machine, not a verdict
            return Attempt(outcome=Outcome.UNAVAILABLE, reason=f"trouble on this machine: {error}"), {}
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _request(self, task: Task, folder: pathlib.Path) -> dict[str, object]:
        more: dict[str, object] = {"saver": dict(task.saved_by)} if task.saved_by else {}
        more |= {"remedy": task.remedy} if task.remedy else {}
        more |= {"budget": task.budget} if task.budget else {}
        return {
            **more,
            "protocol": protocol.VERSION,
            "stage": protocol.LOCATE if task.budget else str(task.stage),
            "runtime": task.runtime.settings(),
            "scenario": task.scenario,
            "format": task.variant.format,
            "parameters": dict(task.variant.parameters),
            "folder": str(folder),
            "answer": str(folder / "answer.json"),
            "memory": self._limits.memory,
            "seconds": self._limits.of(task),
        }

    def _in_child(self, task: Task, request: pathlib.Path, log: pathlib.Path) -> End:
        zygote = self._nursery.zygote(zygote_key(task))
        try:
            return zygote.run(request, log, self._limits.of(task))
        except ZygoteGoneError:
            self._nursery.lost(zygote_key(task), zygote)
            raise

    def _alone(self, task: Task, request: pathlib.Path, log: pathlib.Path) -> End:
        python = self._pythons[task.runtime.environment]
        seconds = self._limits.of(task) + self._limits.start
        return run_alone(python, request, log, HASH_SEEDS[task.stage], seconds, self._running)


def _weights(
    observations: Mapping[str, list[list[str]]], arrays: Mapping[str, bytes]
) -> dict[str, numpy.ndarray[Any, Any]]:
    """The weights that a saving side observed, by item."""
    return {
        item: numpy.load(io.BytesIO(arrays[value]), allow_pickle=False)
        for item, kind, value in observations.get("weights", [])
        if kind == "array"
    }
