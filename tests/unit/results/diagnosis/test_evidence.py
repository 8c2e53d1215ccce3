"""The evidence of failing cells: what is gathered from a document, and what signatures check of a runtime."""

from __future__ import annotations

from typing import Any

import pytest

from harness.results.diagnosis.evidence import Evidence, Gatherer, evidence
from tests.unit import entries
from tests.unit.results.failures import RUNTIMES, TF1

DIFFERS = {"observation": "predictions", "kind": "value", "where": "0", "detail": "they\ndiffer", "counts": True}
RENAMED = {"observation": "metrics", "kind": "text", "where": "0 name", "detail": "renamed", "counts": False}


def document(*cells: Any, **more: Any) -> Any:
    """A results document of one variant in two runtimes; only `new` could save."""
    return {
        "runtimes": [
            {"id": id, "versions": {"keras": keras}, "keras": "tf.keras", "v1": False, "backend": None}
            for id, keras in (("new", "2.15.0"), ("old", "2.3.0-tf"))
        ],
        "scenarios": [{"name": "s", "source": "the script"}],
        "variants": [{"id": "v", "scenario": "s", "format": "h5"}],
        "saves": [
            {"variant": "v", "runtime": "new", "artifact": {"facts": {"kind": "hdf5"}}, "notes": ["of the saver"]},
            {"variant": "v", "runtime": "old", "artifact": None, "notes": []},
        ],
        "cells": list(cells),
        **more,
    }


def cell(verdict: str, save: str = "new", load: str = "old", **more: Any) -> Any:
    """A cell of the variant."""
    return entries.cell(variant="v", save=save, load=load, verdict=verdict, **more)


def gathered(*cells: Any, **more: Any) -> Evidence:
    """The evidence of the first of these cells, which has some."""
    found = next(evidence(document(*cells, **more)))
    assert found is not None
    return found


@pytest.mark.parametrize("verdict", ["identical", "unsupported", "unavailable"])
def test_a_cell_that_is_good_or_was_never_tried_has_none(verdict: str) -> None:
    assert [None] == list(evidence(document(cell(verdict))))


def test_the_failure_of_a_cell() -> None:
    """The exception and where it was raised, in which format, script, file and runtimes."""
    found = gathered(cell("refused", step="", failure=entries.failure("ValueError", "no", traceback="Trace")))
    assert ("ValueError", "no", "Trace", "load", "load") == (
        found.type,
        found.message,
        found.traceback,
        found.step,
        found.stage,
    )
    assert ("h5", "the script", {"kind": "hdf5"}) == (found.format, found.script, found.facts)
    assert ("new", "old") == (found.saver.id, found.loader.id)


def test_only_differences_that_count() -> None:
    """As lines, each in one line; what was observed is read from the steps of the worker."""
    found = gathered(
        cell("changed", differences=[DIFFERS, RENAMED], seconds={"load": 1, "observe predictions": 1, "observe x": 1})
    )
    assert {"predictions"} == found.differs
    assert {"predictions", "x"} == found.observed
    assert set() == found.lost
    assert ("they differ", "") == (found.details, found.layer)


@pytest.mark.parametrize(
    ("where", "layer"), [("layer 2 up_sampling2d_3", "up_sampling2d"), ("layer 0 dense", "dense"), ("0/1", "")]
)
def test_the_first_layer_that_differs_without_its_number(where: str, layer: str) -> None:
    """As Keras names layers, so that a signature need not know how many there were."""
    assert layer == gathered(cell("changed", differences=[{**DIFFERS, "where": where}])).layer


def test_what_was_lost() -> None:
    lost = {**DIFFERS, "observation": "optimizer", "kind": "lost"}
    assert {"optimizer"} == gathered(cell("incomplete", differences=[lost, DIFFERS])).lost


def test_the_notes_are_those_of_both_sides() -> None:
    """The saver's first; a save that noted nothing adds nothing."""
    assert "of the saver\nof the loader" == gathered(cell("refused", notes=["of the loader"])).notes
    assert "of the loader" == gathered(cell("refused", save="old", notes=["of the loader"])).notes


def test_a_save_that_left_no_file_has_no_facts() -> None:
    """Neither has one that is not in the document."""
    assert {} == gathered(cell("unsaved", save="old")).facts
    assert {} == gathered(cell("refused"), saves=[]).facts


def test_the_controls_are_those_of_the_cell() -> None:
    """Whether they are in the matrix or were run beside it."""
    inside = gathered(cell("refused"), cell("identical", load="new"))
    assert {"saver-good", "loader-none", "not-alike"} == inside.controls.words
    beside: Any = {"cells": [cell("identical", load="new")], "runtimes": [], "environments": []}
    assert inside.controls == gathered(cell("refused"), controls=beside).controls


def test_what_a_remedy_leaves_is_evidence_of_its_own() -> None:
    """What the remedy met and noted, with the cell's file and script; nobody tried the remedy on its controls."""
    first = entries.failure("ValueError", "first", step="load")
    refused = cell("refused", failure=first, signal="SIGSEGV", log="dead", notes=["of the loader"])
    second = entries.failure("TypeError", "second", step="observe predictions")
    trial = entries.trial(
        verdict="refused",
        stage="observe",
        step="observe predictions",
        failure=second,
        notes=["with the remedy"],
        differences=[DIFFERS],
    )
    gatherer = Gatherer(document(refused, cell("identical", load="new")))
    found = gatherer.of_trial(refused, trial)
    assert ("refused", "observe", "observe predictions", "TypeError", "second") == (
        found.verdict,
        found.stage,
        found.step,
        found.type,
        found.message,
    )
    assert ("", "") == (found.signal, found.log)
    assert {"predictions"} == found.differs
    assert ({"kind": "hdf5"}, "of the saver\nwith the remedy") == (found.facts, found.notes)
    assert {"saver-none", "loader-none", "not-alike"} == found.controls.words
    untouched = gatherer.of(refused)
    assert untouched is not None
    assert ("first", "SIGSEGV") == (untouched.message, untouched.signal)


@pytest.mark.parametrize(
    ("name", "graph"),
    [
        ("keras2.2.4", True),
        ("tf1.15", True),
        ("tf2.15", False),
        ("tf2.15-v1", True),
        ("tf2.21-keras3", False),
        ("keras3-jax", False),
    ],
)
def test_graph(name: str, graph: bool) -> None:
    """Graphs and sessions: TensorFlow 1, its behaviour switched on in 2, and standalone Keras 2."""
    assert graph is RUNTIMES[name].graph


def test_aspects_of_runtimes() -> None:
    """Minor versions of Python and major versions of the rest, without suffixes."""
    aspects = ("runtime", "module", "python", "keras", "numpy", "execution")
    assert ("tf1.15", "tf.keras", "3.7", "2", "1", "graph") == tuple(map(TF1.aspect, aspects))
