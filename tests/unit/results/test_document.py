"""From attempts to cells and the results document, which matches its published schema whatever happened."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from harness.execute.pool import TaskResult
from harness.model import Attempt, CellId, Outcome, Stage, Variant, Verdict
from harness.plan.tasks import Selection
from harness.report import export
from harness.results.document import RunAttempts, build_document, judge_cells, machine_facts, scenario_faults
from harness.store.artifacts import Artifacts
from harness.store.attempts import Store
from tests.unit import made

CATALOGUE = made.catalogue("old", "new")
OLD, NEW = CATALOGUE.runtimes
DENSE = made.variant()
ABOUT: Any = {
    "started": "2026-11-24T03:00:00+00:00",
    "seconds": 1.5,
    "command": "nox -s matrix",
    "isolation": "fork",
    "jobs": 2,
    "work": {"saves_run": 1, "saves_known": 0, "loads_run": 1, "loads_known": 0},
    "time": {"provision": 0.0, "save": 0.5, "load": 1.0},
}


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Iterator[Store]:
    """An empty store."""
    with contextlib.closing(Store(tmp_path / "store.sqlite")) as opened:
        yield opened


@pytest.fixture
def artifacts(tmp_path: pathlib.Path) -> Artifacts:
    """An empty store of artifacts."""
    return Artifacts(tmp_path / "artifacts")


def put(store: Store, result: TaskResult) -> Attempt:
    """Store the arrays of a result, and return its attempt."""
    attempt, arrays = result
    store.put("key", "save", "about", attempt, arrays)
    return attempt


def run(
    saved: Mapping[tuple[str, str], Attempt],
    loaded: Mapping[tuple[str, str, str], Attempt],
    *,
    variants: tuple[Variant, ...] = (DENSE,),
    **more: Any,
) -> RunAttempts:
    """A run of both runtimes in both directions."""
    scenarios = {variant.scenario: made.scenario(variant.scenario) for variant in variants}
    selection = Selection(scenarios=scenarios, variants=variants, savers=(OLD, NEW), loaders=(OLD, NEW))
    ids = [environment.id for environment in CATALOGUE.environments]
    records = {id: made.record(id, packages={"keras": "2.2"}) for id in ids}
    return RunAttempts(
        **{
            "selection": selection,
            "environments": CATALOGUE.environments,
            "saved": saved,
            "loaded": {CellId(*names): attempt for names, attempt in loaded.items()},
            "faults": (),
            "about": ABOUT,
            "records": records,
            **more,
        }
    )


def valid(document: Any) -> Any:
    """The document as readers get it; it must match the schema."""
    exported: Any = json.loads(export.document(document))
    jsonschema.validate(exported, json.loads(export.schema()))
    return exported


def test_every_pair_of_every_variant_is_a_cell(store: Store) -> None:
    """Even where nothing was ever tried: the cell exists, and its verdict is that it was unavailable."""
    keras = made.variant(format="keras")
    cells = judge_cells(run({}, {}, variants=(DENSE, keras)), store.array)
    assert {
        (variant.id, save, load) for variant in (DENSE, keras) for save in ("old", "new") for load in ("old", "new")
    } == {(cell.variant.id, cell.save, cell.load) for cell in cells}
    assert {(Verdict.UNAVAILABLE, Stage.PROVISION)} == {(cell.verdict, cell.stage) for cell in cells}


def test_a_cell_compares_what_the_two_sides_observed(store: Store) -> None:
    """Each load is compared with the save that it loaded."""
    saved = {(DENSE.id, "old"): put(store, made.observed([1.0])), (DENSE.id, "new"): put(store, made.observed([2.0]))}
    predictions = {("old", "old"): [1.0], ("old", "new"): [3.0], ("new", "old"): [2.0], ("new", "new"): [1.0]}
    loaded = {(DENSE.id, *pair): put(store, made.observed(value)) for pair, value in predictions.items()}
    assert {
        ("old", "old"): Verdict.IDENTICAL,
        ("old", "new"): Verdict.CHANGED,
        ("new", "old"): Verdict.IDENTICAL,
        ("new", "new"): Verdict.CHANGED,
    } == {(cell.save, cell.load): cell.verdict for cell in judge_cells(run(saved, loaded), store.array)}


def test_of_a_load_that_failed_only_what_it_observed_is_compared(store: Store) -> None:
    """What it did not come to is not lost; what it did observe helps to find the cause."""
    saved = put(store, made.observed([1.0], observations={"settings": [["output", "text", "[tensor]"]]}))
    saved = dataclasses.replace(
        saved, observations={**saved.observations, "weights": [["0/0", "text", "never seen on the other side"]]}
    )
    loaded = made.attempt(
        Outcome.RAISED,
        step="observe weights",
        failure=made.failure(message="seen"),
        observations={"settings": [["output", "text", "tensor"]]},
    )
    cells = judge_cells(run({(DENSE.id, "old"): saved}, {(DENSE.id, "old", "new"): loaded}), store.array)
    [cell] = [cell for cell in cells if (cell.save, cell.load) == ("old", "new")]
    assert (Verdict.REFUSED, Stage.OBSERVE) == (cell.verdict, cell.stage)
    assert ["settings output: [tensor] became tensor"] == [difference.detail for difference in cell.differences]


@pytest.mark.parametrize(
    ("saved", "loaded", "message"),
    [
        (made.attempt(Outcome.RAISED, failure=made.failure(message="in saving")), None, "in saving"),
        (made.attempt(), made.attempt(Outcome.RAISED, failure=made.failure(message="in loading")), "in loading"),
        (made.attempt(), made.attempt(Outcome.RAISED, step="observe x", failure=made.failure(message="seen")), "seen"),
    ],
)
def test_a_cell_shows_the_exception_of_the_side_at_fault(
    store: Store, saved: Attempt, loaded: Attempt | None, message: str
) -> None:
    """It is the evidence for the verdict."""
    kept = {} if loaded is None else {(DENSE.id, "old", "new"): loaded}
    cells = judge_cells(run({(DENSE.id, "old"): saved}, kept), store.array)
    [cell] = [cell for cell in cells if (cell.save, cell.load) == ("old", "new")]
    assert cell.failure
    assert message == cell.failure.message


def everything(store: Store, artifacts: Artifacts, work: pathlib.Path) -> RunAttempts:
    """A run in which everything that can happen has happened."""
    variants = tuple(made.variant(format=str(outcome)) for outcome in Outcome)
    saved, loaded = {}, {}
    for outcome, variant in zip(Outcome, variants, strict=True):
        failure = made.failure(step="build", path="/scenarios/dense.py", line=3) if outcome is Outcome.RAISED else None
        complete = dataclasses.replace(
            put(store, made.observed([1.0])), artifact=made.taken(artifacts, work, str(outcome))
        )
        ended = made.attempt(
            outcome,
            failure=failure,
            reason="why\nin two lines",
            signal="SIGSEGV",
            log="\x1b[31m</script>",
            before="crashed",
            notes=("noted",),
            memory=1,
            wall=0.1,
        )
        saved[variant.id, "old"], saved[variant.id, "new"] = complete, ended
        if outcome is Outcome.DONE:
            ended = put(store, made.observed([float("nan")]))
            saved[variant.id, "new"] = complete
        loaded[variant.id, "old", "new"] = ended
    records = {
        "env-old": made.record("env-old", log="..."),
        "env-new": made.record("env-new", status="unavailable", reason="no Python", hint="get one"),
    }
    return run(saved, loaded, variants=variants, records=records)


def test_the_document_matches_the_published_schema_whatever_happened(
    tmp_path: pathlib.Path, store: Store, artifacts: Artifacts
) -> None:
    """Every outcome on either side; environments that are ready, missing or unused; NaN values."""
    attempts = everything(store, artifacts, tmp_path)
    document = valid(build_document(attempts, judge_cells(attempts, store.array)))
    assert {str(verdict) for verdict in Verdict} - {"identical", "incomplete"} == {
        cell["verdict"] for cell in document["cells"]
    }
    assert {str(outcome) for outcome in Outcome} == {save["outcome"] for save in document["saves"]}
    assert ["ready", "unavailable"] == [environment["status"] for environment in document["environments"]]


def test_the_document_of_an_empty_run_matches_the_schema(store: Store, artifacts: Artifacts) -> None:
    """Nothing could be provisioned, nothing was saved."""
    attempts = run({}, {}, records={})
    document = valid(build_document(attempts, judge_cells(attempts, store.array)))
    assert ["unused", "unused"] == [environment["status"] for environment in document["environments"]]
    assert [] == document["saves"]
    assert {"save": {}, "load": {}} == document["run"]["steps"]


def test_a_save_names_its_files(tmp_path: pathlib.Path, store: Store, artifacts: Artifacts) -> None:
    """With their sizes and the total; a failed save has none."""
    digest = made.taken(artifacts, tmp_path, "four")
    old = made.attempt(artifact=digest, files=artifacts.files(digest))
    saved = {(DENSE.id, "old"): old, (DENSE.id, "new"): made.attempt(Outcome.RAISED)}
    document = valid(build_document(run(saved, {}), []))
    assert {"old": {"digest": digest, "bytes": 4, "files": {"model.h5": 4}, "facts": {}}, "new": None} == {
        save["runtime"]: save["artifact"] for save in document["saves"]
    }


def test_the_versions_of_a_runtime_are_those_that_its_workers_reported(store: Store, artifacts: Artifacts) -> None:
    """On either side; empty if none ever answered."""
    loads = {(DENSE.id, "old", "new"): put(store, made.observed(versions={"keras": "3.0.0"}))}
    document = valid(build_document(run({(DENSE.id, "old"): made.attempt(Outcome.CRASHED)}, loads), []))
    assert {"old": {}, "new": {"keras": "3.0.0"}} == {
        runtime["id"]: runtime["versions"] for runtime in document["runtimes"]
    }


def test_seconds_are_summed_by_step(artifacts: Artifacts) -> None:
    """Over all saves, and over all loads."""
    saved = {(DENSE.id, name): made.attempt(seconds={"build": 0.25, "save": 1.0}) for name in ("old", "new")}
    loaded = {(DENSE.id, "old", "new"): made.attempt(seconds={"load": 0.1234567})}
    steps = build_document(run(saved, loaded), [])["run"]["steps"]
    assert {"save": {"build": 0.5, "save": 2.0}, "load": {"load": 0.123}} == steps


def test_the_log_of_an_identical_cell_is_left_out(store: Store, artifacts: Artifacts) -> None:
    """No one looks for problems there; everywhere else it is evidence."""
    saved = {(DENSE.id, "old"): put(store, made.observed(log="saved"))}
    loaded = {
        (DENSE.id, "old", "old"): put(store, made.observed(log="same")),
        (DENSE.id, "old", "new"): put(store, made.observed(2.0, log="other")),
    }
    attempts = run(saved, loaded)
    document = build_document(attempts, judge_cells(attempts, store.array))
    assert {("identical", ""), ("changed", "other")} == {
        (cell["verdict"], cell["log"]) for cell in document["cells"] if cell["save"] == "old"
    }


def test_what_a_scenario_raises_in_its_own_steps_is_one_fault() -> None:
    """With file, line and every runtime where it happened; other lines or messages are separate faults."""
    raised = made.failure(step="build", path="/scenarios/dense.py", line=3, message="no\nsuch", type="KeyError")
    elsewhere = dataclasses.replace(raised, line=4)
    saved = {
        ("dense/h5", "old"): made.attempt(Outcome.RAISED, failure=raised),
        ("dense/keras", "old"): made.attempt(Outcome.RAISED, failure=raised),
        ("dense/keras", "new"): made.attempt(Outcome.RAISED, failure=raised),
        ("dense/h5", "new"): made.attempt(Outcome.RAISED, failure=elsewhere),
    }
    faults = scenario_faults(run(saved, {}, variants=(DENSE, made.variant(format="keras"))))
    assert [
        ("/scenarios/dense.py", 3, "KeyError: no", ("old", "new")),
        ("/scenarios/dense.py", 4, "KeyError: no", ("new",)),
    ] == [(fault.path, fault.line, fault.message, fault.runtimes) for fault in faults]
    assert {"dense"} == {fault.scenario for fault in faults}


@pytest.mark.parametrize("step", ["import", "unsupported", "data", "build", "compile", "train"])
def test_each_of_the_scenarios_own_steps_can_be_its_fault(step: str) -> None:
    """If no frame is in the scenario, its path is reported without a line."""
    saved = {(DENSE.id, "old"): made.attempt(Outcome.RAISED, failure=made.failure(step=step))}
    [fault] = scenario_faults(run(saved, {}))
    assert ("/scenarios/dense.py", 0) == (fault.path, fault.line)


@pytest.mark.parametrize("step", ["save", "probe", "load", "observe predictions"])
def test_what_keras_raises_is_not_a_fault_of_the_scenario(step: str) -> None:
    """A refusal is a finding."""
    saved = {(DENSE.id, "old"): made.attempt(Outcome.RAISED, failure=made.failure(step=step))}
    assert [] == scenario_faults(run(saved, {}))


def test_faults_from_reading_and_from_running_are_listed_together(artifacts: Artifacts) -> None:
    """The document has one list of them."""
    from harness.model import Fault

    saved = {(DENSE.id, "old"): made.attempt(Outcome.RAISED, failure=made.failure(step="data"))}
    read = Fault(path="/scenarios/wrong.py", line=1, message="not Python", scenario="wrong")
    document = valid(build_document(run(saved, {}, faults=(read,)), []))
    assert ["wrong", "dense"] == [fault["scenario"] for fault in document["faults"]]


def test_text_that_cannot_be_encoded_does_not_stop_the_report(artifacts: Artifacts) -> None:
    """If an exception names a file whose name is not UTF-8, its message has lone surrogates."""
    saved = {(DENSE.id, "old"): made.attempt(Outcome.RAISED, reason="OSError: \udcff.h5")}
    assert export.document(build_document(run(saved, {}), [])).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<Sequential object at 0x7fe7a01b2c40>, again", "<Sequential object at 0x...>, again"),
        ("(failed: time = Tue Nov  4 18:06:37 2026\n, errno = 21)", "(failed: time = ...\n, errno = 21)"),
        ("version 0x10, time = 3", "version 0x10, time = 3"),
    ],
)
def test_what_differs_in_every_run_is_left_out(text: str, kept: str) -> None:
    """Addresses and times of day in messages, so that two runs with the same findings read the same."""
    saved = {(DENSE.id, "old"): made.attempt(Outcome.RAISED, reason=text, failure=made.failure(message=text))}
    (save,) = build_document(run(saved, {}), [])["saves"]
    assert save["failure"]
    assert (kept, kept) == (save["reason"], save["failure"]["message"])


def test_the_machine_is_described_without_identifying_it() -> None:
    """Only what could matter to a result, and nothing that identifies its owner."""
    machine = machine_facts()
    assert {"system", "release", "architecture", "cpus", "memory_bytes", "python"} == set(machine)
    assert machine["cpus"] >= 1


def test_a_machine_that_does_not_report_its_memory_has_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.delattr("os.sysconf")
    assert 0 == machine_facts()["memory_bytes"]
