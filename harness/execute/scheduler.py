"""Who runs when: tasks go to an executor runtime by runtime; what could be machine trouble is run once more, alone."""

from __future__ import annotations

import concurrent.futures
import dataclasses
from collections.abc import Callable, Sequence

from harness.execute.pool import Pool, Result
from harness.plan import Task

Finished = Callable[[Task, Result], None]


def run(tasks: Sequence[Task], pool: Pool, executor: concurrent.futures.Executor, finished: Finished) -> None:
    """Carry out all tasks; `finished` hears of each result that stands, in the calling thread.

    A task that crashed, timed out or gave no answer is repeated in a fresh interpreter after all others, when nothing
    else runs, and only that second result counts; it remembers what the first one was.
    """
    pool.expect(tasks)
    suspects: list[tuple[Task, Result]] = []
    waiting = {executor.submit(pool.attempt, task): task for task in tasks}
    try:
        for future in concurrent.futures.as_completed(waiting):
            task, result = waiting[future], future.result()
            if result[0].outcome.suspect:
                suspects.append((task, result))
            else:
                finished(task, result)
        for task, (first, _) in suspects:
            again, arrays = pool.attempt_alone(task)
            finished(task, (dataclasses.replace(again, before=str(first.outcome)), arrays))
    finally:
        for future in waiting:
            future.cancel()
