"""Who runs when: each task once, what could be machine trouble once more and alone, and a clean end half-way."""

from __future__ import annotations

import concurrent.futures
import pathlib
import threading
from collections.abc import Callable, Collection, Iterable, Sequence

import pytest

from harness.execute import scheduler
from harness.execute.pool import Limits, TaskResult
from harness.execute.scheduler import Chain
from harness.model import Attempt, Outcome
from harness.plan.tasks import Task
from harness.store.artifacts import Artifacts
from tests.unit import made


def pool_of(tell: Callable[[Task], TaskResult], kind: type[made.FakePool] = made.FakePool) -> made.FakePool:
    """A pool in which each task becomes what is told."""
    nowhere = pathlib.Path("/nowhere")
    return kind({}, Artifacts(nowhere), nowhere, "fork", Limits(), tell)


def run_chains(
    chains: Sequence[Chain], pool: made.FakePool, jobs: int = 2, enough: Collection[str] = ()
) -> dict[str, Attempt]:
    """The results that stand; each may be told once only, and in this thread. Those in `enough` end their chain."""
    results: dict[str, Attempt] = {}

    def finished(task: Task, result: TaskResult) -> bool:
        assert task.key not in results
        assert threading.current_thread() is threading.main_thread()
        results[task.key] = result[0]
        return task.key not in enough

    with concurrent.futures.ThreadPoolExecutor(jobs) as executor:
        scheduler.run(chains, pool, executor, jobs, finished)
    return results


def run(tasks: Iterable[Task], pool: made.FakePool, jobs: int = 2) -> dict[str, Attempt]:
    """The results of tasks that have nothing to do with each other."""
    return run_chains([[task] for task in tasks], pool, jobs)


TASKS = [made.task(number=number) for number in range(5)]


def test_every_task_is_carried_out_once() -> None:
    """And its result told."""
    pool = pool_of(lambda task: (made.attempt(Outcome.RAISED, reason=task.key), {}))
    assert {task.key: task.key for task in TASKS} == {key: attempt.reason for key, attempt in run(TASKS, pool).items()}
    assert sorted(task.key for task in TASKS) == sorted(task.key for task in pool.asked)
    assert [] == pool.alone


def test_tasks_are_begun_in_order() -> None:
    """Runtime by runtime, as they were planned."""
    pool = pool_of(lambda task: (made.attempt(Outcome.RAISED), {}))
    run(TASKS, pool, jobs=1)
    assert TASKS == pool.asked


def test_nothing_to_do_is_done_at_once() -> None:
    """A second run."""
    assert {} == run([], pool_of(lambda task: (made.attempt(), {})))


def test_the_next_of_a_chain_comes_before_other_chains() -> None:
    """So that what it needs is still there."""
    pool = pool_of(lambda task: (made.attempt(Outcome.RAISED), {}))
    tasks = [made.task(number=number) for number in range(9)]
    run_chains([tasks[:3], *([task] for task in tasks[3:])], pool, jobs=1)
    assert sorted(task.key for task in tasks) == sorted(task.key for task in pool.asked)
    assert max(pool.asked.index(task) for task in tasks[:3]) < pool.asked.index(tasks[6])
    assert [] == pool.forgone


def test_a_chain_ends_when_no_more_is_wanted() -> None:
    """What is left of it is given up, so that nothing is kept ready for it."""
    pool = pool_of(lambda task: (made.attempt(Outcome.RAISED), {}))
    results = run_chains([TASKS[:3], TASKS[3:]], pool, enough=[TASKS[0].key])
    assert {task.key for task in (TASKS[0], *TASKS[3:])} == set(results)
    assert TASKS[1:3] == pool.forgone


def test_a_chain_goes_on_after_a_suspect() -> None:
    """Once its second result is there."""
    seen: list[str] = []

    def tell(task: Task) -> TaskResult:
        seen.append(task.key)
        return made.attempt(Outcome.CRASHED if seen.count(task.key) == 1 and task is TASKS[0] else Outcome.RAISED), {}

    pool = pool_of(tell)
    results = run_chains([TASKS[:3], TASKS[3:]], pool)
    assert {task.key for task in TASKS} == set(results)
    assert ([TASKS[0]], "crashed") == (pool.alone, results[TASKS[0].key].before)
    assert [task.key for task in (TASKS[0], *TASKS[1:3])] == seen[-3:]


@pytest.mark.parametrize("first", [Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.NO_ANSWER])
@pytest.mark.parametrize("second", [Outcome.RAISED, Outcome.CRASHED, Outcome.UNAVAILABLE])
def test_a_suspect_is_run_once_more_and_only_that_counts(
    first: Outcome, second: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    """Alone, after all others; it records what the first one was, and so does the log."""
    seen: list[str] = []

    def tell(task: Task) -> TaskResult:
        again = task.key in seen
        seen.append(task.key)
        return made.attempt(second if again else first if task is TASKS[0] else Outcome.RAISED), {}

    pool = pool_of(tell)
    results = run(TASKS, pool)
    assert [TASKS[0]] == pool.alone
    assert TASKS[0].key == seen[-1]
    assert (second, str(first)) == (results[TASKS[0].key].outcome, results[TASKS[0].key].before)
    assert {""} == {results[task.key].before for task in TASKS[1:]}
    assert [f"save {TASKS[0].about}: {first}; once more, alone"] == caplog.messages


def test_suspects_run_when_nothing_else_does() -> None:
    """One after another, whatever the number of jobs."""
    running: list[int] = []
    most: list[int] = []

    class Alone(made.FakePool):
        def attempt_alone(self, task: Task) -> TaskResult:
            running.append(1)
            most.append(len(running))
            try:
                return super().attempt_alone(task)
            finally:
                running.pop()

    pool = pool_of(lambda task: (made.attempt(Outcome.CRASHED), {}), Alone)
    assert {"crashed"} == {attempt.before for attempt in run(TASKS, pool, jobs=4).values()}
    assert {1} == set(most)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_is_stopped_begins_nothing_more(error: type[BaseException]) -> None:
    """What was in flight is let go, and the reason passed on."""
    begun = threading.Event()
    go_on = threading.Event()

    def tell(task: Task) -> TaskResult:
        if task is not TASKS[0]:
            begun.set()
            go_on.wait(10)
        return made.attempt(Outcome.RAISED), {}

    def finished(task: Task, result: TaskResult) -> bool:
        begun.wait(10)
        threading.Timer(0.05, go_on.set).start()
        raise error

    pool = pool_of(tell)
    with concurrent.futures.ThreadPoolExecutor(1) as executor, pytest.raises(error):
        scheduler.run([[task] for task in TASKS], pool, executor, 1, finished)
    assert TASKS[:2] == pool.asked
