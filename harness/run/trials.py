"""Tries remedies: failing cells are loaded once more, with what their causes propose."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence

from harness.catalogue.causes import Causes
from harness.execute.scheduler import Chain
from harness.model import Attempt, CellId, Outcome
from harness.plan.tasks import Task, load_tasks, with_remedy
from harness.results import remedies
from harness.results.document import RunAttempts, judge_again
from harness.results.remedies import Case
from harness.results.shape import Document
from harness.results.trials import Trial
from harness.run.matrix import Matrix
from harness.run.ready import Watcher


def try_remedies(
    matrix: Matrix, run: RunAttempts, document: Document, causes: Causes, watcher: Watcher
) -> dict[CellId, list[Trial]]:
    """The trials of each cell; adds the work and time they took to the document's `run`.

    The remedies of a cell are tried until one helps. Cells that another cell helps (another format, say) wait until
    the rest is done, and are tried only if the option is `all`. If a cell's artifact is not on this machine, only
    known results are used.
    """
    begun = time.monotonic()
    trials = _Trials(matrix, run, remedies.cases(document, causes))
    rounds = {"needed": (False,), "all": (False, True), "none": ()}[matrix.options.remedies]
    ran = sum(trials.carry_out(more, watcher) for more in rounds)
    seconds = time.monotonic() - begun
    about = document["run"]
    about["work"] |= {"remedies_run": ran, "remedies_known": trials.known}
    about["time"]["remedies"] = round(seconds, 2)
    about["seconds"] = round(about["seconds"] + seconds, 2)
    return {case.id: case.trials for case in trials.cases}


class _Trials:
    """The cases of a run, with a task for each proposed remedy; known results are taken immediately."""

    def __init__(self, matrix: Matrix, run: RunAttempts, cases: Sequence[Case]) -> None:
        self.cases = cases
        self._matrix = matrix
        self._run = run
        self._environments = matrix.run_environments()
        self._array = functools.lru_cache(maxsize=65536)(matrix.store.array)
        self._tasks = _tasks(matrix, run, cases)
        self._cases_of: dict[str, list[Case]] = {}  # two savers may have produced the same artifact
        for case in cases:
            for task in self._tasks[case.id]:
                self._cases_of.setdefault(task.key, []).append(case)
        tasks = [task for case in cases for task in self._tasks[case.id]]
        attempts = matrix.known_attempts(tasks)
        self.known = len(attempts)
        for task in tasks:
            if task.key in attempts:
                self._take(task, attempts[task.key])

    def carry_out(self, more: bool, watcher: Watcher) -> int:
        """Run what is still wanted, with `more` also on cells that another cell helps, and return how many ran."""
        chains = self._chains(more)
        if chains:
            runtimes = dict.fromkeys(chain[0].runtime for chain in chains)
            self._environments.prepare(self._matrix.environments_of(runtimes), runtimes, watcher)
        phase = "more remedies" if more else "remedies"
        finished = functools.partial(self._finished, more=more)
        return self._matrix.run_chains(phase, chains, self.known, self._environments, watcher, finished)

    def _chains(self, more: bool) -> list[Chain]:
        """The remaining tasks of each case that wants another remedy, by loading runtime."""
        chains = [self._left(case) for case in self.cases if case.wants(more)]
        loaders = self._matrix.selection.loaders
        return sorted((chain for chain in chains if chain), key=lambda chain: loaders.index(chain[0].runtime))

    def _left(self, case: Case) -> Chain:
        tasks = self._tasks[case.id]
        return [task for task in tasks if task.remedy in case.left and self._matrix.artifacts.has(task.artifact)]

    def _take(self, task: Task, attempt: Attempt) -> None:
        """Pass the attempt of a task to each of its cases."""
        for case in self._cases_of[task.key]:
            if task.remedy in case.left:
                cell = judge_again(self._run, self._array, task.variant, case.id, attempt)
                case.tried(task.remedy, cell, task.key)

    def _finished(self, task: Task, attempt: Attempt, more: bool) -> bool:
        """Take a result, and return whether the next remedy is wanted."""
        self._take(task, attempt)
        if attempt.outcome is Outcome.UNAVAILABLE:
            return False
        return any(case.wants(more) for case in self._cases_of[task.key])


def _tasks(matrix: Matrix, run: RunAttempts, cases: Sequence[Case]) -> Mapping[CellId, list[Task]]:
    """The load of each case, repeated with each proposed remedy in order."""
    loads = {task.cell_id: task for task in load_tasks(matrix.selection, matrix.conditions, run.saved)}
    savers = {runtime.id: runtime for runtime in matrix.selection.savers}

    def task(case: Case, remedy: str) -> Task:
        versions = run.saved[case.id.variant, case.id.save].versions
        return with_remedy(loads[case.id], remedy, remedies.code_of(remedy), savers[case.id.save], versions)

    return {case.id: [task(case, remedy) for remedy in case.left] for case in cases}
