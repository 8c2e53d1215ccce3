"""One remedy on one cell: what a run with it shows, when it is verified, and what a document keeps of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, cast

import pytest

from harness.model import Attempt, Cell, CellId, Difference, Outcome, Stage, Verdict
from harness.results import trials
from harness.results.diagnosis import controls
from harness.results.shape import TrialEntry
from harness.results.trials import Trial
from tests.unit import entries, made
from tests.unit.results.documents import cell, document

GONE = Difference(observation="weights", kind="lost", detail="gone")
REFUSED = cell(failure=entries.failure("ValueError", "no such thing as 'a' at 3"))


def judged(verdict: Verdict, stage: Stage = Stage.COMPARE, *, attempt: Attempt | None = None, **more: Any) -> Cell:
    """A cell whose load was judged like this."""
    more = {"variant": made.variant(), "save": "old", "load": "new", "reason": "", **more}
    return Cell(verdict=verdict, stage=stage, loaded=attempt or made.attempt(), **more)


def failed(message: str, **more: Any) -> Cell:
    """A cell that a remedy left refused, with this message."""
    failure = made.failure(**{"message": message, "step": "observe", **more})
    attempt = made.attempt(Outcome.RAISED, step="observe", reason=f"ValueError: {message}", failure=failure)
    return judged(Verdict.REFUSED, Stage.OBSERVE, attempt=attempt, reason=attempt.reason, failure=failure)


def ran(cell: Cell, before: Any = REFUSED) -> Trial:
    """The trial of a remedy that led to this cell."""
    trial = trials.of_run("compile-false", before, cell, "key")
    assert trial is not None
    return trial


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
    assert good is controls.good(before, now)
    assert good is ran(judged(Verdict(now)), cell(before)).verified


def test_a_run_shows_its_verdict_and_the_first_difference_of_each_observation() -> None:
    """So it can be judged again later; differences that decide nothing are left out."""
    differences = [
        Difference(observation=name, kind="value", detail=f"{name} {index}", where=str(index))
        for name in ("weights", "metrics")
        for index in range(2)
    ]
    renamed = Difference(observation="architecture", kind="text", detail="renamed", counts=False)
    attempt = made.attempt(wall=2.5, step="observe", notes=("noted",))
    mended = judged(Verdict.INCOMPLETE, attempt=attempt, reason="metrics", differences=(renamed, *differences))
    trial = ran(mended)
    assert ("incomplete", "metrics", True, 2.5, "done", "compare", "observe", "key") == (
        trial.verdict,
        trial.reason,
        trial.verified,
        trial.wall,
        trial.outcome,
        trial.stage,
        trial.step,
        trial.key,
    )
    assert ("noted",) == trial.notes
    assert ["weights 0", "metrics 0"] == [difference.detail for difference in trial.differences]


def test_a_remedy_for_other_files_was_not_tried() -> None:
    """The worker says so, and there is no trial; nor where the runtime was not there."""
    unsupported = judged(Verdict.UNSUPPORTED, Stage.LOAD, attempt=made.attempt(Outcome.UNSUPPORTED))
    assert trials.of_run("rename-file", REFUSED, unsupported, "key") is None
    assert trials.of_run("rename-file", REFUSED, dataclasses.replace(failed("no"), loaded=None), "key") is None
    assert trials.of_run("rename-file", REFUSED, judged(Verdict.UNAVAILABLE, Stage.PROVISION), "key") is None


def test_a_second_failure_is_kept() -> None:
    """If the remedy clears the first one; that it still fails as before needs no second copy of the traceback."""
    assert ran(failed("no such thing as 'a' at 14")).failure is None
    assert ran(judged(Verdict.CHANGED)).failure is None
    another = ran(failed("no such thing as 'b' at 3")).failure
    assert another is not None
    assert ("no such thing as 'b' at 3", "observe") == (another.message, another.step)
    assert ran(failed("no such thing as 'a' at 3", type="TypeError")).failure
    assert ran(failed("no"), cell("changed")).failure


def test_identical_settles_it() -> None:
    """If only something is lost, a better remedy may still exist."""
    assert trials.settled([Trial(remedy="a", verdict="identical", reason="", verified=True)])
    assert not trials.settled([Trial(remedy="a", verdict="incomplete", reason="", verified=True)])
    assert not trials.settled([])


@pytest.mark.parametrize(
    "trial",
    [
        ran(failed("something else")),
        ran(failed("no such thing as 'a' at 3")),
        ran(judged(Verdict.INCOMPLETE, reason="lost", attempt=made.attempt(notes=("noted",)), differences=(GONE,))),
    ],
    ids=["another failure", "the same failure", "differences"],
)
def test_the_way_through_a_document_and_back(trial: Trial) -> None:
    """Trials that were run come back as they were, from JSON; what other cells prove is looked up again."""
    results = document(cell(cause="x"))
    proved = entries.trial(remedy="another-format", variant="dense/keras")
    results["cells"][0]["remedies"] = [dataclasses.asdict(trial), proved]
    assert {CellId("dense/h5", "old", "new"): [trial]} == trials.run_in(json.loads(json.dumps(results)))


def test_a_cell_without_remedies_has_no_trials() -> None:
    """Be it that none was tried, or that it was never diagnosed."""
    results = document(cell(remedies=[]), cell(load="legacy"))
    assert [[], []] == list(trials.run_in(results).values())


def test_the_attempt_behind_a_trial() -> None:
    """It is judged as it was: failure, notes, differences, and a reason only if that is not the comparison's."""
    differences = (GONE,)
    attempt = made.attempt(step="observe", notes=("noted",))
    lost = ran(judged(Verdict.INCOMPLETE, reason="gone", differences=differences, attempt=attempt))
    restored = trials.attempt_of(entry(lost))
    assert (Outcome.DONE, ("noted",), differences, "", "observe", None) == (
        restored.outcome,
        restored.notes,
        restored.differences,
        restored.reason,
        restored.step,
        restored.failure,
    )
    second = ran(failed("something else"))
    restored = trials.attempt_of(entry(second))
    assert (Outcome.RAISED, second.failure, "ValueError: something else") == (
        restored.outcome,
        restored.failure,
        restored.reason,
    )


def entry(trial: Trial) -> TrialEntry:
    """A trial as it stands in a document."""
    return cast(TrialEntry, dataclasses.asdict(trial))
