"""Causes that show once a remedy has cleared the first one."""

from __future__ import annotations

from typing import Any

import pytest

from harness.catalogue.causes_reader import load_causes
from harness.results import second_faults
from tests.unit import entries
from tests.unit.results.documents import cell, document

CATALOGUE = load_causes()
LAMBDA = entries.failure("NameError", "name 'K' is not defined")
LAYER = entries.failure("ValueError", "Unknown layer: Residual")
GRU = entries.failure("ValueError", "GRU(reset_after=False) is not compatible with GRU(reset_after=True)")
DIFFERS = {"observation": "predictions", "kind": "value", "where": "0", "detail": "they differ", "counts": True}


def trial(remedy: str, failure: Any = None, verdict: str = "refused", **more: Any) -> Any:
    """A run with a remedy that did not help."""
    run = {"key": "key", "outcome": "raised", "stage": "load", "step": "load", "verified": False}
    return entries.trial(remedy=remedy, verdict=verdict, failure=failure, **{**run, **more})


def then(*trials: Any, cause: str = "custom-layer-unknown", **more: Any) -> list[str]:
    """The causes that these trials show behind the first."""
    results = document(cell(cause=cause, failure=LAYER, remedies=list(trials), **more))
    second_faults.annotate(results, CATALOGUE)
    (found,) = [entry["then"] for entry in results["cells"]]
    assert isinstance(found, list)
    return found


def test_another_error_behind_the_first_is_named() -> None:
    assert ["lambda-globals"] == then(trial("custom-objects", LAMBDA))


def test_changed_answers_behind_the_first_error_are_named() -> None:
    """They are worse than the error was."""
    random = {**DIFFERS, "detail": "predictions random by itself: two predictions"}
    assert ["noise-at-prediction"] == then(
        trial("custom-objects", verdict="changed", stage="compare", differences=[random])
    )


def test_what_agreed_with_a_remedy_counts_as_evidence() -> None:
    """The loading side observes what the saving side did, so what does not differ agrees."""
    recurrent = {**DIFFERS, "where": "layer 1 lstm", "detail": "predictions differ, first at layer 1 lstm"}
    silent = trial("compile-false", verdict="changed", stage="compare", outcome="done", differences=[recurrent])
    results = document(
        cell(cause="optimizer-unknown", failure=LAYER, remedies=[silent]),
        saves=[
            {
                "variant": "dense/h5",
                "runtime": "old",
                "artifact": None,
                "notes": [],
                "seconds": {"observe predictions": 1, "observe weights": 1, "observe architecture": 1},
            }
        ],
    )
    second_faults.annotate(results, CATALOGUE)
    assert ["hard-sigmoid-redefined"] == results["cells"][0]["then"]


def test_an_error_that_stayed_is_no_second_one() -> None:
    """Then the trial keeps no failure; an unknown one, or one of the same cause, says nothing new."""
    assert [] == then(trial("custom-objects"))
    assert [] == then(trial("custom-objects", entries.failure("RuntimeError", "the sky fell")))
    assert [] == then(trial("custom-objects", entries.failure("ValueError", "Unknown layer: Another")))


@pytest.mark.parametrize("remedy", ["rebuild", "weights-by-hand", "another-format", "another-version"])
def test_only_remedies_that_leave_the_model_to_the_file(remedy: str) -> None:
    """What fails once the model is built in code is not a fault of the file."""
    assert [] == then(trial(remedy, LAMBDA))


def test_a_remedy_that_helped_shows_no_second_fault() -> None:
    """Nor one that leaves the cell incomplete."""
    assert [] == then(trial("custom-objects", LAMBDA, verified=True))
    assert [] == then(trial("custom-objects", LAMBDA, verdict="incomplete"))
    assert [] == then(trial("custom-objects", LAMBDA, verdict="unsupported"))


def test_causes_come_in_the_order_in_which_one_meets_them() -> None:
    """Each once; the remedy that clears most comes first, whatever was tried first."""
    assert ["gru-reset-after", "lambda-globals"] == then(
        trial("compile-false", LAMBDA),
        trial("register", LAMBDA),
        trial("custom-objects", GRU),
        trial("safe-mode-off", LAMBDA),
    )


def test_a_second_fault_has_the_file_of_the_cell() -> None:
    """A signature may ask for it, though nothing was saved again."""
    save = {"variant": "dense/h5", "runtime": "old", "artifact": {"facts": {"kind": "zip", "types": ["int8"]}}}
    results = document(
        cell(
            cause="custom-layer-unknown",
            failure=LAYER,
            remedies=[trial("custom-objects", entries.failure("ValueError", "expected 2 variables, but received 3"))],
        ),
        saves=[{**save, "notes": []}],
    )
    second_faults.annotate(results, CATALOGUE)
    assert ["quantized-inside"] == results["cells"][0]["then"]


def test_a_good_cell_has_none() -> None:
    """Nor one that was never diagnosed."""
    results = document(cell("identical"), cell())
    del results["cells"][1]["cause"]
    second_faults.annotate(results, CATALOGUE)
    assert [[], []] == [entry["then"] for entry in results["cells"]]
