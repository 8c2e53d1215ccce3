"""Which remedies are tried on a cell, what counts as verified, and what other cells of a document prove."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from harness.catalogue.causes_reader import load_causes
from harness.model import Cell, CellId, Difference, Outcome, Stage, Verdict
from harness.results import remedies
from harness.results.remedies import Case, Trial
from harness.results.shape import TrialEntry
from tests.unit import made

CATALOGUE = load_causes()


def cell(verdict: str = "refused", cause: str = "", variant: str = "dense/h5", load: str = "new") -> Any:
    """A cell of a document, with its cause."""
    return {"variant": variant, "save": "old", "load": load, "verdict": verdict, "cause": cause}


def document(*cells: Any) -> Any:
    """Two Keras in one environment, a scenario with a remedy of its own, and these cells."""
    of = {"environment": "one", "v1": False}
    return {
        "runtimes": [
            {"id": "old", **of, "environment": "two", "keras": "keras"},
            {"id": "new", **of, "keras": "keras"},
            {"id": "legacy", **of, "keras": "tf_keras"},
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
    """What is written into each of the cells."""
    whole = document(*cells)
    remedies.annotate(whole, run or {}, CATALOGUE)
    return [one["remedies"] for one in whole["cells"]]


def test_every_remedy_of_the_loading_side_can_be_run() -> None:
    """The catalogue and the worker name the same ones."""
    of_others = {remedies.ANOTHER_FORMAT, remedies.AS_THE_SCENARIO_SAYS, remedies.OTHER_KERAS}
    told = {remedy.id for remedy in CATALOGUE.remedies}
    assert remedies.runnable() <= told
    assert told - remedies.runnable() <= of_others | {one.id for one in CATALOGUE.remedies if one.side == "save"}


@pytest.mark.parametrize("remedy", sorted(remedies.runnable()))
def test_a_result_depends_on_the_code_of_its_remedy(remedy: str) -> None:
    """Each has an essence of its own, which holds its function."""
    code = remedies.code_of(remedy)
    assert remedy.replace("-", "_").encode() in code
    assert b"compile_false" not in code or remedy == "compile-false"


def test_only_what_a_loading_side_can_mend_is_tried() -> None:
    """What the cause proposes, as far as the worker can do it, in the order of the catalogue."""
    known = next(one for one in CATALOGUE.causes if len(set(one.remedies) & remedies.runnable()) > 1)
    proposed = remedies.proposed(cell(cause=known.id), CATALOGUE)
    assert [one for one in known.remedies if one in remedies.runnable()] == proposed
    for verdict in ("identical", "unsaved", "unsupported", "unavailable"):
        assert [] == remedies.proposed(cell(verdict, known.id), CATALOGUE)
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
    """A silent difference instead of a refusal is no remedy."""
    assert good is remedies.good(before, now)


def test_a_run_shows_its_verdict_and_the_first_difference_of_each_observation() -> None:
    """So that it can be judged again later."""
    differences = tuple(
        Difference(observation=name, kind="value", detail=f"{name} {place}", where=str(place))
        for name in ("weights", "metrics")
        for place in range(2)
    )
    found = Cell(
        variant=made.variant(),
        save="old",
        load="new",
        verdict=Verdict.INCOMPLETE,
        reason="the metrics",
        differences=differences,
        loaded=made.attempt(wall=2.5, step="observe"),
        stage=Stage.COMPARE,
    )
    trial = remedies.of_run("compile-false", "refused", found, "key")
    assert trial
    assert ("incomplete", "the metrics", True, 2.5, "done", "key") == (
        trial.verdict,
        trial.reason,
        trial.verified,
        trial.wall,
        trial.outcome,
        trial.key,
    )
    assert ["weights 0", "metrics 0"] == [one.detail for one in trial.differences]
    again = remedies.attempt_of(cast(TrialEntry, dataclasses.asdict(trial)))
    assert (Outcome.DONE, trial.differences, "") == (again.outcome, again.differences, again.reason)


def test_a_remedy_that_is_for_other_files_was_not_tried() -> None:
    """The worker says so, and there is no trial."""
    found = Cell(
        variant=made.variant(),
        save="old",
        load="new",
        verdict=Verdict.UNSUPPORTED,
        loaded=made.attempt(Outcome.UNSUPPORTED),
        stage=Stage.LOAD,
        reason="not for it",
    )
    assert remedies.of_run("rename-file", "refused", found, "key") is None


def test_identical_settles_it() -> None:
    """What is good but for a loss may still be had better."""
    assert remedies.settled([Trial(remedy="a", verdict="identical", reason="", verified=True)])
    assert not remedies.settled([Trial(remedy="a", verdict="incomplete", reason="", verified=True)])
    assert not remedies.settled([])


def test_a_cell_wants_remedies_until_something_helps() -> None:
    """Another cell counts; with more, until it is identical, or nothing is left."""
    known = next(one for one in CATALOGUE.causes if len(set(one.remedies) & remedies.runnable()) > 1)
    whole = document(
        cell(cause=known.id),
        cell("identical", variant="dense/keras"),
        cell(cause=known.id, variant="dense/h5", load="legacy"),
        cell("identical", load="old"),
    )
    helped, needy = remedies.cases(whole, CATALOGUE)

    def wants(case: Case) -> tuple[bool, bool]:
        return case.wants(more=False), case.wants(more=True)

    assert ((False, True), (True, True)) == (wants(helped), wants(needy))
    lost = Cell(
        variant=made.variant(),
        save="old",
        load="legacy",
        verdict=Verdict.INCOMPLETE,
        stage=Stage.COMPARE,
        reason="lost",
        loaded=made.attempt(),
    )
    other = dataclasses.replace(lost, verdict=Verdict.UNSUPPORTED)
    needy.left = ["a", "b", "c", "d"]
    needy.tried("a", other, "key")
    assert (["b", "c", "d"], (True, True)) == (needy.left, wants(needy))
    needy.tried("b", lost, "key")
    assert (False, True) == wants(needy)
    needy.tried("c", dataclasses.replace(lost, verdict=Verdict.IDENTICAL), "key")
    assert (False, False) == wants(needy)
    helped.left = ["a"]
    helped.tried("a", other, "key")
    assert (False, False) == wants(helped)


def test_other_cells_prove_another_format_another_way_and_another_keras() -> None:
    """Each names the cell that shows it; `code` is no format to be saved in."""
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
    } == {(one["remedy"], one["variant"], one["load"]) for one in trials}
    assert all(one["verified"] and not one["key"] for one in trials)


def test_a_format_that_is_no_better_is_no_remedy() -> None:
    """What the scenario says is shown even where it did no good: that is worth knowing."""
    trials, *_ = annotated(
        cell(cause="x"), cell("changed", variant="dense/keras"), cell("refused", variant="dense/h5/well")
    )
    assert [("as-the-scenario-says", False)] == [(one["remedy"], one["verified"]) for one in trials]


def test_verified_ones_come_first_and_the_shortest_of_them() -> None:
    """In the order of the catalogue."""
    ids = [remedy.id for remedy in CATALOGUE.remedies]
    run = {
        ("dense/h5", "old", "new"): [
            Trial(remedy=ids[2], verdict="identical", reason="", verified=True, key="2"),
            Trial(remedy=ids[0], verdict="refused", reason="", verified=False, key="0"),
            Trial(remedy=ids[1], verdict="incomplete", reason="", verified=True, key="1"),
        ]
    }
    (trials,) = annotated(cell(cause="x"), run=run)
    assert [ids[1], ids[2], ids[0]] == [one["remedy"] for one in trials]


def test_a_good_cell_has_none() -> None:
    """Nor has one that no diagnosis was made for."""
    assert [[]] == annotated(
        cell("identical"),
        run={
            ("dense/h5", "old", "new"): [Trial(remedy="compile-false", verdict="identical", reason="", verified=True)]
        },
    )


def test_runs_are_found_again_in_a_document() -> None:
    """The ones with a key; what other cells prove is found anew."""
    ran = Trial(
        remedy="compile-false",
        verdict="identical",
        reason="",
        verified=True,
        key="k",
        differences=(Difference(observation="weights", kind="lost", detail="gone"),),
    )
    whole = document(cell(cause="x"), cell("identical", variant="dense/keras"))
    remedies.annotate(whole, {CellId("dense/h5", "old", "new"): [ran]}, CATALOGUE)
    assert 2 == len(whole["cells"][0]["remedies"])
    assert [ran] == remedies.run_in(whole)[CellId("dense/h5", "old", "new")]
