"""Looks up what is already known: results in the store and the committed reference, and saves with lost files."""

from __future__ import annotations

import logging
import pathlib
from collections.abc import Callable, Mapping, Sequence

from harness.execute.pool import Limits
from harness.model import Attempt, Outcome
from harness.plan.tasks import Task
from harness.results import reference
from harness.results.document import SaveId
from harness.store.artifacts import Artifacts
from harness.store.attempts import Store

_log = logging.getLogger(__name__)


class Known:
    """Finds the tasks that need not be run. It only reads, until `keep` is called.

    `folder` holds a reference, whose results are known too; None means no reference.
    """

    def __init__(
        self, store: Store, artifacts: Artifacts, limits: Limits, *, fresh: bool, folder: pathlib.Path | None
    ) -> None:
        self._store = store
        self._artifacts = artifacts
        self._limits = limits
        self._fresh = fresh
        self._folder = folder
        self._read: dict[str, Attempt] = {}  # everything that was looked up so far
        self._reference: dict[str, reference.KnownAttempt] = {}

    def attempts(self, tasks: Sequence[Task]) -> dict[str, Attempt]:
        """The attempts of those tasks that are known, by key. A time-out does not count under a longer limit."""
        if self._fresh:
            return {}
        new = [task.key for task in tasks if task.key not in self._read]
        self._read.update(self._store.attempts(new))
        missing = [key for key in new if key not in self._read]
        if missing:
            self._read_reference()
            self._read.update({key: self._reference[key].attempt for key in missing if key in self._reference})
        return {
            task.key: self._read[task.key]
            for task in tasks
            if task.key in self._read and not self._too_short(task, self._read[task.key])
        }

    def saves(
        self, saves: Sequence[Task], loads_of: Callable[[Mapping[SaveId, Attempt]], Sequence[Task]]
    ) -> dict[str, Attempt]:
        """The saves that are known, except those whose files are lost but needed; `loads_of` plans the loads."""
        known = self.attempts(saves)
        lost = {task.save_id: known[task.key] for task in saves if task.key in known and self._lost(known[task.key])}
        if not lost:
            return known
        loads = loads_of(lost)
        known_loads = self.attempts(loads)
        needed = {(task.variant.id, task.saver) for task in loads if task.key not in known_loads}
        return {task.key: known[task.key] for task in saves if task.key in known and task.save_id not in needed}

    def keep(self) -> None:
        """Write what the reference knew to the store, so that the next run need not read the reference."""
        if self._reference:
            self._store.seed(self._reference)
            _log.info("kept %d results of the reference in the store", len(self._reference))
        self._reference = {}

    def _read_reference(self) -> None:
        if self._folder:
            self._reference = reference.attempts(self._folder)
            _log.info("read %d results from %s", len(self._reference), self._folder)
        self._folder = None

    def _too_short(self, task: Task, attempt: Attempt) -> bool:
        return attempt.outcome is Outcome.TIMED_OUT and attempt.wall < self._limits.of(task)

    def _lost(self, attempt: Attempt) -> bool:
        """Whether it saved something from which no new load can start."""
        usable = attempt.observations and self._artifacts.has(attempt.artifact)
        return bool(attempt.artifact) and not usable
