"""Controls in a whole run: what failing cells are held against is run where the selection does not have it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import Catalogue
from harness.execute.pool import TaskResult
from harness.model import Outcome, Runtime, Stage
from harness.plan.tasks import Task
from harness.report import export
from harness.results import reference, sources
from harness.results.document import build_document, judge_cells
from harness.results.shape import Document
from harness.run.controls import run_controls
from harness.run.matrix import Options
from tests.unit import made
from tests.unit.run.world import NEW, OLD, Watcher, World

VERSIONS = made.catalogue("first", "second", "third", "fourth")
Fails = Callable[[str, str], bool]


@pytest.fixture
def wide(home: pathlib.Path) -> World:
    """A world of four versions of one Keras."""
    return World(VERSIONS)


def refusing(fails: Fails) -> Callable[[Task], TaskResult]:
    """A worker that refuses to load where `fails` says so of the saving and the loading runtime."""

    def tell(task: Task) -> TaskResult:
        if task.stage is Stage.LOAD and fails(task.saver, task.runtime.id):
            return made.attempt(Outcome.RAISED, failure=made.failure(), reason="no", step="load"), {}
        return made.observed(1.0)

    return tell


def controlled(world: World, saver: Runtime, loader: Runtime, **how: Any) -> Document:
    """The document of one cell, with its controls run."""
    world.pools.clear()
    matrix = world.matrix(**{"formats": ("h5",), "savers": (saver,), "loaders": (loader,), **how})
    attempts = matrix.run(Watcher())
    document = build_document(attempts, judge_cells(attempts, matrix.store.array))
    run_controls(matrix, document, Watcher())
    return document


def beside(document: Document) -> list[tuple[str, str, str]]:
    """The cells beside those of the matrix: saved where, loaded where, and the verdict."""
    controls = document.get("controls")
    return [(cell["save"], cell["load"], cell["verdict"]) for cell in controls["cells"]] if controls else []


def runtime(id: str, catalogue: Catalogue = VERSIONS) -> Runtime:
    """A runtime of the catalogue."""
    return next(each for each in catalogue.runtimes if each.id == id)


def test_a_good_cell_needs_no_controls(world: World) -> None:
    """Nor one that was not saved; the document does not mention any."""
    assert "controls" not in controlled(world, OLD, NEW)
    assert ["load dense/h5: old -> new", "save dense/h5: old"] == world.asked
    world.tell = lambda task: (made.attempt(Outcome.RAISED, failure=made.failure(), step="save"), {})
    assert "controls" not in controlled(world, OLD, NEW, digest="two")


def test_what_the_selection_lacks_is_run(world: World) -> None:
    """The same variant within the saving and within the loading runtime, with the save that is needed for that."""
    world.tell = refusing(lambda save, load: (save, load) == ("old", "new"))
    document = controlled(world, OLD, NEW)
    assert [("old", "old", "identical"), ("new", "new", "identical")] == beside(document)
    assert [
        "load dense/h5: new -> new",
        "load dense/h5: old -> new",
        "load dense/h5: old -> old",
        "save dense/h5: new",
        "save dense/h5: old",
    ] == world.asked
    controls = document["controls"]
    assert ["old", "new"] == [each["id"] for each in controls["runtimes"]]
    assert ["env-old", "env-new"] == [each["id"] for each in controls["environments"]]
    assert [("old", "new")] == [(cell["save"], cell["load"]) for cell in document["cells"]]


def test_only_the_variants_that_fail(world: World) -> None:
    """And of these only the controls that are not in the matrix."""

    def tell(task: Task) -> TaskResult:
        fails = task.variant.format == "keras"
        return refusing(lambda save, load: fails and (save, load) == ("old", "new"))(task)

    world.tell = tell
    document = controlled(world, OLD, NEW, formats=("h5", "keras"), loaders=(OLD, NEW))
    assert [("dense/keras", "new", "new")] == [
        (cell["variant"], cell["save"], cell["load"]) for cell in document["controls"]["cells"]
    ]


@pytest.mark.parametrize("everywhere", [False, True])
def test_nothing_is_run_when_all_is_there(world: World, everywhere: bool) -> None:
    """Wherever it fails, a matrix of both runtimes has every control and every neighbour."""
    world.tell = refusing(lambda save, load: everywhere or save != load)
    document = controlled(world, OLD, NEW, savers=(OLD, NEW), loaders=(OLD, NEW))
    assert "controls" not in document
    assert 6 == len(world.asked)


def test_what_is_known_is_not_run_again(world: World) -> None:
    """Not even by a fresh run, which is about the cells that were chosen."""
    world.tell = refusing(lambda save, load: save != load)
    first = controlled(world, OLD, NEW)
    second = controlled(world, OLD, NEW)
    assert [] == world.asked
    third = controlled(world, OLD, NEW, options=Options(isolation="fork", fresh=True))
    assert ["load dense/h5: old -> new", "save dense/h5: old"] == world.asked
    assert first["controls"]["cells"] == second["controls"]["cells"] == third["controls"]["cells"]


def test_a_control_that_cannot_be_run_is_there_all_the_same(world: World) -> None:
    """Its cell says why, so that it counts as none and not as missing."""

    def tell(task: Task) -> TaskResult:
        if task.stage is Stage.SAVE and task.runtime.id == "new":
            return made.attempt(Outcome.UNSUPPORTED, reason="no such format"), {}
        return refusing(lambda save, load: save != load)(task)

    world.tell = tell
    assert [("old", "old", "identical"), ("new", "new", "unsupported")] == beside(controlled(world, OLD, NEW))


def test_neighbours_are_asked_where_a_runtime_fails_with_its_own_file_too(wide: World) -> None:
    """The next older and the next newer one, with the very file that this one does not read."""
    wide.tell = refusing(lambda save, load: load == "third" or save == load)
    document = controlled(wide, runtime("first"), runtime("third"))
    assert [
        ("first", "first", "refused"),
        ("first", "second", "identical"),
        ("first", "fourth", "identical"),
        ("third", "third", "refused"),
    ] == sorted(beside(document), key=lambda cell: (cell[0], VERSIONS.runtimes.index(runtime(cell[1]))))
    assert not [line for line in wide.asked if line.startswith("save") and line.endswith(("second", "fourth"))]


def test_no_neighbour_is_asked_of_a_file_that_is_good_somewhere(wide: World) -> None:
    """In the runtime that saved it, most often."""
    wide.tell = refusing(lambda save, load: load == "third")
    document = controlled(wide, runtime("first"), runtime("third"))
    assert {("first", "first", "identical"), ("third", "third", "refused")} == set(beside(document))


def test_no_neighbour_is_asked_where_the_move_is_to_blame(wide: World) -> None:
    """The loader reads its own file, or fails with it in another way."""
    wide.tell = refusing(lambda save, load: save == "first")
    document = controlled(wide, runtime("first"), runtime("third"))
    assert {("first", "first", "refused"), ("third", "third", "identical")} == set(beside(document))

    def tell(task: Task) -> TaskResult:
        result, arrays = refusing(lambda save, load: True)(task)
        if task.saver == "third" and task.stage is Stage.LOAD:
            result = dataclasses.replace(result, failure=made.failure(message="something else"))
        return result, arrays

    wide.tell = tell
    assert 2 == len(beside(controlled(wide, runtime("first"), runtime("third"), digest="two")))


def test_an_incomplete_cell_has_no_neighbours(wide: World) -> None:
    """It can be used, and something is lost in most versions."""

    def tell(task: Task) -> TaskResult:
        text = "lost" if task.stage is Stage.LOAD else "kept"
        result, arrays = made.observed(1.0)
        return dataclasses.replace(
            result, observations={**result.observations, "resume": [["loss", "text", text]]}
        ), arrays

    wide.tell = tell
    document = controlled(wide, runtime("first"), runtime("third"))
    assert {("first", "first", "incomplete"), ("third", "third", "incomplete")} == set(beside(document))


def test_a_cell_within_one_runtime_is_its_own_control(wide: World) -> None:
    """Its neighbours are asked; the first has only a newer one, the last only an older one."""
    wide.tell = refusing(lambda save, load: save == load)
    for id, neighbours in {"first": ["second"], "fourth": ["third"], "second": ["first", "third"]}.items():
        document = controlled(wide, runtime(id), runtime(id))
        assert [(id, neighbour, "identical") for neighbour in neighbours] == beside(document)


@pytest.mark.parametrize(
    "other",
    [{"keras": "tf_keras"}, {"v1": True}, {"backend": "jax"}],
    ids=["another Keras", "another behaviour", "another backend"],
)
def test_a_neighbour_is_of_the_same_kind(home: pathlib.Path, other: dict[str, Any]) -> None:
    """The next of that kind is asked instead; one of another kind has none."""
    runtimes = [made.runtime("first"), made.runtime("other", **other), made.runtime("last")]
    environments = [made.environment(f"env-{each.id}", each, year=2019 + n // 2) for n, each in enumerate(runtimes)]
    asked = neighbours_in(Catalogue(tuple(environments)))
    assert {"first": ["last"], "other": [], "last": ["first"]} == asked


def test_what_is_years_apart_is_another_keras_under_the_same_name(home: pathlib.Path) -> None:
    """So that Keras 2 and Keras 3 are no neighbours."""
    years = {"first": 2018, "second": 2019, "third": 2023}
    environments = [made.environment(f"env-{id}", made.runtime(id), year=year) for id, year in years.items()]
    assert {"first": ["second"], "second": ["first"], "third": []} == neighbours_in(Catalogue(tuple(environments)))


def test_nightly_builds_are_no_neighbours(home: pathlib.Path) -> None:
    """Nobody asked for an environment that is made anew in each run; it has neighbours itself."""
    first, second, nightly = made.catalogue("first", "second", "nightly").environments
    rolling = dataclasses.replace(nightly, rolling=True)
    asked = neighbours_in(Catalogue((first, second, rolling)))
    assert {"first": ["second"], "second": ["first"], "nightly": ["second"]} == asked


def test_neighbours_are_asked_only_if_wanted(wide: World) -> None:
    """The controls are run either way."""
    wide.tell = refusing(lambda save, load: load == "third" or save == load)
    document = controlled(wide, runtime("first"), runtime("third"), options=Options(isolation="fork", neighbours=False))
    assert {("first", "first", "refused"), ("third", "third", "refused")} == set(beside(document))


def neighbours_in(catalogue: Catalogue) -> dict[str, list[str]]:
    """The neighbours that are asked of each runtime, where each fails with its own files and reads all others."""
    world = World(catalogue)
    world.tell = refusing(lambda save, load: save == load)
    return {each.id: [load for _, load, _ in beside(controlled(world, each, each))] for each in catalogue.runtimes}


def test_a_whole_run_holds_its_cells_against_them(world: World) -> None:
    """Before it looks for causes: the cells say what their controls say, and the document matches its schema."""
    world.tell = refusing(lambda save, load: save != load)
    document = world.carry_out(load_causes(), formats=("h5",), savers=(OLD,), loaders=(NEW,))
    (cell,) = document["cells"]
    assert ["both-good", "loader-good", "not-alike", "saver-good"] == cell["controls"]
    assert ["old"] == cell["good_in"]
    assert "another-version" in [trial["remedy"] for trial in cell["remedies"] if trial["verified"]]
    jsonschema.validate(json.loads(export.document(document)), json.loads(export.schema()))


def test_a_reference_keeps_them(world: World, tmp_path: pathlib.Path) -> None:
    """Diagnosed again, its cells are held against the same controls; it says nothing of the machine."""
    world.records = {id: dataclasses.replace(record, log="of uv") for id, record in world.records.items()}
    world.tell = refusing(lambda save, load: save != load)
    causes = load_causes()
    document = world.carry_out(causes, formats=("h5",), savers=(OLD,), loaders=(NEW,))
    reference.write(reference.portable(document), tmp_path)
    read = reference.read(tmp_path)
    assert beside(document) == beside(read)
    (before,), (after,) = document["cells"], sources.rediagnose(read, causes)["cells"]
    assert (before["controls"], before["good_in"]) == (after["controls"], after["good_in"])
    assert (before["cause"], before["then"]) == (after["cause"], after["then"])
    assert {("", "")} == {(each["interpreter"], each["log"]) for each in read["controls"]["environments"]}


def test_a_reference_knows_them(world: World, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """If you have only the committed results, no control is run again."""
    world.tell = refusing(lambda save, load: save != load)
    causes = load_causes()
    selected: Any = {"formats": ("h5",), "savers": (OLD,), "loaders": (NEW,)}
    first = world.carry_out(causes, **selected)
    reference.write(first, tmp_path / "reference")
    assert world.last
    world.last.store.close()
    home.rename(home.with_name("another-home"))
    options = Options(isolation="fork", reference=tmp_path / "reference")
    second = world.carry_out(causes, options=options, **selected)
    assert [] == world.asked
    assert beside(first) == beside(second)
