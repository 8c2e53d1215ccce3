"""Remedies in a whole run with a made-up pool of workers: which are tried, when it is enough, what is known before."""

from __future__ import annotations

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
id = "another-format"
title = "Save in another format"
side = "save"
costs = ""
code = """model.save(path)"""

[[cause]]
id = "no-such-thing"
title = "There is no such thing"
kind = "schema"
explanation = """Nothing of the kind is there."""
references = ["https://example.com/1"]
remedies = ["compile-false", "rebuild"]

[[cause.signature]]
type = "ValueError"
message = "no such thing"
'''


@pytest.fixture
def catalogue(tmp_path: pathlib.Path) -> Causes:
    """A cause of two remedies that can be run."""
    path = tmp_path / "causes.toml"
    path.write_text(CATALOGUE)
    return load_causes(path)


def telling(**verdicts: Any) -> Any:
    """A worker that refuses to load what `old` saved, but for these remedies: 1.0 predicts as it was, 2.0 does not."""

    def tell(task: Task) -> TaskResult:
        if task.stage is Stage.LOAD and task.saver == "old" and task.runtime.id == "new":
            said = verdicts.get(task.remedy.replace("-", "_"))
            if said is None:
                return made.attempt(Outcome.RAISED, failure=made.failure(), reason="no", step="load"), {}
            if said == "unsupported":
                return made.attempt(Outcome.UNSUPPORTED, reason="not for this file"), {}
            return made.observed(said)
        return made.observed(1.0)

    return tell


def tried(
    world: World, catalogue: Causes, every: bool = False, formats: tuple[str, ...] = ("h5",), **options: Any
) -> tuple[CellEntry, list[str]]:
    """The refused cell after a run with remedies, and the remedies that workers were asked for."""
    how = Options(isolation="fork", remedies="all" if every else "needed", **options)
    document = world.carry_out(catalogue, formats=formats, options=how)
    asked = [task.remedy for task in world.tasks if task.remedy]
    assert document["run"]["work"]["remedies_run"] == len(asked)
    world.document = document
    return cell_entries(document)[CellId("dense/h5", "old", "new")], asked


def test_the_first_remedy_that_makes_it_identical_settles_it(world: World, catalogue: Causes) -> None:
    """No other is tried, and of no other cell; the cell itself stays refused."""
    world.tell = telling(compile_false=1.0, rebuild=1.0)
    cell, asked = tried(world, catalogue)
    assert ["compile-false"] == asked
    assert ("refused", "no-such-thing") == (cell["verdict"], cell["cause"])
    assert [("compile-false", "identical", True)] == [
        (one["remedy"], one["verdict"], one["verified"]) for one in cell["remedies"]
    ]


def test_remedies_are_tried_until_one_does_it_good(world: World, catalogue: Causes) -> None:
    """What predicts otherwise is no remedy, and is shown after the one that is."""
    world.tell = telling(compile_false=2.0, rebuild=1.0)
    cell, asked = tried(world, catalogue)
    assert ["compile-false", "rebuild"] == asked
    assert [("rebuild", "identical"), ("compile-false", "changed")] == [
        (one["remedy"], one["verdict"]) for one in cell["remedies"]
    ]


@pytest.mark.parametrize(("every", "wanted"), [(False, []), (True, ["compile-false", "rebuild"])])
def test_where_another_format_helps_remedies_are_tried_when_asked(
    world: World, catalogue: Causes, every: bool, wanted: list[str]
) -> None:
    """The cell of the other format is the proof; known trials are shown all the same."""

    def tell(task: Task) -> TaskResult:
        return telling(rebuild=1.0)(task) if task.variant.format == "h5" else made.observed(1.0)

    world.tell = tell
    cell, asked = tried(world, catalogue, every, ("h5", "keras"))
    assert wanted == asked
    assert "another-format" in [one["remedy"] for one in cell["remedies"] if one["verified"]]
    again, asked = tried(world, catalogue, formats=("h5", "keras"))
    assert ([], cell["remedies"]) == (asked, again["remedies"])


def test_a_remedy_for_other_files_is_not_shown(world: World, catalogue: Causes) -> None:
    """It was no trial."""
    world.tell = telling(compile_false="unsupported")
    cell, _ = tried(world, catalogue)
    assert [("rebuild", "refused", False)] == [
        (one["remedy"], one["verdict"], one["verified"]) for one in cell["remedies"]
    ]


def test_what_is_known_is_not_tried_again(world: World, catalogue: Causes) -> None:
    """A second run asks nobody, and shows the same."""
    world.tell = telling(rebuild=1.0)
    first, asked = tried(world, catalogue)
    second, again = tried(world, catalogue)
    assert (["compile-false", "rebuild"], []) == (asked, again)
    assert first["remedies"] == second["remedies"]


def test_a_reference_knows_trials_too(
    world: World, catalogue: Causes, home: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Whoever has nothing but the committed results tries none again."""
    world.tell = telling(compile_false=2.0, rebuild=1.0)
    first, _ = tried(world, catalogue)
    assert world.document
    reference.write(world.document, tmp_path / "reference")
    shutil.rmtree(home / "artifacts")
    (home / "store.sqlite").unlink()
    second, asked = tried(world, catalogue, reference=tmp_path / "reference")
    assert [] == asked
    assert [(one["remedy"], one["verdict"], one["verified"]) for one in first["remedies"]] == [
        (one["remedy"], one["verdict"], one["verified"]) for one in second["remedies"]
    ]


def test_a_run_that_is_stopped_keeps_its_trials(world: World, catalogue: Causes) -> None:
    """The next goes on from there."""

    def stopping(task: Task) -> TaskResult:
        if task.remedy == "rebuild":
            raise KeyboardInterrupt
        found: TaskResult = telling()(task)
        return found

    world.tell = stopping
    with pytest.raises(KeyboardInterrupt):
        tried(world, catalogue)
    world.tell = telling(rebuild=1.0)
    _, asked = tried(world, catalogue)
    assert ["rebuild"] == asked
