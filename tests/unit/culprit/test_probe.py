"""What counts as the same failure, and how a probe is saved, loaded and judged."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import pytest

from harness.culprit import script
from harness.culprit.probe import Bench, error, observed, reason, same_failure
from harness.execute.pool import TaskResult
from harness.model import Attempt, Outcome, Stage
from harness.plan.tasks import Task
from harness.results.diagnosis.messages import core
from tests.unit import entries, made
from tests.unit.culprit.models import OLD, chain

CONFIGURED = (
    "Error when deserializing class 'LSTM' using config={'name': 'lstm'}.\n\n"
    "Exception encountered: Unrecognized keyword arguments passed to LSTM: {'time_major': False}"
)


def refused(message: str = "no such thing: dense_2", type: str = "ValueError", **more: Any) -> Any:
    return entries.cell(verdict="refused", failure=entries.failure(type, message), **more)


def differing(verdict: str, *differences: tuple[str, str, str], **more: Any) -> Any:
    found = [
        {"observation": observation, "kind": kind, "where": where, "detail": "", "counts": True, "absolute": 1.0}
        for observation, kind, where in differences
    ]
    return entries.cell(verdict=verdict, stage="compare", differences=found, **more)


CHANGED = differing("changed", ("predictions", "value", "layer 4 lstm_3"), ("weights", "value", "3/0"))
LOST = differing("incomplete", ("optimizer", "lost", "slot 0"), ("metrics", "lost", "1"))


@pytest.mark.parametrize(
    ("cell", "probe"),
    [
        (refused(), refused("no such thing: dense")),
        (refused(CONFIGURED), refused(CONFIGURED.replace("'lstm'", "'other'"))),
        (refused("shape (3, 4) of dense_12/kernel"), refused("shape (1, 1) of dense/kernel")),
        (CHANGED, differing("changed", ("predictions", "value", "layer 0 lstm"))),
        (LOST, differing("incomplete", ("metrics", "lost", "0"), ("optimizer", "lost", "slot 7"))),
        (entries.cell(verdict="crashed", signal="SIGSEGV"), entries.cell(verdict="crashed", signal="SIGSEGV")),
    ],
)
def test_the_same_failure(cell: Any, probe: Any) -> None:
    assert same_failure(cell, probe)


@pytest.mark.parametrize(
    ("cell", "probe"),
    [
        (refused(), entries.cell()),
        (refused(), refused("another thing")),
        (refused(), refused(type="TypeError")),
        (refused(), refused(stage="observe")),
        (refused(), entries.cell(verdict="unsaved", stage="save")),
        (CHANGED, differing("changed", ("predictions", "value", "layer 0 dense"))),
        (CHANGED, differing("incomplete", ("weights", "value", "3/0"))),
        (LOST, differing("incomplete", ("optimizer", "lost", "slot 0"))),
        (LOST, differing("incomplete", ("optimizer", "value", "slot 0"), ("metrics", "lost", "1"))),
        (entries.cell(verdict="crashed", signal="SIGSEGV"), entries.cell(verdict="crashed", signal="SIGABRT")),
    ],
)
def test_another_failure(cell: Any, probe: Any) -> None:
    assert not same_failure(cell, probe)


def test_what_an_error_is_about() -> None:
    assert "Unrecognized keyword arguments passed to LSTM: {'time_major': False}" == core(CONFIGURED)
    assert error("dense_1 of layer_norm_22") == error("dense of layer_norm")


def test_only_what_is_lost_is_looked_at() -> None:
    assert () == observed(refused())
    assert () == observed(CHANGED)
    assert ("optimizer", "metrics") == observed(LOST)


class Pool:
    """Gives the results of a list, one after another, and notes what it is asked."""

    def __init__(self, *results: TaskResult) -> None:
        self.results = list(results)
        self.announced: list[str] = []
        self.sources: list[str] = []

    def expect(self, tasks: Any) -> None:
        self.announced.append(tasks[0].stage)

    def forgo(self, tasks: Any) -> None:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError

    def attempt(self, task: Task) -> TaskResult:
        self.sources.append(pathlib.Path(task.scenario).read_text())
        attempt, arrays = self.results.pop(0)
        if task.stage is Stage.SAVE and attempt.outcome is Outcome.DONE:
            attempt = dataclasses.replace(attempt, artifact="artifact")
        return attempt, arrays

    def attempt_alone(self, task: Task) -> TaskResult:
        return self.attempt(task)


RAISED: TaskResult = (made.attempt(Outcome.RAISED, failure=made.failure(), step="load", reason="no"), {})
CRASHED: TaskResult = (Attempt(outcome=Outcome.CRASHED, signal="SIGSEGV"), {})


def bench(tmp_path: pathlib.Path, pool: Pool) -> Bench:
    return Bench(pool, tmp_path, made.runtime("old"), made.runtime("new"))


def test_a_probe_is_judged_like_any_cell(tmp_path: pathlib.Path) -> None:
    """Loaded and the same; loaded and something else; refused; and one that could not even be built."""
    unbuilt: TaskResult = (made.attempt(Outcome.RAISED, failure=made.failure(step="build"), step="build"), {})
    pool = Pool(made.observed(), made.observed(), made.observed(), made.observed(2.0), made.observed(), RAISED, unbuilt)
    text = script.scenario(chain("Dense"), "h5", OLD, ())
    place = bench(tmp_path, pool)
    found = [place.cell(text) for _ in range(4)]
    assert ["identical", "changed", "refused", "unsaved"] == [cell["verdict"] for cell in found]
    assert [text] * 7 == pool.sources
    assert ["save", "load"] == pool.announced
    assert "it loads and predicts the same" == reason(found[0])
    assert reason(found[2]).startswith("refused: ")


def test_what_crashed_is_seen_twice(tmp_path: pathlib.Path) -> None:
    pool = Pool(made.observed(), CRASHED, made.observed())
    assert "identical" == bench(tmp_path, pool).cell(script.scenario(chain("Dense"), "h5", OLD, ()))["verdict"]
