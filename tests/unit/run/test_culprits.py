"""Experiments in a whole run with a made-up pool: which cells are asked, what a worker is given, what is known."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy
import pytest

from harness.catalogue.causes import Causes
from harness.execute.pool import Limits, TaskResult
from harness.model import CellId, Outcome, Stage
from harness.plan.tasks import Task
from harness.results.shape import CellEntry, Document, cell_entries
from harness.run.matrix import Options
from tests.unit import made
from tests.unit.run.world import World

NOTHING = Causes(causes=(), remedies=())
FINDING = {"part": "argument", "how": "without", "layer": "a", "class": "Dense", "argument": "units", "value": "3"}
REFUSED = CellId("dense/h5", "old", "new")


def telling(finding: Any = FINDING, outcome: Outcome = Outcome.DONE) -> Any:
    """A worker that refuses in `new` what `old` saved, and finds this when it is asked why."""

    def tell(task: Task) -> TaskResult:
        if task.budget:
            return made.attempt(outcome, wall=2.0, findings=(finding,) if outcome is Outcome.DONE else ()), {}
        if task.stage is Stage.LOAD and task.saver == "old" and task.runtime.id == "new":
            return made.attempt(Outcome.RAISED, failure=made.failure(), reason="no", step="load"), {}
        return made.observed(1.0)

    return tell


def run(world: World, culprit: Any = "unknown", **options: Any) -> tuple[Document, CellEntry, list[Task]]:
    """The document, its refused cell, and the experiments that workers were to do."""
    how = Options(isolation="fork", culprit=culprit, **options)
    document = world.carry_out(NOTHING, formats=("h5",), options=how)
    return document, cell_entries(document)[REFUSED], [task for task in world.tasks if task.budget]


def test_a_cell_without_a_cause_is_asked_once(world: World) -> None:
    """The finding is kept under a key of its own, so the next run knows it; another budget asks again."""
    world.tell = telling()
    document, cell, asked = run(world)
    assert [", the culprit"] == [task.about[-13:] for task in asked]
    assert ("argument", "Dense", "units") == tuple(cell["located"][name] for name in ("part", "class", "argument"))
    assert (1, 0) == (document["run"]["work"]["culprits_run"], document["run"]["work"]["culprits_known"])
    document, again, asked = run(world)
    assert ([], cell["located"]) == (asked, again["located"])
    assert (0, 1) == (document["run"]["work"]["culprits_run"], document["run"]["work"]["culprits_known"])
    assert 1 == len(run(world, budget=60.0)[2])


def test_nothing_is_asked_unless_wanted(world: World) -> None:
    world.tell = telling()
    document, cell, asked = run(world, "none")
    assert ([], False, False) == (asked, "located" in cell, "culprits_run" in document["run"]["work"])


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.CRASHED])
def test_experiments_that_end_badly_say_so(world: World, outcome: Outcome) -> None:
    """The run goes on, and the cell is in no part."""
    world.tell = telling(outcome=outcome)
    _, cell, _ = run(world)
    assert ("model", 2.0) == (cell["located"]["part"], cell["located"]["seconds"])


def test_the_budget_comes_on_top_of_the_limit(world: World) -> None:
    world.tell = telling()
    (task,) = run(world, budget=12.0)[2]
    assert 17.0 == Limits(seconds=5.0).of(task)


def test_a_worker_is_told_how_it_failed_and_what_was_saved(world: World, tmp_path: pathlib.Path) -> None:
    """Texts in a JSON file, arrays beside it."""
    world.tell = telling()
    (task,) = run(world)[2]
    assert task.lay_out
    assert {"runtime", "versions"} == set(task.saved_by)
    task.lay_out(tmp_path)
    told = json.loads((tmp_path / "saved.json").read_text())
    failure = made.failure()
    assert ("refused", "load", failure.type, failure.message) == tuple(
        told[name] for name in ("verdict", "step", "type", "message")
    )
    with numpy.load(tmp_path / "saved.npz") as stored:
        observed = {
            name: {item: stored[value["array"]].tolist() for item, value in items}
            for name, items in told["observations"]
        }
    assert 1.0 == numpy.max(observed["predictions"]["0"])
