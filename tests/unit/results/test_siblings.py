"""What other cells of a document prove about a cell: another format, another version, the scenario's own way."""

from __future__ import annotations

from typing import Any

import pytest

from harness.results.siblings import ANOTHER_FORMAT, ANOTHER_VERSION, AS_THE_SCENARIO_SAYS, OTHER_KERAS, Siblings
from harness.results.trials import Trial
from tests.unit.results.documents import beside, cell, document


def proved(first: Any, *others: Any, **more: Any) -> list[Trial]:
    """What the others prove about the first cell."""
    return Siblings(document(first, *others, **more)).of(first)


def told(trials: list[Trial], remedy: str) -> list[tuple[str, str, bool]]:
    """The trials of one remedy: the other variant or loader, the verdict there, and whether that is verified."""
    return [(trial.variant or trial.load, trial.verdict, trial.verified) for trial in trials if trial.remedy == remedy]


def test_each_names_the_cell_that_proves_it() -> None:
    """Neither `code` nor what a script writes itself is a format to save in; nothing of it was run."""
    trials = proved(
        cell(),
        cell("identical", variant="dense/keras"),
        cell("identical", variant="dense/code"),
        cell("identical", variant="dense/own"),
        cell("incomplete", variant="dense/weights-h5"),
        cell("identical", variant="dense/h5/well"),
        cell("identical", load="legacy"),
        cell("identical", load="newer"),
    )
    assert [
        (ANOTHER_FORMAT, "dense/keras", ""),
        (AS_THE_SCENARIO_SAYS, "dense/h5/well", ""),
        (OTHER_KERAS, "", "legacy"),
        (ANOTHER_VERSION, "", "newer"),
    ] == [(trial.remedy, trial.variant, trial.load) for trial in trials]
    assert all(trial.verified and not trial.key for trial in trials)


def test_a_format_that_is_no_better_is_not_a_remedy() -> None:
    """Of those that are, the one in which everything came back goes before one in which something was lost."""
    assert [] == told(proved(cell(), cell("changed", variant="dense/keras")), ANOTHER_FORMAT)
    lost = cell("incomplete", variant="dense/keras")
    assert [("dense/keras", "incomplete", True)] == told(proved(cell(), lost), ANOTHER_FORMAT)
    kept = cell("identical", variant="dense/weights-h5")
    assert [("dense/weights-h5", "identical", True)] == told(proved(cell(), lost, kept), ANOTHER_FORMAT)
    assert [] == told(proved(cell("incomplete"), lost), ANOTHER_FORMAT)


def test_the_scenarios_own_way_is_shown_even_if_it_did_not_help() -> None:
    """That is worth knowing."""
    trials = proved(cell(), cell("refused", variant="dense/h5/well"))
    assert [("dense/h5/well", "refused", False)] == told(trials, AS_THE_SCENARIO_SAYS)


def test_the_scenarios_own_way_together_with_another_format() -> None:
    """Only if it helps there and not in the same format; one such format is enough."""
    same = cell("refused", variant="dense/h5/well")
    others = [cell("identical", variant="dense/keras/well"), cell("identical", variant="dense/weights-h5/well")]
    assert [("dense/h5/well", "refused", False), ("dense/keras/well", "identical", True)] == told(
        proved(cell(), same, *others), AS_THE_SCENARIO_SAYS
    )
    assert [("dense/keras/well", "identical", True)] == told(proved(cell(), *others), AS_THE_SCENARIO_SAYS)
    helps = cell("incomplete", variant="dense/h5/well")
    assert [("dense/h5/well", "incomplete", True)] == told(proved(cell(), helps, *others), AS_THE_SCENARIO_SAYS)
    useless = cell("changed", variant="dense/keras/well")
    assert [("dense/h5/well", "refused", False)] == told(proved(cell(), same, useless), AS_THE_SCENARIO_SAYS)


def test_what_is_written_well_has_no_better_way() -> None:
    written_well = cell(variant="dense/h5/well")
    trials = proved(written_well, cell("identical"), cell("identical", variant="dense/keras/well"))
    assert [] == told(trials, AS_THE_SCENARIO_SAYS)


def test_a_scenario_without_a_remedy_says_nothing() -> None:
    trials = proved(
        cell(), cell("identical", variant="dense/h5/well"), scenarios=[{"name": "dense", "source": "", "remedy": {}}]
    )
    assert [] == told(trials, AS_THE_SCENARIO_SAYS)


@pytest.mark.parametrize(
    ("load", "other"), [("new", "legacy"), ("legacy", "new"), ("old", None), ("legacy-v1", None), ("third", None)]
)
def test_the_other_keras_of_the_same_environment(load: str, other: str | None) -> None:
    """Keras 3 and tf_keras, in either direction, if neither has the second behaviour of TensorFlow switched off."""
    loaders = ("first", "second", "third-v1", "old", "new", "legacy", "newer")
    good = [cell("identical", load=each) for each in loaders if each != load]
    assert ([(other, "identical", True)] if other else []) == told(proved(cell(load=load), *good), OTHER_KERAS)


@pytest.mark.parametrize(
    ("load", "nearest"), [("third", "second"), ("first", "second"), ("new", "newer"), ("newest", "newer")]
)
def test_the_nearest_version_of_the_same_keras_in_which_this_very_file_is_good(load: str, nearest: str) -> None:
    """In the order of the runtimes; the same module, switched on in the same way, and the same generation."""
    loaders = {"first", "second", "third-v1", "old", "new", "newer", "newest", "jax", "legacy"} - {load}
    good = [cell("identical", load=each) for each in sorted(loaders)]
    assert [(nearest, "identical", True)] == told(proved(cell(load=load), *good), ANOTHER_VERSION)


def test_a_version_that_was_run_beside_the_matrix_can_be_the_nearest() -> None:
    """The document lists its runtime there, behind all others; that makes it no newer."""
    controls = beside(cell("identical", load="second"), runtimes=("second",))
    trials = proved(cell(load="first"), cell("identical", load="third"), without=("second",), controls=controls)
    assert [("second", "identical", True)] == told(trials, ANOTHER_VERSION)


@pytest.mark.parametrize("load", ["third-v1", "old", "jax", "legacy", "legacy-v1"])
def test_another_keras_is_no_other_version(load: str) -> None:
    """Nor is another backend, another behaviour or another generation."""
    good = [cell("identical", load=each) for each in ("first", "second", "third", "new", "newer") if each != load]
    assert [] == told(proved(cell(load=load), *good), ANOTHER_VERSION)


@pytest.mark.parametrize("verdict", ["incomplete", "changed", "refused", "unsupported", "unavailable"])
def test_another_version_counts_only_if_nothing_is_lost_there(verdict: str) -> None:
    """The nearest may not be good while a further one is."""
    near, far = cell(verdict, load="second"), cell("identical", load="first")
    assert [("first", "identical", True)] == told(proved(cell(load="third"), near, far), ANOTHER_VERSION)
    assert [] == told(proved(cell(load="third"), near), ANOTHER_VERSION)


def test_another_version_has_to_be_good_with_the_same_file() -> None:
    """A file of another saver or format proves nothing, not even the loader's own one."""
    others = [cell("identical", load="second", save="second"), cell("identical", load="second", variant="dense/keras")]
    assert [] == told(proved(cell(load="third"), *others), ANOTHER_VERSION)


def test_another_version_says_what_to_install() -> None:
    """The requirements of its environment as one command, and the Python."""
    (trial,) = proved(cell(load="third"), cell("identical", load="second"))
    assert "second: pip install keras==env-second numpy<2  # Python 3.11" == trial.reason


def test_cells_beside_the_matrix_prove_as_much() -> None:
    """With their runtimes and environments, which the document lists there only; but they come after the others."""
    good = cell("identical", load="second")
    controls = beside(good, runtimes=("second",))
    (trial,) = proved(cell(load="third"), without=("second",), controls=controls)
    assert (ANOTHER_VERSION, "second") == (trial.remedy, trial.load)
    assert "pip install keras==env-second" in trial.reason
    lost = beside(cell("incomplete", variant="dense/keras"))
    assert [("dense/keras", "incomplete", True)] == told(proved(cell(), controls=lost), ANOTHER_FORMAT)


@pytest.mark.parametrize("verdict", ["identical", "unsupported", "unavailable", "unsaved"])
def test_no_other_version_helps_a_cell_that_is_good_or_has_no_file(verdict: str) -> None:
    assert [] == told(proved(cell(verdict, load="third"), cell("identical", load="second")), ANOTHER_VERSION)
