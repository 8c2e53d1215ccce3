"""Who runs when: chains of tasks, runtime by runtime; what could be machine trouble is run once more, alone."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from harness.execute.pool import TaskResult
from harness.plan.tasks import Task


class Pool(Protocol):
    """What carries out tasks: a `WorkerPool`, or another in a test."""

    def expect(self, tasks: Iterable[Task]) -> None:
        """Announce tasks, in the order in which they will come."""

    def forgo(self, tasks: Iterable[Task]) -> None:
        """Say that these announced tasks will not come after all."""

    def attempt(self, task: Task) -> TaskResult:
        """Carry out a task."""

    def attempt_alone(self, task: Task) -> TaskResult:
        """Carry out a task in a fresh interpreter."""


# Tasks of one runtime, each needed only as long as those before it did not suffice.
Chain = Sequence[Task]
# Receives a final result, and says whether the next task of the chain is needed.
Finished = Callable[[Task, TaskResult], bool]
_log = logging.getLogger(__name__)
_AHEAD = 2  # tasks submitted per job, so that no job waits for this thread


def run(
    chains: Sequence[Chain], pool: Pool, executor: concurrent.futures.Executor, jobs: int, finished: Finished
) -> None:
    """Carry out all chains; `finished` is called in this thread. The next of a chain comes before other chains.

    A task that crashed, timed out or gave no answer is repeated in a fresh interpreter after all others, with nothing
    else running. Only that second result counts; it records what the first one was.
    """
    pool.expect(task for chain in chains for task in chain)
    queue = collections.deque(chains)
    running: dict[concurrent.futures.Future[TaskResult], Chain] = {}
    suspects: collections.deque[tuple[Chain, TaskResult]] = collections.deque()

    def settle(chain: Chain, result: TaskResult) -> None:
        rest = chain[1:]
        if finished(chain[0], result) and rest:
            queue.appendleft(rest)
        else:
            pool.forgo(rest)

    try:
        while queue or running or suspects:
            while queue and len(running) < _AHEAD * jobs:
                chain = queue.popleft()
                running[executor.submit(pool.attempt, chain[0])] = chain
            if not running:
                chain, (first, _) = suspects.popleft()
                _log.warning("%s %s: %s; once more, alone", chain[0].stage, chain[0].about, first.outcome)
                again, arrays = pool.attempt_alone(chain[0])
                settle(chain, (dataclasses.replace(again, before=str(first.outcome)), arrays))
                continue
            for future in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                chain, result = running.pop(future), future.result()
                if result[0].outcome.suspect:
                    suspects.append((chain, result))
                else:
                    settle(chain, result)
    finally:
        for future in running:
            future.cancel()
