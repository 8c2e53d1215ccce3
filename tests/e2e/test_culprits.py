"""Experiments in real environments: what is refused, changed or incomplete is located at the part known to fail.

These need the environments of the core set and some minutes; the last one, which takes entries of the catalogue away,
needs more of them: `python -m pytest -m live tests/e2e/test_culprits.py`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import paths
from harness.catalogue.causes import Causes
from harness.catalogue.causes_reader import load_causes
from harness.catalogue.environments import load_catalogue
from harness.plan import scenarios
from harness.plan.selection import SelectionFilters, select
from harness.results.shape import CellEntry
from harness.run import carry_out
from harness.run.matrix import Matrix, Options
from tests.unit.run.world import Watcher

pytestmark = pytest.mark.slow

Run = Callable[..., dict[str, Any]]
SEED = 20171024
# A cause of the catalogue, a cell that has it, and the class and argument that its own message or history blames.
KNOWN = (
    ("text-taken-for-function", "attention/h5/Attention", "tf2.15", "tf2.21-keras3", "Attention", "score_mode"),
    ("input-of-keras3", "hard_sigmoid/h5/hard_sigmoid", "tf2.16-keras3", "tf2.15", "InputLayer", "batch_shape"),
    ("quantization-config", "short_loss_name/h5/mse", "tf2.21-keras3", "tf2.16-keras3", "Dense", "quantization_config"),
    ("layer-settings", "recurrent/h5/gru", "tf2.15", "tf2.21-keras3", "GRU", "time_major"),
    ("model-class-renamed", "functional/keras", "tf2.15", "tf2.21-keras3", "Functional", "module"),
    ("hard-sigmoid-redefined", "hard_sigmoid/h5/hard_sigmoid", "tf2.15", "tf2.21-keras3", "Activation", "activation"),
    ("initializer-settings", "embedding/h5", "tf1.12", "tf2.21-keras3", "Embedding", "embeddings_initializer.dtype"),
    ("first-layer-shape", "short_loss_name/keras/mse", "tf2.15", "tf2.21-keras3", "Dense", "batch_input_shape"),
    ("short-loss-name", "short_loss_name/h5/mse", "tf2.15", "tf2.21-keras3", "", "loss"),
    ("gru-reset-after", "gru_defaults/weights-h5/gru", "tf1.15", "tf2.15", "GRU", "bias"),
    ("recurrent-defaults", "lstm_defaults/weights-h5/default", "tf1.15", "tf2.15", "LSTM", "recurrent_activation"),
    ("custom-layer-unknown", "custom_layer/h5/nothing", "tf2.3", "tf2.11", "Scale", ""),
    ("optimizer-arguments", "optimizers/keras/adamw", "tf2.12", "tf2.21-keras3", "AdamW", "jit_compile"),
    ("h5-optimizer-in-keras3", "functional/h5", "tf2.15", "tf2.21-keras3", "", "slot"),
)


def located(document: dict[str, Any], variant: str) -> dict[str, Any]:
    """What was found of the only cell of this page."""
    (cell,) = [cell for cell in document["cells"] if cell["variant"] == variant]
    found: dict[str, Any] = cell["located"]
    return found


@pytest.fixture(scope="module")
def moved(matrix: Run) -> dict[str, Any]:
    """Some files of TensorFlow 2.15 in Keras 3."""
    pages = "recurrent/h5/gru,hard_sigmoid/h5/hard_sigmoid,functional/h5"
    how = ("--variant", pages, "--remedies", "none", "--culprit", "all")
    return matrix("--save", "tf2.15", "--load", "tf2.21-keras3", *how)


def test_what_is_refused_is_located(moved: dict[str, Any]) -> None:
    """GRU of Keras 2 stores an argument that Keras 3 does not have."""
    found = located(moved, "recurrent/h5/gru")
    assert ("refused", "argument", "GRU", "time_major") == tuple(
        found[name] for name in ("kind", "part", "class", "argument")
    )
    assert "without it, it loads" in found["said"]
    assert {"load": "tf2.21-keras3", "save": ""} == found["since"]


def test_what_is_changed_is_located(moved: dict[str, Any]) -> None:
    """Keras 3 means another function by hard_sigmoid."""
    found = located(moved, "hard_sigmoid/h5/hard_sigmoid")
    assert ("changed", "argument", "Activation", "activation") == tuple(
        found[name] for name in ("kind", "part", "class", "argument")
    )


def test_what_is_lost_is_named(moved: dict[str, Any]) -> None:
    """Keras 3 does not read the optimizer's state from HDF5."""
    found = located(moved, "functional/h5")
    assert ("incomplete", "optimizer", "slot") == tuple(found[name] for name in ("kind", "part", "argument"))


def test_what_fails_alike_on_the_diagonal_says_so(matrix: Run) -> None:
    """Keras 3 does not read the short name of a loss from HDF5, not even its own: no version is to blame."""
    page = ("--variant", "short_loss_name/h5/mse", "--remedies", "none", "--culprit", "all")
    found = located(matrix("--runtimes", "tf2.21-keras3", *page), "short_loss_name/h5/mse")
    assert ("compile", "loss", "mse") == tuple(found[name] for name in ("part", "argument", "value"))
    assert found["said"].endswith("without it, it loads. Saved and loaded in the same runtime.")
    assert {"load": "", "save": ""} == found["since"]


@pytest.fixture
def of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environments of the developer, which are many, with whatever results there are."""
    monkeypatch.setenv("CROSSLOAD_HOME", os.environ.get("CROSSLOAD_HOME", str(paths.PROJECT / ".crossload")))


@contextlib.contextmanager
def matrix_of(variant: str, save: str, load: str) -> Iterator[Matrix]:
    """The matrix of one cell, whose culprit is looked for where no cause is known."""
    readable, _ = scenarios.read_all(paths.SCENARIOS)
    filters = SelectionFilters(pairs=[f"{save}:{load}"], variants=[variant])
    catalogue = load_catalogue()
    options = Options(remedies="none", culprit="all")
    matrix = Matrix(catalogue, select(catalogue, readable, filters), (), options)
    with contextlib.closing(matrix.store):
        yield matrix


def without(causes: Causes, id: str) -> Causes:
    """The catalogue with one entry taken away."""
    return dataclasses.replace(causes, causes=tuple(cause for cause in causes.causes if cause.id != id))


@pytest.mark.live
def test_entries_taken_away_are_located(of_the_developer: None) -> None:
    """Of ten entries of the catalogue, taken away in turn, eight at least are found at the right layer and argument."""
    causes = load_causes()
    assert all(case[0] in causes.by_id for case in KNOWN)
    wrong = []
    for id, variant, save, load, kind, argument in random.Random(SEED).sample(KNOWN, 10):
        with matrix_of(variant, save, load) as matrix:
            (cell,) = carry_out(matrix, without(causes, id), Watcher())["cells"]
        if not right(cell, kind, argument):
            wrong.append((id, cell["verdict"], cell["cause"], cell.get("located")))
    assert len(wrong) <= 2, wrong


def right(cell: CellEntry, kind: str, argument: str) -> bool:
    """Whether a cell was located at this class and argument."""
    found = cell.get("located")
    return (
        found is not None and found["class"] == kind and argument in (found["argument"], *found["argument"].split(", "))
    )
