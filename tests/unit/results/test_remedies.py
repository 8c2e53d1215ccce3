"""Which remedies are tried on a cell, what counts as verified, and what other cells of a document prove."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from harness.catalogue.causes import Cause
from harness.catalogue.causes_reader import load_causes
from harness.model import Attempt, Cell, CellId, Difference, Outcome, Stage, Verdict
from harness.results import remedies
from harness.results.remedies import Case, Trial
from harness.results.shape import TrialEntry
from tests.unit import entries, made

CATALOGUE = load_causes()


def cell(verdict: str = "refused", cause: str = "", variant: str = "dense/h5", load: str = "new") -> Any:
    """A cell of a document, with its cause."""
    return entries.cell(variant=variant, load=load, verdict=verdict, cause=cause)


def judged(verdict: Verdict, stage: Stage = Stage.COMPARE, *, attempt: Attempt | None = None, **more: Any) -> Cell:
    """A cell whose load was judged like this."""
    more = {"variant": made.variant(), "save": "old", "load": "new", "reason": "", **more}
    return Cell(verdict=verdict, stage=stage, loaded=attempt or made.attempt(), **more)


def document(*cells: Any) -> Any:
    """Two Keras in one environment, a scenario with its own remedy, and these cells."""
    return {
        "runtimes": [
            {"id": "old", "environment": "two", "v1": False, "keras": "keras"},
            {"id": "new", "environment": "one", "v1": False, "keras": "keras"},
            {"id": "legacy", "environment": "one", "v1": False, "keras": "tf_keras"},
        ],
        "scenarios": [{"name": "dense", "remedy": {"how": "well"}}],
        "variants": [
            {
                "id": f"dense/{format}{'/well' if how == 'well' else ''}",
                "scenario": "dense",
                "format": format,
                "parameters": {"how": how},
                "remedy": how == "well",
            }
            for how in ("badly", "well")
            for format in ("h5", "keras", "weights-h5", "code")
        ],
        "cells": list(cells),
    }


def annotated(*cells: Any, run: Any = None) -> list[list[Any]]:
    """The remedies that are written into each cell."""
    results = document(*cells)
    remedies.annotate(results, run or {}, CATALOGUE)
    return [entry["remedies"] for entry in results["cells"]]


def test_every_loading_side_remedy_can_be_run() -> None:
    """The catalogue and the worker have the same ones."""
    proved_by_cells = {remedies.ANOTHER_FORMAT, remedies.AS_THE_SCENARIO_SAYS, remedies.OTHER_KERAS}
    known = {remedy.id for remedy in CATALOGUE.remedies}
    saving = {remedy.id for remedy in CATALOGUE.remedies if remedy.side == "save"}
    assert remedies.runnable() <= known
    assert known - remedies.runnable() <= proved_by_cells | saving


@pytest.mark.parametrize("remedy", sorted(remedies.runnable()))
def test_a_result_depends_on_the_code_of_its_remedy(remedy: str) -> None:
    """Each has its own essence, which contains its function."""
    code = remedies.code_of(remedy)
    assert remedy.replace("-", "_").encode() in code
    assert b"compile_false" not in code or remedy == "compile-false"


def with_several_remedies() -> Cause:
    """A cause of the catalogue with more than one remedy that can be run."""
    return next(cause for cause in CATALOGUE.causes if len(set(cause.remedies) & remedies.runnable()) > 1)


def test_only_what_a_loading_side_can_mend_is_tried() -> None:
    """The remedies that the cause proposes and the worker can run, in catalogue order."""
    cause = with_several_remedies()
    proposed = remedies.proposed(cell(cause=cause.id), CATALOGUE)
    assert [remedy for remedy in cause.remedies if remedy in remedies.runnable()] == proposed
    for verdict in ("identical", "unsaved", "unsupported", "unavailable"):
        assert [] == remedies.proposed(cell(verdict, cause.id), CATALOGUE)
    assert [] == remedies.proposed(cell(cause="unknown"), CATALOGUE)


@pytest.mark.parametrize(
    ("before", "now", "good"),
    [
        ("refused", "identical", True),
        ("incomplete", "identical", True),
        ("refused", "incomplete", True),
        ("changed", "incomplete", True),
        ("incomplete", "incomplete", False),
        ("refused", "changed", False),
        ("changed", "refused", False),
    ],
)
def test_verified_is_identical_or_incomplete_where_it_was_worse(before: str, now: str, good: bool) -> None:
    """A silent difference instead of a refusal is not a remedy."""
    assert good is remedies.good(before, now)


def test_a_run_shows_its_verdict_and_the_first_difference_of_each_observation() -> None:
    """So it can be judged again later."""
    differences = tuple(
        Difference(observation=name, kind="value", detail=f"{name} {index}", where=str(index))
        for name in ("weights", "metrics")
        for index in range(2)
    )
    attempt = made.attempt(wall=2.5, step="observe")
    mended = judged(Verdict.INCOMPLETE, attempt=attempt, reason="the metrics", differences=differences)
    trial = remedies.of_run("compile-false", "refused", mended, "key")
    assert trial
    assert ("incomplete", "the metrics", True, 2.5, "done", "key") == (
        trial.verdict,
        trial.reason,
        trial.verified,
        trial.wall,
        trial.outcome,
        trial.key,
    )
    assert ["weights 0", "metrics 0"] == [difference.detail for difference in trial.differences]
    restored = remedies.attempt_of(cast(TrialEntry, dataclasses.asdict(trial)))
    assert (Outcome.DONE, trial.differences, "") == (restored.outcome, restored.differences, restored.reason)


def test_a_remedy_for_other_files_was_not_tried() -> None:
    """The worker says so, and there is no trial."""
    unsupported = judged(Verdict.UNSUPPORTED, Stage.LOAD, attempt=made.attempt(Outcome.UNSUPPORTED))
    assert remedies.of_run("rename-file", "refused", unsupported, "key") is None


def test_identical_settles_it() -> None:
    """If only something is lost, a better remedy may still exist."""
    assert remedies.settled([Trial(remedy="a", verdict="identical", reason="", verified=True)])
    assert not remedies.settled([Trial(remedy="a", verdict="incomplete", reason="", verified=True)])
    assert not remedies.settled([])


def test_a_cell_wants_remedies_until_something_helps() -> None:
    """Another cell's help counts; with `more`, until it is identical or nothing is left."""
    cause = with_several_remedies()
    results = document(
        cell(cause=cause.id),
        cell("identical", variant="dense/keras"),
        cell(cause=cause.id, variant="dense/h5", load="legacy"),
        cell("identical", load="old"),
    )
    helped, needy = remedies.cases(results, CATALOGUE)

    def wants(case: Case) -> tuple[bool, bool]:
        return case.wants(more=False), case.wants(more=True)

    assert ((False, True), (True, True)) == (wants(helped), wants(needy))
    incomplete, unsupported = judged(Verdict.INCOMPLETE), judged(Verdict.UNSUPPORTED)
    needy.left = ["a", "b", "c", "d"]
    needy.tried("a", unsupported, "key")
    assert (["b", "c", "d"], (True, True)) == (needy.left, wants(needy))
    needy.tried("b", incomplete, "key")
    assert (False, True) == wants(needy)
    needy.tried("c", judged(Verdict.IDENTICAL), "key")
    assert (False, False) == wants(needy)
    helped.left = ["a"]
    helped.tried("a", unsupported, "key")
    assert (False, False) == wants(helped)


def test_other_cells_prove_another_format_another_way_and_another_keras() -> None:
    """Each names the cell that proves it; `code` is not a format to save in."""
    trials, *_ = annotated(
        cell(cause="x"),
        cell("identical", variant="dense/keras"),
        cell("identical", variant="dense/code"),
        cell("incomplete", variant="dense/weights-h5"),
        cell("identical", variant="dense/h5/well"),
        cell("identical", load="legacy"),
    )
    assert {
        ("another-format", "dense/keras", ""),
        ("as-the-scenario-says", "dense/h5/well", ""),
        ("other-keras", "", "legacy"),
    } == {(trial["remedy"], trial["variant"], trial["load"]) for trial in trials}
    assert all(trial["verified"] and not trial["key"] for trial in trials)


def test_a_format_that_is_no_better_is_not_a_remedy() -> None:
    """The scenario's own remedy is shown even if it did not help: that is worth knowing."""
    trials, *_ = annotated(
        cell(cause="x"), cell("changed", variant="dense/keras"), cell("refused", variant="dense/h5/well")
    )
    assert [("as-the-scenario-says", False)] == [(trial["remedy"], trial["verified"]) for trial in trials]


def test_verified_remedies_come_first_the_shortest_leading() -> None:
    """The shortest first means catalogue order."""
    ids = [remedy.id for remedy in CATALOGUE.remedies]
    run = {
        ("dense/h5", "old", "new"): [
            Trial(remedy=ids[2], verdict="identical", reason="", verified=True, key="2"),
            Trial(remedy=ids[0], verdict="refused", reason="", verified=False, key="0"),
            Trial(remedy=ids[1], verdict="incomplete", reason="", verified=True, key="1"),
        ]
    }
    (trials,) = annotated(cell(cause="x"), run=run)
    assert [ids[1], ids[2], ids[0]] == [trial["remedy"] for trial in trials]


def test_a_good_cell_has_no_remedies() -> None:
    """Neither does a cell without a diagnosis."""
    assert [[]] == annotated(
        cell("identical"),
        run={
            ("dense/h5", "old", "new"): [Trial(remedy="compile-false", verdict="identical", reason="", verified=True)]
        },
    )


def test_runs_are_read_back_from_a_document() -> None:
    """These are the trials with a key; what other cells prove is looked up again."""
    ran = Trial(
        remedy="compile-false",
        verdict="identical",
        reason="",
        verified=True,
        key="k",
        differences=(Difference(observation="weights", kind="lost", detail="gone"),),
    )
    results = document(cell(cause="x"), cell("identical", variant="dense/keras"))
    remedies.annotate(results, {CellId("dense/h5", "old", "new"): [ran]}, CATALOGUE)
    assert 2 == len(results["cells"][0]["remedies"])
    assert [ran] == remedies.run_in(results)[CellId("dense/h5", "old", "new")]
