"""A whole run with a made-up pool of workers: nothing known is repeated, and nothing finished is lost."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
from typing import Any

import jsonschema
import pytest

from harness.execute.pool import Limits, TaskResult
from harness.model import CellId, Outcome, Stage
from harness.plan.tasks import Task
from harness.report import export
from harness.results import reference
from harness.results.document import build_document, judge_cells
from harness.results.shape import Document
from harness.run.matrix import Matrix, Options
from tests.unit import made
from tests.unit.run.world import CATALOGUE, NEW, OLD, Watcher, World

EVERY = sorted(
    [
        *(f"save dense/{format}: {saver}" for format in ("h5", "keras") for saver in ("old", "new")),
        *(
            f"load dense/{format}: {saver} -> {loader}"
            for format in ("h5", "keras")
            for saver in ("old", "new")
            for loader in ("old", "new")
        ),
    ]
)


def test_everything_is_saved_and_loaded_once(world: World) -> None:
    """Everywhere and in every format; the watcher is notified of each."""
    run = world.run()
    assert EVERY == world.asked
    assert {"environments": (0, 2), "rehearsals": (2, 0), "saves": (4, 0), "loads": (8, 0)} == world.watcher.begun
    assert 14 == len(world.watcher.heard)
    assert {"saves_run": 4, "saves_known": 0, "loads_run": 8, "loads_known": 0} == run.about["work"]


def test_the_document_of_a_run_matches_its_schema(world: World) -> None:
    """Including everything that only a real run knows about itself."""
    world.tell = lambda task: (
        (made.attempt(Outcome.CRASHED, signal="SIGSEGV"), {}) if task.saver == "old" else made.observed()
    )
    run = world.run(options=Options(isolation="process", jobs=3, command="nox -s matrix -- -k 'x'"))
    assert world.last
    document = json.loads(export.document(build_document(run, judge_cells(run, world.last.store.array))))
    jsonschema.validate(document, json.loads(export.schema()))
    assert {"identical": 4, "crashed": 4} == {
        verdict: [cell["verdict"] for cell in document["cells"]].count(verdict) for verdict in ("identical", "crashed")
    }
    assert ("process", 3, "nox -s matrix -- -k 'x'") == tuple(
        document["run"][name] for name in ("isolation", "jobs", "command")
    )


def test_a_second_run_with_nothing_changed_does_nothing(world: World) -> None:
    """It finds the same, and does not even look at an environment."""
    first = world.run()
    second = world.run()
    assert [] == world.asked
    assert {"environments": (0, 0), "rehearsals": (0, 0), "saves": (0, 4), "loads": (0, 8)} == world.watcher.begun
    assert (first.saved, first.loaded) == (second.saved, second.loaded)


def test_only_what_changed_is_run_again(world: World) -> None:
    """A changed scenario source changes its cells; one more format is one more variant."""
    world.run(formats=("h5",))
    world.run()
    assert [line for line in EVERY if "keras" in line] == world.asked
    world.run(digest="two", formats=("h5",))
    assert [line for line in EVERY if line.startswith("save") and "h5" in line] == world.asked[4:]


def test_fresh_runs_everything_again(world: World) -> None:
    """The new results replace the stored ones."""
    world.run()
    world.tell = lambda task: made.observed(notes=("again",))
    world.run(options=Options(isolation="fork", fresh=True))
    assert EVERY == world.asked
    assert {("again",)} == {attempt.notes for attempt in world.run().loaded.values()}


def test_a_save_with_lost_files_is_run_again_if_a_load_needs_them(world: World) -> None:
    """Not if all its loads are known; known loads stay known if it produces the same files again."""
    world.run(loaders=(OLD,))
    assert world.last
    shutil.rmtree(world.last.artifacts.folder)
    world.run(loaders=(OLD,))
    assert [] == world.asked
    world.run()
    assert [line for line in EVERY if line.startswith("save") or line.endswith("> new")] == world.asked


def test_pruned_environments_come_and_go_one_by_one(world: World) -> None:
    """Each is made for its saves and again for its loads, and none is left; the results are the usual ones."""
    usual = world.run()
    world.records.clear()
    pruned = world.run(options=Options(isolation="fork", fresh=True, prune=True))
    assert ["env-old", "env-new"] * 2 == world.cleared == world.provisioned
    assert EVERY == world.asked
    assert (usual.saved, usual.loaded) == (pruned.saved, pruned.loaded)
    world.run(options=Options(isolation="fork", prune=True))
    assert 4 == len(world.cleared)


def test_a_reference_is_known(world: World, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """If you start with only the committed results, only what they lack is run, and the results are the same."""
    world.tell = lambda task: (
        (made.attempt(Outcome.RAISED, reason="no", failure=made.failure(), step="load"), {})
        if task.saver == "new"
        else made.observed(1.0 if task.stage is Stage.SAVE else 2.0)
    )
    first = document_of(world, formats=("h5",))
    reference.write(first, tmp_path / "reference")
    shutil.rmtree(world.last.artifacts.folder if world.last else "")
    (home / "store.sqlite").unlink()
    options = Options(isolation="fork", reference=tmp_path / "reference")
    second = document_of(world, formats=("h5",), options=options)
    assert [] == world.asked
    assert first["cells"] == second["cells"]
    assert first["saves"] == second["saves"]
    assert {"changed", "refused"} == {cell["verdict"] for cell in second["cells"]}
    world.run(options=options)
    assert [line for line in EVERY if "keras" in line] == world.asked


def test_a_reference_compared_by_other_rules_is_used_for_failures_only(
    world: World, home: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """A successful load might get another verdict today, so it is run again, from a model that is saved again."""
    world.tell = lambda task: (
        (made.attempt(Outcome.RAISED, failure=made.failure()), {}) if task.saver == "new" else made.observed()
    )
    reference.write(document_of(world, formats=("h5",)), tmp_path)
    run = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**run, "compare": "other rules"}))
    shutil.rmtree(world.last.artifacts.folder if world.last else "")
    (home / "store.sqlite").unlink()
    world.run(formats=("h5",), options=Options(isolation="fork", reference=tmp_path))
    assert [line for line in EVERY if line.split("h5: ")[-1].startswith("old") and "/h5" in line] == world.asked


def test_a_committed_reference_reveals_nothing_about_the_machine(world: World) -> None:
    """Neither where the user's files are nor where the Pythons are; everything else stays."""
    world.records = {
        name: dataclasses.replace(record, interpreter="/opt/python3", log="uv said so")
        for name, record in world.records.items()
    }
    world.tell = lambda task: (
        made.attempt(Outcome.RAISED, failure=made.failure(traceback=f"{pathlib.Path.home()}/lib/x.py")),
        {},
    )
    document = document_of(world)
    text = json.dumps(reference.portable(document))
    assert "~/lib/x.py" in text
    for revealing in (str(pathlib.Path.home() / "lib"), "/opt/python3", "uv said so"):
        assert revealing in json.dumps(document)
        assert revealing not in text


def document_of(world: World, **how: Any) -> Document:
    """The document of a run."""
    run = world.run(**how)
    assert world.last
    document: Document = json.loads(export.document(build_document(run, judge_cells(run, world.last.store.array))))
    return document


def test_a_stopped_run_continues_where_it_was(world: World) -> None:
    """Nothing finished is lost or repeated."""
    remaining = iter(range(7))

    def stopping(task: Task) -> TaskResult:
        if next(remaining, None) is None:
            raise KeyboardInterrupt
        return made.observed()

    world.tell = stopping
    with pytest.raises(KeyboardInterrupt):
        world.run(options=Options(isolation="fork", jobs=1))
    assert world.pools[-1].closed
    kept = {
        f"{'load' if phase == 'loads' else 'save'} {about}"
        for phase, about, _ in world.watcher.heard
        if phase in ("saves", "loads")
    }
    assert 4 <= len(kept) <= 7
    world.tell = lambda task: made.observed()
    world.run()
    assert set(EVERY) - kept == set(world.asked)


def test_a_run_that_is_stopped_does_not_wait_for_what_is_in_flight(world: World) -> None:
    """A user who interrupts does not want to wait for the time limit of a task."""
    in_time: list[bool] = []
    closed, begun = threading.Event(), threading.Event()

    def tell(task: Task) -> TaskResult:
        if task.runtime is NEW:
            begun.set()
            in_time.append(closed.wait(1))
        else:
            begun.wait(1)
        return made.observed()

    class Stopping(Watcher):
        def done(self, phase: str, about: str, outcome: str) -> None:
            if phase == "saves":
                raise KeyboardInterrupt

    class Closing(made.FakePool):
        def close(self) -> None:
            closed.set()

    world.tell, world.pool_type = tell, Closing
    with pytest.raises(KeyboardInterrupt):
        world.matrix(formats=("h5",)).run(Stopping())
    assert [True] == in_time


def test_an_unavailable_environment_does_not_stop_anything_else(world: World) -> None:
    """Its cells are unavailable, with the reason; the next run tries again."""
    world.records["env-new"] = made.record("env-new", status="unavailable", reason="no Python 3.11", hint="get one")
    run = world.run(formats=("h5",))
    assert ["env-new"] == world.provisioned
    assert ["load dense/h5: old -> old", "save dense/h5: old"] == world.asked
    assert (Outcome.UNAVAILABLE, "no Python 3.11") == (
        run.saved["dense/h5", "new"].outcome,
        run.saved["dense/h5", "new"].reason,
    )
    assert "no Python 3.11" == run.loaded[CellId("dense/h5", "old", "new")].reason
    world.records["env-new"] = made.record("env-new")
    world.run(formats=("h5",))
    assert [
        "load dense/h5: new -> new",
        "load dense/h5: new -> old",
        "load dense/h5: old -> new",
        "save dense/h5: new",
    ] == world.asked


def test_what_is_unavailable_is_not_known(world: World) -> None:
    """Neither for the watcher nor in the document."""
    world.records["env-new"] = made.record("env-new", status="unavailable", reason="no Python 3.11")
    run = world.run(formats=("h5",))
    assert (2, 0) == world.watcher.begun["saves"]
    assert ("saves", "dense/h5: new", "unavailable") in world.watcher.heard
    assert 0 == run.about["work"]["saves_known"]


def test_a_runtime_that_turns_out_unavailable_is_tried_again(world: World) -> None:
    """It is a fact about this machine today."""
    world.tell = lambda task: (
        (made.attempt(Outcome.UNAVAILABLE, reason="Keras cannot be imported"), {})
        if task.runtime.id == "new"
        else made.observed()
    )
    world.run(formats=("h5",))
    world.tell = lambda task: made.observed()
    world.run(formats=("h5",))
    assert {"new"} == {task.runtime.id for task in world.tasks if task.stage is Stage.SAVE}


def test_what_timed_out_under_a_shorter_limit_is_run_again(world: World) -> None:
    """It failed only because of the limit."""
    world.tell = lambda task: (
        (made.attempt(Outcome.TIMED_OUT, wall=1.0), {}) if task.stage is Stage.LOAD else made.observed()
    )
    world.run(formats=("h5",), options=Options(isolation="fork", limits=Limits(seconds=1.0)))
    world.tell = lambda task: made.observed()
    run = world.run(formats=("h5",), options=Options(isolation="fork", limits=Limits(seconds=90.0)))
    assert {Outcome.DONE} == {attempt.outcome for attempt in run.loaded.values()}


def test_what_died_is_run_once_more_and_the_first_outcome_is_remembered(world: World) -> None:
    """In the store, too."""
    world.tell = lambda task: (made.attempt(Outcome.CRASHED), {}) if not world.pools[-1].alone else made.observed()
    world.run(formats=("h5",), savers=(OLD,), loaders=(OLD,))
    assert {("crashed", Outcome.DONE)} == {
        (attempt.before, attempt.outcome)
        for attempt in world.run(formats=("h5",), savers=(OLD,), loaders=(OLD,)).saved.values()
    }


def test_only_environments_with_work_to_do_are_provisioned(world: World) -> None:
    """A selection provisions only what it needs."""
    world.records.clear()
    world.run(savers=(OLD,), loaders=(OLD,))
    assert ["env-old"] == world.provisioned
    world.run(savers=(OLD,), loaders=(NEW,))
    assert ["env-old", "env-new"] == world.provisioned


def test_the_outlook_is_what_a_run_would_do(world: World) -> None:
    """Before, in the middle and after; looking ahead changes nothing."""
    before = world.matrix().outlook()
    assert (["env-old", "env-new"], 4, 0, 8, 0) == (
        [environment.id for environment in before.environments],
        len(before.saves),
        before.saves_known,
        before.loads,
        before.loads_known,
    )
    world.run(formats=("h5",))
    middle = world.matrix().outlook()
    assert (2, 2, 4, 4) == (len(middle.saves), middle.saves_known, middle.loads, middle.loads_known)
    world.run()
    after = world.matrix().outlook()
    assert ((), (), 4, 0, 8) == (after.environments, after.saves, after.saves_known, after.loads, after.loads_known)


def test_the_outlook_of_exact_cells_uses_only_their_environments(world: World) -> None:
    """One save that is missing needs its own loaders, and not those of other cells."""
    world.run(formats=("h5",), savers=(OLD,), loaders=(OLD,))
    cells = [CellId("dense/h5", "old", "old"), CellId("dense/h5", "new", "new")]
    selection = world.matrix(formats=("h5",)).selection.only(cells)
    outlook = Matrix(CATALOGUE, selection, (), Options(isolation="fork"), world.machinery).outlook()
    assert ["env-new"] == [environment.id for environment in outlook.environments]
    assert (["new"], 1, 1, 1) == (
        [task.runtime.id for task in outlook.saves],
        outlook.saves_known,
        outlook.loads,
        outlook.loads_known,
    )


def test_exact_cells_are_all_that_is_run(world: World) -> None:
    """Each save and load that they need, and nothing else."""
    selection = world.matrix(formats=("h5",)).selection.only([CellId("dense/h5", "new", "old")])
    run = Matrix(CATALOGUE, selection, (), Options(isolation="fork"), world.machinery).run(Watcher())
    assert ["load dense/h5: new -> old", "save dense/h5: new"] == world.asked
    assert [CellId("dense/h5", "new", "old")] == list(run.loaded)


def test_working_folders_do_not_outlive_a_run(world: World, home: pathlib.Path) -> None:
    """Neither its own nor those of a killed run; those of a live run stay."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"{gone.pid}-dead", f"{os.getpid()}-alive", "notes"):
        (home / "work" / name).mkdir(parents=True)
    world.run(formats=("h5",))
    assert {f"{os.getpid()}-alive", "notes"} == {path.name for path in (home / "work").iterdir()}


def test_a_faulty_scenario_is_reported_with_the_run(world: World) -> None:
    """Even though none of it was run."""
    fault = made_fault()
    matrix = Matrix(CATALOGUE, world.matrix().selection, (fault,), Options(isolation="fork"), world.machinery)
    assert (fault,) == matrix.run(Watcher()).faults


def made_fault() -> Any:
    """A fault of a script that could not be read."""
    from harness.model import Fault

    return Fault(path="/s.py", line=1, message="not Python", scenario="s")
