"""Reports of a whole run with made-up workers: for which cells, under which names, and what is told."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import sys
from typing import Any

import pytest

from harness.culprit.emit import MOST, emit, file_name, groups
from harness.execute.pool import TaskResult
from harness.model import Outcome, Stage
from harness.plan.tasks import Task
from harness.results.document import build_document, judge_cells
from tests.unit import entries, made
from tests.unit.culprit import artifact
from tests.unit.run.world import NEW, OLD, World


def cell(**values: Any) -> Any:
    return entries.cell(
        **{"verdict": "refused", "cause": "unknown", "failure": entries.failure("TypeError", "no"), **values}
    )


def located(**values: Any) -> Any:
    return {"kind": "refused", "part": "argument", "class": "LSTM", "argument": "time_major", "said": "", **values}


def test_one_cell_of_each_group() -> None:
    """Located ones by what was found, unknown ones by how they fail; the largest group first."""
    cells = [
        cell(variant="a/h5", cause="other"),
        cell(variant="b/h5", verdict="unsaved"),
        cell(variant="c/h5", verdict="identical", cause="", failure=None),
        cell(variant="d/h5", failure=entries.failure("TypeError", "no such thing: dense_3")),
        cell(variant="e/h5", failure=entries.failure("TypeError", "no such thing: dense_12")),
        cell(variant="f/h5", failure=entries.failure("TypeError", "another thing")),
        cell(variant="g/h5", cause="other", located=located()),
        cell(variant="h/h5", located=located()),
        cell(variant="i/h5", located=located()),
        cell(variant="j/h5", located=located(argument="groups")),
        cell(variant="k/h5", verdict="changed", failure=None, differences=[{"observation": "weights", "counts": True}]),
    ]
    assert ["g", "d", "f", "j", "k"] == [each["variant"][0] for each in groups({"cells": cells})]  # type: ignore[typeddict-item]


def test_names_of_files() -> None:
    assert "mine-h5-a-b---old-to-new" == file_name(cell(variant="mine/h5/a b/ä", save="old", load="new"))


class Refusing(made.FakePool):
    """Saves a real file with a `Bad` layer in it, and refuses every file whose scenario has such a layer."""

    numbers = itertools.count()

    def _kept(self, task: Task) -> TaskResult:
        source = pathlib.Path(task.scenario).read_text() if pathlib.Path(task.scenario).exists() else "Bad("
        if task.stage is Stage.LOAD:
            failure = made.failure(type="TypeError", message="Bad is bad")
            refused: TaskResult = (made.attempt(Outcome.RAISED, failure=failure, step="load", reason="no"), {})
            return refused if "Bad(" in source else made.observed()
        folder = artifact.write(self.work / f"{next(self.numbers)}", artifact.model("Dense", "Bad"))
        attempt, arrays = made.observed()
        return dataclasses.replace(attempt, artifact=self.artifacts.take(folder)), arrays


@pytest.fixture
def refusing(home: pathlib.Path) -> World:
    world = World()
    world.pool_type = Refusing
    world.records = {each.environment: made.record(each.environment, sys.executable) for each in (OLD, NEW)}
    return world


def document_of(world: World) -> Any:
    """The document of a run whose only cell is of no known cause."""
    attempts = world.run(formats=("h5",), savers=(OLD,), loaders=(NEW,))
    assert world.last
    document = build_document(attempts, judge_cells(attempts, world.last.store.array))
    document["cells"][0]["cause"] = "unknown"
    return document


def emitted(world: World, folder: pathlib.Path, document: Any) -> list[str]:
    said: list[str] = []
    assert world.last
    emit(world.last, world.machinery, document, folder, 60, world.watcher, said.append)
    return said


def test_script_and_report_are_written(refusing: World, tmp_path: pathlib.Path) -> None:
    """This Python has no Keras, so that the script cannot be checked, which is told."""
    document = document_of(refusing)
    document["cells"][0]["located"] = located()
    said = emitted(refusing, tmp_path / "out", document)
    name = "dense-h5-old-to-new"
    assert {f"{name}.py", f"{name}.md"} == {path.name for path in (tmp_path / "out").iterdir()}
    text = (tmp_path / "out" / f"{name}.py").read_text()
    assert "Bad(" in text
    assert "Dense" not in text
    assert "Not confirmed: `save` ended with exit code 1" in (tmp_path / "out" / f"{name}.md").read_text()
    assert (text, False) == tuple(document["cells"][0]["located"][key] for key in ("script", "checked"))
    assert all(line.startswith(f"{name}: ") for line in said)
    assert all(pool.closed for pool in refusing.pools)


def test_no_script_and_why(refusing: World, tmp_path: pathlib.Path) -> None:
    document = document_of(refusing)
    document["saves"][0]["artifact"]["digest"] = "gone"
    assert ["dense-h5-old-to-new: no script: its files are not on this machine, or hold no configuration"] == emitted(
        refusing, tmp_path / "out", document
    )
    assert not (tmp_path / "out").exists()


def test_an_environment_that_is_not_there(refusing: World, tmp_path: pathlib.Path) -> None:
    document = document_of(refusing)
    refusing.records[NEW.environment] = made.record(NEW.environment, status="unavailable", reason="no Python")
    (said,) = emitted(refusing, tmp_path / "out", document)
    assert said.endswith("no script: the environment env-new is not available")


def test_weights_are_read_with_the_configuration_of_another_format(refusing: World, tmp_path: pathlib.Path) -> None:
    document = document_of(refusing)
    (of_h5,) = document["cells"]
    document["cells"] = [{**of_h5, "variant": "dense/weights-h5"}]
    emitted(refusing, tmp_path / "out", document)
    text = (tmp_path / "out" / "dense-weights-h5-old-to-new.py").read_text()
    assert 'model.load_weights("model_weights.h5")' in text


def test_no_more_than_ten(refusing: World, tmp_path: pathlib.Path) -> None:
    document = document_of(refusing)
    (first,) = document["cells"]
    document["saves"] = []
    document["cells"] = [{**first, "located": located(argument=str(number))} for number in range(MOST + 2)]
    said = emitted(refusing, tmp_path / "out", document)
    assert f"reports: {MOST} of {MOST + 2} groups of failing cells; the others need a narrower run" == said[0]
    assert MOST + 1 == len(said)
