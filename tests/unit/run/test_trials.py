"""Remedies in a whole run with a made-up pool of workers: which are tried, until when, and what is already known."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil
from typing import Any

import pytest

from harness.catalogue.causes import Causes
from harness.catalogue.causes_reader import load_causes
from harness.execute.pool import TaskResult
from harness.model import CellId, Outcome, Stage
from harness.plan.tasks import Task
from harness.results import reference
from harness.results.shape import CellEntry, cell_entries
from harness.run.matrix import Options
from tests.unit import made
from tests.unit.run.world import World

CATALOGUE = '''
[[remedy]]
id = "compile-false"
title = "Load without compiling"
side = "load"
costs = "the optimizer's state is lost"
code = """model = load(compile=False)"""

[[remedy]]
id = "rebuild"
title = "Build it again"
side = "load"
costs = "the code is needed"
code = """model = build_model()"""

[[remedy]]
id = "build-first"
title = "Build the model first"
side = "load"
costs = ""
code = """model.build(shape)"""

[[remedy]]
id = "another-format"
title = "Save in another format"
side = "save"
costs = ""
code = """model.save(path)"""

[[cause]]
id = "no-such-thing"
title = "There is no such thing"
kind = "schema"
blames = "model"
explanation = """Nothing of the kind is there."""
references = ["https://example.com/1"]
remedies = ["compile-false", "rebuild"]

[[cause.signature]]
type = "ValueError"
message = "no such thing"

[[cause]]
id = "second-thing"
title = "There is a second thing"
kind = "schema"
blames = "model"
explanation = """It shows only once the first is mended."""
references = ["https://example.com/1"]
remedies = []

[[cause.signature]]
type = "KeyError"

[[cause]]
id = "lost"
title = "Something is lost"
kind = "metrics"
blames = "runtime"
explanation = """What is not there is lost."""
references = ["https://example.com/2"]
remedies = ["build-first"]

[[cause.signature]]
verdict = ["incomplete"]
differs = ["resume"]
'''


@pytest.fixture
def catalogue(tmp_path: pathlib.Path) -> Causes:
    """A cause with two remedies that can be run."""
    path = tmp_path / "causes.toml"
    path.write_text(CATALOGUE)
    return load_causes(path)


def losing(task: Task) -> TaskResult:
    """A worker that loses the metrics of what `old` saved, unless the model is built first."""
    result, arrays = made.observed(1.0)
    lost = task.stage is Stage.LOAD and (task.saver, task.runtime.id, task.remedy) == ("old", "new", "")
    metrics = [["loss", "text", "lost" if lost else "kept"]]
    return dataclasses.replace(result, observations={**result.observations, "resume": metrics}), arrays


def telling(other: Any = None, **verdicts: Any) -> Any:
    """A worker that refuses what `old` saved except with these remedies: 1.0 predicts as before, 2.0 does not.

    `other` changes how it refuses.
    """

    def tell(task: Task) -> TaskResult:
        if task.stage is Stage.LOAD and task.saver == "old" and task.runtime.id == "new":
            outcome = verdicts.get(task.remedy.replace("-", "_"))
            if outcome is None:
                refused = {"failure": made.failure(), "reason": "no", "step": "load", **(other or {})}
                return made.attempt(Outcome.RAISED, **refused), {}
            if outcome == "unsupported":
                return made.attempt(Outcome.UNSUPPORTED, reason="not for this file"), {}
            return made.observed(outcome)
        return made.observed(1.0)

    return tell


def tried(
    world: World,
    catalogue: Causes,
    every: bool = False,
    formats: tuple[str, ...] = ("h5",),
    digest: str = "one",
    **options: Any,
) -> tuple[CellEntry, list[str]]:
    """The failing cell after a run with remedies, and the remedies that workers were to try."""
    how = Options(isolation="fork", remedies="all" if every else "needed", **options)
    document = world.carry_out(catalogue, formats=formats, options=how, digest=digest)
    requested = [task.remedy for task in world.tasks if task.remedy]
    assert document["run"]["work"]["remedies_run"] == len(requested)
    world.document = document
    return cell_entries(document)[CellId("dense/h5", "old", "new")], requested


def run_on(cell: CellEntry) -> list[tuple[str, str, bool]]:
    """The remedies that were run on a cell: the verdict with each, and whether that is verified."""
    return [(trial["remedy"], trial["verdict"], trial["verified"]) for trial in cell["remedies"] if trial["key"]]


def test_the_first_remedy_that_makes_it_identical_settles_it(world: World, catalogue: Causes) -> None:
    """No other remedy is tried, and no other cell; the cell itself stays refused."""
    world.tell = telling(compile_false=1.0, rebuild=1.0)
    cell, requested = tried(world, catalogue)
    assert ["compile-false"] == requested
    assert ("refused", "no-such-thing") == (cell["verdict"], cell["cause"])
    assert [("compile-false", "identical", True)] == run_on(cell)


def test_remedies_are_tried_until_one_helps(world: World, catalogue: Causes) -> None:
    """A remedy with different predictions does not help, and is listed after the one that does."""
    world.tell = telling(compile_false=2.0, rebuild=1.0)
    cell, requested = tried(world, catalogue)
    assert ["compile-false", "rebuild"] == requested
    assert [("rebuild", "identical", True), ("compile-false", "changed", False)] == run_on(cell)


def test_what_may_always_help_is_tried_in_the_end(world: World, catalogue: Causes) -> None:
    """Whatever the cause is, and also if none is known; that the cell fails as before is not told again."""
    world.tell = telling()
    cell, requested = tried(world, catalogue)
    assert ["compile-false", "rebuild", "weights-by-hand"] == requested
    assert [None, None, None] == [trial["failure"] for trial in cell["remedies"] if trial["key"]]
    world.tell = telling(weights_by_hand=2.0, other={"failure": made.failure(message="the sky fell")})
    cell, requested = tried(world, catalogue, digest="two")
    assert ("unknown", ["rebuild", "weights-by-hand"]) == (cell["cause"], requested)
    assert {("rebuild", "refused", False), ("weights-by-hand", "changed", False)} == set(run_on(cell))


def test_where_another_format_helps_an_incomplete_cell_remedies_are_tried_only_on_request(
    world: World, catalogue: Causes
) -> None:
    """The cell of the other format is the proof; known trials are still shown."""
    world.tell = lambda task: losing(task) if task.variant.format == "h5" else made.observed(1.0)
    cell, requested = tried(world, catalogue, formats=("h5", "keras"))
    assert ("incomplete", []) == (cell["verdict"], requested)
    assert "another-format" in [trial["remedy"] for trial in cell["remedies"] if trial["verified"]]
    cell, requested = tried(world, catalogue, every=True, formats=("h5", "keras"))
    assert ["build-first"] == requested
    assert [("build-first", "identical", True)] == run_on(cell)
    again, requested = tried(world, catalogue, formats=("h5", "keras"))
    assert ([], cell["remedies"]) == (requested, again["remedies"])


def test_where_another_format_helps_a_refused_cell_remedies_are_tried_all_the_same(
    world: World, catalogue: Causes
) -> None:
    """The file that is refused may be all that someone has."""
    world.tell = lambda task: telling(rebuild=1.0)(task) if task.variant.format == "h5" else made.observed(1.0)
    cell, requested = tried(world, catalogue, formats=("h5", "keras"))
    assert ["compile-false", "rebuild"] == requested
    assert {"another-format", "another-version", "rebuild"} == {
        trial["remedy"] for trial in cell["remedies"] if trial["verified"]
    }


def test_what_a_remedy_meets_behind_the_first_fault_is_named(world: World, catalogue: Causes) -> None:
    """A second cause, from a failure that the trial keeps because it is another than the cell's own."""

    def tell(task: Task) -> TaskResult:
        missing = {"failure": made.failure(type="KeyError", message="a second thing")}
        result: TaskResult = telling(other=missing if task.remedy == "compile-false" else None)(task)
        return result

    world.tell = tell
    cell, _ = tried(world, catalogue)
    assert ("no-such-thing", ["second-thing"]) == (cell["cause"], cell["then"])
    kept = {trial["remedy"]: trial["failure"] for trial in cell["remedies"] if trial["key"]}
    assert kept["compile-false"]
    assert ("a second thing", None) == (kept["compile-false"]["message"], kept["rebuild"])


def test_a_remedy_for_other_files_is_not_shown(world: World, catalogue: Causes) -> None:
    """It was not a trial."""
    world.tell = telling(compile_false="unsupported")
    cell, _ = tried(world, catalogue)
    assert [("rebuild", "refused", False), ("weights-by-hand", "refused", False)] == run_on(cell)


def test_what_is_known_is_not_tried_again(world: World, catalogue: Causes) -> None:
    """A second run asks no worker, and shows the same."""
    world.tell = telling(rebuild=1.0)
    first, requested = tried(world, catalogue)
    second, again = tried(world, catalogue)
    assert (["compile-false", "rebuild"], []) == (requested, again)
    assert first["remedies"] == second["remedies"]


def test_a_reference_knows_trials_too(
    world: World, catalogue: Causes, home: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """If you have only the committed results, no remedy is tried again."""
    world.tell = telling(compile_false=2.0, rebuild=1.0)
    first, _ = tried(world, catalogue)
    assert world.document
    reference.write(world.document, tmp_path / "reference")
    shutil.rmtree(home / "artifacts")
    (home / "store.sqlite").unlink()
    second, requested = tried(world, catalogue, reference=tmp_path / "reference")
    assert [] == requested
    assert [(trial["remedy"], trial["verdict"], trial["verified"]) for trial in first["remedies"]] == [
        (trial["remedy"], trial["verdict"], trial["verified"]) for trial in second["remedies"]
    ]


def test_a_run_that_is_stopped_keeps_its_trials(world: World, catalogue: Causes) -> None:
    """The next run continues from there."""

    def stopping(task: Task) -> TaskResult:
        if task.remedy == "rebuild":
            raise KeyboardInterrupt
        result: TaskResult = telling()(task)
        return result

    world.tell = stopping
    with pytest.raises(KeyboardInterrupt):
        tried(world, catalogue)
    world.tell = telling(rebuild=1.0)
    _, requested = tried(world, catalogue)
    assert ["rebuild"] == requested
